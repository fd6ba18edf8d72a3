"""OME-Zarr in a ZIP file: members, sizes, bombs and cuts."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.readers.zarr_files import (
    SHAPE,
    codes,
    header,
    multiscale,
    one,
    write_group,
    write_image,
)

from fairsubmit.metadata.image import PlatePosition, Quantity
from fairsubmit.readers import is_image, read_image
from fairsubmit.readers.zarr.ome_zarr import OmeZarr
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fairsubmit.readers.base import Reader

    Make = Callable[..., bytes]

LIMIT = 300 << 20


def pack(
    folder: Path,
    path: Path,
    *,
    inside: str = "",
    method: int = zipfile.ZIP_STORED,
    comment: bytes = b"",
    force_zip64: bool = False,
) -> Path:
    """Pack a folder as NGFF RFC-9 has it: the outermost zarr.json first."""
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.comment = comment
        for file in sorted(folder.rglob("*"), key=lambda p: len(p.parts)):
            if file.is_file():
                name = inside + file.relative_to(folder).as_posix()
                with archive.open(name, "w", force_zip64=force_zip64) as member:
                    member.write(file.read_bytes())
    return path


class TestOmeZarrZipped(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return OmeZarr()

    @pytest.fixture
    def image(self, tmp_path: Path) -> Path:
        folder = write_image(tmp_path / "a.zarr", 3)
        (tmp_path / "image").mkdir()
        return pack(folder, tmp_path / "image" / "a.ozx")


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("inside", ["", "a.ome.zarr/"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("name", ["a.ozx", "a.ome.zarr.zip", "A.ZARR.ZIP", "b.zip"])
def test_an_image(
    tmp_path: Path, version: int, inside: str, method: int, name: str
) -> None:
    folder = write_image(tmp_path / "a.zarr", version)
    path = pack(folder, tmp_path / name, inside=inside, method=method)
    assert is_image(path)
    found = one(path)
    assert (found.size.x, found.size.t, found.pixel_type) == (60, 2, "uint16")
    assert found.physical_size.x == Quantity(0.25, "µm")
    assert found.path == path.as_posix()
    assert found.files == (path.as_posix(),)
    assert found.problems == ()


def test_rfc_9_comments_and_zip64(tmp_path: Path) -> None:
    comment = json.dumps({"ome": {"version": "0.5", "zipFile": {}}}).encode()
    folder = write_image(tmp_path / "a.zarr", 3)
    path = pack(folder, tmp_path / "a.ozx", comment=comment, force_zip64=True)
    assert one(path).problems == ()


def as_zip64(content: bytes) -> bytes:
    """Say the place of the directory in a Zip64 record alone, as for 4 GiB and more."""
    end = content.rindex(b"PK\x05\x06")
    count, size, offset = struct.unpack_from("<HII", content, end + 10)
    record = struct.pack(
        "<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset
    )
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    marks = struct.pack("<4H2IH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return content[:end] + record + locator + b"PK\x05\x06" + marks


@pytest.mark.parametrize("before", [b"", b"#!/bin/sh\n"])
def test_a_zip64_directory(tmp_path: Path, before: bytes) -> None:
    path = pack(write_image(tmp_path / "a.zarr", 3), tmp_path / "a.ozx")
    path.write_bytes(as_zip64(path.read_bytes()))
    assert zipfile.ZipFile(path).testzip() is None
    assert one(path).problems == ()
    # With bytes before it the file no longer starts as a ZIP file does.
    path.write_bytes(before + path.read_bytes())
    assert bool(read_image(path).images) == (before == b"")


def test_a_plate_and_what_bioformats2raw_writes(tmp_path: Path, make_ome: Make) -> None:
    folder = tmp_path / "plate.zarr"
    plate = {"wells": [{"path": "A/1", "rowIndex": 0, "columnIndex": 0}], "name": "P"}
    write_group(folder, {"plate": plate, "bioformats2raw.layout": 3}, 2)
    write_group(folder / "A/1", {"well": {"images": [{"path": "0"}]}}, 2)
    write_image(folder / "A/1/0", 2)
    (folder / "OME").mkdir()
    date = "<AcquisitionDate>2021-05-03T14:15:16</AcquisitionDate>"
    channel = '<Channel ID="C:0" SamplesPerPixel="3"/>'
    xml = make_ome(size=(60, 50), planes=(4, 3, 2), image=date, inside=channel)
    (folder / "OME/METADATA.ome.xml").write_bytes(xml)
    found = one(pack(folder, tmp_path / "plate.zarr.zip", inside="plate.zarr/"))
    assert found.plate == PlatePosition("P", 0, 0, 0)
    assert found.acquired_at == "2021-05-03T14:15:16"
    assert found.provenance["acquired_at"].startswith("OME/METADATA.ome.xml")
    assert found.problems == ()


def test_labels(tmp_path: Path) -> None:
    folder = write_image(tmp_path / "a.zarr", 3)
    write_group(folder / "labels", {"labels": ["nuclei", "gone"]}, 3)
    write_image(folder / "labels/nuclei", 3, {"image-label": {}})
    found = one(pack(folder, tmp_path / "a.ozx"))
    assert [a.id for a in found.annotations] == ["labels/nuclei"]
    assert codes(found, error=True) == ["missing-label"]


def test_groups_below(tmp_path: Path) -> None:
    """SpatialData, and several images packed side by side."""
    folder = write_group(tmp_path / "data.zarr", {}, 3)
    write_group(folder / "images", {}, 3)
    write_image(folder / "images/a", 3)
    assert one(pack(folder, tmp_path / "a.zarr.zip")).name == "images/a"
    both = tmp_path / "both"
    write_image(both / "a.zarr", 3)
    write_image(both / "b.zarr", 2)
    names = [image.name for image in read_image(pack(both, tmp_path / "c.ozx")).images]
    assert names == ["a.zarr", "b.zarr"]


@pytest.mark.parametrize("version", [2, 3])
def test_missing_chunks(tmp_path: Path, version: int) -> None:
    folder = write_image(tmp_path / "a.zarr", version)
    chunks = [p for p in (folder / "0").rglob("*") if p.is_file() and "z" not in p.name]
    assert len(chunks) == 24
    chunks[3].unlink()
    found = one(pack(folder, tmp_path / "a.ozx"))
    assert "1 of 24 chunks" in found.problems[0].message
    for chunk in chunks:
        chunk.unlink(missing_ok=True)
    found = one(pack(folder, tmp_path / "b.ozx"))
    assert codes(found, error=True) == ["missing-chunks"]


def test_a_zip_of_something_else(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "readme.txt").write_text("zarr.json and .zattrs")
    path = pack(other, tmp_path / "a.zip")
    assert not is_image(path)
    assert read_image(path).findings == ()
    (finding,) = read_image(pack(other, tmp_path / "a.ozx")).findings
    assert "is a ZIP archive" in finding.message


def test_zarr_that_is_no_ome_zarr(tmp_path: Path) -> None:
    folder = write_group(tmp_path / "table.zarr", {"encoding-type": "anndata"}, 2)
    (finding,) = read_image(pack(folder, tmp_path / "a.zarr.zip")).findings
    assert (finding.code, finding.severity) == ("IMG120", "info")


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9, 0.99])
def test_a_zip_that_is_cut_short(tmp_path: Path, part: float) -> None:
    path = pack(write_image(tmp_path / "a.zarr", 3), tmp_path / "a.ozx")
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    (finding,) = read_image(path).findings
    assert finding.code == "IMG101"
    assert "cut short" in finding.message
    assert finding.pointer == f"byte {int(part * len(content))}"


def changed(content: bytes, name: bytes, field: int, form: str, value: int) -> bytes:
    """Return a ZIP file with a field of a member's entry in the directory replaced."""
    start = content.index(name, content.index(b"PK\x01\x02")) - 46
    out = bytearray(content)
    struct.pack_into(form, out, start + field, value)
    return bytes(out)


