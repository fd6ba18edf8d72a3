"""The folder of the archive, and the folders of the deposits in it.

::

    DIR-0001/
      token              the name that the depositor gave it
      files/…            what was sent
      manifest.jsonl     size and digests of the files, as they were read back here
      submission.json    the submission; there once it was handed in
"""

from __future__ import annotations

import errno
import hashlib
import re
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from fairsubmit.errors import ArchiveError, ArchiveUnavailableError, ManifestError
from fairsubmit.manifest import WORK_FOLDER, Entry, Manifest, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from fairsubmit.manifest import FileStat

__all__ = ["NAME", "Deposit", "Shelf", "translated"]

NAME = "directory"
_ACCESSION = re.compile(r"DIR-(\d{4,})\Z")
_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})


class Deposit:
    """The folder of one deposit.

    Parameters
    ----------
    place
        The folder.

    Attributes
    ----------
    accession
        Its name.
    files
        Folder with what was sent.
    manifest
        Size and digests of the files.
    document
        The submission.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.accession = place.name
        self.files = place / "files"
        self.manifest = place / "manifest.jsonl"
        self.document = place / "submission.json"

    @property
    def root(self) -> str:
        """Folder of the files within the archive."""
        return f"{self.accession}/files"

    @property
    def handed_in(self) -> bool:
        """Whether it is complete and will not change any more."""
        return self.document.exists()

    @property
    def token(self) -> str | None:
        """The name that the depositor gave it, ``None`` if there is no deposit."""
        try:
            return (self.place / "token").read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None

    def walk(self) -> Iterator[FileStat]:
        """List what was sent; uploads under way are not in it."""
        return (file for file in walk(self.files) if file.size >= 0)

    def entries(self) -> Mapping[str, Entry]:
        """Return what was read back when it was handed in, by path."""
        try:
            manifest = Manifest.read(self.manifest)
        except ManifestError:
            return {}
        return {entry.path: entry for entry in manifest.entries}

    def hand_in(self, manifest: Manifest, document: bytes) -> None:
        """Write the manifest and then, as the last step, the submission."""
        shutil.rmtree(self.files / WORK_FOLDER, ignore_errors=True)
        manifest.write(self.manifest)
        partial = self.document.with_name(self.document.name + ".part")
        partial.write_bytes(document)
        partial.replace(self.document)

    @property
    def size(self) -> int:
        """Bytes of all there is, uploads under way included."""
        total = 0
        for file in self.place.rglob("*"):
            with suppress(OSError):
                total += file.stat().st_size
        return total


class Shelf:
    """The folder that holds the deposits.

    Parameters
    ----------
    folder
        The folder; made with the first deposit.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __iter__(self) -> Iterator[Deposit]:
        if self.folder.is_dir():
            for place in sorted(self.folder.iterdir()):
                if _ACCESSION.match(place.name):
                    yield Deposit(place)

    def get(self, accession: str) -> Deposit:
        """Return a deposit.

        Raises
        ------
        ArchiveError
            If there is none of that name.
        """
        deposit = Deposit(self.folder / accession)
        if not _ACCESSION.match(accession) or deposit.token is None:
            message = f"{self.folder} has no deposit {accession}"
            hint = "check the folder and the accession; was it moved or removed?"
            raise ArchiveError(message, archive=NAME, hint=hint)
        return deposit

    def find(self, token: str) -> Deposit | None:
        """Return the deposit that carries a token."""
        return next((deposit for deposit in self if deposit.token == token), None)

    def make(self, token: str) -> Deposit:
        """Make a deposit's folder.

        It is complete before it gets its name: no deposit is ever without its token,
        and of two depositors who want the same number the file system refuses one.

        Raises
        ------
        OSError
            If it cannot be made.
        """
        name = hashlib.sha256(token.encode()).hexdigest()[:16]
        making = self.folder / f".new-{name}"
        shutil.rmtree(making, ignore_errors=True)
        (making / "files").mkdir(parents=True)
        (making / "token").write_text(token, encoding="utf-8")
        number = max((_number(deposit.accession) for deposit in self), default=0)
        while True:
            number += 1
            place = self.folder / f"DIR-{number:04d}"
            try:
                making.rename(place)
            except OSError:
                if not place.exists():
                    raise
            else:
                return Deposit(place)


def _number(accession: str) -> int:
    return int(accession.removeprefix("DIR-"))


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Say what could not be done, and why, in our own errors.

    Raises
    ------
    ArchiveUnavailableError
        If the disk is full.
    ArchiveError
        If it is something else.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            message = f"{what}: the disk is full"
            hint = "free some space there, then run the same command again"
            raise ArchiveUnavailableError(message, archive=NAME, hint=hint) from error
        message = f"{what}: {error.strerror or error}"
        hint = "check who may write there, then run the same command again"
        raise ArchiveError(message, archive=NAME, hint=hint) from error
    except ManifestError as error:
        message = f"{what}: {error}"
        raise ArchiveError(message, archive=NAME) from error
