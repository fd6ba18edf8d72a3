"""Measure fairsubmit beside its peers, in one run: `make bench`.

usage: run.py [--rounds N] [--only WORD] [--folder FOLDER]

Prints one line a case with the ratio of the best of N rounds (above 1, ours is
faster) and the peak memory of both, and writes ``benchmarks/results/latest.json``.
Ours and the peer take turns, on the same files and the same server. Needs 13 GB of
room, best in memory (``--folder /dev/shm/bench``); the FTP rows need lftp.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path

from data import big_file, small_files
from extract_rows import extract_rows, memory_of_extract
from limits import limits
from lint_rows import lint_rows, memory_of_lint
from measure import Cost, Row, best, run, table
from servers import PASSWORD, USER, ftp_server, ftp_server_name, sink_server

HERE = Path(__file__).parent
PYTHON = sys.executable
GIB = 1 << 30

Run = Callable[[], Cost]


def script(name: str, *arguments: object) -> Cost:
    return run([PYTHON, HERE / name, *map(str, arguments)])


def compare(case: str, peer: str, ours: Run, theirs: Run, rounds: int) -> Row:
    """Run ours and theirs in turn."""
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return Row(
        case,
        "fairsubmit",
        peer,
        best([pair[0] for pair in pairs]),
        best([pair[1] for pair in pairs]),
    )


def together(*costs: Cost) -> Cost:
    """Return the cost of commands that run one after the other."""
    return Cost(
        sum(c.seconds for c in costs),
        sum(c.cpu for c in costs),
        max(c.peak for c in costs),
    )


def checksums(tool: str, folder: Path) -> Cost:
    """Run md5sum or sha256sum over all files of a folder."""
    names = sorted(p for p in folder.rglob("*") if p.is_file() and p.name[0] != ".")
    listing = folder.with_suffix(".names")
    listing.write_bytes(b"\0".join(os.fsencode(name) for name in names))
    return run(["xargs", "-0", "-a", str(listing), tool])


def both_sums(folder: Path) -> Cost:
    """md5sum, then sha256sum, over all files: what ours does in one read."""
    return together(checksums("md5sum", folder), checksums("sha256sum", folder))


def same_work(row: Row, files: Path) -> Row:
    """Put ours beside a peer that hashes what it sends, as ours does."""
    cost = together(row.peer_cost, checksums("sha256sum", files))
    return replace(row, peer=f"sha256sum + {row.peer}", peer_cost=cost)


def bagged(folder: Path) -> Cost:
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        bag = Path(name) / "bag"
        shutil.copytree(folder, bag, copy_function=os.link)
        return script("bag.py", bag)


def manifest_rows(folder: Path, rounds: int) -> Iterator[Row]:
    cases = {
        "manifest, 20,000 x 8 KiB": small_files(folder / "hash-small", 20_000, 8192),
        "manifest, 1 x 4 GiB": big(folder / "hash-big", 4 * GIB),
    }
    for case, files in cases.items():
        target = folder / "manifest.jsonl"

        def ours(files: Path = files, target: Path = target) -> Cost:
            return script("send.py", "manifest", files, target)

        for peer, theirs in (("md5sum + sha256sum", both_sums), ("bagit -2", bagged)):
            yield compare(
                case, peer, ours, lambda f=files, t=theirs: t(f), min(rounds, 3)
            )


def big(folder: Path, size: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    big_file(folder / "movie.bin", size)
    return folder


def upload_cases(folder: Path) -> Iterator[tuple[str, Path, Path]]:
    cases = {
        "1 x 2 GiB": big(folder / "send-big", 2 * GIB),
        "5,000 x 64 KiB": small_files(folder / "send-small", 5000, 64 << 10),
    }
    for case, files in cases.items():
        manifest = files.with_suffix(".jsonl")
        script("send.py", "manifest", files, manifest)
        yield case, files, manifest


@contextmanager
def emptied(home: Path, work: Path) -> Iterator[Path]:
    """Give an empty state folder and an empty server, and empty the latter again."""
    with tempfile.TemporaryDirectory(dir=work) as state:
        yield Path(state)
    for path in home.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def stored(home: Path, files: Path) -> None:
    """Insist that the server has as many bytes as there are: no fast failure."""
    sizes = [
        sum(p.stat().st_size for p in place.rglob("*") if p.is_file())
        for place in (home, files)
    ]
    assert sizes[0] == sizes[1], f"the server has {sizes[0]:,} of {sizes[1]:,} bytes"


def ftp_rows(folder: Path, rounds: int) -> Iterator[Row]:
    if shutil.which("lftp") is None:
        print("no lftp here: the FTP rows are left out", file=sys.stderr)
        return
    for case, files, manifest in upload_cases(folder):
        work = Path(tempfile.mkdtemp(dir=folder))
        home = work / "home"
        with ftp_server(work, home) as port:

            def ours(files=files, manifest=manifest, home=home, port=port) -> Cost:
                with emptied(home, home.parent) as state:
                    cost = script(
                        "send.py", "ftp", "127.0.0.1", port, files, manifest, state
                    )
                    stored(home, files)
                return cost

            def lftp(files=files, home=home, port=port) -> Cost:
                command = f"set ftp:ssl-allow no; mirror -R -P4 {files} up; bye"
                address = f"ftp://127.0.0.1:{port}"
                with emptied(home, home.parent):
                    cost = run(
                        ["lftp", "-u", f"{USER},{PASSWORD}", "-e", command, address]
                    )
                    stored(home, files)
                return cost

            name = f"ftp, {case}"
            row = compare(name, f"lftp -P4, {ftp_server_name()}", ours, lftp, rounds)
            yield row
            yield same_work(row, files)
        shutil.rmtree(work)


def form_rows(folder: Path, rounds: int) -> Iterator[Row]:
    for case, files, manifest in upload_cases(folder):
        work = Path(tempfile.mkdtemp(dir=folder))
        home = work / "home"
        with sink_server(home) as port:
            url = f"http://127.0.0.1:{port}/"

            def ours(
                files=files, manifest=manifest, home=home, url=url, work=work
            ) -> Cost:
                with emptied(home, work) as state:
                    return script("send.py", "form", url, files, manifest, state)

            def put(files=files, home=home, url=url, work=work) -> Cost:
                with emptied(home, work):
                    return script("put.py", url, files)

            row = compare(f"form, {case}", "requests PUT x4", ours, put, rounds)
            yield row
            yield same_work(row, files)
        shutil.rmtree(work)


def memory_of_submit(folder: Path) -> Iterator[str]:
    """Measure a whole `fairsubmit submit` into the embedded archive."""
    cases = {
        "1 x 4 GiB": big(folder / "hash-big", 4 * GIB),
        "20,000 x 2 KiB": small_files(folder / "submit-small", 20_000, 2048),
    }
    for case, files in cases.items():
        for upload in ("ftp", "form"):
            output = subprocess.run(
                [PYTHON, HERE / "submit_memory.py", files, upload],
                check=True,
                stdout=subprocess.PIPE,
            ).stdout
            cost = json.loads(output)
            yield (
                f"submit by {upload}, {case}: {cost['peak']:.0f} MiB at most, "
                f"{cost['seconds']:.1f} s"
            )


GROUPS: dict[str, Callable[[Path, int], Iterator[Row]]] = {
    "extract": extract_rows,
    "lint": lint_rows,
    "manifest": manifest_rows,
    "ftp": ftp_rows,
    "form": form_rows,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=[*GROUPS, "memory"])
    parser.add_argument("--folder", type=Path, help="where test files are made, kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = (options.folder or Path(name)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        rows: list[Row] = []
        found = limits()
        print("limits, MB/s of one thread:", {k: round(v) for k, v in found.items()})
        for group, measure in GROUPS.items():
            if options.only in {None, group}:
                for row in measure(folder, options.rounds):
                    rows.append(row)
                    print(table([row]).splitlines()[1], flush=True)
        peaks = []
        if options.only in {None, "memory"}:
            lines = chain(
                memory_of_extract(folder),
                memory_of_lint(folder),
                memory_of_submit(folder),
            )
            for line in lines:
                peaks.append(line)
                print(line, flush=True)
    print("\n" + "\n".join([table(rows), *peaks]))
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    document = {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "limits": found,
        "rows": [row.to_json() for row in rows],
        "memory": peaks,
    }
    (results / "latest.json").write_text(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
