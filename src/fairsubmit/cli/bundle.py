"""``fairsubmit bundle``: what would travel, listed and described."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option, state_option
from fairsubmit.cli.output import human_size, plural

if TYPE_CHECKING:
    from fairsubmit.bundle import Bundle


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
@click.option(
    "--archive",
    metavar="NAME",
    default="bioimage-archive",
    show_default=True,
    help="Whose demands are checked, and whose document is written.",
)
@format_option("json")
@state_option
def command(
    invocation: Invocation, dataset: Path, *, folder: Path | None, archive: str
) -> int:
    """Hash the files and write what travels beside them.

    Each file is read once. Nothing is copied or moved; what is written are the file
    lists, the RO-Crate and the submission as the archive will get it (PageTab).
    """
    from fairsubmit.cli.connection import Target, connected
    from fairsubmit.cli.steps import bundled, checked
    from fairsubmit.findings import Report
    from fairsubmit.receipt import Draft

    ready = checked(invocation, dataset, archive)
    made = bundled(invocation, ready, folder)
    place = connected(invocation, Target(archive), needs_token=False)
    try:
        report = Report(tuple(place.check(made)))
        document = made.folder / f"{archive}.json"
        document.write_bytes(place.render(made, Draft("", None, "")))
    finally:
        place.close()
    invocation.print_findings(report.findings)
    if invocation.output.format == "json":
        invocation.output.json(_json(made, document))
    else:
        _print(invocation, made, document)
    return ExitCode.DONE if report.ok else ExitCode.FINDINGS


def _json(made: Bundle, document: Path) -> dict[str, Any]:
    return {
        "fairsubmit_bundle": 1,
        "folder": str(made.folder),
        "files": len(made.manifest),
        "bytes": made.manifest.size,
        "documents": [entry.to_json() for entry in made.documents.entries],
        "file_lists": [
            {"pointer": listed.pointer, "path": listed.path, "rows": listed.rows}
            for listed in made.file_lists
        ],
        "rendered": str(document),
    }


def _print(invocation: Invocation, made: Bundle, document: Path) -> None:
    output = invocation.output
    rows = [(f.path, f"{f.rows:,}", f.pointer) for f in made.file_lists]
    output.table(("file list", "files", "of"), rows, right=" r")
    files, size = plural(len(made.manifest), "file"), human_size(made.manifest.size)
    output.result(f"{files}, {size}, described in {made.folder}")
    output.result(f"the submission as the archive will get it: {document}")
    output.hint(f"fairsubmit plan {invocation.shown_root}")
