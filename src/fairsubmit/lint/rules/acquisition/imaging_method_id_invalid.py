"""An FBbi id is well-formed, current, and agrees with its label.

What it does
------------
Checks `imaging_method[].id`. A term that is newer than the bundled copy of FBbi is
not reported, and neither is a term of another ontology.

Why it is bad
-------------
People read the label, programs the id, and they see different methods.

Example
-------
`{label: confocal microscopy, id: FBbi_243}`

How to fix
----------
Write `FBbi:` and eight digits, as the help says.

Source
------
Biological Imaging Methods Ontology (FBbi) 2019-03-07; OBO Foundry identifier policy.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.identifiers import imaging_term, visible
from fairsubmit.lint.suggest import replacing
from fairsubmit.lint.tree import parts, terms, text
from fairsubmit.lint.vocabularies import imaging_methods

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_CURIE = re.compile(r"^[A-Za-z][\w.-]*:\S+$")
_LOOSE = re.compile(
    r"^\W*(?:obo[:/])?fbbi\W*[_: ]?\W*(?P<digits>\d{1,8})$", re.IGNORECASE
)


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, acquisition in parts(subject.document, "/acquisitions"):
        for where, term in terms(acquisition, "imaging_method", pointer):
            written = visible(text(term, "id"))
            if not written:
                continue
            identifier = imaging_term(written)
            if identifier is None:
                yield from _malformed(written, f"{where}/id")
            else:
                label = visible(text(term, "label"))
                yield from _contradiction(identifier, label, f"{where}/id")


def _malformed(written: str, pointer: str) -> Iterator[Hit]:
    if "fbbi" not in written.casefold() and _CURIE.match(written):
        return
    loose = _LOOSE.match(written) or re.fullmatch(r"(?P<digits>\d{1,8})", written)
    meant = f"FBbi:{int(loose['digits']):08d}" if loose else None
    yield Hit(
        f"`{written}` is not an FBbi id",
        pointer,
        help=f"write `{meant}`" if meant else "write it as `FBbi:00000251`",
        edits=replacing(pointer, meant),
    )


def _contradiction(identifier: str, label: str, pointer: str) -> Iterator[Hit]:
    known = imaging_methods()
    current = known.labels.get(identifier)
    meant = known.find(label) if label else frozenset()
    if identifier in known.obsolete:
        others = sorted(meant - known.obsolete)
        yield Hit(
            f"{identifier} ({current}) is obsolete in FBbi",
            pointer,
            help=f"write `{others[0]}`" if others else "choose a current term",
            edits=replacing(pointer, others[0]) if len(others) == 1 else (),
        )
    elif current is not None and meant and identifier not in meant:
        yield Hit(
            f"{identifier} is {current}, but the label is `{label}` "
            f"({', '.join(sorted(meant))})",
            pointer,
            help="correct the label or the id",
        )
    elif current is not None and not meant:
        yield from _in_other_words(identifier, label, pointer)


def _in_other_words(identifier: str, label: str, pointer: str) -> Iterator[Hit]:
    """Warn of `TEM` with the id of a term that lies elsewhere: words are not exact."""
    known = imaging_methods()
    meaning = known.meaning(label) if label else None
    if meaning is None or meaning.how != "speech":
        return
    if not known.related(identifier, meaning.id):
        yield Hit(
            f"{identifier} is {known.labels[identifier]}, but `{label}` is usually "
            f"{known.labels[meaning.id]} ({meaning.id})",
            pointer,
            help="correct the label or the id",
            severity=Severity.WARNING,
        )


RULE = Rule(
    code="ACQ103",
    name="imaging-method-id-invalid",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="safe",
    check=_check,
)
