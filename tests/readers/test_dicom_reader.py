"""DICOM files of every kind that is read, and files that lie."""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydicom
import pytest
from tests.readers.dicom_files import (
    BIG_ENDIAN,
    CT,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    JPEG,
    SEGMENTATION,
    data_set,
    dicom_bytes,
    fragments,
    picture,
    slide,
)

from fairsubmit.errors import (
    DamagedFileError,
    MissingReaderError,
    UnsupportedFormatError,
)
from fairsubmit.metadata.image import ImageMetadata, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.dicom import dataset, stream
from fairsubmit.readers.dicom.reader import Dicom
from fairsubmit.readers.sets import memory
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from fairsubmit.readers.base import Reader


class TestDicom(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Dicom()

    @pytest.fixture
    def image(self, tmp_path: Path) -> Path:
        folder = tmp_path / "image"
        folder.mkdir()
        path = folder / "a.dcm"
        path.write_bytes(dicom_bytes(slide(AcquisitionDateTime="20200102030405")))
        return path


def read(path: Path, content: bytes) -> ImageMetadata:
    path.write_bytes(content)
    assert Dicom().recognises(path, content[: 1 << 16])
    (record,) = Dicom().read(path)
    return record


def codes(record: ImageMetadata) -> list[str]:
    return [p.code + "!" * p.error for p in record.problems]


def extent(record: ImageMetadata) -> tuple[int | None, ...]:
    size = record.size
    return (size.x, size.y, size.z, size.c, size.t)


SYNTAXES = [IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN]


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("undefined", [False, True])
def test_a_slide(tmp_path: Path, syntax: str, undefined: bool) -> None:
    content = dicom_bytes(slide(), syntax=syntax, undefined=undefined)
    record = read(tmp_path / "a.dcm", content)
    assert extent(record) == (20, 10, 1, 3, 1)
    assert (record.pixel_type, record.significant_bits) == ("uint8", 8)
    # Rows' distance stands first; mm become µm without noise.
    assert record.physical_size.x == Quantity(0.25, "µm")
    assert record.physical_size.y == Quantity(0.5, "µm")
    assert record.physical_size.z is None
    (channel,) = record.channels
    assert (channel.contrast_method, channel.samples_per_pixel) == ("Brightfield", 3)
    assert (record.objective.magnification, record.objective.numerical_aperture) == (
        20.0,
        0.75,
    )
    place = "SharedFunctionalGroupsSequence/PixelMeasuresSequence/PixelSpacing[1]"
    assert record.provenance["physical_size.x"] == place
    assert codes(record) == []


def test_focal_planes(tmp_path: Path) -> None:
    measures = {"PixelSpacing": ["0.0005", "0.0005"], "SpacingBetweenSlices": "0.003"}
    values = slide(
        NumberOfFrames="18",
        TotalPixelMatrixFocalPlanes=3,
        SharedFunctionalGroupsSequence=[{"PixelMeasuresSequence": [measures]}],
        PixelData=bytes(18 * 64 * 3),
    )
    record = read(tmp_path / "a.dcm", dicom_bytes(values))
    assert (record.size.z, record.physical_size.z) == (3, Quantity(3.0, "µm"))
    # Files older than the element: the tiles are counted.
    values.pop("TotalPixelMatrixFocalPlanes")
    assert read(tmp_path / "b.dcm", dicom_bytes(values)).size.z == 3


def test_tiles_that_do_not_add_up(tmp_path: Path) -> None:
    record = read(tmp_path / "a.dcm", dicom_bytes(slide(NumberOfFrames="5")))
    assert codes(record) == ["planes-missing"]
    values = slide(NumberOfFrames="5", TotalPixelMatrixFocalPlanes=None)
    assert read(tmp_path / "b.dcm", dicom_bytes(values)).size.z is None


def test_tiles_at_their_own_places(tmp_path: Path) -> None:
    def tile(z: str) -> dict[str, Any]:
        position = {"ZOffsetInSlideCoordinateSystem": z}
        measures = {"PixelSpacing": ["0.001", "0.001"]}
        return {
            "PlanePositionSlideSequence": [position],
            "PixelMeasuresSequence": [measures],
        }

    values = slide(
        DimensionOrganizationType="TILED_SPARSE",
        TotalPixelMatrixFocalPlanes=None,
        SharedFunctionalGroupsSequence=[{}],
        PerFrameFunctionalGroupsSequence=[
            tile(z) for z in ("0", "0", "1", "1", "1", "0")
        ],
    )
    for syntax in SYNTAXES:
        for undefined in (False, True):
            content = dicom_bytes(values, syntax=syntax, undefined=undefined)
            record = read(tmp_path / "a.dcm", content)
            assert (record.size.z, record.physical_size.x) == (2, Quantity(1.0, "µm"))
            assert codes(record) == []


def test_the_volume_tells_the_size_of_pixels(tmp_path: Path) -> None:
    values = slide(
        SharedFunctionalGroupsSequence=None,
        ImagedVolumeWidth=0.25,
        ImagedVolumeHeight=0.5,
    )
    record = read(tmp_path / "a.dcm", dicom_bytes(values))
    assert record.physical_size.x == Quantity(12.5, "µm")
    assert record.physical_size.y == Quantity(50.0, "µm")
    nothing = slide(SharedFunctionalGroupsSequence=None)
    assert read(tmp_path / "b.dcm", dicom_bytes(nothing)).physical_size.x is None


def fluorescence(number: str, wave: float, name: str) -> dict[str, Any]:
    kind = {"CodeValue": "111743", "CodingSchemeDesignator": "DCM"}
    return {
        "IlluminationTypeCodeSequence": [kind],
        "IlluminationWaveLength": wave,
        "OpticalPathIdentifier": number,
        "OpticalPathDescription": name,
        "ObjectiveLensPower": "40" if number == "1" else "20",
    }


def test_optical_paths_are_channels(tmp_path: Path) -> None:
    paths = [fluorescence("1", 405.0, "DAPI"), fluorescence("2", 0.0, "GFP")]
    values = slide(
        OpticalPathSequence=paths,
        SamplesPerPixel=1,
        NumberOfFrames="12",
        NumberOfOpticalPaths=2,
        PixelData=bytes(12 * 64),
    )
    record = read(tmp_path / "a.dcm", dicom_bytes(values))
    assert (record.size.z, record.size.c) == (1, 2)
    assert [c.name for c in record.channels] == ["DAPI", "GFP"]
    waves = [c.excitation_wavelength for c in record.channels]
    assert waves == [Quantity(405.0, "nm"), None]
    assert record.channels[0].contrast_method == "Fluorescence"
    assert record.objective.magnification is None  # each path has another
    assert codes(record) == []


@pytest.mark.parametrize("flavour", ["LABEL", "OVERVIEW", "THUMBNAIL"])
def test_side_pictures(tmp_path: Path, flavour: str) -> None:
    values = slide(ImageType=["ORIGINAL", "PRIMARY", flavour, "NONE"])
    record = read(tmp_path / "a.dcm", dicom_bytes(values))
    assert codes(record) == ["overview-image"]


def write_pyramid(folder: Path) -> None:
    def put(name: str, flavour: str, width: int, **changes: Any) -> None:
        kind = ["DERIVED", "PRIMARY", flavour, "RESAMPLED"]
        values = slide(
            ImageType=kind,
            TotalPixelMatrixColumns=width,
            DimensionOrganizationType="TILED_SPARSE",
            **{"PyramidUID": "1.9", **changes},
        )
        (folder / name).write_bytes(dicom_bytes(values))

    put("1.dcm", "VOLUME", 10)
    put("2.dcm", "VOLUME", 40, InstanceNumber="7")
    put("3.dcm", "THUMBNAIL", 40)
    put("4.dcm", "LABEL", 90, PyramidUID=None)
    put("5.dcm", "OVERVIEW", 90, PyramidUID=None)
    put("6.dcm", "VOLUME", 40, SeriesInstanceUID="1.2.4")
    (folder / "7.dcm").write_bytes(b"no DICOM")
    (folder / "8.dcm").write_bytes(dicom_bytes(slide())[:200])
    (folder / "9.dcm").mkdir()


def test_levels_of_a_slide_are_one_image(tmp_path: Path) -> None:
    write_pyramid(tmp_path)
    with memory("levels"):
        (record,) = read_image(tmp_path / "1.dcm").images
        others = [read_image(tmp_path / f"{n}.dcm").images for n in (2, 3, 4, 5)]
        (alone,) = read_image(tmp_path / "6.dcm").images
    assert record.path == (tmp_path / "2.dcm").as_posix()
    names = [name.rpartition("/")[2] for name in record.files]
    assert names == ["2.dcm", "1.dcm", "3.dcm", "4.dcm", "5.dcm"]
    assert others == [(record,)] * 4
    assert (record.size.x, codes(record)) == (40, [])
    assert alone.files == ((tmp_path / "6.dcm").as_posix(),)
    assert Dicom().leads(tmp_path / "2.dcm") == ()
    assert Dicom().leads(tmp_path / "9.dcm") == ()


def test_channels_in_files_of_their_own(tmp_path: Path) -> None:
    for number, name in (("1", "DAPI"), ("2", "GFP")):
        values = slide(
            OpticalPathSequence=[fluorescence(number, 400.0, name)],
            SamplesPerPixel=1,
            InstanceNumber=number,
            PixelData=bytes(6 * 64),
        )
        (tmp_path / f"{number}.dcm").write_bytes(dicom_bytes(values))
    (record,) = read_image(tmp_path / "2.dcm").images
    assert record.size.c == 2
    assert [c.name for c in record.channels] == ["DAPI", "GFP"]
    assert [c.index for c in record.channels] == [0, 1]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_slice(tmp_path: Path, syntax: str) -> None:
    content = dicom_bytes(picture(SpacingBetweenSlices="3"), syntax=syntax)
    record = read(tmp_path / "a.dcm", content)
    assert extent(record) == (6, 4, 1, 1, 1)
    assert (record.pixel_type, record.significant_bits) == ("uint16", 12)
    assert record.physical_size.x == Quantity(0.5, "mm")
    assert record.physical_size.y == Quantity(0.25, "mm")
    assert record.physical_size.z is None
    assert record.provenance["physical_size.x"] == "PixelSpacing[1]"
    assert codes(record) == []


@pytest.mark.parametrize(
    ("changes", "pixel_type"),
    [
        ({"PixelRepresentation": 1}, "int16"),
        ({"BitsAllocated": 8, "BitsStored": 8}, "uint8"),
        ({"BitsAllocated": 1, "BitsStored": 1}, "bit"),
        ({"BitsAllocated": 32, "BitsStored": 32, "PixelRepresentation": 1}, "int32"),
        ({"BitsAllocated": 32, "PixelRepresentation": None}, "float"),
        ({"BitsAllocated": 64, "PixelRepresentation": None}, "double"),
        ({"BitsAllocated": 12}, None),
    ],
)
def test_pixel_types(
    tmp_path: Path, changes: dict[str, Any], pixel_type: str | None
) -> None:
    values = picture(**changes, PixelData=bytes(192))
    record = read(tmp_path / "a.dcm", dicom_bytes(values))
    assert record.pixel_type == pixel_type
    assert codes(record) == ([] if pixel_type else ["pixel-type-unknown"])


def test_colour_is_samples_of_one_channel(tmp_path: Path) -> None:
    values = picture(
        SamplesPerPixel=3, PhotometricInterpretation="RGB", PixelData=bytes(144)
    )
    record = read(tmp_path / "a.dcm", dicom_bytes(values))
    assert (record.size.c, len(record.channels)) == (3, 1)
    assert record.channels[0].samples_per_pixel == 3


def frame(**positions: str) -> dict[str, Any]:
    position = {"ImagePositionPatient": ["0", "0", positions["z"]]}
    return {"PlanePositionSequence": [position]}


@pytest.mark.parametrize(
    ("changes", "expected", "problems"),
    [
        ({"FrameIncrementPointer": 0x00181063, "FrameTime": "40"}, (1, 3), []),
        ({"FrameIncrementPointer": 0x00181065}, (1, 3), []),
        ({"FrameIncrementPointer": 0x3004000C}, (3, 1), []),
        (
            {"DimensionIndexSequence": [{"DimensionIndexPointer": 0x00209057}]},
            (3, 1),
            [],
        ),
        (
            {
                "DimensionIndexSequence": [
                    {"DimensionIndexPointer": 0x00209056},
                    {"DimensionIndexPointer": 0x00200032},
                ]
            },
            (3, 1),
            [],
        ),
        (
            {"DimensionIndexSequence": [{"DimensionIndexPointer": 0x00209128}]},
            (1, 3),
            [],
        ),
        ({"DimensionOrganizationType": "3D"}, (3, 1), []),
        (
            {"PerFrameFunctionalGroupsSequence": [frame(z=z) for z in "123"]},
            (3, 1),
            [],
        ),
        ({}, (3, 1), ["axis-unknown"]),
    ],
)
def test_what_frames_differ_in(
    tmp_path: Path,
    changes: dict[str, Any],
    expected: tuple[int, int],
    problems: list[str],
) -> None:
    values = picture(NumberOfFrames="3", PixelData=bytes(144), **changes)
    record = read(tmp_path / "a.dcm", dicom_bytes(values))
    assert (record.size.z, record.size.t) == expected
    interval = Quantity(40.0, "ms") if "FrameTime" in changes else None
    assert record.time_increment == interval
    assert codes(record) == problems


def test_positions_and_times(tmp_path: Path) -> None:
    pointers = [{"DimensionIndexPointer": p} for p in (0x00200032, 0x00209128)]
    values = picture(
        NumberOfFrames="4",
        DimensionIndexSequence=pointers,
        PerFrameFunctionalGroupsSequence=[frame(z=z) for z in "1122"],
        PixelData=bytes(192),
    )
    record = read(tmp_path / "a.dcm", dicom_bytes(values))
    assert (record.size.z, record.size.t, codes(record)) == (2, 2, [])


def test_ultrasound(tmp_path: Path) -> None:
    region = {
        "PhysicalUnitsXDirection": 3,
        "PhysicalUnitsYDirection": 3,
        "PhysicalDeltaX": 0.01,
        "PhysicalDeltaY": -0.02,
    }
    values = picture(PixelSpacing=None, SequenceOfUltrasoundRegions=[region])
    record = read(tmp_path / "a.dcm", dicom_bytes(values))
    assert record.physical_size.x == Quantity(0.1, "mm")
    assert record.physical_size.y == Quantity(0.2, "mm")
    values["SequenceOfUltrasoundRegions"] = [region, region]
    assert read(tmp_path / "b.dcm", dicom_bytes(values)).physical_size.x is None
    region["PhysicalUnitsXDirection"] = 4  # seconds
    values["SequenceOfUltrasoundRegions"] = [region]
    assert read(tmp_path / "c.dcm", dicom_bytes(values)).physical_size.x is None


@pytest.mark.parametrize(
    "spacing", [["0", "1"], ["-1", "1"], ["x", "y"], ["1"], [""], ["nan", "1"]]
)
def test_spacings_that_are_none(tmp_path: Path, spacing: list[str]) -> None:
    record = read(tmp_path / "a.dcm", dicom_bytes(picture(PixelSpacing=spacing)))
    assert (record.physical_size.x, record.physical_size.y) == (None, None)


def write_slices(folder: Path, heights: list[float], **changes: Any) -> None:
    for number, height in enumerate(heights):
        values = picture(
            ImagePositionPatient=["0", "0", str(height)],
            ImageOrientationPatient=["1", "0", "0", "0", "1", "0"],
            InstanceNumber=str(number + 1),
            **changes,
        )
        # Hospitals' exports have no suffix.
        (folder / f"IM{number:04}").write_bytes(dicom_bytes(values))


def test_slices_are_one_volume(tmp_path: Path) -> None:
    write_slices(tmp_path, [10, 12.5, 15])
    scout = picture(ImagePositionPatient=["0", "0", "0"], Rows=8, PixelData=bytes(96))
    (tmp_path / "scout.dcm").write_bytes(dicom_bytes(scout))
    (record,) = read_image(tmp_path / "IM0002").images
    assert record.path == (tmp_path / "IM0000").as_posix()
    assert extent(record) == (6, 4, 3, 1, 1)
    assert record.physical_size.z == Quantity(2.5, "mm")
    assert record.provenance["physical_size.z"] == "ImagePositionPatient"
    assert len(record.files) == 3
    assert codes(record) == []
    (alone,) = read_image(tmp_path / "scout.dcm").images
    assert alone.size.z == 1


def test_a_slice_that_is_missing(tmp_path: Path) -> None:
    write_slices(tmp_path, [0, 1, 2, 4, 5])
    (record,) = read_image(tmp_path / "IM0000").images
    assert (record.size.z, record.physical_size.z) == (5, None)
    assert codes(record) == ["planes-missing"]


@pytest.mark.parametrize(
    ("heights", "expected", "problems"),
    [
        ([0, 0, 1, 1], (2, None), ["axis-unknown"]),
        ([0, 0, 1], (2, None), ["planes-missing"]),
        ([5, 5], (1, None), ["axis-unknown"]),
    ],
)
def test_slices_at_one_position(
    tmp_path: Path,
    heights: list[float],
    expected: tuple[int, int | None],
    problems: list[str],
) -> None:
    write_slices(tmp_path, heights)
    (record,) = read_image(tmp_path / "IM0000").images
    assert (record.size.z, record.size.t) == expected
    assert codes(record) == problems


def test_segmentations(tmp_path: Path) -> None:
    values = picture(
        SOPClassUID=SEGMENTATION,
        Modality="SEG",
        SegmentationType="BINARY",
        NumberOfFrames="4",
        BitsAllocated=1,
        BitsStored=1,
        SegmentSequence=[{"SegmentLabel": "nucleus"}, {"SegmentLabel": "cell"}],
        PixelData=bytes(12),
    )
    record = read(tmp_path / "a.dcm", dicom_bytes(values))
    assert [c.name for c in record.channels] == ["nucleus", "cell"]
    assert extent(record) == (6, 4, None, 2, 1)
    assert codes(record) == ["label-image"]
    values |= {"SegmentationType": "LABELMAP", "DimensionOrganizationType": "3D"}
    record = read(tmp_path / "b.dcm", dicom_bytes(values))
    assert (extent(record), len(record.channels)) == ((6, 4, 4, 1, 1), 1)
    many = {
        "SegmentationType": "BINARY",
        "SegmentSequence": [{"SegmentLabel": "x"}] * 70_000,
    }
    record = read(tmp_path / "c.dcm", dicom_bytes(values | many))
    assert (record.size.c, record.channels) == (None, ())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"AcquisitionDateTime": "20200102030405.120000"}, "2020-01-02T03:04:05.12"),
        ({"AcquisitionDateTime": "20200102030405+0130"}, "2020-01-02T03:04:05+01:30"),
        ({"AcquisitionDateTime": "202001020304"}, "2020-01-02T03:04:00"),
        ({"AcquisitionDateTime": "2020"}, None),
        (
            {
                "AcquisitionDate": "20200102",
                "AcquisitionTime": "030405",
                "TimezoneOffsetFromUTC": "-0500",
            },
            "2020-01-02T03:04:05-05:00",
        ),
        ({"AcquisitionDate": "2020.01.02", "AcquisitionTime": "x"}, "2020-01-02"),
        ({"AcquisitionDate": "20200102"}, "2020-01-02"),
        ({"ContentDate": "20200102", "ContentTime": "0304"}, "2020-01-02T03:04:00"),
        ({"ContentDate": "20200102", "ImageType": ["DERIVED", "PRIMARY"]}, None),
        ({"StudyDate": "20200102"}, None),
        ({"AcquisitionDate": "19000101"}, None),
        ({"AcquisitionDate": "20201341"}, None),
    ],
)
def test_dates(tmp_path: Path, changes: dict[str, Any], expected: str | None) -> None:
    record = read(tmp_path / "a.dcm", dicom_bytes(picture(**changes)))
    assert record.acquired_at == expected


