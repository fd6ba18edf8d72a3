"""Files that expand without end, lead in circles, or change while they are read.

Each is a finding or a problem, or is read as what it is; the command ends in time and
within its memory, whatever happens (see `extracting.extract`).
"""

from __future__ import annotations

import gzip
import os
import random
import shutil
import struct
import sys
import threading
import zipfile
import zlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from tests.faults.extracting import MIB, extract
from tests.readers.conftest import ome_bytes, tiff_bytes
from tests.readers.czi_files import Czi, metadata
from tests.readers.leica_files import document, lif, one_image
from tests.readers.nd2_files import assemble, compressed, nd2_bytes
from tests.readers.test_mrc_reader import mrc_bytes
from tests.readers.test_pictures import png
from tests.readers.test_volume_readers import nifti_bytes
from tests.readers.zarr_files import write_image

from fairsubmit.errors import ReadError
from fairsubmit.readers import find_reader
from fairsubmit.readers.source import Source, shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names or links")
ENTITIES = "".join(
    f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol" * 10}">' for n in range(10)
)
LAUGHS = f"<!DOCTYPE OME [{ENTITIES}]>"


def zeros(size: int) -> bytes:
    """Return a zlib stream of so many zero bytes, without holding them."""
    packer = zlib.compressobj(1)
    part = bytes(MIB)
    packed = [packer.compress(part) for _ in range(size // MIB)]
    return b"".join([*packed, packer.flush()])


# -- documents -------------------------------------------------------------------------


def plane(z: int) -> str:
    return (
        f'<TiffData FirstZ="{z}" IFD="{z}" PlaneCount="1"/>'
        f'<Plane TheZ="{z}" TheC="0" TheT="0" DeltaT="{z * 0.5}" DeltaTUnit="s" '
        f'ExposureTime="100" ExposureTimeUnit="ms" PositionX="1" PositionY="2"/>'
    )


@pytest.mark.parametrize("name", ["a.ome.tif", "a.ome.xml"])
def test_a_document_of_100_000_planes(tmp_path: Path, name: str) -> None:
    count = 100_000
    inside = '<Channel ID="Channel:0:0" SamplesPerPixel="1"/>'
    inside += "".join(map(plane, range(count)))
    xml = ome_bytes(inside=inside, planes=(count, 1, 1))
    assert len(xml) > 15 * MIB
    tiff = name.endswith(".tif")
    (tmp_path / name).write_bytes(tiff_bytes(description=xml) if tiff else xml)
    outcome = extract(tmp_path)
    (record,) = outcome.records
    assert record["size"]["z"] == count
    assert ("planes-missing! " in outcome.of("")) == tiff
    assert outcome.peak < 150 * MIB


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    image = ome_bytes(name="&e9;").decode()
    for name, start in (("a.ome.tif", image), ("b.ome.xml", image)):
        xml = start.replace("<OME", f"{LAUGHS}<OME", 1).encode()
        tiff = name.endswith(".tif")
        (tmp_path / name).write_bytes(tiff_bytes(description=xml) if tiff else xml)
    czi = metadata().replace("<ImageDocument>", f"{LAUGHS}<ImageDocument>&e9;", 1)
    (tmp_path / "c.czi").write_bytes(Czi(xml=czi).bytes())
    (tmp_path / "d.lif").write_bytes(lif(LAUGHS + document("&e9;")))
    outside = '<!DOCTYPE OME [<!ENTITY e9 SYSTEM "file:///etc/passwd">]>'
    xml = image.replace("<OME", f"{outside}<OME", 1).encode()
    (tmp_path / "e.ome.xml").write_bytes(xml)
    outcome = extract(tmp_path)
    for name in ("a.ome.tif", "b.ome.xml", "e.ome.xml"):
        assert "xml-doctype" in outcome.of(name), name
    assert "metadata-unreadable" in outcome.of("c.czi")
    assert "IMG101" in outcome.of("d.lif")
    assert all("root" not in str(record["name"]) for record in outcome.records)


def test_elements_in_elements_without_end(tmp_path: Path) -> None:
    deep = "<a>" * 500_000
    xml = ome_bytes(after=f"<StructuredAnnotations>{deep}")
    (tmp_path / "a.ome.tif").write_bytes(tiff_bytes(description=xml))
    (tmp_path / "b.czi").write_bytes(Czi(xml=metadata(other=deep)).bytes())
    (tmp_path / "c.lif").write_bytes(lif(document(deep)))
    (tmp_path / "d.zarr").mkdir()
    (tmp_path / "d.zarr" / ".zattrs").write_text('{"a":' + "[" * 2_000_000)
    outcome = extract(tmp_path)
    for name in ("a.ome.tif", "b.czi", "c.lif", "d.zarr"):
        assert outcome.of(name), name


# -- bombs -----------------------------------------------------------------------------


def zip_bomb(path: Path, name: str) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(name, "w") as member,
    ):
        for _ in range(400):
            member.write(b" " * MIB)


def gzip_bomb(path: Path, start: bytes) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(start)
        for _ in range(400):
            file.write(bytes(MIB))


def nd2_bomb(path: Path) -> None:
    bomb = compressed(b"")[:12] + zeros(400 * MIB)
    names = (b"ImageAttributesLV!", b"ImageMetadataSeqLV|0!", b"ImageMetadataLV!")
    path.write_bytes(assemble([(name, bomb) for name in names]))


def dicom_bomb(path: Path) -> None:
    dicom = pytest.importorskip("tests.readers.dicom_files")
    meta = dicom.data_set({"TransferSyntaxUID": dicom.DEFLATED})
    head = dicom.data_set({"SOPClassUID": dicom.CT, "Rows": 4, "Columns": 6})
    packer = zlib.compressobj(1, wbits=-15)
    comment = struct.pack("<HH2sHI", 0x0020, 0x4000, b"UT", 0, 400 * MIB)
    body = [packer.compress(head + comment)]
    body += [packer.compress(bytes(MIB)) for _ in range(400)]
    path.write_bytes(bytes(128) + b"DICM" + meta + b"".join(body) + packer.flush())


def png_bomb(path: Path) -> None:
    bomb = zeros(400 * MIB)
    texts = [(b"zTXt", b"Software\0\0" + bomb), (b"iCCP", b"icc\0\0" + bomb)]
    texts += [(b"iTXt", b"Comment\0\1\0\0\0" + bomb)]
    path.write_bytes(png(*texts))


def header_bomb(path: Path) -> None:
    """A NIfTI of 381 MiB, a few thousandths of which are stored."""
    gzip_bomb(path, nifti_bytes((1_000, 1_000, 200), pixels=False))


BOMBS: dict[str, Callable[[Path], None]] = {
    "a.ozx": lambda path: zip_bomb(path, "zarr.json"),
    "b.ome.zarr.zip": lambda path: zip_bomb(path, "b.ome.zarr/.zattrs"),
    "c.nii.gz": header_bomb,
    "d.nii.gz": lambda path: gzip_bomb(path, b""),
    "e.map.gz": lambda path: gzip_bomb(
        path, mrc_bytes((1_000, 1_000, 200), pixels=False)
    ),
    "f.nd2": nd2_bomb,
    "g.dcm": dicom_bomb,
    "h.png": png_bomb,
}


# What is large in them is not looked at, or the pixels themselves.
READ = {"c.nii.gz", "e.map.gz", "g.dcm", "h.png"}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_does_not_go_off(tmp_path: Path, name: str) -> None:
    BOMBS[name](tmp_path / name)
    assert (tmp_path / name).stat().st_size < 16 * MIB
    outcome = extract(tmp_path, seconds=20)
    read = name in READ
    assert outcome.paths() == ([name] if read else [])
    assert ("IMG101" in outcome.of(name)) != read


# -- links and names -------------------------------------------------------------------


@posix
def test_links_that_lead_in_circles(tmp_path: Path) -> None:
    whole = tiff_bytes(description=ome_bytes())
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.ome.tif").write_bytes(whole)
    (tmp_path / "in" / "up").symlink_to(tmp_path)
    (tmp_path / "in" / "self").symlink_to(tmp_path / "in")
    (tmp_path / "one.tif").symlink_to("two.tif")
    (tmp_path / "two.tif").symlink_to("one.tif")
    (tmp_path / "own.zarr").symlink_to("own.zarr")
    image = write_image(tmp_path / "b.zarr", 2)
    (image / "0" / "again").symlink_to(image)
    (image / "labels").symlink_to(image)
    outcome = extract(tmp_path)
    assert outcome.paths() == ["b.zarr", "in/a.ome.tif"]
    for name in ("one.tif", "two.tif", "own.zarr"):
        assert f"IMG101 {name} cannot be opened" in outcome.of(name)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are Unicode")
def test_names_that_are_no_text(tmp_path: Path) -> None:
    whole = tiff_bytes(description=ome_bytes())
    names = [b"two\nlines.ome.tif", b"caf\xe9.ome.tif", b"\xff\xfe.ome.tif"]
    names += [b"a\x1b[31m.ome.tif", b'quo"te.ome.tif', b"back\\slash.ome.tif"]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_bytes(whole)
        (tmp_path / os.fsdecode(b"cut " + name)).write_bytes(whole[:60])
    outcome = extract(tmp_path)
    assert sorted(map(os.fsencode, outcome.paths())) == sorted(names)
    assert outcome.told.count(": IMG101 ") == len(names)
    assert "\x1b" not in outcome.told
    assert "cut caf\\udce9.ome.tif" in outcome.told


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="rights do not bind here"
)
def test_what_may_not_be_read(tmp_path: Path) -> None:
    for name in ("a.ome.tif", "b.ome.tif"):
        (tmp_path / name).write_bytes(tiff_bytes(description=ome_bytes()))
    (tmp_path / "a.ome.tif").chmod(0)
    image = write_image(tmp_path / "c.zarr", 2)
    (image / ".zattrs").chmod(0)
    outcome = extract(tmp_path)
    assert outcome.paths() == ["b.ome.tif"]
    for name in ("a.ome.tif", "c.zarr"):
        assert "IMG101" in outcome.of(name)


