"""EMD files: those of Velox, and those by the open specification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.readers.hdf5_files import VELOX, h5py, write_ncem, write_velox

from fairsubmit.metadata.image import ImageSize, PhysicalSize, Quantity
from fairsubmit.readers import read_image

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata


def one(path: Path) -> ImageMetadata:
    extraction = read_image(path)
    assert extraction.findings == ()
    (found,) = extraction.images
    return found


def codes(found: ImageMetadata) -> list[str]:
    return [problem.code for problem in found.problems]


def test_velox(tmp_path: Path) -> None:
    found = one(write_velox(tmp_path / "a.emd"))
    assert (found.format, found.reader) == ("EMD (Velox)", "emd")
    assert found.size == ImageSize(6, 5, 1, 1, 3)
    assert found.pixel_type == "uint16"
    assert found.physical_size == PhysicalSize(
        Quantity(0.00013, "µm"), Quantity(0.00013, "µm")
    )
    assert found.acquired_at == "2017-12-01T18:00:34Z"
    assert (found.instrument.manufacturer, found.instrument.model) == (
        "FEI Company",
        "Talos",
    )
    assert found.detector.model == "HAADF"
    assert [channel.name for channel in found.channels] == ["HAADF"]
    assert found.software == "Velox 2.6.1"
    assert found.problems == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"PixelUnitX": "1/m"}, "unit-unknown"),
        ({"PixelSize": {"width": "0"}}, "value-ignored"),
        ({"PixelSize": {"width": "nan"}}, "value-ignored"),
        ({"PixelSize": {"width": []}}, None),
        ({"PixelSize": "no"}, None),
    ],
)
def test_velox_pixel_sizes(
    tmp_path: Path, changes: dict[str, Any], code: str | None
) -> None:
    metadata = {**VELOX, "BinaryResult": {**VELOX["BinaryResult"], **changes}}
    found = one(write_velox(tmp_path / "a.emd", metadata))
    assert found.physical_size.x is None
    assert codes(found) == ([code] if code else [])


@pytest.mark.parametrize(
    "metadata",
    [[], "text", {}, {"Instrument": 3, "BinaryResult": [], "Acquisition": None}],
)
def test_velox_metadata_of_the_wrong_kind(tmp_path: Path, metadata: object) -> None:
    found = one(write_velox(tmp_path / "a.emd", metadata))
    assert found.size.x == 6
    assert found.acquired_at is None


@pytest.mark.parametrize("when", ["0", "-5", "abc", "9" * 30, "", "1512151234.5"])
def test_velox_dates_that_are_none(tmp_path: Path, when: str) -> None:
    acquisition = {"AcquisitionStartDatetime": {"DateTime": when}}
    metadata = {**VELOX, "Acquisition": acquisition}
    assert one(write_velox(tmp_path / "a.emd", metadata)).acquired_at is None


def test_velox_names_of_people(tmp_path: Path) -> None:
    metadata = {**VELOX, "Sample": {"Operator": "J. Doe"}}
    (problem,) = one(write_velox(tmp_path / "a.emd", metadata)).problems
    assert problem.code == "personal-data"
    assert "Doe" not in problem.message


def test_velox_without_metadata(tmp_path: Path) -> None:
    path = write_velox(tmp_path / "a.emd")
    with h5py.File(path, "a") as file:
        del file["Data/Image/8d2b3f0a/Metadata"]
    found = one(path)
    assert codes(found) == ["metadata-unreadable"]
    assert found.size.x == 6


def test_velox_metadata_in_enormous_chunks_is_left_alone(tmp_path: Path) -> None:
    """A chunk of zeros of 1 GB has 1 MB in the file."""
    path = write_velox(tmp_path / "a.emd")
    with h5py.File(path, "a") as file:
        image = file["Data/Image/8d2b3f0a"]
        del image["Metadata"]
        shape = (1 << 10, 1 << 20)
        image.create_dataset("Metadata", shape, "u1", chunks=shape)
    assert codes(one(path)) == ["metadata-unreadable"]


@pytest.mark.parametrize(
    ("width", "expected"), [("4", "complex"), ("8", "double-complex")]
)
def test_velox_complex_images(tmp_path: Path, width: str, expected: str) -> None:
    kind: Any = [("realFloat", f"<f{width}"), ("imagFloat", f"<f{width}")]
    found = one(write_velox(tmp_path / "a.emd", dtype=kind))
    assert (found.pixel_type, codes(found)) == (expected, [])


def test_velox_records_are_no_pixels(tmp_path: Path) -> None:
    kind: Any = [("x", "<f4"), ("y", "<f4")]
    found = one(write_velox(tmp_path / "a.emd", dtype=kind))
    assert found.pixel_type is None
    assert codes(found) == ["pixel-type-unknown"]


def test_velox_spectra_alone_are_no_image(tmp_path: Path) -> None:
    path = write_velox(tmp_path / "a.emd")
    with h5py.File(path, "a") as file:
        del file["Data/Image/8d2b3f0a"]
    (finding,) = read_image(path).findings
    assert (finding.code, finding.severity) == ("IMG120", "info")


@pytest.mark.parametrize("version", ["0.2", "1.0"])
def test_open_emd(tmp_path: Path, version: str) -> None:
    axes = (("z", "[u_m]", 4), ("y", "[n_m]", 5), ("x", "[n_m]", 6))
    found = one(write_ncem(tmp_path / "a.emd", axes, version=version))
    assert (found.format, found.name) == ("EMD", "scan")
    assert found.size == ImageSize(6, 5, 4, 1, 1)
    assert (found.dimension_order, found.pixel_type) == ("XYZ", "float")
    assert found.physical_size == PhysicalSize(
        Quantity(0.1, "nm"), Quantity(0.1, "nm"), Quantity(0.1, "µm")
    )
    assert found.problems == ()


def test_open_emd_by_the_names_of_its_axes(tmp_path: Path) -> None:
    found = one(write_ncem(tmp_path / "a.emd", (("x", "Å", 5), ("y", "Å", 6))))
    assert (found.size.x, found.size.y, found.dimension_order) == (5, 6, "YX")


def test_open_emd_with_axes_of_its_own(tmp_path: Path) -> None:
    """4D-STEM: two axes of the scan, two of the diffraction pattern."""
    axes = (
        ("R_x", "nm", 2),
        ("R_y", "nm", 3),
        ("Q_x", "A^-1", 8),
        ("Q_y", "A^-1", 9),
    )
    found = one(write_ncem(tmp_path / "a.h5", axes))
    assert (found.size.x, found.size.y, found.size.z) == (9, 8, None)
    assert found.dimension_order is None
    assert found.physical_size == PhysicalSize()
    assert codes(found) == ["axis-unknown"] * 2 + ["unit-unknown"] * 2


def test_open_emd_notices_people(tmp_path: Path) -> None:
    user = {"name": "J. Doe", "email": "jd@example.org"}
    microscope = {"name": "TEAM I"}
    path = write_ncem(tmp_path / "a.emd", user=user, microscope=microscope)
    found = one(path)
    (problem,) = found.problems
    assert problem.code == "personal-data"
    assert "Doe" not in problem.message
    assert found.instrument.model == "TEAM I"


def test_groups_that_lead_back_end(tmp_path: Path) -> None:
    path = write_ncem(tmp_path / "a.emd")
    with h5py.File(path, "a") as file:
        file["data/again"] = file["/"]
        file["data/self"] = file["data"]
    assert len(read_image(path).images) < 100


def test_arrays_of_prismatic(tmp_path: Path) -> None:
    """The rings of a detector, and the diffraction pattern, of each pixel."""
    rings = (("R_x", "[n_m]", 6), ("R_y", "[n_m]", 5), ("bin_outer_angle", "[mrad]", 8))
    path = write_ncem(tmp_path / "a.emd", rings, version="0.5", array="realslice")
    found = one(path)
    assert found.size == ImageSize(6, 5, None, None, None)
    assert found.physical_size.x == Quantity(0.1, "nm")
    assert found.physical_size.z is None
    assert found.provenance["size.x"] == "data/scan/realslice"
    assert codes(found) == ["axis-unknown"]
    patterns = (*rings[:2], ("Q_x", "[n_m^-1]", 8), ("Q_y", "[n_m^-1]", 9))
    found = one(write_ncem(tmp_path / "b.emd", patterns, array="datacube"))
    assert (found.size.y, found.size.x, found.size.z) == (8, 9, None)
    assert found.physical_size == PhysicalSize()
