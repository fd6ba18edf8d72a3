"""What an ND2 file says becomes the record: one for each position of the stage."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from tests.readers.nd2_files import (
    U32,
    assemble,
    attributes,
    chunk,
    compressed,
    frame_chunks,
    item,
    loop,
    metadata,
    nd2_bytes,
    old_nd2,
    picture,
    plane,
    positions,
    sample,
    time_loop,
    xml_chunk,
    z_loop,
)

from fairsubmit.errors import DamagedFileError, MissingReaderError
from fairsubmit.metadata.image import ImageSize, Objective, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.nikon import chunks as module
from fairsubmit.readers.nikon.nd2 import Nd2
from fairsubmit.readers.nikon.record import local_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

    Read = Callable[..., list[ImageMetadata]]

pytest.importorskip("nd2")


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a file of the given chunks, and return its records."""

    def written(content: bytes | None = None, **kwargs: Any) -> list[ImageMetadata]:
        path = tmp_path / "a.nd2"
        path.write_bytes(nd2_bytes(**kwargs) if content is None else content)
        return list(Nd2().read(path))

    return written


def problems(record: ImageMetadata) -> list[tuple[str, bool]]:
    return [(problem.code, problem.error) for problem in record.problems]


def test_one_frame(read: Read) -> None:
    (record,) = read()
    assert record.size == ImageSize(8, 6, 1, 1, 1)
    assert (record.pixel_type, record.significant_bits) == ("uint16", 12)
    assert record.physical_size.x == Quantity(0.325, "µm")
    assert record.physical_size.z is None
    assert record.objective == Objective(None, "Plan Apo 60x Oil", 60.0, 1.4, "Oil")
    assert record.acquired_at == "2020-05-31T06:00:00.000Z"
    assert (record.name, record.time_increment) == (None, None)
    assert record.problems == ()
    (channel,) = record.channels
    assert (channel.name, channel.fluorophore) == ("DAPI", "DAPI")
    assert channel.excitation_wavelength == Quantity(405.0, "nm")
    assert channel.emission_wavelength == Quantity(450.0, "nm")
    assert channel.contrast_method == "Fluorescence"
    assert channel.acquisition_mode == "WideField"


def test_each_position_is_an_image(read: Read) -> None:
    inner = positions(["A1", "", "B2"], z_loop(3, 0.5))
    records = read(frames=18, experiment=time_loop(2, inner=inner))
    assert [r.name for r in records] == ["A1", None, "B2"]
    assert [r.series for r in records] == [0, 1, 2]
    assert {r.size for r in records} == {ImageSize(8, 6, 3, 1, 2)}
    assert records[2].physical_size.z == Quantity(0.5, "µm")
    assert records[2].time_increment == Quantity(500.0, "ms")
    assert records[2].provenance["name"].endswith("Points/2")
    assert "name" not in records[1].provenance
    assert [r.problems for r in records] == [(), (), ()]


@pytest.mark.parametrize(
    ("experiment", "expected"),
    [
        (time_loop(3, 250.0), Quantity(250.0, "ms")),
        (time_loop(3, 0.0), None),
        (time_loop(3, 0.0, average=12.5), Quantity(12.5, "ms")),
        (time_loop(3, -1.0), None),
        (time_loop(3, float("nan")), None),
        (time_loop(1, 250.0), None),
    ],
)
def test_time_steps(read: Read, experiment: Any, expected: Quantity | None) -> None:
    (record,) = read(frames=3, experiment=experiment)
    assert record.time_increment == expected


def phases(*periods: float) -> Any:
    values = {
        f"i{n:010}": time_loop(2, period)["uLoopPars"]
        for n, period in enumerate(periods)
    }
    valid = bytes([1] * len(periods))
    return loop(8, {"pPeriod": values, "pPeriodValid": valid})


def test_phases_of_a_time_series(read: Read) -> None:
    (record,) = read(frames=4, experiment=phases(100.0, 900.0))
    assert (record.size.t, record.time_increment) == (4, None)
    (record,) = read(frames=2, experiment=phases(100.0))
    assert record.time_increment == Quantity(100.0, "ms")


def test_an_axis_without_a_name(read: Read) -> None:
    (record,) = read(frames=6, experiment=loop(7, {"uiCount": U32(6)}))
    assert record.size.t == 6
    assert problems(record) == [("axis-unknown", False)]


