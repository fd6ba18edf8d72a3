"""One file on its way in, over HTTP or FTP: counted, and hurt when a fault says so."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from fairsubmit.rehearsal.faults import (
    CorruptUpload,
    CutUpload,
    LoseUpload,
    StallUpload,
    ThrottleUpload,
    TruncateUpload,
)

if TYPE_CHECKING:
    from fairsubmit.rehearsal.stats import Statistics
    from fairsubmit.rehearsal.switchboard import Switchboard

__all__ = ["Flow", "write_all"]


class Flow:
    """The bytes of one file as they arrive.

    Parameters
    ----------
    faults
        What goes wrong.
    statistics
        Where the bytes are counted.
    path
        The file's path in the user area, as far as it is known.
    protocol
        ``http`` or ``ftp``.
    offset
        Byte of the file at which this transfer begins.
    """

    def __init__(
        self,
        faults: Switchboard,
        statistics: Statistics,
        path: str,
        protocol: str,
        offset: int = 0,
    ) -> None:
        self._faults = faults
        self._statistics = statistics
        self._what = {"protocol": protocol, "path": path}
        self._began = time.monotonic()
        self.number = statistics.begin(path, protocol, offset)
        self.received = 0
        self.pause = 0.0
        """Seconds for which nothing more is to be read."""
        self.cut: CutUpload | None = None
        """Set when the connection is to end after what `take` returned."""
        self.lost = faults.take("lose_upload", LoseUpload, **self._what) is not None
        truncate = faults.take("truncate_upload", TruncateUpload, **self._what)
        self._keep = truncate.to if truncate is not None else None
        self._keep = 0 if self.lost else self._keep

    def take(self, block: bytes | memoryview) -> bytes | memoryview:
        """Count a block and return what of it is to be stored."""
        before = self.received
        block = self._cut(block, before)
        size = len(block)
        self._statistics.received(self.number, size)
        self.received = before + size
        block = self._corrupt(block, before)
        self._delay(before)
        if self._keep is not None:
            block = block[: max(0, self._keep - before)]
        return block

    def end(self, path: str | None = None) -> None:
        """Note that the whole file arrived.

        Parameters
        ----------
        path
            Its path, where that was not known at the beginning.
        """
        if path is not None:
            self._statistics.named(self.number, path)
        self._statistics.ended(self.number)

    def _cut(self, block: bytes | memoryview, before: int) -> bytes | memoryview:
        fault = self._faults.faults.cut_upload
        if fault is None or not before < max(fault.at, 1) <= before + len(block):
            return block
        self.cut = self._faults.take("cut_upload", CutUpload, **self._what)
        return block if self.cut is None else block[: fault.at - before]

    def _corrupt(self, block: bytes | memoryview, before: int) -> bytes | memoryview:
        fault = self._faults.faults.corrupt_upload
        if fault is None or not before <= fault.at < before + len(block):
            return block
        if self._faults.take("corrupt_upload", CorruptUpload, **self._what) is None:
            return block
        changed = bytearray(block)
        changed[fault.at - before] ^= 1
        return bytes(changed)

    def _delay(self, before: int) -> None:
        self.pause = 0.0
        stall = self._faults.faults.stall_upload
        if stall is not None and before < max(stall.at, 1) <= self.received:
            taken = self._faults.take("stall_upload", StallUpload, **self._what)
            self.pause = taken.seconds if taken is not None else 0.0
        throttle = self._faults.take("throttle_upload", ThrottleUpload, **self._what)
        if throttle is not None:
            due = self._began + self.received / throttle.bytes_per_second
            self.pause = max(self.pause, due - time.monotonic())


def write_all(descriptor: int, block: bytes | memoryview) -> None:
    """Write a whole block to an open file."""
    while block:
        block = block[os.write(descriptor, block) :]