def test_the_device(tmp_path: Path) -> None:
    values = picture(
        Manufacturer="Maker",
        ManufacturerModelName="Scanner 1",
        SoftwareVersions=["1.0", "2.0"],
        DetectorManufacturerModelName="D1",
        SeriesDescription="head",
    )
    record = read(tmp_path / "a.dcm", dicom_bytes(values))
    assert (record.instrument.manufacturer, record.instrument.model) == (
        "Maker",
        "Scanner 1",
    )
    assert (record.software, record.name) == ("1.0; 2.0", "head")
    assert record.detector.model == "D1"


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"PatientName": "Doe^Jane"}, ["personal-data!"]),
        ({"PatientID": "4711"}, ["personal-data!"]),
        ({"PatientBirthDate": "19610203"}, ["personal-data!"]),
        ({"OtherPatientIDsSequence": [{"PatientID": "1"}]}, ["personal-data!"]),
        ({"AccessionNumber": "A1"}, ["personal-data!"]),
        ({"OperatorsName": "Roe^Ann"}, ["personal-data"]),
        ({"InstitutionName": "Hospital"}, ["personal-data"]),
        (
            {"PatientID": "TCGA-1", "PatientIdentityRemoved": "YES"},
            ["personal-data"],
        ),
        ({"PatientID": "1", "PatientIdentityRemoved": "NO"}, ["personal-data!"]),
        ({"PatientName": "", "PatientID": ""}, []),
        ({"PatientName": "^^^^"}, []),
        ({"PatientName": "Anonymous"}, []),
        ({"PatientName": "ANONYMIZED^"}, []),
        ({"PatientName": "DEIDENTIFIED"}, []),
        ({"PatientName": "[removed]", "PatientBirthDate": "19000101"}, []),
        ({"PatientName": "XXXX^XX", "PatientID": "0000"}, []),
        ({"PatientSex": "F", "PatientAge": "040Y"}, []),
        ({"OtherPatientIDsSequence": []}, []),
        ({"BurnedInAnnotation": "YES"}, ["personal-data"]),
        ({"SpecimenLabelInImage": "YES"}, ["personal-data"]),
        ({"BurnedInAnnotation": "NO"}, []),
    ],
)
def test_people(tmp_path: Path, changes: dict[str, Any], problems: list[str]) -> None:
    record = read(tmp_path / "a.dcm", dicom_bytes(picture(**changes)))
    assert codes(record) == problems
    for key, value in changes.items():
        if isinstance(value, str) and len(value) > 3 and record.problems:
            assert value not in record.problems[0].message
            assert key in record.problems[0].message or problems == []


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG_ENDIAN])
@pytest.mark.parametrize("missing", [1, 47, 48])
def test_pixels_that_are_missing(tmp_path: Path, syntax: str, missing: int) -> None:
    content = dicom_bytes(picture(), syntax=syntax)[:-missing]
    record = read(tmp_path / "a.dcm", content)
    assert codes(record) == ["truncated!"]
    assert record.problems[0].place == f"byte {len(content)}"


