"""Data types of Zarr arrays, as OME-XML 2016-06 calls them.

Sources: Zarr storage specification version 2, "Data type encoding" (NumPy's array
protocol type strings, and lists of them for records); Zarr core specification
version 3.0, "Data types".
"""

from __future__ import annotations

import re

__all__ = ["item_size", "pixel_type"]

# NumPy kind and size in bytes.
_KINDS = {
    "b1": "bit",
    "f4": "float",
    "f8": "double",
    "c8": "complex",
    "c16": "double-complex",
    **{f"i{size}": f"int{8 * size}" for size in (1, 2, 4, 8)},
    **{f"u{size}": f"uint{8 * size}" for size in (1, 2, 4, 8)},
    "f2": "float16",
    "f16": "float128",
}
_NAMES = {
    "bool": "bit",
    "float32": "float",
    "float64": "double",
    "complex64": "complex",
    "complex128": "double-complex",
    **{f"int{8 * size}": f"int{8 * size}" for size in (1, 2, 4, 8)},
    **{f"uint{8 * size}": f"uint{8 * size}" for size in (1, 2, 4, 8)},
    "float16": "float16",
    "bfloat16": "bfloat16",
}
_TYPE_STRING = re.compile(r"[<>|=]?([biufc]\d{1,2})")
_BITS = re.compile(r"(?:u?int|b?float|complex)(\d{1,3})")
_LONGEST = 60


def _key(written: object) -> object:
    if not isinstance(written, str):
        return None
    match = _TYPE_STRING.fullmatch(written)
    return match[1] if match else written


def pixel_type(written: object) -> tuple[str | None, str | None]:
    """Return a data type by its OME name, and otherwise what it is in words.

    Parameters
    ----------
    written
        ``dtype`` of ``.zarray`` or ``data_type`` of ``zarr.json``.
    """
    key = _key(written)
    found = _KINDS.get(str(key)) or _NAMES.get(str(key)) if key is not None else None
    if found is not None:
        return found, None
    if written is None:
        return None, "none"
    if isinstance(written, list):
        return None, f"a record of {len(written)} values"
    if isinstance(written, dict):
        written = written.get("name")
    return None, repr(written)[:_LONGEST]


def item_size(written: object) -> int | None:
    """Return the number of bytes of one element; ``None`` if it is not a number."""
    key = str(_key(written))
    if key in _KINDS:
        return int(key[1:])
    if key == "bool":
        return 1
    match = _BITS.fullmatch(key)
    return int(match[1]) // 8 if match and key in _NAMES else None
