"""A depositor's computer, an archive in another process, and what may befall both."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from tests.servers.embedded import Server

from fairsubmit.archives.biostudies import log_in
from fairsubmit.testing.dataset import write_submission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MIB = 1 << 20


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
    server: Server
    upload: str
    files: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dataset = self.folder / "dataset"
        self.state = self.folder / "state"
        for number, (name, size) in enumerate(self.files.items()):
            random_file(self.dataset / name, size, number)
        write_submission(self.dataset, include="raw/*.bin")
        self.config = self.folder / "config.toml"
        self.config.write_text(
            "[archives.bioimage-archive]\npolling = {first = 0.05, longest = 0.5}\n",
            encoding="utf-8",
        )
        settings = self.server.settings
        email, password = self.server.email, self.server.account_password
        self.token = log_in(settings, email, password)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith("FAIRSUBMIT_")},
            "FAIRSUBMIT_CONFIG": str(self.config),
            "FAIRSUBMIT_STATE_DIR": str(self.state),
            **self.server.environment,
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
    servers: list[Server] = []

    def make(upload: str, files: dict[str, int], **faults: Any) -> Site:
        server = Server(tmp_path / "archive", faults=faults)
        servers.append(server)
        server.start()
        return Site(tmp_path, server, upload, files)

    yield make
    for server in servers:
        server.stop()
