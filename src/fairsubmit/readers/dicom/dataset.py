"""A data set's values, each read with care: pydicom at the one seam with it."""

from __future__ import annotations

import math
import warnings
from collections.abc import MutableSequence
from contextlib import contextmanager, suppress
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.readers.dicom.stream import (
    DEFLATED,
    Encoding,
    Stream,
    encoding,
    inflated,
)
from fairsubmit.readers.dicom.tags import FULL, STOP_FULL
from fairsubmit.readers.extras import library
from fairsubmit.readers.volumes.numbers import single

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import BytesIO
    from pathlib import Path
    from types import ModuleType

    from fairsubmit.readers.source import Source

__all__ = ["Data", "Header", "guarded", "named", "read_header"]

MAX_ITEMS = 4096
# Frames whose own groups are read: more are taken to be as the header says.
MAX_FRAMES = 256
# Items are objects; a sequence of more bytes than this is left unread.
MAX_SEQUENCE = 1 << 20
PER_FRAME = 0x52009230
UNDEFINED = 0xFFFFFFFF


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Translate whatever pydicom raises, and keep its warnings.

    Raises
    ------
    DamagedFileError
        If the file is not as DICOM has it.
    ReadError
        As it was raised within.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except ReadError:
            raise
        except Exception as error:
            words = str(error).splitlines()[0][:200] if str(error) else ""
            expected = f"a DICOM data set ({type(error).__name__}: {words})"
            raise DamagedFileError(path.as_posix(), expected) from error


class Data:
    """A data set; what is absent, empty or broken is ``None``.

    Parameters
    ----------
    found
        pydicom's.
    """

    def __init__(self, found: Any) -> None:  # noqa: ANN401 - pydicom's
        self._found = found

    def _value(self, keyword: str) -> Any:  # noqa: ANN401 - pydicom's
        # A value that breaks its own rules is no value: pydicom raises many kinds.
        with suppress(Exception):
            return self._found.get(keyword)
        return None

    def has(self, keyword: str) -> bool:
        """Whether there is a value, even a broken one."""
        return keyword in self._found and not self._empty(keyword)

    def _empty(self, keyword: str) -> bool:
        value = self._value(keyword)
        return value is None or not str(value).strip("\0 ")

    def texts(self, keyword: str) -> list[str]:
        """Return all values that are not empty."""
        value = self._value(keyword)
        if value is None:
            return []
        return [text for v in _several(value) if (text := str(v).strip("\0 "))]

    def text(self, keyword: str) -> str | None:
        """Return the first value."""
        return next(iter(self.texts(keyword)), None)

    def numbers(self, keyword: str) -> list[Decimal]:
        """Return the values that are finite numbers, as they were written."""
        value = self._value(keyword)
        if value is None or isinstance(value, bytes):
            return []
        found = (_decimal(v) for v in _several(value))
        return [number for number in found if number is not None]

    def number(self, keyword: str) -> Decimal | None:
        """Return the first value as a number."""
        return next(iter(self.numbers(keyword)), None)

    def count(self, keyword: str) -> int | None:
        """Return the first value if it is a whole number above 0."""
        value = self.number(keyword)
        whole = value is not None and 0 < value < 1 << 63 and value == int(value)
        return int(value) if whole and value is not None else None

    def items(self, keyword: str) -> list[Data]:
        """Return the items of a sequence, which may be too long to be read."""
        with suppress(Exception):
            raw = self._found.get_item(keyword)
            length = getattr(raw, "length", None)
            if raw is None or (
                length not in {None, UNDEFINED} and length > MAX_SEQUENCE
            ):
                return []
            return [Data(item) for item in self._found[keyword].value[:MAX_ITEMS]]
        return []

    def first(self, *keywords: str) -> Data:
        """Return the first item of a sequence, of a sequence in it, and so on."""
        found = self
        for keyword in keywords:
            found = next(iter(found.items(keyword)), Data({}))
        return found


def _several(value: object) -> Iterable[object]:
    """Return the values of an element; names of persons are no lists of letters."""
    return value[:MAX_ITEMS] if isinstance(value, MutableSequence) else [value]


