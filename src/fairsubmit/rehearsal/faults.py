"""Ways in which the embedded archive can be told to misbehave.

Faults are named values. They are given at start (`Faults`) or changed while the
server runs (`Switchboard`, and ``POST /_faults`` on the server's own address).
Most happen `times` times and are then used up; ``"times": null`` means always.
"""

from __future__ import annotations

import dataclasses
import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from fairsubmit.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Answer",
    "CorruptUpload",
    "CutUpload",
    "DropReply",
    "Faults",
    "FtpRefusal",
    "InvalidLater",
    "LoseUpload",
    "RevokeToken",
    "SlowSubmit",
    "StallUpload",
    "StuckStatus",
    "Switchboard",
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


@dataclass(frozen=True, kw_only=True)
class Faults:
    """What the embedded archive does wrong, and how it is set up.

    The first group are faults, None when they do not happen. The second are
    settings on which deployments of BioStudies differ or are not known.

    Parameters
    ----------
    internal_error, too_many_requests, bad_gateway, unavailable, too_large
        Answers 500, 429, 502, 503 and 413 with an HTML body.
    null_username
        Log-in answers ``"username": null``.
    study_link
        ``/studies/{accession}`` answers ``{"ftpHttp_link": …}``.
    duplicate_rows
        Pages of ``/files/{accession}`` repeat rows.
    wrong_token
        Status of the answer to a token that is not, or no longer, good.
    async_mode
        Files and rules are checked after the answer (``asyncMode``); what is
        wrong then shows as INVALID.
    statuses_per_poll
        How many statuses a request moves on with each poll.
    wait_seconds
        How long a synchronous submit waits; BioStudies waits 300 s.
    gateway
        Whether only the routes of the public gateway exist.
    max_upload_bytes
        Largest request; BioStudies takes 20 GB (application.yml).
    ftp_resume
        Whether the FTP server knows REST and APPE.
    ftp_hash
        Whether the FTP server knows HASH and XSHA256.
    """

    cut_upload: CutUpload | None = None
    corrupt_upload: CorruptUpload | None = None
    lose_upload: LoseUpload | None = None
    truncate_upload: TruncateUpload | None = None
    stall_upload: StallUpload | None = None
    throttle_upload: ThrottleUpload | None = None
    drop_reply: DropReply | None = None
    internal_error: Answer | None = None
    too_many_requests: Answer | None = None
    bad_gateway: Answer | None = None
    unavailable: Answer | None = None
    too_large: Answer | None = None
    slow_submit: SlowSubmit | None = None
    invalid_later: InvalidLater | None = None
    revoke_token: RevokeToken | None = None
    stuck_status: StuckStatus | None = None
    unknown_status: UnknownStatus | None = None
    ftp_refusal: FtpRefusal | None = None

    null_username: bool = False
    study_link: bool = False
    duplicate_rows: bool = False
    wrong_token: int = 401
    async_mode: bool = False
    statuses_per_poll: int = 1
    wait_seconds: float = 300.0
    gateway: bool = True
    max_upload_bytes: int = 20 * 1024**3
    ftp_resume: bool = True
    ftp_hash: bool = False

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Faults:
        """Return the faults that a JSON object names.

        Raises
        ------
        ConfigError
            A name or a value is not known.
        """
        values: Any = {name: _value(name, raw) for name, raw in document.items()}
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """Return the faults and settings that differ from the defaults."""
        plain = Faults()
        return {
            item.name: _plain(getattr(self, item.name))
            for item in dataclasses.fields(self)
            if getattr(self, item.name) != getattr(plain, item.name)
        }


FAULTS: dict[str, type[Fault]] = {
    "cut_upload": CutUpload,
    "corrupt_upload": CorruptUpload,
    "lose_upload": LoseUpload,
    "truncate_upload": TruncateUpload,
    "stall_upload": StallUpload,
    "throttle_upload": ThrottleUpload,
    "drop_reply": DropReply,
    "internal_error": Answer,
    "too_many_requests": Answer,
    "bad_gateway": Answer,
    "unavailable": Answer,
    "too_large": Answer,
    "slow_submit": SlowSubmit,
    "invalid_later": InvalidLater,
    "revoke_token": RevokeToken,
    "stuck_status": StuckStatus,
    "unknown_status": UnknownStatus,
    "ftp_refusal": FtpRefusal,
}

