"""The XML of Leica files, read as a stream: each image's part of it, pruned.

Projects have thousands of images and each has hundreds of settings; only those that
the record needs are kept, and of one image at a time.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from xml.etree.ElementTree import Element, SubElement
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Document", "Entry", "Frame", "parse"]

_T = TypeVar("_T")
Attributes = dict[str, str]

# What of an image is kept, and which of its attributes (None: all).
_KEPT: dict[str, frozenset[str] | None] = {
    "ChannelDescription": None,
    "ChannelProperty": frozenset(),
    "Key": frozenset(),
    "Value": frozenset(),
    "DimensionDescription": None,
    "TimeStampList": frozenset(),
    "TimeStamp": None,
    "Attachment": frozenset({"Name", "Software", "SystemTypeName", "IsPreviewImage"}),
    "HardwareSetting": frozenset({"Software", "SystemTypeName"}),
    "LDM_Block_Sequential_List": frozenset(),
    "LDM_Block_Sequential_Master": frozenset(),
    "ATLConfocalSettingDefinition": frozenset(
        {
            *("ObjectiveName", "Magnification", "NumericalAperture", "Immersion"),
            *("MicroscopeModel", "IsSTEDActive"),
        }
    ),
    "ATLCameraSettingDefinition": frozenset(
        {
            *("ObjectiveName", "Magnification", "NumericalAperture", "Immersion"),
            "MicroscopeModel",
        }
    ),
    "Spectro": frozenset(),
    "PreLambdaSpectro": frozenset(),
    "MultiBand": frozenset({"Channel", "DyeName"}),
    "DetectorList": frozenset(),
    "Detector": frozenset({"Name", "Channel", "IsActive"}),
    "AotfList": frozenset(),
    "LaserLineSetting": frozenset({"LaserLine", "IntensityDev"}),
    "WideFieldChannelConfigurator": frozenset(
        {"CameraName", "CameraNamePure", "ThisIsHSAutofocusInstance"}
    ),
    "WideFieldChannelInfo": frozenset(
        {"UserDefName", "ContrastingMethodName", "EmissionWavelength"}
    ),
    "ScannerSettingRecord": frozenset({"Identifier", "Variant"}),
    "FilterSettingRecord": frozenset(
        {"ObjectName", "ClassName", "Attribute", "Variant"}
    ),
}
_TEXTS = frozenset({"Key", "Value", "TimeStampList"})
MAX_TEXT = 1 << 8
MAX_ATTRIBUTE = 1 << 12
# Of one image; the largest seen has some hundreds.
MAX_NODES = 20_000
MAX_DEPTH = 500
MAX_IMAGES = 20_000
MAX_FILES = 100_000
# XML 1.0 has no such characters; some programs write them all the same. In UTF-8 these
# bytes are no part of other characters.
_CONTROL = bytes(n for n in range(32) if n not in b"\t\n\r")
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of a memory block that lies in another file."""

    file: str
    size: int | None


@dataclass(slots=True)
class Entry(Generic[_T]):
    """An image of the tree.

    Attributes
    ----------
    made
        What the caller made of its XML.
    memory
        Name of the memory block that holds its pixels.
    memory_size
        Bytes of it, as the XML says.
    frames
        Other files that hold them.
    """

    made: _T
    memory: str | None = None
    memory_size: int | None = None
    frames: list[Frame] = field(default_factory=list)


@dataclass(slots=True)
class Document(Generic[_T]):
    """What was found.

    Attributes
    ----------
    root
        Name of the root element.
    version
        Of the format.
    name
        Of the outermost Element.
    images
        In the order of the document.
    references
        Other files of the project, as they are named.
    experiment
        Attributes of the Experiment.
    images_left_out
        How many there are beyond those that are read.
    error
        Why the rest of the document could not be read.
    """

    root: str = ""
    version: int = 2
    name: str = ""
    images: list[Entry[_T]] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    experiment: Attributes = field(default_factory=dict)
    images_left_out: int = 0
    error: str | None = None


class _NotReadError(Exception):
    """The document is an attack or an accident."""


def parse(
    chunks: Iterable[bytes], encoding: str, make: Callable[[str, Element], _T]
) -> Document[_T]:
    """Read the XML of a project.

    What is ill-formed is read as far as it goes; `Document.error` says so.

    Parameters
    ----------
    chunks
        The bytes of the document.
    encoding
        Its encoding.
    make
        Called with the name and the pruned XML of each image.
    """
    tree = _Tree(make)
    parser: Any = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.data
    parser.StartDoctypeDeclHandler = _refuse
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    first = True
    try:
        for chunk in chunks:
            text = decoder.decode(chunk)
            if first:
                text, first = _DECLARATION.sub("", text.lstrip("\ufeff\0"), 1), False
            raw = text.encode("utf-8", "replace").translate(None, _CONTROL)
            parser.Parse(raw, False)  # noqa: FBT003 - expat's
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes it by position
    except (expat.ExpatError, _NotReadError) as error:
        tree.document.error = str(error)
    return tree.document


