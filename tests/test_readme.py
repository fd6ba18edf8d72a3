"""README and docs do what they say: their commands run, their tables are current."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from click.testing import CliRunner

from fairsubmit.cli import COMMANDS, cli
from fairsubmit.cli.demo import copy_example
from fairsubmit.metadata.submission import Submission
from fairsubmit.rehearsal import EmbeddedArchive
from fairsubmit.testing.generate import outdated

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *PROJECT.glob("docs/*.md")]
)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"`fairsubmit ([a-z]+)")
EXITS = re.compile(r"  # exits with (\d+)$")


def blocks(page: Path, language: str) -> list[str]:
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [text for name, text in found if name == language]


def pages_with(language: str) -> list[Path]:
    return [page for page in PAGES if blocks(page, language)]


@dataclass
class Shown:
    """A command of a page and what the page shows of its output."""

    line: str
    code: int = 0
    output: list[str] = field(default_factory=list)

    @property
    def pattern(self) -> str:
        """``…`` stands for anything: lines where it is alone, else part of one."""
        parts = [
            "(?:.*\n)*?"
            if line == "…"
            else ".*".join(map(re.escape, line.rstrip().split("…"))) + " *\n"
            for line in self.output
        ]
        return "".join(parts)


def shown(page: Path) -> Iterator[Shown]:
    for block in blocks(page, "console"):
        command: Shown | None = None
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield command
                found = EXITS.search(line)
                code = int(found[1]) if found else 0
                command = Shown(EXITS.sub("", line[2:]), code)
            else:
                assert command is not None, f"{page.name} shows output of nothing"
                command.output.append(line)
        if command:
            yield command


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedArchive]:
    with EmbeddedArchive(tmp_path_factory.mktemp("archive")) as running:
        yield running


@pytest.fixture
def desk(
    tmp_path: Path, server: EmbeddedArchive, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder with `my-dataset` and `broken-dataset`, and an account."""
    for name in os.environ:
        if name.startswith("FAIRSUBMIT_") and name != "FAIRSUBMIT_REQUIRE_SHARED":
            monkeypatch.delenv(name)
    (tmp_path / "home").mkdir()
    (tmp_path / "home/config.toml").write_text(
        "[archives.bioimage-archive]\npolling = {first = 0.05, longest = 0.5}\n"
    )
    settings = {
        "CONFIG": str(tmp_path / "home/config.toml"),
        "STATE_DIR": str(tmp_path / "home/state"),
        **server.settings,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"FAIRSUBMIT_{name.upper()}", str(value))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.chdir(tmp_path)
    for name in ("my-dataset", "broken-dataset"):
        copied, _ = copy_example(tmp_path)
        copied.rename(tmp_path / name)
    broken = tmp_path / "broken-dataset/submission.yaml"
    text = broken.read_text(encoding="utf-8")
    broken.write_text(text.replace("-0097", "-0098"), encoding="utf-8")
    login = ["login", "--user", server.email, "--password-stdin"]
    found = CliRunner().invoke(cli, login, input=server.account_password + "\n")
    assert found.exit_code == 0, found.output
    return tmp_path


@pytest.mark.parametrize("page", pages_with("console"), ids=lambda page: page.name)
@pytest.mark.usefixtures("desk")
def test_the_commands_of_a_page_run_as_shown(page: Path) -> None:
    for command in shown(page):
        program, *arguments = shlex.split(command.line)
        assert program == "fairsubmit"
        found = CliRunner().invoke(cli, arguments)
        assert found.exit_code == command.code, f"{command.line}\n{found.output}"
        # Tables are as wide as their cells: runs of spaces do not matter.
        printed = re.sub(" {2,}", "  ", found.stdout)
        wanted = re.sub(r"(?:\\ ){2,}", "  ", command.pattern)
        assert re.match(wanted, printed), f"{command.line}\n{found.stdout}"


@pytest.mark.parametrize("page", pages_with("python"), ids=lambda page: page.name)
def test_the_python_of_a_page_runs(page: Path, desk: Path) -> None:
    for number, block in enumerate(blocks(page, "python")):
        script = desk / f"block_{number}.py"
        script.write_text(block, encoding="utf-8")
        ran = subprocess.run(
            [sys.executable, "-W", "error", script],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout


def test_generated_parts_are_what_the_code_makes() -> None:
    assert not outdated(PROJECT)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_commands_that_exist(page: Path) -> None:
    names = {name for names in COMMANDS.values() for name in names}
    assert set(COMMAND.findall(page.read_text(encoding="utf-8"))) <= names


def test_every_command_is_in_the_docs() -> None:
    text = "".join(p.read_text(encoding="utf-8") for p in PROJECT.glob("docs/*.md"))
    for names in COMMANDS.values():
        for name in names:
            assert f"fairsubmit {name}" in text, name


def test_pieces_of_submissions_in_the_docs_are_of_the_layout() -> None:
    """The parts that pages show have the fields of the model."""
    fields = set(Submission.model_fields)
    for page in PAGES:
        for block in blocks(page, "yaml"):
            assert set(yaml.safe_load(block)) <= fields, page.name


def test_the_set_up_is_two_commands_of_make() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test"):
        assert f"make {target} " in readme
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
