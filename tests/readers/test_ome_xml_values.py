"""What is read from OME-XML, whatever state it is in."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import ImageMetadata, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.ome.cut import Part, cut
from fairsubmit.readers.ome.ome_xml_file import OmeXmlFile
from fairsubmit.readers.ome.record import Recorder
from fairsubmit.readers.ome.xml import looks_like_ome, parse
from fairsubmit.readers.units import length_unit, number, time_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., bytes]

SIZES = 'PhysicalSizeX="0.108" PhysicalSizeXUnit="µm" PhysicalSizeY="0.1"'


def record(xml: bytes) -> ImageMetadata:
    """Record of the first image; problems of the document come first."""
    found = parse(xml, Path("a.ome.xml"))
    recorder = Recorder(found.document, found.document.images[0], 0)
    made = recorder.record("a.ome.xml", form="OME-XML", reader="ome_xml", files=())
    return ImageMetadata.from_json(
        {
            **made.to_json(),
            "problems": [
                {
                    "code": p.code,
                    "message": p.message,
                    "place": p.place,
                    "error": p.error,
                }
                for p in (*found.problems, *made.problems)
            ],
        }
    )


def codes(found: ImageMetadata) -> list[str]:
    return [problem.code for problem in found.problems]


# -- units ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "um",
        "micron",
        "microns",
        "Micrometer",
        "micrometre",
        "μm",
        "Âµm",
        "Î¼m",
        " µm ",
        r"\u00B5m",
        "UM",
        "�m",
        "?m",
    ],
)
def test_spellings_of_the_micrometre(written: str) -> None:
    assert length_unit(written) == ("µm", True)


@pytest.mark.parametrize("symbol", ["µm", "nm", "mm", "m", "Å", "pm", "in", "Mm", "cm"])
def test_ome_symbols_are_left_alone(symbol: str) -> None:
    assert length_unit(symbol) == (symbol, False)


@pytest.mark.parametrize(
    "none", ["pixel", "pixels", "reference frame", "unit", "furlong"]
)
def test_no_lengths(none: str) -> None:
    assert length_unit(none).value is None


@pytest.mark.parametrize(
    ("written", "symbol"),
    [("s", "s"), ("sec", "s"), ("millisecond", "ms"), ("hours", "h"), ("us", "µs")],
)
def test_units_of_time(written: str, symbol: str) -> None:
    assert time_unit(written).value == symbol


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5", (0.5, False)),
        (" 1e-3 ", (0.001, False)),
        ("0,108", (0.108, True)),
        ("1,234,567", (None, False)),
        ("1.234,5", (None, False)),
        ("nan", (None, False)),
        ("inf", (None, False)),
        ("", (None, False)),
        ("five", (None, False)),
    ],
)
def test_numbers(text: str, expected: tuple[float | None, bool]) -> None:
    assert number(text) == expected


# -- repairs -------------------------------------------------------------------------


def swapped(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(xml: bytes) -> bytes:
        assert old.encode() in xml
        return xml.replace(old.encode(), new.encode())

    return change


def recoded(declared: str, encoding: str) -> Callable[[bytes], bytes]:
    return lambda xml: xml.decode().replace("UTF-8", declared).encode(encoding)


DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
BROKEN: dict[str, tuple[Callable[[bytes], bytes], str | None]] = {
    "mark": (lambda xml: b"\xef\xbb\xbf" + xml, "xml-repaired"),
    "nuls": (lambda xml: xml + b"\0\0\0\0", "xml-repaired"),
    "tail": (lambda xml: xml + b"garbage after the end", "xml-repaired"),
    "latin-1": (recoded("UTF-8", "latin-1"), "xml-encoding"),
    "cp1252": (recoded("utf-8", "cp1252"), "xml-encoding"),
    "control": (swapped("cell", "ce\x01ll"), "xml-repaired"),
    "control reference": (swapped("cell", "ce&#x1;ll"), "xml-repaired"),
    "ampersand": (swapped("cell", "a & b"), "xml-repaired"),
    "unknown entity": (swapped("cell", "a &nbsp; b"), "xml-repaired"),
    "cut": (lambda xml: xml.removesuffix(b"</Image></OME>"), "xml-ill-formed"),
    "unclosed": (swapped("</Pixels>", ""), "xml-ill-formed"),
    "twice": (swapped(' ID="Image:0"', ' ID="Image:0" ID="b"'), "xml-ill-formed"),
    "entity": (
        swapped("<OME", "<!DOCTYPE OME [<!ENTITY a 'b'>]><OME"),
        "xml-doctype",
    ),
    "doctype": (swapped("<OME", "<!DOCTYPE OME><OME"), "xml-doctype"),
    "utf-16": (recoded("UTF-16", "utf-16"), "xml-repaired"),
    # These are well-formed and need no repair.
    "comment": (swapped("?><OME", "?><!-- <OME> --><OME"), None),
    "no declaration": (swapped(DECLARATION, "\n  "), None),
    "utf-16 bare": (recoded("UTF-16", "utf-16-le"), None),
    "declared latin-1": (recoded("ISO-8859-1", "latin-1"), None),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_documents_keep_their_values(make_ome: Make, case: str) -> None:
    change, code = BROKEN[case]
    found = record(change(make_ome(SIZES)))
    assert found.physical_size.x == Quantity(0.108, "µm")
    assert found.physical_size.y == Quantity(0.1, "µm")
    assert (found.size.x, found.size.y) == (32, 24)
    repairs = [c for c in codes(found) if c.startswith("xml-")]
    assert repairs == ([] if code is None else [code])


def test_half_a_number_is_not_a_number(make_ome: Make) -> None:
    xml = make_ome(SIZES)
    whole = xml.index(b'PhysicalSizeX="0.108"') + len('PhysicalSizeX="0.1')
    found = parse(xml[:whole], Path("a.ome.xml"))
    assert found.document.images
    assert found.document.images[0].pixels == []


@pytest.mark.parametrize("content", [b"", b"<", b"<a/>", b"text", b"<OME", b"\0" * 50])
def test_no_ome_xml_is_an_error(content: bytes) -> None:
    with pytest.raises(DamagedFileError):
        parse(content, Path("a.ome.xml"))


@pytest.mark.parametrize(
    "root",
    [
        'xmlns="http://www.openmicroscopy.org/Schemas/OME/2030-01"',
        "",
        'xmlns="urn:something-else"',
    ],
)
def test_any_schema_is_read(make_ome: Make, root: str) -> None:
    known = 'xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"'
    xml = make_ome(SIZES).replace(known.encode(), root.encode())
    assert record(xml).physical_size.x == Quantity(0.108, "µm")


def test_prefixed_elements_are_read(make_ome: Make) -> None:
    xml = make_ome(SIZES, inside='<TiffData IFD="3"/>').decode()
    prefixed = xml.replace("<", "<o:").replace("<o:?", "<?").replace("<o:/", "</o:")
    found = record(prefixed.replace("xmlns=", "xmlns:o=").encode())
    assert found.physical_size.x == Quantity(0.108, "µm")
    assert codes(found) == []


def test_entities_are_never_expanded(make_ome: Make, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    doctype = f'<!DOCTYPE OME [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    xml = make_ome(SIZES, name="&x;").replace(b"<OME", f"{doctype}<OME".encode())
    found = record(xml)
    assert found.name == "&x;"
    assert "SECRET" not in str(found)


def test_an_entity_bomb_costs_nothing(make_ome: Make) -> None:
    levels = "".join(
        f'<!ENTITY e{i} "{f"&e{i - 1};" * 16}">'
        if i
        else '<!ENTITY e0 "aaaaaaaaaaaaaaaa">'
        for i in range(12)
    )
    xml = make_ome(SIZES, name="&e11;").replace(
        b"<OME", f"<!DOCTYPE OME [{levels}]><OME".encode()
    )
    tracemalloc.start()
    start = time.perf_counter()
    found = record(xml)
    assert time.perf_counter() - start < 5
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
    assert found.physical_size.x == Quantity(0.108, "µm")


# -- values --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pixels", "expected", "code"),
    [
        ('PhysicalSizeX="108" PhysicalSizeXUnit="nm"', Quantity(108, "nm"), None),
        (
            'PhysicalSizeX="0.000108" PhysicalSizeXUnit="mm"',
            Quantity(0.000108, "mm"),
            None,
        ),
        ('PhysicalSizeX="0.108"', Quantity(0.108, "µm"), None),
        ('PhysicalSizeX="0.108" PhysicalSizeXUnit=""', Quantity(0.108, "µm"), None),
        (
            'PhysicalSizeX="0.108" PhysicalSizeXUnit="um"',
            Quantity(0.108, "µm"),
            "unit-alias",
        ),
        ('PhysicalSizeX="0.1" PhysicalSizeXUnit="&#181;m"', Quantity(0.1, "µm"), None),
        ('PhysicalSizeX="1" PhysicalSizeXUnit="pixel"', None, "unit-unknown"),
        ('PhysicalSizeX="1" PhysicalSizeXUnit="reference frame"', None, "unit-unknown"),
        ('PhysicalSizeX="0"', None, "value-ignored"),
        ('PhysicalSizeX="-1"', None, "value-ignored"),
        ('PhysicalSizeX="NaN"', None, "value-ignored"),
        ('PhysicalSizeX="Infinity"', None, "value-ignored"),
        ('PhysicalSizeX="0,108"', Quantity(0.108, "µm"), "decimal-comma"),
        ("", None, None),
    ],
)
def test_pixel_sizes(
    make_ome: Make, pixels: str, expected: Quantity | None, code: str | None
) -> None:
    found = record(make_ome(pixels))
    assert found.physical_size.x == expected
    assert codes(found) == ([code] if code else [])
    assert ("physical_size.x" in found.provenance) == (expected is not None)


def test_time_increment(make_ome: Make) -> None:
    assert record(make_ome('TimeIncrement="1.5"')).time_increment == Quantity(1.5, "s")
    found = record(make_ome('TimeIncrement="2" TimeIncrementUnit="ms"'))
    assert found.time_increment == Quantity(2, "ms")
    found = record(make_ome('TimeIncrement="0"'))
    assert found.time_increment is None
    assert codes(found) == []


def test_sizes_that_cannot_be_meant_are_left_out(make_ome: Make) -> None:
    found = record(make_ome(planes=(1, 0, -1)))
    assert (found.size.z, found.size.c, found.size.t) == (1, None, None)
    assert codes(found) == ["size-ignored", "size-ignored"]


INSTRUMENT = """
<Instrument ID="Instrument:0"><Microscope Manufacturer="Wrong" Model="First"/>
<Objective ID="Objective:0" Model="first" LensNA="0.3" NominalMagnification="10"/>
<Detector ID="Detector:0" Model="first"/></Instrument>
<Instrument ID="Instrument:1"><Microscope Manufacturer="Nikon" Model="Ti2-E"/>
<Objective ID="Objective:0" Model="first of second" NominalMagnification="20"/>
<Objective ID="Objective:1" Manufacturer="Nikon" Model="Plan Apo" LensNA="1.4"
 NominalMagnification="60" Immersion="Silicone"/>
