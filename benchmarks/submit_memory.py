"""Peak memory of a whole `fairsubmit submit` into the embedded archive.

usage: submit_memory.py FOLDER ftp|form

FOLDER holds the dataset: its files go to one study component.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import run

from fairsubmit.archives.biostudies import log_in
from fairsubmit.testing.dataset import write_submission


def main() -> None:
    folder, upload = Path(sys.argv[1]), sys.argv[2]
    write_submission(folder, include="**/*.bin")
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        work = Path(name)
        (work / "config.toml").write_text(
            "[archives.bioimage-archive]\npolling = {first = 0.1, longest = 1}\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "fairsubmit.rehearsal", work / "archive"],
            stdout=subprocess.PIPE,
        )
        try:
            assert process.stdout is not None
            server = json.loads(process.stdout.readline())
            settings = server["settings"]
            token = log_in(settings, server["email"], server["account_password"])
            for key, value in {**settings, "token": token}.items():
                os.environ[f"FAIRSUBMIT_{key.upper()}"] = str(value)
            os.environ["FAIRSUBMIT_CONFIG"] = str(work / "config.toml")
            os.environ["FAIRSUBMIT_STATE_DIR"] = str(work / "state")
            command = [sys.executable, "-m", "fairsubmit", "submit", folder]
            command += ["--archive", "bioimage-archive", "--upload", upload]
            cost = run([str(part) for part in command])
        finally:
            process.terminate()
            process.wait(20)
    print(json.dumps({"seconds": cost.seconds, "cpu": cost.cpu, "peak": cost.peak}))


if __name__ == "__main__":
    main()
