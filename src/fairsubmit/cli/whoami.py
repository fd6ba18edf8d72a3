"""``fairsubmit whoami``: whose token it is, and that it is good."""

from __future__ import annotations

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.connection import Target, connected
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option
from fairsubmit.cli.login import account_archive, archive_option


@make_command(
    "whoami",
    examples=("fairsubmit whoami", "fairsubmit whoami --format json"),
    codes=(ExitCode.NOT_AUTHORISED, ExitCode.TEMPORARY),
)
@archive_option
@format_option("json")
def command(invocation: Invocation, *, archive: str | None) -> None:
    """Say whose token is in use, and that it is good."""
    found = connected(invocation, Target(account_archive(invocation, archive)))
    try:
        who = found.whoami()
    finally:
        found.close()
    if invocation.output.format == "json":
        invocation.output.json(
            {"archive": found.name, "endpoint": found.endpoint, "account": who}
        )
    else:
        invocation.output.result(f"{who} at {found.endpoint}")
