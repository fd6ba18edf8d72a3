"""HDF5 files by their groups, attributes and shapes, never their pixels.

Everything that h5py raises ends here. Links are followed one name at a time, and only
those inside the file: another file may be a pipe, or not the person's to read. What is
read is measured before: attributes and small datasets of a size that a header may have.
"""

from __future__ import annotations

import math
import re
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias, TypeVar

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.readers.extras import library
from fairsubmit.readers.source import opened
from fairsubmit.readers.zarr.pixel_types import pixel_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["EXTRA", "ExternalLink", "Group", "Hdf5File", "Values", "is_hdf5"]

EXTRA = "hdf5"
MAGIC = b"\x89HDF\r\n\x1a\n"
# The superblock stands at byte 0, or after a user block at 512, 1024, 2048, … (HDF5
# File Format Specification 3.0, section II.A).
STARTS = (0, 512, 1024, 2048, 4096)
MAX_ATTRIBUTE = 1 << 16
MAX_VALUES = 1 << 20
MAX_CHUNK = 1 << 24
MAX_NAMES = 1 << 16

# Bits of the fraction of floating-point numbers, by their bytes.
_MANTISSA = {2: 10, 4: 23, 8: 52}
MAX_DIGITS = 17
_STORED_END = re.compile(r"stored_eof = (\d+)")
_T = TypeVar("_T")
# What h5py gives has no types.
_Item: TypeAlias = Any


def is_hdf5(head: bytes) -> bool:
    """Whether a file is HDF5, by its first bytes."""
    return any(head.startswith(MAGIC, start) for start in STARTS)


def _safely(read: Callable[[], _T]) -> _T | None:
    """Return what h5py gives; ``None`` where the file does not hold what it should."""
    try:
        return read()
    except Exception:  # noqa: BLE001 - h5py raises nearly anything for damaged files
        return None


def _type_of(dtype: _Item) -> str | None:
    """Return a type by its OME name; a record of two floats may be a complex number."""
    names = dtype.names or ()
    if [name[:1].lower() for name in names] == ["r", "i"]:
        parts = {dtype[name].str[1:] for name in names}
        if parts in ({"f4"}, {"f8"}):
            return "complex" if parts == {"f4"} else "double-complex"
    return pixel_type(dtype.str)[0]


class ExternalLink(NamedTuple):
    """A link to another file."""

    file: str
    path: str


class Values(NamedTuple):
    """A dataset's header.

    Attributes
    ----------
    shape
        Slowest dimension first.
    pixel_type
        By its OME name.
    item
        The dataset of h5py.
    """

    shape: tuple[int, ...]
    pixel_type: str | None
    item: _Item

    def text_bytes(self, most: int = MAX_VALUES) -> bytes | None:
        """Return the first column of small integers, as text is kept in them.

        Parameters
        ----------
        most
            Longer columns, and those in larger chunks, are left alone.
        """
        return _safely(lambda: self._column(most))

    def _column(self, most: int) -> bytes | None:
        item = self.item
        if not 1 <= len(self.shape) <= 2 or self.shape[0] > most:
            return None
        if item.dtype.kind not in "ui" or item.dtype.itemsize != 1 or 0 in self.shape:
            return None
        if not _small_chunks(item):
            return None
        column = item[:] if len(self.shape) == 1 else item[:, 0]
        found: bytes = column.tobytes()
        return found

    def step(self) -> float | None:
        """Return the mean step of a vector of numbers, as exactly as they tell it."""
        return _safely(self._step)

    def _step(self) -> float | None:
        item, dtype = self.item, self.item.dtype
        count = self.shape[0]
        if dtype.kind not in "uif" or count < 2 or not _small_chunks(item):
            return None
        if any(extent != 1 for extent in self.shape[1:]):
            return None
        ends = [float(item[place].ravel()[0]) for place in (0, count - 1)]
        step = (ends[1] - ends[0]) / (count - 1)
        bits = _MANTISSA.get(dtype.itemsize, 52) if dtype.kind == "f" else 52
        doubt = 2 * max(map(abs, ends)) * 2.0**-bits / (count - 1)
        return _shortest(step, doubt) if math.isfinite(step) else None

    def attribute(self, name: str) -> str | None:
        """Return an attribute as text."""
        return _attribute(self.item, name)


def _shortest(value: float, doubt: float) -> float:
    """Return the number of fewest digits that the doubt allows."""
    rounded = (float(f"{value:.{digits}g}") for digits in range(1, MAX_DIGITS))
    return next((v for v in rounded if abs(v - value) <= doubt), value)


