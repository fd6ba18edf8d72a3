"""The directory archive behind the port of archives."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING

from fairsubmit.archives.base import Draft, Outcome, Status
from fairsubmit.archives.directory.limits import check, writable
from fairsubmit.archives.directory.shelf import NAME, Deposit, Shelf, translated
from fairsubmit.errors import (
    ArchiveError,
    AuthenticationError,
    SubmissionRejectedError,
)
from fairsubmit.findings import Finding, Severity
from fairsubmit.manifest import Manifest, hash_files
from fairsubmit.receipt import RemoteFile
from fairsubmit.transports.folder import FolderTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from fairsubmit.bundle import Bundle
    from fairsubmit.manifest import Entry, FileStat
    from fairsubmit.transports.base import Transport

__all__ = ["DirectoryArchive"]

BLOCK = 1 << 20


class DirectoryArchive:
    """Deposits in a local folder; see `fairsubmit.archives.base.Archive`.

    Parameters
    ----------
    folder
        Holds the deposits; made when the first one is.
    """

    def __init__(self, folder: Path) -> None:
        self._shelf = Shelf(folder.absolute())
        # Deposits whose files this object has just read back.
        self._just_read: set[str] = set()

    @property
    def name(self) -> str:
        """Name on the command line."""
        return NAME

    @property
    def endpoint(self) -> str:
        """The folder."""
        return str(self._shelf.folder)

    def whoami(self) -> str:
        """Return the name of the user that runs this.

        Raises
        ------
        AuthenticationError
            If that one may not write to the folder.
        """
        if not writable(self._shelf.folder):
            message = f"you may not write to {self._shelf.folder}"
            hint = "ask its owner, or name another folder"
            raise AuthenticationError(message, archive=NAME, hint=hint)
        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError):
            return "the user of this computer"

    def check(self, bundle: Bundle) -> Iterator[Finding]:
        """Compare a bundle with what the folder and its disk can take."""
        return check(bundle, self._shelf)

    def render(self, bundle: Bundle, draft: Draft) -> bytes:
        """Write the submission as JSON."""
        document = {
            "fairsubmit_deposit": 1,
            "accession": draft.accession,
            "files": len(bundle.manifest) + len(bundle.documents),
            "bytes": bundle.size,
            "file_lists": [
                {"pointer": part.pointer, "path": part.path, "rows": part.rows}
                for part in bundle.file_lists
            ],
            "submission": bundle.submission.model_dump(mode="json", exclude_none=True),
        }
        return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"

    def open(self, bundle: Bundle, token: str) -> Draft:  # noqa: ARG002 - the port's
        """Make a deposit's folder, or find the one that carries `token`.

        Raises
        ------
        ArchiveError
            If it cannot be made.
        """
        folder = self._shelf.folder
        with translated(f"no deposit can be made in {folder}"):
            folder.mkdir(parents=True, exist_ok=True)
            deposit = self._shelf.find(token) or self._shelf.make(token)
        return Draft(deposit.accession, deposit.accession, deposit.root)

    def reopen(self, draft: Draft) -> Draft:
        """Return a draft that an earlier run opened, checked to be still there.

        Raises
        ------
        ArchiveError
            If it is not.
        """
        self._shelf.get(draft.key)
        return draft

    def held(self, draft: Draft) -> Mapping[str, RemoteFile]:
        """List the files of a deposit; their digests too, once it is handed in."""
        deposit = self._shelf.get(draft.key)
        known = deposit.entries() if deposit.handed_in else {}
        with translated(f"{deposit.place} cannot be read"):
            return {
                file.path: _remote(file, known.get(file.path))
                for file in deposit.walk()
            }

    def transport(self, draft: Draft) -> Transport:
        """Return the way into the deposit's folder."""
        return FolderTransport(self._shelf.get(draft.key).files)

    def submit(
        self, bundle: Bundle, draft: Draft, progress: Callable[[str], object]
    ) -> Outcome:
        """Read every file back, compare it with the bundle, and hand the deposit in.

        Raises
        ------
        SubmissionRejectedError
            If a file is missing or not what the bundle says.
        ArchiveError
            If it was handed in before with other content, or cannot be written.
        """
        deposit = self._shelf.get(draft.key)
        document = self.render(bundle, draft)
        with translated(f"{deposit.place} cannot be written"):
            if deposit.handed_in:
                _refuse_other(deposit, document)
            else:
                manifest = _read_back(deposit, bundle, progress)
                deposit.hand_in(manifest, document)
                self._just_read.add(deposit.accession)
                progress(f"{deposit.accession} is handed in")
        return Outcome(self.status(deposit.accession), document)

    def status(self, accession: str) -> Status:
        """Say whether a deposit was handed in."""
        deposit = self._shelf.get(accession)
        if not deposit.handed_in:
            return Status(accession, "DRAFT", final=False, accepted=False)
        url = deposit.place.as_uri()
        return Status(accession, "SUBMITTED", final=True, accepted=True, url=url)

    def deposited(self, root: str, accession: str) -> Mapping[str, RemoteFile]:
        """Read the files of a deposit and return what they are now.

        Only right after `submit`, which reads them too, a file that was not touched
        since is not read once more.

        Raises
        ------
        ArchiveError
            If there is no such deposit or it cannot be read.
        """
        deposit = self._checked(root, accession)
        known = deposit.entries() if accession in self._just_read else {}
        with translated(f"{deposit.place} cannot be read"):
            entries = hash_files(deposit.files, deposit.walk(), known=known)
            return {entry.path: _remote(entry.stat, entry) for entry in entries}

    def fetch(self, root: str, accession: str, path: str) -> Iterator[bytes]:
        """Read a file back in blocks.

        Raises
        ------
        ArchiveError
            If there is no such file.
        """
        files = self._checked(root, accession).files
        if not (files / path).resolve().is_relative_to(files.resolve()):
            message = f"{path} is not in {accession}"
            raise ArchiveError(message, archive=NAME)
        with (
            translated(f"{path} of {accession} cannot be read"),
            (files / path).open("rb", buffering=0) as file,
        ):
            while block := file.read(BLOCK):
                yield block

    def close(self) -> None:
        """Close nothing."""

    def _checked(self, root: str, accession: str) -> Deposit:
        """Return a deposit that is named twice.

        Raises
        ------
        ArchiveError
            If the names do not agree.
        """
        deposit = self._shelf.get(accession)
        if root != deposit.root:
            message = f"the files of {accession} are not in {root}"
            raise ArchiveError(message, archive=NAME, hint="is this its receipt?")
        return deposit


