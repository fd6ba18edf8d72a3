"""What goes wrong is one sentence, the next command, the documented exit code."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fairsubmit.cli.demo import example_folder
from fairsubmit.rehearsal.faults import Answer, Faults, InvalidLater, ThrottleUpload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result

    from fairsubmit.rehearsal import EmbeddedArchive

    Run = Callable[..., Result]

ARCHIVE = ("--archive", "bioimage-archive")
TO_FOLDER = ("--to", "staging")


def says(result: Result, code: int, *words: str) -> str:
    """Check the exit code, and that the last lines are the sentence and the step."""
    assert result.exit_code == code, result.output
    lines = result.stderr.rstrip("\n").split("\n")
    sentence, step = lines[-2:]
    assert sentence.startswith("error: ")
    assert step.startswith("next: ")
    for word in words:
        assert word in result.stderr
    return sentence


def edit(dataset: Path, old: str, new: str) -> None:
    document = dataset / "submission.yaml"
    text = document.read_text(encoding="utf-8")
    assert old in text
    document.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("command", ["lint", "bundle", "submit", "plan", "rehearse"])
def test_a_folder_without_submission(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "empty").mkdir()
    more = TO_FOLDER if command in {"submit", "plan"} else ()
    found = run(command, "empty", *more)
    says(found, 1, "submission.yaml", "`fairsubmit schema` describes it")
    assert not list((tmp_path / "empty").iterdir())
    assert found.stderr.count("there is no submission.yaml in") == 1


@pytest.mark.parametrize("command", ["lint", "extract", "bundle", "submit", "plan"])
def test_a_folder_that_is_not_there(run: Run, command: str) -> None:
    says(run(command, "nowhere"), 2, "'nowhere' does not exist", f"{command} --help")


def test_broken_yaml(run: Run, dataset: Path) -> None:
    edit(dataset, "authors:", "authors: [a, b")
    found = run("submit", dataset, *TO_FOLDER)
    says(
        found, 1, "time-lapse/submission.yaml:", "DOC101", "fairsubmit lint time-lapse"
    )


def test_an_image_in_place_of_the_submission(run: Run, dataset: Path) -> None:
    image = dataset / "raw/control/control_01.ome.tif"
    (dataset / "submission.yaml").write_bytes(image.read_bytes())
    says(run("submit", dataset, *TO_FOLDER), 1, "DOC101", "not UTF-8")


def test_an_unknown_field_with_its_place(run: Run, dataset: Path) -> None:
    edit(dataset, "    email: josiah", "    emali: josiah")
    lines = (dataset / "submission.yaml").read_text().splitlines()
    line = 1 + next(n for n, text in enumerate(lines) if "emali" in text)
    found = run("submit", dataset, *TO_FOLDER)
    says(
        found,
        1,
        f"time-lapse/submission.yaml:{line}:5: DOC103",
        "did you mean",
        "email",
    )


def test_a_damaged_image(run: Run, dataset: Path) -> None:
    image = dataset / "raw/control/control_01.ome.tif"
    image.write_bytes(image.read_bytes()[:100])
    others = run("extract", dataset, "--format", "json")
    says(others, 6, "control_01.ome.tif", "damaged", "1 file could not be read")
    assert len(json.loads(others.stdout)) == 7  # the rest went on
    says(run("submit", dataset, *TO_FOLDER), 1, "IMG101", "control_01.ome.tif")
    assert not Path("staging").exists()


def test_a_submission_that_selects_nothing(run: Run, dataset: Path) -> None:
    for image in dataset.rglob("*.tif"):
        image.unlink()
    found = run("submit", dataset, *TO_FOLDER)
    says(found, 1, "time-lapse/submission.yaml")


def test_a_name_that_the_archive_refuses(
    run: Run, dataset: Path, logged_in: EmbeddedArchive
) -> None:
    image = dataset / "raw/control/control_01.ome.tif"
    image.rename(image.with_name("control [01].ome.tif"))
    (dataset / "filelists/masks.tsv").write_text(
        (dataset / "filelists/masks.tsv")
        .read_text()
        .replace("control/control_01", "control/control [01]")
    )
    found = run("submit", dataset, *ARCHIVE)
    says(found, 1, "control [01].ome.tif")
    assert logged_in.statistics is not None


def test_a_wrong_password(run: Run, configured: EmbeddedArchive, home: Path) -> None:
    found = run(
        *("login", "--user", configured.email, "--password-stdin"),
        text="not-the-secret\n",
    )
    says(found, 4, "fairsubmit login")
    assert "not-the-secret" not in found.output
    assert not (home / "tokens.json").exists()


def test_an_empty_password(run: Run, configured: EmbeddedArchive) -> None:
    found = run("login", "--user", "a@example.org", "--password-stdin", text="")
    says(found, 2, "password")


def test_no_token_and_nobody_to_ask(
    run: Run, dataset: Path, configured: EmbeddedArchive
) -> None:
    says(run("submit", dataset, *ARCHIVE), 2, "fairsubmit login", "FAIRSUBMIT_TOKEN")
    says(run("login"), 2, "--password-stdin")


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many tries as ever, with next to no wait between them."""
    monkeypatch.setattr("fairsubmit.http.session._draw", lambda: 0.01)


