"""The XML of BigDataViewer and BigStitcher: which images a dataset has.

Source: the SpimData 0.2 format as BigDataViewer's documentation describes it
(``SequenceDescription`` with ``ImageLoader``, ``ViewSetups``, ``Timepoints``,
``MissingViews``). What follows the sequence (registrations, interest points), which may
be much longer, is not read. Document types are refused: entities are never expanded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from fairsubmit.errors import DamagedFileError

if TYPE_CHECKING:
    from fairsubmit.readers.source import Source

__all__ = ["Loader", "SpimData", "ViewSetup", "looks_like_bdv", "parse"]

BLOCK = 1 << 16
MAX_XML = 1 << 26
MAX_SETUPS = 20_000
MAX_TEXT = 1 << 16
MAX_DEPTH = 64
SNIFF = 4_096
_ROOT = re.compile(rb"<SpimData[\s>]")
_SEQUENCE = ("SpimData", "SequenceDescription")
MAX_ATTRIBUTES = 32
_SETUP_TEXTS = {
    ("ViewSetup", "name"): "name",
    ("ViewSetup", "size"): "size",
    ("voxelSize", "unit"): "unit",
    ("voxelSize", "size"): "voxel",
}
_PARTNERS = ("hdf5", "n5", "zarr")


@dataclass(slots=True)
class Loader:
    """Where the pixels are.

    Attributes
    ----------
    format
        For example ``bdv.hdf5``.
    files
        Element and text of each file that is named, with whether it is relative.
    views
        Path of the array of each view (setup, time point), where they are named.
    """

    format: str = ""
    files: list[tuple[str, str, bool]] = field(default_factory=list)
    views: dict[tuple[int, int], str] = field(default_factory=dict)


@dataclass(slots=True)
class ViewSetup:
    """One view at all times: a channel of a tile from an angle."""

    id: int | None = None
    name: str = ""
    size: str = ""
    unit: str = ""
    voxel: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class SpimData:
    """What was read.

    Attributes
    ----------
    base
        The folder that relative paths start from, relative to the XML.
    labels
        Name of each attribute's entities by their id: channels, angles, tiles.
    missing
        Views (time point, setup) that are known to be missing, by their number.
    complete
        Whether the sequence was read to its end.
    """

    base: str = "."
    loader: Loader = field(default_factory=Loader)
    setups: list[ViewSetup] = field(default_factory=list)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    times_type: str | None = None
    missing: int = 0
    complete: bool = False


def looks_like_bdv(head: bytes) -> bool:
    """Whether a file is such XML, by its first bytes."""
    start = head[:SNIFF]
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and bool(
        _ROOT.search(start)
    )


def parse(source: Source) -> SpimData:
    """Read the sequence description.

    Raises
    ------
    DamagedFileError
        If this is no XML as far as the sequence goes, and no view setup was read.
    ReadError
        If the file cannot be read.
    """
    builder = _Builder()
    offset = 0
    try:
        while not builder.found.complete and offset < MAX_XML:
            block = source.read(offset, BLOCK)
            builder.parser.Parse(block, not block)
            if not block:
                break
            offset += len(block)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if not builder.found.setups:
            at = getattr(error, "offset", None)
            place = builder.parser.ErrorByteIndex if at is not None else offset
            expected = f"XML of BigDataViewer ({error})"
            shown = source.path.as_posix()
            raise DamagedFileError(shown, expected, offset=place) from None
    return builder.found


class _Builder:
    """Follows the elements and keeps what is wanted."""

    def __init__(self) -> None:
        self.found = SpimData()
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._doctype
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._attributes: dict[str, str] = {}
        self._kind = ""
        self._entity: dict[str, str] = {}
        self._view: dict[str, str] = {}

    def _doctype(self, *_: object) -> None:
        message = "it has a document type, which is refused"
        raise ValueError(message)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= MAX_DEPTH:
            message = "it is nested too deeply"
            raise ValueError(message)
        self._path.append(name)
        self._text.clear()
        self._length = 0
        self._attributes = attributes
        if name == "ImageLoader":
            self.found.loader.format = attributes.get("format", "")
        elif name == "ViewSetup" and len(self.found.setups) < MAX_SETUPS:
            self.found.setups.append(ViewSetup())
        elif name == "Attributes":
            self._kind = attributes.get("name", "")
        elif name == "Timepoints":
            self.found.times_type = attributes.get("type")
        elif name == "MissingView":
            self.found.missing += 1
        elif name == "zgroup":
            self._view = dict(attributes)

    def _characters(self, text: str) -> None:
        self._length += len(text)
        if self._length <= MAX_TEXT:
            self._text.append(text)

    def _end(self, name: str) -> None:
        path = tuple(self._path)
        self._path.pop()
        text = "".join(self._text).strip()
        self._text.clear()
        if path == _SEQUENCE:
            self.found.complete = True
        elif name == "BasePath":
            self.found.base = text or "."
        elif "ImageLoader" in path:
            self._loader(name, path, text)
        elif "ViewSetup" in path:
            self._setup(name, path, text)
        elif "Attributes" in path:
            self._label(name, path, text)
        elif "Timepoints" in path and text:
            self.found.times[name] = text

    def _loader(self, name: str, path: tuple[str, ...], text: str) -> None:
        loader = self.found.loader
        parent = path[-2]
        if name == "path" and parent == "zgroup":
            self._view["path"] = text
        elif name == "zgroup":
            view = self._view
            ids = (view.get("setup", ""), view.get("timepoint", view.get("tp", "")))
            if all(i.isdecimal() and len(i) < 10 for i in ids) and view.get("path"):
                loader.views[int(ids[0]), int(ids[1])] = view["path"]
        elif text and len(loader.files) < MAX_SETUPS:
            kind = "partition" if (name, parent) == ("path", "partition") else name
            if kind in (*_PARTNERS, "partition", "file"):
                relative = self._attributes.get("type") != "absolute"
                loader.files.append((kind, text, relative))

    def _setup(self, name: str, path: tuple[str, ...], text: str) -> None:
        setup = self.found.setups[-1]
        place = path[-2:]
        if place == ("ViewSetup", "id"):
            setup.id = int(text) if text.isdecimal() and len(text) < 10 else None
        elif place in _SETUP_TEXTS:
            setattr(setup, _SETUP_TEXTS[place], text)
        elif place[0] == "attributes" and len(setup.attributes) < MAX_ATTRIBUTES:
            setup.attributes[name] = text

    def _label(self, name: str, path: tuple[str, ...], text: str) -> None:
        """Keep the name of a channel, an angle, a tile: each has an id and a name."""
        if path[-2] != "Attributes":
            self._entity[name] = text
            return
        entity, self._entity = self._entity, {}
        labels = self.found.labels.setdefault(self._kind, {})
        if entity.get("id") and entity.get("name") and len(labels) < MAX_SETUPS:
            labels[entity["id"]] = entity["name"]
