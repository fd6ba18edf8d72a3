"""What can go wrong: one value for each kind of fault.

Most happen `times` times and are then used up; ``times=None`` means always.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

__all__ = [
    "Answer",
    "CorruptUpload",
    "CutUpload",
    "DropReply",
    "Fault",
    "FtpRefusal",
    "InvalidLater",
    "LoseUpload",
    "RevokeToken",
    "SlowSubmit",
    "StallUpload",
    "StuckStatus",
    "ThrottleUpload",
    "TruncateUpload",
    "UnknownStatus",
]

UPLOAD = "upload"
"""The endpoint name that stands for any upload, over HTTP or FTP."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that goes wrong a number of times.

    Parameters
    ----------
    times
        How often it happens; None is always.
    """

    times: int | None = 1

    def matches(self, **what: str) -> bool:
        """Whether the fault is meant for a call; a plain fault is for every call."""
        del what
        return True


@dataclass(frozen=True, kw_only=True)
class UploadFault(Fault):
    """Something that happens to the bytes of one file.

    Parameters
    ----------
    protocol
        Over which protocol.
    path
        Glob on the file's path in the user area; `*` also matches `/`.
    """

    protocol: Literal["any", "http", "ftp"] = "any"
    path: str = "*"

    def matches(self, **what: str) -> bool:
        """Whether the fault is meant for a file sent over a protocol."""
        return self.protocol in {"any", what["protocol"]} and fnmatchcase(
            what["path"], self.path
        )


@dataclass(frozen=True, kw_only=True)
class CutUpload(UploadFault):
    """The connection ends after `at` bytes of the file in this request.

    Over FTP these bytes are stored and the control connection ends too; over HTTP
    nothing is stored, since a request that did not end is no upload.

    Parameters
    ----------
    at
        Bytes of the file that are received first.
    how
        ``rst`` resets the connection, ``fin`` closes it.
    """

    at: int
    how: Literal["rst", "fin"] = "rst"


@dataclass(frozen=True, kw_only=True)
class CorruptUpload(UploadFault):
    """One bit of byte `at` of the request's file is flipped; the answer is success."""

    at: int


@dataclass(frozen=True, kw_only=True)
class LoseUpload(UploadFault):
    """The answer is success and nothing is stored."""


@dataclass(frozen=True, kw_only=True)
class TruncateUpload(UploadFault):
    """The answer is success and only the first `to` bytes are stored."""

    to: int


@dataclass(frozen=True, kw_only=True)
class StallUpload(UploadFault):
    """After `at` bytes the server stops reading for `seconds`."""

    at: int
    seconds: float = 3600.0


@dataclass(frozen=True, kw_only=True)
class ThrottleUpload(UploadFault):
    """Each upload is read at most this fast."""

    times: int | None = None
    bytes_per_second: float


@dataclass(frozen=True, kw_only=True)
class CallFault(Fault):
    """Something that happens to a call.

    Parameters
    ----------
    endpoint
        Glob on ``METHOD path`` below the address of the API, for instance
        ``POST /submissions/drafts``, or ``FTP STOR``; ``upload`` is any upload.
    """

    endpoint: str = UPLOAD

    def matches(self, **what: str) -> bool:
        """Whether the fault is meant for this endpoint."""
        endpoint = what["endpoint"]
        if self.endpoint == UPLOAD:
            return endpoint.startswith(("POST /files/user/upload", "FTP "))
        return fnmatchcase(endpoint, self.endpoint)


@dataclass(frozen=True, kw_only=True)
class DropReply(CallFault):
    """The call is carried out whole; the connection ends instead of the answer."""

    how: Literal["rst", "fin"] = "fin"


@dataclass(frozen=True, kw_only=True)
class Answer(CallFault):
    """The call is answered as a gateway would, without being carried out.

    Parameters
    ----------
    retry_after
        Seconds in a ``Retry-After`` header.
    """

    endpoint: str = "*"
    retry_after: int | None = None


@dataclass(frozen=True, kw_only=True)
class SlowSubmit(Fault):
    """A submit takes `seconds` and succeeds, whether or not anyone waits for it.

    Parameters
    ----------
    seconds
        How long the answer takes.
    accepted_first
        Whether the submission is already being processed meanwhile; otherwise
        it is still a draft, as while BioStudies checks a long file list.
    """

    seconds: float
    accepted_first: bool = False


@dataclass(frozen=True, kw_only=True)
class InvalidLater(Fault):
    """A submission is accepted and becomes INVALID while it is processed."""

    errors: tuple[str, ...] = ("Unknown processing error. Please contact Admin.",)


@dataclass(frozen=True, kw_only=True)
class RevokeToken(Fault):
    """The session in use ends midway.

    Parameters
    ----------
    after_requests
        How many more requests with a token are answered.
    after_bytes
        How many more bytes of files are received over HTTP. A request that has
        begun is carried out.
    """

    after_requests: int | None = None
    after_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class StuckStatus(Fault):
    """Requests never get past a status."""

    times: int | None = None
    status: str = "REQUESTED"


@dataclass(frozen=True, kw_only=True)
class UnknownStatus(Fault):
    """A status that no client knows is reported for `times` polls."""

    status: str = "ARCHIVED_ELSEWHERE"


@dataclass(frozen=True, kw_only=True)
class FtpRefusal(Fault):
    """An FTP command is refused with a reply of three digits and a text."""

    command: str
    reply: str

    def matches(self, **what: str) -> bool:
        """Whether the fault is meant for this command."""
        return what["command"] == self.command.upper()
