"""In which order files are sent."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fairsubmit.bundle import Item

__all__ = ["Order"]

# Below this a file costs round trips, above it bandwidth.
SMALL = 1 << 20
# So many small files are begun together: their handles are made safe in one go.
BATCH = 16


class Order:
    """Hands files out to lanes, each of which sends one file at a time.

    Every second lane takes the largest file left, the others the smallest: a large
    file and many small ones share the line well, and the last file to go is not the
    largest.

    Parameters
    ----------
    items
        The files.
    lanes
        How many lanes there are.
    """

    def __init__(self, items: Iterable[Item], lanes: int) -> None:
        # Small files stay in the bundle's order, folder by folder.
        ordered = sorted(items, key=_falling)
        self._left = deque(ordered)
        self._lanes = lanes
        self._lock = threading.Lock()

    def take(self, lane: int) -> list[Item]:
        """Return the next file for a lane, or several small ones; none at the end."""
        take = self._left.popleft if lane % 2 == 0 else self._left.pop
        end = 0 if lane % 2 == 0 else -1
        with self._lock:
            if not self._left:
                return []
            taken = [take()]
            # Towards the end batches shrink, so that no lane is left with a long one.
            more = min(BATCH, len(self._left) // (2 * self._lanes)) - 1
            while (
                more > 0
                and self._left
                and taken[-1].entry.size < SMALL
                and self._left[end].entry.size < SMALL
            ):
                taken.append(take())
                more -= 1
            return taken

    def clear(self) -> None:
        """Hand out nothing any more."""
        with self._lock:
            self._left.clear()


def _falling(item: Item) -> int:
    size = item.entry.size
    return -size if size >= SMALL else 0
