"""XML of any length, read as it comes: nothing of it is kept but what is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.source import opened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Events", "local"]

CHUNK = 1 << 18
# The descriptions of plates are at most eight deep; their texts are names and numbers.
MAX_DEPTH = 64
MAX_TEXT = 1 << 16
# What one tag may need; expat keeps an unfinished one whole.
MAX_TAG = 1 << 22


class _RefusedError(Exception):
    """The document is built to harm."""


def local(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return attributes by their names without prefix."""
    return {key.rpartition(":")[2]: value for key, value in attributes.items()}


class Events:
    """Reads a document; a subclass says what it wants of it.

    Parameters
    ----------
    path
        The file.
    root
        Local name of its outermost element.

    Attributes
    ----------
    problems
        What is wrong with it.
    """

    def __init__(self, path: Path, root: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._root = root
        self._depth = 0
        self._begun = False
        self._text: list[str] | None = None
        self._length = 0

    def begin(self, name: str, attributes: dict[str, str]) -> bool:
        """Note the start of an element; say whether its text is wanted.

        Parameters
        ----------
        name
            Without prefix.
        attributes
            As they are written.
        """
        raise NotImplementedError

    def finish(self, name: str, text: str | None) -> None:
        """Note the end of an element, with its text where it was wanted."""
        raise NotImplementedError

    def run(self) -> None:
        """Read the file.

        What precedes a fault is kept, and the fault is one of `problems`.

        Raises
        ------
        DamagedFileError
            If it is no XML, has another root or a document type.
        ReadError
            If it cannot be opened.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        shown = self.path.as_posix()
        try:
            self._feed(parser)
        except _RefusedError as error:
            raise DamagedFileError(
                shown, str(error), offset=parser.CurrentByteIndex
            ) from error
        except (expat.ExpatError, LookupError, ValueError) as error:
            at = max(parser.CurrentByteIndex, 0)
            if not self._begun:
                raise DamagedFileError(shown, f"<{self._root}>", offset=at) from error
            message = (
                f"the XML breaks off or is ill-formed at byte {at} ({error}); what "
                "precedes is read; copy the file again from its source"
            )
            place = f"{self.path.name}: byte {at}"
            self.problems.append(Problem("truncated", message, place, error=True))

    def _feed(self, parser: expat.XMLParserType) -> None:
        with opened(self.path) as source:
            offset = 0
            while chunk := source.read(offset, CHUNK):
                parser.Parse(chunk)
                offset += len(chunk)
                if offset - max(parser.CurrentByteIndex, 0) > MAX_TAG:
                    message = "tags of a sensible length"
                    raise _RefusedError(message)
            parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        self._depth += 1
        if not self._begun or self._depth > MAX_DEPTH:
            self._check(name)
        if self.begin(name, attributes):
            self._text, self._length = [], 0
        else:
            self._text = None

    def _check(self, name: str) -> None:
        """Refuse another root, and elements that are too deep.

        Raises
        ------
        _RefusedError
            If it is so.
        """
        if not self._begun and name != self._root:
            message = f"<{self._root}>, found <{name[:40]}>"
            raise _RefusedError(message)
        if self._depth > MAX_DEPTH:
            message = "elements that are not so deep"
            raise _RefusedError(message)
        self._begun = True

    def _end(self, name: str) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        self._depth -= 1
        text, self._text = self._text, None
        self.finish(name, None if text is None else "".join(text).strip())

    def _characters(self, text: str) -> None:
        if self._text is not None and self._length < MAX_TEXT:
            self._text.append(text)
            self._length += len(text)

    @staticmethod
    def _doctype(*_: object) -> None:
        message = "no document type"
        raise _RefusedError(message)
