"""From a document as it was read to a `Submission`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import ValidationError

from fairsubmit.errors import MetadataError
from fairsubmit.findings import Finding, Severity
from fairsubmit.metadata.load import escape_pointer
from fairsubmit.metadata.submission import Submission

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fairsubmit.metadata.load import Document

__all__ = ["validate"]

_RULES = {
    "extra_forbidden": ("DOC103", "unknown-field", "remove it, or correct its name"),
    "missing": ("DOC121", "missing-field", "add it"),
}
_OTHER = ("DOC120", "wrong-shape", "correct the value")


def validate(document: Document) -> Submission:
    """Return the submission that a document describes.

    Parameters
    ----------
    document
        As `fairsubmit.metadata.load.parse` returned it. Fields that are left empty
        count as absent.

    Raises
    ------
    MetadataError
        If it is no complete submission; every reason is a finding.
    """
    findings = document.problems
    if not findings:
        try:
            return Submission.model_validate(_without_empty(document.tree))
        except ValidationError as error:
            found = {(f.pointer, f.code): f for f in _findings(error, document)}
            findings = tuple(sorted(found.values(), key=_line_and_column))
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    message = f"{findings[0].place}: {findings[0].message}{more}"
    hint = "correct the places shown; `fairsubmit lint` says more"
    raise MetadataError(message, findings=findings, hint=hint)


def _line_and_column(finding: Finding) -> tuple[int, int]:
    return finding.line or 0, finding.column or 0


def _without_empty(value: object) -> object:
    """Drop mapping entries without a value: ``organisations:`` alone means none."""
    if isinstance(value, Mapping):
        return {k: _without_empty(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value


def _findings(error: ValidationError, document: Document) -> Iterator[Finding]:
    for detail in error.errors(include_url=False):
        pointer = _pointer(detail["loc"], document.tree)
        if pointer is None:
            continue
        code, name, help_ = _RULES.get(detail["type"], _OTHER)
        place = document.place(pointer, key=code == "DOC103")
        words = detail["msg"][:1].lower() + detail["msg"][1:]
        yield Finding(
            code,
            name,
            Severity.ERROR,
            f"`{pointer.lstrip('/')}`: {words}",
            path=place.path,
            line=place.line,
            column=place.column,
            pointer=pointer,
            help=help_,
        )


def _pointer(loc: Sequence[int | str], tree: object) -> str | None:
    """Turn pydantic's location into a JSON pointer.

    In a union, the location names the branch as a step of its own; branches that do
    not fit the kind of value that was given are left out (``None``).
    """
    pointer, value = "", tree
    for index, step in enumerate(loc):
        last = index == len(loc) - 1
        if isinstance(value, Mapping) and (step in value or last):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step]
        elif isinstance(value, list) != str(step).startswith("list["):
            return None
        else:
            continue
        pointer += "/" + escape_pointer(str(step))
    return pointer
