"""The web form against the embedded archive."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.errors import (
    ArchiveError,
    AuthenticationError,
    FairsubmitError,
    PermanentTransferError,
    QuotaExceededError,
    TransientTransferError,
)
from fairsubmit.http import Auth, Options, Session
from fairsubmit.testing.bodies import BytesBody, content_of, finish, send
from fairsubmit.testing.proxy import FaultProxy
from fairsubmit.testing.transport import TransportContract
from fairsubmit.transports.form import FormTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fairsubmit.rehearsal import EmbeddedArchive

TOKEN_HEADER = "X-Session-Token"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedArchive]:
    pytest.importorskip("starlette", reason="the extra 'rehearsal' is not installed")
    from fairsubmit.rehearsal import EmbeddedArchive

    with EmbeddedArchive(tmp_path_factory.mktemp("archive"), ftp=False) as running:
        yield running


@pytest.fixture(scope="module")
def token(archive: EmbeddedArchive) -> str:
    session = Session(archive.api_url)
    secret = {"login": archive.email, "password": archive.account_password}
    answer = session.request("POST", "auth/login", idempotent=False, json=secret)
    session.close()
    return str(answer.json()["sessid"])


@pytest.fixture
def session(archive: EmbeddedArchive, token: str) -> Iterator[Session]:
    made = Session(archive.api_url, auth=Auth(TOKEN_HEADER, lambda: token))
    yield made
    made.close()


@pytest.fixture
def root(request: pytest.FixtureRequest) -> str:
    return f"of {abs(hash(request.node.nodeid))}/below"


@pytest.fixture
def stored(archive: EmbeddedArchive, root: str) -> Callable[[str], bytes | None]:
    def read(path: str) -> bytes | None:
        place = archive.stored(root) / path
        return place.read_bytes() if place.is_file() else None

    return read


def listing(session: Session, root: str) -> Callable[[str], int | None]:
    """Ask the archive as its client does."""

    def size_of(path: str) -> int | None:
        folder, _, name = f"{root}/{path}".rpartition("/")
        answer = session.request(
            "POST", "files/user/query", idempotent=True, json={"path": folder}
        )
        sizes = {row["name"]: int(row["size"]) for row in answer.json()}
        return sizes.get(name)

    return size_of


class TestFormTransport(TransportContract):
    # The embedded archive runs in this process; the engine's own tests weigh it.
    constant_memory = True

    @pytest.fixture
    def transport(self, session: Session, root: str) -> FormTransport:
        return FormTransport(session, root)

    @pytest.fixture
    def another(self, session: Session, root: str) -> Callable[[], FormTransport]:
        return lambda: FormTransport(session, root)

    @pytest.fixture
    def stored(self, stored: Callable[[str], bytes | None]) -> Any:
        return stored


class TestFormTransportWithListing(TestFormTransport):
    @pytest.fixture
    def transport(self, session: Session, root: str) -> FormTransport:
        return FormTransport(session, root, size_of=listing(session, root))


# What only the form can do wrong


def write(transport: FormTransport, handle: str, content: bytes) -> None:
    transport.write(handle, transport.missing(handle)[0], BytesBody(content))


@pytest.fixture
def form(session: Session, root: str) -> FormTransport:
    return FormTransport(session, root)


@pytest.fixture
def proxy(archive: EmbeddedArchive) -> Iterator[FaultProxy]:
    with FaultProxy(archive.http_port) as running:
        yield running


@pytest.fixture
def broken_line(
    archive: EmbeddedArchive, proxy: FaultProxy, token: str
) -> Iterator[Session]:
    """Give a session that goes through the proxy."""
    base = archive.api_url.replace(f":{archive.http_port}", f":{proxy.port}")
    options = Options(connect=2, read=2, stall=0.5)
    made = Session(base, auth=Auth(TOKEN_HEADER, lambda: token), options=options)
    yield made
    made.close()


@pytest.mark.parametrize("reset", [True, False], ids=["RST", "FIN"])
@pytest.mark.parametrize("after", [0, 1, 300, 1_000_000, 3_000_000])
def test_a_request_that_breaks_is_sent_again_whole(
    proxy: FaultProxy,
    broken_line: Session,
    root: str,
    stored: Callable[[str], bytes | None],
    after: int,
    reset: bool,
) -> None:
    content = content_of(3_000_000)
    transport = FormTransport(broken_line, root)
    handle = transport.create("a.bin", len(content))
    proxy.faults.cut_up(after, reset=reset)
    with pytest.raises(TransientTransferError):
        write(transport, handle, content)
    assert transport.missing(handle)[0].length == len(content)
    finish(transport, handle, "a.bin", content)
    assert stored("a.bin") == content


@pytest.mark.parametrize("asks", [True, False], ids=["listing", "no-listing"])
def test_an_answer_that_is_lost(
    proxy: FaultProxy,
    broken_line: Session,
    session: Session,
    root: str,
    stored: Callable[[str], bytes | None],
    asks: bool,
) -> None:
    content = content_of(3_000_000)
    size_of = listing(session, root) if asks else None
    transport = FormTransport(broken_line, root, size_of=size_of)
    handle = transport.create("a.bin", len(content))
    proxy.faults.drop_reply()
    with pytest.raises(TransientTransferError):
        write(transport, handle, content)
    assert stored("a.bin") == content
    sent = proxy.sent
    finish(transport, handle, "a.bin", content)
    assert stored("a.bin") == content
    assert (proxy.sent - sent < 1000) is asks


def test_an_earlier_file_of_the_same_size_is_not_taken_for_this_one(
    proxy: FaultProxy,
    broken_line: Session,
    session: Session,
    root: str,
    stored: Callable[[str], bytes | None],
) -> None:
    send(FormTransport(session, root), "a.bin", content_of(1000, "old"))
    transport = FormTransport(
        broken_line, root, size_of=listing(session, root), existing={"a.bin"}
    )
    handle = transport.create("a.bin", 1000)
    proxy.faults.cut_up(300)
    with pytest.raises(TransientTransferError):
        write(transport, handle, content_of(1000, "new"))
    assert transport.missing(handle)
    finish(transport, handle, "a.bin", content_of(1000, "new"))
    assert stored("a.bin") == content_of(1000, "new")


def test_a_listing_that_cannot_be_asked_is_a_passing_trouble(
    proxy: FaultProxy,
    broken_line: Session,
    root: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transport = FormTransport(broken_line, root, size_of=listing(broken_line, root))
    handle = transport.create("a.bin", 10)
    proxy.down = True
    with pytest.raises(TransientTransferError):
        transport.write(handle, transport.missing(handle)[0], BytesBody(bytes(10)))
    monkeypatch.setattr(broken_line, "_sleep", lambda _: None)
    with pytest.raises(TransientTransferError, match=r"refuses|broke"):
        transport.missing(handle)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"internal_error": {"endpoint": "upload"}}, TransientTransferError),
        ({"bad_gateway": {"endpoint": "upload"}}, TransientTransferError),
        ({"unavailable": {"endpoint": "upload"}}, TransientTransferError),
        ({"too_large": {"endpoint": "upload"}}, QuotaExceededError),
    ],
)
def test_answers_of_gateways(
    archive: EmbeddedArchive,
    form: FormTransport,
    stored: Callable[[str], bytes | None],
    fault: dict[str, Any],
    kind: type[FairsubmitError],
) -> None:
    handle = form.create("a.bin", 10)
    archive.faults.set(fault)
    with pytest.raises(kind) as caught:
        write(form, handle, content_of(10))
    assert type(caught.value) is kind
    finish(form, handle, "a.bin", content_of(10))
    assert stored("a.bin") == content_of(10)


def test_retry_after_is_handed_on(
    archive: EmbeddedArchive, form: FormTransport
) -> None:
    archive.faults.set({"too_many_requests": {"endpoint": "upload", "retry_after": 7}})
    handle = form.create("a.bin", 10)
    with pytest.raises(TransientTransferError) as caught:
        write(form, handle, content_of(10))
    assert caught.value.retry_after == 7


def test_a_token_that_is_no_longer_good(archive: EmbeddedArchive, root: str) -> None:
    session = Session(archive.api_url, auth=Auth(TOKEN_HEADER, lambda: "not-a-token"))
    transport = FormTransport(session, root)
    with pytest.raises(AuthenticationError):
        write(transport, transport.create("a.bin", 10), content_of(10))
    session.close()


def test_what_the_archive_refuses_is_final(
    archive: EmbeddedArchive, token: str
) -> None:
    def explain(answer: object) -> FairsubmitError:
        return ArchiveError("no permission there")

    session = Session(
        archive.api_url,
        auth=Auth(TOKEN_HEADER, lambda: token),
        options=Options(explain=explain),
    )
    transport = FormTransport(session, "..")
    with pytest.raises(PermanentTransferError, match="no permission there"):
        write(transport, transport.create("a.bin", 10), content_of(10))
    session.close()


def test_a_large_file_is_looked_for_at_once(
    archive: EmbeddedArchive,
    session: Session,
    root: str,
    stored: Callable[[str], bytes | None],
) -> None:
    """200 proves nothing."""
    transport = FormTransport(
        session, root, size_of=listing(session, root), ask_from=1000
    )
    handle = transport.create("a.bin", 1000)
    archive.faults.set({"lose_upload": {}})
    write(transport, handle, content_of(1000))
    with pytest.raises(TransientTransferError, match="does not list it"):
        transport.complete(handle)
    archive.faults.set({"truncate_upload": {"to": 400}})
    write(transport, handle, content_of(1000))
    assert transport.complete(handle).size == 400
    finish(transport, handle, "a.bin", content_of(1000))
    assert stored("a.bin") == content_of(1000)


def test_small_files_cost_one_request_each(
    archive: EmbeddedArchive, session: Session, root: str
) -> None:
    with FaultProxy(archive.http_port) as proxy:
        base = archive.api_url.replace(f":{archive.http_port}", f":{proxy.port}")
        line = Session(base, auth=session._auth)
        transport = FormTransport(line, root, size_of=listing(session, root))
        for number in range(10):
            send(transport, f"{number}.bin", b"content")
        assert proxy.connections == 1
        # Ten requests of about 800 bytes, and nothing else.
        assert proxy.sent < 10_000
        line.close()


@pytest.mark.parametrize(
    "path", ["é.tif", 'a"b.tif', "a\\b.tif", "a\r\nb.tif", "a\x00"]
)
def test_names_the_form_cannot_say_are_refused(form: FormTransport, path: str) -> None:
    with pytest.raises(PermanentTransferError, match="cannot carry the name"):
        form.create(path, 1)


def test_a_file_too_large_for_the_form_is_refused_before_it_is_sent(
    form: FormTransport,
) -> None:
    largest = form.properties.max_size
    assert largest is not None
    form.create("a.bin", largest)
    with pytest.raises(QuotaExceededError, match="takes 20 GiB") as caught:
        form.create("a.bin", largest + 1)
    assert caught.value.hint == "send it by FTP"


def test_a_silent_archive_is_left_in_time(
    proxy: FaultProxy, broken_line: Session, root: str
) -> None:
    transport = FormTransport(broken_line, root)
    proxy.faults.stall(500_000)
    began = time.monotonic()
    with pytest.raises(TransientTransferError):
        write(transport, transport.create("a.bin", 30 << 20), bytes(30 << 20))
    assert time.monotonic() - began < 10
