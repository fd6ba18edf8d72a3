"""Settings come from the strongest source; tokens are found, kept and forgotten."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from fairsubmit.config import (
    Credentials,
    colour_unwanted,
    config_path,
    load_config,
    plain_terminal,
)
from fairsubmit.errors import ConfigError, FairsubmitError

ENDPOINT = "https://archive.example.org/api"
NAME = "bioimage-archive"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"FAIRSUBMIT_CONFIG": str(tmp_path / "config.toml")}


def write(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(textwrap.dedent(text), encoding="utf-8")


class Keyring:
    """A keyring module that keeps passwords in memory."""

    def __init__(self, seconds: float = 0) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.seconds = seconds

    def get_password(self, service: str, name: str) -> str | None:
        time.sleep(self.seconds)
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        self.kept[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


class BrokenKeyring:
    """A keyring as it is on a computer without a desktop."""

    def __getattr__(self, name: str) -> object:
        message = "No recommended backend was available"
        raise RuntimeError(message)


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    kept = Keyring()
    monkeypatch.setitem(sys.modules, "keyring", kept)
    return kept


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", BrokenKeyring())


def test_the_option_beats_the_environment_beats_the_file(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    write(
        tmp_path,
        """
        archive = "directory"
        [archives.bioimage-archive]
        api_url = "https://file.example.org"
        collection = "FromFile"
        upload = "form"
        """,
    )
    environ |= {
        "FAIRSUBMIT_BIOIMAGE_ARCHIVE_API_URL": "https://own.example.org",
        "FAIRSUBMIT_API_URL": "https://general.example.org",
        "FAIRSUBMIT_UPLOAD": "auto",
        "FAIRSUBMIT_FTP_USER": "bs-upload",
    }
    config = load_config(environ=environ)
    known = ("api_url", "collection", "upload", "ftp_user", "ftp_port")
    found = config.settings(NAME, known, upload="ftp", ftp_port=None)
    assert config.archive == "directory"
    assert found == {
        "api_url": "https://own.example.org",
        "collection": "FromFile",
        "upload": "ftp",
        "ftp_user": "bs-upload",
    }


def test_without_a_file_there_are_defaults(environ: dict[str, str]) -> None:
    config = load_config(environ=environ)
    assert (config.archive, config.jobs, config.archives) == (None, None, {})
    assert config.state_dir.name == "fairsubmit"
    assert config.state_dir.is_absolute()


@pytest.mark.parametrize("source", ["option", "environment", "file"])
def test_the_state_folder_is_named_by(
    tmp_path: Path, environ: dict[str, str], source: str
) -> None:
    wanted = tmp_path / "state"
    if source == "file":
        write(tmp_path, f"state_dir = '{wanted}'")
    elif source == "environment":
        write(tmp_path, "state_dir = '/elsewhere'")
        environ["FAIRSUBMIT_STATE_DIR"] = str(wanted)
    else:
        environ["FAIRSUBMIT_STATE_DIR"] = "/elsewhere"
    given = wanted if source == "option" else None
    assert load_config(state_dir=given, environ=environ).state_dir == wanted


def test_a_relative_state_folder_is_of_here(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = load_config(state_dir=Path("state"), environ=environ)
    assert config.state_dir == tmp_path / "state"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("archive = ", "cannot be read"),
        ("archiv = 'directory'", "no setting 'archiv'"),
        ("archive = 1", "must be text"),
        ("jobs = 0", "above 0"),
        ("jobs = 'many'", "above 0"),
        ("archives = 3", "must be tables"),
        ("[archives]\nbioimage-archive = 'x'", "must be tables"),
    ],
)
def test_a_wrong_file_is_one_sentence(
    tmp_path: Path, environ: dict[str, str], text: str, words: str
) -> None:
    write(tmp_path, text)
    with pytest.raises(ConfigError, match=words) as caught:
        load_config(environ=environ)
    assert "\n" not in str(caught.value)


def test_a_misspelt_setting_is_recognised(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    write(tmp_path, "archiv = 'directory'")
    with pytest.raises(ConfigError) as caught:
        load_config(environ=environ)
    assert caught.value.hint == "did you mean archives?" or (
        caught.value.hint == "did you mean archive?"
    )


def test_an_empty_variable_is_not_given(environ: dict[str, str]) -> None:
    environ |= {"FAIRSUBMIT_ARCHIVE": "", "FAIRSUBMIT_TOKEN": " "}
    config = load_config(environ=environ)
    assert config.archive is None
    assert config.variable(NAME, "token") is None


def test_the_configuration_file_has_a_place_of_its_own() -> None:
    assert config_path({}).parts[-2:] == ("fairsubmit", "config.toml")


@pytest.mark.parametrize(
    ("environ", "unwanted"),
    [({}, False), ({"NO_COLOR": "1"}, True), ({"NO_COLOR": ""}, False)],
)
def test_no_color(environ: dict[str, str], unwanted: bool) -> None:
    assert colour_unwanted(environ) is unwanted


@pytest.mark.parametrize(
    ("environ", "plain"),
    [
        ({}, False),
        ({"CI": "true"}, True),
        ({"CI": "false"}, False),
        ({"CI": ""}, False),
    ],
)
def test_ci(environ: dict[str, str], plain: bool) -> None:
    assert plain_terminal(environ) is plain


def test_tokens_are_found_in_the_documented_order(
    tmp_path: Path, environ: dict[str, str], keyring: Keyring
) -> None:
    def found() -> tuple[str, str] | None:
        credential = load_config(environ=environ).credentials.find(NAME, ENDPOINT)
        return (credential.token, credential.source) if credential else None

    assert found() is None
    keyring.kept["fairsubmit", ENDPOINT] = "of-keyring"
    assert found() == ("of-keyring", "the keyring")
    (tmp_path / "tokens.json").write_text(f'{{"{ENDPOINT}": "of-file"}}')
    assert found() == ("of-file", f"the token file {tmp_path / 'tokens.json'}")
    named = tmp_path / "secret"
    named.write_text("of-named-file\n")
    environ["FAIRSUBMIT_TOKEN_FILE"] = str(named)
    assert found() == ("of-named-file", f"the token file {named}")
    environ["FAIRSUBMIT_TOKEN"] = "of-environment"
    assert found() == ("of-environment", "the environment")
    environ["FAIRSUBMIT_BIOIMAGE_ARCHIVE_TOKEN"] = "of-this-archive"
    assert found() == ("of-this-archive", "the environment")


def test_a_token_is_for_one_address_only(
    environ: dict[str, str], keyring: Keyring
) -> None:
    credentials = load_config(environ=environ).credentials
    credentials.store(ENDPOINT, "secret")
    assert credentials.find(NAME, "https://elsewhere.example.org") is None


def test_the_keyring_is_not_imported_where_the_environment_has_the_token() -> None:
    script = (
        "import sys; from fairsubmit.config import load_config; "
        "found = load_config().credentials.find('a', 'b'); "
        "print(found.token, 'keyring' in sys.modules)"
    )
    environ = {**os.environ, "FAIRSUBMIT_TOKEN": "t"}
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == ["t", "False"]


def test_a_token_is_kept_in_the_keyring(
    tmp_path: Path, environ: dict[str, str], keyring: Keyring
) -> None:
    credentials = load_config(environ=environ).credentials
    assert credentials.store(ENDPOINT, "secret") == "the keyring"
    assert not (tmp_path / "tokens.json").exists()
    assert credentials.forget(ENDPOINT) == ("the keyring",)
    assert credentials.find(NAME, ENDPOINT) is None
    assert credentials.forget(ENDPOINT) == ()


@pytest.mark.usefixtures("no_keyring")
def test_without_a_keyring_a_token_is_kept_in_a_private_file(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    credentials = load_config(environ=environ).credentials
    where = credentials.store(ENDPOINT, "secret")
    path = tmp_path / "tokens.json"
    assert str(path) in where
    assert "secret" not in where
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = credentials.find(NAME, ENDPOINT)
    assert found is not None
    assert found.token == "secret"
    assert "secret" not in repr(found)
    credentials.store("https://other.example.org", "other")
    assert credentials.forget(ENDPOINT) == (f"the file {path}",)
    assert credentials.find(NAME, ENDPOINT) is None
    assert credentials.find(NAME, "https://other.example.org") is not None
    credentials.forget("https://other.example.org")
    assert not path.exists()


def test_a_keyring_that_forgets_at_once_is_not_trusted(
    environ: dict[str, str], keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "set_password", lambda *_: None)
    assert "file" in load_config(environ=environ).credentials.store(ENDPOINT, "secret")


def test_a_keyring_that_never_answers_is_given_up(
    environ: dict[str, str], keyring: Keyring
) -> None:
    keyring.seconds = 30
    began = time.monotonic()
    credentials = Credentials(load_config(environ=environ), keyring_seconds=0.05)
    assert credentials.find(NAME, ENDPOINT) is None
    assert "file" in credentials.store(ENDPOINT, "secret")
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("content", [None, ""])
def test_a_token_file_without_a_token_is_one_sentence(
    tmp_path: Path, environ: dict[str, str], content: str | None
) -> None:
    named = tmp_path / "secret"
    if content is not None:
        named.write_text(content)
    environ["FAIRSUBMIT_TOKEN_FILE"] = str(named)
    with pytest.raises(ConfigError, match="token file") as caught:
        load_config(environ=environ).credentials.find(NAME, ENDPOINT)
    assert caught.value.hint


def test_a_damaged_list_of_tokens_is_one_sentence(
    tmp_path: Path, environ: dict[str, str], keyring: Keyring
) -> None:
    (tmp_path / "tokens.json").write_text("{secret")
    with pytest.raises(ConfigError, match="list of tokens") as caught:
        load_config(environ=environ).credentials.find(NAME, ENDPOINT)
    assert "{secret" not in str(caught.value)


@pytest.mark.usefixtures("no_keyring")
def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environ = {"FAIRSUBMIT_CONFIG": str(tmp_path / "file" / "config.toml")}
    with pytest.raises(FairsubmitError) as caught:
        load_config(environ=environ).credentials.store(ENDPOINT, "secret")
    assert caught.value.exit_code == 2
    assert "secret" not in str(caught.value)
