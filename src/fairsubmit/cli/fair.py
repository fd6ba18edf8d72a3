"""``fairsubmit fair``: how FAIR a dataset is before the deposit, with the evidence."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option, state_option

if TYPE_CHECKING:
    from fairsubmit.lint.fair import Completeness, Facts, Judged

_MISSING = 5


@make_command(
    "fair",
    examples=(
        "fairsubmit fair my-dataset",
        "fairsubmit fair my-dataset --format json > fair.json",
        "fairsubmit fair S-BIAD123.json",
    ),
    codes=(ExitCode.FINDINGS, ExitCode.LOCAL_FILES),
)
@click.argument("path", metavar="DATASET", type=click.Path(exists=True, path_type=Path))
@format_option("json")
@state_option
def command(invocation: Invocation, path: Path) -> int:
    """Say how FAIR a dataset is before it is deposited.

    DATASET is all that `fairsubmit lint` takes. Each indicator of the RDA FAIR data
    maturity model gets a verdict and what it rests on; what only the archive can tell
    is left to it. There is no score. JSON has the shape of F-UJI's results.
    """
    from fairsubmit.lint.fair import completeness, fuji_results, judge

    facts = _facts(invocation, path)
    judged = judge(facts)
    modules = list(completeness(facts.document))
    if invocation.output.format == "json":
        found = fuji_results(facts)
        found["rda_indicators"] = [_indicator(each) for each in judged]
        found["rda_summary"] = _summary(judged)
        found["completeness"] = [each._asdict() for each in modules]
        invocation.output.json(found)
    else:
        _print(invocation, judged, modules)
    return ExitCode.DONE


def _facts(invocation: Invocation, path: Path) -> Facts:
    from fairsubmit.cli.inputs import Checking, is_submission
    from fairsubmit.cli.steps import prepared
    from fairsubmit.lint import all_rules
    from fairsubmit.lint.base import MIN
    from fairsubmit.lint.fair import gather
    from fairsubmit.pipeline import IMAGE_RECORDS, read_image_records

    minimum = [rule.code for rule in all_rules() if rule.gate == MIN]
    if not is_submission(path):
        checking = Checking(invocation, select=[], ignore=[], archive=None, workers=1)
        document, report = checking.check(path)
        return gather(document, report, minimum)
    ready = prepared(invocation, path)
    records = ready.work / IMAGE_RECORDS
    images = read_image_records(records) if records.is_file() else ()
    dataset = ready.dataset
    return gather(
        dataset.document, ready.report, minimum, groups=dataset.groups, images=images
    )


def _indicator(judged: Judged) -> dict[str, Any]:
    indicator, answer = judged
    return {
        "id": indicator.id,
        "priority": indicator.priority,
        "text": indicator.text,
        "verdict": answer.verdict.value,
        "evidence": [each._asdict() for each in answer.evidence],
    }


def _summary(judged: list[Judged]) -> dict[str, dict[str, int]]:
    """Count the verdicts of each priority."""
    counted: dict[str, Counter[str]] = {}
    for indicator, answer in judged:
        counted.setdefault(indicator.priority, Counter())[answer.verdict.value] += 1
    return {priority: dict(found) for priority, found in counted.items()}


def _print(
    invocation: Invocation, judged: list[Judged], modules: list[Completeness]
) -> None:
    output = invocation.output
    rows = []
    for indicator, answer in judged:
        first = answer.evidence[0] if answer.evidence else None
        more = f" (+{len(answer.evidence) - 1})" if len(answer.evidence) > 1 else ""
        reason = f"{first.field}: {first.value}{more}" if first else ""
        name = indicator.id.removeprefix("RDA-")
        rows.append((name, indicator.priority, answer.verdict.value, reason))
    output.table(("RDA", "priority", "verdict", "evidence"), rows)
    output.result("")
    for priority, counted in _summary(judged).items():
        words = ", ".join(f"{count} {verdict}" for verdict, count in counted.items())
        output.result(f"{priority}: {words}")
    output.result("")
    output.table(
        ("standard", "module", "parts", "required", "recommended", "missing"),
        [_module(each) for each in modules],
        "llrrr",
    )


def _module(found: Completeness) -> tuple[str, ...]:
    missing = ", ".join(found.missing[:_MISSING])
    more = len(found.missing) - _MISSING
    return (
        found.standard,
        found.module,
        str(found.parts),
        _share(found.required),
        _share(found.recommended),
        missing + (f" and {more} more" if more > 0 else ""),
    )


def _share(counted: tuple[int, int]) -> str:
    return f"{counted[0]}/{counted[1]}"
