"""With the network cut, what checks and prepares a submission works."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import pytest

from fairsubmit.cli import cli
from fairsubmit.cli.demo import copy_example
from fairsubmit.lint.rules import all_rules
from fairsubmit.metadata.load import parse
from fairsubmit.metadata.submission import Submission

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Runs each command of `commands.json` in one process that refuses to reach anything,
# and writes down what came of it. An audit hook sees what C code does, too, and cannot
# be taken away.
DRIVER = """\
import json, os, sys
tried = []
NAMES = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
def refuse(event, arguments):
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"} | NAMES:
        tried.append(event)
        raise OSError("the network is cut")
sys.addaudithook(refuse)
import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from fairsubmit.cli import main
done = []
for words in json.loads(Path("commands.json").read_text(encoding="utf-8")):
    tried.clear()
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    sys.argv = ["fairsubmit", *words]
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main()
        except SystemExit as end:
            code = end.code
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())
    done.append([words, code or 0, *texts, list(tried)])
    (Path("done") / f"{len(done)}.json").write_text(json.dumps(done[-1]))
"""
CONTROL = """
import socket
try:
    socket.create_connection(("127.0.0.1", 9), timeout=1)
except OSError as error:
    print(error)
"""

FORMATS = ("human", "concise", "json", "jsonl", "github", "gitlab", "junit", "sarif")
# What each command is called with: a dataset in `d`, another with slips in `s`, one
# of images alone in `i`. Commands come in the order of the table.
ARGUMENTS: dict[str, list[str]] = {
    "init": ["i --no-input", "w --no-input --workbook"],
    "convert": [
        "d/submission.yaml d.xlsx",
        "d.xlsx d.yaml",
        "d.yaml d.rembi.json --to rembi-mifa",
        "d.rembi.json d.yaml --force",
    ],
    "extract": [
        "d --format json --workers 1",
        "d/raw --ome-xml --output xml",
        "d/masks/control_01_nuclei.ome.tif --ome-xml --annotations --output more",
    ],
    "formats": ["", "--format json"],
    "lint": [
        *(f"d --format {name}" for name in (*FORMATS, "html")),
        "d --archive bioimage-archive --workers 1 --state-dir state",
        "d --archive zenodo --fail-on never",
        "d --archive idr --fail-on never",
        "d --archive empiar --fail-on never",
        "d --select STU,PPL1 --ignore PPL101 --statistics --fail-on info",
        "s --diff --unsafe-fixes",
        "s --fix",
        "d --baseline baseline.json",
        "d/filelists",
        "d.xlsx",
        "pagetab.json",
        "table.tsv",
        "d/masks/control_01_nuclei.ome.tif",
    ],
    "fair": ["d", "d --format json --state-dir state"],
    "migrate": [
        "pagetab.json",
        "pagetab.json new.json --to pagetab",
        "pagetab.json new.json --to pagetab --force",
    ],
    "rule": ["", "IMG", "--format json", *(rule.code for rule in all_rules())],
    "schema": ["", "lint-report"],
    "terms": [
        "TIRF",
        "zebrafish --format json --limit 3 --state-dir state",
        "MIT --kind licence",
    ],
    "bundle": [
        "d --folder made --archive bioimage-archive --format json --state-dir state"
    ],
}
# Asked to ask, and nobody answers: said at most, and the work goes on.
ONLINE = ("lint d --online", "terms zebrafish --online", "terms qqqq --online")
# An account at an archive, or the archive on this computer, is what these are about.
WITH_ARCHIVE = frozenset(
    {"demo", "login", "logout", "plan", "rehearse", "status", "submit", "verify"}
    | {"whoami"}
)
COMMON = frozenset({"--quiet", "--verbose", "--no-color", "--debug", "--online"})
# Left out by intent: what another program must be there for.
ELSEWHERE = frozenset({"--bioformats"})


class Done(NamedTuple):
    words: list[str]
    code: int
    stdout: str
    stderr: str
    tried: list[str]


def commands() -> dict[str, click.Command]:
    context = click.Context(cli)
    names = cli.list_commands(context)
    found = {name: cli.get_command(context, name) for name in names}
    return {name: each for name, each in found.items() if each is not None}


def test_every_command_is_tried_or_is_about_an_archive() -> None:
    assert {*ARGUMENTS, *WITH_ARCHIVE} == set(commands())
    assert not ARGUMENTS.keys() & WITH_ARCHIVE


@pytest.mark.parametrize("name", ARGUMENTS)
def test_every_option_is_tried(name: str) -> None:
    words = {word for line in ARGUMENTS[name] for word in line.split()}
    for option in commands()[name].params:
        names = {*option.opts, *option.secondary_opts}
        if isinstance(option, click.Option) and not names & (COMMON | ELSEWHERE):
            assert names & words, f"{name} {option.opts[-1]}"


def test_every_format_of_lint_is_tried() -> None:
    option = next(p for p in commands()["lint"].params if "--format" in p.opts)
    assert isinstance(option.type, click.Choice)
    tried = re.findall(r"--format (\w+)", "\n".join(ARGUMENTS["lint"]))
    assert {*option.type.choices} <= {*tried}


def workplace(folder: Path) -> None:
    """Lay out everything that the commands are called with."""
    copy_example(folder)
    data = (folder / "time-lapse").rename(folder / "d")
    shutil.copytree(data, folder / "s")
    slips = folder / "s" / "submission.yaml"
    text = slips.read_text(encoding="utf-8").replace("orcid: ", "orcid: http://x/", 1)
    slips.write_text(
        re.sub(r"(?m)^  title: (.*)$", r'  title: " \1  "  # ours', text, count=1),
        encoding="utf-8",
    )
    for name in ("i", "w"):
        shutil.copytree(data / "raw", folder / name / "raw")
    (folder / "table.tsv").write_text("Files\tGene\na.tif\tx\n", encoding="utf-8")
    (folder / "baseline.json").write_text(
        json.dumps({"findings": [], "waived": [], "summary": {}}), encoding="utf-8"
    )
    pagetab = {
        "attributes": [{"name": "Title", "value": "Nuclear pores of HeLa cells"}],
        "section": {"type": "Study", "attributes": [], "subsections": []},
    }
    (folder / "pagetab.json").write_text(json.dumps(pagetab), encoding="utf-8")
    (folder / "done").mkdir()


def environment(folder: Path) -> dict[str, str]:
    mine = {k: v for k, v in os.environ.items() if not k.startswith("FAIRSUBMIT_")}
    return {
        **mine,
        "FAIRSUBMIT_CONFIG": str(folder / "config.toml"),
        "FAIRSUBMIT_STATE_DIR": str(folder / "state"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> list[Done]:
    """What came of every command, run without a network."""
    folder = tmp_path_factory.mktemp("offline")
    workplace(folder)
    lines = [f"{name} {line}" for name, each in ARGUMENTS.items() for line in each]
    words: Sequence[list[str]] = [line.split() for line in (*lines, *ONLINE)]
    (folder / "commands.json").write_text(json.dumps(words), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-c", DRIVER],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    found = [
        Done(*json.loads((folder / "done" / f"{at}.json").read_text(encoding="utf-8")))
        for at in range(1, len(words) + 1)
    ]
    assert [each.words for each in found] == words
    return found


def test_no_command_reaches_for_the_network(offline: list[Done]) -> None:
    reached = [
        one.words for one in offline if one.tried and "--online" not in one.words
    ]
    assert not reached


def test_every_command_does_its_work(offline: list[Done]) -> None:
    """Findings end with 1, everything else with 0; nothing fails."""
    for one in offline:
        good = {0, 1} if one.words[0] in {"lint", "migrate", "terms"} else {0}
        assert one.code in good, (one.words, one.code, one.stderr[-800:])
        assert "Traceback" not in one.stderr, one.words


def output(offline: list[Done], line: str) -> str:
    return next(one.stdout for one in offline if one.words == line.split())


def test_what_comes_out_is_whole(offline: list[Done]) -> None:
    for name in ("json", "gitlab", "sarif"):
        assert json.loads(output(offline, f"lint d --format {name}")) is not None
    assert "<html" in output(offline, "lint d --format html")
    assert "<testsuite" in output(offline, "lint d --format junit")
    assert "\n-" in output(offline, "lint s --diff --unsafe-fixes")
    assert "FBbi:" in output(offline, "terms TIRF")
    assert json.loads(
        output(offline, "terms zebrafish --format json --limit 3 --state-dir state")
    )
    assert (
        json.loads(output(offline, "schema"))["properties"].keys()
        == Submission.model_fields.keys()
    )
    assert "PPL102" in output(offline, "rule PPL102")
    migrated: Any = parse(output(offline, "migrate pagetab.json").encode(), "x").tree
    assert migrated["study"]["title"] == "Nuclear pores of HeLa cells"


def test_who_asks_a_registry_that_does_not_answer_goes_on(offline: list[Done]) -> None:
    asked = [one for one in offline if "--online" in one.words]
    assert len(asked) == len(ONLINE)
    assert any(one.tried for one in asked)
    lint, known, unknown = asked
    assert lint.code == output_code(offline, "lint d --format human")
    assert "NCBITaxon:7955" in known.stdout
    assert unknown.code == 1


def output_code(offline: list[Done], line: str) -> int:
    return next(one.code for one in offline if one.words == line.split())


def test_the_hook_cuts_the_network(tmp_path: Path) -> None:
    """The control: without it, the tests above would show nothing."""
    hook = DRIVER.partition("import io")[0]
    ended = subprocess.run(
        [sys.executable, "-c", hook + CONTROL],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "the network is cut\n"


@pytest.mark.skipif(sys.platform != "linux", reason="name spaces are Linux's")
def test_lint_in_a_name_space_without_network(tmp_path: Path) -> None:
    alone = ["unshare", "--user", "--map-root-user", "--net"]
    try:
        subprocess.run([*alone, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no name spaces here")
    copy_example(tmp_path)
    command = [sys.executable, "-m", "fairsubmit", "lint", "time-lapse"]
    ended = subprocess.run(
        [*alone, *command, "--archive", "bioimage-archive", "--format", "json"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert json.loads(ended.stdout)["summary"]["error"] == 0
