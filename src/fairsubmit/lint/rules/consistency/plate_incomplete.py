"""All wells of a plate have the same number of fields.

What it does
------------
Counts the fields of each well, as the images' headers give them. Where at least five
wells and four of five have the same number, wells with fewer are named.

Why it is bad
-------------
Files were lost on the way, or the microscope stopped; averages over a well are then
made from less.

Example
-------
2 of 96 wells have fewer than 9 fields: B02 (8), H12 (3).

How to fix
----------
Copy the missing files. Where they were never taken, say so in the component's
description and waive this rule.

Source
------
OME-XML schema 2016-06, Plate, Well, WellSample; OME-NGFF 0.5, plate and well.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.surveys import PerComponent, component_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction

__all__ = ["RULE"]

# What most wells have: so many of them, and so large a part of all.
_LEAST_WELLS, _LEAST_SHARE = 5, 0.8
# A well of more fields than this is not told from one that has as many.
_MOST_FIELDS = 4096
_NAMED_WELLS = 6
_HELP = "copy the files that are missing, or say in the description why there are none"

# Bit n is set where field n is there, by row and column.
_Wells = dict[tuple[int, int], int]


class _Survey:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        # the plates by where they lie and their name
        self._kept = PerComponent[dict[tuple[str, str], _Wells]](subject, dict)

    def add(self, extraction: Extraction) -> None:
        found = self._kept.images(extraction)
        if found is None:
            return
        plates, images = found
        positions = [image.plate for image in images if image.plate]
        several = len({(p.row, p.column) for p in positions}) > 1
        folder = extraction.path.rpartition("/")[0]
        for position in positions:
            if position.row is None or position.column is None:
                continue
            key = (extraction.path if several else folder, position.plate or "")
            wells = plates.setdefault(key, {})
            well = (position.row, position.column)
            field = min(max(position.field or 0, 0), _MOST_FIELDS)
            wells[well] = wells.get(well, 0) | 1 << field

    def hits(self) -> Iterator[Hit]:
        for pointer, plates in self._kept.items():
            whose = component_name(self.subject, pointer)
            for (where, name), wells in plates.items():
                words = _words(wells)
                if words is not None:
                    place = None if pointer else where
                    label = f"plate `{name or where}`{whose}"
                    yield Hit(
                        f"{label}: {words}", pointer or None, path=place, help=_HELP
                    )


def _words(wells: _Wells) -> str | None:
    counts = {well: fields.bit_count() for well, fields in wells.items()}
    usual, number = Counter(counts.values()).most_common(1)[0]
    if number < max(_LEAST_WELLS, _LEAST_SHARE * len(counts)):
        return None
    fewer = sorted(well for well, count in counts.items() if count < usual)
    if not fewer:
        return None
    named = ", ".join(f"{_name(w)} ({counts[w]})" for w in fewer[:_NAMED_WELLS])
    more = ", …" if len(fewer) > _NAMED_WELLS else ""
    verb = "has" if len(fewer) == 1 else "have"
    return (
        f"{len(fewer):,} of {len(counts):,} wells {verb} fewer than {usual} fields: "
        f"{named}{more}"
    )


def _name(well: tuple[int, int]) -> str:
    row, column = well
    letters = ""
    while row >= 0:
        letters = chr(ord("A") + row % 26) + letters
        row = row // 26 - 1
    return f"{letters}{column + 1:02}"


RULE = Rule(
    code="SET106",
    name="plate-incomplete",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    survey=_Survey,
)
