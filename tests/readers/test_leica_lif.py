"""What a LIF file says becomes the record: sizes, lengths, channels, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
)

from fairsubmit.errors import UnsupportedFormatError
from fairsubmit.metadata.image import ImageSize, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.leica.lif import Lif

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

    Read = Callable[..., ImageMetadata]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a project of one image and return its record."""

    def written(*args: Any, **kwargs: Any) -> ImageMetadata:
        path = tmp_path / "a.lif"
        path.write_bytes(one_image(*args, **kwargs))
        (record,) = Lif().read(path)
        return record

    return written


def codes(record: ImageMetadata) -> list[str]:
    return [problem.code for problem in record.problems]


def attachment(inside: str, **attributes: str) -> str:
    said = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<Attachment Name="HardwareSetting"{said}>{inside}</Attachment>'


def test_one_plane(read: Read) -> None:
    record = read()
    assert record.name == "Series001"
    assert record.size == ImageSize(4, 3, 1, 1, 1)
    assert (record.pixel_type, record.significant_bits) == ("uint8", 8)
    assert record.physical_size.x == Quantity(1.0, "µm")  # 3 µm from 4 pixels
    assert record.physical_size.y == Quantity(2.0, "µm")
    assert record.physical_size.z is None
    assert record.channels[0].name == "Gray"
    assert record.problems == ()
    assert record.provenance["size.x"].startswith("DimensionDescription[@DimID=1]")


@pytest.mark.parametrize(
    ("length", "count", "unit", "expected"),
    [
        ("6.603309e-006", 64, "m", Quantity(0.10481442857142857, "µm")),
        ("-5.0e-6", 11, "m", Quantity(0.5, "µm")),
        ("0.01", 11, "mm", Quantity(0.001, "mm")),
        ("10", 11, "inch", Quantity(1.0, "in")),
        ("0", 11, "m", None),
        ("1e-6", 1, "m", None),
        ("nan", 11, "m", None),
        ("1e9999", 11, "m", None),
        ("words", 11, "m", None),
    ],
)
def test_a_step_is_the_length_by_one_less(
    read: Read, length: str, count: int, unit: str, expected: Quantity | None
) -> None:
    more = dimension(3, count, 12, length=length, unit=unit)
    record = read(plane() + more, size=12 * count)
    assert record.physical_size.z == expected
    assert record.size.z == count
    assert codes(record) == []


@pytest.mark.parametrize(
    ("length", "unit", "code"),
    [("3", "m", "value-ignored"), ("3", "pixel", "unit-unknown")],
)
def test_a_length_that_cannot_be_meant(
    read: Read, length: str, unit: str, code: str
) -> None:
    record = read(dimension(1, 4, 1, length=length, unit=unit), size=4)
    assert record.physical_size.x is None
    assert codes(record) == [code]


def test_times(read: Read) -> None:
    more = dimension(4, 5, 12, length="80.91", unit="s")
    record = read(plane() + more, size=60)
    assert record.size.t == 5
    assert record.time_increment == Quantity(20.2275, "s")
    odd = read(plane() + dimension(4, 5, 12, length="1", unit="bar"), size=60)
    assert (odd.time_increment, codes(odd)) == (None, ["unit-unknown"])


def test_wavelengths_are_channels(read: Read) -> None:
    more = dimension(5, 3, 12, origin="5.5e-7", length="2e-8")
    record = read(plane() + more, size=36)
    assert record.size == ImageSize(4, 3, 1, 3, 1)
    waves = [c.emission_wavelength for c in record.channels]
    assert waves == [Quantity(n, "nm") for n in (550.0, 560.0, 570.0)]
    assert [c.name for c in record.channels] == ["Gray"] * 3


def test_both_wavelengths_and_two_detectors(read: Read) -> None:
    dims = plane() + dimension(5, 2, 24, origin="5e-7", length="1e-8")
    dims += dimension(9, 3, 48, origin="4e-7", length="2e-8")
    record = read(dims, channel() + channel(12, lut="Red"), size=144)
    assert record.size.c == 12
    assert len(record.channels) == 12
    second = record.channels[7]
    assert second.name == "Red"
    assert second.emission_wavelength == Quantity(500.0, "nm")
    assert second.excitation_wavelength == Quantity(410.0, "nm")
    assert "channels.7.emission_wavelength" in record.provenance


def test_a_sweep_without_wavelengths(read: Read) -> None:
    record = read(plane() + dimension(5, 2, 12, unit="", origin=""), size=24)
    assert [c.emission_wavelength for c in record.channels] == [None, None]


