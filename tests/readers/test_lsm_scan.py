"""Zeiss LSM: channels, and the settings of the scan."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from tests.readers.lsm_files import (
    FULL,
    LENS,
    LIGHT,
    RECORDING,
    SCAN,
    Lsm,
    block,
    codes,
    one,
    problem,
    recording,
    track,
    value,
)

from fairsubmit.metadata.image import Quantity
from fairsubmit.readers.tiff import lsm_scan

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

# -- channels --------------------------------------------------------------------


def test_channels(tmp_path: Path) -> None:
    first, second = one(tmp_path, FULL).channels
    assert (first.name, first.fluorophore) == ("Ch1-T1", "EGFP")
    assert first.excitation_wavelength == Quantity(488, "nm")
    assert (second.name, second.fluorophore) == ("Ch2-T2", None)
    assert second.excitation_wavelength == Quantity(561, "nm")


def test_names_of_the_settings_stand_in(tmp_path: Path) -> None:
    record = one(tmp_path, Lsm(scan=SCAN))
    assert [c.name for c in record.channels] == ["Ch1", "Ch2"]


@pytest.mark.parametrize("names", [("one",), ("one", "two", "three")])
def test_names_that_are_not_as_many_as_channels(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    record = one(tmp_path, Lsm(names=names))
    assert [c.name for c in record.channels] == [None, None]


def test_a_track_by_the_channels_name(tmp_path: Path) -> None:
    """Settings without data channels: the name ends with the number of the track."""
    scan = recording(tracks=(track((405.0, 1)), track((633.0, 1)), track((1.0, 1))))
    record = one(tmp_path, Lsm(names=("ChS1-T2", "x-T9"), scan=scan))
    assert [c.excitation_wavelength for c in record.channels] == [
        Quantity(633, "nm"),
        None,
    ]


def test_the_only_track_is_the_one(tmp_path: Path) -> None:
    scan = recording(tracks=(track((405.0, 1)), track((633.0, 1), acquired=0)))
    record = one(tmp_path, Lsm(scan=scan))
    assert [c.excitation_wavelength for c in record.channels] == [
        Quantity(405, "nm"),
        Quantity(405, "nm"),
    ]


def test_two_lasers_at_once_are_not_told_apart(tmp_path: Path) -> None:
    scan = recording(tracks=(track((405.0, 1), (633.0, 1)),))
    record = one(tmp_path, Lsm(scan=scan))
    assert [c.excitation_wavelength for c in record.channels] == [None, None]


# -- the scan --------------------------------------------------------------------


def scanned(folder: Path, *entries: bytes) -> ImageMetadata:
    return one(folder, Lsm(scan=recording(*entries)))


def test_name_lens_and_date(tmp_path: Path) -> None:
    record = one(tmp_path, FULL)
    lens = record.objective
    assert (record.name, lens.model) == ("cells", LENS)
    assert (lens.magnification, lens.numerical_aperture) == (63, 1.4)
    assert lens.immersion == "Oil"
    assert record.acquired_at == "2006-10-10T12:00:00"


@pytest.mark.parametrize(
    ("model", "values"),
    [
        ("C-Apochromat 40x/1.20 W Korr", (40, 1.2, "Water")),
        ("Plan-Neofluar 10x/0.3", (10, 0.3, None)),
        ("EC Plan-Neofluar 2.5x/0,085 M27", (2.5, 0.085, None)),
        ("Fluar 5x", (5, None, None)),
        ("Unknown", (None, None, None)),
    ],
)
def test_lenses(tmp_path: Path, model: str, values: tuple[object, ...]) -> None:
    lens = scanned(tmp_path, value(0x10000004, model)).objective
    assert lens.model == model
    assert (lens.magnification, lens.numerical_aperture, lens.immersion) == values


@pytest.mark.parametrize("days", [0.0, -5.0, 1e9, float("nan"), float("inf")])
def test_no_date(tmp_path: Path, days: float) -> None:
    assert scanned(tmp_path, value(0x10000036, days)).acquired_at is None


def test_a_person_is_told_but_not_named(tmp_path: Path) -> None:
    record = scanned(tmp_path, value(0x10000047, "ada lovelace"))
    message = problem(record, "personal-data").message
    assert "ada" not in message
    assert "user" in message


@pytest.mark.parametrize("data", [1, 2, 3])
def test_processed_images(tmp_path: Path, data: int) -> None:
    assert codes(one(tmp_path, Lsm(data=data))) == ["processed-image"]


@pytest.mark.parametrize(("flag", "found"), [(0, True), (-1, False)])
def test_original_scans(tmp_path: Path, flag: int, *, found: bool) -> None:
    record = scanned(tmp_path, value(0x10000015, flag))
    assert codes(record) == ["processed-image"] * found


@pytest.mark.parametrize(
    "scan",
    [
        SCAN[:-6],
        SCAN[:40],
        struct.pack("<3I", RECORDING, 0, 0x7FFFFFFF) + SCAN[12:],
        struct.pack("<3I", LIGHT, 0, 0) + SCAN[12:],
        block(RECORDING)[:12] + struct.pack("<3I", 0x10000001, 2, 0xFFFFFFFF),
    ],
)
def test_settings_that_are_not_whole(tmp_path: Path, scan: bytes) -> None:
    content = Lsm(scan=scan).written()
    assert "metadata-unreadable" in codes(one(tmp_path, content))


def test_settings_have_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lsm_scan, "MAX_ENTRIES", 2)
    assert codes(one(tmp_path, FULL)) == ["metadata-unreadable"]


def test_values_of_other_types_are_passed_over(tmp_path: Path) -> None:
    """Also those too short for their type, and those outside of any track."""
    odd = struct.pack("<3I", 0x10000036, 5, 2) + b"ab"
    other = struct.pack("<3I", 0x10000099, 9, 3) + b"abc"
    outside = block(LIGHT, value(0x90000003, 1.0), value(0xD0000006, 8))
    inside = track((488.0, 1))[:-12] + value(0xD0000006, 8)
    inside += struct.pack("<3I", 0xFFFFFFFF, 0, 0)
    wrong = value(0x10000004, 5) + value(0x90000003, "x")
    scan = recording(odd, other, outside, wrong, tracks=(inside,))
    record = one(tmp_path, Lsm(scan=scan))
    assert (record.acquired_at, record.objective.model) == (None, None)
    assert codes(record) == []
