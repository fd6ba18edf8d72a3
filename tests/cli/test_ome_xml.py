"""`fairsubmit extract --ome-xml`: one document on stdout, or a folder of them."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import ome_types
import pytest
import tifffile
import yaml
from lxml import etree

from fairsubmit.readers.ome.schema import NAMESPACE, schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    Run = Callable[..., Result]

OME = f"""<?xml version="1.0" encoding="UTF-8"?>
<OME xmlns="{NAMESPACE}"><Image ID="Image:0" Name="µ"><Pixels ID="Pixels:0"
 DimensionOrder="XYCZT" Type="uint8" SizeX="2" SizeY="2" SizeZ="1" SizeC="1" SizeT="1"
 PhysicalSizeX="1" PhysicalSizeXUnit="um"><Channel ID="Channel:0"/><TiffData><UUID
 FileName="cell.ome.tif">urn:uuid:0b1e7b31-0b1e-4b31-8b1e-0b1e7b310b1e</UUID></TiffData>
</Pixels>{{}}</Image>{{}}</OME>"""
ANNOTATED = OME.format(
    '<ROIRef ID="ROI:0"/><AnnotationRef ID="Annotation:0"/>',
    '<StructuredAnnotations><TagAnnotation ID="Annotation:0"><Value>good</Value>'
    '</TagAnnotation></StructuredAnnotations><ROI ID="ROI:0"><Union>'
    '<Point ID="Shape:0" X="1" Y="1"/></Union></ROI>',
)
PLAIN = OME.format("", "")


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A folder of three images below the working directory."""
    folder = tmp_path / "raw"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.ome.xml").write_text(PLAIN, encoding="utf-8")
    (folder / "deep/b.ome.xml").write_text(ANNOTATED, encoding="utf-8")
    (folder / "deep/notes.txt").write_text("no image")
    return Path("raw")


def valid(xml: bytes | str) -> ome_types.OME:
    raw = xml.encode() if isinstance(xml, str) else xml
    root = etree.fromstring(raw)
    assert schema().validate(root), schema().error_log
    return ome_types.from_xml(raw)


def test_one_image_is_printed(run: Run, images: Path) -> None:
    found = run("extract", images / "a.ome.xml", "--ome-xml")
    assert found.exit_code == 0, found.output
    assert valid(found.stdout_bytes).images[0].name == "µ"
    assert "PhysicalSizeXUnit 'um' of Pixels is written as 'µm'" in found.stderr
    # Of a folder with one image as well.
    found = run("extract", images / "deep", "--ome-xml", "--quiet")
    assert valid(found.stdout_bytes).rois
    assert found.stderr == ""


def test_stdout_is_utf_8_whatever_the_terminal_is(images: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "fairsubmit", "extract", "raw/a.ome.xml", "--ome-xml"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert valid(found.stdout).images[0].name == "µ"


def test_several_images_need_a_folder(run: Run, images: Path) -> None:
    found = run("extract", images, "--ome-xml")
    assert found.exit_code == 2
    assert found.stdout == ""
    assert "name the folder that they go to with --output" in found.stderr


def test_a_folder_gets_one_document_an_image(run: Run, images: Path) -> None:
    found = run("extract", images, "--ome-xml", "--output", "out")
    assert found.exit_code == 0, found.output
    assert found.stdout == ""
    written = sorted(p.as_posix() for p in Path("out").rglob("*") if p.is_file())
    assert written == [
        "out/raw/a.ome.xml.ome.xml",
        "out/raw/deep/b.ome.xml.ome.xml",
    ]
    for name in written:
        valid(Path(name).read_bytes())


def test_images_elsewhere_keep_their_folders_too(
    run: Run, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = images.absolute()
    work = given.parent / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    assert run("extract", given, "--ome-xml", "--output", "out").exit_code == 0
    assert (work / "out/raw/deep/b.ome.xml.ome.xml").is_file()
    found = run("extract", given / "a.ome.xml", "--ome-xml", "--output", "one")
    assert found.exit_code == 0
    assert [p.name for p in (work / "one").rglob("*.xml")] == ["a.ome.xml.ome.xml"]


def test_own_files_are_written_anew_and_no_others(run: Run, images: Path) -> None:
    call = ("extract", images, "--ome-xml", "--output", "out")
    run(*call)
    ours, theirs = (
        Path("out/raw/a.ome.xml.ome.xml"),
        Path("out/raw/deep/b.ome.xml.ome.xml"),
    )
    before = ours.read_bytes()
    ours.write_bytes(before.replace(b"</OME>", b"</OME>\n"))
    theirs.write_text("written by hand")
    found = run(*call)
    assert found.exit_code == 6
    assert ours.read_bytes() == before
    assert theirs.read_text() == "written by hand"
    assert "it stays as it is" in found.stderr
    assert not list(Path("out").rglob("*.part"))


def test_a_folder_that_is_read_is_not_written_to(run: Run, images: Path) -> None:
    found = run("extract", images, "--ome-xml", "--output", images / "out")
    assert found.exit_code == 2
    assert "lies in raw, whose images are read" in found.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--output", "out"), "give --ome-xml too"),
        (("--annotations",), "give --ome-xml too"),
        (("--ome-xml", "--format", "json"), "two ways to write the same"),
    ],
)
def test_options_that_contradict(
    run: Run, images: Path, options: tuple[str, ...], words: str
) -> None:
    found = run("extract", images / "a.ome.xml", *options)
    assert found.exit_code == 2
    assert words in found.stderr


