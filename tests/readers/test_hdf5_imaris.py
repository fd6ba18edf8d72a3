"""Imaris files: every parameter that is read, and what may be wrong with them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.readers.hdf5_files import CHANNELS, characters, h5py, write_imaris

from fairsubmit.metadata.image import ImageSize, Objective, PhysicalSize, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.fallback import openreadout

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata


def one(path: Path) -> ImageMetadata:
    extraction = read_image(path)
    assert extraction.findings == ()
    (found,) = extraction.images
    return found


def codes(found: ImageMetadata, *, error: bool | None = None) -> list[str]:
    return [p.code for p in found.problems if error is None or p.error is error]


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_an_image(tmp_path: Path, libver: str) -> None:
    sections = {
        "ImarisDataSet": {"Creator": "ImarisConvert", "Version": "9.8.0"},
        "TimeInfo": {
            "DatasetTimePoints": "2",
            "FileTimePoints": "2",
            "TimePoint1": "2020-03-01 10:11:12.345",
            "TimePoint2": "2020-03-01 10:11:14.845",
        },
    }
    path = write_imaris(tmp_path / "a.ims", sections=sections, libver=libver)
    found = one(path)
    assert (found.format, found.reader, found.name) == ("Imaris", "imaris", None)
    # Not the 16 x 16 x 4 pixels of the chunk.
    assert found.size == ImageSize(10, 12, 3, 2, 2)
    assert (found.dimension_order, found.pixel_type) == ("XYZCT", "uint16")
    assert found.physical_size == PhysicalSize(
        Quantity(0.5, "µm"), Quantity(0.5, "µm"), Quantity(1, "µm")
    )
    assert found.time_increment == Quantity(2.5, "s")
    assert found.acquired_at == "2020-03-01T10:11:12.345"
    assert found.objective == Objective(magnification=63, numerical_aperture=1.4)
    assert found.software == "ImarisConvert 9.8.0"
    assert found.instrument.manufacturer is None
    green, other = found.channels
    assert (green.name, other.name) == ("GFP", None)
    assert green.excitation_wavelength == Quantity(488, "nm")
    assert green.emission_wavelength == Quantity(509, "nm")
    assert (other.excitation_wavelength, other.emission_wavelength) == (None, None)
    assert green.acquisition_mode == "WideField"
    assert found.files == (path.as_posix(),)
    assert found.problems == ()
    source = found.provenance["physical_size.x"]
    assert source == "DataSetInfo/Image@ExtMax0"


@pytest.mark.parametrize(
    ("changes", "expected", "code"),
    [
        ({"Unit": "nm"}, Quantity(0.5, "nm"), None),
        ({"Unit": "mm"}, Quantity(0.5, "mm"), None),
        ({"Unit": None}, None, "unit-missing"),
        ({"Unit": "pixel"}, None, "unit-unknown"),
        ({"ExtMax0": "-1.5"}, None, "value-ignored"),
        ({"ExtMax0": "-9"}, None, "value-ignored"),
        ({"ExtMax0": "nan"}, None, None),
        ({"ExtMax0": ""}, None, None),
        ({"ExtMax0": None}, None, None),
        ({"ExtMax0": "1e9999999"}, None, None),
    ],
)
def test_pixel_sizes(
    tmp_path: Path, changes: dict[str, Any], expected: object, code: str | None
) -> None:
    found = one(write_imaris(tmp_path / "a.ims", **changes))
    assert found.physical_size.x == expected
    assert set(codes(found)) == ({code} if code else set())


@pytest.mark.parametrize(
    ("changes", "key", "expected"),
    [
        ({"LensPower": ""}, "magnification", None),
        ({"LensPower": "0"}, "magnification", None),
        ({"LensPower": "63"}, "magnification", 63),
        ({"LensPower": "Plan-Apochromat"}, "magnification", None),
        ({"NumericalAperture": "0.000"}, "numerical_aperture", None),
    ],
)
def test_objectives(
    tmp_path: Path, changes: dict[str, str], key: str, expected: object
) -> None:
    found = one(write_imaris(tmp_path / "a.ims", **changes))
    assert getattr(found.objective, key) == expected
    assert (f"objective.{key}" in found.provenance) == (expected is not None)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2014-01-01 12:00:00", "2014-01-01T12:00:00"),
        ("2014-01-01 12:00:00.000000", "2014-01-01T12:00:00.000000"),
        ("1970-01-01 00:00:00.000", None),
        ("2014-13-01 12:00:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(tmp_path: Path, date: str, expected: str | None) -> None:
    found = one(write_imaris(tmp_path / "a.ims", RecordingDate=date))
    assert found.acquired_at == expected


def test_wavelengths_that_are_none(tmp_path: Path) -> None:
    texts = ("", "0", "-1", "500-550", "abc", "560 nm")
    channels = tuple({"LSMEmissionWavelength": text} for text in texts)
    found = one(write_imaris(tmp_path / "a.ims", channels=channels, Noc="6"))
    waves = [channel.emission_wavelength for channel in found.channels]
    assert waves == [None] * 5 + [Quantity(560, "nm")]
    assert found.problems == ()


def test_times_that_are_not_even_have_no_increment(tmp_path: Path) -> None:
    times = ["2020-01-01 00:00:00", "2020-01-01 00:00:05", "2020-01-01 00:01:00"]
    info = {f"TimePoint{n}": time for n, time in enumerate(times, 1)}
    sections = {"TimeInfo": {"DatasetTimePoints": "3", **info}}
    path = write_imaris(tmp_path / "a.ims", sections=sections, times=3)
    assert one(path).time_increment is None


def test_several_images(tmp_path: Path) -> None:
    path = write_imaris(tmp_path / "a.ims", suffixes=("", "1", "2"))
    extraction = read_image(path)
    assert [image.series for image in extraction.images] == [0, 1, 2]
    places = [image.provenance["physical_size.x"] for image in extraction.images]
    assert places[1] == "DataSetInfo1/Image@ExtMax0"


def test_attributes_that_are_plain_text_and_numbers(tmp_path: Path) -> None:
    """Other programs write them so."""
    path = write_imaris(tmp_path / "a.ims")
    with h5py.File(path, "a") as file:
        image = file["DataSetInfo/Image"]
        image.attrs["ExtMax0"] = 8.5
        image.attrs["Unit"] = "µm"
        image.attrs["Name"] = b"cells"
    found = one(path)
    assert found.physical_size.x == Quantity(1, "µm")
    assert found.name == "cells"


def edit(path: Path, change: Any) -> ImageMetadata:
    with h5py.File(path, "a") as file:
        change(file)
    return one(path)


LEVEL = "DataSet/ResolutionLevel 0"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda f: f.pop(LEVEL), "missing-level"),
        (lambda f: f.pop(f"{LEVEL}/TimePoint 1/Channel 1"), "planes-missing"),
        (lambda f: f.pop(f"{LEVEL}/TimePoint 0/Channel 0/Data"), "missing-part"),
        (lambda f: f.pop("DataSetInfo"), "metadata-unreadable"),
        (
            lambda f: f[f"{LEVEL}/TimePoint 0/Channel 0"].attrs.__setitem__(
                "ImageSizeX", characters("17")
            ),
            "size-mismatch",
        ),
        (
            lambda f: f["DataSetInfo/Image"].attrs.__setitem__("Y", characters("13")),
            "size-mismatch",
        ),
    ],
    ids=["level", "channel", "data", "parameters", "padding", "size"],
)
def test_what_is_missing_is_an_error(tmp_path: Path, change: Any, code: str) -> None:
    found = edit(write_imaris(tmp_path / "a.ims"), change)
    assert codes(found, error=True) == [code]


def test_time_points_that_are_not_there(tmp_path: Path) -> None:
    sections = {"TimeInfo": {"DatasetTimePoints": "5", "FileTimePoints": "5"}}
    found = one(write_imaris(tmp_path / "a.ims", sections=sections))
    assert codes(found, error=True) == ["planes-missing"]


def test_links_to_other_files_are_not_followed(tmp_path: Path) -> None:
    write_imaris(tmp_path / "b.ims")

    def change(file: Any) -> None:
        del file[f"{LEVEL}/TimePoint 0/Channel 0"]
        place = f"{LEVEL}/TimePoint 0/Channel 0"
        file[place] = h5py.ExternalLink("b.ims", f"/{place}")

    found = edit(write_imaris(tmp_path / "a.ims"), change)
    assert "missing-part" in codes(found, error=True)


def test_persons_are_noticed_and_not_named(tmp_path: Path) -> None:
    path = write_imaris(tmp_path / "a.ims", Filename="C:\\Users\\jdoe\\cells.lsm")
    (problem,) = one(path).problems
    assert (problem.code, problem.error) == ("personal-data", False)
    assert problem.place == "DataSetInfo/Image@Filename"
    assert "jdoe" not in problem.message


def test_a_channel_count_that_differs(tmp_path: Path) -> None:
    found = one(write_imaris(tmp_path / "a.ims", Noc="3"))
    assert codes(found) == ["channel-count"]
    assert len(found.channels) == len(CHANNELS)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_short(tmp_path: Path, kept: float) -> None:
    path = write_imaris(tmp_path / "a.ims")
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    (finding,) = read_image(path).findings
    assert finding.code == "IMG101"
    assert finding.pointer == f"byte {int(kept * len(content))}"
    assert f"{len(content)} bytes" in finding.message


def test_hdf5_of_another_kind_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["exported_data"] = [[1, 2], [3, 4]]
    (finding,) = read_image(path).findings
    assert (finding.code, finding.severity) == ("IMG120", "info")


def test_a_name_does_not_make_an_image(tmp_path: Path) -> None:
    path = tmp_path / "a.ims"
    with h5py.File(path, "w") as file:
        file["something"] = [1]
    (finding,) = read_image(path).findings
    assert finding.code == "IMG101"
    assert "the whole header of Imaris, found an HDF5 file" in finding.message


@pytest.mark.parametrize("name", ["a.ims", "a.dat"])
def test_without_the_library_the_format_is_known(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_imaris(tmp_path / name)
    for library in ("h5py", "openreadout"):
        monkeypatch.setitem(sys.modules, library, None)
    openreadout._module.cache_clear()  # another test may have asked for it
    (finding,) = read_image(path).findings
    openreadout._module.cache_clear()
    assert (finding.code, finding.severity) == ("IMG121", "info")
    assert 'pip install "fairsubmit[hdf5]"' in (finding.help or "")


def test_attributes_of_any_size_are_left_alone(tmp_path: Path) -> None:
    path = write_imaris(tmp_path / "a.ims", libver="latest")
    with h5py.File(path, "a", libver="latest") as file:
        attributes = file["DataSetInfo/Image"].attrs
        attributes["Name"] = characters("x" * 10_000_000)
        attributes["LensPower"] = [63.0, 40.0]
        attributes["Unit"] = characters("um")
    found = one(path)
    assert (found.name, found.objective.magnification) == (None, None)
    assert found.problems == ()


def test_a_file_being_written(tmp_path: Path) -> None:
    path = tmp_path / "a.ims"
    with h5py.File(path, "w", libver="latest") as file:
        file.create_group("DataSetInfo")
        file.flush()
        copy = tmp_path / "b.ims"
        copy.write_bytes(path.read_bytes())
    (finding,) = read_image(copy).findings
    assert finding.code == "IMG101"
    assert "is being written" in finding.message
