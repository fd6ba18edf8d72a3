"""How a session behaves, and what one call is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from fairsubmit.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from fairsubmit.errors import FairsubmitError
    from fairsubmit.http.answer import Answer

__all__ = ["Auth", "Call", "Options", "Readable", "printable"]


class Readable(Protocol):
    """A body of known length that is read while it is sent."""

    def __len__(self) -> int:
        """Bytes of the whole body."""
        ...

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, ``b""`` at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Auth:
    """A secret in a request header.

    Attributes
    ----------
    header
        Name of the header, e.g. ``X-Session-Token``.
    token
        Called for each request; ``None`` sends none.
    renew
        Called once when the server no longer accepts the token; returns whether
        there is a new one.
    """

    header: str
    token: Callable[[], str | None] = field(repr=False)
    renew: Callable[[], bool] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Options:
    """How a `Session` behaves.

    Attributes
    ----------
    connect, read, stall
        Seconds to wait for a connection, for the next byte of an answer, and for the
        network to take the next bytes of a body.
    tries
        How often a call that may be repeated is made at most.
    longest_wait
        Longest wait between tries in seconds; a longer ``Retry-After`` is raised.
    connections
        How many connections are kept open for reuse.
    largest
        Largest answer in bytes.
    user_agent
        Instead of ``fairsubmit/<version>``.
    ca_bundle
        File of certificates to trust instead of the usual ones.
    explain
        Reads the archive's own error body; ``None`` from it means "nothing special".
    """

    connect: float = 20.0
    read: float = 120.0
    stall: float = 60.0
    tries: int = 5
    longest_wait: float = 60.0
    connections: int = 8
    largest: int = 1 << 28
    user_agent: str | None = None
    ca_bundle: Path | None = None
    explain: Callable[[Answer], FairsubmitError | None] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One request, before it is sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    params: Mapping[str, str]
    body: bytes | Readable | None = field(repr=False)
    timeout: tuple[float, float]


def printable(token: str, name: str) -> str:
    """Return the token as it may stand in a header.

    Raises
    ------
    ConfigError
        If it cannot.
    """
    token = token.strip()
    if not token.isascii() or not token.isprintable():
        message = f"the token for {name} holds characters that no token has"
        raise ConfigError(message, hint="copy it again, whole and alone")
    return token