@pytest.mark.usefixtures("impatient")
def test_no_network(
    run: Run, dataset: Path, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRSUBMIT_API_URL", f"http://127.0.0.1:{closed_port}/api")
    monkeypatch.setenv("FAIRSUBMIT_TOKEN", "token-that-stays-secret")
    monkeypatch.setenv("FAIRSUBMIT_CONNECT_TIMEOUT", "2")
    for arguments in (("whoami",), ("submit", dataset, *ARCHIVE)):
        found = run(*arguments)
        says(found, 5, "127.0.0.1")
        assert "token-that-stays-secret" not in found.output


@pytest.mark.usefixtures("impatient")
def test_an_archive_that_answers_with_a_web_page(
    run: Run, dataset: Path, logged_in: EmbeddedArchive
) -> None:
    logged_in.faults.reset(Faults(internal_error=Answer(times=None)))
    try:
        found = run("status", "S-BIAD1", *ARCHIVE)
    finally:
        logged_in.faults.reset(Faults())
    assert found.exit_code in {3, 5}
    says(found, found.exit_code)
    assert "<html" not in found.stderr


def test_what_the_archive_refuses_is_printed(
    run: Run, dataset: Path, logged_in: EmbeddedArchive
) -> None:
    refusal = InvalidLater(errors=("The title is not good enough",))
    logged_in.faults.reset(Faults(invalid_later=refusal))
    try:
        found = run("submit", dataset, *ARCHIVE)
    finally:
        logged_in.faults.reset(Faults())
    says(found, 1, "The title is not good enough")


def test_a_state_folder_that_is_a_file(run: Run, dataset: Path) -> None:
    Path("state").write_text("")
    found = run("submit", dataset, *TO_FOLDER, "--state-dir", "state")
    says(found, found.exit_code, "state")
    assert found.exit_code in {2, 5, 6}


FULL = """
import errno, os, sys

def refuse(event, arguments):
    path = os.fsdecode(arguments[0]) if event == "open" and arguments[0] else ""
    if event == "open" and isinstance(arguments[0], str) and "full-disk" in path:
        writes = arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

from fairsubmit.cli import main
sys.addaudithook(refuse)
main()
"""


def test_a_full_disk_in_the_state_folder(run: Run, dataset: Path) -> None:
    """The operating system refuses every write below the state folder."""
    arguments = ("submit", dataset, *TO_FOLDER, "--state-dir", "full-disk")
    with subprocess.Popen(
        [sys.executable, "-c", FULL, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 5, err
    assert out == ""
    assert "full" in err.replace("full-disk", "")
    assert err.splitlines()[-1].startswith("next: ")
    assert "Traceback" not in err
    assert run(*arguments).exit_code == 0


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_dataset_on_read_only_storage(run: Run, dataset: Path) -> None:
    for folder in (dataset, *dataset.rglob("*")):
        if folder.is_dir():
            folder.chmod(0o555)
    try:
        found = run("submit", dataset, *TO_FOLDER)
    finally:
        for folder in (dataset, *dataset.rglob("*")):
            if folder.is_dir():
                folder.chmod(0o755)
    assert found.exit_code == 0, found.output
    assert not (dataset / ".fairsubmit").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sumbit", "x"), "Did you mean 'submit'?"),
        (("lint", "--selct", "PPL", "."), "'--select'"),
        (("submit", ".", "--archive", "bioimage-archiv"), "bioimage-archive"),
        (("submit", "."), "--archive bioimage-archive"),
        (("submit", ".", "--jobs", "0"), "'--jobs'"),
        (("submit", ".", "--archive", "directory"), "--to FOLDER"),
        (("lint", ".", "--format", "xml"), "'human', 'concise', 'json'"),
        (("login", "--archive", "directory"), "no accounts"),
    ],
)
def test_wrong_usage(run: Run, arguments: tuple[str, ...], words: str) -> None:
    says(run(*arguments), 2, words)


def test_a_rule_that_does_not_exist(run: Run, dataset: Path) -> None:
    says(run("lint", dataset, "--select", "NOPE"), 2, "NOPE")


def test_no_command_shows_them_all(run: Run) -> None:
    found = run()
    assert found.exit_code == 2
    assert found.stdout == ""
    assert found.stderr.startswith("Usage: fairsubmit")
    assert "error:" not in found.stderr


def test_a_broken_configuration_file(run: Run, dataset: Path, home: Path) -> None:
    (home / "config.toml").write_text("archive = ")
    says(run("submit", dataset), 2, "config.toml")


def test_a_setting_that_cannot_be(
    run: Run, dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRSUBMIT_API_URL", "ftp://example.org")
    says(run("plan", dataset, *ARCHIVE), 2, "api_url")


@pytest.mark.parametrize("content", ["", "{}", '{"fairsubmit_receipt": 2}', "\0\xff"])
def test_a_receipt_that_is_none(run: Run, content: str) -> None:
    Path("receipt.json").write_text(content, encoding="latin-1")
    found = run("verify", "receipt.json")
    assert found.exit_code == 6
    assert "is not a fairsubmit receipt" in found.stderr


def test_a_receipt_that_is_not_there(run: Run) -> None:
    found = run("verify", "nowhere.json")
    assert found.exit_code == 2
    assert "nowhere.json" in found.stderr


def program(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "fairsubmit", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def wait_until_sending(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    seen = ""
    for line in process.stderr:
        seen += line
        if line.startswith("sending "):
            return seen
    pytest.fail(f"it never began to send: {seen}")


@pytest.fixture
def slow(logged_in: EmbeddedArchive) -> Iterator[EmbeddedArchive]:
    """The archive, receiving so slowly that there is time to interrupt."""
    logged_in.faults.reset(
        Faults(throttle_upload=ThrottleUpload(bytes_per_second=5000))
    )
    try:
        yield logged_in
    finally:
        logged_in.faults.reset(Faults())


@pytest.mark.skipif(os.name == "nt", reason="no signals to other processes")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("upload", ["ftp", "form"])
def test_an_interrupted_upload_goes_on(
    run: Run, dataset: Path, slow: EmbeddedArchive, number: int, upload: str
) -> None:
    arguments = ("submit", dataset, *ARCHIVE, "--upload", upload)
    with program(*arguments) as process:
        wait_until_sending(process)
        time.sleep(0.3)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert out == ""
    assert "Traceback" not in err
    assert f"go on with: fairsubmit submit time-lapse {' '.join(ARCHIVE)}" in err
    slow.faults.reset(Faults())
    again = run(*arguments, "--format", "json")
    assert again.exit_code == 0, again.output
    accession = json.loads(again.stdout)["accession"]
    assert f"draft {accession}" in again.stderr
    for image in dataset.rglob("*.tif"):
        held = slow.stored(accession) / image.relative_to(dataset)
        assert held.read_bytes() == image.read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="no signals to other processes")
def test_the_second_ctrl_c_leaves_at_once(
    run: Run, dataset: Path, slow: EmbeddedArchive
) -> None:
    with program("submit", dataset, *ARCHIVE) as process:
        wait_until_sending(process)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert time.monotonic() - began < 5
    assert "press Ctrl-C again to leave at once" in err
    assert "Traceback" not in err


def test_a_reader_that_has_enough(tmp_path: Path) -> None:
    """`fairsubmit rule | head -1` ends quietly, with the code of a broken pipe."""
    with program("extract", example_folder(), "--format", "json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
    assert process.returncode == 141
    assert err == ""


def test_no_secret_is_ever_printed(
    run: Run, dataset: Path, logged_in: EmbeddedArchive, home: Path
) -> None:
    token = json.loads((home / "tokens.json").read_text())[logged_in.api_url]
    secrets = (token, logged_in.password, logged_in.account_password)
    printed = ""
    for arguments in (
        ("whoami", "-vv", "--debug"),
        ("submit", dataset, *ARCHIVE, "--upload", "ftp", "-vv", "--debug"),
        ("status", "-vv", "S-BIAD999999", *ARCHIVE, "--debug"),
        ("logout", "-vv"),
    ):
        out, err = program(*arguments).communicate(timeout=60)
        printed += out + err
    written = [p for p in (*home.rglob("*"), *dataset.rglob("*")) if p.is_file()]
    kept = b"".join(path.read_bytes() for path in written)
    assert b"receipt" in kept  # the journal and the receipt are among them
    for secret in secrets:
        assert secret not in printed
        assert secret.encode() not in kept
