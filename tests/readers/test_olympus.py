"""What OIF and OIB say becomes the record; what is missing or damaged is said."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from tests.readers.olympus_files import (
    SECTOR,
    Sections,
    compound,
    oib,
    plane_names,
    sections,
    settings,
    write_oif,
)

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import ImageSize, Objective, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.olympus.fluoview import Oib, Oif
from fairsubmit.readers.olympus.settings import Settings, number_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

    Read = Callable[..., ImageMetadata]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write an OIF and return its record."""

    def written(
        main: Sections | None = None, names: list[str] | None = None
    ) -> ImageMetadata:
        (record,) = Oif().read(write_oif(tmp_path / "cells.oif", main, names))
        return record

    return written


def problems(record: ImageMetadata) -> list[tuple[str, bool]]:
    return [(problem.code, problem.error) for problem in record.problems]


def test_a_stack_of_two_channels(read: Read) -> None:
    record = read()
    assert record.name == "cells.oif"
    assert record.size == ImageSize(8, 6, 3, 2, 1)
    assert record.dimension_order == "XYCZT"
    assert (record.pixel_type, record.significant_bits) == ("uint16", 12)
    assert record.physical_size.x == Quantity(0.207, "µm")
    assert record.physical_size.z == Quantity(500.0, "nm")
    assert record.time_increment is None
    assert record.acquired_at == "2020-02-10T13:07:52.469"
    assert record.software == "FLUOVIEW FV1000 4.2.1.20"
    assert record.instrument.model == "FLUOVIEW FV1000"
    assert record.objective == Objective(
        None, "UPLSAPO 60X O NA:1.35 Oil", 60.0, 1.35, "Oil"
    )
    first, second = record.channels
    assert (first.name, second.name) == ("CHS1", "CHS2")
    assert first.fluorophore == "Alexa Fluor 488"
    assert first.excitation_wavelength == Quantity(488.0, "nm")
    assert first.emission_wavelength == Quantity(520.0, "nm")
    assert record.problems == ()
    assert len(record.files) == 1 + 6 + 2


def test_a_time_series(read: Read) -> None:
    names = [f"s_C001T{n:03}.tif" for n in range(1, 5)]
    record = read(sections("XYCT", C=1, T=4), names)
    assert record.size == ImageSize(8, 6, 1, 1, 4)
    assert record.time_increment == Quantity(2000.0, "ms")
    assert record.dimension_order == "XYCTZ"
    assert record.problems == ()


def test_a_spectral_scan(read: Read) -> None:
    names = [f"s_C001L{n:03}.tif" for n in range(1, 4)]
    record = read(sections("XYCL", C=1, L=3), names)
    assert record.size.c == 3
    waves = [c.emission_wavelength for c in record.channels]
    assert waves == [Quantity(n, "nm") for n in (420.0, 430.0, 440.0)]
    assert record.dimension_order is None
    assert record.problems == ()


def test_a_line_scan_has_one_row(read: Read) -> None:
    names = ["s_C001.tif", "s_C001-R001.tif"]
    record = read(sections("XTC", C=1, T=100), names)
    assert record.size == ImageSize(8, 1, 1, 1, 100)
    assert record.physical_size.y is None
    assert record.time_increment == Quantity(2000.0, "ms")
    assert record.problems == ()


def test_an_axis_that_the_record_has_not(read: Read) -> None:
    names = [f"s_C001P{n:03}.tif" for n in range(1, 4)]
    record = read(sections("XYCP", C=1, P=3), names)
    assert record.size.t == 3
    assert problems(record) == [("axis-unknown", False)]


def test_without_an_order_axes_longer_than_one_count(read: Read) -> None:
    main = sections()
    del main["Axis Parameter Common"]
    record = read(main)
    assert record.size == ImageSize(8, 6, 3, 2, 1)