def _refuse(*_: object) -> None:
    raise _NotReadError("it has a document type, which Leica's programs never write")


class _Tree(Generic[_T]):
    """Follows the parser through the document."""

    def __init__(self, make: Callable[[str, Element], _T]) -> None:
        self.document: Document[_T] = Document()
        self._make = make
        self._path: list[str] = []
        self._names: list[str] = []
        # The image of each Element on the path, once it has been read.
        self._images: list[Entry[_T] | None] = []
        self._kept: list[tuple[int, Element]] = []
        self._nodes = 0

    def start(self, tag: str, attributes: Attributes) -> None:
        """Enter an element.

        Raises
        ------
        _NotReadError
            If it lies too deep.
        """
        depth = len(self._path)
        if depth >= MAX_DEPTH:
            message = f"its elements lie more than {MAX_DEPTH} deep"
            raise _NotReadError(message)
        if self._kept:
            self._keep(tag, attributes, depth)
        elif tag == "Image" and depth and self._path[-1] == "Data":
            self._kept = [(depth, Element(tag))]
            self._nodes = 0
        else:
            self._outside(tag, attributes)
        self._path.append(tag)

    def _keep(self, tag: str, attributes: Attributes, depth: int) -> None:
        wanted = _KEPT.get(tag, ())
        if wanted == () or self._nodes >= MAX_NODES:
            return
        parent = self._kept[-1][1]
        if tag == "TimeStamp" and len(parent):
            return  # one for each plane; the first is enough
        self._nodes += 1
        few = {
            key: value[:MAX_ATTRIBUTE]
            for key, value in attributes.items()
            if wanted is None or key in wanted
        }
        self._kept.append((depth, SubElement(parent, tag, few)))

    def _outside(self, tag: str, attributes: Attributes) -> None:
        document = self.document
        if not self._path:
            document.root = tag
            version = attributes.get("Version", "")
            document.version = 1 if version == "1" else 2
        elif tag == "Element":
            self._names.append(attributes.get("Name", "")[:MAX_ATTRIBUTE])
            document.name = document.name or self._names[0]
            self._images.append(None)
        elif tag == "Experiment":
            document.experiment = attributes
        elif tag == "Reference":
            self._refer(attributes)
        elif tag == "Memory" or self._path[-1] == "Memory":
            self._memory(tag, attributes)

    def _refer(self, attributes: Attributes) -> None:
        name = attributes.get("File", "")
        if name and len(self.document.references) < MAX_FILES:
            self.document.references.append(name[:MAX_ATTRIBUTE])

    def _memory(self, tag: str, attributes: Attributes) -> None:
        entry = self._images[-1] if self._images else None
        if entry is None:
            return
        size = attributes.get("Size", "")
        number = int(size) if size.isdecimal() and len(size) < 19 else None
        if tag == "Memory":
            entry.memory = attributes.get("MemoryBlockID")
            entry.memory_size = number
        elif attributes.get("File") and len(entry.frames) < MAX_FILES:
            name = attributes["File"][:MAX_ATTRIBUTE]
            entry.frames.append(Frame(name, number))

    def data(self, text: str) -> None:
        """Take text."""
        if self._kept and self._kept[-1][0] == len(self._path) - 1:
            node = self._kept[-1][1]
            if node.tag in _TEXTS and len(node.text or "") < MAX_TEXT:
                node.text = ((node.text or "") + text)[:MAX_TEXT]

    def end(self, tag: str) -> None:
        """Leave an element."""
        self._path.pop()
        if self._kept:
            if self._kept[-1][0] == len(self._path):
                _, node = self._kept.pop()
                if not self._kept:
                    self._image(node)
        elif tag == "Element" and self._names:
            self._names.pop()
            self._images.pop()

    def _image(self, node: Element) -> None:
        if len(self.document.images) >= MAX_IMAGES:
            self.document.images_left_out += 1
            return
        # The outermost Element is the project, named like its file.
        name = "/".join(self._names[1:] or self._names)
        entry = Entry(self._make(name, node))
        self.document.images.append(entry)
        if self._images:  # old LOF files have no Element around their image
            self._images[-1] = entry
