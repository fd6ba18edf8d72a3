"""JSON documents of Zarr, parsed within bounds of memory and depth.

Any file may say anything: what a parser would make of a document is estimated from its
punctuation before it is parsed.
"""

from __future__ import annotations

import json
import re
from typing import Any

from fairsubmit.errors import DamagedFileError

__all__ = ["MAX_JSON", "mappings", "parse", "texts"]

# The consolidated metadata of a plate of 1,536 wells and 4 fields has about 40 MB.
MAX_JSON = 1 << 26
SMALL = 1 << 20
MAX_MEMORY = 160 << 20
# What CPython takes for a dictionary with one key, and for a list or a text and its
# place in one.
DICT_SIZE = 240
ITEM_SIZE = 72
_CONSOLIDATED = b'"consolidated_metadata"'
_decoder = json.JSONDecoder()
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def parse(raw: bytes, shown: str) -> dict[str, Any]:
    """Return a JSON object.

    The consolidated metadata of Zarr 3, which repeats what the groups and arrays
    say, is left out where the document is too large to be parsed whole.

    Parameters
    ----------
    raw
        The document.
    shown
        Its path, for messages.

    Raises
    ------
    DamagedFileError
        If this is no JSON object, or too large a one.
    """
    if len(raw) > SMALL and _memory(raw) > MAX_MEMORY:
        return _own_attributes(raw, shown)
    try:
        value = _loads(raw)
    except json.JSONDecodeError as error:
        raise DamagedFileError(shown, "JSON", offset=error.pos) from None
    except (ValueError, RecursionError) as error:  # other encodings, endless numbers
        message = f"JSON ({type(error).__name__})"
        raise DamagedFileError(shown, message) from None
    if not isinstance(value, dict):
        raise DamagedFileError(shown, "a JSON object", offset=0)
    return value


def _loads(raw: bytes) -> object:
    try:
        text = raw.decode()
    except UnicodeDecodeError:  # json.loads knows UTF-16 and UTF-32
        return json.loads(raw)
    if text[:1] == "\ufeff":
        return json.loads(raw)
    value = _decoder.decode(text)
    return _whole(value) if _SURROGATE.search(text) else value


def _whole(value: object) -> object:
    """Replace halves of characters, which JSON can have and no output can."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return value


def _memory(raw: bytes) -> int:
    """Return about how many bytes the parsed document takes, at most."""
    text = len(raw) * (1 if raw.isascii() else 4)
    items = raw.count(b",") + raw.count(b":") + raw.count(b"[")
    return len(raw) + text + items * ITEM_SIZE + raw.count(b"{") * DICT_SIZE


def _own_attributes(raw: bytes, shown: str) -> dict[str, Any]:
    """Parse the ``attributes`` that stand first, as zarr-python writes them."""
    large = DamagedFileError(shown, f"JSON that takes at most {MAX_MEMORY} bytes")
    end = raw.find(_CONSOLIDATED)
    start = raw[:SMALL].find(b"{") + 1
    key = b'"attributes"'
    own = raw[start : max(end, 0)].lstrip()
    if not own.startswith(key) or _memory(own) > MAX_MEMORY:
        raise large
    try:
        text = own[len(key) :].decode().lstrip().removeprefix(":").lstrip()
        attributes, _ = _decoder.raw_decode(text)
    except (ValueError, RecursionError):
        raise large from None
    return {"node_type": "group", "attributes": attributes}


def mappings(value: object) -> list[dict[str, Any]]:
    """Return the objects of a JSON list; none if it is no list."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """Return the texts of a JSON list; none if it is no list."""
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
