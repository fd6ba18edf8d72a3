"""A depositor's computer, an archive in another process, and what may befall both."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import random
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MIB = 1 << 20
SUBMISSION = """\
fairsubmit: 1
study:
  title: Simulated bytes to see whether a deposit survives
  description: Random bytes that stand for images in tests of interrupted uploads.
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
    files: {{include: ["raw/*.bin"]}}
"""


def _server_class() -> Any:
    place = Path(__file__).parents[1] / "servers" / "embedded.py"
    spec = importlib.util.spec_from_file_location("embedded_server", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Server


def random_file(path: Path, size: int, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    source = random.Random(seed)
    with path.open("wb") as file:
        for start in range(0, size, MIB):
            file.write(source.randbytes(min(MIB, size - start)))


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass
class Site:
    """A dataset, a depositor's account and the archive it goes to."""

    folder: Path
    server: Any
    upload: str
    files: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dataset = self.folder / "dataset"
        self.state = self.folder / "state"
        for number, (name, size) in enumerate(self.files.items()):
            random_file(self.dataset / name, size, number)
        release = datetime.now(UTC).date() + timedelta(days=30)
        (self.dataset / "submission.yaml").write_text(
            SUBMISSION.format(release_date=release.isoformat()), encoding="utf-8"
        )
        self.config = self.folder / "config.toml"
        self.config.write_text(
            "[archives.bioimage-archive]\npolling = {first = 0.05, longest = 0.5}\n",
            encoding="utf-8",
        )
        self.token = self.log_in()

    def log_in(self) -> str:
        body = {"login": self.server.email, "password": self.server.account_password}
        request = urllib.request.Request(
            self.server.api_url + "/auth/login",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return str(json.load(answer)["sessid"])

    @property
    def environment(self) -> dict[str, str]:
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith("FAIRSUBMIT_")},
            "FAIRSUBMIT_CONFIG": str(self.config),
            "FAIRSUBMIT_STATE_DIR": str(self.state),
            "FAIRSUBMIT_API_URL": self.server.api_url,
            "FAIRSUBMIT_FILES_URL": self.server.files_url,
            "FAIRSUBMIT_FTP_HOST": self.server.ftp_host,
            "FAIRSUBMIT_FTP_PORT": str(self.server.ftp_port),
            "FAIRSUBMIT_FTP_USER": self.server.user,
            "FAIRSUBMIT_FTP_PASSWORD": self.server.password,
            "FAIRSUBMIT_TOKEN": self.token,
            "PYTHONWARNINGS": "default",
        }

    def submit(self, *options: str) -> subprocess.Popen[str]:
        """Start `fairsubmit submit`, the very command a person types."""
        command = [sys.executable, "-m", "fairsubmit", "submit", str(self.dataset)]
        command += ["--archive", "bioimage-archive", "--upload", self.upload]
        return subprocess.Popen(
            [*command, "--jobs", "1", "--format", "json", *options],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, process: subprocess.Popen[str], seconds: float = 240) -> Any:
        out, err = process.communicate(timeout=seconds)
        assert process.returncode == 0, err
        return json.loads(out)

    def received(self) -> int:
        """Bytes of data files the archive was sent so far, by all attempts."""
        uploads = self.server.stats()["uploads"]
        return sum(
            one["bytes"]
            for path, one in uploads.items()
            if not path.endswith((".tsv", ".json"))
        )

    def check(self) -> None:
        """Compare every stored byte, and that there was one draft."""
        roots = list(self.server.stored().iterdir())
        assert len(roots) == 1, "one draft has one folder"
        for name in self.files:
            stored, local = roots[0] / name, self.dataset / name
            assert stored.stat().st_size == local.stat().st_size, name
            assert sha256(stored) == sha256(local), name
        assert self.server.stats()["events"]["draft created"] == 1

    @property
    def size(self) -> int:
        return sum(self.files.values())


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Start an archive and make a dataset; both end with the test."""
    servers: list[Any] = []

    def make(upload: str, files: dict[str, int], **faults: Any) -> Site:
        server = _server_class()(tmp_path / "archive", faults=faults)
        servers.append(server)
        server.start()
        return Site(tmp_path, server, upload, files)

    yield make
    for server in servers:
        server.stop()
