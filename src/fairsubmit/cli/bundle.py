"""``fairsubmit bundle``: what would travel, listed and described."""

from __future__ import annotations

from pathlib import Path

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option, state_option
from fairsubmit.cli.output import human_size, plural


@make_command(
    "bundle",
    examples=(
        "fairsubmit bundle my-dataset",
        "fairsubmit bundle my-dataset --folder /scratch/bundle --format json",
    ),
    codes=(ExitCode.FINDINGS, ExitCode.LOCAL_FILES),
)
@click.argument("dataset", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the documents are written; .fairsubmit/bundle in DATASET by default.",
)
@click.option("--archive", metavar="NAME", help="Check this archive's demands too.")
@format_option("json")
@state_option
def command(
    invocation: Invocation, dataset: Path, *, folder: Path | None, archive: str | None
) -> None:
    """Hash the files and write file lists and the RO-Crate.

    Each file is read once. Nothing is copied or moved; what is written are the
    documents that travel beside the images.
    """
    from fairsubmit.cli.steps import bundled, checked

    ready = checked(invocation, dataset, archive or invocation.config.archive)
    made = bundled(invocation, ready, folder)
    output = invocation.output
    if output.format == "json":
        output.json(
            {
                "fairsubmit_bundle": 1,
                "folder": str(made.folder),
                "files": len(made.manifest),
                "bytes": made.manifest.size,
                "documents": [entry.to_json() for entry in made.documents.entries],
                "file_lists": [
                    {
                        "pointer": listed.pointer,
                        "path": listed.path,
                        "rows": listed.rows,
                    }
                    for listed in made.file_lists
                ],
            }
        )
        return
    rows = [(f.path, f"{f.rows:,}", f.pointer) for f in made.file_lists]
    output.table(("file list", "files", "of"), rows, right=" r")
    files = plural(len(made.manifest), "file")
    documents = plural(len(made.documents), "document")
    output.result(
        f"{files}, {human_size(made.manifest.size)}, described by {documents} in "
        f"{made.folder}"
    )
    output.hint(f"fairsubmit plan {dataset} --archive bioimage-archive")
