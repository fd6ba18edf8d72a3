"""The HTTP session against a small server on loopback that does as it is told."""

from __future__ import annotations

import json
import logging
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import gaierror
from typing import TYPE_CHECKING, Any

import pytest
import requests.exceptions
import urllib3.exceptions
from hypothesis import given
from hypothesis import strategies as st

from fairsubmit.errors import (
    ArchiveError,
    ArchiveUnavailableError,
    AuthenticationError,
    ConfigError,
    FairsubmitError,
    FileChangedError,
    SubmissionRejectedError,
)
from fairsubmit.http import (
    Answer,
    Auth,
    Options,
    Session,
    is_loopback,
    parse_retry_after,
    redact_url,
)
from fairsubmit.http.wire import translate
from fairsubmit.rehearsal.certificates import certificate
from fairsubmit.testing.bodies import BytesBody, ZeroBody, content_of
from fairsubmit.testing.proxy import FaultProxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TOKEN = "secret-token-0123456789"


class Server:
    """Answers what is queued, 200 and an echo after that."""

    def __init__(self, pem: Path | None = None) -> None:
        self.requests: list[dict[str, Any]] = []
        self.queue: list[tuple[int, dict[str, str], bytes]] = []
        self.connections: set[tuple[str, int]] = set()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                server.connections.add(self.client_address)
                server.requests.append(
                    {
                        "method": self.command,
                        "path": self.path,
                        "headers": self.headers,
                        "body": body,
                    }
                )
                echo = json.dumps({"size": len(body)}).encode()
                status, headers, content = (
                    server.queue.pop(0) if server.queue else (200, {}, echo)
                )
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            def __getattr__(self, name: str) -> Callable[[], None]:
                if name.startswith("do_"):
                    return self.answer
                raise AttributeError(name)

            def log_message(self, *args: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args: object) -> None:
                pass

        self.server = Quiet(("127.0.0.1", 0), Handler)
        scheme = "http"
        if pem is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
            listener = self.server.socket
            self.server.socket = context.wrap_socket(listener, server_side=True)
            scheme = "https"
        self.port = self.server.server_address[1]
        self.url = f"{scheme}://127.0.0.1:{self.port}/api/"
        threading.Thread(target=self.server.serve_forever, args=(0.02,)).start()

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.queue.append((status, named, body))

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def begin(pem: Path | None = None) -> Server:
        running.append(Server(pem))
        return running[-1]

    yield begin
    for server in running:
        server.close()


@pytest.fixture
def server(start: Callable[..., Server]) -> Server:
    return start()


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def session(server: Server, slept: list[float]) -> Iterator[Session]:
    auth = Auth("X-Session-Token", lambda: TOKEN)
    made = Session(server.url, name="the archive", auth=auth, sleep=slept.append)
    yield made
    made.close()


# Requests


def test_what_is_sent(server: Server, session: Session) -> None:
    answer = session.request(
        "post", "/files/query", idempotent=True, json={"path": "µ"}, params={"a": "b c"}
    )
    assert answer.ok
    assert answer.json() == {"size": 14}
    sent = server.requests[0]
    assert (sent["method"], sent["path"]) == ("POST", "/api/files/query?a=b+c")
    assert sent["headers"]["User-Agent"].startswith("fairsubmit/0.")
    assert sent["headers"]["X-Session-Token"] == TOKEN
    assert sent["headers"]["Content-Type"] == "application/json"
    assert json.loads(sent["body"]) == {"path": "µ"}
    assert answer.url == f"{server.url}files/query"


def test_another_user_agent(server: Server) -> None:
    session = Session(server.url, options=Options(user_agent="lab/1"))
    session.request("GET", "x", idempotent=True)
    session.close()
    assert server.requests[0]["headers"]["User-Agent"] == "lab/1"


