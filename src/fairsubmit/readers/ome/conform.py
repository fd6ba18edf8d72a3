"""OME-XML of the schema 2016-06 made valid: what the schema refuses is put right.

The schema itself says what is wrong. What can be meant in one way only is written so
(``um``, ``oil``, a decimal comma, an ID without its prefix, elements in another order);
a word that a list of the schema lacks becomes its ``Other``; the rest is left out. Each
change is noted, and no value is made up.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from fairsubmit.readers.ome.schema import (
    NAMESPACE,
    children,
    local_name,
    numbers,
    schema,
)
from fairsubmit.readers.units import length_unit, number, time_unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element, _LogEntry

__all__ = ["Notes", "conform"]

# Each round mends all that the one before saw; a document needs a handful.
MAX_ROUNDS = 40
_ATTRIBUTE = re.compile(r"Element '[^']*', attribute '([^']+)'")
_MISSING = re.compile(r"The attribute '(\w+)' is required")
_SET = re.compile(r"not an element of the set \{(.*)\}", re.DOTALL)
_PREFIX = re.compile(r"\|\(([A-Za-z]+):\\S\+\)'")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d) +(\d\d:\d\d:\d\d\S*)")
_LSID = re.compile(r"(?:[\w\-.]+\.[\w\-.]+:)[A-Z]\w+:\S")
_SPACE = re.compile(r"\s+")
_REFERENCES = frozenset({"Pump", "Contact", "Leader"})
# How pixels are stored; what stands first says more than what follows.
_NEEDED = frozenset({"Type", "DimensionOrder", *(f"Size{axis}" for axis in "XYZCT")})
_STORAGE = ("TiffData", "BinData", "MetadataOnly")
# Text among elements, or elements in place of text.
_MIXED = frozenset(
    {"COMPLEX_TYPE_2_1", "COMPLEX_TYPE_2_2", "COMPLEX_TYPE_2_3", "COMPLEX_TYPE_2_4"}
    | {"TYPE_3_1_1", "TYPE_3_1_2"}
)
_NO_NUMBERS = "//@*[normalize-space(.)='NaN' or contains(., 'INF')]"
MAX_SHOWN = 60


class Notes:
    """What was changed, each sentence once, with how often."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def __call__(self, text: str) -> None:
        """Note a change."""
        self._counts[text] += 1

    def add(self, other: Iterable[str]) -> None:
        """Note what is noted elsewhere."""
        self._counts.update(other)

    def __bool__(self) -> bool:
        return bool(self._counts)

    def texts(self) -> tuple[str, ...]:
        """Return the sentences, in the order in which they came up."""
        return tuple(
            text if count == 1 else f"{text} ({count} times)"
            for text, count in self._counts.items()
        )


def conform(root: _Element, notes: Notes) -> tuple[str, ...]:
    """Make a document valid in place; return what the schema still says against it.

    Parameters
    ----------
    root
        Its root element, in the namespace of 2016-06: OME, or Pixels alone.
    notes
        Takes what is changed.
    """
    validator = schema()
    work = _Conforming(root, notes)
    work.drop_not_a_number()
    errors: list[_LogEntry] = []
    for _ in range(MAX_ROUNDS):
        valid = validator.validate(root)
        log: Any = validator.error_log  # can be iterated, whatever its stubs say
        errors = [] if valid else list(log)
        if not (work.mend(errors) or work.drop_dangling()):
            break
    return tuple(e.message.replace(f"{{{NAMESPACE}}}", "") for e in errors)


def is_reference(name: str) -> bool:
    """Whether an element with this name refers to another by its ID."""
    return name.endswith(("Ref", "Settings")) or name in _REFERENCES


