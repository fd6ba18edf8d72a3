"""The chain of directories of a TIFF file: how many pages, and are they all there.

A file that was cut short keeps perfect metadata at its start, so every page's last
strip or tile is compared with the size of the file. The cost is linear in the number of
pages and small for long regular stacks, whose evenly spaced directories are proved by
probing instead of being visited one by one.
"""

from __future__ import annotations

from array import array
from operator import add
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.tiff.likeness import (
    NOWHERE,
    STRIPS,
    TILES,
    likeness_at,
    likeness_of,
)
from fairsubmit.readers.tiff.structure import MAX_VALUES, TYPE_SIZES

if TYPE_CHECKING:
    from fairsubmit.readers.tiff.likeness import Likeness
    from fairsubmit.readers.tiff.structure import Entry, Tiff

__all__ = ["MAX_PAGES", "check"]

MAX_PAGES = 1 << 20
MAX_SUBDIRECTORIES = 64
# So many evenly spaced directories in a row are visited before the rest is probed.
REGULAR_FROM = 128
FIRST_PROBE = 64


def check(tiff: Tiff) -> list[Problem]:
    """Find all pages of `tiff` (in `tiff.offsets`) and what is wrong with them.

    Returns
    -------
    list of Problem
        ``truncated``, ``planes-missing``, ``directory-loop`` or ``too-many-pages``;
        empty if the file is whole.
    """
    if tiff.problems is None:
        walk = _Walk(tiff)
        walk.first_page()
        walk.run()
        walk.tell_empty()
        tiff.problems = walk.problems
    return list(tiff.problems)


