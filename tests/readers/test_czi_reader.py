"""Zeiss CZI: what is recognised, which images there are, what their pixels are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.readers.czi_files import (
    Block,
    Czi,
    codes,
    described,
    metadata,
    one,
    plane,
    problem,
    read,
    whole,
)

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import ImageSize, PlatePosition
from fairsubmit.readers import READERS, find_reader
from fairsubmit.readers.czi.reader import Czi as CziReader
from fairsubmit.readers.czi.scenes import well
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.base import Reader

BGR24, GRAY8, UNKNOWN = 3, 0, 99


class TestCzi(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return CziReader()

    @pytest.fixture
    def image(self, tmp_path: Path) -> Path:
        folder = tmp_path / "image"
        folder.mkdir()
        path = folder / "a.czi"
        path.write_bytes(whole())
        return path


# -- recognition ---------------------------------------------------------------


def test_it_is_asked_for_its_files_alone(tmp_path: Path) -> None:
    path = tmp_path / "renamed.tif"
    path.write_bytes(whole())
    found = find_reader(path, path.read_bytes())
    assert isinstance(found, CziReader)
    assert sum(r.recognises(path, path.read_bytes()) for r in READERS) == 1


def test_a_file_of_another_kind_is_no_czi(tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match="ZISRAWFILE"):
        read(tmp_path, b"II*\0" + bytes(600))


def test_a_file_that_ends_in_its_header_says_so(tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match="whole header") as raised:
        read(tmp_path, whole()[:64])
    assert raised.value.offset == 64


# -- images and their sizes ----------------------------------------------------


def test_scenes_are_images_and_tiles_unite(tmp_path: Path) -> None:
    blocks = [
        *(plane(C=0, S=0, M=m, X=100 + 5 * m, Y=-3 * m) for m in range(4)),
        plane(C=0, S=1, M=4, X=900, Y=900),
    ]
    first, second = read(tmp_path, Czi(blocks))
    assert (first.size, second.size) == (
        ImageSize(3 * 5 + 8, 3 * 3 + 6, 1, 1, 1),
        ImageSize(8, 6, 1, 1, 1),
    )
    assert [record.series for record in (first, second)] == [0, 1]


def test_sizes_are_those_of_the_planes_not_of_the_xml(tmp_path: Path) -> None:
    blocks = [plane(C=c, Z=z, T=t) for c in (0, 1) for z in range(3) for t in range(4)]
    sizes = "<SizeX>-1</SizeX><SizeY>-1</SizeY><SizeZ>3</SizeZ>"
    record = one(tmp_path, Czi(blocks, metadata(sizes=sizes)))
    assert record.size == ImageSize(8, 6, 3, 2, 4)
    assert codes(record) == []


def test_planes_of_a_part_of_an_image_count_from_where_they_begin(
    tmp_path: Path,
) -> None:
    blocks = [plane(C=2, Z=z, T=7) for z in (10, 11)]
    assert one(tmp_path, Czi(blocks)).size == ImageSize(8, 6, 2, 1, 1)


def test_a_sub_block_may_hold_several_planes(tmp_path: Path) -> None:
    line = Block({"X": (0, 8, 8), "Y": (0, 1, 1), "T": (0, 500, 500), "C": (0, 1, 1)})
    record = one(tmp_path, Czi([line]))
    assert record.size == ImageSize(8, 1, 1, 1, 500)
    assert codes(record) == []


def test_smaller_resolutions_are_no_images(tmp_path: Path) -> None:
    small = Block({"X": (-8, 64, 4), "Y": (0, 48, 3), "C": (0, 1, 1), "S": (0, 1, 1)})
    blocks = [small, plane(C=0, S=0, M=0), plane(C=0, S=0, M=1, X=8)]
    assert one(tmp_path, Czi(blocks)).size == ImageSize(16, 6, 1, 1, 1)


def test_where_all_is_reduced_the_outline_is_the_size(tmp_path: Path) -> None:
    small = Block(
        {"X": (0, 64, 4), "Y": (0, 48, 3), "C": (0, 1, 1)}, pyramid=1, pixel_type=GRAY8
    )
    record = one(tmp_path, Czi([small]))
    assert (record.size.x, record.size.y) == (64, 48)
    assert record.pixel_type == "uint16", "what the XML says"


def test_a_channel_at_another_scale_is_a_channel(tmp_path: Path) -> None:
    """Localisation microscopy: its image is finer than the file's grid."""
    fine = Block({"X": (0, 8, 80), "Y": (0, 6, 60), "C": (1, 1, 1)})
    assert one(tmp_path, Czi([plane(C=0), fine])).size.c == 2


def test_views_and_acquisition_blocks_are_images(tmp_path: Path) -> None:
    blocks = [plane(C=0, V=v, B=b) for v in (0, 1) for b in (0, 1)]
    records = read(tmp_path, Czi(blocks))
    assert [record.size.t for record in records] == [1, 1, 1, 1]
    messages = [p.message for p in records[0].problems]
    assert messages == [
        "holds 2 views (V); each is an image of its own",
        "holds 2 acquisition blocks (B); each is an image of its own",
    ]


@pytest.mark.parametrize(
    ("axis", "name"), [("H", "phases"), ("R", "rotations"), ("I", "illuminations")]
)
def test_other_dimensions_are_told_not_counted(
    tmp_path: Path, axis: str, name: str
) -> None:
    blocks = [plane(C=0, Z=z, **{axis: n}) for z in (0, 1) for n in range(5)]
    record = one(tmp_path, Czi(blocks))
    assert record.size == ImageSize(8, 6, 2, 1, 1)
    assert f"5 {name} ({axis})" in problem(record, "extra-axis").message