def test_pixels_past_the_frames_groups(tmp_path: Path) -> None:
    values = picture(
        NumberOfFrames="3",
        PerFrameFunctionalGroupsSequence=[frame(z=z) for z in "123"],
        PixelData=bytes(144),
    )
    for undefined in (False, True):
        content = dicom_bytes(values, undefined=undefined)
        assert codes(read(tmp_path / "a.dcm", content)) == []
    content = dicom_bytes(values)
    assert codes(read(tmp_path / "b.dcm", content[:-9])) == ["truncated!"]
    # Cut within the groups of the frames: what they differ in is lost too.
    assert codes(read(tmp_path / "c.dcm", content[:-200]))[-1] == "truncated!"


def test_fewer_pixels_than_the_header_says(tmp_path: Path) -> None:
    record = read(tmp_path / "a.dcm", dicom_bytes(picture(PixelData=bytes(46))))
    assert codes(record) == ["size-mismatch!"]
    shared = {"SamplesPerPixel": 3, "BitsAllocated": 8, "BitsStored": 8}
    values = picture(
        **shared, PhotometricInterpretation="YBR_FULL_422", PixelData=bytes(48)
    )
    assert codes(read(tmp_path / "b.dcm", dicom_bytes(values))) == []


def test_compressed_pixels(tmp_path: Path) -> None:
    values = picture(PixelData=None)
    parts = (b"\xff\xd8" + bytes(5000), bytes(6000))
    whole = dicom_bytes(values, syntax=JPEG, pixels=fragments(*parts))
    assert codes(read(tmp_path / "a.dcm", whole)) == []
    padded = (
        whole + struct.pack("<HH2sHI", 0xFFFC, 0xFFFC, b"OB", 0, 8000) + bytes(8000)
    )
    assert codes(read(tmp_path / "b.dcm", padded)) == []
    for end in (len(whole) - 8, len(whole) - 4000, len(whole) - 9000):
        assert codes(read(tmp_path / "c.dcm", whole[:end])) == ["truncated!"], end


