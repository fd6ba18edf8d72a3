"""Every archive has its place in the table, and its contract is run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel

from fairsubmit.archives import ARCHIVES
from fairsubmit.archives.base import Archive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Modules that are no archive.
PARTS = {"__init__", "base"}


def contracts(project: Path) -> Iterator[str]:
    """What the fixture ``archive`` returns in each subclass of the contract."""
    for path in sorted((project / "tests" / "archives").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and "ArchiveContract" in map(
                ast.unparse, node.bases
            ):
                for member in node.body:
                    if isinstance(member, ast.FunctionDef) and member.name == "archive":
                        assert member.returns is not None, f"{path.name}: {node.name}"
                        yield ast.unparse(member.returns)


def ours(project: Path) -> dict[str, str]:
    """Module of each archive of the table, by its name."""
    modules = {name: ARCHIVES[name].load() for name in ARCHIVES}
    names = {name: str(vars(module)["__name__"]) for name, module in modules.items()}
    return {
        name: module.rpartition(".")[2]
        for name, module in names.items()
        if module.startswith("fairsubmit.archives.")
    }


def test_every_module_is_in_the_table(project: Path) -> None:
    folder = project / "src" / "fairsubmit" / "archives"
    modules = {path.stem for path in folder.iterdir() if not path.name.startswith("__")}
    assert modules - PARTS == set(ours(project).values())


def test_every_archive_runs_the_contract(project: Path) -> None:
    tested = list(contracts(project))
    assert len(tested) == len(set(tested))
    returned = {
        ARCHIVES[name].load().connect.__annotations__["return"]
        for name in ours(project)
    }
    assert returned == set(tested)


@pytest.mark.parametrize("name", list(ARCHIVES))
def test_every_setting_is_documented(name: str) -> None:
    settings = ARCHIVES[name].settings
    assert issubclass(settings, BaseModel)
    for field, told in settings.model_fields.items():
        assert told.description, field


@pytest.mark.parametrize("name", list(ARCHIVES))
def test_every_archive_has_all_of_the_port(name: str) -> None:
    kind = ARCHIVES[name].load().connect.__annotations__["return"]
    archive = getattr(ARCHIVES[name].load(), kind)
    members = {member for member in vars(Archive) if not member.startswith("_")}
    assert len(members) > 10
    for member in members:
        assert getattr(archive, member).__doc__, member