def test_fewer_frames_than_planned(read: Read) -> None:
    (record,) = read(frames=4, experiment=time_loop(10))
    assert record.size.t == 10
    assert problems(record) == [("planes-missing", False)]


@pytest.mark.parametrize(
    ("bits", "significant", "expected"),
    [(8, 8, "uint8"), (16, 14, "uint16"), (32, 32, "float")],
)
def test_pixel_types(read: Read, bits: int, significant: int, expected: str) -> None:
    (record,) = read(said=attributes(bits=bits, significant=significant))
    assert (record.pixel_type, record.significant_bits) == (expected, significant)


def test_a_pixel_type_that_ome_has_not(read: Read) -> None:
    (record,) = read(said=attributes(bits=24, significant=99))
    assert (record.pixel_type, record.significant_bits) == (None, None)
    assert problems(record) == [("pixel-type-unknown", False)]


@pytest.mark.parametrize(
    ("shown", "calibrated"),
    [
        (picture(), True),
        (picture(bCalibrated=False), False),
        (picture(dCalibration=0.0), False),
        (picture(dCalibration=-1.0), False),
        (picture(dCalibration=float("inf")), False),
    ],
)
def test_calibration(read: Read, shown: Any, calibrated: bool) -> None:
    """Where nothing is calibrated, the library says 1 µm."""
    (record,) = read(shown=shown)
    assert (record.physical_size.x is not None) == calibrated


def test_a_line_scan(read: Read) -> None:
    (record,) = read(shown=picture(ePictureYAxis=2))
    assert record.physical_size.x == Quantity(0.325, "µm")
    assert record.physical_size.y is None
    assert problems(record) == [("axis-unknown", False)]


# -- channels --------------------------------------------------------------------


def test_colour_has_no_wavelengths(read: Read) -> None:
    shown = picture(plane("RGB", components=3, modality=0x102))
    (record,) = read(said=attributes(components=3), shown=shown)
    assert record.size.c == 3
    (channel,) = record.channels
    assert (channel.samples_per_pixel, channel.emission_wavelength) == (3, None)
    assert channel.contrast_method == "Brightfield"
    assert channel.acquisition_mode == "BrightField"


@pytest.mark.parametrize(
    ("modality", "contrast", "mode"),
    [
        (0x201, "Fluorescence", "LaserScanningConfocalMicroscopy"),
        (0x401, "Fluorescence", "SpinningDiskConfocal"),
        (0x10201, "Fluorescence", "MultiPhotonMicroscopy"),
        (0x20101, "Fluorescence", "TotalInternalReflection"),
        (0x112, "Phase", "BrightField"),
        (0x122, "DIC", "BrightField"),
        (None, None, None),
    ],
)
def test_modalities(
    read: Read, modality: int | None, contrast: str | None, mode: str | None
) -> None:
    (record,) = read(shown=picture(plane(modality=modality)))
    (channel,) = record.channels
    assert (channel.contrast_method, channel.acquisition_mode) == (contrast, mode)


def band(low: float, high: float) -> dict[str, Any]:
    points = {
        f"Point{n}": {"eType": U32(2 + n), "dWavelength": edge, "dTValue": 1.0}
        for n, edge in enumerate((low, high))
    }
    return {"uiCount": U32(2), "pPoint": points, "bPoints": False}


def test_the_edges_of_a_filter_give_its_centre(read: Read) -> None:
    empty = {"uiCount": U32(0), "pPoint": {}, "bPoints": False}
    one = plane("GFP", dye="")
    one["pFluorescentProbe"] = {
        "m_sName": "",
        "m_ExcitationSpectrum": empty,
        "m_EmissionSpectrum": empty,
    }
    filters = {
        "m_ExcitationSpectrum": band(460.0, 500.0),
        "m_EmissionSpectrum": band(500.0, 550.0),
    }
    one["pFilterPath"] = {"m_uiCount": U32(1), "m_pFilter": [filters]}
    (record,) = read(shown=picture(one))
    (channel,) = record.channels
    assert channel.emission_wavelength == Quantity(525.0, "nm")
    assert channel.excitation_wavelength == Quantity(480.0, "nm")
    assert channel.fluorophore is None


