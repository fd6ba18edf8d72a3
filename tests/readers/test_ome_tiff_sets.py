"""OME-TIFF files: alone, in sets, with companions, and against their own pages."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from fairsubmit.readers import read_image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

    Make = Callable[..., bytes]

UUIDS = [f"1111111{i}-1111-4111-8111-111111111111" for i in range(4)]


def one(path: Path) -> ImageMetadata:
    extraction = read_image(path)
    assert extraction.findings == ()
    (found,) = extraction.images
    return found


def codes(found: ImageMetadata, *, error: bool | None = None) -> list[str]:
    return [p.code for p in found.problems if error is None or p.error is error]


def tiff_data(names: list[str]) -> str:
    return "".join(
        f'<TiffData FirstT="{i}" IFD="0" PlaneCount="1"><UUID FileName="{name}">'
        f"urn:uuid:{UUIDS[i]}</UUID></TiffData>"
        for i, name in enumerate(names)
    )


def write_set(folder: Path, make_tiff: Make, make_ome: Make, names: list[str]) -> None:
    """Every file holds the whole XML, with its own UUID."""
    for i, name in enumerate(names):
        xml = make_ome(
            inside=tiff_data(names),
            planes=(1, 1, len(names)),
            root=f'UUID="urn:uuid:{UUIDS[i]}"',
        )
        (folder / name).write_bytes(make_tiff(description=xml))


NAMES = ["t0.ome.tif", "t1.ome.tif", "t2.ome.tif"]


def test_every_member_gives_the_whole_set(
    tmp_path: Path, make_tiff: Make, make_ome: Make
) -> None:
    write_set(tmp_path, make_tiff, make_ome, NAMES)
    found = [one(tmp_path / name) for name in NAMES]
    assert found[0] == found[1] == found[2]
    assert found[0].path == (tmp_path / "t0.ome.tif").as_posix()
    assert found[0].files == tuple((tmp_path / name).as_posix() for name in NAMES)
    assert found[0].problems == ()


def test_a_missing_member_is_an_error_with_its_name(
    tmp_path: Path, make_tiff: Make, make_ome: Make
) -> None:
    write_set(tmp_path, make_tiff, make_ome, NAMES)
    (tmp_path / "t0.ome.tif").unlink()
    found = one(tmp_path / "t2.ome.tif")
    assert codes(found, error=True) == ["missing-part"]
    assert "'t0.ome.tif'" in found.problems[0].message
    assert len(found.files) == 2


def test_a_damaged_member_is_an_error_of_the_set(
    tmp_path: Path, make_tiff: Make, make_ome: Make
) -> None:
    write_set(tmp_path, make_tiff, make_ome, NAMES)
    second = tmp_path / "t1.ome.tif"
    second.write_bytes(second.read_bytes()[:-100])
    (tmp_path / "t2.ome.tif").write_bytes(b"not a TIFF")
    found = one(tmp_path / "t0.ome.tif")
    assert codes(found, error=True) == ["truncated", "unreadable-part"]
    assert "t1.ome.tif" in found.problems[0].message
    assert "t2.ome.tif" in found.problems[1].message


def test_a_member_of_another_size_or_set_is_noticed(
    tmp_path: Path, make_tiff: Make, make_ome: Make
) -> None:
    write_set(tmp_path, make_tiff, make_ome, NAMES)
    xml = make_ome(root=f'UUID="urn:uuid:{UUIDS[3]}"')
    (tmp_path / "t1.ome.tif").write_bytes(make_tiff([(16, 16)], description=xml))
    found = one(tmp_path / "t0.ome.tif")
    assert codes(found, error=True) == ["size-mismatch"]
    assert codes(found, error=False) == ["uuid-mismatch"]


def test_a_renamed_file_is_whole(
    tmp_path: Path, make_tiff: Make, make_ome: Make
) -> None:
    xml = make_ome(inside=tiff_data(["before.ome.tif"]))
    path = tmp_path / "after.ome.tif"
    path.write_bytes(make_tiff(description=xml))
    found = one(path)
    assert codes(found) == ["file-renamed"]
    assert codes(found, error=True) == []
    known = make_ome(
        inside=tiff_data(["before.ome.tif"]), root=f'UUID="urn:uuid:{UUIDS[0]}"'
    )
    path.write_bytes(make_tiff(description=known))
    assert codes(one(path)) == []


def test_a_path_in_a_name_is_cut_and_reported(
    tmp_path: Path, make_tiff: Make, make_ome: Make
) -> None:
    names = [r"C:\Users\jane\t0.ome.tif", "/mnt/scope/t1.ome.tif", "../t2.ome.tif"]
    xml = make_ome(inside=tiff_data(names), planes=(1, 1, 3))
    for name in NAMES:
        (tmp_path / name).write_bytes(make_tiff(description=xml))
    found = one(tmp_path / "t0.ome.tif")
    assert codes(found) == ["path-in-name"] * 3
    assert len(found.files) == 3


def companion(folder: Path, make_tiff: Make, make_ome: Make, names: list[str]) -> Path:
    path = folder / "set.companion.ome"
    xml = make_ome(inside=tiff_data(names), planes=(1, 1, len(names)))
    path.write_bytes(xml)
    for i, name in enumerate(names):
        only = (
            f'<OME UUID="urn:uuid:{UUIDS[i]}"><BinaryOnly MetadataFile="{path.name}" '
            'UUID="urn:uuid:9"/></OME>'
        )
        (folder / name).write_bytes(make_tiff(description=only.encode()))
    return path


def test_a_companion_speaks_for_its_files(
    tmp_path: Path, make_tiff: Make, make_ome: Make
) -> None:
    path = companion(tmp_path, make_tiff, make_ome, NAMES)
    found = one(path)
    assert found == one(tmp_path / "t1.ome.tif")
    assert found.path == path.as_posix()
    assert [file.rpartition("/")[2] for file in found.files] == [path.name, *NAMES]
    assert (found.format, found.size.t, found.problems) == ("OME-TIFF", 3, ())


def test_without_its_companion_a_file_still_has_a_size(
    tmp_path: Path, make_tiff: Make, make_ome: Make
) -> None:
    companion(tmp_path, make_tiff, make_ome, NAMES).unlink()
    found = one(tmp_path / "t1.ome.tif")
    assert codes(found, error=True) == ["companion-missing"]
    assert "'set.companion.ome'" in found.problems[0].message
    assert (found.size.x, found.size.y, found.size.z) == (32, 24, None)


def test_a_companion_must_name_the_file(
    tmp_path: Path, make_tiff: Make, make_ome: Make
) -> None:
    path = companion(tmp_path, make_tiff, make_ome, NAMES)
    (tmp_path / "t1.ome.tif").rename(tmp_path / "other.ome.tif")
    found = one(tmp_path / "other.ome.tif")
    assert codes(found, error=True) == ["companion-silent"]
    assert codes(one(path), error=True) == ["missing-part"]
    path.write_bytes(b"<OME")
    assert codes(one(tmp_path / "t0.ome.tif")) == ["companion-unreadable"]


def test_a_companion_that_names_itself_does_not_loop(
    tmp_path: Path, make_tiff: Make
) -> None:
    for name, other in (("a.ome.tif", "a.ome.tif"), ("b.ome.tif", "c.ome.tif")):
        only = f'<OME><BinaryOnly MetadataFile="{other}"/></OME>'
        (tmp_path / name).write_bytes(make_tiff(description=only.encode()))
    only = '<OME><BinaryOnly MetadataFile="b.ome.tif"/></OME>'
    (tmp_path / "c.ome.tif").write_bytes(make_tiff(description=only.encode()))
    assert codes(one(tmp_path / "a.ome.tif")) == ["companion-missing"]
    assert codes(one(tmp_path / "b.ome.tif")) == ["companion-unreadable"]


def test_a_tiff_may_speak_for_others(
    tmp_path: Path, make_tiff: Make, make_ome: Make
) -> None:
    names = ["z-first.ome.tif", "a-second.ome.tif"]
    xml = make_ome(inside=tiff_data(names), planes=(1, 1, 2))
    (tmp_path / names[0]).write_bytes(make_tiff(description=xml))
    only = f'<OME><BinaryOnly MetadataFile="{names[0]}"/></OME>'
    (tmp_path / names[1]).write_bytes(make_tiff(description=only.encode()))
    assert one(tmp_path / names[1]).path == (tmp_path / names[0]).as_posix()
    assert one(tmp_path / names[0]).problems == ()


def test_two_files_that_each_claim_the_other(
    tmp_path: Path, make_tiff: Make, make_ome: Make
) -> None:
    """The first by name does not list the second: both give their own records."""
    (tmp_path / "a.ome.tif").write_bytes(make_tiff(description=make_ome(name="a")))
    xml = make_ome(inside=tiff_data(["a.ome.tif", "b.ome.tif"]), planes=(1, 1, 2))
    (tmp_path / "b.ome.tif").write_bytes(make_tiff(description=xml))
    assert one(tmp_path / "a.ome.tif").name == "a"
    found = one(tmp_path / "b.ome.tif")
    assert found.path.endswith("b.ome.tif")
    assert len(found.files) == 2


# -- against the pages ---------------------------------------------------------------


@pytest.mark.parametrize(("order", "big"), [("<", False), (">", False), ("<", True)])
def test_every_byte_order_is_read(
    write_ome: Callable[..., Path], make_ome: Make, order: str, big: bool
) -> None:
    found = one(write_ome(make_ome(), order=order, big=big))
    assert found.problems == ()
    assert (found.size.x, found.size.y, found.pixel_type) == (32, 24, "uint8")
    assert (found.format, found.reader) == ("OME-TIFF", "ome_tiff")


def test_another_size_than_the_page_is_an_error(
    write_ome: Callable[..., Path], make_ome: Make
) -> None:
    found = one(write_ome(make_ome(size=(4096, 24))))
    assert codes(found, error=True) == ["size-mismatch"]
    assert "4096 × 24" in found.problems[0].message
    assert "32 × 24" in found.problems[0].message


def test_another_type_than_the_page_is_a_problem(
    write_ome: Callable[..., Path], make_ome: Make
) -> None:
    assert codes(one(write_ome(make_ome(), bits=16))) == ["type-mismatch"]


def test_what_the_xml_leaves_out_is_taken_from_the_page(
    write_ome: Callable[..., Path], make_ome: Make
) -> None:
    xml = make_ome().replace(b'SizeX="32"', b"").replace(b'Type="uint8"', b"")
    found = one(write_ome(xml))
    assert (found.size.x, found.pixel_type) == (32, "uint8")
    assert found.provenance["size.x"] == "IFD:0/ImageWidth"


@pytest.mark.parametrize(
    ("inside", "planes", "pages", "missing"),
    [
        ("<TiffData/>", (5, 1, 1), 5, False),
        ("<TiffData/>", (5, 1, 1), 4, True),
        ('<TiffData IFD="0" PlaneCount="5"/>', (5, 1, 1), 4, True),
        ('<TiffData IFD="0"/><TiffData IFD="7"/>', (2, 1, 1), 8, False),
        ('<TiffData IFD="0"/><TiffData IFD="7"/>', (2, 1, 1), 7, True),
    ],
)
def test_planes_that_no_page_holds(
    write_ome: Callable[..., Path],
    make_ome: Make,
    inside: str,
    planes: tuple[int, int, int],
    pages: int,
    missing: bool,
) -> None:
    xml = make_ome(inside=inside, planes=planes)
    found = one(write_ome(xml, pages=[(32, 24)] * pages))
    assert codes(found, error=True) == (["planes-missing"] if missing else [])


def test_colour_is_samples_of_one_page(
    write_ome: Callable[..., Path], make_ome: Make
) -> None:
    inside = '<Channel ID="C" SamplesPerPixel="3"/><TiffData/>'
    found = one(write_ome(make_ome(inside=inside, planes=(1, 3, 1)), samples=3))
    assert found.problems == ()
    assert (found.size.c, len(found.channels)) == (3, 1)


def test_images_are_compared_with_their_own_pages(
    write_ome: Callable[..., Path], make_ome: Make
) -> None:
    second = (
        '<Image ID="Image:1" Name="slide macro"><Pixels SizeX="8" SizeY="6" SizeZ="1" '
        'SizeC="1" SizeT="1" Type="uint8"><TiffData IFD="1"/></Pixels></Image>'
    )
    xml = make_ome(inside='<TiffData IFD="0"/>', after=second)
    path = write_ome(xml, pages=[(32, 24), (8, 6)])
    first, macro = read_image(path).images
    assert (first.series, first.problems) == (0, ())
    assert (macro.series, macro.size.x) == (1, 8)
    assert codes(macro) == ["overview-image"]


def test_lower_resolutions_are_no_images(
    write_ome: Callable[..., Path], make_ome: Make, make_tiff: Make
) -> None:
    """A SubIFD that is the first directory once more."""
    tags = [(330, 4, struct.pack("<I", 8))]
    found = one(write_ome(make_ome(), tags=tags))
    assert found.problems == ()


def test_cut_off_xml(write_ome: Callable[..., Path], make_ome: Make) -> None:
    xml = make_ome('PhysicalSizeX="0.5"', after="<!-- " + "x" * 500 + " -->")
    path = write_ome(xml)
    content = path.read_bytes()
    start = content.index(b"<?xml")
    for length in (xml.index(b"<Image"), xml.index(b"<Pixels"), xml.index(b"SizeC")):
        path.write_bytes(content[: start + length])
        (finding,) = read_image(path).findings
        assert finding.code == "IMG101"
        assert finding.pointer == f"byte {start + length}"
        assert "OME-XML" in finding.message
    path.write_bytes(content[: start + xml.index(b"xxxx")])
    found = one(path)
    assert found.physical_size.x is not None
    assert "truncated" in codes(found, error=True)
