"""VSI: one record for each ETS file, with what is missing or cut."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.readers.olympus_files import ets, write_vsi

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.metadata.image import ImageSize
from fairsubmit.readers import find_reader, read_image
from fairsubmit.readers.olympus.ets import read_ets
from fairsubmit.readers.olympus.vsi import Vsi
from fairsubmit.readers.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata


def problems(record: ImageMetadata) -> list[tuple[str, bool]]:
    return [(problem.code, problem.error) for problem in record.problems]


def one(tmp_path: Path, content: bytes) -> ImageMetadata:
    (record,) = Vsi().read(write_vsi(tmp_path / "slide.vsi", stack1=content))
    return record


def test_each_stack_is_an_image(tmp_path: Path) -> None:
    path = write_vsi(
        tmp_path / "slide.vsi",
        stack10001=ets((700, 500, 1, 1)),
        stack1=ets((70, 50)),
        stack9=ets((9, 8), kind=4, samples=1),
    )
    label = tmp_path / "_slide_" / "stack1" / "blob.meta"
    label.write_bytes(b"x")
    records = Vsi().read(path)
    assert [r.size for r in records] == [
        ImageSize(70, 50, 1, 3, 1),
        ImageSize(9, 8, 1, 1, 1),
        ImageSize(700, 500, 1, 3, 1),
    ]
    assert [r.pixel_type for r in records] == ["uint8", "uint16", "uint8"]
    assert records[0].channels[0].samples_per_pixel == 3
    assert problems(records[0]) == [("metadata-unreadable", False)]
    assert problems(records[1]) == []
    files = {name for r in records for name in r.files}
    assert len(files) == 5
    assert label.as_posix() in files


def test_further_axes_are_not_guessed(tmp_path: Path) -> None:
    record = one(tmp_path, ets((70, 50, 5, 18, 2), samples=1))
    assert record.size == ImageSize(70, 50)
    assert problems(record)[1] == ("axis-unknown", False)


def test_old_versions_have_no_sizes(tmp_path: Path) -> None:
    record = one(tmp_path, ets(()))
    assert record.size == ImageSize()
    assert problems(record)[1] == ("axis-unknown", False)


def test_an_unknown_type(tmp_path: Path) -> None:
    record = one(tmp_path, ets(kind=77, samples=99))
    assert (record.pixel_type, record.size.c) == (None, 1)
    assert problems(record)[1] == ("pixel-type-unknown", False)


def test_every_file_gives_the_slide(tmp_path: Path) -> None:
    path = write_vsi(tmp_path / "slide.vsi")
    whole = read_image(path).images
    assert len(whole) == 2
    assert read_image(tmp_path / "_slide_" / "stack1" / "frame_t.ets").images == whole


def test_an_ets_file_alone_has_no_reader(tmp_path: Path) -> None:
    path = tmp_path / "frame_t.ets"
    assert find_reader(path, ets()) is None
    assert Vsi().leads(path) == ()


def test_a_tiff_that_cellsens_exported_is_no_vsi(tmp_path: Path) -> None:
    head = write_vsi(tmp_path / "slide.vsi").read_bytes()
    assert Vsi().recognises(tmp_path / "slide.vsi", head)
    assert not Vsi().recognises(tmp_path / "slide.tif", head)


@pytest.mark.parametrize("lost", [1, 50, 299])
def test_cut_within_the_tiles(tmp_path: Path, lost: int) -> None:
    record = one(tmp_path, ets()[:-lost])
    assert problems(record)[1] == ("truncated", True)


def test_cut_within_the_table(tmp_path: Path) -> None:
    record = one(tmp_path, ets()[: 64 + 228 + 40])
    assert problems(record)[1] == ("truncated", True)
    assert record.problems[1].place == "byte 292"


def test_a_table_beyond_all_files(tmp_path: Path) -> None:
    content = bytearray(ets())
    struct.pack_into("<QI", content, 32, 1 << 63, 0xFFFFFFFF)
    record = one(tmp_path, bytes(content))
    assert problems(record)[1] == ("truncated", True)


def test_without_the_folder(tmp_path: Path) -> None:
    path = write_vsi(tmp_path / "slide.vsi", stack1=b"")
    (tmp_path / "_slide_").rename(tmp_path / "_other_")
    with pytest.raises(DamagedFileError, match="'_slide_'"):
        Vsi().read(path)


def test_stacks_without_pixels_and_damaged_ones(tmp_path: Path) -> None:
    path = write_vsi(tmp_path / "slide.vsi", stack1=ets(), stack2=b"SIS", stack3=b"")
    (tmp_path / "_slide_" / "stack3" / "frame_t.ets").unlink()
    (record,) = Vsi().read(path)
    assert problems(record) == [
        ("metadata-unreadable", False),
        ("missing-part", True),
        ("unreadable-part", True),
    ]


@settings(
    max_examples=2_000,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=12),
    kept=st.integers(0, 800),
)
def test_changed_bytes_of_an_ets_file_are_no_crash(
    tmp_path: Path, changes: list[tuple[int, int]], kept: int
) -> None:
    content = bytearray(ets())
    for place, value in changes:
        content[place] = value
    path = tmp_path / "frame_t.ets"
    path.write_bytes(bytes(content[:kept]))
    with Source(path) as source:
        try:
            found = read_ets(source)
        except ReadError:
            return
    assert len(found.sizes) <= 16
