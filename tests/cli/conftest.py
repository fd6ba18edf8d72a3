"""A person's computer with an example dataset, and an archive that listens."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fairsubmit.cli import cli
from fairsubmit.cli.demo import copy_example
from fairsubmit.rehearsal import EmbeddedArchive

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own: no settings, tokens or state of whoever runs the tests."""
    for name in os.environ:
        if name.startswith("FAIRSUBMIT_") and name != "FAIRSUBMIT_REQUIRE_SHARED":
            monkeypatch.delenv(name)
    for name in ("CI", "NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("FAIRSUBMIT_CONFIG", str(folder / "config.toml"))
    monkeypatch.setenv("FAIRSUBMIT_STATE_DIR", str(folder / "state"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def run() -> Run:
    """Run the program in this process, as ``fairsubmit ARGUMENTS``."""

    def call(*arguments: object, text: str | None = None) -> Result:
        words = [str(argument) for argument in arguments]
        found = CliRunner().invoke(cli, words, input=text)
        assert found.exception is None or isinstance(found.exception, SystemExit)
        assert "Traceback" not in found.output
        return found

    return call


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A copy of the example, with a release date that lies ahead."""
    copy_example(tmp_path)
    return Path("time-lapse")  # the working directory is its parent


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedArchive]:
    """The embedded archive."""
    with EmbeddedArchive(tmp_path_factory.mktemp("archive")) as running:
        yield running


@pytest.fixture
def configured(
    home: Path, server: EmbeddedArchive, monkeypatch: pytest.MonkeyPatch
) -> EmbeddedArchive:
    """The embedded archive as the archive of the configuration file."""
    (home / "config.toml").write_text(
        f"""
        [archives.bioimage-archive]
        api_url = "{server.api_url}"
        files_url = "{server.files_url}"
        ftp_host = "{server.ftp_host}"
        ftp_port = {server.ftp_port}
        polling = {{first = 0.05, longest = 0.5}}
        """,
        encoding="utf-8",
    )
    monkeypatch.setenv("FAIRSUBMIT_FTP_USER", server.user)
    monkeypatch.setenv("FAIRSUBMIT_FTP_PASSWORD", server.password)
    return server


@pytest.fixture
def logged_in(configured: EmbeddedArchive, run: Run) -> EmbeddedArchive:
    """The archive, after `fairsubmit login`."""
    found = run(
        *("login", "--user", configured.email, "--password-stdin"),
        text=configured.account_password + "\n",
    )
    assert found.exit_code == 0, found.output
    return configured
