"""Directories of TIFF and BigTIFF: layouts, chains, damage."""

from __future__ import annotations

import struct
import time
from typing import TYPE_CHECKING

import pytest

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.readers.source import Source
from fairsubmit.readers.tiff.chain import check
from fairsubmit.readers.tiff.structure import Tiff, is_tiff

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fairsubmit.metadata.image import Problem

    Make = Callable[..., bytes]

LAYOUTS = [("<", False), (">", False), ("<", True), (">", True)]


def examine(path: Path, content: bytes) -> tuple[Tiff, list[Problem]]:
    path.write_bytes(content)
    with Source(path) as source:
        tiff = Tiff(source)
        return tiff, check(tiff)


def width_of(path: Path, index: int) -> int:
    with Source(path) as source:
        tiff = Tiff(source)
        check(tiff)
        return tiff.page_at(index).width


def directories(content: bytes) -> list[int]:
    """Offsets of the directories of a little-endian classic TIFF."""
    found, (offset,) = [], struct.unpack_from("<I", content, 4)
    while offset:
        found.append(offset)
        (count,) = struct.unpack_from("<H", content, offset)
        (offset,) = struct.unpack_from("<I", content, offset + 2 + 12 * count)
    return found


@pytest.mark.parametrize(("order", "big"), LAYOUTS)
@pytest.mark.parametrize("strips", [1, 5])
def test_every_layout_is_read(
    tmp_path: Path, make_tiff: Make, order: str, big: bool, strips: int
) -> None:
    content = make_tiff(
        [(33, 20)] * 3,
        order=order,
        big=big,
        bits=16,
        strips=strips,
        description=b"a description",
        tags=[(282, 5, struct.pack(order + "II", 250, 27))],
    )
    assert is_tiff(content)
    path = tmp_path / "a.tif"
    path.write_bytes(content)
    with Source(path) as source:
        tiff = Tiff(source)
        assert check(tiff) == []
        assert len(tiff.offsets) == 3
        assert [(p.width, p.height) for p in tiff.pages(range(9))] == [(33, 20)] * 3
        assert tiff.first.pixel_type == "uint16"
        assert tiff.text(270) == b"a description"
        assert tiff.ratio(282) == (250, 27)


@pytest.mark.parametrize(
    ("bits", "form", "name"),
    [
        (8, 1, "uint8"),
        (16, 2, "int16"),
        (32, 3, "float"),
        (64, 3, "double"),
        (1, 1, "bit"),
        (32, 1, "uint32"),
        (64, 6, "complex"),
        (24, 1, None),
    ],
)
def test_pixel_types_have_ome_names(
    tmp_path: Path,
    make_tiff: Make,
    bits: int,
    form: int,
    name: str | None,
) -> None:
    tiff, _ = examine(tmp_path / "a", make_tiff(bits=bits, sample_format=form))
    assert tiff.first.pixel_type == name


@pytest.mark.parametrize(("order", "big"), LAYOUTS)
@pytest.mark.parametrize("strips", [1, 5])
@pytest.mark.parametrize("missing", [1, 300])
def test_missing_pixels_are_noticed(
    tmp_path: Path,
    make_tiff: Make,
    order: str,
    big: bool,
    strips: int,
    missing: int,
) -> None:
    content = make_tiff([(32, 24)] * 6, order=order, big=big, strips=strips)
    _, problems = examine(tmp_path / "a", content[:-missing])
    assert [(p.code, p.error) for p in problems] == [("truncated", True)]
    assert "page 6" in problems[0].message
    assert f"{missing} bytes past the end" in problems[0].message
    assert problems[0].place == f"byte {len(content) - missing}"


def test_a_missing_directory_is_noticed(tmp_path: Path, make_tiff: Make) -> None:
    content = make_tiff([(32, 24)] * 5)
    fourth = directories(content)[3]
    tiff, problems = examine(tmp_path / "a", content[:fourth])
    assert [p.code for p in problems] == ["truncated"]
    assert f"byte {fourth}" in problems[0].message
    assert len(tiff.offsets) == 3


