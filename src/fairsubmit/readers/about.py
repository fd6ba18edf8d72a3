"""What people are told about a format: the rows of ``fairsubmit formats``."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["About"]


@dataclass(frozen=True, slots=True)
class About:
    """One row of the table of formats; every reader of this package has one.

    Attributes
    ----------
    format
        Name of the format, as its users say it.
    suffixes
        File names as people meet them.
    reads
        What the record holds, in words, beside size and pixel type.
    tested_on
        ``"10 real files"``, or ``"files written from the specification"`` where no
        real file could be had.
    library
        What reads the header: this package, or a library.
    licence
        Its licence, by SPDX identifier.
    extra
        What must be installed for it: ``pip install "fairsubmit[<extra>]"``.
    """

    format: str
    suffixes: tuple[str, ...]
    reads: str
    tested_on: str
    library: str = "fairsubmit"
    licence: str = "BSD-3-Clause"
    extra: str | None = None
