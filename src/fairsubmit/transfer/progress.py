"""How a transfer tells what it is doing; the command line draws it."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress", "Silent"]


class Progress(Protocol):
    """Told of every step; called from several threads."""

    def start(self, files: int, size: int, *, skipped: int = 0) -> None:
        """Begin: how many files and bytes will be sent, how many files are there."""
        ...

    def begin(self, path: str, size: int, already: int) -> None:
        """Begin a file; `already` bytes of it are in the archive."""
        ...

    def advance(self, path: str, count: int) -> None:
        """Count bytes sent; negative when bytes have to be sent again."""
        ...

    def end(self, path: str) -> None:
        """End a file, stored."""
        ...

    def say(self, sentence: str) -> None:
        """Tell a person something, e.g. that the connection broke and goes on."""
        ...


class Silent:
    """Says nothing."""

    def start(self, files: int, size: int, *, skipped: int = 0) -> None:
        """Ignore the call."""

    def begin(self, path: str, size: int, already: int) -> None:
        """Ignore the call."""

    def advance(self, path: str, count: int) -> None:
        """Ignore the call."""

    def end(self, path: str) -> None:
        """Ignore the call."""

    def say(self, sentence: str) -> None:
        """Ignore the call."""
