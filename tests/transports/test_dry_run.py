"""The dry run reads all, counts all and sends nothing."""

from __future__ import annotations

import pytest

from fairsubmit.errors import FileChangedError
from fairsubmit.testing.bodies import BytesBody, send
from fairsubmit.transports.dry_run import DryRun
from fairsubmit.transports.memory import MemoryTransport


def test_it_counts_what_would_be_sent() -> None:
    real = MemoryTransport(chunk_size=1000)
    dry = DryRun(real)
    for number, size in enumerate((0, 1, 1000, 2500)):
        stored = send(dry, f"{number}.bin", bytes(size))
        assert stored.size is None
    assert (dry.files, dry.size, dry.calls) == (4, 3501, 1 + 1 + 1 + 3)
    assert real.files == {}
    assert dry.properties == real.properties


def test_it_reads_what_it_would_send() -> None:
    dry = DryRun(MemoryTransport())
    handle = dry.create("a.bin", 10)
    error = FileChangedError("a.bin", "one", "other")
    chunk = dry.missing(handle)[0]
    with pytest.raises(FileChangedError):
        dry.write(handle, chunk, BytesBody(bytes(10), error=error, at=5))
    assert dry.missing(handle)
    dry.abort(handle)
    dry.close()
    assert (dry.files, dry.size) == (0, 0)
