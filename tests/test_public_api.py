"""What a script may import: complete, documented, silent, deaf to the environment."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import fairsubmit
from fairsubmit.rehearsal import EmbeddedArchive
from fairsubmit.testing.dataset import write_submission

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fairsubmit import Archive, Plan

# Arrows of the pipeline that packages are named like.
NAMESAKES = ("bundle", "lint", "transfer")
FUNCTIONS = [
    name for name in fairsubmit.__all__ if inspect.isfunction(getattr(fairsubmit, name))
]
CLASSES = [
    name for name in fairsubmit.__all__ if inspect.isclass(getattr(fairsubmit, name))
]
POLLING = {"first": 0.02, "longest": 0.1}


def imported(project: Path) -> set[str]:
    """Names that a type checker sees."""
    source = (project / "src/fairsubmit/__init__.py").read_text(encoding="utf-8")
    blocks = [node for node in ast.parse(source).body if isinstance(node, ast.If)]
    return {
        alias.name
        for block in blocks
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def run_alone(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", NAMESAKES)
def test_the_arrow_wins_over_the_package_of_its_name(name: str) -> None:
    part = {"bundle": "make", "lint": "engine", "transfer": "engine"}[name]
    run_alone(
        f"""
import fairsubmit
before = fairsubmit.{name}
import fairsubmit.{name}.{part}
assert fairsubmit.{name} is before
import types
assert isinstance(before, types.FunctionType), before
from fairsubmit import {name}
assert {name} is before
"""
    )
    run_alone(
        f"""
import fairsubmit.{name}.{part}
import types
assert isinstance(fairsubmit.{name}, types.FunctionType)
from fairsubmit.{name} import {part}
assert isinstance({part}, types.ModuleType)
"""
    )


def test_all_is_sorted_and_agrees_with_what_is_loaded(project: Path) -> None:
    names = set(fairsubmit.__all__) - {"__version__"}
    assert fairsubmit.__all__ == sorted(fairsubmit.__all__)
    assert names == set(fairsubmit._PLACES) == imported(project)
    assert set(FUNCTIONS) | set(CLASSES) == names
    assert dir(fairsubmit) == fairsubmit.__all__


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_signature_names_is_public_too(name: str) -> None:
    function = getattr(fairsubmit, name)
    text = " ".join(map(str, function.__annotations__.values()))
    named = set(re.findall(r"\b[A-Z]\w+", text))
    elsewhere = {"Callable", "Executor", "Iterable", "Iterator", "None", "Path"}
    elsewhere |= {"Sequence", "Event"}
    assert named - elsewhere <= set(fairsubmit.__all__)


def documented(text: str, title: str) -> set[str]:
    """Names described in one section of a numpydoc docstring."""
    section = rf"^{title}\n-+\n(.*?)(?:\n\n\w[^\n]*\n-+\n|\Z)"
    found = re.search(section, text, re.MULTILINE | re.DOTALL)
    lines = found[1].splitlines() if found else []
    heads = [line for line in lines if line and not line.startswith(" ")]
    return {name.strip(" *") for line in heads for name in line.split(",")}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_describes_each_parameter(name: str) -> None:
    function = getattr(fairsubmit, name)
    text = inspect.getdoc(function) or ""
    assert re.match(r"[A-Z].*[^.]\.\n\n", text), "one sentence first"
    parameters = set(inspect.signature(function).parameters)
    assert documented(text, "Parameters") == parameters


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_describes_each_field(name: str) -> None:
    kind = getattr(fairsubmit, name)
    text = inspect.getdoc(kind) or ""
    assert re.match(r"[A-Z].*[^.]\.(\n\n|\Z)", text), "one sentence first"
    if dataclasses.is_dataclass(kind):
        fields = {field.name for field in dataclasses.fields(kind)}
        told = documented(text, "Attributes") | documented(text, "Parameters")
        assert fields <= told
    for member, value in vars(kind).items():
        if not member.startswith("_") and inspect.isroutine(value):
            assert inspect.getdoc(value), member


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    root = tmp_path / "dataset"
    write_submission(root)
    (root / "raw").mkdir()
    (root / "raw" / "notes.txt").write_bytes(b"5 min interval")
    (root / "raw" / "plane.dat").write_bytes(bytes(range(256)) * 2000)
    return root


@pytest.fixture(params=["directory", "form", "ftp"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    if request.param == "directory":
        yield fairsubmit.connect("directory", folder=str(tmp_path / "staging"))
        return
    with EmbeddedArchive(tmp_path / "server") as server:
        archive = fairsubmit.connect(
            "bioimage-archive",
            **server.settings,
            token=server.token,
            upload=request.param,
            polling=POLLING,
        )
        yield archive
        archive.close()


@pytest.fixture(params=["empty", "misleading"])
def environment(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in it, or only what would lead elsewhere if it were read."""
    for name in os.environ:
        if name.upper() != "SYSTEMROOT":  # Windows opens no socket without
            monkeypatch.delenv(name)
    if request.param == "misleading":
        for name in ("API_URL", "FILES_URL", "CONFIG", "STATE_DIR", "FTP_HOST"):
            monkeypatch.setenv(f"FAIRSUBMIT_{name}", "http://127.0.0.1:1/no/such/place")
        for name in ("TOKEN", "FTP_PASSWORD", "FTP_USER", "UPLOAD", "ARCHIVE"):
            monkeypatch.setenv(f"FAIRSUBMIT_{name}", "wrong")
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ftp_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")


