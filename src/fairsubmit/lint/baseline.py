"""Findings that were there before: only new ones are told."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from fairsubmit.errors import ConfigError
from fairsubmit.findings import Report, Waiver

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.findings import Finding

__all__ = ["read_baseline", "without_known"]

REASON = "in the baseline"
_NUMBERS = re.compile(r"\d[\d,.]*")
_Key = tuple[str, str, str]


def _key(finding: Finding) -> _Key:
    """Return what makes a finding the same one; lines move, so they do not count."""
    words = finding.pointer if finding.count == 1 else None
    return finding.code, finding.path or "", words or _bare(finding.message)


def _bare(message: str) -> str:
    """Leave out numbers, which change with the number of files."""
    return _NUMBERS.sub("#", message)


def read_baseline(path: Path) -> Report:
    """Read a lint report that was written with ``--format json``.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    ConfigError
        If it cannot be read, or is no lint report.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
        return Report.from_json(value)
    except OSError as error:
        message = f"the baseline {path} cannot be read: {error.strerror or error}"
        hint = "`fairsubmit lint … --format json > FILE` writes one"
        raise ConfigError(message, hint=hint) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"the baseline {path} is no lint report"
        hint = "`fairsubmit lint … --format json > FILE` writes one"
        raise ConfigError(message, hint=hint) from error


def without_known(report: Report, baseline: Report) -> Report:
    """Move findings that the baseline has to the waived ones.

    A finding that stands for many places is known as far as the baseline's counts; one
    that has become more is told whole.

    Parameters
    ----------
    report
        What the linter found now.
    baseline
        What it found then.
    """
    known: Counter[_Key] = Counter()
    for finding in baseline.findings:
        known[_key(finding)] += finding.count
    kept, waived = [], list(report.waived)
    for finding in report.findings:
        key = _key(finding)
        if finding.count <= known[key]:
            known[key] -= finding.count
            waived.append(Waiver(finding, REASON))
        else:
            kept.append(finding)
    return Report(tuple(kept), tuple(waived))