@pytest.mark.parametrize("size", [0, 1, 1 << 18, (1 << 20) + 1, 5_000_000])
def test_a_body_is_streamed_with_its_length(
    server: Server, session: Session, size: int
) -> None:
    content = content_of(size)
    session.request("POST", "x", idempotent=False, body=BytesBody(content))
    assert server.requests[0]["body"] == content
    assert server.requests[0]["headers"]["Content-Length"] == str(size)
    assert "Transfer-Encoding" not in server.requests[0]["headers"]


def test_a_body_is_read_in_large_blocks(server: Server, session: Session) -> None:
    asked: list[int] = []

    class Watched(BytesBody):
        def read(self, size: int = -1, /) -> bytes:
            asked.append(size)
            return super().read(size)

    session.request("PUT", "x", idempotent=True, body=Watched(bytes(3 << 20)))
    assert min(asked) == 1 << 20


def test_an_error_of_the_body_comes_out_as_it_is(
    server: Server, session: Session
) -> None:
    error = FileChangedError("a.tif", "one", "other")
    body = BytesBody(bytes(3 << 20), error=error, at=2 << 20)
    with pytest.raises(FileChangedError) as caught:
        session.request("POST", "x", idempotent=False, body=body)
    assert caught.value is error
    assert session.request("GET", "y", idempotent=True).ok


def test_connections_are_reused(server: Server, session: Session) -> None:
    for _ in range(20):
        session.request("GET", "x", idempotent=True)
    assert len(server.connections) == 1
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(lambda _: session.request("GET", "x", idempotent=True), range(200))
        )
    assert len(server.connections) <= 9


