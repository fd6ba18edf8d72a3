"""The JSON of OME-Zarr: other encodings, copies, and what is none."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.readers.zarr_files import (
    dump,
    header,
    multiscale,
    one,
    write_array,
    write_group,
    write_image,
)

from fairsubmit.readers import read_image
from fairsubmit.readers.zarr.document import MAX_MEMORY, _memory

if TYPE_CHECKING:
    from pathlib import Path


def test_metadata_that_is_only_in_its_consolidated_copy(tmp_path: Path) -> None:
    folder = tmp_path / "a.zarr"
    write_array(folder / "0", 2)
    (folder / "0/.zarray").unlink()
    metadata = {
        ".zgroup": {"zarr_format": 2},
        ".zattrs": {"multiscales": [multiscale()]},
        "0/.zarray": header(2),
    }
    dump(folder / ".zmetadata", {"metadata": metadata, "zarr_consolidated_format": 1})
    found = one(folder)
    assert (found.size.x, found.size.t, found.problems) == (60, 2, ())


@pytest.mark.parametrize("consolidated", [[], {}, {"metadata": 3}, {"metadata": {}}])
def test_consolidated_metadata_that_is_none(tmp_path: Path, consolidated: Any) -> None:
    folder = tmp_path / "a.zarr"
    dump(folder / ".zmetadata", consolidated)
    (finding,) = read_image(folder).findings
    assert finding.code in ("IMG101", "IMG120")
    assert "not as expected" not in finding.message


def test_large_consolidated_metadata_is_left_out(tmp_path: Path) -> None:
    """zarr-python repeats all groups and arrays in the outermost zarr.json."""
    folder = write_image(tmp_path / "a.zarr", 3)
    own = json.loads((folder / "zarr.json").read_text())["attributes"]
    nodes = {f"A/{n}/0": {"shape": [1, 2], "attributes": {"x": [n]}} for n in range(9)}
    inner = json.dumps(nodes)[1:-1]
    text = (
        '{\n  "attributes": '
        + json.dumps(own)
        + ', "zarr_format": 3, "consolidated_metadata": {"metadata": {'
        + ",".join([inner] * 40_000)
        + '}}, "node_type": "group"}'
    )
    assert _memory(text.encode()) > MAX_MEMORY
    (folder / "zarr.json").write_text(text)
    assert one(folder).problems == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[" * 100_000, "RecursionError"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "ValueError"),
        (b'{"a": "\xff"}', "UnicodeDecodeError"),
        (b"\x00" * 10, "JSON"),
    ],
    ids=["deep", "long", "bytes", "zeros"],
)
def test_json_that_is_none(tmp_path: Path, content: bytes, says: str) -> None:
    folder = tmp_path / "a.zarr"
    folder.mkdir()
    (folder / "zarr.json").write_bytes(content)
    (finding,) = read_image(folder).findings
    assert finding.code == "IMG101"
    assert says in finding.message


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_json_of_other_encodings(tmp_path: Path, encoding: str) -> None:
    folder = write_image(tmp_path / "a.zarr", 2)
    text = (folder / ".zattrs").read_text()
    (folder / ".zattrs").write_text(text, encoding=encoding)
    assert one(folder).problems == ()


def test_half_characters_can_be_written(tmp_path: Path) -> None:
    half = "\ud800"
    omero = {"channels": [{"label": half}]}
    plate = {"name": half, "wells": [{"path": "A/1"}]}
    folder = write_group(tmp_path / "a.zarr", {"plate": plate}, 2)
    write_group(folder / "A/1", {"well": {"images": [{"path": 0}, {"path": half}]}}, 2)
    write_image(folder / "A/1/0", 2, {"omero": omero}, name=half)
    json.dumps(one(folder).to_json(), ensure_ascii=False).encode()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes")
def test_a_pipe_in_the_place_of_metadata_does_not_wait(tmp_path: Path) -> None:
    folder = tmp_path / "a.zarr"
    folder.mkdir()
    os.mkfifo(folder / ".zattrs")
    (finding,) = read_image(folder).findings
    assert finding.code == "IMG101"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such device")
def test_a_device_in_the_place_of_metadata_ends(tmp_path: Path) -> None:
    folder = tmp_path / "a.zarr"
    folder.mkdir()
    (folder / ".zattrs").symlink_to("/dev/zero")
    (finding,) = read_image(folder).findings
    assert "at most" in finding.message
