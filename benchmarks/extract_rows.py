"""The rows about reading image headers."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Cost, Row, best, run

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PYTHON = sys.executable
# A read is quick: what counts is the best of many in one process.
READS = {"fairsubmit": 300, "unchecked": 300, "ome-types": 20, "bioio": 10}
READS |= {"tifffile + lxml": 40, "pylibCZIrw": 50, "zarr-python": 3}
# ome-types reads so many of the many files; the time is taken times the rest.
SOME = 500
MANY = 10_000


def made(what: str, path: Path, *numbers: int) -> Path:
    """Have a file written by another process.

    The peak of a process counts what its parent had when it started.
    """
    run([PYTHON, HERE / "data.py", what, path, *map(str, numbers)])
    return path


def read(tool: str, path: Path, reads: int | None = None) -> Cost:
    """Measure one read within a process that has read the file before."""
    return _timed("read_one.py", tool, path, reads or READS[tool])


def _timed(script: str, *arguments: object) -> Cost:
    """Run a script that prints how many seconds count."""
    command = [PYTHON, str(HERE / script), *map(str, arguments)]
    with tempfile.TemporaryFile("w+") as output:
        whole = run(list(command), stdout=output)
        output.seek(0)
        seconds = json.load(output)["seconds"]
    return Cost(seconds, whole.cpu, whole.peak)


def extract_rows(folder: Path, rounds: int) -> Iterator[Row]:
    """One file at a time, then all of a folder through the whole command."""
    ordinary = made("ome_tiff", folder / "sixty.ome.tif", 60, 512)
    peers = ("ome-types", "bioio", "unchecked")
    yield from _beside("extract, OME-TIFF, 60 planes", ordinary, peers, rounds)
    long = made("ome_tiff", folder / "many.ome.tif", 10_000, 16)
    peers = ("ome-types", "tifffile + lxml", "unchecked")
    case = "extract, OME-TIFF, 10,000 planes"
    yield from _beside(case, long, peers, min(rounds, 2), 30)
    image = made("czi", folder / "a.czi", 60, 256)
    yield from _beside("extract, CZI", image, ("pylibCZIrw",), rounds)
    wells = made("plate", folder / "plate.ome.zarr", 64)
    case = "extract, OME-Zarr, 384 wells"
    yield from _beside(case, wells, ("zarr-python",), rounds, 5)
    xml = made("companion", folder / "long.ome.xml", 100_000)
    case = "extract, OME-XML, 100,000 planes"
    yield from _beside(case, xml, ("ome-types",), 1, 3)
    files = made("small_ome_tiffs", folder / "small", MANY)
    yield from _whole_command(files, rounds)


def _beside(
    case: str, path: Path, peers: tuple[str, ...], rounds: int, reads: int | None = None
) -> Iterator[Row]:
    """Read by ours and by each peer, in turn."""
    ours: list[Cost] = []
    theirs: dict[str, list[Cost]] = {peer: [] for peer in peers}
    for _ in range(rounds):
        ours.append(read("fairsubmit", path, reads))
        for peer in peers:
            few = reads if peer == "unchecked" else min(reads or 1000, READS[peer])
            # A peer that takes seconds is slow the first time, too.
            slow = peer in {"ome-types", "bioio"} and reads is not None
            theirs[peer].append(read(peer, path, 1 if slow else few))
    for peer in peers:
        name = "fairsubmit without the check" if peer == "unchecked" else peer
        yield Row(case, "fairsubmit", name, best(ours), best(theirs[peer]))


def _whole_command(folder: Path, rounds: int) -> Iterator[Row]:
    """`fairsubmit extract FOLDER --format jsonl`, from start to end."""
    case = f"extract, {MANY:,} x 29 kB, command"
    program = [PYTHON, "-m", "fairsubmit", "extract", str(folder), "--format", "jsonl"]
    ours, alone = [], []
    bare: dict[str, list[Cost]] = {"expat": [], "lxml": []}
    for _ in range(rounds):
        ours.append(_lines(program))
        alone.append(_lines([*program, "--workers", "1"]))
        for parser, costs in bare.items():
            costs.append(run([PYTHON, HERE / "bare.py", folder, parser]))
    types = _timed("read_many.py", folder, SOME)
    scaled = replace(types, seconds=types.seconds * MANY / SOME)
    for name, costs in ((case, ours), (case.replace("command", "--workers 1"), alone)):
        yield Row(name, "fairsubmit", "ome-types, one process", best(costs), scaled)
        for parser, theirs in bare.items():
            peer = f"bare loop, {parser}"
            yield Row(name, "fairsubmit", peer, best(costs), best(theirs))


def _lines(program: list[str]) -> Cost:
    with tempfile.TemporaryFile("w+") as output:
        cost = run(list(program), stdout=output)
        output.seek(0)
        assert sum(1 for _ in output) == MANY
    return cost


def memory_of_extract(folder: Path) -> Iterator[str]:
    """Measure what ten times as many files need."""
    for count in (2_000, 20_000):
        files = made("small_ome_tiffs", folder / f"small-{count}", count)
        for workers in ((), ("--workers", "2")):
            command = [
                PYTHON,
                "-m",
                "fairsubmit",
                "extract",
                files,
                "--format",
                "jsonl",
            ]
            cost = run([*command, *workers])
            yield (
                f"extract {' '.join(workers) or 'by default'}, {count:,} files: "
                f"{cost.peak:.0f} MiB at most, {cost.seconds:.1f} s"
            )
