"""stdout carries results, stderr talk, and both survive any terminal."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from fairsubmit.cli.output import Output, ReaderGoneError, human_size, plural

if TYPE_CHECKING:
    from collections.abc import Callable


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Terminal]:
    """To be called in the test itself: pytest puts its own streams in before it."""

    def install() -> Terminal:
        stream = Terminal()
        monkeypatch.setattr(sys, "stdout", stream)
        return stream

    return install


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1_500_000, "1.5 MB"),
        (20_000_000_000, "20.0 GB"),
        (3_200_000_000_000, "3.2 TB"),
        (4_100_000_000_000_000, "4100.0 TB"),
    ],
)
def test_sizes_are_decimal(size: float, words: str) -> None:
    assert human_size(size) == words


def test_plural() -> None:
    assert [plural(n, "file") for n in (0, 1, 2000)] == [
        "0 files",
        "1 file",
        "2,000 files",
    ]


def test_results_and_talk_do_not_mix(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output()
    output.result("the result")
    output.say("the talk")
    output.error("what", "how")
    output.warn("mind")
    found = capsys.readouterr()
    assert found.out == "the result\n"
    assert found.err == "the talk\nerror: what\nnext: how\nwarning: mind\n"


def test_quiet_leaves_out_talk_alone(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(quiet=True)
    output.say("the talk")
    output.result("the result")
    output.error("what")
    assert tuple(capsys.readouterr()) == ("the result\n", "error: what\n")


def test_colours_are_for_terminals(on_terminal: Callable[[], Terminal]) -> None:
    terminal = on_terminal()
    Output().table(("name",), [("a",)])
    assert "\033[" in terminal.getvalue()


def test_no_colour_where_none_is_wanted(on_terminal: Callable[[], Terminal]) -> None:
    terminal = on_terminal()
    Output(colour=False).table(("name",), [("a",)])
    assert "\033[" not in terminal.getvalue()


@pytest.mark.parametrize("columns", [30, 60, 100])
def test_a_table_fits_the_terminal(
    on_terminal: Callable[[], Terminal], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    terminal = on_terminal()
    monkeypatch.setenv("COLUMNS", str(columns))
    rows = [("raw/very/deep/folder/with/a/long/name.ome.tif", "512×512", "x" * 80)]
    Output(colour=False).table(("image", "pixels", "notes"), rows)
    lines = terminal.getvalue().splitlines()
    assert all(len(line) <= columns for line in lines)
    assert "…" in lines[1]


def test_a_table_in_a_file_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    Output().table(("image", "size"), [("x" * 300, "1"), ("y", "22")], right=" r")
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "x" * 300 + "     1"
    assert lines[2] == "y" + " " * 299 + "    22"


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_json_is_json_in_any_encoding(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace")
    monkeypatch.setattr(sys, "stdout", stream)
    value = {"path": "µm 日本 \udc80.tif"}
    Output().json(value)
    stream.flush()
    assert json.loads(raw.getvalue().decode(encoding)) == value


def test_a_reader_that_left_is_told_from_other_trouble(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Gone())
    with pytest.raises(ReaderGoneError):
        Output().result("anything")
