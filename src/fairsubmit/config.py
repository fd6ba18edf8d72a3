"""Settings: the only reader of environment, configuration files and keyring.

What counts, strongest first: an option of the command line, the environment
(``FAIRSUBMIT_…``), ``config.toml`` in the user's configuration folder, the default.
Values are passed down as arguments; nothing below this module looks anything up.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fairsubmit.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "Config",
    "Credential",
    "Credentials",
    "colour_unwanted",
    "config_path",
    "load_config",
    "plain_terminal",
]

PREFIX = "FAIRSUBMIT_"
# Key under which the operating system's keyring keeps our tokens.
SERVICE = "fairsubmit"
# A keyring may wait for its owner to unlock it; without a desktop it waits for ever.
KEYRING_SECONDS = 20.0
_KEYS = frozenset({"archive", "archives", "bioformats", "jobs", "lookup", "state_dir"})
_LOOKUP = ("ols_url", "ror_url")


def colour_unwanted(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the person asked for no colours (https://no-color.org)."""
    return bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb"


def plain_terminal(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether nobody watches: continuous integration, or a terminal of a program."""
    return environ.get("CI", "").lower() not in {"", "0", "false"} or (
        environ.get("TERM") == "dumb"
    )


def config_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the configuration file is, or would be."""
    named = environ.get(PREFIX + "CONFIG")
    return Path(named) if named else _folder("config") / "config.toml"


def _folder(kind: str) -> Path:
    from platformdirs import PlatformDirs  # noqa: PLC0415 - not for --help

    dirs = PlatformDirs("fairsubmit", appauthor=False, roaming=False)
    return dirs.user_config_path if kind == "config" else dirs.user_state_path


@dataclass(frozen=True)
class Config:
    """What files and environment say.

    Attributes
    ----------
    path
        The configuration file, whether or not there is one.
    state_dir
        Where journals lie.
    archive
        Archive to use where none is named.
    jobs
        Files sent at a time, where not given.
    archives
        The configuration file's settings, by archive.
    bioformats
        A Bio-Formats to ask for images that are not read otherwise.
    lookup
        Addresses of registries, where they are not the usual ones.
    """

    path: Path
    state_dir: Path
    archive: str | None = None
    jobs: int | None = None
    archives: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    bioformats: Path | None = None
    lookup: Mapping[str, str] = field(default_factory=dict)

    def settings(
        self, archive: str, known: Iterable[str], **options: object
    ) -> dict[str, object]:
        """Return the settings of an archive, the strongest source of each.

        Parameters
        ----------
        archive
            Name of the archive.
        known
            Names of the settings that the archive has. The environment may give
            each as ``FAIRSUBMIT_<ARCHIVE>_<SETTING>`` or ``FAIRSUBMIT_<SETTING>``.
        **options
            From the command line; ``None`` means not given.
        """
        found: dict[str, object] = dict(self.archives.get(archive, {}))
        for name in known:
            value = self.variable(archive, name)
            if value is not None:
                found[name] = value
        given = {name: value for name, value in options.items() if value is not None}
        return found | given

    def variable(self, archive: str, name: str) -> str | None:
        """Return what the environment says of one setting; empty is not given."""
        own = f"{_upper(archive)}_{_upper(name)}"
        for key in (own, _upper(name)):
            if value := self.environ.get(PREFIX + key, "").strip():
                return value
        return None

    @property
    def credentials(self) -> Credentials:
        """Tokens of archives, wherever they are kept."""
        return Credentials(self)


def _upper(name: str) -> str:
    return name.upper().replace("-", "_")


def load_config(
    *, state_dir: Path | None = None, environ: Mapping[str, str] = os.environ
) -> Config:
    """Read the configuration file and the environment.

    Parameters
    ----------
    state_dir
        From the command line.
    environ
        Environment variables.

    Raises
    ------
    ConfigError
        If the file cannot be read or has settings that do not exist.
    """
    path = config_path(environ)
    table = _read(path)
    named: str | Path | None = state_dir or environ.get(PREFIX + "STATE_DIR")
    named = named or _text(table, "state_dir")
    other = environ.get(PREFIX + "BIOFORMATS") or _text(table, "bioformats")
    return Config(
        path=path,
        state_dir=Path(named).expanduser().absolute() if named else _folder("state"),
        archive=environ.get(PREFIX + "ARCHIVE") or _text(table, "archive"),
        jobs=_jobs(environ.get(PREFIX + "JOBS") or table.get("jobs"), path),
        archives=_archives(table, path),
        environ=dict(environ),
        bioformats=Path(other).expanduser() if other else None,
        lookup=_lookup(table, environ, path),
    )


def _read(path: Path) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - not for --help

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {error}"
        hint = "correct or remove the file"
        raise ConfigError(message, hint=hint) from error
    for key in table:
        if key not in _KEYS:
            from difflib import get_close_matches  # noqa: PLC0415 - rarely needed

            close = get_close_matches(key, _KEYS, 1)
            meant = f"did you mean {close[0]}?" if close else ", ".join(sorted(_KEYS))
            message = f"{path}: there is no setting {key!r}"
            raise ConfigError(message, hint=meant if close else f"use one of: {meant}")
    return table


def _text(table: Mapping[str, Any], key: str) -> str | None:
    value = table.get(key)
    if value is None or isinstance(value, str):
        return value or None
    message = f"the setting {key} must be text, not {value!r}"
    raise ConfigError(message, hint=f'write {key} = "…" in config.toml')


def _jobs(value: object, path: Path) -> int | None:
    if value is None:
        return None
    if str(value).isdecimal() and int(str(value)) > 0:
        return int(str(value))
    message = f"jobs must be a number above 0, not {value!r}"
    raise ConfigError(message, hint=f"look at FAIRSUBMIT_JOBS and {path}")


def _archives(
    table: Mapping[str, Any], path: Path
) -> Mapping[str, Mapping[str, object]]:
    found = table.get("archives", {})
    if isinstance(found, dict) and all(isinstance(v, dict) for v in found.values()):
        return found
    message = f"{path}: archives must be tables such as [archives.bioimage-archive]"
    raise ConfigError(message)


def _lookup(
    table: Mapping[str, Any], environ: Mapping[str, str], path: Path
) -> Mapping[str, str]:
    found = table.get("lookup", {})
    if not isinstance(found, dict) or found.keys() - set(_LOOKUP):
        message = f"{path}: [lookup] may have {' and '.join(_LOOKUP)} only"
        raise ConfigError(message)
    given = {n: environ.get(PREFIX + n.upper()) or _text(found, n) for n in _LOOKUP}
    return {name: address for name, address in given.items() if address}


@dataclass(frozen=True, slots=True)
class Credential:
    """A token and where it was found.

    Attributes
    ----------
    token
        Never shown.
    source
        In words, e.g. ``the keyring``.
    ours
        Whether `Credentials.store` keeps it there, so that `forget` removes it.
    """

    token: str = field(repr=False)
    source: str
    ours: bool = False


class Credentials:
    """Tokens of archives: environment, then token file, then keyring.

    Parameters
    ----------
    config
        Says where to look.
    keyring_seconds
        How long the keyring may take for one answer.
    """

    def __init__(
        self, config: Config, *, keyring_seconds: float = KEYRING_SECONDS
    ) -> None:
        self._config = config
        self._seconds = keyring_seconds
        self.path = config.path.with_name("tokens.json")

    def find(self, archive: str, endpoint: str) -> Credential | None:
        """Return the token for an archive's address, if there is one.

        The keyring is not even imported where an earlier source has the token.

        Raises
        ------
        ConfigError
            If a token file cannot be read.
        """
        if token := self._config.variable(archive, "token"):
            return Credential(token, "the environment")
        if named := self._config.variable(archive, "token_file"):
            return Credential(_first_line(Path(named)), f"the token file {named}")
        if token := self._tokens().get(endpoint):
            return Credential(token, f"the token file {self.path}", ours=True)
        try:
            kept = _keyring("get_password", self._seconds, endpoint)
        except _NoKeyringError:
            return None
        return Credential(kept, "the keyring", ours=True) if kept else None

    def store(self, endpoint: str, token: str) -> str:
        """Keep a token, in the keyring or else in a file only its owner may read.

        Returns
        -------
        str
            Where it is kept, in words.

        Raises
        ------
        ConfigError
            If it can be kept nowhere.
        """
        try:
            _keyring("set_password", self._seconds, endpoint, token)
            if _keyring("get_password", self._seconds, endpoint) == token:
                self._write({k: v for k, v in self._tokens().items() if k != endpoint})
                return "the keyring"
        except _NoKeyringError:
            pass
        self._write({**self._tokens(), endpoint: token})
        return f"the file {self.path}, which only you can read"

    def forget(self, endpoint: str) -> tuple[str, ...]:
        """Remove a token from token file and keyring; return where it was."""
        found = []
        tokens = self._tokens()
        if tokens.pop(endpoint, None):
            self._write(tokens)
            found.append(f"the file {self.path}")
        try:
            if _keyring("get_password", self._seconds, endpoint):
                _keyring("delete_password", self._seconds, endpoint)
                found.append("the keyring")
        except _NoKeyringError:
            pass
        return tuple(found)

    def _tokens(self) -> dict[str, str]:
        try:
            value = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            message = f"{self.path} cannot be read as a list of tokens"
            raise ConfigError(message, hint="remove the file and log in again") from (
                error
            )
        return value if isinstance(value, dict) else {}

    def _write(self, tokens: Mapping[str, str]) -> None:
        if not tokens:
            self.path.unlink(missing_ok=True)
            return
        partial = self.path.with_name(self.path.name + ".part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            partial.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(partial, flags, 0o600), "w") as file:
                json.dump(tokens, file)
            partial.replace(self.path)
        except OSError as error:
            message = f"{self.path} cannot be written: {error.strerror or error}"
            hint = "set FAIRSUBMIT_TOKEN instead, or FAIRSUBMIT_CONFIG to another place"
            raise ConfigError(message, hint=hint) from error


class _NoKeyringError(Exception):
    """There is no keyring that answers."""


def _first_line(path: Path) -> str:
    try:
        token = path.read_text(encoding="utf-8-sig").strip().split("\n")[0].strip()
    except (OSError, ValueError) as error:
        message = f"the token file {path} cannot be read"
        hint = "check FAIRSUBMIT_TOKEN_FILE, or remove it and log in"
        raise ConfigError(message, hint=hint) from error
    if not token:
        message = f"the token file {path} is empty"
        raise ConfigError(message, hint="write the token into its first line")
    return token


def _keyring(verb: str, seconds: float, *arguments: str) -> str | None:
    """Ask the keyring in a thread of its own: a headless one may never answer.

    Raises
    ------
    _NoKeyringError
        If it fails or does not answer in time.
    """
    answer: list[str | None] = []

    def ask() -> None:
        try:
            import keyring  # noqa: PLC0415 - slow, and not needed with a token at hand

            answer.append(getattr(keyring, verb)(SERVICE, *arguments))
        except Exception:  # noqa: BLE001 - back ends raise whatever they like
            return

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if not answer:
        raise _NoKeyringError
    return answer[0]
