"""What a rule is, what it looks at, and what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from fairsubmit.findings import Finding, Severity
from fairsubmit.lint.paths import shapes
from fairsubmit.lint.tables import rows_with_scale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from fairsubmit.dataset import Dataset, FileGroup
    from fairsubmit.findings import Edit, Fix
    from fairsubmit.lint.lookup import Lookup
    from fairsubmit.lint.waivers import Waivers
    from fairsubmit.manifest import Manifest
    from fairsubmit.metadata.image import Extraction
    from fairsubmit.metadata.load import Document

__all__ = [
    "ADVICE",
    "BIA",
    "EMPIAR",
    "IDR",
    "MIN",
    "SECTIONS",
    "ZENODO",
    "Hit",
    "Rule",
    "Subject",
    "Survey",
    "said_by_reader",
]

# Gates: who insists on a rule. Any other value is the name of an archive.
MIN = "MIN"
ADVICE = "-"
BIA = "bioimage-archive"
ZENODO = "zenodo"
IDR = "idr"
EMPIAR = "empiar"

SECTIONS = ("What it does", "Why it is bad", "Example", "How to fix", "Source")
# A value that a message quotes may be a whole paragraph.
_SHOWN = 80
_LONG = re.compile(rf"`[^`]{{{_SHOWN},}}`")
_BREAK = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
_HEADING = re.compile(r"^(?P<title>[^\n]+)\n-{3,}\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule found something; the engine makes it a `Finding`.

    Attributes
    ----------
    message
        One sentence. Where `group` is set it does not name the file, so that the
        same sentence holds for all files of the group.
    pointer
        JSON pointer into the document.
    key
        Point at the mapping key rather than at its value.
    path, line, column, cell
        Place outside the document: an image, or a cell of a file table.
    help
        What to do next.
    severity
        Where it differs from the rule's.
    fix
        Where it differs from the rule's.
    group
        Hits with the same message and group become one finding with a count.
    count
        How many places this hit already stands for.
    edits
        What would cure it; the rule's `fix` says how safely.
    """

    message: str
    pointer: str | None = None
    key: bool = False
    path: str | None = None
    line: int | None = None
    column: int | None = None
    cell: str | None = None
    help: str | None = None
    severity: Severity | None = None
    fix: Fix | None = None
    group: bool = False
    count: int = 1
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Subject:
    """What rules look at.

    Attributes
    ----------
    document
        The submission as it was read, complete or not.
    dataset
        The folder, where there is one; ``None`` for a document alone.
    archive
        Name of the archive the data shall go to, if that is known.
    today
        Date that release dates are compared with.
    codes
        All rule codes of this run, chosen or not.
    manifest
        Digests that were recorded earlier, if any.
    lookup
        Asks registries what no bundled list knows; ``None`` to stay offline.
    """

    document: Document
    dataset: Dataset | None = None
    archive: str | None = None
    today: date = field(default_factory=date.today)
    codes: frozenset[str] = frozenset()
    manifest: Manifest | None = None
    lookup: Lookup | None = None

    @cached_property
    def selected(self) -> Mapping[str, FileGroup]:
        """The group of each selected file; empty without a dataset."""
        return self.dataset.selected if self.dataset else {}

    @property
    def groups(self) -> tuple[FileGroup, ...]:
        """Study components, then annotation sets, with their files."""
        return self.dataset.groups if self.dataset else ()

    @cached_property
    def shapes(self) -> frozenset[str]:
        """The shapes of all paths that are selected or listed; see `shapes`."""
        tables = (group.table.rows.paths for group in self.groups if group.table)
        missing = (p for paths in tables for p in paths if p not in self.selected)
        return shapes(chain(self.selected, missing))

    @cached_property
    def scaled(self) -> frozenset[str]:
        """Files whose row in a table gives a pixel size."""
        return frozenset(rows_with_scale(self.groups))

    @cached_property
    def waivers(self) -> Waivers:
        """What the author has answered in advance."""
        # for documents that are checked without it
        from fairsubmit.lint.waivers import waivers  # noqa: PLC0415 - on use

        return waivers(self.document, self.dataset)

    @cached_property
    def shape(self) -> tuple[tuple[str, Hit], ...]:
        """What the submission model says: rule code and hit."""
        # pydantic and the model are needed only where such a rule runs
        from fairsubmit.lint.shape import shape_hits  # noqa: PLC0415 - heavy

        return tuple(shape_hits(self.document.tree))


