"""Findings on the terminal, as the linter writes them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fairsubmit.findings import Report, Waiver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fairsubmit.dataset import Dataset
    from fairsubmit.findings import Finding

__all__ = ["moved", "sources", "written"]


def moved(report: Report, root: str) -> Report:
    """Write paths so that they can be followed from where the person is.

    Parameters
    ----------
    report
        Paths are relative to the dataset.
    root
        The dataset's folder as typed.
    """
    if root in {"", "."}:
        return report

    def move(finding: Finding) -> Finding:
        if not finding.path or finding.path.startswith("/"):
            return finding
        return replace(finding, path=_below(root, finding.path))

    return Report(
        tuple(move(finding) for finding in report.findings),
        tuple(Waiver(move(w.finding), w.reason) for w in report.waived),
    )


def _below(root: str, path: str) -> str:
    return f"{root.rstrip('/')}/{path}"


def sources(dataset: Dataset) -> Mapping[str, str]:
    """Return the texts that findings point into, by path in the dataset."""
    return {dataset.document.path: dataset.document.text}


def written(
    report: Report, style: str, root: str = "", texts: Mapping[str, str] | None = None
) -> str:
    """Write a report; colours are for the stream to drop.

    Parameters
    ----------
    report
        What was found, with paths relative to the dataset.
    style
        As `fairsubmit.lint.render`.
    root
        The dataset's folder as typed.
    texts
        Texts for excerpts, by path relative to the dataset.
    """
    from fairsubmit.lint.reports import render

    found = moved(report, root)
    known = texts or {}
    shown = known if root in {"", "."} else {_below(root, p): known[p] for p in known}
    return render(found, style, sources=shown, colour=True).rstrip("\n")
