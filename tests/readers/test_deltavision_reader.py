"""DeltaVision, on files written from the description of its header."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from tests.readers.deltavision_files import (
    BIG,
    LITTLE,
    LOG,
    Dv,
    Section,
    codes,
    one,
    problem,
    read,
)

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import ImageSize, Quantity
from fairsubmit.readers import READERS, find_reader
from fairsubmit.readers.deltavision.reader import DeltaVision
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.base import Reader


def timed(count: int = 2) -> list[Section]:
    return [Section(2.5 * t, excitation=360) for t in range(count) for _ in range(2)]


class TestDeltaVision(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return DeltaVision()

    @pytest.fixture
    def image(self, tmp_path: Path) -> Path:
        folder = tmp_path / "image"
        folder.mkdir()
        path = folder / "a.dv"
        path.write_bytes(Dv(times=2, records=timed()).written())
        (folder / "a.dv.log").write_text(LOG)
        return path


# -- recognition -----------------------------------------------------------------


@pytest.mark.parametrize("order", [LITTLE, BIG])
def test_both_byte_orders_are_read(tmp_path: Path, order: str) -> None:
    record = one(tmp_path, Dv(order))
    assert record.size == ImageSize(8, 6, 2, 2, 1)
    assert record.pixel_type == "uint16"
    assert record.physical_size.x == Quantity(0.1071, "µm")
    assert codes(record) == []


def test_no_other_reader_takes_it(tmp_path: Path) -> None:
    path = tmp_path / "a.mrc"
    path.write_bytes(Dv().written())
    assert isinstance(find_reader(path, path.read_bytes()), DeltaVision)
    assert [r.name for r in READERS if r.recognises(path, path.read_bytes())] == [
        "deltavision"
    ]


def test_an_mrc_file_is_not_taken(tmp_path: Path) -> None:
    """Bytes 97 and 98 of MRC may be anything; it has MAP where a number stands here."""
    content = bytearray(Dv().written())
    content[208:212] = b"MAP "
    assert not DeltaVision().recognises(tmp_path / "a.dv", bytes(content))


@pytest.mark.parametrize("offset", [0, 4, 8])
def test_sizes_that_cannot_be_are_not_recognised(tmp_path: Path, offset: int) -> None:
    content = bytearray(Dv().written())
    for size in (0, -1):
        content[offset : offset + 4] = struct.pack("<i", size)
        assert not DeltaVision().recognises(tmp_path / "a.dv", bytes(content))
        with pytest.raises(DamagedFileError, match="columns, rows"):
            read(tmp_path, bytes(content))


def test_a_file_without_the_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match="-16224"):
        read(tmp_path, bytes(2048))


def test_a_header_that_is_cut(tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match="1024 bytes") as raised:
        read(tmp_path, Dv().written()[:500])
    assert raised.value.offset == 500


# -- sizes -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sequence", "order"),
    [(0, "XYZTC"), (1, "XYCZT"), (2, "XYZCT"), (5, "XYCZT"), (14, "XYTCZ")],
)
def test_order_of_the_sections(tmp_path: Path, sequence: int, order: str) -> None:
    record = one(tmp_path, Dv(sequence=sequence))
    assert record.dimension_order == order


def test_an_order_that_is_not_known(tmp_path: Path) -> None:
    record = one(tmp_path, Dv(sequence=99))
    assert record.dimension_order is None
    assert codes(record) == ["order-ignored"]


@pytest.mark.parametrize(
    ("mode", "name"),
    [(0, "uint8"), (1, "int16"), (2, "float"), (4, "complex"), (7, "int32")],
)
def test_pixel_types(tmp_path: Path, mode: int, name: str) -> None:
    record = one(tmp_path, Dv(mode=mode))
    assert (record.pixel_type, codes(record)) == (name, [])


def test_complex_integers_have_no_name(tmp_path: Path) -> None:
    record = one(tmp_path, Dv(mode=3))
    assert (record.pixel_type, codes(record)) == (None, ["pixel-type-unknown"])


def test_one_wavelength_and_one_time_may_be_written_as_none(tmp_path: Path) -> None:
    dv = Dv(waves=(457,), wave_count=0, times=0, sections=5)
    assert one(tmp_path, dv).size == ImageSize(8, 6, 5, 1, 1)


def test_sections_that_do_not_fit(tmp_path: Path) -> None:
    record = one(tmp_path, Dv(sections=5))
    assert record.size == ImageSize(8, 6, None, 2, None)
    assert codes(record) == ["size-mismatch!"]


def test_more_than_five_wavelengths(tmp_path: Path) -> None:
    waves = (400, 450, 500, 550, 600, 650, 700)
    record = one(tmp_path, Dv(kind=100, waves=waves, sections=7))
    assert [c.emission_wavelength for c in record.channels] == [
        Quantity(wave, "nm") for wave in waves
    ]
    assert len(one(tmp_path, Dv(waves=waves, sections=5)).channels) == 5


# -- panels and stage positions --------------------------------------------------


def test_panels_are_images(tmp_path: Path) -> None:
    dv = Dv(kind=100, panels=3, sections=12, times=0, more_times=2, waves=(457,))
    records = read(tmp_path, dv)
    assert [r.size for r in records] == [ImageSize(8, 6, 2, 1, 2)] * 3
    assert [r.series for r in records] == [0, 1, 2]


@pytest.mark.parametrize("panels", [-1, 1 << 30, 5])
def test_panels_that_cannot_be_are_none(tmp_path: Path, panels: int) -> None:
    record = one(tmp_path, Dv(kind=100, panels=panels))
    assert record.size == ImageSize(8, 6, 2, 2, 1)


def grid(places: list[tuple[float, float]], rounds: int) -> Dv:
    records = [Section(t, x, y) for t in range(rounds) for x, y in places]
    count = len(records)
    return Dv(waves=(457,), sections=count, times=count, records=records)


GRID = [(0.0, 0.0), (100.0, 0.0), (0.0, 100.0), (100.0, 100.0)]


def test_stage_positions_that_were_counted_as_times(tmp_path: Path) -> None:
    records = read(tmp_path, grid(GRID, 3))
    assert [r.size.t for r in records] == [3, 3, 3, 3]
    assert records[0].time_increment == Quantity(1, "s")


@pytest.mark.parametrize(
    "places",
    [GRID[:3], [(0.0, 0.0), (0.3, 0.4)], [(5.0, 5.0)]],
    ids=["no grid", "a stage that drifts", "one place"],
)
def test_times_that_are_times(
    tmp_path: Path, places: list[tuple[float, float]]
) -> None:
    record = one(tmp_path, grid(places, 2))
    assert record.size.t == 2 * len(places)


def test_a_grid_that_is_visited_in_another_order_each_time(tmp_path: Path) -> None:
    records = [Section(t, x, y) for t in (0, 1) for x, y in GRID[:: 1 - 2 * t]]
    dv = Dv(waves=(457,), sections=8, times=8, records=records)
    assert one(tmp_path, dv).size.t == 8


# -- values ----------------------------------------------------------------------


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_a_pixel_size_that_cannot_be_meant(tmp_path: Path, value: float) -> None:
    record = one(tmp_path, Dv(pixel=(value, 0.1, 0)))
    assert record.physical_size.x is None
    assert record.physical_size.y == Quantity(0.1, "µm")
    assert record.physical_size.z is None
    assert codes(record) == ["value-ignored"]


def test_a_pixel_size_is_the_shortest_number_of_32_bits(tmp_path: Path) -> None:
    exact = struct.unpack("<f", struct.pack("<f", 0.08047685))[0]
    record = one(tmp_path, Dv(pixel=(exact, 1, 1)))
    assert record.physical_size.x == Quantity(0.08047685, "µm")


def test_wavelengths(tmp_path: Path) -> None:
    """In the order of the sections; a negative one stands for transmitted light."""
    records = [Section(excitation=w) for w in (360, 360, -50, -50)]
    record = one(tmp_path, Dv(waves=(457, -50), records=records))
    first, second = record.channels
    assert first.excitation_wavelength == Quantity(360, "nm")
    assert first.emission_wavelength == Quantity(457, "nm")
    assert second.excitation_wavelength is None
    assert second.emission_wavelength is None
    assert codes(record) == []


@pytest.mark.parametrize(
    ("sequence", "seconds"), [(2, (0, 0, 5, 5)), (0, (0, 5, 0, 5)), (1, (0, 0, 5, 5))]
)
def test_time_increment(
    tmp_path: Path, sequence: int, seconds: tuple[float, ...]
) -> None:
    records = [Section(t) for t in seconds]
    record = one(tmp_path, Dv(times=2, sequence=sequence, records=records))
    assert record.time_increment == Quantity(5, "s")


def test_an_extended_header_of_few_numbers_says_nothing(tmp_path: Path) -> None:
    content = bytearray(Dv(times=2, records=timed()).written())
    content[130:132] = struct.pack("<h", 2)
    record = one(tmp_path, bytes(content))
    assert record.time_increment is None
    assert record.channels[0].excitation_wavelength is None


@pytest.mark.parametrize(
    ("seconds", "date"),
    [(1.2e9, "2008-01-10T21:20:00Z"), (0, None), (float("nan"), None), (-5, None)],
)
def test_date_of_newer_headers(
    tmp_path: Path, seconds: float, date: str | None
) -> None:
    assert one(tmp_path, Dv(kind=100, created=seconds)).acquired_at == date


def test_a_lens_without_a_log(tmp_path: Path) -> None:
    assert one(tmp_path, Dv()).objective.model == "lens ID 10612"
    assert one(tmp_path, Dv(lens=0)).objective.model is None


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a_R3D_D3D.dv", "deconvolved"),
        ("a.dv_decon", "deconvolved"),
        ("a_SIR.dv", "structured illumination"),
        ("a_R3D_PRJ.dv", "projected"),
        ("a.r3d_d3d", "deconvolved"),
    ],
)
def test_processed_images(tmp_path: Path, name: str, says: str) -> None:
    record = one(tmp_path, Dv(), name)
    assert says in problem(record, "processed-image").message


# -- damage ----------------------------------------------------------------------


def test_pixels_beyond_the_end(tmp_path: Path) -> None:
    content = Dv().written()
    record = one(tmp_path, content[:-1])
    found = problem(record, "truncated")
    assert found.error
    assert found.place == f"byte {len(content) - 1}"
    assert "3 of 4 sections" in found.message


def test_an_extended_header_beyond_the_end(tmp_path: Path) -> None:
    content = bytearray(Dv().written())
    content[92:96] = struct.pack("<i", 0x7FFFFFFF)
    record = one(tmp_path, bytes(content))
    assert "0 of 4 sections" in problem(record, "truncated").message


def test_counts_that_no_file_has(tmp_path: Path) -> None:
    content = bytearray(Dv(kind=100, records=timed()).written())
    content[8:12] = struct.pack("<i", 0x7FFFFFFF)
    content[180:182] = b"\xff\xff"
    content[852:856] = struct.pack("<i", 0x7FFFFFFF)
    record = one(tmp_path, bytes(content))
    assert "truncated!" in codes(record)
