"""Plates of Yokogawa CellVoyager microscopes: XML beside the images."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import pytest

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import PhysicalSize, PlatePosition, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.extract import extract
from fairsubmit.readers.plates.cellvoyager.reader import CellVoyager
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.base import Reader

    Make = Callable[..., bytes]

XMLNS = 'xmlns:bts="http://www.yokogawa.co.jp/BTS/BTSSchema/1.0"'
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
MRF = f"""{DECLARATION}<bts:MeasurementDetail bts:OperatorName="OPERATOR"
 bts:Title="Screen" bts:BeginTime="2023-09-18T13:58:39+02:00"
 bts:MeasurementSettingFileName="screen.mes" bts:ColumnCount="12" bts:RowCount="8"
 bts:TargetSystem="CV8000" bts:ReleaseNumber="R2.06.03" {XMLNS}>
 <bts:MeasurementSamplePlate bts:Name="Screen" bts:WellPlateFileName="screen.wpi" />
 <bts:MeasurementChannel bts:Ch="1" bts:HorizontalPixelDimension="0.325"
  bts:VerticalPixelDimension="0.325" bts:InputBitDepth="16" bts:HorizontalPixels="32"
  bts:VerticalPixels="24" />
 <bts:MeasurementChannel bts:Ch="2" bts:HorizontalPixelDimension="0.325"
  bts:VerticalPixelDimension="0.325" bts:InputBitDepth="16" bts:HorizontalPixels="32"
  bts:VerticalPixels="24" />
</bts:MeasurementDetail>
"""
MES = f"""{DECLARATION}<bts:MeasurementSetting bts:ProductID="1" {XMLNS}>
 <bts:LightSourceList>
  <bts:LightSource bts:Name="405nm" bts:Type="Laser" bts:WaveLength="405" />
  <bts:LightSource bts:Name="488nm" bts:Type="Laser" bts:WaveLength="488" />
  <bts:LightSource bts:Name="Lamp" bts:Type="Lamp" bts:WaveLength="0" />
 </bts:LightSourceList>
 <bts:ChannelList>
  <bts:Channel bts:Ch="1" bts:Target="DNA" bts:Objective="20x v2"
   bts:Magnification="20" bts:Acquisition="BP445/45" bts:ExposureTime="100"
   bts:Kind="ConfocalFluorescence" bts:PinholeDiameter="50" bts:Fluorophore="Hoechst">
   <bts:LightSourceName>405nm</bts:LightSourceName></bts:Channel>
  <bts:Channel bts:Ch="2" bts:Target="BF" bts:Objective="20x v2"
   bts:Magnification="20" bts:Kind="Brightfield" bts:Fluorophore="">
   <bts:LightSourceName>Lamp</bts:LightSourceName></bts:Channel>
 </bts:ChannelList>
</bts:MeasurementSetting>
"""
WPI = (
    f'{DECLARATION}<bts:WellPlate bts:Name="Plate 7" bts:ProductID="1009680001" '
    f'bts:Columns="12" bts:Rows="8" {XMLNS} />'
)
Plane = tuple[int, int, int, int, int, int]  # row, column, field, z, channel, time


def name(plane: Plane) -> str:
    row, column, field, z, channel, time = plane
    well = f"{chr(64 + row)}{column:02}"
    return f"P_{well}_T{time:04}F{field:03}L01A0{channel}Z{z:02}C{channel:02}.tif"


def record(plane: Plane, text: str | None = None, **attributes: object) -> str:
    row, column, field, z, channel, time = plane
    found = {
        "Type": "IMG",
        "Time": f"2023-09-18T13:58:4{z}.438+02:00",
        "Column": column,
        "Row": row,
        "TimePoint": time,
        "FieldIndex": field,
        "ZIndex": z,
        "TimelineIndex": 1,
        "ActionIndex": channel,
        "X": "-567.1",
        "Z": f"{3.1 * (z - 1):.1f}",
        "Ch": channel,
        **attributes,
    }
    inside = " ".join(f'bts:{key}="{value}"' for key, value in found.items())
    file = name(plane) if text is None else text
    return f"<bts:MeasurementRecord {inside}>{file}</bts:MeasurementRecord>\n"


def mlf(records: Iterable[str]) -> str:
    start = f'{DECLARATION}<bts:MeasurementData bts:Version="1.0" {XMLNS}>\n'
    return f"{start}{''.join(records)}</bts:MeasurementData>\n"


PLANES: list[Plane] = [
    (row, 3, field, z, channel, time)
    for row in (4, 5)
    for field in (1, 2)
    for time in (1, 2)
    for channel in (1, 2)
    for z in (1, 2, 3)
]


class Plate:
    """Writes a plate's files."""

    def __init__(self, folder: Path, tiff: bytes) -> None:
        self.folder = folder
        self.tiff = tiff
        self.mlf = folder / "MeasurementData.mlf"

    def write(
        self,
        records: Iterable[str] | None = None,
        planes: Iterable[Plane] = PLANES,
        *,
        mrf: str = MRF.replace("OPERATOR", ""),
        mes: str = MES,
        wpi: str = WPI,
    ) -> Path:
        found = map(record, PLANES) if records is None else records
        self.mlf.write_text(mlf(found), encoding="utf-8")
        named = {"MeasurementDetail.mrf": mrf, "screen.mes": mes, "screen.wpi": wpi}
        for file, text in named.items():
            if text:
                (self.folder / file).write_text(text, encoding="utf-8")
        for plane in planes:
            (self.folder / name(plane)).write_bytes(self.tiff)
        return self.mlf


