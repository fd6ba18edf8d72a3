"""Many files: order, sets, executors, refusals, plug-ins."""

from __future__ import annotations

import gc
import json
import os
import shutil
import sys
import tracemalloc
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fairsubmit.metadata.image import Extraction
from fairsubmit.readers import is_image, plug_ins, read_image
from fairsubmit.readers.entry_points import loaded
from fairsubmit.readers.extract import Unlisted, extract, image_paths
from fairsubmit.readers.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Make = Callable[..., bytes]

NAMES = ["t0.ome.tif", "t1.ome.tif", "t2.ome.tif"]


@pytest.fixture
def dataset(tmp_path: Path, make_tiff: Make, make_ome: Make) -> Path:
    """Images, a set with a companion, an OME-Zarr, and files that are no images."""
    root = tmp_path / "data"
    for folder in ("b", "a/deep", "set", ".fairsubmit"):
        (root / folder).mkdir(parents=True)
    plain, ome = make_tiff(), make_tiff(description=make_ome())
    for name in ("z.tif", "b/2.ome.tif", "b/10.ome.tif", "a/deep/1.tif"):
        (root / name).write_bytes(ome if "ome" in name else plain)
    (root / ".fairsubmit" / "own.tif").write_bytes(plain)
    (root / "b" / "table.csv").write_text("a,b\n")
    (root / "submission.yaml").write_text("study: {}\n")
    (root / "b" / "noext").write_bytes(ome)
    (root / "empty.ome.tif").write_bytes(b"")
    data = "".join(
        f'<TiffData FirstT="{i}"><UUID FileName="{name}">urn:uuid:{i}</UUID></TiffData>'
        for i, name in enumerate(NAMES)
    )
    (root / "set" / "s.companion.ome").write_bytes(
        make_ome(inside=data, planes=(1, 1, 3))
    )
    only = '<OME><BinaryOnly MetadataFile="s.companion.ome"/></OME>'
    for name in NAMES:
        (root / "set" / name).write_bytes(make_tiff(description=only.encode()))
    image = root / "c.ome.zarr"
    (image / "0").mkdir(parents=True)
    (image / ".zattrs").write_text(
        json.dumps({"multiscales": [{"axes": ["y", "x"], "datasets": [{"path": "0"}]}]})
    )
    (image / "0" / ".zarray").write_text(json.dumps({"shape": [4, 5], "dtype": "|u1"}))
    (image / "0" / "0.0").write_bytes(bytes(20))
    (image / "inner.tif").write_bytes(plain)
    return root


EXPECTED = [
    "a/deep/1.tif",
    "b/10.ome.tif",
    "b/2.ome.tif",
    "b/noext",
    "c.ome.zarr",
    "empty.ome.tif",
    "set/s.companion.ome",
    "z.tif",
]


def test_a_folder(dataset: Path) -> None:
    found = list(extract([dataset], root=dataset))
    assert [extraction.path for extraction in found] == EXPECTED
    assert all(bool(e.images) != bool(e.findings) for e in found)
    by_path = {extraction.path: extraction for extraction in found}
    (record,) = by_path["set/s.companion.ome"].images
    assert record.path == "set/s.companion.ome"
    assert list(record.files) == ["set/s.companion.ome", *(f"set/{n}" for n in NAMES)]
    (finding,) = by_path["empty.ome.tif"].findings
    assert (finding.code, finding.name) == ("IMG101", "image-unreadable")
    assert finding.path == "empty.ome.tif"
    assert finding.message.startswith("empty.ome.tif is damaged at byte 0: expected")
    assert finding.help


@pytest.mark.parametrize("relative", [True, False])
def test_what_is_known_to_be_no_image_is_not_opened(
    dataset: Path, monkeypatch: pytest.MonkeyPatch, relative: bool
) -> None:
    monkeypatch.chdir(dataset)
    every = {found.path for found in extract([dataset], root=dataset)}
    left_out = min(every)
    path = Path(left_out) if relative else dataset / left_out
    found = {each.path for each in extract([dataset], root=dataset, without=[path])}
    assert found == every - {left_out}


