"""The policy of trying again: pure values, no time passes here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairsubmit.errors import (
    ArchiveUnavailableError,
    AuthenticationError,
    ChecksumMismatchError,
    FairsubmitError,
    FileChangedError,
    PermanentTransferError,
    QuotaExceededError,
    StateError,
    TransientTransferError,
    UploadExpiredError,
)
from fairsubmit.transports.retry import Backoff, RetryPolicy, Verdict, verdict


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def broken(retry_after: float | None = None) -> TransientTransferError:
    return TransientTransferError("the connection broke", retry_after=retry_after)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TransientTransferError("x"), Verdict.AGAIN),
        (ArchiveUnavailableError("x"), Verdict.AGAIN),
        (UploadExpiredError("x"), Verdict.ANEW),
        (QuotaExceededError("x"), Verdict.FILE),
        (ChecksumMismatchError("x"), Verdict.FILE),
        (FileChangedError("a", "1 B", "2 B"), Verdict.FILE),
        (AuthenticationError("x"), Verdict.ALL),
        (StateError("x"), Verdict.ALL),
        (KeyboardInterrupt(), Verdict.ALL),
        (ValueError(), Verdict.ALL),
    ],
)
def test_each_error_has_a_verdict(error: BaseException, expected: Verdict) -> None:
    assert verdict(error) is expected


@pytest.mark.parametrize(
    "error", [AuthenticationError("no"), QuotaExceededError("full")]
)
def test_hopeless_errors_come_back_unchanged(error: FairsubmitError) -> None:
    with pytest.raises(type(error)) as caught:
        Backoff().failed(error)
    assert caught.value is error


def test_waits_double_up_to_the_longest() -> None:
    backoff = Backoff(
        RetryPolicy(first=0.5, longest=60), clock=Clock(), draw=lambda: 1.0
    )
    waits = [backoff.failed(broken()) for _ in range(9)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 40))
def test_jitter_is_full_and_bounded(number: float, count: int) -> None:
    backoff = Backoff(clock=Clock(), draw=lambda: number)
    for n in range(count):
        assert backoff.failed(broken()) == number * min(60.0, 0.5 * 2.0**n)


def test_gives_up_only_after_both_tries_and_patience() -> None:
    clock = Clock()
    policy = RetryPolicy(tries=3, patience=100)
    backoff = Backoff(policy, clock=clock)
    for _ in range(20):
        backoff.failed(broken())
    clock.now += 100
    with pytest.raises(TransientTransferError) as caught:
        backoff.failed(broken())
    assert caught.value.message == (
        "gave up after 21 tries in 100 s without progress: the connection broke"
    )
    assert caught.value.hint
    assert isinstance(caught.value.__cause__, TransientTransferError)

    slow = Backoff(policy, clock=clock)
    slow.failed(broken())
    clock.now += 1000
    slow.failed(broken())
    with pytest.raises(TransientTransferError, match="after 3 tries in 17 min"):
        slow.failed(broken())


def test_a_server_that_was_never_met_is_given_up_sooner() -> None:
    clock, met = Clock(), [False]
    backoff = Backoff(RetryPolicy(), clock=clock, draw=lambda: 0.0, met=lambda: met[0])
    error = TransientTransferError("nobody answers")
    for _ in range(9):
        backoff.failed(error)
    clock.now += 61
    met[0] = True
    backoff.failed(error)
    met[0] = False
    with pytest.raises(TransientTransferError, match="gave up after 11 tries in 61 s"):
        backoff.failed(error)


def test_progress_counts_afresh() -> None:
    clock = Clock()
    backoff = Backoff(RetryPolicy(tries=2, patience=10), clock=clock, draw=lambda: 1.0)
    for _ in range(50):
        assert backoff.failed(broken(), progressed=True) == 0.5
        clock.now += 20


def test_retry_after_is_obeyed_with_a_little_more() -> None:
    assert Backoff(draw=lambda: 0.0).failed(broken(retry_after=7)) == 7
    assert Backoff(draw=lambda: 0.5).failed(broken(retry_after=100)) == 105
    assert Backoff().failed(broken(retry_after=0)) == 0


def test_a_very_long_retry_after_is_told_not_waited_for() -> None:
    with pytest.raises(TransientTransferError, match="come back in 3 h") as caught:
        Backoff().failed(broken(retry_after=10_800))
    assert caught.value.retry_after == 10_800
    assert caught.value.hint == "run the same command again in 3 h"


def test_a_server_that_keeps_losing_the_upload_ends_the_file() -> None:
    backoff = Backoff(RetryPolicy(restarts=2), clock=Clock())
    gone = UploadExpiredError("the upload is gone")
    backoff.failed(gone, progressed=True)
    backoff.failed(gone, progressed=True)
    with pytest.raises(PermanentTransferError, match="anew 2 times: the upload is"):
        backoff.failed(gone, progressed=True)
