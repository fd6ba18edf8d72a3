"""A report as one HTML page that needs nothing beside it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity

if TYPE_CHECKING:
    from fairsubmit.findings import Finding, Report

__all__ = ["html"]

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem;
  padding: 0 1rem; color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .5rem; }
tr { border-bottom: 1px solid #ddd; }
td:first-child { overflow-wrap: anywhere; width: 30%; }
code { font-size: .9em; }
.error { color: #a40000; } .warning { color: #7a4d00; } .info { color: #1d4f91; }
.help { color: #444; }
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #1a1a1a; } tr { border-color: #444; }
  .error { color: #ff8a80; } .warning { color: #ffc46b; } .info { color: #90c2ff; }
  .help { color: #bbb; } }
"""
_WORDS = {
    Severity.ERROR: "must be corrected",
    Severity.WARNING: "should be looked at",
    Severity.INFO: "good to know",
}


def html(report: Report) -> str:
    """Write a report as a page: what must be corrected first, then the rest.

    Parameters
    ----------
    report
        What the linter found.
    """
    parts = [_section(report, severity) for severity in Severity]
    if not report.findings:
        parts = ["<p>Nothing to correct.</p>"]
    if report.waived:
        items = "".join(
            f"<li><code>{escape(w.finding.code)}</code> {escape(w.finding.message)}"
            f'<div class="help">{escape(w.reason)}</div></li>'
            for w in report.waived
        )
        parts.append(f"<h2>Waived with a reason</h2><ul>{items}</ul>")
    body = "\n".join(filter(None, parts))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>fairsubmit lint</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>What the linter found</h1>\n{body}\n</body></html>\n"
    )


def _section(report: Report, severity: Severity) -> str:
    found = [f for f in report.findings if f.severity is severity]
    if not found:
        return ""
    rows = "\n".join(map(_row, found))
    title = f"{len(found):,} {severity.value}{'' if len(found) == 1 else 's'}"
    title = title.replace("infos", "notes").replace("info", "note")
    return (
        f'<h2 class="{severity.value}">{title}: {_WORDS[severity]}</h2>\n'
        "<table><thead><tr><th>where</th><th>what</th></tr></thead>"
        f"<tbody>\n{rows}\n</tbody></table>"
    )


def _row(finding: Finding) -> str:
    cure = f'<div class="help">{escape(finding.help)}</div>' if finding.help else ""
    return (
        f"<tr><td><code>{escape(finding.place)}</code></td>"
        f"<td>{escape(finding.message)} "
        f'<small title="{escape(finding.name)}">{escape(finding.code)}</small>'
        f"{cure}</td></tr>"
    )
