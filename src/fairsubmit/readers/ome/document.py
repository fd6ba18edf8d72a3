"""A file's own OME-XML as a valid document of the schema 2016-06, with all it holds.

Per-plane elements make up nearly all of the OME-XML of a long time series: they are
brought to the schema in blocks, so that memory grows with their text alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.readers.ome.conform import Notes, conform
from fairsubmit.readers.ome.cut import spans
from fairsubmit.readers.ome.file import read_xml
from fairsubmit.readers.ome.planes import Frame, Planes
from fairsubmit.readers.ome.schema import NAMESPACE
from fairsubmit.readers.ome.upgrade import foreign_values, parsed, upgraded
from fairsubmit.readers.ome.xml import mended

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lxml.etree import _Element

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["Document", "own_document", "own_tree", "written"]

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
# Directory number of the element that stands where run number 0 was.
FIRST_MARK = 1_900_000_000
_IFD = re.compile(r"19\d{8}")
_MARK = re.compile(rb'<(?:OME:)?TiffData IFD="(19\d{8})"/>')
_HINT = "`fairsubmit extract --format json` gives what was read of it"


@dataclass(frozen=True, slots=True)
class Document:
    """OME-XML, and what had to be changed or left out for it.

    Attributes
    ----------
    xml
        A whole document with its declaration, UTF-8.
    notes
        One sentence for each change.
    """

    xml: bytes
    notes: tuple[str, ...] = ()


def own_document(
    path: Path, records: Sequence[ImageMetadata] = (), *, planes: bool = True
) -> Document:
    """Return a file's own OME-XML: repaired, upgraded, valid, otherwise as it is.

    Parameters
    ----------
    path
        An OME-TIFF or an OME-XML file.
    records
        What was read of it: gives sizes and pixel type where the OME-XML does not.
    planes
        Whether per-plane elements (``TiffData``, ``Plane``) are kept. Pixels in the
        XML itself (``BinData``) are not.

    Raises
    ------
    DamagedFileError
        If it has no OME-XML, or none that describes an image.
    ReadError
        If the file cannot be opened, or its OME-XML lacks what the schema demands.
    """
    try:
        return _own_document(path, records, planes=planes)
    except (ValueError, etree.LxmlError) as error:
        # Names and addresses that only a broken file has.
        message = f"OME-XML that can be written again ({error})"
        raise DamagedFileError(path.as_posix(), message) from error


def _own_document(
    path: Path, records: Sequence[ImageMetadata], *, planes: bool
) -> Document:
    notes = Notes()
    root, runs, frames = own_tree(path, notes, records)
    marks = _marks(root)
    known = {element.get("ID", "") for element in root.iter("{*}*")}
    texts: dict[int, bytes] = {}
    for group, stored in marks:
        taken = Planes(path.as_posix(), known, notes, root.prefix)
        for number in group:
            if planes and number in runs and number in frames:
                taken.add(runs[number], frames[number])
            texts[number] = b""
        texts[group[0]] = taken.text(stored=stored)

    def filled(found: re.Match[bytes]) -> bytes:
        return texts.get(int(found[1]), b"")

    return Document(_MARK.sub(filled, written(root)), notes.texts())


def own_tree(
    path: Path, notes: Notes, records: Sequence[ImageMetadata] = ()
) -> tuple[_Element, dict[int, bytes], dict[int, Frame]]:
    """Return a file's valid OME-XML without its planes, and those as they stand there.

    Parameters
    ----------
    path
        An OME-TIFF or an OME-XML file.
    notes
        Takes what is changed.
    records
        What was read of it.

    Returns
    -------
    tuple
        The OME element, with a numbered ``TiffData`` where each run of planes was; by
        its number, each run's text, and what it stood in.

    Raises
    ------
    DamagedFileError
        If it has no OME-XML, or none that describes an image.
    ReadError
        If the file cannot be opened, or its OME-XML lacks what the schema demands.
    """
    shown = path.as_posix()
    skeleton, runs = _split(mended(read_xml(path), planes=True).encode())
    old = parsed(skeleton.decode(), shown)
    frames = {n: Frame.around(e) for e in old.iter("{*}TiffData") if (n := _number(e))}
    root = upgraded(old, shown)
    images = root.findall(f"{{{NAMESPACE}}}Image")
    if not images:
        raise DamagedFileError(shown, "an image in the OME-XML")
    if len(records) == len(images):
        for image, record in zip(images, records, strict=True):
            _fill(image, record, notes)
    _drop_broken(root, notes)
    errors = conform(root, notes)
    if errors:
        message = f"{shown}: its OME-XML cannot be made valid: {errors[0]}"
        raise ReadError(message, hint=_HINT)
    return root, runs, frames


def written(root: _Element) -> bytes:
    """Write a document."""
    text: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    return DECLARATION + text + b"\n"


def _split(xml: bytes) -> tuple[bytes, dict[int, bytes]]:
    pieces: list[bytes] = []
    runs: dict[int, bytes] = {}
    kept = 0
    for number, (start, end) in enumerate(spans(xml), FIRST_MARK):
        pieces.append(xml[kept:start])
        pieces.append(f'<TiffData IFD="{number}"/>'.encode())
        runs[number] = xml[start:end]
        kept = end
    return b"".join((*pieces, xml[kept:])), runs


def _marks(root: _Element) -> list[tuple[list[int], bool]]:
    """Return the runs of each image, and whether other elements place pixels."""
    found = []
    for pixels in root.iter(f"{{{NAMESPACE}}}Pixels"):
        elements = pixels.findall(f"{{{NAMESPACE}}}TiffData")
        numbers = [number for e in elements if (number := _number(e))]
        others = [e for e in elements if not _number(e)]
        for element in others:  # before the runs, which end with planes
            pixels.insert(pixels.index(elements[0]), element)
        if numbers:
            found.append((numbers, bool(others)))
    return found


def _number(element: _Element) -> int | None:
    """Return the number of the run that an element stands for, from `FIRST_MARK` on."""
    text = element.get("IFD", "")
    return int(text) if _IFD.fullmatch(text) else None


def _fill(image: _Element, record: ImageMetadata, notes: Notes) -> None:
    """Give from the record what the schema demands and the document lacks."""
    pixels = image.find(f"{{{NAMESPACE}}}Pixels")
    if pixels is None:
        return
    size = record.size
    known = {"Type": record.pixel_type, "DimensionOrder": record.dimension_order}
    sizes = (size.x, size.y, size.z, size.c, size.t)
    known |= {
        f"Size{axis}": str(extent) if extent else None
        for axis, extent in zip("XYZCT", sizes, strict=True)
    }
    for key, value in known.items():
        there = pixels.get(key, "").strip()
        wrong = not there or (key.startswith("Size") and not _is_extent(there))
        if value and wrong:
            pixels.set(key, value)
            notes(f"{key} {there!r} of Pixels is written as {value!r}, as the file is")


def _drop_broken(root: _Element, notes: Notes) -> None:
    """Leave out what stands in XML annotations and is no XML."""
    for value in list(foreign_values(root)):
        try:
            etree.fromstring(etree.tostring(value), etree.XMLParser(huge_tree=True))
        except etree.XMLSyntaxError:
            value.text = None
            value[:] = []
            notes("the content of XMLAnnotation is left out: it is no XML")


def _is_extent(text: str) -> bool:
    return text.isdecimal() and int(text) > 0
