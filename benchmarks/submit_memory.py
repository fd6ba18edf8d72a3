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
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

from measure import run

SUBMISSION = """\
fairsubmit: 1
study:
  title: Simulated bytes to measure the memory of a deposit
  description: Random bytes that stand for images where memory is measured.
  keywords: [simulation]
  license: CC0-1.0
  release_date: "{release_date}"
authors:
  - {{name: Ada Example, email: ada@example.org, affiliations: [o1]}}
organisations:
  - {{id: o1, name: Example Institute}}
biosamples:
  - id: b1
    title: HeLa
    organism: {{label: Homo sapiens, id: NCBITaxon:9606}}
    biological_entity: HeLa cells
specimens:
  - {{id: s1, title: Fixed cells, sample_preparation: Fixed in formaldehyde.}}
acquisitions:
  - id: a1
    title: Spinning disk
    imaging_method: [{{label: spinning disk confocal microscopy, id: FBbi:00000253}}]
    instrument: Example microscope
    parameters: 63x/1.4 oil
components:
  - id: c1
    name: Bytes
    description: Random bytes in files
    associations: [{{biosample: b1, specimen: s1, acquisition: a1}}]
    files: {{include: ["**/*.bin"]}}
"""


def write_submission(folder: Path) -> None:
    release = datetime.now(UTC).date() + timedelta(days=30)
    text = SUBMISSION.format(release_date=release.isoformat())
    (folder / "submission.yaml").write_text(text, encoding="utf-8")


def log_in(server: dict[str, str]) -> str:
    body = {"login": server["email"], "password": server["account_password"]}
    request = urllib.request.Request(
        server["api_url"] + "/auth/login",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(json.load(answer)["sessid"])


def main() -> None:
    folder, upload = Path(sys.argv[1]), sys.argv[2]
    write_submission(folder)
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
            os.environ.update(
                FAIRSUBMIT_CONFIG=str(work / "config.toml"),
                FAIRSUBMIT_STATE_DIR=str(work / "state"),
                FAIRSUBMIT_API_URL=server["api_url"],
                FAIRSUBMIT_FTP_HOST=server["ftp_host"],
                FAIRSUBMIT_FTP_PORT=str(server["ftp_port"]),
                FAIRSUBMIT_FTP_USER=server["user"],
                FAIRSUBMIT_FTP_PASSWORD=server["password"],
                FAIRSUBMIT_TOKEN=log_in(server),
            )
            command = [sys.executable, "-m", "fairsubmit", "submit", folder]
            command += ["--archive", "bioimage-archive", "--upload", upload]
            cost = run([str(part) for part in command])
        finally:
            process.terminate()
            process.wait(20)
    print(json.dumps({"seconds": cost.seconds, "cpu": cost.cpu, "peak": cost.peak}))


if __name__ == "__main__":
    main()
