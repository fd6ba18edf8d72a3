"""The submission written as PageTab."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.archives.biostudies.render import render
from fairsubmit.archives.biostudies.settings import Settings
from fairsubmit.archives.biostudies.vocabulary import (
    doi,
    license_of,
    orcid,
    ror,
    term,
)
from fairsubmit.metadata import Term

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.bundle import Bundle

ROOT = "S-BIAD9001"


def document(bundle: Bundle, **settings: Any) -> dict[str, Any]:
    found = json.loads(render(bundle, ROOT, Settings(**settings)).dumps())
    assert isinstance(found, dict)
    return found


def values(part: dict[str, Any], name: str) -> list[str]:
    return [a["value"] for a in part["attributes"] if a["name"] == name]


def attribute(part: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [a for a in part["attributes"] if a["name"] == name]
    assert isinstance(found, dict)
    return found


def sections(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield part
    for inner in part.get("subsections", []):
        yield from sections(inner)


def of_type(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [part for part in sections(found["section"]) if part["type"] == kind]


def test_submission_attributes(bundle: Bundle) -> None:
    found = document(bundle)
    study = bundle.submission.study
    assert found["type"] == "submission"
    assert {a["name"]: a["value"] for a in found["attributes"]} == {
        "Template": "BioImages.v5",
        "AttachTo": "BioImages",
        "DOI": "true",
        "RootPath": ROOT,
        "Title": study.title,
        "ReleaseDate": study.release_date,
    }
    assert values(found["section"], "Title") == [study.title]
    assert values(found["section"], "ReleaseDate") == [study.release_date]


def test_every_value_is_text_and_every_accno_unique(bundle: Bundle) -> None:
    found = document(bundle)
    accnos = []
    for part in sections(found["section"]):
        accnos.append(part["accno"])
        for item in part["attributes"]:
            assert isinstance(item["value"], str)
            assert item["value"].strip()
            assert item["value"] not in {"None", "null"}
            for qualifier in item.get("valqual", []):
                assert qualifier.keys() == {"name", "value"}
        for name in ("files", "links", "subsections"):
            assert part.get(name) != []
    assert len(set(accnos)) == len(accnos)


def test_study(bundle: Bundle) -> None:
    study = document(bundle)["section"]
    assert study["type"] == "Study"
    assert values(study, "Keywords") == ["mitosis", "live imaging"]
    assert attribute(study, "License") == {
        "name": "License",
        "value": "CC BY 4.0",
        "valqual": [
            {
                "name": "URL",
                "value": "https://creativecommons.org/licenses/by/4.0/legalcode",
            }
        ],
    }
    urls = {link["url"]: link["attributes"] for link in study["links"]}
    assert urls["https://doi.org/10.1000/example"] == [
        {"name": "Description", "value": "Preprint"},
        {"name": "Type", "value": "doi"},
    ]
    assert urls["https://example.org/unet"][0]["value"] == "Software of Segmentation"
    (crate,) = study["files"]
    assert crate["path"] == "ro-crate-metadata.json"
    assert values(crate, "Description")


def test_people_refer_to_organisations(bundle: Bundle) -> None:
    found = document(bundle)
    first, second = of_type(found, "Author")
    assert values(first, "E-mail") == ["ada@example.org"]
    assert values(first, "ORCID") == ["0000-0002-1825-0097"]
    assert values(first, "Role") == ["submitter", "corresponding author"]
    accnos = {o["accno"]: o for o in of_type(found, "organisation")}
    for author in (first, second):
        for item in author["attributes"]:
            if item["name"] == "affiliation":
                assert item["reference"] is True
                assert item["value"] in accnos
            else:
                assert "reference" not in item
    assert values(second, "affiliation") == ["o2"]
    assert values(accnos["o1"], "RORID") == ["https://ror.org/02catss52"]
    assert values(accnos["o2"], "Address") == ["1 Road"]


def test_background(bundle: Bundle) -> None:
    found = document(bundle)
    (paper,) = of_type(found, "Publication")
    assert values(paper, "DOI") == ["10.1000/abc"]
    assert values(paper, "Pubmed ID") == ["123"]
    (grant,) = of_type(found, "Funding")
    assert (values(grant, "Agency"), values(grant, "grant_id")) == (
        ["Example Agency"],
        ["EX-1"],
    )


def test_ontology_terms_carry_ontology_and_id(bundle: Bundle) -> None:
    found = document(bundle)
    (sample,) = of_type(found, "Biosample")
    assert attribute(sample, "Organism") == {
        "name": "Organism",
        "value": "Homo sapiens (human)",
        "valqual": [
            {"name": "Ontology", "value": "NCBITaxon"},
            {"name": "TermId", "value": "NCBITaxon_9606"},
        ],
    }
    (acquisition,) = of_type(found, "Image acquisition")
    first, second = [
        a for a in acquisition["attributes"] if a["name"] == "Imaging method"
    ]
    assert first["valqual"][1]["value"] == "FBbi_00000253"
    assert second == {"name": "Imaging method", "value": "home-made method"}


def test_associations_name_titles(bundle: Bundle) -> None:
    found = document(bundle)
    (component,) = of_type(found, "Study Component")
    (association,) = component["subsections"]
    assert association["type"] == "Associations"
    named = {a["name"]: a["value"] for a in association["attributes"]}
    assert named == {
        "Biosample": "HeLa H2B-mCherry",
        "Specimen": "Live cells in chamber slide",
        "Image acquisition": "Spinning disk time-lapse",
        "Image correlation": "Bead alignment",
        "Image analysis": "Segmentation",
    }
    for kind, title in named.items():
        assert title in [
            t for part in of_type(found, kind) for t in values(part, "Title")
        ]
    assert not any("reference" in a for a in association["attributes"])


def test_study_and_component_have_no_attribute_beyond_the_template(
    bundle: Bundle,
) -> None:
    found = document(bundle)
    assert {a["name"] for a in found["section"]["attributes"]} <= {
        "Title",
        "ReleaseDate",
        "Description",
        "Keywords",
        "Acknowledgements",
        "License",
        "Funding statement",
    }
    (component,) = of_type(found, "Study Component")
    assert [a["name"] for a in component["attributes"]] == [
        "Name",
        "Description",
        "File List",
    ]


def test_file_lists_are_named_where_they_go(bundle: Bundle) -> None:
    found = document(bundle)
    lists = {item.pointer: item.path for item in bundle.file_lists}
    (component,) = of_type(found, "Study Component")
    (annotation,) = of_type(found, "Annotation")
    assert values(component, "File List") == [lists["/components/0"]]
    assert values(annotation, "File List") == [lists["/annotations/0"]]
    assert values(annotation, "Annotation Type") == ["segmentation_mask", "tracks"]


def test_annotation_section_is_spelled_as_the_template_does(bundle: Bundle) -> None:
    old = document(bundle, template="BioImages.v4")
    assert of_type(old, "Annotations")
    assert not of_type(old, "Annotation")
    assert of_type(document(bundle, annotation_section="Annotations"), "Annotations")


def test_target_of_the_submission_wins(make: Any) -> None:
    own = "{template: BioImages.v4, review_type: DoubleBlind}"
    extra = f"fairsubmit: 1\ntargets: {{bioimage-archive: {own}}}\n"
    found = document(make(("fairsubmit: 1\n", extra)))
    assert values(found, "Template") == ["BioImages.v4"]
    assert values(found, "ReviewType") == ["DoubleBlind"]
    assert of_type(found, "Annotations")


def test_no_doi_is_asked_where_the_server_would_refuse_it(make: Any) -> None:
    bundle = make(("bo@example.org\n    affiliations: [lab]", "bo@example.org"))
    assert values(document(bundle), "DOI") == []
    assert values(document(make(), doi=False), "DOI") == []


def test_same_submission_same_bytes(bundle: Bundle) -> None:
    first = render(bundle, ROOT, Settings()).dumps()
    assert render(bundle, ROOT, Settings()).dumps() == first


def test_accnos_lead_back_to_the_submission(bundle: Bundle) -> None:
    accnos = render(bundle, ROOT, Settings()).accnos()
    assert accnos["o2"] == "/organisations/1"
    assert accnos["author-2"] == "/authors/1"
    document = bundle.dataset.document
    assert all(document.get(pointer) is not None for pointer in accnos.values())


def test_agrees_with_a_complete_submission_of_the_contract(
    bundle: Bundle, shared: Any
) -> None:
    folder = shared / "contracts" / "biostudies_examples" / "contract"
    expected = json.loads((folder / "submission.json").read_text(encoding="utf-8"))
    found = document(bundle)
    ours = {a["name"] for a in found["attributes"]}
    assert {a["name"] for a in expected["attributes"]} <= ours
    known: dict[str, dict[str, dict[str, Any]]] = {}
    for part in sections(found["section"]):
        for item in part["attributes"]:
            known.setdefault(part["type"], {})[item["name"]] = item
    for part in sections(expected["section"]):
        for item in part["attributes"]:
            match = known[part["type"]][item["name"]]
            assert match.get("reference") == item.get("reference")
            assert match.keys() >= item.keys() - {"nmqual"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("CC0-1.0", "CC0"),
        ("cc0", "CC0"),
        ("CC0 1.0", "CC0"),
        ("CC BY 4.0", "CC BY 4.0"),
        ("CC-BY 4.0", "CC BY 4.0"),
        ("https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
        ("https://creativecommons.org/licenses/by/4.0/legalcode", "CC BY 4.0"),
        ("http://www.creativecommons.org/publicdomain/zero/1.0/deed.en", "CC0"),
    ],
)
def test_licences_that_are_taken(text: str, value: str) -> None:
    found = license_of(text)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    "text", ["CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-3.0", "MIT", "", "CC BY 4.00"]
)
def test_licences_that_are_not(text: str) -> None:
    assert license_of(text) is None


@pytest.mark.parametrize(
    ("label", "identifier", "value", "name"),
    [
        ("Homo sapiens", "NCBITaxon:9606", "Homo sapiens (human)", "NCBITaxon_9606"),
        ("human", "NCBITaxon_9606", "Homo sapiens (human)", "NCBITaxon_9606"),
        (
            "Danio rerio",
            "http://purl.obolibrary.org/obo/NCBITaxon_7955",
            "Danio rerio (zebrafish)",
            "NCBITaxon_7955",
        ),
        ("Mus musculus", None, "Mus musculus (mouse)", None),
        ("Nothobranchius furzeri", "NCBITaxon:105023", "Nothobranchius furzeri", None),
    ],
)
def test_organisms(
    label: str, identifier: str | None, value: str, name: str | None
) -> None:
    found = term("Organism", Term(label=label, id=identifier), "/x", organism=True)
    assert found is not None
    assert found.value == value
    if name:
        assert dict(found.qualifiers)["TermId"] == name


def test_a_number_of_another_ontology_is_no_organism() -> None:
    found = term("Organism", Term(label="odd", id="OTHER:9606"), "/x", organism=True)
    assert found is not None
    assert found.value == "odd"


def test_identifiers_are_written_as_the_form_stores_them() -> None:
    assert orcid("https://orcid.org/0000-0002-1825-0097/") == "0000-0002-1825-0097"
    assert orcid("0000-0002-1825-0097") == "0000-0002-1825-0097"
    assert ror("ror.org/02catss52") == "https://ror.org/02catss52"
    assert doi("doi: 10.1000/x") == "10.1000/x"
    assert doi("in revision") == "in revision"
    assert (orcid(None), ror(" "), doi(None)) == (None, None, None)