def test_a_plane_of_x_and_z_has_one_row(read: Read) -> None:
    dims = dimension(1, 4, 1, length="3e-6") + dimension(3, 5, 4, length="4e-6")
    record = read(dims, size=20)
    assert record.size == ImageSize(4, 1, 5, 1, 1)
    assert record.physical_size.z == Quantity(1.0, "µm")


def test_other_axes_are_counted_as_times(read: Read) -> None:
    record = read(plane() + dimension(6, 4, 12) + dimension(77, 2, 48), size=96)
    assert record.size.t == 8
    assert codes(record) == ["axis-unknown"]
    assert "rotation (4), dimension 77 (2)" in record.problems[0].message


def test_a_mosaic_is_one_image(read: Read) -> None:
    record = read(plane() + dimension(10, 6, 12), size=72)
    assert record.size == ImageSize(4, 3, 1, 1, 1)
    assert codes(record) == ["mosaic"]
    assert "6 tiles" in record.problems[0].message


@pytest.mark.parametrize("count", ["0", "-3", "many", "9" * 30])
def test_a_dimension_without_a_number(read: Read, count: str) -> None:
    record = read(plane() + dimension(3, count))
    assert record.size.z == 1
    assert codes(record) == ["value-ignored"]


def test_a_dimension_that_stands_there_twice(read: Read) -> None:
    record = read(plane() + dimension(1, 9, 1))
    assert record.size.x == 4
    assert codes(record) == ["value-ignored"]


def test_colour_is_one_channel_of_three_samples(read: Read) -> None:
    channels = "".join(channel(n, tag=3 - n, lut="Blue") for n in range(3))
    dims = dimension(1, 4, 3, length="3e-6") + dimension(2, 3, 12, length="4e-6")
    record = read(dims, channels, size=36)
    assert record.size.c == 3
    (only,) = record.channels
    assert (only.samples_per_pixel, only.name) == (3, None)


@pytest.mark.parametrize(
    ("bits", "kind", "expected", "significant"),
    [
        (8, 0, "uint8", 8),
        (12, 0, "uint16", 12),
        (16, 0, "uint16", 16),
        (32, 0, "uint32", 32),
        (32, 1, "float", None),
        (64, 1, "double", None),
    ],
)
def test_pixel_types(
    read: Read, bits: int, kind: int, expected: str, significant: int | None
) -> None:
    record = read(dimension(1, 1, 8), channel(bits=bits, kind=kind))
    assert (record.pixel_type, record.significant_bits) == (expected, significant)
    assert codes(record) == []


@pytest.mark.parametrize(("bits", "kind"), [(16, 1), (64, 0), (0, 0), (8, 7), (-5, 0)])
def test_pixel_types_that_ome_has_not(read: Read, bits: int, kind: int) -> None:
    record = read(dimension(1, 1, 8), channel(bits=bits, kind=kind))
    assert record.pixel_type is None
    assert codes(record) == ["pixel-type-unknown"]


def test_channels_of_different_types(read: Read) -> None:
    channels = channel() + channel(12, bits=16)
    record = read(plane(), channels, size=64)
    assert (record.pixel_type, record.significant_bits) == ("uint8", None)
    assert codes(record) == ["type-mismatch"]


# -- times of acquisition --------------------------------------------------------


def test_hexadecimal_file_times(read: Read) -> None:
    rest = "<TimeStampList>1d6f64bbab40b70 1d6f64bbba39b90 </TimeStampList>"
    assert read(rest=rest).acquired_at == "2021-01-29T14:33:36.935"


def test_file_times_in_halves(read: Read) -> None:
    ticks = 0x1D6F64BBAB40B70
    stamps = "".join(
        f'<TimeStamp HighInteger="{high}" LowInteger="{ticks & 0xFFFFFFFF}"/>'
        for high in (ticks >> 32, (ticks >> 32) + 1)
    )
    record = read(rest=f"<TimeStampList>{stamps}</TimeStampList>")
    assert record.acquired_at == "2021-01-29T14:33:36.935"


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "0",
        "words",
        "f" * 16,
        '<TimeStamp HighInteger="-1" LowInteger="2"/>',
        '<TimeStamp HighInteger="99999999999" LowInteger="2"/>',
        "7fffffffffffffff",
    ],
)
def test_file_times_that_are_none(read: Read, inside: str) -> None:
    rest = f"<TimeStampList>{inside}</TimeStampList>"
    assert read(rest=rest).acquired_at is None


