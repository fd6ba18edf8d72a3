"""Zarr 2 that has lost its own metadata files, but not the copy of them all.

Source: Zarr storage specification version 2, "Consolidated metadata" (``.zmetadata``).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fairsubmit.errors import ReadError
from fairsubmit.readers.zarr.document import MAX_JSON, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.readers.zarr.store import Store

__all__ = ["KEY", "ConsolidatedStore"]

KEY = ".zmetadata"


class ConsolidatedStore:
    """Looks keys up in another store, and where they are missing, in ``.zmetadata``.

    Parameters
    ----------
    store
        The other store.
    """

    def __init__(self, store: Store) -> None:
        self.shown = store.shown
        self.leads_outside = store.leads_outside
        self._store = store
        self._keys: dict[str, Any] | None = None

    def _consolidated(self) -> dict[str, Any]:
        if self._keys is None:
            self._keys = {}
            raw = self._store.read(KEY)
            if raw is not None:
                found = parse(raw, self._store.where(KEY)).get("metadata")
                self._keys = found if isinstance(found, dict) else {}
        return self._keys

    def where(self, key: str) -> str:
        """Return a key as a path, for messages."""
        return self._store.where(key)

    def read(self, key: str, limit: int = MAX_JSON) -> bytes | None:
        """Return the bytes of a key; ``None`` if there is none.

        Raises
        ------
        ReadError
            If it cannot be read.
        """
        raw = self._store.read(key, limit)
        if raw is not None or key not in self._consolidated():
            return raw
        try:
            return json.dumps(self._consolidated()[key]).encode()
        except RecursionError as error:
            message = f"{self.where(key)} is nested too deeply"
            raise ReadError(message) from error

    def size(self, key: str) -> int | None:
        """Return the number of bytes of a key; ``None`` if there is none."""
        return self._store.size(key)

    def has(self, key: str) -> bool:
        """Whether there is such a key, or a folder of that name."""
        return self._store.has(key) or key in self._consolidated()

    def names(self, prefix: str, most: int) -> Sequence[str] | None:
        """Return the names below a prefix; ``None`` if there are more than `most`."""
        return self._store.names(prefix, most)

    def folders(self, prefix: str) -> Sequence[str]:
        """Return the names of the folders below a prefix, sorted."""
        return self._store.folders(prefix)

    def identity(self, prefix: str) -> str:
        """Return the same text for the same folder, whatever links lead there."""
        return self._store.identity(prefix)
