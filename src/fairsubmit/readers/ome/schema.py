"""The OME schema 2016-06 and the transformations to it, as ome-types ships them.

Both are files of the package ome-types, which is not imported for them: that takes a
second, reading the files some milliseconds.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from fairsubmit.errors import ReadError

if TYPE_CHECKING:
    from lxml.etree import XSLT, XMLSchema, _Element

__all__ = [
    "NAMESPACE",
    "children",
    "local_name",
    "namespace",
    "numbers",
    "schema",
    "transformation",
]

NAMESPACE = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
SCHEMA = "ome-2016-06.xsd"
_XSD = "{http://www.w3.org/2001/XMLSchema}"
_STEP = re.compile(r"(2003-FC|\d{4}-\d\d)-to-(\d{4}-\d\d)\.xsl")


@cache
def _folder() -> Path:
    """Return where ome-types lies.

    Raises
    ------
    ReadError
        If it is not installed.
    """
    found = find_spec("ome_types")
    if found is None or found.origin is None:
        message = "the OME schema is a part of the package ome-types, which is missing"
        raise ReadError(message, hint="pip install ome-types")
    return Path(found.origin).parent


@cache
def _definition() -> _Element:
    root = etree.parse(str(_folder() / SCHEMA)).getroot()
    # Nothing uses the namespace that it imports, whose address is on the web.
    for imported in root.findall(f"{_XSD}import"):
        root.remove(imported)
    return root


@cache
def schema() -> XMLSchema:
    """Return what validates OME-XML 2016-06."""
    return etree.XMLSchema(_definition())


@cache
def transformation(version: str) -> tuple[str, XSLT] | None:
    """Return the step from a version of the schema to a later one.

    Parameters
    ----------
    version
        ``2003-FC`` or year and month; ``None`` is returned where no step begins.
    """
    for path in (_folder() / "transforms").glob("*.xsl"):
        found = _STEP.fullmatch(path.name)
        if found is not None and found[1] == version:
            return found[2], etree.XSLT(etree.parse(str(path)))
    return None


def local_name(element: _Element) -> str:
    """Return an element's name without namespace, and without a prefix of none."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def namespace(element: _Element) -> str:
    """Return an element's namespace; empty if it has none."""
    return str(element.tag).rpartition("}")[0].removeprefix("{")


# -- what may stand in which order ---------------------------------------------------


@cache
def children(name: str) -> tuple[str, ...]:
    """Return the children of an element in the order of the schema."""
    declared = _elements().get(name)
    if declared is None:
        return ()
    inner = declared.find(f"{_XSD}complexType")
    kind = declared.get("type", "").rpartition(":")[2]
    found = inner if inner is not None else _types().get(kind)
    names = [] if found is None else list(_named(found))
    return tuple(dict.fromkeys(n for name in names for n in _members(name)))


@cache
def numbers() -> frozenset[str]:
    """Return the names of attributes that are numbers with a point, wherever."""
    found = _definition().iter(f"{_XSD}attribute")
    kinds = {"float", "PositiveFloat", "NonNegativeFloat", "PercentFraction"}
    return frozenset(
        attribute.get("name", "")
        for attribute in found
        if attribute.get("type", "").rpartition(":")[2] in kinds
    )


def _named(kind: _Element) -> list[str]:
    """Return the names in a complex type, those of the type that it extends first."""
    names: list[str] = []
    extension = kind.find(f".//{_XSD}extension")
    if extension is not None:
        base = _types().get(extension.get("base", "").rpartition(":")[2])
        names += [] if base is None else _named(base)
    for child in kind.iter(f"{_XSD}element"):
        name = child.get("ref") or child.get("name") or ""
        names.append(name.rpartition(":")[2])
    return names


@cache
def _elements() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for element in _definition().iter(f"{_XSD}element"):
        name = element.get("name")
        if name:
            found.setdefault(name, element)
    return found


@cache
def _types() -> dict[str, Any]:
    kinds = _definition().findall(f"{_XSD}complexType")
    return {kind.get("name", ""): kind for kind in kinds}


def _members(name: str) -> list[str]:
    """Return an element's name, or those of the group that it stands for."""
    members = [
        n
        for n, element in _elements().items()
        if element.get("substitutionGroup", "").rpartition(":")[2] == name
    ]
    return members or [name]
