"""``fairsubmit init``: what the images tell, what a person says, and what is marked."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from fairsubmit.dataset import read_document
from fairsubmit.metadata.load import parse
from fairsubmit.metadata.schema import submission_schema
from fairsubmit.wizard.questions import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]

MARK = "fill in"
# One line each; an empty one leaves the place open.
ANSWERS = {
    "title": "Nuclear pores in HeLa cells after Nup133 depletion",
    "description": "Spinning disk images of HeLa cells that express GFP-Nup107, fixed.",
    "keywords": "nuclear pore; RNAi, HeLa",
    "license": "",
    "author": "Jane Doe <jane@example.org> 0000-0002-1825-0097",
    "organisation": "European Bioinformatics Institute, https://ror.org/02catss52",
    "organism": "human",
    "biological_entity": "HeLa cells",
    "sample_preparation": "Fixed in 4 % formaldehyde for 10 min, in ProLong Gold.",
    "imaging_method": "spinning disk",
}


@pytest.fixture
def plain(tmp_path: Path, project: Path) -> Path:
    """Two folders of small TIFF files that say nothing about themselves."""
    folder = tmp_path / "my data"
    for name in ("control/a.tif", "control/b.tif", "treated/a.tif"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tiff(len(name)))
    return folder


def tiff(value: int) -> bytes:
    """Return a TIFF of one pixel, with nothing but what is required."""
    entries = [
        (256, 3, 1, 1),
        (257, 3, 1, 1),
        (258, 3, 1, 8),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (278, 3, 1, 1),
        (279, 4, 1, 1),
    ]
    start = 16
    head = b"II*\0" + start.to_bytes(4, "little") + bytes([value]) + bytes(7)
    fields = b"".join(
        tag.to_bytes(2, "little")
        + kind.to_bytes(2, "little")
        + count.to_bytes(4, "little")
        + number.to_bytes(4, "little")
        for tag, kind, count, number in entries
    )
    return head + len(entries).to_bytes(2, "little") + fields + bytes(4)


def answered(**changes: str) -> str:
    return "".join(f"{line}\n" for line in {**ANSWERS, **changes}.values())


def tree_of(folder: Path) -> Any:
    document = read_document(folder / "submission.yaml")
    assert not document.problems
    return document.tree


def unmarked(run: Run, folder: Path) -> list[dict[str, Any]]:
    """Return what lint says about the submission where nothing is marked."""
    lines = (folder / "submission.yaml").read_text(encoding="utf-8").splitlines()
    found = run("lint", folder, "--format", "json")
    return [
        finding
        for finding in json.loads(found.stdout)["findings"]
        if finding["path"] == "submission.yaml"
        and MARK not in lines[finding["line"] - 1]
    ]


def test_without_questions_only_marked_places_are_found(run: Run, plain: Path) -> None:
    found = run("init", plain, "--no-input")
    assert found.exit_code == 0, found.output
    assert found.stdout == ""
    assert not unmarked(run, plain)
    tree = tree_of(plain)
    assert tree["study"]["title"] is None
    assert tree["study"]["license"] is None, "no licence is assumed"
    assert [c["id"] for c in tree["components"]] == ["control", "treated"]
    assert tree["components"][0]["files"]["include"] == ["control/**"]


def test_lint_ends_with_errors_until_the_places_are_filled(
    run: Run, plain: Path
) -> None:
    run("init", plain, "--no-input")
    path = plain / "submission.yaml"
    assert run("lint", plain).exit_code == 1
    values = {
        "title:": "Nuclear pores in HeLa cells after depletion",
        "description:": "What these images have in common is that they are small",
        "keywords:": "[a keyword]",
        "license:": "CC0-1.0",
        "release_date:": "2099-01-01",
        "name:": "Jane Doe",
        "organism:": "{label: Homo sapiens, id: NCBITaxon:9606}",
        "biological_entity:": "HeLa cells (CVCL_0030)",
        "sample_preparation:": "Fixed in formaldehyde, mounted in ProLong Gold",
        "imaging_method:": "[{label: bright-field microscopy, id: FBbi:00000243}]",
        "instrument:": "Nikon Ti2",
        "parameters:": "63x/1.4 NA oil, 100 ms",
    }
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        key = line.strip().removeprefix("- ").partition(" ")[0]
        bare = line.partition("  #")[0]
        fill = MARK in line and bare.endswith(":") and key in values
        lines.append(f"{bare} {values[key]}" if fill else line)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for table in (plain / "filelists").glob("*.tsv"):
        text = table.read_text(encoding="utf-8")
        table.write_text(text.replace("\t\t\n", "\t0.1 µm\t0.1 µm\n"), encoding="utf-8")
    found = run("lint", plain, "--format", "json")
    errors = [
        f for f in json.loads(found.stdout)["findings"] if f["severity"] == "error"
    ]
    assert not errors, errors
    assert found.exit_code == 0


def test_the_first_line_brings_completion_to_editors(run: Run, plain: Path) -> None:
    run("init", plain, "--no-input")
    text = (plain / "submission.yaml").read_text(encoding="utf-8")
    first, _ = text.split("\n", 1)
    mark, _, place = first.partition("$schema=")
    assert mark == "# yaml-language-server: "
    schema = json.loads((plain / place).read_text(encoding="utf-8"))
    assert schema == submission_schema()
    assert yaml.safe_load(text)["fairsubmit"] == 1, "other programs read it too"
    found = run("lint", plain, "--format", "json")
    assert "schema.json" not in found.stdout


def test_images_without_a_scale_get_a_column_to_fill(run: Run, plain: Path) -> None:
    run("init", plain, "--no-input")
    table = (plain / "filelists" / "control.tsv").read_bytes()
    assert table == (
        b"Files\tPixel size X\tPixel size Y\ncontrol/a.tif\t\t\ncontrol/b.tif\t\t\n"
    )
    text = (plain / "submission.yaml").read_text(encoding="utf-8")
    assert "table: filelists/control.tsv  # fill in: in this file" in text


def test_nothing_is_overwritten(run: Run, plain: Path) -> None:
    lists = plain / "filelists"
    lists.mkdir()
    (lists / "control.tsv").write_text("mine")
    assert run("init", plain, "--no-input").exit_code == 0
    assert (lists / "control.tsv").read_text() == "mine"
    assert (lists / "control-2.tsv").is_file()
    before = (plain / "submission.yaml").read_bytes()
    for options in ([], ["--workbook"], ["--input"]):
        found = run("init", plain, *options, text=answered())
        assert found.exit_code == 2
        assert "has a submission already" in found.stderr
        assert "fairsubmit lint" in found.stderr
    assert (plain / "submission.yaml").read_bytes() == before
    assert not (plain / "submission.xlsx").exists()


@pytest.mark.parametrize(
    "name", ["submission.yml", "submission.json", "submission.xlsx"]
)
def test_other_forms_are_submissions_too(run: Run, plain: Path, name: str) -> None:
    (plain / name).touch()
    assert run("init", plain, "--no-input").exit_code == 2


def test_an_empty_folder_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    found = run("init", tmp_path / "empty", "--no-input")
    assert found.exit_code == 6
    assert "there is no file" in found.stderr


def test_a_folder_without_images_is_said_to_be_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "d" / "docs").mkdir(parents=True)
    (tmp_path / "d" / "docs" / "a.txt").touch()
    (tmp_path / "d" / "notes").touch()
    assert run("init", tmp_path / "d", "--no-input").exit_code == 0
    text = (tmp_path / "d" / "submission.yaml").read_text(encoding="utf-8")
    assert "# no image here that can be read" in text
    includes = [c["files"]["include"] for c in tree_of(tmp_path / "d")["components"]]
    assert includes == [["notes"], ["docs/**"]]


def test_ten_answers_make_a_submission(run: Run, plain: Path) -> None:
    found = run("init", plain, "--input", text=answered())
    assert found.exit_code == 0, found.output
    tree = tree_of(plain)
    study = tree["study"]
    assert study["title"] == ANSWERS["title"]
    assert study["keywords"] == ["nuclear pore", "RNAi", "HeLa"]
    assert study["license"] == "CC0-1.0", "Enter takes what is shown"
    assert "[CC0-1.0]" in found.stderr
    assert tree["authors"][0]["name"] == "Jane Doe"
    assert tree["authors"][0]["email"] == "jane@example.org"
    assert tree["authors"][0]["orcid"] == "https://orcid.org/0000-0002-1825-0097"
    assert tree["organisations"][0]["name"] == "European Bioinformatics Institute"
    assert tree["organisations"][0]["ror"] == "https://ror.org/02catss52"
    assert tree["biosamples"][0]["organism"] == {
        "label": "Homo sapiens",
        "id": "NCBITaxon:9606",
    }
    assert tree["acquisitions"][0]["imaging_method"] == [
        {"label": "spinning disk confocal microscopy", "id": "FBbi:00000253"}
    ]
    quality = {"BIO108", "SPE105", "STU107"}  # about the answers themselves
    assert {f["code"] for f in unmarked(run, plain)} <= quality


def test_at_most_ten_things_are_asked(run: Run, plain: Path) -> None:
    assert len(QUESTIONS) == 10
    found = run("init", plain, "--input", text=answered())
    asked = [f"{n}/10 {q.words}" for n, q in enumerate(QUESTIONS, start=1)]
    assert [found.stderr.count(question) for question in asked] == [1] * 10


def test_no_answer_leaves_the_place_marked(run: Run, plain: Path) -> None:
    assert run("init", plain, "--input", text="\n\n\n-\n" + "\n" * 6).exit_code == 0
    asked = (plain / "submission.yaml").read_bytes()
    shutil.rmtree(plain / "filelists")
    (plain / "submission.yaml").unlink()
    run("init", plain, "--no-input")
    assert (plain / "submission.yaml").read_bytes() == asked


@pytest.mark.parametrize(
    ("key", "wrong", "right", "words", "pointer", "value"),
    [
        (
            "title",
            "Too short",
            "A title that is long enough to be one",
            "at least 25 characters and has 9",
            "/study/title",
            "A title that is long enough to be one",
        ),
        (
            "license",
            "CC-BUY",
            "CC BY 4.0",
            "no licence that is known",
            "/study/license",
            "CC-BY-4.0",
        ),
        (
            "author",
            "Jane Doe 0000-0002-1825-0098",
            "Jane Doe 0000-0002-1825-0097",
            "its check digit is wrong",
            "/authors/0/orcid",
            "https://orcid.org/0000-0002-1825-0097",
        ),
        (
            "author",
            "Jane Doe jane@example",
            "Jane Doe, jane@example.org",
            "no e-mail address",
            "/authors/0/email",
            "jane@example.org",
        ),
        (
            "author",
            "j@example.org",
            "J. Doe",
            "name is missing",
            "/authors/0/name",
            "J. Doe",
        ),
        (
            "organisation",
            "https://ror.org/02catss52",
            "EBI",
            "name is missing",
            "/organisations/0/name",
            "EBI",
        ),
        (
            "organism",
            "Homo sapien",
            "",
            "did you mean",
            "/biosamples/0/organism/label",
            "Homo sapiens",
        ),
        (
            "imaging_method",
            "confocl microscopy",
            "",
            "did you mean",
            "/acquisitions/0/imaging_method/0/label",
            "confocal microscopy",
        ),
    ],
)
def test_an_answer_that_cannot_be_meant_is_asked_again(
    run: Run,
    plain: Path,
    key: str,
    wrong: str,
    right: str,
    words: str,
    pointer: str,
    value: str,
) -> None:
    text = answered(**{key: f"{wrong}\n{right}"})
    found = run("init", plain, "--input", text=text)
    assert found.exit_code == 0, found.output
    assert words in found.stderr
    assert parse((plain / "submission.yaml").read_bytes(), "").get(pointer) == value


@pytest.mark.parametrize(
    ("key", "answer", "pointer", "value"),
    [
        ("organism", "Unobtainium vulgare", "/biosamples/0/organism/label", None),
        (
            "imaging_method",
            "magic lantern",
            "/acquisitions/0/imaging_method/0/label",
            None,
        ),
        ("license", "LicenseRef-mine", "/study/license", None),
        ("title", "Short", "/study/title", None),
    ],
)
def test_the_same_answer_twice_is_meant(
    run: Run, plain: Path, key: str, answer: str, pointer: str, value: str | None
) -> None:
    del value
    text = answered(**{key: f"{answer}\n{answer}"})
    found = run("init", plain, "--input", text=text)
    assert found.exit_code == 0, found.output
    assert "the same again is taken as it is" in found.stderr
    assert parse((plain / "submission.yaml").read_bytes(), "").get(pointer) == answer


def test_who_leaves_in_the_middle_leaves_nothing_behind(run: Run, plain: Path) -> None:
    found = run("init", plain, "--input", text="One answer that is long enough\n")
    assert found.exit_code == 130
    assert sorted(p.name for p in plain.iterdir()) == ["control", "treated"]


def test_where_nobody_can_answer_nothing_is_asked(run: Run, plain: Path) -> None:
    """The tests' stdin is no terminal."""
    found = run("init", plain)
    assert found.exit_code == 0
    assert "1/10" not in found.stderr
    assert tree_of(plain)["study"]["title"] is None


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_at_a_terminal_it_asks(plain: Path, home: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "fairsubmit", "init", str(plain)]
    process = subprocess.Popen(
        words,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
        start_new_session=True,
    )
    os.close(theirs)
    seen, rest = b"", list(ANSWERS.values())
    while select.select([ours], [], [], 60)[0]:
        try:
            more = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not more:
            break
        seen += more
        asked = seen.count(b"/10 ")
        if len(ANSWERS) - len(rest) < asked and seen.rstrip(b" ").endswith(b":"):
            os.write(ours, f"{rest.pop(0)}\n".encode())
    os.close(ours)
    assert process.wait(60) == 0, seen.decode()
    assert not rest
    assert tree_of(plain)["study"]["title"] == ANSWERS["title"]


