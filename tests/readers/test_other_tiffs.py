"""ImageJ, MetaSeries, Aperio and plain TIFF files."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from fairsubmit.metadata.image import PhysicalSize, Quantity
from fairsubmit.readers import read_image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

    Make = Callable[..., bytes]
    Write = Callable[..., ImageMetadata]

    Tags = list[tuple[int, int, bytes]]


def resolution(value: float, unit: int, order: str = "<") -> Tags:
    """XResolution, YResolution and ResolutionUnit."""
    ratio = struct.pack(order + "II", round(value * 1000), 1000)
    return [(282, 5, ratio), (283, 5, ratio), (296, 3, struct.pack(order + "H", unit))]


def codes(found: ImageMetadata, *, error: bool | None = None) -> list[str]:
    return [p.code for p in found.problems if error is None or p.error is error]


@pytest.fixture
def write(tmp_path: Path, make_tiff: Make) -> Write:
    """Write a TIFF with a description, and read its one record."""

    def written(text: str | None = None, **options: object) -> ImageMetadata:
        raw = None if text is None else text.encode()
        path = tmp_path / "a.tif"
        path.write_bytes(make_tiff(description=raw, **options))
        extraction = read_image(path)
        assert extraction.findings == ()
        (found,) = extraction.images
        return found

    return written


# -- arrays --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pages", "samples", "sizes", "code"),
    [
        ('{"shape": [2, 3, 24, 32], "axes": "TZYX"}', 6, 1, (3, 1, 2), []),
        ('{"shape": [2, 3, 24, 32], "axes": "CZYX"}', 6, 1, (3, 2, 1), []),
        ('{"shape": [2, 24, 32, 3], "axes": "ZYXS"}', 2, 3, (2, 3, 1), []),
        ('{"shape": [2, 3, 24, 32], "axes": "TZYX"}', 2, 3, (3, 1, 2), []),
        ('{"shape": [24, 32]}', 1, 1, (1, 1, 1), []),
        ('{"shape": [6, 24, 32]}', 6, 1, (None, None, None), ["axis-unknown"]),
        ('{"shape": [6, 24, 32], "axes": "QYX"}', 6, 1, (None,) * 3, ["axis-unknown"]),
        ('{"shape": [6, 32, 24], "axes": "ZYX"}', 6, 1, (None,) * 3, ["axis-unknown"]),
        ('{"shape": [9, 24, 32], "axes": "ZYX"}', 6, 1, (None,) * 3, ["axis-unknown"]),
        ('{"shape": [9, 24, 32]}', 1, 1, (1, 1, 1), []),
        (
            '{"shape": [9, 24, 32], "axes": "ZYX", "truncated": true}',
            *(1, 1, (9, 1, 1), []),
        ),
        (
            '{"shape": [9, 24, 32], "truncated": true}',
            *(1, 1, (None, None, None), ["axis-unknown"]),
        ),
        ('{"shape": [6, 24', 6, 1, (None, None, None), ["axis-unknown"]),
        ('{"shape": [true, -1, "x"]}', 1, 1, (1, 1, 1), []),
        ('{"shape"' + "[" * 3_000, 1, 1, (1, 1, 1), []),
    ],
)
def test_an_array_of_tifffile(
    write: Write,
    text: str,
    pages: int,
    samples: int,
    sizes: tuple[int | None, ...],
    code: list[str],
) -> None:
    found = write(text, pages=[(32, 24)] * pages, samples=samples)
    size = found.size
    assert (size.x, size.y) == (32, 24)
    assert (size.z, size.c, size.t) == sizes
    assert codes(found) == code
    assert sum(c.samples_per_pixel or 0 for c in found.channels) == (size.c or 0)


def test_a_page_that_is_a_volume(write: Write) -> None:
    depth = struct.pack("<H", 8)
    assert write(tags=[(32997, 3, depth)]).size.z == 8
    assert write(tags=[(32997, 3, depth)], pages=[(8, 8)] * 2).size.z is None


def test_a_type_that_ome_lacks_is_told(write: Write) -> None:
    found = write(bits=16, sample_format=3)
    assert (found.pixel_type, codes(found)) == (None, ["pixel-type-unknown"])


# -- ImageJ --------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("unit", ["um", "micron", r"\u00B5m", "µm"])
def test_a_hyperstack(write: Write, order: str, unit: str) -> None:
    found = write(
        f"ImageJ=1.53t\nimages=12\nchannels=2\nslices=3\nframes=2\nhyperstack=true\n"
        f"mode=composite\nunit={unit}\nspacing=0.3\nloop=false\nfinterval=1.5\n",
        pages=[(32, 24)] * 12,
        order=order,
        bits=16,
        tags=resolution(9.25925926, 1, order),
    )
    size = found.size
    assert (size.x, size.y, size.z, size.c, size.t) == (32, 24, 3, 2, 2)
    assert found.physical_size.x is not None
    assert found.physical_size.x.value == pytest.approx(0.108, rel=1e-4)
    assert found.physical_size.x.unit == found.physical_size.y.unit == "µm"  # type: ignore[union-attr]
    assert found.physical_size.z == Quantity(0.3, "µm")
    assert found.time_increment == Quantity(1.5, "s")
    assert (found.format, found.reader) == ("ImageJ TIFF", "imagej")
    assert (found.pixel_type, found.dimension_order) == ("uint16", "XYCZT")
    assert found.software == "ImageJ 1.53t"
    assert len(found.channels) == 2
    assert found.problems == ()


def test_a_plain_stack_is_along_z(write: Write) -> None:
    found = write("ImageJ=1.53t\nimages=5\n", pages=[(8, 8)] * 5)
    assert (found.size.z, found.size.c, found.size.t) == (5, 1, 1)
    assert found.problems == ()


def test_more_pages_than_images(write: Write) -> None:
    """Bio-Formats writes the series of a plate one after the other."""
    found = write("ImageJ=\nhyperstack=true\nimages=1\n", pages=[(8, 8)] * 12)
    assert found.size.t == 1
    assert codes(found) == ["axis-unknown"]


def test_colour(write: Write) -> None:
    found = write("ImageJ=1.53t\n", samples=3)
    assert found.size.c == 3
    assert [channel.samples_per_pixel for channel in found.channels] == [3]


@pytest.mark.parametrize(
    ("unit", "dots", "code"),
    [
        ("inch", 72, "print-resolution"),
        ("inch", 300, "print-resolution"),
        ("cm", 28.35, "print-resolution"),
        ("pixel", 10, None),
        ("", 10, None),
        ("furlong", 10, "unit-unknown"),
    ],
)
def test_no_calibration(write: Write, unit: str, dots: float, code: str | None) -> None:
    found = write(f"ImageJ=1.53t\nunit={unit}\n", tags=resolution(dots, 2))
    assert found.physical_size == PhysicalSize()
    assert codes(found) == ([code] if code else [])


@pytest.mark.parametrize(
    ("unit", "dots", "micrometres", "code"),
    [
        (3, 33333.333, 0.3, []),
        (2, 300, None, ["print-resolution"]),
        (1, 33333.333, None, []),
    ],
)
def test_a_description_without_unit_leaves_it_to_the_tags(
    write: Write, unit: int, dots: float, micrometres: float | None, code: list[str]
) -> None:
    """Bio-Formats writes centimetres beside a description of ImageJ."""
    found = write("ImageJ=\nimages=1\n", tags=resolution(dots, unit))
    size = found.physical_size.x
    assert (size and size.value) == (micrometres and pytest.approx(micrometres))
    assert ("physical_size.x" in found.provenance) == (micrometres is not None)
    assert codes(found) == code


def test_samples_that_are_counted_as_channels(write: Write) -> None:
    text = "ImageJ=\nhyperstack=true\nimages=3\nchannels=3\nslices=1\nframes=3\n"
    found = write(text, samples=3, pages=[(8, 8)] * 3)
    assert (found.size.c, found.size.t) == (3, 3)
    assert len(found.channels) == 1
    assert codes(found) == []


def test_a_unit_without_resolution(write: Write) -> None:
    found = write("ImageJ=1.53t\nunit=micron\n")
    assert found.physical_size == PhysicalSize()
    assert codes(found) == ["resolution-missing"]


@pytest.mark.parametrize(("unit", "symbol"), [("nm", "nm"), ("mm", "mm"), ("m", "m")])
def test_other_units_are_kept(write: Write, unit: str, symbol: str) -> None:
    found = write(f"ImageJ=1.53t\nunit={unit}\n", tags=resolution(0.5, 1))
    assert found.physical_size.x == Quantity(2, symbol)


def test_bad_numbers_are_left_out(write: Write) -> None:
    found = write(
        "ImageJ=1.53t\nunit=um\nspacing=no\nfinterval=NaN\nslices=abc\n",
        tags=resolution(2, 1),
    )
    assert found.physical_size == PhysicalSize(Quantity(0.5, "µm"), Quantity(0.5, "µm"))
    assert found.time_increment is None
    assert codes(found) == ["value-ignored"] * 3


def test_missing_planes(write: Write) -> None:
    found = write("ImageJ=1.53t\nimages=5\nslices=5\n", pages=[(8, 8)] * 4)
    assert codes(found, error=True) == ["planes-missing"]


def test_planes_behind_a_single_directory(tmp_path: Path, make_tiff: Make) -> None:
    """Above 4 GB there is one directory and the planes follow one another."""
    content = make_tiff([(8, 8)], description=b"ImageJ=1.53t\nimages=5\nslices=5\n")
    path = tmp_path / "a.tif"
    path.write_bytes(content + bytes(4 * 64))
    (whole,) = read_image(path).images
    assert (whole.size.z, whole.problems) == (5, ())
    path.write_bytes(content + bytes(4 * 64 - 1))
    (cut,) = read_image(path).images
    assert codes(cut, error=True) == ["truncated"]


# -- plain TIFF ----------------------------------------------------------------------


def test_a_plain_tiff(write: Write) -> None:
    found = write(
        bits=16,
        tags=[(305, 2, b"Scope 2.0\0"), (306, 2, b"2021:05:03 14:15:16\0")],
    )
    size = found.size
    assert (size.x, size.y, size.z, size.c, size.t) == (32, 24, 1, 1, 1)
    assert (found.format, found.reader, found.pixel_type) == ("TIFF", "tiff", "uint16")
    assert (found.software, found.acquired_at) == ("Scope 2.0", "2021-05-03T14:15:16")
    assert found.physical_size == PhysicalSize()
    assert found.problems == ()


@pytest.mark.parametrize("date", ["0000:00:00 00:00:00", "yesterday", "2021:5:3 1:2:3"])
def test_no_date(write: Write, date: str) -> None:
    assert write(tags=[(306, 2, date.encode() + b"\0")]).acquired_at is None


@pytest.mark.parametrize(
    ("dots", "unit"), [(72, 2), (96, 2), (300, 2), (1200, 2), (28.346, 3), (118.11, 3)]
)
def test_a_print_resolution_is_no_calibration(
    write: Write, dots: float, unit: int
) -> None:
    found = write(tags=resolution(dots, unit))
    assert found.physical_size == PhysicalSize()
    assert codes(found) == ["print-resolution"]
    assert "printing" in found.problems[0].message


@pytest.mark.parametrize(
    ("dots", "unit", "size"), [(92592.59, 3, 0.108), (254000, 2, 0.1), (5000, 3, 2)]
)
def test_a_finer_resolution_is_a_calibration(
    write: Write, dots: float, unit: int, size: float
) -> None:
    found = write(tags=resolution(dots, unit))
    assert found.physical_size.x is not None
    assert found.physical_size.x.unit == "µm"
    assert found.physical_size.x.value == pytest.approx(size, rel=1e-6)
    assert found.problems == ()


def test_a_resolution_without_unit_says_nothing(write: Write) -> None:
    found = write(tags=resolution(92592.59, 1))
    assert found.physical_size == PhysicalSize()
    assert found.problems == ()


def test_pages_have_no_axis_by_themselves(write: Write) -> None:
    found = write(pages=[(8, 8)] * 4)
    assert (found.size.z, found.size.c, found.size.t) == (None, None, None)
    assert codes(found) == ["axis-unknown"]
    assert "4 pages" in found.problems[0].message


def test_pages_of_different_sizes_are_different_images(
    tmp_path: Path, make_tiff: Make
) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(make_tiff([(9, 9), (9, 9), (5, 4)]))
    first, second = read_image(path).images
    assert (first.series, first.size.x, second.series, second.size.x) == (0, 9, 1, 5)


def test_reduced_pages_are_no_images(write: Write) -> None:
    reduced = (254, 4, struct.pack("<I", 1))
    found = write(
        pages=[(64, 64), (32, 32), (16, 16)],
        page_tags=lambda index: [reduced] if index else [],
    )
    assert (found.size.x, found.size.z, found.problems) == (64, 1, ())


def test_a_file_named_as_ome_without_ome_xml(tmp_path: Path, make_tiff: Make) -> None:
    path = tmp_path / "a.ome.tif"
    path.write_bytes(make_tiff(description=b'{"shape": [24, 32]}'))
    (found,) = read_image(path).images
    assert (found.reader, codes(found)) == ("tiff", ["ome-xml-missing"])


# -- MetaSeries ----------------------------------------------------------------------

META = """<MetaData>
<prop id="ApplicationName" type="string" value="MetaMorph"/>
<prop id="ApplicationVersion" type="string" value="6.7"/>
<PlaneInfo>
<prop id="spatial-calibration-state" type="bool" value="STATE"/>
<prop id="spatial-calibration-x" type="float" value="0.65"/>
<prop id="spatial-calibration-y" type="float" value="0.65"/>
<prop id="spatial-calibration-units" type="string" value="um"/>
<prop id="acquisition-time-local" type="time" value="20240709 13:13:03.006"/>
<prop id="stage-label" type="string" value="B02 : Site 1 &amp; 2"/>
<prop id="wavelength" type="float" value="452"/>
<prop id="_IllumSetting_" type="string" value="DAPI"/>
<prop id="_MagNA_" type="float" value="0.95"/>
<prop id="_MagSetting_" type="string" value="40X Plan Apo"/>EXTRA
</PlaneInfo></MetaData>"""


def test_metaseries(write: Write) -> None:
    found = write(META.replace("STATE", "on"), bits=16)
    assert found.physical_size.x == found.physical_size.y == Quantity(0.65, "µm")
    assert found.acquired_at == "2024-07-09T13:13:03.006"
    assert found.name == "B02 : Site 1 & 2"
    assert found.channels[0].name == "DAPI"
    assert found.channels[0].emission_wavelength == Quantity(452, "nm")
    assert found.objective.model == "40X Plan Apo"
    assert found.objective.magnification == 40
    assert found.objective.numerical_aperture == 0.95
    assert found.software == "MetaMorph 6.7"
    assert (found.size.x, found.size.c, found.pixel_type) == (32, 1, "uint16")
    assert found.problems == ()


def test_metaseries_without_calibration(write: Write) -> None:
    assert write(META.replace("STATE", "off")).physical_size == PhysicalSize()


def test_a_projection_is_flagged(write: Write) -> None:
    method = '<prop id="Z Projection Method" type="string" value="Maximum"/>'
    found = write(META.replace("STATE", "on").replace("EXTRA", method))
    assert codes(found) == ["processed-image"]


# -- Aperio --------------------------------------------------------------------------


def test_aperio(write: Write) -> None:
    found = write(
        "Aperio Image Library v12\r\n64x64|AppMag = 20|MPP = 0.4990|Date = 12/29/09"
        "|Time = 09:59:15|User = someone",
        samples=3,
        pages=[(64, 64), (16, 16)],
    )
    assert found.physical_size.x == Quantity(0.499, "µm")
    assert found.objective.magnification == 20
    assert found.acquired_at == "2009-12-29T09:59:15"
    assert (found.format, found.size.c) == ("Aperio SVS", 3)
    assert "someone" not in str(found)
