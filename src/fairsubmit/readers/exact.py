"""Numbers of headers without rounding: lengths in metres, steps between times."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["even_step", "micrometres"]

MICROMETRES = 1_000_000
# Planned steps are even, measured ones nearly so.
MOST_JITTER = 0.05


def micrometres(text: str) -> float | None:
    """Return a length above 0 that stands in metres, exactly, in µm.

    Parameters
    ----------
    text
        A decimal number; ``None`` comes back if it is none, or none above 0.
    """
    try:
        length = float(Decimal(text.replace(",", ".")) * MICROMETRES)
    except (ArithmeticError, ValueError):
        return None
    return length if 0 < length < math.inf else None


def even_step(times: Sequence[Decimal] | Sequence[float], count: int) -> float | None:
    """Return the mean step of times that are evenly spaced, ``None`` for others.

    Parameters
    ----------
    times
        As planned or measured.
    count
        How many there should be; others belong to something else.
    """
    if count < 2 or len(times) != count:
        return None
    try:
        # Exact, so that 0, 0.523, 1.046 make 0.523.
        exact = [Decimal(time) for time in times]
        mean = float((exact[-1] - exact[0]) / (count - 1))
        steps = [float(after - before) for before, after in pairwise(exact)]
    except (ArithmeticError, ValueError):
        return None
    if not 0 < mean < math.inf:
        return None
    return mean if all(abs(s - mean) <= MOST_JITTER * mean for s in steps) else None
