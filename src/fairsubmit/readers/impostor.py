"""Files that stand in an image's place: what they are, and what to do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError, ReadError, UnsupportedFormatError
from fairsubmit.readers.entry_points import loaded
from fairsubmit.readers.table import IMAGE_SUFFIXES, READERS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "UNREAD_SUFFIXES",
    "format_name",
    "has_image_suffix",
    "refusal",
    "unread",
]

# Formats of microscopy and imaging that no reader claims. Names that other programs use
# too do not belong here.
UNREAD_SUFFIXES = {
    ".zvi": "Zeiss ZVI",
    ".lei": "Leica LEI",
    ".oir": "Olympus OIR",
    ".poir": "Olympus POIR",
    ".sld": "SlideBook",
    ".sldy": "SlideBook 7",
    ".mvd2": "Volocity",
    ".c01": "Cellomics",
    ".xdce": "InCell",
    ".obf": "Imspector OBF",
    ".msr": "Imspector MSR",
    ".sdt": "Becker & Hickl SDT",
    ".ptu": "PicoQuant PTU",
    ".sif": "Andor SIF",
    ".spe": "Princeton Instruments SPE",
    ".mrxs": "MIRAX",
    ".isyntax": "Philips iSyntax",
    ".ndpis": "Hamamatsu NDPIS",
    ".vms": "Hamamatsu VMS",
    ".afi": "Aperio AFI",
    ".dm2": "Gatan DM2",
    ".eer": "EER",
    ".hdf5": "HDF5",
    ".h5": "HDF5",
    ".klb": "KLB",
    ".gif": "GIF",
    ".webp": "WebP",
    ".heic": "HEIC",
    ".avi": "AVI video",
    ".mp4": "MP4 video",
    ".mov": "QuickTime video",
}
_AGAIN = "copy the file again from its source, then run the command again"


def _suffix(name: str, known: frozenset[str] | dict[str, str]) -> str | None:
    lower = name.lower()
    parts = lower.split(".")
    for count in (3, 2, 1):
        suffix = "." + ".".join(parts[-count:])
        if len(parts) > count and suffix in known:
            return suffix
    return None


def has_image_suffix(path: Path) -> bool:
    """Whether the name is that of an image, of a format that is read or not."""
    name = path.name
    known = _suffix(name, IMAGE_SUFFIXES) or _suffix(name, UNREAD_SUFFIXES)
    return bool(known or _plug_in(name))


def unread(path: Path) -> str | None:
    """Return the name of the format if it is known, but not read."""
    if _suffix(path.name, IMAGE_SUFFIXES) or _plug_in(path.name):
        return None
    suffix = _suffix(path.name, UNREAD_SUFFIXES)
    return UNREAD_SUFFIXES[suffix] if suffix else None


def _plug_in(name: str) -> str | None:
    """Return the format of another package's reader whose suffix a name has."""
    for reader, _ in loaded()[0]:
        if _suffix(name, frozenset(reader.suffixes)):
            about = getattr(reader, "about", None)
            return str(getattr(about, "format", reader.name))
    return None


def format_name(path: Path) -> str:
    """Return the name of the format that a file's name promises."""
    named = next(iter(_formats(_suffix(path.name, IMAGE_SUFFIXES))), None)
    named = named or _plug_in(path.name)
    return named or unread(path) or path.suffix.removeprefix(".").upper() or "unknown"


def _formats(suffix: str | None) -> list[str]:
    """Return the formats of a suffix: those that it is the first of, if any."""
    own = [r.about.format for r in READERS if suffix == r.suffixes[0]]
    return own or [r.about.format for r in READERS if suffix in r.suffixes]


def _promised(path: Path) -> str:
    """Return what a file's name promises, as the end of "expected …"."""
    suffix = _suffix(path.name, IMAGE_SUFFIXES)
    formats = _formats(suffix)
    other = _plug_in(path.name)
    if not formats and other is not None:
        return f"the header of {other}"
    tiff = suffix is not None and suffix.removeprefix(".ome") in {".tif", ".tiff"}
    if len(formats) != 1 or tiff:
        return "a TIFF header or OME-XML"
    return f"the header of {formats[0]}"


