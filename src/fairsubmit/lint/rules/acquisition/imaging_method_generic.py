"""An imaging method says how the images were made.

What it does
------------
Reports acquisitions all of whose methods are so general that they say nothing:
microscopy, light microscopy, imaging; or only when, as time lapse microscopy does.

Why it is bad
-------------
Almost all images are microscopy: who looks for a method does not find these.

Example
-------
`imaging_method: [{label: microscopy}]`

How to fix
----------
Name the method, e.g. `confocal microscopy` (FBbi:00000251) or `bright-field microscopy`
(FBbi:00000243); `fairsubmit terms confocal` finds more.

Source
------
Biological Imaging Methods Ontology (FBbi), the terms above those of methods; REMBI 1.5
ImageAcquisition.imaging_method.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.identifiers import imaging_term, visible
from fairsubmit.lint.tree import parts, terms, text
from fairsubmit.lint.vocabularies import GENERIC, TIME_LAPSE, imaging_methods

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["RULE"]

_WORDS = re.compile(
    r"^(?:(?:2d|3d|4d|digital|optical|light|live|cell|live[- ]cell|biological|"
    r"bio|image|data|scientific)\s+)*"
    r"(?:bioimag(?:e|ing)s?|imaging|images?|microscopes?|microscop(?:y|ic)|"
    r"micrographs?|photomicrographs?|acquisition|pictures?)"
    r"(?:\s+(?:imaging|images?|acquisition|data))*$",
    re.IGNORECASE,
)


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, acquisition in parts(subject.document, "/acquisitions"):
        named = [
            (where, visible(text(term, "label")), _meant(term))
            for where, term in terms(acquisition, "imaging_method", pointer)
        ]
        said = [(where, label, meant) for where, label, meant in named if label]
        if said and all(_generic(label, meant) for _, label, meant in said):
            where, label, meant = said[0]
            only = "only says when" if meant == TIME_LAPSE else "is too general"
            yield Hit(
                f"imaging method `{label}` {only}: it does not tell how the images "
                "were made",
                f"{where}/label",
                help="name the method, e.g. `confocal microscopy` (FBbi:00000251); "
                "`fairsubmit terms` finds its term",
            )


def _meant(term: Mapping[str, Any]) -> str | None:
    identifier = imaging_term(text(term, "id"))
    if identifier:
        return identifier
    meaning = imaging_methods().meaning(visible(text(term, "label")))
    return meaning.id if meaning else None


def _generic(label: str, meant: str | None) -> bool:
    if meant is not None:
        return meant in GENERIC or meant == TIME_LAPSE
    return _WORDS.match(label) is not None


RULE = Rule(
    code="ACQ104",
    name="imaging-method-generic",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
