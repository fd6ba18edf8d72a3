"""Damaged image files: what befalls files on their way, in every format.

Each case writes one small dataset into a folder of its own, and says in which words,
with which byte or name, the command must tell where it broke.
"""

from __future__ import annotations

import gzip
import json
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.readers.conftest import ome_bytes, tiff_bytes
from tests.readers.czi_files import whole as czi_bytes
from tests.readers.deltavision_files import Dv
from tests.readers.dicom_files import dicom_bytes, picture
from tests.readers.hdf5_files import write_imaris
from tests.readers.leica_files import one_image as lif_bytes
from tests.readers.nd2_files import nd2_bytes
from tests.readers.test_mrc_reader import mrc_bytes
from tests.readers.test_pictures import png
from tests.readers.test_plates_imagexpress import Plate
from tests.readers.test_volume_readers import nifti_bytes
from tests.readers.zarr_files import dump, write_group, write_image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[Path], None]

PAST = 0x7FFFFFF0
BIG_PAST = 0x7FFFFFFFFFFFFFF0
UUID = "1111111{}-1111-4111-8111-111111111111"


@dataclass(frozen=True)
class Damage:
    """One case.

    Attributes
    ----------
    name
        Of the case and its folder.
    words
        A regular expression of what must be said of a file there.
    write
        Writes the files.
    error
        Whether it is an error: a finding, or a problem marked as one.
    """

    name: str
    words: str
    write: Write
    error: bool = True


CASES: list[Damage] = []


def case(name: str, words: str, *, error: bool = True) -> Callable[[Write], Write]:
    """Enter the function that writes a case."""

    def enter(write: Write) -> Write:
        CASES.append(Damage(name, words, write, error))
        return write

    return enter


def one_file(
    name: str, words: str, file: str, content: bytes, *, error: bool = True
) -> None:
    """Enter a case of one file."""

    def write(folder: Path) -> None:
        (folder / file).write_bytes(content)

    CASES.append(Damage(name, words, write, error))


def put(content: bytes, offset: int, layout: str, *values: int) -> bytes:
    """Return bytes with numbers written over some of them."""
    out = bytearray(content)
    struct.pack_into(layout, out, offset, *values)
    return bytes(out)


def entry(content: bytes, tag: int, *, page: int = 0, big: bool = False) -> int:
    """Return where the entry of a tag stands in a little-endian TIFF."""
    word, count, size = ("<Q", "<Q", 20) if big else ("<I", "<H", 12)
    first, head = (8, 8) if big else (4, 2)
    (offset,) = struct.unpack_from(word, content, first)
    for _ in range(page):
        (entries,) = struct.unpack_from(count, content, offset)
        (offset,) = struct.unpack_from(word, content, offset + head + size * entries)
    (entries,) = struct.unpack_from(count, content, offset)
    if tag == 0:  # the next directory's offset
        return int(offset + head + size * entries)
    places = range(offset + head, offset + head + size * entries, size)
    return next(p for p in places if struct.unpack_from("<H", content, p)[0] == tag)


def cuts(name: str, file: str, content: bytes, *tenths: float) -> None:
    """Enter a file that ends too early, at several tenths of its length."""
    for tenth in tenths:
        length = int(len(content) * tenth / 10)
        one_file(f"{name}-of-{length}-bytes", r"byte \d", file, content[:length])


# -- TIFF ------------------------------------------------------------------------------

PAGES = tiff_bytes([(32, 24)] * 3)
BIG_PAGES = tiff_bytes([(32, 24)] * 3, big=True)
OME = tiff_bytes(description=ome_bytes())

cuts("tiff", "a.tif", PAGES, 0.01, 0.03, 0.3, 3, 7, 9.9)
cuts("bigtiff", "a.btf", BIG_PAGES, 0.03, 0.3, 5, 9.9)
cuts("ome-tiff", "a.ome.tif", OME, 0.1, 2, 4, 9.9)
one_file("tiff-of-no-byte", r"byte 0\b.*empty", "a.tif", b"")
one_file("tiff-of-zeros", r"byte 0\b.*zeros", "a.tif", bytes(5_000))
one_file(
    "first-directory-past-the-end", r"byte 4\b|2147483632", "a.tif",
    put(PAGES, 4, "<I", PAST),
)  # fmt: skip
one_file(
    "next-directory-past-the-end", rf"byte {PAST}\b", "a.tif",
    put(PAGES, entry(PAGES, 0), "<I", PAST),
)  # fmt: skip
one_file(
    "next-directory-past-the-end-of-a-bigtiff", rf"{BIG_PAST}\b", "a.btf",
    put(BIG_PAGES, entry(BIG_PAGES, 0, big=True), "<Q", BIG_PAST),
)  # fmt: skip
one_file(
    "directories-in-a-circle", r"directory-loop! .*byte 8\b", "a.tif",
    put(PAGES, entry(PAGES, 0, page=2), "<I", 8),
)  # fmt: skip
one_file(
    "pixels-past-the-end", rf"truncated! .*page 2.*byte {len(PAGES)}", "a.tif",
    put(PAGES, entry(PAGES, 273, page=1) + 8, "<I", PAST),
)  # fmt: skip
one_file(
    "pixels-of-no-byte", r"planes-missing! .*page 2 are 0 bytes", "a.tif",
    put(
        put(PAGES, entry(PAGES, 279, page=1) + 8, "<I", 0),
        entry(PAGES, 273, page=1) + 8, "<I", 0,
    ),
)  # fmt: skip
one_file(
    "pixels-of-no-count", r"planes-missing .*bytes of page 2", "a.tif",
    put(PAGES, entry(PAGES, 279, page=1) + 8, "<I", 0), error=False,
)  # fmt: skip
one_file(
    "values-past-the-end", r"byte|page", "a.tif",
    put(tiff_bytes(strips=4), entry(tiff_bytes(strips=4), 273) + 4, "<II", 4, PAST),
)  # fmt: skip
one_file(
    "more-values-than-the-file-has", r"byte|page", "a.tif",
    put(PAGES, entry(PAGES, 279) + 4, "<I", 0xFFFFFFFF),
)  # fmt: skip

