"""RO-Crates: ours, those of the BioImage Archive, detached and odd ones."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.bundle import make_bundle
from fairsubmit.dataset import Dataset, open_crate
from fairsubmit.lint import lint, render
from fairsubmit.metadata.recognise import read_any
from fairsubmit.metadata.rocrate import graph_of
from fairsubmit.metadata.validate import validate

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.findings import Report
    from fairsubmit.metadata.load import Document

BIA = "bioimage-archive"
CRATE = "ro-crate-metadata.json"
TODAY = date(2026, 11, 22)
FLY = "http://purl.obolibrary.org/obo/NCBITaxon_7227"
CONFOCAL = "http://purl.obolibrary.org/obo/FBbi_00000251"
ADA = "https://orcid.org/0000-0002-1825-0097"
ERC = {"@id": "#erc"}
EXAMPLES = "contracts/biostudies_examples/ro_crate"


def _checked(path: Path, archive: str | None = BIA) -> Report:
    return lint(open_crate(path), archive=archive, today=TODAY)


def _codes(report: Report) -> Counter[str]:
    return Counter(finding.code for finding in report.findings)


def _read(*entities: dict[str, Any], root: str = "./", **study: object) -> Document:
    graph = [
        {"@id": CRATE, "@type": "CreativeWork", "about": {"@id": root}},
        {"@id": root, "@type": "Dataset", **study},
        *entities,
    ]
    value = {"@context": "https://w3id.org/ro/crate/1.2/context", "@graph": graph}
    return read_any(json.dumps(value).encode(), CRATE)


def test_our_own_crate_says_what_the_submission_said(
    base: Dataset, tmp_path: Path
) -> None:
    make_bundle(base, (), folder=tmp_path / "bundle")
    (tmp_path / "bundle" / "raw").mkdir()
    (tmp_path / "bundle" / "raw" / "a.tif").write_bytes(b"x")
    crate = open_crate(tmp_path / "bundle" / CRATE)
    assert isinstance(crate, Dataset)
    report = lint(crate, archive=BIA, today=TODAY)
    assert not report.summary["error"] + report.summary["warning"], report
    before, after = validate(base.document), validate(crate.document)
    assert after.study.title == before.study.title
    assert after.study.license == before.study.license
    assert after.study.keywords == before.study.keywords
    assert after.authors[0].orcid == before.authors[0].orcid
    assert after.organisations[0].ror == before.organisations[0].ror
    ours, theirs = before.specimens[0], after.specimens[0]
    assert theirs.sample_preparation == ours.sample_preparation
    assert after.acquisitions[0].imaging_method == before.acquisitions[0].imaging_method
    assert len(after.components[0].associations) == 1


def test_every_broken_example_is_worse_than_the_good_one(shared: Path) -> None:
    good = _codes(_checked(shared / EXAMPLES / "good" / CRATE))
    # a term that the context lacks and a type of no meaning change nothing
    let_pass = {"bad_undeclared_term", "bad_unknown_type", "bad_missing_tsv"}
    found = {}
    for folder in sorted((shared / EXAMPLES).glob("bad_*")):
        report = _checked(folder / CRATE)
        found[folder.name] = _codes(report) - good
        assert all(finding.help for finding in report.findings)
    assert {name for name, codes in found.items() if not codes} == let_pass
    assert found["bad_dup_id"]["CRT103"]
    assert found["bad_dup_path"]["FIL103"]
    assert found["bad_extra_tsv_col"]["CRT108"]
    assert found["bad_no_path_col"]["CRT108"]
    assert found["bad_row_dataset"]["CRT108"]
    assert found["bad_undefined_ref"]["CRT104"]
    assert found["bad_space_in_id"]["CRT102"]
    assert found["bad_study_id"]["DOC101"]
    assert found["bad_no_author"]["PPL101"]
    assert found["bad_no_license"]["LIC101"]
    assert found["bad_acq_no_instrument"]["ACQ106"]
    assert found["bad_no_filelist"]["CRT108"]


def test_a_file_list_that_is_not_there(tmp_path: Path, shared: Path) -> None:
    text = (shared / EXAMPLES / "bad_missing_tsv" / CRATE).read_bytes()
    (tmp_path / CRATE).write_bytes(text)
    (finding,) = [f for f in _checked(tmp_path / CRATE).errors if f.code == "CRT106"]
    assert finding.message == "there is no file list `file_list.tsv`"


def test_every_real_crate_can_be_read(shared: Path) -> None:
    paths = sorted((shared / "real_metadata" / "rocrate").rglob("*.json"))
    assert len(paths) > 12
    for path in paths:
        document = read_any(path.read_bytes(), path.name)
        assert document.layout == "ro-crate", path.name
        assert document.tree["study"]["title"], path.name
        report = _checked(path)
        assert "DOC101" not in _codes(report)
        for style in ("human", "json", "sarif"):
            render(report, style)


def test_defects_that_the_archive_tests_for(shared: Path) -> None:
    folder = shared / "real_metadata" / "rocrate"

    def found(name: str) -> Counter[str]:
        return _codes(_checked(folder / f"bia_test_{name}" / CRATE))

    assert found("duplicate_entity_id")["CRT103"]
    assert found("file_list_missing_path_column")["CRT108"]
    assert found("id_reference_mismatch")["CRT104"]
    assert found("invalid_objects")["CRT102"]
    assert found("invalid_objects")["CRT109"]
    valid = found("minimal_valid_ro_crate")
    assert not [code for code in valid if code.startswith("CRT") and code != "CRT106"]


def test_places_are_those_of_the_crate(shared: Path) -> None:
    path = shared / EXAMPLES / "good" / CRATE
    document = read_any(path.read_bytes(), path.name)
    place = document.place("/study/description")
    line = path.read_text(encoding="utf-8").splitlines()[(place.line or 0) - 1]
    assert place.column is not None
    assert line[place.column - 1 :].startswith(
        json.dumps(document.get("/study/description"))
    )
    value: Any = json.loads(path.read_bytes())
    for step in place.pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    assert value == document.get("/study/description")


def test_a_detached_crate() -> None:
    """The profile of the search of BioImage Archive, IDR and SSBD (GIDE v0.2)."""
    document = _read(
        {"@id": FLY, "@type": "Taxon", "scientificName": "Drosophila melanogaster"},
        {"@id": CONFOCAL, "@type": "DefinedTerm", "name": "confocal microscopy"},
        {
            "@id": ADA,
            "@type": "Person",
            "name": "Ada",
            "affiliation": {"@id": "https://ror.org/02catss52"},
        },
        {"@id": "https://ror.org/02catss52", "@type": "Organisation", "name": "EBI"},
        {
            "@id": "#paper",
            "@type": "ScholarlyArticle",
            "name": "Flies",
            "datePublished": "2025-01-02",
            "doi": "10.1000/1",
        },
        {"@id": "#grant", "@type": "Grant", "identifier": "12", "funder": ERC},
        {"@id": "#erc", "@type": "Organisation", "name": "ERC"},
        root="https://example.org/S-BIAD1",
        name="Confocal images of fly embryos at all stages",
        description="Embryos of Drosophila, fixed and stained",
        license={"@id": "https://creativecommons.org/licenses/by-nc/4.0/legalcode"},
        datePublished="2025-03-01T00:00:00Z",
        keywords="fly, embryo",
        author=[{"@id": ADA}, "Bob"],
        about=[{"@id": FLY}],
        measurementMethod={"@id": CONFOCAL},
        seeAlso=[{"@id": "#paper"}],
        funder={"@id": "#grant"},
    )
    tree = document.tree
    study = tree["study"]
    assert study["license"] == "CC-BY-NC-4.0"
    assert study["release_date"] == "2025-03-01"
    assert study["keywords"] == ["fly", "embryo"]
    assert study["publications"] == [
        {"title": "Flies", "doi": "10.1000/1", "year": "2025"}
    ]
    assert study["funding"] == [{"funder": "ERC", "grant_id": "12"}]
    assert [author["name"] for author in tree["authors"]] == ["Ada", "Bob"]
    assert tree["authors"][0]["affiliations"] == [tree["organisations"][0]["id"]]
    assert tree["biosamples"][0]["organism"] == [
        {"label": "Drosophila melanogaster", "id": "NCBITaxon:7227"}
    ]
    assert tree["acquisitions"][0]["imaging_method"] == [
        {"label": "confocal microscopy", "id": "FBbi:00000251"}
    ]
    (finding,) = [f for f in lint(document).findings if f.code.startswith("CRT")]
    assert finding.code == "CRT101"  # the descriptor does not say which version


def test_a_crate_of_the_ngff_challenge(shared: Path) -> None:
    folder = shared / "real_metadata" / "rocrate" / "ngff_challenge"
    path = folder / "min-specimen-biosample.json"
    tree = read_any(path.read_bytes(), path.name).tree
    assert tree["biosamples"][0]["organism"] == [{"id": "NCBITaxon:7227"}]
    assert tree["acquisitions"][0]["imaging_method"] == [{"id": "FBbi:00000243"}]
    assert tree["specimens"][0]["sample_preparation"].startswith("The fruit flies")


@pytest.mark.parametrize(
    "text",
    [
        '{"@graph": []}',
        '{"@graph": {}, "@context": "x"}',
        '{"@context": "x"}',
        '{"@graph": [1, null, "x", {"@id": 3}, {"@type": {}}]}',
        '{"@graph": [{"@id": "ro-crate-metadata.json", "about": "./"}]}',
    ],
)
def test_crates_without_a_study_are_one_finding(text: str) -> None:
    (finding,) = lint(read_any(text.encode(), CRATE)).findings
    assert finding.code == "DOC101"
    assert "is the dataset that the crate is about" in finding.message


def test_odd_values_are_taken_for_what_they_are() -> None:
    odd: Any
    for odd in (None, 3, True, [], {}, [[1]], {"@id": 4}, [{"@id": "./"}], "#x"):
        document = _read(
            {"@id": "#x", "@type": ["Dataset", 4], "hasPart": odd, "name": odd},
            {"@id": "#b", "@type": "bia:BioSample", "organismClassification": odd},
            {"@id": "#a", "@type": "bia:ImageAcquisitionProtocol", "fbbiId": odd},
            {"@id": "f.tsv", "@type": ["File", "bia:FileList"], "tableSchema": odd},
            name=odd,
            author=odd,
            license=odd,
            keywords=odd,
            funding=odd,
            seeAlso=odd,
            about=odd,
        )
        assert graph_of(document) is not None
        render(lint(document, archive=BIA, today=TODAY), "json")


def test_files_of_a_list_are_looked_for(tmp_path: Path, shared: Path) -> None:
    """Where some files of a list are there, the others are missing."""
    source = shared / EXAMPLES / "good"
    for name in (CRATE, "file_list.tsv"):
        (tmp_path / name).write_bytes((source / name).read_bytes())
    (alone,) = [f for f in _checked(tmp_path / CRATE).findings if f.code == "CRT106"]
    assert alone.severity == "warning"
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.ome.tiff").write_bytes(b"x")
    report = _checked(tmp_path / CRATE)
    (finding,) = [f for f in report.findings if f.code == "CRT106"]
    assert finding.place == "file_list.tsv:3:1"
    assert "images/b.ome.tiff" in finding.message


def test_rows_say_what_components_show(tmp_path: Path, shared: Path) -> None:
    source = shared / "real_metadata" / "rocrate"
    name = "bia_test_file_list_metadata_reference_connects_entity"
    (tmp_path / CRATE).write_bytes((source / name / CRATE).read_bytes())
    table = "file_path\tdataset\tspecimen\n"
    table += "a.tif\t#dataset\t#specimen_1\nb.tif\t#dataset\t#nobody\n"
    (tmp_path / "file_list.tsv").write_text(table)
    crate = open_crate(tmp_path / CRATE)
    assert isinstance(crate, Dataset)
    (component,) = crate.document.tree["components"]
    assert component["associations"] == [{"specimen": "specimen_1"}]


def test_a_crate_under_another_name_is_a_document(tmp_path: Path, shared: Path) -> None:
    text = (shared / EXAMPLES / "good" / CRATE).read_bytes()
    (tmp_path / "copy.json").write_bytes(text)
    (tmp_path / "huge.bin").write_bytes(b"x")
    assert not isinstance(open_crate(tmp_path / "copy.json"), Dataset)
    assert not _codes(_checked(tmp_path / "copy.json"))["FIL102"]


def test_many_findings_of_one_kind_are_one() -> None:
    files = [{"@id": f"raw/{n}.tif", "@type": "File"} for n in range(2000)]
    report = lint(_read(*files, name="x"))
    (finding,) = [f for f in report.findings if f.code == "CRT105"]
    assert finding.count == 2000
