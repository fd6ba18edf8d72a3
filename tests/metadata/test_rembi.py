"""Submissions as rembi-mifa has them, judged by that package and its schemas."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fairsubmit.errors import MetadataError
from fairsubmit.metadata.blanks import with_blanks
from fairsubmit.metadata.load import Document, parse
from fairsubmit.metadata.rembi import lost, to_rembi
from fairsubmit.metadata.rembi_import import from_rembi, is_rembi
from fairsubmit.metadata.submission import Submission
from fairsubmit.metadata.validate import validate
from fairsubmit.metadata.yaml_text import write_yaml

if TYPE_CHECKING:
    from pathlib import Path

SCHEMAS = "standards/schemas/rembi_mifa-0.1.2.{}.schema.json"
FULL = """\
fairsubmit: 1
study:
  title: Nuclear pore density in HeLa cells after Nup133 depletion
  description: Spinning disk images of HeLa cells with and without Nup133
  keywords: [nuclear pore complex, RNAi]
  license: CC0-1.0
  release_date: 2027-03-01
  funding_statement: Paid by the ERC.
  funding: [{funder: ERC, grant_id: "123456"}]
  publications: [{title: On pores, doi: 10.1038/x, pubmed_id: "12", year: 2021}]
  links: [{url: "https://example.org/code", type: code, description: Scripts}]
authors:
  - name: Jane van Doe
    given_name: Jane
    family_name: van Doe
    email: jane.doe@example.org
    orcid: 0000-0002-1825-0097
    affiliations: [ebi]
    roles: [submitter, data acquisition]
  - {name: Joe Roe, email: joe@example.org, affiliations: [crick]}