# -- what changes while it is read -----------------------------------------------------


def large_files() -> dict[str, bytes]:
    """Return files whose structure reaches beyond what is read at once."""
    pages = [(300, 300)] * 3
    ome = ome_bytes(size=(300, 300), planes=(3, 1, 1))
    return {
        "a.tif": tiff_bytes(pages),
        "b.ome.tif": tiff_bytes(pages, description=ome),
        "c.czi": Czi(xml=metadata(other=f"<Custom>{'x' * 200_000}</Custom>")).bytes(),
        "d.lif": one_image(size=200_000),
        "e.nd2": nd2_bytes(3, 100_000),
        "f.mrc": mrc_bytes((300, 300, 3), extended=bytes(100_000)),
        "g.png": png((b"tEXt", b"Comment\0" + b"x" * 200_000)),
        "h.nii": nifti_bytes((300, 300, 3)),
    }


@pytest.mark.parametrize("name", large_files())
def test_a_file_that_is_another_one_since_it_was_opened(
    tmp_path: Path, name: str
) -> None:
    """It shrinks, grows or is written anew after its size and first bytes were read."""
    whole, path = large_files()[name], tmp_path / name
    half = len(whole) // 2
    for now in (b"", whole[:70_000], whole[:half], whole * 2, b"\xff" * half):
        path.write_bytes(whole)
        with Source(path) as source, shared(source):
            reader = find_reader(path, source.head)
            assert reader is not None
            path.write_bytes(now)
            with suppress(ReadError):
                assert reader.read(path)


