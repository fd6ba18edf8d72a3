"""Read a deposition of EMPIAR: its own JSON, kept as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.metadata.load import Document

if TYPE_CHECKING:
    from fairsubmit.metadata.foreign import ForeignJson

__all__ = ["is_empiar", "read_empiar"]

# What only a deposition has (empiar_deposition.schema.json); `title` and `authors`
# others have too.
_OWN = frozenset(
    {
        "experiment_type",
        "imagesets",
        "principal_investigator",
        "corresponding_author",
        "biostudies_references",
        "empiar_references",
    }
)


def is_empiar(value: object) -> bool:
    """Whether plain data of JSON are a deposition, complete or not."""
    return isinstance(value, dict) and len(_OWN & value.keys()) > 1


def read_empiar(given: ForeignJson) -> Document:
    """Return a deposition as a document that only rules about depositions look at.

    Parameters
    ----------
    given
        The document.

    Raises
    ------
    UnreadableError
        If it is nested more deeply than any person writes.
    """
    source = given.source()
    return Document(
        given.name,
        source.value,
        source.places,
        source.places,
        given.json.text,
        given.problems,
        layout="empiar",
        source=source,
    )
