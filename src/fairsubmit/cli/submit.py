"""``fairsubmit submit``: the whole line, ending with an accession and a receipt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.connection import Target, target_options
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option, state_option
from fairsubmit.cli.output import human_size, plural

if TYPE_CHECKING:
    from fairsubmit.archives.base import Archive
    from fairsubmit.cli.output import Output
    from fairsubmit.receipt import Receipt

__all__ = ["deposit", "print_receipt"]


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


def deposit(
    invocation: Invocation,
    dataset: Path,
    archive: Archive,
    *,
    state: Path,
    jobs: int | None = None,
    again: bool = False,
) -> Receipt:
    """Check, hash, send and submit a dataset, showing each step.

    Parameters
    ----------
    invocation
        How the program was called.
    dataset
        The dataset's folder or its submission document.
    archive
        Where it goes.
    state
        Where journal and receipt are kept.
    jobs
        Files sent at a time.
    again
        Make a new submission although there is one.
    """
    from fairsubmit.cli.interrupt import stopping
    from fairsubmit.cli.progress import shown
    from fairsubmit.cli.steps import bundled, checked
    from fairsubmit.pipeline import submit

    with stopping() as stop:
        ready = checked(invocation, dataset, archive.name)
        # A wrong password shall be found before terabytes are hashed.
        invocation.output.say(f"{archive.name}: {archive.whoami()}")
        made = bundled(invocation, ready, stop=stop)
        files = plural(len(made.manifest), "file")
        invocation.output.say(f"{files}, {human_size(made.manifest.size)}")
        with shown(invocation) as progress:
            return submit(
                made,
                archive,
                state=state,
                jobs=jobs or invocation.config.jobs,
                progress=progress,
                stop=stop,
                again=again,
            )


def print_receipt(output: Output, receipt: Receipt, path: Path) -> None:
    """Print what a deposit ended with.

    Parameters
    ----------
    output
        Where to.
    receipt
        The receipt.
    path
        Where it was written.
    """
    size = sum(file.size for file in receipt.files)
    if output.format == "json":
        output.json(
            {
                "accession": receipt.accession,
                "archive": receipt.archive,
                "status": receipt.status,
                "url": receipt.url,
                "submitted_at": receipt.submitted_at,
                "receipt": str(path),
                "files": len(receipt.files),
                "bytes": size,
            }
        )
        return
    output.result(f"accession  {receipt.accession}")
    output.result(f"status     {receipt.status}")
    if receipt.url:
        output.result(f"page       {receipt.url}")
    output.result(f"files      {len(receipt.files):,}, {human_size(size)}")
    output.result(f"receipt    {path}")