def test_missing_planes_are_told(tmp_path: Path) -> None:
    blocks = [plane(C=c, T=t) for c in (0, 1) for t in (0, 1)][:-1]
    sizes = "<SizeT>9</SizeT><SizeC>2</SizeC>"
    record = one(tmp_path, Czi(blocks, metadata(sizes=sizes)))
    messages = [p.message for p in record.problems if p.code == "planes-missing"]
    assert messages == [
        "the metadata say 9 time points, the file holds 2",
        "1 of 4 planes are not there",
    ]
    assert record.size.t == 2


# -- pixels --------------------------------------------------------------------


def test_colour_is_samples_of_one_channel(tmp_path: Path) -> None:
    block = plane(C=0)
    block.pixel_type = BGR24
    record = one(tmp_path, Czi([block]))
    assert (record.pixel_type, record.size.c) == ("uint8", 3)
    assert [c.samples_per_pixel for c in record.channels] == [3]


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0, "uint8"),
        (1, "uint16"),
        (2, "float"),
        (4, "uint16"),
        (8, "float"),
        (9, "uint8"),
        (10, "complex"),
        (12, "int32"),
        (13, "double"),
    ],
)
def test_pixel_types(tmp_path: Path, number: int, name: str) -> None:
    block = plane(C=0)
    block.pixel_type = number
    assert one(tmp_path, Czi([block])).pixel_type == name


def test_an_unknown_pixel_type_is_none(tmp_path: Path) -> None:
    block = plane(C=0)
    block.pixel_type = UNKNOWN
    record = one(tmp_path, Czi([block]))
    assert record.pixel_type is None
    assert "99" in problem(record, "pixel-type-unknown").message


def test_channels_of_several_pixel_types(tmp_path: Path) -> None:
    blocks = [plane(C=0), plane(C=1)]
    blocks[1].pixel_type = GRAY8
    record = one(tmp_path, Czi(blocks))
    assert record.pixel_type == "uint16"
    assert "Gray16, Gray8" in problem(record, "pixel-types-differ").message


def test_planes_of_one_channel_that_differ(tmp_path: Path) -> None:
    blocks = [plane(C=0, Z=0), plane(C=0, Z=1)]
    blocks[1].pixel_type = GRAY8
    assert codes(one(tmp_path, Czi(blocks))) == ["pixel-types-differ"]


@pytest.mark.parametrize(
    ("image", "bits"),
    [
        ("<ComponentBitCount>12</ComponentBitCount>", 12),
        ("<ComponentBitCount>0</ComponentBitCount>", None),
        ("<ComponentBitCount>32</ComponentBitCount>", None),
        ("<ComponentBitCount>x</ComponentBitCount>", None),
    ],
)
def test_significant_bits(tmp_path: Path, image: str, bits: int | None) -> None:
    assert described(tmp_path, image).significant_bits == bits


def test_significant_bits_are_the_most_of_the_channels(tmp_path: Path) -> None:
    channels = "".join(
        f"<Channel><ComponentBitCount>{n}</ComponentBitCount></Channel>"
        for n in (10, 14)
    )
    image = f"<Dimensions><Channels>{channels}</Channels></Dimensions>"
    assert described(tmp_path, image).significant_bits == 14


# -- wells ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("A1", (0, 0)),
        ("D06", (3, 5)),
        ("AF48", (31, 47)),
        ("1A", None),
        ("Slide 1", None),
        ("A0", None),
        ("A100", None),
    ],
)
def test_wells(name: str, place: tuple[int, int] | None) -> None:
    assert well(name) == place


def test_scenes_have_names_and_wells(tmp_path: Path) -> None:
    """Two fields of B2, one of B3, and one that is in no well."""
    wells = ("B2", "B3", "B2", "centre")
    scenes = "".join(
        f'<Scene Index="{n}" Name="P{n}"><ArrayName>{name}</ArrayName></Scene>'
        for n, name in enumerate(wells)
    )
    image = f"<Dimensions><S><Scenes>{scenes}</Scenes></S></Dimensions>"
    records = read(tmp_path, Czi([plane(C=0, S=n) for n in range(4)], metadata(image)))
    assert [record.name for record in records] == ["P0", "P1", "P2", "P3"]
    assert [record.plate for record in records] == [
        PlatePosition(None, 1, 1, 0),
        PlatePosition(None, 1, 2, 0),
        PlatePosition(None, 1, 1, 1),
        None,
    ]


def test_views_of_a_scene_are_one_field(tmp_path: Path) -> None:
    scene = '<Scene Index="0"><Shape Name="C4"/></Scene>'
    image = f"<Dimensions><S><Scenes>{scene}</Scenes></S></Dimensions>"
    blocks = [plane(C=0, S=0, V=v) for v in (0, 1)]
    records = read(tmp_path, Czi(blocks, metadata(image)))
    assert [r.plate for r in records] == [PlatePosition(None, 2, 3, 0)] * 2


def test_a_scene_of_a_file_that_was_split(tmp_path: Path) -> None:
    """Its number along S is that of before; the document lists it alone."""
    scene = '<Scene Index="0" Name="S12"/>'
    image = f"<Dimensions><S><Scenes>{scene}</Scenes></S></Dimensions>"
    assert one(tmp_path, Czi([plane(C=0, S=11)], metadata(image))).name == "S12"
