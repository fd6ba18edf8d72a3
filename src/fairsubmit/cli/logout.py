"""``fairsubmit logout``: end the session and forget its token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.connection import Target, account_settings
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.login import account_archive, archive_option
from fairsubmit.errors import ArchiveError, AuthenticationError

if TYPE_CHECKING:
    from fairsubmit.cli.invocation import Invocation


@make_command("logout", examples=("fairsubmit logout",), codes=(ExitCode.TEMPORARY,))
@archive_option
def command(invocation: Invocation, *, archive: str | None) -> None:
    """End the session and remove the token from this computer."""
    from fairsubmit.archives.biostudies.archive import log_out
    from fairsubmit.pipeline import connect

    name = account_archive(invocation, archive)
    settings = account_settings(invocation, Target(name))
    endpoint = connect(name, **settings).endpoint
    credentials = invocation.config.credentials
    found = credentials.find(name, endpoint)
    if found is None:
        invocation.output.say(f"you are not logged in to {name}")
        return
    places = credentials.forget(endpoint)
    try:
        log_out({**settings, "token": found.token})
    except AuthenticationError:
        pass  # the archive had ended the session already
    except ArchiveError as error:
        invocation.output.warn(f"the session could not be ended at {name}: {error}")
    gone = f"; removed from {' and '.join(places)}" if places else ""
    invocation.output.say(f"logged out of {name}{gone}")
    if not found.ours:
        invocation.output.hint(f"the token came from {found.source}: remove it there")