def test_no_pixels_at_all(tmp_path: Path) -> None:
    record = read(tmp_path / "a.dcm", dicom_bytes(picture(PixelData=None)))
    assert codes(record) == ["truncated!"]


def test_a_file_cut_at_every_byte(tmp_path: Path) -> None:
    content = dicom_bytes(slide(PixelData=bytes(16)))
    path = tmp_path / "a.dcm"
    for end in range(132, len(content) - 1):
        path.write_bytes(content[:end])
        try:
            (record,) = Dicom().read(path)
        except DamagedFileError:
            continue
        assert "truncated!" in codes(record), end


def test_files_without_preamble(tmp_path: Path) -> None:
    for syntax in (IMPLICIT, EXPLICIT):
        content = dicom_bytes(picture(), syntax=syntax, preamble=False)
        assert read(tmp_path / "a.dcm", content).size.x == 6
        assert not Dicom().recognises(tmp_path / "a.bin", content)


@pytest.mark.parametrize(
    "head",
    [
        b"\x08\x00\x05\x00",
        b"\x08\x00\x05\x00CS\xff\xff" + bytes(40),
        b"\x08\x00\x05\x00\x01\x00\x00\x00" + bytes(40),
        b"\x08\x00\x05\x00CS\x02\x00  \x01\x00\x05\x00" + bytes(40),
        b"\x10\x00\x10\x00PN\x02\x00ab\x10\x00\x20\x00" + bytes(40),
    ],
)
def test_names_alone_are_not_believed(tmp_path: Path, head: bytes) -> None:
    assert not Dicom().recognises(tmp_path / "a.dcm", head)


