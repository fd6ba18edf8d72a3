"""``fairsubmit verify``: whether the archive still holds what was sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.connection import connected_again
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option
from fairsubmit.cli.output import plural

if TYPE_CHECKING:
    from fairsubmit.archives.base import Archive
    from fairsubmit.findings import Report
    from fairsubmit.receipt import Receipt


@make_command(
    "verify",
    examples=(
        "fairsubmit verify receipt.json",
        "fairsubmit verify receipt.json --read-back",
    ),
    codes=(
        ExitCode.FINDINGS,
        ExitCode.NOT_AUTHORISED,
        ExitCode.TEMPORARY,
        ExitCode.LOCAL_FILES,
    ),
)
@click.argument("receipt", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--read-back",
    is_flag=True,
    help="Read the files from the archive and compare digests, not sizes alone.",
)
@format_option("json")
def command(invocation: Invocation, receipt: Path, *, read_back: bool) -> int:
    """Compare a receipt with what the archive holds now.

    Exit code 1 means that a file is missing or differs.
    """
    from fairsubmit.receipt import Receipt

    found = Receipt.read(receipt)
    archive = connected_again(invocation, found)
    try:
        report = compared(invocation, found, archive, read_back=read_back)
    finally:
        archive.close()
    if invocation.output.format == "json":
        invocation.output.json(report.to_json())
    else:
        print_comparison(invocation, found, report, read_back=read_back)
    return ExitCode.DONE if report.ok else ExitCode.FINDINGS


def compared(
    invocation: Invocation, receipt: Receipt, archive: Archive, *, read_back: bool
) -> Report:
    """Compare a receipt with its archive, showing it where that takes long.

    Parameters
    ----------
    invocation
        How the program was called.
    receipt
        What the deposit ended with.
    archive
        Where it was made.
    read_back
        Read the files from the archive where it reports no digest.
    """
    from fairsubmit.cli.progress import Step
    from fairsubmit.pipeline import verify

    with Step(invocation, "reading back" if read_back else "comparing", "file"):
        return verify(receipt, archive, read_back=read_back)


def print_comparison(
    invocation: Invocation, receipt: Receipt, report: Report, *, read_back: bool
) -> None:
    """Print what differs, and how many files do not.

    Parameters
    ----------
    invocation
        How the program was called.
    receipt
        What was compared.
    report
        What differs.
    read_back
        Whether files were read back.
    """
    invocation.print_findings(report.findings)
    bad = {finding.path for finding in report.errors}
    good = len(receipt.files) - len(bad)
    held = f"{good:,} of {plural(len(receipt.files), 'file')} held"
    invocation.output.result(f"verify: {held} {_manner(receipt, read_back=read_back)}")


def _manner(receipt: Receipt, *, read_back: bool) -> str:
    """Say what the comparison rests on; a size alone is not called a digest."""
    if read_back:
        return "with the same size and digest"
    confirmed = sum(bool(file.held.digests) for file in receipt.files)
    if confirmed == len(receipt.files):
        return "with the same size; every digest was confirmed when it was sent"
    return (
        f"with the same size; {plural(confirmed, 'digest')} confirmed when sent "
        "(--read-back compares all)"
    )
