"""The order of files: each once, and the last one is not the largest."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairsubmit.transfer import order as order_module
from fairsubmit.transfer.order import Order

MIB = 1 << 20


def items_of(sizes):
    return [
        SimpleNamespace(entry=SimpleNamespace(path=f"{n}.tif", size=size))
        for n, size in enumerate(sizes)
    ]


def taken(sizes, lanes, seed=0):
    """Let lanes take in any order; return the files as they were handed out."""
    order = Order(items_of(sizes), lanes)
    found, waiting, chance = [], list(range(lanes)), random.Random(seed)
    while waiting:
        lane = chance.choice(waiting)
        batch = order.take(lane)
        if not batch:
            waiting.remove(lane)
        found.append(batch)
    return [batch for batch in found if batch]


@given(
    st.lists(st.sampled_from([0, 1, MIB - 1, MIB, 5 * MIB, 9 * MIB]), max_size=80),
    st.integers(1, 6),
    st.integers(0, 99),
)
def test_each_file_is_handed_out_once(sizes, lanes, seed):
    batches = taken(sizes, lanes, seed)
    paths = [item.entry.path for batch in batches for item in batch]
    assert sorted(paths) == sorted(f"{n}.tif" for n in range(len(sizes)))
    for batch in batches:
        assert len(batch) <= order_module.BATCH
        assert len(batch) == 1 or all(item.entry.size < MIB for item in batch)


@pytest.mark.parametrize("lanes", [1, 2, 4])
def test_the_largest_is_not_the_last(lanes):
    sizes = [1000] * 50 + [40 * MIB] + [2 * MIB] * 5 + [1000] * 50
    for seed in range(20):
        batches = taken(sizes, lanes, seed)
        where = [n for n, batch in enumerate(batches) if batch[0].entry.size > 9 * MIB]
        if lanes == 1:
            assert where == [0]
        last = batches[-1][-1].entry.size
        assert last < 40 * MIB


def test_small_files_keep_their_order_in_the_first_lane():
    order = Order(items_of([10] * 100), 1)
    paths = []
    while batch := order.take(0):
        paths += [item.entry.path for item in batch]
    assert paths == [f"{n}.tif" for n in range(100)]


def test_a_cleared_order_hands_out_nothing():
    order = Order(items_of([10] * 100), 2)
    assert order.take(0)
    order.clear()
    assert not order.take(0)
    assert not order.take(1)
