"""PageTab has the sections and attributes of its template.

What it does
------------
Reports sections and attributes that template BioImages.v5 does not have, where
PageTab says that it follows that template. Of other BioImages templates it reports,
as a warning, names that are a slip of the pen away from one.

Why it is bad
-------------
The submission form takes no others: `allowNewAttribute` is false and own
subsections are disabled. What stands under another name is read by nobody.

Example
-------
A section `Biosmaple`, or an attribute `Imaging metod`.

How to fix
----------
Write the name as the template has it, or put the text into `Description`.

Source
------
BioImage Archive template v5 (allowNewAttribute, disableCustomSubsection) and
pageTabTemplateValidator.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Hit, Rule, Subject
from fairsubmit.lint.bia_template import (
    attributes_of,
    sections_below,
    template_of,
)
from fairsubmit.lint.sources import at_source, pagetab_parts
from fairsubmit.lint.suggest import closest
from fairsubmit.metadata.pagetab_sections import letters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

__all__ = ["RULE"]

_STRICT = "bioimagesv5"
_FAMILY = "bioimages"
# Shorter names are near to too many others.
_NEAR = 0.85


def _check(subject: Subject) -> Iterator[Hit]:
    template = letters(template_of(subject.document))
    if not template.startswith(_FAMILY):
        return
    strict = template == _STRICT
    for pointer, section, above in pagetab_parts(subject.document):
        name = section.get("type")
        kind = letters(name)
        known = sections_below(letters(above))
        if above and known and isinstance(name, str) and kind not in known:
            hit = _hit(subject, f"{pointer}/type", name, known, strict=strict)
            yield from (replace(h, message=f"section {h.message}") for h in hit)
            continue
        yield from _attributes(subject, pointer, section, strict=strict)


def _attributes(
    subject: Subject, pointer: str, section: dict[str, Any], *, strict: bool
) -> Iterator[Hit]:
    known = attributes_of(letters(section.get("type")))
    listed = section.get("attributes")
    for index, item in enumerate(listed if known and isinstance(listed, list) else []):
        name = item.get("name") if isinstance(item, dict) else None
        if isinstance(name, str) and letters(name) not in known:
            where = f"{pointer}/attributes/{index}"
            hit = _hit(subject, where, name, known, strict=strict)
            yield from (replace(h, message=f"attribute {h.message}") for h in hit)


def _hit(
    subject: Subject,
    pointer: str,
    name: str,
    known: dict[str, str],
    *,
    strict: bool,
) -> Iterator[Hit]:
    near = closest(letters(name), known, cutoff=_NEAR)
    if (
        near is not None
        and not strict
        and near.rstrip("s") == letters(name).rstrip("s")
    ):
        return  # `Keyword` for `Keywords` is read as well
    if near is None and not strict:
        return
    words = f"`{name}` is not in the template"
    advice = f"did you mean `{known[near]}`?" if near else "use what the template has"
    severity = None if strict else Severity.WARNING
    yield at_source(subject.document, pointer, words, advice, severity)


RULE = Rule(
    code="BIA101",
    name="not-in-template",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=_check,
)