class _Walk:
    def __init__(self, tiff: Tiff) -> None:
        self.tiff = tiff
        self.size = tiff.source.size
        self.problems: list[Problem] = []
        self.likeness: Likeness | None = None
        self.subject: str | None = None
        self.cut = False
        self.empty: list[str] = []
        self.uncounted: list[str] = []

    # -- the chain -------------------------------------------------------------

    def run(self) -> None:
        self.subject = None
        offsets = self.tiff.offsets
        previous, offset = offsets[0], self.tiff.next
        stride, marked, steps, limit = 0, previous, 0, 1
        while offset:
            if offset == marked:
                self._loop(offset)
                return
            following = self._step(offset)
            if following is None or len(offsets) >= MAX_PAGES:
                self._broken(offset, known=following is not None)
                return
            offsets.append(offset)
            regular = following - offset == offset - previous == stride > 0
            stride, previous, offset = offset - previous, offset, following
            if regular and self.likeness is not None:
                offset = self._run(stride, offset, self.likeness)
                if marked in range(previous + stride, offsets[-1] + 1, stride):
                    self._loop(marked)
                    return
                previous = offsets[-1]
            # Brent's algorithm: a loop is met within twice its length, in no memory.
            steps += 1
            if steps == limit:
                marked, steps, limit = previous, 0, 2 * limit

    def _loop(self, again: int) -> None:
        offsets = self.tiff.offsets
        seen: set[int] = set()
        for index, value in enumerate(offsets):
            if value in seen:
                again = value
                del offsets[index:]
                break
            seen.add(value)
        message = (
            f"the chain of image file directories runs in a circle after page "
            f"{len(offsets)}: the directory at byte {again} was read before"
        )
        self.problems.append(
            Problem("directory-loop", message, f"byte {again}", error=True)
        )

    def _broken(self, offset: int, *, known: bool) -> None:
        count = len(self.tiff.offsets)
        if known:
            message = f"holds more than {MAX_PAGES:,} pages; the rest is not checked"
            self.problems.append(Problem("too-many-pages", message, f"byte {offset}"))
        elif not self.cut:
            message = (
                f"the directory of page {count + 1} should stand at byte {offset}, "
                f"but there is none (the file has {self.size} bytes): the file is cut "
                "short or damaged; copy it again from its source"
            )
            self._truncated(message, offset)

    def _truncated(self, message: str, offset: int) -> None:
        self.cut = True
        self.problems.append(
            Problem("truncated", message, f"byte {offset}", error=True)
        )

    def _run(self, stride: int, offset: int, likeness: Likeness) -> int:
        """Go on to evenly spaced directories from `offset`; return what is next."""
        tiff = self.tiff
        room = min((self.size - offset) // stride, MAX_PAGES - len(tiff.offsets))
        found, following = likeness.run(
            tiff.source, offset, stride, min(room, REGULAR_FROM)
        )
        end = offset + found * stride
        if found == REGULAR_FROM and following == end:
            found += self._gallop(end, stride, room - found, likeness)
            following = end = offset + found * stride
        tiff.offsets.extend(array("Q", range(offset, end, stride)))
        return following

    def _gallop(self, offset: int, stride: int, room: int, likeness: Likeness) -> int:
        """Count the directories from `offset` on that are proved by probing."""
        source, size = self.tiff.source, likeness.fields.size

        def regular(index: int) -> bool:
            place = offset + index * stride
            found = likeness.following(source, source.read(place, size), 0)
            return found == place + stride

        good, probe = -1, FIRST_PROBE
        while probe < room and regular(probe):
            good, probe = probe, 2 * probe
        probe = min(probe, room)
        while probe - good > 1:
            middle = (good + probe) // 2
            if regular(middle):
                good = middle
            else:
                probe = middle
        return good + 1

    # -- one page --------------------------------------------------------------

    def first_page(self) -> None:
        tiff = self.tiff
        self.subject = "page 1"
        self._check_all(tiff.tags, tiff.offsets[0])
        self.subject = "a smaller resolution of page 1"
        entry = tiff.tags.get(330)
        below = tiff.integers(entry, last=MAX_SUBDIRECTORIES) if entry else ()
        for offset in below:
            try:
                tags, _ = tiff.directory(offset)
            except DamagedFileError:
                message = (
                    f"a smaller resolution should stand at byte {offset}, but there "
                    f"is none (the file has {self.size} bytes); copy the file again"
                )
                self._truncated(message, offset)
                return
            self._check_all(tags, offset)

    def _step(self, offset: int) -> int | None:
        """Check the directory at `offset`; return what it points to."""
        tiff = self.tiff
        likeness = self.likeness or likeness_at(tiff, offset)
        if likeness is not None:
            block, begin = tiff.source.window(offset, likeness.fields.size)
            following = likeness.following(tiff.source, block, begin)
            # Doubtful pages go the long way, which knows the exceptions.
            if following >= 0:
                self.likeness = likeness
                return following
        try:
            tags, following = tiff.directory(offset)
        except DamagedFileError:
            return None
        self._check_last(tags, offset)
        if following:
            self.likeness = likeness_of(tiff, tags)
        return following

    # -- pixels inside the file -----------------------------------------------------

    def _check_all(self, tags: dict[int, Entry], offset: int) -> None:
        for pair in (STRIPS, TILES):
            if pair[0] in tags and pair[1] in tags:
                if tags[pair[0]].values == tags[pair[1]].values == 1:
                    self._check_pair(tags[pair[0]], tags[pair[1]], offset)
                    continue
                starts, counts = (self.tiff.integers(tags[tag]) for tag in pair)
                end = max(map(add, starts, counts), default=0)
                if end > self.size:
                    pairs = zip(starts, counts, strict=False)
                    end = max((start + n for start, n in pairs if n), default=0)
                if end > self.size:
                    self._beyond(tags, end)
                doubtful = not starts or not any(counts)
                if doubtful or tags[pair[0]].values > MAX_VALUES:
                    self._check_last(tags, offset)

    def _check_last(self, tags: dict[int, Entry], offset: int) -> None:
        for pair in (STRIPS, TILES):
            if pair[0] in tags and pair[1] in tags:
                self._check_pair(tags[pair[0]], tags[pair[1]], offset)

    def _check_pair(self, starts: Entry, counts: Entry, offset: int) -> None:
        start, count = self._last(starts), self._last(counts)
        if start is None or count is None:
            self._beyond({}, None)
        elif not count:
            if not any(self.tiff.integers(counts)):
                self._without_counts(start, offset)
        elif start + count > self.size:
            tags, _ = self.tiff.directory(offset)
            self._beyond(tags, start + count)

    def _without_counts(self, start: int, offset: int) -> None:
        """Look for the pixels of strips or tiles that are all 0 bytes long.

        Some programs wrote pixels without these numbers, others were ended before.
        """
        tags, _ = self.tiff.directory(offset)
        end = self._needed(tags, NOWHERE)
        page = self.subject or f"page {len(self.tiff.offsets) + 1}"
        if 0 < start < self.size and end < NOWHERE:
            self._beyond(tags, end)
            self.uncounted.append(page)
        else:
            self.empty.append(page)

    def tell_empty(self) -> None:
        """Note the pages that have no pixels, or do not say how many bytes."""
        if self.empty:
            message = (
                f"the pixels of {_and_more(self.empty)} are 0 bytes long: the file was "
                "not written to its end; export or copy it again"
            )
            self.problems.append(
                Problem("planes-missing", message, self.empty[0], error=True)
            )
        if self.uncounted and not self.cut:
            message = (
                f"says 0 for the bytes of {_and_more(self.uncounted)}; there may be "
                "pixels all the same, but not every program will see them"
            )
            self.problems.append(Problem("planes-missing", message, self.uncounted[0]))

    def _last(self, entry: Entry) -> int | None:
        """Return an entry's last value; ``None`` if it lies outside the file."""
        size = TYPE_SIZES.get(entry.type, 4)
        within = size * (entry.values - 1)
        if within + size <= len(entry.raw):
            raw = entry.raw[within : within + size] if entry.values else b"\0"
        else:
            raw = self.tiff.source.read(self.tiff.value_offset(entry) + within, size)
            if len(raw) < size:
                return None
        return int.from_bytes(raw, self.tiff.layout.byteorder)

    def _beyond(self, tags: dict[int, Entry], end: int | None) -> None:
        """Note that pixels end beyond the file, at `end` or no one knows where."""
        if end is not None:
            end = self._needed(tags, end)
        if self.cut or (end is not None and end <= self.size):
            return
        page = self.subject or f"page {len(self.tiff.offsets) + 1}"
        words = "lie" if end is None else f"end {end - self.size} bytes"
        message = (
            f"the pixels of {page} {words} past the end of the file "
            f"({self.size} bytes): the file is cut short; copy it again from its source"
        )
        self._truncated(message, self.size)

    def _needed(self, tags: dict[int, Entry], end: int) -> int:
        """Return where the last strip must end, which may be before where it says.

        Some writers give the last strip the length of a whole one.
        """
        integer = self.tiff.integer
        starts = tags.get(STRIPS[0])
        if starts is None or integer(tags, 259, 1) != 1 or integer(tags, 284, 1) != 1:
            return end
        height, rows = integer(tags, 257), integer(tags, 278, 1 << 32)
        start = self._last(starts)
        if start is None or not rows:
            return end
        left = height - (starts.values - 1) * rows
        bits = integer(tags, 258, 1) * integer(tags, 277, 1) * integer(tags, 256)
        return min(end, start + max(left, 0) * ((bits + 7) // 8))


def _and_more(pages: list[str]) -> str:
    others = len(pages) - 1
    return f"{pages[0]}, and of {others} more," if others else pages[0]