ANSWERS: dict[str, int] = {
    "internal_error": 500,
    "too_many_requests": 429,
    "bad_gateway": 502,
    "unavailable": 503,
    "too_large": 413,
}


def _plain(value: object) -> object:
    if isinstance(value, Fault):
        return dataclasses.asdict(value)
    return value


def _value(name: str, raw: object) -> object:
    if name not in Faults.__dataclass_fields__:
        msg = f"the embedded archive has no fault named {name!r}"
        raise ConfigError(msg, hint="see fairsubmit.rehearsal.faults.Faults")
    kind = FAULTS.get(name)
    if kind is None:
        return _setting(name, raw)
    if raw is None or isinstance(raw, kind):
        return raw
    if not isinstance(raw, dict):
        raw = {}  # "bad_gateway": true
    values: Any = {
        key: tuple(v) if isinstance(v, list) else v for key, v in raw.items()
    }
    try:
        return kind(**values)
    except TypeError as error:
        msg = f"the fault {name!r} cannot be set: {error}"
        raise ConfigError(msg) from error


def _setting(name: str, raw: object) -> object:
    default = getattr(Faults(), name)
    if raw is None:
        return default
    if isinstance(default, float) and isinstance(raw, int):
        return float(raw)
    if type(raw) is not type(default):
        msg = f"the setting {name!r} takes {type(default).__name__}, not {raw!r}"
        raise ConfigError(msg)
    return raw


F = TypeVar("F", bound=Fault)


@dataclass
class Switchboard:
    """The faults of a running server, safe to use from any thread.

    Parameters
    ----------
    faults
        What to start with.
    """

    faults: Faults = field(default_factory=Faults)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the setting of that name
        """Return the current value of a setting or fault.

        Raises
        ------
        AttributeError
            There is none of that name.
        """
        if name in Faults.__dataclass_fields__:
            return getattr(self.faults, name)
        raise AttributeError(name)

    def set(self, changes: Mapping[str, Any]) -> Faults:
        """Change the faults that are named, leave the others.

        Raises
        ------
        ConfigError
            A name or a value is not known.
        """
        values: Any = {name: _value(name, raw) for name, raw in changes.items()}
        with self._lock:
            self.faults = dataclasses.replace(self.faults, **values)
            return self.faults

    def reset(self, faults: Faults | None = None) -> None:
        """End every fault, or put others in their place."""
        with self._lock:
            self.faults = faults or Faults()

    def take(self, name: str, kind: type[F], **what: str) -> F | None:
        """Return the fault if it is to happen now, and count it down.

        Parameters
        ----------
        name
            Its name.
        kind
            Its type.
        what
            What the fault's own filter looks at.
        """
        with self._lock:
            fault = getattr(self.faults, name)
            if not isinstance(fault, kind) or not fault.matches(**what):
                return None
            if fault.times is not None and fault.times < 1:
                return None
            if fault.times is not None:
                left = fault.times - 1
                rest = dataclasses.replace(fault, times=left) if left > 0 else None
                changed: Any = {name: rest}
                self.faults = dataclasses.replace(self.faults, **changed)
            return fault

    def stuck_at(self) -> str | None:
        """Return the status that no request gets past."""
        fault = self.faults.stuck_status
        return fault.status if fault is not None else None

    def take_unknown_status(self) -> str | None:
        """Return the strange status to report now."""
        fault = self.take("unknown_status", UnknownStatus)
        return fault.status if fault is not None else None

    def spend(self, *, requests: int = 0, upload_bytes: int = 0) -> bool:
        """Count towards `RevokeToken`; return whether the session ends now.

        Parameters
        ----------
        requests
            Requests that carried a token.
        upload_bytes
            Bytes of files received over HTTP.
        """
        with self._lock:
            fault = self.faults.revoke_token
            if fault is None:
                return False
            left = dataclasses.replace(
                fault,
                after_requests=_less(fault.after_requests, requests),
                after_bytes=_less(fault.after_bytes, upload_bytes),
            )
            over = _below_zero(left.after_requests) or _below_zero(left.after_bytes)
            self.faults = dataclasses.replace(
                self.faults, revoke_token=None if over else left
            )
            return over


def _less(left: int | None, spent: int) -> int | None:
    return None if left is None else left - spent


def _below_zero(left: int | None) -> bool:
    return left is not None and left < 0
