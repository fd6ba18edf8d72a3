"""Damaged files are findings or problems with the byte or the file where they broke.

One run of the command reads them all; no one's damage hides another's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.faults.damage import CASES, Damage, write_all
from tests.faults.extracting import Outcome, extract

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("damage")
    write_all(made)
    return made


@pytest.fixture(scope="module")
def outcome(folder: Path) -> Outcome:
    return extract(folder)


@pytest.mark.parametrize("damage", CASES, ids=lambda damage: damage.name)
def test_it_is_told_where_it_broke(outcome: Outcome, damage: Damage) -> None:
    said = outcome.of(f"{damage.name}/")
    assert re.search(damage.words, said), said or "nothing was said"
    assert ("IMG101" in said or "! " in said) == damage.error, said


def test_what_is_whole_is_read_beside_it(outcome: Outcome) -> None:
    assert outcome.code == 6
    assert "whole/a.ome.tif" in outcome.paths()
    assert outcome.of("whole/") == ""
    assert outcome.of("notes.json") == ""


def test_other_processes_say_the_same(folder: Path, outcome: Outcome) -> None:
    other = extract(folder, "--workers", "2")
    assert other.records == outcome.records
    assert other.told == outcome.told
