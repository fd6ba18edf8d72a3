"""Stacks whose directories are alike, and read as one: nothing is overlooked."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from fairsubmit.readers.source import Source
from fairsubmit.readers.tiff.chain import check
from fairsubmit.readers.tiff.structure import Tiff

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fairsubmit.metadata.image import Problem

    Make = Callable[..., bytes]

# Directories close to each other, and with more pixels between them than are read.
EDGES = [4, 80]
LAYOUTS = [("<", False), (">", False), ("<", True), (">", True)]


def examine(path: Path, content: bytes) -> tuple[list[int], list[Problem]]:
    path.write_bytes(content)
    with Source(path) as source:
        tiff = Tiff(source)
        problems = check(tiff)
        return list(tiff.offsets), problems


class Stack:
    """A stack whose bytes are changed."""

    def __init__(self, content: bytes, order: str, *, big: bool) -> None:
        self.content = bytearray(content)
        self.order, self.big = order, big
        self.word = "Q" if big else "I"
        self.offsets = []
        (offset,) = struct.unpack_from(order + self.word, content, 8 if big else 4)
        while offset:
            self.offsets.append(offset)
            (offset,) = struct.unpack_from(order + self.word, content, self.end(offset))

    def end(self, offset: int) -> int:
        """Where the offset of the next directory stands."""
        code, size = ("Q", 20) if self.big else ("H", 12)
        (count,) = struct.unpack_from(self.order + code, self.content, offset)
        return offset + struct.calcsize(code) + size * int(count)

    def entry(self, page: int, tag: int) -> int:
        """Where an entry of a page stands."""
        offset = self.offsets[page]
        size = 20 if self.big else 12
        start = offset + (8 if self.big else 2)
        for place in range(start, self.end(offset), size):
            if struct.unpack_from(self.order + "H", self.content, place) == (tag,):
                return place
        raise AssertionError(tag)

    def put(self, place: int, value: int, code: str | None = None) -> None:
        struct.pack_into(self.order + (code or self.word), self.content, place, value)

    def value(self, page: int, tag: int) -> int:
        """Where the value of an entry stands."""
        return self.entry(page, tag) + (12 if self.big else 8)


@pytest.fixture(params=LAYOUTS, ids=lambda layout: f"{layout[0]}{layout[1]}")
def make_stack(request: pytest.FixtureRequest, make_tiff: Make) -> Callable[..., Stack]:
    order, big = request.param

    def make(pages: int, edge: int, strips: int = 1) -> Stack:
        content = make_tiff([(edge, edge)] * pages, order=order, big=big, strips=strips)
        return Stack(content, order, big=big)

    return make


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("strips", [1, 2])
@pytest.mark.parametrize("pages", [1, 2, 3, 4, 5, 60, 131, 140])
def test_whole_stacks_have_no_problem(
    tmp_path: Path, make_stack: Callable[..., Stack], pages: int, edge: int, strips: int
) -> None:
    stack = make_stack(pages, edge, strips)
    offsets, problems = examine(tmp_path / "a", bytes(stack.content))
    assert problems == []
    assert offsets == stack.offsets


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("page", [1, 2, 3, 4, 5, 30, 58, 59])
def test_pixels_past_the_end_are_noticed_wherever_they_are(
    tmp_path: Path, make_stack: Callable[..., Stack], page: int, edge: int
) -> None:
    stack = make_stack(60, edge)
    stack.put(stack.value(page, 273), len(stack.content) - edge * edge + 1)
    offsets, problems = examine(tmp_path / "a", bytes(stack.content))
    assert [(p.code, p.error) for p in problems] == [("truncated", True)]
    assert f"page {page + 1} " in problems[0].message
    assert offsets == stack.offsets


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("page", [1, 3, 30, 59])
def test_the_last_of_several_strips_is_looked_at(
    tmp_path: Path, make_stack: Callable[..., Stack], page: int, edge: int
) -> None:
    stack = make_stack(60, edge, 2)
    (array,) = struct.unpack_from(
        stack.order + stack.word, stack.content, stack.value(page, 273)
    )
    stack.put(array + struct.calcsize(stack.word), len(stack.content))
    _, problems = examine(tmp_path / "a", bytes(stack.content))
    assert [p.code for p in problems] == ["truncated"]


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("page", [2, 30, 58])
def test_a_directory_that_is_none_ends_the_chain(
    tmp_path: Path, make_stack: Callable[..., Stack], page: int, edge: int
) -> None:
    stack = make_stack(60, edge)
    stack.put(stack.offsets[page], 0, "Q" if stack.big else "H")
    offsets, problems = examine(tmp_path / "a", bytes(stack.content))
    assert [p.code for p in problems] == ["truncated"]
    assert f"byte {stack.offsets[page]}" in problems[0].message
    assert offsets == stack.offsets[:page]


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("page", [2, 30, 58])
@pytest.mark.parametrize("start", [0, (1 << 32) - 1])
def test_a_plane_without_bytes_goes_the_long_way(
    tmp_path: Path, make_stack: Callable[..., Stack], page: int, edge: int, start: int
) -> None:
    stack = make_stack(60, edge)
    stack.put(stack.value(page, 273), start)
    stack.put(stack.value(page, 279), 0)
    offsets, problems = examine(tmp_path / "a", bytes(stack.content))
    assert [(p.code, p.error) for p in problems] == [("planes-missing", True)]
    assert f"page {page + 1} " in problems[0].message
    assert offsets == stack.offsets


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("pages", [10, 60, 200])
@pytest.mark.parametrize("back_to", [0, 1, 3, 5, -3, -1])
def test_a_loop_back_into_the_run_is_caught(
    tmp_path: Path,
    make_stack: Callable[..., Stack],
    pages: int,
    edge: int,
    back_to: int,
) -> None:
    stack = make_stack(pages, edge)
    stack.put(stack.end(stack.offsets[-1]), stack.offsets[back_to])
    offsets, problems = examine(tmp_path / "a", bytes(stack.content))
    assert [p.code for p in problems] == ["directory-loop"]
    assert problems[0].place == f"byte {stack.offsets[back_to]}"
    assert offsets == stack.offsets


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("missing", [1, 7, 50, 200, 700])
def test_a_stack_that_is_cut_is_noticed(
    tmp_path: Path, make_stack: Callable[..., Stack], edge: int, missing: int
) -> None:
    stack = make_stack(60, edge)
    _, problems = examine(tmp_path / "a", bytes(stack.content[:-missing]))
    assert [p.code for p in problems] == ["truncated"]


@pytest.mark.parametrize("edge", EDGES)
def test_a_file_that_shrinks_while_it_is_read(
    tmp_path: Path, make_stack: Callable[..., Stack], edge: int
) -> None:
    stack = make_stack(400, edge)
    path = tmp_path / "a"
    for left in range(len(stack.content), 70_000, -len(stack.content) // 7):
        path.write_bytes(stack.content)
        with Source(path) as source:
            tiff = Tiff(source)
            path.write_bytes(stack.content[:left])
            problems = check(tiff)
        # What the operating system said when the file was opened is all that is known.
        assert [p.code for p in problems] in ([], ["truncated"])


def test_files_that_follow_each_other_do_not_mix(
    tmp_path: Path, make_tiff: Make
) -> None:
    """Directories with as many entries, in which other tags stand."""
    one = make_tiff([(4, 4)] * 3)
    other = make_tiff([(4, 4)] * 3, tags=[(65000, 3, b"\1\0")])
    tiled = make_tiff([(4, 4)] * 3, tags=[(254, 4, b"\0\0\0\0")])
    for content in (one, other, tiled, one, tiled, other):
        offsets, problems = examine(tmp_path / "a", content)
        assert (len(offsets), problems) == (3, [])