def test_a_workbook_instead(run: Run, plain: Path) -> None:
    found = run("init", plain, "--workbook", "--no-input")
    assert found.exit_code == 0, found.output
    assert not (plain / "submission.yaml").exists()
    import openpyxl

    book = openpyxl.load_workbook(plain / "submission.xlsx")
    marked = {
        f"{sheet.title}!{cell.coordinate}"
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb == "00FFF2CC"
        or (cell.comment and MARK in cell.comment.text)
    }
    report = json.loads(run("lint", plain, "--format", "json").stdout)
    cells = {f["cell"] for f in report["findings"] if f["path"] == "submission.xlsx"}
    assert len(cells) > 10
    assert cells <= marked


SETS = {
    "ome": ["ome-tiff/multi-channel.ome.tif", "ome-tiff/ome.tiff"],
    "czi": ["czi/nuc_small.czi", "czi/S3_1Pos_2Mosaic_T1_Z1_CH1.czi"],
    "nd2": ["nd2/cluster.nd2"],
    "em": ["em-tiff/FEI-Helios-Ebeam-8bits.tif", "em-tiff/TVIPS_bin4.tif"],
    "plate": ["imagexpress/9987_Plate_3434"],
    "imagej": ["imagej/CH1_16bit.tif", "imagej/Fluorescence_RGB.tif"],
    "slide": ["wsi/small.svs"],
    "lif": ["lif/LeicaLASX_wavelength-sweep_example.lif"],
}


