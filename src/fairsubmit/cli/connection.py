"""From options, settings and tokens to an archive that can be asked."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fairsubmit.errors import ConfigError, MissingCredentialError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fairsubmit.archives.base import Archive
    from fairsubmit.cli.invocation import Invocation
    from fairsubmit.receipt import Receipt

__all__ = [
    "Target",
    "account_settings",
    "connected",
    "connected_again",
    "target_options",
]

# Which setting is the address that a receipt names as its endpoint.
ADDRESS = {"bioimage-archive": "api_url", "directory": "folder"}
F = TypeVar("F", bound="Callable[..., Any]")


class Target:
    """Where a dataset goes, as the command line says.

    Parameters
    ----------
    named
        Name of the archive, given or configured.
    options
        Settings of the archive from the command line; ``None`` where not given.
    """

    def __init__(
        self, named: str | None, options: Mapping[str, object] | None = None
    ) -> None:
        self.named = named
        self.options = options or {}

    @property
    def name(self) -> str:
        """Name of the archive.

        Raises
        ------
        UsageError
            If none is given or configured.
        """
        if self.named:
            return self.named
        message = (
            "which archive? Give --archive bioimage-archive, or --archive directory "
            "--to FOLDER"
        )
        raise click.UsageError(message, click.get_current_context())


def target_options(command: F) -> F:
    """Add the options that say where a dataset goes; the command gets a `Target`."""

    @functools.wraps(command)
    def wrapped(
        invocation: Invocation,
        *args: Any,  # noqa: ANN401 - click's own types
        archive: str | None,
        to: Path | None,
        upload: str | None,
        **options: Any,  # noqa: ANN401 - click's own types
    ) -> Any:  # noqa: ANN401 - click's own types
        named = archive or ("directory" if to else invocation.config.archive)
        folder = None if to is None else str(to.absolute())
        target = Target(named, {"folder": folder, "upload": upload})
        return command(invocation, *args, target=target, **options)

    for option in (
        click.option(
            "--upload",
            type=click.Choice(["auto", "ftp", "form"]),
            help="How files travel to bioimage-archive; auto takes ftp where its "
            "password is configured.",
        ),
        click.option(
            "--to",
            metavar="FOLDER",
            type=click.Path(file_okay=False, path_type=Path),
            help="The folder that is the directory archive.",
        ),
        click.option(
            "--archive",
            metavar="NAME",
            help="bioimage-archive or directory (also: FAIRSUBMIT_ARCHIVE).",
        ),
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]  # options are added, not taken


def connected(
    invocation: Invocation, target: Target, *, needs_token: bool = True
) -> Archive:
    """Return the archive, with a token where it takes one.

    Parameters
    ----------
    invocation
        How the program was called.
    target
        Which archive.
    needs_token
        Whether to insist on a token, and to ask for the password if a person is there.
    """
    name = target.name
    names = setting_names(name)
    settings = invocation.config.settings(name, names, **target.options)
    return _with_token(invocation, name, settings, needs_token=needs_token)


def connected_again(invocation: Invocation, receipt: Receipt) -> Archive:
    """Return the archive that a receipt is of, at the address it was made at."""
    name = receipt.archive
    settings = invocation.config.settings(name, setting_names(name))
    if name in ADDRESS:
        settings[ADDRESS[name]] = receipt.endpoint
    return _with_token(invocation, name, settings, needs_token=True)


def account_settings(invocation: Invocation, target: Target) -> dict[str, object]:
    """Return the settings of an archive that has accounts, without a token.

    Raises
    ------
    ConfigError
        If the archive has none.
    """
    names = setting_names(target.name)
    if "token" not in names:
        message = f"{target.name} has no accounts"
        raise ConfigError(message, hint="nobody needs to log in there")
    settings = invocation.config.settings(target.name, names, **target.options)
    settings.pop("token", None)
    return settings


def setting_names(name: str) -> tuple[str, ...]:
    """Return the names of an archive's settings; none of one that does not exist."""
    from fairsubmit.archives import ARCHIVES

    kind = ARCHIVES.get(name)
    return tuple(kind.settings.model_fields) if kind else ()


def _with_token(
    invocation: Invocation, name: str, settings: dict[str, object], *, needs_token: bool
) -> Archive:
    """Return the archive with the token that is known, or is asked for now.

    Raises
    ------
    MissingCredentialError
        If there is none and nobody to ask.
    """
    from fairsubmit.pipeline import connect

    archive = connect(name, **settings)
    if "token" not in setting_names(name) or settings.get("token"):
        return archive
    credential = invocation.config.credentials.find(name, archive.endpoint)
    if credential is None and not needs_token:
        return archive
    archive.close()
    if credential is not None:
        return connect(name, **settings, token=credential.token)
    if invocation.interactive:
        from fairsubmit.cli.login import log_in_here

        return connect(name, **settings, token=log_in_here(invocation, name, settings))
    message = f"no session token is known for {name}"
    hint = "run `fairsubmit login`; in a script, set FAIRSUBMIT_TOKEN_FILE to a file"
    raise MissingCredentialError(message, hint=hint + " that holds the token")
