"""The RO-Crate: valid JSON-LD whose entities refer to each other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from fairsubmit.bundle import Bundle, make_bundle
from fairsubmit.findings import Finding, Severity, Waiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fairsubmit.dataset import Dataset
    from fairsubmit.metadata.image import Extraction

Entity = dict[str, Any]
# Terms of the RO-Crate 1.1 context (schema.org and its own) that are used as they are.
RO_CRATE_TERMS = {
    "about",
    "comment",
    "conformsTo",
    "contentSize",
    "encodingFormat",
    "familyName",
    "givenName",
    "isBasedOn",
    "text",
}
RO_CRATE_TYPES = {
    "Comment",
    "CreativeWork",
    "Dataset",
    "File",
    "Grant",
    "Organization",
    "Person",
    "ScholarlyArticle",
}
# Required properties by class: BioImage Archive's RO-Crate models (bia-ro-crate 0.3.1).
REQUIRED = {
    "bia:Study": {
        "name",
        "description",
        "license",
        "datePublished",
        "author",
        "hasPart",
    },
    "bia:Contributor": {"name"},
    "bia:Affiliation": {"name"},
    "bia:Dataset": {"name", "hasPart"},
    "bia:BioSample": {"name", "description", "organismClassification"},
    "bia:Taxon": {"scientificName"},
    "bia:SpecimenImagingPreparationProtocol": {"name", "description"},
    "bia:Protocol": {"name", "description"},
    "bia:AnnotationMethod": {"name", "description", "methodType"},
    "bia:ImageAnalysisMethod": {"name", "description"},
    "bia:ImageCorrelationMethod": {"name", "description"},
    "bia:ImageAcquisitionProtocol": {
        "name",
        "description",
        "imagingInstrumentDescription",
        "imagingMethodName",
    },
    "bia:Specimen": {"biologicalEntity", "imagingPreparationProtocol"},
    "bia:FileList": {"tableSchema"},
    "bia:FileReference": {"contentSize", "sha256"},
    "csvw:Schema": {"column"},
    "csvw:Column": {"columnName"},
}


@pytest.fixture
def bundle(dataset: Dataset, images: tuple[Extraction, ...], tmp_path: Path) -> Bundle:
    return make_bundle(dataset, images, folder=tmp_path / "out")


@pytest.fixture
def crate(bundle: Bundle) -> dict[str, Any]:
    text = (bundle.folder / "ro-crate-metadata.json").read_text(encoding="utf-8")
    value: dict[str, Any] = json.loads(text)
    return value


@pytest.fixture
def graph(crate: dict[str, Any]) -> dict[str, Entity]:
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(entities) == len(crate["@graph"]), "an @id is given twice"
    return entities


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            yield value["@id"]
        else:
            for item in value.values():
                yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def parts(entity: Entity) -> list[str]:
    return [part["@id"] for part in entity["hasPart"]]


def test_the_descriptor_describes_the_root(graph: dict[str, Entity]) -> None:
    descriptor = graph["ro-crate-metadata.json"]
    assert descriptor["@type"] == ["CreativeWork"]
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}


def test_the_root_has_what_ro_crate_and_bia_require(graph: dict[str, Entity]) -> None:
    root = graph["./"]
    assert root["@type"] == ["Dataset", "bia:Study"]
    assert root["name"].startswith("Nuclei of cells")
    assert root["datePublished"] == "2031-01-01"
    assert root["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert root["keywords"] == ["nuclei", 'quotes " and µ']
    assert parts(root) == [
        "#component-c1",
        "#annotation-m1",
        "file-lists/c1.tsv",
        "file-lists/m1.tsv",
    ]


def test_every_entity_has_what_its_class_requires(graph: dict[str, Entity]) -> None:
    seen = set()
    for entity in graph.values():
        for kind in entity["@type"]:
            seen.add(kind)
            missing = REQUIRED.get(kind, set()) - set(entity)
            assert not missing, (entity["@id"], kind, missing)
    assert set(REQUIRED) <= seen


def test_every_reference_leads_to_an_entity(graph: dict[str, Entity]) -> None:
    for entity in graph.values():
        for target in references({k: v for k, v in entity.items() if k != "@id"}):
            assert target in graph or target == "https://w3id.org/ro/crate/1.1", target


def test_every_term_and_type_is_in_the_context(crate: dict[str, Any]) -> None:
    address, own = crate["@context"]
    assert address == "https://w3id.org/ro/crate/1.1/context"
    known = RO_CRATE_TERMS | set(own)
    used = set()
    for entity in crate["@graph"]:
        used |= set(entity) - {"@id", "@type"}
        for kind in entity["@type"]:
            prefix, _, name = kind.rpartition(":")
            assert prefix in own if prefix else name in RO_CRATE_TYPES, kind
    assert used <= known, used - known
    for term in used & set(own):
        definition = own[term]
        prefix = definition["@id"].partition(":")[0]
        assert prefix in own or prefix == "http"
        if definition.get("@container") == "@set":
            values = [e[term] for e in crate["@graph"] if term in e]
            assert all(isinstance(value, list) for value in values), term


def test_identifiers_are_iris(graph: dict[str, Entity]) -> None:
    for name in graph:
        assert not set(name) & set(' <>"{}|\\^`µ\n'), name
        assert name.count("#") <= 1


def test_files_belong_to_their_component(
    bundle: Bundle, graph: dict[str, Entity]
) -> None:
    component, annotations = graph["#component-c1"], graph["#annotation-m1"]
    assert parts(component) == [
        "raw/a%20b.ome.tif",
        "raw/b%231.tif",
        "raw/%C2%B5.png",
    ]
    assert parts(annotations) == ["masks/a.tif", "masks/b.tif"]
    for entry in bundle.manifest.entries:
        (entity,) = [e for e in graph.values() if unquote(e["@id"]) == entry.path]
        assert entity["@type"] == ["File", "bia:FileReference"]
        assert entity["contentSize"] == str(entry.size)
        assert entity["sha256"] == entry.sha256
    assert graph["raw/b%231.tif"]["encodingFormat"] == "image/tiff"


def test_annotations_are_based_on_their_source_image(graph: dict[str, Entity]) -> None:
    assert graph["masks/a.tif"]["isBasedOn"] == {"@id": "raw/a%20b.ome.tif"}
    # A source that is not deposited is not referred to.
    assert "isBasedOn" not in graph["masks/b.tif"]


def test_components_refer_to_what_they_show(graph: dict[str, Entity]) -> None:
    component = graph["#component-c1"]
    assert component["associatedBiologicalEntity"] == [{"@id": "#biosample-b1"}]
    assert component["associatedSpecimen"] == {"@id": "#specimen-s1"}
    assert component["associatedImageAcquisitionProtocol"] == [
        {"@id": "#acquisition-a1"}
    ]
    assert component["associatedImageCorrelationMethod"] == [{"@id": "#correlation-k1"}]
    assert component["associatedImageAnalysisMethod"] == [{"@id": "#analysis-n1"}]
    human = "http://purl.obolibrary.org/obo/NCBITaxon_9606"
    assert graph["#biosample-b2"]["organismClassification"] == [
        {"@id": human},
        {"@id": "#taxon-Some%20virus"},
    ]
    assert graph[human]["scientificName"] == "Homo sapiens"
    assert graph["#acquisition-a1"]["fbbiId"] == [
        "http://purl.obolibrary.org/obo/FBbi_00000252"
    ]
    assert graph["#specimen-s1"]["growthProtocol"] == {"@id": "#growth-s1"}
    assert graph["#annotation-m1"]["license"].endswith("/zero/1.0/")


def test_people_are_told_apart_and_belong_to_institutes(
    graph: dict[str, Entity],
) -> None:
    first, second, third = (a["@id"] for a in graph["./"]["author"])
    assert first == "https://orcid.org/0000-0002-1825-0097"
    assert (second, third) == ("#author-2", "#author-3")
    assert graph[first]["memberOf"] == [{"@id": "#organisation-lab"}]
    assert graph[second]["memberOf"] == [{"@id": "https://ror.org/02catss52"}]
    assert "memberOf" not in graph[third]
    assert graph["#grant-1"]["funder"] == [{"@id": "https://ror.org/0472cxd90"}]
    assert graph["./"]["seeAlso"] == [{"@id": "https://example.org/code"}]
    assert graph["#publication-1"]["doi"] == "10.1000/x"


def test_file_lists_describe_their_columns(
    bundle: Bundle, graph: dict[str, Entity]
) -> None:
    meanings: dict[str, str | None] = {}
    for listed in bundle.file_lists:
        entity = graph[listed.path]
        assert entity["@type"] == ["File", "bia:FileList", "csvw:Table"]
        schema = graph[entity["tableSchema"]["@id"]]
        columns = [graph[column["@id"]] for column in schema["column"]]
        text = (bundle.folder / listed.path).read_text(encoding="utf-8")
        header = text.split("\n", 1)[0].split("\t")
        assert [column["columnName"] for column in columns] == header
        meanings = {c["columnName"]: c.get("propertyUrl") for c in columns}
        assert meanings["Files"] == "http://bia/filePath"
        assert meanings.get("size") is None, "the person's own column"
        assert meanings[header[-3]] == "http://bia/sizeInBytes"
    assert meanings["Source Image"] == "http://bia/sourceImagePath"


def test_one_entity_a_line(bundle: Bundle, crate: dict[str, Any]) -> None:
    lines = (bundle.folder / "ro-crate-metadata.json").read_text("utf-8").splitlines()
    entities = [json.loads(line.removesuffix(",")) for line in lines[2:-1]]
    assert entities == crate["@graph"]


def test_parts_with_the_same_id_stay_apart(
    make: Callable[..., Dataset], tmp_path: Path, submission: str
) -> None:
    doubled = submission + submission[submission.index("  - id: c1") :].replace(
        "id: c1", "id: C1"
    )
    bundle = make_bundle(make(doubled), folder=tmp_path / "out")
    value = json.loads((bundle.folder / "ro-crate-metadata.json").read_bytes())
    identifiers = [entity["@id"] for entity in value["@graph"]]
    assert len(identifiers) == len(set(identifiers))
    assert {listed.path for listed in bundle.file_lists} == {
        "file-lists/c1.tsv",
        "file-lists/C1-2.tsv",
        "file-lists/m1.tsv",
    }


def test_answered_findings_travel_with_the_data(
    dataset: Dataset, tmp_path: Path
) -> None:
    finding = Finding("IMG102", "pixel-size-missing", Severity.ERROR, "no pixel size")
    answered = [Waiver(finding, "a test of the camera alone")]
    bundle = make_bundle(dataset, folder=tmp_path / "answered", answered=answered)
    text = (bundle.folder / "ro-crate-metadata.json").read_text(encoding="utf-8")
    graph = {entity["@id"]: entity for entity in json.loads(text)["@graph"]}
    assert graph["./"]["comment"] == [{"@id": "#answered-1"}]
    comment = graph["#answered-1"]
    assert comment["text"] == "a test of the camera alone"
    assert comment["name"] == "IMG102 pixel-size-missing: no pixel size"
