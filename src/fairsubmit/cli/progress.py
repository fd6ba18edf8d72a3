"""What a transfer is doing, drawn on stderr.

On a terminal: one bar over all bytes with rate and time left, the files done, and a
line with the files in flight. Elsewhere: one plain line every half minute, so that a
log file stays readable. Workers only count; one thread of its own draws.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fairsubmit.cli.output import human_size, plural

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from fairsubmit.cli.invocation import Invocation
    from fairsubmit.cli.output import Output

__all__ = ["Bar", "Drawing", "Meter", "Step", "in_flight", "shown"]

# Seconds between two lines where nobody watches, and between two frames of a bar.
LINE_EVERY = 30.0
FRAME_EVERY = 0.1
# Assumed height of a terminal: more than the two lines that we draw.
ROWS = 24
# Seconds that a step may take before it shows itself.
PATIENCE = 2.0


@dataclass
class _Flight:
    size: int
    sent: int


class Meter:
    """Counts what a transfer does; drawn at intervals by a subclass of `Drawing`.

    Parameters
    ----------
    output
        Where sentences and the drawing go.
    drawing
        How it is drawn.
    """

    def __init__(self, output: Output, drawing: Drawing) -> None:
        self.output = output
        self.drawing = drawing
        self.lock = threading.RLock()
        self.files = self.files_done = self.size = self.held = self.sent = 0
        self.flight: dict[str, _Flight] = {}
        self.began = time.monotonic()
        self.running = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._draw_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        with self.lock:
            self._finish()

    def _draw_on(self) -> None:
        while not self._over.wait(self.drawing.interval):
            with self.lock:
                if self.running:
                    self.drawing.draw(self)

    def _finish(self) -> None:
        """Print the last word, once: what follows the transfer is not its time."""
        if self.running:
            self.running = False
            self.drawing.close(self)

    @property
    def done(self) -> int:
        """Bytes that the archive has, by now or from the start."""
        return self.held + self.sent

    def start(self, files: int, size: int, *, skipped: int = 0) -> None:
        """Begin; a second round counts on top of the first."""
        with self.lock:
            if not self.files:
                self.began = time.monotonic()
            self.files += files
            self.size += size
            self.running = files > 0
        there = f"; {plural(skipped, 'file')} there already" if skipped else ""
        self.say(f"sending {plural(files, 'file')}, {human_size(size)}{there}")

    def begin(self, path: str, size: int, already: int) -> None:
        """Put a file in flight; begun again, it starts from what the archive has."""
        with self.lock:
            before = self.flight.get(path, _Flight(size, 0)).sent
            self.flight[path] = _Flight(size, already)
            self.held += already - before

    def advance(self, path: str, count: int) -> None:
        """Count bytes."""
        with self.lock:
            self.sent += count
            if path in self.flight:
                self.flight[path].sent += count

    def end(self, path: str) -> None:
        """Land a file."""
        with self.lock:
            if self.flight.pop(path, None) is not None:
                self.files_done += 1
            if self.files_done == self.files:
                self._finish()

    def say(self, sentence: str) -> None:
        """Print a sentence, clear of the drawing."""
        with self.lock:
            self.drawing.say(self.output, sentence)


class Drawing:
    """Lines, one now and then and one at the end."""

    interval = LINE_EVERY

    def draw(self, meter: Meter) -> None:
        """Print how far it is."""
        meter.output.say(summary(meter))

    def close(self, meter: Meter) -> None:
        """Print the last word."""
        self.draw(meter)

    def say(self, output: Output, sentence: str) -> None:
        """Print a sentence."""
        output.say(sentence)


class Bar(Drawing):
    """A bar of tqdm, and a line with the files in flight below it."""

    interval = FRAME_EVERY

    def __init__(self) -> None:
        self._bar: Any = None
        self._names: Any = None
        self._held = self._sent = 0

    def draw(self, meter: Meter) -> None:
        """Draw one frame."""
        if self._bar is None:
            self._open()
        bar, names = self._bar, self._names
        bar.ncols = names.ncols = _columns()
        bar.total = meter.size
        held = meter.held - self._held
        bar.n, bar.initial = bar.n + held, bar.initial + held
        bar.last_print_n += held
        bar.set_postfix_str(
            f"files {meter.files_done:,}/{meter.files:,}", refresh=False
        )
        # Without new bytes the clock of the rate runs on until the next ones come.
        if meter.sent != self._sent:
            bar.update(meter.sent - self._sent)
        else:
            bar.refresh()
        self._held, self._sent = meter.held, meter.sent
        names.set_description_str(in_flight(meter.flight, bar.ncols - 1))

    def _open(self) -> None:
        from tqdm import tqdm

        common = {**_screen(), "mininterval": 0}
        tqdm.monitor_interval = 0  # we are the thread that draws
        self._bar = tqdm(
            unit="B", unit_scale=True, smoothing=0.05, miniters=0, **common
        )
        self._names = tqdm(bar_format="{desc}", position=1, leave=False, **common)
        # A second round goes on from what the first one drew.
        bar = self._bar
        bar.n = bar.initial = bar.last_print_n = self._held + self._sent

    def close(self, meter: Meter) -> None:
        """Leave the last frame, without the files in flight."""
        self.draw(meter)
        self._names.close()
        self._bar.close()
        self._bar = self._names = None
        meter.output.say(summary(meter))

    def say(self, output: Output, sentence: str) -> None:
        """Print a sentence above the bar."""
        if self._bar is None:
            output.say(sentence)
        elif not output.quiet:
            self._bar.write(sentence, file=sys.stderr)


def shown(invocation: Invocation) -> Meter:
    """Return a meter that is drawn as fits where stderr goes."""
    bar = invocation.animated and not invocation.output.quiet
    return Meter(invocation.output, Bar() if bar else Drawing())


def _screen() -> dict[str, Any]:
    """Return where tqdm draws; on a terminal that says 0×0 it would draw nothing."""
    return {"file": sys.stderr, "ncols": _columns(), "nrows": ROWS}


def _columns() -> int:
    return shutil.get_terminal_size((80, ROWS)).columns


def summary(meter: Meter) -> str:
    """Write how far a transfer is, in one line."""
    seconds = max(time.monotonic() - meter.began, 1e-3)
    rate = max(meter.sent, 0) / seconds
    share = 100 * meter.done / meter.size if meter.size else 100.0
    left = meter.size - meter.done
    ahead = f", {duration(left / rate)} left" if rate and left > 0 else ""
    return (
        f"{share:.0f} %: files {meter.files_done:,}/{meter.files:,}, "
        f"{human_size(meter.done)} of {human_size(meter.size)}, "
        f"{human_size(rate)}/s{ahead}"
    )


def duration(seconds: float) -> str:
    """Write a time a person can grasp, e.g. ``45 s``, ``12 min``, ``3 h 20 min``."""
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return (
        f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
    )


def in_flight(flight: Mapping[str, _Flight], width: int) -> str:
    """Name the files in flight, as many as fit into `width` characters."""
    line = ""
    for before, (path, file) in enumerate(flight.items()):
        share = 100 * file.sent // file.size if file.size else 100
        name = path.rpartition("/")[2]
        part = f"{' · ' if line else ''}{name} {share} %"
        rest = f" · +{len(flight) - before}"
        if line and len(line) + len(part) + len(rest) > width:
            return (line + rest)[:width]
        line += part
    return line[:width]


class Step:
    """Shows a step that takes longer than `PATIENCE`: hashing, reading headers.

    Use it as a context manager; call it with what was done since the last call.

    Parameters
    ----------
    invocation
        Where to draw.
    what
        In words, e.g. ``reading image headers``.
    unit
        ``B`` for bytes, or a noun.
    total
        How much there is to do, if known.
    stop
        When set, the next count ends the work by `KeyboardInterrupt`.
    """

    def __init__(
        self,
        invocation: Invocation,
        what: str,
        unit: str,
        total: int | None = None,
        *,
        stop: threading.Event | None = None,
    ) -> None:
        self._stop = stop
        self._output = invocation.output
        self._animated = invocation.animated and not invocation.output.quiet
        self._what, self._unit, self._total = what, unit, total
        self._done = 0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._draw_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def __call__(self, count: int = 1) -> None:
        """Count something done.

        Raises
        ------
        KeyboardInterrupt
            If the person asked to stop.
        """
        if self._stop is not None and self._stop.is_set():
            raise KeyboardInterrupt  # in a worker: its pool need not finish the file
        with self._lock:
            self._done += count

    def _draw_on(self) -> None:
        if self._over.wait(PATIENCE):
            return
        if not self._animated:
            self._lines()
            return
        from tqdm import tqdm

        tqdm.monitor_interval = 0
        with tqdm(
            desc=self._what,
            unit=self._unit if self._unit == "B" else f" {self._unit}",
            unit_scale=self._unit == "B",
            total=self._total,
            leave=False,
            **_screen(),
        ) as bar:
            while not self._over.wait(FRAME_EVERY):
                bar.update(self._done - bar.n)

    def _lines(self) -> None:
        self._output.say(f"{self._what} …")
        while not self._over.wait(LINE_EVERY):
            self._output.say(f"{self._what}: {self._amount()}")

    def _amount(self) -> str:
        known = f" of {self._figure(self._total)}" if self._total else ""
        return self._figure(self._done) + known

    def _figure(self, count: int) -> str:
        return human_size(count) if self._unit == "B" else plural(count, self._unit)
