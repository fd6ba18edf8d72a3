"""What is FTP's own: log-in, TLS, refusals, resuming, and how little is asked."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

import pytest

from fairsubmit.errors import (
    AuthenticationError,
    FairsubmitError,
    PermanentTransferError,
    QuotaExceededError,
    TransientTransferError,
    UploadExpiredError,
)
from fairsubmit.testing.bodies import BytesBody, content_of, finish, send, write_missing
from fairsubmit.testing.ftp_servers import (
    PASSWORD,
    SECRET,
    ProFtpd,
    PyFtpd,
    find_proftpd,
    has_pyftpdlib_tls,
)
from fairsubmit.testing.proxy import FaultProxy
from fairsubmit.transports.base import Chunk
from fairsubmit.transports.ftp import FtpServer, FtpTransport, pool
from fairsubmit.transports.ftp.replies import CrowdedError, NoResumeError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PyFtpd]:
    with PyFtpd(tmp_path) as running:
        yield running


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[PyFtpd]:
    if not has_pyftpdlib_tls():
        pytest.skip("PyOpenSSL is not installed, which pyftpdlib needs for TLS")
    with PyFtpd(tmp_path, tls=True) as running:
        yield running


class Connect(Protocol):
    def __call__(
        self, account: FtpServer, root: str = "", *, connections: int = 4
    ) -> FtpTransport: ...


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Give the way to transports that are closed in the end."""
    made: list[FtpTransport] = []

    def make(
        account: FtpServer, root: str = "", *, connections: int = 4
    ) -> FtpTransport:
        made.append(FtpTransport(account, root, connections=connections))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


@pytest.fixture
def transport(server: PyFtpd, connect: Connect) -> FtpTransport:
    return connect(server.account(), "deposit")


def check_clean(error: FairsubmitError) -> None:
    shown = f"{error!r} {error.hint} {error.__cause__}"
    assert PASSWORD not in shown
    assert SECRET not in shown


# Log-in and TLS


def test_a_wrong_password_is_said_and_not_shown(
    server: PyFtpd, connect: Connect
) -> None:
    transport = connect(server.account(password="not-the-pass-word"))
    with pytest.raises(AuthenticationError) as caught:
        transport.create("a.bin", 1)
    assert "log in to 127.0.0.1 as depositor" in caught.value.message
    assert "not-the-pass-word" not in repr(caught.value)
    assert caught.value.exit_code == 4


def test_a_wrong_secret_folder_is_said_and_not_shown(
    server: PyFtpd, connect: Connect
) -> None:
    transport = connect(server.account(folder="some/other-folder"))
    with pytest.raises(AuthenticationError, match="secret folder") as caught:
        transport.create("a.bin", 1)
    assert "other-folder" not in f"{caught.value!r}{caught.value.hint}"


def test_the_servers_words_are_cleared_of_secrets(
    server: PyFtpd, connect: Connect
) -> None:
    server.refuse("STOR", f"553 /{SECRET}/deposit/a.bin: not for {PASSWORD}")
    with pytest.raises(PermanentTransferError) as caught:
        send(connect(server.account(), "deposit"), "a.bin", b"x")
    check_clean(caught.value)
    assert "/***/deposit/a.bin" in caught.value.message


def test_tls_is_used_where_it_is_offered(tls_server: PyFtpd, connect: Connect) -> None:
    transport = connect(tls_server.account(tls="auto"))
    assert transport.encrypted
    send(transport, "a.bin", b"x")
    assert tls_server.commands["PROT"] == 1


def test_no_password_is_sent_before_the_caller_knows(
    server: PyFtpd, connect: Connect
) -> None:
    transport = connect(server.account(tls="auto"))
    assert not transport.encrypted
    assert server.commands["AUTH"] == 1
    assert server.commands["USER"] == server.commands["PASS"] == 0
    send(transport, "a.bin", b"x")
    assert server.stored("a.bin") == b"x"


def test_required_tls_never_goes_without(server: PyFtpd, connect: Connect) -> None:
    transport = connect(server.account(tls="required"))
    with pytest.raises(PermanentTransferError, match="does not offer encrypted FTP"):
        transport.create("a.bin", 1)
    assert server.commands["USER"] == 0


