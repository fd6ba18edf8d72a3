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
    tree: Mapping[str, Any], asked: Mapping[str, str] | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a submission with an empty place for each required field it lacks.

    Parameters
    ----------
    tree
        The submission, incomplete; its values have the shapes of the model.
    asked
        Fields that have a place too although they are not required, by JSON pointer:
        what to write there.

    Returns
    -------
    tuple of dict and dict
        The tree, and what to write at each empty place, by its JSON pointer.
    """
    filling = _Filling(asked or {})
    return filling.part(tree, Submission, ""), filling.notes


class _Filling:
    """Makes empty places, and notes what belongs there."""

    def __init__(self, asked: Mapping[str, str]) -> None:
        self._asked = asked
        self.notes: dict[str, str] = {}

    def part(
        self, value: Mapping[str, Any], model: type[Part], pointer: str
    ) -> dict[str, Any]:
        """Return a mapping with all that its model requires."""
        found: dict[str, Any] = {}
        for name, info in model.model_fields.items():
            below = f"{pointer}/{escape_pointer(name)}"
            if value.get(name) not in (None, [], {}):
                found[name] = self._inside(value[name], info, below)
            elif info.is_required():
                found[name] = self._blank(info, below)
            elif below in self._asked:
                found[name] = None
                self.notes[below] = f"{FILL_IN}, if there is: {self._asked[below]}"
        unknown = {n: v for n, v in value.items() if n not in model.model_fields}
        return found | unknown

    def _inside(self, value: Any, info: FieldInfo, pointer: str) -> Any:  # noqa: ANN401 - any part of a tree
        model = _model(info.annotation)
        if model is None:
            return value
        if isinstance(value, dict):
            return self.part(value, model, pointer)
        if not isinstance(value, list):
            return value
        return [
            self.part(item, model, f"{pointer}/{at}")
            if isinstance(item, dict)
            else item
            for at, item in enumerate(value)
        ]

    def _blank(self, info: FieldInfo, pointer: str) -> Any:  # noqa: ANN401 - any part of a tree
        """Return an empty place; of a list of parts, one part with empty places."""
        model = _model(info.annotation)
        if model is not None and _asks(model):
            is_list = get_origin(info.annotation) is list
            below = f"{pointer}/0" if is_list else pointer
            part = self.part({}, model, below)
            return [part] if is_list else part
        words = self._asked.get(pointer) or _lower(info.description or "a value")
        self.notes[pointer] = f"{FILL_IN}: {words}"
        return None


def _asks(model: type[Part]) -> bool:
    """Whether an empty part would say more than that there is none: no term does."""
    required = any(field.is_required() for field in model.model_fields.values())
    return required and "label" not in model.model_fields


def _lower(text: str) -> str:
    """Write a sentence as the end of one; a first word in capitals keeps them."""
    text = text.rstrip(".")
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