def parts(plan: Plan) -> set[str]:
    return {step.action.value for step in plan.steps}


@pytest.mark.usefixtures("environment")
def test_a_script_deposits_with_public_names_alone(
    archive: Archive,
    dataset: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    capfd.readouterr()
    state = tmp_path / "state"
    work = fairsubmit.work_folder(dataset, state)
    prepared = fairsubmit.prepare(dataset, work=work, archive=archive.name)
    assert prepared.report.ok, prepared.report.dumps()
    bundle = fairsubmit.bundle(prepared)
    assert parts(fairsubmit.plan(bundle, archive, state=state)) == {"send"}
    receipt = fairsubmit.submit(bundle, archive, state=state)
    assert parts(fairsubmit.plan(bundle, archive, state=state)) == {"skip"}
    assert fairsubmit.verify(receipt, archive, read_back=True).ok
    assert {file.path for file in receipt.files} == {
        item.entry.path for item in bundle.items()
    }
    assert fairsubmit.submit(bundle, archive, state=state) == receipt
    assert capfd.readouterr() == ("", "")


def test_a_script_may_walk_each_step(
    archive: Archive, dataset: Path, tmp_path: Path
) -> None:
    """`submit` is these arrows; `transfer` serves who wants the files sent only."""
    work = fairsubmit.work_folder(dataset, tmp_path / "state")
    bundle = fairsubmit.bundle(fairsubmit.prepare(dataset, work=work))
    draft = archive.open(bundle, "a-token-of-ours")
    journal_path = tmp_path / "state" / "mine.jsonl"
    plan = fairsubmit.plan(bundle, archive, state=tmp_path / "state")
    transport = archive.transport(draft)
    try:
        with fairsubmit.Journal.open(journal_path) as journal:
            result = fairsubmit.transfer(plan, transport, journal=journal)
    finally:
        transport.close()
    assert result.files == len(plan.steps)
    held = archive.held(draft)
    assert {path: file.size for path, file in held.items()} == {
        item.entry.path: item.entry.size for item in bundle.items()
    }


def test_a_script_reads_and_checks_without_an_archive(dataset: Path) -> None:
    opened = fairsubmit.open_dataset(dataset)
    images = fairsubmit.extract([dataset], root=dataset)
    report = fairsubmit.lint(opened, images)
    assert isinstance(report, fairsubmit.Report)
    assert report.ok


def test_names_are_loaded_by_several_threads_at_once() -> None:
    run_alone(
        """
import threading
import fairsubmit
found = []
def load():
    found.append([getattr(fairsubmit, name) for name in fairsubmit.__all__])
threads = [threading.Thread(target=load) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len(found) == 8
assert all(all(a is b for a, b in zip(found[0], one)) for one in found)
"""
    )


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'deposit_all'"):
        _ = fairsubmit.deposit_all