def test_no_cookies_and_no_netrc(
    server: Server, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password hidden\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.say(200, b"{}", Set_Cookie="BIOSTDSESS=token; Path=/")
    session.request("GET", "x", idempotent=True)
    session.request("GET", "x", idempotent=True)
    assert "Cookie" not in server.requests[1]["headers"]
    assert "Authorization" not in server.requests[1]["headers"]


def test_loopback_needs_no_proxy(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    session = Session(server.url)
    assert session.request("GET", "x", idempotent=True).ok
    session.close()


# The token stays at home


def test_no_token_to_another_place(
    server: Server, session: Session, start: Callable[..., Server]
) -> None:
    other = start()
    session.request("GET", f"{other.url}x", idempotent=True)
    server.say(302, Location=f"{other.url}moved")
    answer = session.request("GET", "x", idempotent=True)
    assert answer.ok
    assert [r["path"] for r in other.requests] == ["/api/x", "/api/moved"]
    for request in other.requests:
        assert TOKEN not in str(request["headers"])


def test_a_redirect_at_home_keeps_the_token(server: Server, session: Session) -> None:
    server.say(307, Location="/elsewhere?key=1")
    session.request("GET", "x", idempotent=True)
    assert server.requests[1]["path"] == "/elsewhere?key=1"
    assert server.requests[1]["headers"]["X-Session-Token"] == TOKEN


def test_endless_redirects_end(server: Server, session: Session) -> None:
    for _ in range(50):
        server.say(302, Location="/api/x")
    with pytest.raises(ArchiveError, match="302"):
        session.request("GET", "x", idempotent=True)
    assert len(server.requests) < 10


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_what_writes_is_not_redirected(
    server: Server, session: Session, status: int
) -> None:
    server.say(status, Location="https://example.org/api/x?token=abc")
    with pytest.raises(ArchiveError) as caught:
        session.request("POST", "x", idempotent=False, body=b"x")
    assert caught.value.hint is not None
    assert "https://example.org/api/x" in caught.value.hint
    assert "abc" not in caught.value.hint
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "base",
    [
        "http://archive.example.org/api",
        "ftp://archive.example.org",
        "archive.example.org",
        "https://",
        "https://me:secret@archive.example.org/",
        "",
    ],
)
def test_addresses_that_cannot_be(base: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Session(base, auth=Auth("X-Session-Token", lambda: TOKEN))
    assert "secret" not in f"{caught.value!r}"


def test_plain_http_without_a_secret_is_allowed() -> None:
    Session("http://archive.example.org/api").close()


@pytest.mark.parametrize("token", ["tok\nen", "tok en…", "tok\ten", "naïve"])
def test_a_token_that_is_none_is_said_and_not_shown(server: Server, token: str) -> None:
    session = Session(server.url, auth=Auth("X-Session-Token", lambda: token))
    with pytest.raises(ConfigError) as caught:
        session.request("GET", "x", idempotent=True)
    session.close()
    assert token not in f"{caught.value!r}{caught.value.hint}"
    assert not server.requests


def test_a_token_read_with_its_line_end_is_fine(server: Server) -> None:
    session = Session(server.url, auth=Auth("X-Session-Token", lambda: f"{TOKEN}\n"))
    session.request("GET", "x", idempotent=True)
    session.close()
    assert server.requests[0]["headers"]["X-Session-Token"] == TOKEN


def test_the_token_is_in_no_log_and_no_message(
    server: Server, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    server.say(403, f"no such token {TOKEN}".encode(), Content_Type="text/plain")
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(ArchiveError) as caught,
    ):
        session.request("GET", "x?key=hidden-key", idempotent=True)
    error = caught.value
    assert error.server_message == "no such token ***"
    shown = f"{error!r}{error.hint}{error.server_message}{session!r}{caplog.text}"
    assert TOKEN not in shown
    assert "hidden-key" not in f"{error!r}{error.hint}"
    assert TOKEN not in repr(session._auth)


# Renewing the token


def test_a_token_that_ran_out_is_renewed_once(server: Server) -> None:
    tokens = ["old", "new"]
    renewed: list[str] = []

    def renew() -> bool:
        renewed.append(tokens.pop(0))
        return True

    session = Session(server.url, auth=Auth("X-T", lambda: tokens[0], renew))
    server.say(401)
    assert session.request("POST", "x", idempotent=False, json={}).ok
    assert [r["headers"]["X-T"] for r in server.requests] == ["old", "new"]
    server.say(401)
    server.say(401)
    tokens.append("newest")
    with pytest.raises(AuthenticationError) as caught:
        session.request("GET", "x", idempotent=True)
    session.close()
    assert caught.value.status == 401
    assert renewed == ["old", "new"]


def test_threads_renew_a_token_together(server: Server) -> None:
    current = ["old"]
    renewals: list[int] = []

    def renew() -> bool:
        renewals.append(1)
        time.sleep(0.05)
        current[0] = "new"
        return True

    session = Session(server.url, auth=Auth("X-T", lambda: current[0], renew))
    for _ in range(4):
        server.say(401)
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda _: session.request("GET", "x", idempotent=True), range(4))
        )
    session.close()
    assert all(answer.ok for answer in answers)
    assert len(renewals) == 1


def test_a_stream_is_not_sent_twice_for_a_token(server: Server) -> None:
    session = Session(server.url, auth=Auth("X-T", lambda: "t", lambda: True))
    server.say(401)
    with pytest.raises(AuthenticationError):
        session.request("POST", "x", idempotent=True, body=BytesBody(b"content"))
    session.close()
    assert len(server.requests) == 1


# Answers


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 415, 422])
def test_refusals_are_final(server: Server, session: Session, status: int) -> None:
    server.say(status, b"because", X_Request_ID="r-1", Content_Type="text/plain")
    with pytest.raises(ArchiveError) as caught:
        session.request("GET", "x", idempotent=True)
    error = caught.value
    assert type(error) is ArchiveError
    assert error.message == f"the archive answered {status} to GET /api/x"
    assert (error.status, error.server_message, error.request_id) == (
        status,
        "because",
        "r-1",
    )
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520, 530])
def test_what_may_pass_is_tried_again(
    server: Server, session: Session, slept: list[float], status: int
) -> None:
    for _ in range(3):
        server.say(status)
    assert session.request("GET", "x", idempotent=True).ok
    assert len(server.requests) == 4
    assert len(slept) == 3
    assert all(0 <= wait <= 2**number for number, wait in enumerate(slept))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_allocates_is_never_sent_twice(
    server: Server, session: Session, status: int
) -> None:
    server.say(status)
    with pytest.raises(ArchiveUnavailableError):
        session.request("POST", "drafts", idempotent=False, json={})
    assert len(server.requests) == 1