@pytest.mark.parametrize("cut", [0, 1, 4, 7, 8, 9, 40])
def test_no_directory_is_an_error_with_its_offset(
    tmp_path: Path, make_tiff: Make, cut: int
) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(make_tiff()[:cut])
    with Source(path) as source, pytest.raises(DamagedFileError) as caught:
        Tiff(source)
    assert caught.value.offset is not None
    assert "a.tif is damaged at byte" in caught.value.message


@pytest.mark.parametrize("back_to", [0, 1, 2, 4])
def test_a_loop_is_caught(tmp_path: Path, make_tiff: Make, back_to: int) -> None:
    content = bytearray(make_tiff([(32, 24)] * 5))
    offsets = directories(bytes(content))
    (count,) = struct.unpack_from("<H", content, offsets[4])
    struct.pack_into("<I", content, offsets[4] + 2 + 12 * count, offsets[back_to])
    tiff, problems = examine(tmp_path / "a", bytes(content))
    assert [(p.code, p.error) for p in problems] == [("directory-loop", True)]
    assert list(tiff.offsets) == offsets


def test_a_padded_last_strip_is_no_damage(tmp_path: Path, make_tiff: Make) -> None:
    """Some writers give the last strip the length of a whole one."""
    content = bytearray(make_tiff([(32, 23)], strips=2))  # 12 rows, then 11
    entry = content.index(struct.pack("<HHI", 279, 4, 2))
    (counts_at,) = struct.unpack_from("<I", content, entry + 8)
    assert struct.unpack_from("<II", content, counts_at) == (384, 352)
    struct.pack_into("<I", content, counts_at + 4, 384)
    _, problems = examine(tmp_path / "a", bytes(content))
    assert problems == []


def test_sparse_strips_are_no_damage(tmp_path: Path, make_tiff: Make) -> None:
    """The last of two is left out, wherever it is said to stand."""
    content = bytearray(make_tiff(strips=2))
    for number, value in ((273, 0xFFFFFFFF), (279, 0)):
        entry = content.index(struct.pack("<HHI", number, 4, 2))
        (values,) = struct.unpack_from("<I", content, entry + 8)
        struct.pack_into("<I", content, values + 4, value)
    _, problems = examine(tmp_path / "a", bytes(content))
    assert problems == []


@pytest.mark.parametrize("pages", [1, 3, 300])
@pytest.mark.parametrize("strips", [1, 5])
def test_pages_without_a_byte_of_pixels_are_noticed(
    tmp_path: Path, make_tiff: Make, pages: int, strips: int
) -> None:
    """As programs leave them that are ended while they write."""
    none = [(n, 4, bytes(4 * strips)) for n in (273, 279)]
    empty = max(pages - 2, 0)
    content = bytearray(make_tiff([(8, 10)] * pages, strips=strips))
    assert examine(tmp_path / "a.tif", bytes(content))[1] == []
    for index in {empty, pages - 1}:
        place = directories(bytes(content))[index]
        for at in range(place + 2, place + 2 + 12 * 10, 12):
            (tag,) = struct.unpack_from("<H", content, at)
            if tag in {n for n, _, _ in none}:
                (inner,) = struct.unpack_from("<I", content, at + 8)
                inner = at + 8 if strips == 1 else inner
                content[inner : inner + 4 * strips] = bytes(4 * strips)
    tiff, problems = examine(tmp_path / "a.tif", bytes(content))
    assert len(tiff.offsets) == pages
    (problem,) = problems
    assert (problem.code, problem.error) == ("planes-missing", True)
    assert problem.place == f"page {empty + 1}"
    assert ("and of 1 more" in problem.message) == (pages > 1)


@pytest.mark.parametrize(
    ("cut", "found"),
    [(0, [("planes-missing", False)]), (-1, [("truncated", True)])],
)
def test_counts_that_were_never_written(
    tmp_path: Path, make_tiff: Make, cut: int, found: list[tuple[str, bool]]
) -> None:
    """Plain pixels are where their offset says, if the file is long enough."""
    content = bytearray(make_tiff([(8, 10)]))
    at = content.index(struct.pack("<HHI", 279, 4, 1))
    content[at + 8 : at + 12] = bytes(4)
    shorter = bytes(content)[: len(content) + cut]
    _, problems = examine(tmp_path / "a.tif", shorter)
    assert [(p.code, p.error) for p in problems] == found


