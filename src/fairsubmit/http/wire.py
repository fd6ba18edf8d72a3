"""Under the session: connections, and the errors of the library put in our own.

The only module that knows how ``requests`` and ``urllib3`` fail.
"""

from __future__ import annotations

import logging
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from ssl import SSLCertVerificationError
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests import exceptions as failures
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError

from fairsubmit.errors import ArchiveError, ArchiveUnavailableError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from requests import PreparedRequest

    from fairsubmit.errors import FairsubmitError
    from fairsubmit.http.options import Readable

__all__ = ["environment", "new_session", "prepared", "translate"]

_log = logging.getLogger(__name__)

# A body is read in blocks of this size; the library's own 16 KiB cost twice the
# processor time.
_BLOCK = 1 << 20
# Largest run of bytes handed to the kernel under one time-out, so that a slow line
# is not taken for a dead one: 256 KiB in 60 s is 4 KiB/s.
_SLICE = 1 << 18


def new_session(
    *, stall: float, connections: int, user_agent: str | None, use_proxies: bool
) -> requests.Session:
    """Return a ``requests`` session set up as `fairsubmit.http.Session` needs it.

    Parameters
    ----------
    stall
        Seconds the network may take no byte of a body.
    connections
        How many are kept open.
    user_agent
        Instead of ``fairsubmit/<version>``.
    use_proxies
        Whether the environment's proxies and certificates apply.
    """
    session = requests.Session()
    session.trust_env = use_proxies
    # Without this a ~/.netrc would add a password of its own to the calls.
    session.auth = _no_auth
    # The token goes in a header; a cookie would be a second one that nobody guards.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = user_agent or f"fairsubmit/{version('fairsubmit')}"
    adapter = _Adapter(stall, connections)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _no_auth(request: PreparedRequest) -> PreparedRequest:
    return request


class _Adapter(HTTPAdapter):
    """Large blocks, and a time-out for bodies that the network stops taking."""

    def __init__(self, stall: float, connections: int) -> None:
        self._stall = stall
        super().__init__(pool_connections=4, pool_maxsize=connections)

    def init_poolmanager(
        self,
        connections: int,
        maxsize: int,
        block: bool = False,  # noqa: FBT001, FBT002 - the library's signature
        **pool_kwargs: Any,  # noqa: ANN401 - the library's signature
    ) -> None:
        super().init_poolmanager(
            connections, maxsize, block, blocksize=_BLOCK, **pool_kwargs
        )
        stall = self._stall

        class PlainConnection(HTTPConnection):
            def send(self, data: Any) -> None:  # noqa: ANN401 - as http.client
                for piece in _pieces(self, data, stall):
                    super().send(piece)

        class SecureConnection(HTTPSConnection):
            def send(self, data: Any) -> None:  # noqa: ANN401 - as http.client
                for piece in _pieces(self, data, stall):
                    super().send(piece)

        class PlainPool(urllib3.HTTPConnectionPool):
            ConnectionCls = PlainConnection

        class SecurePool(urllib3.HTTPSConnectionPool):
            ConnectionCls = SecureConnection

        self.poolmanager.pool_classes_by_scheme = {
            "http": PlainPool,
            "https": SecurePool,
        }


def _pieces(connection: HTTPConnection, data: Any, stall: float) -> Iterator[Any]:  # noqa: ANN401 - as http.client
    """Yield what is sent in slices, each with the whole time-out to itself."""
    if connection.sock is not None:
        connection.sock.settimeout(stall)
    if not isinstance(data, bytes) or len(data) <= _SLICE:
        yield data
        return
    view = memoryview(data)
    for start in range(0, len(view), _SLICE):
        yield view[start : start + _SLICE]


# First match counts; a test walks `requests.exceptions` for classes left out.
_UNAVAILABLE: tuple[tuple[type[Exception], str], ...] = (
    (failures.ProxyError, "cannot be reached: the proxy in between failed"),
    (failures.ConnectTimeout, "cannot be reached: no connection in time"),
    (failures.Timeout, "did not answer in time"),
    (failures.SSLError, "broke off the encrypted connection"),
    (failures.ConnectionError, "cannot be reached or broke the connection"),
    (failures.ChunkedEncodingError, "broke its answer off"),
    (failures.ContentDecodingError, "sent an answer that cannot be decoded"),
    (failures.StreamConsumedError, "broke its answer off"),
    (failures.RetryError, "failed again and again"),
    (urllib3.exceptions.HTTPError, "broke the connection"),
)
_CONFIG = (
    failures.MissingSchema,
    failures.InvalidSchema,
    failures.InvalidURL,
    failures.InvalidHeader,
    failures.URLRequired,
)


def translate(error: Exception, name: str, url: str) -> FairsubmitError:
    """Return our own error for one of the library's.

    The library's own words are left out: they hold addresses with their queries.

    Parameters
    ----------
    error
        A `requests.RequestException` or a `urllib3.exceptions.HTTPError`.
    name
        What the message calls the server.
    url
        What was asked for.
    """
    host = urlsplit(url).hostname or name
    _log.debug("%s: %s", host, " < ".join(type(one).__name__ for one in _chain(error)))
    if any(isinstance(cause, SSLCertVerificationError) for cause in _chain(error)):
        message = f"the certificate of {host} cannot be trusted"
        return ArchiveError(
            message,
            archive=name,
            hint="check this computer's clock and the address; if your network opens "
            "encrypted connections, name its certificate in REQUESTS_CA_BUNDLE",
        )
    if isinstance(error, _CONFIG):
        message = f"the address or a header for {name} cannot be used"
        return ConfigError(message, hint="check the archive's settings")
    words = _unavailable(error, host)
    if words is None:
        message = f"{name} gave an answer that cannot be used ({type(error).__name__})"
        return ArchiveError(message, archive=name)
    return ArchiveUnavailableError(
        f"{name} {words}",
        archive=name,
        hint="check the network, then run the same command again",
    )


def _unavailable(error: Exception, host: str) -> str | None:
    """Return in words how the network or the server failed, ``None`` if neither did."""
    for cause in _chain(error):
        if isinstance(cause, NameResolutionError):
            return f"cannot be reached: no address is known for {host}"
        if isinstance(cause, ConnectionRefusedError):
            return f"cannot be reached: {host} refuses the connection"
    for kind, words in _UNAVAILABLE:
        if isinstance(error, kind):
            return words
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that is wrapped in it, each once."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None)]
        waiting += one.args


def prepared(
    session: requests.Session,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | Readable | None,
    params: Mapping[str, str],
) -> PreparedRequest:
    """Return a request with a session's own headers.

    Not by the session: it would merge cookies, netrc and hooks, of which there are
    none, and ask the environment anew: a fifth of the time of a small upload.
    """
    request = requests.PreparedRequest()
    merged = {**session.headers, **headers}
    request.prepare(
        method=method, url=url, headers=merged, data=body, params=dict(params)
    )
    return request


def environment(
    session: requests.Session, url: str, ca_bundle: str | None
) -> dict[str, Any]:
    """Return what the environment says of proxies and certificates for an address."""
    return dict(
        session.merge_environment_settings(
            url, {}, stream=True, verify=ca_bundle, cert=None
        )
    )
