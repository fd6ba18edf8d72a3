"""Which rules have anything to say about what was read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.lint.base import Rule
    from fairsubmit.metadata.load import Layout

__all__ = ["concerning"]

# Of a deposition that is another archive's document: that it can be read, and what
# that archive's own schema asks.
_EMPIAR = ("DOC101", "DOC102", "EMP")
# Of a file table without its dataset: paths and cells, not whether files are there.
_TABLE = (
    "DOC101",
    "FIL103",
    "FIL104",
    "FIL105",
    "FIL106",
    "FIL107",
    "FIL109",
    "FIL113",
    "FIL114",
)
# What a crate need not do: name all files in its folder, or have our file tables.
# Missing files are CRT106.
_NOT_CRATE = (
    "FIL101",
    "FIL102",
    "FIL106",
    "FIL107",
    "FIL111",
    "FIL112",
    "FIL116",
)


def concerning(rules: Sequence[Rule], layout: Layout) -> list[Rule]:
    """Return the rules that apply to a document of this layout.

    Parameters
    ----------
    rules
        All rules that are wanted.
    layout
        What was read.
    """
    if layout == "empiar":
        return [rule for rule in rules if rule.code.startswith(_EMPIAR)]
    if layout == "table":
        return [rule for rule in rules if rule.code.startswith(_TABLE)]
    if layout == "image":
        return [
            replace(rule, check=None)
            for rule in rules
            if rule.check_image is not None or rule.survey is not None
        ]
    if layout == "ro-crate":
        return [rule for rule in rules if not rule.code.startswith(_NOT_CRATE)]
    return list(rules)