class _Conforming:
    """Mends the errors of one document, round by round."""

    def __init__(self, root: _Element, notes: Notes) -> None:
        self.root = root
        self.note = notes
        self._made = 0
        self._seen: set[tuple[int, str]] = set()

    def drop_not_a_number(self) -> None:
        """Leave out what programs write for "not known", and the schema allows."""
        found: Any = self.root.xpath(_NO_NUMBERS)
        for value in found:
            element, name = value.getparent(), value.attrname
            if name in numbers() and name in element.attrib:
                self._drop(element, name)

    def mend(self, errors: list[_LogEntry]) -> bool:
        """Mend what can be; return whether anything changed."""
        at = self._places({error.path for error in errors if error.path})
        self._seen.clear()
        changed = False
        for error in errors:
            element = at.get(error.path or "")
            # What stood here may have gone with another error.
            if element is not None and element.getroottree().getroot() is self.root:
                changed |= self._mend(error, element)
        return changed

    def _places(self, paths: set[str]) -> dict[str, _Element | None]:
        """Return the elements that paths of errors lead to."""
        tree = self.root.getroottree()
        prefixes: dict[str, str] = {}
        if any(":" in path for path in paths):
            for element in self.root.iter("{*}*"):
                prefixes |= {k: v for k, v in element.nsmap.items() if k}
        return {
            path: _only(tree.xpath(path, namespaces=prefixes or None)) for path in paths
        }

    def _mend(self, error: _LogEntry, element: _Element) -> bool:
        kind = error.type_name.removeprefix("SCHEMAV_CVC_").removeprefix("SCHEMAV_")
        found = _ATTRIBUTE.match(error.message)
        missing = _MISSING.search(error.message)
        if kind == "IDC":
            return self._duplicate(error, element)
        if kind == "COMPLEX_TYPE_4" and missing is not None:
            return self._incomplete(element, missing[1])
        if found is not None:
            return self._attribute(error, element, found[1])
        return self._content(kind, error, element)

    def _content(self, kind: str, error: _LogEntry, element: _Element) -> bool:
        if kind in _MIXED:
            return self._without_content(element, kind)
        if kind != "ELEMENT_CONTENT":
            return self._text(error, element)
        if "Missing child" in error.message:
            return self._childless(element)
        return self._unexpected(element)

    # -- attributes ---------------------------------------------------------------

    def _attribute(self, error: _LogEntry, element: _Element, name: str) -> bool:
        value = element.get(name)
        if value is None or (id(element), name) in self._seen:
            return False
        self._seen.add((id(element), name))
        if local_name(element) == "Pixels" and name in _NEEDED:
            return self._needed(error, element, name)
        prefix = _PREFIX.search(error.message)
        meant = self._as_id(value, prefix[1]) if prefix else _meant(error, value)
        where = f"{name} {_short(value)} of {local_name(element)}"
        if meant is not None and meant != value:
            element.set(name, meant)
            self.note(f"{where} is written as {meant!r}")
            return True
        self._drop(element, name)
        return True

    def _drop(self, element: _Element, name: str) -> None:
        where = f"{name} {_short(element.get(name, ''))} of {local_name(element)}"
        del element.attrib[name]
        self.note(f"{where} is left out: it cannot be meant")
        if name.endswith("Unit"):
            # Without its unit a number would get the schema's default one.
            self._drop_number(element, name.removesuffix("Unit"))
        elif f"{name}Unit" in element.attrib:
            del element.attrib[f"{name}Unit"]

    def _needed(self, error: _LogEntry, element: _Element, name: str) -> bool:
        """Mend what Pixels cannot be without; what cannot be mended stays."""
        value = element.get(name, "")
        meant = _meant(error, value)
        if meant is None or meant == value:
            return False
        element.set(name, meant)
        self.note(f"{name} {_short(value)} of Pixels is written as {meant!r}")
        return True

    def _drop_number(self, element: _Element, name: str) -> None:
        value = element.get(name)
        if value is not None:
            del element.attrib[name]
            where = f"{name} {_short(value)} of {local_name(element)}"
            self.note(f"{where} is left out: its unit is none")

    def _as_id(self, value: str, prefix: str) -> str:
        bare = _SPACE.sub("_", value.strip())
        if _LSID.match(bare) and f":{prefix}:" in bare:
            return f"urn:lsid:{bare}"  # as the schema of 2003 wrote them
        return f"{prefix}:{bare}" if bare else self._new_id(prefix)

    def _new_id(self, prefix: str) -> str:
        self._made += 1
        return f"{prefix}:made-{self._made}"

    def _incomplete(self, element: _Element, missing: str) -> bool:
        name = local_name(element)
        if missing == "ID" and not is_reference(name):
            element.set("ID", self._new_id(name))
            self.note(f"{name} without an ID is given one")
            return True
        return self._remove(element, f"it has no {missing}")

    def _duplicate(self, error: _LogEntry, element: _Element) -> bool:
        if "Duplicate key" not in error.message:
            return False
        if is_reference(local_name(element)):
            return self._remove(element, "another one refers to the same")
        value = element.get("ID")
        if value is None or (id(element), "ID") in self._seen:
            return False
        self._seen.add((id(element), "ID"))
        self._made += 1
        element.set("ID", f"{value}-made-{self._made}")
        self.note(f"a second {local_name(element)} {_short(value)} is given its own ID")
        return True

    # -- elements ------------------------------------------------------------------

    def _unexpected(self, element: _Element) -> bool:
        parent = element.getparent()
        if parent is None:
            return False
        if self._one_storage(parent) or self._sort(parent):
            return True
        if local_name(element) == "Plane" and not _stored(parent):
            return self._childless(parent)
        return self._remove(element, "the schema does not allow it there")

    def _one_storage(self, pixels: _Element) -> bool:
        """Leave one way in which an image's pixels are stored."""
        there = _stored(pixels)
        if local_name(pixels) != "Pixels" or len(there) < 2:
            return False
        for elements in there[1:]:
            for element in elements:
                pixels.remove(element)
        return True

    def _sort(self, parent: _Element) -> bool:
        """Bring children into the order of the schema."""
        order = {name: at for at, name in enumerate(children(local_name(parent)))}
        now = list(parent)
        wanted = sorted(now, key=lambda e: order.get(local_name(e), len(order)))
        if all(one is other for one, other in zip(now, wanted, strict=True)):
            return False
        parent[:] = wanted
        self.note(f"the elements of {local_name(parent)} are brought into order")
        return True

    def _childless(self, element: _Element) -> bool:
        name = local_name(element)
        if name != "Pixels":
            return self._remove(element, "a part that the schema asks for is missing")
        planes = element.findall(f"{{{NAMESPACE}}}Plane")
        at = element.index(planes[0]) if planes else len(element)
        element.insert(at, element.makeelement(f"{{{NAMESPACE}}}MetadataOnly"))
        return True

    def _without_content(self, element: _Element, kind: str) -> bool:
        texts = [element.text, *(child.tail for child in element)]
        if kind in {"COMPLEX_TYPE_2_1", "COMPLEX_TYPE_2_3"} and any(texts):
            element.text = None
            for child in element:
                child.tail = None
        elif len(element):
            element[:] = []
        else:
            return False
        self.note(f"content of {local_name(element)} that does not belong is left out")
        return True

    def _text(self, error: _LogEntry, element: _Element) -> bool:
        value = element.text or ""
        meant = _meant(error, value)
        name = local_name(element)
        if len(element) == 0 and meant is not None and meant != value:
            element.text = meant
            self.note(f"{name} {_short(value)} is written as {meant!r}")
            return True
        return self._remove(element, f"{_short(value)} is none")

    def _remove(self, element: _Element, why: str) -> bool:
        parent, name = element.getparent(), local_name(element)
        # An image has pixels; a second element for them says nothing of them.
        only = parent is not None and len(parent.findall(element.tag)) == 1
        if parent is None or (name == "Pixels" and only):
            return False
        parent.remove(element)
        self.note(f"{name} of {local_name(parent)} is left out: {why}")
        return True

    # -- references ------------------------------------------------------------------

    def drop_dangling(self) -> bool:
        """Remove references to what is not there; return whether there were any."""
        if local_name(self.root) != "OME":
            return False
        known, references = set(), []
        for element in self.root.iter(f"{{{NAMESPACE}}}*"):
            identifier = element.get("ID")
            if identifier is None:
                continue
            if is_reference(local_name(element)):
                references.append((element, identifier))
            else:
                known.add(identifier)
        lost = [e for e, identifier in references if identifier not in known]
        for element in lost:
            self._remove(element, "what it refers to is not there")
        return bool(lost)


