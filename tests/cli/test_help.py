"""The help is complete, quick, and says what the program does."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from fairsubmit.cli import COMMANDS, cli
from fairsubmit.cli.errors import ExitCode
from fairsubmit.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    Run = Callable[..., Result]

NAMES = [name for names in COMMANDS.values() for name in names]
# What is slow to import, or needs a part of the computer that may not be there.
HEAVY = {
    "fairsubmit.pipeline",
    "keyring",
    "lxml",
    "numpy",
    "ome_types",
    "platformdirs",
    "pydantic",
    "pyftpdlib",
    "requests",
    "starlette",
    "tifffile",
    "tqdm",
    "yaml",
}


def examples(name: str) -> list[list[str]]:
    """Return the example lines of a command's help, split into words."""
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    text = (found.epilog or "").partition("Exit codes")[0]
    lines = (line.strip() for line in text.splitlines())
    return [
        shlex.split(line.partition(" > ")[0].partition(" < ")[0])
        for line in lines
        if line.startswith("fairsubmit ")
    ]


@pytest.mark.parametrize("option", ["--help", "-h"])
@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(run: Run, name: str, option: str) -> None:
    found = run(name, option)
    assert found.exit_code == 0
    assert "Examples:" in found.stdout
    assert "Exit codes:" in found.stdout
    assert "  130  interrupted" in found.stdout
    assert found.stderr == ""
    assert all(len(line) <= 100 for line in found.stdout.splitlines())


@pytest.mark.parametrize("name", NAMES)
def test_every_example_can_be_typed(name: str) -> None:
    """Parse each example, without the check that the paths exist."""
    lines = examples(name)
    assert lines
    for program, command, *arguments in lines:
        assert (program, command) == ("fairsubmit", name)
        found = cli.get_command(click.Context(cli), name)
        assert found is not None
        for parameter in found.params:
            if isinstance(parameter.type, click.Path):
                parameter.type.exists = False
        found.make_context(name, arguments)


@pytest.mark.parametrize("name", NAMES)
def test_every_option_has_words(name: str) -> None:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    for parameter in found.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"


def test_the_overview_lists_all_commands_and_codes(run: Run) -> None:
    found = run("--help").stdout
    for name in NAMES:
        assert f"  {name} " in found
    for code in ExitCode:
        assert f"{code.value:3}  {code.meaning}" in found
    assert "..." not in found.partition("\n")[2]  # no summary is cut short


def test_the_version(run: Run) -> None:
    assert run("--version").stdout == f"fairsubmit {VERSION}\n"
    assert run("-V").stdout == f"fairsubmit {VERSION}\n"


@pytest.mark.parametrize("arguments", [[], *([name] for name in NAMES)])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import json, sys\n"
        "from fairsubmit.cli import cli\n"
        f"cli.main({[*arguments, '--help']!r}, standalone_mode=False)\n"
        "print('modules', json.dumps(sorted(sys.modules)))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    modules = set(json.loads(ran.stdout.rpartition("modules ")[2]))
    assert "click" in modules
    assert not modules & HEAVY


def test_python_m_fairsubmit_is_the_same_program() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "fairsubmit", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == f"fairsubmit {VERSION}\n"


def test_verbose_logs_our_steps_only(run: Run) -> None:
    import logging

    before = logging.getLogger("fairsubmit").level
    try:
        run("rule", "-vv")
        assert logging.getLogger("fairsubmit").level == logging.DEBUG
        assert logging.getLogger("urllib3").getEffectiveLevel() > logging.DEBUG
    finally:
        logging.getLogger("fairsubmit").setLevel(before)
