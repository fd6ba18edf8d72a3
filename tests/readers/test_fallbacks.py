"""What is not read here, another program may: asked last, bounded, and always said."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil
import pytest

from fairsubmit.errors import ConfigError, ReadError
from fairsubmit.metadata.image import Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.extract import extract
from fairsubmit.readers.fallback import openreadout
from fairsubmit.readers.fallback.bioformats import BioFormats
from fairsubmit.readers.fallback.child import Limits, output_of
from fairsubmit.readers.fallback.openreadout import OpenReadout
from fairsubmit.readers.fallback.records import records_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Script = Callable[..., BioFormats]

posix = pytest.mark.skipif(os.name != "posix", reason="scripts are started by name")

OME = """\
<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" Creator="it 1.0">\
<Instrument ID="Instrument:0"><Objective ID="Objective:0" Immersion="Other"/>\
</Instrument><Image ID="Image:0" Name="x.klb"><InstrumentRef ID="Instrument:0"/>\
<ObjectiveSettings ID="Objective:0"/><Pixels ID="Pixels:0" DimensionOrder="XYCZT" \
Type="uint16" SizeX="7" SizeY="5" SizeZ="1" SizeC="1" SizeT="1" PhysicalSizeX="0.5"/>\
</Image></OME>"""


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No openreadout, whether or not it is installed."""
    monkeypatch.setattr(openreadout, "_module", lambda: None)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A file of a format that is known by name alone."""
    path = tmp_path / "x.klb"
    path.write_bytes(b"something")
    return path


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Write a program that stands for Bio-Formats' showinf."""

    def write(body: str, **limits: float) -> BioFormats:
        path = tmp_path / "showinf"
        head = f"#!{sys.executable}\nimport sys, time, subprocess, os\n"
        version = "if '-version' in sys.argv:\n    sys.exit('Version: 9.9')\n"
        path.write_text(head + version + body, encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        made = BioFormats.at(path)
        return replace(made, limits=Limits(**limits)) if limits else made  # type: ignore[arg-type]

    return write


# -- Bio-Formats -----------------------------------------------------------------------


@posix
@pytest.mark.usefixtures("alone")
def test_the_person_s_bioformats_reads_what_we_do_not(
    script: Script, image: Path
) -> None:
    program = script(
        "assert sys.argv[1:5] == ['-nopix', '-no-upgrade', '-nocore', '-omexml-only']\n"
        f"print('log line')\nprint({OME!r})\n"
    )
    extraction = read_image(image, bioformats=program)
    assert extraction.findings == ()
    (record,) = extraction.images
    assert (record.reader, record.format) == ("bioformats", "KLB")
    assert (record.size.x, record.size.y) == (7, 5)
    assert record.physical_size.x == Quantity(0.5, "µm")
    assert record.files == (image.as_posix(),)
    assert record.provenance["size.x"] == "bioformats: Image:0/Pixels@SizeX"
    # What it says of itself, or where it knows nothing, is nothing about the image.
    assert (record.name, record.software, record.objective.immersion) == (None,) * 3
    (problem,) = record.problems
    assert problem.code == "fallback-reader"
    assert not problem.error
    assert "Bio-Formats" in problem.message
    assert "KLB" in problem.message
    assert image.parent.as_posix() not in problem.message


@posix
@pytest.mark.usefixtures("alone")
def test_file_names_are_no_shell_s(script: Script, tmp_path: Path) -> None:
    image = tmp_path / "a $(touch hacked); b'\".klb"
    image.write_bytes(b"x")
    program = script(f"assert os.path.isfile(sys.argv[-1])\nprint({OME!r})\n")
    assert read_image(image, bioformats=program).images
    assert not list(tmp_path.rglob("hacked"))


FAILURES = {
    "garbage": ("print('no XML')\n", "ended with 0 and no OME-XML"),
    "xml without images": (
        "print('<OME xmlns=\"x\"/>')\n",
        "expected an image in what Bio-Formats",
    ),
    "not well-formed": ("print('<OME <<')\n", "cannot read it either"),
    "exception": (
        (
            'sys.stderr.write(\'noise\\nException in thread "main" loci.formats.'
            "UnknownFormatException: Unknown file format: x\\n\\tat loci.X\\n')\n"
            "sys.exit(1)\n"
        ),
        "either: Unknown file format: x",
    ),
    "last line": ("sys.exit('cannot open\\nno memory')\n", "either: no memory"),
    "silent": ("sys.exit(3)\n", "ended with 3 and no OME-XML"),
    "after an error": (f"print({OME!r})\nsys.exit(1)\n", "ended with 1"),
}


@posix
@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_is_told_with_the_finding(
    script: Script, image: Path, case: str
) -> None:
    body, words = FAILURES[case]
    extraction = read_image(image, bioformats=script(body))
    assert extraction.images == ()
    (finding,) = extraction.findings
    assert (finding.code, finding.severity) == ("IMG120", "info")
    assert "KLB, which is not read; Bio-Formats" in finding.message
    assert words in finding.message


@pytest.fixture
def no_child_left() -> Iterator[None]:
    """What a test starts has ended when it ends."""
    before = set(psutil.Process().children(recursive=True))
    yield
    assert set(psutil.Process().children(recursive=True)) <= before


@posix
@pytest.mark.usefixtures("alone", "no_child_left")
def test_a_program_that_hangs_is_ended_with_its_children(
    script: Script, image: Path
) -> None:
    body = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    program = script(f"{body}time.sleep(600)\n", seconds=1.0)
    begun = time.monotonic()
    (finding,) = read_image(image, bioformats=program).findings
    assert "longer than 1 seconds" in finding.message
    assert time.monotonic() - begun < 30


@posix
def test_a_child_s_child_does_not_hold_us(script: Script) -> None:
    body = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    program = script(f"{body}print('done')\n")
    begun = time.monotonic()
    ended = output_of(program.command, Limits())
    assert (ended.code, ended.output) == (0, b"done\n")
    assert time.monotonic() - begun < 60


@posix
@pytest.mark.usefixtures("alone", "no_child_left")
def test_a_flood_is_ended(script: Script, image: Path) -> None:
    program = script("while True:\n    print('x' * 65536)\n", size=1 << 20)
    begun = time.monotonic()
    (finding,) = read_image(image, bioformats=program).findings
    assert "more than 1048576 bytes" in finding.message
    assert time.monotonic() - begun < 30


@posix
@pytest.mark.usefixtures("no_child_left")
def test_ctrl_c_ends_the_program_too(
    script: Script, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("fairsubmit.readers.fallback.child._wait", interrupted)
    program = script("time.sleep(600)\n")
    with pytest.raises(KeyboardInterrupt):
        program.ome_xml(image)


WORKER = """
import sys
from fairsubmit.readers.fallback.child import Limits, output_of
child = "import time; print('started', flush=True); time.sleep(600)"
print("begun", flush=True)
output_of((sys.executable, "-c", child), Limits())
"""


@posix
def test_a_worker_that_is_ended_ends_its_program() -> None:
    worker = subprocess.Popen([sys.executable, "-c", WORKER], stdout=subprocess.PIPE)
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"begun\n"
        deadline = time.monotonic() + 60
        while not (found := psutil.Process(worker.pid).children()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.2)
        worker.terminate()
        assert worker.wait(60) == 128 + 15
        assert not psutil.wait_procs(found, timeout=60)[1]
    finally:
        worker.kill()
        worker.wait()
        if worker.stdout is not None:
            worker.stdout.close()


def test_a_program_that_cannot_be_started() -> None:
    with pytest.raises(ReadError, match="cannot be started"):
        output_of(("no such program",), Limits())


@posix
@pytest.mark.usefixtures("alone")
def test_worker_processes_ask_it_too(script: Script, image: Path) -> None:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    script(f"print({OME!r})\n")
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        found = list(
            extract([image], executor=pool, bioformats=image.parent / "showinf")
        )
    (record,) = found[0].images
    assert record.reader in {"bioformats", "openreadout"}


def test_where_bioformats_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "bftools"
    tools.mkdir()
    with pytest.raises(ConfigError, match="no Bio-Formats at"):
        BioFormats.at(tools)
    (tools / "showinf.bat").write_text("")
    with pytest.raises(ConfigError, match="no Bio-Formats at"):
        BioFormats.at(tools / "showinf.bat" if os.name == "posix" else tmp_path)
    java = tmp_path / ("java.exe" if os.name == "nt" else "java")
    java.write_text("")
    java.chmod(0o755)
    jar = tools / "bioformats_package.jar"
    jar.write_bytes(b"PK")
    monkeypatch.setenv("PATH", str(tmp_path))
    for named in (tools, jar, tools / "showinf.bat"):
        command = BioFormats.at(named).command
        assert Path(command[0]).name.lower().startswith("java")
        assert command[1] == "-Xmx512m"
        assert str(jar) in command
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigError, match="needs Java"):
        BioFormats.at(jar)


@pytest.fixture(scope="session")
def real_bioformats() -> BioFormats:
    """Bio-Formats as the environment names it; CI fetches one."""
    named = os.environ.get("FAIRSUBMIT_TEST_BIOFORMATS")
    if not named:
        pytest.skip("FAIRSUBMIT_TEST_BIOFORMATS names no bioformats_package.jar")
    try:
        return BioFormats.at(Path(named))
    except ConfigError as error:
        pytest.skip(error.message)


@pytest.mark.usefixtures("alone")
def test_a_real_bioformats(real_bioformats: BioFormats, tmp_path: Path) -> None:
    # A text image: nobody else's format, and a header that can be typed.
    image = tmp_path / "a.nhdr"
    (tmp_path / "a.raw").write_bytes(bytes(12))
    image.write_text(
        "NRRD0004\ntype: uint8\ndimension: 2\nsizes: 4 3\nencoding: raw\n"
        "endian: little\ndata file: a.raw\n\n"
    )
    xml = real_bioformats.ome_xml(image)
    why = f"{image.as_posix()} is a file of the format NRRD, which is not read"
    (record,) = records_of(xml, image, real_bioformats, why)
    assert (record.size.x, record.size.y, record.pixel_type) == (4, 3, "uint8")
    assert record.reader == "bioformats"
    assert real_bioformats.title.partition(" ")[2][:1].isdecimal()
    assert record.problems[0].message.endswith(
        "since the file is a file of the format NRRD, which is not read"
    )
    damaged = tmp_path / "b.klb"
    damaged.write_bytes(b"no image")
    with pytest.raises(ReadError):
        real_bioformats.ome_xml(damaged)


# -- openreadout -----------------------------------------------------------------------

OPEN_XML = OME.replace("x.klb", "cells").replace(
    "</Image>",
    '<AnnotationRef ID="Annotation:0"/><AnnotationRef ID="Annotation:1"/></Image>'
    '<StructuredAnnotations><MapAnnotation ID="Annotation:0" '
    'Namespace="openreadout.dev/normalized"><Value><M K="instrument.software">Scan</M>'
    '<M K="instrument.software_version">2.1</M></Value></MapAnnotation>'
    '<CommentAnnotation ID="Annotation:1"><Value>kept</Value></CommentAnnotation>'
    "</StructuredAnnotations>",
)


class Panic(BaseException):
    """As its Rust code raises one."""


Panic.__name__ = "PanicException"


class FakeModule:
    """Stands for openreadout."""

    __version__ = "0.4.0"

    def __init__(self, outcome: str | BaseException) -> None:
        self._outcome = outcome
        self.asked: list[str] = []

    def File(self, path: str) -> FakeModule:  # noqa: N802 - its name
        self.asked.append(path)
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def ome_xml(self) -> str:
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        return self._outcome


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeModule]:
    def install(outcome: str | BaseException) -> FakeModule:
        module = FakeModule(outcome)
        monkeypatch.setattr(openreadout, "_module", lambda: module)
        return module

    return install