@pytest.mark.parametrize("tls", ["auto", "required"])
def test_an_untrusted_certificate_is_final(
    tls_server: PyFtpd, tls: str, connect: Connect
) -> None:
    transport = connect(tls_server.account(tls=tls, ca_bundle=None))
    with pytest.raises(PermanentTransferError, match="certificate") as caught:
        transport.create("a.bin", 1)
    assert caught.value.hint
    assert tls_server.commands["USER"] == 0


def test_a_server_that_wants_tls_says_so(tls_server: PyFtpd, connect: Connect) -> None:
    transport = connect(tls_server.account(tls="off"))
    assert not transport.encrypted
    with pytest.raises(FairsubmitError, match=r"SSL|TLS"):
        transport.create("a.bin", 1)


def test_nobody_listens(connect: Connect) -> None:
    with FaultProxy(1) as proxy:
        port = proxy.port
    with pytest.raises(TransientTransferError, match="refuses the connection"):
        connect(FtpServer("127.0.0.1", port)).create("a.bin", 1)


def test_a_port_that_speaks_something_else(server: PyFtpd, connect: Connect) -> None:
    import socket
    import threading

    listener = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        client, _ = listener.accept()
        with client:
            client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    threading.Thread(target=talk, daemon=True).start()
    with (
        listener,
        pytest.raises(TransientTransferError, match="cannot be read"),
    ):
        connect(FtpServer("127.0.0.1", listener.getsockname()[1])).create("a", 1)


def test_representations_hide_secrets(server: PyFtpd) -> None:
    account = server.account()
    assert PASSWORD not in repr(account)
    assert SECRET not in repr(account)


# Refusals


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("425 Can't open data connection.", TransientTransferError),
        ("426 Connection closed; transfer aborted.", TransientTransferError),
        ("450 File busy.", TransientTransferError),
        ("451 Local error in processing.", TransientTransferError),
        ("421 Service shutting down.", CrowdedError),
        ("452 Insufficient storage space.", QuotaExceededError),
        ("552 Exceeded storage allocation.", QuotaExceededError),
        ("553 File name not allowed.", PermanentTransferError),
        ("550 Permission denied.", PermanentTransferError),
        ("500 What?", PermanentTransferError),
        ("530 Please login with USER and PASS.", AuthenticationError),
        ("530 Sorry, the maximum number of clients is reached.", CrowdedError),
        ("522 Data connections must be encrypted.", PermanentTransferError),
    ],
)
def test_each_refusal_means_something(
    server: PyFtpd, transport: FtpTransport, reply: str, kind: type[FairsubmitError]
) -> None:
    handle = transport.create("a.bin", 3)
    server.refuse("STOR", reply)
    body = BytesBody(b"abc")
    with pytest.raises(FairsubmitError) as caught:
        transport.write(handle, Chunk(0, 3), body)
    assert type(caught.value) is kind
    assert reply[4:].rstrip(".") in caught.value.message
    assert caught.value.message.startswith("could not send deposit/a.bin: ")
    assert body.position == 0
    finish(transport, handle, "a.bin", b"abc")
    assert server.stored("deposit/a.bin") == b"abc"


@pytest.mark.parametrize("command", ["DELE", "MKD", "SIZE", "PASV", "TYPE", "PASS"])
def test_a_passing_trouble_at_any_command_passes(
    server: PyFtpd, transport: FtpTransport, command: str
) -> None:
    server.refuse(command, "451 Not now.", "421 Not now either.")
    send(transport, "folder/a.bin", b"abc")
    assert server.stored("deposit/folder/a.bin") == b"abc"


def test_a_file_that_cannot_be_replaced_is_said(
    server: PyFtpd, transport: FtpTransport, connect: Connect
) -> None:
    send(transport, "a.bin", b"old")
    server.always["DELE"] = "550 Operation not permitted."
    another = connect(server.account(), "deposit")
    with pytest.raises(PermanentTransferError, match="cannot be replaced"):
        another.create("a.bin", 3)
    # A server with no word for "it is not there" is asked.
    assert another.create("b.bin", 3)


def test_a_server_without_pasv_is_asked_the_newer_way(
    server: PyFtpd, transport: FtpTransport
) -> None:
    server.always["PASV"] = "502 Command not implemented."
    for number in range(3):
        send(transport, f"{number}.bin", b"abc")
    assert server.stored("deposit/2.bin") == b"abc"
    assert (server.commands["PASV"], server.commands["EPSV"]) == (1, 3)


