"""What a transfer shows: a bar for people, lines for log files."""

from __future__ import annotations

import io
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from fairsubmit.cli import progress as module
from fairsubmit.cli.invocation import Invocation
from fairsubmit.cli.output import Output
from fairsubmit.cli.progress import (
    Bar,
    Drawing,
    Meter,
    Step,
    duration,
    in_flight,
    shown,
    summary,
)

if TYPE_CHECKING:
    from collections.abc import Callable


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Terminal]:
    """To be called in the test itself: pytest puts its own streams in before it."""

    def install() -> Terminal:
        stream = Terminal()
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setattr(sys, "stdin", stream)
        for name in ("CI", "TERM"):
            monkeypatch.delenv(name, raising=False)
        return stream

    return install


def test_the_count_holds_over_threads_rounds_and_retries() -> None:
    meter = Meter(Output(quiet=True), Drawing())
    meter.start(100, 100_000, skipped=3)

    def send(number: int) -> None:
        path = f"file-{number}"
        meter.begin(path, 1000, 100)
        meter.advance(path, 500)
        meter.advance(path, -500)  # the connection broke, the bytes go again
        meter.begin(path, 1000, 100)
        meter.advance(path, 900)
        meter.end(path)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(100)))
    assert (meter.files_done, meter.done, meter.held) == (100, 100_000, 10_000)
    assert not meter.flight
    meter.start(1, 1000)  # a second round
    assert (meter.files, meter.size) == (101, 101_000)


def test_a_file_begun_again_counts_from_what_the_archive_has() -> None:
    meter = Meter(Output(quiet=True), Drawing())
    meter.start(1, 1000)
    meter.begin("a", 1000, 0)
    meter.advance("a", 600)
    meter.begin("a", 1000, 400)  # the server kept 400 of them
    assert meter.done == 400
    meter.advance("a", 600)
    assert meter.done == 1000


def test_an_unknown_file_is_not_counted_as_done() -> None:
    meter = Meter(Output(quiet=True), Drawing())
    meter.end("never begun")
    assert meter.files_done == 0


def test_where_nobody_watches_there_are_plain_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Drawing, "interval", 0.01)
    two_lines = threading.Event()
    seen: list[str] = []

    class Ear(Output):
        def say(self, text: str) -> None:
            super().say(text)
            seen.append(text)
            if len(seen) > 2:
                two_lines.set()

    with Meter(Ear(), Drawing()) as meter:
        meter.start(2, 2000, skipped=1)
        meter.begin("a", 1000, 0)
        meter.advance("a", 1000)
        meter.end("a")
        assert two_lines.wait(10)
    found = capsys.readouterr()
    lines = found.err.splitlines()
    assert found.out == ""
    assert lines[0] == "sending 2 files, 2.0 kB; 1 file there already"
    assert lines[1].startswith("50 %: files 1/2, 1.0 kB of 2.0 kB, ")
    assert "\r" not in found.err


def test_the_last_line_says_how_it_ended(capsys: pytest.CaptureFixture[str]) -> None:
    with Meter(Output(), Drawing()) as meter:
        meter.start(1, 10)
        meter.begin("a", 10, 0)
        meter.advance("a", 10)
        meter.end("a")
    assert capsys.readouterr().err.splitlines()[-1].startswith("100 %: files 1/1, ")


def test_what_follows_the_transfer_is_not_its_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Meter(Output(), Drawing()) as meter:
        meter.start(1, 10)
        meter.begin("a", 10, 0)
        meter.advance("a", 10)
        meter.end("a")
        meter.say("the archive works on it")
        assert capsys.readouterr().err.splitlines()[-2].startswith("100 %")
    assert capsys.readouterr().err == ""


def test_a_second_round_is_drawn_anew(on_terminal: Callable[[], Terminal]) -> None:
    terminal = on_terminal()
    with Meter(Output(), Bar()) as meter:
        for name in ("a", "b"):
            meter.start(1, 1000)
            meter.begin(name, 1000, 0)
            meter.advance(name, 1000)
            meter.end(name)
    assert "files 2/2" in terminal.getvalue()
    assert "100 %: files 2/2, 2.0 kB of 2.0 kB" in terminal.getvalue()


