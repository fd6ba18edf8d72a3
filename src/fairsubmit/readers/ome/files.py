"""OME-TIFF and OME-XML files, alone or as a set of several.

A set speaks through one file, its *lead*: the companion that the others name
(``BinaryOnly``), or else the first by name of the TIFF files whose OME-XML lists them
all. Reading any member gives the records of the lead, with `files` listing all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.metadata.image import ImageMetadata, ImageSize, Problem
from fairsubmit.readers.ome.file import open_file
from fairsubmit.readers.ome.members import (
    Members,
    basename,
    inspect,
    lead_of,
    members_of,
)
from fairsubmit.readers.ome.pages import with_pages
from fairsubmit.readers.ome.record import Recorder
from fairsubmit.readers.sets import kept

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.ome.file import OmeFile

__all__ = ["records"]

Records = tuple[ImageMetadata, ...]


class _Set(NamedTuple):
    """The records of a set, and the files that they list."""

    records: Records
    files: frozenset[str]


_Store = dict[str, _Set]
MAX_SETS = 4


def records(path: Path, *, whole: bool = True) -> Records:
    """Return the records of the file or of the set that it belongs to.

    Parameters
    ----------
    path
        The file.
    whole
        Look whether all pages of a TIFF are there.

    Raises
    ------
    DamagedFileError
        If neither OME-XML nor pages can be read.
    ReadError
        If the file cannot be opened.
    """
    store: _Store | None = kept("ome")
    own = open_file(path, whole=whole)
    binary_only = own.xml.document.binary_only
    if binary_only is not None and not own.xml.document.images:
        return _of_companion(own, binary_only.get("MetadataFile", ""), store)
    lead = lead_of(own)
    if lead is not None:
        found = _of_lead(lead, store)
        if path.as_posix() in found.files:
            return found.records
    return _remembered(own, store).records


def _of_lead(lead: Path, store: _Store | None) -> _Set:
    if store is not None and (found := store.get(lead.as_posix())):
        return found
    try:
        return _remembered(open_file(lead), store)
    except ReadError:
        return _Set((), frozenset())


def _remembered(own: OmeFile, store: _Store | None) -> _Set:
    found = _records(own)
    names = frozenset(name for record in found for name in record.files)
    this = _Set(found, names)
    if store is not None and len(names) > 1:
        while len(store) >= MAX_SETS:
            store.pop(next(iter(store)), None)
        store[own.shown] = this
    return this


def _of_companion(own: OmeFile, named: str, store: _Store | None) -> Records:
    name = basename(named)
    companion = own.path.parent / name if name else None
    if companion is None or companion == own.path or not companion.is_file():
        message = (
            f"names {named!r} as the file with its metadata, which is not beside it; "
            "put it there"
        )
        return _without_companion(own, "companion-missing", message)
    found = _of_lead(companion, store)
    if not found.records:
        message = f"the file with its metadata, {name}, holds no readable image"
        return _without_companion(own, "companion-unreadable", message)
    if own.shown not in found.files:
        message = f"the file with its metadata, {name}, does not name it"
        return _without_companion(own, "companion-silent", message)
    return found.records


def _without_companion(own: OmeFile, code: str, message: str) -> Records:
    page, name = own.first, own.shown
    problem = Problem(code, message, "BinaryOnly@MetadataFile", error=True)
    record = ImageMetadata(
        name,
        0,
        format="OME-TIFF",
        reader="ome_tiff",
        size=ImageSize(page.width, page.height) if page else ImageSize(),
        pixel_type=page.pixel_type if page else None,
        files=(name,),
        problems=(problem, *own.problems),
        provenance={"size.x": "IFD:0/ImageWidth", "size.y": "IFD:0/ImageLength"},
    )
    return (record,)


def _beside(own: OmeFile, members: Members) -> list[str]:
    if not members.present:
        return []
    folder = own.path.parent
    return [(folder / part).as_posix() for part in members.present]


def _records(own: OmeFile) -> Records:
    document = own.xml.document
    if not document.images:
        raise DamagedFileError(own.shown, "an image in the OME-XML")
    name = own.shown
    is_set = own.first is not None or any(run.parts for run in own.xml.runs)
    form = "OME-TIFF" if is_set else "OME-XML"
    reader = "ome_tiff" if own.first is not None else "ome_xml"
    found: list[ImageMetadata] = []
    sizes: dict[str, set[object]] = {}
    whole = Members()
    for index, image in enumerate(document.images):
        parts = frozenset(part for run in own.runs(index) for part in run.parts)
        members = members_of(own, parts)
        recorder = Recorder(document, image, index)
        files = [name, *_beside(own, members)]
        record = recorder.record(name, form=form, reader=reader, files=files)
        for part in members.present:
            sizes.setdefault(part, set()).add((record.size.x, record.size.y))
        whole.present.update(members.present)
        problems = [*record.problems, *members.all_problems()]
        if own.first is not None:
            record, more = with_pages(own, record, alone=not members.present)
            problems += more
        if len(problems) > len(record.problems):
            record = replace(record, problems=tuple(problems))
        found.append(record)
    inspect(own, whole, sizes)
    first = [*own.xml.problems, *own.problems, *whole.all_problems()]
    if first:
        found[0] = replace(found[0], problems=(*first, *found[0].problems))
    return tuple(found)
