"""Earlier layouts become the present one, as curators wrote it by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.lint import lint
from fairsubmit.metadata.migrate import migrate
from fairsubmit.metadata.pagetab import read_pagetab
from fairsubmit.metadata.recognise import read_any

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.load import Document

METHODS = ("biosamples", "specimens", "acquisitions", "correlations", "analyses")


def _by_title(document: Document) -> dict[str, Any]:
    """Return a submission without ids: what refers to one has the title instead."""
    tree = document.tree
    titles = {part["id"]: part["title"] for n in METHODS for part in tree.get(n, [])}
    found: dict[str, Any] = {
        name: [
            {k: v for k, v in part.items() if k != "id"} for part in tree.get(name, [])
        ]
        for name in (*METHODS, "authors")
    }
    found["components"] = [
        (
            part["name"],
            part["description"],
            [
                {key: titles[value] for key, value in each.items()}
                for each in part["associations"]
            ],
        )
        for part in tree["components"]
    ]
    return found


@pytest.mark.parametrize("accession", ["S-BIAD628", "S-BIAD677"])
def test_what_curators_rewrote_by_hand(shared: Path, accession: str) -> None:
    folder = shared / "real_metadata" / "bia_pagetab_pairs"
    before = folder / f"{accession}_original.json"
    after = folder / f"{accession}_override.json"
    found = migrate(read_pagetab(before.read_bytes(), before.name))
    curated = read_pagetab(after.read_bytes(), after.name)
    assert _by_title(found.document) == _by_title(curated)
    assert found.changed
    again = read_pagetab(json.dumps(found.pagetab).encode(), before.name)
    assert _by_title(again) == _by_title(curated)
    codes = {f.code for f in lint(again, archive="bioimage-archive").errors}
    assert "MIG001" not in codes


def test_every_real_record(shared: Path) -> None:
    paths = sorted((shared / "real_metadata").rglob("S-*.json"))
    assert len(paths) > 30
    for path in paths:
        document = read_any(path.read_bytes(), path.name)
        if document.layout != "pagetab" or not document.tree:
            continue
        found = migrate(document)
        nested = any(problem.code == "MIG001" for problem in document.problems)
        assert bool(found.changed) == nested, path.name
        assert not any(p.code == "MIG001" for p in found.document.problems)
        if not nested:
            assert found.document.tree == document.tree


def _component(*children: dict[str, Any]) -> dict[str, Any]:
    named = [
        {"name": "Name", "value": "Movies"},
        {"name": "File List", "value": "m.json"},
    ]
    return {
        "accno": "c",
        "type": "Study Component",
        "attributes": named,
        "subsections": [*children],
    }


def _section(kind: str, **values: str) -> dict[str, Any]:
    listed = [{"name": name, "value": value} for name, value in values.items()]
    return {"type": kind, "attributes": listed}


def _record(*sections: dict[str, Any], **more: str) -> Document:
    value = {
        "attributes": [{"name": k, "value": v} for k, v in more.items()],
        "section": {"type": "Study", "subsections": [*sections]},
    }
    return read_pagetab(json.dumps(value).encode(), "s.json")


def test_which_goes_with_which_is_not_guessed_silently() -> None:
    found = migrate(
        _record(
            _component(
                _section("Biosample", Description="a"),
                _section("Biosample", Description="b"),
                _section("Specimen"),
                _section("Image acquisition"),
                _section("Image acquisition"),
            )
        )
    )
    (component,) = found.document.tree["components"]
    assert len(component["associations"]) == 4
    assert [part["title"] for part in found.document.tree["biosamples"]] == [
        "Biosample",
        "Biosample 2",
    ]
    assert any("every combination was written" in words for words in found.left)


def test_titles_that_are_taken_get_a_number() -> None:
    found = migrate(
        _record(
            _section("Specimen", Title="Specimen"),
            _component(
                _section("Biosample", Title="HeLa"),
                _section("Specimen"),
                _section("Image acquisition"),
            ),
        )
    )
    titles = [part["title"] for part in found.document.tree["specimens"]]
    assert titles == ["Specimen", "Specimen 2"]
    assert found.document.tree["biosamples"][0]["title"] == "HeLa"


def test_what_has_no_place_is_said() -> None:
    strange = _section("Biosample", Title="HeLa", Passage="12", Empty="")
    lab = _section("Laboratory", Room="B 12")
    found = migrate(_record(strange, lab, _component(), Sponsor="ACME"))
    assert found.changed == []
    assert found.left == [
        "`Sponsor` of the record: ACME",
        "`Passage` of Biosample: 12",
        "`Room` of Laboratory: B 12",
        "file list `m.json`: write it as TSV, and name that",
    ]


def test_of_two_values_the_one_that_is_not_taken_is_said() -> None:
    twice = _section("Specimen", Title="S")
    twice["attributes"] += [
        {"name": "Growth protocol", "value": "DMEM"},
        {"name": "Growth protocol", "value": "RPMI"},
    ]
    assert migrate(_record(twice)).left == ["`Growth protocol` of Specimen: RPMI"]


def test_a_crate_is_carried_over(shared: Path) -> None:
    path = shared / "contracts/biostudies_examples/ro_crate/good/ro-crate-metadata.json"
    found = migrate(read_any(path.read_bytes(), path.name))
    assert found.pagetab is None
    assert found.document.tree["biosamples"]
    assert any("accessionId" in words for words in found.left)
