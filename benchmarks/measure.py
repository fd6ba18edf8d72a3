"""Run a command as a whole process and say what it cost."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
from subprocess import DEVNULL
from typing import IO


@dataclass(frozen=True)
class Cost:
    """What one run of a command cost.

    Attributes
    ----------
    seconds
        Wall clock.
    cpu
        User and system seconds of the process and the children it waited for.
    peak
        Largest resident memory of one process, MiB.
    """

    seconds: float
    cpu: float
    peak: float


@dataclass(frozen=True)
class Row:
    """One line of the result: ours beside a peer, in the same run.

    Attributes
    ----------
    case, ours, peer
        What was measured, and the names of both.
    our_cost, peer_cost
        Best of all rounds.
    speed
        Peer's seconds divided by ours: above 1 we are faster.
    """

    case: str
    ours: str
    peer: str
    our_cost: Cost
    peer_cost: Cost

    @property
    def speed(self) -> float:
        return self.peer_cost.seconds / self.our_cost.seconds

    def to_json(self) -> dict[str, object]:
        return {**asdict(self), "speed": round(self.speed, 3)}


# Python as people start it: compiled modules are kept, output is buffered.
_DEVELOPERS = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONDEVMODE")


def run(command: list[str | Path], *, stdout: IO[str] | int = DEVNULL) -> Cost:
    """Run a command to its end; a failure ends the benchmark."""
    environment = {k: v for k, v in os.environ.items() if k not in _DEVELOPERS}
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=environment,
    )
    stderr: list[bytes] = []
    assert process.stderr is not None
    pipe = process.stderr
    drain = threading.Thread(target=lambda: stderr.append(pipe.read()))
    drain.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    drain.join()
    pipe.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        words = b"".join(stderr).decode(errors="replace")[-2000:]
        message = f"{command[0]} ended with {process.returncode}:\n{words}"
        raise SystemExit(message)
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale)


def best(costs: list[Cost]) -> Cost:
    """Return the fastest run with the largest memory of all."""
    fastest = min(costs, key=lambda cost: cost.seconds)
    return Cost(fastest.seconds, fastest.cpu, max(cost.peak for cost in costs))


def table(rows: list[Row]) -> str:
    """Format rows for a terminal."""
    head = f"{'case':<34}{'ours':>9}{'peer':>9}  {'ratio':>7}  {'MiB':>5}{'peer':>6}  "
    lines = [head + "peer"]
    lines.extend(
        f"{row.case:<34}{_seconds(row.our_cost)}{_seconds(row.peer_cost)}  "
        f"{row.speed:>6.2f}×  {row.our_cost.peak:>5.0f}{row.peer_cost.peak:>6.0f}  "
        f"{row.peer}"
        for row in rows
    )
    return "\n".join(lines)


def _seconds(cost: Cost) -> str:
    value = cost.seconds
    return f"{value * 1000:>7.2f}ms" if value < 1 else f"{value:>8.2f}s"