# -- settings --------------------------------------------------------------------

OPTICS = (
    'ObjectiveName="HC PL APO 63x/1.30 GLYC " Magnification="63" '
    'NumericalAperture="1.3" Immersion="GLYC" MicroscopeModel="DMI8-CS"'
)


def test_optics(read: Read) -> None:
    settings = f"<ATLConfocalSettingDefinition {OPTICS}/>"
    record = read(rest=attachment(settings, Software="LAS X 3.5", SystemTypeName="SP8"))
    objective = record.objective
    assert objective.model == "HC PL APO 63x/1.30 GLYC"
    assert (objective.magnification, objective.numerical_aperture) == (63.0, 1.3)
    assert objective.immersion == "Glycerol"
    assert record.instrument.model == "DMI8-CS"
    assert record.software == "LAS X 3.5"
    assert record.channels[0].acquisition_mode == "LaserScanningConfocalMicroscopy"


def test_optics_that_are_not_set(read: Read) -> None:
    settings = (
        '<ATLConfocalSettingDefinition ObjectiveName="" Magnification="0" '
        'NumericalAperture="-1" Immersion="None" MicroscopeModel="0"/>'
    )
    record = read(rest=attachment(settings, SystemTypeName="TCS SP8"))
    assert record.objective == type(record.objective)()
    assert record.instrument.model == "TCS SP8"
    assert record.software is None
    assert not any(key.startswith("objective") for key in record.provenance)


def test_sted(read: Read) -> None:
    settings = '<ATLConfocalSettingDefinition IsSTEDActive="1"/>'
    record = read(rest=attachment(settings))
    assert record.channels[0].acquisition_mode == "STED"


def test_an_unknown_immersion_stays_as_it_is(read: Read) -> None:
    settings = '<ATLCameraSettingDefinition Immersion="Silicone"/>'
    record = read(rest=attachment(settings))
    assert record.objective.immersion == "Silicone"
    assert record.channels[0].acquisition_mode == "WideField"


def confocal(*detectors: tuple[int, int, str], lasers: str = "") -> str:
    """A confocal setting; each detector with its number, whether it is on, its dye."""
    bands = "".join(
        f'<MultiBand Channel="{number}" DyeName="{dye}"/>'
        for number, _, dye in detectors
    )
    listed = "".join(
        f'<Detector Name="PMT {number}" Channel="{number}" IsActive="{on}"/>'
        for number, on, _ in detectors
    )
    return (
        f"<ATLConfocalSettingDefinition><Spectro>{bands}</Spectro>"
        f"<PreLambdaSpectro><MultiBand Channel='1' DyeName='Leica/Wrong'/>"
        f"</PreLambdaSpectro><AotfList><Aotf>{lasers}</Aotf></AotfList>"
        f"<DetectorList>{listed}</DetectorList></ATLConfocalSettingDefinition>"
    )


def laser(line: int, intensity: float) -> str:
    return f'<LaserLineSetting LaserLine="{line}" IntensityDev="{intensity}"/>'


def test_dyes_of_active_detectors(read: Read) -> None:
    setting = confocal(
        (1, 1, "Leica/DAPI"),
        (2, 0, "Leica/FITC"),
        (3, 1, "None"),
        lasers=laser(405, 10) + laser(488, 0),
    )
    record = read(
        plane(), channel() + channel(12, lut="Red"), rest=attachment(setting), size=24
    )
    first, second = record.channels
    assert (first.name, first.fluorophore) == ("DAPI", "DAPI")
    assert (second.name, second.fluorophore) == ("Red", None)
    assert first.excitation_wavelength == Quantity(405.0, "nm")
    assert record.detector.model == "PMT 1"
    assert codes(record) == ["several-detectors"]


def test_two_lasers_are_no_excitation(read: Read) -> None:
    setting = confocal((1, 1, ""), lasers=laser(405, 10) + laser(488, 5))
    record = read(rest=attachment(setting))
    assert record.channels[0].excitation_wavelength is None
    assert record.detector.model == "PMT 1"