def test_channels_without_names_and_wavelengths(read: Read) -> None:
    one = plane("", dye="???", excitation=0.0, emission=-1.0)
    one["sOpticalConfigName"] = "Cy5 fast"
    (record,) = read(shown=picture(one))
    (channel,) = record.channels
    assert (channel.name, channel.fluorophore) == ("Cy5 fast", None)
    assert channel.excitation_wavelength is None
    assert channel.emission_wavelength is None


def test_more_components_than_channels(read: Read) -> None:
    (record,) = read(said=attributes(components=2))
    assert record.size.c == 2
    assert [c.name for c in record.channels] == ["DAPI", None]


def test_very_many_components(read: Read) -> None:
    (record,) = read(said=attributes(components=1 << 31))
    assert record.size.c == 1 << 31
    assert len(record.channels) == 1_000
    assert ("too-many-channels", False) in problems(record)


# -- instrument ------------------------------------------------------------------


def test_camera_and_microscope(read: Read) -> None:
    shown = picture(plane(), plane(), samples=(sample("Andor"), sample("Hamamatsu")))
    (record,) = read(said=attributes(components=2), shown=shown)
    assert record.detector.model == "Andor"
    assert record.instrument.model == "Ti2"
    assert problems(record) == [("several-detectors", False)]
    (record,) = read(shown=picture(samples=(sample("", "Flash 4"),)))
    assert record.detector.model == "Flash 4"


def test_optics_in_the_texts_alone(read: Read) -> None:
    shown = picture(wsObjectiveName="", dObjectiveMag=-1.0, dObjectiveNA=-1.0)
    texts = {
        "TextInfoItem_5": "Numerical Aperture: 0.75\r\n",
        "TextInfoItem_13": "Plan Fluor 20x",
    }
    (record,) = read(shown=shown, texts=texts)
    assert record.objective == Objective(None, "Plan Fluor 20x", 20.0, 0.75)
    (record,) = read(shown=shown)
    assert record.objective == Objective()


def test_an_author_is_not_told(read: Read) -> None:
    (record,) = read(texts={"TextInfoItem_4": "Jane Doe"})
    assert problems(record) == [("personal-data", False)]
    assert "Jane" not in record.problems[0].message


def test_the_program_and_regions(read: Read) -> None:
    names = {"m_SWNameString": "NIS", "m_VersionString": "5.2"}
    program = xml_chunk({"AppInfo": names})
    regions = item("RoiMetadata_v1", {"m_uiVersion": U32(1)})
    chunks = [
        *metadata(),
        (b"CustomDataVar|AppInfo_V1_0!", program),
        (b"CustomData|RoiMetadata_v1!", regions),
    ]
    (record,) = read(assemble(chunks))
    assert (record.software, record.rois) == ("NIS 5.2", 0)


