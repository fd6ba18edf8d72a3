"""What a server answered, and what may be said of it. Knows no HTTP library."""

from __future__ import annotations

import json as jsonlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from fairsubmit.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "TRANSIENT_STATUSES",
    "Answer",
    "is_loopback",
    "origin",
    "parse_retry_after",
    "redact_url",
]

# RFC 9110 §15.5.9 and §15.6, RFC 6585 §4, RFC 8470 §5.2; 520 to 530 are what a large
# content network answers when it cannot reach the server behind it.
TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, *range(520, 531)})
# RFC 9110 §10.2.3 and RFC 6585 §4; on other answers the field means something else.
_ASKS_TO_WAIT = frozenset({429, 503})
_REQUEST_IDS = ("X-Request-ID", "X-Correlation-ID", "X-Amz-Request-Id", "CF-Ray")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered.

    Attributes
    ----------
    status
        HTTP status.
    headers
        By lower-case name.
    body
        Of an error, 64 KiB at most, and without the token if it was echoed.
    url
        Without user, password and query.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8", errors="replace")

    @property
    def plain(self) -> str | None:
        """The beginning of the body if it is for people to read, not a page."""
        kind = self.headers.get("content-type", "")
        text = " ".join(self.text[:1000].split())[:300]
        if "html" in kind or text[:1] == "<" or not text:
            return None
        return text

    @property
    def request_id(self) -> str | None:
        """The server's own name for the request, to quote to its help desk."""
        found = (self.headers.get(name.lower()) for name in _REQUEST_IDS)
        return next((value for value in found if value), None)

    @property
    def retry_after(self) -> float | None:
        """Seconds the server asks to wait, on 429 and 503 only."""
        if self.status not in _ASKS_TO_WAIT:
            return None
        now = _parse_date(self.headers.get("date"))
        return parse_retry_after(self.headers.get("retry-after"), now)

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """Return the body as JSON.

        Raises
        ------
        ArchiveError
            If it is not JSON, as when a proxy answers with a page of its own.
        """
        try:
            return jsonlib.loads(self.body)
        except ValueError as error:
            message = f"{self.url} answered {self.status} with something else than JSON"
            raise ArchiveError(
                message,
                status=self.status,
                server_message=self.text[:300],
                request_id=self.request_id,
                hint="check the address of the archive, and whether a proxy or a "
                "login page of the network stands in between",
            ) from error


def parse_retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Read a ``Retry-After`` field (RFC 9110 §10.2.3): seconds, or a date.

    Parameters
    ----------
    value
        The field.
    now
        The server's own ``Date``, so that a wrong clock here does no harm.

    Returns
    -------
    float or None
        Seconds from now, at least 0; ``None`` if there is nothing to read.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    then = _parse_date(text)
    if then is None:
        return None
    return max(0.0, (then - (now or datetime.now(UTC))).total_seconds())


def _parse_date(value: str | None) -> datetime | None:
    """Read an HTTP date; all of them are in UTC."""
    if not value:
        return None
    try:
        then = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return then if then.tzinfo else then.replace(tzinfo=UTC)


def redact_url(url: str) -> str:
    """Return `url` without what may be secret: user, password, query, fragment."""
    try:
        parts = urlsplit(url)
        place = parts.hostname or ""
        if ":" in place:
            place = f"[{place}]"
        if parts.port is not None:
            place += f":{parts.port}"
    except ValueError:
        return "(an address that cannot be read)"
    return urlunsplit((parts.scheme, place, parts.path, "…" if parts.query else "", ""))


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port: who a secret may be told to (RFC 6454 §4)."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443}.get(parts.scheme, 80)
    return parts.scheme, (parts.hostname or "").lower(), port


def is_loopback(url: str) -> bool:
    """Say whether `url` leads to this very machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
