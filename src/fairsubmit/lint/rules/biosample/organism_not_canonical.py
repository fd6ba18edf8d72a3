"""The name of an organism is the one by which all others call it.

What it does
------------
Reports names of organisms that are written otherwise than in the NCBI Taxonomy: a
synonym, a common name, an abbreviation, another case. `Homo sapiens` and the form of
the BioImage Archive, `Homo sapiens (human)`, are both right.

Why it is bad
-------------
Records of one organism are found together only if they use one name.

Example
-------
`organism: {label: homo sapiens}`

How to fix
----------
Write the name that the help gives.

Source
------
NCBI Taxonomy; labels of the BioImage Archive template v5; REMBI 1.5
Organism.scientific_name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.identifiers import taxon, visible
from fairsubmit.lint.suggest import replacing
from fairsubmit.lint.tree import parts, terms, text
from fairsubmit.lint.vocabularies import fold, taxa

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_COMMON_NAME = re.compile(r"^(?P<name>[^()]+?)\s*\((?P<common>[^()]*)\)$")
_SPACES = re.compile(r"\s+")
# A genus and an epithet: unlike "frog", an old name still means one species.
_BINOMIAL = re.compile(r"^[A-Z][a-z]+ [a-z-]+$")


def _check(subject: Subject) -> Iterator[Hit]:
    known = taxa()
    for pointer, biosample in parts(subject.document, "/biosamples"):
        for where, term in terms(biosample, "organism", pointer):
            written = _SPACES.sub(" ", visible(text(term, "label")))
            found = known.find(written)
            if len(found) != 1 or known.strain(written):
                continue
            (meant,) = found
            identifier = taxon(text(term, "id"))
            if identifier in {None, meant} and not known.above_species(meant):
                yield from _hit(written, meant, identifier, f"{where}/label")


def _hit(
    written: str, meant: str, identifier: str | None, pointer: str
) -> Iterator[Hit]:
    names = _names(meant)
    labelled = _COMMON_NAME.match(written)
    name, common = (labelled["name"], labelled["common"]) if labelled else (written, "")
    if written in names or name in names:
        return
    # "bos taurus (cow)" is one of the names but for its case, or at least begins so
    folded = [fold(own) for own in names]
    alike = next((i for i in (fold(written), fold(name)) if i in folded), None)
    own = names[folded.index(alike)] if alike else names[0]
    if labelled and "(" not in own and fold(common) not in folded:
        own = f"{own} ({common})"
    certain = alike or identifier == meant or _is_old_name(name, meant)
    yield Hit(
        f"organism `{written}` is written `{own}`"
        if alike
        else f"organism `{written}` is called `{own}` in the NCBI Taxonomy ({meant})",
        pointer,
        help=f"write `{own}`",
        edits=replacing(pointer, own),
        fix="safe" if certain else "unsafe",
    )


def _is_old_name(name: str, meant: str) -> bool:
    synonyms = taxa().synonyms[meant]
    return any(fold(s) == fold(name) and _BINOMIAL.match(s) for s in synonyms)


def _names(term: str) -> list[str]:
    """Return the names of a taxon that are right, the preferred one first."""
    form = taxa().form_labels.get(term, "")
    short = form.partition(" (")[0]
    names = (taxa().labels[term], form, short)
    return list(dict.fromkeys(name for name in names if name))


RULE = Rule(
    code="BIO103",
    name="organism-not-canonical",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    fix="safe",
    check=_check,
)