def test_without_a_root_paths_are_whole(dataset: Path) -> None:
    found = [extraction.path for extraction in extract([dataset / "b"])]
    assert found == [
        (dataset / "b" / n).as_posix() for n in ("10.ome.tif", "2.ome.tif", "noext")
    ]


def test_paths_outside_the_root_stay_whole(dataset: Path) -> None:
    found = extract(
        [dataset / "z.tif", dataset / "b" / "2.ome.tif"], root=dataset / "b"
    )
    paths = [extraction.path for extraction in found]
    assert paths == [(dataset / "z.tif").as_posix(), "2.ome.tif"]


def test_relative_arguments(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(dataset.parent)
    found = extract([Path("data/b"), Path("data/z.tif")], root=Path("data"))
    paths = [extraction.path for extraction in found]
    assert paths == ["b/10.ome.tif", "b/2.ome.tif", "b/noext", "z.tif"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_a_root_reached_by_a_link(dataset: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(dataset)
    paths = [extraction.path for extraction in extract([link], root=link)]
    assert paths == EXPECTED
    paths = [extraction.path for extraction in extract([dataset.resolve()], root=link)]
    assert paths == EXPECTED


def test_the_same_file_is_read_once(dataset: Path) -> None:
    twice = [dataset, dataset / "z.tif", dataset / "b", dataset]
    assert [e.path for e in extract(twice, root=dataset)] == EXPECTED


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["t1.ome.tif"], 1),
        (["t1.ome.tif", "t2.ome.tif"], 1),
        (["t2.ome.tif", "s.companion.ome", "t0.ome.tif"], 1),
    ],
)
def test_some_members_of_a_set(dataset: Path, given: list[str], expected: int) -> None:
    found = list(extract([dataset / "set" / n for n in given], root=dataset))
    assert len(found) == expected
    assert found[0].images[0].path == "set/s.companion.ome"
    assert len(found[0].images[0].files) == 4


def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2)


def _processes() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(2, mp_context=get_context("spawn"))


@pytest.mark.parametrize("pool", [_threads, _processes])
def test_any_executor_gives_the_same(
    dataset: Path,
    make_tiff: Make,
    pool: Callable[[], ThreadPoolExecutor | ProcessPoolExecutor],
) -> None:
    for i in range(150):
        (dataset / "a" / f"{i:03}.tif").write_bytes(make_tiff())
    serial = list(extract([dataset], root=dataset))
    assert len(serial) == 158
    with pool() as executor:
        assert list(extract([dataset], root=dataset, executor=executor)) == serial


def test_results_stream(tmp_path: Path, make_tiff: Make) -> None:
    """The first comes before the last file was looked for, and nothing piles up."""
    content = make_tiff()
    for i in range(3000):
        (tmp_path / f"{i:04}.tif").write_bytes(content)
    with ThreadPoolExecutor(1) as executor:
        stream = extract([tmp_path], executor=executor)
        first = list(islice(stream, 2))
        assert [Path(e.path).name for e in first] == ["0000.tif", "0001.tif"]
        stream.close()  # type: ignore[attr-defined]

    # Reading on needs no more memory than the beginning did.
    def consume(stream: Iterator[Extraction], count: int) -> int:
        for _ in islice(stream, count):
            pass
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    consume(extract([tmp_path]), 300)  # what is imported and kept once
    stream = extract([tmp_path])
    tracemalloc.start()
    early, late = consume(stream, 200), consume(stream, 2600)
    tracemalloc.stop()
    assert late < early + 100_000


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_links_that_lead_back_end(tmp_path: Path, make_tiff: Make) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "1.tif").write_bytes(make_tiff())
    (inner / "up").symlink_to(tmp_path)
    (inner / "self").symlink_to(inner)
    (tmp_path / "nowhere.tif").symlink_to(tmp_path / "missing.tif")
    found = list(extract([tmp_path], root=tmp_path))
    assert [e.path for e in found] == ["a/b/1.tif", "nowhere.tif"]
    assert [f.code for f in found[1].findings] == ["IMG101"]