def test_steps_without_an_interval(read: Read) -> None:
    main = sections("XYCZ")
    z = main["Axis 3 Parameters Common"]
    z |= {"Interval": "0", "StartPosition": "-100", "EndPosition": "900"}
    assert read(main).physical_size.z == Quantity(500.0, "nm")


@pytest.mark.parametrize(
    "values",
    [
        {"Interval": "0", "StartPosition": "5", "EndPosition": "5"},
        {"Interval": "words", "StartPosition": "", "EndPosition": "5"},
        {"PixUnit": '"pixel"'},
    ],
)
def test_steps_that_are_none(read: Read, values: dict[str, str]) -> None:
    main = sections("XYCZ")
    main["Axis 3 Parameters Common"] |= values
    assert read(main).physical_size.z is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"WidthConvertValue": "0,207.0"}, Quantity(0.207, "µm")),
        ({"WidthUnit": '"nm"', "WidthConvertValue": "207"}, Quantity(207.0, "nm")),
        ({"WidthUnit": '"pixel"'}, None),
        ({"WidthConvertValue": "0.0"}, Quantity(10 / 7, "µm")),  # from the axis
    ],
)
def test_pixel_sizes(
    read: Read, values: dict[str, str], expected: Quantity | None
) -> None:
    main = sections()
    main["Reference Image Parameter"] |= values
    assert read(main).physical_size.x == expected


@pytest.mark.parametrize(
    ("depth", "bits", "expected"),
    [("1", "8", ("uint8", 8)), ("4", "99", ("uint32", None)), ("", "", (None, None))],
)
def test_pixel_types(
    read: Read, depth: str, bits: str, expected: tuple[str | None, int | None]
) -> None:
    main = sections()
    main["Reference Image Parameter"] |= {"ImageDepth": depth, "ValidBitCounts": bits}
    record = read(main)
    assert (record.pixel_type, record.significant_bits) == expected
    assert record.problems == ()


def test_a_depth_that_is_none(read: Read) -> None:
    main = sections()
    main["Reference Image Parameter"]["ImageDepth"] = "9"
    assert problems(read(main)) == [("pixel-type-unknown", False)]


def test_values_that_are_not_set(read: Read) -> None:
    main = sections()
    main["Channel 1 Parameters"] = {
        "CH Name": '""',
        "DyeName": '"None"',
        "ExcitationWavelength": "0",
        "EmissionWavelength": "-1",
    }
    del main["Channel 2 Parameters"]
    main["Version Info"] = {"SystemName": '"FLUOVIEW FV1200"'}
    main["Acquisition Parameters Common"] = {"ImageCaputreDate": "'yesterday'"}
    record = read(main)
    first, second = record.channels
    assert (first.name, first.fluorophore, first.excitation_wavelength) == (None,) * 3
    assert second.name is None
    assert (record.software, record.acquired_at) == (None, None)


def test_a_date_without_milliseconds(read: Read) -> None:
    main = sections()
    main["Acquisition Parameters Common"]["ImageCaputreDate+MilliSec"] = "x"
    assert read(main).acquired_at == "2020-02-10T13:07:52"


def test_an_aperture_that_is_not_set(tmp_path: Path) -> None:
    path = write_oif(tmp_path / "cells.oif")
    plane: Sections = {
        "Acquisition Parameters Common": {
            "ObjectiveLens Name": '"UPLFLN 10X Dry"',
            "ObjectiveLens NAValue": "9999",
        }
    }
    properties = tmp_path / "cells.oif.files" / "s_C001Z001.pty"
    properties.write_bytes(settings(plane))
    (record,) = Oif().read(path)
    assert record.objective == Objective(None, "UPLFLN 10X Dry", None, None, "Air")
    properties.unlink()
    (record,) = Oif().read(path)
    assert record.objective == Objective()


def test_a_person_is_not_told(read: Read) -> None:
    main = sections()
    main["File Info"]["UserName"] = '"Jane Doe"'
    record = read(main)
    assert problems(record) == [("personal-data", False)]
    assert "Jane" not in record.problems[0].message


