"""``fairsubmit lint``: everything that is wrong, before a byte moves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option, state_option
from fairsubmit.cli.online import online_option, registries
from fairsubmit.cli.output import plural

if TYPE_CHECKING:
    from fairsubmit.findings import Report
    from fairsubmit.lint.lookup import Lookup
    from fairsubmit.metadata.load import Document

# Of several datasets, these are printed as one document at the end.
_WHOLE = frozenset({"json", "jsonl", "gitlab", "junit", "sarif", "html"})
NEVER = "never"


@make_command(
    "lint",
    examples=(
        "fairsubmit lint my-dataset",
        "fairsubmit lint my-dataset --archive bioimage-archive",
        "fairsubmit lint my-dataset --diff",
        "fairsubmit lint my-dataset --fix",
        "fairsubmit lint my-dataset --online",
        "fairsubmit lint my-dataset --select PPL,IMG1 --ignore IMG104",
        "fairsubmit lint my-dataset --format sarif > lint.sarif",
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
@click.option("--fix", is_flag=True, help="Apply the safe cures first ([*]).")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: all cures.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, only that.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule.")
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    metavar="FILE",
    help="A JSON report: what it has is not told again.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", NEVER]),
    default="error",
    show_default=True,
    help="The least that ends with exit code 1.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Processes that read image headers; by default, up to four for many files.",
)
@online_option
@format_option("concise", "json", "jsonl", "github", "gitlab", "junit", "sarif", "html")
@state_option
def command(  # noqa: PLR0913 - one parameter an option
    invocation: Invocation,
    paths: tuple[Path, ...],
    *,
    select: str | None,
    ignore: str | None,
    archive: str | None,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    statistics: bool,
    baseline: Path | None,
    fail_on: str,
    workers: int | None,
    online: bool,
) -> int:
    """Check datasets: submission.yaml, file tables and images.

    DATASET is a folder with a submission.yaml, or that file. What others have is
    read too: PageTab (JSON or TSV), an RO-Crate, a deposition of EMPIAR, a file
    table, an image. Errors stop a submission, warnings and notes do not.
    """
    from fairsubmit.lint.baseline import read_baseline

    chosen = _Chosen(
        select=_codes(select),
        ignore=_codes(ignore),
        archive=archive or invocation.config.archive,
        workers=workers,
        lookup=click.get_current_context().with_resource(
            registries(invocation, online=online)
        ),
    )
    if fix or diff:
        changed = _cure(invocation, paths, chosen, unsafe=unsafe_fixes, show=diff)
        if diff:
            return ExitCode.FINDINGS if changed else ExitCode.DONE
    known = None if baseline is None else read_baseline(baseline)
    report = _reports(invocation, paths, chosen, known, statistics=statistics)
    return ExitCode.FINDINGS if _fails(report, fail_on) else ExitCode.DONE


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What is checked."""

    select: list[str]
    ignore: list[str]
    archive: str | None
    workers: int | None
    lookup: Lookup | None = None


def _codes(text: str | None) -> list[str]:
    return [code.strip() for code in (text or "").split(",") if code.strip()]


def _fails(report: Report, fail_on: str) -> bool:
    from fairsubmit.findings import Severity

    if fail_on == NEVER:
        return False
    levels = [severity.value for severity in Severity]
    failing = levels[: levels.index(fail_on) + 1]
    return any(report.summary[level] for level in failing)


def _cure(
    invocation: Invocation,
    paths: tuple[Path, ...],
    chosen: _Chosen,
    *,
    unsafe: bool,
    show: bool,
) -> bool:
    """Cure each dataset, or show how; return whether anything is cured."""
    from fairsubmit.cli.inputs import is_submission
    from fairsubmit.dataset import open_dataset
    from fairsubmit.lint.fix.dataset import cure

    changed = False
    for path in paths:
        if not is_submission(path):
            continue  # the record of an archive is not ours to change
        dataset = open_dataset(path)
        if dataset.document.cells:
            _say_workbook(invocation, dataset.document)
        found = cure(
            dataset,
            unsafe=unsafe,
            select=chosen.select,
            ignore=chosen.ignore,
            archive=chosen.archive,
            lookup=chosen.lookup,
        )
        changed = changed or bool(found.after)
        if show and found.after:
            invocation.output.result(found.difference().rstrip("\n"))
        elif found.after:
            found.write()
            names = ", ".join(sorted(found.after))
            invocation.output.say(f"{plural(found.count, 'cure')} applied to {names}")
    return changed


def _say_workbook(invocation: Invocation, document: Document) -> None:
    name = document.path
    invocation.output.warn(
        f"{name} is left as it is: a workbook is corrected in its cells; cures are "
        f"for text, see `fairsubmit convert {name} submission.yaml`"
    )


def _reports(
    invocation: Invocation,
    paths: tuple[Path, ...],
    chosen: _Chosen,
    baseline: Report | None,
    *,
    statistics: bool,
) -> Report:
    """Check each dataset and print what was found; return it as one report."""
    from fairsubmit.cli.findings import moved, written
    from fairsubmit.findings import Report as Whole
    from fairsubmit.lint.baseline import without_known

    output = invocation.output
    whole = statistics or output.format in _WHOLE
    report = Whole()
    for path in paths:
        document, more = _checked(invocation, path, chosen)
        root = invocation.shown_root
        if baseline is not None:
            more = without_known(more, baseline)
        if whole:
            # One dataset's paths stay relative to it; of several, they are told apart.
            more = moved(more, root if len(paths) > 1 else "")
        else:
            text = written(more, output.format, root, {document.path: document.text})
            if text:
                output.result(text)
        report = Whole(report.findings + more.findings, report.waived + more.waived)
    if statistics:
        _count(invocation, report)
    elif output.format == "json":
        output.json(report.to_json())
    elif whole and (text := written(report, output.format)):
        output.result(text)
    return report


def _count(invocation: Invocation, report: Report) -> None:
    """Print the number of findings of each rule, the most frequent first."""
    from fairsubmit.lint.reports import statistics

    output = invocation.output
    counted = statistics(report)
    if output.format in {"json", "jsonl"}:
        output.json([row._asdict() for row in counted])
        return
    rows = [(f"{r.places:,}", r.code, r.severity, r.fix or "", r.name) for r in counted]
    output.table(("count", "code", "severity", "cure", "rule"), rows, "r")


def _checked(
    invocation: Invocation, path: Path, chosen: _Chosen
) -> tuple[Document, Report]:
    """Check a dataset with its files, or anything else that is read, alone."""
    from fairsubmit.cli.inputs import Checking

    return Checking(
        invocation,
        select=chosen.select,
        ignore=chosen.ignore,
        archive=chosen.archive,
        workers=chosen.workers,
        lookup=chosen.lookup,
    ).check(path)
