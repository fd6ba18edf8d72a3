"""What must hold for any submission, complete or not."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fairsubmit.errors import MetadataError
from fairsubmit.findings import Report, Severity
from fairsubmit.lint import lint
from fairsubmit.lint.identifiers import orcid_check_digit, ror_check_digits
from fairsubmit.metadata.load import parse
from fairsubmit.metadata.pagetab import read_pagetab
from fairsubmit.metadata.submission import Submission
from fairsubmit.metadata.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterator

TODAY = date(2026, 11, 22)
# no shrinking: the examples are large, and it would take minutes
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
SLOW = settings(
    max_examples=60,
    deadline=None,
    phases=PHASES,
    suppress_health_check=[HealthCheck.too_slow],
)

words = st.text("abcdefghijklmnopqrstuvwxyzäéñ αβ", min_size=1, max_size=30)
text = words.map(str.strip).filter(bool).map(lambda word: f"a {word} b")
long_text = text.map(lambda word: f"{word} that is long enough to be of use")
# no id can be a number or a word that another rule takes for a placeholder
names = st.from_regex(r"n[A-Za-z0-9_.-]{0,8}", fullmatch=True)


@st.composite
def orcids(draw: st.DrawFn) -> str:
    digits = draw(st.text("0123456789", min_size=15, max_size=15))
    whole = digits + orcid_check_digit(digits)
    return "-".join(whole[at : at + 4] for at in range(0, 16, 4))


@st.composite
def rors(draw: st.DrawFn) -> str:
    first = "0" + draw(
        st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=6, max_size=6)
    )
    return f"https://ror.org/{first}{ror_check_digits(first)}"


def optional(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def submissions(draw: st.DrawFn) -> dict[str, Any]:
    def part(required: dict[str, Any], more: dict[str, Any], ident: str) -> Any:
        return {
            "id": ident,
            **{key: draw(value) for key, value in required.items()},
            **draw(optional(more)),
        }

    def some(least: int) -> list[str]:
        return draw(st.lists(names, min_size=least, max_size=3, unique=True))

    ids = {name: some(1) for name in ("organisations", "b", "s", "a", "components")}
    ids["x"] = some(0)
    author = {
        "name": text,
        "email": st.just("a@example.org"),
        "affiliations": st.lists(
            st.sampled_from(ids["organisations"]), min_size=1, max_size=2
        ),
    }
    association = {
        "biosample": st.sampled_from(ids["b"]),
        "specimen": st.sampled_from(ids["s"]),
        "acquisition": st.sampled_from(ids["a"]),
    }
    analysis = {"analysis": st.sampled_from(ids["x"])} if ids["x"] else {}
    organism = st.sampled_from(
        [
            {"label": "Homo sapiens", "id": "NCBITaxon:9606"},
            {"label": "Mus musculus (mouse)"},
            [{"label": "Danio rerio"}, {"label": "E. coli", "id": "NCBITaxon:562"}],
        ]
    )
    method = st.sampled_from(
        [
            {"label": "confocal microscopy", "id": "FBbi:00000251"},
            {"label": "FRAP"},
        ]
    )
    return {
        "fairsubmit": "1",
        "study": {
            "title": draw(long_text),
            "description": draw(long_text),
            "keywords": draw(st.lists(text, min_size=1, max_size=3)),
            "license": draw(st.sampled_from(["CC0-1.0", "CC-BY-4.0"])),
            "release_date": draw(st.dates(TODAY, date(2028, 11, 22)).map(str)),
            **draw(optional({"acknowledgements": text, "funding_statement": text})),
        },
        "authors": [
            {
                **{key: draw(value) for key, value in author.items()},
                **draw(optional({"orcid": orcids()})),
            }
            for _ in range(draw(st.integers(1, 3)))
        ],
        "organisations": [
            part({"name": text}, {"ror": rors(), "address": text}, i)
            for i in ids["organisations"]
        ],
        "biosamples": [
            part(
                {"title": text, "organism": organism, "biological_entity": text},
                {"description": text, "intrinsic_variables": st.lists(text)},
                i,
            )
            for i in ids["b"]
        ],
        "specimens": [
            part(
                {"title": text, "sample_preparation": text},
                {"growth_protocol": text},
                i,
            )
            for i in ids["s"]
        ],
        "acquisitions": [
            part(
                {
                    "title": text,
                    "imaging_method": st.lists(method, min_size=1, max_size=2),
                    "instrument": text,
                    "parameters": text,
                },
                {},
                i,
            )
            for i in ids["a"]
        ],
        "analyses": [part({"title": text, "overview": text}, {}, i) for i in ids["x"]],
        "components": [
            part(
                {
                    "name": text,
                    "description": text,
                    "associations": st.lists(
                        st.fixed_dictionaries(association, optional=analysis),
                        min_size=1,
                        max_size=2,
                    ),
                    "files": st.just({"include": ["raw"]}),
                },
                {},
                i,
            )
            for i in ids["components"]
        ],
    }


def check(tree: object, archive: str | None = "bioimage-archive") -> Report:
    document = parse(_written(tree), "submission.yaml")
    return lint(document, archive=archive, today=TODAY)


def _written(tree: object) -> bytes:
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode()


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
        validate(parse(_written(tree), "submission.yaml"))
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