# -- OME-XML ---------------------------------------------------------------------------


def ome_tiff(xml: bytes) -> bytes:
    return tiff_bytes(description=xml)


one_file(
    "xml-of-nothing", r"OME-XML|ImageDescription|description", "a.ome.tif",
    ome_tiff(b""), error=False,
)  # fmt: skip
one_file(
    "xml-that-breaks-off", r"xml-ill-formed", "a.ome.tif",
    ome_tiff(ome_bytes()[:-40]), error=False,
)  # fmt: skip
one_file(
    "xml-without-an-image", r"IMG101.*OME-XML", "a.ome.xml",
    b'<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"/>',
)  # fmt: skip
one_file("xml-of-one-bracket", r"IMG101.*byte 0", "a.companion.ome", b"<")
one_file(
    "size-that-is-not-the-pixels", r"size-mismatch! .*64.*32", "a.ome.tif",
    ome_tiff(ome_bytes(size=(64, 24))),
)  # fmt: skip
one_file(
    "planes-that-are-not-there", r"planes-missing.*60", "a.ome.tif",
    ome_tiff(ome_bytes(planes=(5, 3, 4), inside="<TiffData/>")),
)  # fmt: skip


def ome_set(folder: Path) -> list[Path]:
    """Write an OME-TIFF of three files, each of which names all."""
    names = [f"t{n}.ome.tif" for n in range(3)]
    inside = "".join(
        f'<TiffData FirstT="{n}" IFD="0" PlaneCount="1"><UUID FileName="{name}">'
        f"urn:uuid:{UUID.format(n)}</UUID></TiffData>"
        for n, name in enumerate(names)
    )
    for n, name in enumerate(names):
        xml = ome_bytes(
            inside=inside, planes=(1, 1, 3), root=f'UUID="urn:uuid:{UUID.format(n)}"'
        )
        (folder / name).write_bytes(ome_tiff(xml))
    return [folder / name for name in names]


@case("set-without-a-member", r"missing-part! .*t1\.ome\.tif")
def _(folder: Path) -> None:
    ome_set(folder)[1].unlink()


@case("set-with-a-member-that-is-cut", r"truncated! .*t1\.ome\.tif")
def _(folder: Path) -> None:
    member = ome_set(folder)[1]
    member.write_bytes(member.read_bytes()[:-100])


@case("set-with-an-empty-member", r"! .*t1\.ome\.tif")
def _(folder: Path) -> None:
    ome_set(folder)[1].write_bytes(b"")


# -- other files -----------------------------------------------------------------------

cuts("czi", "a.czi", czi_bytes(), 0.1, 3, 7, 9.9)
cuts("lif", "a.lif", lif_bytes(size=5_000), 0.01, 0.5, 4, 9.9)
cuts("nd2", "a.nd2", nd2_bytes(3, 4_000), 0.1, 2, 9, 9.99)
cuts("mrc", "a.mrc", mrc_bytes((32, 24, 3)), 1, 4, 9.9)
cuts("deltavision", "a.dv", Dv().written(), 3, 9.9)
cuts("dicom", "a.dcm", dicom_bytes(picture()), 6, 8.5, 9.9)
cuts("png", "a.png", png(), 1, 5, 9)
cuts("nifti", "a.nii", nifti_bytes((32, 24, 3)), 0.2, 5, 9.9)


@case("imaris-that-is-cut", r"IMG101 .*a\.ims.*(byte|truncated)")
def _(folder: Path) -> None:
    file = write_imaris(folder / "a.ims")
    file.write_bytes(file.read_bytes()[:-1_000])


