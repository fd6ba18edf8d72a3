"""``ro-crate-metadata.json``, written as it goes, one entity a line.

An attached RO-Crate 1.1: the study is the root, each study component and annotation
set is a dataset whose parts are its files, and an annotation file says which image
it is based on.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, TextIO
from urllib.parse import quote

from fairsubmit.bundle.context import CONTEXT, RO_CRATE
from fairsubmit.bundle.entities import Entities, Entity, reference
from fairsubmit.bundle.lists import Sheet, sources
from fairsubmit.bundle.methods import (
    add_methods,
    annotation_entity,
    component_entity,
)
from fairsubmit.bundle.study import study_entity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fairsubmit.dataset import FileGroup
    from fairsubmit.findings import Waiver
    from fairsubmit.manifest import Entry
    from fairsubmit.metadata import Submission

__all__ = ["NAME", "ListedGroup", "write_crate"]

NAME = "ro-crate-metadata.json"

# IANA media types by suffix. A table of our own: Python's `mimetypes` asks the
# operating system, and the same dataset must give the same crate everywhere.
_MEDIA = {
    "csv": "text/csv",
    "gif": "image/gif",
    "gz": "application/gzip",
    "jp2": "image/jp2",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "md": "text/markdown",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "png": "image/png",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "xml": "application/xml",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "zip": "application/zip",
}


class ListedGroup(NamedTuple):
    """A component or annotation set with its file list.

    Attributes
    ----------
    group
        Its files.
    list_path
        Path of the file list in the deposit.
    sheet
        The columns of the file list.
    """

    group: FileGroup
    list_path: str
    sheet: Sheet

    @property
    def identifier(self) -> str:
        """The ``@id`` of the dataset in the crate; unique as the list's path is."""
        stem = self.list_path.rpartition("/")[2].removesuffix(".tsv")
        return f"#{self.group.kind}-{stem}"


def write_crate(
    file: TextIO,
    submission: Submission,
    groups: Sequence[ListedGroup],
    entries: Iterable[Entry],
    answered: Sequence[Waiver] = (),
) -> None:
    """Write the crate.

    Parameters
    ----------
    file
        Where to; UTF-8.
    submission
        Describes the study.
    groups
        In the order of the submission.
    entries
        All files, each once.
    answered
        Findings of the linter that the author answered with a reason.
    """
    context = json.dumps(CONTEXT, ensure_ascii=False)
    file.write(f'{{"@context": {context},\n"@graph": [\n')
    file.writelines(_joined(_lines(submission, groups, entries, answered)))
    file.write("\n]}\n")


def _joined(lines: Iterable[Iterable[str]]) -> Iterator[str]:
    between = ""
    for pieces in lines:
        yield between
        yield from pieces
        between = ",\n"


def _lines(
    submission: Submission,
    groups: Sequence[ListedGroup],
    entries: Iterable[Entry],
    answered: Sequence[Waiver],
) -> Iterator[Iterable[str]]:
    described = Entities()
    root = study_entity(submission, described)
    if answered:
        root["comment"] = [
            _comment(f"#answered-{number}", waiver, described)
            for number, waiver in enumerate(answered, start=1)
        ]
    add_methods(submission, described)
    datasets = [_dataset(submission, listed, described) for listed in groups]
    yield [_dumps(_descriptor())]
    parts = [item.identifier for item in groups] + [
        _address(g.list_path) for g in groups
    ]
    yield _with_parts(root, parts)
    for dataset, listed in zip(datasets, groups, strict=True):
        yield _with_parts(dataset, map(_address, listed.group.paths))
    for listed in groups:
        yield from ([_dumps(entity)] for entity in _file_list(listed))
    yield from ([_dumps(entity)] for entity in described)
    yield from _files(groups, entries)


def _comment(name: str, waiver: Waiver, described: Entities) -> Entity:
    """Add what the author said to a finding, for those who use the data."""
    finding = waiver.finding
    about = f"{finding.code} {finding.name}: {finding.message}"
    return described.add(name, ["Comment"], name=about, text=waiver.reason)


def _descriptor() -> Entity:
    return {
        "@id": NAME,
        "@type": ["CreativeWork"],
        "conformsTo": reference(RO_CRATE),
        "about": reference("./"),
    }


def _dataset(
    submission: Submission, listed: ListedGroup, described: Entities
) -> Entity:
    number = int(listed.group.pointer.rpartition("/")[2])
    if listed.group.kind == "component":
        entity = component_entity(submission.components[number], described)
    else:
        entity = annotation_entity(submission.annotations[number], described)
    return {"@id": listed.identifier, **entity}


def _file_list(listed: ListedGroup) -> Iterator[Entity]:
    base = f"#columns-{listed.identifier[1:]}"
    header = listed.sheet.header
    columns = [f"{base}-{number}" for number in range(1, len(header) + 1)]
    yield {
        "@id": _address(listed.list_path),
        "@type": ["File", "bia:FileList", "csvw:Table"],
        "name": f"Files of {listed.group.kind} {listed.group.id}",
        "encodingFormat": _MEDIA["tsv"],
        "about": reference(listed.identifier),
        "tableSchema": reference(base),
    }
    yield {
        "@id": base,
        "@type": ["csvw:Schema"],
        "column": [reference(column) for column in columns],
    }
    for identifier, name in zip(columns, header, strict=True):
        column = {"@id": identifier, "@type": ["csvw:Column"], "columnName": name}
        if name in listed.sheet.meanings:
            column["propertyUrl"] = listed.sheet.meanings[name]
        yield column


def _files(
    groups: Sequence[ListedGroup], entries: Iterable[Entry]
) -> Iterator[Iterable[str]]:
    based: dict[str, str] = {}
    for listed in groups:
        based.update(sources(listed.group))
    known = {path for listed in groups for path in listed.group.paths} if based else ()
    for entry in entries:
        source = based.get(entry.path, "")
        yield [_file(entry, source if source in known else None)]


def _file(entry: Entry, source: str | None) -> str:
    suffix = entry.path.rpartition(".")[2].lower()
    entity: Entity = {
        "@id": _address(entry.path),
        "@type": ["File", "bia:FileReference"],
        "name": entry.path.rpartition("/")[2],
        "contentSize": str(entry.size),
        "sha256": entry.sha256,
    }
    if suffix in _MEDIA:
        entity["encodingFormat"] = _MEDIA[suffix]
    if source:
        entity["isBasedOn"] = reference(_address(source))
    return _dumps(entity)


def _with_parts(entity: Entity, identifiers: Iterable[str]) -> Iterator[str]:
    """Write an entity whose ``hasPart`` may be too long to hold."""
    yield _dumps(entity)[:-1] + ', "hasPart": ['
    between = ""
    for identifier in identifiers:
        yield f'{between}{{"@id": {_dumps(identifier)}}}'
        between = ", "
    yield "]}"


def _address(path: str) -> str:
    """Return the path as a relative IRI (RO-Crate 1.1, "File Data Entity")."""
    return quote(path, safe="/!$&'()*+,;=@")


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