def test_steps_of_a_sequential_scan(read: Read) -> None:
    tag = "LDM_Block_Sequential_Master"
    master = f"<{tag}>{confocal((1, 1, 'Leica/No'))}</{tag}>"
    steps = confocal((1, 1, "Leica/DAPI"), lasers=laser(405, 1))
    steps += confocal((2, 1, "Leica/CY5"), (100, 1, ""), lasers=laser(633, 1))
    setting = (
        f"<LDM_Block_Sequential>{master}<LDM_Block_Sequential_List>{steps}"
        "</LDM_Block_Sequential_List></LDM_Block_Sequential>"
    )
    channels = channel() + channel(12) + channel(24, lut="Gray")
    record = read(plane(), channels, rest=attachment(setting), size=36)
    assert [c.fluorophore for c in record.channels] == ["DAPI", "CY5", None]
    waves = [c.excitation_wavelength for c in record.channels]
    assert waves == [Quantity(405.0, "nm"), Quantity(633.0, "nm"), None]


def test_a_dye_that_stands_there_twice_is_none(read: Read) -> None:
    setting = confocal((1, 1, "Leica/DAPI"), (2, 1, "Leica/DAPI"))
    record = read(plane(), channel() * 2, rest=attachment(setting), size=24)
    assert [c.fluorophore for c in record.channels] == [None, None]


def test_detectors_that_do_not_fit_the_channels(read: Read) -> None:
    setting = confocal((1, 1, "Leica/DAPI"), (2, 1, "Leica/CY5"))
    record = read(rest=attachment(setting))
    assert record.channels[0].fluorophore is None
    assert record.detector.model is None


def test_channel_properties_come_first(read: Read) -> None:
    properties = {
        "DyeName": "Leica/ALEXA 488",
        "DetectorName": "HyD S 1",
        "SequentialSettingIndex": "1",
    }
    steps = confocal((1, 1, "Leica/No"), lasers=laser(405, 1))
    steps += confocal((2, 1, "Leica/No"), lasers=laser(499, 1))
    setting = f"<LDM_Block_Sequential_List>{steps}</LDM_Block_Sequential_List>"
    record = read(plane(), channel(properties=properties), rest=attachment(setting))
    (only,) = record.channels
    assert (only.name, only.fluorophore) == ("ALEXA 488", "ALEXA 488")
    assert only.excitation_wavelength == Quantity(499.0, "nm")
    assert record.detector.model == "HyD S 1"
    odd = {**properties, "SequentialSettingIndex": "77"}
    record = read(plane(), channel(properties=odd), rest=attachment(setting))
    assert record.channels[0].excitation_wavelength is None


def test_channels_of_a_camera(read: Read) -> None:
    infos = "".join(
        f'<WideFieldChannelInfo UserDefName="{name}" ContrastingMethodName="{method}" '
        f'EmissionWavelength="{wave}"/>'
        for name, method, wave in (("nuclei", "FLUO", 460), ("", "TL-PH", 0))
    )
    focus = (
        '<WideFieldChannelConfigurator ThisIsHSAutofocusInstance="1">'
        '<WideFieldChannelInfo UserDefName="focus"/></WideFieldChannelConfigurator>'
    )
    setting = (
        f"<ATLCameraSettingDefinition>{focus}<WideFieldChannelConfigurator "
        f'CameraName="DFC9000">{infos}</WideFieldChannelConfigurator>'
        "</ATLCameraSettingDefinition>"
    )
    record = read(plane(), channel() + channel(12), rest=attachment(setting), size=24)
    first, second = record.channels
    assert first.name == "nuclei"
    assert first.emission_wavelength == Quantity(460.0, "nm")
    assert first.contrast_method == "Fluorescence"
    assert (second.name, second.emission_wavelength) == ("Gray", None)
    assert second.contrast_method == "Phase"
    assert first.acquisition_mode == "WideField"
    assert record.detector.model == "DFC9000"


def old_settings(
    *records: tuple[str, str], scanner: tuple[tuple[str, str], ...]
) -> str:
    filters = "".join(
        f'<FilterSettingRecord Attribute="{k}" Variant="{v}"/>' for k, v in records
    )
    scan = "".join(
        f'<ScannerSettingRecord Identifier="{k}" Variant="{v}"/>' for k, v in scanner
    )
    return (
        '<Attachment Name="HardwareSettingList"><HardwareSetting>'
        f"<ScannerSetting>{scan}</ScannerSetting><FilterSetting>{filters}"
        "</FilterSetting></HardwareSetting></Attachment>"
    )


