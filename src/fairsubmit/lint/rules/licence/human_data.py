"""Data about people come with a statement of their consent.

What it does
------------
Reports human samples whose file table has columns about persons (patient, donor, date
of birth, hospital, …) where nothing in the submission speaks of consent, ethics or
anonymisation.

Why it is bad
-------------
Images and tables of patients may be published only where they agreed to it or cannot be
known; an archive that is open to all cannot take them back.

Example
-------
A file table with the column `Patient name`, and `Homo sapiens` as organism.

How to fix
----------
Say in the description or the specimen who approved it and how the persons were made
unknown; leave out columns that name anybody. Data that must be controlled belong in an
archive such as EGA.

Source
------
BioImage Archive, position on clinical data; GDPR article 9.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Hit, Rule, Subject
from fairsubmit.lint.identifiers import taxon
from fairsubmit.lint.tree import all_texts, parts, terms, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_HUMAN = "NCBITaxon:9606"
_PERSONAL = re.compile(
    r"\b(?:patient|donor|subject|participant|proband)s?(?:[ _-]?(?:id|name|number|no|"
    r"code|initials))?\b|\bdate[ _-]of[ _-]birth\b|\bdob\b|\bbirth[ _-]?(?:date|day)\b"
    r"|\bhospital\b|\bmedical[ _-]record\b|\bmrn\b|\bsurname\b|\bethnicity\b",
    re.IGNORECASE,
)
_ANSWERED = re.compile(
    r"consent|ethic|\birb\b|institutional review|declaration of helsinki|anonymi[sz]"
    r"|de-?identif|pseudonymi[sz]|publicly available|commercial(?:ly)? (?:cell|avail)",
    re.IGNORECASE,
)


def _check(subject: Subject) -> Iterator[Hit]:
    document = subject.document
    if not _is_human(subject):
        return
    if any(_ANSWERED.search(value) for _, value in all_texts(document.tree)):
        return
    for group in subject.groups:
        table = group.table
        for index, name in enumerate(table.columns if table else (), start=2):
            if table is not None and _PERSONAL.search(name.replace("_", " ")):
                yield Hit(
                    f"column `{name}` is about people, but nothing is said of consent",
                    path=table.path,
                    line=1,
                    column=index,
                    help="say who approved it and how persons were made unknown, or "
                    "remove the column",
                )


def _is_human(subject: Subject) -> bool:
    for pointer, biosample in parts(subject.document, "/biosamples"):
        if biosample.get("cell_line"):
            continue
        for _, term in terms(biosample, "organism", pointer):
            named = text(term, "label").casefold().startswith(("homo sapiens", "human"))
            if named or taxon(text(term, "id")) == _HUMAN:
                return True
    return False


RULE = Rule(
    code="LIC105",
    name="human-data",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=_check,
)