def test_dicom_without_an_image(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom_bytes({"SOPClassUID": "1.2", "Modality": "SR"}))
    with pytest.raises(UnsupportedFormatError, match="without an image"):
        Dicom().read(path)
    extraction = read_image(path)
    assert [f.code for f in extraction.findings] == ["IMG120"]


def test_a_deflate_bomb(tmp_path: Path) -> None:
    values = picture(PixelData=None, SeriesDescription="x" * 60)
    content = dicom_bytes(values, syntax=DEFLATED, pixels=bytes(50_000_000))
    assert len(content) < 100_000
    assert read(tmp_path / "a.dcm", content).size.x == 6
    path = tmp_path / "b.dcm"
    path.write_bytes(content[:200] + b"\xff" * 400)
    with pytest.raises(DamagedFileError):
        Dicom().read(path)


def test_lengths_of_gigabytes(tmp_path: Path) -> None:
    content = dicom_bytes(picture(SeriesDescription="abcd"))
    at = content.index(b"LO\x04\x00abcd")
    path = tmp_path / "a.dcm"
    path.write_bytes(content[:at] + b"UT\0\0\xf0\xff\xff\xff" + content[at + 4 :])
    with pytest.raises(DamagedFileError):
        Dicom().read(path)


def test_sequences_in_sequences_without_end(tmp_path: Path) -> None:
    start = struct.pack("<HH2sHI", 0x0040, 0x0555, b"SQ", 0, 0xFFFFFFFF)
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom_bytes({"Modality": "CT"}, pixels=(start + item) * 20_000))
    with pytest.raises(DamagedFileError):
        Dicom().read(path)


