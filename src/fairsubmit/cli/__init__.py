"""The command line: one module a command, loaded when it runs."""

from __future__ import annotations

import io
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from fairsubmit.cli.command import ending
from fairsubmit.cli.errors import ExitCode, guard
from fairsubmit.cli.invocation import Invocation, common_options
from fairsubmit.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["COMMANDS", "cli", "main"]

# Commands in the order of the work; each is `command` in the module of its name.
COMMANDS: dict[str, tuple[str, ...]] = {
    "Try it": ("demo", "rehearse"),
    "Prepare": (
        "init",
        "convert",
        "extract",
        "formats",
        "lint",
        "fair",
        "migrate",
        "rule",
        "schema",
        "terms",
        "bundle",
    ),
    "Deposit": ("login", "plan", "submit", "status", "verify"),
    "Account": ("whoami", "logout"),
}
HELP_NAMES = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Commands(click.Group):
    """A group whose commands are imported one by one, and whose errors are ours."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands, in the order of the work."""
        return [name for names in COMMANDS.values() for name in names]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a command."""
        if name not in self.list_commands(ctx):
            return None
        found: click.Command = import_module(f"fairsubmit.cli.{name}").command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one may have been meant.

        Raises
        ------
        NoSuchCommand
            If there is no such command.
        """
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            raise click.exceptions.NoSuchCommand(
                name, possibilities=self.list_commands(ctx), ctx=ctx
            )
        return super().resolve_command(ctx, args)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the commands section by section."""
        width = max(len(name) for name in self.list_commands(ctx))
        for title, rows in self._sections(ctx, formatter.width - 6 - width):
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), text) for name, text in rows])

    def _sections(
        self, ctx: click.Context, limit: int
    ) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        for title, names in COMMANDS.items():
            found = ((name, self.get_command(ctx, name)) for name in names)
            yield (
                title,
                [(name, c.get_short_help_str(limit)) for name, c in found if c],
            )

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT002 - click's signature
        **extra: Any,  # noqa: ANN401 - click's own types
    ) -> Any:  # noqa: ANN401 - click's own types
        """Run the program; with `standalone_mode`, end it with our exit codes."""
        given = list(sys.argv[1:] if args is None else args)
        invocation = Invocation(given)
        extra.setdefault("obj", invocation)
        run = super().main
        name = prog_name or "fairsubmit"
        if not standalone_mode:
            return run(given, name, complete_var, standalone_mode=False, **extra)
        sys.exit(
            guard(
                lambda: run(given, name, complete_var, standalone_mode=False, **extra),
                invocation,
            )
        )


@click.group(
    "fairsubmit",
    cls=Commands,
    context_settings=HELP_NAMES,
    epilog=ending(
        (
            "fairsubmit demo",
            "fairsubmit lint my-dataset",
            "fairsubmit submit my-dataset --archive bioimage-archive",
        ),
        ExitCode,
    ),
)
@click.version_option(VERSION, "-V", "--version", message="fairsubmit %(version)s")
def cli() -> None:
    """Deposit microscopy data in public archives.

    Checks a folder of images and its submission.yaml, sends the files so that the
    upload always finishes, and ends with an accession and a receipt. A command that
    was interrupted goes on when it is run again.
    """


cli.params += common_options()


def main() -> None:
    """Run the program with the arguments of the process.

    Raises
    ------
    SystemExit
        With the exit code; after an interruption the process ends on the spot.
    """
    # A batch system's request to end is answered as Ctrl-C is, by every command.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _buffer_results()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A file name that the terminal's encoding lacks must not end the run.
            stream.reconfigure(errors="backslashreplace")
    try:
        cli()
    except SystemExit as end:
        if end.code == ExitCode.INTERRUPTED:
            leave_at_once()
        raise


def _buffer_results() -> None:
    """Buffer stdout even where Python was told not to (``PYTHONUNBUFFERED``).

    We flush what we print; but an unbuffered write that a signal cuts short is not
    taken up again, and half a line would be all that is left of a result.
    """
    raw = getattr(sys.stdout, "buffer", None)
    if isinstance(raw, io.RawIOBase):
        encoding = sys.stdout.encoding
        # The old one must not close the file when it goes.
        sys.stdout.detach()  # type: ignore[union-attr]
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(raw), encoding)


def leave_at_once() -> None:
    """End the process without waiting for threads; a second Ctrl-C finds it gone."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(ExitCode.INTERRUPTED)
