"""Zeiss LSM, on files written from the description of tag 34412."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from tests.readers.lsm_files import (
    FLOAT,
    FULL,
    MIXED,
    SCAN,
    UINT8,
    UINT16,
    Lsm,
    codes,
    one,
    problem,
    read,
    recording,
    track,
)

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import ImageSize, Quantity
from fairsubmit.readers import find_reader
from fairsubmit.readers.tiff.lsm import Lsm as LsmReader
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.base import Reader


class TestLsm(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return LsmReader()

    @pytest.fixture
    def image(self, tmp_path: Path) -> Path:
        folder = tmp_path / "image"
        folder.mkdir()
        path = folder / "a.lsm"
        path.write_bytes(FULL.written())
        return path


# -- recognition -----------------------------------------------------------------


def test_it_goes_before_plain_tiff(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(Lsm().written())
    assert isinstance(find_reader(path, path.read_bytes()), LsmReader)


@pytest.mark.parametrize("lsm", [Lsm(magic=7), Lsm(length=100)])
def test_another_tag_of_this_number_is_none(tmp_path: Path, lsm: Lsm) -> None:
    with pytest.raises(DamagedFileError, match="tags of Zeiss LSM"):
        read(tmp_path, lsm)


def test_both_numbers_are_known(tmp_path: Path) -> None:
    assert one(tmp_path, Lsm(magic=0x00300494C)).format == "Zeiss LSM"


def test_a_tag_that_is_cut(tmp_path: Path) -> None:
    content = bytearray(Lsm().written())
    entry = content.index(struct.pack("<HH", 34412, 1))
    content[entry + 8 : entry + 12] = struct.pack("<I", len(content))
    content += struct.pack("<I", 0x00400494C) + bytes(50)
    with pytest.raises(DamagedFileError, match="136 bytes") as raised:
        read(tmp_path, bytes(content))
    assert raised.value.offset == len(content) - 54


# -- sizes -----------------------------------------------------------------------


def test_sizes_are_those_of_the_tag(tmp_path: Path) -> None:
    record = one(tmp_path, Lsm(times=3))
    assert record.size == ImageSize(8, 6, 2, 2, 3)
    assert record.dimension_order == "XYCZT"
    assert codes(record) == []


def test_a_file_without_thumbnails(tmp_path: Path) -> None:
    assert codes(one(tmp_path, Lsm(thumbnails=False, times=3))) == []


def test_a_section_along_z_is_one_page(tmp_path: Path) -> None:
    """Lines of x at each z make the rows of the page."""
    record = one(tmp_path, Lsm(y=1, z=40, pages=1, page_height=40, scan_type=1))
    assert record.size == ImageSize(8, 1, 40, 2, 1)
    assert codes(record) == []


def test_a_line_in_time_is_one_page(tmp_path: Path) -> None:
    lsm = Lsm(y=1, z=1, times=500, pages=1, page_height=500, scan_type=2)
    record = one(tmp_path, lsm)
    assert record.size == ImageSize(8, 1, 1, 2, 500)
    assert codes(record) == []


@pytest.mark.parametrize("axis", ["positions", "tiles"])
def test_positions_and_tiles_are_images(tmp_path: Path, axis: str) -> None:
    lsm = Lsm(times=2)
    setattr(lsm, axis, 3)
    records = read(tmp_path, lsm)
    assert [r.series for r in records] == [0, 1, 2]
    assert {r.size for r in records} == {ImageSize(8, 6, 2, 2, 2)}
    assert codes(records[0]) == []


def test_positions_that_cannot_be_meant(tmp_path: Path) -> None:
    lsm = Lsm(pages=2)
    lsm.positions = lsm.tiles = 0x7FFFFFFF
    assert codes(one(tmp_path, lsm)) == ["value-ignored"]


def test_older_versions_have_no_positions(tmp_path: Path) -> None:
    lsm = Lsm(length=236, positions=3, pages=2)
    assert one(tmp_path, lsm).size == ImageSize(8, 6, 2, 2, 1)


def test_a_series_that_was_interrupted(tmp_path: Path) -> None:
    record = one(tmp_path, Lsm(times=10, pages=7))
    found = problem(record, "planes-missing")
    assert found.message == "20 planes are described, 7 are there"
    assert record.size.t == 10


def test_pages_of_another_size(tmp_path: Path) -> None:
    record = one(tmp_path, Lsm(page_height=5))
    assert codes(record) == ["size-mismatch!"]


@pytest.mark.parametrize("size", [0, -3])
def test_a_tag_without_a_size(tmp_path: Path, size: int) -> None:
    content = bytearray(Lsm().written())
    place = content.index(struct.pack("<I", 0x00400494C))
    content[place + 8 : place + 12] = struct.pack("<i", size)
    record = one(tmp_path, bytes(content))
    assert (record.size.x, record.size.y) == (8, 6)
    assert codes(record) == ["size-mismatch!"]


def test_sizes_that_no_file_has(tmp_path: Path) -> None:
    content = bytearray(Lsm().written())
    place = content.index(struct.pack("<I", 0x00400494C))
    content[place + 8 : place + 28] = struct.pack("<5i", *[0x7FFFFFFF] * 5)
    record = one(tmp_path, bytes(content))
    assert (record.size.x, record.channels) == (8, ())
    assert codes(record) == ["size-mismatch!"]


# -- pixels ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name"), [(UINT8, "uint8"), (UINT16, "uint16"), (FLOAT, "float")]
)
def test_pixel_types(tmp_path: Path, kind: int, name: str) -> None:
    assert one(tmp_path, Lsm(kind=kind)).pixel_type == name


def test_channels_of_several_pixel_types(tmp_path: Path) -> None:
    record = one(tmp_path, Lsm(kind=MIXED, types=(UINT8, UINT16)))
    assert record.pixel_type == "uint16"
    assert codes(record) == ["pixel-types-differ"]


def test_channels_of_one_pixel_type(tmp_path: Path) -> None:
    record = one(tmp_path, Lsm(kind=MIXED, types=(FLOAT, FLOAT)))
    assert (record.pixel_type, codes(record)) == ("float", [])


def test_a_pixel_type_that_only_the_page_knows(tmp_path: Path) -> None:
    assert one(tmp_path, Lsm(kind=MIXED)).pixel_type == "uint16"


def test_a_pixel_type_that_nobody_knows(tmp_path: Path) -> None:
    content = Lsm(kind=MIXED).written()
    bits = struct.pack("<HHII", 258, 3, 1, 16)
    record = one(tmp_path, content.replace(bits, struct.pack("<HHII", 258, 3, 1, 5)))
    assert codes(record) == ["pixel-type-unknown"]


@pytest.mark.parametrize(("stored", "bits"), [(12, 12), (0, None), (99, None)])
def test_significant_bits(tmp_path: Path, stored: int, bits: int | None) -> None:
    scan = recording(tracks=(track(channels=(("a", "", stored), ("b", "", 0))),))
    assert one(tmp_path, Lsm(kind=UINT16, scan=scan)).significant_bits == bits


# -- lengths and times -----------------------------------------------------------


def test_metres_become_micrometres(tmp_path: Path) -> None:
    size = one(tmp_path, Lsm(voxel=(4.393e-08, 1e-7, 0.0))).physical_size
    assert (size.x, size.y, size.z) == (
        Quantity(0.04393, "µm"),
        Quantity(0.1, "µm"),
        None,
    )


@pytest.mark.parametrize("metres", [-1e-7, float("nan"), float("inf")])
def test_a_voxel_size_that_cannot_be_meant(tmp_path: Path, metres: float) -> None:
    record = one(tmp_path, Lsm(voxel=(metres, 1e-7, 0)))
    assert record.physical_size.x is None
    assert codes(record) == ["value-ignored"]


@pytest.mark.parametrize(
    ("interval", "stamps", "step"),
    [
        (2.5, (), 2.5),
        (2.5, (0.0, 9.0, 18.0), 2.5),
        (0.0, (0.0, 9.0, 18.0), 9.0),
        (float("nan"), (0.0, 9.0, 18.0), 9.0),
        (0.0, (0.0, 1.0, 18.0), None),
        (0.0, (0.0, 1.0), None),
        (0.0, (), None),
    ],
)
def test_time_increment(
    tmp_path: Path, interval: float, stamps: tuple[float, ...], step: float | None
) -> None:
    record = one(tmp_path, Lsm(times=3, interval=interval, stamps=stamps))
    assert record.time_increment == (None if step is None else Quantity(step, "s"))


def test_no_time_increment_without_times(tmp_path: Path) -> None:
    assert one(tmp_path, Lsm(interval=2.5)).time_increment is None


# -- damage ----------------------------------------------------------------------


@pytest.mark.parametrize("compression", [1, 5])
def test_pixels_beyond_the_end(tmp_path: Path, compression: int) -> None:
    content = bytearray(Lsm(compression=compression).written())
    place = content.rindex(struct.pack("<HHI", 273, 4, 1)) + 8
    content[place : place + 4] = struct.pack("<I", len(content) + 9)
    record = one(tmp_path, bytes(content))
    assert codes(record) == ["truncated!"]


def test_compressed_strips_are_given_their_length_before(tmp_path: Path) -> None:
    record = one(tmp_path, Lsm(strip_length=1 << 20, compression=5))
    assert codes(record) == []


@pytest.mark.parametrize("offset", [108, 120, 124, 132])
def test_blocks_that_are_not_there(tmp_path: Path, offset: int) -> None:
    content = bytearray(
        Lsm(
            kind=MIXED,
            names=("a", "b"),
            types=(1, 1),
            stamps=(0.0, 1.0),
            times=2,
            scan=SCAN,
        ).written()
    )
    place = content.index(struct.pack("<I", 0x00400494C)) + offset
    for target in (0xFFFFFFFF, len(content) - 2):
        content[place : place + 4] = struct.pack("<I", target)
        assert one(tmp_path, bytes(content)).size == ImageSize(8, 6, 2, 2, 2)


def test_a_chain_of_pages_that_breaks_off(tmp_path: Path) -> None:
    content = Lsm(times=20).written()
    record = one(tmp_path, content[: len(content) // 2])
    assert {"truncated!", "planes-missing"} <= set(codes(record))
