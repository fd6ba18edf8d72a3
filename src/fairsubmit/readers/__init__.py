"""Image formats: headers in, image metadata records out.

`READERS` is the table; other packages add theirs through the entry-point group
``fairsubmit.readers`` (an object, or a class without parameters, that follows
`fairsubmit.readers.base.Reader`). `read_image` reads one file, `extract` many.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError, ReadError, UnsupportedFormatError
from fairsubmit.findings import Finding, Severity
from fairsubmit.metadata.image import Extraction
from fairsubmit.readers.aperio import Aperio
from fairsubmit.readers.imagej import ImageJ
from fairsubmit.readers.impostor import has_image_suffix, refusal, unread
from fairsubmit.readers.metaseries import MetaSeries
from fairsubmit.readers.ome_tiff import OmeTiff
from fairsubmit.readers.ome_xml_file import OmeXmlFile
from fairsubmit.readers.ome_zarr import OmeZarr
from fairsubmit.readers.plain_tiff import PlainTiff
from fairsubmit.readers.source import Source, shared

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.base import Reader

__all__ = ["GROUP", "READERS", "find_reader", "is_image", "plug_ins", "read_image"]

GROUP = "fairsubmit.readers"

# The first that recognises a file reads it: the particular before the general.
READERS: tuple[Reader, ...] = (
    OmeTiff(),
    ImageJ(),
    MetaSeries(),
    Aperio(),
    PlainTiff(),
    OmeXmlFile(),
    OmeZarr(),
)

UNREADABLE = ("IMG101", "image-unreadable")
NOT_READ = ("IMG120", "format-not-read")
_AGAIN = "copy the file again from its source, then run the command again"


@cache
def plug_ins() -> tuple[tuple[Reader, ...], tuple[str, ...]]:
    """Return readers of other packages, and why some could not be loaded."""
    from importlib import metadata

    found: list[Reader] = []
    failures: list[str] = []
    for point in sorted(metadata.entry_points(group=GROUP), key=lambda p: p.name):
        try:
            loaded = point.load()
            found.append(loaded() if isinstance(loaded, type) else loaded)
        except Exception as error:  # noqa: BLE001 - another package's code
            words = f"{type(error).__name__}: {error}"
            failures.append(f"the reader {point.name!r} cannot be loaded: {words}")
    return tuple(found), tuple(failures)


def find_reader(path: Path, head: bytes) -> Reader | None:
    """Return the reader that recognises a file or folder.

    Parameters
    ----------
    path
        The file or folder.
    head
        The first bytes of the file (``b""`` for a folder).
    """
    for reader in READERS:
        if reader.recognises(path, head):
            return reader
    others, _ = plug_ins()
    return next((r for r in others if _recognises(r, path, head)), None)


def _recognises(reader: Reader, path: Path, head: bytes) -> bool:
    try:
        return reader.recognises(path, head)
    except Exception:  # noqa: BLE001 - another package's code; the next one is asked
        return False


def is_image(path: Path) -> bool:
    """Whether a file or folder is an image, by content or, failing that, by name."""
    if has_image_suffix(path):
        return True
    if path.is_dir():
        return find_reader(path, b"") is not None
    try:
        with Source(path) as source, shared(source):
            return find_reader(path, source.head) is not None
    except ReadError:
        return False


def read_image(path: Path) -> Extraction:
    """Read the headers of one file, or of one folder that is an image.

    Never raises: what cannot be read becomes one finding, IMG101. A file that is no
    image, by content and by name, gives neither image nor finding. A member of a set of
    several files gives the records of the whole set.

    Parameters
    ----------
    path
        The file or folder; paths in the result begin as it does.
    """
    shown = path.as_posix()
    try:
        return _read(path, shown)
    except ReadError as error:
        return Extraction(shown, findings=(_unreadable(shown, error),))
    except Exception as error:  # noqa: BLE001 - one file must not stop the others
        words = f"{type(error).__name__}: {error}"
        message = f"{shown} cannot be read: its content is not as expected ({words})"
        failure = ReadError(message, hint="report this with the file, please")
        return Extraction(shown, findings=(_unreadable(shown, failure),))


def _read(path: Path, shown: str) -> Extraction:
    if path.is_dir():
        return _read_with(find_reader(path, b""), path, shown) or Extraction(shown)
    with Source(path) as source, shared(source):
        head = source.head
        found = _read_with(find_reader(path, head), path, shown)
    if found is not None or not has_image_suffix(path):
        return found or Extraction(shown)
    refused = refusal(path, head)
    if refused is not None:
        raise refused
    message = f"{shown} is a file of the format {unread(path)}, which is not read"
    return Extraction(shown, findings=(_not_read(shown, message),))


def _read_with(reader: Reader | None, path: Path, shown: str) -> Extraction | None:
    if reader is None:
        return None
    try:
        return Extraction(shown, tuple(reader.read(path)))
    except UnsupportedFormatError as error:
        return Extraction(shown, findings=(_not_read(shown, error.message),))


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
    code, name = NOT_READ
    return Finding(
        code,
        name,
        Severity.INFO,
        message,
        shown,
        help="it can be deposited all the same; give its metadata in the submission, "
        "or convert it to OME-TIFF or OME-Zarr",
    )
