"""``fairsubmit lint``: everything that is wrong, before a byte moves."""

from __future__ import annotations

from pathlib import Path

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option, state_option


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

    DATASET is a folder with a submission.yaml, or that file. Errors stop a
    submission, warnings and notes do not.
    """
    from fairsubmit.cli.findings import moved, sources, written
    from fairsubmit.cli.steps import prepared
    from fairsubmit.findings import Report

    output = invocation.output
    report = Report()
    for path in paths:
        found = prepared(
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
            more = moved(found.report, root if len(paths) > 1 else "")
        else:
            more = found.report
            text = written(more, output.format, root, sources(found.dataset))
            if text:
                output.result(text)
        report = Report(report.findings + more.findings, report.waived + more.waived)
    if output.format == "json":
        output.json(report.to_json())
    return ExitCode.DONE if report.ok else ExitCode.FINDINGS


def _codes(text: str | None) -> list[str]:
    return [code.strip() for code in (text or "").split(",") if code.strip()]
