"""Zeiss CZI: documents and files that are not whole."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from tests.readers.czi_files import (
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
from fairsubmit.readers.czi import checks, document, images, segments

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
        "<Experiment><!-- </Experiment> --></Experiment>",
        "<!-- <Experiment> --><a/><!-- </Experiment> -->",
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


@pytest.mark.parametrize(
    ("limit", "image", "says"),
    [
        ("MAX_ELEMENTS", "<a/>" * 60, "more than 50 elements"),
        ("MAX_DEPTH", "<a>" * 60 + "</a>" * 60, "more than 50 deep"),
        ("MAX_TAG", f'<a b="{"x" * 200_000}"/>', "a tag of more than 50 bytes"),
    ],
)
def test_limits_of_a_document(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    image: str,
    says: str,
) -> None:
    monkeypatch.setattr(document, limit, 50)
    monkeypatch.setattr(document, "CHUNK", 100)
    record = described(tmp_path, image)
    assert says in problem(record, "metadata-unreadable").message


def test_experiments_within_experiments_are_not_followed_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "MAX_TAGS", 3)
    other = f"{'<Experiment>' * 9}{filler(1_000)}{'</Experiment>' * 9}"
    record = described(
        tmp_path, "<ComponentBitCount>9</ComponentBitCount>", other=other
    )
    assert record.significant_bits == 9


def test_a_long_document_is_not_repaired(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "MAX_REPAIRED", 100)
    xml = NINE.encode().replace(b"</Image>", b"\xff</Image>")
    assert bits(tmp_path, xml) == (9, ["metadata-unreadable"])


def test_a_long_text_is_cut_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "MAX_TEXT", 10)
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
