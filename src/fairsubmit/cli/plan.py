"""``fairsubmit plan``: what a submission would send."""

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
    from fairsubmit.cli.output import Output
    from fairsubmit.transfer import Plan

VERBS = {"send": "to send", "skip": "there already", "refuse": "refused"}


@make_command(
    "plan",
    examples=(
        "fairsubmit plan my-dataset --archive bioimage-archive",
        "fairsubmit plan my-dataset --archive directory --to /staging --format json",
    ),
    codes=(ExitCode.FINDINGS, ExitCode.TEMPORARY, ExitCode.LOCAL_FILES),
)
@click.argument("dataset", type=click.Path(exists=True, path_type=Path))
@target_options
@click.option("--files", is_flag=True, help="List every file.")
@format_option("json")
@state_option
def command(
    invocation: Invocation, dataset: Path, *, target: Target, files: bool
) -> int:
    """Say what a submission would send, skip or refuse.

    Nothing is created at the archive. A file is skipped when the archive holds it
    with the same size, from an earlier run of this deposit.
    """
    from fairsubmit.cli.connection import connected
    from fairsubmit.cli.steps import bundled, checked
    from fairsubmit.findings import Report
    from fairsubmit.pipeline import plan

    ready = checked(invocation, dataset, target.name)
    made = bundled(invocation, ready)
    archive = connected(invocation, target, needs_token=False)
    try:
        report = Report(tuple(archive.check(made)))
        made_plan = plan(made, archive, state=invocation.config.state_dir)
    finally:
        archive.close()
    invocation.print_findings(report.findings)
    if invocation.output.format == "json":
        invocation.output.json(made_plan.to_json())
    else:
        _print(invocation.output, made_plan, files=files)
    return ExitCode.DONE if report.ok else ExitCode.FINDINGS


def _print(output: Output, plan: Plan, *, files: bool) -> None:
    if files:
        rows = [
            (
                step.item.entry.path,
                human_size(step.item.entry.size),
                VERBS[step.action],
                step.reason,
            )
            for step in plan.steps
        ]
        output.table(("file", "size", "", "because"), rows, right=" r")
    from fairsubmit.transfer import Action

    for action in Action:
        count = plan.count(action)
        if count or action is Action.SEND:
            size = human_size(plan.size(action))
            calls = plural(plan.requests, "request") if action is Action.SEND else ""
            text = f"{VERBS[action]}: {plural(count, 'file')}, {size}"
            output.result(f"{text}, in {calls}" if calls else text)
