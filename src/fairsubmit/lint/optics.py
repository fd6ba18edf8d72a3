"""What a free text says about the objective.

Two readings of one text: what it surely says of an objective, which may contradict an
image, and every number in it, any of which may be the objective after all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Optics", "optics"]

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
# `63x`, `63 ×/1.4`, `100×1.49 NA`; not `512 x 512`, `2x2` or `6.5 x 6.5 µm`
_BEFORE = re.compile(
    r"(?<![\d.,xX×*])(\d{1,3}(?:[.,]\d{1,2})?)\s?-?[xX×](?![A-Za-z])"
    r"(?!\s*\d+(?![\d.,]))(?!\s*(?:[2-9]|\d\d)[\d.,])"
)
# `X60 objective`, `× 1.5`
_AFTER = re.compile(r"(?<![\w.,])(?<!\d\s)[xX×]\s?(\d{1,3}(?:[.,]\d{1,2})?)(?![\w.,])")
_WORD = re.compile(
    r"magnification\s*(?:of|was|is|[:=])?\s*(\d{1,3}(?:[.,]\d{1,2})?)|"
    r"(\d{1,3}(?:[.,]\d{1,2})?)[- ]?(?:fold|times) magnif",
    re.IGNORECASE,
)
_LENS = re.compile(
    r"objective|\blens|magnif|(?<![A-Za-z])N\.?\s?A(?![A-Za-z])|aperture|\boil\b|water|\bair\b|\bdry\b|glycer|"
    r"immersion|silicone|\bapo|\bplan|fluar|\bLD\b|^\s*[xX×]?\s*/\s*[01][.,]\d",
    re.IGNORECASE,
)
_NO_LENS = re.compile(
    r"^\W*(?:digital|optical|electronic|additional|scan)?\W*(?:zoom|binning|tube|relay|"
    r"pbs|ssc|tbs|buffer|concentrat|solution|medium|speed|optovar|faster|"
    r"magnification changer|dilut|averag)",
    re.IGNORECASE,
)
_NEAR = 40
_SENTENCE = re.compile(r"[.;]\s")
_NA_NAMED = re.compile(
    r"(?:\bN\.?\s?A\.?(?![A-Za-z])|numerical aperture)[^\d\n;]{0,25}?"
    r"([01][.,]\d{1,3})(?!\d)",
    re.IGNORECASE,
)
_NA_AFTER = re.compile(
    r"(?<![\d.,])([01][.,]\d{1,3})\s*-?\s*(?:N\.?\s?A\b|numerical)", re.IGNORECASE
)
_NA_SLASH = re.compile(r"\d\s?[xX×]\s?/?\s?([01][.,]\d{1,3})(?![\d.,])")
_OTHER_APERTURE = re.compile(
    r"condens|illuminat|excitation obj|detection|pinhole", re.IGNORECASE
)
_APERTURE_WORD = re.compile(r"\bN\.?\s?A\b|aperture", re.IGNORECASE)
# Of objectives for light; a value outside is something else.
_LEAST, _MOST = 0.5, 250.0
# 1.45 is 1.4 to those who round.
_SAME_APERTURE = 0.051
_SAME_MAGNIFICATION = 0.01
# Nobody lists more, and all pairs are multiplied.
_MOST_FACTORS = 20


@dataclass(frozen=True, slots=True)
class Optics:
    """The objectives of a text.

    Attributes
    ----------
    magnifications
        What is surely said of objectives.
    apertures
        Numerical apertures that are surely those of objectives.
    numbers
        Every number of the text.
    factors
        Every number that magnifies, zoom included.
    says_magnification, says_aperture
        Whether the text says anything of the kind, in whatever way.
    """

    magnifications: tuple[float, ...] = ()
    apertures: tuple[float, ...] = ()
    numbers: frozenset[float] = frozenset()
    factors: tuple[float, ...] = ()
    says_magnification: bool = False
    says_aperture: bool = False

    def allows_magnification(self, value: float) -> bool:
        """Whether the text may mean an objective of this magnification."""
        products = {a * b for a, b in combinations(self.factors, 2)}
        least = _SAME_MAGNIFICATION * value
        return any(abs(value - number) <= least for number in self.numbers | products)

    def allows_aperture(self, value: float) -> bool:
        """Whether the text may mean an objective of this numerical aperture."""
        return any(abs(value - number) < _SAME_APERTURE for number in self.numbers)


@lru_cache(maxsize=64)
def optics(text: str) -> Optics:
    """Read what a text says about the objective.

    Parameters
    ----------
    text
        Instrument and parameters as the author wrote them.
    """
    marks = (_BEFORE, _AFTER, _WORD)
    magnified = [found for mark in marks for found in mark.finditer(text)]
    marks = (_NA_NAMED, _NA_AFTER, _NA_SLASH)
    apertures = [found for mark in marks for found in mark.finditer(text)]
    ambiguous = _OTHER_APERTURE.search(text) is not None
    return Optics(
        _magnifications(found for found in magnified if _is_objective(found, text)),
        () if ambiguous else _apertures(apertures),
        frozenset(_float(found[0]) for found in _NUMBER.finditer(text)),
        _magnifications(magnified)[:_MOST_FACTORS],
        bool(_magnifications(magnified)),
        bool(apertures) or _APERTURE_WORD.search(text) is not None,
    )


def _is_objective(found: re.Match[str], text: str) -> bool:
    before = text[max(0, found.start() - _NEAR) : found.start()]
    after = _SENTENCE.split(text[found.end() : found.end() + _NEAR])[0]
    if _NO_LENS.search(after):
        return False
    named = found.re is _WORD or _LENS.search(after)
    return bool(named or _LENS.search(_SENTENCE.split(before)[-1]))


def _magnifications(found: Iterable[re.Match[str]]) -> tuple[float, ...]:
    values = map(_value, found)
    return tuple(dict.fromkeys(v for v in values if _LEAST <= v <= _MOST))


def _apertures(found: Iterable[re.Match[str]]) -> tuple[float, ...]:
    return tuple(dict.fromkeys(v for v in map(_value, found) if v))


def _value(found: re.Match[str]) -> float:
    return _float(next(group for group in found.groups() if group))


def _float(text: str) -> float:
    return float(text.replace(",", "."))
