"""Results come in the order of the work, whoever does it."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count, islice
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.readers.extract import ALONE, CHUNK, extract
from fairsubmit.readers.in_order import in_order

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from pathlib import Path

    Make = Callable[..., bytes]


class Idle(ThreadPoolExecutor):
    """Takes work and never begins it, as workers that are still starting."""

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        return Future()


def test_the_order_is_kept() -> None:
    with ThreadPoolExecutor(3) as executor:
        assert list(in_order(abs, iter(range(-500, 0)), executor)) == [
            *range(500, 0, -1)
        ]


def test_what_no_worker_begins_is_done_here() -> None:
    with Idle() as executor:
        assert list(in_order(abs, iter(range(-500, 0)), executor)) == [
            *range(500, 0, -1)
        ]


def test_work_is_taken_a_little_ahead() -> None:
    taken = []

    def jobs() -> Any:
        for number in count():
            taken.append(number)
            yield number

    with ThreadPoolExecutor(1) as executor:
        stream = in_order(abs, jobs(), executor)
        assert list(islice(stream, 3)) == [0, 1, 2]
        assert len(taken) < 1000
        stream.close()  # type: ignore[attr-defined]


def test_a_job_that_runs_is_waited_for() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(number: int) -> int:
        if number == 0:
            begun.set()
            assert go_on.wait(30)
        return number

    def release() -> None:
        assert begun.wait(30)
        timer.start()

    timer = threading.Timer(0.5, go_on.set)
    with ThreadPoolExecutor(1) as executor:
        helper = threading.Thread(target=release)
        helper.start()
        assert list(in_order(work, iter(range(3)), executor)) == [0, 1, 2]
        helper.join()


def test_errors_come_through() -> None:
    with ThreadPoolExecutor(1) as executor, pytest.raises(TypeError):
        list(in_order(len, iter([3]), executor))  # type: ignore[arg-type]


@pytest.mark.parametrize("files", [CHUNK * ALONE, CHUNK * ALONE + 1])
def test_processes_start_when_there_is_more(
    tmp_path: Path, make_tiff: Make, files: int
) -> None:
    content = make_tiff([(4, 4)])
    for index in range(files):
        (tmp_path / f"{index:05}.tif").write_bytes(content)
    asked = []
    with ThreadPoolExecutor(2) as pool:

        def later() -> Executor:
            asked.append(pool)
            return pool

        names = [e.path for e in extract([tmp_path], root=tmp_path, executor=later)]
    assert names == [f"{index:05}.tif" for index in range(files)]
    assert len(asked) == (files > CHUNK * ALONE)
