"""FTP replies and broken connections, put in our own errors."""

from __future__ import annotations

import re
import socket
import ssl
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import (
    AuthenticationError,
    PermanentTransferError,
    QuotaExceededError,
    TransientTransferError,
)

if TYPE_CHECKING:
    from fairsubmit.errors import FairsubmitError

__all__ = [
    "CrowdedError",
    "NoDigestError",
    "NoResumeError",
    "Reply",
    "broken",
    "refused",
]

# Servers use 421, but also 530, for "come back when others have left".
_CROWDED = re.compile(
    r"too many|maximum|limit|(?:users?|clients?|connections?|sessions?) reached",
    re.IGNORECASE,
)
# RFC 959 §4.2: insufficient storage, exceeded allocation.
_FULL = frozenset({452, 552})
# RFC 959 §4.2 (not logged in), RFC 2228 §5 (security data rejected).
_NOT_LOGGED_IN = frozenset({332, 430, 530, 532, 535})
# RFC 2228 §5, RFC 4217 §10: the server wants another protection than was offered.
_NEEDS_TLS = frozenset({521, 522, 533, 534, 536})


class CrowdedError(TransientTransferError):
    """The server takes no more connections now."""


class NoResumeError(TransientTransferError):
    """The server does not go on inside a file; it has to be sent whole."""


class NoDigestError(TransientTransferError):
    """The server takes too long over a digest; the size has to do."""


class Reply(NamedTuple):
    """What the server replied.

    Attributes
    ----------
    code
        Three digits (RFC 959 §4.2).
    text
        All of it, code included; may hold secrets.
    """

    code: int
    text: str

    @property
    def done(self) -> bool:
        """Whether the command succeeded (2yz)."""
        return 200 <= self.code < 300

    @property
    def crowded(self) -> bool:
        """Whether the server refuses because too many are connected already."""
        if self.code == 421:
            return True
        return self.code == 530 and bool(_CROWDED.search(self.text))


def refused(reply: Reply, doing: str, words: str) -> FairsubmitError:
    """Return the error that a reply stands for.

    Parameters
    ----------
    reply
        Anything but a success.
    doing
        What was tried, as in "could not <doing>".
    words
        The server's words, cleared of secrets.
    """
    message = f"could not {doing}: the FTP server says {words!r}"
    if reply.crowded:
        return CrowdedError(message)
    if reply.code in _FULL:
        hint = "make room in the archive's upload area, or ask the archive for more"
        return QuotaExceededError(message, hint=hint)
    if reply.code in _NOT_LOGGED_IN:
        hint = "check the FTP user, its password and whether the server wants TLS"
        return AuthenticationError(message, hint=hint)
    if reply.code in _NEEDS_TLS:
        hint = "check the setting for encrypted FTP"
        return PermanentTransferError(message, hint=hint)
    if reply.code < 500:
        return TransientTransferError(message)
    return PermanentTransferError(message)


def broken(error: BaseException, doing: str) -> FairsubmitError:
    """Return the error for a connection that failed.

    Parameters
    ----------
    error
        What the socket or `ftplib` raised.
    doing
        What was tried, as in "could not <doing>".
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return PermanentTransferError(
            f"could not {doing}: the certificate of the FTP server cannot be trusted",
            hint="check the server's name, or name the file of its certificate",
        )
    words = "the FTP connection broke"
    for kind, told in _BROKEN:
        if isinstance(error, kind):
            words = told
            break
    return TransientTransferError(f"could not {doing}: {words}")


_BROKEN: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "no address is known for the FTP server"),
    (TimeoutError, "the FTP server fell silent"),
    (ConnectionRefusedError, "the FTP server refuses the connection"),
    (ValueError, "the FTP server answered with something that cannot be read"),
)
