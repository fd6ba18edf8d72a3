"""The table of formats: what is read, what for, and what must be installed for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from fairsubmit.readers.entry_points import loaded
from fairsubmit.readers.extras import install_command
from fairsubmit.readers.impostor import UNREAD_SUFFIXES
from fairsubmit.readers.table import IMAGE_SUFFIXES, READERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.readers.base import OwnReader

__all__ = ["Format", "failures", "own_formats", "read_formats", "unread_formats"]

OURS = "fairsubmit"


@dataclass(frozen=True, slots=True)
class Format:
    """One row of the table.

    Attributes
    ----------
    format
        Name of the format, as its users say it.
    suffixes
        File names as people meet them.
    reader
        Stands in the records; ``None`` where the format is known, but not read.
    reads
        What the record holds beside size and pixel type; ``None`` where nobody says.
    tested_on
        Real files or made ones; ``None`` where nobody says.
    library
        What reads the header.
    licence
        Its licence, by SPDX identifier.
    extra
        What must be installed for it, beside this package.
    installed
        Whether it can be read here and now.
    install
        The command that installs what is missing.
    package
        The package that the reader comes with.
    """

    format: str
    suffixes: tuple[str, ...]
    reader: str | None = None
    reads: str | None = None
    tested_on: str | None = None
    library: str | None = None
    licence: str | None = None
    extra: str | None = None
    installed: bool = False
    install: str | None = None
    package: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the row as a JSON object."""
        return asdict(self)


def own_formats() -> tuple[Format, ...]:
    """Return the formats that this package reads, by name."""
    return tuple(sorted(map(_own, READERS), key=lambda row: row.format.casefold()))


def read_formats() -> tuple[Format, ...]:
    """Return the formats that are read; those of other packages' readers follow."""
    return (*own_formats(), *_of_plug_ins())


def unread_formats() -> tuple[Format, ...]:
    """Return the formats that are known, but not read, by name."""
    read = IMAGE_SUFFIXES.union(*(reader.about.suffixes for reader in READERS))
    suffixes: dict[str, list[str]] = {}
    for suffix, name in UNREAD_SUFFIXES.items():
        if suffix not in read:
            suffixes.setdefault(name, []).append(suffix)
    rows = (Format(name, tuple(found)) for name, found in suffixes.items())
    return tuple(sorted(rows, key=lambda row: row.format.casefold()))


def failures() -> tuple[str, ...]:
    """Return why readers of other packages could not be loaded."""
    return loaded()[1]


def _own(reader: OwnReader) -> Format:
    about = reader.about
    installed = about.extra is None or _importable(about.library)
    return Format(
        about.format,
        about.suffixes,
        reader.name,
        about.reads,
        about.tested_on,
        about.library,
        about.licence,
        about.extra,
        installed,
        None if installed or about.extra is None else install_command(about.extra),
        OURS,
    )


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _of_plug_ins() -> Iterator[Format]:
    for reader, package in loaded()[0]:
        about = getattr(reader, "about", None)
        yield Format(
            str(getattr(about, "format", reader.name)),
            tuple(map(str, getattr(about, "suffixes", reader.suffixes))),
            str(reader.name),
            getattr(about, "reads", None),
            getattr(about, "tested_on", None),
            getattr(about, "library", None),
            getattr(about, "licence", None),
            installed=True,
            package=package,
        )
