"""TIA series, written as C. B. Boothroyd describes them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import ImageMetadata, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.em.ser import TiaSeries
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.readers.base import Reader

SIZES = {1: 1, 2: 2, 3: 4, 4: 1, 5: 2, 6: 4, 7: 4, 8: 8, 9: 8, 10: 16}
POSITIONS, TIMES = 0x4142, 0x4152


def ser_bytes(
    shape: tuple[int, ...] = (6, 4),
    count: int = 1,
    *,
    valid: int | None = None,
    version: int = 0x0220,
    tags: int = TIMES,
    code: int = 2,
    delta: float = 2.5e-10,
    axes: Sequence[tuple[int, float, bytes]] = ((1, 1.0, b""),),
    seconds: int = 1_500_000_000,
) -> bytes:
    wide = version >= 0x0220
    kind = 0x4122 if len(shape) == 2 else 0x4120
    dims = b"".join(
        struct.pack("<iddi", size, 0.0, step, 0)
        + struct.pack("<i", 6)
        + b"Number"
        + struct.pack("<i", len(unit))
        + unit
        for size, step, unit in axes
    )
    start = 22 + (8 if wide else 4) + 4 + len(dims)
    table = struct.Struct("<q" if wide else "<i")
    if len(shape) == 2:
        element = struct.pack(
            "<ddiddihii", 0.0, delta, 0, 0.0, 2 * delta, 0, code, *shape
        )
    else:
        element = struct.pack("<ddihi", 0.0, delta, 0, code, *shape)
    pixels = SIZES.get(code, 1)
    for extent in shape:
        pixels *= extent
    element += bytes(pixels)
    first = start + 2 * count * table.size
    tag = struct.pack("<HHI", tags, 0, seconds)
    places = [first + n * (len(element) + len(tag)) for n in range(count)]
    head = struct.pack("<2sHHiiii", b"II", 0x0197, version, kind, tags, count, 0)
    head = head[:-4] + struct.pack("<i", count if valid is None else valid)
    head += table.pack(start) + struct.pack("<i", len(axes)) + dims
    head += b"".join(table.pack(place) for place in places)
    head += b"".join(table.pack(place + len(element)) for place in places)
    return head + (element + tag) * count


class TestTiaSeries(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return TiaSeries()

    @pytest.fixture
    def image(self, tmp_path: Path) -> Path:
        folder = tmp_path / "image"
        folder.mkdir()
        path = folder / "a_1.ser"
        path.write_bytes(ser_bytes(count=2))
        return path


def read(path: Path, content: bytes) -> ImageMetadata:
    path.write_bytes(content)
    assert TiaSeries().recognises(path, content)
    (record,) = TiaSeries().read(path)
    return record


def codes(record: ImageMetadata) -> list[str]:
    return [p.code + "!" * p.error for p in record.problems]


def extent(record: ImageMetadata) -> tuple[int | None, ...]:
    size = record.size
    return (size.x, size.y, size.z, size.c, size.t)


@pytest.mark.parametrize("version", [0x0210, 0x0220])
@pytest.mark.parametrize("count", [1, 3])
def test_images(tmp_path: Path, version: int, count: int) -> None:
    record = read(tmp_path / "a_1.ser", ser_bytes(count=count, version=version))
    assert extent(record) == (6, 4, 1, 1, count)
    assert record.pixel_type == "uint16"
    # The format has metres.
    assert record.physical_size.x == Quantity(0.00025, "µm")
    assert record.physical_size.y == Quantity(0.0005, "µm")
    assert record.acquired_at == "2017-07-14T02:40:00Z"
    assert codes(record) == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (1, "uint8"),
        (3, "uint32"),
        (4, "int8"),
        (5, "int16"),
        (6, "int32"),
        (7, "float"),
        (8, "double"),
        (9, "complex"),
        (10, "double-complex"),
    ],
)
def test_pixel_types(tmp_path: Path, code: int, name: str) -> None:
    assert read(tmp_path / "a.ser", ser_bytes(code=code)).pixel_type == name


@pytest.mark.parametrize("delta", [0.0, -1e-9, 2.4e7, float("nan"), float("inf")])
def test_diffraction_patterns_have_no_length(tmp_path: Path, delta: float) -> None:
    record = read(tmp_path / "a.ser", ser_bytes(delta=delta))
    assert (record.physical_size.x, record.physical_size.y) == (None, None)


def test_images_at_positions_are_no_volume(tmp_path: Path) -> None:
    record = read(tmp_path / "a.ser", ser_bytes(count=4, tags=POSITIONS))
    assert extent(record) == (6, 4, 1, 1, None)
    assert codes(record) == ["axis-unknown"]


def test_a_series_that_was_stopped(tmp_path: Path) -> None:
    record = read(tmp_path / "a.ser", ser_bytes(count=4, valid=3))
    assert (record.size.t, codes(record)) == (3, ["planes-missing"])


def test_a_map_of_spectra(tmp_path: Path) -> None:
    axes = ((3, 1e-9, b"meters"), (2, -2e-9, b"m"))
    content = ser_bytes((100,), 6, tags=POSITIONS, axes=axes)
    record = read(tmp_path / "a.ser", content)
    assert extent(record) == (3, 2, 1, 100, 1)
    assert record.physical_size.x == Quantity(0.001, "µm")
    assert record.physical_size.y == Quantity(0.002, "µm")
    assert (record.channels, codes(record)) == ((), [])
    line = ser_bytes((100,), 3, tags=POSITIONS, axes=((3, 1.0, b"nm"),))
    assert extent(read(tmp_path / "b.ser", line)) == (3, 1, 1, 100, 1)
    unknown = ser_bytes((100,), 3, tags=POSITIONS, axes=((3, 1.0, b"V"),))
    assert read(tmp_path / "c.ser", unknown).physical_size.x is None
    # One metre stands where points were chosen by hand.
    points = ser_bytes((100,), 3, tags=POSITIONS, axes=((3, 1.0, b"meters"),))
    assert read(tmp_path / "d.ser", points).physical_size.x is None


def test_one_spectrum(tmp_path: Path) -> None:
    record = read(tmp_path / "a.ser", ser_bytes((100,)))
    assert extent(record) == (100, 1, 1, 1, 1)


def test_no_time(tmp_path: Path) -> None:
    assert read(tmp_path / "a.ser", ser_bytes(seconds=0)).acquired_at is None


EMI = """binary<ObjectInfo><AcquireDate>Tue Jun  7 10:11:12 2016</AcquireDate>
<Manufacturer>FEI Company</Manufacturer><ExperimentalDescription><Root>
<Data><Label>User</Label><Value>{user}</Value><Unit></Unit></Data>
<Data><Label>Microscope</Label><Value>Tecnai 200 kV</Value><Unit></Unit></Data>
</Root></ExperimentalDescription></ObjectInfo>binary"""


def test_what_stands_beside(tmp_path: Path) -> None:
    beside = tmp_path / "a.emi"
    beside.write_text(EMI.format(user="jdoe"))
    record = read(tmp_path / "a_1.ser", ser_bytes())
    assert record.acquired_at == "2016-06-07T10:11:12"
    assert record.instrument.manufacturer == "FEI Company"
    assert record.instrument.model == "Tecnai 200 kV"
    assert record.files == (record.path, beside.as_posix())
    assert codes(record) == ["personal-data"]
    assert "jdoe" not in str(record.problems)
    assert read_image(beside).images == (record,)
    assert TiaSeries().leads(tmp_path / "b.emi") == ()
    assert TiaSeries().leads(tmp_path / "b.txt") == ()


@pytest.mark.parametrize(
    "text", ["", "<ObjectInfo>", EMI.replace("Jun", "Foo").format(user="")]
)
def test_what_stands_beside_and_says_little(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.emi").write_text(text)
    record = read(tmp_path / "a_1.ser", ser_bytes())
    assert (record.acquired_at, codes(record)) == ("2017-07-14T02:40:00Z", [])


def test_what_stands_beside_and_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.emi").mkdir()
    assert codes(read(tmp_path / "a_1.ser", ser_bytes())) == ["unreadable-part"]


def test_a_file_cut_at_every_byte(tmp_path: Path) -> None:
    content = ser_bytes(count=2)
    path = tmp_path / "a.ser"
    for end in range(len(content) - 8):  # after the last element only its tag stands
        path.write_bytes(content[:end])
        try:
            (record,) = TiaSeries().read(path)
        except DamagedFileError:
            continue
        assert codes(record) == ["truncated!"], end


@pytest.mark.parametrize(
    ("at", "code", "value"),
    [
        (14, "i", -1),
        (18, "i", 0),
        (18, "i", 9),
        (22, "q", 1 << 62),
        (22, "q", -1),
        (30, "i", 1 << 30),
        (58, "i", 1 << 30),
    ],
)
def test_numbers_that_cannot_be_meant(
    tmp_path: Path, at: int, code: str, value: Any
) -> None:
    content = bytearray(ser_bytes())
    struct.pack_into(f"<{code}", content, at, value)
    path = tmp_path / "a.ser"
    path.write_bytes(content)
    with pytest.raises(DamagedFileError):
        TiaSeries().read(path)


@pytest.mark.parametrize("change", [{"code": 11}, {"shape": (0, 4)}])
def test_elements_that_cannot_be_meant(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "a.ser"
    path.write_bytes(ser_bytes(**change))
    with pytest.raises(DamagedFileError, match="type and extent"):
        TiaSeries().read(path)


def test_other_files_of_this_name(tmp_path: Path) -> None:
    for content in (b"LUCAM-RECORDER" + bytes(200), b"II\x97\x01" + bytes(60)):
        assert not TiaSeries().recognises(tmp_path / "a.ser", content)
