"""Every upload protocol has its place in the table, and its contract is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import fairsubmit.transports
from fairsubmit.transports import TRANSPORTS
from fairsubmit.transports.base import Properties

if TYPE_CHECKING:
    from pathlib import Path

# Modules that are no protocol.
PARTS = {"__init__", "base", "body", "handle", "retry", "table"}


def test_every_module_is_in_the_table(project: Path) -> None:
    folder = project / "src" / "fairsubmit" / "transports"
    modules = {path.stem for path in folder.iterdir() if not path.name.startswith("__")}
    assert modules - PARTS == {name.replace("-", "_") for name in TRANSPORTS}


@pytest.mark.parametrize("name", sorted(set(TRANSPORTS) - {"dry-run"}))
def test_every_protocol_runs_the_contract(name: str, project: Path) -> None:
    module = project / "tests" / "contracts" / f"test_{name}_transport.py"
    source = module.read_text(encoding="utf-8")
    assert "(TransportContract)" in source
    assert TRANSPORTS[name].__name__ in source


@pytest.mark.parametrize("name", sorted(TRANSPORTS))
def test_every_protocol_is_documented(name: str) -> None:
    kind = TRANSPORTS[name]
    for member in ("properties", "create", "missing", "write", "complete", "abort"):
        assert getattr(kind, member).__doc__
    assert kind.__doc__


def test_nothing_else_is_there() -> None:
    with pytest.raises(AttributeError):
        _ = fairsubmit.transports.NOTHING


def test_the_defaults_are_the_careful_ones() -> None:
    assert Properties() == Properties(None, 1, 4, None, None)
