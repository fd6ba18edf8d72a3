"""Did you mean: find the word that was probably meant."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from fairsubmit.findings import Edit

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["closest", "edits", "or_list", "replacing"]


_SHORT = 4


def closest(word: str, words: Iterable[str], *, cutoff: float = 0.7) -> str | None:
    """Return the most similar word, case aside, or ``None`` where none is near.

    Parameters
    ----------
    word
        What was written.
    words
        What could have been written.
    cutoff
        Least similarity, 0 to 1, as `difflib.SequenceMatcher.ratio` measures it.
    """
    folded: dict[str, str] = {}
    for known in words:
        folded.setdefault(known.casefold(), known)
    written = word.casefold()
    found = difflib.get_close_matches(written, folded, 3, cutoff)
    if found:
        # of IMG120 and IMG102, both as similar to IMG1O2, the second is one letter off
        return folded[min(found, key=lambda known: edits(written, known, limit=9))]
    # one wrong letter of three is a third of the word, and still one letter
    near = (known for known in folded if len(known) > 1 and len(written) > 1)
    short = next((known for known in near if edits(written, known, limit=1) == 1), None)
    return folded[short] if short is not None and len(written) <= _SHORT else None


def edits(left: str, right: str, *, limit: int) -> int:
    """Count the letters added, dropped, replaced or swapped between two words.

    The optimal string alignment distance.

    Parameters
    ----------
    left, right
        The words.
    limit
        Counting stops above this.

    Returns
    -------
    int
        The distance, or ``limit + 1`` where it is larger than `limit`.
    """
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        new = [i]
        for j, b in enumerate(right, start=1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        if min(new) > limit:
            return limit + 1
        before, row = row, new
    return min(row[-1], limit + 1)


def or_list(words: Iterable[str]) -> str:
    """Write words as a person lists them: ``a, b or c``."""
    *rest, last = words
    return f"{', '.join(rest)} or {last}" if rest else last


def replacing(pointer: str, meant: str | None) -> tuple[Edit, ...]:
    """Return the cure that writes another value; none where nothing else is meant.

    Parameters
    ----------
    pointer
        Of the value in the document.
    meant
        What should stand there.
    """
    return () if meant is None else (Edit("replace", pointer, (meant,)),)
