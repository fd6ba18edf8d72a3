"""Images of several files: which file speaks for the others.

A plate has its description beside thousands of TIFF files, a companion its members.
The *lead* of such a set is the file that holds the metadata. A reader of a format of
sets has a method ``leads(path)``: the files that may speak for `path`, by name alone.
Reading a member gives the records of the lead, whose `path` is the lead's.
"""

from __future__ import annotations

import os
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["kept", "memory", "named_beside", "recall"]

_T = TypeVar("_T")
_Store = dict[str, dict[str, Any]]

# Within `memory`, what was read last: each of 10,000 members asks for its set anew.
_store: ContextVar[_Store | None] = ContextVar("sets", default=None)
_stores: dict[str, _Store] = {}
MAX_KEPT = 16


class memory:  # noqa: N801 - used as a function
    """Remember sets of files between reads that share `token`.

    Outside, nothing is remembered: files may change from one read to the next.

    Parameters
    ----------
    token
        Of the run.
    """

    __slots__ = ("_reset", "_token")

    def __init__(self, token: str) -> None:
        self._token = token

    def __enter__(self) -> None:
        found = _stores.get(self._token)
        if found is None:
            _stores.clear()
            found = _stores[self._token] = {}
        self._reset = _store.set(found)

    def __exit__(self, *_: object) -> None:
        _store.reset(self._reset)


def kept(kind: str) -> dict[str, Any] | None:
    """Return what is remembered of one kind; ``None`` outside `memory`."""
    store = _store.get()
    return None if store is None else store.setdefault(kind, {})


def recall(kind: str, key: str, make: Callable[[], _T], *, most: int = MAX_KEPT) -> _T:
    """Return what `make` gives; within `memory`, what it gave for `key` before.

    Parameters
    ----------
    kind
        Whose memory it is.
    key
        For example a path.
    make
        Called where nothing is remembered. What it raises is not remembered.
    most
        So many keys of the kind are remembered, the last ones.
    """
    store = kept(kind)
    if store is None:
        return make()
    if key not in store:
        found = make()
        while len(store) >= most:
            store.pop(next(iter(store)), None)
        store[key] = found
    kept_value: _T = store[key]
    return kept_value


def named_beside(folder: str, suffixes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names in a folder that end with one of `suffixes`, sorted.

    Parameters
    ----------
    folder
        Where to look; nothing is found in a folder that cannot be listed.
    suffixes
        In lower case; names are compared without regard to case.
    """

    def listed() -> tuple[str, ...]:
        try:
            with os.scandir(folder or ".") as found:
                names = [e.name for e in found if e.name.lower().endswith(suffixes)]
        except OSError:
            return ()
        return tuple(sorted(names))

    return recall("names", "\0".join((folder, *suffixes)), listed)
