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
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
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
from fairsubmit.http.options import Call, Options, printable
from fairsubmit.http.wire import environment, new_session, prepared, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

    from fairsubmit.errors import FairsubmitError
    from fairsubmit.http.options import Auth, Readable

__all__ = ["Session"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ERROR_BODY = 1 << 16
_HOPS = 6

_log = logging.getLogger(__name__)
_draw = random.SystemRandom().random


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
        self._environments: dict[object, dict[str, Any]] = {}
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
        call = Call(
            method.upper(),
            self._url(path),
            head,
            dict(params or {}),
            body,
            (self._options.connect, read_timeout or self._options.read),
        )
        tries = self._options.tries if idempotent and replayable else 1
        return self._try(call, tries, expected, may_renew=replayable)

    def stream(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,  # noqa: ANN401 - JSON
        block: int = 1 << 20,
    ) -> Iterator[bytes]:
        """Make a call that only reads, and yield its answer in blocks.

        Never repeated: what was yielded cannot be taken back.

        Parameters
        ----------
        method, path, json
            As for `request`.
        block
            Largest number of bytes at a time.

        Raises
        ------
        FairsubmitError
            As for `request`; also midway, when the answer breaks off.
        """
        body = (
            None if json is None else jsonlib.dumps(json, ensure_ascii=False).encode()
        )
        head = {} if json is None else {"Content-Type": "application/json"}
        timeout = (self._options.connect, self._options.read)
        call = Call(method.upper(), self._url(path), head, {}, body, timeout)
        token = self._auth.token() if self._auth else None
        url = call.url
        hops = 0
        while True:
            with self._response(call, url, token) as response:
                if response.ok and response.status_code not in _REDIRECTS:
                    yield from response.iter_content(block)
                    return
                answer = self._answer(response, url, token)
            target, hops = answer.headers.get("location"), hops + 1
            moved = answer.status in _REDIRECTS and target and hops < _HOPS
            if not moved or call.method != "GET":
                raise self._error(call, answer)
            url = urljoin(url, target)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def _try(
        self, call: Call, tries: int, expected: Container[int], *, may_renew: bool
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

    def _once(self, call: Call, token: str | None, expected: Container[int]) -> Answer:
        """Make a call once, following redirects of calls that only read.

        Raises
        ------
        FairsubmitError
            If the answer is an error.
        """
        url = call.url
        answer = self._send(call, url, token)
        for _ in range(_HOPS - 1):
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

    def _url(self, path: str) -> str:
        return path if "://" in path else self.base + path.lstrip("/")

    def _send(self, call: Call, url: str, token: str | None) -> Answer:
        """Send one request and read its answer."""
        began = time.monotonic()
        with self._response(call, url, token) as response:
            answer = self._answer(response, url, token)
        took = time.monotonic() - began
        _log.debug("%s %s: %d in %.2f s", call.method, answer.url, answer.status, took)
        return answer

    def _environment(self, url: str) -> dict[str, Any]:
        """Return proxies and certificates for an address, asked for once a server."""
        place = origin(url)
        if place not in self._environments:
            self._environments[place] = environment(self._session, url, self._ca_bundle)
        return self._environments[place]

    @contextmanager
    def _response(
        self, call: Call, url: str, token: str | None
    ) -> Iterator[requests.Response]:
        """Send one request; its answer is open, and not read yet.

        Raises
        ------
        FairsubmitError
            If there is none, or it breaks off while it is read.
        """
        headers = dict(call.headers)
        if self._auth and token and origin(url) == origin(self.base):
            headers[self._auth.header] = printable(token, self.name)
        # requests would send a body of known length 0 as chunked.
        body = call.body if call.body is not None and len(call.body) else None
        try:
            params = call.params if url == call.url else {}
            request = prepared(self._session, call.method, url, headers, body, params)
            with self._session.send(
                request,
                timeout=call.timeout,
                allow_redirects=False,
                **self._environment(url),
            ) as response:
                yield response
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            # The library's error may quote a header or a query: not even a traceback
            # shows it.
            ours = translate(error, self.name, url)
            raise ours from None

    def _answer(
        self, response: requests.Response, url: str, token: str | None
    ) -> Answer:
        content = self._read(response)
        if token and not response.ok:
            content = content.replace(token.encode(), b"***")
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, names, content, redact_url(url))

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

    def _error(self, call: Call, answer: Answer) -> FairsubmitError:
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