def test_more_counts_than_the_file_has(tmp_path: Path, make_tiff: Make) -> None:
    content = bytearray(make_tiff())
    at = content.index(struct.pack("<HHI", 279, 4, 1))
    content[at + 4 : at + 8] = b"\xff" * 4
    _, problems = examine(tmp_path / "a.tif", bytes(content))
    assert [p.code for p in problems] == ["truncated"]


def test_a_cut_off_resolution_is_noticed(tmp_path: Path, make_tiff: Make) -> None:
    whole = make_tiff()
    content = make_tiff(tags=[(330, 4, struct.pack("<I", len(whole) + 1000))])
    _, problems = examine(tmp_path / "a", content)
    assert [p.code for p in problems] == ["truncated"]
    assert "smaller resolution" in problems[0].message


@pytest.mark.parametrize("pages", [127, 130, 131, 193, 194, 400, 1000, 4097])
@pytest.mark.parametrize("big", [False, True])
def test_long_stacks_are_counted_exactly(
    tmp_path: Path, make_tiff: Make, pages: int, big: bool
) -> None:
    content = make_tiff([(4, 4)] * pages, big=big)
    tiff, problems = examine(tmp_path / "a", content)
    assert problems == []
    assert len(tiff.offsets) == pages
    assert len(set(tiff.offsets)) == pages
    for index in (0, 1, pages // 2, pages - 1):
        assert width_of(tmp_path / "a", index) == 4


def test_a_long_stack_may_change_midway(tmp_path: Path, make_tiff: Make) -> None:
    content = make_tiff([(4, 4)] * 700 + [(8, 8)] * 700 + [(4, 4)])
    tiff, problems = examine(tmp_path / "a", content)
    assert problems == []
    assert len(tiff.offsets) == 1401
    widths = [width_of(tmp_path / "a", index) for index in (699, 700, 1399, 1400)]
    assert widths == [4, 8, 8, 4]


@pytest.mark.parametrize("missing", [1, 10, 17, 5000])
def test_a_long_stack_that_is_cut_is_noticed(
    tmp_path: Path, make_tiff: Make, missing: int
) -> None:
    content = make_tiff([(4, 4)] * 3000)
    _, problems = examine(tmp_path / "a", content[:-missing])
    assert [p.code for p in problems] == ["truncated"]


def test_long_chains_take_linear_time(tmp_path: Path, make_tiff: Make) -> None:
    """Backward chains defeat any shortcut; they must not become quadratic."""
    content = make_tiff([(1, 1)] * 40_000)
    offsets = directories(content)
    (count,) = struct.unpack_from("<H", content, offsets[1])
    backward = bytearray(content)
    # The first page leads to the last, and each other one to the page before it.
    order = [offsets[0], *reversed(offsets[1:])]
    for here, there in zip(order, [*order[1:], 0], strict=True):
        (count,) = struct.unpack_from("<H", backward, here)
        struct.pack_into("<I", backward, here + 2 + 12 * count, there)
    start = time.perf_counter()
    tiff, problems = examine(tmp_path / "a", bytes(backward))
    assert len(tiff.offsets) == 40_000
    assert problems == []
    assert time.perf_counter() - start < 20


def test_counts_in_the_header_are_not_believed(tmp_path: Path, make_tiff: Make) -> None:
    """A tag that claims 4 GiB of values makes no one reserve 4 GiB."""
    content = bytearray(make_tiff(description=b"x" * 100, strips=5))
    for tag, kind in ((270, 2), (273, 4), (279, 4)):
        entry = content.index(struct.pack("<HH", tag, kind))
        struct.pack_into("<I", content, entry + 4, 0xFFFFFFFF)
    path = tmp_path / "a"
    path.write_bytes(bytes(content))
    with Source(path) as source:
        tiff = Tiff(source)
        problems = check(tiff)
        assert len(tiff.text(270) or b"") <= len(content)
    assert [p.code for p in problems] == ["truncated"]


def test_a_missing_file_is_a_read_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be opened"):
        Source(tmp_path / "none.tif")
