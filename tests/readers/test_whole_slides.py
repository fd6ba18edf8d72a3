"""Whole-slide TIFFs, and wells of the Opera, written as their makers' programs do."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import (
    Channel,
    Detector,
    ImageSize,
    Instrument,
    Objective,
    PhysicalSize,
    PlatePosition,
    Quantity,
)
from fairsubmit.readers import read_image
from fairsubmit.readers.tiff.flex import Flex
from fairsubmit.readers.tiff.hamamatsu import Hamamatsu, NdpiTiff
from fairsubmit.readers.tiff.leica_scn import LeicaScn
from fairsubmit.readers.tiff.philips import Philips
from fairsubmit.readers.tiff.qptiff import Qptiff
from fairsubmit.readers.tiff.ventana import Ventana
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.base import Reader

    Make = Callable[..., bytes]
    Tag = tuple[int, int, bytes]


def codes(found: ImageMetadata) -> list[str]:
    return [p.code + "!" * p.error for p in found.problems]


def read(path: Path, content: bytes) -> Sequence[ImageMetadata]:
    path.write_bytes(content)
    extraction = read_image(path)
    assert extraction.findings == ()
    return extraction.images


def tiled(size: int, order: str = "<") -> list[Tag]:
    """The tags of one tile that stands at byte 8."""
    values = {322: size, 323: size, 324: 8, 325: 8}
    return [(tag, 4, struct.pack(order + "I", value)) for tag, value in values.items()]


def described(*texts: str) -> Callable[[int], list[Tag]]:
    """Give each page its description."""

    def tags(index: int) -> list[Tag]:
        return [(270, 2, texts[index].encode() + b"\0")] if texts[index] else []

    return tags


def resolution(per_centimetre: int, order: str = "<") -> list[Tag]:
    ratio = struct.pack(order + "II", per_centimetre, 1)
    unit = struct.pack(order + "H", 3)
    return [(282, 5, ratio), (283, 5, ratio), (296, 3, unit)]


# -- Aperio --------------------------------------------------------------------------

APERIO = (
    "Aperio Leica Biosystems GT450 v1.0.1 \r\n64x64 [0,0 64x64] (16x16) JPEG/RGB Q=91"
    "|AppMag = 40|Date = 01/29/2020|Time = 11:26:02|Time Zone = GMT+0100"
    "|ScannerType = GT450|User = someone|MPP = 0.2630|Filename = D:\\x\\case 7"
)


def test_aperio_of_a_newer_scanner(tmp_path: Path, make_tiff: Make) -> None:
    content = make_tiff(
        [(64, 64), (16, 16), (20, 20), (30, 10)],
        samples=3,
        page_tags=lambda i: [
            *described(APERIO, APERIO, "Aperio\r\nlabel 20x20", "Aperio\r\nmacro")(i),
            *(tiled(16) if i == 0 else []),
        ],
    )
    (found,) = read(tmp_path / "a.svs", content)
    assert found.size == ImageSize(64, 64, 1, 3, 1)
    assert found.physical_size.x == Quantity(0.263, "µm")
    assert found.acquired_at == "2020-01-29T11:26:02+01:00"
    assert found.instrument == Instrument("Aperio", "GT450")
    assert found.software == "Aperio Leica Biosystems GT450 v1.0.1"
    assert found.name == "case 7"
    assert found.objective == Objective(magnification=40)
    assert codes(found) == ["path-in-name", "personal-data", "slide-label"]
    assert "someone" not in str(found)


@pytest.mark.parametrize(
    "user",
    [
        "b414003d-95c6-48b0-9369-8010ed517ba7",
        "{B414003D-95C6-48B0-9369-8010ED517BA7}",
        "b414003d95c648b093698010ed517ba7",
        "Guest",
        "",
    ],
)
def test_an_account_without_a_name_is_no_person(
    tmp_path: Path, make_tiff: Make, user: str
) -> None:
    text = f"Aperio Image Library v12\r\n16x16|User = {user}|MPP = 0.5"
    (found,) = read(tmp_path / "a.svs", make_tiff(samples=3, description=text.encode()))
    assert codes(found) == []


@pytest.mark.parametrize("order", ["<", ">"])
def test_aperio_focal_planes(tmp_path: Path, make_tiff: Make, order: str) -> None:
    texts = [f"Aperio Image|MPP = 0.5|OffsetZ = {z}" for z in (0, 1.5, -1.5)]
    content = make_tiff(
        [(64, 64)] * 3 + [(16, 16)] * 3,
        order=order,
        samples=3,
        page_tags=lambda i: [*described(*texts, *texts)(i), *tiled(16, order)],
    )
    (found,) = read(tmp_path / "a.svs", content)
    assert found.size == ImageSize(64, 64, 3, 3, 1)
    assert found.physical_size.z == Quantity(1.5, "µm")
    assert codes(found) == []


def test_aperio_in_fluorescence(tmp_path: Path, make_tiff: Make) -> None:
    text = (
        "Aperio Image|MPP = 0,5|Dye = DAPI|Excitation Wavelength = 385"
        "|Emission Wavelength = 455|AppMag = 0"
    )
    (found,) = read(tmp_path / "a.svs", make_tiff(description=text.encode(), bits=16))
    assert found.channels == (
        Channel(
            0,
            "DAPI",
            "DAPI",
            Quantity(385, "nm"),
            Quantity(455, "nm"),
            samples_per_pixel=1,
        ),
    )
    assert found.physical_size.x == Quantity(0.5, "µm")
    assert codes(found) == ["decimal-comma", "value-ignored"]


def test_aperio_without_values_falls_back_to_the_resolution(
    tmp_path: Path, make_tiff: Make
) -> None:
    content = make_tiff(description=b"Aperio Image", tags=resolution(20_000))
    (found,) = read(tmp_path / "a.svs", content)
    assert found.physical_size.x == Quantity(0.5, "µm")
    assert (found.acquired_at, found.objective.magnification) == (None, None)
    (other,) = read(tmp_path / "b.svs", make_tiff(description=b"Aperio|MPP = x"))
    assert (other.physical_size, codes(other)) == (PhysicalSize(), ["value-ignored"])


@pytest.mark.parametrize(
    ("date", "time", "result"),
    [
        ("25/12/09", "09:59:15", "2009-12-25T09:59:15"),
        ("12/25/2009", "", "2009-12-25"),
        ("25.12.2009", "9:59:15 PM", "2009-12-25T21:59:15"),
        ("99/99/09", "09:59:15", None),
        ("", "09:59:15", None),
    ],
)
def test_aperio_dates(
    tmp_path: Path, make_tiff: Make, date: str, time: str, result: str | None
) -> None:
    text = f"Aperio Image|Date = {date}|Time = {time}"
    (found,) = read(tmp_path / "a.svs", make_tiff(description=text.encode()))
    assert found.acquired_at == result


# -- Hamamatsu -----------------------------------------------------------------------


def ndpi(
    pages: Sequence[dict[int, tuple[int, int, bytes]]],
    *,
    high: bool = True,
    pixels: int = 40,
) -> bytes:
    """Directories with 64-bit offsets: entries, the next one, then upper halves."""
    out = bytearray(b"II*\0" + bytes(8) + bytes(pixels))
    place = 4
    for page in pages:
        values = {
            273: (4, 1, struct.pack("<I", 12)),
            279: (4, 1, struct.pack("<I", pixels)),
        }
        values |= page
        where = {}
        for tag, (_, _, raw) in values.items():
            if len(raw) > 4:
                where[tag] = len(out)
                out += raw + b"\0" * (len(raw) % 2)
        struct.pack_into("<Q" if high else "<I", out, place, len(out))
        out += struct.pack("<H", len(values))
        for tag in sorted(values):
            kind, count, raw = values[tag]
            word = (
                struct.pack("<I", where[tag]) if tag in where else raw.ljust(4, b"\0")
            )
            out += struct.pack("<HHI", tag, kind, count) + word
        place = len(out)
        out += bytes(8 + 4 * len(values)) if high else bytes(4)
    return bytes(out)


def ndpi_page(
    width: int, height: int, lens: float, focus: int = 0, **more: tuple[int, int, bytes]
) -> dict[int, tuple[int, int, bytes]]:
    def text(value: bytes) -> tuple[int, int, bytes]:
        return 2, len(value) + 1, value + b"\0"

    page = {
        256: (4, 1, struct.pack("<I", width)),
        257: (4, 1, struct.pack("<I", height)),
        258: (3, 3, struct.pack("<HHH", 8, 8, 8)),
        271: text(b"Hamamatsu"),
        272: text(b"NanoZoomer"),
        277: (3, 1, struct.pack("<H", 3)),
        282: (5, 1, struct.pack("<II", 22026, 1)),
        283: (5, 1, struct.pack("<II", 21978, 1)),
        296: (3, 1, struct.pack("<H", 3)),
        305: text(b"NDP.scan"),
        306: text(b"2009/12/31 09:11:46"),
        65420: (4, 1, struct.pack("<I", 1)),
        65421: (11, 1, struct.pack("<f", lens)),
        65424: (9, 1, struct.pack("<i", focus)),
        65427: text(b"slide 7"),
        65449: text(b"Created=2009/12/30\r\nUpdated=2010/01/01"),
    }
    return page | {int(key[1:]): value for key, value in more.items()}


@pytest.mark.parametrize("high", [True, False])
def test_ndpi(tmp_path: Path, high: bool) -> None:
    pages = [ndpi_page(640, 480, 20), ndpi_page(160, 120, 5)]
    pages += [ndpi_page(60, 20, -1), ndpi_page(60, 20, -2)]
    (found,) = read(tmp_path / "a.ndpi", ndpi(pages, high=high))
    assert found.size == ImageSize(640, 480, 1, 3, 1)
    assert found.physical_size.x is not None
    assert found.physical_size.y is not None
    assert found.physical_size.x.value == pytest.approx(10_000 / 22026)
    assert found.physical_size.y.value == pytest.approx(10_000 / 21978)
    assert found.physical_size.x.unit == "µm"
    assert found.instrument == Instrument("Hamamatsu", "NanoZoomer")
    assert found.objective == Objective(magnification=20)
    assert found.acquired_at == "2009-12-31T09:11:46"
    assert (found.name, found.software) == ("slide 7", "NDP.scan")
    assert (found.format, found.pixel_type) == ("Hamamatsu NDPI", "uint8")
    assert codes(found) == ["slide-label"]


def test_ndpi_focal_planes(tmp_path: Path) -> None:
    heights = (0, 500, -500)
    pages = [ndpi_page(s, s, s / 16, z) for z in heights for s in (640, 160)]
    (found,) = read(tmp_path / "a.ndpi", ndpi(pages))
    assert found.size == ImageSize(640, 640, 3, 3, 1)
    assert found.physical_size.z == Quantity(500, "nm")


def test_ndpi_in_fluorescence(tmp_path: Path) -> None:
    mode = (4, 1, struct.pack("<I", 17))
    page = ndpi_page(64, 48, 20, t65441=mode)
    (found,) = read(tmp_path / "a.ndpi", ndpi([page]))
    assert (found.size.c, found.pixel_type) == (1, "uint16")
    assert [c.samples_per_pixel for c in found.channels] == [1]


def test_ndpi_with_an_obscured_label(tmp_path: Path) -> None:
    page = ndpi_page(64, 48, 20, t65450=(4, 1, struct.pack("<I", 1)))
    (found,) = read(tmp_path / "a.ndpi", ndpi([page, ndpi_page(60, 20, -1)]))
    assert codes(found) == []


def test_ndpi_without_values(tmp_path: Path) -> None:
    page = ndpi_page(64, 48, float("nan"))
    for tag in (272, 282, 283, 306, 65427, 65449):
        del page[tag]
    (found,) = read(tmp_path / "a.ndpi", ndpi([page]))
    assert found.physical_size == PhysicalSize()
    assert (found.acquired_at, found.name) == (None, None)
    assert found.objective.magnification is None
    page[306] = (2, 9, b"yesterday"[:8] + b"\0")
    page[65449] = (2, 19, b"Created=2009/12/30\0")
    (dated,) = read(tmp_path / "b.ndpi", ndpi([page]))
    assert dated.acquired_at == "2009-12-30"


class _Huge:
    """A file of 6 GiB of which only the directories exist."""

    def __init__(self, blocks: dict[int, bytes]) -> None:
        self.path = Path("huge.ndpi")
        self.size = 6 << 30
        self.blocks = blocks
        self.head = self.read(0, 64)

    def read(self, offset: int, count: int) -> bytes:
        for start, block in self.blocks.items():
            if start <= offset < start + len(block):
                return block[offset - start : offset - start + count]
        return b""


def beyond_4_gib(count: int = 100) -> dict[int, bytes]:
    """A directory at 5 GiB; its pixels end at 4 GiB and so many bytes, then text."""
    start = 5 << 30
    entries = [
        (256, 4, 1, 640, 0),
        (257, 4, 1, 480, 0),
        (271, 2, 10, start & 0xFFFFFFFF, start >> 32),
        (273, 4, 1, 0, 1),
        (279, 4, 1, count & 0xFFFFFFFF, count >> 32),
        (65420, 4, 1, 1, 0),
    ]
    ifd = struct.pack("<H", len(entries))
    ifd += b"".join(struct.pack("<HHII", *entry[:4]) for entry in entries)
    ifd += struct.pack("<Q", 0) + b"".join(struct.pack("<I", e[4]) for e in entries)
    text = b"Hamamatsu\0"
    place = start + 64
    return {0: b"II*\0" + struct.pack("<Q", place) + bytes(52), start: text, place: ifd}


def test_ndpi_above_4_gib_is_not_called_damaged() -> None:
    tiff = NdpiTiff(_Huge(beyond_4_gib()))  # type: ignore[arg-type]
    assert tiff.offsets[0] == (5 << 30) + 64
    assert (tiff.first.width, tiff.first.height) == (640, 480)
    assert tiff.integer(tiff.tags, 273) == 1 << 32
    assert tiff.text(271) == b"Hamamatsu\0"
    assert tiff.problems == []


def test_ndpi_above_4_gib_that_is_cut_is_noticed() -> None:
    tiff = NdpiTiff(_Huge(beyond_4_gib(3 << 30)))  # type: ignore[arg-type]
    assert [p.code for p in tiff.problems or []] == ["truncated"]


def test_ndpi_that_is_cut(tmp_path: Path) -> None:
    pages = [ndpi_page(64, 48, 20), ndpi_page(32, 24, 10)]
    content = ndpi(pages)
    (found,) = read(tmp_path / "a.ndpi", content[:-300])
    assert codes(found) == ["truncated!"]
    with pytest.raises(DamagedFileError):
        Hamamatsu().read(_written(tmp_path / "b.ndpi", content[:20]))
    (moved,) = read(
        tmp_path / "c.ndpi", content.replace(b"II*\0" + content[4:12], content[:12])
    )
    assert codes(moved) == []


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_ndpi_whose_directories_run_in_a_circle(tmp_path: Path) -> None:
    content = bytearray(ndpi([ndpi_page(64, 48, 20)]))
    (first,) = struct.unpack_from("<Q", content, 4)
    (count,) = struct.unpack_from("<H", content, first)
    struct.pack_into("<Q", content, first + 2 + 12 * count, first)
    (found,) = read(tmp_path / "a.ndpi", bytes(content))
    assert codes(found) == ["directory-loop!"]


# -- Leica SCN -----------------------------------------------------------------------

SCN = """<?xml version="1.0"?>
<scn xmlns="http://www.leica-microsystems.com/scn/2010/10/01" uuid="urn:uuid:1">
<collection name="slide" sizeX="26000000" sizeY="76000000"><barcode>QUI=</barcode>
<image name="overview"><pixels sizeX="20" sizeY="30">
<dimension sizeX="20" sizeY="30" r="0" ifd="0"/></pixels>
<view sizeX="26000000" sizeY="76000000" offsetX="0" offsetY="0"/></image>
<image name="region 1"><creationDate>2012-05-02T14:00:29.07Z</creationDate>
<device model="Leica SCN400F;Leica SCN" version="1.5"/>
<pixels sizeX="64" sizeY="48">
<dimension sizeX="64" sizeY="48" r="0" c="0" z="0" ifd="1"/>
<dimension sizeX="64" sizeY="48" r="0" c="1" z="0" ifd="2"/>
<dimension sizeX="32" sizeY="24" r="1" c="0" z="0" ifd="3"/>
<dimension sizeX="32" sizeY="24" r="1" c="1" z="0" ifd="4"/></pixels>
<view sizeX="16000" sizeY="12000" offsetX="5" offsetY="6" spacingZ="400"/>
<scanSettings><objectiveSettings><objective>20</objective></objectiveSettings>
<illuminationSettings><numericalAperture>0.4</numericalAperture>
<illuminationSource>fluorescence</illuminationSource></illuminationSettings>
<channelSettings><channel index="0" name="405|Empty"/><channel index="1" name="L5"/>
</channelSettings></scanSettings></image>
<image name="region 2"><pixels sizeX="40" sizeY="40">
<dimension sizeX="40" sizeY="40" r="0" z="0" ifd="5"/>
<dimension sizeX="40" sizeY="40" r="0" z="1" ifd="6"/></pixels>
<view sizeX="20000" sizeY="20000" spacingZ="750"/>
<scanSettings><illuminationSettings><illuminationSource>brightfield</illuminationSource>
</illuminationSettings></scanSettings></image>
</collection></scn>"""
SCN_PAGES = [(20, 30), (64, 48), (64, 48), (32, 24), (32, 24), (40, 40), (40, 40)]


@pytest.mark.parametrize(("order", "big"), [("<", True), (">", True), ("<", False)])
def test_scn(tmp_path: Path, make_tiff: Make, order: str, big: bool) -> None:
    content = make_tiff(
        SCN_PAGES, description=SCN.encode(), order=order, big=big, bits=16
    )
    first, second = read(tmp_path / "a.scn", content)
    assert (first.series, first.name, second.series) == (0, "region 1", 1)
    assert first.size == ImageSize(64, 48, 1, 2, 1)
    assert first.physical_size.x == first.physical_size.y == Quantity(0.25, "µm")
    assert first.physical_size.z is None
    assert [c.name for c in first.channels] == ["405|Empty", "L5"]
    assert first.channels[0].contrast_method == "Fluorescence"
    assert first.objective == Objective(magnification=20)
    assert first.acquired_at == "2012-05-02T14:00:29.07Z"
    assert first.instrument == Instrument("Leica", "Leica SCN400F")
    assert first.provenance["size.x"] == "IFD:1/ImageWidth"
    assert codes(first) == ["slide-label"]
    assert second.size == ImageSize(40, 40, 2, 1, 1)
    assert second.physical_size.z == Quantity(0.75, "µm")
    assert second.channels[0].contrast_method == "Brightfield"
    assert codes(second) == []


def test_scn_with_directories_that_are_not_there(
    tmp_path: Path, make_tiff: Make
) -> None:
    content = make_tiff(SCN_PAGES[:2], description=SCN.encode())
    first, second = read(tmp_path / "a.scn", content)
    assert codes(first) == ["slide-label", "planes-missing!"]
    assert codes(second) == ["planes-missing!"]


@pytest.mark.parametrize(
    "text",
    [
        '<scn xmlns="http://www.leica-microsystems.com/scn/2010/03/10"/>',
        '<scn xmlns="http://www.leica-microsystems.com/scn/2010/10/01"><collection/></scn>',
        "<x leica-microsystems.com/scn/",
    ],
)
def test_scn_that_names_no_image(tmp_path: Path, make_tiff: Make, text: str) -> None:
    (found,) = read(tmp_path / "a.scn", make_tiff(description=text.encode()))
    assert (found.size.x, codes(found)) == (32, ["metadata-unreadable"])


def test_scn_of_odd_values(tmp_path: Path, make_tiff: Make) -> None:
    text = SCN.replace('sizeX="16000"', 'sizeX="-1"').replace(">20<", ">x<")
    text = text.replace('ifd="1"', 'ifd="99999999999"').replace(
        "2012-05-02", "2012-99-02"
    )
    first, _ = read(tmp_path / "a.scn", make_tiff(SCN_PAGES, description=text.encode()))
    assert first.physical_size.x is None
    assert first.physical_size.y == Quantity(0.25, "µm")
    assert (first.acquired_at, first.objective.magnification) == (None, None)


def test_an_scn_of_the_overview_alone(tmp_path: Path, make_tiff: Make) -> None:
    start, end = SCN.index('<image name="region 1"'), SCN.index("</collection>")
    text = SCN[:start] + SCN[end:]
    (found,) = read(
        tmp_path / "a.scn", make_tiff([(20, 30)], description=text.encode())
    )
    assert found.name == "overview"
    assert found.physical_size.x == Quantity(1300, "µm")


# -- QPTIFF --------------------------------------------------------------------------


def qpi(kind: str, more: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="utf-16"?>\r\n<PerkinElmer-QPI-ImageDescription>'
        f"<ImageType>{kind}</ImageType>{more}</PerkinElmer-QPI-ImageDescription>"
    )


QPI_MORE = """<AcquisitionSoftware>VectraScan 1.0</AcquisitionSoftware>
<SlideID>slide 3</SlideID><OperatorName>jane</OperatorName><Objective>20x</Objective>
<InstrumentType>PhenoImagerHT</InstrumentType><CameraName>Pike</CameraName>
<ScanProfile><root><PixelSizeMicrons>0.25</PixelSizeMicrons><Name>p</Name></root>
</ScanProfile>"""


@pytest.mark.parametrize("order", ["<", ">"])
def test_qptiff(tmp_path: Path, make_tiff: Make, order: str) -> None:
    first = qpi("FullResolution", f"<Name>DAPI</Name>{QPI_MORE}")
    second = qpi(
        "FullResolution", "<Name>Opal &amp; 520</Name><Biomarker>CD3</Biomarker>"
    )
    rest = [qpi("Thumbnail"), qpi("ReducedResolution"), qpi("Overview"), qpi("Label")]
    content = make_tiff(
        [(64, 48), (64, 48), (16, 12), (32, 24), (10, 30), (10, 10)],
        order=order,
        bits=16,
        tags=[*resolution(20_000, order), (306, 2, b"2017:01:02 03:04:05\0")],
        page_tags=described(first, second, *rest),
    )
    (found,) = read(tmp_path / "a.qptiff", content)
    assert found.size == ImageSize(64, 48, 1, 2, 1)
    assert [c.name for c in found.channels] == ["DAPI", "CD3"]
    assert found.physical_size.x == Quantity(0.5, "µm")
    assert found.objective == Objective(model="20x", magnification=20)
    assert found.instrument == Instrument(model="PhenoImagerHT")
    assert found.detector == Detector(model="Pike")
    assert found.software == "VectraScan 1.0"
    assert found.name == "slide 3"
    assert found.acquired_at == "2017-01-02T03:04:05"
    assert codes(found) == ["slide-label", "personal-data"]
    assert "jane" not in str(found)


def test_qptiff_in_colour(tmp_path: Path, make_tiff: Make) -> None:
    text = qpi("FullResolution", QPI_MORE).encode("utf-16-le")
    content = make_tiff(description=b"\xff\xfe" + text, samples=3)
    (found,) = read(tmp_path / "a.qptiff", content)
    assert found.size == ImageSize(32, 24, 1, 3, 1)
    assert [c.samples_per_pixel for c in found.channels] == [3]
    # from the profile, where the resolution tags are silent
    assert found.physical_size.x == Quantity(0.25, "µm")


def test_qptiff_without_types(tmp_path: Path, make_tiff: Make) -> None:
    text = "<PerkinElmer-QPI-ImageDescription><Name>A</Name><"
    content = make_tiff([(9, 9), (9, 9), (4, 4)], page_tags=described(text, text, text))
    (found,) = read(tmp_path / "a.qptiff", content)
    assert found.size == ImageSize(9, 9, 1, 2, 1)
    assert [c.name for c in found.channels] == ["A", "A"]


# -- Ventana -------------------------------------------------------------------------

BIF = (
    "<iScan Magnification='40' ScanRes='0.2325' UserName='jane' Z-layers='3' "
    "Z-spacing='1' BuildVersion='3.3.1.1' ScannerModel='VENTANA DP 200' "
    "ScanDate='2019-03-04 05:06:07'><AOI0 Left='1'/></iScan>"
)


@pytest.mark.parametrize("wrapped", [True, False])
def test_ventana(tmp_path: Path, make_tiff: Make, wrapped: bool) -> None:
    xmp = f"<?xml version='1.0'?><Metadata>{BIF}</Metadata>" if wrapped else BIF
    texts = ["Label Image", "Thumbnail", "level=0 mag=40 quality=90", "level=1 mag=20"]
    content = make_tiff(
        [(20, 60), (10, 30), (64, 48), (32, 24)],
        samples=3,
        big=True,
        page_tags=lambda i: [
            *described(*texts)(i),
            *([(700, 1, xmp.encode())] if i == 0 else []),
        ],
    )
    (found,) = read(tmp_path / "a.bif", content)
    assert found.size == ImageSize(64, 48, 3, 3, 1)
    assert found.physical_size == PhysicalSize(
        Quantity(0.2325, "µm"), Quantity(0.2325, "µm"), Quantity(1, "µm")
    )
    assert found.objective == Objective(magnification=40)
    assert found.instrument == Instrument("Ventana", "VENTANA DP 200")
    assert found.software == "iScan 3.3.1.1"
    assert found.acquired_at == "2019-03-04T05:06:07"
    assert codes(found) == ["slide-label", "personal-data"]


def test_ventana_of_odd_values(tmp_path: Path, make_tiff: Make) -> None:
    xmp = b"<iScan Magnification='0' ScanRes='x' Z-layers='-1'>"
    content = make_tiff([(20, 60), (64, 48)], tags=[(700, 1, xmp)])
    (found,) = read(tmp_path / "a.bif", content)
    assert found.physical_size == PhysicalSize()
    assert found.size.z == 1
    assert codes(found) == ["value-ignored"] * 2
    (broken,) = read(tmp_path / "b.bif", make_tiff(tags=[(700, 1, b"no <iScan")]))
    assert codes(broken) == ["metadata-unreadable"]


# -- Philips -------------------------------------------------------------------------

PHILIPS = """<?xml version="1.0" encoding="UTF-8" ?>
<DataObject ObjectType="DPUfsImport">
<Attribute Name="DICOM_ACQUISITION_DATETIME">20160718122300.000000</Attribute>
<Attribute Name="DICOM_MANUFACTURER">PHILIPS</Attribute>
<Attribute Name="DICOM_MANUFACTURERS_MODEL_NAME">UFS Scanner</Attribute>
<Attribute Name="PIM_DP_SCANNER_OPERATOR_ID">jane</Attribute>
<Attribute Name="PIM_DP_SCANNED_IMAGES"><Array>
<DataObject ObjectType="DPScannedImage">
<Attribute Name="PIM_DP_IMAGE_TYPE">MACROIMAGE</Attribute>
<Attribute Name="DICOM_PIXEL_SPACING">"0.9" "0.9"</Attribute></DataObject>
<DataObject ObjectType="DPScannedImage">
<Attribute Name="PIM_DP_IMAGE_TYPE">WSI</Attribute>
<Attribute Name="DICOM_PIXEL_SPACING">"0.000226907" "0.000227273"</Attribute>
</DataObject></Array></Attribute></DataObject>"""


def philips(make_tiff: Make, text: str = PHILIPS, **options: object) -> bytes:
    return make_tiff(
        description=text.encode(),
        samples=3,
        tags=[(305, 2, b"Philips DP v1.0\0")],
        **options,
    )


@pytest.mark.parametrize("order", ["<", ">"])
def test_philips(tmp_path: Path, make_tiff: Make, order: str) -> None:
    content = philips(make_tiff, order=order)
    (found,) = read(tmp_path / "a.tiff", content)
    assert found.physical_size.x == Quantity(0.227273, "µm")
    assert found.physical_size.y == Quantity(0.226907, "µm")
    assert found.instrument == Instrument("PHILIPS", "UFS Scanner")
    assert found.acquired_at == "2016-07-18T12:23:00"
    assert found.software == "Philips DP v1.0"
    assert found.reader == "philips_tiff"
    assert codes(found) == ["personal-data", "slide-label"]


@pytest.mark.parametrize(
    ("spacing", "problems"),
    [("", []), ('"0" "0"', []), ('"x" "-1"', ["value-ignored"] * 2), ('"0.1"', [])],
)
def test_philips_of_odd_values(
    tmp_path: Path, make_tiff: Make, spacing: str, problems: list[str]
) -> None:
    text = PHILIPS.replace('"0.000226907" "0.000227273"', spacing)
    text = text.replace("20160718", "20169918").replace("MACRO", "OTHER")
    text = text.replace(">jane<", ">None<").replace("DICOM_MANUFACTURER", "X")
    (found,) = read(tmp_path / "a.tiff", philips(make_tiff, text))
    assert found.physical_size == PhysicalSize()
    assert found.acquired_at is None
    assert found.instrument == Instrument("Philips", None)
    assert codes(found) == problems


def test_philips_without_xml(tmp_path: Path, make_tiff: Make) -> None:
    content = philips(make_tiff, "<!DOCTYPE x><DataObject/>")
    (found,) = read(tmp_path / "a.tiff", content)
    assert codes(found) == ["metadata-unreadable"]


def test_philips_with_a_picture_inside(tmp_path: Path, make_tiff: Make) -> None:
    picture = f'<Attribute Name="PIM_DP_IMAGE_DATA">{"QUJD" * (2 << 20)}</Attribute>'
    text = PHILIPS.replace("</DataObject></Array>", f"{picture}</DataObject></Array>")
    (found,) = read(tmp_path / "a.tiff", philips(make_tiff, text))
    assert found.physical_size.x == Quantity(0.227273, "µm")


def test_xml_of_too_many_elements(tmp_path: Path, make_tiff: Make) -> None:
    content = philips(make_tiff, f"<DataObject>{'<a/>' * (2 << 20)}</DataObject>")
    (found,) = read(tmp_path / "a.tiff", content)
    assert codes(found) == ["metadata-unreadable"]


# -- FLEX ----------------------------------------------------------------------------


def flex(
    fields: Sequence[str] = ("1", "2"),
    channels: Sequence[str] = ("Exp1Cam1", "Exp2Cam1"),
    planes: int = 1,
    separator: str = "_",
) -> str:
    images, arrays = [], []
    for field in fields:
        for _ in range(planes):
            for number, channel in enumerate(channels):
                images.append(
                    f"<Image BufferNo='{number}'><DateTime>2006-03-13T10:45:0{field}"
                    "</DateTime><ObjectiveRef>UApo20x</ObjectiveRef>"
                    "<CameraRef>Cam1</CameraRef><LightSourceCombinationRef>"
                    f"L{number}</LightSourceCombinationRef>"
                    "<ImageResolutionX>3.22988e-007</ImageResolutionX>"
                    "<ImageResolutionY>3.22988e-007</ImageResolutionY></Image>"
                )
                arrays.append(f"<Array Name='{field}{separator}{channel}' Factor='1'/>")
    stack = "".join(f"<Plane No='{i + 1}'/>" for i in range(planes))
    return (
        "<?xml version='1.0'?><Root xmlns='http://www.perkinelmer.com/flex'>"
        "<FLEX version='1.0'><OperatorName>jane</OperatorName><Cameras>"
        "<Camera ID='Cam1' CameraType='Sensicam'/></Cameras><Objectives>"
        "<Objective ID='UApo20x'><Magnification>20</Magnification>"
        "<NumAperture>0.7</NumAperture><Immersion>1.33</Immersion></Objective>"
        "</Objectives><LightSources><LightSource ID='488'><Wavelength>488</Wavelength>"
        "</LightSource><LightSource ID='561'><Wavelength>561</Wavelength></LightSource>"
        "</LightSources><LightSourceCombination ID='L0'><LightSourceRef ID='488'/>"
        "</LightSourceCombination><LightSourceCombination ID='L1'>"
        "<LightSourceRef ID='488'/><LightSourceRef ID='561'/></LightSourceCombination>"
        "<Plate><PlateName>plate 9</PlateName><Barcode>0815</Barcode>"
        f"<Stack>{stack}</Stack><Well><WellCoordinate Row='3' Col='2'/>"
        f"<Images>{''.join(images)}</Images></Well></Plate></FLEX>"
        f"<Arrays>{''.join(arrays)}</Arrays></Root>"
    )


def flex_tiff(make_tiff: Make, text: str, pages: int, **options: object) -> bytes:
    return make_tiff(
        [(32, 24)] * pages,
        page_tags=lambda i: [] if i else [(65200, 2, text.encode() + b"\0")],
        **options,
    )


@pytest.mark.parametrize("order", ["<", ">"])
def test_flex(tmp_path: Path, make_tiff: Make, order: str) -> None:
    content = flex_tiff(make_tiff, flex(), 4, order=order, bits=16)
    first, second = read(tmp_path / "003002000.flex", content)
    assert first.size == second.size == ImageSize(32, 24, 1, 2, 1)
    assert first.physical_size.x == Quantity(0.322988, "µm")
    assert [c.name for c in first.channels] == ["Exp1Cam1", "Exp2Cam1"]
    assert first.channels[0].excitation_wavelength == Quantity(488, "nm")
    assert first.channels[1].excitation_wavelength is None
    assert first.objective == Objective(None, "UApo20x", 20, 0.7, "Water")
    assert first.detector == Detector(model="Sensicam")
    assert first.plate == PlatePosition("plate 9", 2, 1, 0)
    assert second.plate == PlatePosition("plate 9", 2, 1, 1)
    assert first.acquired_at == "2006-03-13T10:45:01"
    assert second.acquired_at == "2006-03-13T10:45:02"
    assert (codes(first), codes(second)) == (["personal-data"], [])


def test_flex_of_one_field(tmp_path: Path, make_tiff: Make) -> None:
    content = flex_tiff(make_tiff, flex(["1"], planes=3, separator=":"), 6)
    (found,) = read(tmp_path / "a.flex", content)
    assert found.size == ImageSize(32, 24, 3, 2, 1)
    assert found.plate == PlatePosition("plate 9", 2, 1, None)


def test_flex_of_several_times(tmp_path: Path, make_tiff: Make) -> None:
    text = flex(["1"], planes=3).replace("<Plane ", "<Other ")
    (found,) = read(tmp_path / "a.flex", flex_tiff(make_tiff, text, 6))
    assert found.size == ImageSize(32, 24, 1, 2, 3)


@pytest.mark.parametrize(
    ("pages", "code"), [(3, "planes-missing!"), (5, "planes-missing")]
)
def test_flex_with_another_number_of_pages(
    tmp_path: Path, make_tiff: Make, pages: int, code: str
) -> None:
    first, _ = read(tmp_path / "a.flex", flex_tiff(make_tiff, flex(), pages))
    assert codes(first) == [code, "personal-data"]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("<Root>", []),
        ("<!DOCTYPE Root><Root/>", ["metadata-unreadable"]),
        ("<Root><Array/><Array Name='_'/></Root>", ["planes-missing!"]),
        ("<Root><WellCoordinate Row='0' Col='x'/></Root>", []),
    ],
)
def test_flex_of_little(
    tmp_path: Path, make_tiff: Make, text: str, problems: list[str]
) -> None:
    (found,) = read(tmp_path / "a.flex", flex_tiff(make_tiff, text, 1))
    assert found.physical_size == PhysicalSize()
    assert found.plate is None
    assert codes(found) == problems


def test_flex_of_odd_values(tmp_path: Path, make_tiff: Make) -> None:
    text = (
        flex().replace("3.22988e-007", "0").replace(">20<", ">x<").replace("1.33", "2")
    )
    text = text.replace("488</W", "0</W").replace("2006-03", "2006-33")
    first, _ = read(tmp_path / "a.flex", flex_tiff(make_tiff, text, 4))
    assert first.physical_size == PhysicalSize()
    assert first.objective == Objective(None, "UApo20x", None, 0.7, None)
    assert first.channels[0].excitation_wavelength is None
    assert first.acquired_at is None


# -- contracts -----------------------------------------------------------------------


class _Image:
    @pytest.fixture
    def image(self, tmp_path: Path, reader: Reader, content: bytes) -> Path:
        folder = tmp_path / "image"
        folder.mkdir()
        return _written(folder / f"a{reader.suffixes[0]}", content)


class TestHamamatsu(ReaderContract):
    image = _Image.image

    @pytest.fixture
    def reader(self) -> Reader:
        return Hamamatsu()

    @pytest.fixture
    def content(self) -> bytes:
        return ndpi([ndpi_page(64, 48, 20), ndpi_page(32, 24, 10), ndpi_page(9, 9, -1)])


class TestLeicaScn(ReaderContract):
    image = _Image.image

    @pytest.fixture
    def reader(self) -> Reader:
        return LeicaScn()

    @pytest.fixture
    def content(self, make_tiff: Make) -> bytes:
        return make_tiff(SCN_PAGES, description=SCN.encode(), big=True)


class TestQptiff(ReaderContract):
    image = _Image.image

    @pytest.fixture
    def reader(self) -> Reader:
        return Qptiff()

    @pytest.fixture
    def content(self, make_tiff: Make) -> bytes:
        text = qpi("FullResolution", QPI_MORE)
        return make_tiff([(9, 9)] * 3, page_tags=described(text, text, qpi("Label")))


class TestVentana(ReaderContract):
    image = _Image.image

    @pytest.fixture
    def reader(self) -> Reader:
        return Ventana()

    @pytest.fixture
    def content(self, make_tiff: Make) -> bytes:
        return make_tiff(description=b"level=0", tags=[(700, 1, BIF.encode())])


class TestPhilips(ReaderContract):
    image = _Image.image

    @pytest.fixture
    def reader(self) -> Reader:
        return Philips()

    @pytest.fixture
    def content(self, make_tiff: Make) -> bytes:
        return philips(make_tiff)


class TestFlex(ReaderContract):
    image = _Image.image

    @pytest.fixture
    def reader(self) -> Reader:
        return Flex()

    @pytest.fixture
    def content(self, make_tiff: Make) -> bytes:
        return flex_tiff(make_tiff, flex(), 4)
