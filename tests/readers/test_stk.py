"""MetaMorph STK files and ND series, written from the format's description."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import PhysicalSize, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.extract import extract
from fairsubmit.readers.plates.metamorph.reader import MetaMorph
from fairsubmit.readers.tiff.stk import Stk
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.base import Reader

    Make = Callable[..., bytes]

DAY = 2451576  # 2 February 2000
METASERIES = b"""<MetaData><PlaneInfo>
<prop id="spatial-calibration-state" type="bool" value="on"/>
<prop id="spatial-calibration-x" type="float" value="0.2"/>
<prop id="spatial-calibration-y" type="float" value="0.2"/>
<prop id="_MagSetting_" type="string" value="60x Oil"/>
<prop id="_IllumSetting_" type="string" value="GFP"/></PlaneInfo></MetaData>"""


def ratio(value: float) -> tuple[int, int]:
    return round(value * 1000), 1000


def text(words: str) -> bytes:
    raw = words.encode("cp1252") + b"\0"
    return struct.pack("<I", len(raw)) + raw


def stk(
    planes: int = 3,
    *,
    distance: float = 0.5,
    times: Sequence[int] = (),
    waves: Sequence[float] = (525,),
    calibration: tuple[int, float, str] | None = (1, 0.13, "um"),
    heights: Sequence[float] = (),
    label: str = "Row0_Col0",
    description: bytes = b"Exposure: 40 ms\r\n\0Exposure: 40 ms\r\n",
    count: int | None = None,
    uic2: bytes | None = None,
    size: tuple[int, int] = (8, 4),
    bits: int = 16,
    compression: int = 1,
) -> bytes:
    """One directory, then the planes; the tags UIC1 to UIC4 before them."""
    ms = [*times, *range(54_362_783, 54_362_783 + 2 * planes)][:planes]
    two = b"".join(struct.pack("<6I", *ratio(distance), DAY, t, DAY, t) for t in ms)
    three = b"".join(
        struct.pack("<2I", *ratio(waves[i % len(waves)])) for i in range(planes)
    )
    four = struct.pack("<H", 28) + struct.pack("<4i", -5000, 1000, 7, 1) * planes
    four += struct.pack("<H", 37) + text(label) * planes
    if heights:
        four += struct.pack("<H", 40)
        four += b"".join(struct.pack("<2i", *ratio(z)) for z in heights)
    four += struct.pack("<H", 0)
    pixels = size[0] * size[1] * bits // 8
    tags = 13
    at = 8 + 2 + 12 * tags + 4
    blocks: dict[int, int] = {}
    out = bytearray()

    def place(number: int, raw: bytes) -> None:
        nonlocal at
        blocks[number] = at
        out.extend(raw)
        at += len(raw)

    place(270, description)
    place(33629, two if uic2 is None else uic2)
    place(33630, three)
    place(33631, four)
    pairs = [(0, 1), (7, at)]
    out.extend(text("GFP stack"))
    at += len(text("GFP stack"))
    if calibration is not None:
        state, length, unit = calibration
        pairs += [(3, state), (4, at), (5, at), (6, at + 8)]
        block = struct.pack("<2I", *ratio(length)) + text(unit)
        out.extend(block)
        at += len(block)
    place(33628, b"".join(struct.pack("<2I", *pair) for pair in pairs))
    entries = [
        (256, 4, 1, size[0]),
        (257, 4, 1, size[1]),
        (258, 3, 1, bits),
        (259, 3, 1, compression),
        (262, 3, 1, 1),
        (270, 2, len(description), blocks[270]),
        (273, 4, 1, at),
        (277, 3, 1, 1),
        (279, 4, 1, pixels),
        (33628, 4, len(pairs), blocks[33628]),
        (33629, 5, planes if count is None else count, blocks[33629]),
        (33630, 5, planes, blocks[33630]),
        (33631, 4, planes, blocks[33631]),
    ]
    head = b"II*\0" + struct.pack("<IH", 8, len(entries))
    ifd = b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)
    return head + ifd + bytes(out) + bytes(pixels * planes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "image"
    found.mkdir()
    return found


@pytest.fixture
def write(folder: Path) -> Callable[..., ImageMetadata]:
    def written(**options: object) -> ImageMetadata:
        path = folder / "a.stk"
        path.write_bytes(stk(**options))  # type: ignore[arg-type]
        extraction = read_image(path)
        assert extraction.findings == ()
        (found,) = extraction.images
        return found

    return written


def codes(found: ImageMetadata, *, error: bool | None = None) -> list[str]:
    return [p.code for p in found.problems if error is None or p.error is error]


def extent(found: ImageMetadata) -> tuple[int | None, ...]:
    return (found.size.x, found.size.y, found.size.z, found.size.c, found.size.t)


class TestStk(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Stk()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        path = folder / "a.stk"
        path.write_bytes(stk())
        return path


def test_a_stack(write: Callable[..., ImageMetadata]) -> None:
    found = write()
    assert extent(found) == (8, 4, 3, 1, 1)
    pixel = Quantity(0.13, "µm")
    assert found.physical_size == PhysicalSize(pixel, pixel, Quantity(0.5, "µm"))
    assert found.channels[0].emission_wavelength == Quantity(525, "nm")
    assert found.acquired_at == "2000-02-02T15:06:02.783"
    assert (found.name, found.format) == ("Row0_Col0", "MetaMorph STK")
    assert (found.pixel_type, found.reader) == ("uint16", "stk")
    assert found.problems == ()
    assert found.provenance["physical_size.x"] == "UIC1/XCalibration"


def test_a_time_series(write: Callable[..., ImageMetadata]) -> None:
    found = write(distance=0)
    assert extent(found) == (8, 4, 1, 1, 3)
    assert found.physical_size.z is None


def test_positions_along_z(write: Callable[..., ImageMetadata]) -> None:
    found = write(distance=0, heights=(-2.5, -1.75, -1))
    assert extent(found) == (8, 4, 3, 1, 1)
    assert found.physical_size.z == Quantity(0.75, "µm")


def test_several_wavelengths(write: Callable[..., ImageMetadata]) -> None:
    found = write(planes=6, waves=(450, 525))
    assert extent(found) == (8, 4, 3, 2, 1)
    waves = [channel.emission_wavelength for channel in found.channels]
    assert waves == [Quantity(450, "nm"), Quantity(525, "nm")]


def test_planes_that_do_not_say_what_they_are(
    write: Callable[..., ImageMetadata],
) -> None:
    found = write(distance=0, times=(5, 5, 5))
    assert extent(found) == (8, 4, None, None, None)
    assert (codes(found), found.channels) == (["axis-unknown"], ())


def test_a_single_plane(write: Callable[..., ImageMetadata]) -> None:
    assert extent(write(planes=1)) == (8, 4, 1, 1, 1)


@pytest.mark.parametrize(
    "calibration", [None, (0, 0.13, "um"), (1, 0, "um"), (1, 0.13, "furlong")]
)
def test_no_calibration(
    write: Callable[..., ImageMetadata], calibration: tuple[int, float, str] | None
) -> None:
    found = write(calibration=calibration)
    assert found.physical_size == PhysicalSize(z=Quantity(0.5, "µm"))
    unknown = calibration is not None and calibration[2] == "furlong"
    assert codes(found) == (["unit-unknown"] if unknown else [])


@pytest.mark.parametrize(("unit", "symbol"), [("nm", "nm"), ("µm", "µm"), ("", "µm")])
def test_units(write: Callable[..., ImageMetadata], unit: str, symbol: str) -> None:
    found = write(calibration=(1, 0.13, unit))
    assert found.physical_size.x == Quantity(0.13, symbol)


def test_what_later_versions_describe(write: Callable[..., ImageMetadata]) -> None:
    found = write(calibration=None, description=METASERIES + b"\0" + METASERIES)
    assert found.physical_size.x == Quantity(0.2, "µm")
    assert found.objective.magnification == 60
    assert found.channels[0].name == "GFP"


@pytest.mark.parametrize("wave", [0, 0.0001])
def test_a_wavelength_of_zero_is_unset(
    write: Callable[..., ImageMetadata], wave: float
) -> None:
    assert write(waves=(wave,)).channels[0].emission_wavelength is None


@pytest.mark.parametrize("day", [0, 1721424, 1 << 31])
def test_a_day_that_is_none(write: Callable[..., ImageMetadata], day: int) -> None:
    block = struct.pack("<6I", 0, 1, day, 5, day, 5)
    assert write(planes=1, uic2=block).acquired_at is None


def test_a_time_beyond_the_day(write: Callable[..., ImageMetadata]) -> None:
    block = struct.pack("<6I", 0, 0, DAY, 86_400_000, DAY, 5)
    assert write(planes=1, uic2=block).acquired_at is None


@pytest.mark.parametrize("count", [0, 1 << 31])
def test_a_number_of_planes_that_cannot_be(
    write: Callable[..., ImageMetadata], count: int
) -> None:
    found = write(count=count)
    assert codes(found) == ["value-ignored"]
    assert extent(found) == (8, 4, 1, 1, 1)


def test_more_planes_than_pixels(write: Callable[..., ImageMetadata]) -> None:
    found = write(count=4)
    assert codes(found, error=True) == ["truncated"]
    assert write(count=4, compression=5).problems == ()


def test_a_cut_stack(folder: Path) -> None:
    path = folder / "a.stk"
    path.write_bytes(stk()[:-1])
    (found,) = read_image(path).images
    assert codes(found, error=True) == ["truncated"]


def test_a_tiff_without_the_tags_is_no_stack(folder: Path, make_tiff: Make) -> None:
    path = folder / "a.stk"
    path.write_bytes(make_tiff())
    assert [image.reader for image in read_image(path).images] == ["tiff"]
    with pytest.raises(DamagedFileError):
        Stk().read(path)


# -- series: ND and its files ----------------------------------------------------


def nd(
    waves: Sequence[str] = ("GFP", "561 / TRITC"),
    stages: Sequence[str] = ("B2", "C3"),
    times: int = 2,
    steps: int = 3,
    **more: object,
) -> str:
    lines = [
        '"NDInfoFile", Version 2.0',
        '"Description", File recreated by',
        "a person",
    ]
    lines += ['"StartTime1", 20211203 14:02:11.123']
    lines += [f'"DoTimelapse", {str(times > 1).upper()}', f'"NTimePoints", {times}']
    lines += [f'"DoStage", {str(bool(stages)).upper()}']
    lines += [f'"NStagePositions", {len(stages)}'] if stages else []
    lines += [f'"Stage{i}", "{stage}"' for i, stage in enumerate(stages, 1)]
    lines += [f'"DoWave", {str(bool(waves)).upper()}', f'"NWavelengths", {len(waves)}']
    for i, wave in enumerate(waves, 1):
        lines += [f'"WaveName{i}", "{wave}"', f'"WaveDoZ{i}", TRUE']
    lines += [f'"DoZSeries", {str(steps > 1).upper()}', f'"NZSteps", {steps}']
    lines += ['"ZStepSize", 0,50', '"WaveInFileName", TRUE']
    lines += [f'"{key}", {value}' for key, value in more.items()]
    return "\r\n".join([*lines, '"EndFile"', ""])


NAMES = [
    f"exp_w{wave}_s{stage}_t{time}.STK"
    for stage in (1, 2)
    for time in (1, 2)
    for wave in ("1GFP", "2561TRITC")
]


@pytest.fixture
def series(folder: Path) -> Path:
    path = folder / "exp.nd"
    path.write_text(nd(), encoding="latin-1")
    for name in NAMES:
        (folder / name).write_bytes(stk(waves=(525 if "w1" in name else 600,)))
    return path


def read(path: Path) -> tuple[ImageMetadata, ...]:
    extraction = read_image(path)
    assert extraction.findings == ()
    return extraction.images


class TestMetaMorph(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return MetaMorph()

    @pytest.fixture
    def image(self, series: Path) -> Path:
        return series


def test_a_series(series: Path) -> None:
    first, second = read(series)
    assert extent(first) == extent(second) == (8, 4, 3, 2, 2)
    assert (first.name, second.name) == ("B2", "C3")
    assert [channel.name for channel in first.channels] == ["GFP", "561 / TRITC"]
    assert [channel.index for channel in first.channels] == [0, 1]
    waves = [channel.emission_wavelength for channel in first.channels]
    assert waves == [Quantity(525, "nm"), Quantity(600, "nm")]
    pixel = Quantity(0.13, "µm")
    assert first.physical_size == PhysicalSize(pixel, pixel, Quantity(0.5, "µm"))
    assert first.acquired_at == "2000-02-02T15:06:02.783"
    assert len(first.files) == 5
    assert first.plate is None
    assert first.problems == second.problems == ()
    assert first.provenance["physical_size.z"] == "ZStepSize"


def test_every_file_belongs_to_one_position(series: Path) -> None:
    (series.parent / "experiment.stk").write_bytes(stk())
    found = list(extract([series.parent], root=series.parent))
    assert [(e.path, len(e.images)) for e in found] == [
        ("exp.nd", 2),
        ("experiment.stk", 1),
    ]
    assert read(series.parent / NAMES[3]) == read(series)


def test_names_without_what_is_not_needed(folder: Path, make_tiff: Make) -> None:
    path = folder / "exp.nd"
    path.write_text(nd(waves=(), stages=(), times=1, steps=1))
    (folder / "exp.TIF").write_bytes(make_tiff(bits=16))
    (found,) = read(path)
    assert extent(found) == (32, 24, 1, 1, 1)
    assert found.acquired_at == "2021-12-03T14:02:11.123"
    assert found.problems == ()


def test_z_steps_in_the_pages_of_a_tiff(folder: Path, make_tiff: Make) -> None:
    path = folder / "exp.nd"
    path.write_text(nd(waves=(), stages=(), times=1))
    (folder / "exp.tif").write_bytes(make_tiff([(8, 4)] * 3))
    (found,) = read(path)
    assert extent(found) == (8, 4, 3, 1, 1)
    assert found.problems == ()


def test_missing_files_of_a_series(series: Path) -> None:
    (series.parent / NAMES[1]).unlink()
    first, second = read(series)
    assert codes(first, error=True) == ["missing-part"]
    assert "wave 2, time point 1" in first.problems[0].message
    assert second.problems == ()


def test_missing_positions(series: Path) -> None:
    for name in NAMES[4:]:
        (series.parent / name).unlink()
    (first,) = read(series)
    assert codes(first, error=True) == ["missing-part"]
    for name in NAMES[:4]:
        (series.parent / name).unlink()
    (empty,) = read(series)
    assert codes(empty, error=True) == ["missing-part"]
    assert "2 of 2 stage positions" in empty.problems[0].message


def test_cut_files_of_a_series(series: Path) -> None:
    whole = stk(size=(64, 64))
    for name in NAMES[:4]:
        (series.parent / name).write_bytes(whole)
    (series.parent / NAMES[2]).write_bytes(whole[: len(whole) // 2])
    (series.parent / NAMES[3]).write_bytes(b"")
    first, second = read(series)
    assert codes(first, error=True) == ["truncated", "truncated"]
    assert second.problems == ()


def test_a_member_that_is_no_image(series: Path) -> None:
    (series.parent / NAMES[0]).write_text("no image at all, " * 100)
    first, _ = read(series)
    assert codes(first, error=True) == ["unreadable-part"]
    (series.parent / NAMES[0]).write_bytes(b"II*\0\1")
    first, _ = read(series)
    assert codes(first, error=True) == ["unreadable-part"]


def test_fewer_planes_than_steps(series: Path) -> None:
    series.write_text(nd(steps=5), encoding="latin-1")
    first, _ = read(series)
    assert first.size.z == 5
    assert codes(first, error=False) == ["planes-missing"]


@pytest.mark.parametrize("key", ["NTimePoints", "NWavelengths", "NStagePositions"])
@pytest.mark.parametrize("value", ["-1", "x", "0", "99999999999999", "100000"])
def test_hostile_numbers(series: Path, key: str, value: str) -> None:
    text = series.read_text(encoding="latin-1")
    start = text.index(f'"{key}", ') + len(f'"{key}", ')
    series.write_text(text[:start] + value + text[start + 1 :], encoding="latin-1")
    records = read(series)
    assert len(records) == 2
    assert set(codes(records[0])) & {"value-ignored", "missing-part"}


def test_a_series_without_its_end(series: Path) -> None:
    text = series.read_text(encoding="latin-1")
    series.write_text(text.replace('"EndFile"', ""), encoding="latin-1")
    assert codes(read(series)[0], error=False) == ["truncated"]


def test_what_is_no_nd_file(folder: Path) -> None:
    path = folder / "a.nd"
    path.write_text("dimensions: 3")
    with pytest.raises(DamagedFileError):
        MetaMorph().read(path)
