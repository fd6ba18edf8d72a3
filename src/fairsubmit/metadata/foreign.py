"""Documents of other layouts: their text, their places, and why they cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fairsubmit.findings import Finding, Severity
from fairsubmit.metadata.compose import UnreadableError, decode
from fairsubmit.metadata.json_places import JsonText
from fairsubmit.metadata.load import Document, Source

if TYPE_CHECKING:
    from fairsubmit.metadata.json_places import Places
    from fairsubmit.metadata.load import Layout

__all__ = ["ForeignJson", "unreadable"]


class ForeignJson:
    """A JSON document of another layout.

    Parameters
    ----------
    raw
        The file's bytes.
    name
        Name that findings show.

    Attributes
    ----------
    json
        The text with what it says.
    problems
        Names that are given twice (DOC102), once `source` was asked for.

    Raises
    ------
    UnreadableError
        If it is not JSON.
    """

    def __init__(self, raw: bytes, name: str) -> None:
        self.name = name
        self.json = JsonText(decode(raw))
        self.problems: tuple[Finding, ...] = ()

    @property
    def value(self) -> Any:  # noqa: ANN401 - JSON
        """What the document says."""
        return self.json.value

    def source(self) -> Source:
        """Return the document with the place of every value in it.

        Raises
        ------
        UnreadableError
            If it is nested more deeply than any person writes.
        """
        found = self.json.places()
        self.problems = tuple(self._doubled(*at, found) for at in found.twice)
        return Source(self.value, found.values)

    def _doubled(self, pointer: str, first: tuple[int, int], found: Places) -> Finding:
        line, column = found.keys[pointer]
        return Finding(
            "DOC102",
            "duplicate-key",
            Severity.ERROR,
            f"`{pointer.rpartition('/')[2]}` is given twice, here and at "
            f"{first[0]}:{first[1]}; only the last would count",
            path=self.name,
            line=line,
            column=column,
            pointer=pointer,
            help="remove one of the two, or join them",
        )


def unreadable(
    name: str, error: UnreadableError, layout: Layout, cure: str, text: str = ""
) -> Document:
    """Return a document of which nothing is known but why it cannot be read.

    Parameters
    ----------
    name
        Name that findings show.
    error
        Why.
    layout
        What it was thought to be.
    cure
        What to give instead, where the error does not say it.
    text
        The source text.
    """
    finding = Finding(
        "DOC101",
        "unreadable-document",
        Severity.ERROR,
        f"{name} cannot be read: {error.why}",
        path=name,
        line=error.line,
        column=error.column,
        help=error.cure or cure,
    )
    empty = {"": (1, 1)}
    return Document(name, {}, empty, {}, text, (finding,), layout=layout)