@pytest.mark.parametrize(
    ("field", "form", "value", "says"),
    [
        (8, "<H", 1, "not encrypted"),
        (10, "<H", 12, "stored or deflated"),
        (16, "<I", 0xDEADBEEF, "CRC-32 deadbeef"),
        (20, "<I", 0x7FFFFFFF, "at most"),
        (24, "<I", 0x7FFFFFFF, "at most"),
        (42, "<I", 0x7FFFFFFF, "the header of a ZIP file's member"),
        (42, "<I", 3, "the header of a ZIP file's member"),
        (20, "<I", 9_000, "9000 bytes"),
    ],
)
def test_members_that_are_damaged(
    tmp_path: Path, field: int, form: str, value: int, says: str
) -> None:
    path = pack(write_image(tmp_path / "a.zarr", 3), tmp_path / "a.ozx")
    content = changed(path.read_bytes(), b"zarr.json", field, form, value)
    path.write_bytes(content)
    (finding,) = read_image(path).findings
    assert finding.code == "IMG101"
    assert says in finding.message


def test_a_member_beyond_the_directory(tmp_path: Path) -> None:
    path = pack(write_image(tmp_path / "a.zarr", 3), tmp_path / "a.ozx")
    content = changed(path.read_bytes(), b"0/c/0/0/0/0/0", 20, "<I", 1 << 30)
    path.write_bytes(content)
    assert codes(one(path), error=True) == ["truncated"]


