"""``fairsubmit submit``: the whole line, ending with an accession and a receipt."""

from __future__ import annotations

from pathlib import Path

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.connection import Target, target_options
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option, state_option


@make_command(
    "submit",
    examples=(
        "fairsubmit submit my-dataset --archive bioimage-archive",
        "fairsubmit submit my-dataset --archive bioimage-archive --upload ftp --jobs 2",
        "fairsubmit submit my-dataset --archive directory --to /staging/deposits",
    ),
    codes=set(ExitCode) - {ExitCode.READER_GONE},
)
@click.argument("dataset", type=click.Path(exists=True, path_type=Path))
@target_options
@click.option("--jobs", type=click.IntRange(1), help="Files sent at a time.")
@click.option(
    "--again",
    is_flag=True,
    help="Make a new submission although this dataset was submitted before.",
)
@click.option(
    "--receipt",
    "copy",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a copy of the receipt here.",
)
@format_option("json")
@state_option
def command(
    invocation: Invocation,
    dataset: Path,
    *,
    target: Target,
    jobs: int | None,
    again: bool,
    copy: Path | None,
) -> None:
    """Deposit a dataset: check, hash, upload, submit, receipt.

    When it is interrupted, by Ctrl-C, a lost connection or a power cut, the same
    command goes on where it stopped: no file is sent twice.
    """
    from fairsubmit.cli.connection import connected
    from fairsubmit.cli.deposit import deposit, print_receipt
    from fairsubmit.pipeline import receipt_path

    invocation.resumable = True
    archive = connected(invocation, target)
    state = invocation.config.state_dir
    try:
        receipt = deposit(
            invocation, dataset, archive, state=state, jobs=jobs, again=again
        )
    finally:
        archive.close()
    path = receipt_path(state, receipt.archive, receipt.accession)
    if copy is not None:
        receipt.write(copy)
    print_receipt(invocation.output, receipt, copy or path)
    if invocation.output.format == "human":
        invocation.output.hint(f"fairsubmit verify {copy or path}")
