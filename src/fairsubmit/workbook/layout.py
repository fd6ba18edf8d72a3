"""Which sheets and columns a submission has, as the model says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from fairsubmit.metadata.base import Id, Part
from fairsubmit.metadata.submission import Submission
from fairsubmit.metadata.terms import Term
from fairsubmit.workbook.cells import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

__all__ = ["README", "STUDY", "Column", "Sheet", "folded", "sheets"]

README = "READ ME"
STUDY = "study"
# What one row of a sheet belongs to: the name of the column that says so.
_PARENTS = {
    "specimens": "specimen",
    "analyses": "analysis",
    "components": "component",
}
# Columns that hold ids of another sheet.
_REFERENCES = {
    ("associations", "biosample"): "biosamples",
    ("associations", "specimen"): "specimens",
    ("associations", "acquisition"): "acquisitions",
    ("associations", "correlation"): "correlations",
    ("associations", "analysis"): "analyses",
    ("authors", "affiliations"): "organisations",
}
_UNLIKE = re.compile(r"[\s_*:\-]+")


def folded(name: str) -> str:
    """Return a name of a sheet or column without regard to case, blanks and dashes."""
    return _UNLIKE.sub("", name.replace("\ufeff", "")).casefold()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet, or a row of the sheet of the study.

    Attributes
    ----------
    path
        Fields from the part down to the value, e.g. ``("files", "include")``.
    kind
        How the value is written.
    description
        What the field holds.
    required
        Whether there must be a value.
    choices
        What may be chosen, where that is fixed.
    reference
        Sheet whose ids may be chosen.
    """

    path: tuple[str, ...]
    kind: Kind = Kind.ANY
    description: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    reference: str | None = None

    @property
    def name(self) -> str:
        """What its header says."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet.

    Attributes
    ----------
    name
        Its name.
    path
        Fields from the submission down to the list, e.g. ``("study", "links")``.
    columns
        In the order of the model.
    description
        What its rows are.
    owner
        The sheet that the rows belong to, where each names its owner in a first
        column.
    owner_column
        That column.
    required
        Whether there must be a row.
    followers
        Fields of its owner that the model has after the list.
    """

    name: str
    path: tuple[str, ...]
    columns: tuple[Column, ...]
    description: str = ""
    owner: str | None = None
    owner_column: Column | None = None
    required: bool = False
    followers: tuple[str, ...] = ()
    known: dict[str, Column] = field(default_factory=dict, compare=False, repr=False)

    def column(self, header: str) -> Column:
        """Return the column of a header; one that is not known holds anything."""
        found = self.known.get(folded(header))
        if found is not None:
            return found
        first, dot, rest = header.strip().partition(".")
        nested = {column.path[0] for column in self.columns if len(column.path) > 1}
        inside = dot and rest and first in nested
        return Column((first, rest) if inside else (header.strip(),))


@cache
def sheets() -> dict[str, Sheet]:
    """Return all sheets by name, in the order of the model."""
    found = [*_study()]
    for name, info in Submission.model_fields.items():
        part = _part_of_list(info.annotation)
        if part is not None:
            found += _section(name, part, info)
    found += [_ignore(), _targets()]
    return {sheet.name: sheet for sheet in found}


def _sheet(  # noqa: PLR0913 - what a sheet has
    name: str,
    path: tuple[str, ...],
    columns: list[Column],
    *,
    description: str,
    owner: str | None = None,
    owner_column: Column | None = None,
    required: bool = False,
    followers: tuple[str, ...] = (),
) -> Sheet:
    all_columns = [*([owner_column] if owner_column else []), *columns]
    known = {folded(column.name): column for column in all_columns}
    head = name, path, tuple(columns), description
    return Sheet(*head, owner, owner_column, required, followers, known)


def _study() -> Iterator[Sheet]:
    version = Submission.model_fields["fairsubmit"]
    info = Submission.model_fields[STUDY]
    model = _model(info.annotation)
    first = Column(("fairsubmit",), Kind.TEXT, version.description or "", required=True)
    columns = [first, *_columns(STUDY, model)]
    about = info.description or ""
    yield _sheet(STUDY, (STUDY,), columns, description=about, required=True)
    for name, field_info in model.model_fields.items():
        part = _part_of_list(field_info.annotation)
        if part is not None:
            about = field_info.description or ""
            columns = _columns(name, part)
            yield _sheet(
                name,
                (STUDY, name),
                columns,
                description=about,
                followers=_after(name, model),
            )


