"""Drafts and submits, in BioStudies' order of checks."""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fairsubmit.rehearsal import checks, documents, pagetab, sources
from fairsubmit.rehearsal.faults import SlowSubmit
from fairsubmit.rehearsal.holdings import Holdings, may_see
from fairsubmit.rehearsal.processing import Processing, now
from fairsubmit.rehearsal.refusals import RefusalError
from fairsubmit.rehearsal.store import FINISHED, Request

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from pathlib import Path

    from fairsubmit.rehearsal.pagetab import Submission
    from fairsubmit.rehearsal.sources import ListedFiles
    from fairsubmit.rehearsal.stats import Statistics
    from fairsubmit.rehearsal.store import Account, Store
    from fairsubmit.rehearsal.switchboard import Switchboard

__all__ = ["Parameters", "Submissions"]

PREFIXES = {"BioImages": "S-BIAD", "": "S-BSST"}
POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Parameters:
    """What a submit may say beside the document (SubmitWebRequest.kt).

    Parameters
    ----------
    preferred_sources
        ``USER_SPACE`` or ``SUBMISSION``, in order.
    attributes
        Attributes of the submission to set over those of the document.
    storage
        ``FIRE`` or ``NFS``.
    sent
        The folder of the files that came along.
    """

    preferred_sources: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    storage: str = "FIRE"
    sent: Path | None = None