def test_items_without_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MAX_READS", 2000)
    start = struct.pack("<HH2sHI", 0x0040, 0x0555, b"SQ", 0, 0xFFFFFFFF)
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0)
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom_bytes({"Modality": "CT"}, pixels=start + item * 100_000))
    with pytest.raises(DamagedFileError, match="at most"):
        Dicom().read(path)


def test_many_frames_are_not_all_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset, "MAX_FRAMES", 2)
    values = picture(
        NumberOfFrames="3",
        PerFrameFunctionalGroupsSequence=[frame(z=z) for z in "123"],
        PixelData=bytes(144),
    )
    record = read(tmp_path / "a.dcm", dicom_bytes(values))
    assert codes(record) == ["axis-unknown"]


def test_a_transfer_syntax_that_is_wrong(tmp_path: Path) -> None:
    """Files exist that say implicit and are explicit; pydicom sees it."""
    content = dicom_bytes(picture())
    wrong = content.replace(
        b"\x14\x001.2.840.10008.1.2.1\0", b"\x12\x001.2.840.10008.1.2\0"
    )
    assert wrong != content
    record = read(tmp_path / "a.dcm", wrong)
    assert (record.size.x, codes(record)) == (6, [])


def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom_bytes(picture()))
    (tmp_path / "b.dcm").write_bytes(dicom_bytes(picture()))
    dataset._tags.cache_clear()
    for name in ("pydicom", "pydicom.datadict", "pydicom.filereader"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingReaderError) as caught:
        Dicom().read(path)
    assert caught.value.hint == 'pip install "fairsubmit[dicom]"'
    assert Dicom().leads(path) == ()


