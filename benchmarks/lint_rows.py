"""The rows about checking a dataset before it is sent."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Cost, Row, best, run

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PYTHON = sys.executable
IMAGES = 10_000
ENTITIES = 20_000
LISTED = 500_000


def made(what: str, path: Path, count: int) -> Path:
    """Have a dataset written by another process."""
    run([PYTHON, HERE / "lint_data.py", what, path, str(count)])
    return path


def lint(path: Path, *options: str) -> Cost:
    """`fairsubmit lint PATH`, from start to end; findings are no failure."""
    command = [PYTHON, "-m", "fairsubmit", "lint", path, "--fail-on", "never"]
    return run([*command, *options])


def program(name: str) -> str | None:
    """Return where a peer's program is, beside this Python or elsewhere."""
    beside = Path(PYTHON).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


def lint_rows(folder: Path, rounds: int) -> Iterator[Row]:
    """Many images, few images, and a crate; each beside who checks the like."""
    # Deno, which runs the BIDS validator, is not let into /dev/shm.
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) if folder.is_relative_to("/dev") else folder
        yield from _images(place, IMAGES, rounds)
        yield from _images(place, 10, rounds)
    yield from _crate(folder, min(rounds, 2))


def _images(folder: Path, count: int, rounds: int) -> Iterator[Row]:
    """Check the same OME-TIFFs, as a submission and as a BIDS dataset."""
    ours = made("study", folder / f"study-{count}", count)
    theirs = made("bids", folder / f"bids-{count}", count)
    peers: dict[str, list[str]] = {"bids-validator-deno": [], "dandi": ["validate"]}
    for name, words in peers.items():
        tool = program(name)
        if tool is None:
            print(f"no {name} here: its row is left out", file=sys.stderr)
            continue
        # dandi tells its makers that it runs, unless it is told not to; it runs the
        # other one, too, and looks for it where programs are
        where = f"PATH={Path(tool).parent}{os.pathsep}{os.environ['PATH']}"
        command = ["env", "DANDI_NO_ET=1", where, tool, *words, str(theirs)]
        few = min(rounds, 2) if name == "dandi" else rounds
        pairs = [(lint(ours), run(list(command))) for _ in range(few)]
        peer = " ".join([name, *words])
        yield _row(f"lint, {count:,} OME-TIFF", peer, pairs)


def _crate(folder: Path, rounds: int) -> Iterator[Row]:
    """Check a crate with an entity for each file, and whether each file is there."""
    tool = program("rocrate-validator")
    if tool is None:
        print("no rocrate-validator here: its row is left out", file=sys.stderr)
        return
    crate = made("crate", folder / "crate", ENTITIES)
    cache = folder / "rocrate-cache"
    run([PYTHON, HERE / "crate_context.py", cache])
    words = ["--offline", "--cache-path", str(cache), str(crate)]
    command = [tool, "--no-interactive", "validate", *words]
    pairs = [(lint(crate), run(list(command))) for _ in range(rounds)]
    yield _row(f"lint, RO-Crate of {ENTITIES:,} files", "rocrate-validator", pairs)


def _row(case: str, peer: str, pairs: list[tuple[Cost, Cost]]) -> Row:
    ours, theirs = zip(*pairs, strict=True)
    return Row(case, "fairsubmit", peer, best(list(ours)), best(list(theirs)))


def memory_of_lint(folder: Path) -> Iterator[str]:
    """Measure file lists of half a million rows, and what ten times as many need."""
    for count in (LISTED // 10, LISTED):
        whole = made("listed", folder / f"listed-{count}", count)
        bare = folder / f"missing-{count}"
        bare.mkdir(exist_ok=True)
        for name in ("submission.yaml", "files.tsv"):
            shutil.copy(whole / name, bare / name)
        cases = {
            "the list alone": whole / "files.tsv",
            "none of the files there": bare,
            "all of the files there, no images": whole,
        }
        for case, path in cases.items():
            cost = best([lint(path) for _ in range(2)])
            yield (
                f"lint, {count:,} rows, {case}: {cost.peak:.0f} MiB at most, "
                f"{cost.seconds:.1f} s"
            )
