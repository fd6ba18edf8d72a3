"""Image formats: headers in, image metadata records out.

`READERS` is the table; other packages add theirs through the entry-point group
``fairsubmit.readers`` (an object, or a class without parameters, that follows
`fairsubmit.readers.base.Reader`). `read_image` reads one file, `extract` many.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import (
    DamagedFileError,
    MissingReaderError,
    ReadError,
    UnsupportedFormatError,
)
from fairsubmit.findings import Finding, Severity
from fairsubmit.metadata.image import Extraction, ImageMetadata
from fairsubmit.readers.entry_points import GROUP, checked, loaded, plug_ins
from fairsubmit.readers.ome.ome_tiff import OmeTiff
from fairsubmit.readers.sets import kept, recall
from fairsubmit.readers.source import FolderError, Source, opened, shared

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.readers.base import Reader, SetReader
    from fairsubmit.readers.fallback.bioformats import BioFormats
    from fairsubmit.readers.table import READERS

__all__ = ["GROUP", "READERS", "find_reader", "is_image", "plug_ins", "read_image"]

UNREADABLE = ("IMG101", "image-unreadable")
NOT_READ = ("IMG120", "format-not-read")
NO_LIBRARY = ("IMG121", "reader-missing")
# What our readers do not read, another program may.
_OTHERS_MAY = frozenset({NOT_READ[0], NO_LIBRARY[0]})
# Plates in one folder, whose files ask for each of them in turn.
MAX_SETS = 64
MAX_NO_LEADS = 1 << 16
# The first of the table: where all images are these, the others are never imported.
# They know their sets themselves.
_FIRST: Reader = OmeTiff()
_AGAIN = "copy the file again from its source, then run the command again"


def __getattr__(name: str) -> object:
    if name == "READERS":
        from fairsubmit.readers.table import READERS

        return READERS
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def find_reader(path: Path, head: bytes) -> Reader | None:
    """Return the reader that recognises a file or folder.

    Parameters
    ----------
    path
        The file or folder.
    head
        The first bytes of the file (``b""`` for a folder).
    """
    if _FIRST.recognises(path, head):
        return _FIRST
    from fairsubmit.readers.table import READERS

    for reader in READERS[1:]:
        if reader.recognises(path, head):
            return reader
    others, _ = loaded()
    return next((r for r, _ in others if _recognises(r, path, head)), None)


def _recognises(reader: Reader, path: Path, head: bytes) -> bool:
    try:
        return reader.recognises(path, head)
    except Exception:  # noqa: BLE001 - another package's code; the next one is asked
        return False


def is_image(path: Path) -> bool:
    """Whether a file or folder is an image, by content or, failing that, by name."""
    from fairsubmit.readers.impostor import has_image_suffix

    if has_image_suffix(path):
        return True
    if path.is_dir():
        return find_reader(path, b"") is not None
    try:
        with Source(path) as source, shared(source):
            return find_reader(path, source.head) is not None
    except ReadError:
        return False


def read_image(path: Path, *, bioformats: BioFormats | None = None) -> Extraction:
    """Read the headers of one file, or of one folder that is an image.

    Never raises: what cannot be read becomes one finding, IMG101. A file that is no
    image, by content and by name, gives neither image nor finding. A member of a set of
    several files gives the records of the whole set.

    Parameters
    ----------
    path
        The file or folder; paths in the result begin as it does.
    bioformats
        Asked, after an installed openreadout, for what has no record otherwise.
    """
    shown = path.as_posix()
    try:
        found = _read(path, shown)
        if found.findings and found.findings[0].code in _OTHERS_MAY:
            return _read_otherwise(path, found, bioformats)
    except UnsupportedFormatError as error:  # it was recognised, and is no image
        return Extraction(shown, findings=(_not_read(shown, error.message),))
    except ReadError as error:
        return Extraction(shown, findings=(_unreadable(shown, error),))
    except Exception as error:  # noqa: BLE001 - one file must not stop the others
        words = f"{type(error).__name__}: {error}"
        message = f"{shown} cannot be read: its content is not as expected ({words})"
        failure = ReadError(message, hint="report this with the file, please")
        return Extraction(shown, findings=(_unreadable(shown, failure),))
    return found


def _read_otherwise(
    path: Path, found: Extraction, bioformats: BioFormats | None
) -> Extraction:
    from fairsubmit.readers.fallback import read_otherwise

    return read_otherwise(path, found, bioformats)


def _read(path: Path, shown: str) -> Extraction:
    try:
        opened = Source(path)
    except FolderError:
        return _read_with(find_reader(path, b""), path, shown) or Extraction(shown)
    with opened as source, shared(source):
        head = source.head
        found = _read_with(find_reader(path, head), path, shown)
    return found or _unrecognised(path, shown, head)


def _unrecognised(path: Path, shown: str, head: bytes) -> Extraction:
    from fairsubmit.readers.impostor import has_image_suffix, refusal, unread

    if not has_image_suffix(path):
        return Extraction(shown)
    refused = refusal(path, head)
    if refused is not None:
        return Extraction(shown, findings=(_unreadable(shown, refused),))
    unread_format = unread(path)
    if unread_format is None:  # it has only the name in common with images
        return Extraction(shown)
    message = f"{shown} is a file of the format {unread_format}, which is not read"
    return Extraction(shown, findings=(_not_read(shown, message),))


def _read_with(reader: Reader | None, path: Path, shown: str) -> Extraction | None:
    led = None if reader is _FIRST else _of_lead(path, shown)
    if led is not None or reader is None:
        return led
    try:
        return Extraction(shown, checked(reader, reader.read(path), shown))
    except MissingReaderError as error:
        return Extraction(shown, findings=(_no_library(shown, error),))


def _of_lead(path: Path, shown: str) -> Extraction | None:
    """Return the records of the set that a file belongs to and another file leads."""
    from fairsubmit.readers.table import SET_READERS

    for reader in SET_READERS:
        for lead in reader.leads(path):
            found = _set_of(reader, lead)
            if shown in found.files:
                return Extraction(shown, found.records, _cut_short(path, found.records))
    return None


def _set_of(reader: SetReader, lead: Path) -> _Set:
    """Return a set, remembered; a folder may hold many files that only look like leads.

    Each of its files asks for all of them.
    """
    name = lead.as_posix()
    others = kept("no leads")
    if others is not None and name in others:
        return _Set()
    found = recall("leads", name, partial(_lead, reader, lead), most=MAX_SETS)
    if others is not None and not found.files and len(others) < MAX_NO_LEADS:
        others[name] = None
    return found


def _cut_short(path: Path, records: Sequence[ImageMetadata]) -> tuple[Finding, ...]:
    """Return what is wrong with a TIFF of a set, unless its records say it.

    Who reads a plate opens few of its files; when it is this one's turn, it is open.
    """
    from fairsubmit.readers.tiff.chain import check
    from fairsubmit.readers.tiff.structure import is_tiff, open_tiff

    shown = path.as_posix()
    try:
        with opened(path) as source:
            problems = check(open_tiff(source)) if is_tiff(source.head) else []
    except FolderError:
        return ()
    except ReadError as error:
        finding = _unreadable(shown, error)
    else:
        wrong = next((p for p in problems if p.error), None)
        if wrong is None:
            return ()
        message = f"{shown} is a part of an image: {wrong.message}"
        place = wrong.place
        finding = Finding(*UNREADABLE, Severity.ERROR, message, shown, pointer=place)
    told = (f"{p.place} {p.message}" for r in records for p in r.problems if p.error)
    return () if any(path.name in words for words in told) else (finding,)


class _Set(NamedTuple):
    """The records of a set, and the files that they list."""

    records: tuple[ImageMetadata, ...] = ()
    files: frozenset[str] = frozenset()


def _lead(reader: SetReader, lead: Path) -> _Set:
    records: tuple[ImageMetadata, ...] = ()
    try:
        if lead.is_dir():
            if reader.recognises(lead, b""):
                records = tuple(reader.read(lead))
        else:
            with Source(lead) as source, shared(source):
                if reader.recognises(lead, source.head):
                    records = tuple(reader.read(lead))
    except ReadError:
        return _Set()
    return _Set(records, frozenset(name for r in records for name in r.files))


def _unreadable(shown: str, error: ReadError) -> Finding:
    code, name = UNREADABLE
    pointer = None
    if isinstance(error, DamagedFileError) and error.offset is not None:
        pointer = f"byte {error.offset}"
    return Finding(
        code,
        name,
        Severity.ERROR,
        error.message,
        shown,
        pointer=pointer,
        help=error.hint or _AGAIN,
    )


def _not_read(shown: str, message: str) -> Finding:
    cure = (
        "it can be deposited all the same; give its metadata in the submission, "
        "or convert it to OME-TIFF or OME-Zarr"
    )
    return Finding(*NOT_READ, Severity.INFO, message, shown, help=cure)


def _no_library(shown: str, error: MissingReaderError) -> Finding:
    message = f"{shown} {error.message}, which is missing"
    cure = f"{error.hint}; it can be deposited without, too"
    return Finding(*NO_LIBRARY, Severity.INFO, message, shown, help=cure)
