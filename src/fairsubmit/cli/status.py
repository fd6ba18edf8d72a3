"""``fairsubmit status``: where a submission stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.connection import Target, connected, target_options
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option, state_option

if TYPE_CHECKING:
    from pathlib import Path


@make_command(
    "status",
    examples=(
        "fairsubmit status",
        "fairsubmit status S-BIAD1234 --archive bioimage-archive",
    ),
    codes=(ExitCode.FINDINGS, ExitCode.NOT_AUTHORISED, ExitCode.TEMPORARY),
)
@click.argument("accession", required=False)
@target_options
@format_option("json")
@state_option
def command(
    invocation: Invocation, accession: str | None, *, target: Target
) -> int | None:
    """Ask where a submission stands, or list your receipts.

    Without ACCESSION the receipts kept on this computer are listed. Exit code 1
    means that the archive has refused the submission.
    """
    if accession is None:
        _list(invocation)
        return None
    archive = connected(invocation, target)
    try:
        status = archive.status(accession)
    finally:
        archive.close()
    output = invocation.output
    if output.format == "json":
        output.json(
            {
                "accession": status.accession,
                "status": status.state,
                "final": status.final,
                "accepted": status.accepted,
                "messages": list(status.messages),
                "url": status.url,
            }
        )
    else:
        output.result(f"{status.accession}  {status.state}")
        for message in status.messages:
            output.result(f"  {message}")
        if status.url and status.accepted:
            output.result(f"  {status.url}")
    refused = status.final and not status.accepted
    return ExitCode.FINDINGS if refused else ExitCode.DONE


def _list(invocation: Invocation) -> None:
    from fairsubmit.errors import ManifestError
    from fairsubmit.receipt import Receipt

    output = invocation.output
    folder = invocation.config.state_dir / "receipts"
    found: list[tuple[Path, Receipt]] = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append((path, Receipt.read(path)))
        except ManifestError as error:
            output.warn(str(error))
    if output.format == "json":
        output.json(
            [
                {
                    "accession": receipt.accession,
                    "archive": receipt.archive,
                    "status": receipt.status,
                    "submitted_at": receipt.submitted_at,
                    "files": len(receipt.files),
                    "receipt": str(path),
                }
                for path, receipt in found
            ]
        )
    elif found:
        rows = [
            (
                r.accession,
                r.archive,
                r.status,
                r.submitted_at,
                f"{len(r.files):,}",
                str(p),
            )
            for p, r in found
        ]
        header = ("accession", "archive", "status", "submitted", "files", "receipt")
        output.table(header, rows, right="    r")
    else:
        output.say(f"nothing was submitted yet; receipts will lie in {folder}")