def _remote(file: FileStat, entry: Entry | None) -> RemoteFile:
    if entry is None or entry.stat != file:
        return RemoteFile(file.path, file.size)
    digests = {"md5": entry.md5, "sha256": entry.sha256}
    return RemoteFile(file.path, file.size, digests)


def _refuse_other(deposit: Deposit, document: bytes) -> None:
    """Take the same deposit twice, but not another one in its place.

    Raises
    ------
    ArchiveError
        If it is another one.
    """
    if deposit.document.read_bytes() != document:
        message = f"{deposit.accession} was handed in before, with other content"
        hint = "it stays as it is; to make a new deposit beside it, add --again"
        raise ArchiveError(message, archive=NAME, hint=hint)


def _read_back(
    deposit: Deposit, bundle: Bundle, progress: Callable[[str], object]
) -> Manifest:
    """Read the files that the bundle names and compare them with it.

    Raises
    ------
    SubmissionRejectedError
        If one is missing or another.
    """
    wanted = {item.entry.path: item.entry for item in bundle.items()}
    there = [file for file in deposit.walk() if file.path in wanted]
    missing = wanted.keys() - {file.path for file in there}
    _reject(deposit, [_wrong(path, "it was not sent") for path in sorted(missing)])
    progress(f"reading {len(there):,} files back")
    entries = tuple(hash_files(deposit.files, there))
    other = [e for e in entries if e.sha256 != wanted[e.path].sha256]
    for entry in other:
        # Damaged here: the next run finds it missing and sends it again.
        (deposit.files / entry.path).unlink()
    _reject(deposit, [_wrong(e.path, f"here it has sha256 {e.sha256}") for e in other])
    return Manifest(entries)


def _wrong(path: str, words: str) -> Finding:
    return Finding(
        "DIR201",
        "file-not-as-described",
        Severity.ERROR,
        f"{path}: {words}",
        path,
        help="run the same command again: it sends the file once more",
    )


def _reject(deposit: Deposit, findings: Sequence[Finding]) -> None:
    """Refuse a deposit if anything is wrong.

    Raises
    ------
    SubmissionRejectedError
        If so.
    """
    if findings:
        message = f"{deposit.accession} is not complete: {findings[0].message}"
        raise SubmissionRejectedError(message, findings=findings, archive=NAME)
