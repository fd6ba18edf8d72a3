"""Zeiss CZI: files of several parts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.readers.czi_files import (
    GUID,
    OTHER,
    Czi,
    codes,
    metadata,
    one,
    plane,
    problem,
    whole,
)

from fairsubmit.metadata.image import ImageSize
from fairsubmit.readers import read_image
from fairsubmit.readers.czi.reader import Czi as CziReader

if TYPE_CHECKING:
    from pathlib import Path


def parts(folder: Path) -> Path:
    """Write a file whose second time point lies in a part of its own."""
    first = Czi([plane(C=0, T=0)], metadata(sizes="<SizeT>2</SizeT>"))
    path = folder / "a.czi"
    path.write_bytes(first.bytes())
    second = Czi([plane(C=0, T=1)], None, primary=GUID, own=OTHER, part=1)
    (folder / "a (1).czi").write_bytes(second.bytes())
    return path


def test_parts_are_one_image(tmp_path: Path) -> None:
    path = parts(tmp_path)
    (record,) = CziReader().read(path)
    assert record.size == ImageSize(8, 6, 1, 1, 2)
    assert record.files == (path.as_posix(), (tmp_path / "a (1).czi").as_posix())
    assert codes(record) == []


def test_a_part_gives_the_record_of_the_whole(tmp_path: Path) -> None:
    path = parts(tmp_path)
    extraction = read_image(tmp_path / "a (1).czi")
    assert extraction.images == tuple(CziReader().read(path))


def test_a_part_alone_says_what_it_is(tmp_path: Path) -> None:
    path = parts(tmp_path)
    path.unlink()
    (record,) = read_image(tmp_path / "a (1).czi").images
    found = problem(record, "missing-part")
    assert found.error
    assert "is part 1" in found.message


def test_a_part_that_is_not_there(tmp_path: Path) -> None:
    blocks = [plane(C=0, T=0), plane(C=0, T=1)]
    blocks[1].part = 2
    record = one(tmp_path, Czi(blocks))
    found = problem(record, "missing-part")
    assert found.error
    assert "refers to part 2" in found.message


def test_a_part_that_is_cut(tmp_path: Path) -> None:
    path = parts(tmp_path)
    part = tmp_path / "a (1).czi"
    part.write_bytes(part.read_bytes()[:700])
    (record,) = CziReader().read(path)
    assert "truncated!" in codes(record)


@pytest.mark.parametrize("name", ["a (1).czi", "a (2).czi", "a(3).czi"])
def test_copies_are_no_parts(tmp_path: Path, name: str) -> None:
    """Programs name copies as ZEN names parts; their GUIDs tell them apart."""
    content = Czi().bytes()
    (tmp_path / name).write_bytes(content)
    record = one(tmp_path, content)
    assert len(record.files) == 1
    (copy,) = read_image(tmp_path / name).images
    assert copy.path == (tmp_path / name).as_posix()
    assert codes(copy) == []


@pytest.mark.parametrize("content", [b"", b"no CZI", whole()[:60]])
def test_what_is_only_named_as_a_part(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a (1).czi").write_bytes(content)
    assert len(one(tmp_path, Czi()).files) == 1


@pytest.mark.parametrize(
    ("name", "lead"),
    [
        ("x (12).czi", "x.czi"),
        ("x(3).CZI", "x.CZI"),
        ("x.czi", None),
        ("x (1).tif", None),
        ("(1).czi", None),
        ("x (a).czi", None),
    ],
)
def test_names_of_parts(tmp_path: Path, name: str, lead: str | None) -> None:
    found = [path.name for path in CziReader().leads(tmp_path / name)]
    assert found == ([lead] if lead else [])


def test_a_number_of_its_own_makes_no_part(tmp_path: Path) -> None:
    """A file that was saved alone from a set has no other first file."""
    assert codes(one(tmp_path, Czi(part=3))) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes")
def test_a_part_that_cannot_be_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a (1).czi")
    assert len(one(tmp_path, Czi()).files) == 1
