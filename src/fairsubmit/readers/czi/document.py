"""The XML document of a CZI file, as far as a record needs it.

Nearly all of the document is the plan of the experiment and the state of the hardware.
These are cut out before anything is parsed; of the rest, only the sections that a
record is made of become elements.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from fairsubmit.metadata.image import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Document", "Element", "parse"]

# Sections of ImageDocument/Metadata.
SECTIONS = frozenset({"Information", "Scaling", "DisplaySetting", "Layers"})
# Wherever they stand, nothing of a record is in them.
UNREAD = (
    *("Experiment", "HardwareSetting", "TimelineTracks"),
    *("Appliances", "CustomAttributes"),
)
# As short as they are, each element costs.
UNREAD_TOO = frozenset(
    {
        *("LightSources", "LightSourcesSettings", "LaserScanInfo", "FilterSets"),
        *("AiryscanSettings", "Filters", "Dichroics", "SpatialRelations", "Tracks"),
        *("ToneMapping", "TubeLenses", "Specimen", "Session", "PSF"),
        *UNREAD,
    }
)
# Not worth a search.
SHORT = 1 << 14
MAX_ELEMENTS = 1 << 18
MAX_TEXT = 1 << 20
MAX_DEPTH = 1 << 10
MAX_TAG = 1 << 21
MAX_TAGS = 1 << 12
MAX_REPAIRED = 1 << 24
CHUNK = 1 << 20
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# What follows the name in a start tag.
_REST = re.compile(rb"(?:\s[^<>]*)?/?>")
_PLACE = "ZISRAWMETADATA"


class Element:
    """An element with its text, without what stands between its children."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: Mapping[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Element] = []
        self.text = ""

    def all(self, path: str) -> Iterator[Element]:
        """Return the elements at a path such as ``Items/Distance``."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def first(self, path: str) -> Element | None:
        """Return the first element at a path."""
        return next(self.all(path), None)

    def value(self, path: str) -> str | None:
        """Return the text of the first element at a path that has one."""
        texts = (element.text.strip() for element in self.all(path))
        return next((text for text in texts if text), None)

    def attribute(self, name: str) -> str | None:
        """Return an attribute that is not empty."""
        return self.attributes.get(name, "").strip() or None


class Document(NamedTuple):
    """What could be read of the document, and what was wrong with it."""

    metadata: Element
    problems: tuple[Problem, ...]


def parse(xml: bytes) -> Document:
    """Read the document; what stands before an error is kept."""
    raw = _utf_8(xml)
    cut = _cut(raw)
    builder, error = _build(cut)
    if error is None:
        return Document(builder.metadata, ())
    if builder.refused is None and len(cut) < len(raw):
        builder, error = _build(raw)
    if error is not None and builder.refused is None and len(raw) <= MAX_REPAIRED:
        text = _CONTROL.sub("\ufffd", raw.decode("utf-8", "replace"))
        repaired, second = _build(text.encode())
        if second is None:
            message = f"the metadata are no well-formed XML ({error}); read repaired"
            problem = Problem("xml-repaired", message, _PLACE)
            return Document(repaired.metadata, (problem,))
        builder, error = repaired, second
    if error is None:
        return Document(builder.metadata, ())
    message = f"the metadata cannot be read to their end: {builder.refused or error}"
    problem = Problem("metadata-unreadable", message, _PLACE)
    return Document(builder.metadata, (problem,))


def _utf_8(raw: bytes) -> bytes:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace").encode()
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip().rstrip(b"\0")


def _build(xml: bytes) -> tuple[_Builder, str | None]:
    builder = _Builder()
    try:
        for start in range(0, len(xml), CHUNK):
            builder.feed(xml[start : start + CHUNK])
        builder.parser.Parse(b"", True)  # noqa: FBT003 - no keywords there
    except (expat.ExpatError, _RefusedError) as error:
        return builder, str(error)
    return builder, None


class _RefusedError(Exception):
    """Something that no CZI has and that is dangerous to go on with."""


class _Builder:
    def __init__(self) -> None:
        self.metadata = Element("Metadata", {})
        self.count = self.depth = 0
        # Depth below which nothing is kept; 0 where all is.
        self.unread = 0
        self.open: list[Element] = []
        self.fed = 0
        self.refused: str | None = None
        # The encoding is fixed: a declaration that says another was not updated.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype

    def feed(self, part: bytes) -> None:
        """Read the next part of the document.

        Raises
        ------
        ExpatError
            If it is not well-formed.
        _RefusedError
            If it is refused.
        """
        self.parser.Parse(part, False)  # noqa: FBT003 - no keywords there
        self.fed += len(part)
        if self.fed - self.parser.CurrentByteIndex > MAX_TAG:
            self.refuse(f"it has a tag of more than {MAX_TAG} bytes")

    def refuse(self, why: str) -> None:
        """Go no further.

        Raises
        ------
        _RefusedError
            Always.
        """
        self.refused = why
        raise _RefusedError(why)

    def doctype(self, *_: object) -> None:
        self.refuse("it has a document type declaration")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.refuse(f"its elements are nested more than {MAX_DEPTH} deep")
        if self.unread or self.depth == 1:
            return
        if self.depth == 2:
            if name != "Metadata":
                self.unread = self.depth
                return
            self.open = [self.metadata]
            return
        if name in UNREAD_TOO or (self.depth == 3 and name not in SECTIONS):
            self.unread = self.depth
            return
        self.count += 1
        if self.count > MAX_ELEMENTS:
            self.refuse(f"it has more than {MAX_ELEMENTS} elements")
        element = Element(name, attributes)
        self.open[-1].children.append(element)
        self.open.append(element)

    def end(self, _: str) -> None:
        if self.unread:
            if self.unread == self.depth:
                self.unread = 0
        elif self.open:
            self.open.pop()
        self.depth -= 1

    def characters(self, text: str) -> None:
        if not self.unread and self.open and len(self.open[-1].text) < MAX_TEXT:
            self.open[-1].text += text


def _cut(xml: bytes) -> bytes:
    """Return the document without the elements of `UNREAD`.

    What is cut wrongly, because a comment holds half an element, leaves a document that
    is not well-formed, or half the comment.
    """
    if len(xml) < SHORT:
        return xml
    rest = xml
    for name in UNREAD:
        kept, position = [], 0
        for start, end in _spans(rest, name.encode()):
            kept.append(rest[position:start])
            position = end
        if kept:
            rest = b"".join((*kept, rest[position:]))
    return xml if b"<!--" in rest or b"<![CDATA[" in rest else rest


def _spans(xml: bytes, name: bytes) -> list[tuple[int, int]]:
    """Return start and end of each outermost element of a name; none if in doubt."""
    closing = b"</%s>" % name
    found: list[tuple[int, int]] = []
    position = tags = 0
    while (tag := _tag(xml, name, position, len(xml))) is not None:
        start, position, depth = tag
        while depth:
            closed = xml.find(closing, position)
            if closed < 0:
                return []
            while (inner := _tag(xml, name, position, closed)) is not None:
                _, position, more = inner
                depth += more
                tags += 1
                if tags > MAX_TAGS:
                    return []
            depth -= 1
            position = closed + len(closing)
        found.append((start, position))
        tags += 1
    return found


def _tag(
    xml: bytes, name: bytes, position: int, stop: int
) -> tuple[int, int, int] | None:
    """Return start and end of the next start tag of a name, and 1 if it has content."""
    begin = b"<" + name
    # Far faster than a search by pattern, which looks at every tag.
    while (start := xml.find(begin, position, stop)) >= 0:
        position = start + len(begin)
        rest = _REST.match(xml, position)
        if rest is not None:
            return start, rest.end(), int(not rest.group().endswith(b"/>"))
    return None
