"""What the submission model says about a document, in words and with pointers.

The rules speak about meaning; this fills in where a value has the wrong kind, a
field is unknown, or something required that no rule knows of is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pydantic import ValidationError

from fairsubmit.findings import Edit
from fairsubmit.lint.base import Hit
from fairsubmit.lint.suggest import closest, or_list
from fairsubmit.lint.tree import is_blank
from fairsubmit.metadata.base import Part
from fairsubmit.metadata.load import escape_pointer
from fairsubmit.metadata.submission import Submission

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic_core import ErrorDetails

__all__ = ["MISSING_FIELD", "UNKNOWN_FIELD", "WRONG_SHAPE", "shape_hits"]

UNKNOWN_FIELD = "DOC103"
WRONG_SHAPE = "DOC120"
MISSING_FIELD = "DOC121"

_KINDS = {
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "`key: value` lines",
    "model_type": "`key: value` lines",
    "mapping_type": "`key: value` lines",
    "bool_parsing": "`true` or `false`",
    "bool_type": "`true` or `false`",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
}


def shape_hits(tree: Mapping[str, Any]) -> Iterator[tuple[str, Hit]]:
    """Compare a document with the submission model.

    Parameters
    ----------
    tree
        `Document.tree`; keys without a value count as absent.

    Yields
    ------
    tuple of str and Hit
        Code of the rule (DOC103, DOC120 or DOC121) and the hit.
    """
    try:
        Submission.model_validate(_without_empty(tree))
    except ValidationError as error:
        yield from _hits(tree, error.errors(include_url=False))


def _without_empty(value: object) -> object:
    """Drop keys without a value: as in YAML, `organisations:` alone means none."""
    if isinstance(value, dict):
        return {k: _without_empty(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value


def _hits(
    tree: Mapping[str, Any], errors: Iterable[ErrorDetails]
) -> Iterator[tuple[str, Hit]]:
    seen: set[str] = set()
    for error in errors:
        located = _locate(tree, error)
        if located is None:
            continue
        pointer, value, exact = located
        kind = error["type"] if exact else "term_type"
        if kind == "missing":
            pointer, value, kind = _cause(tree, pointer)
        if pointer in seen:
            continue
        seen.add(pointer)
        yield _hit(pointer, value, kind, error)


def _locate(
    tree: Mapping[str, Any], error: ErrorDetails
) -> tuple[str, object, bool] | None:
    """Follow pydantic's location; it names alternatives of a union as steps too.

    Returns
    -------
    tuple or None
        Pointer, value there, and whether the location was followed to its end;
        ``None`` where it speaks of an alternative that was not meant.
    """
    loc, pointer = error["loc"], ""
    value: object = tree
    for index, step in enumerate(loc):
        absent = error["type"] == "missing" and index == len(loc) - 1
        if isinstance(value, dict) and (step in value or absent):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step]
        elif not isinstance(value, (dict, list)):
            return pointer, value, False
        elif isinstance(value, list) != str(step).startswith("list["):
            return None
        else:
            continue
        pointer += f"/{escape_pointer(str(step))}"
    return pointer, value, True


def _cause(tree: Mapping[str, Any], pointer: str) -> tuple[str, object, str]:
    """Name the mapping instead of each of its fields where it has none at all."""
    value: Any = tree
    *steps, _ = pointer.split("/")[1:]
    for step in steps:
        value = value[int(step)] if isinstance(value, list) else value[_plain(step)]
    if steps and not value and not steps[-1].isdecimal():
        return pointer.rpartition("/")[0], None, "empty"
    return pointer, None, "missing"


def _plain(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")


def _hit(
    pointer: str, value: object, kind: str, error: ErrorDetails
) -> tuple[str, Hit]:
    name = _name(pointer)
    if kind == "extra_forbidden":
        return UNKNOWN_FIELD, _unknown(pointer, name)
    if kind in {"missing", "too_short", "string_too_short"} or (
        is_blank(value) and not isinstance(value, (dict, list))
    ):
        return MISSING_FIELD, _missing(pointer, name, kind)
    return WRONG_SHAPE, Hit(
        f"`{name}` {_words(value, kind, error)}", pointer, help=_advice(kind, pointer)
    )


def _missing(pointer: str, name: str, kind: str) -> Hit:
    if kind == "missing":
        parent = pointer.rpartition("/")[0]
        where = f" in `{_name(parent)}`" if parent else ""
        return Hit(
            f"`{name}` is missing{where}", pointer, help=f"add `{name}: …`{where}"
        )
    if kind == "too_short":
        return Hit(
            f"`{name}` has no item; at least one is needed",
            pointer,
            help=f"add an item to `{name}`",
        )
    return Hit(f"`{name}` is empty", pointer, help="give it a value")


def _words(value: object, kind: str, error: ErrorDetails) -> str:
    if kind == "term_type":
        return f"must be `label: …` and `id: …` lines, and it is {_is(value)}"
    if kind in _KINDS:
        return f"must be {_KINDS[kind]}, and it is {_is(value)}"
    context = error.get("ctx") or {}
    if kind == "literal_error":
        return f"is {_is(value)}; it must be one of {context.get('expected', '')}"
    if kind == "string_pattern_mismatch":
        return (
            f"is {_is(value)}; an id starts with a letter and goes on with letters, "
            "digits, `_`, `.` and `-`"
        )
    message = error["msg"]
    return f"is {_is(value)}: {message[:1].lower()}{message[1:]}"


def _is(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "`key: value` lines"
    if value is None:
        return "empty"
    words = str(value)
    return f"`{words if len(words) <= 40 else words[:39] + '…'}`"


def _advice(kind: str, pointer: str) -> str:
    if "imaging_method" in pointer:
        return "write `[{label: confocal microscopy, id: FBbi:00000251}]`"
    if kind == "term_type":
        return "write `{label: Homo sapiens, id: NCBITaxon:9606}`"
    if kind == "list_type":
        return "write one item a line, each starting with `- `"
    return "`fairsubmit schema` describes every field"


def _unknown(pointer: str, name: str) -> Hit:
    known = _fields_at(pointer.rpartition("/")[0])
    meant = closest(name, known)
    elsewhere = None if meant else _belongs(name)
    if meant:
        advice = f"did you mean `{meant}`?"
    elif elsewhere:
        advice = f"`{name}` is a field of {elsewhere}"
    else:
        advice = f"it may be one of {or_list(f'`{field}`' for field in known)}"
    edits = (Edit("rename", pointer, (meant,)),) if meant else ()
    words = f"unknown field `{name}`"
    return Hit(words, pointer, key=True, help=advice, edits=edits)


def _name(pointer: str) -> str:
    """Write the last step of a pointer, an item of a list with its list."""
    steps = [_plain(step) for step in pointer.split("/")]
    if steps[-1].isdecimal() and len(steps) > 1:
        return f"{steps[-2]}[{steps[-1]}]"
    return steps[-1]


def _fields_at(pointer: str) -> list[str]:
    model: type[Part] | None = Submission
    for step in pointer.split("/")[1:]:
        if step.isdecimal() or model is None:
            continue
        field = model.model_fields.get(step)
        model = _model_of(field.annotation) if field else None
    return list(model.model_fields) if model else []


def _model_of(annotation: object) -> type[Part] | None:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    for argument in get_args(annotation):
        found = _model_of(argument)
        if found is not None:
            return found
    return None


def _belongs(name: str) -> str | None:
    """Name the sections that have a field of this name."""
    found = [
        f"`{section}`"
        for section, field in Submission.model_fields.items()
        if (model := _model_of(field.annotation)) and name in model.model_fields
    ]
    return or_list(found) if found else None
