"""From a document to a submission."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fairsubmit.errors import MetadataError
from fairsubmit.metadata import Term, parse
from fairsubmit.metadata.validate import validate

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.findings import Finding

GOOD = """\
fairsubmit: 1
study:
  title: Nuclei of cells in culture, with and without drug
  description: Widefield images of nuclei for testing the submission model
  keywords: [nuclei]
  release_date: 2031-01-01
  acknowledgements:
  license: CC0-1.0
authors: [{name: A. Person, corresponding: true}]
organisations:
biosamples:
  - id: b1
    title: HeLa
    organism: {label: Homo sapiens, id: NCBITaxon:9606}
    biological_entity: cells
specimens: [{id: s1, title: Fixed, sample_preparation: PFA}]
acquisitions:
  - id: a1
    title: Widefield
    imaging_method: [{label: widefield microscopy}]
    instrument: Some microscope
    parameters: 60x
components:
  - id: c1
    name: All
    description: All images
    associations: [{biosample: b1, specimen: s1, acquisition: a1}]
    files: {include: ["*.tif"]}
"""


def findings(text: str) -> tuple[Finding, ...]:
    with pytest.raises(MetadataError) as caught:
        validate(parse(text.encode(), "submission.yaml"))
    assert "\n" not in caught.value.message
    return caught.value.findings


def test_a_complete_document_is_a_submission() -> None:
    submission = validate(parse(GOOD.encode(), "submission.yaml"))
    assert submission.fairsubmit == 1
    assert submission.organisations == []
    assert submission.study.acknowledgements is None
    assert submission.study.license == "CC0-1.0"
    assert submission.authors[0].corresponding is True
    assert submission.biosamples[0].organism == Term(
        label="Homo sapiens", id="NCBITaxon:9606"
    )


def test_several_organisms_are_a_list() -> None:
    text = GOOD.replace(
        "{label: Homo sapiens, id: NCBITaxon:9606}", "[{label: A}, {label: B}]"
    )
    organism = validate(parse(text.encode(), "s")).biosamples[0].organism
    assert isinstance(organism, list)
    assert [term.label for term in organism] == ["A", "B"]


@pytest.mark.parametrize(
    ("old", "new", "code", "pointer", "line"),
    [
        ("authors:", "auhtors:", "DOC103", "/auhtors", 9),
        ("  keywords: [nuclei]\n", "", "DOC121", "/study/keywords", 3),
        ("keywords: [nuclei]", "keywords: nuclei", "DOC120", "/study/keywords", 5),
        ("keywords: [nuclei]", "keywords: []", "DOC120", "/study/keywords", 5),
        ("keywords: [nuclei]", "keywords: ['']", "DOC120", "/study/keywords/0", 5),
        ("title: HeLa", "title: {a: b}", "DOC120", "/biosamples/0/title", 13),
        ("id: b1", "id: 1 b", "DOC120", "/biosamples/0/id", 12),
        ("fairsubmit: 1", "fairsubmit: 2", "DOC120", "/fairsubmit", 1),
        ("fairsubmit: 1", "fairsubmit: one", "DOC120", "/fairsubmit", 1),
        (
            "corresponding: true",
            "corresponding: maybe",
            "DOC120",
            "/authors/0/corresponding",
            9,
        ),
        (
            "{label: Homo sapiens, id: NCBITaxon:9606}",
            "Homo sapiens",
            "DOC120",
            "/biosamples/0/organism",
            14,
        ),
        (
            "{label: Homo sapiens, id: NCBITaxon:9606}",
            "{lable: Homo sapiens}",
            "DOC121",
            "/biosamples/0/organism/label",
            14,
        ),
        (
            "{label: Homo sapiens, id: NCBITaxon:9606}",
            "[{lable: x, label: y}]",
            "DOC103",
            "/biosamples/0/organism/0/lable",
            14,
        ),
    ],
)
def test_each_reason_is_a_finding_with_its_place(
    old: str, new: str, code: str, pointer: str, line: int
) -> None:
    assert old in GOOD
    found = findings(GOOD.replace(old, new, 1))
    keys = [(f.code, f.pointer, f.line) for f in found]
    assert (code, pointer, line) in keys, keys
    assert all(f.message and f.help and f.column for f in found)
    assert sorted(f.line or 0 for f in found) == [f.line for f in found]


def test_a_broken_document_has_the_readers_findings() -> None:
    (finding,) = findings("a: [")
    assert finding.code == "DOC101"
    (duplicate,) = findings(GOOD + "study: {}\n")
    assert duplicate.code == "DOC102"


def test_the_example_of_the_model_is_valid(shared: Path) -> None:
    path = shared / "standards/schemas/canonical_example.yaml"
    assert validate(parse(path.read_bytes(), path.name)).components


def test_our_example_is_valid(project: Path) -> None:
    found = list((project / "examples").glob("*/submission.yaml"))
    assert found
    for path in found:
        assert validate(parse(path.read_bytes(), path.name)).components