organisations:
  - {id: ebi, name: EBI, ror: https://ror.org/02catss52}
  - {id: crick, name: The Francis Crick Institute, address: London}
biosamples:
  - id: b1
    title: Two kinds
    organism:
      - {label: Homo sapiens, id: "NCBITaxon:9606"}
      - {label: Mus musculus, id: "NCBITaxon:10090"}
    biological_entity: Hybrid cells
    description: Fused
    intrinsic_variables: ["GFP-Nup107, stable", mCherry]
specimens:
  - {id: s1, title: Fixed, sample_preparation: Fixed in formaldehyde, growth_protocol: DMEM}
acquisitions:
  - id: a1
    title: Disk
    imaging_method:
      - {label: spinning disk confocal microscopy, id: "FBbi:00000253"}
      - {label: fluorescence microscopy, id: "FBbi:00000246"}
    instrument: Nikon Ti2
    parameters: 63x, 488 nm
correlations:
  - {id: r1, title: By hand, spatial_and_temporal_alignment: Manual overlay}
analyses:
  - {id: n1, title: Count, overview: Pores were counted.}
annotations:
  - id: m1
    title: Masks
    overview: Nuclei
    types: [segmentation_mask, counts]
    method: By hand
    criteria: Whole nuclei
    files: {include: ["masks/**"]}
components:
  - id: c1
    name: Controls
    description: Control cells
    associations: [{biosample: b1, specimen: s1, acquisition: a1}]
    files: {include: ["raw/**"]}
"""  # noqa: E501 - as people write


def full() -> Document:
    return parse(FULL.encode(), "submission.yaml")


def exported(document: Document | None = None) -> dict[str, Any]:
    given = document or full()
    return to_rembi(validate(given), given)


@pytest.fixture(scope="session")
def schema(shared: Path) -> dict[str, Any]:
    text = (shared / SCHEMAS.format("RembiStudy")).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def test_the_schema_of_the_package_takes_it(schema: dict[str, Any]) -> None:
    jsonschema.validate(exported(), schema)


def test_the_package_takes_it_and_drops_nothing() -> None:
    rembi = pytest.importorskip("rembi_mifa").rembi
    found = exported()
    study = rembi.RembiStudy.model_validate_json(json.dumps(found))
    again = json.loads(study.model_dump_json(exclude_none=True))
    for part in again["study_components"]:
        part.pop("rembi_version")  # which that package adds
    again["study"]["publications"][0]["year"] = int(
        again["study"]["publications"][0]["year"]
    )
    assert again == found


def test_what_is_carried() -> None:
    found = exported()
    study = found["study"]
    assert study["private_until_date"] == "2027-03-01"
    assert study["keywords"] == "nuclear pore complex; RNAi"
    jane, joe = study["authors"]
    assert (jane["first_name"], jane["last_name"]) == ("Jane", "van Doe")
    assert jane["orcid"] == "https://orcid.org/0000-0002-1825-0097"
    assert jane["affiliation"] == {"name": "EBI", "url": "https://ror.org/02catss52"}
    assert (joe["first_name"], joe["last_name"]) == ("Joe", "Roe")
    assert joe["affiliation"]["address"] == "London"
    assert study["publications"][0]["pubmid_id"] == "12"
    assert study["publications"][0]["year"] == 2021
    assert [s["organism"]["ncbi_taxon"] for s in found["sample"]] == [
        "http://purl.obolibrary.org/obo/NCBITaxon_9606",
        "http://purl.obolibrary.org/obo/NCBITaxon_10090",
    ]
    methods = [a["imaging_method"]["ontology_id"] for a in found["image_acquisition"]]
    assert methods[0] == "http://purl.obolibrary.org/obo/FBbi_00000253"
    assert found["image_correlation"]["fiducials_used"] == ""
    assert found["annotations"]["annotation_type"] == ["segmentation_mask", "counts"]


def test_the_way_back_brings_what_was_carried() -> None:
    before = full().tree
    after = from_rembi(exported())
    assert after["biosamples"][0]["organism"] == before["biosamples"][0]["organism"]
    assert after["biosamples"][0]["intrinsic_variables"] == [
        "GFP-Nup107, stable",
        "mCherry",
    ]
    methods = after["acquisitions"][0]["imaging_method"]
    assert methods == before["acquisitions"][0]["imaging_method"]
    assert after["components"][0]["associations"] == [
        {"biosample": "b1", "specimen": "s1", "acquisition": "a1"}
    ]
    assert after["organisations"][0]["ror"] == "https://ror.org/02catss52"
    assert after["authors"][1]["affiliations"] == ["o2"]
    for field in ("title", "description", "keywords", "license", "release_date"):
        assert after["study"][field] == before["study"][field]


def test_what_is_not_carried_is_told() -> None:
    assert lost(full().tree, exported()) == [
        "acquisitions.title",
        "analyses.title",
        "annotations.files.include",
        "annotations.title",
        "authors.affiliations",
        "biosamples.title",
        "components.files.include",
        "correlations.title",
        "organisations.id",
        "specimens.title",
    ]


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        (("email: joe@example.org, ", ""), "/authors/1/email", "e-mail address of Joe"),
        ((", address: London", ""), "/organisations/1/address", "ROR id or the add"),
        ((", affiliations: [crick]", ""), "/authors/1/affiliations", "of Joe Roe"),
        ((', id: "NCBITaxon:10090"', ""), "/biosamples/0/organism", "Mus musculus"),
        (
            (', id: "FBbi:00000246"', ""),
            "/acquisitions/0/imaging_method/1",
            "FBbi id of fluorescence",
        ),
        (("2027-03-01", "soon"), "/study/release_date", "no date"),
    ],
)
def test_what_that_layout_requires_is_asked_for(
    change: tuple[str, str], pointer: str, words: str
) -> None:
    assert change[0] in FULL
    document = parse(FULL.replace(*change).encode(), "submission.yaml")
    with pytest.raises(MetadataError, match="rembi-mifa requires") as raised:
        exported(document)
    (finding,) = raised.value.findings
    assert finding.pointer == pointer
    assert words in finding.message
    assert finding.line
    assert finding.line > 1


def test_publications_without_a_title_are_left_out_and_told() -> None:
    document = parse(FULL.replace("title: On pores, ", "").encode(), "submission.yaml")
    found = exported(document)
    assert "publications" not in found["study"]
    assert "study.publications.doi" in lost(document.tree, found)


@settings(
    max_examples=80,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.data())
def test_any_part_may_be_missing(schema: dict[str, Any], data: st.DataObject) -> None:
    """What can be exported is valid; what cannot is refused in words."""
    tree = copy.deepcopy(dict(full().tree))
    optional = [
        (part, name)
        for section, value in tree.items()
        for part in (value if isinstance(value, list) else [value])
        if isinstance(part, dict)
        for name in part
    ] + [(tree, name) for name in ("correlations", "analyses", "annotations")]
    for part, name in data.draw(st.lists(st.sampled_from(optional), max_size=4)):
        part.pop(name, None)
    document = parse(write_yaml(tree).encode(), "submission.yaml")
    try:
        found = exported(document)
    except MetadataError:
        return  # `test_what_that_layout_requires_is_asked_for`
    jsonschema.validate(found, schema)
    back = from_rembi(found)
    assert back["study"]["title"] == tree["study"]["title"]


MIFA = {
    "title": "Annotated nuclei of human cells in culture",
    "description": "Masks of nuclei, drawn by three experts",
    "keywords": ["nuclei"],
    "license": "CC_BY",
    "funding_statement": "Paid by the ERC.",
    "grants": [{"grant_id": "123", "funder": "ERC"}],
    "link_url": ["https://example.org/code"],
    "link_description": ["Scripts"],
    "ai_models_trained": ["https://bioimage.io/x"],
    "publications": {
        "publication_title": "On nuclei",
        "publication_authors": "Doe J",
        "publication_doi": "10.1038/x",
        "publication_year": 2024,
    },
    "authors": [
        {
            "author_first_name": "Jane",
            "author_last_name": "Doe",
            "organisation": [
                {"organisation_name": "EBI", "ror_id": "https://ror.org/02catss52"},
                {"organisation_name": "EMBL"},
            ],
            "role": ["annotator"],
        }
    ],
    "annotations": [
        {
            "annotation_overview": "Masks",
            "annotation_type": ["segmentation_mask"],
            "annotation_method": "By hand",
            "authors": [{"author_first_name": "Joe", "author_last_name": "Roe"}],
        },
        {"annotation_overview": "Points", "annotation_method": "By a program"},
    ],
}


def test_a_mifa_container_is_one(shared: Path) -> None:
    text = (shared / SCHEMAS.format("MifaContainer")).read_text(encoding="utf-8")
    jsonschema.validate(MIFA, json.loads(text))
    package = pytest.importorskip("rembi_mifa").mifa
    package.MifaContainer.model_validate_json(json.dumps(MIFA))


def test_a_mifa_container_is_read() -> None:
    assert is_rembi(MIFA)
    tree = from_rembi(MIFA)
    assert tree["study"]["license"] == "CC-BY-4.0"
    assert tree["study"]["publications"][0]["year"] == "2024"
    assert tree["study"]["links"] == [
        {"url": "https://example.org/code", "description": "Scripts"},
        {"url": "https://bioimage.io/x", "type": "AI model"},
    ]
    assert tree["authors"][0]["affiliations"] == ["o1", "o2"]
    assert [a["id"] for a in tree["annotations"]] == ["m1", "m2"]
    assert tree["annotations"][0]["authors"] == ["Joe Roe"]
    assert "types" not in tree["annotations"][1]


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        ({"study": {}, "study_components": []}, True),
        ({"title": "x", "annotations": []}, True),
        ({"fairsubmit": "1", "study": {}, "study_components": []}, False),
        ({"study": {}, "authors": []}, False),
        ({"title": "x"}, False),
    ],
)
def test_the_layout_is_recognised(tree: dict[str, Any], found: bool) -> None:
    assert is_rembi(tree) is found


ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "organism", "x"]), below)
    ),
    max_leaves=5,
)


@given(st.data())
def test_odd_shapes_are_read_as_far_as_they_go(data: st.DataObject) -> None:
    value: dict[str, Any] = copy.deepcopy(
        exported() if data.draw(st.booleans()) else MIFA
    )
    keys = list(value)
    for key in data.draw(st.lists(st.sampled_from(keys), max_size=4)):
        value[key] = data.draw(ODD)
    tree, notes = with_blanks(from_rembi(value))
    assert set(Submission.model_fields) >= set(tree)
    again = parse(write_yaml(tree).encode(), "x")
    assert not again.problems
    assert all(pointer.startswith("/") for pointer in notes)