@pytest.mark.parametrize(
    ("day", "text", "expected"),
    [
        (2459000.5, "", "2020-05-31T00:00:00.000Z"),
        (397.7, "3-17-2009  10:58:30", "2009-03-17T10:58:30"),
        (-1.0, "11/3/2009  10:58:30", None),
        (9e15, "", None),
        (float("nan"), "", None),
    ],
)
def test_dates(read: Read, day: float, text: str, expected: str | None) -> None:
    shown = picture(dTimeAbsolute=day)
    (record,) = read(shown=shown, texts={"TextInfoItem_9": text})
    assert record.acquired_at == expected
    ambiguous = [("date-ignored", False)] if text and not expected else []
    assert problems(record) == ambiguous


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18/06/2014  15:55:27", "2014-06-18T15:55:27"),
        ("9/28/2021  9:34:47 AM", "2021-09-28T09:34:47"),
        ("9/28/2021  12:34:47 am", "2021-09-28T00:34:47"),
        ("9/28/2021  12:34:47 PM", "2021-09-28T12:34:47"),
        ("5.5.2021 01:02:03", "2021-05-05T01:02:03"),
        ("5.6.2021 01:02:03", None),
        ("31/31/2021 01:02:03", None),
        ("1/20/2021 25:02:03", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_local_times(text: str, expected: str | None) -> None:
    assert local_time(text) == expected


# -- older files -----------------------------------------------------------------


def test_version_two_is_xml(read: Read) -> None:
    experiment = z_loop(3, 0.5)
    chunks = [
        (b"ImageAttributes!", xml_chunk(attributes())),
        (b"ImageMetadataSeq|0!", xml_chunk(picture())),
        (b"ImageMetadata!", xml_chunk({"e": experiment})),
        *frame_chunks(3, 96),
    ]
    (record,) = read(assemble(chunks, version=b"Ver2.1"))
    assert record.size == ImageSize(8, 6, 3, 1, 1)
    assert record.physical_size.z == Quantity(0.5, "µm")
    assert record.channels[0].name == "DAPI"


@pytest.mark.parametrize(
    "trap",
    [
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><variant>&b;</variant>",
        b"<variant>" + b"<a/>" * (1 << 20) + b"</variant>",
    ],
)
def test_xml_that_could_do_harm_is_left_out(read: Read, trap: bytes) -> None:
    chunks = [
        (b"ImageAttributes!", xml_chunk(attributes())),
        (b"ImageMetadataSeq|0!", xml_chunk(picture())),
        (b"ImageTextInfo!", trap),
    ]
    (record,) = read(assemble(chunks, version=b"Ver2.1"))
    assert problems(record) == [("metadata-unreadable", False)]


def test_compressed_metadata(read: Read) -> None:
    chunks = [(name, compressed(data)) for name, data in metadata()]
    (record,) = read(assemble(chunks))
    assert record.size == ImageSize(8, 6, 1, 1, 1)


# -- damage ----------------------------------------------------------------------


def test_cut_before_the_map(read: Read) -> None:
    """The chunks are found by walking; what is missing is said."""
    content = nd2_bytes(frames=4, experiment=time_loop(4))
    cut = content.index(b"ImageDataSeq|2!") + 40
    (record,) = read(content[:cut])
    assert record.size == ImageSize(8, 6, 1, 1, 4)
    found = dict(problems(record))
    assert found == {"truncated": True, "planes-missing": False}
    place = record.problems[0].place
    assert place == f"byte {content.index(b'ImageDataSeq|2!') - 16}"


def test_without_metadata(read: Read) -> None:
    with pytest.raises(DamagedFileError, match="ImageAttributes") as caught:
        read(assemble(frame_chunks(2, 96)))
    assert caught.value.offset is not None
    with pytest.raises(DamagedFileError):
        read(nd2_bytes()[:120])


def test_the_map_leads_behind_the_end(read: Read) -> None:
    content = bytearray(nd2_bytes(frames=2))
    entry = content.index(b"ImageDataSeq|1!", content.index(b"ND2 FILEMAP")) + 15
    struct.pack_into("<Q", content, entry, 1 << 40)
    (record,) = read(bytes(content))
    assert problems(record)[0] == ("truncated", True)


def test_the_map_leads_to_no_chunk(read: Read) -> None:
    content = bytearray(nd2_bytes(texts={"TextInfoItem_4": "Jane"}))
    entry = content.index(b"ImageTextInfoLV!", content.index(b"ND2 FILEMAP")) + 16
    struct.pack_into("<Q", content, entry, 0)
    struct.pack_into("<I", content, 0, 0x0ABECEDA)
    (record,) = read(bytes(content))
    assert record.size == ImageSize(8, 6, 1, 1, 1)
    struct.pack_into("<Q", content, entry, 7)
    (record,) = read(bytes(content))
    assert problems(record) == [("metadata-unreadable", False)]


@pytest.mark.parametrize(
    "data",
    [
        b"\x08\x01\0\0" + b"a\0" * 200_000,  # a text without an end
        b"\x0b\x01\0\0" + struct.pack("<IQ", 1 << 31, 1 << 60),
        b"\x0b\x01\0\0" + struct.pack("<IQ", 1, 3),
        b"\x63\x01\0\0",
        b"\x06",
        item("a", bytes([76, 5]) + bytes(40)),
        item("a", b"\x08\x09" + bytes(100_000)),
        b"L" + bytes(11) + b"no zlib",
        b"L" + bytes(11) + zlib.compress(bytes(1 << 26)),
        b"L" + bytes(11) + zlib.compress(b"abc")[:-4],
        item("a", [1] * 500_000),
    ],
)
def test_chunks_that_could_do_harm_are_left_out(read: Read, data: bytes) -> None:
    chunks = [*metadata(), (b"ImageTextInfoLV!", data)]
    (record,) = read(assemble(chunks))
    assert problems(record) == [("metadata-unreadable", False)]
    assert "ImageTextInfoLV" in record.problems[0].message


def test_levels_too_deep_are_left_out(read: Read) -> None:
    value: Any = 1
    for _ in range(60):
        value = {"a": value}
    chunks = [*metadata(), (b"ImageTextInfoLV!", item("a", value))]
    (record,) = read(assemble(chunks))
    assert problems(record) == [("metadata-unreadable", False)]


def test_a_part_that_the_library_cannot_decode(read: Read) -> None:
    (record,) = read(experiment=loop(4, {"uiCount": "many"}))
    assert problems(record) == [("metadata-unreadable", False)]
    assert "sizes (TypeError)" in record.problems[0].message
    assert record.size == ImageSize(8, 6, None, 1, None)


def test_sizes_that_are_none(read: Read) -> None:
    (record,) = read(said=attributes(width=0, height=0))
    assert record.size.x is None
    with pytest.raises(DamagedFileError, match="nd2 can decode"):
        read(said={"SLxImageAttributes": {"uiWidth": U32(4)}})


def test_more_positions_than_are_listed(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairsubmit.readers.nikon.record.MAX_POSITIONS", 2)
    records = read(frames=3, experiment=positions(["a", "b", "c"]))
    assert len(records) == 2
    assert problems(records[0]) == [("too-many-images", False)]


def test_a_map_without_an_end(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 256)
    content = nd2_bytes(frames=40, experiment=time_loop(40))
    (record,) = read(content)  # entries lie across pieces
    assert problems(record) == []
    junk = b"ND2 CHUNK MAP SIGNATURE 0000001!"
    start = len(content)
    longer = content + chunk(b"ND2 FILEMAP SIGNATURE NAME 0001!", bytes(5000))
    longer += junk + struct.pack("<Q", start)
    with pytest.raises(DamagedFileError):
        read(longer)


def test_jpeg_2000_files_until_2008(tmp_path: Path) -> None:
    path = tmp_path / "a.nd2"
    content = old_nd2()
    path.write_bytes(content)
    assert Nd2().recognises(path, content)
    (record,) = Nd2().read(path)
    assert record.size == ImageSize(8, 6, 3, 1, 1)
    assert record.pixel_type == "uint16"
    assert record.physical_size.x == Quantity(0.2, "µm")
    assert record.physical_size.z == Quantity(0.5, "µm")
    assert [c.name for c in record.channels] == ["FITC"]
    assert record.objective == Objective(None, "Plan Apo 40x", 40.0, 0.95)
    assert (record.acquired_at, record.problems) == (None, ())


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.9, 0.99])
def test_cut_jpeg_2000_files(tmp_path: Path, share: float) -> None:
    path = tmp_path / "a.nd2"
    content = old_nd2()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DamagedFileError):
        Nd2().read(path)


