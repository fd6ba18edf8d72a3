"""Where the keys of a Zarr hierarchy are looked up: a folder here, ZIP files beside.

Keys are those of the Zarr specifications, e.g. ``A/1/0/.zattrs``; prefixes end with a
slash, and that of the root is empty.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Protocol

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.readers.zarr.document import MAX_JSON

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MAX_XML", "FolderStore", "Store", "is_inside", "normal"]

# A description of 100,000 planes has about 40 MB.
MAX_XML = 1 << 26
BLOCK = 1 << 16
MAX_LISTED = 1 << 20
# Opening must not wait for whoever writes into a pipe.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_ABSENT = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EINVAL}
)


class Store(Protocol):
    """Looks up keys.

    Attributes
    ----------
    shown
        Path of the folder or file, POSIX.
    leads_outside
        Whether ``..`` may lead out of it.
    """

    shown: str
    leads_outside: bool

    def where(self, key: str) -> str:
        """Return a key as a path, for messages."""
        ...

    def read(self, key: str, limit: int = MAX_JSON) -> bytes | None:
        """Return the bytes of a key; ``None`` if there is none.

        Raises
        ------
        ReadError
            If it cannot be read, or has more bytes than `limit`.
        """
        ...

    def size(self, key: str) -> int | None:
        """Return the number of bytes of a key; ``None`` if there is none."""
        ...

    def has(self, key: str) -> bool:
        """Whether there is such a key, or (with folders) a folder of that name."""
        ...

    def names(self, prefix: str, most: int) -> Sequence[str] | None:
        """Return the names below a prefix; ``None`` if there are more than `most`."""
        ...

    def folders(self, prefix: str) -> Sequence[str]:
        """Return the names of the folders below a prefix, sorted."""
        ...

    def identity(self, prefix: str) -> str:
        """Return the same text for the same folder, whatever links lead there."""
        ...


class FolderStore:
    """A folder.

    Parameters
    ----------
    shown
        Its path, POSIX.
    """

    leads_outside = True

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self._root = f"{shown.rstrip('/')}/"

    def where(self, key: str) -> str:
        """Return a key as a path, for messages."""
        return f"{self._root}{key}"

    def read(self, key: str, limit: int = MAX_JSON) -> bytes | None:
        """Return the bytes of a key; ``None`` if there is none.

        Raises
        ------
        ReadError
            If it cannot be read, or has more bytes than `limit`.
        """
        path = self._root + key
        try:
            file = os.open(path, _FLAGS)
        except ValueError:  # a NUL or half a character in the name
            return None
        except OSError as error:
            _unless_absent(path, error)
            return None
        try:
            first = os.read(file, BLOCK)
            return first if len(first) < BLOCK else _rest(file, first, path, limit)
        except OSError as error:
            _unless_absent(path, error)
            return None
        finally:
            os.close(file)

    def size(self, key: str) -> int | None:
        """Return the number of bytes of a key; ``None`` if there is none."""
        try:
            found = os.stat(self._root + key)  # noqa: PTH116 - thousands of them
        except (OSError, ValueError):
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def has(self, key: str) -> bool:
        """Whether there is a file or folder of that name."""
        try:
            return os.access(self._root + key, os.F_OK)
        except ValueError:
            return False

    def names(self, prefix: str, most: int) -> Sequence[str] | None:
        """Return the names below a prefix; ``None`` if there are more than `most`."""
        found: list[str] = []
        try:
            with os.scandir(self._root + prefix) as listing:
                for item in listing:
                    if len(found) == most:
                        return None
                    found.append(item.name)
        except (OSError, ValueError):
            return ()
        return found

    def folders(self, prefix: str) -> Sequence[str]:
        """Return the names of the folders below a prefix, sorted."""
        try:
            with os.scandir(self._root + prefix) as listing:
                return sorted(item.name for item in listing if _is_folder(item))
        except (OSError, ValueError):
            return ()

    def identity(self, prefix: str) -> str:
        """Return the same text for the same folder, whatever links lead there."""
        return os.path.realpath(self._root + prefix)


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:
        return False


def _rest(file: int, first: bytes, path: str, limit: int) -> bytes:
    """Read on, as far as the limit: what grows or never ends is refused.

    Raises
    ------
    DamagedFileError
        If there is more.
    """
    blocks, count = [first], len(first)
    while count <= limit:
        block = os.read(file, BLOCK)
        if not block:
            return b"".join(blocks)
        blocks.append(block)
        count += len(block)
    raise DamagedFileError(path, f"at most {limit} bytes", offset=limit)


def _unless_absent(path: str, error: OSError) -> None:
    """Let pass that there is no such file.

    Raises
    ------
    ReadError
        If there is one, but it cannot be read.
    """
    if error.errno not in _ABSENT:
        message = f"{path} cannot be opened: {error.strerror or error}"
        raise ReadError(message, hint="check that you may read the file") from error


def normal(path: str) -> str:
    """Return a path that JSON names, as part of a prefix: ``0/`` for ``./0``."""
    if path.isalnum():  # nearly always
        return f"{path}/"
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return "".join(f"{part}/" for part in parts)


def is_inside(path: str) -> bool:
    """Whether a path that JSON names stays in its folder, on any system."""
    if path.isalnum():
        return True
    parts = path.replace("\\", "/").split("/")
    return bool(path) and parts[0] != "" and ".." not in parts and path[1:2] != ":"