def _section(name: str, part: type[Part], info: FieldInfo) -> Iterator[Sheet]:
    yield _sheet(
        name,
        (name,),
        _columns(name, part),
        description=info.description or "",
        required=info.is_required(),
    )
    for inner, inner_info in part.model_fields.items():
        below = _part_of_list(inner_info.annotation)
        if below is None:
            continue
        singular = _PARENTS[name]
        owner = Column(
            (singular,),
            Kind.TEXT,
            f"Id in the sheet {name}: what this row belongs to.",
            required=True,
            reference=name,
        )
        yield _sheet(
            inner,
            (name, inner),
            _columns(inner, below),
            description=inner_info.description or "",
            owner=name,
            owner_column=owner,
            required=inner_info.is_required(),
            followers=_after(inner, part),
        )


def _after(name: str, model: type[Part]) -> tuple[str, ...]:
    names = list(model.model_fields)
    return tuple(names[names.index(name) + 1 :])


def _ignore() -> Sheet:
    columns = [
        Column(("rule",), Kind.TEXT, "Code of the rule, e.g. PPL106.", required=True),
        Column(("reason",), Kind.TEXT, "Why it does not fit here.", required=True),
    ]
    about = Submission.model_fields["ignore"].description or ""
    return _sheet("ignore", ("ignore",), columns, description=about)


def _targets() -> Sheet:
    columns = [
        Column(("archive",), Kind.TEXT, "Name of the archive.", required=True),
        Column(("setting",), Kind.TEXT, "Name of the setting.", required=True),
        Column(("value",), Kind.ANY, "Text, or JSON for lists and more."),
    ]
    about = Submission.model_fields["targets"].description or ""
    return _sheet("targets", ("targets",), columns, description=about)


def _columns(sheet: str, model: type[Part]) -> list[Column]:
    found = []
    for name, info in model.model_fields.items():
        if _part_of_list(info.annotation) is not None:
            continue  # a sheet of its own
        inner = _mapping(info.annotation)
        if inner is None:
            found.append(_column(sheet, (name,), info))
            continue
        required = info.is_required()
        found += [
            _column(sheet, (name, below), more, within=required)
            for below, more in inner.model_fields.items()
        ]
    return found


def _column(
    sheet: str, path: tuple[str, ...], info: FieldInfo, *, within: bool = True
) -> Column:
    return Column(
        path,
        _kind(info.annotation),
        info.description or "",
        required=info.is_required() and within,
        choices=_choices(info.annotation),
        reference=_REFERENCES.get((sheet, path[-1])),
    )


def _alternatives(hint: Any) -> list[Any]:  # noqa: ANN401 - a type form
    """Return what a value may be, ``None`` left out."""
    if get_origin(hint) is Annotated and hint is not Id:
        return _alternatives(get_args(hint)[0])
    if get_origin(hint) in {Union, UnionType}:
        return [
            a
            for each in get_args(hint)
            if each is not NoneType
            for a in _alternatives(each)
        ]
    return [hint]


def _item(hint: Any) -> Any:  # noqa: ANN401 - a type form
    return get_args(hint)[0] if get_origin(hint) is list else None


def _part_of_list(hint: Any) -> type[Part] | None:  # noqa: ANN401 - a type form
    """Return the model of the items where the field is a list of parts, not terms."""
    alternatives = _alternatives(hint)
    item = _item(alternatives[0]) if len(alternatives) == 1 else None
    is_part = isinstance(item, type) and issubclass(item, Part)
    return item if is_part and item is not Term else None


def _mapping(hint: Any) -> type[Part] | None:  # noqa: ANN401 - a type form
    found = _alternatives(hint)[0]
    is_part = isinstance(found, type) and issubclass(found, Part)
    return found if is_part and found is not Term else None


def _model(hint: Any) -> type[Part]:  # noqa: ANN401 - a type form
    found = _mapping(hint)
    if found is None:
        message = f"{hint!r} is no part of a submission"
        raise TypeError(message)
    return found


def _kind(hint: Any) -> Kind:  # noqa: ANN401 - a type form
    alternatives = _alternatives(hint)
    items = [item for each in alternatives if (item := _item(each)) is not None]
    if Term in items:
        return Kind.TERM_OR_TERMS if Term in alternatives else Kind.TERMS
    if items:
        words = items[0] is Id or get_origin(items[0]) is Literal
        return Kind.WORDS if words else Kind.LINES
    return Kind.TERM if Term in alternatives else Kind.TEXT


def _choices(hint: Any) -> tuple[str, ...]:  # noqa: ANN401 - a type form
    for each in _alternatives(hint):
        inner = _item(each) or each
        if get_origin(inner) is Literal:
            return tuple(str(value) for value in get_args(inner))
        if inner is bool:
            return ("true", "false")
    return ()
