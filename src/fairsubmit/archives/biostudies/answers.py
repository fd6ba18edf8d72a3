"""What BioStudies answers, read into values; unknown and missing keys are taken."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from fairsubmit.archives.biostudies.refusals import messages_of
from fairsubmit.archives.biostudies.settings import NAME
from fairsubmit.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fairsubmit.archives.biostudies.refusals import RefusalError
    from fairsubmit.http import Answer

__all__ = [
    "DraftRecord",
    "Profile",
    "Row",
    "SubmissionRecord",
    "is_missing",
    "read_draft",
    "read_drafts",
    "read_json",
    "read_names",
    "read_object",
    "read_profile",
    "read_rows",
    "read_sizes",
    "read_submission",
]


@dataclass(frozen=True, slots=True)
class Profile:
    """An account, as the archive describes it.

    Attributes
    ----------
    name
        Full name, or the e-mail address where there is none.
    upload_type
        ``ftp`` or ``nfs``: where the user folder lies, which decides the FTP account.
    secret
        The user folder's name on the shared FTP account. Whoever knows it can write
        there: never shown.
    token
        Session token, in the answer to a log-in only.
    """

    email: str
    name: str
    upload_type: str | None
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


_FOLDERS = frozenset({"DIR", "DIRECTORY", "FOLDER"})


class Row(NamedTuple):
    """A file or folder of the user's file area; `path` begins at its top."""

    path: str
    size: int
    folder: bool


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """A draft as the archive keeps it: its key is the accession."""

    key: str
    content: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SubmissionRecord:
    """A submission that was handed in: PROCESSING, INVALID or PROCESSED."""

    accession: str
    status: str
    errors: tuple[str, ...] = ()


def is_missing(error: RefusalError) -> bool:
    """Whether a refusal means that there is no such thing.

    Unknown submissions are 404, unknown requests and drafts 500 (controller advice).
    """
    said = (error.server_message or "").lower()
    return error.status == 404 or "not found" in said


def read_json(answer: Answer) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON of an answer, ``None`` for an empty one."""
    return answer.json() if answer.body.strip() else None


def read_object(answer: Answer) -> Mapping[str, Any]:
    """Return the JSON object of an answer.

    Raises
    ------
    ArchiveError
        If it is something else.
    """
    value = read_json(answer)
    if not isinstance(value, dict):
        raise ArchiveError(**_unexpected(answer, "an object"))
    return value


def _objects(answer: Answer) -> Iterator[Mapping[str, Any]]:
    """Return the JSON objects of the list that an answer is.

    Raises
    ------
    ArchiveError
        If it is something else.
    """
    value = read_json(answer)
    if not isinstance(value, list):
        raise ArchiveError(**_unexpected(answer, "a list"))
    return (item for item in value if isinstance(item, dict))


def _unexpected(answer: Answer, wanted: str) -> dict[str, Any]:
    return {
        "message": f"{answer.url} did not answer with {wanted}",
        "archive": NAME,
        "status": answer.status,
        "request_id": answer.request_id,
        "hint": "check the address of the archive (api_url)",
    }


def read_profile(answer: Answer) -> Profile:
    """Return the account that an answer describes."""
    value = read_object(answer)
    email = str(value.get("email") or "")
    name = value.get("fullname") or value.get("username") or email
    kind = value.get("uploadType")
    token = value.get("sessid")
    return Profile(
        email,
        str(name),
        str(kind).lower() if kind else None,
        str(value.get("secret") or ""),
        str(token) if token else None,
    )


def read_names(answer: Answer) -> tuple[str, ...]:
    """Return the names of the collections that an answer lists."""
    return tuple(str(item["accno"]) for item in _objects(answer) if item.get("accno"))


def read_draft(answer: Answer) -> DraftRecord:
    """Return the draft that an answer is.

    Raises
    ------
    ArchiveError
        If it is none.
    """
    found = _draft(read_object(answer))
    if found is None:
        raise ArchiveError(**_unexpected(answer, "a draft that has a key"))
    return found


def read_drafts(answer: Answer) -> list[DraftRecord]:
    """Return the drafts that an answer lists."""
    found = (_draft(item) for item in _objects(answer))
    return [draft for draft in found if draft is not None]


def _draft(value: Mapping[str, Any]) -> DraftRecord | None:
    key, content = value.get("key"), value.get("content")
    if not isinstance(key, str) or not key:
        return None
    return DraftRecord(key, content if isinstance(content, dict) else {})


def read_submission(answer: Answer, accession: str) -> SubmissionRecord | None:
    """Return the submission that an answer describes, ``None`` for an empty one."""
    value = read_json(answer)
    if not isinstance(value, dict) or not value.get("status"):
        return None
    errors = value.get("errors")
    said = messages_of(json.dumps(errors).encode()) if errors else ()
    return SubmissionRecord(accession, str(value["status"]), said)


def read_rows(answer: Answer, folder: str) -> Iterator[Row]:
    """Yield the files and folders that the listing of a folder names.

    The rows' own ``path`` is that folder again, written ``user/…``.
    """
    for item in _objects(answer):
        name, size = item.get("name"), item.get("size")
        if not isinstance(name, str) or not name or "/" in name:
            continue
        path = f"{folder}/{name}" if folder else name
        kind = str(item.get("type", "")).upper()
        yield Row(path, size if isinstance(size, int) else 0, kind in _FOLDERS)


def read_sizes(answer: Answer) -> dict[str, int]:
    """Return the size by path of the rows of a submitted file list.

    Each row is reduced as soon as it is parsed: lists have 100,000 rows of a dozen
    attributes each.

    Raises
    ------
    ArchiveError
        If the answer is no file list.
    """
    try:
        rows = json.loads(answer.body, object_hook=_path_and_size)
    except ValueError as error:
        raise ArchiveError(**_unexpected(answer, "a file list")) from error
    if not isinstance(rows, list):
        raise ArchiveError(**_unexpected(answer, "a file list"))
    return dict(row for row in rows if isinstance(row, tuple))


def _path_and_size(item: dict[str, Any]) -> tuple[str, int] | None:
    path, size = item.get("path"), item.get("size")
    if isinstance(path, str) and isinstance(size, int):
        return path, size
    return None