def _small_chunks(item: _Item) -> bool:
    size = item.dtype.itemsize
    for extent in item.chunks or ():
        size *= extent
    return bool(size <= MAX_CHUNK)


class Group:
    """A group of an HDF5 file.

    Parameters
    ----------
    item
        The group of h5py.
    h5py
        The library.
    """

    def __init__(self, item: _Item, h5py: _Item) -> None:
        self._item = item
        self._h5py = h5py

    def names(self, most: int = MAX_NAMES) -> list[str]:
        """Return the names of its members, at most so many."""
        return _safely(lambda: _texts(islice(self._item, most))) or []

    def member(self, name: str) -> _Item:
        """Return h5py's object of a name; ``None`` if it is not in this file."""
        link = _safely(lambda: self._item.get(name, getlink=True))
        if not isinstance(link, self._h5py.HardLink):
            return None
        return _safely(lambda: self._item[name])

    def group(self, *names: str) -> Group | None:
        """Return the group that a path of names leads to."""
        found: Group | None = self
        for name in names:
            if found is None:
                return None
            item = found.member(name)
            is_group = isinstance(item, self._h5py.Group)
            found = Group(item, self._h5py) if is_group else None
        return found

    def values(self, name: str) -> Values | None:
        """Return the header of a dataset."""
        item = self.member(name)
        if not isinstance(item, self._h5py.Dataset):
            return None
        return _safely(
            lambda: Values(
                tuple(int(n) for n in item.shape or ()),
                _type_of(item.dtype),
                item,
            )
        )

    def external(self, name: str) -> ExternalLink | None:
        """Return where a link leads that leaves the file."""
        link = _safely(lambda: self._item.get(name, getlink=True))
        if not isinstance(link, self._h5py.ExternalLink):
            return None
        return ExternalLink(str(link.filename), str(link.path))

    def attributes(self, most: int = 256) -> list[str]:
        """Return the names of its attributes, at most so many."""
        return _safely(lambda: _texts(islice(self._item.attrs, most))) or []

    def attribute(self, name: str) -> str | None:
        """Return an attribute as text; ``None`` if there is none."""
        return _attribute(self._item, name)


def _texts(names: Iterable[object]) -> list[str]:
    """Leave out names that are not UTF-8: no format has such."""
    return [name for name in names if isinstance(name, str)]


def _attribute(item: _Item, name: str) -> str | None:
    return _safely(lambda: _text(item, name))


def _text(item: _Item, name: str) -> str | None:
    """Return an attribute; Imaris writes texts as arrays of single characters."""
    if name not in item.attrs:
        return None
    if item.attrs.get_id(name).get_storage_size() > MAX_ATTRIBUTE:
        return None
    value = item.attrs[name]
    if not isinstance(value, str | bytes):
        if value.dtype.kind == "S":
            value = b"".join(value.ravel().tolist())
        else:
            value = value.ravel()[0] if value.size == 1 else ""
    if isinstance(value, bytes):
        return _decoded(value)
    return str(value).strip("\0 \t\r\n")


def _decoded(raw: bytes) -> str:
    raw = raw.split(b"\0")[0].strip()
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


class Hdf5File:
    """An HDF5 file, open; to be used with ``with``.

    Parameters
    ----------
    path
        The file.
    format_name
        Name of the format, for people who lack the library.

    Attributes
    ----------
    root
        The outermost group.

    Raises
    ------
    MissingReaderError
        If h5py is not installed.
    DamagedFileError
        If this is no HDF5 file, or one that is cut short.
    ReadError
        If it cannot be opened.
    """

    def __init__(self, path: Path, format_name: str) -> None:
        with opened(path) as source:  # refuses pipes, and what cannot be read at all
            size = source.size
        h5py = library("h5py", EXTRA, format_name)
        shown = path.as_posix()
        try:
            self._file = h5py.File(str(path), "r", locking=False)
            self.root = Group(self._file["/"], h5py)
        except Exception as error:
            raise _damage(shown, size, str(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _safely(self._file.close)


def _damage(shown: str, size: int, words: str) -> ReadError:
    stored = _STORED_END.search(words)
    if stored is not None and int(stored[1]) > size:
        expected = f"{stored[1]} bytes, as the file itself says, but there are {size}"
        return DamagedFileError(shown, expected, offset=size)
    if "already open for write" in words:
        message = f"{shown} is being written, or its writer did not close it"
        return ReadError(message, hint="close it in the program that writes it")
    return DamagedFileError(shown, f"an HDF5 file that can be opened ({words})")