class Survey(Protocol):
    """Looks at all images one by one, and says at the end what they are together."""

    def add(self, extraction: Extraction) -> None:
        """Take note of one image; keep counts, not images."""
        ...

    def hits(self) -> Iterable[Hit]:
        """Return what was found, once every image was seen."""
        ...


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that is checked.

    Attributes
    ----------
    code
        Three letters and three digits; never changed, never used again.
    name
        The code in words.
    severity
        `Severity` of its findings, where a hit does not say otherwise.
    gate
        `MIN` (the FAIR minimum, always checked), the name of an archive (checked
        where the data shall go there), or `ADVICE`.
    doc
        The rule's own page, with the headings of `SECTIONS`.
    fix
        Whether a fix could be applied without a person, and how safely.
    check
        Looks at the document and the files.
    check_image
        Looks at one image at a time.
    survey
        Begins a survey of all images.
    fallback
        Only said where no other rule speaks about the same place.
    """

    code: str
    name: str
    severity: Severity
    gate: str
    doc: str
    fix: Fix | None = None
    check: Callable[[Subject], Iterable[Hit]] | None = None
    check_image: Callable[[Extraction, Subject], Iterable[Hit]] | None = None
    survey: Callable[[Subject], Survey] | None = None
    fallback: bool = False

    @property
    def summary(self) -> str:
        """The first line of the rule's page."""
        return self.doc.strip().partition("\n")[0]

    @property
    def source(self) -> str:
        """The standard or contract that the rule comes from."""
        return self.sections.get("Source", "")

    @property
    def sections(self) -> Mapping[str, str]:
        """The rule's page by heading."""
        found: dict[str, str] = {}
        headings = list(_HEADING.finditer(self.doc))
        ends = [*(heading.start() for heading in headings), len(self.doc)][1:]
        for heading, end in zip(headings, ends, strict=False):
            found[heading["title"].strip()] = self.doc[heading.end() : end].strip()
        return found

    def applies(self, archive: str | None) -> bool:
        """Whether the rule's gate is open for this archive."""
        return self.gate in {MIN, ADVICE} or self.gate == archive

    def finding(self, hit: Hit, document: Document) -> Finding:
        """Make a finding of a hit: give it code, severity and place."""
        path, line, column = hit.path, hit.line, hit.column
        pointer, cell = hit.pointer, hit.cell
        if path is None:
            place = document.place(hit.pointer or "", key=hit.key)
            path, pointer, cell = place.path, place.pointer, place.cell
            if line is None:
                line, column = place.line, place.column
        edits = _applicable(hit.edits, document)
        return Finding(
            self.code,
            self.name,
            hit.severity or self.severity,
            _one_line(hit.message if hit.path else _LONG.sub(_cut, hit.message)),
            path=path,
            line=line,
            column=column,
            pointer=pointer,
            cell=hit.cell or cell,
            count=hit.count,
            fix=(hit.fix or self.fix) if edits else None,
            help=None if hit.help is None else _one_line(hit.help),
            edits=edits,
        )


def _applicable(edits: tuple[Edit, ...], document: Document) -> tuple[Edit, ...]:
    """Leave out edits of a workbook: it has no text that could be changed."""
    return tuple(edit for edit in edits if edit.path) if document.cells else edits


def _one_line(words: str) -> str:
    return _BREAK.sub(" ", words).strip()


def _cut(quoted: re.Match[str]) -> str:
    return f"{quoted[0][:_SHOWN]}…`"


def said_by_reader(code: str) -> Callable[[Subject], Iterator[Hit]]:
    """Return a check that passes on what reading the document already found.

    Parameters
    ----------
    code
        Code of the findings in `Document.problems`.
    """

    def check(subject: Subject) -> Iterator[Hit]:
        for problem in subject.document.problems:
            if problem.code == code:
                yield Hit(
                    problem.message,
                    pointer=problem.pointer,
                    path=problem.path,
                    line=problem.line,
                    column=problem.column,
                    cell=problem.cell,
                    help=problem.help,
                )

    return check
