"""``fairsubmit login``: get a session token and keep it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.connection import Target, account_settings
from fairsubmit.cli.errors import ExitCode
from fairsubmit.errors import ConfigError

if TYPE_CHECKING:
    from fairsubmit.cli.invocation import Invocation

__all__ = ["archive_option", "log_in_here"]

BIOIMAGE_ARCHIVE = "bioimage-archive"

archive_option = click.option(
    "--archive",
    metavar="NAME",
    help="An archive with accounts; bioimage-archive by default.",
)


@make_command(
    "login",
    examples=(
        "fairsubmit login",
        "fairsubmit login --user ada@example.org",
        "fairsubmit login --user ada@example.org --password-stdin < password.txt",
    ),
    codes=(ExitCode.REFUSED, ExitCode.NOT_AUTHORISED, ExitCode.TEMPORARY),
)
@archive_option
@click.option("--user", metavar="E-MAIL", help="Your account; asked for by default.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)
def command(
    invocation: Invocation,
    *,
    archive: str | None,
    user: str | None,
    password_stdin: bool,
) -> None:
    """Log in to an archive and keep its session token.

    The password is asked for, never given as an option, and not kept. The token is
    kept in the keyring of your computer, or where there is none in a file that only
    you can read.
    """
    name = account_archive(invocation, archive)
    settings = account_settings(invocation, Target(name))
    given = _from_stdin() if password_stdin else None
    log_in_here(invocation, name, settings, user=user, password=given)


def _from_stdin() -> str:
    """Read the password from standard input.

    Raises
    ------
    ConfigError
        If there is none.
    """
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        message = "standard input holds no password"
        raise ConfigError(message, hint="fairsubmit login --password-stdin < FILE")
    return password


def account_archive(invocation: Invocation, given: str | None) -> str:
    """Return the archive whose account is meant."""
    configured = invocation.config.archive
    return (
        given
        or (configured if configured != "directory" else None)
        or (BIOIMAGE_ARCHIVE)
    )


def log_in_here(
    invocation: Invocation,
    name: str,
    settings: dict[str, object],
    *,
    user: str | None = None,
    password: str | None = None,
) -> str:
    """Log in, asking for what is not given; keep the token and return it.

    Parameters
    ----------
    invocation
        How the program was called.
    name
        The archive.
    settings
        Its settings, without a token.
    user, password
        The account's.
    """
    from fairsubmit.archives.biostudies.archive import log_in
    from fairsubmit.pipeline import connect

    if user is None or password is None:
        _insist_on_person(invocation)
        invocation.output.say(f"log in to {name}")
    user = user or click.prompt("e-mail", err=True)
    password = password or click.prompt("password", hide_input=True, err=True)
    token = log_in(settings, user, password)
    archive = connect(name, **settings, token=token)
    try:
        who = archive.whoami()
        where = invocation.config.credentials.store(archive.endpoint, token)
    finally:
        archive.close()
    invocation.output.say(f"logged in to {name} as {who}; the token is kept in {where}")
    return token


def _insist_on_person(invocation: Invocation) -> None:
    """Make sure that somebody can answer a question.

    Raises
    ------
    ConfigError
        If nobody can.
    """
    if not invocation.interactive:
        message = "there is nobody to ask for the password"
        hint = "fairsubmit login --user E-MAIL --password-stdin < FILE"
        raise ConfigError(message, hint=hint)