def refusal(path: Path, head: bytes) -> ReadError | None:
    """Return why a file with an image's name is none, as far as its content tells.

    Nothing is refused that only has the name in common with images: the calendars,
    programs and tables of others.

    Parameters
    ----------
    path
        The file.
    head
        Its first bytes.
    """
    shown = path.as_posix()
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    damaged: ReadError
    if not head:
        damaged = DamagedFileError(shown, "an image, but the file is empty", offset=0)
        damaged.hint = _AGAIN
        return damaged
    if head.startswith(b"version https://git-lfs.github.com/spec/"):
        message = f"{shown} is a Git LFS pointer, not the image that it points to"
        return UnsupportedFormatError(message, hint="run 'git lfs pull' in its folder")
    if start.startswith((b"<!doctype html", b"<html")):
        message = f"{shown} is a web page, not an image: the download failed"
        hint = "download the file again; a login may be needed"
        return UnsupportedFormatError(message, hint=hint)
    if not head.strip(b"\0"):
        damaged = DamagedFileError(
            shown, "an image, but there are only zeros", offset=0
        )
        damaged.hint = _AGAIN
        return damaged
    if unread(path) is not None or _of_another_program(path, head):
        return None
    return _other(path, head, _promised(path))


# Suffixes that other programs give their files, too: calendars, speech labels, lists of
# figures, descriptions of software, library records, serialized objects, videos.
_SHARED = frozenset(
    {".bif", ".dv", ".emd", ".flex", ".htd", ".ics", ".ims", ".lof", ".lsm", ".mlf"}
    | {".mrc", ".nd", ".r3d", ".scn", ".ser", ".stk"}
)
# Java objects, SER videos of astronomers, DV and RED videos, Godot scenes.
_THEIRS = (
    (0, (b"\xac\xed\x00\x05", b"LUCAM-RECORDER", b"\x1f\x07\x00", b"RSRC", b"RSCC")),
    (4, (b"RED1", b"RED2")),
)
# No byte of a text, but the separators of MARC records are.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c]")


def _of_another_program(path: Path, head: bytes) -> bool:
    """Whether a file has only its name in common with an image."""
    if not _suffix(path.name, _SHARED):
        return False
    if any(head.startswith(magic, start) for start, magic in _THEIRS):
        return True
    start = head[:512]
    # Some letters of any text are ASCII.
    return not _NO_TEXT.search(start) and 4 * sum(c < 128 for c in start) > len(start)


_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive", "unpack it and deposit what is inside", ()),
    (b"\x1f\x8b", "compressed with gzip", "unpack it with 'gunzip'", (".gz",)),
    (b"7z\xbc\xaf'\x1c", "a 7-Zip archive", "unpack it and deposit what is inside", ()),
    (b"Rar!", "a RAR archive", "unpack it and deposit what is inside", ()),
    (b"%PDF", "a PDF document", "export the image itself", ()),
    (b"\x89PNG\r\n", "a PNG image", "give it the suffix .png", (".png", ".apng")),
    (b"\xff\xd8\xff", "a JPEG image", "give it the suffix .jpg", (".jpg", ".jpeg")),
    (
        b"\x89HDF\r\n",
        "an HDF5 file",
        "give it the suffix of its format",
        (".ims", ".emd", ".h5"),
    ),
    (b"ZISRAW", "a Zeiss CZI file", "give it the suffix .czi", (".czi",)),
)


def _other(path: Path, head: bytes, promised: str) -> ReadError:
    shown = path.as_posix()
    found = f", found {head[:4]!r}"
    for magic, what, hint, suffixes in _MAGIC:
        if not head.startswith(magic):
            continue
        if path.name.lower().endswith(suffixes):
            promised, found = promised.replace("the ", "the whole ", 1), ""
            promised += f", found {what}" if what == "an HDF5 file" else ""
            break
        return UnsupportedFormatError(
            f"{shown} is {what}, whatever its name says", hint=hint
        )
    error = DamagedFileError(shown, promised + found, offset=0)
    error.hint = _AGAIN
    return error
