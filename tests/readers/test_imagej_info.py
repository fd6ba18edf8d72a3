"""What ImageJ keeps in its private tags: texts, labels, regions."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from fairsubmit.metadata.image import PhysicalSize, Quantity
from fairsubmit.readers import read_image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

    Make = Callable[..., bytes]
    Write = Callable[..., ImageMetadata]
    Tags = list[tuple[int, int, bytes]]


def private(
    info: str = "",
    labels: tuple[str, ...] = (),
    rois: int = 0,
    *,
    order: str = "<",
    magic: bytes | None = None,
) -> Tags:
    """IJMetadataByteCounts and IJMetadata."""
    name = "utf-16-le" if order == "<" else "utf-16-be"
    parts = {
        b"info": [info.encode(name)] if info else [],
        b"labl": [label.encode(name) for label in labels],
        b"rang": [bytes(16)],
        b"roi ": [b"Iout" + bytes(60)] if rois else [],
        b"over": [b"Iout" + bytes(60)] * (rois - 1),
    }
    kinds = {kind: texts for kind, texts in parts.items() if texts}
    head = b"IJIJ" if magic is None else magic
    head = head if order == ">" else head[::-1]
    for kind, texts in kinds.items():
        code = kind if order == ">" else kind[::-1]
        head += code + struct.pack(order + "I", len(texts))
    every = [head, *(text for texts in kinds.values() for text in texts)]
    counts = struct.pack(f"{order}{len(every)}I", *(len(text) for text in every))
    return [(50838, 4, counts), (50839, 1, b"".join(every))]


@pytest.fixture
def write(tmp_path: Path, make_tiff: Make) -> Write:
    def written(text: str = "ImageJ=1.53t\n", **options: object) -> ImageMetadata:
        path = tmp_path / "a.tif"
        path.write_bytes(make_tiff(description=text.encode(), **options))
        extraction = read_image(path)
        assert extraction.findings == ()
        (found,) = extraction.images
        assert found.reader == "imagej"
        return found

    return written


def codes(found: ImageMetadata) -> list[str]:
    return [problem.code for problem in found.problems]


TWO = "ImageJ=1.53t\nimages=4\nchannels=2\nslices=2\n"


def names(found: ImageMetadata) -> list[str | None]:
    return [channel.name for channel in found.channels]


@pytest.mark.parametrize("order", ["<", ">"])
def test_labels_that_name_channels(write: Write, order: str) -> None:
    tags = private(labels=("DAPI\n405", "GFP", "DAPI", "GFP"), order=order)
    found = write(TWO, pages=[(8, 8)] * 4, tags=tags, order=order)
    assert names(found) == ["DAPI", "GFP"]
    assert found.provenance["channels.1.name"] == "IJMetadata/Labels"


@pytest.mark.parametrize(
    "labels",
    [
        (),
        ("a", "b"),
        ("c:1/2 z:1/2", "c:2/2 z:1/2", "c:1/2 z:2/2", "c:2/2 z:2/2"),
        ("same", "same", "same", "same"),
        ("", "GFP", "", "GFP"),
    ],
)
def test_labels_that_name_slices(write: Write, labels: tuple[str, ...]) -> None:
    found = write(TWO, pages=[(8, 8)] * 4, tags=private(labels=labels))
    expected = ["a", "b"] if labels == ("a", "b") else [None, None]
    assert names(found) == expected


def test_regions_are_counted(write: Write) -> None:
    assert write(tags=private(rois=3)).rois == 3
    assert write(tags=private("text")).rois == 0


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("UserName = Ada Lovelace", True),
        ("Information|Document|User Name: Ada", True),
        ("operator = ada", True),
        ("E-mail = ada@example.org", True),
        ("Location = C:\\Users\\ada\\a.czi", True),
        ("/Users/ada/a.tif", True),
        ("UserName =", False),
        ("C:\\Users\\Public\\a.tif", False),
        ("Users = 3 | home = none", False),
        ("BitsPerPixel = 8", False),
    ],
)
def test_persons_are_not_named(write: Write, line: str, named: bool) -> None:
    found = write(tags=private(f" SizeX = 3\n{line}\n"))
    assert codes(found) == (["personal-data"] if named else [])
    assert "ada" not in str(found).lower().replace("metadata", "").replace(
        "imagemet", ""
    )


def test_ome_xml_within(write: Write, make_ome: Callable[..., bytes]) -> None:
    xml = make_ome(
        'PhysicalSizeX="0.1"',
        before='<Instrument ID="Instrument:0"><Objective ID="Objective:0" LensNA="1.4" '
        'NominalMagnification="63"/></Instrument>',
        image="<AcquisitionDate>2020-01-02T03:04:05</AcquisitionDate>"
        '<InstrumentRef ID="Instrument:0"/><ObjectiveSettings ID="Objective:0"/>',
        inside='<Channel ID="Channel:0:0" Name="GFP" EmissionWavelength="509"/>',
    ).decode()
    found = write(tags=private(f"Imported\n{xml}"))
    assert found.objective.magnification == 63
    assert found.acquired_at == "2020-01-02T03:04:05"
    assert names(found) == ["GFP"]
    assert found.physical_size == PhysicalSize()
    assert found.provenance["acquired_at"].startswith("IJMetadata/Info: ")
    assert (found.size.x, found.software) == (32, "ImageJ 1.53t")


@pytest.mark.parametrize(
    "text", ["<OME", "<OME>", "<OME><Image/><Image/></OME>", "<OME x"]
)
def test_ome_xml_that_says_nothing(write: Write, text: str) -> None:
    found = write(tags=private(text))
    assert (found.objective.magnification, found.problems) == (None, ())


def test_private_tags_that_are_odd(write: Write) -> None:
    for tags in (
        private("UserName = x", magic=b"XXXX"),
        private("UserName = x")[:1],
        private("UserName = x")[1:],
        [(50838, 4, struct.pack("<2I", 1 << 31, 5)), private("UserName = x")[1]],
        [(50838, 4, struct.pack("<2I", 4, 5)), private("UserName = x")[1]],
        [(50838, 4, struct.pack("<2I", 20, 1 << 31)), private("text" * 9)[1]],
        [(50838, 2, b"abcdefgh"), private("UserName = x")[1]],
    ):
        assert codes(write(tags=tags)) == []


@pytest.mark.parametrize("spacing", ["0.5", "-0.5"])
def test_a_spacing_is_meant_without_its_sign(write: Write, spacing: str) -> None:
    ratio = struct.pack("<II", 2, 1)
    found = write(
        f"ImageJ=1.53t\nimages=2\nslices=2\nunit=micron\nspacing={spacing}\n",
        pages=[(8, 8)] * 2,
        tags=[(282, 5, ratio), (283, 5, ratio)],
    )
    half = Quantity(0.5, "µm")
    assert found.physical_size == PhysicalSize(half, half, half)
    assert found.problems == ()


def test_another_unit_along_y(write: Write) -> None:
    ratio = struct.pack("<II", 2, 1)
    found = write(
        "ImageJ=1.53t\nunit=micron\nyunit=nm\n",
        tags=[(282, 5, ratio), (283, 5, ratio)],
    )
    assert found.physical_size.x == Quantity(0.5, "µm")
    assert found.physical_size.y == Quantity(0.5, "nm")


def test_many_channels_are_bounded(write: Write) -> None:
    found = write(f"ImageJ=1.53t\nimages={1 << 30}\nchannels={1 << 30}\n")
    assert found.size.c == 1 << 30
    assert len(found.channels) == 1_000
