"""Entries and the manifest: values that are written to disk and read back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from fairsubmit.errors import ManifestError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Entry", "FileStat", "Manifest", "entry_line"]


class FileStat(NamedTuple):
    """What the file system says about a file.

    Attributes
    ----------
    path
        POSIX path relative to the dataset.
    size
        Bytes; -1 for what cannot be read as a file: a link that leads nowhere, a
        folder that may not be listed, a pipe or a device.
    mtime_ns
        Time of the last change, nanoseconds since 1970.
    inode
        File number; 0 where the file system has none.
    """

    path: str
    size: int
    mtime_ns: int
    inode: int

    def same(self, other: FileStat) -> bool:
        """Whether nothing says that the file changed between two looks at it."""
        return (
            self.size == other.size >= 0
            and self.mtime_ns == other.mtime_ns
            # Windows does not tell the number when a folder is listed.
            and (self.inode == other.inode or 0 in {self.inode, other.inode})
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """A file with its digests.

    Attributes
    ----------
    path
        POSIX path relative to the dataset.
    size
        Bytes.
    mtime_ns, inode
        As `FileStat`, when the file was read.
    md5, sha256
        Lower-case hexadecimal digests of the whole content.
    """

    path: str
    size: int
    mtime_ns: int
    inode: int
    md5: str
    sha256: str

    @property
    def stat(self) -> FileStat:
        """The file's state when it was read."""
        return FileStat(self.path, self.size, self.mtime_ns, self.inode)

    def to_json(self) -> dict[str, Any]:
        """Return the entry as a JSON object."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote; what a later version added is left out.

        Raises
        ------
        KeyError
            If a field is missing.
        TypeError
            If a field is of another kind.
        """
        entry = cls(*(value[name] for name in cls.__slots__))
        texts = entry.path, entry.md5, entry.sha256
        numbers = entry.size, entry.mtime_ns, entry.inode
        if not all(type(text) is str for text in texts) or not all(
            type(number) is int for number in numbers
        ):
            message = "a field has a value of the wrong kind"
            raise TypeError(message)
        return entry


_UNREADABLE = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
)


@dataclass(frozen=True)
class Manifest:
    """What a dataset holds.

    Attributes
    ----------
    entries
        One for each file, sorted by path.
    """

    entries: tuple[Entry, ...]

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def size(self) -> int:
        """Sum of all sizes in bytes."""
        return sum(entry.size for entry in self.entries)

    def write(self, path: Path) -> None:
        """Write as JSON lines, atomically: a header, then one entry a line."""
        partial = path.with_name(path.name + ".part")
        header = {"fairsubmit_manifest": 1, "files": len(self), "bytes": self.size}
        # A name that is not UTF-8 has lone surrogates; `backslashreplace` writes them
        # as JSON escapes, so that they are read back as they were.
        with partial.open(
            "w", encoding="utf-8", errors="backslashreplace", newline="\n"
        ) as file:
            file.write(json.dumps(header) + "\n")
            for entry in self.entries:
                file.write(entry_line(entry))
        partial.replace(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote.

        Raises
        ------
        ManifestError
            If `path` is not a whole manifest.
        """
        message = f"{path} is not a fairsubmit manifest"
        try:
            with path.open(encoding="utf-8") as file:
                header = json.loads(file.readline())
                if header.get("fairsubmit_manifest") != 1:
                    raise ManifestError(message)
                entries = tuple(Entry.from_json(json.loads(line)) for line in file)
        except _UNREADABLE as error:
            why = f"{message}: {error}"
            raise ManifestError(why) from error
        if header.get("files") != len(entries):
            why = f"{message}: {header.get('files')} entries announced, "
            why += f"{len(entries)} found"
            raise ManifestError(why)
        return cls(entries)


def entry_line(entry: Entry) -> str:
    """Return an entry as one line of a manifest, with its end.

    Only the path needs escapes; for 20,000 files the difference to `json.dumps` of the
    whole entry is what the hashing of 3,000 of them takes.
    """
    return (
        f'{{"path": {_encode(entry.path)}, "size": {entry.size}, '
        f'"mtime_ns": {entry.mtime_ns}, "inode": {entry.inode}, '
        f'"md5": "{entry.md5}", "sha256": "{entry.sha256}"}}\n'
    )


_encode = json.JSONEncoder(ensure_ascii=False).encode
