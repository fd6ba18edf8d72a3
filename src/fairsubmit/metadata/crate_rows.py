"""What the rows of a crate's file lists say of the datasets that they belong to.

In the BioImage Archive's RO-Crate profile a component need not say which samples its
images show: the file list may, file by file.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from fairsubmit.metadata.crate_datasets import ASSOCIATED
from fairsubmit.metadata.crate_files import columns_of, file_lists

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fairsubmit.metadata.crate_files import Column
    from fairsubmit.metadata.crate_graph import Graph
    from fairsubmit.metadata.load import Document
    from fairsubmit.metadata.table import FileTable

__all__ = ["associate"]

_DATASET = "isPartOf"
# Last words of the properties that a column gives, where they are not the field's own.
_MEANINGS = {
    "associatedSubject": "specimen",
    "associatedImagingPreparationProtocol": "specimen",
    "associatedAnalysisMethod": "analysis",
    "associatedCorrelationMethod": "correlation",
    **{name: field for field, (_, names) in ASSOCIATED.items() for name in names},
}
# Rows alike are one association; more kinds than this nobody tells apart.
_MOST = 1000


def associate(document: Document, graph: Graph, tables: Iterable[FileTable]) -> None:
    """Give components the associations that rows of file lists tell.

    Parameters
    ----------
    document
        The crate; components that have associations keep them.
    graph
        Its entities.
    tables
        Its file lists, among others.
    """
    lists = {entity.path: entity for entity in file_lists(graph)}
    found: dict[str, dict[tuple[tuple[str, str], ...], None]] = defaultdict(dict)
    for table in tables:
        if table.path in lists:
            columns = columns_of(graph, lists[table.path])
            _of_table(table, columns, _ids(document, graph), found)
    for index, part in enumerate(document.tree.get("components", [])):
        said = found.get(_identifier(document, graph, f"/components/{index}"))
        if said and "associations" not in part:
            part["associations"] = [dict(pairs) for pairs in said]


def _identifier(document: Document, graph: Graph, pointer: str) -> str:
    """Return the ``@id`` of what a part was read from."""
    entity = graph.at(document.origins.get(pointer, ""))
    return entity.id if entity else ""


def _ids(document: Document, graph: Graph) -> Mapping[tuple[str, str], str]:
    """Return the id of each part by its field in associations and its ``@id``."""
    return {
        (field, _identifier(document, graph, f"/{name}/{index}")): part["id"]
        for field, (name, _) in ASSOCIATED.items()
        for index, part in enumerate(document.tree.get(name, []))
    }


def _of_table(
    table: FileTable,
    columns: Sequence[Column],
    ids: Mapping[tuple[str, str], str],
    found: dict[str, dict[tuple[tuple[str, str], ...], None]],
) -> None:
    meanings = {column.name: column.meaning for column in columns}
    said = [meanings.get(name, "") for name in table.columns]
    fields = [(n, _MEANINGS[m]) for n, m in enumerate(said) if m in _MEANINGS]
    if _DATASET not in said or not fields:
        return
    owner = said.index(_DATASET)
    for row in table.rows:
        pairs = tuple(
            (field, ids[field, row.values[at]])
            for at, field in fields
            if (field, row.values[at]) in ids
        )
        known = found[row.values[owner]]
        if pairs and len(known) < _MOST:
            known[pairs] = None
