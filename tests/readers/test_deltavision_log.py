"""DeltaVision: the log beside an image, and which image it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.readers.deltavision_files import LOG, Dv, codes, one, problem

from fairsubmit.readers import read_image
from fairsubmit.readers.deltavision.reader import DeltaVision

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata


def logged(folder: Path, text: str, name: str = "a.dv.log") -> ImageMetadata:
    (folder / name).write_text(text)
    return one(folder, Dv())


def test_what_the_log_adds(tmp_path: Path) -> None:
    record = logged(tmp_path, LOG)
    lens = record.objective
    assert (lens.manufacturer, lens.magnification) == ("Olympus", 60)
    assert lens.model == "60X/1.42, Plan Apo N, UIS2, 1-U2B933"
    assert lens.numerical_aperture == 1.42
    assert record.detector.model == "CoolSNAP_HQ2/ICX285"
    assert record.acquired_at == "2008-02-12T10:04:44"
    assert [c.name for c in record.channels] == ["DAPI", "FITC"]
    assert record.files == tuple(
        (tmp_path / name).as_posix() for name in ("a.dv", "a.dv.log")
    )


def test_filters_that_are_not_as_many_as_channels(tmp_path: Path) -> None:
    record = logged(tmp_path, LOG.replace("FITC", "DAPI"))
    assert [c.name for c in record.channels] == [None, None]


@pytest.mark.parametrize(
    ("line", "model", "magnification", "aperture"),
    [
        ("Zeiss 100x/1.4 Oil", "100x/1.4 Oil", 100, 1.4),
        ("Olympus_40X/1.35", "40X/1.35", 40, 1.35),
        ("UPlanApo", "UPlanApo", None, None),
        ("null", "lens ID 10612", None, None),
        ("60X, air", "60X, air", 60, None),
    ],
)
def test_objectives(
    tmp_path: Path,
    line: str,
    model: str,
    magnification: float | None,
    aperture: float | None,
) -> None:
    lens = logged(tmp_path, f"Objective: {line}\n").objective
    assert (lens.model, lens.magnification) == (model, magnification)
    assert lens.numerical_aperture == aperture


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Created  Mon Dec  3 09:00:01 2012", "2012-12-03T09:00:01"),
        ("Created Mon Foo 3 09:00:01 2012", None),
        ("Created by softWoRx", None),
    ],
)
def test_dates_of_logs(tmp_path: Path, line: str, date: str | None) -> None:
    assert logged(tmp_path, line).acquired_at == date


def test_a_person_in_a_log_is_told_but_not_named(tmp_path: Path) -> None:
    record = logged(tmp_path, "User: ada lovelace\n")
    message = problem(record, "personal-data").message
    assert "User" in message
    assert "ada" not in message


@pytest.mark.parametrize(
    ("image", "log"),
    [
        ("a.dv", "a.log"),
        ("a_R3D_D3D.dv", "a_R3D.dv.log"),
        ("a.r3d", "a.r3d.log"),
        ("a.dv", "a_log.txt"),
    ],
)
def test_logs_belong_to_their_image(tmp_path: Path, image: str, log: str) -> None:
    (tmp_path / log).write_text("Type: camera\n")
    record = one(tmp_path, Dv(), image)
    assert record.files[1:] == ((tmp_path / log).as_posix(),)
    assert record.detector.model == "camera"


@pytest.mark.parametrize("log", ["a.dv.log", "a.log", "a_log.txt", "a.DV.LOG"])
def test_a_log_gives_the_record_of_its_image(tmp_path: Path, log: str) -> None:
    (tmp_path / log).write_text("Type: camera\n")
    leads = [path.name.lower() for path in DeltaVision().leads(tmp_path / log)]
    assert "a.dv" in leads
    if log != "a.DV.LOG":
        record = one(tmp_path, Dv())
        assert read_image(tmp_path / log).images == (record,)


def test_other_logs_are_no_images(tmp_path: Path) -> None:
    (tmp_path / "run.log").write_text("Type: camera\n")
    assert read_image(tmp_path / "run.log").images == ()
    assert DeltaVision().leads(tmp_path / "a.txt") == ()


def test_a_log_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.dv.log").write_bytes(b"Pixel: \xb5m\nType: camera\xff\n")
    assert (one(tmp_path, Dv()).detector.model or "").startswith("camera")


def test_a_log_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.dv.log").mkdir()
    record = one(tmp_path, Dv())
    assert codes(record) == ["metadata-unreadable"]
