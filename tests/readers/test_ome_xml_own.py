"""A file's own OME-XML, made valid: all it holds stays, whatever its schema and age."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import ome_types
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.readers import read_image
from fairsubmit.readers.ome import planes as plane_blocks
from fairsubmit.readers.ome.annotations import annotations_xml
from fairsubmit.readers.ome.document import Document, own_document
from fairsubmit.readers.ome.file import read_xml
from fairsubmit.readers.ome.object import ome_object
from fairsubmit.readers.ome.schema import NAMESPACE, schema

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Own = Callable[..., Document]

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydantic")

HUGE = etree.XMLParser(huge_tree=True)


def valid(document: Document) -> Any:
    """Return the root element of a document that the schema allows."""
    root = etree.fromstring(document.xml, HUGE)
    assert schema().validate(root), schema().error_log
    return root


def without_pixels(found: ome_types.OME) -> ome_types.OME:
    """Pixels in the XML are not copied, and nothing need be said where they are."""
    for image in found.images:
        image.pixels.bin_data_blocks.clear()
        image.pixels.metadata_only = None
    return found


@pytest.fixture
def own(tmp_path: Path, make_ome: Callable[..., bytes]) -> Own:
    """Write a document of one image, and return what becomes of it."""

    def made(*, raw: bytes | None = None, **parts: Any) -> Document:
        path = tmp_path / "a.ome.xml"
        path.write_bytes(make_ome(**parts) if raw is None else raw)
        document = own_document(path)
        valid(document)
        return document

    return made


# -- real documents ------------------------------------------------------------------

# Those that ome-types reads, and whose IDs the schema allows: nothing may be lost.
KEPT = [
    "ome-tiff/FOV7_HV110_P0500510000.ome.tiff",
    "ome-tiff/companion/multifile.companion.ome",
    "ome-tiff/multi-channel.ome.tif",
    "ome-xml/2008-09/multi-pixel-aquired.ome.xml",
    "ome-xml/2009-09/two-screens-two-plates-four-wells.ome.xml",
    "ome-xml/2010-04/filter.ome.xml",
    "ome-xml/2010-06/spim.ome.xml",
    "ome-xml/2011-06/instrument.ome.xml",
    "ome-xml/2012-06/tagannotation.ome.xml",
    "ome-xml/2013-06/spim.ome.xml",
    "ome-xml/2015-01/hcs.ome.xml",
    "ome-xml/2015-01/mapannotation.ome.xml",
    "ome-xml/2016-06/ROI.ome.xml",
    "ome-xml/2016-06/filter.ome.xml",
    "ome-xml/2016-06/folders-simple-taxonomy.ome.xml",
    "ome-xml/2016-06/hcs.ome.xml",
    "ome-xml/2016-06/instrument-units-alternate.ome.xml",
    "ome-xml/2016-06/instrument.ome.xml",
    "ome-xml/2016-06/mapannotation.ome.xml",
    "ome-xml/2016-06/no-date.ome.xml",
    "ome-xml/faim_20241003_experiment_488_7_640_3_1.companion.ome",
    "ome-xml/ome-types/2008_instrument.ome.xml",
    "ome-xml/ome-types/OverViewScan.ome.xml",
    "ome-xml/ome-types/example.ome.xml",
    "ome-xml/ome-types/ome_ns.ome.xml",
    "ome-xml/ome-types/seq0000xy01c1.ome.xml",
    "ome-zarr/viv/bioformats-zarr/METADATA.ome.xml",
]


@pytest.mark.parametrize("name", KEPT)
def test_nothing_is_lost(shared: Path, name: str) -> None:
    path = shared / "samples" / name
    document = own_document(path)
    valid(document)
    theirs = ome_types.from_xml(read_xml(path).rstrip(b"\0"), validate=False)
    ours = ome_types.from_xml(document.xml, validate=True)
    assert without_pixels(ours) == without_pixels(theirs)
    said = {"pixels that stand in the XML itself are left out"}
    assert {note.partition(" (")[0] for note in document.notes} <= said


# Named by ome.md's quirks: what must be said of each, and whether there is a document.
REFUSED = {
    "q09_binaryonly_companion_missing.ome.tif": "an image in the OME-XML",
    "q18b_truncated_xml.ome.tif": "'Type' is required but missing",
}
NO_OME_XML = ("q17", "q18c", "q18d", "q18f", "q09b_binary")


def test_every_quirk_gives_a_valid_document_or_a_sentence(shared: Path) -> None:
    made = 0
    for path in sorted((shared / "samples/quirks").iterdir()):
        if path.name.startswith(NO_OME_XML) or ".ome" not in path.name:
            continue
        if path.name in REFUSED:
            with pytest.raises(ReadError, match=REFUSED[path.name]):
                own_document(path)
            continue
        records = read_image(path).images
        document = own_document(path, records)
        valid(document)
        pixels = ome_types.from_xml(document.xml).images[0].pixels
        record = records[0]
        assert (pixels.size_x, pixels.size_z) == (record.size.x, record.size.z)
        own_size = record.physical_size.x
        if own_size is not None:
            assert pixels.physical_size_x == pytest.approx(own_size.value)
            assert pixels.physical_size_x_unit.value == own_size.unit
        made += 1
    assert made > 35


SCHEMA_2003 = """<?xml version="1.0"?>
<OME xmlns="{}" xmlns:STD="http://www.openmicroscopy.org/XMLschemas/STD/RC2/STD.xsd">
<Instrument ID="urn:lsid:foo.bar:Instrument:1"><Microscope Model="S" Type="Inverted"
 Manufacturer="M"/><Objective ID="urn:lsid:foo.bar:Objective:1" Model="O"
 Manufacturer="M"><LensNA>1.4</LensNA><Magnification>60</Magnification></Objective>
