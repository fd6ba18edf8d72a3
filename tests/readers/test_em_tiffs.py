"""TIFF of electron microscopes, written from what their makers' tags hold."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from fairsubmit.metadata.image import Detector, Instrument, PhysicalSize, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.tiff.fei import Fei
from fairsubmit.readers.tiff.gatan import Gatan
from fairsubmit.readers.tiff.olympus_sis import OlympusSis
from fairsubmit.readers.tiff.tvips import Tvips
from fairsubmit.readers.tiff.zeiss_sem import ZeissSem
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.base import Reader

    Make = Callable[..., bytes]
    Write = Callable[..., ImageMetadata]


def codes(found: ImageMetadata) -> list[str]:
    return [p.code + "!" * p.error for p in found.problems]


@pytest.fixture
def write(tmp_path: Path, make_tiff: Make) -> Write:
    """Write a TIFF with a tag, and read its one record."""

    def written(
        tag: int, raw: bytes, kind: int = 2, **options: object
    ) -> ImageMetadata:
        tags = [(tag, kind, raw), *options.pop("tags", [])]  # type: ignore[misc]
        path = tmp_path / "a.tif"
        path.write_bytes(make_tiff(tags=tags, **options))
        extraction = read_image(path)
        assert extraction.findings == ()
        (found,) = extraction.images
        return found

    return written


# -- FEI -----------------------------------------------------------------------------

FEI = """[User]
Date=06/13/2016
Time=05:06:40 PM
User=jane.doe

[System]
Type=DualBeam
Software=5.5.1.3318
SystemType=Helios NanoLab" 660

[Beam]
HV=5000
Scan=EScan
Beam=EBeam

[EBeam]
HFW=0.00172667
VFW=0.0014906

[Scan]
PixelWidth=3.3724e-006
PixelHeight=3.3724e-006

[Image]
ResolutionX=32
ResolutionY=20

[Detectors]
Number=1
Name=ETD
Mode=SE

