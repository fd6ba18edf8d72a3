"""OME-XML of any schema as a tree of the schema 2016-06, under one namespace.

What the OME Consortium's own transformations understand goes through them, one schema
after the other. A document of an unknown schema, or of none, is taken for 2016-06.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from lxml import etree

from fairsubmit.errors import DamagedFileError
from fairsubmit.readers.ome.schema import (
    NAMESPACE,
    local_name,
    namespace,
    transformation,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

__all__ = ["attributes", "foreign_values", "parsed", "upgraded"]

# Elements inside elements; what people and programs write has a dozen levels.
MAX_DEPTH = 200
_VERSION = re.compile(r"Schemas/OME/(\d{4}-\d\d)", re.IGNORECASE)
# The schema of 2003 has this name, or a shorter one in a few programs; the
# transformation knows only the first.
FC = "http://www.openmicroscopy.org/XMLschemas/OME/FC/ome.xsd"
_FC = re.compile(r"schemas/OME/(?:2003-)?FC\b", re.IGNORECASE)
_OURS = re.compile(r"https?://www\.openmicroscopy\.org/", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][\w.\-]*")
# Elements whose content is not OME-XML's.
_FOREIGN = {"XMLAnnotation": "Value"}


def parsed(text: str, path: str) -> _Element:
    """Parse text that is well-formed, or nearly.

    Parameters
    ----------
    text
        OME-XML without declaration.
    path
        The file, for messages.

    Raises
    ------
    DamagedFileError
        If its root is not OME, or elements lie in one another without end.
    """
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    root: _Element | None
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    # Recovered from nothing, lxml gives None whatever its types say.
    if root is None or local_name(root) != "OME":
        raise DamagedFileError(path, "OME-XML with an OME element")
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise DamagedFileError(path, f"OME-XML of at most {MAX_DEPTH} levels")
    _drop_prefixes(root)
    return root


def _drop_prefixes(root: _Element) -> None:
    """Take prefixes away that stand for no namespace, and what has no name then."""
    for element in list(root.iter()):
        if ":" not in str(element.tag) or str(element.tag)[:1] == "{":
            pass
        elif _NAME.fullmatch(local_name(element)):
            element.tag = local_name(element)
        elif (parent := element.getparent()) is not None:
            parent.remove(element)
        for key in [str(k) for k in element.attrib if ":" in str(k)]:
            if key[:1] != "{":
                del element.attrib[key]


def upgraded(root: _Element, path: str, prefix: str | None = None) -> _Element:
    """Return the document in the namespace and the words of the schema 2016-06.

    Parameters
    ----------
    root
        Its OME element; may be changed.
    path
        The file, for messages.
    prefix
        Of its elements; none unless they need one.

    Raises
    ------
    DamagedFileError
        If a transformation cannot be applied to it.
    """
    version = _version(root)
    while (step := transformation(version)) is not None:
        version, transform = step
        try:
            found: _Element | None = transform(root).getroot()
        except etree.XSLTError as error:
            message = f"OME-XML that can be brought to schema {version} ({error})"
            raise DamagedFileError(path, message) from error
        if found is None:
            message = f"OME-XML that can be brought to schema {version}"
            raise DamagedFileError(path, message)
        root = found
    return root if _is_unified(root, prefix) else _unified(root, prefix)


def _version(root: _Element) -> str:
    old = namespace(root)
    if _FC.search(old):
        _rename(root, old, FC)
        return "2003-FC"
    found = _VERSION.search(old)
    if found is None:
        return ""
    known = f"http://www.openmicroscopy.org/Schemas/OME/{found[1]}"
    _rename(root, old, known)
    return found[1]


def _rename(root: _Element, old: str, new: str) -> None:
    """Put the elements of one namespace into another, which differs in spelling."""
    if old == new:
        return
    for element in root.iter(f"{{{old}}}*"):
        if _NAME.fullmatch(local_name(element)):
            element.tag = f"{{{new}}}{local_name(element)}"


# -- one namespace, one prefix --------------------------------------------------------


def _is_unified(root: _Element, prefix: str | None) -> bool:
    """Whether a document is as `_unified` would make it; most are."""
    nsmap: Any = root.nsmap
    return nsmap == {prefix: NAMESPACE} and all(
        str(element.tag).startswith(f"{{{NAMESPACE}}}") for element in root.iter()
    )


def _unified(root: _Element, prefix: str | None) -> _Element:
    """Return a copy all of whose own elements are in the namespace of 2016-06."""
    if any(not namespace(e) for e in _foreign(root)):
        # Without a namespace of their own, they would take on the default one.
        prefix = "OME"
    nsmap: Any = {prefix: NAMESPACE}
    copy = etree.Element(f"{{{NAMESPACE}}}OME", attributes(root), nsmap)
    copy.text = root.text
    own = namespace(root)
    waiting = [(root, copy)]
    while waiting:
        source, target = waiting.pop()
        opaque = _is_foreign(source)
        for child in source.iterchildren("{*}*"):
            if opaque or not _is_own(child, own):
                target.append(deepcopy(child))
                continue
            if not _NAME.fullmatch(local_name(child)):
                continue
            name = f"{{{NAMESPACE}}}{local_name(child)}"
            twin = etree.SubElement(target, name, attributes(child))
            twin.text, twin.tail = child.text, child.tail
            waiting.append((child, twin))
    return copy


def attributes(element: _Element) -> dict[str, str]:
    """Return an element's own attributes, without ``xsi:`` and the like."""
    found = ((str(k), str(v)) for k, v in element.attrib.items())
    return {k: v for k, v in found if k[:1] != "{" and ":" not in k}


def _is_own(element: _Element, own: str) -> bool:
    uri = namespace(element)
    return uri in {"", own} or _OURS.match(uri) is not None


def _is_foreign(element: _Element) -> bool:
    """Whether what is in the element is not OME-XML's."""
    parent = element.getparent()
    return parent is not None and (
        _FOREIGN.get(local_name(parent)) == local_name(element)
    )


def foreign_values(root: _Element) -> Iterator[_Element]:
    """Yield the elements whose content is not OME-XML's."""
    return (value for value in root.iter("{*}Value") if _is_foreign(value))


def _foreign(root: _Element) -> Iterator[_Element]:
    for value in foreign_values(root):
        yield from (e for child in value for e in child.iter("{*}*"))