def _decimal(value: object) -> Decimal | None:
    try:
        if isinstance(value, int):  # tags too, whose text is none
            number = Decimal(int(value))
        elif isinstance(value, float) and str(value) == repr(value):
            number = single(value)
        else:
            number = Decimal(str(value).strip("\0 "))
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return number if number.is_finite() else None


class Header(Data):
    """The data set of a file, without its frames' own groups and its pixels.

    Parameters
    ----------
    found
        pydicom's.
    how
        How it is written.
    end
        Offset of the first element that was not read; ``None`` if it is deflated.
    cut
        Whether the file ended within an element.
    """

    def __init__(
        self,
        found: Any,  # noqa: ANN401 - pydicom's
        how: Encoding,
        end: int | None,
        *,
        cut: bool,
    ) -> None:
        super().__init__(found)
        self.encoding = how
        self.end = end
        self.cut = cut
        self.frames: tuple[Data, ...] = ()

    @property
    def frame(self) -> Data:
        """What the first frame has of its own."""
        return next(iter(self.frames), Data({}))

    def of_frames(self, *keywords: str) -> list[str] | None:
        """Return a value of each frame; ``None`` if it is not known of all.

        Parameters
        ----------
        keywords
            Of sequences, and last of the value.
        """
        if len(self.frames) != (self.count("NumberOfFrames") or 1):
            return None
        items = (frame.first(*keywords[:-1]) for frame in self.frames)
        values = ["\\".join(item.texts(keywords[-1])) for item in items]
        return values if all(values) else None


def named(uid: str) -> str:
    """Return the name of a UID, or itself.

    Raises
    ------
    MissingReaderError
        If pydicom is not installed.
    """
    return str(library("pydicom.uid", "dicom", "DICOM").UID(uid).name)


@cache
def _tags(keywords: tuple[str, ...]) -> list[int]:
    datadict = library("pydicom.datadict", "dicom", "DICOM")
    found = (datadict.tag_for_keyword(keyword) for keyword in keywords)
    return [tag for tag in found if tag is not None]


def read_header(
    source: Source,
    keywords: tuple[str, ...] = FULL,
    stop: int = STOP_FULL,
    *,
    frames: bool = True,
) -> Header:
    """Read a file's elements up to the first past `stop`; call it within `guarded`.

    Parameters
    ----------
    source
        The file.
    keywords
        Of the elements that are wanted.
    stop
        The first tag that is not read.
    frames
        Whether what the first frames have of their own is read too.

    Raises
    ------
    MissingReaderError
        If pydicom is not installed.
    """
    filereader = library("pydicom.filereader", "dicom", "DICOM")
    how = encoding(source)
    packed = how.syntax == DEFLATED
    stream: Any = inflated(source, how.start) if packed else Stream(source)
    if not packed:
        stream.seek(how.start)
    found = filereader.read_dataset(
        stream,
        how.implicit,
        how.little,
        stop_when=lambda tag, _vr, _length: tag >= stop,
        specific_tags=_tags(keywords),
    )
    end = stream.tell()
    # What the file does, which is not always what its transfer syntax says.
    how = how._replace(implicit=bool(found.original_encoding[0]))
    cut = not packed and (stream.short or end > source.size)
    header = Header(found, how, None if packed else end, cut=cut)
    if frames:
        header.frames = tuple(_frames(filereader, stream, how))
    return header


def _frames(
    filereader: ModuleType,
    stream: Stream | BytesIO,
    how: Encoding,
) -> Iterator[Data]:
    """Read what the first frames have of their own."""
    raw = stream.read(12)
    order: Literal["little", "big"] = "little" if how.little else "big"
    group, element = (int.from_bytes(raw[i : i + 2], order) for i in (0, 2))
    if group << 16 | element != PER_FRAME or len(raw) < 12:
        return
    if how.implicit:
        stream.seek(stream.tell() - 4)
    length = int.from_bytes(raw[4:8] if how.implicit else raw[8:12], order)
    end = math.inf if length == UNDEFINED else stream.tell() + length
    with suppress(Exception):
        for _ in range(MAX_FRAMES):
            if stream.tell() >= end:
                return
            item = filereader.read_sequence_item(
                stream, how.implicit, how.little, "iso8859"
            )
            if item is None:
                return
            yield Data(item)