def test_a_missing_path_is_one_finding(tmp_path: Path) -> None:
    (extraction,) = extract([tmp_path / "none.tif"], root=tmp_path)
    (finding,) = extraction.findings
    assert finding.code == "IMG101"
    assert "none.tif cannot be opened" in finding.message


def test_a_folder_that_cannot_be_listed_stops_nothing(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.tif").touch()
    walk = image_paths(tmp_path)
    assert next(walk) == tmp_path / "a" / "1.tif"
    shutil.rmtree(tmp_path / "b")
    gone, last = walk
    assert isinstance(gone, Unlisted)
    assert gone.path == tmp_path / "b"
    assert last == tmp_path / "c" / "1.tif"


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="rights do not bind here"
)
def test_a_folder_that_may_not_be_read_is_one_finding(
    tmp_path: Path, make_tiff: Make
) -> None:
    (tmp_path / "locked").mkdir()
    for name in ("a.tif", "z.tif"):
        (tmp_path / name).write_bytes(make_tiff())
    (tmp_path / "locked").chmod(0)
    try:
        found = list(extract([tmp_path], root=tmp_path))
    finally:
        (tmp_path / "locked").chmod(0o700)
    assert [e.path for e in found] == ["a.tif", "locked", "z.tif"]
    assert [f.code for e in found for f in e.findings] == ["IMG101"]


