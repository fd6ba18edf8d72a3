"""Work on an executor and here at once, with the results in the order of the work."""

from __future__ import annotations

import os
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor, Future

__all__ = ["in_order"]

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")

# Seconds until a result that is waited for is looked at again.
PATIENCE = 0.2


def in_order(
    work: Callable[[_Job], _Result], jobs: Iterator[_Job], executor: Executor
) -> Iterator[_Result]:
    """Yield what `work` makes of each job.

    While the next result is not there, a job that the executor has not begun is done
    here: nobody waits for workers that are still starting.

    Parameters
    ----------
    work, jobs
        Picklable, if the executor's workers are processes.
    executor
        Does most of it.
    """
    # So many wait at most: enough for every worker, and bounded in memory.
    ahead = 4 * (os.cpu_count() or 2)
    waiting: deque[_Pending[_Job, _Result]] = deque()
    try:
        while True:
            for job in islice(jobs, ahead - len(waiting)):
                waiting.append(_Pending(work, job, executor.submit(work, job)))
            if not waiting:
                return
            while not waiting[0].future.done():
                if not any(pending.done_here() for pending in reversed(waiting)):
                    waiting[0].wait()
            yield waiting.popleft().result()
    finally:
        for pending in waiting:
            pending.future.cancel()


class _Pending(Generic[_Job, _Result]):
    def __init__(
        self, work: Callable[[_Job], _Result], job: _Job, future: Future[_Result]
    ) -> None:
        self.future = future
        self._work = work
        self._job = job
        self._found: list[_Result] = []

    def done_here(self) -> bool:
        """Do what no worker has begun; return whether that was so."""
        if self._found or not self.future.cancel():
            return False
        self._found.append(self._work(self._job))
        return True

    def wait(self) -> None:
        from concurrent.futures import wait

        # Windows hears of Ctrl-C only between two waits.
        wait((self.future,), timeout=PATIENCE)

    def result(self) -> _Result:
        return self._found[0] if self._found else self.future.result()
