"""``fairsubmit lint``: everything that is wrong, before a byte moves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option, state_option

if TYPE_CHECKING:
    from fairsubmit.findings import Report
    from fairsubmit.metadata.load import Document


@make_command(
    "lint",
    examples=(
        "fairsubmit lint my-dataset",
        "fairsubmit lint my-dataset --archive bioimage-archive",
        "fairsubmit lint my-dataset --select PPL,IMG1 --ignore IMG104",
        "fairsubmit lint my-dataset --format github",
    ),
    codes=(ExitCode.FINDINGS, ExitCode.LOCAL_FILES),
)
@click.argument(
    "paths",
    metavar="DATASET...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.option("--select", metavar="CODES", help="Only rules that begin with these.")
@click.option("--ignore", metavar="CODES", help="No rules that begin with these.")
@click.option("--archive", metavar="NAME", help="Check this archive's demands too.")
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Processes that read image headers.",
)
@format_option("json", "github")
@state_option
def command(
    invocation: Invocation,
    paths: tuple[Path, ...],
    *,
    select: str | None,
    ignore: str | None,
    archive: str | None,
    workers: int,
) -> int:
    """Check datasets: submission.yaml, file tables and images.

    DATASET is a folder with a submission.yaml, or that file, or the PageTab JSON
    of a record that an archive holds. Errors stop a submission, warnings and
    notes do not.
    """
    from fairsubmit.cli.findings import moved, written
    from fairsubmit.findings import Report as Whole

    output = invocation.output
    report = Whole()
    for path in paths:
        document, more = _checked(
            invocation,
            path,
            archive=archive or invocation.config.archive,
            select=_codes(select),
            ignore=_codes(ignore),
            workers=workers,
        )
        root = invocation.shown_root
        if output.format == "json":
            # One dataset's paths stay relative to it; of several, they are told apart.
            more = moved(more, root if len(paths) > 1 else "")
        else:
            text = written(more, output.format, root, {document.path: document.text})
            if text:
                output.result(text)
        report = Whole(report.findings + more.findings, report.waived + more.waived)
    if output.format == "json":
        output.json(report.to_json())
    return ExitCode.DONE if report.ok else ExitCode.FINDINGS


def _checked(
    invocation: Invocation,
    path: Path,
    *,
    archive: str | None,
    select: list[str],
    ignore: list[str],
    workers: int,
) -> tuple[Document, Report]:
    """Check a dataset with its files, or a record of an archive, alone."""
    from fairsubmit.cli.steps import prepared
    from fairsubmit.dataset import read_document
    from fairsubmit.lint import lint
    from fairsubmit.lint.base import BIA

    if path.suffix.lower() == ".json" and path.is_file():
        document = read_document(path, path.name)
        if document.origins:
            invocation.shown_root = path.parent.as_posix()
            # the layout is that archive's, and so are the demands on it
            asked = archive or BIA
            return document, lint(document, select=select, ignore=ignore, archive=asked)
    ready = prepared(
        invocation,
        path,
        archive=archive,
        select=select,
        ignore=ignore,
        workers=workers,
    )
    return ready.dataset.document, ready.report


def _codes(text: str | None) -> list[str]:
    return [code.strip() for code in (text or "").split(",") if code.strip()]
