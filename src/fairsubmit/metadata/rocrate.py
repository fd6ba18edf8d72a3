"""Read an RO-Crate in the layout of a submission.

Written for crates that `fairsubmit.bundle` writes, those of the BioImage Archive's
profile, detached crates of the GIDE profile, those of the OME-NGFF challenge, and any
other RO-Crate as far as it uses the same terms. What is not there stays absent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fairsubmit.metadata.compose import UnreadableError
from fairsubmit.metadata.crate_datasets import add_datasets
from fairsubmit.metadata.crate_graph import Graph
from fairsubmit.metadata.crate_methods import add_methods
from fairsubmit.metadata.crate_parts import Parts
from fairsubmit.metadata.crate_study import read_study
from fairsubmit.metadata.load import Document, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fairsubmit.metadata.foreign import ForeignJson

__all__ = ["graph_of", "is_crate", "read_crate"]


def is_crate(value: Mapping[str, Any]) -> bool:
    """Whether plain data of JSON are an RO-Crate, complete or not."""
    return "@graph" in value or "@context" in value


def graph_of(document: Document) -> Graph | None:
    """Return the entities of a crate, ``None`` where the document is none."""
    found = document.source.value if document.source else None
    return found if isinstance(found, Graph) else None


def read_crate(given: ForeignJson) -> Document:
    """Return a crate in the layout of `Submission`.

    Parameters
    ----------
    given
        The crate.

    Raises
    ------
    UnreadableError
        If nothing in it is the dataset that it is about.
    """
    graph = Graph.of(given.json, given.name)
    if graph.root is None:
        why = "no entity of its `@graph` is the dataset that the crate is about"
        cure = "add `ro-crate-metadata.json`, whose `about` names the root dataset"
        raise UnreadableError(why, cure=cure)
    parts = Parts(graph)
    read_study(parts, graph.root)
    add_methods(parts)
    add_datasets(parts)
    known = parts.places
    return Document(
        given.name,
        parts.tree,
        known,
        known,
        given.json.text,
        (),
        parts.origins,
        layout="ro-crate",
        source=Source(graph, {}),
    )
