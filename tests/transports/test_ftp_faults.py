"""FTP with the network breaking at every place: exact bytes or an explained error."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairsubmit.errors import TransientTransferError
from fairsubmit.testing.bodies import BytesBody, content_of, finish, send
from fairsubmit.testing.faults import Failure, FaultProxy, FaultyTransport
from fairsubmit.testing.ftp_servers import ProFtpd, PyFtpd, find_proftpd
from fairsubmit.transports.ftp import FtpTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = 8 << 20
CONTENT = content_of(SIZE)


@pytest.fixture(scope="module", params=["pyftpdlib", "proftpd"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PyFtpd | ProFtpd]:
    kinds: dict[str, type[Any]] = {"pyftpdlib": PyFtpd, "proftpd": ProFtpd}
    if request.param == "proftpd" and find_proftpd() is None:
        pytest.skip("ProFTPD is not installed (Debian: proftpd-core)")
    with kinds[request.param](tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture
def proxy(server: PyFtpd | ProFtpd) -> Iterator[FaultProxy]:
    with FaultProxy(server.port, ftp=True) as running:
        yield running


@pytest.fixture
def transport(server: PyFtpd | ProFtpd, proxy: FaultProxy) -> Iterator[FtpTransport]:
    account = server.account(port=proxy.port, connect=2.0, stall=0.7, reply=2.0)
    made = FtpTransport(account, "faults")
    yield made
    made.close()


@pytest.mark.parametrize("reset", [True, False], ids=["RST", "FIN"])
@pytest.mark.parametrize("after", [0, 1, 100_000, SIZE // 2, SIZE - 1, SIZE])
def test_a_data_connection_that_breaks(
    server: PyFtpd | ProFtpd,
    proxy: FaultProxy,
    transport: FtpTransport,
    after: int,
    reset: bool,
) -> None:
    handle = transport.create("a.bin", SIZE)
    proxy.data.cut_up(after, reset=reset)
    sent = proxy.sent
    # The server may take a connection that was cut in good order for the end.
    with suppress(TransientTransferError):
        transport.write(handle, transport.missing(handle)[0], BytesBody(CONTENT))
    assert proxy.data.happened == ["cut_up"]
    assert finish(transport, handle, "a.bin", CONTENT).size == SIZE
    assert server.stored("faults/a.bin") == CONTENT
    # What had arrived was not sent again, but for what a reset threw away.
    slack = SIZE if reset else 0
    assert proxy.sent - sent <= SIZE + slack + 10_000


def test_a_data_connection_that_falls_silent(
    server: PyFtpd | ProFtpd, proxy: FaultProxy, transport: FtpTransport
) -> None:
    proxy.data.stall(300_000)
    handle = transport.create("a.bin", SIZE)
    with pytest.raises(TransientTransferError, match="fell silent"):
        transport.write(handle, transport.missing(handle)[0], BytesBody(CONTENT))
    finish(transport, handle, "a.bin", CONTENT)
    assert server.stored("faults/a.bin") == CONTENT


@pytest.mark.parametrize(
    "command", [b"USER", b"PASS", b"CWD", b"MKD", b"PASV", b"STOR", b"SIZE"]
)
@pytest.mark.parametrize("reset", [True, False], ids=["RST", "FIN"])
def test_a_reply_that_never_comes(
    server: PyFtpd | ProFtpd,
    proxy: FaultProxy,
    transport: FtpTransport,
    command: bytes,
    reset: bool,
) -> None:
    if command == b"SIZE" and isinstance(server, ProFtpd):
        command = b"HASH"
    proxy.faults.cut_down(0, reset=reset, match=command)
    folder = f"{command.decode()}-{reset}"
    content = CONTENT[:200_000]
    assert send(transport, f"{folder}/a.bin", content).size == len(content)
    assert proxy.faults.happened == ["cut_down"]
    assert server.stored(f"faults/{folder}/a.bin") == content


def test_the_last_reply_is_lost_after_the_file_was_stored(
    server: PyFtpd | ProFtpd, proxy: FaultProxy, transport: FtpTransport
) -> None:
    """Nothing is sent twice then."""
    handle = transport.create("lost.bin", SIZE)
    # The first reply to STOR (125 or 150) has 54 or 61 bytes, the second 23 or 24.
    proxy.faults.cut_down(65, match=b"STOR")
    with pytest.raises(TransientTransferError):
        transport.write(handle, transport.missing(handle)[0], BytesBody(CONTENT))
    sent = proxy.sent
    finish(transport, handle, "lost.bin", CONTENT)
    assert server.stored("faults/lost.bin") == CONTENT
    assert proxy.sent - sent < 1000


def test_a_network_that_is_away_for_a_while(
    server: PyFtpd | ProFtpd, proxy: FaultProxy, transport: FtpTransport
) -> None:
    handle = transport.create("a.bin", SIZE)
    proxy.down = True
    with pytest.raises(TransientTransferError):
        transport.missing(transport.create("b.bin", 1))
    timer = threading.Timer(0.5, lambda: setattr(proxy, "down", False))
    timer.start()
    finish(transport, handle, "a.bin", CONTENT)
    timer.join()
    assert server.stored("faults/a.bin") == CONTENT


@pytest.mark.parametrize("point", range(4))
def test_a_server_that_is_killed_in_mid_file(
    server: PyFtpd | ProFtpd,
    proxy: FaultProxy,
    transport: FtpTransport,
    point: int,
) -> None:
    """What it had written is gone on with after it came back."""
    before = proxy.sent

    def kill_midway() -> None:
        while proxy.sent - before < (point + 1) * SIZE // 5:
            stopping.wait(0.002)
        server.stop()
        server.start()

    stopping = threading.Event()
    killer = threading.Thread(target=kill_midway)
    handle = transport.create(f"killed-{point}.bin", SIZE)
    killer.start()
    finish(transport, handle, f"killed-{point}.bin", CONTENT)
    killer.join()
    # The server may have come to the end of the file before it was killed.
    finish(transport, handle, f"killed-{point}.bin", CONTENT)
    assert server.stored(f"faults/killed-{point}.bin") == CONTENT


FAULTS = st.one_of(
    st.tuples(
        st.just("data"), st.just("cut_up"), st.integers(0, 400_000), st.booleans()
    ),
    st.tuples(
        st.just("faults"), st.just("cut_down"), st.integers(0, 100), st.booleans()
    ),
    st.tuples(st.just("faults"), st.just("cut_up"), st.integers(0, 20), st.booleans()),
)


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(FAULTS, max_size=6), st.lists(st.integers(0, 400_000), max_size=3))
def test_any_schedule_of_faults_ends_in_the_same_bytes(
    server: PyFtpd | ProFtpd,
    proxy: FaultProxy,
    transport: FtpTransport,
    schedule: list[tuple[str, str, int, bool]],
    sizes: list[int],
) -> None:
    for place, kind, after, reset in schedule:
        getattr(getattr(proxy, place), kind)(after, reset=reset)
    for number, size in enumerate(sizes):
        content = content_of(size, str(number))
        send(transport, f"random/{number}.bin", content)
        assert server.stored(f"faults/random/{number}.bin") == content
    proxy.faults.clear()
    proxy.data.clear()


def test_failures_around_each_call(
    server: PyFtpd | ProFtpd, transport: FtpTransport
) -> None:
    content = CONTENT[:300_000]
    faulty = FaultyTransport(
        transport,
        [
            Failure("create"),
            Failure("create", "after"),
            Failure("missing"),
            Failure("write", "during", at=100_000),
            Failure("missing", "after"),
            Failure("write"),
            Failure("write", "after"),
            Failure("complete"),
            Failure("complete", "after"),
        ],
    )
    assert send(faulty, "around.bin", content).size == len(content)
    assert server.stored("faults/around.bin") == content
    assert faulty.calls.count("create") == 3