@pytest.mark.parametrize("name", SETS)
def test_real_images_tell_what_they_tell(
    run: Run, shared: Path, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "set"
    (folder / "raw").mkdir(parents=True)
    for sample in SETS[name]:
        source = shared / "samples" / sample
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / "raw" / source.name)
    found = run("init", folder, "--no-input")
    assert found.exit_code == 0, found.output
    # Surveys of the images themselves say what differs between these strangers.
    left = [f for f in unmarked(run, folder) if f["code"][:3] not in {"AIR", "IMG"}]
    assert not left, left
    for acquisition in tree_of(folder)["acquisitions"]:
        source = acquisition.get("from_ome")
        assert source is None or (folder / source).exists()


def test_a_plate_gets_its_wells(run: Run, shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "screen"
    shutil.copytree(shared / "samples/imagexpress/9987_Plate_3434", folder / "plate")
    assert run("init", folder, "--no-input").exit_code == 0
    lines = (folder / "filelists/plate.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "Files\tPlate\tWell\tField"
    assert all(len(line.split("\t")) == 4 for line in lines)
    wells = {line.split("\t")[2] for line in lines[1:]}
    assert {"B2", "B3"} <= wells
    for line in lines[1:]:
        assert (folder / line.partition("\t")[0]).is_file()


def test_settings_are_told_apart(run: Run, shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "two"
    for name, sample in (("a", "nuc_small.czi"), ("b", "Airyscan.czi")):
        (folder / name).mkdir(parents=True)
        shutil.copy(shared / "samples/czi" / sample, folder / name)
    run("init", folder, "--no-input")
    tree = tree_of(folder)
    ids = {a["from_ome"]: a["id"] for a in tree["acquisitions"]}
    assert len(ids) == 2
    for component in tree["components"]:
        (association,) = component["associations"]
        source = next(s for s in ids if s.startswith(f"{component['name']}/"))
        assert association["acquisition"] == ids[source]
    words = " ".join(a["parameters"] for a in tree["acquisitions"])
    assert "20x/0.95" in words
    assert "63x/1.4" in words