def test_tries_come_to_an_end(
    server: Server, session: Session, slept: list[float]
) -> None:
    for _ in range(50):
        server.say(503)
    with pytest.raises(ArchiveUnavailableError) as caught:
        session.request("GET", "x", idempotent=True)
    assert caught.value.exit_code == 5
    assert len(server.requests) == 5
    assert len(slept) == 4


def test_retry_after_is_waited_for(
    server: Server, session: Session, slept: list[float]
) -> None:
    server.say(429, Retry_After="7")
    now = datetime.now(UTC)
    server.say(
        503,
        Date=format_datetime(now, usegmt=True),
        Retry_After=format_datetime(now + timedelta(seconds=9), usegmt=True),
    )
    server.say(500, Retry_After="50")
    session.request("GET", "x", idempotent=True)
    assert slept[0] == 7
    assert slept[1] == pytest.approx(9, abs=1.1)
    assert slept[2] <= 4


def test_a_long_retry_after_is_told(
    server: Server, session: Session, slept: list[float]
) -> None:
    server.say(503, Retry_After="3600")
    with pytest.raises(ArchiveUnavailableError) as caught:
        session.request("GET", "x", idempotent=True)
    assert caught.value.retry_after == 3600
    assert not slept


def test_the_archives_own_errors(server: Server) -> None:
    def explain(answer: Answer) -> FairsubmitError | None:
        if answer.status == 500 and answer.body.startswith(b"{"):
            return SubmissionRejectedError(answer.json()["message"])
        return None

    session = Session(
        server.url, options=Options(explain=explain), sleep=lambda _: None
    )
    server.say(500, b'{"message": "no ReleaseDate"}')
    with pytest.raises(SubmissionRejectedError, match="no ReleaseDate"):
        session.request("GET", "x", idempotent=True)
    server.say(500, b"<html>gateway</html>")
    assert session.request("GET", "x", idempotent=True).ok
    session.close()
    assert len(server.requests) == 3


def test_expected_statuses_are_answers(server: Server, session: Session) -> None:
    server.say(404, b"none")
    answer = session.request("GET", "x", idempotent=True, expected={404})
    assert (answer.status, answer.text, answer.ok) == (404, "none", False)


def test_a_page_of_a_proxy_is_not_json(server: Server, session: Session) -> None:
    server.say(200, b"<html>Please log in to the network</html>")
    answer = session.request("GET", "x", idempotent=True)
    with pytest.raises(ArchiveError, match="something else than JSON") as caught:
        answer.json()
    assert caught.value.hint


def test_large_errors_are_cut_and_large_answers_refused(
    server: Server, start: Callable[..., Server]
) -> None:
    session = Session(server.url, options=Options(largest=100_000))
    server.say(400, b"e" * 1_000_000)
    answer = session.request("GET", "x", idempotent=True, expected={400})
    assert len(answer.body) == 1 << 16
    server.say(200, b"a" * 100_000)
    assert len(session.request("GET", "x", idempotent=True).body) == 100_000
    server.say(200, b"a" * 100_001)
    with pytest.raises(ArchiveError, match="more than 100000 bytes"):
        session.request("GET", "x", idempotent=True)
    session.close()


def test_html_is_no_message_for_people(server: Server, session: Session) -> None:
    server.say(404, b"<html><h1>Not Found</h1></html>", Content_Type="text/html")
    with pytest.raises(ArchiveError) as caught:
        session.request("GET", "x", idempotent=True)
    assert caught.value.server_message is None


# The network