</Instrument>
<Image ID="foo.bar:Image:1" Name="old" PixelSizeX="0.1" PixelSizeY="0.2">
<CreationDate>2004-01-01T10:00:00</CreationDate>
<Pixels ID="foo.bar:Pixels:1" DimensionOrder="XYZCT" PixelType="Uint8" SizeX="32"
 SizeY="24" SizeZ="1" SizeC="1" SizeT="1" BigEndian="false"><TiffData IFD="0"/></Pixels>
</Image></OME>"""


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.openmicroscopy.org/XMLschemas/OME/FC/ome.xsd",
        "http://www.openmicroscopy.org/Schemas/OME/2003-FC",
        "http://www.openmicroscopy.org/schemas/OME/FC",
    ],
)
def test_documents_of_2003(own: Own, namespace: str) -> None:
    document = own(raw=SCHEMA_2003.format(namespace).encode())
    found = ome_types.from_xml(document.xml)
    (image,) = found.images
    assert image.id == "urn:lsid:foo.bar:Image:1"
    assert image.acquisition_date is not None
    assert image.acquisition_date.year == 2004
    assert (image.pixels.physical_size_x, image.pixels.physical_size_y) == (0.1, 0.2)
    assert image.pixels.type.value == "uint8"
    assert [t.ifd for t in image.pixels.tiff_data_blocks] == [0]
    (objective,) = found.instruments[0].objectives
    assert (objective.lens_na, objective.calibrated_magnification) == (1.4, 60)


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.openmicroscopy.org/Schemas/ome/2016-06",
        "http://www.openmicroscopy.org/Schemas/OME/2031-02",
        "",
        "urn:something",
    ],
)
def test_other_names_of_the_schema(
    own: Own, make_ome: Callable[..., bytes], namespace: str
) -> None:
    raw = make_ome('PhysicalSizeX="2"').replace(NAMESPACE.encode(), namespace.encode())
    (image,) = ome_types.from_xml(own(raw=raw).xml).images
    assert image.pixels.physical_size_x == 2


def test_prefixes(own: Own, make_ome: Callable[..., bytes]) -> None:
    raw = make_ome().replace(b"xmlns=", b"xmlns:o=")
    raw = raw.replace(b"<", b"<o:").replace(b"<o:/", b"</o:").replace(b"<o:?", b"<?")
    assert own(raw=raw).xml.count(b"o:Image") == 0
    undeclared = raw.replace(b"xmlns:o=", b"xmlns:p=")
    assert len(ome_types.from_xml(own(raw=undeclared).xml).images) == 1


# -- what the schema refuses ---------------------------------------------------------

VALUES = [
    ('PhysicalSizeX="1" PhysicalSizeXUnit="um"', ' PhysicalSizeXUnit="µm"'),
    ('PhysicalSizeX="1" PhysicalSizeXUnit="Micron"', ' PhysicalSizeXUnit="µm"'),
    ('PhysicalSizeX="0,5"', ' PhysicalSizeX="0.5"'),
    ('TimeIncrement="2" TimeIncrementUnit="msec"', ' TimeIncrementUnit="ms"'),
    ('BigEndian="True"', ' BigEndian="true"'),
    ('SignificantBits="8.0"', ' SignificantBits="8"'),
]
LEFT_OUT = [
    'PhysicalSizeZ="0"',
    'PhysicalSizeZ="NaN" PhysicalSizeZUnit="nm"',
    'PhysicalSizeX="5" PhysicalSizeXUnit="furlongs"',
    'TimeIncrement="one" TimeIncrementUnit="s"',
    'Nonsense="1"',
]


@pytest.mark.parametrize(("written", "expected"), VALUES)
def test_what_can_be_meant_in_one_way(own: Own, written: str, expected: str) -> None:
    document = own(pixels=written)
    assert expected in document.xml.decode()
    assert len(document.notes) == 1


@pytest.mark.parametrize("written", LEFT_OUT)
def test_what_cannot_be_meant_is_left_out_and_said(own: Own, written: str) -> None:
    document = own(pixels=written)
    name = written.partition("=")[0]
    assert name.encode() not in document.xml
    assert document.notes
    assert any("is left out" in note for note in document.notes)


def test_a_number_without_a_unit_never_gets_another(own: Own) -> None:
    text = own(pixels='PhysicalSizeX="5" PhysicalSizeXUnit="bananas"').xml.decode()
    assert "PhysicalSizeX" not in text


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ('AcquisitionMode="spinningdiskconfocal"', "SpinningDiskConfocal"),
        ('AcquisitionMode="LatticeLightSheet"', "Other"),
        ('ContrastMethod="Epi"', "Other"),
        ('Color="4278255615"', "-16711681"),
    ],
)
def test_words_and_colours_of_channels(own: Own, attribute: str, expected: str) -> None:
    inside = f'<Channel ID="Channel:0:0" {attribute}/><TiffData/>'
    document = own(inside=inside)
    assert f'"{expected}"'.encode() in document.xml
    assert len(document.notes) == 1


def test_ids_are_brought_into_form_together(own: Own) -> None:
    before = '<Instrument ID="my scope"><Detector ID="cam 1"/></Instrument>'
    inside = (
        '<Channel ID="Channel:0:0"><DetectorSettings ID="cam 1"/></Channel><TiffData/>'
    )
    document = own(before=before, inside=inside, image='<InstrumentRef ID="my scope"/>')
    found = ome_types.from_xml(document.xml)
    detector = found.instruments[0].detectors[0].id
    assert detector == "Detector:cam_1"
    settings_ = found.images[0].pixels.channels[0].detector_settings
    assert settings_ is not None
    assert settings_.id == detector
    assert found.images[0].instrument_ref is not None
    assert found.images[0].instrument_ref.id == found.instruments[0].id


def test_missing_and_repeated_ids(own: Own, make_ome: Callable[..., bytes]) -> None:
    raw = make_ome().replace(b'<Image ID="Image:0"', b"<Image ")
    assert b'<Image Name="cell" ID="Image:made-1"' in own(raw=raw).xml
    inside = '<Channel ID="Channel:0"/><Channel ID="Channel:0"/><TiffData/>'
    found = ome_types.from_xml(own(inside=inside, planes=(1, 2, 1)).xml)
    ids = {channel.id for channel in found.images[0].pixels.channels}
    assert len(ids) == 2


def test_references_to_nothing_go(own: Own) -> None:
    document = own(image='<InstrumentRef ID="Instrument:9"/>')
    assert b"InstrumentRef" not in document.xml
    assert "what it refers to is not there" in document.notes[0]


def test_elements_in_another_order_stay(
    own: Own, make_ome: Callable[..., bytes]
) -> None:
    raw = make_ome(inside="<TiffData/><Channel ID='Channel:0:0' Name='a'/>").replace(
        b"</Pixels>",
        b"</Pixels><Description>words</Description>"
        b"<AcquisitionDate>2020-01-02 03:04:05</AcquisitionDate>",
    )
    (image,) = ome_types.from_xml(own(raw=raw).xml).images
    assert image.description == "words"
    assert image.acquisition_date is not None
    assert image.acquisition_date.hour == 3
    assert image.pixels.channels[0].name == "a"


def test_elements_that_no_schema_knows_go_alone(own: Own) -> None:
    document = own(
        inside='<Vendor a="1"><deep/></Vendor><Channel ID="Channel:0:0"/><TiffData/>',
        image="stray text<AcquisitionDate>yesterday</AcquisitionDate>",
    )
    assert b"Vendor" not in document.xml
    assert b"yesterday" not in document.xml
    assert len(document.notes) == 4


def test_sizes_that_the_xml_lacks_come_from_the_file(
    write_ome: Callable[..., Path], make_ome: Callable[..., bytes]
) -> None:
    xml = make_ome().replace(b'SizeX="32"', b'SizeX="0"').replace(b' Type="uint8"', b"")
    path = write_ome(xml)
    records = read_image(path).images
    document = own_document(path, records)
    assert valid(document).find(f".//{{{NAMESPACE}}}Pixels").get("SizeX") == "32"
    with pytest.raises(ReadError, match=r"'SizeX'|'Type'"):
        own_document(path)


def test_pixel_types_that_ome_lacks_are_refused(own: Own) -> None:
    with pytest.raises(ReadError, match="uint64"):
        own(raw=own().xml.replace(b"uint8", b"uint64"))


# -- what is not OME's ---------------------------------------------------------------


def annotation(value: str) -> str:
    return (
        "<StructuredAnnotations><XMLAnnotation ID='Annotation:0'><Value>"
        f"{value}</Value></XMLAnnotation></StructuredAnnotations>"
    )


@pytest.mark.parametrize(
    "value",
    [
        '<a:b xmlns:a="urn:a"><a:c d="1">text</a:c>tail</a:b>',
        '<b xmlns=""><Image>not OME\'s</Image></b>',
        '<b xmlns="urn:b"><c xmlns=""/></b>',
    ],
)
def test_foreign_xml_is_kept_as_it_is(own: Own, value: str) -> None:
    document = own(after=annotation(value))
    root = etree.fromstring(document.xml)
    found = root.find(f".//{{{NAMESPACE}}}XMLAnnotation/{{{NAMESPACE}}}Value")
    assert found is not None
    ours, theirs = (
        etree.tostring(element, method="c14n", exclusive=True, with_tail=False)
        for element in (found[0], etree.fromstring(value))
    )
    assert ours == theirs


def test_entities_and_depths_are_refused(
    own: Own, make_ome: Callable[..., bytes]
) -> None:
    doctype = b'<!DOCTYPE OME [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    raw = make_ome(name="&x;").replace(b"<OME", doctype + b"<OME", 1)
    assert b"root:" not in own(raw=raw).xml
    deep = "<a>" * 5000 + "</a>" * 5000
    with pytest.raises(DamagedFileError, match="levels"):
        own(after=annotation(deep))


def test_pixels_in_the_xml_are_not_copied(own: Own) -> None:
    pixels = '<BinData BigEndian="false" Length="4">AAAA</BinData>'
    inside = f'<Channel ID="Channel:0:0"/>{pixels}'
    document = own(inside=inside)
    assert b"BinData" not in document.xml
    assert b"MetadataOnly" in document.xml
    assert document.notes == ("pixels that stand in the XML itself are left out",)


# -- planes --------------------------------------------------------------------------

PLANE = (
    '<Plane TheZ="{0}" TheC="0" TheT="0" DeltaT="{0}.5" PositionX="1" '
    'PositionXUnit="um"><AnnotationRef ID="Annotation:{1}"/></Plane>'
)
FILE = (
    '<UUID FileName="f{0}.ome.tif">urn:uuid:0b1e7b31-0b1e-4b31-8b1e-0b1e7b310b1e</UUID>'
)
COMMENT = "<CommentAnnotation ID='Annotation:0'><Value>x</Value></CommentAnnotation>"


@pytest.mark.parametrize("block", [7, 50, 10_000])
@pytest.mark.parametrize("mixed", [False, True])
def test_planes_go_through_in_blocks(
    own: Own, monkeypatch: pytest.MonkeyPatch, block: int, mixed: bool
) -> None:
    monkeypatch.setattr(plane_blocks, "BLOCK", block)
    monkeypatch.setattr(plane_blocks, "FED", 100)
    stored = [
        f'<TiffData IFD="{n}" FirstZ="{n}">{FILE.format(n)}</TiffData>'
        for n in range(50)
    ]
    planes = [PLANE.format(n, n % 2) for n in range(50)]
    both = [x for pair in zip(stored, planes, strict=True) for x in pair]
    inside = "".join(both if mixed else [*stored, *planes])
    document = own(
        inside=f'<Channel ID="Channel:0:0"/>{inside}',
        planes=(50, 1, 1),
        after=f"<StructuredAnnotations>{COMMENT}</StructuredAnnotations>",
    )
    pixels = ome_types.from_xml(document.xml).images[0].pixels
    assert [t.ifd for t in pixels.tiff_data_blocks] == list(range(50))
    assert [t.uuid and t.uuid.file_name for t in pixels.tiff_data_blocks] == [
        f"f{n}.ome.tif" for n in range(50)
    ]
    assert [p.the_z for p in pixels.planes] == list(range(50))
    assert {p.position_x_unit.value for p in pixels.planes} == {"µm"}
    # Half of them refer to an annotation that is not there.
    assert [len(p.annotation_refs) for p in pixels.planes] == [1, 0] * 25
    assert set(document.notes) >= {
        "PositionXUnit 'um' of Plane is written as 'µm' (50 times)",
        "AnnotationRef of Plane is left out: what it refers to is not there (25 times)",
    }


def test_planes_of_old_schemas_are_upgraded(shared: Path) -> None:
    path = shared / "samples/ome-xml/2010-06/spim.ome.xml"
    with_planes = ome_object(path, planes=True)
    assert sum(len(image.pixels.planes) for image in with_planes.images) == 32
    without = ome_object(path)
    assert sum(len(image.pixels.planes) for image in without.images) == 0
    for one, other in zip(with_planes.images, without.images, strict=True):
        one.pixels.planes.clear()
        assert one == other


LARGE = """
import sys
from pathlib import Path
from fairsubmit.readers.ome.document import own_document
path = Path(sys.argv[1])
planes = "".join(
    f'<Plane TheZ="{n}" TheC="0" TheT="0" DeltaT="{n}.5" PositionX="1.25" '
    f'PositionXUnit="um" PositionY="1.25" PositionYUnit="um"/>'
    for n in range(100_000)
)
stored = "".join(f'<TiffData IFD="{n}" FirstZ="{n}"/>' for n in range(100_000))
path.write_text(
    '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
    '<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint8" '
    'SizeX="1" SizeY="1" SizeZ="100000" SizeC="1" SizeT="1">'
    f"{stored}{planes}</Pixels></Image></OME>"
)
del planes, stored
document = own_document(path)
assert document.xml.count(b"<Plane ") == 100_000
assert b'"um"' not in document.xml
# not ru_maxrss: that of the parent is kept through its start
words = Path('/proc/self/status').read_text().split()
print(int(words[words.index('VmHWM:') + 1]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux", reason="measures memory as Linux counts it"
)
def test_a_hundred_thousand_planes_take_little_memory(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", LARGE, str(tmp_path / "a.ome.xml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert int(found.stdout) < 300


# -- annotations alone ---------------------------------------------------------------


def test_annotations_and_regions_alone(shared: Path) -> None:
    samples = shared / "samples/ome-xml"
    for name, expected in (
        ("2016-06/ROI.ome.xml", {"ROI": 5, "ROIRef": 5, "Point": 2, "BinData": 1}),
        ("2016-06/mapannotation.ome.xml", {"MapAnnotation": 2, "AnnotationRef": 2}),
        ("2010-06/spim.ome.xml", {"XMLAnnotation": 7, "AnnotationRef": 16}),
    ):
        xml = annotations_xml(samples / name)
        assert xml is not None
        root = valid(Document(xml))
        for tag, count in expected.items():
            assert len(root.findall(f".//{{{NAMESPACE}}}{tag}")) == count, (name, tag)
        kept = {etree.QName(element).localname for element in root}
        assert kept <= {"Image", "StructuredAnnotations", "ROI"}
    assert annotations_xml(samples / "2016-06/hcs.ome.xml") is None


# -- whatever comes ------------------------------------------------------------------

CHANGES = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from([b"", b"<", b">", b'"', b"\0", b"&", b":", b"=", b"\xff", b"0"])
        | st.binary(max_size=3),
    ),
    min_size=1,
    max_size=6,
)
NAMES = ["2016-06/ROI", "2010-06/spim", "2012-06/tagannotation", "ome-types/MMStack"]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, name=st.sampled_from(NAMES))
def test_changed_documents_are_valid_or_refused(
    shared: Path,
    tmp_path: Path,
    changes: list[tuple[float, bytes]],
    name: str,
) -> None:
    raw = (shared / f"samples/ome-xml/{name}.ome.xml").read_bytes()
    for place, text in changes:
        at = int(place * len(raw))
        raw = raw[:at] + text + raw[at + 1 :]
    path = tmp_path / "a.ome.xml"
    path.write_bytes(raw)
    with suppress(ReadError):
        valid(own_document(path))
