"""A deposit with everything that a person sees of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.cli.interrupt import stopping
from fairsubmit.cli.output import human_size, plural
from fairsubmit.cli.progress import shown
from fairsubmit.cli.steps import bundled, checked
from fairsubmit.pipeline import submit

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.archives.base import Archive
    from fairsubmit.cli.invocation import Invocation
    from fairsubmit.cli.output import Output
    from fairsubmit.receipt import Receipt

__all__ = ["deposit", "print_receipt"]


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