def test_a_kind_that_has_no_more_than_its_name(tmp_path: Path) -> None:
    values = {"SOPClassUID": CT, "Rows": 4, "Columns": 6, "PixelData": bytes(4)}
    record = read(tmp_path / "a.dcm", dicom_bytes(values))
    assert extent(record) == (6, 4, 1, 1, 1)
    assert codes(record) == ["pixel-type-unknown"]


def test_slices_that_are_cut(tmp_path: Path) -> None:
    write_slices(tmp_path, [0, 1, 2, 3])
    for name in ("IM0001", "IM0003"):
        path = tmp_path / name
        path.write_bytes(path.read_bytes()[:-5])
    (record,) = read_image(tmp_path / "IM0003").images
    assert codes(record) == ["truncated!"] * 2
    assert [p.place for p in record.problems] == ["IM0001", "IM0003"]


def test_many_slices_that_are_cut(tmp_path: Path) -> None:
    write_slices(tmp_path, [float(n) for n in range(30)])
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:-5])
    (record,) = read_image(tmp_path / "IM0003").images
    assert len(record.problems) == 22
    assert "9 more" in record.problems[-1].message


def test_copies_are_no_slices(tmp_path: Path) -> None:
    values = picture(ImagePositionPatient=["0", "0", "0"], SOPInstanceUID="1.5")
    for name in ("a.dcm", "copy of a.dcm"):
        (tmp_path / name).write_bytes(dicom_bytes(values))
    for name in ("a.dcm", "copy of a.dcm"):
        (record,) = read_image(tmp_path / name).images
        assert record.files == ((tmp_path / name).as_posix(),)
        assert codes(record) == []


