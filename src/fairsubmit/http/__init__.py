"""HTTP: the one session, and the one place that knows ``requests``."""

from fairsubmit.http.answer import (
    TRANSIENT_STATUSES,
    Answer,
    is_loopback,
    parse_retry_after,
    redact_url,
)
from fairsubmit.http.options import Auth, Options, Readable
from fairsubmit.http.session import Session

__all__ = [
    "TRANSIENT_STATUSES",
    "Answer",
    "Auth",
    "Options",
    "Readable",
    "Session",
    "is_loopback",
    "parse_retry_after",
    "redact_url",
]
