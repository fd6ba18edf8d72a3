"""JSON Schemas (draft 2020-12) of our files, made from the types that hold them.

Written here rather than asked of pydantic, so that they do not change with its version
and say what the file may hold: scalars of a submission are text whatever YAML makes of
them, so an editor must not complain about ``year: 2026``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from inspect import cleandoc
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from fairsubmit.metadata.submission import SUBMISSION_VERSION, Submission

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DRAFT", "Schemas", "attribute_docs", "identifier", "submission_schema"]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

_PLAIN: dict[object, Schema] = {
    Any: {},
    object: {},
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
}
# What YAML 1.2 may take a word for; `fairsubmit.metadata.load` leaves it text.
_SCALAR = ["string", "number", "boolean"]


def identifier(name: str, version: int) -> str:
    """Return the ``$id`` of a schema: a name, not an address to fetch."""
    return f"urn:fairsubmit:{name}-{version}"


def submission_schema() -> Schema:
    """Return the schema of ``submission.yaml``."""
    schemas = Schemas(text_of_yaml=True)
    root = schemas.model(Submission)
    root["properties"]["fairsubmit"] = {
        "type": "integer",
        "const": SUBMISSION_VERSION,
        "description": root["properties"]["fairsubmit"]["description"],
    }
    root["properties"]["ignore"]["propertyNames"] = {"pattern": "^[A-Z]{3}[0-9]{3}$"}
    return {
        "$schema": DRAFT,
        "$id": identifier("submission", SUBMISSION_VERSION),
        "title": "fairsubmit submission",
        **root,
        "$defs": schemas.definitions,
    }


class Schemas:
    """Makes schemas of types; what they share is collected as definitions.

    Parameters
    ----------
    names
        Types that modules import for type checking only, by name.
    text_of_yaml
        Let text be numbers and booleans too, as YAML reads it.
    """

    def __init__(
        self, names: Mapping[str, Any] | None = None, *, text_of_yaml: bool = False
    ) -> None:
        self.definitions: dict[str, Schema] = {}
        self._names = dict(names or {})
        self._text_of_yaml = text_of_yaml

    def of(self, hint: Any) -> Schema:  # noqa: ANN401 - a type form
        """Return the schema of a type."""
        if hint is str and self._text_of_yaml:
            return {"type": list(_SCALAR)}
        if hint in _PLAIN:
            return dict(_PLAIN[hint])
        if isinstance(hint, type) and not get_args(hint):
            return self._class(hint)
        return self._generic(get_origin(hint), get_args(hint))

    def _generic(self, origin: object, arguments: tuple[Any, ...]) -> Schema:
        if origin is Annotated:
            return self._constrained(self.of(arguments[0]), arguments[1:])
        if origin is Literal:
            return {"enum": list(arguments)}
        if origin in {Union, UnionType}:
            return _either([self.of(argument) for argument in arguments])
        if origin in {dict, Mapping}:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        return {"type": "array", "items": self.of(arguments[0])}

    def _class(self, kind: type[Any]) -> Schema:
        if issubclass(kind, Enum):
            return {"enum": [member.value for member in kind]}
        if kind.__name__ not in self.definitions:
            self.definitions[kind.__name__] = {}
            model = issubclass(kind, BaseModel)
            made = self.model(kind) if model else self.value(kind)
            self.definitions[kind.__name__] = made
        return {"$ref": f"#/$defs/{kind.__name__}"}

    def model(self, kind: type[BaseModel]) -> Schema:
        """Return the schema of a pydantic model; unknown fields are refused."""
        hints = get_type_hints(kind, include_extras=True)
        properties = {
            name: self._field(hints[name], field)
            for name, field in kind.model_fields.items()
        }
        required = [name for name, f in kind.model_fields.items() if f.is_required()]
        return {
            "description": _first_paragraph(kind),
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }

    def _field(self, hint: object, field: FieldInfo) -> Schema:
        schema = self._constrained(self.of(hint), [field])
        if not field.is_required() and field.default not in (None, [], {}):
            schema["default"] = field.default
        return schema

    def value(self, kind: type) -> Schema:
        """Return the schema of a dataclass as its ``to_json`` writes it.

        Every field is written, so every field is required; later versions may add
        some, so unknown ones are allowed.

        Raises
        ------
        TypeError
            If `kind` is no dataclass.
        """
        if not is_dataclass(kind):
            message = f"{kind!r} has no schema"
            raise TypeError(message)
        hints = get_type_hints(kind, localns=self._names)
        docs = attribute_docs(kind)
        properties = {
            field.name: _described(self.of(hints[field.name]), docs.get(field.name))
            for field in fields(kind)
        }
        return {
            "description": _first_paragraph(kind),
            "type": "object",
            "properties": properties,
            "required": list(properties),
        }

    def _constrained(self, schema: Schema, constraints: Iterable[object]) -> Schema:
        for constraint in constraints:
            if isinstance(constraint, FieldInfo):
                schema = self._constrained(schema, constraint.metadata)
                schema = _described(schema, constraint.description)
            else:
                schema |= _limits(constraint, is_list=schema.get("type") == "array")
        if "pattern" in schema or schema.get("minLength", 0) > 1:
            schema["type"] = "string"
        return schema


def _limits(constraint: object, *, is_list: bool) -> Schema:
    """Write pydantic's and annotated_types' constraints as keywords."""
    length = "minItems" if is_list else "minLength"
    keywords = {
        "pattern": getattr(constraint, "pattern", None),
        length: getattr(constraint, "min_length", None),
        "minimum": getattr(constraint, "ge", None),
        "maximum": getattr(constraint, "le", None),
    }
    return {key: value for key, value in keywords.items() if value is not None}


def _either(choices: list[Schema]) -> Schema:
    if all(set(choice) == {"type"} for choice in choices):
        kinds = [choice["type"] for choice in choices]
        flat = [
            k for kind in kinds for k in ([kind] if isinstance(kind, str) else kind)
        ]
        return {"type": flat}
    return {"anyOf": choices}


def _described(schema: Schema, description: str | None) -> Schema:
    return {**schema, "description": description} if description else schema


def _first_paragraph(kind: type) -> str:
    return _flat(cleandoc(kind.__doc__ or "").split("\n\n", 1)[0])


def _flat(text: str) -> str:
    """Write a piece of a docstring as plain text."""
    return " ".join(text.split()).replace("``", "`").replace("`None`", "`null`")


def attribute_docs(kind: type) -> dict[str, str]:
    """Return what a docstring says of each attribute (numpydoc, "Attributes")."""
    _, _, section = cleandoc(kind.__doc__ or "").partition("Attributes\n----------\n")
    found = {}
    for names, text in re.findall(
        r"^(\w[\w, ]*)\n((?:[ ]+.*\n?|\n)+)", section, re.MULTILINE
    ):
        for name in names.split(","):
            found[name.strip()] = _flat(text)
    return found
