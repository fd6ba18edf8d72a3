"""The committed schemas are what the code makes, and real values satisfy them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError

from fairsubmit.bundle import make_bundle
from fairsubmit.dataset import open_dataset
from fairsubmit.findings import Finding, Report, Severity, Waiver
from fairsubmit.metadata.image import (
    Channel,
    Detector,
    Extraction,
    ImageAnnotation,
    ImageMetadata,
    ImageSize,
    Instrument,
    Objective,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.metadata.schema import attribute_docs
from fairsubmit.receipt import Receipt, ReceiptFile, RemoteFile
from fairsubmit.testing.generate import PARTS, generated, main, outdated
from fairsubmit.testing.schemas import SCHEMAS
from fairsubmit.transfer.plan import make_plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = (
    "submission",
    "image-metadata",
    "manifest",
    "plan",
    "receipt",
    "lint-report",
)
STAMP = "2026-11-22T10:00:00Z"


def validator(project: Path, name: str) -> Draft202012Validator:
    """The committed schema, not the one the code would make."""
    text = (project / f"schemas/{name}-1.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def through_json(value: object) -> Any:
    return json.loads(json.dumps(value))


def test_generated_files_are_in_step(project: Path) -> None:
    wrong = [path.name for path in outdated(project)]
    assert not wrong, "run `make schemas` and commit what it writes"


def test_there_is_one_schema_for_each_public_file(project: Path) -> None:
    found = {path.name for path in (project / "schemas").iterdir()}
    assert found == {f"{name}-1.schema.json" for name in NAMES} == set(SCHEMAS)


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_schemas_of_the_draft_they_name(project: Path, name: str) -> None:
    schema = validator(project, name).schema
    assert isinstance(schema, dict)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:fairsubmit:{name}-1"
    assert schema["title"]
    assert schema["description"]


def properties(schema: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
        for value in schema.values():
            yield from properties(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from properties(value)


def test_every_field_of_the_submission_says_what_it_is(project: Path) -> None:
    for name, schema in properties(validator(project, "submission").schema):
        assert schema.get("description"), name


def example(project: Path) -> Any:
    text = (project / "examples/time-lapse/submission.yaml").read_text("utf-8")
    return through_json(yaml.load(text, Loader=yaml.BaseLoader))


def as_editors_read_it(value: Any) -> Any:
    """Type scalars as an editor's YAML 1.2 core schema does."""
    if isinstance(value, dict):
        return {key: as_editors_read_it(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_editors_read_it(item) for item in value]
    try:
        return {"true": True, "false": False}.get(value) or int(value)
    except ValueError:
        return {"true": True, "false": False}.get(value, value)


def test_our_example_satisfies_the_submission_schema(project: Path) -> None:
    validator(project, "submission").validate(as_editors_read_it(example(project)))


def test_the_models_example_satisfies_the_submission_schema(
    project: Path, shared: Path
) -> None:
    path = shared / "standards/schemas/canonical_example.yaml"
    value = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
    validator(project, "submission").validate(as_editors_read_it(value))


def broken(value: dict[str, Any], pointer: str, new: object) -> dict[str, Any]:
    *above, last = [int(s) if s.isdecimal() else s for s in pointer[1:].split("/")]
    here: Any = value
    for step in above:
        here = here[step]
    if new is None:
        del here[last]
    else:
        here[last] = new
    return value


@pytest.mark.parametrize(
    ("pointer", "new"),
    [
        ("/fairsubmit", 2),
        ("/fairsubmit", "1"),
        ("/fairsubmit", None),
        ("/study/title", "too short"),
        ("/study/titel", "A title of more than twenty-five characters"),
        ("/study/keywords", "one"),
        ("/study/keywords", []),
        ("/authors", []),
        ("/components/0/id", "not an id"),
        ("/components/0/files", None),
        ("/annotations/0/types", ["scribbles"]),
        ("/authors/0/corresponding", "perhaps"),
        ("/ignore", {"no code": "reason"}),
    ],
)
def test_what_an_editor_must_underline(
    project: Path, pointer: str, new: object
) -> None:
    value = as_editors_read_it(example(project))
    with pytest.raises(ValidationError):
        validator(project, "submission").validate(broken(value, pointer, new))


@pytest.mark.parametrize(
    ("pointer", "new"),
    [
        ("/study/publications", [{"year": 2026, "pubmed_id": 12345678}]),
        ("/study/funding", [{"funder": "ERC", "grant_id": 101}]),
        ("/biosamples/0/organism", [{"label": "A"}, {"label": "B"}]),
        ("/ignore", {"PPL106": "No ORCID iD."}),
        ("/targets", {"zenodo": {"communities": ["x"], "open": True}}),
        ("/acquisitions/0/parameters", 60),
    ],
)
def test_what_an_editor_must_not_underline(
    project: Path, pointer: str, new: object
) -> None:
    value = as_editors_read_it(example(project))
    validator(project, "submission").validate(broken(value, pointer, new))


FULL = ImageMetadata(
    "a.ome.tif",
    0,
    name="a",
    format="OME-TIFF",
    reader="ome_tiff",
    dimension_order="XYCZT",
    size=ImageSize(512, 512, 20, 1, 1),
    pixel_type="uint16",
    significant_bits=12,
    physical_size=PhysicalSize(Quantity(0.1, "µm"), Quantity(0.1, None)),
    time_increment=Quantity(1, "s"),
    channels=(Channel(0, "DAPI", excitation_wavelength=Quantity(405.0, "nm")),),
    instrument=Instrument("Nikon", "Ti2"),
    objective=Objective(magnification=60.0, immersion="Oil"),
    detector=Detector(),
    acquired_at="2026-01-02T03:04:05",
    annotations=(ImageAnnotation("MapAnnotation", "ns", None, {"Genotype": "wt"}),),
    rois=3,
    files=("a.ome.tif",),
    problems=(Problem("unit-alias", "The unit was um.", "Image:0"),),
    provenance={"physical_size.x": "Image:0/Pixels@PhysicalSizeX"},
)


@pytest.mark.parametrize("record", [ImageMetadata("x", 1), FULL])
def test_image_metadata_records(project: Path, record: ImageMetadata) -> None:
    value = through_json(record.to_json())
    check = validator(project, "image-metadata")
    check.validate(value)
    assert isinstance(check.schema, dict)
    assert set(value) == set(check.schema["properties"])
    assert ImageMetadata.from_json(value) == record
    with pytest.raises(ValidationError):
        check.validate({**value, "size": {**value["size"], "x": "512"}})
    with pytest.raises(ValidationError):
        check.validate({key: item for key, item in value.items() if key != "files"})


def test_manifest_plan_and_receipt_of_a_real_bundle(
    project: Path, tmp_path: Path
) -> None:
    dataset = open_dataset(project / "examples/time-lapse")
    images = [Extraction("x", (FULL,))]
    bundle = make_bundle(dataset, images, folder=tmp_path)
    check = validator(project, "manifest")
    lines = (tmp_path / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + len(bundle.manifest)
    for line in lines:
        check.validate(json.loads(line))
    with pytest.raises(ValidationError):
        check.validate({**json.loads(lines[1]), "md5": "XYZ"})
    with pytest.raises(ValidationError):
        check.validate({**json.loads(lines[0]), "fairsubmit_manifest": 2})

    first = next(bundle.items()).entry
    held = {first.path: RemoteFile(first.path, first.size)}
    plan = make_plan(bundle, held, refused={bundle.manifest.entries[1].path: "no"})
    value = through_json(plan.to_json())
    check = validator(project, "plan")
    check.validate(value)
    assert {step["action"] for step in value["files"]} == {"skip", "send", "refuse"}
    assert isinstance(check.schema, dict)
    assert set(value) == set(check.schema["properties"])

    files = tuple(
        ReceiptFile(
            item.entry.path,
            item.entry.size,
            item.entry.md5,
            item.entry.sha256,
            RemoteFile(item.entry.path, item.entry.size, {"md5": item.entry.md5}),
            STAMP,
        )
        for item in bundle.items()
    )
    receipt = Receipt(
        "directory",
        "/archive",
        "D-1",
        "PROCESSED",
        None,
        STAMP,
        "fairsubmit 0",
        first.sha256,
        "",
        files,
    )
    receipt.write(tmp_path / "receipt.json")
    value = json.loads((tmp_path / "receipt.json").read_text(encoding="utf-8"))
    check = validator(project, "receipt")
    check.validate(value)
    assert isinstance(check.schema, dict)
    assert set(value) == set(check.schema["properties"])
    with pytest.raises(ValidationError):
        check.validate({**value, "submission_digest": "short"})


def test_lint_reports(project: Path) -> None:
    finding = Finding("PPL102", "orcid-invalid", Severity.ERROR, "Wrong.", "s.yaml", 5)
    fixed = Finding("DOC105", "space", Severity.INFO, "Spaces.", fix="safe")
    report = Report((finding, fixed), (Waiver(finding, "Known."),))
    value = json.loads(report.dumps())
    check = validator(project, "lint-report")
    check.validate(value)
    check.validate(json.loads(Report().dumps()))
    assert isinstance(check.schema, dict)
    assert set(value) == set(check.schema["properties"])
    assert Report.from_json(value) == report
    with pytest.raises(ValidationError):
        check.validate({**value, "findings": [{**value["findings"][0], "fix": "no"}]})
    with pytest.raises(ValidationError):
        check.validate({**value, "waived": [value["findings"][0]]})
    with pytest.raises(ValidationError):
        check.validate({**value, "summary": {"error": 1}})


def test_descriptions_come_from_the_docstrings() -> None:
    docs = attribute_docs(ImageMetadata)
    assert docs["series"] == "0-based number of the image in the file."
    assert "null" in docs["dimension_order"]
    assert docs["instrument"] == docs["detector"]


@pytest.fixture
def elsewhere(tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    for name in {page for page, _ in PARTS}:
        place = tmp_path / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes((project / name).read_bytes())
    return tmp_path


def test_generate_writes_what_check_asks_for(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check"]) == 1
    assert "submission-1.schema.json" in capsys.readouterr().out
    assert not (elsewhere / "schemas").exists()
    assert main([]) == 0
    assert main(["--check"]) == 0
    path = elsewhere / "schemas/plan-1.schema.json"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert main(["--check"]) == 1


def test_generate_refuses_other_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2


def test_parts_of_pages_are_filled_between_their_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "before\n<!-- generated: a -->\nold\n<!-- end: a -->\nafter\n"
        "<!-- generated: b -->\n<!-- end: b -->\n"
    )
    parts = {("page.md", "a"): lambda: r"| \1 |", ("page.md", "b"): lambda: "new\n"}
    ((path, text),) = generated(tmp_path, {}, parts)
    assert path == page
    assert text == (
        "before\n<!-- generated: a -->\n\n| \\1 |\n\n<!-- end: a -->\nafter\n"
        "<!-- generated: b -->\n\nnew\n\n<!-- end: b -->\n"
    )
    page.write_text(text)
    assert list(generated(tmp_path, {}, parts)) == [(page, text)]
    with pytest.raises(ValueError, match="needs one place"):
        list(generated(tmp_path, {}, {("page.md", "c"): str}))
