"""Findings: what is wrong, where, and what to do about it.

Linter, readers, bundle and archives all return the same value, so that one report
can be printed for a person or written as JSON for a program.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Edit", "Finding", "Fix", "Report", "Severity", "Waiver"]

Fix = Literal["safe", "unsafe"]


class Severity(StrEnum):
    """How bad a finding is; only errors stop a submission."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a text that cures a finding; layout and comments stay.

    Attributes
    ----------
    action
        In the submission document, at `pointer`: ``replace`` the value by
        `values[0]`, ``rename`` the field to `values[0]`, ``remove`` the field or list
        item, ``split`` the list item into `values`, ``add`` the field `values[0]` with
        the value `values[1]` to the mapping. In a file table: ``cell`` becomes
        `values[0]`, ``drop-column``, ``drop-line``.
    pointer
        JSON pointer into the document.
    values
        New texts.
    path, line, column
        For file tables: the file, its 1-based line and 1-based column of cells.
    """

    action: Literal[
        "replace",
        "rename",
        "remove",
        "split",
        "add",
        "cell",
        "drop-column",
        "drop-line",
    ]
    pointer: str | None = None
    values: tuple[str, ...] = ()
    path: str | None = None
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with its place and its cure.

    Attributes
    ----------
    code
        Stable identifier, three letters and three digits, e.g. ``PPL102``.
    name
        The code in words, e.g. ``orcid-invalid``.
    severity
        `Severity`.
    message
        One sentence.
    path
        The file, as a POSIX path relative to the dataset where it is inside.
    line, column
        1-based place in `path`, where it is a text file.
    pointer
        RFC 6901 JSON pointer into the document, e.g. ``/authors/0/orcid``; in an
        image, a path such as ``Image:0/Pixels@PhysicalSizeX``.
    cell
        Cell of a table, e.g. ``B7``; of a workbook, ``authors!C2``.
    count
        How many places share this one cause.
    fix
        Whether an automatic fix exists and how safe it is.
    help
        What to do next.
    edits
        What the automatic fix would change; not part of the report.
    """

    code: str
    name: str
    severity: Severity
    message: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    pointer: str | None = None
    cell: str | None = None
    count: int = 1
    fix: Fix | None = None
    help: str | None = None
    edits: tuple[Edit, ...] = field(default=(), compare=False, repr=False)

    @property
    def place(self) -> str:
        """The place as editors write it: ``path:line:column``, as far as known.

        Cells follow the path: ``raw.tsv:3:2!B3``, ``submission.xlsx[authors!C2]``.
        """
        parts = [self.path or ""]
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        text = ":".join(parts)
        if self.cell is None:
            return text
        # a cell of a workbook names its sheet, as in formulas: `authors!C2`
        return f"{text}[{self.cell}]" if "!" in self.cell else f"{text}!{self.cell}"

    def to_json(self) -> dict[str, Any]:
        """Return the finding as the lint report's JSON object."""
        return {
            "code": self.code,
            "name": self.name,
            "severity": self.severity.value,
            "message": self.message,
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "pointer": self.pointer,
            "cell": self.cell,
            "count": self.count,
            "fix": self.fix,
            "help": self.help,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        return cls(**{**value, "severity": Severity(value["severity"])})


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that the submission's author has answered.

    Attributes
    ----------
    finding
        What would have been reported.
    reason
        The author's words.
    """

    finding: Finding
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return the finding's JSON object with a ``reason``."""
        return {**self.finding.to_json(), "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of one run, in a stable order.

    Attributes
    ----------
    findings
        What is wrong.
    waived
        What is wrong but answered.
    """

    findings: tuple[Finding, ...] = ()
    waived: tuple[Waiver, ...] = ()

    @property
    def summary(self) -> dict[str, int]:
        """Number of findings of each severity, all three keys always present."""
        counted = Counter(finding.severity for finding in self.findings)
        return {severity.value: counted[severity] for severity in Severity}

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return not self.errors

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop a submission."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    def to_json(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "findings": [finding.to_json() for finding in self.findings],
            "waived": [waiver.to_json() for waiver in self.waived],
            "summary": self.summary,
        }

    def dumps(self) -> str:
        """Return the report as indented JSON text, non-ASCII kept readable."""
        return json.dumps(self.to_json(), indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        waived = tuple(
            Waiver(
                Finding.from_json({k: v for k, v in item.items() if k != "reason"}),
                item["reason"],
            )
            for item in value["waived"]
        )
        return cls(tuple(Finding.from_json(f) for f in value["findings"]), waived)
