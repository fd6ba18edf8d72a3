"""Read OME-XML that real programs wrote: repair what is broken, and say so.

The steps, each taken only when it is needed: a byte-order mark, NULs and other bytes
around the document are left out; a document type is refused (entities are never
expanded); text that is not UTF-8 is read as Windows-1252; control characters go; a
bare ``&`` is text; and what remains ill-formed is read as far as it goes.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.ome.cut import Run, cut
from fairsubmit.readers.ome.sax import Builder, OmeDocument

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["MAX_XML", "OmeXml", "looks_like_ome", "mended", "parse"]

# Larger documents exist only as attacks or accidents; a 100,000-plane one has 40 MB.
MAX_XML = 1 << 28
SNIFF = 1 << 12
# Annotations of planes in one record; a long time series may have one each.
MAX_OF_PLANES = 1_000

_ROOT = re.compile(rb"<(?:[\w.\-]{1,64}:)?OME[\s/>]")
_BOMS = ((codecs.BOM_UTF8, ""), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"']([\w.:\-]{1,40})[\"']")
_DOCTYPE = re.compile(rb"<!DOCTYPE\b[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CONTROL_REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));", re.IGNORECASE
)
_BARE = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)")
_END = re.compile(r"</(?:[\w.\-]{1,64}:)?OME\s*>")


@dataclass(slots=True)
class OmeXml:
    """A parsed document.

    Attributes
    ----------
    document
        Its elements.
    runs
        What the per-plane runs said, by number.
    problems
        What had to be repaired.
    """

    document: OmeDocument
    runs: list[Run]
    problems: list[Problem] = field(default_factory=list)


def looks_like_ome(start: bytes) -> bool:
    """Whether text that starts like this is OME-XML.

    Parameters
    ----------
    start
        At least the first 4 KiB, where there are so many.
    """
    text = start
    if text[:1] != b"<":
        text = start.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    if text[:1] != b"<":
        return False
    if text[1:2] == b"\0":  # UTF-16
        text = start.replace(b"\0", b"")
    # A document type may push the root element away from the start.
    limit = SNIFF if text.find(b"<!DOCTYPE", 0, SNIFF) < 0 else len(text)
    return _ROOT.search(text, 0, limit) is not None


def parse(raw: bytes, path: Path) -> OmeXml:
    """Read OME-XML.

    Parameters
    ----------
    raw
        The bytes as they stand in the file.
    path
        The file, for messages.

    Raises
    ------
    DamagedFileError
        If nothing can be read from it.
    """
    problems: list[Problem] = []
    xml = _plain(raw, problems)
    less, runs = cut(xml)
    document = _parse(less)
    if document is None:
        document = _parse_mended(less, problems)
    if not document.found:
        raise DamagedFileError(path.as_posix(), "OME-XML with an OME element")
    _annotate(document, runs, problems)
    return OmeXml(document, runs, problems)


def _annotate(document: OmeDocument, runs: list[Run], problems: list[Problem]) -> None:
    """Give images the annotations of their planes."""
    if not any(run.annotations for run in runs):
        return
    for index, image in enumerate(document.images):
        numbers = [n for pixels in image.pixels for n in pixels.runs if n < len(runs)]
        found = [identity for n in numbers for identity in runs[n].annotations]
        image.annotations += found[:MAX_OF_PLANES]
        if len(found) > MAX_OF_PLANES:
            message = (
                f"planes refer to {len(found)} annotations; the record has the first "
                f"{MAX_OF_PLANES}"
            )
            problems.append(Problem("annotations-left-out", message, f"Image:{index}"))


def mended(raw: bytes, *, planes: bool) -> str:
    """Return well-formed OME-XML text, repaired as far as `parse` would.

    Parameters
    ----------
    raw
        The bytes as they stand in the file.
    planes
        Whether per-plane elements are kept.
    """
    problems: list[Problem] = []
    xml = _plain(raw, problems)
    if not planes:
        xml, _ = cut(xml)
    text = _text(xml, problems)
    return _DECLARATION.sub("", text, count=1)


# -- before parsing --------------------------------------------------------------


def _repaired(problems: list[Problem], what: str) -> None:
    problems.append(Problem("xml-repaired", f"OME-XML {what}"))


def _plain(raw: bytes, problems: list[Problem]) -> bytes:
    """Return the document without what stands around it, in an 8-bit encoding."""
    raw = _eight_bit(raw, problems)
    end = len(raw)
    while end and raw[end - 1] in b"\0 \t\r\n":
        end -= 1
    # One NUL ends a TIFF text and is no part of it; some writers fill up with more.
    if raw.count(b"\0", end) > 2:
        _repaired(problems, "is followed by NUL bytes; they were left out")
    if end < len(raw):
        raw = raw[:end]
    if raw[:1] in {b" ", b"\t", b"\r", b"\n", b"\0"}:
        raw = raw.lstrip(b"\0 \t\r\n")
    return _without_doctype(raw, problems)


def _eight_bit(raw: bytes, problems: list[Problem]) -> bytes:
    if raw[:1] == b"<" and raw[1:2] != b"\0":
        return raw
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            _repaired(problems, "starts with a byte-order mark; it was left out")
            raw = raw[len(mark) :]
            return _from_utf16(raw, big=mark == b"\xfe\xff") if encoding else raw
    if raw[:2] in {b"<\0", b"\0<"}:
        return _from_utf16(raw, big=raw[:1] == b"\0")
    return raw


def _from_utf16(raw: bytes, *, big: bool) -> bytes:
    text = raw.decode("utf-16-be" if big else "utf-16-le", "replace")
    return _DECLARATION.sub("", text, count=1).rstrip("\0").encode()


def _without_doctype(raw: bytes, problems: list[Problem]) -> bytes:
    root = _ROOT.search(raw)
    start = raw.find(b"<!DOCTYPE", 0, root.start() if root else len(raw))
    if start < 0:
        return raw
    message = (
        "OME-XML has a document type (DOCTYPE); it was left out, and none of the "
        "entities that it defines is read"
    )
    problems.append(Problem("xml-doctype", message))
    found = _DOCTYPE.match(raw, start)
    root = _ROOT.search(raw, found.end() if found else start)
    return raw[:start] + raw[root.start() :] if root else b""


# -- parsing ---------------------------------------------------------------------


def _parse(xml: bytes | str) -> OmeDocument | None:
    """Parse well-formed XML; ``None`` if it is not."""
    builder = Builder()
    parser: Any = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(xml, True)  # noqa: FBT003 - expat takes it by position
    except (expat.ExpatError, _DoctypeError, LookupError, ValueError):
        return None
    document: OmeDocument = builder.document
    return document


class _DoctypeError(Exception):
    """A document type got as far as the parser."""


def _refuse(*_: object) -> None:
    raise _DoctypeError


def _parse_mended(xml: bytes, problems: list[Problem]) -> OmeDocument:
    text = _DECLARATION.sub("", _text(xml, problems), count=1)
    document = _parse(text)
    if document is not None:
        return document
    opened = text.rfind("<")
    if text.find(">", opened) < 0:
        # A tag that was cut off: half a number must not pass for a whole one.
        text = text[:opened]
    message = "OME-XML is not well-formed; it was read as far as possible"
    problems.append(Problem("xml-ill-formed", message))
    return _parse_tolerantly(text)


def _text(xml: bytes, problems: list[Problem]) -> str:
    text = _decoded(xml, problems)
    for pattern, by, what in (
        (_CONTROL, "", "holds control characters; they were left out"),
        (_CONTROL_REFERENCE, "", "refers to control characters; they were left out"),
        (_BARE, "&amp;", "holds a bare '&'; it was read as text"),
    ):
        text, count = pattern.subn(by, text)
        if count:
            _repaired(problems, what)
    ends = [found.end() for found in _END.finditer(text)]
    if ends and text[ends[-1] :].strip():
        _repaired(problems, "is followed by other bytes; they were left out")
        text = text[: ends[-1]]
    return text


def _decoded(xml: bytes, problems: list[Problem]) -> str:
    declared = _ENCODING.match(xml)
    named = declared.group(1).decode("ascii", "replace") if declared else "utf-8"
    for name in ("utf-8", named):
        try:
            return xml.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    message = f"OME-XML is not valid {named.upper()}; read as Windows-1252"
    problems.append(Problem("xml-encoding", message))
    # The five bytes that Windows-1252 leaves undefined are what Latin-1 has there.
    return xml.decode("cp1252", "fairsubmit-latin1")


def _latin1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("fairsubmit-latin1", _latin1)


def _parse_tolerantly(text: str) -> OmeDocument:
    from lxml import etree

    builder: Any = _Plain()
    parser: Any = etree.XMLParser(
        target=builder,
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        parser.feed(text.encode("utf-8", "replace"))
        parser.close()
    except etree.XMLSyntaxError:
        pass
    document: OmeDocument = builder.document
    return document


class _Plain(Builder):
    """Takes attributes as lxml gives them, which cannot be changed."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""
        super().start(name, dict(attributes))
