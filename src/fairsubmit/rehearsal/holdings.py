"""What may be asked about submissions, and the deleting of private ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fairsubmit.rehearsal import checks, pagetab
from fairsubmit.rehearsal.refusals import RefusalError
from fairsubmit.rehearsal.store import FINISHED

if TYPE_CHECKING:
    from fairsubmit.rehearsal.processing import Processing
    from fairsubmit.rehearsal.store import Account, Request, Store

__all__ = ["Holdings", "draft_json", "may_see", "overview_json"]


@dataclass
class Holdings:
    """The submissions that an embedded archive holds.

    Parameters
    ----------
    store
        What is remembered.
    processing
        The work on accepted requests, which each look moves on.
    """

    store: Store
    processing: Processing

    def request(self, account: Account, accession: str, version: int) -> Request:
        """Return a request.

        Raises
        ------
        RefusalError
            There is none of this version.
        """
        request = self.store.request(accession, version)
        if request is None or not may_see(account, request):
            raise RefusalError(
                500,
                f"The submission request '{accession}', version: {version} "
                "was not found",
            )
        return request

    def overview(self, account: Account, accession: str) -> Request | None:
        """Return what ``GET /submissions/{accession}`` is about, moved on by a poll.

        A draft is not shown; the version before it is.
        """
        latest = self.store.latest(accession)
        if latest is None or not may_see(account, latest):
            return None
        if latest.processing:
            self.processing.poll(latest)
        if latest.status == "DRAFT":
            return self.store.current(accession)
        return latest

    def listed(
        self, account: Account, accession: str | None, limit: int, offset: int
    ) -> list[Request]:
        """Return the submissions of an account that are more than drafts."""
        shown = [
            one if one.status != "DRAFT" else self.store.current(one.accession)
            for one in self.store.of(account)
            if accession in {None, "", one.accession}
        ]
        return [one for one in shown if one is not None][offset : offset + limit]

    def persisted(self, account: Account | None, accession: str) -> Request:
        """Return the version that ``{accession}.json`` shows.

        Raises
        ------
        RefusalError
            There is none, or it is private.
        """
        current = self.store.current(accession)
        if current is None:
            raise RefusalError(404, f"The submission '{accession}' was not found")
        allowed = account is not None and may_see(account, current)
        if not allowed and not checks.is_public(current):
            raise RefusalError(500, "Access Denied")
        return current

    def delete(self, account: Account, accession: str) -> None:
        """Remove a private submission.

        Raises
        ------
        RefusalError
            It is public, another's, or there is none.
        """
        with self.store.lock:
            current = self.store.current(accession)
            if current is None:
                raise RefusalError(404, f"The submission '{accession}' was not found")
            mine = current.owner == account.email and not checks.is_public(current)
            if not (mine or account.superuser):
                raise RefusalError(
                    500,
                    f"The user {account.email} is not allowed to delete the "
                    f"submission {accession}",
                )
            self.store.forget(accession)


def draft_json(request: Request) -> dict[str, Any]:
    """Return a draft as the drafts endpoints answer."""
    created = datetime.fromisoformat(request.created).astimezone(UTC)
    return {
        "key": request.accession,
        "displayKey": created.strftime("%d-%m-%Y:%H:%M")
        if request.new
        else request.accession,
        "newSubmission": request.new,
        "content": request.content,
        "modificationTime": request.modified,
    }


def overview_json(request: Request) -> dict[str, Any]:
    """Return a submission as ``GET /submissions`` answers."""
    submission = pagetab.from_json(request.content)
    status = "PROCESSED" if request.status in FINISHED else "PROCESSING"
    if request.status == "INVALID":
        status = "INVALID"
    day = (submission.value("ReleaseDate") or "")[:10]
    return {
        "accno": request.accession,
        "displayAccNo": request.accession,
        "newSubmission": False,
        "title": submission.value("Title") or submission.section.value("Title") or "",
        "mtime": request.modified,
        "rtime": f"{day}T00:00:00Z",
        "status": status,
        "errors": request.errors,
    }


def may_see(account: Account, request: Request) -> bool:
    """Whether an account may see a request."""
    return account.superuser or request.owner == account.email
