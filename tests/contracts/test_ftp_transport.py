"""FTP against real servers: ProFTPD where it is installed, and pyftpdlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fairsubmit.testing.ftp_servers import (
    PASSWORD,
    SECRET,
    ProFtpd,
    PyFtpd,
    find_proftpd,
    has_pyftpdlib_tls,
)
from fairsubmit.testing.transport import TransportContract
from fairsubmit.transports.ftp import FtpTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def start(kind: str, tmp_path_factory: pytest.TempPathFactory) -> ProFtpd | PyFtpd:
    name, _, tls = kind.partition("+")
    folder = tmp_path_factory.mktemp(name)
    if name == "proftpd":
        if find_proftpd() is None:
            pytest.skip("ProFTPD is not installed (Debian: proftpd-core)")
        return ProFtpd(folder, tls=bool(tls))
    if tls and not has_pyftpdlib_tls():
        pytest.skip("PyOpenSSL is not installed, which pyftpdlib needs for TLS")
    return PyFtpd(folder, tls=bool(tls))


@pytest.fixture(
    scope="module",
    params=[
        ("pyftpdlib", None),
        ("pyftpdlib", 1 << 20),
        ("pyftpdlib+tls", None),
        ("proftpd", None),
        ("proftpd+tls", 1 << 20),
    ],
    ids=lambda param: f"{param[0]}-{'in-chunks' if param[1] else 'whole'}",
)
def case(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ProFtpd | PyFtpd, int | None]]:
    kind, chunk_size = request.param
    with start(kind, tmp_path_factory) as running:
        yield running, chunk_size


@pytest.fixture
def server(case: tuple[ProFtpd | PyFtpd, int | None]) -> ProFtpd | PyFtpd:
    return case[0]


class TestFtpTransport(TransportContract):
    secrets = (PASSWORD, SECRET, "cret-folder")

    @pytest.fixture
    def root(self, request: pytest.FixtureRequest) -> str:
        return f"deposits/of {abs(hash(request.node.nodeid))}"

    @pytest.fixture
    def another(
        self, case: tuple[ProFtpd | PyFtpd, int | None], root: str
    ) -> Iterator[Callable[[], FtpTransport]]:
        server, chunk_size = case
        made: list[FtpTransport] = []

        def make() -> FtpTransport:
            made.append(FtpTransport(server.account(), root, chunk_size=chunk_size))
            return made[-1]

        yield make
        for transport in made:
            transport.close()

    @pytest.fixture
    def transport(self, another: Callable[[], FtpTransport]) -> FtpTransport:
        return another()

    @pytest.fixture
    def stored(
        self, server: ProFtpd | PyFtpd, root: str
    ) -> Callable[[str], bytes | None]:
        return lambda path: server.stored(f"{root}/{path}")
