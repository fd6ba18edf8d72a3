"""``fairsubmit formats``: which image formats are read, and what that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.invocation import Invocation, format_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.cli.output import Output
    from fairsubmit.readers.formats import Format

HEADER = ("format", "files", "needs", "licence", "tested on", "what is read")


@make_command(
    "formats",
    examples=("fairsubmit formats", "fairsubmit formats --format json"),
)
@format_option("json")
def command(invocation: Invocation) -> None:
    """List the image formats that are read.

    Files of formats that are known but not read can be deposited all the same; what
    they show is then told in the submission alone.
    """
    from fairsubmit.readers.formats import failures, read_formats, unread_formats

    output = invocation.output
    read, unread = read_formats(), unread_formats()
    if output.format == "json":
        output.json([row.to_json() for row in (*read, *unread)])
    else:
        output.table(HEADER, map(_row, read))
        output.say("known, but not read: " + ", ".join(row.format for row in unread))
        _say_who_is_asked_last(invocation)
        _say_what_is_missing(output, read)
    for failure in failures():
        output.warn(failure)


def _row(row: Format) -> tuple[str, ...]:
    needs = row.library if row.extra else row.package
    if not row.installed:
        needs = f"{needs} (missing)"
    return (
        row.format,
        " ".join(row.suffixes),
        "" if needs == "fairsubmit" else needs or "",
        row.licence or "",
        row.tested_on or "",
        row.reads or "",
    )


def _say_who_is_asked_last(invocation: Invocation) -> None:
    """Name the programs that are asked for what is not read here."""
    from fairsubmit.readers.fallback.openreadout import OpenReadout

    found = OpenReadout.installed()
    names = [] if found is None else [found.title]
    if invocation.config.bioformats is not None:
        names.append(f"Bio-Formats at {invocation.config.bioformats}")
    if names:
        invocation.output.say(f"asked for what is not read: {', then '.join(names)}")


def _say_what_is_missing(output: Output, rows: Sequence[Format]) -> None:
    """Give the one command that installs everything that is missing."""
    from fairsubmit.readers.extras import install_command

    extras = sorted({row.extra for row in rows if row.extra and not row.installed})
    if extras:
        output.hint(f"{install_command(','.join(extras))} installs what is missing")
