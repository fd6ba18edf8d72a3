"""PNG, JPEG, JPEG 2000 and BMP, and pictures with a microscope's text beside them."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import pytest

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import (
    Detector,
    ImageSize,
    Instrument,
    PhysicalSize,
    Quantity,
)
from fairsubmit.readers import read_image
from fairsubmit.readers.pictures.bmp import Bmp
from fairsubmit.readers.pictures.jpeg import Jpeg
from fairsubmit.readers.pictures.jpeg_2000 import Jpeg2000
from fairsubmit.readers.pictures.png import Png
from fairsubmit.readers.tiff.sem_text import SemText
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.base import Reader

    Make = Callable[..., bytes]
    Chunk = tuple[bytes, bytes]


def codes(found: ImageMetadata) -> list[str]:
    return [p.code + "!" * p.error for p in found.problems]


def read(path: Path, content: bytes) -> ImageMetadata:
    path.write_bytes(content)
    extraction = read_image(path)
    assert extraction.findings == ()
    (found,) = extraction.images
    return found


# -- PNG -----------------------------------------------------------------------------


def chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def png(*chunks: Chunk, bits: int = 8, colour: int = 0) -> bytes:
    """A PNG of 40 by 30 pixels with chunks before its pixels."""
    header = struct.pack(">IIBBBBB", 40, 30, bits, colour, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(bytes(1230)))]
    body = b"".join(chunk(*part) for part in [*parts, (b"IEND", b"")])
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("bits", "colour", "samples", "pixel_type", "significant"),
    [
        (1, 0, 1, "bit", None),
        (2, 3, 1, "uint8", 2),
        (4, 0, 1, "uint8", 4),
        (8, 3, 1, "uint8", None),
        (8, 2, 3, "uint8", None),
        (8, 6, 4, "uint8", None),
        (16, 0, 1, "uint16", None),
        (16, 4, 2, "uint16", None),
    ],
)
def test_png(
    tmp_path: Path,
    bits: int,
    colour: int,
    samples: int,
    pixel_type: str,
    significant: int | None,
) -> None:
    found = read(tmp_path / "a.png", png(bits=bits, colour=colour))
    assert found.size == ImageSize(40, 30, 1, samples, 1)
    assert [c.samples_per_pixel for c in found.channels] == [samples]
    assert (found.pixel_type, found.significant_bits) == (pixel_type, significant)
    assert (found.format, found.reader) == ("PNG", "png")
    assert (found.physical_size, found.problems) == (PhysicalSize(), ())
    assert found.instrument == Instrument()


@pytest.mark.parametrize(
    ("density", "unit", "size", "problems"),
    [
        (2835, 1, None, ["print-resolution"]),
        (3780, 1, None, ["print-resolution"]),
        (11811, 1, None, ["print-resolution"]),
        (0, 1, None, []),
        (4_000_000, 0, None, []),
        (4_000_000, 1, 0.25, []),
        (9_259_259, 1, 0.108, []),
    ],
)
def test_png_resolution(
    tmp_path: Path, density: int, unit: int, size: float | None, problems: list[str]
) -> None:
    data = struct.pack(">IIB", density, density, unit)
    found = read(tmp_path / "a.png", png((b"pHYs", data)))
    assert codes(found) == problems
    if size is None:
        assert found.physical_size == PhysicalSize()
    else:
        assert found.physical_size.x is not None
        assert found.physical_size.x.value == pytest.approx(size, rel=1e-6)
        assert found.physical_size.x.unit == "µm"


def test_an_animation(tmp_path: Path) -> None:
    found = read(tmp_path / "a.png", png((b"acTL", struct.pack(">II", 7, 0))))
    assert found.size.t == 7


def test_png_texts(tmp_path: Path) -> None:
    packed = zlib.compress("Zellen µ".encode())
    found = read(
        tmp_path / "a.png",
        png(
            (b"tEXt", b"Software\0Scope 2.0"),
            (b"iTXt", b"Title\0\1\0de\0Titel\0" + packed),
            (b"zTXt", b"Creation Time\0\0" + zlib.compress(b"2020-01-02T03:04:05Z")),
            (b"tEXt", b"Author\0Jane Doe"),
            (b"tEXt", b"Source\0C:\\Users\\jane\\x"),
            (b"tEXt", b"no separator"),
        ),
    )
    assert (found.software, found.name) == ("Scope 2.0", "Zellen µ")
    assert found.acquired_at == "2020-01-02T03:04:05Z"
    assert codes(found) == ["personal-data"] * 2
    assert "ane" not in str(found).replace("a.png", "")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Thu, 02 Jan 2020 03:04:05 +0100", "2020-01-02T03:04:05+01:00"),
        ("2020:01:02 03:04:05", "2020-01-02T03:04:05"),
        ("2020-01-02", "2020-01-02"),
        ("yesterday", None),
        ("", None),
        ("Thu, 99 Jan 2020 03:04:05 +9999999999", None),
    ],
)
def test_png_dates(tmp_path: Path, text: str, result: str | None) -> None:
    found = read(tmp_path / "a.png", png((b"tEXt", b"Creation Time\0" + text.encode())))
    assert found.acquired_at == result


def test_a_text_that_expands_without_end_is_cut(tmp_path: Path) -> None:
    bomb = zlib.compress(b"Software" * (1 << 20))
    assert len(bomb) < 1 << 16
    found = read(tmp_path / "a.png", png((b"zTXt", b"Software\0\0" + bomb)))
    assert len(found.software or "") == 256
    torn = png((b"zTXt", b"Software\0\0" + b"no zlib"))
    assert read(tmp_path / "b.png", torn).software is None


def test_a_png_that_is_cut(tmp_path: Path) -> None:
    found = read(tmp_path / "a.png", png()[:-6])
    assert codes(found) == ["truncated!"]
    with pytest.raises(DamagedFileError):
        Png().read(_written(tmp_path / "b.png", png()[:20]))


@pytest.mark.parametrize("more", [b"\n", bytes(200_000)])
def test_bytes_behind_a_png_do_no_harm(tmp_path: Path, more: bytes) -> None:
    assert codes(read(tmp_path / "a.png", png() + more)) == []
    assert codes(read(tmp_path / "b.png", png()[:-12] + more)) == ["truncated!"]


@pytest.mark.parametrize(
    "header",
    [
        struct.pack(">IIBBBBB", 0, 30, 8, 0, 0, 0, 0),
        struct.pack(">IIBBBBB", 40, 0, 8, 0, 0, 0, 0),
        struct.pack(">IIBBBBB", 40, 30, 8, 5, 0, 0, 0),
    ],
)
def test_a_png_header_that_cannot_be(tmp_path: Path, header: bytes) -> None:
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IEND", b"")
    with pytest.raises(DamagedFileError):
        Png().read(_written(tmp_path / "a.png", content))
    with pytest.raises(DamagedFileError):
        Png().read(_written(tmp_path / "b.png", png().replace(b"IHDR", b"CgBI")))


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_names_that_say_another_format(tmp_path: Path) -> None:
    assert codes(read(tmp_path / "a.jpg", png())) == ["suffix-mismatch"]
    assert codes(read(tmp_path / "a.PNG", png())) == []
    for content in (png(), jpeg(), bmp()):
        (finding,) = read_image(_written(tmp_path / "a.tif", content)).findings
        assert finding.code == "IMG101"


# -- EXIF ----------------------------------------------------------------------------


def exif(order: str, *, gps: bool = True) -> bytes:
    """Two directories and one of GPS; texts stand behind them."""
    out = bytearray(
        (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    )
    texts: list[tuple[int, bytes]] = []

    def directory(start: int, entries: list[tuple[int, bytes | int]]) -> None:
        out.extend(bytes(start - len(out)))
        out.extend(struct.pack(order + "H", len(entries)))
        for tag, value in entries:
            if isinstance(value, int):
                out.extend(struct.pack(order + "HHII", tag, 4, 1, value))
            else:
                texts.append((len(out) + 8, value))
                out.extend(struct.pack(order + "HHII", tag, 2, len(value), 0))
        out.extend(bytes(4))

    directory(
        8,
        [
            (271, b"Canon\0"),
            (272, b"EOS 90D\0"),
            (305, b"1.1.1\0"),
            (315, b"Jane Doe\0"),
            (34665, 200),
            (34853, 300),
        ],
    )
    directory(200, [(36867, b"2020:01:02 03:04:05\0"), (36881, b"+01:00\0")])
    directory(300, [(2, 1), (4, 1)] if gps else [(0, 1)])
    for place, text in texts:
        struct.pack_into(order + "I", out, place, len(out))
        out.extend(text)
    return bytes(out)


# -- JPEG ----------------------------------------------------------------------------


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(
    *segments: bytes,
    sof: int = 0xC0,
    precision: int = 8,
    size: tuple[int, int] = (40, 30),
    components: int = 3,
    end: bytes = b"\xff\xd9",
) -> bytes:
    header = struct.pack(">BHHB", precision, size[1], size[0], components)
    return b"".join(
        [
            b"\xff\xd8",
            *segments,
            segment(0xC4, bytes(20)),
            segment(sof, header + bytes(3 * components)),
            segment(0xDA, bytes(6)),
            bytes(100) + b"\xff\x00" + bytes(100),
            end,
        ]
    )


@pytest.mark.parametrize("sof", [0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCF, 0xF7])
@pytest.mark.parametrize(
    ("precision", "components", "pixel_type", "significant"),
    [(8, 3, "uint8", None), (8, 1, "uint8", None), (12, 1, "uint16", 12)],
)
def test_jpeg(
    tmp_path: Path,
    sof: int,
    precision: int,
    components: int,
    pixel_type: str,
    significant: int | None,
) -> None:
    content = jpeg(sof=sof, precision=precision, components=components)
    found = read(tmp_path / "a.jpg", content)
    assert found.size == ImageSize(40, 30, 1, components, 1)
    assert (found.pixel_type, found.significant_bits) == (pixel_type, significant)
    assert (found.format, found.reader, codes(found)) == ("JPEG", "jpeg", [])
    assert found.instrument == Instrument()


def test_a_large_jpeg_behind_large_segments(tmp_path: Path) -> None:
    profile = segment(0xE2, bytes(65_533))
    content = jpeg(profile, profile, b"\xff\xff\xff\x01", size=(65_535, 65_500))
    found = read(tmp_path / "a.jpg", content)
    assert (found.size.x, found.size.y) == (65_535, 65_500)


@pytest.mark.parametrize(
    ("unit", "density", "problems"),
    [
        (1, 72, ["print-resolution"]),
        (2, 118, ["print-resolution"]),
        (0, 1, []),
        (1, 0, []),
    ],
)
def test_a_jpeg_density_is_a_printers(
    tmp_path: Path, unit: int, density: int, problems: list[str]
) -> None:
    data = b"JFIF\0\1\2" + struct.pack(">BHH", unit, density, density) + b"\0\0"
    found = read(tmp_path / "a.jpg", jpeg(segment(0xE0, data)))
    assert (found.physical_size, codes(found)) == (PhysicalSize(), problems)


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif(tmp_path: Path, order: str) -> None:
    content = jpeg(segment(0xE1, b"Exif\0\0" + exif(order)))
    found = read(tmp_path / "a.jpg", content)
    assert found.detector == Detector("Canon", "EOS 90D")
    assert found.instrument == Instrument()
    assert found.acquired_at == "2020-01-02T03:04:05+01:00"
    assert found.software == "1.1.1"
    assert codes(found) == ["personal-data"] * 2
    assert [p.place for p in found.problems] == ["EXIF Artist", "EXIF GPSInfo"]
    assert "Jane" not in str(found)


def test_exif_of_a_png_without_a_place(tmp_path: Path) -> None:
    found = read(tmp_path / "a.png", png((b"eXIf", exif(">", gps=False))))
    assert found.detector == Detector("Canon", "EOS 90D")
    assert [p.place for p in found.problems] == ["eXIf Artist"]


@pytest.mark.parametrize(
    "data",
    [b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"XX*\0" + bytes(9), exif("<")[:60]],
)
def test_exif_that_is_broken(tmp_path: Path, data: bytes) -> None:
    found = read(tmp_path / "a.jpg", jpeg(segment(0xE1, b"Exif\0\0" + data)))
    assert (found.acquired_at, codes(found)) == (None, [])


def test_a_jpeg_that_is_cut(tmp_path: Path) -> None:
    assert codes(read(tmp_path / "a.jpg", jpeg()[:-1])) == ["truncated!"]
    # the end of the thumbnail within EXIF is not the picture's
    thumbnail = segment(0xE1, b"Exif\0\0MM\0*" + bytes(9) + jpeg())
    assert codes(read(tmp_path / "b.jpg", jpeg(thumbnail, end=b""))) == ["truncated!"]
    assert codes(read(tmp_path / "c.jpg", jpeg(thumbnail))) == []
    with pytest.raises(DamagedFileError):
        Jpeg().read(_written(tmp_path / "d.jpg", jpeg()[:26]))


@pytest.mark.parametrize("more", [b"\0", bytes(70_000), bytes(2_500_000)])
def test_bytes_behind_a_jpeg_do_no_harm(tmp_path: Path, more: bytes) -> None:
    assert codes(read(tmp_path / "a.jpg", jpeg() + more)) == []
    assert codes(read(tmp_path / "b.jpg", jpeg(end=b"") + more)) == ["truncated!"]


def test_empty_bytes_before_a_jpeg(tmp_path: Path) -> None:
    found = read(tmp_path / "a.jpg", b"\r\n\0\0" + jpeg())
    assert (found.size.x, codes(found)) == (40, [])
    (finding,) = read_image(_written(tmp_path / "b.jpg", b"junk" + jpeg())).findings
    assert finding.code == "IMG101"


@pytest.mark.parametrize("size", [(0, 30), (40, 0)])
def test_a_jpeg_without_a_size(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(DamagedFileError):
        Jpeg().read(_written(tmp_path / "a.jpg", jpeg(size=size)))


# -- BMP -----------------------------------------------------------------------------


def bmp(
    depth: int = 8,
    *,
    header: int = 40,
    width: int = 40,
    height: int = 30,
    packing: int = 0,
    density: int = 0,
    alpha: int = 0,
) -> bytes:
    row = (width * depth + 31) // 32 * 4
    pixels = bytes(abs(row * height))
    start = 14 + header + (4 << depth if depth <= 8 else 0)
    if header == 12:
        info = struct.pack("<IHHHH", header, width, height, 1, depth)
    else:
        info = struct.pack("<IiiHH", header, width, height, 1, depth)
        info += struct.pack("<IIiiII", packing, len(pixels), density, density, 0, 0)
        info += struct.pack("<IIII", 0, 0, 0, alpha)
    info = info[:header].ljust(header, b"\0")
    body = info + bytes(start - 14 - header) + pixels
    return b"BM" + struct.pack("<IHHI", 14 + len(body), 0, 0, start) + body


@pytest.mark.parametrize(
    ("options", "samples", "pixel_type"),
    [
        ({"depth": 1}, 1, "bit"),
        ({"depth": 4}, 1, "uint8"),
        ({"depth": 8}, 1, "uint8"),
        ({"depth": 16}, 3, "uint8"),
        ({"depth": 24}, 3, "uint8"),
        ({"depth": 24, "header": 12}, 3, "uint8"),
        ({"depth": 24, "height": -30}, 3, "uint8"),
        ({"depth": 32, "header": 124}, 3, "uint8"),
        ({"depth": 32, "header": 124, "alpha": 255 << 24}, 4, "uint8"),
        ({"depth": 8, "packing": 1}, 1, "uint8"),
    ],
)
def test_bmp(
    tmp_path: Path, options: dict[str, int], samples: int, pixel_type: str
) -> None:
    found = read(tmp_path / "a.bmp", bmp(**options))
    assert found.size == ImageSize(40, 30, 1, samples, 1)
    assert (found.pixel_type, found.reader, codes(found)) == (pixel_type, "bmp", [])


def test_bmp_resolution(tmp_path: Path) -> None:
    found = read(tmp_path / "a.bmp", bmp(density=4_000_000))
    assert found.physical_size.x == Quantity(0.25, "µm")
    for number, density in enumerate((2835, -5)):
        other = read(tmp_path / f"{number}.bmp", bmp(density=density))
        assert other.physical_size == PhysicalSize()


def test_a_bmp_that_is_cut(tmp_path: Path) -> None:
    assert codes(read(tmp_path / "a.bmp", bmp()[:-1])) == ["truncated!"]
    for length in (10, 30, 50):
        with pytest.raises(DamagedFileError):
            Bmp().read(_written(tmp_path / "b.bmp", bmp()[:length]))
    for options in ({"width": -40}, {"height": 0}):
        with pytest.raises(DamagedFileError):
            Bmp().read(_written(tmp_path / "b.bmp", bmp(**options)))
    assert not Bmp().starts(b"BM is how this text begins, and goes on")


# -- JPEG 2000 -----------------------------------------------------------------------


def codestream(bits: int = 7, *, right: int = 45, left: int = 5) -> bytes:
    size = struct.pack(">IIII", right, 30, left, 0) + bytes(16)
    parts = (
        struct.pack(">HH", 47, 0)
        + size
        + struct.pack(">H", 3)
        + bytes([bits, 1, 1]) * 3
    )
    return b"\xff\x4f\xff\x51" + parts + bytes(50) + b"\xff\xd9"


def box(kind: bytes, data: bytes, *, form: str = "short") -> bytes:
    if form == "long":
        return struct.pack(">I4sQ", 1, kind, 16 + len(data)) + data
    return struct.pack(">I4s", 0 if form == "last" else 8 + len(data), kind) + data


def jp2(bits: int = 7, *, inner: bytes = b"", form: str = "short") -> bytes:
    header = box(b"ihdr", struct.pack(">IIHBBBB", 30, 40, 3, bits, 7, 0, 0))
    return b"".join(
        [
            b"\0\0\0\x0cjP  \r\n\x87\n",
            box(b"ftyp", b"jp2 " + bytes(8)),
            box(b"jp2h", header + inner),
            box(b"jp2c", codestream(), form=form),
        ]
    )


@pytest.mark.parametrize("form", ["short", "long", "last"])
def test_jp2(tmp_path: Path, form: str) -> None:
    found = read(tmp_path / "a.jp2", jp2(form=form))
    assert found.size == ImageSize(40, 30, 1, 3, 1)
    assert (found.pixel_type, found.reader, codes(found)) == ("uint8", "jpeg_2000", [])
    cut = read(tmp_path / "b.jp2", jp2(form=form)[:-30])
    assert codes(cut) == ["truncated!"]


@pytest.mark.parametrize(
    ("bits", "inner", "pixel_type", "significant"),
    [
        (15, b"", "uint16", None),
        (11, b"", "uint16", 12),
        (0x80 | 15, b"", "int16", None),
        (255, box(b"bpcc", bytes([0x80 | 15] * 3)), "int16", None),
        (0, b"", "bit", None),
        (37, b"", None, 38),
    ],
)
def test_jp2_depths(
    tmp_path: Path,
    bits: int,
    inner: bytes,
    pixel_type: str | None,
    significant: int | None,
) -> None:
    found = read(tmp_path / "a.jp2", jp2(bits, inner=inner))
    assert (found.pixel_type, found.significant_bits) == (pixel_type, significant)


def test_jp2_resolution(tmp_path: Path) -> None:
    data = struct.pack(">HHHHbb", 4, 1, 2, 1, 6, 6)
    found = read(tmp_path / "a.jp2", jp2(inner=box(b"res ", box(b"resc", data))))
    size = found.physical_size
    assert (size.x, size.y) == (Quantity(0.5, "µm"), Quantity(0.25, "µm"))
    none = struct.pack(">HHHHbb", 0, 0, 0, 0, 0, 0)
    found = read(tmp_path / "b.jp2", jp2(inner=box(b"res ", box(b"resc", none))))
    assert found.physical_size == PhysicalSize()


def test_a_code_stream_alone(tmp_path: Path) -> None:
    found = read(tmp_path / "a.j2k", codestream(11))
    assert (found.size.x, found.size.y, found.size.c) == (40, 30, 3)
    assert (found.pixel_type, codes(found)) == ("uint16", [])
    assert codes(read(tmp_path / "b.j2k", codestream()[:-2])) == ["truncated!"]
    for broken in (codestream()[:20], codestream(right=5)):
        with pytest.raises(DamagedFileError):
            Jpeg2000().read(_written(tmp_path / "c.j2k", broken))


def test_jp2_without_a_header(tmp_path: Path) -> None:
    content = jp2()[:12] + box(b"ftyp", b"jp2 ") + struct.pack(">I4s", 3, b"abcd")
    with pytest.raises(DamagedFileError):
        Jpeg2000().read(_written(tmp_path / "a.jp2", content))


# -- texts of microscopes ------------------------------------------------------------

JEOL = """$CM_FORMAT JEOL/EO
$CM_VERSION 0.1
$CM_TITLE grid 5
$CM_DATE 5/25/2016
$CM_TIME 01:02:03 PM
$CM_OPERATOR jane
$CM_INSTRUMENT JSM-7500F
$CM_MAG 50000
$CM_FULL_SIZE 40 24
$CM_SIGNAL SEI
$$SM_MICRON_BAR 16
$$SM_MICRON_MARKER 100nm
"""
HITACHI = """[SemImageFile]
InstructName=S-4800
SampleName=grid 6
ImageName=a.tif
Date=06/27/2014
Time=16:03:18
DataSize=40x30
PixelSize=24.80469
SignalName=SE(M)
UserName=jane
"""


@pytest.mark.parametrize("suffix", [".tif", ".bmp", ".png", ".jpg"])
def test_jeol(tmp_path: Path, make_tiff: Make, suffix: str) -> None:
    pictures = {
        ".tif": make_tiff([(40, 30)]),
        ".bmp": bmp(),
        ".png": png((b"pHYs", struct.pack(">IIB", 2835, 2835, 1))),
        ".jpg": jpeg(),
    }
    (tmp_path / "a.txt").write_text(JEOL)
    found = read(tmp_path / f"a{suffix}", pictures[suffix])
    assert (found.size.x, found.size.y) == (40, 30)
    assert found.physical_size.x == found.physical_size.y == Quantity(6.25, "nm")
    assert found.acquired_at == "2016-05-25T13:02:03"
    assert found.instrument == Instrument("JEOL", "JSM-7500F")
    assert found.detector == Detector(model="SEI")
    assert found.objective.magnification is None
    assert found.name == "grid 5"
    assert (found.reader, found.pixel_type) == ("sem_text", "uint8")
    assert found.format is not None
    assert found.format.startswith("JEOL SEM ")
    assert [name.rpartition("/")[2] for name in found.files] == [f"a{suffix}", "a.txt"]
    assert codes(found) == ["info-bar", "personal-data"]
    assert "jane" not in str(found)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_hitachi(tmp_path: Path, make_tiff: Make, encoding: str) -> None:
    (tmp_path / "a.TXT").write_bytes(HITACHI.replace("\n", "\r\n").encode(encoding))
    found = read(tmp_path / "a.tif", make_tiff([(40, 30)]))
    assert found.physical_size.x == Quantity(24.80469, "nm")
    assert found.acquired_at == "2014-06-27T16:03:18"
    assert found.instrument == Instrument("Hitachi", "S-4800")
    assert found.detector == Detector(model="SE(M)")
    assert (found.format, found.name) == ("Hitachi SEM TIFF", "grid 6")
    assert codes(found) == ["personal-data"]


@pytest.mark.parametrize(
    ("old", "new", "size", "problem"),
    [
        ("100nm", "1um", Quantity(0.0625, "µm"), None),
        ("100nm", "1 µm", Quantity(0.0625, "µm"), None),
        ("BAR 16", "BAR 0", None, None),
        ("100nm", "much", None, None),
        ("100nm", "5 apples", None, None),
        ("40 24", "80 48", None, "value-ignored"),
        ("$$SM_MICRON_BAR 16", "$$EM_PIXELSPERMETER_X 4e9", Quantity(0.25, "nm"), None),
    ],
)
def test_jeol_scales(
    tmp_path: Path,
    old: str,
    new: str,
    size: Quantity | None,
    problem: str | None,
) -> None:
    (tmp_path / "a.txt").write_text(JEOL.replace(old, new), encoding="utf-8")
    found = read(tmp_path / "a.bmp", bmp())
    assert found.physical_size.x == size
    assert problem is None or problem in codes(found)


def test_other_texts_say_nothing(tmp_path: Path) -> None:
    for text in ("", "notes on $CM_ and more", "[Other]\nPixelSize=3\n"):
        (tmp_path / "a.txt").write_text(text)
        assert read(tmp_path / "a.bmp", bmp()).reader == "bmp"
    (tmp_path / "a.txt").unlink()
    (tmp_path / "a.txt").mkdir()
    assert read(tmp_path / "a.bmp", bmp()).reader == "bmp"


# -- contracts -----------------------------------------------------------------------


class _Image:
    @pytest.fixture
    def image(self, tmp_path: Path, reader: Reader, content: bytes) -> Path:
        folder = tmp_path / "image"
        folder.mkdir()
        return _written(folder / f"a{reader.suffixes[0]}", content)


class TestPng(ReaderContract):
    image = _Image.image

    @pytest.fixture
    def reader(self) -> Reader:
        return Png()

    @pytest.fixture
    def content(self) -> bytes:
        return png(
            (b"pHYs", struct.pack(">IIB", 4_000_000, 4_000_000, 1)),
            (b"zTXt", b"Software\0\0" + zlib.compress(b"x")),
            (b"eXIf", exif("<")),
        )


class TestJpeg(ReaderContract):
    image = _Image.image

    @pytest.fixture
    def reader(self) -> Reader:
        return Jpeg()

    @pytest.fixture
    def content(self) -> bytes:
        return jpeg(segment(0xE1, b"Exif\0\0" + exif(">")))


class TestBmp(ReaderContract):
    image = _Image.image

    @pytest.fixture
    def reader(self) -> Reader:
        return Bmp()

    @pytest.fixture
    def content(self) -> bytes:
        return bmp(density=4_000_000)


class TestJpeg2000(ReaderContract):
    image = _Image.image

    @pytest.fixture
    def reader(self) -> Reader:
        return Jpeg2000()

    @pytest.fixture
    def content(self) -> bytes:
        data = struct.pack(">HHHHbb", 4, 1, 2, 1, 6, 6)
        return jp2(inner=box(b"res ", box(b"resc", data)))


class TestSemText(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return SemText()

    @pytest.fixture
    def image(self, tmp_path: Path, make_tiff: Make) -> Path:
        folder = tmp_path / "image"
        folder.mkdir()
        (folder / "a.txt").write_text(JEOL)
        return _written(folder / "a.tif", make_tiff([(40, 30)]))


def test_any_text_beside_a_picture_is_no_crash(tmp_path: Path) -> None:
    """Changed anywhere, the text gives a record all the same."""
    picture = _written(tmp_path / "a.bmp", bmp())
    for raw in (JEOL.encode(), HITACHI.encode(), JEOL.encode("utf-16")):
        for place in range(0, len(raw), 3):
            for value in (0, 0x2D, 0xFF):
                text = raw[:place] + bytes([value]) + raw[place + 1 :]
                (tmp_path / "a.txt").write_bytes(text)
                assert len(read_image(picture).images) == 1
