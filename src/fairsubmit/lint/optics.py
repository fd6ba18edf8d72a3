"""What a free text says about the objective.

Two readings of one text: what it surely says of an objective, which may contradict an
image, and every number in it, any of which may be the objective after all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

__all__ = ["Optics", "optics"]

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?")
_ANY_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
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
    r"objective|\blens|\bN\.?\s?A\b|aperture|\boil\b|water|\bair\b|\bdry\b|glycer|"
    r"immersion|silicone|\bapo|\bplan|fluar|\bLD\b|^\s*[xX×]?\s*/\s*[01][.,]\d",
    re.IGNORECASE,
)
_NO_LENS = re.compile(
    r"^\W*(?:digital|optical|electronic|additional|scan)?\W*(?:zoom|binning|tube|relay|"
    r"pbs|ssc|tbs|buffer|concentrat|solution|medium|speed|optovar|magnification changer|"
    r"faster|dilut|averag)",
    re.IGNORECASE,
)
_NEAR = 40
_NA_NAMED = re.compile(
    r"(?:\bN\.?\s?A\.?(?![A-Za-z])|numerical aperture)[^\d\n;]{0,25}?([01][.,]\d{1,3})(?!\d)",
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
_LEAST, _MOST = 1.25, 250.0


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
    says_magnification, says_aperture
        Whether the text says anything of the kind, in whatever way.
    """

    magnifications: tuple[float, ...] = ()
    apertures: tuple[float, ...] = ()
    numbers: frozenset[float] = frozenset()
    says_magnification: bool = False
    says_aperture: bool = False

    def allows_magnification(self, value: float) -> bool:
        """Whether the text may mean an objective of this magnification."""
        products = {a * b for a, b in combinations(self.numbers, 2)}
        return any(_near(value, n, 0.005) for n in self.numbers | products)

    def allows_aperture(self, value: float) -> bool:
        """Whether the text may mean an objective of this numerical aperture."""
        return any(abs(value - number) < _SAME_APERTURE for number in self.numbers)


# 1.2 and 1.20 are the same, and so are 1.45 and 1.4 to those who round
_SAME_APERTURE = 0.051


def _near(value: float, other: float, share: float) -> bool:
    return abs(value - other) <= share * value


@lru_cache(maxsize=64)
def optics(text: str) -> Optics:
    """Read what a text says about the objective.

    Parameters
    ----------
    text
        Instrument and parameters as the author wrote them.
    """
    magnified = [
        m for pattern in (_BEFORE, _AFTER, _WORD) for m in pattern.finditer(text)
    ]
    sure = [m for m in magnified if _is_objective(m, text)]
    patterns = (_NA_NAMED, _NA_AFTER, _NA_SLASH)
    apertures = [m for pattern in patterns for m in pattern.finditer(text)]
    ambiguous = _OTHER_APERTURE.search(text) is not None
    return Optics(
        _values(sure),
        () if ambiguous else _values(apertures),
        frozenset(_float(m[0]) for m in _ANY_NUMBER.finditer(text)),
        any(map(_values, [[m] for m in magnified])),
        bool(apertures) or _APERTURE_WORD.search(text) is not None,
    )


def _is_objective(found: re.Match[str], text: str) -> bool:
    if not _values([found]):
        return False
    before = re.split(r"[.;]\s", text[max(0, found.start() - _NEAR) : found.start()])[
        -1
    ]
    after = re.split(r"[.;]\s", text[found.end() : found.end() + _NEAR])[0]
    if _NO_LENS.search(after):
        return False
    return bool(_LENS.search(after) or _LENS.search(before))


def _values(found: list[re.Match[str]]) -> tuple[float, ...]:
    values = (_float(next(g for g in m.groups() if g)) for m in found)
    return tuple(dict.fromkeys(v for v in values if 0.02 <= v <= _MOST))


def _float(text: str) -> float:
    return float(text.replace(",", "."))
