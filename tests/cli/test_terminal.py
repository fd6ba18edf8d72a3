"""What a person at a terminal sees and is asked."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fairsubmit.rehearsal import EmbeddedArchive

pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")

SECONDS = 20


class Terminal:
    """A program on a pseudo-terminal of 80 columns."""

    def __init__(self, *arguments: object) -> None:
        self.seen = ""
        ours, theirs = pty.openpty()
        self._file = ours
        self._process = subprocess.Popen(
            [sys.executable, "-m", "fairsubmit", *map(str, arguments)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "COLUMNS": "80", "TERM": "xterm"},
            start_new_session=True,
        )
        os.close(theirs)

    def wait_for(self, words: str) -> None:
        end = time.monotonic() + SECONDS
        while words not in self.seen:
            assert time.monotonic() < end, self.seen
            if not self._read():
                pytest.fail(f"no {words!r} in {self.seen!r}")

    def type(self, text: str) -> None:
        os.write(self._file, text.encode())

    def finish(self) -> int:
        while self._read():
            pass
        return self._process.wait(SECONDS)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._file], [], [], SECONDS)
        try:
            block = os.read(self._file, 65536) if ready else b""
        except OSError:  # how Linux says that the program has closed its end
            block = b""
        self.seen += block.decode(errors="replace").replace("\r\n", "\n")
        return bool(block)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._file)
        self._process.kill()
        self._process.wait()


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    # Whoever runs the tests in the background has Ctrl-C switched off, and that
    # would be handed on.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield opened
    signal.signal(signal.SIGINT, before)
    for terminal in opened:
        terminal.close()


@pytest.fixture
def start(terminals: list[Terminal]) -> type[Terminal]:
    class Kept(Terminal):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)
            terminals.append(self)

    return Kept


def test_login_asks_and_does_not_echo(
    start: type[Terminal], configured: EmbeddedArchive
) -> None:
    terminal = start("login")
    terminal.wait_for("e-mail: ")
    terminal.type(configured.email + "\n")
    terminal.wait_for("password: ")
    terminal.type(configured.account_password + "\n")
    assert terminal.finish() == 0
    assert "logged in to bioimage-archive as Ada Example" in terminal.seen
    assert configured.account_password not in terminal.seen


def test_submit_asks_when_nobody_is_logged_in(
    start: type[Terminal], dataset: Path, configured: EmbeddedArchive
) -> None:
    terminal = start("submit", dataset, "--archive", "bioimage-archive")
    terminal.wait_for("e-mail: ")
    terminal.type(configured.email + "\n")
    terminal.wait_for("password: ")
    terminal.type(configured.account_password + "\n")
    assert terminal.finish() == 0, terminal.seen
    assert "accession  S-BIAD" in terminal.seen
    assert "100%|" in terminal.seen
    assert "files 12/12]" in terminal.seen


def test_ctrl_c_at_a_question_leaves(
    start: type[Terminal], configured: EmbeddedArchive
) -> None:
    terminal = start("login")
    terminal.wait_for("e-mail: ")
    # One that comes just before the read begins is not noticed until a key is hit.
    time.sleep(0.5)
    terminal._process.send_signal(signal.SIGINT)
    assert terminal.finish() == 130
    assert "interrupted" in terminal.seen
    assert "Traceback" not in terminal.seen


def test_colours_on_a_terminal(
    start: type[Terminal], dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coloured = start("rule", "IMG")
    assert coloured.finish() == 0
    assert "\033[" in coloured.seen
    assert all(len(line) <= 80 + 8 for line in coloured.seen.split("\n"))
    monkeypatch.setenv("NO_COLOR", "1")
    plain = start("rule", "IMG")
    assert plain.finish() == 0
    assert "\033[" not in plain.seen
    monkeypatch.delenv("NO_COLOR")
    told = start("rule", "IMG", "--no-color")
    assert told.finish() == 0
    assert "\033[" not in told.seen


def test_ci_is_nobody_at_a_terminal(
    start: type[Terminal],
    configured: EmbeddedArchive,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CI", "true")
    terminal = start("login")
    assert terminal.finish() == 2
    assert "--password-stdin" in terminal.seen
