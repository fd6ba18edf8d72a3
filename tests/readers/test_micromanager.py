"""Micro-Manager's stacks, folders of images and ND-TIFF, written by their format."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import PhysicalSize, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.extract import extract
from fairsubmit.readers.tiff.micromanager import MicroManager
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.base import Reader

    Make = Callable[..., bytes]
    Write = Callable[..., tuple[ImageMetadata, ...]]

SUMMARY: dict[str, Any] = {
    "Slices": 3,
    "Frames": 2,
    "Channels": 2,
    "Positions": 1,
    "Width": 8,
    "Height": 4,
    "PixelType": "GRAY16",
    "BitDepth": 12,
    "PixelSize_um": 0.108,
    "z-step_um": -0.5,
    "Interval_ms": 2000,
    "ChNames": ["DAPI", "GFP"],
    "MicroManagerVersion": "1.4.22",
    "MetadataVersion": 10,
    "Prefix": "cells",
    "Time": "2012-12-06 17:50:44 -0500",
}
FRAME: dict[str, Any] = {
    "PixelSizeUm": 0.2,
    "Camera": "Camera",
    "Objective-Label": "Nikon 10X S Fluor",
}
Plane = tuple[int, int, int, int]  # channel, z step, time, position
PLANES: list[Plane] = [
    (c, z, t, 0) for t in range(2) for z in range(3) for c in range(2)
]


def stack(
    planes: Sequence[Plane] = PLANES,
    summary: dict[str, Any] | str | None = None,
    frame: dict[str, Any] | None = None,
    *,
    pages: int | None = None,
    size: tuple[int, int] = (8, 4),
    bits: int = 16,
    samples: int = 1,
    order: str = "<",
    index: int | None = None,
    count: int | None = None,
) -> bytes:
    """The header of Micro-Manager, the pages one after the other, the index."""

    def pack(code: str, *values: int) -> bytes:
        return struct.pack(order + code, *values)

    found = SUMMARY if summary is None else summary
    words = (found if isinstance(found, str) else json.dumps(found)).encode()
    start = 40 + len(words) + len(words) % 2
    out = bytearray((b"II" if order == "<" else b"MM") + pack("HI", 42, start))
    out += pack("8I", 54773648, 0, 483765892, 0, 99384722, 0, 2355492, len(words))
    out += words.ljust(start - 40)
    text = json.dumps(FRAME if frame is None else frame).encode() + b"\0"
    number = len(planes) if pages is None else pages
    offsets = []
    for page in range(number):
        at = len(out)
        offsets.append(at)
        tags = 9
        values = at + 2 + 12 * tags + 4
        pixels = values + len(text)
        length = size[0] * size[1] * bits * samples // 8
        end = pixels + length
        entries = [
            (256, 4, 1, pack("I", size[0])),
            (257, 4, 1, pack("I", size[1])),
            (258, 3, 1, pack("HH", bits, 0)),
            (259, 3, 1, pack("HH", 1, 0)),
            (262, 3, 1, pack("HH", 1, 0)),
            (273, 4, 1, pack("I", pixels)),
            (277, 3, 1, pack("HH", samples, 0)),
            (279, 4, 1, pack("I", length)),
            (51123, 2, len(text), pack("I", values)),
        ]
        out += pack("H", tags)
        for tag, kind, values_, raw in entries:
            out += pack("HHI", tag, kind, values_) + raw
        out += pack("I", end if page + 1 < number else 0)
        out += text + bytes(length)
    place = len(out) if index is None else index
    out += pack("II", 3453623, len(planes) if count is None else count)
    for plane, offset in zip(planes, [*offsets, *offsets], strict=False):
        out += pack("5I", *plane, offset)
    out[12:16] = pack("I", place)
    return bytes(out)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "image"
    found.mkdir()
    return found


@pytest.fixture
def write(folder: Path) -> Callable[..., tuple[ImageMetadata, ...]]:
    def written(*args: object, **options: object) -> tuple[ImageMetadata, ...]:
        path = folder / "cells_MMStack.tif"
        path.write_bytes(stack(*args, **options))  # type: ignore[arg-type]
        return read(path)

    return written


def read(path: Path) -> tuple[ImageMetadata, ...]:
    extraction = read_image(path)
    assert extraction.findings == ()
    return extraction.images


def codes(found: ImageMetadata, *, error: bool | None = None) -> list[str]:
    return [p.code for p in found.problems if error is None or p.error is error]


def extent(found: ImageMetadata) -> tuple[int | None, ...]:
    return (found.size.x, found.size.y, found.size.z, found.size.c, found.size.t)


class TestMicroManager(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return MicroManager()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        path = folder / "a.tif"
        path.write_bytes(stack())
        return path


# -- stacks ------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_stack(write: Write, order: str) -> None:
    (found,) = write(order=order)
    assert extent(found) == (8, 4, 3, 2, 2)
    pixel = Quantity(0.108, "µm")
    assert found.physical_size == PhysicalSize(pixel, pixel, Quantity(0.5, "µm"))
    assert found.time_increment == Quantity(2000, "ms")
    assert [channel.name for channel in found.channels] == ["DAPI", "GFP"]
    assert found.acquired_at == "2012-12-06T17:50:44-05:00"
    assert found.software == "Micro-Manager 1.4.22"
    assert (found.name, found.reader) == ("cells", "micromanager")
    assert (found.pixel_type, found.significant_bits) == ("uint16", 12)
    assert found.objective.model == "Nikon 10X S Fluor"
    assert found.objective.magnification == 10
    assert found.problems == ()
    assert found.provenance["physical_size.x"] == "Summary/PixelSize_um"
    assert found.provenance["size.z"] == "index map"


def test_the_pixel_size_of_a_frame(write: Write) -> None:
    (found,) = write(summary={**SUMMARY, "PixelSize_um": 0})
    assert found.physical_size.x == Quantity(0.2, "µm")
    assert found.provenance["physical_size.x"] == "Frame/PixelSizeUm"


@pytest.mark.parametrize(
    "size", [0, "0.0", None, True, "x", "NaN", "Infinity", [], 1e999]
)
def test_no_pixel_size(write: Write, size: object) -> None:
    summary = {**SUMMARY, "PixelSize_um": size}
    (found,) = write(summary=summary, frame={})
    assert found.physical_size == PhysicalSize(z=Quantity(0.5, "µm"))


def test_numbers_that_are_texts(write: Write) -> None:
    summary = {
        k: str(v) if isinstance(v, int | float) else v for k, v in SUMMARY.items()
    }
    summary["ChNames"] = '["DAPI",\n"GFP"]'
    (found,) = write(summary=summary)
    assert found.physical_size.x == Quantity(0.108, "µm")
    assert [channel.name for channel in found.channels] == ["DAPI", "GFP"]
    assert found.significant_bits == 12


def test_a_single_step_and_time_have_no_distance(write: Write) -> None:
    (found,) = write(
        [(0, 0, 0, 0)], {**SUMMARY, "Slices": 1, "Frames": 1, "Channels": 1}
    )
    assert extent(found) == (8, 4, 1, 1, 1)
    assert (found.physical_size.z, found.time_increment) == (None, None)
    assert "physical_size.z" not in found.provenance


def test_an_acquisition_that_was_ended(write: Write) -> None:
    (found,) = write(PLANES[:7])
    assert extent(found) == (8, 4, 3, 2, 2)
    assert codes(found, error=False) == ["planes-missing"]
    (found,) = write(PLANES[:6])
    assert extent(found) == (8, 4, 3, 2, 1)
    assert codes(found, error=False) == ["planes-missing"]
    assert "2 frames were planned, but 1 are there" in found.problems[0].message


def test_positions(write: Write) -> None:
    planes = [(0, 0, t, p) for t in range(2) for p in range(2)]
    summary = {
        **SUMMARY,
        "Slices": 1,
        "Channels": 1,
        "UserName": "lovelace",
        "InitialPositionList": [{"Label": "Pos-A"}, {"Label": "Pos-B"}],
    }
    first, second = write(planes, summary)
    assert extent(first) == extent(second) == (8, 4, 1, 1, 2)
    assert (first.name, second.name) == ("Pos-A", "Pos-B")
    assert codes(first) == ["personal-data"]
    assert "lovelace" not in str(first)
    assert second.problems == ()


@pytest.mark.parametrize(
    ("folder_name", "named"),
    [
        ("C:\\Users\\ada\\x", True),
        ("/home/ada", True),
        ("D:\\data", False),
        ("", False),
    ],
)
def test_folders_that_name_a_person(
    write: Write, folder_name: str, named: bool
) -> None:
    (found,) = write(summary={**SUMMARY, "Directory": folder_name})
    assert codes(found) == (["personal-data"] if named else [])


def test_version_2(write: Write) -> None:
    summary = {
        "IntendedDimensions": {"z": 3, "channel": 2, "time": 2, "position": 1},
        "ChNames": ["DAPI", "GFP"],
        "StartTime": "2019-08-09 13:38:35.123 -0700",
        "MicroManagerVersion": "2.0.0",
        "z-step_um": 0.5,
    }
    frame = {
        "UserData": {"DObjective-Label": {"PropVal": "Plan Apo 60x", "PropType": "S"}}
    }
    (found,) = write(summary=summary, frame={**FRAME, **frame, "Objective-Label": ""})
    assert found.acquired_at == "2019-08-09T13:38:35.123-07:00"
    assert found.objective.magnification == 60
    assert found.physical_size.x == Quantity(0.2, "µm")
    assert found.problems == ()
    (found,) = write(PLANES[:6], summary)
    assert codes(found) == ["planes-missing"]


@pytest.mark.parametrize(
    "time", ["", "yesterday", "2019-08-09", 5, None, "2019-08-09 13:38 -0700"]
)
def test_times_that_are_none(write: Write, time: object) -> None:
    (found,) = write(summary={**SUMMARY, "Time": time})
    assert found.acquired_at is None


@pytest.mark.parametrize(
    "summary",
    ["{", "[]", "", "null", '{"a":' * 100_000, '{"Slices": ' + "9" * 5000 + "}"],
)
def test_summaries_that_are_none(write: Write, summary: str) -> None:
    (found,) = write(summary=summary)
    assert extent(found) == (8, 4, 3, 2, 2)
    assert [channel.name for channel in found.channels] == [None, None]


@pytest.mark.parametrize("index", [0, 5, 1 << 31])
def test_a_file_that_was_not_closed(write: Write, index: int) -> None:
    (found,) = write(index=index)
    assert extent(found) == (8, 4, 3, 2, 2)
    assert found.problems == ()
    (found,) = write(PLANES[:7], index=index)
    assert extent(found) == (8, 4, None, None, None)
    assert codes(found) == ["axis-unknown"]
    (found,) = write(PLANES[:1], index=index)
    assert extent(found) == (8, 4, 1, 1, 1)


def test_an_index_of_more_than_there_is(write: Write) -> None:
    (found,) = write(pages=6)
    assert codes(found, error=True) == ["planes-missing"]
    (found,) = write(count=1 << 31)
    assert extent(found) == (8, 4, 3, 2, 2)


def test_a_cut_stack(folder: Path) -> None:
    path = folder / "a.tif"
    content = stack()
    path.write_bytes(content[: len(content) // 2])
    (found,) = read(path)
    assert "truncated" in codes(found, error=True)


# -- folders -----------------------------------------------------------------------


def metadata(summary: dict[str, Any] | None = None, *, frame: bool = True) -> str:
    found = {"Summary": SUMMARY if summary is None else summary}
    if frame:
        found["FrameKey-0-0-0"] = FRAME
    return json.dumps(found, indent=2)


def names_1(planes: Iterable[Plane] = PLANES) -> list[str]:
    channels = ("DAPI", "GFP")
    return [f"img_{t:09}_{channels[c]}_{z:03}.tif" for c, z, t, _ in planes]


def names_2(planes: Iterable[Plane] = PLANES) -> list[str]:
    return [
        f"img_channel{c:03}_position{p:03}_time{t:09}_z{z:03}.tif"
        for c, z, t, p in planes
    ]


@pytest.fixture
def sequence(folder: Path, make_tiff: Make) -> Callable[..., Path]:
    def written(names: list[str], text: str | None = None) -> Path:
        content = make_tiff([(8, 4)], bits=16, description=b"ImageJ=1.48v\n")
        for name in names:
            (folder / name).write_bytes(content)
        path = folder / "metadata.txt"
        path.write_text(metadata() if text is None else text)
        return path

    return written


class TestMicroManagerFolder(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return MicroManager()

    @pytest.fixture
    def image(self, sequence: Callable[..., Path]) -> Path:
        return sequence(names_1(PLANES[:1]))


@pytest.mark.parametrize("names", [names_1(), names_2()])
def test_a_folder(sequence: Callable[..., Path], names: list[str]) -> None:
    path = sequence(names)
    (found,) = read(path)
    assert extent(found) == (8, 4, 3, 2, 2)
    assert found.physical_size.x == Quantity(0.108, "µm")
    assert found.objective.magnification == 10
    assert [channel.name for channel in found.channels] == ["DAPI", "GFP"]
    assert len(found.files) == 13
    assert found.problems == ()
    assert read(path.parent / names[5]) == (found,)


def test_each_file_of_a_folder_is_in_one_record(
    sequence: Callable[..., Path], make_tiff: Make
) -> None:
    path = sequence(names_1())
    (path.parent / "other.tif").write_bytes(make_tiff())
    (path.parent / "display_and_comments.txt").write_text("{}")
    found = list(extract([path.parent], root=path.parent))
    assert [(e.path, len(e.images)) for e in found] == [
        ("metadata.txt", 1),
        ("other.tif", 1),
    ]


def test_positions_of_a_folder(sequence: Callable[..., Path]) -> None:
    planes = [(0, 0, 0, 0), (0, 0, 0, 1)]
    summary = {**SUMMARY, "Slices": 1, "Channels": 1, "Frames": 1}
    summary["StagePositions"] = [{"Label": "A"}, {"Label": "B"}]
    first, second = read(sequence(names_2(planes), metadata(summary)))
    assert (first.name, second.name) == ("A", "B")
    assert extent(first) == (8, 4, 1, 1, 1)
    assert second.problems == ()


def test_names_of_channels_that_the_summary_lacks(
    sequence: Callable[..., Path],
) -> None:
    path = sequence(names_1(), metadata({**SUMMARY, "ChNames": []}))
    (found,) = read(path)
    assert [channel.name for channel in found.channels] == ["DAPI", "GFP"]
    assert found.provenance["channels.0.name"] == "file names"


def test_missing_files_of_a_folder(sequence: Callable[..., Path]) -> None:
    (found,) = read(sequence(names_1()[1:]))
    assert extent(found) == (8, 4, 3, 2, 2)
    assert codes(found) == ["planes-missing"]


def test_cut_and_unreadable_files_of_a_folder(sequence: Callable[..., Path]) -> None:
    path = sequence(names_1())
    (path.parent / names_1()[4]).write_bytes(b"")
    (found,) = read(path)
    assert codes(found, error=True) == ["truncated"]
    (path.parent / min(names_1())).write_bytes(b"II*\0")
    (found,) = read(path)
    assert codes(found, error=True) == ["unreadable-part"]
    assert found.size.x is None


def test_a_text_that_is_cut(sequence: Callable[..., Path]) -> None:
    (found,) = read(sequence(names_1(), metadata()[:-60]))
    assert found.physical_size.x == Quantity(0.108, "µm")
    (found,) = read(sequence(names_1(), metadata()[:380]))
    assert found.physical_size.x is None
    assert extent(found) == (8, 4, 3, 2, 2)


@pytest.mark.parametrize("text", ["", "{}", '{"Summary": {}}', "Summary: MicroManager"])
def test_other_texts_describe_nothing(sequence: Callable[..., Path], text: str) -> None:
    path = sequence(names_1(), text)
    assert read_image(path).images == ()
    (alone,) = read(path.parent / names_1()[0])
    assert alone.reader == "imagej"
    with pytest.raises(DamagedFileError):
        MicroManager().read(path)


def test_a_text_without_images(folder: Path) -> None:
    path = folder / "metadata.txt"
    path.write_text(metadata())
    assert read_image(path).images == ()
    (found,) = MicroManager().read(path)
    assert codes(found, error=True) == ["missing-part"]


# -- ND-TIFF -----------------------------------------------------------------------

Axes = dict[str, Any]
AXES: list[Axes] = [
    {"time": t, "channel": c, "z": z, "position": p}
    for p in range(2)
    for t in range(2)
    for z in range(3)
    for c in ("DAPI", "GFP")
]


def entry(axes: Axes, file: str, place: Sequence[int]) -> bytes:
    texts = b""
    for text in (json.dumps(axes), file):
        texts += struct.pack("<I", len(text)) + text.encode()
    return texts + struct.pack("<8I", *place)


@pytest.fixture
def nd(folder: Path) -> Callable[..., Path]:
    def written(
        axes: Sequence[Axes] = AXES,
        *,
        kind: int = 4,
        tail: bytes = b"",
        size: tuple[int, int] = (8, 4),
    ) -> Path:
        words = json.dumps(SUMMARY).encode()
        frame = json.dumps(FRAME).encode()
        head = b"II" + struct.pack("<HI", 42, 1 << 20)
        head += struct.pack("<6I", 483729, 3, 3, 2355492, len(words), 0)[:20]
        content = bytearray(head + words + frame)
        place = len(head + words)
        index = b""
        for number, one in enumerate(axes):
            file = f"cells_NDTiffStack{'_1' if number % 2 else ''}.tif"
            at = len(content)
            content += bytes(size[0] * size[1] * 2)
            index += entry(one, file, (at, *size, kind, 0, place, len(frame), 0))
        for suffix in ("", "_1"):
            (folder / f"cells_NDTiffStack{suffix}.tif").write_bytes(content)
        path = folder / "NDTiff.index"
        path.write_bytes(index + tail)
        return path

    return written


class TestMicroManagerNdTiff(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return MicroManager()

    @pytest.fixture
    def image(self, nd: Callable[..., Path]) -> Path:
        return nd()


def test_nd_tiff(nd: Callable[..., Path]) -> None:
    path = nd()
    first, second = read(path)
    assert extent(first) == extent(second) == (8, 4, 3, 2, 2)
    assert [channel.name for channel in first.channels] == ["DAPI", "GFP"]
    assert first.physical_size.x == Quantity(0.108, "µm")
    assert first.objective.magnification == 10
    assert (first.pixel_type, first.significant_bits) == ("uint16", 12)
    assert len(first.files) == 3
    assert first.problems == second.problems == ()
    found = list(extract([path.parent], root=path.parent))
    # these stacks have no directory: their own turns say so, and give no image
    images = [(e.path, len(e.images)) for e in found if e.images]
    assert images == [("NDTiff.index", 2)]


@pytest.mark.parametrize(
    ("kind", "pixel_type", "c"),
    [
        (0, "uint8", 2),
        (1, "uint16", 2),
        (2, "uint8", 6),
        (3, "uint16", 2),
        (99, None, 2),
    ],
)
def test_pixel_types_of_nd_tiff(
    nd: Callable[..., Path], kind: int, pixel_type: str | None, c: int
) -> None:
    first = read(nd(kind=kind))[0]
    assert (first.pixel_type, first.size.c) == (pixel_type, c)


def test_channels_by_number(nd: Callable[..., Path]) -> None:
    first = read(nd([{"channel": c} for c in range(2)]))[0]
    assert [channel.name for channel in first.channels] == ["DAPI", "GFP"]
    assert extent(first) == (8, 4, 1, 2, 1)


def test_nd_tiff_that_lacks_planes_and_files(nd: Callable[..., Path]) -> None:
    path = nd(AXES[:11])
    (found,) = read(path)
    assert codes(found, error=False) == ["planes-missing"]
    (path.parent / "cells_NDTiffStack_1.tif").unlink()
    (found,) = read(path)
    assert codes(found, error=True) == ["missing-part"]
    (path.parent / "cells_NDTiffStack.tif").unlink()
    (found,) = read(path)
    assert found.physical_size.x is None


def test_a_cut_file_of_nd_tiff(nd: Callable[..., Path]) -> None:
    path = nd()
    file = path.parent / "cells_NDTiffStack.tif"
    file.write_bytes(file.read_bytes()[:-100])
    first, second = read(path)
    assert codes(first, error=True) == ["truncated"]
    assert second.problems == ()


@pytest.mark.parametrize(
    "tail", [b"x", b"\x10\0\0\0{}", struct.pack("<I", 1 << 31) + b'{"a": 1}']
)
def test_an_index_that_breaks_off(nd: Callable[..., Path], tail: bytes) -> None:
    first, _ = read(nd(tail=tail))
    assert codes(first, error=True) == ["truncated"]


def test_an_index_of_nothing(folder: Path) -> None:
    path = folder / "NDTiff.index"
    path.write_bytes(b'\x02\0\0\0{"x"')
    with pytest.raises(DamagedFileError):
        MicroManager().read(path)
