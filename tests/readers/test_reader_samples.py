"""Real images against values read off the files by hand.

The quirk files are small OME-TIFFs of 32 × 24 pixels, each with one fault that real
programs make; but for that fault a pixel is 0.108 µm, and 0.3 µm along z.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from fairsubmit.metadata.image import ImageMetadata
from fairsubmit.readers import read_image
from fairsubmit.readers.extract import extract
from fairsubmit.readers.ome.object import ome_object

if TYPE_CHECKING:
    from pathlib import Path

Size = tuple[int | None, ...]

# x and y, z; then codes of the problems, those that are errors with "!".
QUIRKS: dict[str, tuple[str | None, str | None, list[str]]] = {
    "q01_bom.ome.tif": ("0.108 µm", "0.3 µm", ["xml-repaired"]),
    "q03_latin1_micro_declared_utf8.ome.tif": ("0.108 µm", "0.3 µm", ["xml-encoding"]),
    "q04_greek_mu_unit.ome.tif": ("0.108 µm", "0.3 µm", ["unit-alias"] * 2),
    "q04b_charref_micro.ome.tif": ("0.108 µm", "0.3 µm", []),
    "q05_unit_um.ome.tif": ("0.108 µm", "0.3 µm", ["unit-alias"] * 2),
    "q06_no_units.ome.tif": ("0.108 µm", "0.3 µm", []),
    "q06b_no_physical_size.ome.tif": (None, None, []),
    "q06d_unit_pixel.ome.tif": (None, None, ["unit-unknown"] * 2),
    "q07_physsize_zero.ome.tif": ("0.108 µm", None, ["value-ignored"]),
    "q07c_physsize_comma.ome.tif": ("0.108 µm", None, ["decimal-comma"] * 2),
    "q08_sizec_channel_mismatch.ome.tif": ("0.108 µm", "0.3 µm", ["channel-count"]),
    "q09_binaryonly_companion_missing.ome.tif": (None, None, ["companion-missing!"]),
    "q09b.companion.ome": ("0.108 µm", "0.3 µm", []),
    "q09b_binaryonly_with_companion.ome.tif": ("0.108 µm", "0.3 µm", []),
    "q10_uuid_files_missing.ome.tif": ("0.108 µm", "0.3 µm", ["missing-part!"]),
    "q12_schema_2003FC.ome.tif": ("0.1 µm", None, []),
    "q12_schema_2008-09.ome.tif": (
        "10000.0 µm",
        None,
        ["value-ignored", "size-mismatch!"],
    ),
    "q12_schema_2009-09.ome.tif": (
        "10000.0 µm",
        None,
        ["value-ignored", "size-mismatch!"],
    ),
    "q12_schema_2011-06.ome.tif": ("10000.0 µm", None, ["size-mismatch!"]),
    "q12_schema_2012-06.ome.tif": ("10000.0 µm", None, ["size-mismatch!"]),
    "q12_schema_2013-06.ome.tif": ("10000.0 µm", None, ["size-mismatch!"]),
    "q12_schema_2015-01.ome.tif": ("10000.0 µm", None, ["size-mismatch!"]),
    "q12b_unknown_schema_2030.ome.tif": ("0.108 µm", "0.3 µm", []),
    "q13_pyramid_subifd.ome.tif": ("0.5 µm", None, []),
    "q14_bigtiff_le.ome.tif": ("0.108 µm", "0.3 µm", []),
    "q14c_classic_be.ome.tif": ("0.108 µm", "0.3 µm", []),
    "q15_imagej_hyperstack.tif": ("0.108 µm", "0.3 µm", []),
    "q15c_plain_resolution_cm.tif": ("0.108 µm", None, []),
    "q15d_plain_72dpi.tif": (None, None, ["print-resolution"]),
    "q16_no_namespace.ome.tif": ("0.108 µm", "0.3 µm", []),
    "q17_empty_description.ome.tif": (None, None, ["ome-xml-missing"]),
    "q17b_named_ome_but_imagej.ome.tif": (None, None, ["resolution-missing"]),
    "q17c_named_ome_but_json.ome.tif": (None, None, ["ome-xml-missing"]),
    "q18_truncated_pixels.ome.tif": ("0.108 µm", "0.3 µm", ["truncated!"]),
    "q18g_invalid_xml_unclosed.ome.tif": ("0.108 µm", "0.3 µm", ["xml-ill-formed"]),
    "q18i_ampersand.ome.tif": ("0.108 µm", "0.3 µm", ["xml-repaired"]),
    "q20_bad_ids.ome.tif": ("0.108 µm", "0.3 µm", []),
    "q20c_date_no_tz.ome.tif": ("0.108 µm", "0.3 µm", []),
    "q20d_unknown_enum.ome.tif": ("0.108 µm", "0.3 µm", []),
    "q21_doctype_xxe.ome.tif": (
        "0.108 µm",
        "0.3 µm",
        ["xml-doctype", "xml-repaired"],
    ),
    "q21b_billion_laughs.ome.tif": (
        "0.108 µm",
        "0.3 µm",
        ["xml-doctype", "xml-repaired"],
    ),
    "q25_color_unsigned.ome.tif": ("0.108 µm", "0.3 µm", []),
    "q26b_two_images_thumb.ome.tif": ("0.108 µm", "0.3 µm", []),
    "q27_size_disagrees_with_ifd.ome.tif": ("0.108 µm", "0.3 µm", ["size-mismatch!"]),
    "q28_unicode_names.ome.tif": ("0.108 µm", "0.3 µm", []),
}
REFUSED = {
    "q18b_truncated_xml.ome.tif": "damaged at byte 500",
    "q18c_zero_bytes.ome.tif": "the file is empty",
    "q18d_lfs_pointer.ome.tif": "Git LFS pointer",
    "q18f_zlib_zip.ome.tif": "ZIP archive",
}


def written(image: ImageMetadata, axis: str) -> str | None:
    quantity = getattr(image.physical_size, axis)
    if quantity is None:
        return None
    return f"{float(f'{quantity.value:.6g}')} {quantity.unit}"


def extents(image: ImageMetadata) -> Size:
    return tuple(getattr(image.size, axis) for axis in "xyzct")


def codes(image: ImageMetadata) -> list[str]:
    return [problem.code + "!" * problem.error for problem in image.problems]


def test_no_quirk_is_forgotten(shared: Path) -> None:
    files = {path.name for path in (shared / "samples" / "quirks").iterdir()}
    assert files == QUIRKS.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", QUIRKS)
def test_quirks(shared: Path, name: str) -> None:
    lateral, axial, problems = QUIRKS[name]
    extraction = read_image(shared / "samples" / "quirks" / name)
    assert extraction.findings == ()
    image = extraction.images[0]
    assert (written(image, "x"), written(image, "y")) == (lateral, lateral)
    assert written(image, "z") == axial
    assert codes(image) == problems


@pytest.mark.parametrize("name", REFUSED)
def test_refused(shared: Path, name: str) -> None:
    (finding,) = read_image(shared / "samples" / "quirks" / name).findings
    assert (finding.code, finding.severity) == ("IMG101", "error")
    assert REFUSED[name] in finding.message


def test_what_else_the_quirks_hold(shared: Path) -> None:
    folder = shared / "samples" / "quirks"

    def first(name: str) -> ImageMetadata:
        return read_image(folder / name).images[0]

    assert first("q20c_date_no_tz.ome.tif").acquired_at == "2021-05-03T14:15:16"
    unknown = first("q20d_unknown_enum.ome.tif").channels[0]
    assert unknown.acquisition_mode == "LatticeLightSheet"
    assert unknown.contrast_method == "TIRF"
    assert extents(first("q13_pyramid_subifd.ome.tif")) == (128, 128, 1, 2, 1)
    names = [channel.name for channel in first("q13_pyramid_subifd.ome.tif").channels]
    assert names == ["DAPI", "GFP"]
    stack = first("q15_imagej_hyperstack.tif")
    assert extents(stack) == (32, 32, 3, 2, 2)
    assert stack.time_increment is not None
    assert stack.time_increment.value == 1.5
    unicode = first("q28_unicode_names.ome.tif").channels[0]
    assert unicode.name == "膜タンパク質-mNeonGreen λ=488 nm"
    old = first("q12_schema_2003FC.ome.tif")
    assert (old.acquired_at, old.pixel_type) == ("2004-01-01T10:00:00", "uint8")
    thumb = read_image(folder / "q26b_two_images_thumb.ome.tif").images[1]
    assert codes(thumb) == ["overview-image"]


# format, size x y z c t, pixel type, pixel size, problems
IMAGES: dict[str, tuple[str, Size, str, str | None, list[str]]] = {
    "ome-tiff/FOV7_HV110_P0500510000.ome.tiff": (
        "OME-TIFF",
        (512, 512, 1, 1, 1),
        "uint8",
        None,
        [],
    ),
    "ome-tiff/multi-channel.ome.tif": (
        "OME-TIFF",
        (439, 167, 1, 3, 1),
        "int8",
        None,
        [],
    ),
    "ome-tiff/ome.tiff": ("OME-TIFF", (6, 6, 1, 2, 1), "uint8", None, []),
    "ome-tiff/companion/multifile.companion.ome": (
        "OME-TIFF",
        (18, 24, 5, 1, 1),
        "uint8",
        None,
        [],
    ),
    "imagej/CH1_16bit.tif": ("ImageJ TIFF", (406, 408, 1, 1, 1), "uint16", None, []),
    "imagej/Fluorescence_RGB.tif": (
        "ImageJ TIFF",
        (275, 272, 1, 3, 1),
        "uint8",
        None,
        [],
    ),
    "imagej/stuck_multipage.tif": (
        "TIFF",
        (512, 512, None, None, None),
        "uint16",
        None,
        ["axis-unknown"],
    ),
    "em-tiff/test_loading_image_saved_with_imageJ_stack.tif": (
        "ImageJ TIFF",
        (68, 68, 2, 1, 1),
        "float",
        "0.168675 µm",
        [],
    ),
    "wsi/boxes.tiff": (
        "TIFF",
        (300, 250, 1, 3, 1),
        "uint8",
        None,
        ["print-resolution"],
    ),
    "imagexpress/9987_Plate_3434/TimePoint_1/ZStep_0/9987_B02_s1_w1.TIF": (
        "ImageXpress plate",
        (256, 256, 3, 4, 1),
        "uint16",
        "1.3672 µm",
        ["processed-image", "missing-part!"],
    ),
    "ome-zarr/viv/bioformats-zarr/data.zarr": (
        "OME-Zarr",
        (439, 167, 1, 3, 1),
        "int8",
        None,
        [],
    ),
    "ome-zarr/viv/ome-zarr/blobs_image_v04.ome.zarr": (
        "OME-Zarr",
        (12, 12, 1, 3, 1),
        "double",
        None,
        [],
    ),
    "ome-zarr/viv/ome-zarr/blobs_image_v05.ome.zarr": (
        "OME-Zarr",
        (12, 12, 1, 3, 1),
        "double",
        None,
        [],
    ),
}


@pytest.mark.parametrize("path", IMAGES)
def test_images(shared: Path, path: str) -> None:
    form, size, pixel_type, pixel, problems = IMAGES[path]
    extraction = read_image(shared / "samples" / path)
    assert extraction.findings == ()
    image = extraction.images[0]
    assert image.format == form
    assert extents(image) == size
    assert image.pixel_type == pixel_type
    assert (written(image, "x"), written(image, "y")) == (pixel, pixel)
    assert codes(image) == problems


def test_the_companion_set(shared: Path) -> None:
    folder = shared / "samples" / "ome-tiff" / "companion"
    (extraction,) = extract([folder], root=folder)
    (image,) = extraction.images
    names = [
        "multifile.companion.ome",
        *(f"multifile-Z{i}.ome.tiff" for i in range(1, 6)),
    ]
    assert list(image.files) == names
    assert image.acquired_at == "2010-03-02T15:08:59"
    assert image.dimension_order == "XYCTZ"


def test_ome_xml_documents(shared: Path) -> None:
    folder = shared / "samples" / "ome-xml"

    def read(name: str) -> ImageMetadata:
        return read_image(folder / name).images[0]

    units = read("2016-06/instrument-units-alternate.ome.xml")
    assert written(units, "x") == "1.0 cm"
    assert units.detector.model == "Standard CCD Mk2"
    waves = units.channels[0]
    assert waves.excitation_wavelength is not None
    assert waves.excitation_wavelength.unit == "pm"
    plate = read("2016-06/hcs.ome.xml")
    assert extents(plate) == (1024, 1024, 1, 3, 16)
    assert plate.time_increment is not None
    assert plate.time_increment.value == pytest.approx(120.1302)
    spim = read("2013-06/spim.ome.xml")
    assert (spim.objective.model, spim.objective.magnification) == ("Objective Mk1", 20)
    assert spim.channels[0].fluorophore == "Autofluorescence"
    assert len(spim.annotations) == 4
    assert read("2016-06/ROI.ome.xml").rois == 5
    assert dict(read("2015-01/mapannotation.ome.xml").annotations[0].values) == {
        "SampleKeyA": "SampleValueA"
    }
    manager = read("ome-types/MMStack.ome.xml")
    assert (manager.detector.manufacturer, written(manager, "z")) == ("DCam", "1.75 µm")
    nikon = read("ome-types/seq0000xy01c1.ome.xml")
    assert nikon.instrument.model == "Ti Microscope"
    assert nikon.channels[0].emission_wavelength is not None
    spinning = read("ome-types/ome_ns.ome.xml")
    assert [channel.name for channel in spinning.channels] == [
        "EGFP",
        "TaRFP",
        "Bright",
    ]
    assert spinning.channels[0].acquisition_mode == "SpinningDiskConfocal"
    view = read("faim_20241003_experiment_488_7_640_3_1.companion.ome")
    assert codes(view) == ["value-ignored", "missing-part!", "missing-part!"]
    assert view.acquired_at == "2024-10-03T14:26:38.7980142+02:00"


def test_the_whole_tree_is_read(shared: Path) -> None:
    root = shared / "samples"
    found = list(extract([root], root=root))
    assert len(found) > 100
    assert [e.path for e in found] == list(dict.fromkeys(e.path for e in found))
    for extraction in found:
        assert len(extraction.findings) <= 1
        assert bool(extraction.images) != bool(extraction.findings)
        for finding in extraction.findings:
            assert finding.code in {"IMG101", "IMG120"}
            assert finding.path == extraction.path
            assert "not as expected" not in finding.message
            assert str(root) not in finding.message
        for image in extraction.images:
            assert image.path in image.files
            assert not image.path.startswith("/")
            value = json.loads(json.dumps(image.to_json(), ensure_ascii=False))
            assert ImageMetadata.from_json(value) == image
    unreadable = {e.path for e in found for f in e.findings if f.code == "IMG101"}
    assert unreadable == {f"quirks/{name}" for name in REFUSED}


@pytest.mark.parametrize(
    "path",
    [
        "quirks/q05_unit_um.ome.tif",
        "quirks/q07_physsize_zero.ome.tif",
        "quirks/q07c_physsize_comma.ome.tif",
        "quirks/q16_no_namespace.ome.tif",
        "quirks/q20d_unknown_enum.ome.tif",
        "quirks/q12_schema_2008-09.ome.tif",
        "ome-xml/ome-types/MMStack.ome.xml",
        "ome-tiff/multi-channel.ome.tif",
    ],
)
@pytest.mark.filterwarnings("ignore")  # ome-types warns about repaired IDs
def test_ome_types_understands_what_was_repaired(shared: Path, path: str) -> None:
    file = shared / "samples" / path
    pixels = ome_object(file).images[0].pixels
    image = read_image(file).images[0]
    assert pixels.size_x == image.size.x
    own = image.physical_size.x
    assert pixels.physical_size_x == (None if own is None else pytest.approx(own.value))
    if own is not None:
        assert pixels.physical_size_x_unit.value == own.unit
