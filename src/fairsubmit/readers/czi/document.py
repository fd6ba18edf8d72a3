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
# Not worth a search.
SHORT = 1 << 14
MAX_ELEMENTS = 1 << 18
MAX_TEXT = 1 << 20
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
    builder, error = _build(_cut(raw))
    if error is None:
        return Document(builder.metadata, ())
    text = raw.decode("utf-8", "replace")
    repaired = _CONTROL.sub("\ufffd", text).encode()
    builder, second = _build(repaired)
    if second is None:
        message = f"the metadata are not well-formed XML ({error}); read after repair"
        return Document(builder.metadata, (Problem("xml-repaired", message, _PLACE),))
    message = f"the metadata cannot be read to their end: {second}"
    problem = Problem("metadata-unreadable", message, _PLACE)
    return Document(builder.metadata, (problem,))


def _utf_8(raw: bytes) -> bytes:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace").encode()
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip().rstrip(b"\0")


def _build(xml: bytes) -> tuple[_Builder, str | None]:
    builder = _Builder()
    try:
        builder.parser.Parse(xml, True)  # noqa: FBT003 - no keywords there
    except expat.ExpatError as error:
        return builder, str(error)
    except _RefusedError as error:
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
        # The encoding is fixed: a declaration that says another was not updated.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype

    def doctype(self, *_: object) -> None:
        message = "it has a document type declaration"
        raise _RefusedError(message)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.unread or self.depth == 1:
            return
        if self.depth == 2:
            if name != "Metadata":
                self.unread = self.depth
                return
            self.open = [self.metadata]
            return
        if name in UNREAD or (self.depth == 3 and name not in SECTIONS):
            self.unread = self.depth
            return
        self.count += 1
        if self.count > MAX_ELEMENTS:
            message = f"it has more than {MAX_ELEMENTS} elements"
            raise _RefusedError(message)
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
    """Return the document without the elements of `UNREAD`."""
    if len(xml) < SHORT or b"<!--" in xml or b"<![CDATA[" in xml:
        return xml
    for name in UNREAD:
        kept, position = [], 0
        for start, end in _spans(xml, name.encode()):
            kept.append(xml[position:start])
            position = end
        if kept:
            xml = b"".join((*kept, xml[position:]))
    return xml


def _spans(xml: bytes, name: bytes) -> Iterator[tuple[int, int]]:
    """Return start and end of each outermost element of a name."""
    closing = b"</%s>" % name
    position = 0
    for start, end, alone in _tags(xml, name):
        if start < position:
            continue
        position = end
        depth = 0 if alone else 1
        while depth:
            closed = xml.find(closing, position)
            if closed < 0:
                return
            inner = _tags(xml, name, position, closed)
            depth += sum(not alone for _, _, alone in inner) - 1
            position = closed + len(closing)
        yield start, position


def _tags(
    xml: bytes, name: bytes, position: int = 0, stop: int | None = None
) -> Iterator[tuple[int, int, bool]]:
    """Return start, end and whether it has no content, of each start tag of a name."""
    begin = b"<" + name
    # Far faster than a search by pattern, which looks at every tag.
    while (start := xml.find(begin, position, stop)) >= 0:
        position = start + len(begin)
        found = _REST.match(xml, position)
        if found is not None:
            position = found.end()
            yield start, position, xml[position - 2 : position] == b"/>"
