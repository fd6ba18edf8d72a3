"""A report for a person: places, excerpts, cures, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fairsubmit.findings import Finding, Report

__all__ = ["concise", "human"]

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
# Longer lines are cut in the excerpt, so that the caret stays in view.
_EXCERPT_WIDTH = 88


def human(
    report: Report, *, sources: Mapping[str, str] | None = None, colour: bool = False
) -> str:
    """Write a report for a person: each finding with its place, then the counts.

    Parameters
    ----------
    report
        What the linter found.
    sources
        Text of documents and file tables by path, for excerpts.
    colour
        Whether to colour by terminal escape sequences.
    """
    paint = _Paint(colour)
    blocks = [_block(finding, sources or {}, paint) for finding in report.findings]
    return "\n\n".join([*blocks, _summary(report, paint)]) + "\n"


def concise(
    report: Report, *, sources: Mapping[str, str] | None = None, colour: bool = False
) -> str:
    """Write one line for each finding, then the counts.

    Parameters
    ----------
    report
        What the linter found.
    sources
        Not used.
    colour
        Whether to colour by terminal escape sequences.
    """
    del sources
    paint = _Paint(colour)
    lines = [_head(finding, paint) for finding in report.findings]
    return "\n".join([*lines, _summary(report, paint)]) + "\n"


class _Paint:
    def __init__(self, colour: bool) -> None:  # noqa: FBT001 - private
        self.colour = colour

    def __call__(self, text: str, codes: str) -> str:
        return f"\033[{codes}m{text}\033[0m" if self.colour else text


def _head(finding: Finding, paint: _Paint) -> str:
    code = paint(finding.code, f"{_COLOURS[finding.severity]};1")
    place = f"{paint(_visible(finding.place), '1')}: " if finding.place else ""
    marker = " [*]" if finding.fix == "safe" else ""
    level = "" if finding.severity is Severity.ERROR else f"{finding.severity.value}: "
    return f"{place}{code}{marker} {level}{_visible(finding.message)}"


def _block(finding: Finding, sources: Mapping[str, str], paint: _Paint) -> str:
    lines = [_head(finding, paint)]
    lines += _excerpt(finding, sources, paint)
    if finding.help:
        lines.append(f"  {paint('help:', '36')} {_visible(finding.help)}")
    return "\n".join(lines)


def _excerpt(
    finding: Finding, sources: Mapping[str, str], paint: _Paint
) -> Iterator[str]:
    text = sources.get(finding.path or "")
    if not text or finding.line is None:
        return
    lines = text.split("\n")
    if finding.line > len(lines):
        return
    line = lines[finding.line - 1].rstrip("\r")
    if not line.strip():
        return
    start = (finding.column or 1) - 1
    cut = max(0, start - _EXCERPT_WIDTH // 2) if len(line) > _EXCERPT_WIDTH else 0
    shown = line[cut : cut + _EXCERPT_WIDTH]
    inside = line[:start].count("[") + line[:start].count("{")
    width = max(1, _token(line[start:], ",]}" if inside else ""))
    number = str(finding.line)
    gutter = " " * len(number)
    carets = "^" * min(width, max(1, len(shown) - (start - cut)))
    bar = paint("|", "34")
    yield f"{gutter} {bar}"
    yield f"{number} {bar} {_one_wide(shown)}"
    yield f"{gutter} {bar} {' ' * (start - cut)}{paint(carets, '31;1')}"


def _token(rest: str, ends: str) -> int:
    """Count the characters that the carets underline: to the end of the value.

    Parameters
    ----------
    rest
        The line from the place on.
    ends
        What ends a value here, beside ``: `` and a comment.
    """
    stripped = rest.split(" #", 1)[0].rstrip()
    if stripped[:1] in {"{", "["}:
        return 1
    if stripped[:1] in {'"', "'"}:
        end = stripped.find(stripped[0], 1)
        return end + 1 if end > 0 else len(stripped)
    for end, char in enumerate(stripped):
        if char in ends or stripped[end : end + 2] == ": ":
            return end
    return len(stripped.removesuffix(":"))


def _one_wide(text: str) -> str:
    """Replace what would not take one column, so that carets stay below."""
    return "".join(c if c.isprintable() else "�" for c in text.replace("\t", " "))


def _visible(text: str) -> str:
    """Keep control characters of a value from reaching the terminal."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def _summary(report: Report, paint: _Paint) -> str:
    counts = [
        paint(_plural(count, severity), _COLOURS[Severity(severity)])
        for severity, count in report.summary.items()
        if count
    ]
    words = f"Found {', '.join(counts)}." if counts else "Nothing to correct."
    if report.waived:
        codes = ", ".join(sorted({waiver.finding.code for waiver in report.waived}))
        words += f" {len(report.waived):,} waived with a reason: {codes}."
    return words


def _plural(count: int, severity: str) -> str:
    if severity == Severity.INFO:
        return f"{count:,} {'note' if count == 1 else 'notes'}"
    return f"{count:,} {severity}{'' if count == 1 else 's'}"
