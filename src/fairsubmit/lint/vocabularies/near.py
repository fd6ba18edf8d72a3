"""Did you mean, among thousands of words, in well under a millisecond."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from fairsubmit.lint.suggest import edits
from fairsubmit.lint.vocabularies.tables import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Neighbours"]

# Pairs of neighbouring letters are told apart by so many bits.
_BITS = 509
# One letter more or less, another letter, or two swapped letters change at most so
# many pairs of neighbouring letters.
_PAIRS = 6
_KEPT = 4096
_DIGITS = re.compile(r"\d+")


def _mask(word: str) -> int:
    """Return a number with one bit for each pair of neighbouring letters."""
    mask = 0
    for left, right in pairwise(word):
        mask |= 1 << (31 * ord(left) + ord(right)) % _BITS
    return mask


class Neighbours:
    """Words, and which of them are spelt almost as another.

    Parameters
    ----------
    words
        As they are to be suggested.
    """

    def __init__(self, words: Iterable[str]) -> None:
        folded = ((fold(word), word) for word in words)
        self._words = [(len(f), _mask(f), f, word) for f, word in folded]
        self._known: dict[str, str | None] = {}

    def nearest(self, written: str) -> str | None:
        """Return the word that is a slip of the pen away, ``None`` if none is.

        That is one letter in six, at most two; a shorter word may well be another, and
        so is one with other digits. Of words equally near none is returned.

        Parameters
        ----------
        written
            What was written; how it differs in case and blanks does not count.
        """
        name = fold(written)
        if name not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: str) -> str | None:
        limit = min(2, len(name) // 6)
        if not limit:
            return None
        mask, most = _mask(name), _PAIRS * limit
        digits = _DIGITS.findall(name)
        best: list[str] = []
        for length, bits, folded, word in self._words:
            if (
                abs(length - len(name)) <= limit
                and (mask ^ bits).bit_count() <= most
                and _DIGITS.findall(folded) == digits
                and (distance := edits(name, folded, limit=limit)) <= limit
            ):
                if distance < limit:
                    limit, best = distance, []
                best.append(word)
        return best[0] if len(best) == 1 else None