<Detector ID="Detector:1" Manufacturer="Andor" Model="Sona"/></Instrument>"""


def test_the_microscope_is_found_by_reference(make_ome: Make) -> None:
    found = record(
        make_ome(
            before=INSTRUMENT,
            image='<InstrumentRef ID="Instrument:1"/>'
            '<ObjectiveSettings ID="Objective:1"/>',
            inside='<Channel ID="C:0"><DetectorSettings ID="Detector:1"/></Channel>',
        )
    )
    assert (found.instrument.manufacturer, found.instrument.model) == ("Nikon", "Ti2-E")
    objective = found.objective
    assert (objective.manufacturer, objective.model) == ("Nikon", "Plan Apo")
    assert (objective.magnification, objective.numerical_aperture) == (60, 1.4)
    assert objective.immersion == "Silicone"
    assert (found.detector.manufacturer, found.detector.model) == ("Andor", "Sona")


def test_without_a_reference_nothing_is_taken(make_ome: Make) -> None:
    found = record(make_ome(before=INSTRUMENT))
    assert found.instrument.model is None
    assert found.objective.magnification is None
    assert found.detector.model is None


def test_a_same_id_in_two_instruments_is_the_own_one(make_ome: Make) -> None:
    image = '<InstrumentRef ID="Instrument:1"/><ObjectiveSettings ID="Objective:0"/>'
    found = record(make_ome(before=INSTRUMENT, image=image))
    assert found.objective.model == "first of second"


def test_a_dangling_reference_is_a_problem(make_ome: Make) -> None:
    found = record(make_ome(image='<ObjectiveSettings ID="Objective:9"/>'))
    assert codes(found) == ["dangling-reference"]


def test_channels(make_ome: Make) -> None:
    found = record(
        make_ome(
            planes=(1, 4, 1),
            inside='<Channel ID="a" Name="DAPI" Fluor="Hoechst"'
            ' ExcitationWavelength="405" EmissionWavelength="0.45"'
            ' EmissionWavelengthUnit="um"'
            ' ContrastMethod="Fluorescence" AcquisitionMode="SpinningDiskConfocal"/>'
            '<Channel ID="b" Name="" SamplesPerPixel="3" ExcitationWavelength="-1"/>',
        )
    )
    first, second = found.channels
    assert (first.name, first.fluorophore) == ("DAPI", "Hoechst")
    assert first.excitation_wavelength == Quantity(405, "nm")
    assert first.emission_wavelength == Quantity(0.45, "µm")
    assert first.contrast_method == "Fluorescence"
    assert first.acquisition_mode == "SpinningDiskConfocal"
    assert (second.index, second.name, second.samples_per_pixel) == (1, None, 3)
    assert second.excitation_wavelength is None
    assert codes(found) == ["unit-alias", "value-ignored"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-05-03T14:15:16", "2021-05-03T14:15:16"),
        ("2021-05-03T14:15:16.789Z", "2021-05-03T14:15:16.789Z"),
        ("2021-05-03 14:15:16", "2021-05-03T14:15:16"),
        ("2021-13-03T14:15:16", None),
        ("yesterday", None),
    ],
)
def test_dates_get_no_time_zone(
    make_ome: Make, text: str, expected: str | None
) -> None:
    image = f"<AcquisitionDate>{text}</AcquisitionDate>"
    found = record(make_ome(image=image))
    assert found.acquired_at == expected
    assert codes(found) == ([] if expected else ["date-ignored"])


def test_annotations_are_those_that_the_image_names(make_ome: Make) -> None:
    after = """<StructuredAnnotations>
    <MapAnnotation ID="A:1" Namespace="example.org/map">
      <Description>no value</Description><Value><M K="Genotype">wt</M>
      <M K="Stage">L1</M><M K="Stage">L2</M></Value></MapAnnotation>
    <TagAnnotation ID="A:2"><AnnotationRef ID="A:4"/>
      <Value>mitosis</Value></TagAnnotation>
    <XMLAnnotation ID="A:3"><Value><OME><Image ID="no" Name="no">
      </Image><Value>no</Value></OME></Value></XMLAnnotation>
    <LongAnnotation ID="A:4"><Value>7</Value></LongAnnotation>
    <FileAnnotation ID="A:5"><BinaryFile FileName="table.csv"/></FileAnnotation>
    </StructuredAnnotations>"""
    refs = "".join(f'<AnnotationRef ID="A:{i}"/>' for i in (1, 2, 3, 5, 1))
    xml = make_ome(after=after).replace(b"</Image>", f"{refs}</Image>".encode(), 1)
    found = record(xml)
    assert [(a.kind, a.id, dict(a.values)) for a in found.annotations] == [
        ("MapAnnotation", "A:1", {"Genotype": "wt", "Stage": "L1; L2"}),
        ("TagAnnotation", "A:2", {"value": "mitosis"}),
        (
            "XMLAnnotation",
            "A:3",
            {
                "value": '<OME><Image ID="no" Name="no">\n      </Image>'
                "<Value>no</Value></OME>"
            },
        ),
        ("FileAnnotation", "A:5", {"value": "table.csv"}),
    ]
    assert found.annotations[0].namespace == "example.org/map"
    assert found.name == "cell"


def test_rois_are_counted(make_ome: Make) -> None:
    refs = b'<ROIRef ID="ROI:0"/><ROIRef ID="ROI:1"/></Image>'
    roi = '<ROI ID="ROI:0"><Union><Point ID="S:0" X="1" Y="1"/></Union></ROI>'
    xml = make_ome(after=roi).replace(b"</Image>", refs)
    assert record(xml).rois == 2


OLD = """<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2008-09">
<Instrument ID="I:0"><Microscope Manufacturer="M" Model="N"/>
<Objective ID="O:0" Manufacturer="A" Model="B"><Immersion>Oil</Immersion>
<LensNA>1.3</LensNA><NominalMagnification>40</NominalMagnification></Objective>
<Detector ID="D:0" Model="C"/>
</Instrument><Image ID="Image:0" Name="old" DefaultPixels="Pixels:1">
<CreationDate>2007-01-02T03:04:05</CreationDate><InstrumentRef ID="I:0"/>
<ObjectiveRef ID="O:0"/>
<LogicalChannel ID="L:1" Name="second" EmWave="600">
<ChannelComponent Index="1" Pixels="P"/></LogicalChannel>
<LogicalChannel ID="L:0" Name="first" ExWave="488" Mode="WideField">
<DetectorRef ID="D:0"/><ChannelComponent Index="0" Pixels="P"/></LogicalChannel>
<Pixels ID="Pixels:0" DimensionOrder="XYZCT" PixelType="Uint8" SizeX="1" SizeY="1"
 SizeZ="1" SizeC="2" SizeT="1"><TiffData/></Pixels>
