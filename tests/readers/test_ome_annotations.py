"""What OME-XML says of an image elsewhere: annotations, regions, place on a plate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fairsubmit.metadata.image import ImageMetadata, PlatePosition
from fairsubmit.readers import read_image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Read = Callable[..., ImageMetadata]

CHANNEL = '<Channel ID="Channel:0:0"/><TiffData/>'
COMMENT = '<CommentAnnotation ID="{id}"><Value>{value}</Value></CommentAnnotation>'


def comment(identity: str, value: str) -> str:
    return COMMENT.format(id=f"Annotation:{identity}", value=value)


def reference(identity: str) -> str:
    return f'<AnnotationRef ID="Annotation:{identity}"/>'


def store(*annotations: str) -> str:
    return "<StructuredAnnotations>" + "".join(annotations) + "</StructuredAnnotations>"


@pytest.fixture
def read(tmp_path: Path, make_ome: Callable[..., bytes]) -> Read:
    """Read a document of one image with ID ``Image:0``."""

    def made(**parts: str) -> ImageMetadata:
        path = tmp_path / "a.ome.xml"
        path.write_bytes(make_ome(**parts))
        (record,) = read_image(path).images
        return record

    return made


def values(record: ImageMetadata) -> list[str]:
    return [annotation.values["value"] for annotation in record.annotations]


KINDS = [
    (
        (
            '<MapAnnotation ID="{}"><Value><M K="gene">ACT1</M><M K="gene">TUB1</M>'
            '<M K="empty"></M></Value></MapAnnotation>'
        ),
        {"gene": "ACT1; TUB1", "empty": ""},
    ),
    ("<TagAnnotation ID='{}'><Value>good</Value></TagAnnotation>", {"value": "good"}),
    (
        "<LongAnnotation ID='{}'><Value>-42</Value></LongAnnotation>",
        {"value": "-42"},
    ),
    (
        "<DoubleAnnotation ID='{}'><Value>0.5e-3</Value></DoubleAnnotation>",
        {"value": "0.5e-3"},
    ),
    (
        "<BooleanAnnotation ID='{}'><Value>true</Value></BooleanAnnotation>",
        {"value": "true"},
    ),
    (
        (
            "<TimestampAnnotation ID='{}'><Value>2020-01-02T03:04:05</Value>"
            "</TimestampAnnotation>"
        ),
        {"value": "2020-01-02T03:04:05"},
    ),
    (
        "<TermAnnotation ID='{}'><Value>CHEBI:15377</Value></TermAnnotation>",
        {"value": "CHEBI:15377"},
    ),
    (
        (
            "<FileAnnotation ID='{}'><BinaryFile FileName='a.txt' Size='3' "
            "MIMEType='text/plain'><External href='a.txt' SHA1='0'/></BinaryFile>"
            "</FileAnnotation>"
        ),
        {"value": "a.txt"},
    ),
    (
        (
            "<XMLAnnotation ID='{}'><Value><a:b xmlns:a='urn:a' c='1 &lt; 2'>x &amp; y"
            "<a:Value/></a:b></Value></XMLAnnotation>"
        ),
        {
            "value": '<a:b xmlns:a="urn:a" c="1 &lt; 2">x &amp; y'
            "<a:Value></a:Value></a:b>"
        },
    ),
]


@pytest.mark.parametrize(("xml", "expected"), KINDS)
def test_every_kind_of_annotation(
    read: Read, xml: str, expected: dict[str, str]
) -> None:
    kind = xml[1:].partition(" ")[0]
    named = xml.format("Annotation:1").replace(" ID", " Namespace='urn:n' ID", 1)
    record = read(inside=CHANNEL + "", after=store(named), image="")
    assert record.annotations == ()  # nothing refers to it
    record = read(image=reference("1"), after=store(named))
    (found,) = record.annotations
    assert (found.kind, found.namespace, found.id) == (kind, "urn:n", "Annotation:1")
    assert found.values == expected


def test_xml_that_is_a_document_of_its_own_stays_in_the_file(read: Read) -> None:
    long = "<x>" + "y" * 5000 + "</x>"
    xml = f'<XMLAnnotation ID="Annotation:1"><Value>{long}</Value></XMLAnnotation>'
    record = read(image=reference("1"), after=store(xml, comment("2", "after")))
    assert [a.values for a in record.annotations] == [{}]


def test_annotations_of_channels_and_planes(read: Read) -> None:
    inside = (
        f'<Channel ID="Channel:0:0">{reference("c")}</Channel><TiffData/>'
        f'<Plane TheZ="0" TheC="0" TheT="0">{reference("p")}</Plane>'
    )
    record = read(
        inside=inside, after=store(comment("c", "channel"), comment("p", "plane"))
    )
    assert values(record) == ["channel", "plane"]


def test_planes_without_end_are_counted(read: Read) -> None:
    planes = "".join(
        f'<Plane TheZ="{n}" TheC="0" TheT="0">{reference(str(n))}</Plane>'
        for n in range(1500)
    )
    record = read(
        inside=CHANNEL + planes,
        planes=(1500, 1, 1),
        after=store(*(comment(str(n), str(n)) for n in range(1500))),
    )
    assert values(record) == [str(n) for n in range(1000)]
    (problem,) = [p for p in record.problems if p.code == "annotations-left-out"]
    assert "1500" in problem.message


def test_regions_that_the_image_refers_to(
    tmp_path: Path, make_ome: Callable[..., bytes]
) -> None:
    regions = "".join(
        f'<ROI ID="ROI:{n}"><Union><Point ID="Shape:{n}" X="1" Y="1">'
        f"{reference(f's{n}')}</Point></Union>{reference(f'r{n}')}</ROI>"
        for n in range(3)
    )
    named = [f"{kind}{n}" for kind in "rs" for n in range(3)]
    xml = make_ome(after=store(*(comment(i, i) for i in named)) + regions)
    xml = xml.replace(
        b"</Pixels>", b'</Pixels><ROIRef ID="ROI:0"/><ROIRef ID="ROI:2"/>'
    )
    path = tmp_path / "a.ome.xml"
    path.write_bytes(xml)
    (record,) = read_image(path).images
    assert record.rois == 2
    assert values(record) == ["s0", "r0", "s2", "r2"]


PLATE = (
    '<Plate ID="Plate:0" Name="screen 7">{plate}'
    '<Well ID="Well:0" Row="2" Column="10">{well}'
    '<WellSample ID="WellSample:0" Index="0"><ImageRef ID="Image:9"/></WellSample>'
    '<WellSample ID="WellSample:1" Index="1">{sample}<ImageRef ID="Image:0"/>'
    "</WellSample></Well>"
    '<Well ID="Well:1" Row="2" Column="11">{other}'
    '<WellSample ID="WellSample:2" Index="2"><ImageRef ID="Image:8"/></WellSample>'
    "</Well></Plate>"
)


def test_a_well_and_its_plate_speak_of_their_images(read: Read) -> None:
    plate = PLATE.format(
        plate=reference("p"),
        well=reference("w"),
        sample=reference("s"),
        other=reference("o"),
    )
    record = read(before=plate, after=store(*(comment(i, i) for i in "pwso")))
    assert record.plate == PlatePosition("screen 7", 2, 10, 1)
    assert record.provenance["plate"]
    assert sorted(values(record)) == ["p", "s", "w"]


def test_a_dataset_speaks_of_its_images(read: Read) -> None:
    ours = f'<Dataset ID="Dataset:0">{reference("d")}<ImageRef ID="Image:0"/></Dataset>'
    other = f'<Dataset ID="Dataset:1">{reference("e")}</Dataset>'
    texts = store(comment("d", "d"), comment("e", "e"))
    assert values(read(before=ours + other, after=texts)) == ["d"]
    # Until schema 2011-06 the image named its dataset.
    old = read(before=other, image='<DatasetRef ID="Dataset:1"/>', after=texts)
    assert values(old) == ["e"]


def test_a_list_brings_its_members_once(read: Read) -> None:
    listed = (
        f'<ListAnnotation ID="Annotation:l">{reference("a")}{reference("b")}'
        f"{reference('l')}</ListAnnotation>"
    )
    record = read(
        image=reference("l") + reference("a"),
        after=store(listed, comment("a", "a"), comment("b", "b"), comment("c", "c")),
    )
    assert [a.kind for a in record.annotations] == [
        "ListAnnotation",
        "CommentAnnotation",
        "CommentAnnotation",
    ]
    assert values_of_comments(record) == ["a", "b"]


def values_of_comments(record: ImageMetadata) -> list[str]:
    comments = [a for a in record.annotations if a.kind == "CommentAnnotation"]
    return [a.values["value"] for a in comments]


def test_an_annotation_of_an_annotation_is_none_of_the_image(read: Read) -> None:
    tag = (
        f'<TagAnnotation ID="Annotation:t"><Value>t</Value>{reference("set")}'
        "</TagAnnotation>"
    )
    record = read(image=reference("t"), after=store(tag, comment("set", "set")))
    assert values(record) == ["t"]


def test_real_annotations(shared: Path) -> None:
    samples = shared / "samples/ome-xml"
    names = {
        "2016-06/mapannotation.ome.xml": (2, 0),
        "2012-06/tagannotation.ome.xml": (1, 0),
        "2013-06/spim.ome.xml": (4, 0),
        "2016-06/ROI.ome.xml": (0, 5),
    }
    for name, expected in names.items():
        record = read_image(samples / name).images[0]
        assert (len(record.annotations), record.rois) == expected, name
    (faim,) = samples.glob("faim*.ome")
    # Each of its 12 planes refers to the same one.
    assert values(read_image(faim).images[0]) == ["t"]
