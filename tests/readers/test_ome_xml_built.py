"""OME-XML built from records: every value that the schema has a place for, no other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import ome_types
import pytest
from lxml import etree

from fairsubmit.errors import ReadError
from fairsubmit.metadata.image import (
    Channel,
    Detector,
    ImageAnnotation,
    ImageMetadata,
    ImageSize,
    Instrument,
    Objective,
    PhysicalSize,
    PlatePosition,
    Problem,
    Quantity,
)
from fairsubmit.readers import read_image
from fairsubmit.readers.extract import extract
from fairsubmit.readers.ome.build import SOURCE
from fairsubmit.readers.ome.schema import NAMESPACE, schema
from fairsubmit.readers.ome.write import ome_xml
from fairsubmit.version import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.ome.document import Document

FULL = ImageMetadata(
    "raw/a.czi",
    0,
    "cells",
    "Zeiss CZI",
    "czi",
    "XYCZT",
    ImageSize(512, 256, 20, 4, 3),
    "uint16",
    12,
    PhysicalSize(Quantity(0.108, "µm"), Quantity(108, "nm"), Quantity(3e-7, "m")),
    Quantity(1.5, "min"),
    (
        Channel(
            0,
            "DAPI",
            "Hoechst",
            Quantity(405, "nm"),
            Quantity(0.45, "µm"),
            "Fluorescence",
            "SpinningDiskConfocal",
            1,
        ),
        Channel(1, "RGB", samples_per_pixel=3),
    ),
    Instrument("Zeiss", "Axio"),
    Objective("Zeiss", "Plan", 63.0, 1.4, "Oil"),
    Detector("Hamamatsu", "Orca"),
    "2026-01-02T03:04:05.678",
    "ZEN 3.5",
    (
        ImageAnnotation("MapAnnotation", "urn:n", "A1", {"Genotype": "wt", "x": "<&"}),
        ImageAnnotation("TagAnnotation", None, None, {"value": "good"}),
        ImageAnnotation("LongAnnotation", None, "L", {"value": "7"}),
        ImageAnnotation("BooleanAnnotation", None, "B", {"value": "true"}),
    ),
    0,
    ("raw/a.czi", "raw/parts/a(1).czi"),
    (),
    {},
    PlatePosition("P 1", 1, 2, 0),
)


def checked(document: Document) -> ome_types.OME:
    root = etree.fromstring(document.xml)
    assert schema().validate(root), schema().error_log
    return ome_types.from_xml(document.xml, validate=True)


def built(*records: ImageMetadata) -> ome_types.OME:
    return checked(ome_xml(records))


def test_every_value_has_its_place() -> None:
    document = ome_xml([FULL])
    assert document.notes == ()
    found = checked(document)
    assert found.creator == f"fairsubmit {VERSION}"
    (image,) = found.images
    assert image.name == "cells"
    date = image.acquisition_date
    assert date is not None
    assert (date.isoformat(), date.tzinfo) == ("2026-01-02T03:04:05.678000", None)
    pixels = image.pixels
    sizes = (pixels.size_x, pixels.size_y, pixels.size_z, pixels.size_c, pixels.size_t)
    assert sizes == (512, 256, 20, 4, 3)
    assert (pixels.type.value, pixels.significant_bits) == ("uint16", 12)
    assert pixels.dimension_order.value == "XYCZT"
    lengths = [
        (pixels.physical_size_x, pixels.physical_size_x_unit.value),
        (pixels.physical_size_y, pixels.physical_size_y_unit.value),
        (pixels.physical_size_z, pixels.physical_size_z_unit.value),
        (pixels.time_increment, pixels.time_increment_unit.value),
    ]
    assert lengths == [(0.108, "µm"), (108, "nm"), (3e-7, "m"), (1.5, "min")]
    assert pixels.metadata_only is not None
    first, second = pixels.channels
    assert (first.name, first.fluor, first.samples_per_pixel) == ("DAPI", "Hoechst", 1)
    assert (first.excitation_wavelength, first.emission_wavelength) == (405, 0.45)
    assert first.emission_wavelength_unit.value == "µm"
    assert first.contrast_method is not None
    assert first.contrast_method.value == "Fluorescence"
    assert first.acquisition_mode is not None
    assert first.acquisition_mode.value == "SpinningDiskConfocal"
    assert (second.name, second.samples_per_pixel) == ("RGB", 3)
    (instrument,) = found.instruments
    assert image.instrument_ref is not None
    assert image.instrument_ref.id == instrument.id
    assert instrument.microscope is not None
    assert instrument.microscope.manufacturer == "Zeiss"
    (objective,) = instrument.objectives
    assert image.objective_settings is not None
    assert image.objective_settings.id == objective.id
    assert (objective.nominal_magnification, objective.lens_na) == (63, 1.4)
    assert objective.immersion is not None
    assert objective.immersion.value == "Oil"
    (detector,) = instrument.detectors
    assert detector.model == "Orca"
    assert {
        c.detector_settings and c.detector_settings.id for c in (first, second)
    } == {detector.id}
    (plate,) = found.plates
    (well,) = plate.wells
    assert (plate.name, well.row, well.column) == ("P 1", 1, 2)
    assert well.well_samples[0].image_ref is not None
    assert well.well_samples[0].image_ref.id == image.id
    annotations: list[Any] = list(found.structured_annotations or ())
    assert [type(a).__name__ for a in annotations].count("MapAnnotation") == 2
    by_namespace = {a.namespace: a for a in annotations}
    assert dict(by_namespace["urn:n"].value) == {"Genotype": "wt", "x": "<&"}
    source = [(m.k, m.value) for m in by_namespace[SOURCE].value.ms]
    assert source == [
        ("format", "Zeiss CZI"),
        ("software", "ZEN 3.5"),
        ("file", "a.czi"),
        ("file", "parts/a(1).czi"),
    ]
    assert len(image.annotation_refs) == 5


def test_what_is_not_known_is_not_there() -> None:
    bare = ImageMetadata(
        "a.mrc", 0, size=ImageSize(1, 2, 1, 1, 1), pixel_type="float", files=("a.mrc",)
    )
    found = built(bare)
    (image,) = found.images
    assert (image.name, image.acquisition_date, image.instrument_ref) == (None,) * 3
    assert image.pixels.physical_size_x is None
    assert (found.instruments, found.plates, image.pixels.channels) == ([], [], [])
    text = ome_xml([bare]).xml.decode()
    assert "Unit=" not in text
    assert "DetectorSettings" not in text


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, "XYCZT"),
        ("XYC", "XYCZT"),
        ("XYZTC", "XYZTC"),
        ("XYT", "XYTCZ"),
        ("CXY", "XYCZT"),
    ],
)
def test_an_order_is_filled_up(order: str | None, expected: str) -> None:
    (image,) = built(replace(FULL, dimension_order=order)).images
    assert image.pixels.dimension_order.value == expected


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"size": ImageSize(5, 5)}, "how large it is along Z, C and T, which"),
        ({"size": ImageSize(5, 5, 1, 1)}, "how large it is along T, which"),
        ({"pixel_type": None}, "its pixel type, which is not known"),
        ({"pixel_type": "uint64"}, "its pixel type, uint64, is none that OME-XML has"),
    ],
)
def test_what_the_schema_demands_is_not_made_up(
    change: dict[str, Any], words: str
) -> None:
    poor = replace(FULL, **change)
    with pytest.raises(ReadError, match=words) as raised:
        ome_xml([poor])
    assert "raw/a.czi" in raised.value.message
    assert raised.value.hint
    document = ome_xml([poor, replace(FULL, series=1)])
    assert len(checked(document).images) == 1
    assert any(words in note for note in document.notes)


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"acquired_at": "2026-01-02"}, "AcquisitionDate"),
        ({"acquired_at": "spring"}, "AcquisitionDate"),
        (
            {"objective": Objective(immersion="Silicone")},
            "Immersion 'Silicone' of Objective is written as 'Other'",
        ),
        ({"rois": 3}, "regions of interest are left out: 3"),
        ({"plate": PlatePosition("P", None, 3)}, "without row and column"),
        (
            {"annotations": (ImageAnnotation("FileAnnotation", None, "F", {}),)},
            "FileAnnotation is left out",
        ),
        (
            {
                "annotations": (
                    ImageAnnotation("LongAnnotation", None, "F", {"value": "many"}),
                )
            },
            "'many' is none",
        ),
        ({"significant_bits": 0}, "SignificantBits"),
    ],
)
def test_what_has_no_place_is_said(change: dict[str, Any], note: str) -> None:
    document = ome_xml([replace(FULL, **change)])
    checked(document)
    assert any(note in text for text in document.notes), document.notes


def test_a_length_without_a_unit_is_left_out() -> None:
    record = replace(FULL, physical_size=PhysicalSize(Quantity(1, None)))
    assert built(record).images[0].pixels.physical_size_x is None


def test_characters_that_xml_cannot_hold() -> None:
    record = replace(FULL, name="a\x00b\x1fc\ud800 <µ>")
    assert built(record).images[0].name == "a\ufffdb\ufffdc\ufffd <µ>"


def test_several_detectors_are_those_of_no_channel() -> None:
    record = replace(FULL, problems=(Problem("several-detectors", "two"),))
    found = built(record)
    assert found.instruments[0].detectors
    assert not any(c.detector_settings for c in found.images[0].pixels.channels)


def test_a_plate_of_many_fields() -> None:
    records = [
        replace(FULL, series=n, plate=PlatePosition("P", n // 4, 5, 3 - n % 4))
        for n in range(8)
    ]
    other = replace(FULL, series=8, plate=PlatePosition("Q", 0, 0))
    found = built(*records, other, replace(FULL, series=9, plate=None))
    plates = {plate.name: plate for plate in found.plates}
    assert [(w.row, w.column) for w in plates["P"].wells] == [(0, 5), (1, 5)]
    # In the order of their fields.
    refs = [s.image_ref and s.image_ref.id for s in plates["P"].wells[0].well_samples]
    assert refs == ["Image:3", "Image:2", "Image:1", "Image:0"]
    assert len(plates["Q"].wells) == 1
    # One microscope, however many images.
    assert len(found.instruments) == 1
    indices = [s.index for p in found.plates for w in p.wells for s in w.well_samples]
    assert sorted(indices) == list(range(9))


def test_files_without_end_are_counted() -> None:
    record = replace(FULL, files=tuple(f"raw/{n}.tif" for n in range(5000)))
    document = ome_xml([record])
    checked(document)
    assert document.xml.count(b'K="file"') == 100
    assert b'<M K="files">5000</M>' in document.xml


def test_every_real_image_has_a_valid_document(shared: Path) -> None:
    samples = shared / "samples"
    made, refused = 0, []
    for extraction in extract([samples], root=samples):
        top = extraction.path.partition("/")[0]
        if not extraction.images or top in {"quirks", "expected_bioformats_7.3.1"}:
            continue
        path = samples / extraction.images[0].path
        try:
            document = ome_xml(extraction.images, path=path)
        except ReadError as error:
            refused.append(error.message)
            continue
        root = etree.fromstring(document.xml)
        assert schema().validate(root), (extraction.path, schema().error_log)
        pixels = root.findall(f".//{{{NAMESPACE}}}Image/{{{NAMESPACE}}}Pixels")
        assert len(pixels) == len(extraction.images), extraction.path
        for element, record in zip(pixels, extraction.images, strict=True):
            assert element.get("SizeX") == str(record.size.x)
            assert element.get("Type") == record.pixel_type
        made += 1
    assert made > 50
    # Their planes may be anything: nothing says what.
    assert all("which is not known" in message for message in refused), refused


def test_an_ome_zarr_gives_its_own(shared: Path, tmp_path: Path) -> None:
    import shutil

    samples = shared / "samples/ome-zarr/viv/bioformats-zarr"
    zarr = tmp_path / "a.zarr"
    shutil.copytree(samples / "data.zarr", zarr, copy_function=shutil.copy)
    (zarr / "OME").mkdir(exist_ok=True)
    shutil.copy(samples / "METADATA.ome.xml", zarr / "OME/METADATA.ome.xml")
    records = read_image(zarr).images
    assert {record.reader for record in records} == {"ome_zarr"}
    found = checked(ome_xml(records))
    assert found.creator is None or "fairsubmit" not in found.creator