@dataclass
class Submissions:
    """The submissions of an embedded archive.

    Parameters
    ----------
    store
        What is remembered.
    faults
        What goes wrong.
    statistics
        What is counted.
    stopping
        Set when the server ends, so that nobody goes on waiting.
    """

    store: Store
    faults: Switchboard
    statistics: Statistics
    stopping: threading.Event

    def __post_init__(self) -> None:
        self.processing = Processing(self.store, self.faults)
        self.holdings = Holdings(self.store, self.processing)
        self._busy: set[str] = set()

    # drafts

    def create_draft(
        self, account: Account, content: object, attach_to: str
    ) -> Request:
        """Allocate an accession and keep a draft under it."""
        request = self._allocate(account, content, attach_to)
        self.statistics.happened("draft created")
        return request

    def drafts(self, account: Account, limit: int, offset: int) -> list[Request]:
        """Return the drafts of an account, oldest first."""
        mine = [one for one in self.store.of(account) if one.editable]
        return mine[offset : offset + limit]

    def draft(self, account: Account, accession: str) -> Request:
        """Return a draft; one of the next version is made from a finished study.

        Raises
        ------
        RefusalError
            There is no such submission of this account.
        """
        with self.store.lock:
            latest = self._mine(account, accession)
            if latest.status != "POST_PROCESSED":
                return latest
            request = Request(
                accession,
                latest.version + 1,
                account.email,
                (latest.record or {})["content"],
                created=latest.created,
                modified=now(),
                new=False,
                attach_to=latest.attach_to,
            )
            self.store.save(request)
            return request

    def update_draft(
        self, account: Account, accession: str, content: object
    ) -> Request:
        """Put other content in place of a draft's.

        Raises
        ------
        RefusalError
            There is no such draft, or it is being processed.
        """
        with self.store.lock:
            request = self._unblocked(account, accession)
            request.content = content
            request.modified = now()
            request.status, request.errors = "DRAFT", []
            self.store.save(request)
            return request

    def delete_draft(self, account: Account, accession: str) -> None:
        """Discard a draft; the version before it stays.

        Raises
        ------
        RefusalError
            There is no such draft, or it is being processed.
        """
        with self.store.lock:
            self.store.remove(self._unblocked(account, accession))

    def submit_draft(
        self, account: Account, accession: str, parameters: Parameters
    ) -> Request:
        """Submit a draft.

        Raises
        ------
        RefusalError
            The first check that fails.
        """
        request = self._mine(account, accession)
        if request.status == "POST_PROCESSED":
            raise RefusalError(500, _no_draft(accession))
        with self._alone(accession):
            fault = self.faults.take("slow_submit", SlowSubmit)
            self._pause(fault, first=True)
            submission = documents.from_json(request.content)
            _override(submission, parameters)
            self._accept(account, request, submission, parameters)
            self._pause(fault, first=False)
        return request

    # direct submits

    def submit(
        self, account: Account, text: str, kind: str, parameters: Parameters
    ) -> Request:
        """Submit a document without a draft of one's own (SubmitWebHandler.kt).

        Parameters
        ----------
        account
            Whose it is.
        text, kind
            The document, as ``json`` or ``tsv``.
        parameters
            What is said beside it.

        Raises
        ------
        RefusalError
            The first check that fails; an accession may be spent by then.
        """
        submission = documents.parse(text, kind)
        _override(submission, parameters)
        content = pagetab.to_json(submission)
        probe = Request(
            submission.accession or "", 0, account.email, content, now(), now()
        )
        where = self.processing.sources(probe, submission, parameters.sent)
        sources.read_lists(submission, where)
        if submission.accession is None:
            attach_to = submission.value("AttachTo") or ""
            request = self._allocate(account, content, attach_to)
        else:
            request = self._next_version(account, submission.accession, content)
        with self._alone(request.accession):
            fault = self.faults.take("slow_submit", SlowSubmit)
            self._pause(fault, first=True)
            self._accept(account, request, submission, parameters)
            self._pause(fault, first=False)
        return request

    def wait(self, request: Request) -> dict[str, Any]:
        """Process a request to its end and return its document.

        Raises
        ------
        RefusalError
            It did not come to an end in time, or became INVALID.
        """
        deadline = time.monotonic() + self.faults.wait_seconds
        while request.status not in FINISHED:
            if request.status == "INVALID":
                raise RefusalError(400, "Submission validation errors", *request.errors)
            if self.processing.advance(request):
                continue
            if time.monotonic() >= deadline or self.stopping.wait(POLL_SECONDS):
                raise RefusalError(500, "Await condition expired")
        while self.processing.advance(request):
            pass
        content: dict[str, Any] = (request.record or {})["content"]
        return content

    # below

    def _allocate(self, account: Account, content: object, attach_to: str) -> Request:
        if attach_to:
            checks.check_attach(account, attach_to)
        accession = self.store.next_accession(PREFIXES.get(attach_to, "S-BSST"))
        moment = now()
        request = Request(
            accession, 1, account.email, content, moment, moment, attach_to=attach_to
        )
        self.store.save(request)
        return request

    def _next_version(
        self, account: Account, accession: str, content: object
    ) -> Request:
        latest = self.store.latest(accession)
        if latest is None or self.store.current(accession) is None:
            raise RefusalError(500, _not_own_accession(account))
        if latest.owner != account.email and not account.superuser:
            raise RefusalError(500, _not_yours(account, accession))
        if latest.processing:
            raise RefusalError(500, _being_processed(accession))
        request = self.draft(account, accession)
        request.content = content
        self.store.save(request)
        return request

    def _accept(
        self,
        account: Account,
        request: Request,
        submission: Submission,
        parameters: Parameters,
    ) -> None:
        chosen = parameters.preferred_sources or tuple(request.sources)
        wanted = replace(request, sources=list(chosen), storage=parameters.storage)
        where = self.processing.sources(wanted, submission, parameters.sent)
        listed = sources.read_lists(submission, where)
        self._check_rights(account, request, submission)
        request.sources, request.storage = wanted.sources, wanted.storage
        self._keep_files(request, parameters)
        request.content = pagetab.to_json(submission)
        try:
            if not self.faults.async_mode:
                self.processing.check(request, submission, listed)
                self._refuse_circles(request, submission, listed)
        except RefusalError as error:
            request.status, request.errors = "DRAFT", list(error.reasons)
            request.modified = now()
            self.store.save(request)
            raise
        request.status, request.errors, request.polled = "SUBMITTED", [], False
        request.modified = now()
        self.store.save(request)
        self.statistics.happened("submitted")

    @staticmethod
    def _check_rights(
        account: Account, request: Request, submission: Submission
    ) -> None:
        if request.processing:
            raise RefusalError(500, _being_processed(request.accession))
        if submission.accession not in {None, request.accession}:
            raise RefusalError(500, _not_own_accession(account))
        attach_to = submission.value("AttachTo")
        if attach_to and request.new:
            checks.check_attach(account, attach_to)

    def _keep_files(self, request: Request, parameters: Parameters) -> None:
        if parameters.sent is not None:
            folder = self.store.request_files(request)
            shutil.rmtree(folder, ignore_errors=True)
            folder.parent.mkdir(parents=True, exist_ok=True)
            parameters.sent.replace(folder)

    def _refuse_circles(
        self, request: Request, submission: Submission, listed: list[ListedFiles]
    ) -> None:
        message = sources.circular(listed, self.processing.sources(request, submission))
        if message is not None:
            raise RefusalError(500, message)

    def _mine(self, account: Account, accession: str) -> Request:
        latest = self.store.latest(accession)
        if latest is None or not may_see(account, latest):
            raise RefusalError(500, _no_draft(accession))
        return latest

    def _unblocked(self, account: Account, accession: str) -> Request:
        request = self._mine(account, accession)
        if request.status == "POST_PROCESSED":
            raise RefusalError(500, _no_draft(accession))
        if request.processing or accession in self._busy:
            raise RefusalError(
                500,
                f"Request '{accession}' is being processed. "
                "Submission request draft operations are blocked.",
            )
        return request

    @contextmanager
    def _alone(self, accession: str) -> Iterator[None]:
        with self.store.lock:
            if accession in self._busy:
                raise RefusalError(500, _being_processed(accession))
            self._busy.add(accession)
        try:
            yield
        finally:
            self._busy.discard(accession)

    def _pause(self, fault: SlowSubmit | None, *, first: bool) -> None:
        if fault is not None and fault.accepted_first is not first:
            self.stopping.wait(fault.seconds)


def _override(submission: Submission, parameters: Parameters) -> None:
    for name, value in parameters.attributes:
        submission.put(name, value)


def _no_draft(accession: str) -> str:
    return f"The submission draft '{accession}' was not found"


def _being_processed(accession: str) -> str:
    return (
        "Submission request can't be accepted. Submission with "
        f"'{accession}' is currently being processed."
    )


def _not_own_accession(account: Account) -> str:
    return (
        f"The user {account.email} is not allowed to provide accession number directly"
    )


def _not_yours(account: Account, accession: str) -> str:
    return (
        f"The user {account.email} is not allowed to update the submission {accession}"
    )