def test_nothing_to_send_shows_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with Meter(Output(), Drawing()):
        pass
    assert capsys.readouterr().err == ""


def test_the_bar_shows_bytes_files_and_what_is_in_flight(
    on_terminal: Callable[[], Terminal],
) -> None:
    terminal = on_terminal()
    meter = Meter(Output(), Bar())
    meter.start(2, 3000)
    meter.begin("raw/a.tif", 1000, 500)
    meter.advance("raw/a.tif", 500)
    meter.end("raw/a.tif")
    meter.begin("raw/b.tif", 2000, 0)
    meter.advance("raw/b.tif", 1000)
    meter.drawing.draw(meter)
    meter.say("the connection broke")
    meter.drawing.draw(meter)
    meter.drawing.close(meter)
    found = terminal.getvalue()
    assert "67%" in found
    assert "2.00k/3.00k" in found
    assert "files 1/2" in found
    assert "b.tif 50 %" in found
    assert "the connection broke\n" in found


def test_what_was_there_before_is_no_speed(on_terminal: Callable[[], Terminal]) -> None:
    terminal = on_terminal()
    meter = Meter(Output(), Bar())
    meter.start(1, 10**12)
    meter.begin("a", 10**12, 10**12 - 10)
    meter.advance("a", 10)
    meter.drawing.draw(meter)
    bar = meter.drawing._bar  # type: ignore[attr-defined]
    assert bar.n - bar.initial == 10
    meter.drawing.close(meter)
    assert "GB/s" not in terminal.getvalue()


def test_a_terminal_gets_a_bar_a_file_does_not(
    on_terminal: Callable[[], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_terminal()
    assert isinstance(shown(Invocation()).drawing, Bar)
    assert not isinstance(shown(Invocation(output=Output(quiet=True))).drawing, Bar)
    monkeypatch.setenv("CI", "true")
    assert not isinstance(shown(Invocation()).drawing, Bar)
    monkeypatch.delenv("CI")
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert not isinstance(shown(Invocation()).drawing, Bar)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "3 s"),
        (99, "99 s"),
        (120, "2 min"),
        (5400, "90 min"),
        (12_000, "3 h 20 min"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_the_summary_of_an_empty_transfer_divides_by_nothing() -> None:
    assert summary(Meter(Output(quiet=True), Drawing())).startswith("100 %")


def test_files_in_flight_fit_the_line() -> None:
    meter = Meter(Output(quiet=True), Drawing())
    for number in range(9):
        meter.begin(f"folder/image-{number}.ome.tif", 10, number)
    line = in_flight(meter.flight, 60)
    assert len(line) <= 60
    assert line.startswith("image-0.ome.tif 0 % · image-1.ome.tif 10 %")
    assert line.endswith("· +7")
    assert in_flight({}, 60) == ""
    assert len(in_flight(meter.flight, 10)) <= 10


def test_a_short_step_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Step(Invocation(), "hashing", "B", 10) as step:
        step(10)
    assert capsys.readouterr().err == ""


def ear(condition: threading.Event) -> Output:
    class Ear(Output):
        def say(self, text: str) -> None:
            super().say(text)
            if "5" in text:
                condition.set()

    return Ear()


def test_a_long_step_shows_itself_in_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    monkeypatch.setattr(module, "LINE_EVERY", 0.01)
    said = threading.Event()
    invocation = Invocation(output=ear(said))
    with Step(invocation, "reading image headers", "image", 9) as step:
        step(5)
        assert said.wait(10)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "reading image headers …"
    assert lines[-1] == "reading image headers: 5 images of 9 images"


def test_a_long_step_shows_itself_as_a_bar(
    on_terminal: Callable[[], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = on_terminal()
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    with Step(Invocation(), "hashing", "B", 1000) as step:
        step(500)
        for _ in range(1000):
            if "500/1.00k" in terminal.getvalue():
                break
            threading.Event().wait(0.01)
    assert "hashing" in terminal.getvalue()
    assert "500/1.00k" in terminal.getvalue()
