"""An error becomes one sentence, the next step, and the documented exit code."""

from __future__ import annotations

import errno
import os
import sys
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click

from fairsubmit.cli.output import ReaderGoneError
from fairsubmit.errors import (
    FairsubmitError,
    MetadataError,
    SubmissionRejectedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from fairsubmit.cli.invocation import Invocation

__all__ = ["ExitCode", "guard"]


# EDQUOT is the quota of a cluster's file system; Windows does not know it.
_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})


class ExitCode(IntEnum):
    """What the command line ends with; each member's text is its documentation."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """Make a member that knows what it means."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    DONE = 0, "done"
    FINDINGS = 1, "findings: something in the submission must be corrected"
    USAGE = 2, "usage or configuration: the command cannot be run as given"
    REFUSED = 3, "refused for good: trying again will not help"
    NOT_AUTHORISED = 4, "not authorised: log in again"
    TEMPORARY = 5, "temporary: run the same command again, it goes on"
    LOCAL_FILES = 6, "local files cannot be read, or changed on the way"
    FAULT = 70, "a fault in fairsubmit itself: please report it"
    INTERRUPTED = 130, "interrupted: run the same command again, it goes on"
    READER_GONE = 141, "whoever read the output closed it, e.g. head"


def guard(call: Callable[[], object], invocation: Invocation) -> int:
    """Run a command and return its exit code; nothing else escapes.

    Parameters
    ----------
    call
        Runs the command; returns its exit code, or something else for success.
    invocation
        How the program was called.
    """
    try:
        found = call()
        if sys.stdout is not None:  # closed by the caller: nobody wants the results
            sys.stdout.flush()
    except SystemExit as error:  # click's own way out of shell completion
        return error.code if isinstance(error.code, int) else ExitCode.USAGE
    except (ReaderGoneError, BrokenPipeError):
        return _reader_gone()
    except BaseException as error:  # noqa: BLE001 - the seam to the person
        return _reported(error, invocation)
    return found if isinstance(found, int) else ExitCode.DONE


def _reported(error: BaseException, invocation: Invocation) -> int:
    try:
        if invocation.debug:
            import traceback

            traceback.print_exception(error)
        return _report(error, invocation)
    except (ReaderGoneError, BrokenPipeError):
        return _reader_gone()


def _report(error: BaseException, invocation: Invocation) -> int:
    output = invocation.output
    if isinstance(error, click.ClickException):
        return _usage(error, invocation)
    if isinstance(error, FairsubmitError):
        if isinstance(error, MetadataError | SubmissionRejectedError):
            found = error.findings
            if len(found) > 1 or any(f.line or f.pointer for f in found):
                invocation.print_findings(found)  # else the sentence says it all
        output.error(str(error), _hint(error, invocation))
        return error.exit_code
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return _interrupted(error, invocation)
    if isinstance(error, OSError) and error.errno is not None:
        return _system(error, invocation)
    words = str(error).strip().split("\n")[0]
    kind = type(error).__name__
    output.error(
        f"fairsubmit has a fault: {kind}: {words}".removesuffix(": "),
        "please report what is shown above"
        if invocation.debug
        else f"`{invocation.command} --debug` shows where; please report that",
    )
    return ExitCode.FAULT


def _usage(error: click.ClickException, invocation: Invocation) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        invocation.output.talk(error.format_message())
        return ExitCode.USAGE
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "fairsubmit"
    invocation.output.error(error.format_message(), f"`{path} --help` shows how")
    return ExitCode.USAGE


def _hint(error: FairsubmitError, invocation: Invocation) -> str | None:
    if error.hint or error.exit_code != ExitCode.TEMPORARY:
        return error.hint
    return f"run the same command again, it goes on: {invocation.command}"


def _interrupted(error: BaseException, invocation: Invocation) -> int:
    if isinstance(error.__cause__, EOFError):
        invocation.output.error(
            "there is nobody to answer the question",
            "give the answer by option, environment or file; see --help",
        )
        return ExitCode.USAGE
    if invocation.resumable:
        words, hint = "interrupted, nothing is lost", "go on with: "
    else:
        words, hint = "interrupted", "to start again: "
    invocation.output.error(words, hint + invocation.command)
    return ExitCode.INTERRUPTED


def _system(error: OSError, invocation: Invocation) -> int:
    where = f"{error.filename}: " if error.filename else ""
    full = error.errno in _FULL
    hint = (
        "free some space, or name another state folder with --state-dir"
        if full
        else "check the path and who may read and write it"
    )
    words = error.strerror or str(error)
    invocation.output.error(f"{where}{words}", f"{hint}; then {invocation.command}")
    return ExitCode.TEMPORARY if full else ExitCode.LOCAL_FILES


def _reader_gone() -> int:
    # Python flushes stdout once more at its end; let that go nowhere instead of
    # printing "Exception ignored … BrokenPipeError".
    nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - stays open
    sys.stdout = nowhere
    return ExitCode.READER_GONE
