"""Every error becomes one sentence, a next step and the documented exit code."""

from __future__ import annotations

import errno
import io
import re
import sys
from typing import TYPE_CHECKING

import click
import pytest

from fairsubmit import errors
from fairsubmit.cli.errors import ExitCode, guard
from fairsubmit.cli.invocation import Invocation
from fairsubmit.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

FINDING = Finding(
    "PPL102",
    "orcid-invalid",
    Severity.ERROR,
    "the last character must be 7",
    "a.yaml",
    5,
    2,
)


def run(error: BaseException, **invocation: object) -> int:
    def call() -> None:
        raise error

    return guard(call, Invocation(["submit", "my data"], **invocation))  # type: ignore[arg-type]


def every_error() -> Iterator[errors.FairsubmitError]:
    special = {
        "DamagedFileError": ("a.tif", "an offset"),
        "FileChangedError": ("a.tif", "1 byte", "2 bytes"),
    }
    for name in errors.__all__:
        kind = getattr(errors, name)
        yield kind(*special.get(name, (f"what happened ({name})",)))


@pytest.mark.parametrize("error", list(every_error()), ids=lambda e: type(e).__name__)
def test_each_of_our_errors(
    error: errors.FairsubmitError, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(error) == error.exit_code
    assert error.exit_code in set(ExitCode)
    found = capsys.readouterr()
    assert found.out == ""
    assert found.err.startswith(f"error: {error}\n")
    assert "Traceback" not in found.err


def test_the_table_of_the_docstring_is_the_truth() -> None:
    codes = {int(code) for code in re.findall(r" (\d+) ", errors.__doc__ or "")}
    assert codes <= {code.value for code in ExitCode}


def test_the_hint_is_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    run(errors.ConfigError("no token", hint="run `fairsubmit login`"))
    assert capsys.readouterr().err == "error: no token\nnext: run `fairsubmit login`\n"


def test_what_is_temporary_names_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(errors.TransientTransferError("the network is gone")) == 5
    assert "fairsubmit submit 'my data'" in capsys.readouterr().err


@pytest.mark.parametrize("kind", [errors.MetadataError, errors.SubmissionRejectedError])
def test_findings_are_printed_as_lint_prints_them(
    kind: type[errors.MetadataError], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(kind("1 error", findings=[FINDING]), shown_root="my data") == 1
    found = capsys.readouterr().err
    assert "my data/a.yaml:5:2: PPL102" in found
    assert "the last character must be 7" in found
    assert found.index("PPL102") < found.index("error: 1 error")


def test_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(KeyboardInterrupt(), resumable=True) == 130
    found = capsys.readouterr().err
    assert found == (
        "error: interrupted, nothing is lost\nnext: go on with: "
        "fairsubmit submit 'my data'\n"
    )


def test_a_question_nobody_answers(capsys: pytest.CaptureFixture[str]) -> None:
    abort = click.Abort()
    abort.__cause__ = EOFError()
    assert run(abort) == 2
    assert "nobody" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (errno.ENOSPC, 5, "free some space"),
        (errno.EACCES, 6, "who may read"),
        (errno.EROFS, 6, "who may read"),
    ],
)
def test_what_the_system_refuses(
    number: int, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(OSError(number, "said the system", "/state/journal")) == code
    found = capsys.readouterr().err
    assert "/state/journal: said the system" in found
    assert words in found
    assert "Traceback" not in found


def test_a_fault_of_ours_asks_for_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ZeroDivisionError("division by zero\nsecond line")) == 70
    found = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in found
    assert "second line" not in found
    assert "--debug" in found
    assert "Traceback" not in found


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ZeroDivisionError("no"), debug=True) == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_command_that_returns_nothing_is_done() -> None:
    assert guard(lambda: None, Invocation()) == 0
    assert guard(lambda: 6, Invocation()) == 6


def test_even_the_complaint_may_have_no_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Gone())
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert run(errors.ConfigError("x")) == 141
    sys.stdout.close()


def test_the_command_to_repeat_can_be_pasted() -> None:
    command = Invocation(["lint", "it's my data"]).command
    if sys.platform == "win32":
        assert command == 'fairsubmit lint "it\'s my data"'
    else:
        assert command == "fairsubmit lint 'it'\"'\"'s my data'"
