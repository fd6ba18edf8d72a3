"""The house stands as it was drawn: layers, sizes, imports, words."""

from __future__ import annotations

import ast
import importlib
import io
import pkgutil
import re
import statistics
import subprocess
import sys
import tokenize
from typing import TYPE_CHECKING

import pytest

import fairsubmit
from fairsubmit import errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_FILE = 400
MAX_FUNCTION = 60
MEDIAN_FILE = 250
# Imported when a command runs, never to print a help page.
HEAVY = {
    "click.testing",
    "hypothesis",
    "keyring",
    "lxml",
    "numpy",
    "ome_types",
    "pydantic",
    "pytest",
    "requests",
    "starlette",
    "tifffile",
    "uvicorn",
    "xsdata",
    "yaml",
    "zarr",
}
# Modules that anything may import without paying for more than the standard library.
LIGHT = (
    "fairsubmit",
    "fairsubmit.archives",
    "fairsubmit.cli",
    "fairsubmit.errors",
    "fairsubmit.findings",
    "fairsubmit.manifest",
    "fairsubmit.metadata.image",
    "fairsubmit.metadata.table",
    "fairsubmit.readers",
    "fairsubmit.receipt",
    "fairsubmit.transfer",
    "fairsubmit.transports",
)


def sources(project: Path) -> list[Path]:
    found = sorted((project / "src/fairsubmit").rglob("*.py"))
    assert len(found) > 50
    return found


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_layers(project: Path) -> None:
    """Every contract of pyproject.toml, as `make check` runs them."""
    script = "from importlinter.cli import lint_imports_command as main; main()"
    found = subprocess.run(
        [sys.executable, "-c", script, "--no-cache"],
        cwd=project,
        capture_output=True,
        check=False,
        text=True,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert " 0 broken" in found.stdout


def test_files_and_functions_stay_small(project: Path) -> None:
    paths = sources(project)
    sizes = {path: lines_of(path) for path in paths}
    large = {path.name: size for path, size in sizes.items() if size > MAX_FILE}
    assert not large, "a file that grows past this is two things"
    assert statistics.median(size for size in sizes.values() if size) <= MEDIAN_FILE
    long = {
        f"{path.name}:{node.name}": size
        for path in paths
        for node, size in functions(path)
        if size > MAX_FUNCTION
    }
    assert not long


def functions(path: Path) -> Iterator[tuple[ast.FunctionDef, int]]:
    """Every function with its number of lines, the docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            if ast.get_docstring(node) is not None:
                first = node.body[1] if len(node.body) > 1 else first
            assert node.end_lineno is not None
            yield node, node.end_lineno - first.lineno + 1  # type: ignore[misc]


def loaded_by(statement: str) -> set[str]:
    script = f"import sys\n{statement}\nsys.stderr.write(' '.join(sys.modules))"
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    return set(found.stderr.split())


def heavy(modules: set[str]) -> set[str]:
    return {name for name in HEAVY if name in modules}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["submit", "--help"], ["lint", "--help"]]
)
def test_a_help_page_imports_nothing_heavy(arguments: list[str]) -> None:
    statement = (
        "from fairsubmit.cli import main\n"
        f"sys.argv = ['fairsubmit', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code"
    )
    assert not heavy(loaded_by(statement))


@pytest.mark.parametrize("module", LIGHT)
def test_modules_load_heavy_libraries_on_use_only(module: str) -> None:
    assert not heavy(loaded_by(f"import {module}"))


def modules() -> list[str]:
    found = pkgutil.walk_packages(fairsubmit.__path__, "fairsubmit.")
    return [item.name for item in found if not item.name.endswith("__main__")]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # asyncore, below pyftpdlib
@pytest.mark.parametrize("name", modules())
def test_all_names_what_is_there_sorted(name: str) -> None:
    module = importlib.import_module(name)
    names = getattr(module, "__all__", [])
    for exported in names:
        assert getattr(module, exported) is not None, exported
    assert len(set(names)) == len(names)


def test_the_public_api_is_sorted_and_complete() -> None:
    names = fairsubmit.__all__
    assert list(names) == sorted(names)
    for name in names:
        assert getattr(fairsubmit, name) is not None


def all_errors(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for below in kind.__subclasses__():
        yield from all_errors(below)


def test_every_error_of_the_tree_is_public_and_ends_in_a_documented_code() -> None:
    ours = [
        e for e in all_errors(errors.FairsubmitError) if e.__module__ == errors.__name__
    ]
    assert {error.__name__ for error in ours} == set(errors.__all__)
    for error in ours:
        assert error.exit_code in {1, 2, 3, 4, 5, 6, 130}  # type: ignore[attr-defined]
        assert (error.__doc__ or "").strip()
        assert error.__name__.endswith("Error")


def committed(project: Path) -> list[Path]:
    found = subprocess.run(
        ["git", "ls-files", "-z"], cwd=project, capture_output=True, check=False
    )
    if found.returncode:
        pytest.skip("not a git checkout")
    names = found.stdout.decode().split("\0")
    return [project / name for name in names if name and (project / name).is_file()]


# Written so that this file does not hold them itself.
FORBIDDEN = {
    "places of one computer": r"(?<![\w.])/(wor[k]|roo[t]|tm[p]|hom[e]/\w+)/",
    "work that is not done": r"#\s*(TOD[O]|FIXM[E]|XX[X])\b(?! needs an issue)",
    "addresses of package mirrors": r"index-ur[l]|extra-inde[x]|trusted-hos[t]",
    "keys": r"-----BEGIN [A-Z ]*PRIVATE KE[Y]-----|\bAKI[A][0-9A-Z]{16}\b",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_committed_text_holds(project: Path, what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = []
    for path in committed(project):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(project)}: {line.strip()[:80]}"
            for line in text.splitlines()
            if pattern.search(line)
        ]
    assert not found


# Names say what a thing is; these fit anything.
EMPTY_WORDS = {"helper", "helpers", "misc", "utils", "util", "common", "manager"}


def test_no_module_has_an_empty_name(project: Path) -> None:
    for path in sources(project):
        assert not set(path.stem.split("_")) & EMPTY_WORDS, path


def test_every_waived_check_gives_its_reason(project: Path) -> None:
    silent = []
    for path in sources(project):
        text = path.read_text(encoding="utf-8")
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and "noqa" in token.string:
                codes = re.search(r"noqa: [A-Z]+\d+(, ?[A-Z]+\d+)* - \S", token.string)
                if not codes:
                    silent.append(f"{path.name}:{token.start[0]} {token.string}")
    assert not silent


def test_what_is_generated_or_private_is_not_committed(project: Path) -> None:
    for path in committed(project):
        parts = path.relative_to(project).parts
        assert not {"__pycache__", ".venv", ".fairsubmit"} & set(parts), path
        assert path.name not in {".env", ".netrc", "id_rsa"}, path