[PrivateFei]
TimeOfCreation=13.06.2016 17:06:40
"""


def fei(*changes: tuple[str, str]) -> bytes:
    text = FEI
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.replace("\n", "\r\n").encode() + b"\0"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("tag", [34680, 34682])
def test_fei(write: Write, order: str, tag: int) -> None:
    found = write(tag, fei(), order=order)
    assert found.physical_size.x == found.physical_size.y == Quantity(3.3724, "µm")
    assert found.acquired_at == "2016-06-13T17:06:40"
    assert found.instrument == Instrument("FEI", "Helios NanoLab 660")
    assert found.detector == Detector(model="ETD")
    assert found.software == "xT 5.5.1.3318"
    assert found.objective.magnification is None
    assert (found.size.x, found.size.y, found.reader) == (32, 24, "fei")
    assert codes(found) == ["info-bar", "personal-data"]
    assert "lowest 4 of 24 rows" in found.problems[0].message
    assert "jane" not in str(found)


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        ([("3.3724e-006", "2.5e-009")], Quantity(2.5, "nm")),
        ([("3.3724e-006", "1,5e-007")], Quantity(0.15, "µm")),
        ([("[Scan]", "[EScan]")], Quantity(3.3724, "µm")),
        # the field of view over the number of pixels
        ([("[Scan]", "[Other]")], Quantity(1726.67 / 32, "µm")),
        ([("3.3724e-006", "0")], None),
        ([("3.3724e-006", "")], Quantity(1726.67 / 32, "µm")),
    ],
)
def test_fei_pixel_size(
    write: Write, changes: list[tuple[str, str]], size: Quantity | None
) -> None:
    found = write(34682, fei(*changes)).physical_size.x
    assert (found is None) == (size is None)
    if found is not None and size is not None:
        assert found.value == pytest.approx(size.value, rel=1e-9)
        assert found.unit == size.unit


@pytest.mark.parametrize("text", ["-1e-6", "NaN", "1e99999999", "abc", "1e-400"])
def test_fei_nonsense(write: Write, text: str) -> None:
    found = write(34682, fei(("3.3724e-006", text)))
    assert found.physical_size == PhysicalSize()
    assert codes(found).count("value-ignored") == 2


def test_a_resized_fei_image_has_no_pixel_size(write: Write) -> None:
    found = write(34682, fei(("ResolutionX=32", "ResolutionX=1024")))
    assert found.physical_size == PhysicalSize()
    assert "value-ignored" in codes(found)


@pytest.mark.parametrize(
    ("date", "time", "created", "result"),
    [
        ("06/05/2016", "12:00:01 AM", "05.06.2016 00:00:01", "2016-06-05T00:00:01"),
        ("06/05/2016", "13:14:15", "06.05.2016 13:14:15", "2016-05-06T13:14:15"),
        ("25/12/2016", "1:14:15 AM", "", "2016-12-25T01:14:15"),
        ("2016-12-25", "", "", "2016-12-25"),
        ("tomorrow", "13:14:15", "", None),
        ("02/30/2016", "13:14:15", "", None),
    ],
)
def test_fei_dates(
    write: Write, date: str, time: str, created: str, result: str | None
) -> None:
    changes = [("06/13/2016", date), ("05:06:40 PM", time)]
    changes.append(("13.06.2016 17:06:40", created))
    assert write(34682, fei(*changes)).acquired_at == result


@pytest.mark.parametrize("user", ["supervisor", "User", "", "admin"])
def test_accounts_that_name_nobody(write: Write, user: str) -> None:
    found = write(34682, fei(("jane.doe", user)))
    assert "personal-data" not in codes(found)


XT = """<?xml version="1.0" encoding="utf-16"?>
<Metadata xmlns="urn:fei"><Core><UserID>jane</UserID>
<ApplicationSoftware>xT</ApplicationSoftware>
<ApplicationSoftwareVersion>11.1</ApplicationSoftwareVersion></Core>
<Instrument><Manufacturer>FEI Company</Manufacturer>
<InstrumentClass>Titan</InstrumentClass><InstrumentModel/></Instrument>
<Acquisition><AcquisitionDatetime>2017-01-02T03:04:05</AcquisitionDatetime></Acquisition>
<Detectors><ScanningDetector><DetectorName>HAADF</DetectorName></ScanningDetector>
</Detectors><BinaryResult><PixelSize>
<X unit="UNIT">1.5E-10</X><Y unit="UNIT">2.5E-10</Y></PixelSize>
</BinaryResult></Metadata>"""


@pytest.mark.parametrize("order", ["<", ">"])
def test_fei_xml(write: Write, order: str) -> None:
    raw = XT.replace("UNIT", "m").encode() + b"\0\0"
    found = write(34683, raw, order=order, tags=[(34682, 2, b"\0")])
    assert found.physical_size.x == Quantity(0.15, "nm")
    assert found.physical_size.y == Quantity(0.25, "nm")
    assert found.instrument == Instrument("FEI Company", "Titan")
    assert found.detector.model == "HAADF"
    assert found.acquired_at == "2017-01-02T03:04:05"
    assert found.software == "xT 11.1"
    assert codes(found) == ["personal-data"]


@pytest.mark.parametrize(
    ("unit", "code"), [("1/m", "unit-unknown"), ("", "unit-unknown")]
)
def test_fei_xml_of_other_units(write: Write, unit: str, code: str) -> None:
    found = write(34683, XT.replace("UNIT", unit).encode())
    assert found.physical_size == PhysicalSize()
    assert code in codes(found)


@pytest.mark.parametrize(
    "text", ["<", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<" * 5000, "<a>" * 9999]
)
def test_fei_xml_that_is_none(write: Write, text: str) -> None:
    found = write(34683, text.encode())
    assert found.physical_size == PhysicalSize()
    assert set(codes(found)) <= {"metadata-unreadable"}


def test_an_fei_tag_that_is_empty(write: Write) -> None:
    found = write(34682, b"\0")
    assert (found.reader, found.physical_size, codes(found)) == (
        "fei",
        PhysicalSize(),
        [],
    )


# -- Zeiss ---------------------------------------------------------------------------

ZEISS = """0
0
0
5.824988e-009
5.000000e+004
DP_DETECTOR_CHANNEL
Signal A = InLens
AP_PIXEL_SIZE
Pixel Size = 5.825 nm
AP_WIDTH
Width = 190.9 nm
AP_MAG
Mag =  50.00 K X
AP_DATE
Date :25 Sep 2018
AP_TIME
Time :8:20:42
SV_VERSION
Version = V05.04.03.00 : 16-Apr-10
SV_SERIAL_NUMBER
Serial No. = ULTRA 55-36-06
SV_USER_NAME
User Name = DOE
SV_IMAGE_PATH
Images = C:\\Users\\jane\\
"""


def zeiss(*changes: tuple[str, str]) -> bytes:
    text = ZEISS
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.replace("\n", "\r\n").encode("cp1252") + b"\0"


@pytest.mark.parametrize("order", ["<", ">"])
def test_zeiss(write: Write, order: str) -> None:
    # 5.964 µm of a screen of 1,024 columns, or of 1,024 columns of the image
    found = write(
        34118,
        zeiss(("190.9 nm", "5.965 µm")),
        order=order,
        pages=[(1024, 768)],
    )
    assert found.physical_size.x == found.physical_size.y == Quantity(5.824988, "nm")
    assert found.acquired_at == "2018-09-25T08:20:42"
    assert found.instrument == Instrument("Carl Zeiss", "ULTRA 55")
    assert found.detector == Detector(model="InLens")
    assert found.software == "SmartSEM V05.04.03.00 : 16-Apr-10"
    assert found.objective.magnification is None
    assert codes(found) == ["personal-data", "personal-data"]
    assert "DOE" not in str(found)
    assert "jane" not in str(found)


@pytest.mark.parametrize(
    ("width", "field", "more", "size"),
    [
        # twice the pixel size of the screen, for half of its columns
        (512, "5.965 µm", "", 11.649976),
        (2048, "5.965 µm", "", 2.912494),
        # the picture's own size is written, and fits
        (
            2048,
            "5.965 µm",
            "AP_IMAGE_PIXEL_SIZE\nImage Pixel Size = 2.9125 nm\n",
            2.9125,
        ),
        (512, "5.965 µm", "AP_IMAGE_PIXEL_SIZE\nImage Pixel Size = 11.65 nm\n", 11.65),
        # what does not fit the field of view is not believed
        (
            512,
            "5.965 µm",
            "AP_IMAGE_PIXEL_SIZE\nImage Pixel Size = 5.8 nm\n",
            11.649976,
        ),
        # the number on the screen is already the picture's
        (512, "2.9824 µm", "", 5.825),
        (512, "", "", 11.649976),
        (512, "", "AP_IMAGE_PIXEL_SIZE\nImage Pixel Size = 5.8 nm\n", 5.8),
    ],
)
def test_zeiss_pixel_size(
    write: Write, width: int, field: str, more: str, size: float
) -> None:
    raw = zeiss(("190.9 nm", field), ("AP_MAG\n", f"{more}AP_MAG\n"))
    found = write(34118, raw, pages=[(width, 384)])
    assert found.physical_size.x is not None
    assert found.physical_size.x.value == pytest.approx(size, rel=1e-6)
    assert found.physical_size.x.unit == "nm"


def test_zeiss_sizes_that_contradict_each_other(write: Write) -> None:
    found = write(34118, zeiss(("190.9 nm", "51.2 µm")), pages=[(512, 384)])
    assert found.physical_size == PhysicalSize()
    assert "value-ignored" in codes(found)


def test_zeiss_with_the_field_of_view_alone(write: Write) -> None:
    raw = b"AP_WIDTH\r\nWidth = 51.2 \xb5m\r\n\0"
    found = write(34118, raw, pages=[(512, 384)])
    assert found.physical_size.x == Quantity(0.1, "µm")


def test_zeiss_units_are_those_of_the_file(write: Write) -> None:
    raw = zeiss(
        ("5.824988e-009", "1.1e-006"), ("5.825 nm", "1.1 µm"), ("190.9 nm", "1.126 mm")
    )
    found = write(34118, raw, pages=[(1024, 768)])
    assert found.physical_size.x == Quantity(1.1, "µm")


@pytest.mark.parametrize(
    "raw",
    [b"\0", b"AP_PIXEL_SIZE\n", b"AP_PIXEL_SIZE\nPixel Size = -1 nm\n", b"\xff" * 99],
)
def test_zeiss_nonsense(write: Write, raw: bytes) -> None:
    found = write(34118, raw)
    assert (found.physical_size, found.acquired_at) == (PhysicalSize(), None)


# -- TVIPS ---------------------------------------------------------------------------


def tvips(
    order: str = "<", version: int = 2, mode: int = 0, size: float = 0.35
) -> bytes:
    """The structure TemData, of which only some fields are filled."""
    data = bytearray(6312 if version == 2 else 244)
    utf = "utf-16-le" if order == "<" else "utf-16-be"

    def put(offset: int, code: str, value: float) -> None:
        struct.pack_into(order + code, data, offset, value)

    put(0, "i", version)
    put(224, "i", 2017 << 16 | 4 << 8 | 12)
    put(228, "i", 32477)
    if version == 2:
        texts = {244: "grid 1", 404: "C:\\Users\\jane", 3112: "CM 200", 3768: "F416"}
        for offset, text in texts.items():
            raw = text.encode(utf)
            data[offset : offset + len(raw)] = raw
        put(584, "i", 2018 << 16 | 5 << 8 | 13)
        put(588, "i", 86399)
        put(2968, "f", size)
        put(2972, "f", size)
        put(3532, "i", mode)
        put(6308, "I", 0xAAAAAAAA)
    return bytes(data)


def at_the_end(make_tiff: Make, raw: bytes, order: str, **options: object) -> bytes:
    """A TIFF whose tag points to a structure behind everything else."""
    tags = options.pop("tags", [])

    def content(offset: int) -> bytes:
        tag = (37706, 4, struct.pack(order + "I", offset))
        return make_tiff(order=order, tags=[tag, *tags], **options)  # type: ignore[misc]

    return content(len(content(0))) + raw


@pytest.fixture
def write_tvips(tmp_path: Path, make_tiff: Make) -> Write:
    def written(raw: bytes, order: str = "<", **options: object) -> ImageMetadata:
        path = tmp_path / "a.tif"
        path.write_bytes(at_the_end(make_tiff, raw, order, **options))
        (found,) = read_image(path).images
        return found

    return written


@pytest.mark.parametrize("order", ["<", ">"])
def test_tvips(write_tvips: Write, order: str) -> None:
    found = write_tvips(tvips(order), order)
    assert found.physical_size.x == found.physical_size.y == Quantity(0.35, "nm")
    assert found.acquired_at == "2018-05-13T23:59:59"
    assert found.name == "grid 1"
    assert found.instrument.model == "CM 200"
    assert found.detector == Detector("TVIPS", "F416")
    assert codes(found) == ["personal-data"]


def test_tvips_version_1(write_tvips: Write) -> None:
    ratio = struct.pack("<II", 7_038_270, 1)
    tags = [(282, 5, ratio), (283, 5, ratio), (296, 3, b"\3\0")]
    found = write_tvips(tvips(version=1), tags=tags)
    assert found.physical_size.x is not None
    assert found.physical_size.x.value == pytest.approx(0.0014208, rel=1e-4)
    assert found.physical_size.x.unit == "µm"
    assert found.acquired_at == "2017-04-12T09:01:17"


def test_a_diffraction_pattern_has_no_pixel_size(write_tvips: Write) -> None:
    found = write_tvips(tvips(mode=3))
    assert found.physical_size == PhysicalSize()
    assert "value-ignored" in codes(found)


@pytest.mark.parametrize("size", [float("nan"), float("inf"), -1.0])
def test_tvips_nonsense(write_tvips: Write, size: float) -> None:
    found = write_tvips(tvips(size=size))
    assert found.physical_size == PhysicalSize()
    assert codes(found).count("value-ignored") == 2


@pytest.mark.parametrize(
    "raw", [b"", b"\2\0\0\0", bytes(6312), tvips()[:-1], tvips()[:-4] + b"abcd"]
)
def test_tvips_without_its_structure(write_tvips: Write, raw: bytes) -> None:
    found = write_tvips(raw)
    assert found.physical_size == PhysicalSize()
    assert "metadata-unreadable" in codes(found)


# -- Olympus SIS ---------------------------------------------------------------------


def sis(
    offset: int, power: int = -9, x: float = 2.5, camera: bytes = b"", month: int = 10
) -> bytes:
    """The structure SIS0 at `offset`, its block 1 behind it."""
    head = struct.pack(
        "<4s6xhhhhh6x32sH", b"SIS0", 42, 19, 15, month, 118, b"grid 7", 2
    )
    blocks = struct.pack("<hhIhhI", 10, 1, 0, 1, 1, offset + len(head) + 16)
    block = struct.pack("<10xhdd8xd2x34s32s", power, x, x, 6e5, camera, b"")
    return head + blocks + block


@pytest.fixture
def write_sis(tmp_path: Path, make_tiff: Make) -> Write:
    def written(pages: int = 1, **options: object) -> ImageMetadata:
        def content(offset: int) -> bytes:
            tag = (33560, 4, struct.pack("<I", offset))
            return make_tiff(
                [(32, 24)] * pages,
                tags=[
                    (271, 2, b"Olympus Soft Imaging Solutions\0"),
                    (272, 2, b"Quemesa\0"),
                    (315, 2, b"DOE\0"),
                ],
                page_tags=lambda index: [tag] if index == pages - 1 else [],
                bits=16,
            )

        end = len(content(0))
        path = tmp_path / "a.tif"
        path.write_bytes(content(end) + sis(end, **options))  # type: ignore[arg-type]
        (found,) = read_image(path).images
        return found

    return written


def test_sis(write_sis: Write) -> None:
    found = write_sis(camera=b"Morada\0")
    assert found.physical_size.x == found.physical_size.y == Quantity(2.5, "nm")
    assert found.acquired_at == "2018-11-15T19:42"
    assert found.name == "grid 7"
    assert found.detector == Detector("Olympus", "Morada")
    assert found.objective.magnification is None
    assert codes(found) == ["personal-data"]
    assert "DOE" not in str(found)


def test_sis_values_on_the_second_page(tmp_path: Path, make_tiff: Make) -> None:
    def content(offset: int) -> bytes:
        return make_tiff(
            [(40, 30), (32, 24)],
            tags=[
                (271, 2, b"Soft Imaging System\0"),
                (306, 2, b"2018:11:15 19:42:31\0"),
            ],
            page_tags=lambda i: [(33560, 4, struct.pack("<I", offset))] if i else [],
        )

    end = len(content(0))
    path = tmp_path / "a.tif"
    path.write_bytes(content(end) + sis(end))
    (found,) = read_image(path).images
    assert (found.size.x, found.size.y, found.size.z) == (32, 24, 1)
    assert found.physical_size.x == Quantity(2.5, "nm")
    assert found.acquired_at == "2018-11-15T19:42:31"
    assert found.provenance["physical_size.x"] == "IFD:1/33560 block 1"


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        ({"power": 300}, 2),
        ({"x": -1.0}, 2),
        ({"x": float("nan")}, 2),
        ({"x": 0.0}, 0),
    ],
)
def test_sis_nonsense(
    write_sis: Write, options: dict[str, float], problems: int
) -> None:
    found = write_sis(**options)
    assert found.physical_size == PhysicalSize()
    assert codes(found).count("value-ignored") == problems


def test_a_sis_date_that_is_none(write_sis: Write) -> None:
    assert write_sis(month=13).acquired_at is None


def test_a_sis_tag_that_points_nowhere(write: Write) -> None:
    found = write(33560, struct.pack("<I", 1 << 31), kind=4)
    assert codes(found) == ["metadata-unreadable"]


def test_sis_stack(write: Write) -> None:
    text = b"[Dimension]\r\nZ=3\r\nBand=2\r\nTime=1\r\n\0"
    found = write(33471, text, pages=[(8, 8)] * 6)
    assert (found.size.z, found.size.c, found.size.t) == (3, 2, 1)
    assert len(found.channels) == 2
    assert codes(found) == []
    other = write(33471, text, pages=[(8, 8)] * 5)
    assert codes(other) == ["axis-unknown"]


# -- Gatan ---------------------------------------------------------------------------


def gatan(
    order: str = "<", scale: float = 0.5, unit: str = "nm"
) -> list[tuple[int, int, bytes]]:
    raw = unit.encode("cp1252") + b"\0"
    number = struct.pack(order + "d", scale)
    return [
        *((tag, 2, raw) for tag in (65003, 65004, 65005)),
        *((tag, 12, number) for tag in (65009, 65010, 65011)),
    ]


@pytest.fixture
def write_gatan(write: Write) -> Write:
    def written(**options: object) -> ImageMetadata:
        keys = ("order", "scale", "unit")
        own = {key: options.pop(key) for key in keys if key in options}
        (first, *rest) = gatan(**own)  # type: ignore[arg-type]
        return write(*first[::2], tags=rest, order=own.get("order", "<"), **options)

    return written


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("unit", "symbol"), [("nm", "nm"), ("µm", "µm"), ("Å", "Å"), ("m", "m")]
)
def test_gatan(write_gatan: Write, order: str, unit: str, symbol: str) -> None:
    found = write_gatan(order=order, unit=unit)
    size = Quantity(0.5, symbol)
    assert found.physical_size == PhysicalSize(size, size)
    assert found.reader == "gatan_tiff"
    assert codes(found) == []


def test_a_gatan_stack(write_gatan: Write) -> None:
    found = write_gatan(pages=[(8, 8)] * 3)
    assert found.physical_size.z == Quantity(0.5, "nm")
    assert (found.size.z, found.size.t) == (3, 1)
    assert codes(found) == []


def test_a_gatan_series(write_gatan: Write) -> None:
    found = write_gatan(pages=[(8, 8)] * 3, unit="s")
    assert (found.size.z, found.size.t) == (1, 3)
    assert found.time_increment == Quantity(0.5, "s")
    assert codes(found) == ["unit-unknown"] * 2  # of x and y
    found = write_gatan(pages=[(8, 8)] * 3, unit="eV")
    assert (found.size.z, found.size.t) == (None, None)
    assert codes(found) == ["unit-unknown"] * 3 + ["axis-unknown"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"unit": "1/nm"}, ["unit-unknown"] * 2),
        ({"unit": "eV"}, ["unit-unknown"] * 2),
        ({"unit": ""}, []),
        ({"scale": 0.0}, []),
        ({"scale": float("nan")}, ["value-ignored"] * 2),
    ],
)
def test_gatan_nonsense(
    write_gatan: Write, options: dict[str, object], code: list[str]
) -> None:
    found = write_gatan(**options)
    assert found.physical_size == PhysicalSize()
    assert codes(found) == code


# -- all -----------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [5, 64])
def test_a_pixel_type_that_ome_lacks(write: Write, bits: int) -> None:
    found = write(34682, b"\0", bits=bits)
    assert found.pixel_type is None
    assert codes(found) == ["pixel-type-unknown"]


def test_cut_pixels_are_noticed(tmp_path: Path, make_tiff: Make) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(make_tiff(tags=[(34682, 2, fei())])[:-10])
    (found,) = read_image(path).images
    assert "truncated!" in codes(found)
    assert found.physical_size.x == Quantity(3.3724, "µm")


class _Contract(ReaderContract):
    @pytest.fixture
    def image(self, tmp_path: Path, content: bytes) -> Path:
        folder = tmp_path / "image"
        folder.mkdir()
        path = folder / "a.tif"
        path.write_bytes(content)
        return path


class TestFei(ReaderContract):
    image = _Contract.image

    @pytest.fixture
    def reader(self) -> Reader:
        return Fei()

    @pytest.fixture
    def content(self, make_tiff: Make) -> bytes:
        return make_tiff(tags=[(34682, 2, fei())])


class TestZeissSem(ReaderContract):
    image = _Contract.image

    @pytest.fixture
    def reader(self) -> Reader:
        return ZeissSem()

    @pytest.fixture
    def content(self, make_tiff: Make) -> bytes:
        return make_tiff(tags=[(34118, 2, zeiss())])


class TestTvips(ReaderContract):
    image = _Contract.image

    @pytest.fixture
    def reader(self) -> Reader:
        return Tvips()

    @pytest.fixture
    def content(self, make_tiff: Make) -> bytes:
        return at_the_end(make_tiff, tvips(), "<")


class TestOlympusSis(ReaderContract):
    image = _Contract.image

    @pytest.fixture
    def reader(self) -> Reader:
        return OlympusSis()

    @pytest.fixture
    def content(self, make_tiff: Make) -> bytes:
        def written(offset: int) -> bytes:
            return make_tiff(tags=[(33560, 4, struct.pack("<I", offset))])

        end = len(written(0))
        return written(end) + sis(end)


class TestGatan(ReaderContract):
    image = _Contract.image

    @pytest.fixture
    def reader(self) -> Reader:
        return Gatan()

    @pytest.fixture
    def content(self, make_tiff: Make) -> bytes:
        return make_tiff(tags=gatan())
