"""What every command has: the common options, examples and its exit codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import common_options, pass_invocation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Command", "command", "ending"]


class Command(click.Command):
    """A command of which a broken connection is not mistaken for a closed pipe."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own type
        """Run the command.

        Raises
        ------
        ConnectionError
            Instead of `BrokenPipeError`, which click takes for a closed stdout.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            message = "a connection was closed by the other side"
            raise ConnectionError(message) from error


def ending(examples: Iterable[str], codes: Iterable[ExitCode]) -> str:
    """Write the end of a help text: examples, then exit codes.

    Parameters
    ----------
    examples
        Command lines.
    codes
        What the command may end with.
    """
    lines = "\n".join(f"  {example}" for example in examples)
    rows = "\n".join(f"  {code.value:3}  {code.meaning}" for code in sorted(codes))
    return f"\b\nExamples:\n{lines}\n\n\b\nExit codes:\n{rows}"


def command(
    name: str, *, examples: Iterable[str], codes: Iterable[ExitCode] = ()
) -> Callable[[Callable[..., int | None]], click.Command]:
    """Make a command of a function that takes the invocation first.

    Parameters
    ----------
    name
        On the command line.
    examples
        Command lines for the help.
    codes
        What it may end with besides done, wrong usage and interrupted.
    """
    always = {ExitCode.DONE, ExitCode.USAGE, ExitCode.INTERRUPTED}
    epilog = ending(examples, always | set(codes))

    def wrap(function: Callable[..., int | None]) -> click.Command:
        made = click.command(name, cls=Command, epilog=epilog)(
            pass_invocation(function)
        )
        made.params += common_options()
        return made

    return wrap
