"""Depositions of EMPIAR: our table of its schema says what the schema says."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft7Validator

from fairsubmit.lint import lint
from fairsubmit.lint.empiar import faults
from fairsubmit.metadata.recognise import read_any

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = Path(__file__).parent / "bases" / "empiar.json"
ODD: tuple[Any, ...] = (None, "", "x", "7", 7, -1, 3.5, True, [], {}, [None], {"x": 1})


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    for key, item in pairs:
        yield from _places(item, (*path, key))


def _changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    changed = copy.deepcopy(value)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    if new is Ellipsis:
        del holder[path[-1]]
    else:
        holder[path[-1]] = new
    return changed


@pytest.mark.parametrize("name", ["base", "example"])
def test_what_the_schema_refuses_is_refused(shared: Path, name: str) -> None:
    path = shared / "standards" / "schemas" / "empiar_deposition.schema.json"
    schema = json.loads(path.read_bytes())
    # the draft that the schema names is no longer there
    validator = Draft7Validator(
        {key: item for key, item in schema.items() if key != "$schema"},
        format_checker=Draft7Validator.FORMAT_CHECKER,
    )
    example = shared / "contracts/archive_examples/empiar/entry_working_example.json"
    value = json.loads((BASE if name == "base" else example).read_bytes())
    assert validator.is_valid(value)
    assert list(faults(value)) == []
    tried = 0
    for place in list(_places(value))[1:]:
        for new in (..., *ODD):
            other = _changed(value, place, new)
            tried += 1
            wanted = validator.is_valid(other)
            assert (not list(faults(other))) == wanted, (place, new)
    assert tried > 500


def test_faults_lead_to_the_value() -> None:
    value = json.loads(BASE.read_bytes())
    value["principal_investigator"][0]["country"] = "England"
    (fault,) = faults(value)
    assert fault.pointer == "/principal_investigator/0/country"
    assert fault.personal


def test_only_rules_about_depositions_speak() -> None:
    value = json.loads(BASE.read_bytes())
    value["authors"] = [{"name": "Ada", "order_id": "first"}]
    value.pop("imagesets")
    document = read_any(json.dumps(value, indent=1).encode(), "d.json")
    report = lint(document, archive="empiar")
    assert {f.code for f in report.findings} == {"EMP101", "EMP102"}
    assert {f.pointer for f in report.findings} == {
        "",
        "/authors/0/name",
        "/authors/0/order_id",
    }
    # without the archive there is nobody who asks
    assert not lint(document).findings
