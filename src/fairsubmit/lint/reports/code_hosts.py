"""Reports that code hosts show beside the lines: GitHub Actions, GitLab."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity

if TYPE_CHECKING:
    from fairsubmit.findings import Finding, Report

__all__ = ["github", "gitlab"]

_GITHUB_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}
# GitLab documentation, "Code Quality report format": severity.
_GITLAB_LEVELS = {
    Severity.ERROR: "major",
    Severity.WARNING: "minor",
    Severity.INFO: "info",
}


def github(report: Report) -> str:
    """Write a report as workflow commands of GitHub Actions, one a line.

    Escapes as the Actions toolkit does: ``%``, CR and LF in messages, ``:`` and
    ``,`` in properties too.

    Parameters
    ----------
    report
        What the linter found.
    """
    return "".join(_command(finding) + "\n" for finding in report.findings)


def _command(finding: Finding) -> str:
    properties = {
        "title": f"{finding.code} {finding.name}",
        "file": finding.path,
        "line": finding.line,
        "col": finding.column,
    }
    listed = ",".join(
        f"{key}={_property(str(value))}"
        for key, value in properties.items()
        if value is not None
    )
    words = _words(finding)
    if finding.help:
        words += f"\nhelp: {finding.help}"
    return f"::{_GITHUB_LEVELS[finding.severity]} {listed}::{_data(words)}"


def _words(finding: Finding) -> str:
    """Return the sentence; where there is no line to stand beside, with its cell."""
    cell = finding.cell if finding.line is None else None
    return f"{cell}: {finding.message}" if cell else finding.message


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def gitlab(report: Report) -> str:
    """Write a report as a GitLab Code Quality artifact: one JSON array.

    Parameters
    ----------
    report
        What the linter found.
    """
    seen: dict[str, int] = {}
    issues = [_issue(finding, seen) for finding in report.findings]
    return json.dumps(issues, indent=1, ensure_ascii=False) + "\n"


def _issue(finding: Finding, seen: dict[str, int]) -> dict[str, object]:
    path = finding.path or "."
    # Not the line: a finding that moved is the same finding.
    key = "\0".join([finding.code, path, finding.pointer or "", finding.message])
    seen[key] = seen.get(key, 0) + 1
    fingerprint = hashlib.sha256(f"{key}\0{seen[key]}".encode()).hexdigest()
    return {
        "description": f"{finding.code} {_words(finding)}",
        "check_name": finding.name,
        "fingerprint": fingerprint,
        "severity": _GITLAB_LEVELS[finding.severity],
        "location": {"path": path, "lines": {"begin": finding.line or 1}},
    }
