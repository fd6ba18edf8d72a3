"""An imaging method is called as in FBbi.

What it does
------------
Finds the FBbi term for methods that are named otherwise: abbreviations, other
spellings, slips of the pen, several methods in one. Any words are allowed: nothing is
said of methods that FBbi does not have, of words that are near no term, and where an
`id` says what is meant. With `--online` the current FBbi is asked what the bundled one
does not know.

Why it is bad
-------------
Images of one method are found together only if they use one name.

Example
-------
`imaging_method: [{label: Light Sheet Imaging}]`

How to fix
----------
Write label and id of the term, or only its `id` to keep your words.

Source
------
Biological Imaging Methods Ontology (FBbi) 2019-03-07; BioImage Archive template v5,
Imaging method; REMBI 1.5 ImagingMethod.ontology_id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.identifiers import visible
from fairsubmit.lint.lookup import called
from fairsubmit.lint.tree import parts, terms, text
from fairsubmit.lint.vocabularies import GENERIC, imaging_methods

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.lint.lookup import Lookup
    from fairsubmit.lint.vocabularies import Meaning

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    known = imaging_methods()
    for pointer, acquisition in parts(subject.document, "/acquisitions"):
        for where, term in terms(acquisition, "imaging_method", pointer):
            written = visible(text(term, "label"))
            if not written or text(term, "id"):
                continue
            meaning, several = known.meaning(written), known.several(written)
            if meaning is None and several:
                yield _as_list(written, several, where)
            elif meaning is None:
                yield from _asked(written, where, subject.lookup)
            elif meaning.how != "label" and meaning.id in known.methods - GENERIC:
                yield _hit(written, meaning, where)


def _as_list(written: str, several: tuple[Meaning, ...], where: str) -> Hit:
    labels = dict.fromkeys(imaging_methods().labels[m.id] for m in several)
    items = ", ".join(f"{{label: {label}}}" for label in labels)
    return Hit(
        f"`{written}` names several imaging methods as if they were one",
        f"{where}/label",
        help=f"write each as an item of its own: `{items}`",
    )


def _hit(written: str, meaning: Meaning, where: str) -> Hit:
    label, pointer = imaging_methods().labels[meaning.id], f"{where}/label"
    adding = Edit("add", where, ("id", meaning.id))
    if meaning.how == "broader":
        return Hit(
            f"imaging method `{written}` has no term of its own in FBbi, but a broader "
            f"one: `{label}`",
            pointer,
            help=f"keep it, and add `id: {meaning.id}`",
            edits=(adding,),
        )
    known = f"is `{label}` in FBbi"
    if meaning.how == "near":
        known = f"is not in FBbi, but `{label}` is"
    return Hit(
        f"imaging method `{written}` {known}",
        pointer,
        help=f"write `label: {label}` and `id: {meaning.id}`",
        edits=(Edit("replace", pointer, (label,)), adding),
    )


def _asked(written: str, where: str, lookup: Lookup | None) -> Iterator[Hit]:
    """Ask the current FBbi; a name that two terms have is not told."""
    answer = lookup.imaging_methods(written) if lookup else None
    found = called(answer, written)
    if len(found) == 1 and found[0].id not in imaging_methods().labels:
        entry, pointer = found[0], f"{where}/label"
        same = Edit("replace", pointer, (entry.label,))
        adding = Edit("add", where, ("id", entry.id))
        yield Hit(
            f"imaging method `{written}` is `{entry.label}` in FBbi",
            pointer,
            help=f"write `label: {entry.label}` and `id: {entry.id}`",
            edits=(adding,) if entry.label == written else (same, adding),
        )


RULE = Rule(
    code="ACQ102",
    name="imaging-method-unknown",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
