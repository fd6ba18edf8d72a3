"""Reports for programs: JSON, one finding a line, JUnit XML, SARIF."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from fairsubmit.findings import Severity
from fairsubmit.lint.rules import all_rules
from fairsubmit.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fairsubmit.findings import Finding, Report
    from fairsubmit.lint.base import Rule

__all__ = ["json_lines", "junit", "sarif", "to_json"]

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_HOME = "https://pypi.org/project/fairsubmit/"
# SARIF 2.1.0 section 3.27.10, level.
_SARIF_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


def to_json(report: Report) -> str:
    """Write a report as one JSON object; see ``schemas/lint-report-1.schema.json``.

    Parameters
    ----------
    report
        What the linter found.
    """
    return report.dumps() + "\n"


def json_lines(report: Report) -> str:
    """Write one JSON object a line; a waived finding has a ``reason``.

    Parameters
    ----------
    report
        What the linter found.
    """
    objects = [finding.to_json() for finding in report.findings]
    objects += [waiver.to_json() for waiver in report.waived]
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in objects)


def junit(report: Report) -> str:
    """Write a report as JUnit XML: a suite for each file, a failure for each error.

    Warnings and notes are cases that passed, with their words as output; a report
    without any finding is one case that passed.

    Parameters
    ----------
    report
        What the linter found.
    """
    suites: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        suites[finding.path or "dataset"].append(finding)
    body = "".join(_suite(path, found) for path, found in suites.items())
    if not body:
        body = (
            '<testsuite name="fairsubmit" tests="1" failures="0">'
            '<testcase classname="fairsubmit" name="lint"/></testsuite>'
        )
    total = max(1, len(report.findings))
    head = f'name="fairsubmit" tests="{total}" failures="{len(report.errors)}"'
    declaration = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{declaration}\n<testsuites {head}>{body}\n</testsuites>\n"


def _suite(path: str, findings: list[Finding]) -> str:
    failures = sum(f.severity is Severity.ERROR for f in findings)
    head = f'tests="{len(findings)}" failures="{failures}"'
    cases = "".join(map(_case, findings))
    return f"\n<testsuite name={_attribute(path)} {head}>{cases}\n</testsuite>"


def _case(finding: Finding) -> str:
    name = _attribute(f"{finding.code} {finding.name} {finding.place}".strip())
    words = _xml("\n".join(filter(None, [finding.message, finding.help])))
    if finding.severity is Severity.ERROR:
        inside = f"<failure message={_attribute(finding.message)}>{words}</failure>"
    else:
        inside = f"<system-out>{words}</system-out>"
    return f'\n<testcase classname="fairsubmit" name={name}>{inside}</testcase>'


def _attribute(text: str) -> str:
    return quoteattr(_allowed(text))


def _xml(text: str) -> str:
    return escape(_allowed(text))


def _allowed(text: str) -> str:
    """Replace what XML 1.0 cannot hold (section 2.2)."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)


def sarif(report: Report) -> str:
    """Write a report as SARIF 2.1.0 (OASIS); columns count characters.

    Parameters
    ----------
    report
        What the linter found.
    """
    known = {rule.code: rule for rule in all_rules()}
    found = [(finding, None) for finding in report.findings]
    waived = [(waiver.finding, waiver.reason) for waiver in report.waived]
    used = sorted({finding.code for finding, _ in (*found, *waived)})
    index = {code: at for at, code in enumerate(used)}
    driver = {
        "name": "fairsubmit",
        "version": VERSION,
        "informationUri": _HOME,
        "rules": [_descriptor(code, known.get(code)) for code in used],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(f, reason, index) for f, reason in (*found, *waived)],
    }
    log = {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _descriptor(code: str, rule: Rule | None) -> dict[str, object]:
    if rule is None:
        return {"id": code}
    return {
        "id": code,
        "name": "".join(word.title() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.sections.get("What it does", rule.summary)},
        "help": {"text": rule.sections.get("How to fix", rule.summary)},
        "defaultConfiguration": {"level": _SARIF_LEVELS[rule.severity]},
    }


def _result(
    finding: Finding, reason: str | None, index: Mapping[str, int]
) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [_location(finding)] if finding.path else [],
    }
    if finding.count > 1:
        result["occurrenceCount"] = finding.count
    if reason is not None:
        suppression = {"kind": "inSource", "justification": reason}
        result["suppressions"] = [suppression]
    return result


def _location(finding: Finding) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": quote(finding.path or "")}}
    if finding.line is not None:
        region = {"startLine": finding.line}
        if finding.column is not None:
            region["startColumn"] = finding.column
        place["region"] = region
    location: dict[str, object] = {"physicalLocation": place}
    inside = finding.cell or finding.pointer
    if inside:
        location["logicalLocations"] = [{"fullyQualifiedName": inside}]
    return location