@pytest.fixture
def plate(tmp_path: Path, make_tiff: Make) -> Plate:
    folder = tmp_path / "plate"
    folder.mkdir()
    return Plate(folder, make_tiff(bits=16))


def read(path: Path) -> tuple[ImageMetadata, ...]:
    extraction = read_image(path)
    assert extraction.findings == ()
    return extraction.images


def codes(found: ImageMetadata, *, error: bool | None = None) -> list[str]:
    return [p.code for p in found.problems if error is None or p.error is error]


class TestCellVoyager(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return CellVoyager()

    @pytest.fixture
    def image(self, plate: Plate) -> Path:
        return plate.write([record(PLANES[0])], PLANES[:1])


def test_a_record_for_each_field(plate: Plate) -> None:
    records = read(plate.write())
    assert [record.plate for record in records] == [
        PlatePosition("Plate 7", row, 2, field) for row in (3, 4) for field in (0, 1)
    ]
    first = records[0]
    size = first.size
    assert (size.x, size.y, size.z, size.c, size.t) == (32, 24, 3, 2, 2)
    assert (first.pixel_type, first.significant_bits) == ("uint16", 16)
    pixel = Quantity(0.325, "µm")
    assert first.physical_size == PhysicalSize(pixel, pixel, Quantity(3.1, "µm"))
    one, two = first.channels
    assert (one.name, one.fluorophore) == ("DNA", "Hoechst")
    assert one.excitation_wavelength == Quantity(405, "nm")
    assert one.acquisition_mode == "SpinningDiskConfocal"
    assert (one.contrast_method, two.contrast_method) == ("Fluorescence", "Brightfield")
    assert (two.name, two.fluorophore, two.excitation_wavelength) == ("BF", None, None)
    assert (first.objective.model, first.objective.magnification) == ("20x v2", 20)
    assert first.instrument.model == "CV8000"
    assert first.software == "CV8000 R2.06.03"
    assert first.acquired_at == "2023-09-18T13:58:41.438+02:00"
    assert len(first.files) == 4 + 12
    assert all(record.problems == () for record in records)


def test_every_file_belongs_to_one_record(plate: Plate) -> None:
    path = plate.write()
    (plate.folder / "other.tif").write_bytes(plate.tiff)
    found = list(extract([plate.folder], root=plate.folder))
    assert [(e.path, len(e.images)) for e in found] == [
        ("MeasurementData.mlf", 4),
        ("other.tif", 1),
    ]
    planes = [f for r in found[0].images for f in r.files if f.endswith(".tif")]
    assert len(planes) == len(set(planes)) == len(PLANES)
    records = read(path)
    for file in (name(PLANES[7]), "MeasurementDetail.mrf", "screen.mes", "screen.wpi"):
        assert read(plate.folder / file) == records


def test_images_in_a_folder_below(plate: Plate) -> None:
    """As the CQ1 writes them."""
    path = plate.write(planes=())
    below = plate.folder / "Image"
    below.mkdir()
    for plane in PLANES:
        (below / name(plane)).write_bytes(plate.tiff)
    records = read(path)
    assert all(record.problems == () for record in records)
    assert read(below / name(PLANES[0])) == records


def test_an_operator_is_not_named(plate: Plate) -> None:
    path = plate.write(mrf=MRF.replace("OPERATOR", "lovelace"))
    first, second, *_ = read(path)
    assert codes(first) == ["personal-data"]
    assert "lovelace" not in str(first)
    assert second.problems == ()


def test_missing_files(plate: Plate) -> None:
    first, second, *_ = read(plate.write(planes=PLANES[3:]))
    assert codes(first, error=True) == ["missing-part"]
    message = "3 of 12 image files are not there; the first is P_D03_T0001F001"
    assert first.problems[0].message.startswith(message)
    assert second.problems == ()


def test_none_of_the_files(plate: Plate) -> None:
    first = read(plate.write(planes=()))[0]
    assert (first.size.x, first.size.y, first.pixel_type) == (32, 24, None)
    assert codes(first, error=True) == ["missing-part"]


def test_a_channel_taken_at_one_z_position(plate: Plate) -> None:
    planes = [p for p in PLANES if p[4] == 1 or p[3] == 1]
    first = read(plate.write(map(record, planes), planes))[0]
    assert (first.size.z, first.size.c) == (3, 2)
    assert codes(first, error=False) == ["planes-missing"]


def test_what_the_instrument_could_not_take(plate: Plate) -> None:
    failed = record(PLANES[0], "AF Error", Type="ERR", FieldIndex="")
    first = read(plate.write([failed, *map(record, PLANES)]))[0]
    assert codes(first, error=False) == ["planes-missing"]
    assert len(first.files) == 16


def test_projections_are_files_of_their_stacks(plate: Plate) -> None:
    projection = "P_D03_projection.tif"
    (plate.folder / projection).write_bytes(plate.tiff)
    records = [
        *map(record, PLANES),
        record(PLANES[0], projection, ZImageProcessing="MIP"),
    ]
    first = read(plate.write(records))[0]
    assert first.files[-1].endswith(projection)
    assert (first.size.z, first.problems) == (3, ())


def test_projections_alone_are_said(plate: Plate) -> None:
    planes = [p for p in PLANES if p[3] == 1]
    records = (record(p, ZImageProcessing="MIP") for p in planes)
    first = read(plate.write(records, planes))[0]
    assert (first.size.z, codes(first)) == (1, ["processed-image"])


def test_the_same_channel_in_two_actions_is_two(plate: Plate) -> None:
    planes = PLANES[:6]
    records = [record(p, Ch=1) for p in planes]
    first = read(plate.write(records, planes))[0]
    assert first.size.c == 2
    assert [channel.name for channel in first.channels] == ["DNA", "DNA"]


@pytest.mark.parametrize("absent", ["mrf", "mes", "wpi"])
def test_without_a_file_beside(plate: Plate, absent: str) -> None:
    texts = {"mrf": MRF.replace("OPERATOR", ""), "mes": MES, "wpi": WPI, absent: ""}
    path = plate.write(mrf=texts["mrf"], mes=texts["mes"], wpi=texts["wpi"])
    first = read(path)[0]
    assert codes(first) == ["companion-missing"]
    assert first.size.x == 32
    assert (first.physical_size.x is None) == (absent == "mrf")
    assert first.plate is not None
    assert first.plate.plate == {"mrf": "Plate 7", "wpi": "Screen"}.get(
        absent, "Plate 7"
    )


@pytest.mark.parametrize("text", ["<x/>", "no xml", MRF[:200]])
def test_a_file_beside_that_cannot_be_read(plate: Plate, text: str) -> None:
    assert codes(read(plate.write(mrf=text))[0]) == ["metadata-unreadable"]


def test_a_file_beside_that_breaks_off(plate: Plate) -> None:
    first = read(plate.write(mrf=MRF.replace("OPERATOR", "")[:-60]))[0]
    assert codes(first, error=True) == ["truncated"]
    assert first.physical_size.x == Quantity(0.325, "µm")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (
            'HorizontalPixelDimension="0.325"',
            'HorizontalPixelDimension="-1"',
            "value-ignored",
        ),
        ('HorizontalPixels="32"', 'HorizontalPixels="64"', "size-mismatch"),
    ],
)
def test_odd_values(plate: Plate, old: str, new: str, code: str) -> None:
    path = plate.write(mrf=MRF.replace("OPERATOR", "").replace(old, new))
    assert codes(read(path)[0]) == [code]