def test_a_preamble_that_is_a_tiff_header(tmp_path: Path) -> None:
    """Preambles may be of TIFF, so that its programs open the file, too."""
    content = b"II*\0" + struct.pack("<I", 1 << 19) + dicom_bytes(picture())[8:]
    path = tmp_path / "a.dcm"
    path.write_bytes(content)
    (record,) = read_image(path).images
    assert record.reader == "dicom"


def test_a_directory_of_files_is_no_image(tmp_path: Path) -> None:
    path = tmp_path / "DICOMDIR"
    meta = data_set({"MediaStorageSOPClassUID": "1.2.840.10008.1.3.10"})
    path.write_bytes(bytes(128) + b"DICM" + meta + data_set({"FileSetID": "A"}))
    with pytest.raises(UnsupportedFormatError, match="a directory"):
        Dicom().read(path)


@pytest.mark.filterwarnings("ignore")  # pydicom's own, of faults in its files
def test_what_pydicom_ships(tmp_path: Path) -> None:
    """Its wheel has files of many devices, transfer syntaxes and faults."""
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    seen = 0
    for path in sorted(folder.glob("*.dcm")):
        copy = tmp_path / path.name
        content = path.read_bytes()
        copy.write_bytes(content)
        known = pydicom.dcmread(path, force=True, stop_before_pixels=True)
        if "Rows" not in known or not Dicom().recognises(copy, content[:4096]):
            continue
        (record,) = Dicom().read(copy)
        copy.unlink()
        size = record.size
        assert (size.x, size.y) == (known.Columns, known.Rows), path.name
        written = str(known.get("NumberOfFrames") or 1)
        frames = int(written) if written.isdecimal() else 1  # one file has "1A"
        assert (size.z or 1) * (size.t or 1) == frames, path.name
        spacing = known.get("PixelSpacing")
        if spacing:
            assert record.physical_size.x is not None, path.name
            assert record.physical_size.x.value == float(spacing[1]), path.name
        truncated = "truncated!" in codes(record)
        assert truncated == (path.name == "MR_truncated.dcm"), path.name
        seen += 1
    assert seen > 30
