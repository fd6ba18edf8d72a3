"""Per-plane elements of OME-XML, block by block brought to the schema 2016-06."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lxml import etree

from fairsubmit.readers.ome.conform import conform
from fairsubmit.readers.ome.schema import NAMESPACE, local_name, namespace
from fairsubmit.readers.ome.upgrade import attributes, upgraded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from lxml.etree import _Element

    from fairsubmit.readers.ome.conform import Notes

__all__ = ["Frame", "Planes"]

# Elements in a block, and bytes fed to the parser at a time.
BLOCK = 2_000
FED = 1 << 18
_OURS = re.compile(r"http://www\.openmicroscopy\.org/[\w/.\-]+", re.ASCII)
# A valid Pixels element for the planes to stand in while the schema looks at them.
_PIXELS = {
    "ID": "Pixels:0",
    "DimensionOrder": "XYCZT",
    "Type": "uint8",
    **{f"Size{axis}": "1" for axis in "XYZCT"},
}


@dataclass(frozen=True, slots=True)
class Frame:
    """The elements around a run of planes, from OME down to Pixels, childless."""

    levels: tuple[tuple[str, dict[str, str], Any], ...]

    @classmethod
    def around(cls, element: _Element) -> Frame:
        """Return the frame of an element."""
        above = reversed(list(element.iterancestors()))
        return cls(tuple((_tag(e), attributes(e), _prefixes(e)) for e in above))

    def make(self) -> tuple[_Element, _Element]:
        """Return the outermost and the innermost of new elements like these."""
        tag, own, nsmap = self.levels[0]
        outer = inner = etree.Element(tag, own, nsmap)
        for tag, own, nsmap in self.levels[1:]:
            inner = etree.SubElement(inner, tag, own, nsmap)
        return outer, inner


@dataclass(slots=True)
class Planes:
    """The planes of one image, as XML text.

    Attributes
    ----------
    path
        The file, for messages.
    known
        IDs that planes may refer to.
    notes
        Takes what is changed.
    prefix
        Of the document's elements.
    """

    path: str
    known: Collection[str]
    notes: Notes
    prefix: str | None = None
    _stored: list[bytes] = field(default_factory=list)
    _planes: list[bytes] = field(default_factory=list)

    def add(self, run: bytes, frame: Frame) -> None:
        """Add a run of elements as it stands in the file.

        Parameters
        ----------
        run
            The elements' text.
        frame
            What it stands in.
        """
        outer, inner = frame.make()
        count = 0
        for element in _elements(run, frame):
            inner.append(element)
            count += 1
            if count == BLOCK:
                self._add(outer)
                outer, inner = frame.make()
                count = 0
        if count:
            self._add(outer)

    def text(self, *, stored: bool = False) -> bytes:
        """Return all planes in the order of the schema.

        Parameters
        ----------
        stored
            Whether other elements say already how the pixels are stored.
        """
        if self._stored or stored:
            return b"".join((*self._stored, *self._planes))
        colon = f"{self.prefix}:" if self.prefix else ""
        return b"".join((f"<{colon}MetadataOnly/>".encode(), *self._planes))

    def _add(self, outer: _Element) -> None:
        root = upgraded(outer, self.path, self.prefix)
        nsmap: Any = root.nsmap
        block = etree.Element(f"{{{NAMESPACE}}}Pixels", _PIXELS, nsmap)
        for pixels in root.iter(f"{{{NAMESPACE}}}Pixels"):
            block.extend(list(pixels))
        self._drop_pixels(block)
        if conform(block, self.notes):
            self.notes("planes are left out: they cannot be made valid")
            return
        self._drop_dangling(block)
        planes = etree.Element(block.tag, None, nsmap)
        planes.extend(block.findall(f"{{{NAMESPACE}}}Plane"))
        for unused in block.findall(f"{{{NAMESPACE}}}MetadataOnly"):
            block.remove(unused)
        self._stored.append(_inside(block))
        self._planes.append(_inside(planes))
        self._stored = [text for text in self._stored if text.strip()]

    def _drop_pixels(self, block: _Element) -> None:
        for pixels in block.findall(f"{{{NAMESPACE}}}BinData"):
            block.remove(pixels)
            self.notes("pixels that stand in the XML itself are left out")

    def _drop_dangling(self, block: _Element) -> None:
        for reference in block.findall(f".//{{{NAMESPACE}}}AnnotationRef"):
            parent = reference.getparent()
            if parent is not None and reference.get("ID") not in self.known:
                parent.remove(reference)
                self.notes(
                    f"{local_name(reference)} of {local_name(parent)} is left out: "
                    "what it refers to is not there"
                )


def _tag(element: _Element) -> str:
    """Return an element's name; what has another namespace than OME's has none."""
    known = _OURS.fullmatch(namespace(element))
    return str(element.tag) if known else local_name(element)


def _prefixes(element: _Element) -> dict[str | None, str]:
    """Return the namespaces of OME that planes may be in."""
    return {k: v for k, v in element.nsmap.items() if _OURS.fullmatch(v)}


def _elements(run: bytes, frame: Frame) -> Iterator[_Element]:
    """Yield the outermost elements of a run, which must be taken out at once."""
    parser = etree.XMLPullParser(
        events=("end",),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    outer, inner = frame.make()
    inner.text = "\n"  # else there is no end tag to cut off
    depth = len(frame.levels)
    opened, _, _ = etree.tostring(outer).partition(b"\n")
    parser.feed(opened)
    for start in range(0, len(run), FED):
        parser.feed(run[start : start + FED])
        yield from _outermost(parser, depth)
    parser.feed(b"".join(b"</" + _name(e) + b">" for e in _up(inner)))
    yield from _outermost(parser, depth)


def _outermost(parser: Any, depth: int) -> Iterator[_Element]:  # noqa: ANN401 - lxml's stubs lack what it yields
    for _, element in parser.read_events():
        if sum(1 for _ in element.iterancestors()) == depth:
            yield element


def _up(inner: _Element) -> Iterator[_Element]:
    yield inner
    yield from inner.iterancestors()


def _name(element: _Element) -> bytes:
    name = local_name(element)
    return (f"{element.prefix}:{name}" if element.prefix else name).encode()


def _inside(element: _Element) -> bytes:
    """Return the text of an element's content."""
    text = etree.tostring(element, encoding="UTF-8", xml_declaration=False)
    if not len(element):
        return b""
    return text[text.index(b">") + 1 : text.rindex(b"</")]