<Pixels ID="Pixels:1" DimensionOrder="XYZCT" PixelType="Uint16" SizeX="6" SizeY="4"
 SizeZ="1" SizeC="2" SizeT="1" PhysicalSizeX="0.5"><TiffData/></Pixels></Image></OME>"""


def test_the_schema_of_2008() -> None:
    found = record(OLD.encode())
    assert (found.size.x, found.pixel_type) == (6, "uint16")
    assert found.physical_size.x == Quantity(0.5, "µm")
    assert found.acquired_at == "2007-01-02T03:04:05"
    assert [channel.name for channel in found.channels] == ["first", "second"]
    assert found.channels[0].excitation_wavelength == Quantity(488, "nm")
    assert found.channels[0].acquisition_mode == "WideField"
    assert found.channels[1].emission_wavelength == Quantity(600, "nm")
    assert (found.objective.magnification, found.objective.immersion) == (40, "Oil")
    assert found.detector.model == "C"
    assert codes(found) == []


# -- cutting -------------------------------------------------------------------------


def test_cutting_keeps_everything_else(make_ome: Make) -> None:
    inside = (
        '<Channel ID="a" Name="one"/>'
        + "".join(f'<TiffData IFD="{i}" PlaneCount="1"/>' for i in range(50))
        + '<Channel ID="b" Name="two"/>'
        + "".join(
            f'<Plane TheZ="{i}"><AnnotationRef ID="A:Plane"/></Plane>'
            for i in range(50)
        )
        + '<AnnotationRef ID="A:Plane"/>'
    )
    annotation = (
        '<StructuredAnnotations><TagAnnotation ID="A:Plane"><Value>kept</Value>'
        "</TagAnnotation></StructuredAnnotations>"
    )
    xml = make_ome(inside=inside, planes=(50, 2, 1), after=annotation)
    less, runs = cut(xml)
    assert len(less) < len(xml) / 3
    assert len(runs) == 2
    assert (runs[0].first, runs[0].last, runs[0].blocks) == (0, 49, 2)
    found = record(xml)
    assert [channel.name for channel in found.channels] == ["one", "two"]
    assert [a.values for a in found.annotations] == [{"value": "kept"}]
    assert codes(found) == []


def test_cutting_finds_all_files(make_ome: Make) -> None:
    inside = "".join(
        f"<TiffData IFD='0'><UUID FileName='a &amp; Channel{i % 3}.tif'>"
        f"urn:uuid:AB{i % 3}</UUID></TiffData>"
        for i in range(30)
    )
    _, runs = cut(make_ome(inside=inside))
    expected = {Part(f"a & Channel{i}.tif", f"ab{i}") for i in range(3)}
    assert [run.parts for run in runs] == [expected]


def test_a_large_document_is_read_in_little_time_and_memory(
    make_ome: Make, tmp_path: Path
) -> None:
    """100,000 planes, about 30 MB of XML."""
    planes = "".join(
        f'<TiffData IFD="{i}" FirstT="{i}" PlaneCount="1"><UUID FileName="big.ome.tif">'
        "urn:uuid:1</UUID></TiffData>"
        f'<Plane TheT="{i}" TheC="0" TheZ="0" DeltaT="{i}.5" ExposureTime="0.1" '
        f'PositionX="{i}" PositionY="1.25" PositionXUnit="µm" PositionYUnit="µm"/>'
        for i in range(100_000)
    )
    path = tmp_path / "big.ome.xml"
    path.write_bytes(make_ome(SIZES, inside=planes, planes=(1, 1, 100_000)))
    del planes
    size = path.stat().st_size
    assert size > 25_000_000
    tracemalloc.start()
    found = read_image(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.images[0].size.t == 100_000
    assert peak < 2 * size + 20_000_000


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"<OME>", True),
        (b'<?xml version="1.0"?>\n<!-- Warning -->\n<ome:OME xmlns', True),
        (b"\xef\xbb\xbf<OME>", True),
        ("<OME>".encode("utf-16"), True),
        (b"<html>", False),
        (b"ImageJ=1.5", False),
        (b'{"OME": 1}', False),
        (b"<MetaData>", False),
        (b"", False),
    ],
)
def test_sniffing(start: bytes, expected: bool) -> None:
    assert looks_like_ome(start) is expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"", True),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <a> and <b> --> ", True),
        (b"<!DOCTYPE OME [<!ENTITY a '<b/>'>]>", True),
        (b"<xsl:stylesheet><xsl:template match='OME:OME'>", False),
        (b"<html><pre>", False),
        (b"<!DOCTYPE html>\n<pre>", False),
        (b"<?xml version='1.0'?><!-- a --><project><image>", False),
    ],
)
def test_only_documents_of_ome_are_ome_xml(
    make_ome: Make, start: bytes, expected: bool
) -> None:
    reader = OmeXmlFile()
    for text in (start + b"<OME:OME", start + make_ome()):
        assert reader.recognises(Path("a.xml"), text + b" xmlns='x'>") is expected
    wide = (start + b"<OME>").decode().encode("utf-16-le")
    assert reader.recognises(Path("a.xml"), wide) is expected
