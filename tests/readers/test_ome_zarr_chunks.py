"""Chunks of OME-Zarr images: all, some, none, empty ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.readers.zarr_files import codes, header, one, write_array, write_image

from fairsubmit.readers.zarr.chunks import MAX_LOOKED_UP, MAX_LOOKUPS, ChunkCheck
from fairsubmit.readers.zarr.node import Nodes
from fairsubmit.readers.zarr.store import FolderStore

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.image import Problem

SHARDED = [
    {
        "name": "sharding_indexed",
        "configuration": {"chunk_shape": [1, 1, 1, 25, 30], "codecs": []},
    }
]
LAYOUTS: list[tuple[int, dict[str, Any]]] = [
    (2, {}),
    (2, {"dimension_separator": "."}),
    (2, {"dimension_separator": ...}),
    (3, {}),
    (3, {"separator": "."}),
    (3, {"chunk_key_encoding": {"name": "v2", "configuration": {"separator": "."}}}),
    (3, {"codecs": SHARDED}),
]


def image_of(folder: Path, version: int, array: dict[str, Any]) -> list[Path]:
    write_image(folder, version)
    for path in sorted((folder / "0").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    return write_array(folder / "0", version, **array)


@pytest.mark.parametrize(("version", "array"), LAYOUTS, ids=range(len(LAYOUTS)))
def test_all_some_and_none(tmp_path: Path, version: int, array: dict[str, Any]) -> None:
    folder = tmp_path / "a.zarr"
    chunks = image_of(folder, version, array)
    assert len(chunks) == 24
    assert codes(one(folder)) == []
    chunks[5].unlink()
    chunks[23].unlink()
    (problem,) = one(folder).problems
    assert (problem.code, problem.error) == ("missing-chunks", False)
    assert "2 of 24 chunks" in problem.message
    assert "fill value 0" in problem.message
    assert problem.place == "0"
    for chunk in chunks:
        chunk.unlink(missing_ok=True)
    (problem,) = one(folder).problems
    assert (problem.code, problem.error) == ("missing-chunks", True)


def test_a_folder_without_a_separator_that_is_nested(tmp_path: Path) -> None:
    """As the first writers of nested chunks left it out."""
    folder = write_image(tmp_path / "a.zarr", 2)
    node = header(2, dimension_separator=...)
    (folder / "0/.zarray").write_text(str(node).replace("'", '"').replace("None", "0"))
    assert codes(one(folder)) == []


@pytest.mark.parametrize("version", [2, 3])
def test_an_empty_chunk_was_not_written(tmp_path: Path, version: int) -> None:
    folder = tmp_path / "a.zarr"
    chunks = image_of(folder, version, {})
    chunks[7].write_bytes(b"")
    (problem,) = one(folder).problems
    assert (problem.code, problem.error) == ("truncated", True)
    assert problem.place == chunks[7].relative_to(folder).as_posix()
    assert "has 0 bytes" in problem.message


@pytest.mark.parametrize(
    ("version", "plain"),
    [
        (2, {"compressor": None}),
        (2, {"compressor": None, "filters": []}),
        (3, {"codecs": [{"name": "bytes"}]}),
        (3, {"codecs": [{"name": "transpose"}, {"name": "bytes"}]}),
    ],
)
def test_plain_chunks_have_one_size(
    tmp_path: Path, version: int, plain: dict[str, Any]
) -> None:
    folder = tmp_path / "a.zarr"
    size = 4 * 25 * 30 * 2
    chunks = image_of(folder, version, {**plain, "size": size})
    assert codes(one(folder)) == []
    chunks[3].write_bytes(bytes(size - 1))
    (problem,) = one(folder).problems
    assert (problem.code, problem.error) == ("truncated", True)
    assert f"{size - 1} of {size} bytes" in problem.message


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize(
    "chunks",
    [None, [], [1, 1], [0, 1, 1, 1, 1], ["a"] * 5, [-1] * 5, [1 << 70] * 5, {}],
    ids=str,
)
def test_chunk_shapes_that_are_none(
    tmp_path: Path, version: int, chunks: object
) -> None:
    """Then any file counts."""
    folder = write_image(tmp_path / "a.zarr", version)
    changes = {"chunks": chunks}
    name = ".zarray" if version == 2 else "zarr.json"
    (folder / "0" / name).write_text(json.dumps(header(version, **changes)))
    assert codes(one(folder)) == []
    for path in sorted((folder / "0").rglob("*"), reverse=True):
        if path.name != name:
            path.unlink() if path.is_file() else path.rmdir()
    assert codes(one(folder), error=True) == ["missing-chunks"]


def problems(folder: Path, version: int) -> list[Problem]:
    nodes = Nodes(FolderStore(folder.as_posix()))
    nodes.version = version
    array = nodes.array("0/")
    assert array is not None
    return list(ChunkCheck(nodes.store).problems(array, "0/", "0"))


@pytest.mark.parametrize("separator", [".", "/"])
def test_many_chunks_are_counted_by_listing(tmp_path: Path, separator: str) -> None:
    count = MAX_LOOKED_UP + 88
    array: dict[str, Any] = {
        "shape": [count // 100, 100],
        "chunks": [1, 1],
        "dimension_separator": separator,
    }
    chunks = write_array(tmp_path / "0", 2, **array)
    assert problems(tmp_path, 2) == []
    for chunk in chunks[100:103]:
        chunk.unlink()
    (problem,) = problems(tmp_path, 2)
    assert f"3 of {count} chunks" in problem.message


@pytest.mark.parametrize(
    ("kept", "says"),
    [
        ((0, -1), None),
        ((0,), "the last chunk"),
        ((-1,), "the first chunk"),
        ((), "holds no chunk"),
    ],
)
@pytest.mark.parametrize("version", [2, 3])
def test_of_a_million_chunks_two_are_looked_at(
    tmp_path: Path, version: int, kept: tuple[int, ...], says: str | None
) -> None:
    array = {"shape": [1000, 1000], "chunks": [1, 1]}
    name = ".zarray" if version == 2 else "zarr.json"
    (tmp_path / "0").mkdir()
    node = header(
        version, **array, **({"dimension_names": ...} if version == 3 else {})
    )
    (tmp_path / "0" / name).write_text(json.dumps(node))
    for end in kept:
        place = "0/0" if end == 0 else "999/999"
        path = tmp_path / "0" / ("c" if version == 3 else "") / place
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x")
    found = problems(tmp_path, version)
    assert [says in problem.message for problem in found if says] == [True] * bool(says)
    assert len(found) == bool(says)


def test_what_is_looked_up_is_limited(tmp_path: Path) -> None:
    """On a plate, later images have two chunks looked at."""
    chunks = write_array(tmp_path / "0", 2, shape=[20, 20], chunks=[1, 1])
    chunks[200].unlink()
    nodes = Nodes(FolderStore(tmp_path.as_posix()))
    nodes.version = 2
    array = nodes.array("0/")
    assert array is not None
    check = ChunkCheck(nodes.store)
    found = [list(check.problems(array, "0/", "0")) for _ in range(40)]
    assert MAX_LOOKUPS < 400 * 40
    assert len(found[0]) == 1
    assert found[-1] == []


@pytest.mark.parametrize("version", [2, 3])
def test_an_array_without_elements(tmp_path: Path, version: int) -> None:
    folder = write_image(tmp_path / "a.zarr", version, array={"shape": [2, 3, 4, 0, 5]})
    found = one(folder)
    assert codes(found, error=True) == ["array-empty"]
    assert (found.size.x, found.size.y) == (5, None)


def test_a_chunk_folder_that_leads_to_itself(tmp_path: Path) -> None:
    folder = write_image(tmp_path / "a.zarr", 2)
    (folder / "0" / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "0" / "self").symlink_to(folder / "0" / "self")
    assert codes(one(folder)) == []