one_file(
    "mrc-of-a-size-that-cannot-be", r"truncated! .*byte", "a.mrc",
    put(mrc_bytes(), 0, "<3i", 1 << 20, 1 << 20, 1 << 20),
)  # fmt: skip
one_file(
    "nd2-whose-map-is-past-the-end", rf"byte|{BIG_PAST}", "a.nd2",
    put(nd2_bytes(), len(nd2_bytes()) - 8, "<Q", BIG_PAST),
)  # fmt: skip
one_file(
    "nifti-packed-and-cut", r"byte", "a.nii.gz",
    gzip.compress(nifti_bytes((32, 24, 3)))[:60],
)  # fmt: skip

# -- OME-Zarr and plates ---------------------------------------------------------------


def chunks(image: Path) -> list[Path]:
    files = sorted(p for p in (image / "0").rglob("*") if p.is_file())
    return [p for p in files if not p.name.endswith((".json", ".zarray"))]


for version in (2, 3):

    def _gone(folder: Path, version: int = version) -> None:
        chunks(write_image(folder / "a.zarr", version))[3].unlink()

    def _empty(folder: Path, version: int = version) -> None:
        chunks(write_image(folder / "a.zarr", version))[3].write_bytes(b"")

    def _level(folder: Path, version: int = version) -> None:
        steps = [{"type": "scale", "scale": [1.0] * 5}]
        levels = [
            {"path": name, "coordinateTransformations": steps} for name in ("0", "1")
        ]
        write_image(folder / "a.zarr", version, datasets=levels)

    def _json(folder: Path, version: int = version) -> None:
        image = write_image(folder / "a.zarr", version)
        file = image / ("0/.zarray" if version == 2 else "0/zarr.json")
        file.write_bytes(file.read_bytes()[:50])

    name = f"zarr-{version}"
    CASES += [
        Damage(f"{name}-without-a-chunk", r"1 of 24 chunks", _gone, error=False),
        Damage(f"{name}-with-a-chunk-of-no-byte", r"! .*0/", _empty),
        Damage(f"{name}-without-a-level", r"! .*\b1\b", _level),
        Damage(f"{name}-with-json-that-is-cut", r"0/(\.zarray|zarr\.json)", _json),
    ]


@case("zarr-plate-without-a-well", r"! .*B/1")
def _(folder: Path) -> None:
    wells = [
        {"path": f"{row}/1", "rowIndex": n, "columnIndex": 0}
        for n, row in enumerate("AB")
    ]
    names = {"rows": [{"name": "A"}, {"name": "B"}], "columns": [{"name": "1"}]}
    plate = write_group(folder / "p.zarr", {"plate": {"wells": wells, **names}}, 2)
    write_group(plate / "A/1", {"well": {"images": [{"path": "0"}]}}, 2)
    write_image(plate / "A/1/0", 2)


@case("zarr-of-json-that-is-another-thing", r"a\.zarr")
def _(folder: Path) -> None:
    dump(folder / "a.zarr/.zattrs", [1, 2, 3])
    dump(folder / "a.zarr/.zgroup", {"zarr_format": 2})


def imagexpress(folder: Path) -> list[Path]:
    plate = Plate(folder, tiff_bytes)
    plate.sites()
    plate.htd()
    return sorted(folder.glob("*.TIF"))


@case("plate-without-a-file", r"missing-part! .*wave 1")
def _(folder: Path) -> None:
    imagexpress(folder)[-2].unlink()


@case("plate-with-a-file-that-is-cut", r"truncated! .*p_A01_s1_w1\.TIF")
def _(folder: Path) -> None:
    file = imagexpress(folder)[0]
    file.write_bytes(file.read_bytes()[:-1_200])


@case(
    "plate-with-a-file-that-is-cut-a-little",
    r"p_B02_s2_w2\.TIF: IMG101 .* end 100 bytes past the end",
)
def _(folder: Path) -> None:
    file = imagexpress(folder)[-1]
    file.write_bytes(file.read_bytes()[:-100])


@case(
    "plate-with-a-file-without-a-directory",
    r"p_B02_s2_w2\.TIF: IMG101 .* damaged at byte 8",
)
def _(folder: Path) -> None:
    file = imagexpress(folder)[-1]
    file.write_bytes(b"II*\0\x08\0\0\0" + b"\xff" * 3_000)


@case("plate-whose-description-is-cut", r"p\.HTD.*byte 60", error=False)
def _(folder: Path) -> None:
    imagexpress(folder)
    file = folder / "p.HTD"
    file.write_bytes(file.read_bytes()[:60])


# -- what stands in an image's place ---------------------------------------------------

one_file(
    "pointer-to-an-image", r"Git LFS pointer", "a.czi",
    b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
)  # fmt: skip
one_file("page-of-the-web", r"web page", "a.nd2", b"<!DOCTYPE html><html></html>")


def write_all(folder: Path) -> None:
    """Write every case into a folder of its own."""
    names = [one.name for one in CASES]
    assert len(names) == len(set(names))
    for one in CASES:
        assert re.fullmatch(r"[a-z0-9-]+", one.name)
        (folder / one.name).mkdir()
        one.write(folder / one.name)
    (folder / "whole").mkdir()
    (folder / "whole" / "a.ome.tif").write_bytes(OME)
    (folder / "notes.json").write_text(json.dumps({"none": "of these is an image"}))
