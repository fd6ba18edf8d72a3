"""Mark what is still to be filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args, get_origin

from fairsubmit.metadata.base import Part
from fairsubmit.metadata.load import escape_pointer
from fairsubmit.metadata.submission import Submission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo

__all__ = ["FILL_IN", "with_blanks"]

FILL_IN = "fill in"


def with_blanks(
    tree: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a submission with an empty place for each required field it lacks.

    Parameters
    ----------
    tree
        The submission, incomplete; its values have the shapes of the model.

    Returns
    -------
    tuple of dict and dict
        The tree, and what to write at each empty place, by its JSON pointer.
    """
    notes: dict[str, str] = {}
    return _filled(tree, Submission, "", notes), notes


def _filled(
    value: Mapping[str, Any], model: type[Part], pointer: str, notes: dict[str, str]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        below = f"{pointer}/{escape_pointer(name)}"
        if name in value and value[name] not in (None, [], {}):
            found[name] = _inside(value[name], info, below, notes)
        elif info.is_required():
            found[name] = _blank(info, below, notes)
    unknown = {n: item for n, item in value.items() if n not in model.model_fields}
    return found | unknown


def _inside(value: Any, info: FieldInfo, pointer: str, notes: dict[str, str]) -> Any:  # noqa: ANN401 - any part of a tree
    model = _model(info.annotation)
    if model is None:
        return value
    if isinstance(value, dict):
        return _filled(value, model, pointer, notes)
    if not isinstance(value, list):
        return value
    return [
        _filled(item, model, f"{pointer}/{index}", notes)
        if isinstance(item, dict)
        else item
        for index, item in enumerate(value)
    ]


def _blank(info: FieldInfo, pointer: str, notes: dict[str, str]) -> Any:  # noqa: ANN401 - any part of a tree
    """Return an empty place; of a list of parts, one part with its empty places."""
    model = _model(info.annotation)
    if model is None or "label" in model.model_fields:
        notes[pointer] = f"{FILL_IN}: {_lower(info.description or 'a value')}"
        return None
    if get_origin(info.annotation) is list:
        return [_filled({}, model, f"{pointer}/0", notes)]
    if not any(field.is_required() for field in model.model_fields.values()):
        notes[pointer] = f"{FILL_IN}: {_lower(info.description or 'a value')}"
        return None
    return _filled({}, model, pointer, notes)


def _lower(text: str) -> str:
    """Begin in lower case, unless the first word is one that does not."""
    first = text.partition(" ")[0]
    return text[:1].lower() + text[1:] if first[1:].islower() else text


def _model(hint: Any) -> type[Part] | None:  # noqa: ANN401 - a type form
    if isinstance(hint, type) and issubclass(hint, Part):
        return hint
    for argument in get_args(hint):
        found = _model(argument)
        if found is not None:
            return found
    return None
