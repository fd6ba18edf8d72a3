"""How a submitted request becomes a study: the status machine of RequestStatus.kt."""

from __future__ import annotations

import filecmp
import json
import os
import secrets
import shutil
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fairsubmit.rehearsal import checks, file_lists, pagetab, pagetab_tsv, sources
from fairsubmit.rehearsal.faults import InvalidLater
from fairsubmit.rehearsal.refusals import RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fairsubmit.rehearsal.pagetab import Attribute, Item, Submission
    from fairsubmit.rehearsal.sources import ListedFiles, Sources
    from fairsubmit.rehearsal.store import Account, Request, Store
    from fairsubmit.rehearsal.switchboard import Switchboard

__all__ = ["STATUSES", "Processing", "now", "relative_path"]

STEPS = (
    "SUBMITTED",
    "REQUESTED",
    "FILES_VALIDATED",
    "INDEXED",
    "LOADED",
    "INDEXED_CLEANED",
    "VALIDATED",
    "CLEANED",
    "FILES_COPIED",
    "CHECK_RELEASED",
    "PERSISTED",
    "PROCESSED",
    "POST_PROCESSED",
)
STATUSES = ("DRAFT", *STEPS, "INVALID")
UNKNOWN_ERROR = "Unknown processing error. Please contact Admin."
PUBLIC_FILES = "File deletion/modifications require admin permission."


