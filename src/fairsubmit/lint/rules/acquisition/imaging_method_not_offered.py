"""A term of FBbi that is not among its imaging methods is noted.

What it does
------------
Notes terms that FBbi has elsewhere than below `imaging method` (FBbi:00000222), such as
super-resolution methods (STED, SIM, PALM, STORM), stains and illumination.

Why it is bad
-------------
It is not, for super-resolution: but the form of the BioImage Archive offers only terms
below `imaging method`, so that others reach the archive as free words with an id. A
stain or an illumination does not tell how the images were made.

Example
-------
`imaging_method: [{label: STED}]`

How to fix
----------
Keep a super-resolution method, with its `id`; for anything else name the method.

Source
------
Biological Imaging Methods Ontology (FBbi) 2019-03-07; BioImage Archive template v5,
Imaging method: allChildrenOf FBbi_00000222.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.identifiers import imaging_term, visible
from fairsubmit.lint.tree import parts, terms, text
from fairsubmit.lint.vocabularies import IMAGING_METHOD, imaging_methods

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["RULE"]

_SUPER_RESOLUTION = "FBbi:00000321"


def _check(subject: Subject) -> Iterator[Hit]:
    known = imaging_methods()
    others = known.labels.keys() - known.methods - known.obsolete - {IMAGING_METHOD}
    for pointer, acquisition in parts(subject.document, "/acquisitions"):
        for where, term in terms(acquisition, "imaging_method", pointer):
            meant = _meant(term)
            if meant in others:
                yield _hit(term, meant, where)


def _meant(term: Mapping[str, Any]) -> str:
    identifier = text(term, "id")
    if identifier:
        return imaging_term(identifier) or ""
    meaning = imaging_methods().meaning(visible(text(term, "label")))
    return meaning.id if meaning else ""


def _hit(term: Mapping[str, Any], meant: str, where: str) -> Hit:
    known = imaging_methods()
    label = known.labels[meant]
    written = visible(text(term, "label"))
    shown = f"`{written}`" if written == label else f"`{written}` (`{label}`)"
    missing = "" if text(term, "id") else f", and add `id: {meant}`"
    if _SUPER_RESOLUTION in known.above(meant):
        advice = f"keep it{missing}"
    else:
        advice, missing = "name the method that made the images", ""
    return Hit(
        f"{shown} is a term of FBbi, but not one of its imaging methods: the form of "
        "the BioImage Archive does not offer it",
        f"{where}/label",
        help=advice,
        edits=(Edit("add", where, ("id", meant)),) if missing else (),
    )


RULE = Rule(
    code="ACQ105",
    name="imaging-method-not-offered",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