def _stored(pixels: _Element) -> list[list[_Element]]:
    """Return the elements that say how pixels are stored, by kind."""
    found = (pixels.findall(f"{{{NAMESPACE}}}{name}") for name in _STORAGE)
    return [elements for elements in found if elements]


def _only(found: object) -> _Element | None:
    return found[0] if isinstance(found, list) and found else None


def _short(value: str) -> str:
    return repr(value if len(value) < MAX_SHOWN else value[:MAX_SHOWN] + "…")


def _meant(error: _LogEntry, value: str) -> str | None:
    """Return the one way in which the schema's words for a value can be meant."""
    listed = _SET.search(error.message)
    if listed is not None:
        return _one_of(value, re.findall(r"'([^']*)'", listed[1]))
    text = value.strip()
    date = _DATE.fullmatch(text)
    if text.lower() in {"true", "false"}:
        return text.lower()
    if date is not None:
        return f"{date[1]}T{date[2]}"
    return f"urn:uuid:{text}" if _UUID.fullmatch(text) else _number(error, text)


def _number(error: _LogEntry, text: str) -> str | None:
    found, comma = number(text)
    if found is None:
        return None
    if "'Color'" in error.message and 1 << 31 <= found < 1 << 32:
        return str(int(found) - (1 << 32))  # the same four bytes, with a sign
    if "Int" in error.message and found == int(found):
        return str(int(found))
    return repr(found) if comma else None


def _one_of(value: str, words: list[str]) -> str | None:
    for reading in (length_unit(value).value, time_unit(value).value):
        if reading in words:
            return reading
    lower = {word.lower(): word for word in words}
    return lower.get(value.strip().lower(), lower.get("other"))
