"""What is described is used.

What it does
------------
Reports biosamples, specimens, acquisitions, correlations, analyses and organisations
that nothing refers to.

Why it is bad
-------------
A reader wonders which images they belong to; most often an association was forgotten.

Example
-------
A specimen that no association names.

How to fix
----------
Name it in the associations of a component (an organisation: in `affiliations`), or
remove it.

Source
------
RO-Crate 1.2: entities SHOULD be referenced; BioImage Archive template v5: Associations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.references import ASSOCIATED, affiliations, associations
from fairsubmit.lint.tree import parts, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_PLACES = {
    **dict.fromkeys(ASSOCIATED.values(), "the associations of a component"),
    "organisations": "`affiliations` of an author",
}


def _check(subject: Subject) -> Iterator[Hit]:
    document = subject.document
    dangling = {
        reference.section
        for reference in (*affiliations(document), *associations(document))
    }
    used = _used(subject)
    for section, where in _PLACES.items():
        # what is misspelt is told once, where it is misspelt
        if section in dangling or not used.get(section):
            continue
        for pointer, part in parts(document, f"/{section}"):
            identifier = text(part, "id")
            if identifier and identifier not in used[section]:
                name = text(part, "title") or text(part, "name") or identifier
                advice = f"name `{identifier}` in {where}, or remove it"
                yield Hit(f"nothing refers to `{name}`", pointer, help=advice)


def _used(subject: Subject) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    document = subject.document
    for pointer, author in parts(document, "/authors"):
        names = (value for _, value in texts(author, "affiliations", pointer))
        found.setdefault("organisations", set()).update(names)
    for pointer, _ in parts(document, "/components"):
        for _, association in parts(document, f"{pointer}/associations"):
            for field, section in ASSOCIATED.items():
                found.setdefault(section, set()).add(text(association, field))
    return {section: names - {""} for section, names in found.items()}


RULE = Rule(
    code="REF104",
    name="section-unused",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
