"""One call of the program: how it was called, and what all commands share."""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fairsubmit.cli.output import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fairsubmit.config import Config
    from fairsubmit.findings import Finding

__all__ = [
    "Invocation",
    "common_options",
    "format_option",
    "pass_invocation",
    "state_option",
]

F = TypeVar("F", bound="Callable[..., Any]")


class Invocation:
    """One call of the program.

    Parameters
    ----------
    arguments
        As typed, without the program's name. No option ever takes a secret, so they
        may be shown.
    output
        Where to print; made on first use by default.
    debug
        Show tracebacks.
    resumable
        Whether running the same command again goes on where this run stopped.
    shown_root
        Folder that the paths of findings are relative to, as the person typed it.
    """

    def __init__(
        self,
        arguments: Sequence[str] = (),
        *,
        output: Output | None = None,
        debug: bool = False,
        resumable: bool = False,
        shown_root: str = "",
    ) -> None:
        self.arguments = arguments
        self.debug = debug
        self.resumable = resumable
        self.shown_root = shown_root
        self.state_dir: Path | None = None
        self._output = output

    @cached_property
    def output(self) -> Output:
        """What prints."""
        from fairsubmit.config import colour_unwanted

        return self._output or Output(colour=False if colour_unwanted() else None)

    @property
    def command(self) -> str:
        """The command line to type again."""
        words = ["fairsubmit", *self.arguments]
        if sys.platform == "win32":
            from subprocess import list2cmdline

            return list2cmdline(words)
        from shlex import join

        return join(words)

    @cached_property
    def config(self) -> Config:
        """Settings from files and environment, read on first use."""
        from fairsubmit.config import load_config

        return load_config(state_dir=self.state_dir)

    @property
    def interactive(self) -> bool:
        """Whether a person is there to answer a question."""
        from fairsubmit.config import plain_terminal

        return sys.stdin.isatty() and sys.stderr.isatty() and not plain_terminal()

    @property
    def animated(self) -> bool:
        """Whether stderr can show a progress bar."""
        from fairsubmit.config import plain_terminal

        return sys.stderr.isatty() and not plain_terminal()

    def print_findings(self, findings: Iterable[Finding]) -> None:
        """Print findings on stderr, as `fairsubmit lint` prints them."""
        listed = tuple(findings)
        if listed:
            from fairsubmit.cli.findings import written
            from fairsubmit.findings import Report

            self.output.talk(written(Report(listed), "human", self.shown_root))


pass_invocation = click.make_pass_decorator(Invocation, ensure=True)


def _apply(invocation: Invocation, name: str, value: object) -> None:
    if name == "no_color":
        invocation.output.colour = False
    elif name == "quiet":
        invocation.output.quiet = True
    elif name == "debug":
        invocation.debug = True
    elif name == "format" and isinstance(value, str):
        invocation.output.format = value
    elif name == "state_dir" and isinstance(value, Path):
        invocation.state_dir = value
    elif name == "verbose":
        import logging

        # Ours alone: what libraries log may hold addresses with secrets in them.
        logging.basicConfig(format="%(asctime)s %(name)s: %(message)s")
        level = logging.DEBUG if value != 1 else logging.INFO
        logging.getLogger("fairsubmit").setLevel(level)


def _keep(ctx: click.Context, parameter: click.Parameter, value: object) -> None:
    """Keep an option in the invocation instead of handing it to the command."""
    if value:
        _apply(ctx.ensure_object(Invocation), str(parameter.name), value)


def common_options() -> list[click.Parameter]:
    """Return the options that every command takes."""

    def option(*flags: str, text: str, count: bool = False) -> click.Option:
        return click.Option(
            flags,
            is_flag=not count,
            count=count,
            expose_value=False,
            callback=_keep,
            help=text,
        )

    return [
        option("-q", "--quiet", text="Results and problems only."),
        option("-v", "--verbose", count=True, text="Log steps; -vv: requests too."),
        option("--no-color", text="No colours (or NO_COLOR)."),
        option("--debug", text="Show the traceback of an error."),
    ]


def format_option(*formats: str) -> Callable[[F], F]:
    """Add ``--format`` with the given choices beside ``human``."""
    return click.option(
        "--format",
        type=click.Choice(["human", *formats]),
        default="human",
        show_default=True,
        expose_value=False,
        callback=_keep,
        help="How results are printed on stdout.",
    )


state_option = click.option(
    "--state-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    expose_value=False,
    callback=_keep,
    help="Where journals and receipts lie (or FAIRSUBMIT_STATE_DIR).",
)
