"""The session: what every archive needs of HTTP and none should write again.

Time-outs, a ``User-Agent``, a token that travels to its own host only, retries of
calls that may be repeated, and errors of `fairsubmit.errors` in place of the
library's. It knows no archive: what an error body means is told to it
(`Options.explain`).
"""

from __future__ import annotations

import json as jsonlib
import logging
import random
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from fairsubmit.errors import (
    ArchiveError,
    ArchiveUnavailableError,
    AuthenticationError,
    ConfigError,
)
from fairsubmit.http.answer import (
    TRANSIENT_STATUSES,
    Answer,
    is_loopback,
    origin,
    redact_url,
)
from fairsubmit.http.wire import new_session, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping
    from pathlib import Path

    from fairsubmit.errors import FairsubmitError

__all__ = ["Auth", "Options", "Readable", "Session"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ERROR_BODY = 1 << 16

_log = logging.getLogger(__name__)
_draw = random.SystemRandom().random


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


_DEFAULT = Options()


class Session:
    """Calls to one archive; safe to use from several threads.

    Parameters
    ----------
    base
        Address that paths are relative to.
    name
        What messages call the server; its host name if not given.
    auth
        The secret, if one is needed.
    options
        How it behaves.
    sleep
        Called with the seconds between two tries.

    Raises
    ------
    ConfigError
        If `base` is no HTTP address, or would carry the secret unencrypted.
    """

    def __init__(
        self,
        base: str,
        *,
        name: str | None = None,
        auth: Auth | None = None,
        options: Options = _DEFAULT,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.base = base.rstrip("/") + "/"
        self.name = name or urlsplit(base).hostname or base
        self._check_base(auth)
        self._auth = auth
        self._options = options
        self._sleep = sleep
        self._ca_bundle = str(options.ca_bundle) if options.ca_bundle else None
        self._renewing = threading.Lock()
        self._session = new_session(
            stall=options.stall,
            connections=options.connections,
            user_agent=options.user_agent,
            use_proxies=not is_loopback(self.base),
        )

    def _check_base(self, auth: Auth | None) -> None:
        """Refuse addresses that cannot work or would give the secret away.

        Raises
        ------
        ConfigError
            If this is one.
        """
        parts = urlsplit(self.base)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            message = f"{redact_url(self.base)} is not an http(s) address"
            raise ConfigError(message)
        if parts.username or parts.password:
            message = f"the address of {parts.hostname} holds a user name or a password"
            raise ConfigError(message, hint="give them as the archive's own settings")
        if auth and parts.scheme == "http" and not is_loopback(self.base):
            message = f"{self.base} would carry the token unencrypted"
            raise ConfigError(message, hint="use its https address")

    def request(  # noqa: PLR0913 - the parts of one request
        self,
        method: str,
        path: str,
        *,
        idempotent: bool,
        json: Any = None,  # noqa: ANN401 - JSON
        body: bytes | Readable | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        read_timeout: float | None = None,
        expected: Container[int] = (),
    ) -> Answer:
        """Make a call and return its answer.

        Parameters
        ----------
        method, path
            As in HTTP; `path` is relative to the base, or an address of its own.
        idempotent
            Whether the call may be made twice. One that allocates something must
            not: its answer may be lost although it was obeyed.
        json
            Value for the body.
        body
            Bytes, or something that is read while it is sent; the latter is sent
            once, whatever happens.
        headers, params
            More headers, and the query.
        read_timeout
            Seconds, instead of the session's, for slow calls.
        expected
            Statuses besides 2xx that are answers, not errors.

        Raises
        ------
        AuthenticationError
            If the token is not accepted.
        ArchiveUnavailableError
            If there was no answer or one that says to come back.
        FairsubmitError
            For any other answer than 2xx and `expected`; `Options.explain` decides.
        """
        head = {"Accept": "application/json", **(headers or {})}
        if json is not None:
            body = jsonlib.dumps(json, ensure_ascii=False).encode()
            head["Content-Type"] = "application/json"
        replayable = body is None or isinstance(body, bytes)
        call = _Call(
            method.upper(),
            path if "://" in path else self.base + path.lstrip("/"),
            head,
            dict(params or {}),
            body,
            (self._options.connect, read_timeout or self._options.read),
        )
        tries = self._options.tries if idempotent and replayable else 1
        return self._try(call, tries, expected, may_renew=replayable)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def _try(
        self, call: _Call, tries: int, expected: Container[int], *, may_renew: bool
    ) -> Answer:
        """Make a call up to `tries` times, and once more with a new token.

        Raises
        ------
        AuthenticationError
            If the token is not accepted and there is no newer one.
        ArchiveUnavailableError
            If the last try failed too.
        """
        attempt = 0
        while True:
            attempt += 1
            token = self._auth.token() if self._auth else None
            try:
                return self._once(call, token, expected)
            except AuthenticationError:
                if not (may_renew and self._renewed(token)):
                    raise
                may_renew = False
            except ArchiveUnavailableError as error:
                wait = self._wait(attempt, error.retry_after)
                if attempt >= tries or wait > self._options.longest_wait:
                    raise
                _log.debug("%s; trying again in %.1f s", error.message, wait)
                self._sleep(wait)

    def _wait(self, attempt: int, asked: float | None) -> float:
        """Return the seconds to wait: what the server asks, or a full-jitter draw."""
        if asked is not None:
            return asked
        return _draw() * min(self._options.longest_wait, 0.5 * 2.0**attempt)

    def _renewed(self, token: str | None) -> bool:
        """Get a new token unless another thread just did."""
        if self._auth is None or self._auth.renew is None:
            return False
        with self._renewing:
            return self._auth.token() != token or self._auth.renew()

    def _once(self, call: _Call, token: str | None, expected: Container[int]) -> Answer:
        """Make a call once, following redirects of calls that only read.

        Raises
        ------
        FairsubmitError
            If the answer is an error.
        """
        url = call.url
        answer = self._send(call, url, token)
        for _ in range(5):
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTS or answer.status in expected:
                break
            if target is None or call.method not in {"GET", "HEAD"}:
                break
            url = urljoin(url, target)
            answer = self._send(call, url, token)
        if answer.ok or answer.status in expected:
            return answer
        raise self._error(call, answer)

    def _send(self, call: _Call, url: str, token: str | None) -> Answer:
        """Send one request and read its answer.

        Raises
        ------
        FairsubmitError
            If there is none.
        """
        headers = dict(call.headers)
        if self._auth and token and origin(url) == origin(self.base):
            headers[self._auth.header] = _printable(token, self.name)
        # requests would send a body of known length 0 as chunked.
        body = call.body if call.body is not None and len(call.body) else None
        began = time.monotonic()
        try:
            response = self._session.request(
                call.method,
                url,
                params=call.params if url == call.url else None,
                headers=headers,
                data=body,
                timeout=call.timeout,
                allow_redirects=False,
                stream=True,
                verify=self._ca_bundle,
            )
            with response:
                content = self._read(response)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            # The library's error may quote a header or a query: not even a traceback
            # shows it.
            ours = translate(error, self.name, url)
            raise ours from None
        took = time.monotonic() - began
        shown = redact_url(url)
        _log.debug(
            "%s %s: %d in %.2f s", call.method, shown, response.status_code, took
        )
        if token and not response.ok:
            content = content.replace(token.encode(), b"***")
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, names, content, shown)

    def _read(self, response: requests.Response) -> bytes:
        """Read an answer up to its limit.

        Raises
        ------
        ArchiveError
            If it is larger than that and no error.
        """
        limit = self._options.largest if response.ok else _ERROR_BODY
        content = bytearray()
        for block in response.iter_content(_ERROR_BODY):
            content += block
            if len(content) > limit and response.ok:
                message = f"{self.name} answered with more than {limit} bytes"
                raise ArchiveError(message, archive=self.name)
            if len(content) >= limit:
                break
        return bytes(content[:limit])

    def _error(self, call: _Call, answer: Answer) -> FairsubmitError:
        """Return the error that an answer stands for."""
        if self._options.explain and (told := self._options.explain(answer)):
            if isinstance(told, ArchiveUnavailableError) and told.retry_after is None:
                told.retry_after = answer.retry_after
            return told
        path = urlsplit(answer.url).path
        message = f"{self.name} answered {answer.status} to {call.method} {path}"
        facts: dict[str, Any] = {
            "archive": self.name,
            "status": answer.status,
            "server_message": answer.plain,
            "request_id": answer.request_id,
        }
        if answer.status == 401:
            return AuthenticationError(message, hint="log in again", **facts)
        if answer.status in TRANSIENT_STATUSES:
            unavailable = ArchiveUnavailableError(message, **facts)
            unavailable.retry_after = answer.retry_after
            return unavailable
        if answer.status in _REDIRECTS:
            place = redact_url(urljoin(answer.url, answer.headers.get("location", "")))
            return ArchiveError(
                message, hint=f"it has moved to {place}: correct the address", **facts
            )
        return ArchiveError(message, **facts)


def _printable(token: str, name: str) -> str:
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


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    url: str
    headers: Mapping[str, str]
    params: Mapping[str, str]
    body: bytes | Readable | None = field(repr=False)
    timeout: tuple[float, float]
