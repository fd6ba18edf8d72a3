"""What must hold for any submission, complete or not."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from tests.lint.submissions import SLOW, TODAY, submissions, written

from fairsubmit.errors import MetadataError
from fairsubmit.findings import Report, Severity
from fairsubmit.lint import lint
from fairsubmit.metadata.load import parse
from fairsubmit.metadata.pagetab import read_pagetab
from fairsubmit.metadata.submission import Submission
from fairsubmit.metadata.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(tree: object, archive: str | None = "bioimage-archive") -> Report:
    document = parse(written(tree), "submission.yaml")
    return lint(document, archive=archive, today=TODAY)


@SLOW
@given(submissions())
def test_a_valid_submission_has_no_error(tree: dict[str, Any]) -> None:
    Submission.model_validate(tree)
    assert check(tree).errors == ()


REQUIRED = [
    *("/study", "/authors", "/biosamples", "/specimens", "/acquisitions"),
    *("/components", "/fairsubmit"),
    *(f"/study/{k}" for k in ("title", "description", "keywords", "release_date")),
    "/study/license",
    "/authors/0/name",
    *(f"/organisations/0/{k}" for k in ("id", "name")),
    *(f"/biosamples/0/{k}" for k in ("id", "title", "organism", "biological_entity")),
    *(f"/specimens/0/{k}" for k in ("id", "title", "sample_preparation")),
    *(f"/acquisitions/0/{k}" for k in ("id", "title", "imaging_method")),
    *(f"/acquisitions/0/{k}" for k in ("instrument", "parameters")),
    "/acquisitions/0/imaging_method/0/label",
    *(f"/components/0/{k}" for k in ("id", "name", "description", "associations")),
    "/components/0/files",
    *(f"/components/0/associations/0/{k}" for k in ("biosample", "specimen")),
    "/components/0/associations/0/acquisition",
]


def _parent(tree: Any, pointer: str) -> tuple[Any, str]:
    *steps, last = pointer.split("/")[1:]
    for step in steps:
        tree = tree[int(step)] if step.isdecimal() else tree[step]
    return tree, last


@pytest.mark.parametrize("pointer", REQUIRED)
@pytest.mark.parametrize("empty", ["deleted", None, "", [], {}], ids=str)
@settings(SLOW, max_examples=2)
@given(data=st.data())
def test_what_is_required_is_missed_where_it_should_be(
    pointer: str, empty: object, data: st.DataObject
) -> None:
    tree = data.draw(submissions())
    parent, key = _parent(tree, pointer)
    if empty == "deleted":
        del parent[key]
    else:
        parent[key] = empty
    errors = check(tree, archive=None).errors
    found = [f.pointer for f in errors]
    if pointer.endswith("/release_date") and isinstance(empty, str):
        found += [f.pointer for f in check(tree).errors]
    assert pointer in found
    assert len({(f.code, f.pointer) for f in errors}) == len(errors)


def _paths(value: Any, pointer: str = "") -> Iterator[str]:
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield f"{pointer}/{key}"
        if isinstance(item, (dict, list)):
            yield from _paths(item, f"{pointer}/{key}")


junk = st.recursive(
    st.none() | st.text(max_size=20) | st.integers().map(str),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@SLOW
@given(submissions(), st.data())
def test_no_value_makes_a_rule_fail(tree: dict[str, Any], data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        pointer = data.draw(st.sampled_from(sorted(_paths(tree))))
        parent, key = _parent(tree, pointer)
        value = data.draw(junk)
        parent[int(key) if isinstance(parent, list) else key] = value
    report = check(tree)
    try:
        validate(parse(written(tree), "submission.yaml"))
    except MetadataError:
        assert report.errors, "what the model refuses, the linter explains"
    assert Report.from_json(json.loads(report.dumps())) == report
    for finding in report.findings:
        assert finding.help, finding
        assert finding.line is not None
        assert len(finding.message.splitlines()) == 1
        assert len(finding.help.splitlines()) == 1


@SLOW
@given(st.dictionaries(st.text(max_size=10), junk, max_size=5))
def test_any_mapping_can_be_linted(tree: dict[str, Any]) -> None:
    assert check(tree).errors


PAGETAB = {
    "type": "submission",
    "accno": "S-1",
    "attributes": [{"name": "Title", "value": "t"}],
    "section": {
        "type": "Study",
        "attributes": [{"name": "Keywords", "value": "k"}, {"name": "License"}],
        "links": [{"url": "u", "attributes": [{"name": "Type", "value": "doi"}]}],
        "subsections": [
            {
                "type": "Author",
                "attributes": [
                    {"name": "affiliation", "value": "o1", "reference": True}
                ],
            },
            {"accno": "o1", "type": "organisation", "attributes": []},
            [{"type": "Funding", "attributes": [{"name": "Agency", "value": "x"}]}],
            {
                "type": "Study Component",
                "attributes": [{"name": "File List", "value": "x.tsv"}],
                "subsections": [
                    {
                        "type": "Associations",
                        "attributes": [{"name": "Biosample", "value": "b"}],
                    },
                    {
                        "type": "Biosample",
                        "subsections": [{"type": "Organism", "attributes": []}],
                    },
                    {"type": "Specimen", "attributes": [None, [], "x"]},
                    {"type": "Image acquisition", "attributes": {"name": "x"}},
                ],
            },
        ],
    },
}


@SLOW
@given(st.data())
def test_no_pagetab_makes_the_reader_fail(data: st.DataObject) -> None:
    tree = copy.deepcopy(PAGETAB)
    for _ in range(data.draw(st.integers(0, 4))):
        pointer = data.draw(st.sampled_from(sorted(_paths(tree))))
        parent, key = _parent(tree, pointer)
        value = data.draw(junk | st.booleans() | st.floats(allow_nan=False))
        parent[int(key) if isinstance(parent, list) else key] = value
    document = read_pagetab(json.dumps(tree, indent=1).encode(), "s.json")
    report = lint(document, archive="bioimage-archive", today=TODAY)
    assert report.errors
    severities = {finding.severity for finding in report.findings}
    assert severities <= set(Severity)


@SLOW
@given(st.binary(max_size=200))
def test_no_bytes_make_the_pagetab_reader_fail(raw: bytes) -> None:
    assert [f.code for f in lint(read_pagetab(raw, "s.json")).findings] == ["DOC101"]


# -- what the model demands, whatever it is --------------------------------------------


def _demanded(value: Any, model: type[BaseModel], pointer: str = "") -> Iterator[str]:
    """Return the pointer of each required field that a submission has."""
    for name, field in model.model_fields.items():
        if name not in value:
            continue
        here = f"{pointer}/{name}"
        if field.is_required():
            yield here
        part = next(_models(field.annotation), None)
        items = value[name] if isinstance(value[name], list) else [value[name]]
        for index, item in enumerate(items):
            if part and isinstance(item, dict):
                at = f"{here}/{index}" if isinstance(value[name], list) else here
                yield from _demanded(item, part, at)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


@settings(SLOW, max_examples=150)
@given(submissions(), st.data())
def test_one_field_less_is_one_error_that_names_it(
    drawn: dict[str, Any], data: st.DataObject
) -> None:
    # parts may be one object twice; what is deleted must be deleted once
    tree = json.loads(json.dumps(drawn))
    pointer = data.draw(st.sampled_from(sorted(_demanded(tree, Submission))))
    parent, key = _parent(tree, pointer)
    del parent[key]
    for archive in (None, "bioimage-archive"):
        (error,) = check(tree, archive=archive).errors
        # of an organism with neither name nor id nothing is left to point at
        assert error.pointer in {pointer, pointer.rpartition("/")[0]}
        words = f"{error.message} {error.help}".casefold()
        assert key in words or key.replace("_", " ") in words


def test_the_fields_that_are_demanded_are_known() -> None:
    """The control: the walk above finds what was written down by hand."""
    tree = submission_of_everything()
    found = set(_demanded(tree, Submission))
    missing = {p for p in REQUIRED if p not in found}
    assert missing == set()


def submission_of_everything() -> dict[str, Any]:
    term = {"label": "confocal microscopy", "id": "FBbi:00000251"}
    return {
        "fairsubmit": "1",
        "study": dict.fromkeys(
            ("title", "description", "keywords", "release_date", "license"), "x"
        ),
        "authors": [{"name": "x"}],
        "organisations": [{"id": "o", "name": "x"}],
        "biosamples": [
            {"id": "b", "title": "x", "organism": term, "biological_entity": "x"}
        ],
        "specimens": [{"id": "s", "title": "x", "sample_preparation": "x"}],
        "acquisitions": [
            {
                "id": "a",
                "title": "x",
                "imaging_method": [term],
                "instrument": "x",
                "parameters": "x",
            }
        ],
        "components": [
            {
                "id": "c",
                "name": "x",
                "description": "x",
                "associations": [
                    {"biosample": "b", "specimen": "s", "acquisition": "a"}
                ],
                "files": {"include": ["raw"]},
            }
        ],
    }
