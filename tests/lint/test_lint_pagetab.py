"""Real records of the BioImage Archive, as submitted and as curators left them."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.dataset import open_dataset
from fairsubmit.lint import lint, render
from fairsubmit.metadata.pagetab import read_pagetab

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.findings import Report

BIA = "bioimage-archive"
# What the FAIR minimum wants and these records do not have: licences came late to the
# archive, and templates of other collections have no sections about samples.
# S-BIAD662 has an analysis and a correlation with a title and nothing else, of which
# template v5 requires the overview and the alignment.
NOT_THERE = {"LIC101", "STU103", "STU109", "DOC121", "PPL104", "ANA102", "COR101"}


def _checked(path: Path) -> Report:
    document = read_pagetab(path.read_bytes(), path.name)
    study: Any = document.tree.get("study", {})
    # the release date was in the future when the record was submitted
    day = date.fromisoformat(study.get("release_date", "2026-11-22"))
    return lint(document, archive=BIA, today=day)


def _pairs(shared: Path) -> dict[str, tuple[Report, Report]]:
    folder = shared / "real_metadata" / "bia_pagetab_pairs"
    return {
        path.name.removesuffix("_original.json"): (
            _checked(path),
            _checked(path.with_name(path.name.replace("original", "override"))),
        )
        for path in sorted(folder.glob("*_original.json"))
    }


def test_what_curators_corrected_is_found(shared: Path) -> None:
    pairs = _pairs(shared)
    assert len(pairs) == 15
    table = shared / "real_metadata" / "curator_corrections.tsv"
    with table.open(encoding="utf-8", newline="") as file:
        corrected = {
            row["accession"]: row["rule"]
            for row in csv.DictReader(file, delimiter="\t")
        }
    assert set(corrected) == set(pairs)
    for accession, code in corrected.items():
        before, after = (Counter(f.code for f in r.findings) for r in pairs[accession])
        assert before[code] > after[code], f"{accession}: {code}"


def test_what_curators_let_stand_is_not_called_wrong(shared: Path) -> None:
    for accession, (before, after) in _pairs(shared).items():
        codes = Counter(f.code for f in after.errors)
        assert not codes - Counter(f.code for f in before.errors), accession
        assert set(codes) <= NOT_THERE, accession
        assert len(after.errors) < 8


def test_places_are_those_of_the_pagetab(shared: Path) -> None:
    folder = shared / "real_metadata" / "bia_pagetab_pairs"
    path = folder / "S-BIAD954_original.json"
    (finding,) = _checked(path).errors
    assert finding.code == "PPL103"
    assert finding.pointer == "/section/subsections/0/attributes/1/value"
    value = json.loads(path.read_bytes())
    for step in finding.pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    assert f"`{value}`" in finding.message
    assert finding.line is not None
    assert value in path.read_text(encoding="utf-8").splitlines()[finding.line - 1]


def test_every_json_can_be_read(shared: Path) -> None:
    folders = ("real_metadata", "contracts/biostudies_examples")
    paths = [p for f in folders for p in sorted((shared / f).rglob("*.json"))]
    assert len(paths) > 50
    for path in paths:
        value = json.loads(path.read_bytes())
        report = _checked(path)
        codes = [finding.code for finding in report.findings]
        is_submission = isinstance(value, dict) and "section" in value
        assert is_submission or codes == ["DOC101"], path.name
        assert "DOC101" not in codes or not is_submission, path.name
        for style in ("human", "json", "github"):
            render(report, style)


def test_real_submissions_as_datasets(shared: Path, tmp_path: Path) -> None:
    """A PageTab, RO-Crate or YAML record where a submission.yaml should be."""
    names = ("*.json", "*.yaml", "*.tsv")
    found = [p for n in names for p in (shared / "real_metadata").rglob(n)]
    assert len(found) > 60
    for number, path in enumerate(sorted(found)):
        root = tmp_path / str(number)
        root.mkdir()
        (root / "submission.yaml").write_bytes(path.read_bytes())
        report = lint(open_dataset(root), archive=BIA)
        assert report.errors, path.name
        assert all(f.help for f in report.findings), path.name


@pytest.mark.parametrize(
    "changed",
    ["biosample", "BIOSAMPLE", "Bio sample", "bioSample"],
)
def test_section_types_are_read_in_any_casing(changed: str) -> None:
    value = {
        "section": {
            "type": "Study",
            "subsections": [
                {
                    "accno": "b 1",
                    "type": changed,
                    "attributes": [
                        {"name": "TITLE", "value": "HeLa"},
                        {"name": "biological_entity", "value": "cells"},
                        {
                            "name": "organism",
                            "value": "Homo sapiens (human)",
                            "valqual": [
                                {"name": "Ontology", "value": "NCBITaxon"},
                                {"name": "TermId", "value": "NCBITaxon_9606"},
                            ],
                        },
                    ],
                }
            ],
        }
    }
    document = read_pagetab(json.dumps(value).encode(), "s.json")
    assert document.tree["biosamples"] == [
        {
            "id": "b-1",
            "title": "HeLa",
            "biological_entity": "cells",
            "organism": [{"label": "Homo sapiens (human)", "id": "NCBITaxon:9606"}],
        }
    ]
    assert document.place("/biosamples/0/organism/0/id").pointer == (
        "/section/subsections/0/attributes/2/value"
    )


def test_tables_are_read_as_sections() -> None:
    value = {
        "section": {
            "type": "Study",
            "subsections": [
                [
                    {"type": "Funding", "attributes": [{"name": "Agency", "value": n}]}
                    for n in ("ERC", "MRC")
                ]
            ],
            "links": [[{"url": "https://example.org/1"}], {"url": "x y"}],
        }
    }
    document = read_pagetab(json.dumps(value, indent=1).encode(), "s.json")
    assert document.tree["study"]["funding"] == [{"funder": "ERC"}, {"funder": "MRC"}]
    (finding,) = lint(document, select=["LNK101"]).findings
    assert finding.pointer == "/section/links/1/url"
