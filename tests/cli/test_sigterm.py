"""A batch system's request to end is answered by every command, as Ctrl-C is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking")
def test_sigterm_before_anything_is_sent() -> None:
    # `login` waits for its password on standard input, for as long as we like
    asked = ("login", "--user", "ada@example.org", "--password-stdin", "-vv")
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *asked],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate()
        assert process.returncode == 130, said
    assert "error: interrupted" in said
    assert "Traceback" not in said


# Says when the command reads its input, so that the signal comes at that moment.
PROGRAM = """
import sys
import fairsubmit.cli as program

class Waiting:
    encoding = "utf-8"

    def isatty(self):
        return False

    def readline(self, *_):
        print("begun", flush=True)
        import time
        time.sleep(60)

    read = readline

sys.stdin = Waiting()
program.main()
"""
