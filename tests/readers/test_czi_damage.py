"""Zeiss CZI: documents and files that are not whole, and files of several parts."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

import pytest
from tests.readers.czi_files import (
    GUID,
    OTHER,
    PREFIX,
    Czi,
    codes,
    described,
    metadata,
    one,
    plane,
    problem,
    read,
    scaling,
    whole,
)

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import ImageSize, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.czi import checks, images, segments
from fairsubmit.readers.czi.reader import Czi as CziReader

if TYPE_CHECKING:
    from pathlib import Path

SIZES = "<SizeX>8</SizeX><SizeY>6</SizeY><SizeZ>2</SizeZ>"


# -- the document --------------------------------------------------------------


def filler(count: int) -> str:
    return "".join(f"<Setting{n}>value</Setting{n}>" for n in range(count))


def test_the_experiment_is_cut_out_and_the_rest_is_read(tmp_path: Path) -> None:
    """Within it stand elements of the names that are looked for."""
    inner = f"<Information><Image/></Information><Experiment/>{filler(2_000)}"
    other = (
        f"<Experiment Version='1'><Experiment>{inner}</Experiment>{inner}</Experiment>"
        f"<ExperimentPlan/><HardwareSetting/>{scaling(X='1e-7')}"
    )
    record = described(
        tmp_path, "<ComponentBitCount>9</ComponentBitCount>", other=other
    )
    assert record.physical_size.x == Quantity(0.1, "µm")
    assert record.significant_bits == 9


@pytest.mark.parametrize(
    "other",
    [
        "<Experiment>",
        "<!-- <Experiment> -->",
        "<Custom><![CDATA[</Experiment>]]></Custom>",
        "<CustomAttributes>a &lt;Experiment&gt;</CustomAttributes>",
    ],
)
def test_what_cannot_be_cut_is_parsed(tmp_path: Path, other: str) -> None:
    closing = "</Experiment>" if other == "<Experiment>" else ""
    text = f"{other}{filler(1_000)}{closing}"
    record = described(tmp_path, "<ComponentBitCount>9</ComponentBitCount>", other=text)
    assert (record.significant_bits, codes(record)) == (9, [])


def bits(folder: Path, xml: bytes) -> tuple[int | None, list[str]]:
    record = one(folder, Czi(xml=xml))
    return record.significant_bits, codes(record)


NINE = metadata("<ComponentBitCount>9</ComponentBitCount>")


@pytest.mark.parametrize(
    "xml",
    [
        b"\xef\xbb\xbf" + NINE.encode(),
        NINE.encode() + b"\0\0\0",
        NINE.replace("utf-8", "utf-16").encode(),
        NINE.encode("utf-16"),
    ],
)
def test_spellings_of_a_document(tmp_path: Path, xml: bytes) -> None:
    assert bits(tmp_path, xml) == (9, [])


@pytest.mark.parametrize("bad", [b"\xb5m", b"\x07", b"\xff"])
def test_a_document_with_broken_characters_is_repaired(
    tmp_path: Path, bad: bytes
) -> None:
    xml = NINE.encode().replace(b"<Image>", b"<Image><Bad>" + bad + b"</Bad>")
    assert bits(tmp_path, xml) == (9, ["xml-repaired"])


def test_what_stands_before_an_error_is_kept(tmp_path: Path) -> None:
    xml = NINE.encode()
    assert bits(tmp_path, xml[: xml.index(b"</Image>")]) == (9, ["metadata-unreadable"])


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
        "<ImageDocument>&b;</ImageDocument>"
    )
    record = one(tmp_path, Czi(xml=bomb))
    assert codes(record) == ["metadata-unreadable"]
    assert record.size.x == 8


def test_a_document_of_another_root(tmp_path: Path) -> None:
    assert bits(tmp_path, b"<OME><Image/></OME>") == (None, [])


def test_too_many_elements_end_the_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairsubmit.readers.czi.document.MAX_ELEMENTS", 50)
    record = described(tmp_path, "<a/>" * 60)
    assert "more than 50" in problem(record, "metadata-unreadable").message


def test_a_long_text_is_cut_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairsubmit.readers.czi.document.MAX_TEXT", 10)
    title = "&amp;".join("abcdefgh" * 2_000)
    record = described(
        tmp_path, information=f"<Document><Title>{title}</Title></Document>"
    )
    assert record.name
    assert len(record.name) < len(title)


# -- damage --------------------------------------------------------------------


def test_every_cut_is_told_or_refused(tmp_path: Path) -> None:
    """Whatever part is gone, something says so."""
    content = whole()
    for size in range(0, len(content) - PREFIX, 97):
        try:
            records = read(tmp_path, content[:size])
        except DamagedFileError:
            continue
        assert {"truncated!", "metadata-unreadable"} & set(codes(records[0])), size


def test_a_directory_beyond_the_end_is_replaced_by_a_walk(tmp_path: Path) -> None:
    content = Czi([plane(C=0, S=0, Z=z) for z in range(3)]).bytes()
    cut = content[: content.index(b"ZISRAWDIRECTORY")]
    record = one(tmp_path, cut)
    assert record.size == ImageSize(8, 6, 3, 1, 1)
    assert [c.name for c in record.channels] == ["DAPI"]
    assert f"byte {len(cut)}" in problem(record, "truncated").message


def test_an_interrupted_acquisition(tmp_path: Path) -> None:
    """Neither directory nor metadata are written until the end."""
    record = one(
        tmp_path, Czi([plane(C=0, T=t) for t in (0, 1)], None, with_directory=False)
    )
    assert record.size == ImageSize(8, 6, 1, 1, 2)
    assert codes(record) == ["truncated!", "metadata-unreadable"]
    assert "interrupted" in problem(record, "truncated").message


def test_metadata_that_are_found_on_the_way(tmp_path: Path) -> None:
    content = bytearray(Czi(with_directory=False).bytes())
    content[PREFIX + 60 : PREFIX + 68] = bytes(8)
    record = one(tmp_path, bytes(content))
    assert [c.name for c in record.channels] == ["DAPI"]


def test_a_walk_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "MAX_SCANNED", 3)
    blocks = [plane(C=0, T=t) for t in range(9)]
    record = one(tmp_path, Czi(blocks, with_directory=False))
    assert record.size.t == 2
    assert "only 2 sub-blocks" in problem(record, "truncated").message


def test_pixels_beyond_the_end(tmp_path: Path) -> None:
    """The directory stands at the start, as ZEN has it, and the last plane is cut."""
    content = bytearray(Czi([plane(C=0), plane(C=1)]).bytes())
    directory = content[content.index(b"ZISRAWDIRECTORY") :]
    place = len(content) - len(directory)
    content[PREFIX + 52 : PREFIX + 60] = struct.pack("<q", 4096)
    moved = content.ljust(4096, b"\0") + directory
    last = content.rindex(b"ZISRAWSUBBLOCK")
    # The last plane goes to the end of the file, and its entry with it.
    block = bytes(content[last : content.index(b"ZISRAWMETADATA")])
    entry = moved.index(struct.pack("<q", last), 4096)
    moved[entry : entry + 8] = struct.pack("<q", len(moved))
    assert place
    assert codes(one(tmp_path, bytes(moved + block))) == []
    record = one(tmp_path, bytes(moved + block[:300]))
    found = problem(record, "truncated")
    assert found.error
    assert found.place == f"byte {len(moved) + 300}"
    assert "bytes past the end" in found.message
    record = one(tmp_path, bytes(moved))
    assert "should start at byte" in problem(record, "truncated").message


def test_a_plane_that_is_not_where_it_should_be(tmp_path: Path) -> None:
    content = Czi().bytes().replace(b"ZISRAWSUBBLOCK", b"XISRAWSUBBLOCK")
    assert (
        "expected the last plane"
        in problem(one(tmp_path, content), "truncated").message
    )


def test_a_directory_that_ends_early(tmp_path: Path) -> None:
    content = Czi([plane(C=0, T=t) for t in range(5)]).bytes()
    record = one(tmp_path, content[: -3 * 20])
    assert record.size.t == 4
    assert "after 4 of 5" in problem(record, "truncated").message


@pytest.mark.parametrize("count", [0x7FFFFFFF, 1_000])
def test_a_directory_that_promises_too_much(tmp_path: Path, count: int) -> None:
    content = bytearray(Czi().bytes())
    place = content.index(b"ZISRAWDIRECTORY") + PREFIX
    content[place : place + 4] = struct.pack("<i", count)
    record = one(tmp_path, bytes(content))
    assert codes(record) == ["truncated!"]


def test_an_entry_that_is_none_ends_the_directory(tmp_path: Path) -> None:
    content = bytearray(Czi([plane(C=0), plane(C=1)]).bytes())
    place = content.index(b"DV", content.index(b"ZISRAWDIRECTORY"))
    for number in (0, -1, 65):
        content[place + 28 : place + 32] = struct.pack("<i", number)
        with pytest.raises(DamagedFileError, match="neither"):
            one(tmp_path, bytes(content))


def test_metadata_alone_are_an_image_that_was_cut(tmp_path: Path) -> None:
    channels = "<Dimensions><Channels>" + '<Channel Name="a"/>' * 2
    image = f"{channels}</Channels></Dimensions><PixelType>Gray8</PixelType>"
    xml = metadata(image, sizes=f"{SIZES}<SizeC>2</SizeC><SizeT>4</SizeT>")
    record = one(tmp_path, Czi([], xml))
    assert record.size == ImageSize(8, 6, 2, 2, 4)
    assert record.pixel_type == "uint8"
    assert codes(record)[0] == "truncated!"


def test_nothing_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match="pixels or metadata"):
        one(tmp_path, Czi([]))


def test_the_metadata_cut_short(tmp_path: Path) -> None:
    content = bytearray(Czi(with_directory=False).bytes())
    place = content.index(b"ZISRAWMETADATA") + PREFIX
    content[place : place + 4] = struct.pack("<i", 1 << 30)
    record = one(tmp_path, bytes(content))
    assert f"of {1 << 30} bytes" in problem(record, "metadata-unreadable").message
    assert [c.name for c in record.channels] == ["DAPI"]


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_IMAGES", 2)
    records = read(tmp_path, Czi([plane(C=0, S=s) for s in range(5)]))
    assert len(records) == 2
    assert codes(records[0]) == ["too-many-planes"]
    monkeypatch.setattr(images, "MAX_PLANES", 2)
    assert codes(one(tmp_path, Czi([plane(C=0, T=t) for t in range(5)])))[-1] == (
        "too-many-planes"
    )
    monkeypatch.setattr(images, "MAX_CHANNELS", 2)
    assert len(one(tmp_path, Czi([plane(C=c) for c in range(5)])).channels) == 2


def test_no_more_entries_than_can_be_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (segments, checks):
        monkeypatch.setattr(module, "MAX_ENTRIES", 3)
    record = one(tmp_path, Czi([plane(C=0, T=t) for t in range(5)]))
    assert record.size.t == 3
    assert codes(record) == ["too-many-planes"]


def test_an_attachment_that_is_none(tmp_path: Path) -> None:
    """Times that are not where they should be are only missing."""
    content = Czi([plane(C=0, T=t) for t in (0, 1)], stamps=(0.0, 1.0)).bytes()
    assert one(tmp_path, content).time_increment == Quantity(1, "s")
    for name in (b"ZISRAWATTDIR", b"ZISRAWATTACH"):
        broken = content.replace(name, b"ZISRAWXXXXXX")
        assert one(tmp_path, broken).time_increment is None


# -- files of several parts ----------------------------------------------------


def parts(folder: Path) -> Path:
    """Write a file whose second time point lies in a part of its own."""
    first = Czi([plane(C=0, T=0)], metadata(sizes="<SizeT>2</SizeT>"))
    path = folder / "a.czi"
    path.write_bytes(first.bytes())
    second = Czi([plane(C=0, T=1)], None, primary=GUID, own=OTHER, part=1)
    (folder / "a (1).czi").write_bytes(second.bytes())
    return path


def test_parts_are_one_image(tmp_path: Path) -> None:
    path = parts(tmp_path)
    (record,) = CziReader().read(path)
    assert record.size == ImageSize(8, 6, 1, 1, 2)
    assert record.files == (path.as_posix(), (tmp_path / "a (1).czi").as_posix())
    assert codes(record) == []


def test_a_part_gives_the_record_of_the_whole(tmp_path: Path) -> None:
    path = parts(tmp_path)
    extraction = read_image(tmp_path / "a (1).czi")
    assert extraction.images == tuple(CziReader().read(path))


def test_a_part_alone_says_what_it_is(tmp_path: Path) -> None:
    path = parts(tmp_path)
    path.unlink()
    (record,) = read_image(tmp_path / "a (1).czi").images
    found = problem(record, "missing-part")
    assert found.error
    assert "is part 1" in found.message


def test_a_part_that_is_not_there(tmp_path: Path) -> None:
    blocks = [plane(C=0, T=0), plane(C=0, T=1)]
    blocks[1].part = 2
    record = one(tmp_path, Czi(blocks))
    found = problem(record, "missing-part")
    assert found.error
    assert "refers to part 2" in found.message


def test_a_part_that_is_cut(tmp_path: Path) -> None:
    path = parts(tmp_path)
    part = tmp_path / "a (1).czi"
    part.write_bytes(part.read_bytes()[:700])
    (record,) = CziReader().read(path)
    assert "truncated!" in codes(record)


@pytest.mark.parametrize("name", ["a (1).czi", "a (2).czi", "a(3).czi"])
def test_copies_are_no_parts(tmp_path: Path, name: str) -> None:
    """Programs name copies as ZEN names parts; their GUIDs tell them apart."""
    content = Czi().bytes()
    (tmp_path / name).write_bytes(content)
    record = one(tmp_path, content)
    assert len(record.files) == 1
    (copy,) = read_image(tmp_path / name).images
    assert copy.path == (tmp_path / name).as_posix()
    assert codes(copy) == []


@pytest.mark.parametrize("content", [b"", b"no CZI", whole()[:60]])
def test_what_is_only_named_as_a_part(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a (1).czi").write_bytes(content)
    assert len(one(tmp_path, Czi()).files) == 1


@pytest.mark.parametrize(
    ("name", "lead"),
    [
        ("x (12).czi", "x.czi"),
        ("x(3).CZI", "x.CZI"),
        ("x.czi", None),
        ("x (1).tif", None),
        ("(1).czi", None),
        ("x (a).czi", None),
    ],
)
def test_names_of_parts(tmp_path: Path, name: str, lead: str | None) -> None:
    found = [path.name for path in CziReader().leads(tmp_path / name)]
    assert found == ([lead] if lead else [])


def test_a_number_of_its_own_makes_no_part(tmp_path: Path) -> None:
    """A file that was saved alone from a set has no other first file."""
    assert codes(one(tmp_path, Czi(part=3))) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes")
def test_a_part_that_cannot_be_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a (1).czi")
    assert len(one(tmp_path, Czi()).files) == 1