@contextmanager
def meanwhile(step: Callable[[], None]) -> Iterator[None]:
    """Do something again and again in a thread until the block ends."""
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            step()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_files_that_are_being_written(tmp_path: Path) -> None:
    chance = random.Random(1)
    files = {
        tmp_path / f"{n:03}{name}": whole
        for n in range(40)
        for name, whole in large_files().items()
    }
    for path, whole in files.items():
        path.write_bytes(whole)

    def write() -> None:
        path = chance.choice(list(files))
        whole = files[path]
        with path.open("r+b") as file:
            file.truncate(chance.randrange(len(whole)))
            file.seek(0)
            file.write(whole[: chance.randrange(len(whole) + 1)])

    with meanwhile(write):
        for options in ((), ("--workers", "2")):
            outcome = extract(tmp_path, *options)
            told = {line.partition(":")[0] for line in outcome.told.splitlines()}
            found = told & {path.name for path in files}
            assert found | set(outcome.paths()) == {path.name for path in files}


def test_folders_that_vanish(tmp_path: Path) -> None:
    whole = tiff_bytes(description=ome_bytes())
    for n in range(60):
        folder = tmp_path / f"{n:03}"
        write_image(folder / "a.zarr", 2)
        for name in "bcde":
            (folder / f"{name}.ome.tif").write_bytes(whole)
    left = [tmp_path / f"{n:03}" for n in range(1, 60)]
    random.Random(2).shuffle(left)

    def remove() -> None:
        if left:
            shutil.rmtree(left.pop(), ignore_errors=True)

    with meanwhile(remove):
        outcome = extract(tmp_path)
    assert "000/b.ome.tif" in outcome.paths()
    assert all(record["size"]["x"] in {32, 60, None} for record in outcome.records)
