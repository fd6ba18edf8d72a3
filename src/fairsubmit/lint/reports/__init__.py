"""Write a report for a person, a program or a code host. Pure functions.

`REPORTS` is the table of styles; each is called with a report, the texts for excerpts
by path, and whether it may colour.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import ConfigError
from fairsubmit.lint.reports.code_hosts import github, gitlab
from fairsubmit.lint.reports.human import concise, human
from fairsubmit.lint.reports.page import html
from fairsubmit.lint.reports.structured import json_lines, junit, sarif, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fairsubmit.findings import Fix, Report

__all__ = ["REPORTS", "Statistic", "render", "statistics"]

REPORTS: Mapping[str, Callable[..., str]] = {
    "human": human,
    "concise": concise,
    "json": to_json,
    "jsonl": json_lines,
    "github": github,
    "gitlab": gitlab,
    "junit": junit,
    "sarif": sarif,
    "html": html,
}


def render(
    report: Report,
    style: str,
    *,
    sources: Mapping[str, str] | None = None,
    colour: bool = False,
) -> str:
    """Write a report in one of the styles of `REPORTS`.

    Parameters
    ----------
    report
        What the linter found.
    style
        A key of `REPORTS`.
    sources
        Text of documents and file tables by path, for excerpts.
    colour
        Whether it may colour.

    Raises
    ------
    ConfigError
        If there is no such style.
    """
    writer = REPORTS.get(style)
    if writer is None:
        message = f"there is no report style {style!r}"
        raise ConfigError(message, hint=f"use one of: {', '.join(sorted(REPORTS))}")
    return writer(report, sources=sources, colour=colour)


class Statistic(NamedTuple):
    """How often a rule spoke.

    Attributes
    ----------
    places
        How many; a finding that stands for many counts as many.
    code, name, severity
        Of the rule.
    fix
        The least safe of the cures of its findings, or ``None``.
    """

    places: int
    code: str
    name: str
    severity: str
    fix: Fix | None


def statistics(report: Report) -> list[Statistic]:
    """Count the findings of each rule, the most frequent first."""
    counts: Counter[tuple[str, str, str]] = Counter()
    fixes: dict[str, Fix] = {}
    for finding in report.findings:
        counts[finding.code, finding.name, finding.severity.value] += finding.count
        if finding.fix and fixes.get(finding.code) != "unsafe":
            fixes[finding.code] = finding.fix
    rows = [Statistic(count, *key, fixes.get(key[0])) for key, count in counts.items()]
    return sorted(rows, key=lambda row: (-row.places, row.code))
