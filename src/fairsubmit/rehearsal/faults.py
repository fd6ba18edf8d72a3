"""Ways in which the embedded archive can be told to misbehave.

Faults are named values, given at start (`Faults`) or changed while the server runs
(`fairsubmit.rehearsal.switchboard`, and ``POST /_faults`` on the server's address).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fairsubmit.errors import ConfigError
from fairsubmit.rehearsal.fault_kinds import (
    Answer,
    CorruptUpload,
    CutUpload,
    DropReply,
    Fault,
    FtpRefusal,
    InvalidLater,
    LoseUpload,
    RevokeToken,
    SlowSubmit,
    StallUpload,
    StuckStatus,
    ThrottleUpload,
    TruncateUpload,
    UnknownStatus,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Answer",
    "CorruptUpload",
    "CutUpload",
    "DropReply",
    "Fault",
    "Faults",
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
    "fault_value",
]


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
        values: Any = {name: fault_value(name, raw) for name, raw in document.items()}
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


def fault_value(name: str, raw: object) -> object:
    """Return the fault or setting that a JSON value stands for.

    Raises
    ------
    ConfigError
        The name or the value is not known.
    """
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