@pytest.mark.parametrize("reset", [True, False], ids=["RST", "FIN"])
@pytest.mark.parametrize("kind", ["cut_up", "cut_down"])
def test_a_broken_connection_is_tried_again_or_told(
    server: Server, slept: list[float], kind: str, reset: bool
) -> None:
    with FaultProxy(server.port) as proxy:
        url = f"http://127.0.0.1:{proxy.port}/api/"
        session = Session(url, name="the archive", sleep=slept.append)
        getattr(proxy.faults, kind)(10, reset=reset)
        assert session.request("GET", "x", idempotent=True).ok
        assert len(slept) == 1
        getattr(proxy.faults, kind)(10, reset=reset)
        with pytest.raises(ArchiveUnavailableError) as caught:
            session.request("POST", "x", idempotent=False, json={})
        assert caught.value.message.startswith("the archive ")
        assert len(slept) == 1
        session.close()


def test_an_answer_that_breaks_off_is_no_answer(
    server: Server, slept: list[float]
) -> None:
    with FaultProxy(server.port) as proxy:
        url = f"http://127.0.0.1:{proxy.port}/api/"
        session = Session(url, name="the archive", sleep=slept.append)
        proxy.faults.cut_down(5000)
        server.say(200, b"x" * 20_000)
        with pytest.raises(ArchiveUnavailableError, match="broke its answer off"):
            session.request("POST", "x", idempotent=False)
        session.close()


def test_silence_ends_in_time(server: Server) -> None:
    with FaultProxy(server.port) as proxy:
        url = f"http://127.0.0.1:{proxy.port}/api/"
        session = Session(url, options=Options(read=0.3, tries=1))
        proxy.faults.stall(10)
        began = time.monotonic()
        with pytest.raises(ArchiveUnavailableError, match="did not answer in time"):
            session.request("GET", "x", idempotent=True)
        assert time.monotonic() - began < 5
        session.close()


def test_a_network_that_takes_no_more_bytes_is_left_in_time(server: Server) -> None:
    with FaultProxy(server.port) as proxy:
        url = f"http://127.0.0.1:{proxy.port}/api/"
        session = Session(url, options=Options(stall=0.4, read=60))
        proxy.faults.stall(100_000)
        began = time.monotonic()
        with pytest.raises(ArchiveUnavailableError):
            session.request("POST", "x", idempotent=False, body=ZeroBody(64 << 20))
        assert time.monotonic() - began < 10
        session.close()


def test_nobody_listens() -> None:
    with FaultProxy(9) as proxy:
        port = proxy.port
    session = Session(f"http://127.0.0.1:{port}/", options=Options(tries=1))
    with pytest.raises(ArchiveUnavailableError, match="refuses the connection"):
        session.request("GET", "x", idempotent=True)
    session.close()


def test_a_certificate_is_verified_and_never_tried_again(
    start: Callable[..., Server], tmp_path: Path, slept: list[float]
) -> None:
    pem = certificate(tmp_path / "http.pem")
    server = start(pem)
    session = Session(server.url, sleep=slept.append)
    with pytest.raises(ArchiveError, match="certificate") as caught:
        session.request("GET", "x", idempotent=True)
    session.close()
    assert type(caught.value) is ArchiveError
    assert not slept
    trusting = Session(server.url, options=Options(ca_bundle=pem))
    content = content_of(3_000_000)
    trusting.request("POST", "x", idempotent=False, body=BytesBody(content))
    trusting.close()
    assert server.requests[0]["body"] == content


# Errors of the library

UNAVAILABLE = {
    "ConnectionError",
    "ProxyError",
    "SSLError",
    "Timeout",
    "ConnectTimeout",
    "ReadTimeout",
    "ChunkedEncodingError",
    "ContentDecodingError",
    "StreamConsumedError",
    "RetryError",
}
CONFIG = {
    "URLRequired",
    "MissingSchema",
    "InvalidSchema",
    "InvalidURL",
    "InvalidHeader",
    "InvalidProxyURL",
}
OTHER = {
    "RequestException",
    "InvalidJSONError",
    "JSONDecodeError",
    "HTTPError",
    "TooManyRedirects",
    "UnrewindableBodyError",
}


