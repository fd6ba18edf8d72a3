"""``fairsubmit rehearse``: the whole deposit, without an account."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option, state_option

if TYPE_CHECKING:
    from fairsubmit.findings import Report
    from fairsubmit.receipt import Receipt

__all__ = ["rehearsed"]


@make_command(
    "rehearse",
    examples=(
        "fairsubmit rehearse my-dataset",
        "fairsubmit rehearse my-dataset --upload form --keep /scratch/archive",
    ),
    codes=(
        ExitCode.FINDINGS,
        ExitCode.REFUSED,
        ExitCode.TEMPORARY,
        ExitCode.LOCAL_FILES,
    ),
)
@click.argument("dataset", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--upload",
    type=click.Choice(["auto", "ftp", "form"]),
    default="auto",
    show_default=True,
    help="How files travel.",
)
@click.option(
    "--keep",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the embedded archive here; the same command goes on with it.",
)
@format_option("json")
@state_option
def command(
    invocation: Invocation, dataset: Path, *, upload: str, keep: Path | None
) -> int:
    """Deposit your dataset into an archive on your own computer.

    The embedded archive behaves as the BioImage Archive does, refusals included,
    listens on this computer only and ends with the command. Its accession is worth
    nothing; everything else is as it will be.
    """
    invocation.resumable = keep is not None
    receipt, path, report = rehearsed(invocation, dataset, upload=upload, keep=keep)
    if invocation.output.format == "json":
        invocation.output.json(
            {
                "accession": receipt.accession,
                "status": receipt.status,
                "receipt": str(path),
                "files": len(receipt.files),
                "verified": report.to_json(),
            }
        )
    return ExitCode.DONE if report.ok else ExitCode.FINDINGS


def rehearsed(
    invocation: Invocation,
    dataset: Path,
    *,
    upload: str = "auto",
    keep: Path | None = None,
    receipt_path: Path | None = None,
) -> tuple[Receipt, Path, Report]:
    """Deposit into the embedded archive and compare what it holds.

    Parameters
    ----------
    invocation
        How the program was called.
    dataset
        The dataset's folder or its submission document.
    upload
        How files travel.
    keep
        Where the archive keeps what it receives.
    receipt_path
        Where the receipt goes; beside the other generated files by default.

    Returns
    -------
    Receipt
        What the deposit ended with.
    Path
        Where the receipt is.
    Report
        Differences found by reading every file back.
    """
    from fairsubmit.cli.deposit import deposit, print_receipt
    from fairsubmit.cli.embedded import embedded, insist_on_room
    from fairsubmit.cli.verify import compared, print_comparison
    from fairsubmit.dataset import open_dataset
    from fairsubmit.pipeline import work_folder

    opened = open_dataset(dataset)
    insist_on_room(sum(opened.files[p].size for p in opened.selected), keep)
    work = work_folder(opened.root, invocation.config.state_dir)
    path = receipt_path or work / "rehearsal-receipt.json"
    with embedded(invocation, keep, upload) as (archive, state):
        receipt = deposit(invocation, dataset, archive, state=state)
        receipt.write(path)
        report = compared(invocation, receipt, archive, read_back=True)
    if invocation.output.format == "human":
        print_receipt(invocation.output, receipt, path)
        print_comparison(invocation, receipt, report, read_back=True)
    return receipt, path, report
