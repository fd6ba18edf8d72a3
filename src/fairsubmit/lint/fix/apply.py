"""Cure a dataset: apply edits, look again, until nothing more is to be cured."""

from __future__ import annotations

import difflib
from collections import defaultdict
from typing import TYPE_CHECKING

from fairsubmit.lint.fix import document, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fairsubmit.findings import Edit, Finding, Fix

__all__ = ["MAX_ROUNDS", "cured", "cures", "difference"]

# A cure may uncover what another rule cures; ten rounds are more than was ever seen.
MAX_ROUNDS = 10


def cures(findings: Iterable[Finding], *, unsafe: bool = False) -> list[Finding]:
    """Return the findings that can be cured.

    Parameters
    ----------
    findings
        What the linter found.
    unsafe
        Also those whose cure may change what is meant.
    """
    allowed: tuple[Fix, ...] = ("safe", "unsafe") if unsafe else ("safe",)
    return [f for f in findings if f.edits and f.fix in allowed]


def cured(
    texts: Mapping[str, str],
    look: Callable[[Mapping[str, str]], Iterable[Finding]],
    *,
    unsafe: bool = False,
) -> tuple[dict[str, str], int]:
    """Cure texts until nothing more is to be cured.

    Parameters
    ----------
    texts
        The submission document and its file tables, by path; tables end in ``.tsv``.
    look
        Lints texts; called again after every round.
    unsafe
        Also apply cures that may change what is meant.

    Returns
    -------
    tuple of dict and int
        The texts that changed, and the number of cures applied.
    """
    now = dict(texts)
    count = 0
    for _ in range(MAX_ROUNDS):
        new, applied = _one_round(now, cures(look(now), unsafe=unsafe))
        if not applied or new == now:
            break
        now, count = new, count + applied
    return {p: text for p, text in now.items() if text != texts[p]}, count


def _one_round(
    texts: Mapping[str, str], findings: Iterable[Finding]
) -> tuple[dict[str, str], int]:
    wanted: dict[str, list[Edit]] = defaultdict(list)
    for finding in findings:
        for edit in finding.edits:
            wanted[edit.path or finding.path or ""].append(edit)
    new, count = dict(texts), 0
    for path, edits in wanted.items():
        if path in new:
            table = any(edit.line is not None or edit.column for edit in edits)
            edited = tables.edited if table else document.edited
            new[path], applied = edited(new[path], edits)
            count += len(applied)
    return new, count


def difference(old: str, new: str, path: str) -> str:
    """Return what changed in one text, as a unified diff.

    Parameters
    ----------
    old, new
        The text before and after.
    path
        Its name.
    """
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), path, path
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
