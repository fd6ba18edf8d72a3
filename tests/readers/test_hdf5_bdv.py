"""BigDataViewer datasets: the XML, and the HDF5, N5 or OME-Zarr beside it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.readers.hdf5_files import (
    LOADER,
    RANGE,
    h5py,
    spim_xml,
    view_setup,
    write_bdv_h5,
)

from fairsubmit.metadata.image import ImageSize, PhysicalSize, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.extract import extract

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

TWO = view_setup(0) + view_setup(1, 1)


def write(folder: Path, *parts: Any, **more: Any) -> Path:
    path = folder / "a.xml"
    path.write_bytes(spim_xml(*parts, **more))
    return path


def images(path: Path) -> tuple[ImageMetadata, ...]:
    extraction = read_image(path)
    assert extraction.findings == ()
    return extraction.images


def codes(found: ImageMetadata, *, error: bool | None = None) -> list[str]:
    return [p.code for p in found.problems if error is None or p.error is error]


def test_channels_are_one_image(tmp_path: Path) -> None:
    h5 = write_bdv_h5(tmp_path / "a.h5")
    path = write(tmp_path, TWO)
    (found,) = images(path)
    assert (found.format, found.reader) == ("BigDataViewer", "bdv")
    assert found.size == ImageSize(6, 5, 4, 2, 3)
    assert found.physical_size == PhysicalSize(
        Quantity(0.5, "µm"), Quantity(0.5, "µm"), Quantity(2, "µm")
    )
    assert [channel.name for channel in found.channels] == ["GFP", "RFP"]
    # Stored as int16, meant as uint16.
    assert found.pixel_type == "uint16"
    assert found.files == (path.as_posix(), h5.as_posix())
    assert found.problems == ()


def test_tiles_are_images(tmp_path: Path) -> None:
    write_bdv_h5(tmp_path / "a.h5", setups=4)
    setups = "".join(view_setup(n, n % 2, n // 2) for n in range(4))
    found = images(write(tmp_path, setups))
    assert [image.series for image in found] == [0, 1]
    assert [image.size.c for image in found] == [2, 2]
    assert found[1].name == "illumination 0, tile right, angle 0"
    assert found[1].provenance["size.x"] == "ViewSetup:2/size"


def test_hdf5_gives_the_records_of_its_xml(tmp_path: Path) -> None:
    h5 = write_bdv_h5(tmp_path / "a.h5")
    path = write(tmp_path, TWO)
    (found,) = images(h5)
    assert found.path == path.as_posix()
    records = [e for e in extract([tmp_path], root=tmp_path) if e.images]
    assert [e.path for e in records] == ["a.xml"]


def test_hdf5_without_its_xml(tmp_path: Path) -> None:
    found = images(write_bdv_h5(tmp_path / "a.h5"))
    assert [image.size for image in found] == [ImageSize(6, 5, 4, 1, 3)] * 2
    assert [image.pixel_type for image in found] == ["uint16", "uint16"]
    assert codes(found[0]) == ["companion-missing"]


@pytest.mark.parametrize(
    ("times", "count"),
    [
        ('<Timepoints type="pattern"><integerpattern>0-4,7</integerpattern>', 6),
        ('<Timepoints type="pattern"><integerpattern>0-8:2</integerpattern>', 5),
        ('<Timepoints type="pattern"><integerpattern>5</integerpattern>', 1),
        ('<Timepoints type="pattern"><integerpattern>x</integerpattern>', None),
        ('<Timepoints type="range"><first>3</first><last>2</last>', None),
        ('<Timepoints type="range"><first>0</first><last>999999998</last>', 999999999),
        ('<Timepoints type="range"><first>0</first><last>99999999999</last>', None),
    ],
)
def test_time_points(tmp_path: Path, times: str, count: int | None) -> None:
    (found,) = images(write(tmp_path, TWO, LOADER, times + "</Timepoints>"))
    assert found.size.t == count


@pytest.mark.parametrize(
    ("texts", "expected", "code"),
    [
        ({"unit": "µm"}, Quantity(0.5, "µm"), None),
        ({"unit": "um"}, Quantity(0.5, "µm"), None),
        ({"unit": "nm", "voxel": "4 4 30"}, Quantity(4, "nm"), None),
        ({"unit": "pixel", "voxel": "1 1 1"}, None, "unit-unknown"),
        ({"unit": ""}, None, "unit-missing"),
        ({"voxel": ""}, None, None),
        ({"voxel": "0 1 1"}, None, "value-ignored"),
        ({"voxel": "NaN 1 1"}, None, "value-ignored"),
    ],
)
def test_voxel_sizes(
    tmp_path: Path, texts: dict[str, Any], expected: object, code: str | None
) -> None:
    write_bdv_h5(tmp_path / "a.h5", setups=1)
    (found,) = images(write(tmp_path, view_setup(0, **texts)))
    assert found.physical_size.x == expected
    assert codes(found) == ([code] if code else [])


def test_a_missing_partner_is_an_error(tmp_path: Path) -> None:
    (found,) = images(write(tmp_path, TWO))
    assert codes(found, error=True) == ["missing-part"]
    assert found.size.x == 6
    assert len(found.files) == 1


@pytest.mark.parametrize("name", ["../b/a.h5", "/data/a.h5"])
def test_a_partner_elsewhere_is_sought_beside(tmp_path: Path, name: str) -> None:
    kind = "absolute" if name.startswith("/") else "relative"
    loader = f'<ImageLoader format="bdv.hdf5"><hdf5 type="{kind}">{name}</hdf5>'
    path = write(tmp_path, TWO, loader + "</ImageLoader>")
    (found,) = images(path)
    assert codes(found, error=True) == ["path-outside"]
    write_bdv_h5(tmp_path / "a.h5")
    (found,) = images(path)
    assert codes(found, error=True) == []
    assert codes(found) == ["path-outside"]
    assert len(found.files) == 2


def test_pixels_that_differ_from_the_xml(tmp_path: Path) -> None:
    write_bdv_h5(tmp_path / "a.h5", shape=(4, 5, 7))
    (found,) = images(write(tmp_path, TWO))
    assert codes(found, error=True) == ["size-mismatch", "size-mismatch"]


def test_views_without_pixels(tmp_path: Path) -> None:
    write_bdv_h5(tmp_path / "a.h5", setups=1)
    (found,) = images(write(tmp_path, TWO))
    assert codes(found, error=True) == ["planes-missing"]
    missing = (
        '<MissingViews><MissingView timepoint="0" setup="1"></MissingView>'
        "</MissingViews>"
    )
    (found,) = images(write(tmp_path, TWO, after=missing))
    assert codes(found, error=True) == []
    assert codes(found) == ["planes-missing"]


def test_partitions(tmp_path: Path) -> None:
    write_bdv_h5(tmp_path / "a-00-00.h5")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for setup in range(2):
            file[f"s{setup:02d}/resolutions"] = [[1.0, 1.0, 1.0]]
        for time in range(3):
            name = f"t{time:05d}"
            file[name] = h5py.ExternalLink("a-00-00.h5", name)
    loader = (
        '<ImageLoader format="bdv.hdf5"><hdf5 type="relative">a.h5</hdf5>'
        '<partition><path type="relative">a-00-00.h5</path></partition></ImageLoader>'
    )
    (found,) = images(write(tmp_path, TWO, loader))
    assert len(found.files) == 3
    assert found.problems == ()
    (same,) = images(tmp_path / "a-00-00.h5")
    assert same.path == found.path


def test_n5(tmp_path: Path) -> None:
    for setup in range(2):
        folder = tmp_path / f"a.n5/setup{setup}/timepoint0/s0"
        folder.mkdir(parents=True)
        attributes = {"dimensions": [6, 5, 4], "dataType": "uint8"}
        (folder / "attributes.json").write_text(json.dumps(attributes))
    loader = '<ImageLoader format="bdv.n5"><n5 type="relative">a.n5</n5></ImageLoader>'
    path = write(tmp_path, TWO, loader)
    (found,) = images(path)
    assert (found.pixel_type, found.problems) == ("uint8", ())
    assert found.files[1] == (tmp_path / "a.n5").as_posix()
    (tmp_path / "a.n5/setup1/timepoint0/s0/attributes.json").write_text("{")
    (found,) = images(path)
    assert codes(found, error=True) == ["unreadable-part"]


def test_ome_zarr(tmp_path: Path) -> None:
    for setup in range(2):
        folder = tmp_path / f"a.zarr/s{setup}-t0.zarr/0"
        folder.mkdir(parents=True)
        header = {"shape": [1, 1, 4, 5, 6], "dtype": "<u2"}
        (folder / ".zarray").write_text(json.dumps(header))
    (tmp_path / "a.zarr/.zgroup").write_text('{"zarr_format": 2}')
    groups = "".join(
        f'<zgroup setup="{s}" tp="0" path="s{s}-t0.zarr" indicies="[0, 0]"/>'
        for s in range(2)
    )
    loader = (
        '<ImageLoader format="bdv.multimg.zarr" version="3.0">'
        f'<zarr type="relative">a.zarr</zarr><zgroups>{groups}</zgroups></ImageLoader>'
    )
    path = write(tmp_path, TWO, loader)
    (found,) = images(path)
    assert (found.pixel_type, found.problems) == ("uint16", ())
    (same,) = images(tmp_path / "a.zarr")
    assert same.path == path.as_posix()


def test_pixels_on_a_server(tmp_path: Path) -> None:
    loader = '<ImageLoader format="bdv.remote"><baseUrl>http://x/y</baseUrl>'
    (found,) = images(write(tmp_path, TWO, loader + "</ImageLoader>"))
    assert codes(found, error=True) == ["missing-part"]


def test_what_follows_the_sequence_is_not_read(tmp_path: Path) -> None:
    write_bdv_h5(tmp_path / "a.h5")
    path = write(tmp_path, TWO)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"<ViewReg")] + b"<" * 100)
    assert images(path)[0].problems == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<SpimData ", "XML of BigDataViewer"),
        (b"<SpimData></SpimData>", "ViewSetup"),
        (
            b'<!DOCTYPE x [<!ENTITY a "b">]><SpimData>&a;</SpimData>',
            "document type",
        ),
        (b"<SpimData>" + b"<a>" * 100_000, "nested too deeply"),
    ],
)
def test_xml_that_is_damaged(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(content)
    (finding,) = read_image(path).findings
    assert finding.code == "IMG101"
    assert says in finding.message


def test_xml_that_is_cut_short_keeps_what_it_has(tmp_path: Path) -> None:
    write_bdv_h5(tmp_path / "a.h5")
    path = write(tmp_path, TWO)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"<Timepoints")])
    (found,) = images(path)
    assert codes(found, error=True) == ["truncated"]
    assert found.size == ImageSize(6, 5, 4, 2, None)


def test_a_partner_that_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    (found,) = images(write(tmp_path, TWO))
    assert codes(found, error=True) == ["unreadable-part"]


def test_other_xml_is_no_image(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(b"<?xml version='1.0'?><Config>SpimData</Config>")
    extraction = read_image(path)
    assert (extraction.images, extraction.findings) == ((), ())


def test_many_setups_end(tmp_path: Path) -> None:
    setups = "".join(view_setup(n, 0, n) for n in range(3000))
    found = images(write(tmp_path, setups, LOADER, RANGE))
    assert len(found) == 3000


def test_without_the_library_the_xml_speaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    h5 = write_bdv_h5(tmp_path / "a.h5")
    path = write(tmp_path, TWO)
    for library in ("h5py", "openreadout"):
        monkeypatch.setitem(sys.modules, library, None)
    (found,) = images(path)
    assert (found.size.x, found.pixel_type) == (6, None)
    assert codes(found) == ["reader-missing"]
    assert "fairsubmit[hdf5]" in found.problems[0].message
    path.unlink()
    (finding,) = read_image(h5).findings
    assert finding.code == "IMG121"
