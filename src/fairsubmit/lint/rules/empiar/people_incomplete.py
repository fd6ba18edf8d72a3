"""Title, names and addresses are as EMPIAR takes them.

What it does
------------
Reports titles of less than 10 or more than 255 characters, names with digits or
signs, and a corresponding author or principal investigator without name,
organisation, e-mail or country. Of a submission, also that nobody is marked
`corresponding`.

Why it is bad
-------------
EMPIAR refuses the deposition.

Example
-------
`"last_name": "Lovelace2"`, or no `country`.

How to fix
----------
Write what is missing; the country is two letters, such as `GB`.

Source
------
empiar_deposition.schema.json of empiar-depositor 1.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import EMPIAR, Hit, Rule, Subject
from fairsubmit.lint.empiar import (
    COUNTRIES,
    MOST_ORGANISATION,
    REFUSED_IN_NAMES,
    TITLE_LENGTH,
    faults,
)
from fairsubmit.lint.tree import mapping_at, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.load import Document

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    document = subject.document
    if document.layout == "empiar":
        for fault in faults(document.tree):
            if fault.personal:
                yield Hit(fault.message, fault.pointer, help=fault.advice)
    elif document.layout == "submission":
        yield from _title(document)
        yield from _names(document)
        yield from _address(document)


def _title(document: Document) -> Iterator[Hit]:
    title = text(mapping_at(document, "/study") or {}, "title")
    most = TITLE_LENGTH[1]
    # too short a title is too short for everybody
    if len(title) > most:
        words = f"the title has {len(title)} characters, but EMPIAR takes {most}"
        yield Hit(words, "/study/title", help="shorten it")


def _names(document: Document) -> Iterator[Hit]:
    for pointer, author in parts(document, "/authors"):
        for key in ("name", "given_name", "family_name"):
            refused = REFUSED_IN_NAMES.search(text(author, key))
            if refused:
                words = f"`{text(author, key)}` holds `{refused[0]}`"
                advice = "EMPIAR takes letters only: remove it"
                yield Hit(words, f"{pointer}/{key}", help=advice)
    for pointer, organisation in parts(document, "/organisations"):
        name = text(organisation, "name")
        if len(name) > MOST_ORGANISATION:
            words = f"the name has {len(name)} characters"
            advice = f"EMPIAR takes {MOST_ORGANISATION}: shorten it"
            yield Hit(words, f"{pointer}/name", help=advice)


def _address(document: Document) -> Iterator[Hit]:
    authors = list(parts(document, "/authors"))
    marked = [a for a in authors if text(a[1], "corresponding").lower() == "true"]
    if authors and not marked:
        words = "nobody is marked as corresponding author, whom EMPIAR asks for"
        yield Hit(words, "/authors", help="add `corresponding: true` to one author")
    for pointer, author in marked:
        for key in ("email", "affiliations"):
            if not author.get(key):
                words = f"the corresponding author has no `{key}`"
                yield Hit(words, pointer, help=f"add `{key}:`, which EMPIAR asks for")
    target = mapping_at(document, "/targets/empiar") or {}
    country = text(target, "country")
    if country not in COUNTRIES:
        words = f"`{country}` is no country" if country else "no country is given"
        advice = "add `targets: {empiar: {country: GB}}`, two letters of ISO 3166"
        at = "/targets/empiar/country" if country else "/targets/empiar"
        yield Hit(words, at if target else "", help=advice)


RULE = Rule(
    code="EMP102",
    name="people-incomplete",
    severity=Severity.ERROR,
    gate=EMPIAR,
    doc=__doc__,
    check=_check,
)