@pytest.mark.parametrize("path", ["a\r\nDELE b", "a\nb", "a\x00b", "a\tb"])
def test_names_that_would_be_commands_are_refused(
    server: PyFtpd, transport: FtpTransport, path: str
) -> None:
    with pytest.raises(PermanentTransferError, match="cannot carry the name"):
        transport.create(path, 1)
    assert server.commands["DELE"] == 0


# Resuming


def begin(transport: FtpTransport, content: bytes, sent: int) -> str:
    handle = transport.create("a.bin", len(content))
    transport.write(handle, Chunk(0, sent), BytesBody(content[:sent]))
    return handle


@pytest.mark.parametrize("sent", [0, 1, 50_000, 99_999, 100_000])
def test_the_rest_is_sent_from_the_very_byte(
    server: PyFtpd, sent: int, connect: Connect
) -> None:
    content = content_of(100_000)
    handle = begin(connect(server.account()), content, sent)
    another = connect(server.account())
    expected = (Chunk(sent, 100_000 - sent),) if sent < 100_000 else ()
    assert another.missing(handle) == expected
    write_missing(another, handle, content)
    assert another.complete(handle).size == 100_000
    assert server.stored("a.bin") == content


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("REST", "502 Command not implemented."),
        ("REST", "501 REST not allowed."),
        ("STOR", "451 Append/Restart not permitted, try again"),
        ("STOR", "550 Restart not permitted."),
        ("STOR", "554 Invalid REST parameter."),
        ("REST", "504 Not for that parameter."),
    ],
)
def test_a_server_that_does_not_resume_gets_the_whole_file(
    server: PyFtpd, command: str, reply: str, connect: Connect
) -> None:
    content = content_of(100_000)
    handle = begin(connect(server.account()), content, 60_000)
    server.always[command] = reply
    another = connect(server.account())
    chunk = another.missing(handle)[0]
    body = BytesBody(content[60_000:])
    with pytest.raises(NoResumeError, match="does not continue"):
        another.write(handle, chunk, body)
    assert body.position == 0
    del server.always[command]
    server.always["REST"] = "502 Command not implemented."
    assert another.missing(handle) == (Chunk(0, 100_000),)
    finish(another, handle, "a.bin", content)
    assert server.stored("a.bin") == content


def test_more_bytes_than_the_file_has_need_a_new_upload(
    server: PyFtpd, connect: Connect
) -> None:
    transport = connect(server.account())
    handle = begin(transport, content_of(100_000), 100_000)
    place = server.home / SECRET / "a.bin"
    place.write_bytes(content_of(100_001))
    for call in (transport.missing, transport.complete):
        with pytest.raises(UploadExpiredError, match="100001"):
            call(handle)
    finish(transport, handle, "a.bin", content_of(100_000))
    assert server.stored("a.bin") == content_of(100_000)


def test_fewer_bytes_than_were_sent_are_sent_again(
    server: PyFtpd, connect: Connect
) -> None:
    transport = connect(server.account())
    content = content_of(100_000)
    handle = begin(transport, content, 100_000)
    (server.home / SECRET / "a.bin").write_bytes(content[:70_000])
    with pytest.raises(TransientTransferError, match="70000 of 100000 bytes"):
        transport.complete(handle)
    finish(transport, handle, "a.bin", content)
    assert server.stored("a.bin") == content


def test_a_file_that_was_removed_meanwhile_is_sent_whole(
    server: PyFtpd, connect: Connect
) -> None:
    content = content_of(1000)
    transport = connect(server.account(), "deposit/deep")
    handle = transport.create("a.bin", 1000)
    another = connect(server.account(), "deposit/deep")
    (server.home / SECRET / "deposit/deep").rmdir()
    (server.home / SECRET / "deposit").rmdir()
    assert another.missing(handle) == (Chunk(0, 1000),)
    finish(another, handle, "a.bin", content)
    assert server.stored("deposit/deep/a.bin") == content


# How much is asked


def test_small_files_in_a_new_folder_cost_three_commands(
    server: PyFtpd, connect: Connect
) -> None:
    transport = connect(server.account(), "deposit")
    for number in range(10):
        send(transport, f"folder/{number}.bin", b"content")
    per_file = {name: server.commands[name] for name in ("PASV", "STOR", "SIZE")}
    assert per_file == {"PASV": 10, "STOR": 10, "SIZE": 10}
    assert server.commands["MKD"] == 2
    assert server.commands["DELE"] == 0
    assert server.commands["USER"] == server.commands["TYPE"] == 1
    once = {"USER", "PASS", "TYPE", "CWD", "FEAT", "OPTS", "MKD"}
    assert not set(server.commands) - once - set(per_file)


