"""YAML to workbook to YAML: the same submission, in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.lint.conftest import CASES, TODAY, Case, cases
from tests.workbook.conftest import submissions

from fairsubmit.errors import MetadataError
from fairsubmit.lint import lint
from fairsubmit.metadata.load import Document, parse
from fairsubmit.metadata.submission import Submission
from fairsubmit.metadata.yaml_text import write_yaml
from fairsubmit.workbook.layout import sheets
from fairsubmit.workbook.read import read_workbook
from fairsubmit.workbook.tables import what_says_something
from fairsubmit.workbook.write import write_workbook

if TYPE_CHECKING:
    from pathlib import Path

# a workbook takes a tenth of a second; no shrinking, which would take minutes
SLOW = settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
# Rules about the text of YAML: plain words, comments, keys without a value.
OF_TEXT = {"DOC102", "DOC106", "DOC110-bad_comment", "REF105"}


def through_workbook(tree: Any) -> Document:
    return read_workbook(write_workbook(tree), "submission.xlsx")


@SLOW
@given(submissions())
def test_any_submission_comes_back(tree: dict[str, Any]) -> None:
    back = through_workbook(tree)
    assert not back.problems
    assert what_says_something(back.tree) == what_says_something(tree)


@SLOW
@given(submissions())
def test_the_way_back_to_yaml_says_the_same(tree: dict[str, Any]) -> None:
    back = through_workbook(tree)
    again = parse(write_yaml(back.tree).encode(), "submission.yaml")
    assert not again.problems
    assert what_says_something(again.tree) == what_says_something(tree)


def ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, ordered(item)) for key, item in value.items()]
    return [ordered(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "path", ["tests/lint/base.yaml", "examples/time-lapse/submission.yaml"]
)
def test_fields_keep_their_order(project: Path, path: str) -> None:
    tree = parse((project / path).read_bytes(), path).tree
    back = through_workbook(tree)
    assert ordered(what_says_something(back.tree)) == ordered(
        what_says_something(dict(tree))
    )


def test_the_order_of_sheets_and_columns_is_that_of_the_document() -> None:
    tree = {
        "authors": [{"orcid": "x", "name": "Jane"}, {"name": "Joe", "email": "e"}],
        "study": {"license": "CC0-1.0", "title": "T"},
        "fairsubmit": "1",
    }
    back = through_workbook(tree).tree
    assert list(back)[:3] == ["fairsubmit", "authors", "study"]
    assert list(back["authors"][0]) == ["orcid", "name"]
    assert list(back["study"])[:2] == ["license", "title"]


def first_bad_cases() -> list[Case]:
    found: dict[str, Case] = {}
    for case in cases():
        plain = not {"pagetab", "crate", "raw"} & case.spec.keys()
        if case.path.stem.startswith("bad") and plain:
            found.setdefault(case.code, case)
    return [case for case in found.values() if case.code not in OF_TEXT]


@pytest.mark.parametrize("found", first_bad_cases(), ids=lambda case: case.code)
def test_a_workbook_is_linted_as_its_yaml_is(found: Case) -> None:
    if f"{found.code}-{found.path.stem}" in OF_TEXT:
        pytest.skip("a workbook has no comments")
    document = parse(found.text.encode(), "submission.yaml")
    if document.problems:
        pytest.skip("no document to convert")
    try:
        back = through_workbook(document.tree)
    except MetadataError:
        assert found.code == "DOC120", "only what has the wrong shape is refused"
        return
    options: dict[str, Any] = {"archive": "bioimage-archive", "today": TODAY}
    before = lint(document, **options).findings
    after = lint(back, **options).findings
    assert sorted(f.code for f in after) == sorted(f.code for f in before)
    for finding in after:
        if finding.path == "submission.xlsx":
            assert finding.cell
            assert finding.place == f"submission.xlsx[{finding.cell}]"
            assert finding.line is None
            assert finding.fix is None
            sheet, _, cell = finding.cell.partition("!")
            assert sheet in sheets()
            assert cell[0].isalpha()
            assert cell[-1].isdigit()


def test_the_cases_are_there() -> None:
    assert CASES.is_dir()
    assert len(first_bad_cases()) > 60


def test_every_field_of_the_model_has_a_cell() -> None:
    """A field that is added to the model gets its column without further ado."""
    names = {c.path[-1] for sheet in sheets().values() for c in sheet.columns}
    names |= {sheet.path[-1] for sheet in sheets().values()}
    missing = set()
    for section, info in Submission.model_fields.items():
        if section not in names:
            missing.add(section)
        model = getattr(info.annotation, "__args__", [info.annotation])[0]
        missing |= set(getattr(model, "model_fields", {})) - names - {"files"}
    assert not missing


def test_too_long_a_text_is_refused_in_words() -> None:
    tree = {"study": {"description": "x" * 40_000}}
    with pytest.raises(MetadataError, match="`description` has 40,000 characters"):
        write_workbook(tree)


def test_what_has_no_place_is_named_and_not_dropped() -> None:
    tree = {"authors": ["Jane Doe"], "study": {"keywords": "one, two"}}
    with pytest.raises(MetadataError) as raised:
        write_workbook(tree)
    assert "`authors`" in str(raised.value)
    assert "`study/keywords`" in str(raised.value)
    assert "fairsubmit lint" in (raised.value.hint or "")


def test_unknown_fields_travel_along() -> None:
    tree = {
        "authors": [{"name": "Jane", "nick_name": "J", "pets": ["cat", "[dog]"]}],
        "components": [{"id": "c1", "files": {"incldue": "raw/**"}}],
    }
    back = through_workbook(tree)
    assert what_says_something(back.tree) == tree
    assert back.cells["/authors/0/nick_name"] == "authors!B2"


@pytest.mark.parametrize("ids", [["a", "a"], ["", "b"], ["#1", "c"]])
def test_rows_find_their_owner_whatever_its_id(ids: list[str]) -> None:
    tree = {
        "components": [
            {"id": name, "associations": [{"biosample": f"b{number}"}]}
            for number, name in enumerate(ids)
        ]
    }
    back = through_workbook(tree)
    assert what_says_something(back.tree) == tree
    assert not back.problems
