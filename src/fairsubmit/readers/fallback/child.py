"""A program run as a child process: no shell, bounded in time and in what it writes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, NamedTuple

from fairsubmit.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Ended", "Limits", "output_of"]

BLOCK = 1 << 16
# How often it is looked whether the child should go on.
TICK = 0.05
# What is kept of the error messages: their beginning.
MAX_ERRORS = 1 << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child process may take.

    Attributes
    ----------
    seconds
        From its start to its end.
    size
        Bytes of output.
    """

    seconds: float = 120.0
    size: int = 1 << 26


class Ended(NamedTuple):
    """How a child process ended."""

    code: int
    output: bytes
    errors: bytes


def output_of(command: Sequence[str], limits: Limits) -> Ended:
    """Run a program to its end and return what it wrote.

    Whatever ends the waiting (a limit, Ctrl-C, the end of the process that this one
    works for), the program and all that it started are ended with it.

    Parameters
    ----------
    command
        Program and arguments, handed over as they are.
    limits
        What it may take.

    Raises
    ------
    ReadError
        If it cannot be started, takes too long or writes too much.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the person names the program, no shell is asked
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    except (OSError, ValueError) as error:
        message = f"{command[0]} cannot be started: {error}"
        raise ReadError(message) from error
    output, errors = _Drain(process.stdout, limits.size), _Drain(process.stderr)
    try:
        with _sigterm_raises():
            _wait(process, output, limits)
    finally:
        if process.poll() is None:
            _end(process)
        if not all([output.join(), errors.join()]):
            _end(process)  # what it started still holds its output open
            output.join()
            errors.join()
    return Ended(process.returncode, output.taken, errors.taken[:MAX_ERRORS])


@contextmanager
def _sigterm_raises() -> Iterator[None]:
    """Let SIGTERM, which ends a worker process on the spot, end its child first."""
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _leave(*_: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


class _Drain:
    """Reads a pipe to its end in a thread, keeping so much.

    Attributes
    ----------
    taken
        What was read, at most about `size` bytes.
    overflown
        Whether there was more.
    """

    def __init__(self, pipe: IO[bytes] | None, size: int = MAX_ERRORS) -> None:
        self.taken = b""
        self.overflown = False
        self._pipe = pipe
        self._size = size
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        blocks: list[bytes] = []
        size = 0
        with suppress(OSError, ValueError):
            while self._pipe and (block := os.read(self._pipe.fileno(), BLOCK)):
                if size > self._size:
                    self.overflown = True
                    continue
                blocks.append(block)
                size += len(block)
        self.taken = b"".join(blocks)

    def join(self) -> bool:
        """Wait a moment for the end of the pipe; return whether it came."""
        self._thread.join(1.0)
        if self._thread.is_alive():
            return False
        if self._pipe:
            self._pipe.close()
        return True


def _wait(process: subprocess.Popen[bytes], output: _Drain, limits: Limits) -> None:
    end = time.monotonic() + limits.seconds
    master = multiprocessing.parent_process()
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(TICK)
            return
        if time.monotonic() > end:
            message = f"it took longer than {limits.seconds:g} seconds and was ended"
            raise ReadError(message)
        if output.overflown:
            message = f"it wrote more than {limits.size} bytes and was ended"
            raise ReadError(message)
        if master is not None and not master.is_alive():
            raise ReadError("the program that asked for it has ended")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started."""
    if sys.platform == "win32":
        subprocess.run(  # noqa: S603 - our own arguments
            ["taskkill", "/F", "/T", "/PID", str(process.pid)],  # noqa: S607 - as Windows finds it
            capture_output=True,
            check=False,
        )
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
