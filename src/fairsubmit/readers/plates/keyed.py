"""Text files of ``"Key", value`` lines: MetaXpress HTD and MetaMorph ND."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.readers.source import opened
from fairsubmit.readers.values import Values

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Keyed", "begins_with"]

# A plate of 1,536 wells needs 15 kB, a list of 10,000 stage positions 400 kB.
MAX_TEXT = 1 << 22
# More positions, times, steps or waves are not meant.
MAX_COUNT = 100_000
_LINE = re.compile(r'[ \t]*"([^"\r\n]+)"[ \t]*,?[ \t]*([^\r\n]*)')
_BOM = b"\xef\xbb\xbf"


def begins_with(head: bytes, key: str) -> bool:
    """Whether a file begins with the line of `key`."""
    return head[:64].removeprefix(_BOM).lstrip().startswith(f'"{key}"'.encode())


class Keyed(Values):
    """The lines of such a file.

    A value may go on over the next lines; what follows its first line is left out.

    Parameters
    ----------
    path
        The file.
    first
        Key of its first line.

    Raises
    ------
    DamagedFileError
        If it does not begin with the line of `first`.
    ReadError
        If it cannot be opened.
    """

    def __init__(self, path: Path, first: str) -> None:
        super().__init__()
        with opened(path) as source:
            raw = source.read(0, MAX_TEXT)
        if not begins_with(raw, first):
            raise DamagedFileError(path.as_posix(), f'the line "{first}"', offset=0)
        self.lines: dict[str, str] = {}
        for line in _text(raw).splitlines():
            found = _LINE.match(line)
            if found is not None:
                self.lines.setdefault(found.group(1), found.group(2).strip())
        if "EndFile" not in self.lines:
            message = (
                f'{path.name} ends without the line "EndFile"; it may be cut short'
            )
            self.problem("truncated", message, f"byte {len(raw)}")

    def text(self, key: str) -> str | None:
        """Return a value without its quotes; ``None`` if it is empty or absent."""
        return self.lines.get(key, "").strip().strip('"').strip() or None

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return whether a value is TRUE."""
        text = self.text(key)
        return default if text is None else text.upper() == "TRUE"

    def flags(self, key: str) -> list[bool]:
        """Return which of several values are TRUE."""
        parts = self.lines.get(key, "").split(",")
        return [part.strip().strip('"').upper() == "TRUE" for part in parts]

    def count(self, key: str) -> int | None:
        """Return a number of things, at least 1."""
        text = self.text(key)
        if text is None:
            return None
        if not text.isdecimal() or not 0 < int(text[:12]) <= MAX_COUNT:
            message = f"{key} {text[:40]!r} cannot be meant; ignored"
            self.problem("value-ignored", message, key)
            return None
        return int(text)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
