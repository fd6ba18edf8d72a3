"""Plates of Operetta and Opera Phenix: Harmony's index and a TIFF for every plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import PhysicalSize, PlatePosition, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.extract import extract
from fairsubmit.readers.plates.harmony.reader import Harmony
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.base import Reader

    Make = Callable[..., bytes]

HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<EvaluationInputData Version="1" '
    'xmlns="http://www.perkinelmer.com/PEHH/Harmony{version}">\n'
    "<User>{user}</User><InstrumentType>Phenix</InstrumentType>\n"
    "<Plates><Plate><PlateID>P1</PlateID><MeasurementStartTime>2021-01-01T09:00:00"
    "</MeasurementStartTime><Name>Screen 1</Name><PlateRows>8</PlateRows></Plate>"
    "</Plates>\n"
    '<Wells><Well><id>0102</id><Row>1</Row><Col>2</Col><Image id="a"/></Well></Wells>\n'
)
PROPERTIES = (
    "<ImageSizeX>32</ImageSizeX><ImageSizeY>24</ImageSizeY>"
    '<ImageResolutionX Unit="m">2.96688132474701E-07</ImageResolutionX>'
    '<ImageResolutionY Unit="m">2.96688132474701E-07</ImageResolutionY>'
    '<MainExcitationWavelength Unit="nm">375</MainExcitationWavelength>'
    '<MainEmissionWavelength Unit="nm">456</MainEmissionWavelength>'
    '<ObjectiveMagnification Unit="">20</ObjectiveMagnification>'
    '<ObjectiveNA Unit="">0.8</ObjectiveNA>'
    "<AcquisitionType>NipkowConfocal</AcquisitionType>"
    "<ChannelType>Fluorescence</ChannelType><CameraType>AndorZylaCam</CameraType>"
)
Plane = tuple[int, int, int, int, int, int]  # row, column, field, z, channel, time


def name(plane: Plane) -> str:
    row, column, number, z, channel, time = plane
    return (
        f"r{row:02}c{column:02}f{number:02}p{z:02}-ch{channel}sk{time + 1}fk1fl1.tiff"
    )


def image(plane: Plane, properties: str = PROPERTIES, **texts: object) -> str:
    row, column, number, z, channel, time = plane
    found = {
        "id": "x",
        "State": "Ok",
        "URL": name(plane),
        "Row": row,
        "Col": column,
        "FieldID": number,
        "PlaneID": z,
        "TimepointID": time,
        "ChannelID": channel,
        "ChannelName": f"Dye &amp; {channel}",
        "PositionZ": f"{z * 2}E-06",
        "AbsTime": f"2021-01-01T10:00:0{z}.5+00:00",
        **texts,
    }
    inside = "".join(f"<{key}>{value}</{key}>" for key, value in found.items())
    return f'<Image Version="1">{inside}{properties}</Image>\n'


def index(
    images: Iterable[str], maps: str = "", version: str = "V5", user: str = ""
) -> str:
    head = HEAD.format(version=version, user=user)
    return f"{head}{maps}<Images>{''.join(images)}</Images></EvaluationInputData>"


PLANES: list[Plane] = [
    (row, 2, number, z, channel, time)
    for row in (1, 2)
    for number in (1, 2)
    for time in (0, 1)
    for z in (1, 2, 3)
    for channel in (1, 2)
]


@pytest.fixture
def images(tmp_path: Path, make_tiff: Make) -> Path:
    """The folder of the images of `PLANES`."""
    folder = tmp_path / "plate" / "Images"
    folder.mkdir(parents=True)
    content = make_tiff(bits=16)
    for plane in PLANES:
        (folder / name(plane)).write_bytes(content)
    return folder


def read(path: Path) -> tuple[ImageMetadata, ...]:
    extraction = read_image(path)
    assert extraction.findings == ()
    return extraction.images


def codes(found: ImageMetadata, *, error: bool | None = None) -> list[str]:
    return [p.code for p in found.problems if error is None or p.error is error]


class TestHarmony(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Harmony()

    @pytest.fixture
    def image(self, tmp_path: Path, make_tiff: Make) -> Path:
        folder = tmp_path / "Images"
        folder.mkdir()
        plane = (1, 1, 1, 1, 1, 0)
        (folder / name(plane)).write_bytes(make_tiff())
        path = folder / "Index.idx.xml"
        path.write_text(index([image(plane)]))
        return path


@pytest.mark.parametrize("version", ["V1", "V5", "V6"])
def test_a_record_for_each_field(images: Path, version: str) -> None:
    path = images / "Index.idx.xml"
    path.write_text(index(map(image, PLANES), version=version))
    records = read(path)
    assert [record.plate for record in records] == [
        PlatePosition("Screen 1", row, 1, number) for row in (0, 1) for number in (0, 1)
    ]
    first = records[0]
    size = first.size
    assert (size.x, size.y, size.z, size.c, size.t) == (32, 24, 3, 2, 2)
    assert first.pixel_type == "uint16"
    pixel = Quantity(0.296688132474701, "µm")
    assert first.physical_size == PhysicalSize(pixel, pixel, Quantity(2.0, "µm"))
    assert [channel.name for channel in first.channels] == ["Dye & 1", "Dye & 2"]
    channel = first.channels[0]
    assert channel.excitation_wavelength == Quantity(375, "nm")
    assert channel.emission_wavelength == Quantity(456, "nm")
    assert channel.acquisition_mode == "SpinningDiskConfocal"
    assert channel.contrast_method == "Fluorescence"
    assert (first.objective.magnification, first.objective.numerical_aperture) == (
        20,
        0.8,
    )
    assert (first.instrument.model, first.detector.model) == ("Phenix", "AndorZylaCam")
    assert first.acquired_at == "2021-01-01T10:00:01.5+00:00"
    assert len(first.files) == 13
    assert all(record.problems == () for record in records)


def test_what_channels_share_stands_once(images: Path) -> None:
    """As Harmony writes since its sixth version."""
    entries = "".join(
        f'<Entry ChannelID="{c}"><ChannelName>Map {c}</ChannelName>{PROPERTIES}</Entry>'
        for c in (1, 2)
    )
    flat = "<FlatfieldProfile>{}</FlatfieldProfile>"
    profiles = f'<Map><Entry ChannelID="1">{flat}</Entry></Map>'
    maps = f"<Maps><Map>{entries}</Map>{profiles}</Maps>"
    path = images / "Index.xml"
    path.write_text(index((image(p, "") for p in PLANES), maps, "V7"))
    first = read(path)[0]
    assert first.physical_size.x == Quantity(0.296688132474701, "µm")
    assert first.channels[1].emission_wavelength == Quantity(456, "nm")
    assert first.channels[1].name == "Map 2"
    assert first.objective.magnification == 20


def test_every_file_gives_the_records_of_the_best_index(images: Path) -> None:
    text = index(map(image, PLANES))
    for file in ("Index.idx.xml", "Index.ref.xml"):
        (images / file).write_text(text)
    (images / "other.tif").write_bytes((images / name(PLANES[0])).read_bytes())
    found = list(extract([images.parent], root=images.parent))
    assert [(e.path, len(e.images)) for e in found] == [
        ("Images/Index.idx.xml", 4),
        ("Images/other.tif", 1),
    ]
    lead = read(images / "Index.idx.xml")
    assert read(images / name(PLANES[5])) == lead
    assert read(images / "Index.ref.xml") == lead


def test_an_index_above_the_images(images: Path) -> None:
    path = images.parent / "Index.idx.xml"
    path.write_text(index(image(p, URL=f"Images/{name(p)}") for p in PLANES))
    records = read(path)
    assert all(record.problems == () for record in records)
    assert read(images / name(PLANES[0])) == records


@pytest.mark.parametrize("where", ["", "C:\\data\\Images\\", "http://host/i/", "../x/"])
def test_files_lie_beside_whatever_the_url(images: Path, where: str) -> None:
    path = images / "Index.idx.xml"
    path.write_text(index(image(p, URL=where + name(p)) for p in PLANES))
    assert all(record.problems == () for record in read(path))


def test_missing_files(images: Path) -> None:
    path = images / "Index.idx.xml"
    path.write_text(index(map(image, PLANES)))
    for plane in PLANES[:2]:
        (images / name(plane)).unlink()
    first, second, *_ = read(path)
    assert codes(first, error=True) == ["missing-part"]
    message = first.problems[0].message
    assert message.startswith(
        "2 of 12 image files are not there; the first is r01c02f01p01"
    )
    assert second.problems == ()
    assert first.size.z == 3


def test_none_of_the_files(tmp_path: Path) -> None:
    path = tmp_path / "Index.idx.xml"
    path.write_text(index(map(image, PLANES)))
    first = read(path)[0]
    assert (first.size.x, first.size.y, first.pixel_type) == (32, 24, None)
    assert codes(first, error=True) == ["missing-part"]
    assert first.files == (path.as_posix(),)


def test_planes_that_were_not_taken(images: Path) -> None:
    path = images / "Index.idx.xml"
    taken = [image(p) for p in PLANES[4:]]
    lost = [image(PLANES[0], State="Error", URL=""), image(PLANES[1], URL="")]
    path.write_text(index(lost + taken))
    first = read(path)[0]
    assert codes(first, error=False) == ["planes-missing", "planes-missing"]
    assert "2 planes were not taken" in first.problems[1].message
    assert first.objective.magnification == 20


def test_cut_and_empty_files_are_said(images: Path) -> None:
    path = images / "Index.idx.xml"
    path.write_text(index(map(image, PLANES)))
    (images / name(PLANES[1])).write_bytes(b"")
    other = images / name(PLANES[2])
    other.write_bytes(other.read_bytes()[:700])
    first = read(path)[0]
    assert codes(first, error=True) == ["truncated", "truncated"]
    assert {p.message.split()[0].rstrip(":") for p in first.problems} == {
        name(PLANES[1]),
        name(PLANES[2]),
    }


def test_a_person_is_not_named(images: Path) -> None:
    path = images / "Index.idx.xml"
    path.write_text(index(map(image, PLANES), user="Ada Lovelace"))
    first, second, *_ = read(path)
    assert codes(first) == ["personal-data"]
    assert "Lovelace" not in str(first)
    assert second.problems == ()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('Unit="m">2.96688132474701E-07', 'Unit="m">-1', "value-ignored"),
        ('Unit="m">2.96688132474701E-07', 'Unit="m">NaN', "value-ignored"),
        ('Unit="m">2.96688132474701E-07', 'Unit="furlong">1', "value-ignored"),
        ('Unit="m">2.96688132474701E-07', 'Unit="m">1e999999', "value-ignored"),
        ('"nm">375', '"nm">-3', "value-ignored"),
        ('NA Unit="">0.8', 'NA Unit="">-1', "value-ignored"),
        (">32</ImageSizeX>", ">64</ImageSizeX>", "size-mismatch"),
    ],
)
def test_odd_values(images: Path, old: str, new: str, code: str) -> None:
    path = images / "Index.idx.xml"
    assert old in PROPERTIES
    properties = PROPERTIES.replace(old, new)
    path.write_text(index(image(p, properties) for p in PLANES))
    assert code in codes(read(path)[0])


@pytest.mark.parametrize("old", ["375", "456", "20<", "0.8"])
def test_zero_is_unset(images: Path, old: str) -> None:
    path = images / "Index.idx.xml"
    properties = PROPERTIES.replace(old, old.replace(old.rstrip("<"), "0"))
    path.write_text(index(image(p, properties) for p in PLANES))
    assert read(path)[0].problems == ()


def test_a_length_in_micrometres_stays(images: Path) -> None:
    path = images / "Index.idx.xml"
    properties = PROPERTIES.replace('"m">2.96688132474701E-07', '"um">0.65')
    path.write_text(index(image(p, properties) for p in PLANES))
    assert read(path)[0].physical_size.x == Quantity(0.65, "µm")


@pytest.mark.parametrize("key", ["Row", "Col", "FieldID"])
@pytest.mark.parametrize("value", ["0", "-1", "", "x", "999999999999999999999"])
def test_wells_that_are_none(images: Path, key: str, value: str) -> None:
    path = images / "Index.idx.xml"
    odd = image(PLANES[0], **{key: value})
    path.write_text(index([odd, *map(image, PLANES[12:])]))
    assert len(read(path)) == 3


def test_an_index_that_breaks_off_gives_what_precedes(images: Path) -> None:
    path = images / "Index.idx.xml"
    text = index(map(image, PLANES))
    path.write_text(text[: len(text) // 2])
    records = read(path)
    assert len(records) < 4
    assert codes(records[0], error=True) == ["truncated"]


@pytest.mark.parametrize(
    "text",
    [
        "<EvaluationInputData",
        "<EvaluationInputData/>",
        '<!DOCTYPE EvaluationInputData [<!ENTITY a "b">]><EvaluationInputData/>',
        "<EvaluationInputData>" + "<a>" * 1000,
        "<EvaluationInputData><a b='" + "x" * (1 << 24),
        '<?xml version="1.0" encoding="nothing"?><EvaluationInputData/>',
        "<Other><EvaluationInputData/></Other>",
    ],
)
def test_hostile_and_empty_indices(tmp_path: Path, text: str) -> None:
    path = tmp_path / "Index.idx.xml"
    path.write_text(text)
    with pytest.raises(DamagedFileError):
        Harmony().read(path)


def test_other_xml_is_none(tmp_path: Path) -> None:
    path = tmp_path / "Index.xml"
    path.write_text("<Index/>")
    (tmp_path / "a.tif").write_bytes(b"II*\0")
    assert read_image(path).images == ()
    assert Harmony().leads(tmp_path / "a.png") == ()