def test_files_in_a_folder_that_was_there_are_removed_first(
    server: PyFtpd, connect: Connect
) -> None:
    (server.home / SECRET / "deposit").mkdir()
    transport = connect(server.account(), "deposit")
    send(transport, "a.bin", b"content")
    assert server.commands["DELE"] == 1


def test_after_any_trouble_no_folder_is_taken_for_new(
    server: PyFtpd, connect: Connect
) -> None:
    transport = connect(server.account(), "deposit")
    send(transport, "a.bin", b"content")
    assert server.commands["DELE"] == 0
    server.refuse("STOR", "451 Not now.")
    send(transport, "b.bin", b"content")
    send(transport, "a.bin", b"changed")
    assert server.commands["DELE"] == 1


# Connections


def test_a_server_that_takes_fewer_connections_gets_fewer(
    server: PyFtpd, connect: Connect
) -> None:
    server.limit(2)
    transport = connect(server.account(), "deposit", connections=6)
    files = {f"{number}.bin": content_of(3000, str(number)) for number in range(30)}
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda file: send(transport, *file), files.items()))
    for path, content in files.items():
        assert server.stored(f"deposit/{path}") == content


def test_a_server_that_is_full_of_others_is_told(
    server: PyFtpd, connect: Connect
) -> None:
    server.limit(0)
    with pytest.raises(CrowdedError):
        connect(server.account()).create("a.bin", 1)


def test_a_connection_that_was_closed_while_it_rested_is_replaced(
    server: PyFtpd, monkeypatch: pytest.MonkeyPatch, connect: Connect
) -> None:
    transport = connect(server.account())
    send(transport, "a.bin", b"a")
    server.stop()
    server.start()
    monkeypatch.setattr(pool, "_REST", 0.0)
    handle = transport.create("b.bin", 1)
    finish(transport, handle, "b.bin", b"b")
    assert server.stored("b.bin") == b"b"


def test_a_server_killed_and_started_again_goes_on(
    server: PyFtpd, connect: Connect
) -> None:
    transport = connect(server.account())
    content = content_of(2 << 20)
    handle = begin(transport, content, 1 << 20)
    server.stop()
    with pytest.raises(TransientTransferError):
        transport.missing(handle)
    with pytest.raises(TransientTransferError, match="refuses the connection"):
        transport.missing(handle)
    server.start()
    assert transport.missing(handle)[0].offset == 1 << 20
    finish(transport, handle, "a.bin", content)
    assert server.stored("a.bin") == content


def test_a_silent_server_is_left_in_time(server: PyFtpd, connect: Connect) -> None:
    with FaultProxy(server.port) as proxy:
        transport = connect(server.account(port=proxy.port, reply=0.3))
        proxy.faults.stall(0)
        began = time.monotonic()
        with pytest.raises(TransientTransferError, match="fell silent"):
            transport.create("a.bin", 1)
        assert time.monotonic() - began < 5


# Digests


@pytest.fixture
def proftpd(tmp_path: Path) -> Iterator[ProFtpd]:
    if find_proftpd() is None:
        pytest.skip("ProFTPD is not installed (Debian: proftpd-core)")
    with ProFtpd(tmp_path) as running:
        yield running


def test_a_bit_flipped_on_the_way_shows_in_the_servers_digest(
    proftpd: ProFtpd, connect: Connect
) -> None:
    content = content_of(200_000)
    with FaultProxy(proftpd.port, ftp=True) as proxy:
        transport = connect(proftpd.account(port=proxy.port))
        honest = send(transport, "a.bin", content)
        proxy.data.corrupt(123_456)
        damaged = send(transport, "b.bin", content)
        assert proxy.data.happened == ["corrupt"]
    assert damaged.size == honest.size == len(content)
    assert damaged.digests["sha256"] != honest.digests["sha256"]
    assert transport.properties.checksum == "sha256"


def test_a_server_that_does_not_finish_a_digest_is_asked_for_sizes(
    proftpd: ProFtpd, connect: Connect
) -> None:
    with FaultProxy(proftpd.port) as proxy:
        transport = connect(proftpd.account(port=proxy.port, reply=0.5))
        proxy.faults.stall(0, match=b"HASH")
        stored = send(transport, "a.bin", b"content")
        assert proxy.faults.happened == ["stall"]
    assert stored.size == 7
    assert not stored.digests