@pytest.mark.parametrize("z", ["", "x", "NaN", "1e999999", "-1e999999", "3.1"])
def test_z_positions_that_make_no_distance(plate: Plate, z: str) -> None:
    records = (record(p, Z=z) for p in PLANES)
    first = read(plate.write(records))[0]
    assert first.physical_size.z is None


@pytest.mark.parametrize("key", ["Row", "Column", "FieldIndex"])
@pytest.mark.parametrize("value", ["0", "-1", "", "x", "99999999999999999999999"])
def test_wells_that_are_none(plate: Plate, key: str, value: str) -> None:
    records = [record(PLANES[0], **{key: value}), *map(record, PLANES[12:])]
    assert len(read(plate.write(records))) == 3


def test_planes_of_png(plate: Plate) -> None:
    path = plate.write([record(PLANES[0], "a.png")], ())
    header = struct.pack(">IIBBBBB", 40, 30, 16, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    crc = struct.pack(">I", zlib.crc32(chunk))
    content = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + crc
    (plate.folder / "a.png").write_bytes(content)
    (first,) = read(path)
    assert (first.size.x, first.size.y, first.pixel_type) == (40, 30, "uint16")
    (plate.folder / "a.png").write_bytes(content[:20])
    (cut,) = read(path)
    assert codes(cut, error=True) == ["unreadable-part"]


def test_a_list_that_breaks_off_gives_what_precedes(plate: Plate) -> None:
    path = plate.write()
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: len(text) // 2], encoding="utf-8")
    records = read(path)
    assert len(records) < 4
    assert "truncated" in codes(records[0], error=True)


@pytest.mark.parametrize(
    "text",
    [
        mlf([]),
        mlf(["<bts:MeasurementRecord/>"]),
        mlf([record(PLANES[0], "")]),
        f"<!DOCTYPE a>{mlf([record(PLANES[0])])}",
        f"<bts:MeasurementData {XMLNS}>" + "<a>" * 1000,
    ],
)
def test_hostile_and_empty_lists(plate: Plate, text: str) -> None:
    plate.mlf.write_text(text, encoding="utf-8")
    with pytest.raises(DamagedFileError):
        CellVoyager().read(plate.mlf)