def test_what_has_no_ome_xml_is_named_and_the_rest_goes_on(
    run: Run, images: Path
) -> None:
    bad = PLAIN.replace("uint8", "uint63")
    (images / "deep/bad.ome.xml").write_text(bad, encoding="utf-8")
    (images / "empty.ome.tif").write_bytes(b"")
    found = run("extract", images, "--ome-xml", "--output", "out")
    assert found.exit_code == 6
    assert "uint63" in found.stderr
    assert "empty.ome.tif" in found.stderr
    assert len(list(Path("out").rglob("*.xml"))) == 2


def test_many_notes_are_counted(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    for n in range(30):
        (folder / f"{n:02}.ome.xml").write_text(PLAIN, encoding="utf-8")
        (folder / f"{n:02}x.ome.xml").write_text(
            PLAIN.replace("uint8", "uint63"), encoding="utf-8"
        )
    found = run("extract", folder, "--ome-xml", "--output", tmp_path / "out")
    assert found.exit_code == 6
    assert "… and 10 more notes" in found.stderr
    assert "… and 10 more images" in found.stderr
    assert "30 images could not be written as OME-XML" in found.stderr


def test_annotations_alone_travel_in_a_bundle(run: Run, dataset: Path) -> None:
    """The way that docs/formats.md shows, from an image to the archive's file list."""
    (dataset / "annotated").mkdir()
    for name, xml in (("cell", ANNOTATED), ("plain", PLAIN)):
        whole = xml.replace(" PhysicalSizeX", ' PhysicalSizeY="1" PhysicalSizeX')
        tifffile.imwrite(
            dataset / f"annotated/{name}.ome.tif",
            np.zeros((2, 2), "uint8"),
            description=whole.replace("cell.ome", f"{name}.ome").encode(),
            metadata=None,
        )
    target = dataset / "annotations"
    found = run(
        *("extract", dataset / "annotated", "--ome-xml", "--annotations"),
        *("--output", target),
    )
    assert found.exit_code == 0, found.output
    written = [p for p in target.rglob("*") if p.is_file()]
    assert [p.name for p in written] == ["cell.ome.tif.ome.xml"]
    document = valid(written[0].read_bytes())
    assert len(document.rois) == 1
    assert document.images[0].pixels.metadata_only is not None
    path = written[0].relative_to(dataset).as_posix()
    (dataset / "filelists/points.tsv").write_text(
        "Files\tSource Image\tAnnotation Type\n"
        f"{path}\tannotated/cell.ome.tif\tpoint_annotations\n",
        encoding="utf-8",
    )
    submission = dataset / "submission.yaml"
    content = yaml.safe_load(submission.read_text(encoding="utf-8"))
    component, annotation = content["components"][0], content["annotations"][0]
    content["components"].append(
        {
            **component,
            "id": "annotated",
            "name": "Annotated",
            "files": {"include": ["annotated"]},
        }
    )
    content["annotations"].append(
        {
            **annotation,
            "id": "points",
            "title": "Points of interest",
            "types": ["point_annotations"],
            "files": {"table": "filelists/points.tsv"},
        }
    )
    submission.write_text(yaml.safe_dump(content), encoding="utf-8")
    found = run("bundle", dataset, "--folder", "bundle")
    assert found.exit_code == 0, found.output
    lists = [p.read_text(encoding="utf-8") for p in Path("bundle").rglob("*.tsv")]
    assert any(path in text for text in lists)


# -- Bio-Formats by option and by setting ---------------------------------------------


@pytest.fixture
def showinf(tmp_path: Path) -> Path:
    if os.name != "posix":
        pytest.skip("a script is started by its name")
    path = tmp_path / "showinf"
    path.write_text(f"#!{sys.executable}\nprint({PLAIN!r})\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.parametrize("workers", [1, 2])
def test_bioformats_by_option(run: Run, showinf: Path, workers: int) -> None:
    Path("raw").mkdir()
    for n in range(3):
        Path(f"raw/{n}.klb").write_bytes(b"x")
    found = run(
        *("extract", "raw", "--bioformats", showinf, "--format", "jsonl"),
        *("--workers", workers),
    )
    assert found.exit_code == 0, found.output
    assert found.stdout.count('"reader": "bioformats"') == 3
    assert found.stdout.count("fallback-reader") == 3


def test_bioformats_by_setting(
    run: Run, showinf: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("x.klb").write_bytes(b"x")
    (home / "config.toml").write_text(f"bioformats = {str(showinf)!r}\n")
    assert "bioformats" in run("extract", "x.klb", "--format", "json").stdout
    (home / "config.toml").write_text("")
    assert "bioformats" not in run("extract", "x.klb", "--format", "json").stdout
    monkeypatch.setenv("FAIRSUBMIT_BIOFORMATS", str(showinf))
    assert "bioformats" in run("extract", "x.klb", "--format", "json").stdout
    monkeypatch.setenv("FAIRSUBMIT_BIOFORMATS", str(showinf) + "-gone")
    found = run("extract", "x.klb")
    assert found.exit_code == 2
    assert "there is no Bio-Formats at" in found.stderr


def test_a_linted_dataset_uses_the_setting(
    run: Run, showinf: Path, dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = dataset / "raw/control/z.klb"
    shutil.copyfile(showinf, target)
    found = run("lint", dataset)
    assert "z.klb" in found.output
    monkeypatch.setenv("FAIRSUBMIT_BIOFORMATS", str(showinf))
    found = run("lint", dataset)
    assert "IMG120" not in found.output
