"""What the layouts of rembi-mifa 0.1.2 have in common, read without stumbling."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "Fields",
    "Organisations",
    "annotation_sets",
    "fields_of",
    "parts_of",
    "present",
    "split_at",
    "term_of",
    "text_of",
    "texts_of",
]

Fields = dict[str, Any]

_CURIE = re.compile(r"(?:^|/)(?P<prefix>FBbi|NCBITaxon)[:_](?P<number>\d+)$")


class Organisations:
    """Organisations by what is said of them, each once."""

    def __init__(self) -> None:
        self.found: list[Fields] = []
        self._ids: dict[tuple[str | None, ...], str] = {}

    def id_of(
        self, name: str | None, ror: str | None, address: str | None
    ) -> str | None:
        """Return the id of an organisation, which is added where it is new."""
        if not name:
            return None
        key = (name, ror, address)
        if key not in self._ids:
            self._ids[key] = f"o{len(self._ids) + 1}"
            said = {"id": self._ids[key], "name": name, "ror": ror, "address": address}
            self.found.append(present(said))
        return self._ids[key]


def annotation_sets(given: Iterable[Mapping[str, Any]]) -> list[Fields]:
    """Return sets of annotations; a person is named as the layout names people."""
    found = []
    for number, each in enumerate((part for part in given if part), start=1):
        people = [_full_name(person) for person in parts_of(each, "authors")]
        part = {
            "id": f"m{number}",
            "title": f"Annotations {number}",
            "overview": text_of(each, "annotation_overview"),
            "types": texts_of(each, "annotation_type"),
            "method": text_of(each, "annotation_method"),
            "criteria": text_of(each, "annotation_criteria"),
            "coverage": text_of(each, "annotation_coverage"),
            "confidence": text_of(each, "annotation_confidence_level"),
            "authors": [name for name in people if name],
        }
        found.append(present(part))
    return found


def _full_name(person: Mapping[str, Any]) -> str:
    first = text_of(person, "first_name") or text_of(person, "author_first_name")
    last = text_of(person, "last_name") or text_of(person, "author_last_name")
    return " ".join(filter(None, (first, last)))


def term_of(label: str | None, identifier: str | None) -> Fields:
    """Return a term of a label and an identifier of any form."""
    found = _CURIE.search(identifier or "")
    name = f"{found['prefix']}:{found['number']}" if found else identifier
    return present({"label": label, "id": name})


def split_at(marks: str, text: str | None) -> list[str]:
    """Part a text at the first of some marks that it has.

    Parameters
    ----------
    marks
        One character each, the likeliest first.
    text
        Several values, or none.
    """
    text = text or ""
    mark = next((each for each in marks if each in text), marks[0])
    return [part.strip() for part in text.split(mark) if part.strip()]


def text_of(part: Mapping[str, Any], name: str) -> str | None:
    """Return a text or a number as text; ``None`` where there is none."""
    value = part.get(name)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and value.strip() else None


def texts_of(part: Mapping[str, Any], name: str) -> list[str]:
    """Return the texts of a list."""
    value = part.get(name)
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, str) and item.strip()]


def parts_of(part: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """Return the mappings of a list."""
    value = part.get(name)
    for item in value if isinstance(value, list) else []:
        if isinstance(item, dict):
            yield item


def fields_of(part: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a mapping, empty where there is none."""
    value = part.get(name)
    return value if isinstance(value, dict) else {}


def present(fields: Mapping[str, Any]) -> Fields:
    """Return the fields that have a value."""
    return {n: v for n, v in fields.items() if v not in (None, "", [], {}, [{}])}
