"""The running digest equals the digest of the whole, however often it steps back."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairsubmit.transfer import digest as digest_module
from fairsubmit.transfer.digest import RunningDigest

CONTENT = bytes(i * i % 251 for i in range(4000))


@pytest.fixture(autouse=True, scope="module")
def small_steps():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digest_module, "KEEP_EACH", 64)
        patch.setattr(digest_module, "KEEP_AT_MOST", 8)
        yield


@given(
    threaded=st.booleans(),
    steps=st.lists(
        st.tuples(st.sampled_from(["feed", "now", "back"]), st.integers(0, 900)),
        max_size=30,
    ),
)
def test_any_way_to_the_end(threaded, steps):
    digest = RunningDigest(digest_module.THREAD_FROM if threaded else 10)
    try:
        for step, number in steps:
            at = digest.position
            if step == "back":
                digest.step_back(number)
                assert digest.position <= max(number, 0) or digest.position == at
            elif step == "feed":
                digest.feed(CONTENT[at : at + number])
            else:
                digest.feed_now(memoryview(CONTENT)[at : at + number])
            expected = hashlib.sha256(CONTENT[: digest.position]).hexdigest()
            assert digest.hexdigest() == expected
    finally:
        digest.close()


def test_a_step_back_is_short(small_steps):
    digest = RunningDigest(10)
    for at in range(0, 4000, 40):
        digest.feed(CONTENT[at : at + 40])
    digest.step_back(3990)
    # The list of kept places is thinned, so that the step is longer in a long file.
    assert 3000 < digest.position <= 3990


def test_the_thread_ends(small_steps):
    digest = RunningDigest(digest_module.THREAD_FROM)
    digest.feed(b"abc")
    thread = digest._thread
    assert thread is not None
    digest.close()
    assert not thread.is_alive()
    digest.close()
