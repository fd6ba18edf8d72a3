"""OME-Zarr: images, plates, bioformats2raw, labels, and what may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.readers.zarr_files import AXES, SCALE, SHAPE, codes, dump, one, write_group

from fairsubmit.metadata.image import PhysicalSize, Quantity
from fairsubmit.readers import is_image, read_image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[..., bytes]


def write_array(
    folder: Path, shape: list[int], version: int, *, kind: str = "u2"
) -> None:
    if version == 2:
        dump(
            folder / ".zarray", {"zarr_format": 2, "shape": shape, "dtype": f"<{kind}"}
        )
        dump(folder / "0", [])
    else:
        names = {"u2": "uint16", "f4": "float32"}
        header = {"node_type": "array", "shape": shape, "data_type": names[kind]}
        axes = [axis["name"] for axis in AXES[-len(shape) :]]
        dump(folder / "zarr.json", {**header, "dimension_names": axes})
        dump(folder / "c" / "0", [])


def multiscale(**changes: Any) -> dict[str, Any]:
    datasets = [
        {
            "path": str(level),
            "coordinateTransformations": [
                {"type": "scale", "scale": [v * 2**level for v in SCALE]},
                {"type": "translation", "translation": [0] * 5},
            ],
        }
        for level in range(2)
    ]
    return {"version": "0.4", "axes": AXES, "datasets": datasets, **changes}


def write_image(
    folder: Path, version: int, attributes: dict[str, Any] | None = None, **changes: Any
) -> Path:
    entry = multiscale(**changes)
    write_group(folder, {"multiscales": [entry], **(attributes or {})}, version)
    for level in range(2):
        write_array(folder / str(level), SHAPE, version)
    return folder


@pytest.mark.parametrize("version", [2, 3])
def test_an_image(tmp_path: Path, version: int) -> None:
    omero = {"omero": {"channels": [{"label": "DAPI"}, {"label": 7}, {"color": "F"}]}}
    outer = [{"type": "scale", "scale": [100.0, 1, 1, 1, 1]}]
    folder = tmp_path / "a.ome.zarr"
    write_image(folder, version, omero, name="cells", coordinateTransformations=outer)
    found = one(folder)
    assert found.physical_size == PhysicalSize(
        Quantity(0.25, "µm"), Quantity(0.25, "µm"), Quantity(0.5, "µm")
    )
    assert found.time_increment == Quantity(100, "ms")
    size = found.size
    assert (size.x, size.y, size.z, size.c, size.t) == (60, 50, 4, 3, 2)
    assert (found.dimension_order, found.pixel_type) == ("XYZCT", "uint16")
    assert [channel.name for channel in found.channels] == ["DAPI", "7", None]
    assert (found.name, found.format, found.reader) == ("cells", "OME-Zarr", "ome_zarr")
    assert found.path == folder.as_posix()
    assert found.files == (folder.as_posix(),)
    assert found.problems == ()


@pytest.mark.parametrize("axes", [None, ["t", "c", "z", "y", "x"]])
def test_the_first_versions_have_bare_axes_or_none(
    tmp_path: Path, axes: list[str] | None
) -> None:
    folder = tmp_path / "a.zarr"
    entry = {"version": "0.1", "datasets": [{"path": "0"}]}
    if axes:
        entry["axes"] = axes
    write_group(folder, {"multiscales": [entry]}, 2)
    write_array(folder / "0", SHAPE, 2, kind="f4")
    found = one(folder)
    assert (found.size.x, found.size.t, found.pixel_type) == (60, 2, "float")
    assert found.physical_size == PhysicalSize()
    assert found.problems == ()


def test_fewer_axes(tmp_path: Path) -> None:
    folder = tmp_path / "a.zarr"
    datasets = [
        {
            "path": "0",
            "coordinateTransformations": [{"type": "scale", "scale": [2.0, 2.0]}],
        }
    ]
    write_group(folder, {"multiscales": [{"axes": AXES[3:], "datasets": datasets}]}, 3)
    write_array(folder / "0", [50, 60], 3)
    found = one(folder)
    assert (found.size.x, found.size.y, found.size.z, found.size.t) == (60, 50, 1, 1)
    assert found.dimension_order == "XY"
    assert found.physical_size.x == Quantity(2, "µm")


@pytest.mark.parametrize(
    ("unit", "scale", "expected", "code"),
    [
        ("nanometer", 250, Quantity(250, "nm"), None),
        ("angstrom", 3, Quantity(3, "Å"), None),
        (None, 1, None, None),
        (None, 0.5, None, "unit-missing"),
        ("pixel", 2, None, "unit-unknown"),
        ("micrometer", 0, None, "value-ignored"),
        ("micrometer", -1, None, "value-ignored"),
        ("micrometer", "no", None, "value-ignored"),
    ],
)
def test_scales_and_units(
    tmp_path: Path, unit: str | None, scale: Any, expected: object, code: str | None
) -> None:
    axes = [
        *AXES[:4],
        {"name": "x", "type": "space", **({"unit": unit} if unit else {})},
    ]
    steps = [{"type": "scale", "scale": [1, 1, 1, 1, scale]}]
    datasets = [{"path": "0", "coordinateTransformations": steps}]
    found = one(write_image(tmp_path / "a.zarr", 2, axes=axes, datasets=datasets))
    assert found.physical_size.x == expected
    assert codes(found) == ([code] if code else [])


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"axes": AXES[1:]}, "axes-mismatch"),
        ({"axes": [*AXES[:4], AXES[3]]}, "axes-mismatch"),
        ({"datasets": [{"path": "5"}]}, "missing-level"),
        ({"datasets": [{"path": "0"}, {"path": "5"}]}, "missing-level"),
        ({"datasets": [{"path": "../../etc"}]}, "datasets-missing"),
        ({"datasets": []}, "datasets-missing"),
        ({"datasets": "no"}, "datasets-missing"),
        (
            {"coordinateTransformations": [{"type": "scale", "scale": [1, 2]}]},
            "axes-mismatch",
        ),
    ],
)
def test_what_contradicts_itself_is_an_error(
    tmp_path: Path, version: int, changes: dict[str, Any], code: str
) -> None:
    found = one(write_image(tmp_path / "a.zarr", version, **changes))
    assert set(codes(found, error=True)) == {code}


def test_an_array_without_chunks_is_an_error(tmp_path: Path) -> None:
    folder = write_image(tmp_path / "a.zarr", 2)
    (folder / "0" / "0").unlink()
    assert codes(one(folder), error=True) == ["missing-chunks"]


def test_an_unknown_transformation_gives_no_pixel_size(tmp_path: Path) -> None:
    affine = [{"type": "affine", "affine": []}]
    found = one(write_image(tmp_path / "a.zarr", 3, coordinateTransformations=affine))
    assert found.physical_size == PhysicalSize()
    assert codes(found) == ["transformation-unknown"]


def test_labels_are_no_images(tmp_path: Path) -> None:
    folder = write_image(tmp_path / "a.zarr", 2)
    write_group(folder / "labels", {"labels": ["nuclei", "gone"]}, 2)
    label = {"image-label": {"version": "0.4"}}
    write_image(folder / "labels" / "nuclei", 2, label)
    found = one(folder)
    assert [(a.kind, a.id) for a in found.annotations] == [
        ("LabelImage", "labels/nuclei")
    ]
    assert codes(found, error=True) == ["missing-label"]
    alone = one(folder / "labels" / "nuclei")
    assert codes(alone) == ["label-image"]


@pytest.mark.parametrize("version", [2, 3])
def test_a_plate(tmp_path: Path, version: int) -> None:
    folder = tmp_path / "plate.zarr"
    wells = [{"path": f"{row}/{col}"} for row in "AB" for col in (1, 2)]
    write_group(folder, {"plate": {"wells": wells, "version": "0.4"}}, version)
    for well in wells:
        images = {"well": {"images": [{"path": "0"}, {"path": "1"}]}}
        write_group(folder / well["path"], images, version)
        for field in "01":
            write_image(folder / well["path"] / field, version)
    extraction = read_image(folder)
    assert extraction.findings == ()
    assert [image.series for image in extraction.images] == list(range(8))
    assert [image.name for image in extraction.images][:3] == [
        "A/1/0",
        "A/1/1",
        "A/2/0",
    ]
    assert all(image.path == folder.as_posix() for image in extraction.images)
    assert all(image.problems == () for image in extraction.images)


def test_a_plate_with_holes(tmp_path: Path) -> None:
    folder = tmp_path / "plate.zarr"
    write_group(folder, {"plate": {"wells": [{"path": "A/1"}, {"path": "A/2"}]}}, 2)
    write_group(folder / "A/1", {"well": {"images": [{"path": 0}, {"path": "1"}]}}, 2)
    write_image(folder / "A/1/0", 2)
    found = one(folder)
    assert codes(found, error=True) == ["missing-image", "missing-image"]
    places = [problem.place for problem in found.problems]
    assert places == ["A/1/1", "A/2"]
    (folder / "A/1/0/.zattrs").write_text("{broken")
    (finding,) = read_image(folder).findings
    assert finding.code == "IMG101"
    assert finding.pointer == "byte 1"
    assert "A/1/0/.zattrs" in finding.message


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("listed", [False, True])
def test_bioformats2raw(
    tmp_path: Path, make_ome: Make, version: int, listed: bool
) -> None:
    folder = tmp_path / "a.zarr"
    write_group(folder, {"bioformats2raw.layout": 3}, version)
    plain = [{"path": "0"}]
    write_image(folder / "0", version, datasets=plain)
    if listed:
        write_group(folder / "OME", {"series": ["0"]}, version)
    objective = (
        '<Instrument ID="I:0"><Objective ID="O:0" NominalMagnification="60" '
        'LensNA="1.4"/></Instrument>'
    )
    xml = make_ome(
        'PhysicalSizeX="0.1" PhysicalSizeY="0.1"',
        size=(60, 50),
        planes=(4, 3, 2),
        before=objective,
        image="<AcquisitionDate>2021-05-03T14:15:16</AcquisitionDate>"
        '<InstrumentRef ID="I:0"/><ObjectiveSettings ID="O:0"/>',
        inside='<Channel ID="C:0" Name="DAPI" SamplesPerPixel="3"/>',
    )
    (folder / "OME").mkdir(exist_ok=True)
    (folder / "OME" / "METADATA.ome.xml").write_bytes(xml)
    found = one(folder)
    assert found.objective.magnification == 60
    assert found.acquired_at == "2021-05-03T14:15:16"
    assert found.physical_size.x == Quantity(0.1, "µm")
    assert [channel.name for channel in found.channels] == ["DAPI"]
    assert found.pixel_type == "uint16"
    assert found.provenance["objective"].startswith("OME/METADATA.ome.xml")
    assert found.problems == ()


def test_bioformats2raw_sizes_are_those_of_the_array(
    tmp_path: Path, make_ome: Make
) -> None:
    folder = tmp_path / "a.zarr"
    write_group(folder, {"bioformats2raw.layout": 3}, 2)
    write_image(folder / "0", 2)
    (folder / "OME").mkdir()
    xml = make_ome('PhysicalSizeX="9"', size=(61, 50), planes=(4, 3, 2))
    (folder / "OME" / "METADATA.ome.xml").write_bytes(xml)
    found = one(folder)
    assert found.size.x == 60
    assert found.physical_size.x == Quantity(0.25, "µm")
    assert "size-mismatch" in codes(found, error=True)


def test_images_in_groups_below(tmp_path: Path) -> None:
    """As SpatialData nests them."""
    folder = tmp_path / "data.zarr"
    write_group(folder, {}, 2)
    write_group(folder / "images", {}, 2)
    write_image(folder / "images" / "b", 2)
    write_image(folder / "images" / "a", 3)
    write_image(folder / "labels" / "l", 2)
    names = [image.name for image in read_image(folder).images]
    assert names == ["images/a", "images/b"]


@pytest.mark.parametrize(
    ("name", "content", "offset"),
    [("zarr.json", "{", 1), (".zattrs", "[1]", 0), ("zarr.json", "", 0)],
)
def test_unreadable_json_is_a_finding(
    tmp_path: Path, name: str, content: str, offset: int
) -> None:
    folder = tmp_path / "a.zarr"
    folder.mkdir()
    (folder / name).write_text(content)
    (finding,) = read_image(folder).findings
    assert (finding.code, finding.name) == ("IMG101", "image-unreadable")
    assert finding.pointer == f"byte {offset}"
    assert name in finding.message


def test_an_empty_folder_with_a_zarr_name(tmp_path: Path) -> None:
    folder = tmp_path / "a.zarr"
    folder.mkdir()
    (finding,) = read_image(folder).findings
    assert finding.code == "IMG101"
    assert ".zattrs" in finding.message


def test_zarr_that_is_no_ome_zarr(tmp_path: Path) -> None:
    folder = tmp_path / "table.zarr"
    write_group(folder, {"encoding-type": "anndata"}, 2)
    write_array(folder / "X", [3, 4], 2)
    (finding,) = read_image(folder).findings
    assert (finding.code, finding.severity) == ("IMG120", "info")
    (finding,) = read_image(folder / "X").findings
    assert finding.code == "IMG120"


def test_a_zarr_is_known_by_content(tmp_path: Path) -> None:
    assert is_image(write_image(tmp_path / "no-suffix", 3))
    (tmp_path / "plain").mkdir()
    assert not is_image(tmp_path / "plain")


@pytest.mark.parametrize(
    "attributes",
    [
        {"plate": []},
        {"plate": {"wells": [{"path": "../x"}, {"path": 3}, 4]}},
        {"multiscales": {}},
        {"multiscales": [{"axes": 3, "datasets": [{"path": 1}]}]},
        {"multiscales": [{"axes": [None, 1], "datasets": [{}]}]},
        {"well": 1},
        {"bioformats2raw.layout": 3},
        {"plate": {"wells": [{"path": "a\0b"}]}},
    ],
)
def test_nonsense_is_one_finding_or_a_record(
    tmp_path: Path, attributes: dict[str, Any]
) -> None:
    folder = tmp_path / "a.zarr"
    write_group(folder, attributes, 2)
    extraction = read_image(folder)
    assert bool(extraction.images) != bool(extraction.findings)
    assert all("not as expected" not in f.message for f in extraction.findings)
    assert all(codes(image, error=True) for image in extraction.images)
