"""Steps that several commands share: prepare, bundle, connect."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from fairsubmit.cli.findings import sources, written
from fairsubmit.cli.output import plural
from fairsubmit.cli.progress import Step
from fairsubmit.errors import MetadataError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor
    from pathlib import Path

    from fairsubmit.bundle import Bundle
    from fairsubmit.cli.invocation import Invocation
    from fairsubmit.lint.lookup import Lookup
    from fairsubmit.pipeline import Prepared

__all__ = [
    "bundled",
    "checked",
    "prepared",
    "processes",
    "processes_later",
]

# That are started unasked: a disk that many read from is shared.
MOST_WORKERS = 3


def prepared(  # noqa: PLR0913 - what is read, and three ways to narrow it
    invocation: Invocation,
    path: Path,
    *,
    archive: str | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    workers: int | None = None,
    lookup: Lookup | None = None,
) -> Prepared:
    """Read and lint a dataset, showing it where that takes long.

    Parameters
    ----------
    invocation
        How the program was called.
    path
        The dataset's folder or its submission document.
    archive
        Check the demands of this archive too.
    select, ignore
        Rule codes or their beginnings.
    workers
        Processes that read image headers; by default, more than one for many files.
    lookup
        Asks registries what no bundled list knows.
    """
    from fairsubmit.dataset import SUBMISSION_NAME, open_dataset
    from fairsubmit.pipeline import prepare, work_folder

    folder = path if path.is_dir() else path.parent
    invocation.shown_root = folder.as_posix()
    if path.is_dir() and not (path / SUBMISSION_NAME).exists():
        open_dataset(path)  # says what is missing, before a work folder is made
    work = work_folder(folder.resolve(), invocation.config.state_dir)
    with (
        processes(workers) if workers else processes_later() as executor,
        Step(invocation, "reading image headers", "image") as step,
    ):
        return prepare(
            path,
            work=work,
            archive=archive,
            select=tuple(select),
            ignore=tuple(ignore),
            executor=executor,
            advance=step,
            bioformats=invocation.config.bioformats,
            lookup=lookup,
        )


@contextlib.contextmanager
def processes_later() -> Iterator[Callable[[], Executor | None]]:
    """Give a function that starts processes, as many as the computer has room for."""
    # One of the cores is ours.
    workers = min(_cores() - 1, MOST_WORKERS)
    with contextlib.ExitStack() as stack:
        yield lambda: stack.enter_context(_pool(workers)) if workers else None


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # what a batch system leaves us
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def processes(workers: int) -> Iterator[Executor | None]:
    """Give an executor with so many processes, or none for one."""
    if workers < 2:
        yield None
        return
    with _pool(workers) as pool:
        yield pool


@contextlib.contextmanager
def _pool(workers: int) -> Iterator[Executor]:
    """Give an executor with so many processes.

    Raises
    ------
    KeyboardInterrupt
        As it came; the processes are ended.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children, get_context

    # Spawned, not forked: there may be threads, and it is alike on all systems.
    context = get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_leave_ctrl_c_to_parent)
    try:
        yield pool
    except KeyboardInterrupt:
        # Nobody waits for what the workers are at; a slow disk may take minutes.
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in active_children():
            worker.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_ctrl_c_to_parent() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def checked(invocation: Invocation, path: Path, archive: str | None) -> Prepared:
    """Prepare a dataset for its deposit, or say what must be corrected first.

    Parameters
    ----------
    invocation
        How the program was called.
    path
        The dataset's folder or its submission document.
    archive
        Where it will go.

    Raises
    ------
    MetadataError
        If the linter finds errors; they are printed.
    """
    found = prepared(invocation, path, archive=archive)
    report = found.report
    target = f" --archive {archive}" if archive else ""
    command = f"fairsubmit lint {invocation.shown_root}{target}"
    if report.ok:
        if report.summary["warning"]:
            words = plural(report.summary["warning"], "warning")
            invocation.output.say(f"{words}; `{command}` shows them")
        return found
    invocation.output.talk(
        written(report, "human", invocation.shown_root, sources(found.dataset))
    )
    words = plural(len(report.errors), "error")
    message = f"{words} must be corrected before {invocation.shown_root} can go on"
    raise MetadataError(message, hint=f"correct what is listed, then `{command}`")


def bundled(
    invocation: Invocation,
    ready: Prepared,
    folder: Path | None = None,
    *,
    stop: threading.Event | None = None,
) -> Bundle:
    """Hash and describe a prepared dataset, showing it where that takes long.

    Parameters
    ----------
    invocation
        How the program was called.
    ready
        The dataset.
    folder
        Where the documents go.
    stop
        When set, the hashing ends with the block it is at.
    """
    from fairsubmit.pipeline import bundle

    files = ready.dataset.files
    total = sum(files[path].size for path in ready.dataset.selected)
    with Step(invocation, "hashing", "B", total, stop=stop) as step:
        return bundle(ready, folder=folder, advance=step)