def now() -> str:
    """Return the present instant as BioStudies writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def relative_path(accession: str) -> str:
    """Return the place of a study: ``S-BIAD/234/S-BIAD1234``."""
    prefix = accession.rstrip("0123456789")
    return f"{prefix}/{accession[len(prefix) :][-3:].zfill(3)}/{accession}"


class InvalidRequestError(Exception):
    """A guarded stage found an error; the request becomes INVALID."""


@dataclass
class Processing:
    """The work on accepted requests, one status at a time.

    Parameters
    ----------
    store
        What is remembered.
    faults
        What goes wrong.
    """

    store: Store
    faults: Switchboard

    def sources(
        self, request: Request, submission: Submission | None, sent: Path | None = None
    ) -> Sources:
        """Return where the files of a request are looked for, in order.

        Parameters
        ----------
        request, submission
            The request and its document.
        sent
            The folder of files that come along and are not yet the request's.
        """
        account = self.store.accounts[request.owner]
        root = (submission.value("RootPath") or "").strip("/") if submission else ""
        folders = []
        if account.superuser:
            folders.append(("Provided Db files", self.store.folder / "none"))
        sent = sent or self.store.request_files(request)
        if sent.is_dir():
            names = ", ".join(sorted(file.name for file in sent.iterdir()))
            folders.append((f"Request files [{names}]", sent))
        for source in request.sources:
            folders += self._source(source, account, request, submission, root)
        return sources.Sources(folders)

    def check(
        self, request: Request, submission: Submission, listed: Sequence[ListedFiles]
    ) -> None:
        """Run the checks that come after the draft is stored, in BioStudies' order.

        Raises
        ------
        RefusalError
            The first rule that is broken.
        """
        account = self.store.accounts[request.owner]
        where = self.sources(request, submission)
        files = [one for one in listed if one.key == "path"]
        for one in files:
            sources.check_names(one)
        for one in files:
            sources.require(one, where)
        previous = self.previous(request, submission)
        checks.check_dates(submission, previous, account)
        checks.check_doi(submission, previous, request.accession)

    def previous(
        self, request: Request, submission: Submission | None
    ) -> Request | None:
        """Return the version before, which BioStudies finds by the ``accno``."""
        if submission is None or submission.accession != request.accession:
            return None
        before = self.store.current(request.accession)
        return before if before is not None and before is not request else None

    def poll(self, request: Request) -> str:
        """Move a request on and return the status to report."""
        for _ in range(self.faults.statuses_per_poll):
            self.advance(request)
        unknown = self.faults.take_unknown_status() if request.processing else None
        return unknown or request.status

    def advance(self, request: Request) -> bool:
        """Move a request on by one status; return whether it moved."""
        with self.store.lock:
            if not request.processing or request.status == self.faults.stuck_at():
                return False
            if not request.polled:
                request.polled = True  # the first poll shows SUBMITTED
                self.store.save(request)
                return True
            following = STEPS[STEPS.index(request.status) + 1]
            try:
                self._enter(request, following)
            except InvalidRequestError as error:
                request.errors = [str(error)]
                following = "INVALID"
            except (OSError, RefusalError):
                return False  # an unguarded stage: the request stays where it is
            request.status = following
            self.store.save(request)
            return True

    def _enter(self, request: Request, status: str) -> None:
        if status == "FILES_VALIDATED":
            self._validate(request)
        elif status == "INDEXED_CLEANED":
            self._compare(request)
        elif status == "FILES_COPIED":
            self._copy(request)
        elif status == "PERSISTED":
            self._persist(request)

    def _validate(self, request: Request) -> None:
        fault = self.faults.take("invalid_later", InvalidLater)
        if fault is not None:
            raise InvalidRequestError("\n".join(fault.errors))
        if not self.faults.async_mode:
            return
        submission, listed = self.read(request)
        try:
            self.check(request, submission, listed)
        except RefusalError as error:
            raise InvalidRequestError("\n".join(error.reasons)) from error
        if sources.circular(listed, self.sources(request, submission)):
            raise InvalidRequestError(UNKNOWN_ERROR)

    def _compare(self, request: Request) -> None:
        submission, listed = self.read(request)
        previous = self.previous(request, submission)
        account = self.store.accounts[request.owner]
        if previous is None or account.superuser or not checks.is_public(previous):
            return
        where = self.sources(request, submission)
        given = {item.key: where.find(item.key) for _, item in _files(listed)}
        kept = self.folder(previous) / "Files"
        for row in (previous.record or {})["files"]:
            file = given.get(row["path"])
            if file is None or not _same(file, kept.joinpath(*row["path"].split("/"))):
                raise InvalidRequestError(PUBLIC_FILES)

    def read(self, request: Request) -> tuple[Submission, list[ListedFiles]]:
        """Return a request's document and its files, read again from their place.

        Raises
        ------
        RefusalError
            A file list is gone or no list any more.
        """
        submission = pagetab.from_json(request.content)
        listed = sources.read_lists(submission, self.sources(request, submission))
        return submission, listed

    def folder(self, request: Request) -> Path:
        """Return where a version is archived."""
        return self.store.archived / request.accession / str(request.version)

    def _copy(self, request: Request) -> None:
        submission, listed = self.read(request)
        where = self.sources(request, submission)
        folder = self.folder(request)
        shutil.rmtree(folder, ignore_errors=True)
        files = folder / "Files"
        files.mkdir(parents=True)
        for item in {item.key: item for _, item in _files(listed)}.values():
            source = where.find(item.key)
            if source is None:
                raise FileNotFoundError(item.key)
            _keep(source, files.joinpath(*item.key.split("/")), request.storage)
        self.store.save(request)

    def _persist(self, request: Request) -> None:
        submission, listed = self.read(request)
        previous = self.previous(request, submission)
        checks.check_doi(submission, previous, request.accession)
        submission.accession = request.accession
        folder = self.folder(request)
        rows = [
            _row(item, one, folder / "Files", request.storage)
            for one, item in _files(listed)
        ]
        self._write_lists(folder / "Files", listed, rows)
        _rename_lists(submission)
        content = pagetab.to_json(submission)
        _write(folder / f"{request.accession}.json", json.dumps(content, indent=1))
        _write(folder / f"{request.accession}.tsv", pagetab_tsv.to_tsv(submission))
        day = checks.release_date(submission.value("ReleaseDate") or "")
        kept = (previous.record or {}) if previous is not None else {}
        request.record = {
            "title": submission.value("Title") or submission.section.value("Title"),
            "release_date": day.isoformat(),
            "doi": submission.value("DOI"),
            "content": content,
            "files": rows,
            "relPath": relative_path(request.accession),
            "seckey": kept.get("seckey") or secrets.token_hex(16),
            "modified": now(),
            "zipped": any(row["zipped"] for row in rows),
        }

    @staticmethod
    def _write_lists(
        files: Path, listed: Sequence[ListedFiles], rows: list[dict[str, Any]]
    ) -> None:
        kept = {row["path"]: row for row in rows}
        for one in listed:
            if one.name is None:
                continue
            base = files.joinpath(*one.name.split("/"))
            nodes = [pagetab.item_json(item, one.key) for item in one.items]
            for node in nodes:
                if one.key == "path":
                    row = kept[node["path"]]
                    node |= {"path": row["stored"], "size": row["size"]}
            _write(base.with_suffix(".json"), json.dumps(nodes))
            text = file_lists.to_tsv(one.items, one.key)
            _write(base.with_suffix(".tsv"), text)

    def _source(
        self,
        source: str,
        account: Account,
        request: Request,
        submission: Submission | None,
        root: str,
    ) -> list[tuple[str, Path]]:
        if source == "USER_SPACE":
            area = self.store.area(account).locate(root)
            suffix = f" in /{root}" if root else ""
            return [(f"{account.email} user files{suffix}", area)]
        before = self.previous(request, submission)
        if before is None:
            return []
        return [(f"Previous version files [{request.accession}]", self._kept(before))]

    def _kept(self, request: Request) -> Path:
        return self.folder(request) / "Files"


def _files(listed: Sequence[ListedFiles]) -> Iterator[tuple[ListedFiles, Item]]:
    for one in listed:
        if one.key == "path":
            for item in one.items:
                yield one, item


def _same(first: Path, second: Path) -> bool:
    if not second.exists() or first.is_dir():
        return first.is_dir()
    return first.samefile(second) or filecmp.cmp(first, second, shallow=False)


def _keep(source: Path, target: Path, storage: str) -> None:
    """Put a file or folder into the archive without moving bytes where possible."""
    if source.is_dir():
        _keep_folder(source, target, storage)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        return
    try:
        os.link(source, target)
    except OSError:  # no hard links on this file system
        shutil.copyfile(source, target)


def _keep_folder(source: Path, target: Path, storage: str) -> None:
    inside = sorted(one for one in source.rglob("*") if one.is_file())
    if storage != "FIRE":
        for file in inside:
            _keep(file, target / file.relative_to(source), storage)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target.with_name(target.name + ".zip"), "w") as packed:
        for file in inside:
            packed.write(file, file.relative_to(source).as_posix())


def _row(item: Item, one: ListedFiles, files: Path, storage: str) -> dict[str, Any]:
    place = files.joinpath(*item.key.split("/"))
    zipped = storage == "FIRE" and not place.exists()
    stored = f"{item.key}.zip" if zipped else item.key
    kept = files.joinpath(*stored.split("/"))
    return {
        "path": item.key,
        "stored": stored,
        "size": 0 if kept.is_dir() else kept.stat().st_size,
        "type": "directory" if kept.is_dir() else "file",
        "zipped": zipped,
        "section": one.section.accession or one.section.kind,
        "attributes": [_pair(attribute) for attribute in item.attributes],
    }


def _pair(attribute: Attribute) -> list[str | None]:
    return [attribute.name, attribute.value]


def _rename_lists(submission: Submission) -> None:
    for section in submission.section.walk():
        for attribute in section.attributes:
            if attribute.name.lower() in sources.LISTS and attribute.value:
                stem = attribute.value.rpartition(".")[0]
                attribute.value = f"{stem}.json"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")