def test_more_metadata_than_are_read(tmp_path: Path) -> None:
    """Of an old file too, no more is read than metadata are long."""
    path = tmp_path / "a.nd2"
    content = bytearray(old_nd2())
    box = content.index(b"xml <variant") - 4
    struct.pack_into(">I", content, box, 0x7FFFFFFF)
    listed = len(content) - int.from_bytes(content[-8:], "little")
    path.write_bytes(content[:listed] + bytes(5 << 20) + content[listed:])
    (record,) = Nd2().read(path)
    assert problems(record) == [("metadata-unreadable", False)]
    assert "channels (ValueError)" in record.problems[0].message


def test_old_jpeg_2000_files_that_are_none(tmp_path: Path) -> None:
    head = b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(5000)
    path = tmp_path / "a.nd2"
    path.write_bytes(head)
    assert Nd2().recognises(path, head)
    assert not Nd2().recognises(tmp_path / "a.jp2", head)
    with pytest.raises(DamagedFileError, match="nd2 can decode"):
        Nd2().read(path)


def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "nd2", None)
    path = tmp_path / "a.nd2"
    path.write_bytes(nd2_bytes())
    with pytest.raises(MissingReaderError) as caught:
        Nd2().read(path)
    assert caught.value.hint == 'pip install "fairsubmit[nd2]"'


def test_the_real_file_cut_anywhere(shared: Path, tmp_path: Path) -> None:
    content = (shared / "samples" / "nd2" / "cluster.nd2").read_bytes()
    path = tmp_path / "a.nd2"
    for size in range(0, len(content), 20_011):
        path.write_bytes(content[:size])
        found = read_image(path)
        errors = [p for i in found.images for p in i.problems if p.error]
        assert found.findings or errors, size