def test_files_that_only_look_like_leads_are_opened_once(
    tmp_path: Path, make_tiff: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Labels of speech are named as the lists of plates are."""
    opened: list[str] = []
    start = Source.__init__

    def counted(source: Source, path: Path) -> None:
        opened.append(path.name)
        start(source, path)

    monkeypatch.setattr(Source, "__init__", counted)
    for number in range(40):
        (tmp_path / f"{number:02}.mlf").write_text("#!MLF!#")
        (tmp_path / f"{number:02}.tif").write_bytes(make_tiff())
    assert len(list(extract([tmp_path]))) == 40
    assert max(opened.count(name) for name in opened) <= 2


# -- what stands in an image's place ---------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "words", "cure"),
    [
        ("a.tif", b"", "the file is empty", "copy"),
        ("a.czi", b"", "the file is empty", "copy"),
        (
            "a.nd2",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
            "Git LFS pointer",
            "git lfs pull",
        ),
        ("a.tiff", b"\n<!DOCTYPE html><html></html>", "web page", "download"),
        ("a.png", b"<html><body>login</body></html>", "web page", "download"),
        ("a.ome.tif", b"PK\x03\x04" + bytes(60), "ZIP archive", "unpack"),
        ("a.tif", b"\x1f\x8b\x08" + bytes(60), "gzip", "gunzip"),
        ("a.tif", b"\x89PNG\r\n\x1a\n" + bytes(60), "PNG image", ".png"),
        ("a.tif", bytes(5000), "zeros", "copy"),
        ("a.tif", b"hello", "TIFF header", "copy"),
        ("a.companion.ome", b"hello", "OME-XML", "copy"),
        ("a.tif", b"II*\0", "TIFF", "copy"),
        ("a.bmp", b"BX" + bytes(60), "the header of BMP, found b'BX", "copy"),
        ("a.png", b"\x89PNG\r\n", "the whole header of PNG", "copy"),
        ("a.nii.gz", b"\x1f\x8b\x08" + bytes(60), "whole header of NIfTI", "copy"),
        ("a.czi", b"ZISRAWFI", "the whole header of Zeiss CZI", "copy"),
        ("a.mrc", b"\1\0\0\0" * 300, "the header of MRC/CCP4", "copy"),
        ("a.ims", b"\xff" * 99, "the header of Imaris", "copy"),
        ("a.ics", b"", "the file is empty", "copy"),
    ],
)
def test_impostors(
    tmp_path: Path, name: str, content: bytes, words: str, cure: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    extraction = read_image(path)
    assert extraction.images == ()
    (finding,) = extraction.findings
    assert (finding.code, finding.severity) == ("IMG101", "error")
    assert words in finding.message
    assert cure in (finding.help or "")
    assert finding.path == path.as_posix()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("holidays.ics", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"),
        ("train.mlf", b'#!MLF!#\n"*/a.lab"\n0 100 sil\n.\n'),
        ("thesis.lof", b"\\contentsline {figure}{\\numberline {1}Cells}{3}{}\n"),
        ("package.lsm", b"Begin4\nTitle: a program\nEnd\n"),
        ("books.mrc", b"00714cam a2200205 a 4500001001300000\x1eocm57175940 \x1e\x1d"),
        ("cache.ser", b"\xac\xed\x00\x05sr\x00\x0cjava.lang.Integer"),
        ("moon.ser", b"LUCAM-RECORDER" + bytes(200)),
        ("film.dv", b"\x1f\x07\x00\xbf" + bytes(200)),
        ("film.r3d", b"\x00\x00\x01\x00RED1" + bytes(200)),
        ("level.scn", b"RSRC" + bytes(200)),
        ("scan.flex", b"%option noyywrap\n%%\n"),
    ],
)
def test_files_that_only_have_a_name_in_common(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert read_image(path) == Extraction(path.as_posix())


@pytest.mark.parametrize(
    "name", ["a.zvi", "b.KLB", "c.sldy", "d.mvd2", "e.avi", "f.mov"]
)
def test_formats_that_are_not_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"some content of that format")
    extraction = read_image(path)
    (finding,) = extraction.findings
    assert (finding.code, finding.name) == ("IMG120", "format-not-read")
    assert finding.severity == "info"
    assert is_image(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"a,b\n"),
        ("readme", b"hello"),
        ("b.zip", b"PK\x03\x04"),
        ("c.xml", b"<plate/>"),
        ("d.yaml", b""),
        ("e.html", b"<html></html>"),
    ],
)
def test_files_that_are_no_images(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert not is_image(path)
    extraction = read_image(path)
    assert (extraction.images, extraction.findings) == ((), ())


# -- plug-ins --------------------------------------------------------------------------

PLUG_IN = """
from fairsubmit.metadata.image import ImageMetadata, ImageSize


class Fmt:
    name = "fmt"
    suffixes = (".fmt",)

    def recognises(self, path, head):
        if b"crash" in head:
            raise RuntimeError("no")
        return head.startswith(b"FMT")

    def read(self, path):
        if b"fail" in path.read_bytes():
            raise KeyError("inside")
        name = path.as_posix()
        return [ImageMetadata(name, 0, format="FMT", reader="fmt", size=ImageSize(1, 2),
                              files=(name,))]
"""


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installed package with two readers, one of which cannot be loaded."""
    site = tmp_path / "site"
    about = site / "fmt_reader-1.dist-info"
    about.mkdir(parents=True)
    (site / "fmt_reader.py").write_text(PLUG_IN)
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: fmt-reader\nVersion: 1\n"
    )
    (about / "entry_points.txt").write_text(
        "[fairsubmit.readers]\nfmt = fmt_reader:Fmt\nbroken = fmt_missing:Nothing\n"
    )
    monkeypatch.syspath_prepend(site)
    loaded.cache_clear()
    yield tmp_path
    loaded.cache_clear()


def test_readers_of_other_packages(plug_in: Path) -> None:
    path = plug_in / "a.fmt"
    path.write_bytes(b"FMT data")
    (record,) = read_image(path).images
    assert (record.reader, record.size.y) == ("fmt", 2)
    readers, failures = plug_ins()
    assert [reader.name for reader in readers] == ["fmt"]
    assert len(failures) == 1
    assert "broken" in failures[0]


def test_a_failing_plug_in_is_one_finding(plug_in: Path) -> None:
    path = plug_in / "a.fmt"
    path.write_bytes(b"FMT fail")
    (finding,) = read_image(path).findings
    assert finding.code == "IMG101"
    assert "KeyError" in finding.message
    path.write_bytes(b"FMT crash")
    (finding,) = read_image(path).findings
    assert "the header of fmt" in finding.message
