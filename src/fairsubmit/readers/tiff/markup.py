"""XML in TIFF tags: read as far as it goes, never further than it should.

Vendors declare UTF-16 above text that is UTF-8, end documents with NULs or other bytes,
and forget to escape. Document types are refused, so there are no entities to expand.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["MAX_XML", "MarkupElement", "decoded", "named", "parsed", "value_of"]

# Philips slides carry their label images inside the XML, as text in base 64.
MAX_XML = 1 << 25
_PICTURE = re.compile(r">[A-Za-z0-9+/=\s]{4096,}<")
# Of a document without pictures; elements take some thirty times their text in memory.
MAX_MARKUP = 1 << 22
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

# An lxml element; the library is imported on use.
MarkupElement = Any


def decoded(raw: bytes) -> str:
    """Return a tag's text, whatever its encoding: UTF-8, UTF-16 or Windows-1252."""
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return raw.decode("utf-16", "replace").rstrip("\0")
    if raw[:2] in {b"<\0", b"\0<"}:
        order = "utf-16-le" if raw[:1] == b"<" else "utf-16-be"
        return raw.decode(order, "replace").rstrip("\0")
    raw = raw.removeprefix(b"\xef\xbb\xbf").rstrip(b"\0")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def parsed(text: str) -> MarkupElement | None:
    """Return the root element; ``None`` if this is no XML, or too much of it."""
    text = _FORBIDDEN.sub("", _DECLARATION.sub("", text, count=1)).strip()
    if len(text) > MAX_MARKUP:
        text = _PICTURE.sub("><", text)
    if not text.startswith("<") or "<!DOCTYPE" in text or len(text) > MAX_MARKUP:
        return None
    from lxml import etree

    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def named(element: MarkupElement, name: str) -> MarkupElement | None:
    """Return the first element of that name below, in any namespace."""
    return next(element.iter(f"{{*}}{name}"), None)


def value_of(element: MarkupElement | None, name: str) -> str | None:
    """Return the text of the first element of that name below; ``None`` if empty."""
    found = None if element is None else named(element, name)
    text = "" if found is None else (found.text or "").strip()
    return text or None