def test_openreadout_reads_where_it_is_installed(
    fake: Callable[..., FakeModule], image: Path
) -> None:
    fake(OPEN_XML)
    (record,) = read_image(image).images
    assert (record.reader, record.name) == ("openreadout", "cells")
    # Its notes on its own work are none of the image's annotations.
    assert [a.values["value"] for a in record.annotations] == ["kept"]
    assert record.software == "Scan 2.1"
    assert record.problems[0].message.startswith("read by openreadout 0.4.0, since")


@pytest.mark.parametrize(
    "outcome", [ValueError("no such thing\nmore"), Panic("index out of range")]
)
def test_its_faults_are_no_fault_of_ours(
    fake: Callable[..., FakeModule], image: Path, outcome: BaseException
) -> None:
    fake(outcome)
    (finding,) = read_image(image).findings
    words = str(outcome).partition("\n")[0]
    assert f"openreadout 0.4.0 cannot read it either: {words}" in finding.message


def test_ctrl_c_in_it_is_ctrl_c(fake: Callable[..., FakeModule], image: Path) -> None:
    fake(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        read_image(image)


@posix
def test_openreadout_comes_before_bioformats(
    fake: Callable[..., FakeModule], script: Script, image: Path
) -> None:
    program = script(f"print({OME!r})\n")
    fake(OPEN_XML)
    assert read_image(image, bioformats=program).images[0].reader == "openreadout"
    fake(ValueError("not this one"))
    assert read_image(image, bioformats=program).images[0].reader == "bioformats"


@pytest.fixture
def untouched(fake: Callable[..., FakeModule]) -> Iterator[FakeModule]:
    module = fake(OPEN_XML)
    yield module
    assert module.asked == []


def test_nobody_is_asked_for_what_is_read_or_damaged_here(
    untouched: FakeModule, tmp_path: Path, make_tiff: Callable[..., bytes]
) -> None:
    good = tmp_path / "good.tif"
    good.write_bytes(make_tiff())
    assert read_image(good).images[0].reader == "tiff"
    bad = tmp_path / "bad.tif"
    bad.write_bytes(make_tiff()[:20])
    assert read_image(bad).findings[0].code == "IMG101"
    for name, content in (
        ("empty.klb", b""),
        ("page.klb", b"<!doctype html><html>"),
        ("pointer.klb", b"version https://git-lfs.github.com/spec/v1\n"),
        ("text.csv", b"a,b\n1,2\n"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert read_image(path).images == ()


def test_a_missing_library_is_a_reason_to_ask(
    fake: Callable[..., FakeModule],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake(OPEN_XML)
    monkeypatch.setitem(sys.modules, "nd2", None)
    path = tmp_path / "a.nd2"
    # The signature of the first chunk: "Limnoi: chunk maps" (nd2, chunkmap).
    path.write_bytes(
        b"\xda\xce\xbe\n" + bytes(12) + b"ND2 FILE SIGNATURE CHUNK NAME01!"
    )
    (record,) = read_image(path).images
    assert (record.reader, record.format) == ("openreadout", "Nikon ND2")
    assert "the library nd2, which is missing" in record.problems[0].message


def test_the_real_openreadout() -> None:
    pytest.importorskip("openreadout")
    found = OpenReadout.installed()
    assert found is not None
    assert found.title.startswith("openreadout 0.")


def test_the_real_openreadout_reads_a_real_image(shared: Path) -> None:
    pytest.importorskip("openreadout")
    found = OpenReadout.installed()
    assert found is not None
    path = shared / "samples/em/test_STEM_image.dm3"
    (record,) = records_of(found.ome_xml(path), path, found, "is not read")
    assert (record.size.x, record.size.y, record.pixel_type) == (68, 68, "uint32")
    with pytest.raises(ReadError, match="unrecognized file format"):
        found.ome_xml(Path(__file__))


def test_a_file_that_is_recognised_and_no_image_is_not_asked_about(
    fake: Callable[..., FakeModule], tmp_path: Path
) -> None:
    """A table in a Zarr; a DICOM directory, too, would give the images it lists."""
    module = fake(OPEN_XML)
    table = tmp_path / "table.zarr"
    table.mkdir()
    (table / ".zgroup").write_text('{"zarr_format": 2}')
    found = read_image(table)
    assert found.images == ()
    (finding,) = found.findings
    assert (finding.code, finding.severity) == ("IMG120", "info")
    assert finding.message.endswith("is Zarr without OME-Zarr metadata")
    assert module.asked == []