def test_settings_of_las_af(read: Read) -> None:
    rest = old_settings(
        ("Objective", "HCX PL APO lambda blue  63.0x1.40 OIL  UV"),
        ("NumericalAperture", "1.4"),
        scanner=(("SystemType", "TCS SP5"), ("dblPinhole", "9e-5")),
    )
    record = read(rest=rest)
    objective = record.objective
    assert (objective.magnification, objective.numerical_aperture) == (63.0, 1.4)
    assert objective.immersion == "Oil"
    assert record.instrument.model == "TCS SP5"
    assert record.channels[0].acquisition_mode == "LaserScanningConfocalMicroscopy"


def test_cameras_of_las_af(read: Read) -> None:
    rest = old_settings(
        scanner=(("CameraName", "DFC350FX"), ("nWFC0UesrDefName", "GFP")),
    )
    record = read(rest=rest)
    assert record.channels[0].name == "GFP"
    assert record.detector.model == "DFC350FX"
    assert record.channels[0].acquisition_mode is None


def test_a_preview(read: Read) -> None:
    rest = '<Attachment Name="PreviewMarker" IsPreviewImage="1"/>'
    assert codes(read(rest=rest)) == ["overview-image"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (r"C:\Users\jane\Project", ["personal-data"]),
        ("/Users/jane/Project", ["personal-data"]),
        (r"D:\Data\Project", []),
    ],
)
def test_a_path_that_names_a_user(read: Read, path: str, expected: list[str]) -> None:
    experiment = f'<Data><Experiment Path="{path}"/></Data>'
    record = read(experiment=experiment)
    assert codes(record) == expected
    assert not any("jane" in problem.message for problem in record.problems)


# -- projects --------------------------------------------------------------------


def test_names_are_paths_within_the_project(tmp_path: Path) -> None:
    inner = element("Cell 1", image(plane()), memory="M2", size=12)
    folder = element("Folder", children=inner)
    first = element("Overview", image(plane()), memory="M1", size=12, children=folder)
    xml = document(element("Project", memory="M0", children=first))
    path = tmp_path / "a.lif"
    path.write_bytes(
        lif(xml, block("M0"), block("M1", bytes(12)), block("M2", bytes(12)))
    )
    records = Lif().read(path)
    assert [r.name for r in records] == ["Overview", "Overview/Folder/Cell 1"]
    assert [r.series for r in records] == [0, 1]
    assert all(r.problems == () for r in records)


def test_elements_within_settings_are_no_images(read: Read) -> None:
    nested = document(element("BleachPoints", image(plane()), memory="M9", size=1))
    record = read(rest=attachment(f"<BleachPoints>{nested}</BleachPoints>"))
    assert record.name == "Series001"
    assert codes(record) == []


def test_elements_without_dimensions_are_no_images(tmp_path: Path) -> None:
    empty = element("Empty", "<Data><Image><ImageDescription/></Image></Data>")
    whole = element("Whole", image(plane()), memory="M1", size=12)
    path = tmp_path / "a.lif"
    xml = document(element("Project", children=empty + whole))
    path.write_bytes(lif(xml, block("M1", bytes(12))))
    assert [r.name for r in Lif().read(path)] == ["Whole"]


def test_version_one_has_short_sizes(read: Read) -> None:
    assert read(version=1).problems == ()


def test_the_side_file_belongs_to_the_project(tmp_path: Path) -> None:
    path, side = tmp_path / "a.lif", tmp_path / "a.lifext"
    path.write_bytes(one_image())
    inside = '<ChildrenOf MemoryBlockID="MemBlock_1"/>'
    xml = document(inside, version=1, root="LMSDataContainerEnhancedHeader")
    side.write_bytes(lif(xml))
    assert read_image(side).images == read_image(path).images
    assert [f.rpartition("/")[2] for f in Lif().read(path)[0].files] == [
        "a.lif",
        "a.lifext",
    ]
    path.unlink()
    with pytest.raises(UnsupportedFormatError):
        Lif().read(side)


def test_a_thousand_images_take_linear_time(tmp_path: Path) -> None:
    one = image(plane(), rest=attachment(f"<ATLConfocalSettingDefinition {OPTICS}/>"))
    count = 2_000
    children = "".join(
        element(f"Series{n:04}", one, memory=f"M{n}", size=12) for n in range(count)
    )
    blocks = (block(f"M{n}", bytes(12)) for n in range(count))
    path = tmp_path / "a.lif"
    path.write_bytes(lif(document(element("P", children=children)), *blocks))
    records = Lif().read(path)
    assert len(records) == count
    assert records[-1].name == "Series1999"
    assert all(record.problems == () for record in records)