def test_channels_of_any_number(read: Read) -> None:
    record = read(
        sections("XYCZ", C=2)
        | {"Axis 2 Parameters Common": {"AxisCode": '"C"', "MaxSize": "2000000000"}}
    )
    assert len(record.channels) == 1_000
    assert dict(problems(record)) == {
        "planes-missing": True,
        "too-many-channels": False,
    }


# -- files -----------------------------------------------------------------------


def test_missing_and_empty_planes(read: Read, tmp_path: Path) -> None:
    record = read(None, plane_names()[:4])
    assert problems(record) == [("planes-missing", True)]
    assert "4 of the 6 planes" in record.problems[0].message
    (tmp_path / "cells.oif.files" / "s_C001Z001.tif").write_bytes(b"")
    (record,) = Oif().read(tmp_path / "cells.oif")
    assert problems(record) == [("planes-missing", True), ("missing-part", True)]


def test_without_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "a.oif"
    path.write_bytes(settings(sections()))
    (record,) = Oif().read(path)
    assert problems(record) == [("planes-missing", True)]
    assert record.files == (path.as_posix(),)


def test_every_file_of_the_folder_gives_the_acquisition(tmp_path: Path) -> None:
    path = write_oif(tmp_path / "cells.oif")
    whole = read_image(path).images
    for name in ("s_C001Z001.tif", "s_C002Z003.tif", "s_C001Z001.pty"):
        found = read_image(tmp_path / "cells.oif.files" / name)
        assert found.images == whole


def test_other_settings_are_not_recognised(tmp_path: Path) -> None:
    head = settings(sections())
    assert Oif().recognises(tmp_path / "a.OIF", head)
    assert not Oif().recognises(tmp_path / "a.pty", head)
    assert not Oif().recognises(tmp_path / "a.oif", b"text")


@pytest.mark.parametrize("content", [b"[a]\r\n", b"\xff\xfe[\0", b"[" * 5000])
def test_settings_without_an_image(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.oif"
    path.write_bytes(content)
    with pytest.raises(DamagedFileError, match="AxisCode"):
        Oif().read(path)


def test_settings_are_read_as_they_come() -> None:
    raw = b"ignored=1\r\n[A]\r\nx='1'\r\n=2\r\ny\r\n[A]\r\nz=\"\r\n"
    found = Settings(raw)
    assert found.section("A") == {"x": "1", "": "2", "z": '"'}
    assert found.text("A", "gone") is None
    assert found.positive("A", "x") == 1.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.5", 1.5), ("0,207.0", 0.207), ("1,5", 1.5), ("", None), (None, None)],
)
def test_numbers(text: str | None, expected: float | None) -> None:
    assert number_of(text) == expected


@pytest.mark.parametrize("text", ["nan", "inf", "1e400", "1,2,3", "word"])
def test_numbers_that_are_none(text: str) -> None:
    assert number_of(text) is None


# -- compound files --------------------------------------------------------------


def read_oib(tmp_path: Path, content: bytes) -> ImageMetadata:
    path = tmp_path / "cells.oib"
    path.write_bytes(content)
    (record,) = Oib().read(path)
    return record


def test_a_compound_file_holds_the_same(tmp_path: Path) -> None:
    (outside,) = Oif().read(write_oif(tmp_path / "cells.oif"))
    inside = read_oib(tmp_path, oib())
    assert inside.size == outside.size
    assert inside.objective == outside.objective
    assert inside.channels == outside.channels
    assert inside.acquired_at == outside.acquired_at
    assert inside.files == ((tmp_path / "cells.oib").as_posix(),)
    assert inside.problems == ()


def test_planes_that_a_compound_file_has_not(tmp_path: Path) -> None:
    record = read_oib(tmp_path, oib(names=plane_names()[:5]))
    assert problems(record) == [("planes-missing", True)]


