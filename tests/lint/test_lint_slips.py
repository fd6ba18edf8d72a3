"""Slips that curators of the BioImage Archive correct by hand, one at a time.

Each is made in a record that has nothing to correct; each must be found where it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fairsubmit.findings import Finding, Severity
from fairsubmit.lint import lint
from fairsubmit.metadata.pagetab import read_pagetab

BASE = Path(__file__).parent / "bases" / "pagetab.json"
TODAY = date(2026, 11, 22)
Record = dict[str, Any]
Slip = Callable[[Record], None]


def _sections(section: Record) -> Iterator[Record]:
    yield section
    for child in section.get("subsections", []):
        yield from _sections(child)


def _section(record: Record, kind: str) -> Record:
    return next(s for s in _sections(record["section"]) if s["type"] == kind)


def _attribute(record: Record, kind: str, name: str) -> Record:
    listed = _section(record, kind)["attributes"]
    return next(attribute for attribute in listed if attribute["name"] == name)


def said(kind: str, name: str, value: str) -> Slip:
    def slip(record: Record) -> None:
        _attribute(record, kind, name)["value"] = value

    return slip


def also(kind: str, name: str, value: str | None) -> Slip:
    """Add an attribute."""

    def slip(record: Record) -> None:
        _section(record, kind)["attributes"].append({"name": name, "value": value})

    return slip


def beside(**section: Any) -> Slip:
    """Add a section to the study."""

    def slip(record: Record) -> None:
        record["section"]["subsections"].append({"attributes": [], **section})

    return slip


def linked(**link: Any) -> Slip:
    def slip(record: Record) -> None:
        record["section"]["links"] = [link]

    return slip


def retyped(kind: str, new: str) -> Slip:
    def slip(record: Record) -> None:
        _section(record, kind)["type"] = new

    return slip


def without(kind: str, key: str) -> Slip:
    def slip(record: Record) -> None:
        del _section(record, kind)[key]

    return slip


def unmarked(record: Record) -> None:
    del _attribute(record, "Author", "affiliation")["reference"]


def twice(record: Record) -> None:
    record["section"]["subsections"].append(_section(record, "Specimen"))


BLANK = [{"name": "Title", "value": ""}, {"name": "DOI", "value": None}]
SLIPS: dict[str, tuple[Slip, str]] = {
    "empty publication": (beside(type="Publication"), "REF105"),
    "blank publication": (beside(type="Publication", attributes=BLANK), "REF105"),
    "empty grant": (beside(type="Funding"), "REF105"),
    "blank grant": (
        beside(type="Funding", attributes=[{"name": "Agency", "value": " "}]),
        "REF105",
    ),
    "empty author": (beside(type="Author"), "REF105"),
    "empty organisation": (beside(type="organisation", accno="o9"), "PPL111"),
    "empty analysis": (beside(type="Image analysis"), "REF105"),
    "empty annotation": (beside(type="Annotation"), "REF105"),
    "empty biosample": (beside(type="Biosample"), "REF105"),
    "empty link": (linked(url="", attributes=[]), "REF105"),
    "words for a link": (linked(url="LC3 and p62 ", attributes=[]), "LNK101"),
    "link without scheme": (linked(url="www.example.org/x", attributes=[]), "LNK101"),
    "DOI as a link": (linked(url="10.5281/zenodo.13304393", attributes=[]), "LNK102"),
    "title in capitals": (said("Associations", "Biosample", "HELA KYOTO"), "REF102"),
    "title with blanks": (said("Associations", "Specimen", "Fixed  cells"), "REF102"),
    "title of nothing": (said("Associations", "Specimen", "Specimen 2"), "REF102"),
    "no title": (said("Associations", "Image acquisition", ""), "DOC121"),
    "no associations": (without("Study Component", "subsections"), "REF103"),
    "section misspelt": (retyped("Biosample", "Biosmaple"), "BIA101"),
    "component misspelt": (retyped("Study Component", "Study Componet"), "BIA101"),
    "section in the plural": (retyped("Specimen", "Specimens"), "BIA101"),
    "attribute misspelt": (also("Specimen", "Growht protocol", "DMEM"), "BIA101"),
    "reference not marked": (unmarked, "PPL110"),
    "reference to nothing": (said("Author", "affiliation", "o7"), "REF101"),
    "DOI of a DOI": (
        said("Publication", "DOI", "https://doi.org/DOI: 10.26508/lsa.202403067"),
        "LNK103",
    ),
    "DOI without its 1": (said("Publication", "DOI", "0.1101/2025.03.24"), "LNK103"),
    "DOI with a blank": (said("Publication", "DOI", "10.1101/ 2025.03"), "LNK103"),
    "DOI with a dot": (said("Publication", "DOI", "10.7554/eLife.93764."), "LNK103"),
    "two DOIs": (said("Publication", "DOI", "10.1101/1, 10.1101/2"), "LNK103"),
    "DOI to come": (said("Publication", "DOI", "TBD"), "LNK103"),
    "PubMed id to come": (also("Publication", "Pubmed ID", "in revision"), "LNK104"),
    "PubMed Central id": (also("Publication", "Pubmed ID", "PMC9651868"), "LNK104"),
    "year of six digits": (said("Publication", "Year", "20024"), "LNK106"),
    "two addresses": (said("Author", "E-mail", "a@b.org; c@d.org"), "PPL103"),
    "name and address": (said("Author", "E-mail", "Ada <a@b.org>"), "PPL103"),
    "address with two dots": (said("Author", "E-mail", "a@xmqh..c.se"), "PPL103"),
    "address without at": (said("Author", "E-mail", "a.b.org"), "PPL103"),
    "address with comma": (said("Author", "E-mail", "a@b,org"), "PPL103"),
    "invisible sign": (said("Author", "E-mail", "\u202ba@b.org"), "DOC104"),
    "ORCID iD of nobody": (said("Author", "ORCID", "0000-0002-1825-0098"), "PPL102"),
    "the same twice": (twice, "STU111"),
    "keywords in one": (said("Study", "Keywords", "mitosis, RNAi"), "STU104"),
    "licence by another name": (said("Study", "License", "CC-BY 4.0"), "LIC102"),
    "licence refused": (said("Study", "License", "CC BY-NC 4.0"), "LIC104"),
    "split at a comma": (
        lambda record: _section(record, "Biosample")["attributes"].extend(
            {"name": "Experimental variable", "value": v}
            for v in ("antibodies (IgG", "IgA", "IgM); time")
        ),
        "BIO110",
    ),
}  # fmt: skip


def _checked(record: Record) -> list[Finding]:
    text = json.dumps(record, indent=1).encode()
    document = read_pagetab(text, "record.json")
    report = lint(document, archive="bioimage-archive", today=TODAY)
    return [f for f in report.findings if f.severity is not Severity.INFO]


def test_the_record_has_nothing_to_correct() -> None:
    assert _checked(json.loads(BASE.read_bytes())) == []


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_found(name: str) -> None:
    slip, code = SLIPS[name]
    record = json.loads(BASE.read_bytes())
    slip(record)
    found = _checked(record)
    assert code in {finding.code for finding in found}
    assert all(finding.help and finding.line for finding in found)