@pytest.mark.parametrize("where", ["directory", "entry", "count"])
def test_a_directory_that_is_damaged(tmp_path: Path, where: str) -> None:
    path = pack(write_image(tmp_path / "a.zarr", 3), tmp_path / "a.ozx")
    content = bytearray(path.read_bytes())
    end = content.rindex(b"PK\x05\x06")
    if where == "directory":
        struct.pack_into("<I", content, end + 16, 0x7FFFFFFF)
    elif where == "entry":
        content[content.index(b"PK\x01\x02") : end] = bytes(
            end - content.index(b"PK\x01\x02")
        )
    else:
        struct.pack_into("<I", content, end + 12, 0x7FFFFFFF)
    path.write_bytes(bytes(content))
    (finding,) = read_image(path).findings
    assert finding.code == "IMG101"
    assert "central directory" in finding.message


_MEASURE = """
import sys
from pathlib import Path
from fairsubmit.readers import read_image
found = read_image(Path(sys.argv[1]))
assert found.findings or found.images
status = Path("/proc/self/status").read_text()
print(int(status.partition("VmHWM:")[2].split()[0]) * 1024)
"""


def memory_of(path: Path) -> int:
    command = [sys.executable, "-c", _MEASURE, str(path)]
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=True
    )
    return int(result.stdout)


def write_bomb(path: Path, start: bytes, middle: bytes, count: int, end: bytes) -> Path:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("zarr.json", "w") as member,
    ):
        member.write(start)
        for _ in range(count):
            member.write(middle)
        member.write(end)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="measures as Linux does")
@pytest.mark.parametrize(
    ("start", "unit", "count", "end"),
    [
        (b"", b" ", 400, b""),
        (b"[", b"{},", 20, b"{}]"),
        (b'{"a":"', "\U0001f600".encode(), 15, b'"}'),
        (b'{"a":' + b"[" * 10_000, b"[],", 3, b""),
    ],
    ids=["spaces", "objects", "text", "lists"],
)
def test_a_deflate_bomb_takes_little_memory(
    tmp_path: Path, start: bytes, unit: bytes, count: int, end: bytes
) -> None:
    path = write_bomb(tmp_path / "bomb.ozx", start, unit * (1 << 20), count, end)
    (finding,) = read_image(path).findings
    assert finding.code == "IMG101"
    assert memory_of(path) < LIMIT


@pytest.mark.skipif(sys.platform != "linux", reason="measures as Linux does")
def test_a_bomb_that_hides_its_size(tmp_path: Path) -> None:
    path = write_bomb(tmp_path / "bomb.ozx", b"", b" " * (1 << 20), 400, b"")
    path.write_bytes(changed(path.read_bytes(), b"zarr.json", 24, "<I", 100))
    (finding,) = read_image(path).findings
    assert "100 bytes, as the ZIP file says" in finding.message
    assert memory_of(path) < LIMIT


@pytest.mark.skipif(sys.platform != "linux", reason="measures as Linux does")
def test_half_a_million_members(tmp_path: Path) -> None:
    """Only so many names are kept; the image is read all the same."""
    entry = struct.Struct("<4s4B4HIIIHHHHHII")
    path = tmp_path / "a.ozx"
    node = header(3, shape=[1, 1, 1, 1000, 1000], chunks=[1, 1, 1, 1, 1])
    with zipfile.ZipFile(path, "w") as archive:
        attributes = {"ome": {"multiscales": [multiscale()]}}
        archive.writestr("zarr.json", json.dumps({"attributes": attributes}))
        archive.writestr("0/zarr.json", json.dumps(node))
    content = path.read_bytes()
    end = content.rindex(b"PK\x05\x06")
    size, start = struct.unpack_from("<II", content, end + 12)
    more = io.BytesIO()
    zeros = (0,) * 4
    for number in range(500_000):
        name = b"0/c/0/0/0/%d/%d" % divmod(number, 1000)
        lengths = (len(name), 0, 0, 0, 0)
        more.write(entry.pack(b"PK\x01\x02", *zeros, *zeros, 0, 0, 9, *lengths, 0, 0))
        more.write(name)
    directory = content[start : start + size] + more.getvalue()
    ending = struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, 0, 0, len(directory), start, 0
    )
    path.write_bytes(content[:start] + directory + ending)
    found = one(path)
    assert found.size.x == 1000
    assert memory_of(path) < LIMIT


def test_names_of_other_systems(tmp_path: Path) -> None:
    """Backslashes, a leading ./ and names that are not ASCII."""
    path = tmp_path / "a.ozx"
    with zipfile.ZipFile(path, "w") as archive:
        attributes = {"multiscales": [multiscale()]}
        archive.writestr("./zellen µ/.zattrs", json.dumps(attributes))
        node = header(2, chunks=SHAPE)
        archive.writestr("./zellen µ/0/.zarray", json.dumps(node))
        archive.writestr("./zellen µ/0/0/0/0/0/0", b"x")
        archive.writestr("__MACOSX/zellen µ/._.zattrs", b"x")
    path.write_bytes(
        path.read_bytes().replace("zellen µ/0".encode(), "zellen µ\\0".encode())
    )
    assert one(path).problems == ()