def test_many_sectors_of_tables(tmp_path: Path) -> None:
    names = [f"s_C001T{n:03}.tif" for n in range(1, 400)]
    content = oib(sections("XYCT", C=1, T=399), names)
    assert len(content) > 2 << 20
    record = read_oib(tmp_path, content)
    assert (record.size.t, record.problems) == (399, ())


def test_more_sectors_of_tables_than_the_header_lists(tmp_path: Path) -> None:
    """As in files of more than 7 MB; here the tables' own list has two sectors."""
    content = oib(pixels=3_000_000)
    assert struct.unpack_from("<I", content, 72) == (2,)
    record = read_oib(tmp_path, content)
    assert record.size == ImageSize(8, 6, 3, 2, 1)
    assert record.problems == ()


def test_a_list_of_tables_that_leads_in_a_circle(tmp_path: Path) -> None:
    content = bytearray(oib(pixels=3_000_000))
    (first,) = struct.unpack_from("<I", content, 68)
    struct.pack_into("<I", content, (first + 2) * SECTOR - 4, first)
    with pytest.raises(DamagedFileError):
        read_oib(tmp_path, bytes(content))


def test_a_cut_compound_file(tmp_path: Path) -> None:
    """Everything is there but the end of the pixels, which lie last."""
    content = bytearray(oib())
    # A sector more is in use than there is.
    (fat,) = struct.unpack_from("<I", content, 76)
    table = (fat + 1) * SECTOR
    numbers = struct.unpack_from("<128I", content, table)
    struct.pack_into("<I", content, table + 4 * numbers.index(0xFFFFFFFF), 0xFFFFFFFE)
    record = read_oib(tmp_path, bytes(content))
    assert problems(record) == [("truncated", True)]
    assert record.problems[0].place == f"byte {len(content)}"


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 0.99])
def test_cut_before_the_tables(tmp_path: Path, share: float) -> None:
    content = oib()
    with pytest.raises(DamagedFileError):
        read_oib(tmp_path, content[: int(share * len(content))])


def test_a_table_that_leads_in_a_circle(tmp_path: Path) -> None:
    content = bytearray(oib())
    (fat,) = struct.unpack_from("<I", content, 76)
    table = (fat + 1) * SECTOR
    for index in range(128):
        struct.pack_into("<I", content, table + 4 * index, 0)
    with pytest.raises(DamagedFileError):
        read_oib(tmp_path, bytes(content))


@pytest.mark.parametrize(
    ("offset", "value"),
    [(30, 0xFFFF), (32, 0xFFFF), (44, 0xFFFFFFFF), (48, 0xFFFFFFF0), (76, 0xFFFFFF)],
)
def test_headers_that_cannot_be(tmp_path: Path, offset: int, value: int) -> None:
    content = bytearray(oib())
    layout = "<H" if value == 0xFFFF else "<I"
    struct.pack_into(layout, content, offset, value)
    with pytest.raises(DamagedFileError):
        read_oib(tmp_path, bytes(content))


def test_a_compound_file_of_another_program(tmp_path: Path) -> None:
    content = compound({"Workbook": bytes(5000)}, {})
    assert not Oib().recognises(tmp_path / "a.xls", content)
    with pytest.raises(DamagedFileError, match=r"OibInfo\.txt"):
        read_oib(tmp_path, content)


def test_without_the_main_settings(tmp_path: Path) -> None:
    info = settings({"OibSaveInfo": {"MainFileName": "Stream00099"}})
    with pytest.raises(DamagedFileError, match="Stream00099"):
        read_oib(tmp_path, compound({"OibInfo.txt": info}, {}))


def test_without_properties_of_a_plane(tmp_path: Path) -> None:
    info = {"MainFileName": "Stream00099"}
    streams = {
        "Stream00099": settings(sections("XY")),
        "OibInfo.txt": settings({"OibSaveInfo": info}),
    }
    record = read_oib(tmp_path, compound(streams, {}))
    assert record.objective == Objective()
    assert problems(record) == [("planes-missing", True)]
