"""Damaged and hostile LIF files are findings, with the byte where they break."""

from __future__ import annotations

import struct
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from tests.readers.leica_files import (
    block,
    channel,
    dimension,
    document,
    element,
    image,
    lif,
    one_image,
    plane,
    text_part,
)

from fairsubmit.errors import DamagedFileError
from fairsubmit.readers.leica import container
from fairsubmit.readers.leica import document as module
from fairsubmit.readers.leica.lif import Lif

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

    Read = Callable[[bytes], list[ImageMetadata]]

MIB = 1 << 20


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def written(content: bytes) -> list[ImageMetadata]:
        path = tmp_path / "a.lif"
        path.write_bytes(content)
        return list(Lif().read(path))

    return written


def problems(record: ImageMetadata) -> list[tuple[str, bool]]:
    return [(problem.code, problem.error) for problem in record.problems]


def two_images() -> bytes:
    children = "".join(
        element(f"I{n}", image(plane()), memory=f"M{n}", size=12) for n in (1, 2)
    )
    xml = document(element("P", memory="M0", children=children))
    return lif(xml, block("M0"), block("M1", bytes(12)), block("M2", bytes(12)))


def test_cut_within_the_pixels(read: Read) -> None:
    content = two_images()[:-5]
    first, second = read(content)
    assert first.problems == ()
    assert problems(second) == [("truncated", True)]
    assert second.problems[0].place == f"byte {len(content)}"
    assert "within the pixels" in second.problems[0].message


def test_cut_before_the_pixels(read: Read) -> None:
    first, second = read(two_images()[: -12 - 22 - 4 - 12])
    assert problems(first) == [("truncated", True)]
    assert problems(second) == [("truncated", True)]
    assert "before the pixels" in second.problems[0].message


def test_cut_within_the_header_of_a_block(read: Read) -> None:
    _, second = read(two_images()[: -12 - 10])
    assert problems(second) == [("truncated", True)]


@pytest.mark.parametrize("size", [0, 5, 12, 13, 60])
def test_cut_within_the_xml(read: Read, size: int) -> None:
    with pytest.raises(DamagedFileError) as caught:
        read(one_image()[:size])
    assert caught.value.offset in {0, size}


def test_pixels_that_are_not_in_the_file(read: Read) -> None:
    child = element("I1", image(plane()), memory="M7", size=12)
    (record,) = read(lif(document(element("P", children=child)), block("M0")))
    assert problems(record) == [("missing-part", True)]


def test_an_image_without_a_block(read: Read) -> None:
    child = element("I1", image(plane()))
    (record,) = read(lif(document(element("P", children=child))))
    assert problems(record) == [("missing-part", False)]


def test_fewer_pixels_than_the_dimensions_say(read: Read) -> None:
    (record,) = read(one_image(content=bytes(11)))
    assert problems(record) == [("size-mismatch", True)]
    assert "take 12 bytes" in record.problems[0].message


def test_an_empty_block(read: Read) -> None:
    (record,) = read(one_image(content=b""))
    assert problems(record) == [("size-mismatch", True)]


def test_something_else_than_a_block(read: Read) -> None:
    content = bytearray(two_images())
    start = content.rindex("M2".encode("utf-16-le")) - 22
    content[start] = 0x71
    first, second = read(bytes(content))
    assert problems(first) == [("metadata-unreadable", True)]
    assert first.problems[0].place == f"byte {start}"
    assert second.problems == ()  # what it has is not known


def test_a_block_of_a_size_beyond_all_files(read: Read) -> None:
    content = bytearray(one_image())
    start = content.rindex("MemBlock_1".encode("utf-16-le")) - 22
    struct.pack_into("<Q", content, start + 9, (1 << 64) - 1)
    (record,) = read(bytes(content))
    assert problems(record) == [("truncated", True)]


def test_blocks_that_no_image_names(read: Read) -> None:
    content = two_images() + block("") * 50
    assert [r.problems for r in read(content)] == [(), ()]


def test_a_chain_is_not_followed_without_end(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "MAX_BLOCKS", 2)
    assert [r.problems for r in read(two_images())] == [(), ()]


def test_xml_of_a_length_beyond_the_file(read: Read) -> None:
    content = bytearray(one_image())
    struct.pack_into("<I", content, 9, 1 << 31)
    struct.pack_into("<I", content, 4, ((1 << 32) + 5) & 0xFFFFFFFF)
    with pytest.raises(DamagedFileError, match="but the file ends before"):
        read(bytes(content))


@pytest.mark.parametrize(
    ("xml", "images"),
    [
        (document(element("P", children=element("I", image(plane()))))[:-9], 1),
        ("<LMSDataContainerHeader><Element Name='a'></LMSDataContainerHeader>", 0),
        ("no xml at all", 0),
        ("", 0),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><LMSDataContainerHeader/>", 0),
        (document(""), 0),
    ],
)
def test_ill_formed_xml_is_read_as_far_as_it_goes(
    read: Read, xml: str, images: int
) -> None:
    if not images:
        with pytest.raises(DamagedFileError, match="XML with an image"):
            read(text_part(xml))
        return
    (record,) = read(text_part(xml))
    assert problems(record)[0] == ("xml-ill-formed", True)


def test_entities_are_not_expanded(read: Read) -> None:
    bomb = "<!DOCTYPE a [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>"
    with pytest.raises(DamagedFileError, match="document type"):
        read(text_part(bomb + document(element("&b;", image(plane())))))


def test_control_characters_and_halves_of_characters(read: Read) -> None:
    child = element("I\x01\ud800", image(plane()), memory="M1", size=12)
    xml = document(element("P", children=child))
    (record,) = read(text_part(xml) + block("M1", bytes(12)))
    assert record.name is not None
    assert record.name.startswith("I")


def test_elements_too_deep(read: Read) -> None:
    depth = module.MAX_DEPTH + 10
    xml = document(element("P", children=element("I", image(plane()))) + "<a>" * depth)
    (record,) = read(text_part(xml))
    assert problems(record)[0] == ("xml-ill-formed", True)


def test_dimensions_of_any_size_cost_nothing(read: Read) -> None:
    huge = 2**31
    dims = "".join(dimension(n, huge, huge) for n in (1, 2, 3, 4, 5, 9))
    tracemalloc.start()
    (record,) = read(one_image(dims, channel() * 50))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert record.size.c == 50 * huge * huge
    assert len(record.channels) <= 1_000
    assert "too-many-channels" in dict(problems(record))
    assert ("size-mismatch", True) in problems(record)
    assert peak < 20 * MIB


def test_many_nodes_and_long_texts(read: Read) -> None:
    rest = "<TimeStampList>" + "1d6f64bbab40b70 " * 50_000 + "</TimeStampList>"
    rest += '<Attachment Name="a">' + '<Detector Name="b"/>' * 50_000 + "</Attachment>"
    rest += f'<Attachment Name="{"c" * 300_000}"/>'
    tracemalloc.start()
    (record,) = read(one_image(rest=rest))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert record.acquired_at == "2021-01-29T14:33:36.935"
    assert peak < 40 * MIB


def test_more_images_than_are_read(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_IMAGES", 1)
    first, *others = read(two_images())
    assert others == []
    assert problems(first) == [("too-many-images", False)]
