"""`fairsubmit extract` in a process of its own: its time, its memory, its words.

A small program starts the command and waits for it, so that the memory counted is that
of the command and its workers, not of the tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1 << 20
LIMIT = 300 * MIB
SECONDS = 60
# Kibibytes there (getrusage(2)); macOS counts in bytes, Windows has no such call.
MEASURED = sys.platform == "linux"

_WATCH = """
import json, subprocess, sys
found = subprocess.run(sys.argv[2:], timeout=float(sys.argv[1]), check=False)
try:
    import resource
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
except ImportError:
    peak = 0
print(json.dumps([found.returncode, peak]), file=sys.stderr)
"""


@dataclass(frozen=True)
class Outcome:
    """What a run said.

    Attributes
    ----------
    code
        Its exit code.
    records
        What it printed on stdout, a line each.
    told
        What it printed on stderr.
    peak
        The most memory of one of its processes, in bytes; 0 where it is not measured.
    """

    code: int
    records: tuple[dict[str, Any], ...]
    told: str
    peak: int

    def of(self, start: str) -> str:
        """Return all that was said of files whose paths start so, a line each."""
        lines = [line for line in self.told.splitlines() if line.startswith(start)]
        for record in self.records:
            if record["path"].startswith(start):
                lines += [
                    f"{record['path']}: {p['code']}{'!' * p['error']} {p['message']} "
                    f"({p['place']})"
                    for p in record["problems"]
                ]
        return "\n".join(lines)

    def paths(self) -> list[str]:
        """Return the paths of the records."""
        return [record["path"] for record in self.records]


def extract(folder: Path, *options: str, seconds: float = SECONDS) -> Outcome:
    """Run the command in a folder and on all of it.

    Whatever the folder holds: it ends in time, with the exit code of "done" or of
    "local files unreadable", prints whole lines of JSON, shows no traceback, and needs
    less memory than the limit.
    """
    command = [sys.executable, "-m", "fairsubmit", "extract", ".", *options]
    command += ["--format", "jsonl"]
    found = subprocess.run(
        [sys.executable, "-c", _WATCH, str(seconds), *command],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith("FAIRSUBMIT_")},
        capture_output=True,
        timeout=seconds + 30,
        check=False,
    )
    told = found.stderr.decode("utf-8", "surrogateescape")
    assert found.returncode == 0, told
    *lines, watched = told.splitlines()
    code, kibibytes = json.loads(watched)
    text = found.stdout.decode("utf-8")
    assert text == "" or text.endswith("\n")
    # Where a person keeps the files is nobody's business.
    assert folder.as_posix() not in text + told
    records = tuple(json.loads(line) for line in text.splitlines())
    outcome = Outcome(
        code, records, "\n".join(lines), kibibytes * 1024 if MEASURED else 0
    )
    assert outcome.code in {0, 6}, told
    assert "Traceback" not in told
    assert "its content is not as expected" not in told  # an exception nobody meant
    assert (outcome.code == 6) == ("IMG101" in told)
    assert outcome.peak < LIMIT
    return outcome
