"""Write a report for a person, a program or a code host. Pure functions.

`REPORTS` names the styles.
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

# For people: with excerpts of the texts, and colours where they may be.
_PEOPLE: Mapping[str, Callable[..., str]] = {"human": human, "concise": concise}
_PROGRAMS: Mapping[str, Callable[[Report], str]] = {
    "json": to_json,
    "jsonl": json_lines,
    "github": github,
    "gitlab": gitlab,
    "junit": junit,
    "sarif": sarif,
    "html": html,
}
# All styles, in the order in which help lists them.
REPORTS = (*_PEOPLE, *_PROGRAMS)


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
    if style in _PEOPLE:
        return _PEOPLE[style](report, sources=sources, colour=colour)
    if style in _PROGRAMS:
        return _PROGRAMS[style](report)
    message = f"there is no report style {style!r}"
    raise ConfigError(message, hint=f"use one of: {', '.join(sorted(REPORTS))}")


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
