"""The rules of BioStudies on dates, DOIs and rights, with its messages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from fairsubmit.rehearsal.refusals import RefusalError, RejectedError

if TYPE_CHECKING:
    from fairsubmit.rehearsal.pagetab import Section, Submission
    from fairsubmit.rehearsal.store import Account, Request

__all__ = ["check_attach", "check_dates", "check_doi", "release_date"]

DOI_PREFIX = "10.6019"
ORGANISATION = re.compile(r"organi[sz]ation", re.IGNORECASE)


def today() -> date:
    """Return the day by which release dates are judged."""
    return datetime.now(UTC).date()


def release_date(text: str) -> date:
    """Return the day of a release date.

    Raises
    ------
    RejectedError
        It is neither YYYY-MM-DD nor an ISO instant.
    """
    text = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
        if "T" in text:
            return datetime.fromisoformat(text).date()
    except ValueError:
        pass
    msg = f"Provided date {text} could not be parsed. Expected format is YYYY-MM-DD"
    raise RejectedError(msg)


def check_attach(account: Account, collection: str) -> None:
    """Check that an account may attach submissions to a collection.

    Raises
    ------
    RefusalError
        It may not.
    """
    if not account.superuser and collection not in account.collections:
        raise RefusalError(
            500,
            f"The user {account.email} is not allowed to submit to "
            f"{collection} collection",
        )


def check_dates(
    submission: Submission, previous: Request | None, account: Account
) -> None:
    """Check the release date.

    Raises
    ------
    RejectedError
        It is no date, in the past, or changed although the study is public.
    """
    day = release_date(submission.value("ReleaseDate") or "")
    if account.superuser:
        return
    if previous is not None and previous.record and is_public(previous):
        if day.isoformat() != previous.record["release_date"]:
            raise RejectedError("The release date of a public study cannot be changed")
    elif day < today():
        raise RejectedError("Release date cannot be in the past")


def is_public(request: Request) -> bool:
    """Whether a persisted version may be seen by anybody."""
    record = request.record or {}
    if record.get("released"):
        return True
    day: str = record.get("release_date", "")
    return bool(day) and date.fromisoformat(day) <= today()


def check_doi(submission: Submission, previous: Request | None, accession: str) -> None:
    """Check what a DOI needs, and give the submission its DOI (DoiService.kt).

    Raises
    ------
    RefusalError
        Something is missing, or the DOI given before is changed.
    """
    minted = f"{DOI_PREFIX}/{accession}"
    asked = any(one.name.lower() == "doi" for one in submission.attributes)
    before = (previous.record or {}).get("doi") if previous is not None else None
    if before:
        _check_same(submission, before, asked=asked)
    elif not asked:
        return
    else:
        _check_registrable(submission)
    submission.put("DOI", before or minted)


def _check_same(submission: Submission, before: str, *, asked: bool) -> None:
    if not asked:
        msg = f"The previous DOI: '{before}' cannot be removed"
        raise RejectedError(msg)
    given = submission.value("DOI")
    if given and given != before:
        msg = f"The given DOI '{given}' should match the previous DOI '{before}'"
        raise RejectedError(msg)


def _check_registrable(submission: Submission) -> None:
    if not submission.value("Title"):
        raise RejectedError("A title is required for DOI registration")
    sections = list(submission.section.walk())
    organisations = [one for one in sections if ORGANISATION.fullmatch(one.kind)]
    if not organisations:
        raise RejectedError("The required DOI field 'Organization' could not be found")
    names = [_named(one) for one in organisations]
    for author in sections:
        if author.kind.lower() == "author" and author.value("Name"):
            _check_affiliation(author, names)


def _named(organisation: Section) -> str:
    if not organisation.accession:
        raise RejectedError("Organizations are required to have an accession")
    if not organisation.value("Name"):
        msg = f"The following organization name is empty: '{organisation.accession}'"
        raise RejectedError(msg)
    return organisation.accession


def _check_affiliation(author: Section, organisations: list[str]) -> None:
    affiliation = author.value("Affiliation")
    if not affiliation:
        raise RejectedError("Authors are required to have an affiliation")
    if affiliation not in organisations:
        msg = (
            f"The organization '{affiliation}' affiliated to the author "
            f"'{author.value('Name')}' could not be found"
        )
        raise RejectedError(msg)
