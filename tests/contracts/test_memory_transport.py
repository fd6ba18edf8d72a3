"""The reference transport, in each of its shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fairsubmit.testing.transport import TransportContract
from fairsubmit.transports.memory import MemoryTransport

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    "transport",
    [
        MemoryTransport,
        lambda: MemoryTransport(chunk_size=1 << 16),
        lambda: MemoryTransport(chunk_size=100_001, concurrency=4),
        lambda: MemoryTransport(chunk_size=1 << 20, resumable=False),
    ],
    ids=["whole", "chunks", "concurrent", "not-resumable"],
    indirect=True,
)
class TestMemoryTransport(TransportContract):
    constant_memory = False

    @pytest.fixture
    def transport(self, request: pytest.FixtureRequest) -> MemoryTransport:
        made = request.param()
        assert isinstance(made, MemoryTransport)
        return made

    @pytest.fixture
    def another(self, transport: MemoryTransport) -> Callable[[], MemoryTransport]:
        return lambda: transport

    @pytest.fixture
    def stored(self, transport: MemoryTransport) -> Callable[[str], bytes | None]:
        return transport.files.get
