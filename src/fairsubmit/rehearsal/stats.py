"""What the embedded archive was asked for and sent, counted for tests and people.

The counts are kept as lines appended to a file, each written before the bytes it
counts are stored, so that they also hold across a SIGKILL of the server.
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["Statistics", "Transfer"]


@dataclass
class Transfer:
    """One request that sent bytes of one file.

    Parameters
    ----------
    path
        The file's path in the user area.
    protocol
        ``http`` or ``ftp``.
    offset
        Byte of the file at which it began.
    received
        Bytes of the file that arrived.
    complete
        Whether it came to its end.
    """

    path: str
    protocol: str
    offset: int
    received: int = 0
    complete: bool = False


@dataclass
class Statistics:
    """Counters that survive a restart on the same folder.

    Parameters
    ----------
    file
        Where the lines are kept.
    """

    file: Path
    requests: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    transfers: dict[int, Transfer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        for line in self._lines():
            self._apply(line)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._fd = os.open(self.file, flags, 0o600)

    def close(self) -> None:
        """End the counting."""
        os.close(self._fd)

    def answered(self, endpoint: str, status: int) -> None:
        """Count a request that was answered; status 0 is a connection that ended."""
        self._write(["r", endpoint, status])

    def happened(self, event: str) -> None:
        """Count an event, such as a draft that was created."""
        self._write(["e", event])

    def begin(self, path: str, protocol: str, offset: int) -> int:
        """Count the beginning of a transfer and return its number."""
        with self._lock:
            number = len(self.transfers)
            self._append(["t", path, protocol, offset])
            return number

    def received(self, number: int, size: int) -> None:
        """Count bytes of a transfer."""
        self._write(["b", number, size])

    def named(self, number: int, path: str) -> None:
        """Correct the path of a transfer, known only now."""
        if self.transfers[number].path != path:
            self._write(["n", number, path])

    def ended(self, number: int) -> None:
        """Note that a transfer came to its end."""
        self._write(["c", number])

    def reset(self) -> None:
        """Begin at nought; transfers on their way keep their numbers."""
        self._write(["0"])

    def report(self, path: str | None = None) -> dict[str, Any]:
        """Return the counts as JSON.

        Parameters
        ----------
        path
            Restrict `uploads` to this file.
        """
        with self._lock:
            uploads: dict[str, Any] = {}
            for transfer in self.transfers.values():
                if transfer.offset < 0 or path not in {None, transfer.path}:
                    continue
                one = uploads.setdefault(transfer.path, {"bytes": 0, "transfers": []})
                one["bytes"] += transfer.received
                one["transfers"].append(
                    {
                        "protocol": transfer.protocol,
                        "offset": transfer.offset,
                        "bytes": transfer.received,
                        "complete": transfer.complete,
                    }
                )
            return {
                "requests": dict(self.requests),
                "answers": dict(self.answers),
                "events": dict(self.events),
                "bytes": sum(one["bytes"] for one in uploads.values()),
                "uploads": uploads,
            }

    def _lines(self) -> Iterator[list[Any]]:
        if not self.file.exists():
            return
        whole = 0
        with self.file.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    whole += len(line)
                    yield json.loads(line)
        os.truncate(self.file, whole)  # the server died in the middle of a line

    def _write(self, line: list[Any]) -> None:
        with self._lock:
            self._append(line)

    def _append(self, line: list[Any]) -> None:
        text = json.dumps(line, separators=(",", ":")) + "\n"
        os.write(self._fd, text.encode())
        self._apply(line)

    def _apply(self, line: list[Any]) -> None:
        applied: dict[str, Callable[..., None]] = {
            "r": self._requested,
            "e": self._happened,
            "t": self._began,
            "b": self._received,
            "n": self._named,
            "c": self._completed,
            "0": self._zero,
        }
        applied[line[0]](*line[1:])

    def _requested(self, endpoint: str, status: int) -> None:
        self.requests[endpoint] += 1
        self.answers[f"{endpoint} {status}"] += 1

    def _happened(self, event: str) -> None:
        self.events[event] += 1

    def _began(self, path: str, protocol: str, offset: int) -> None:
        self.transfers[len(self.transfers)] = Transfer(path, protocol, offset)

    def _received(self, number: int, size: int) -> None:
        self.transfers[number].received += size

    def _named(self, number: int, path: str) -> None:
        self.transfers[number].path = path

    def _completed(self, number: int) -> None:
        self.transfers[number].complete = True

    def _zero(self) -> None:
        self.requests.clear()
        self.answers.clear()
        self.events.clear()
        for transfer in self.transfers.values():
            transfer.offset = -1
