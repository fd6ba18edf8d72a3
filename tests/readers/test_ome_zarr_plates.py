"""Plates and bioformats2raw: positions, what is named and not there, what is odd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.readers.zarr_files import codes, dump, one, write_group, write_image

from fairsubmit.metadata.image import PlatePosition
from fairsubmit.readers import read_image
from fairsubmit.readers.zarr.collection import MAX_TOLD
from fairsubmit.readers.zarr.ome_zarr import OmeZarr

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[..., bytes]

ROWS = [{"name": "A"}, {"name": "B"}]
COLUMNS = [{"name": "1"}, {"name": "2"}, {"name": "3"}]


def write_plate(
    folder: Path,
    wells: list[dict[str, Any]],
    version: int = 2,
    *,
    fields: int = 2,
    **plate: Any,
) -> Path:
    entry = {"rows": ROWS, "columns": COLUMNS, "wells": wells, **plate}
    write_group(folder, {"plate": entry}, version)
    for well in wells:
        images = [{"path": str(number)} for number in range(fields)]
        path = folder / str(well["path"]).strip("/")
        write_group(path, {"well": {"images": images}}, version)
        for number in range(fields):
            write_image(path / str(number), version)
    return folder


def positions(folder: Path) -> list[PlatePosition | None]:
    extraction = read_image(folder)
    assert extraction.findings == ()
    return [image.plate for image in extraction.images]


@pytest.mark.parametrize("version", [2, 3])
def test_positions(tmp_path: Path, version: int) -> None:
    wells = [
        {"path": "A/1", "rowIndex": 0, "columnIndex": 0},
        {"path": "B/3", "rowIndex": 1, "columnIndex": 2},
    ]
    folder = write_plate(tmp_path / "a.zarr", wells, version, name="plate 7")
    assert positions(folder) == [
        PlatePosition("plate 7", 0, 0, 0),
        PlatePosition("plate 7", 0, 0, 1),
        PlatePosition("plate 7", 1, 2, 0),
        PlatePosition("plate 7", 1, 2, 1),
    ]
    assert one(folder / "B/3/1").plate is None


@pytest.mark.parametrize(
    ("well", "name", "expected"),
    [
        ({"path": "B/2"}, None, PlatePosition(None, 1, 1, 0)),
        ({"path": "B/2/"}, "  ", PlatePosition(None, 1, 1, 0)),
        ({"path": "C/9"}, 7, PlatePosition(None, None, None, 0)),
        ({"path": "B2"}, None, PlatePosition(None, None, None, 0)),
        (
            {"path": "B/2", "rowIndex": True, "columnIndex": -1},
            None,
            PlatePosition(None, 1, 1, 0),
        ),
        (
            {"path": "B/2", "rowIndex": "0", "columnIndex": 1e3},
            None,
            PlatePosition(None, 1, 1, 0),
        ),
    ],
    ids=range(6),
)
def test_positions_by_names(
    tmp_path: Path, well: dict[str, Any], name: object, expected: PlatePosition
) -> None:
    """Before NGFF 0.4 there was nothing else."""
    folder = write_plate(tmp_path / "a.zarr", [well], fields=1, name=name)
    assert positions(folder) == [expected]


def test_a_well_alone_has_fields(tmp_path: Path) -> None:
    folder = write_plate(tmp_path / "a.zarr", [{"path": "A/1"}])
    extraction = read_image(folder / "A/1")
    assert [image.plate for image in extraction.images] == [
        PlatePosition(field=0),
        PlatePosition(field=1),
    ]


def test_fields_count_by_their_place(tmp_path: Path) -> None:
    """Whatever they are called, and whether or not those before them are there."""
    folder = write_plate(tmp_path / "a.zarr", [{"path": "A/1"}], fields=1)
    images = [{"path": "gone"}, {"path": "0/", "acquisition": 3}, {"path": "./0"}]
    dump(folder / "A/1/.zattrs", {"well": {"images": images}})
    found = one(folder)
    assert found.plate == PlatePosition(None, 0, 0, 1)
    assert codes(found, error=True) == ["missing-image", "named-twice"]


def test_many_missing_wells_are_told_in_short(tmp_path: Path) -> None:
    wells = [{"path": f"A/{n}"} for n in range(1, 101)]
    folder = write_plate(tmp_path / "a.zarr", wells[:1], fields=1)
    dump(folder / ".zattrs", {"plate": {"wells": wells}})
    found = one(folder)
    assert codes(found, error=True) == ["missing-image"] * (MAX_TOLD + 1)
    assert [p.place for p in found.problems][:2] == ["A/2", "A/3"]
    assert f"{99 - MAX_TOLD} more" in found.problems[-1].message


def test_wells_outside(tmp_path: Path) -> None:
    write_image(tmp_path / "secret", 2)
    folder = write_plate(tmp_path / "a.zarr", [{"path": "A/1"}], fields=1)
    paths = ["A/1", "../secret", "..\\secret", "C:/secret", "/etc", ""]
    dump(folder / ".zattrs", {"plate": {"wells": [{"path": p} for p in paths]}})
    found = one(folder)
    assert codes(found, error=True) == ["path-outside"] * 5


def test_a_description_goes_by_the_wells_that_are_named(
    tmp_path: Path, make_ome: Make
) -> None:
    """Where the first field is lost, the second is not taken for it."""
    folder = write_plate(tmp_path / "a.zarr", [{"path": "A/1"}], fields=2)
    images = [{"path": "gone"}, {"path": "1"}]
    dump(folder / "A/1/.zattrs", {"well": {"images": images}})
    image = make_ome(
        size=(60, 50),
        planes=(4, 3, 2),
        image="<AcquisitionDate>2021-01-01T00:00:0N</AcquisitionDate>",
    ).decode()
    start, end = image.index("<Image"), image.index("</OME>")
    both = "".join(
        image[start:end].replace(":0N", f":0{n}").replace('ID="Image:0"', f'ID="I:{n}"')
        for n in (1, 2)
    )
    (folder / "OME").mkdir()
    (folder / "OME/METADATA.ome.xml").write_text(image[:start] + both + "</OME>")
    found = one(folder)
    assert found.acquired_at == "2021-01-01T00:00:02"
    assert "series-mismatch" in codes(found)


def test_layout_1_has_its_description_beside_it(tmp_path: Path, make_ome: Make) -> None:
    folder = tmp_path / "data.zarr"
    write_group(folder, {"bioformats2raw.layout": 1}, 2)
    write_image(folder / "0", 2)
    date = "<AcquisitionDate>2021-05-03T14:15:16</AcquisitionDate>"
    xml = make_ome(size=(60, 50), planes=(4, 3, 2), image=date)
    (tmp_path / "METADATA.ome.xml").write_bytes(xml)
    found = one(folder)
    assert found.acquired_at == "2021-05-03T14:15:16"
    beside = (tmp_path / "METADATA.ome.xml").as_posix()
    assert found.files == (folder.as_posix(), beside)
    assert list(OmeZarr().leads(tmp_path / "METADATA.ome.xml")) == [folder]
    assert list(OmeZarr().leads(tmp_path / "other.ome.xml")) == []


def test_series_that_lead_back_are_read_once(tmp_path: Path) -> None:
    folder = tmp_path / "a.zarr"
    write_group(folder, {"bioformats2raw.layout": 3}, 2)
    write_image(folder / "0", 2)
    write_group(folder / "OME", {"series": ["0", "0/", "./0"]}, 2)
    assert codes(one(folder), error=True) == ["named-twice", "named-twice"]


def test_links_that_lead_back_end(tmp_path: Path) -> None:
    folder = write_group(tmp_path / "a.zarr", {}, 2)
    write_image(folder / "b", 2)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    write_group(folder / "c", {}, 2)
    (folder / "c/up").symlink_to(folder / "c", target_is_directory=True)
    (folder / "self").symlink_to(folder / "self")
    assert one(folder).name == "b"


def test_a_group_that_is_a_link_to_itself(tmp_path: Path) -> None:
    folder = tmp_path / "a.zarr"
    folder.mkdir()
    (folder / ".zattrs").symlink_to(folder / ".zattrs")
    (finding,) = read_image(folder).findings
    assert finding.code == "IMG101"
    assert ".zattrs cannot be opened" in finding.message