def errors_of(module: object) -> dict[str, type[Exception]]:
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, Exception)
        and not issubclass(value, Warning)
    }


def test_every_error_of_requests_is_known() -> None:
    """A class that a new version brings has to be given a place here."""
    known = errors_of(requests.exceptions)
    own = {
        name
        for name, value in known.items()
        if issubclass(value, requests.RequestException)
    }
    assert own == UNAVAILABLE | CONFIG | OTHER


@pytest.mark.parametrize("name", sorted(UNAVAILABLE | CONFIG | OTHER))
def test_every_error_of_requests_is_translated(name: str) -> None:
    kind = errors_of(requests.exceptions)[name]
    secret = "https://example.org/x?key=hidden-key"
    error = kind(secret, "doc", 0) if name == "JSONDecodeError" else kind(secret)
    ours = translate(error, "the archive", secret)
    expected: type[FairsubmitError] = ArchiveError
    if name in UNAVAILABLE:
        expected = ArchiveUnavailableError
    elif name in CONFIG:
        expected = ConfigError
    assert type(ours) is expected
    assert "the archive" in ours.message
    assert "hidden-key" not in f"{ours!r}{ours.hint}"


@pytest.mark.parametrize(
    "kind",
    [
        urllib3.exceptions.ProtocolError,
        urllib3.exceptions.DecodeError,
        urllib3.exceptions.SSLError,
        urllib3.exceptions.HTTPError,
    ],
)
def test_what_slips_through_requests_is_translated(kind: type[Exception]) -> None:
    assert isinstance(
        translate(kind("x"), "the archive", "https://example.org"),
        ArchiveUnavailableError,
    )


def test_a_name_nobody_knows() -> None:
    from urllib3.connection import HTTPConnection
    from urllib3.exceptions import NameResolutionError

    inner = NameResolutionError("nowhere", HTTPConnection("nowhere"), gaierror())
    error = requests.exceptions.ConnectionError(inner)
    ours = translate(error, "the archive", "https://nowhere.example/x")
    assert ours.message == (
        "the archive cannot be reached: no address is known for nowhere.example"
    )


# Small parts


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("120", 120),
        (" 0 ", 0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("١٢", None),
        ("Wed, 21 Oct 2026 07:28:30 GMT", 30),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 0),
        ("Wednesday, 21-Oct-26 07:28:10 GMT", 10),
        ("Wed Oct 21 07:28:05 2026", 5),
    ],
)
def test_retry_after(value: str | None, expected: float | None) -> None:
    now = datetime(2026, 10, 21, 7, 28, tzinfo=UTC)
    assert parse_retry_after(value, now) == expected


@given(st.text(max_size=40))
def test_retry_after_never_fails(value: str) -> None:
    seconds = parse_retry_after(value)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://me:pw@example.org/a?key=1#f", "https://example.org/a?…"),
        ("http://example.org:8080/a", "http://example.org:8080/a"),
        ("http://[::1]:80/a", "http://[::1]:80/a"),
        ("http://[::1/a", "(an address that cannot be read)"),
    ],
)
def test_addresses_are_shown_without_secrets(url: str, expected: str) -> None:
    assert redact_url(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:80/", True),
        ("http://localhost/", True),
        ("http://[::1]/", True),
        ("http://127.example.org/", False),
        ("http://localhost.example.org/", False),
        ("https://example.org/127.0.0.1", False),
    ],
)
def test_loopback(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


def test_an_answer_in_blocks(server: Server, session: Session) -> None:
    content = content_of(3_000_000)
    server.say(302, Location="/api/real")
    server.say(200, content)
    blocks = list(session.stream("GET", "x"))
    assert b"".join(blocks) == content
    assert max(map(len, blocks)) <= 1 << 20
    server.say(404, b"gone")
    with pytest.raises(ArchiveError, match="404"):
        list(session.stream("GET", "x"))
