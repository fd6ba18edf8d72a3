"""Values of OME-Zarr: axes, transformations, data types, channels, labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.readers.zarr_files import (
    AXES,
    SCALE,
    codes,
    dump,
    header,
    one,
    write_group,
    write_image,
)

from fairsubmit.metadata.image import PhysicalSize, Quantity

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata


def sizes(found: ImageMetadata) -> list[int | None]:
    size = found.size
    return [size.x, size.y, size.z, size.c, size.t]


# -- axes ------------------------------------------------------------------------------


def axis(name: str, kind: str | None = None, unit: str | None = None) -> dict[str, str]:
    found = {"name": name, "type": kind, "unit": unit}
    return {key: value for key, value in found.items() if value is not None}


@pytest.mark.parametrize(
    ("axes", "expected", "order"),
    [
        (["T", "C", "Z", "Y", "X"], [60, 50, 4, 3, 2], "XYZCT"),
        (["c", "t", "z", "x", "y"], [50, 60, 4, 2, 3], "YXZTC"),
        (
            [
                axis("time", "time"),
                axis("channel", "channel"),
                axis("depth", "space"),
                axis("row", "space"),
                axis("column", "space"),
            ],
            [60, 50, 4, 3, 2],
            "XYZCT",
        ),
    ],
)
def test_axes_by_name_and_by_type(
    tmp_path: Path, axes: list[Any], expected: list[int], order: str
) -> None:
    array = {"dimension_names": ...}
    found = one(write_image(tmp_path / "a.zarr", 3, axes=axes, array=array))
    assert (sizes(found), found.dimension_order) == (expected, order)
    assert "axes-mismatch" not in codes(found)


def test_axes_of_other_types(tmp_path: Path) -> None:
    axes = [axis("angle", "custom"), axis("phase"), *AXES[2:]]
    array = {"dimension_names": ...}
    found = one(write_image(tmp_path / "a.zarr", 3, axes=axes, array=array))
    assert sizes(found) == [60, 50, 4, 1, 1]
    assert found.dimension_order is None
    assert codes(found) == ["axis-unknown", "axis-unknown"]


def test_dimension_names_that_differ(tmp_path: Path) -> None:
    found = one(
        write_image(tmp_path / "a.zarr", 3, array={"dimension_names": list("abcde")})
    )
    assert codes(found) == ["axes-mismatch"]
    assert sizes(found) == [60, 50, 4, 3, 2]


@pytest.mark.parametrize("names", [[None] * 5, [1, 2], "tczyx", {}])
def test_dimension_names_that_are_none(tmp_path: Path, names: object) -> None:
    found = one(write_image(tmp_path / "a.zarr", 3, array={"dimension_names": names}))
    assert found.problems == ()


def test_dimensions_as_xarray_names_them(tmp_path: Path) -> None:
    array = {"shape": [4, 50, 60], "chunks": [4, 50, 60]}
    folder = write_image(tmp_path / "a.zarr", 2, axes=None, array=array)
    dump(folder / "0/.zattrs", {"_ARRAY_DIMENSIONS": ["z", "y", "x"]})
    entry = {"datasets": [{"path": "0"}]}
    dump(folder / ".zattrs", {"multiscales": [entry]})
    assert sizes(one(folder)) == [60, 50, 4, 1, 1]


# -- transformations -------------------------------------------------------------------


def scaled(
    tmp_path: Path, level: list[Any], image: list[Any] | None = None, **more: Any
) -> ImageMetadata:
    datasets = [{"path": "0", "coordinateTransformations": level}]
    changes = {"datasets": datasets, "coordinateTransformations": image or [], **more}
    return one(write_image(tmp_path / "a.zarr", 2, **changes))


SCALED = {"type": "scale", "scale": SCALE}


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ({"type": "scale", "path": "scales/0"}, "stands in an array ('scales/0')"),
        ({"type": "affine", "affine": []}, "'affine'"),
        ({"type": ["a"]}, "['a']"),
        ({}, "'None'"),
    ],
)
def test_transformations_that_are_not_read(
    tmp_path: Path, step: dict[str, Any], says: str
) -> None:
    found = scaled(tmp_path, [SCALED, step])
    assert found.physical_size == PhysicalSize()
    assert codes(found) == ["transformation-unknown"]
    assert says in found.problems[0].message


def test_sequences_are_products(tmp_path: Path) -> None:
    double = {"type": "scale", "scale": [1, 1, 2, 2, 2]}
    identity = {"type": "identity"}
    sequence = {"type": "sequence", "transformations": [SCALED, identity, double]}
    assert scaled(tmp_path, [sequence]).physical_size.x == Quantity(0.5, "µm")
    deep: dict[str, Any] = sequence
    for _ in range(50):
        deep = {"type": "sequence", "transformations": [deep]}
    assert codes(scaled(tmp_path, [deep])) == ["transformation-unknown"]


def test_coordinate_systems_of_rfc_5(tmp_path: Path) -> None:
    systems = [
        {"name": "other", "axes": [axis(n) for n in "abcde"]},
        {"name": "physical", "axes": AXES},
    ]
    step = {**SCALED, "input": "0", "output": "physical"}
    elsewhere = [{"type": "affine", "input": "physical", "output": "world"}]
    found = scaled(tmp_path, [step], elsewhere, axes=None, coordinateSystems=systems)
    assert found.physical_size.z == Quantity(0.5, "µm")
    assert found.problems == ()


def spatial_data(unit: str, **step: Any) -> dict[str, Any]:
    """Return a transformation as SpatialData writes it, to a named system."""
    names = [axis["name"] for axis in AXES]
    output = {"name": unit, "axes": [{"name": name, "unit": unit} for name in names]}
    return {"input": {"name": "tczyx"}, "output": output, **step}


def test_spatial_data_leads_to_systems_of_its_own(tmp_path: Path) -> None:
    plain = [{"name": axis["name"]} for axis in AXES]
    one_each = {"type": "scale", "scale": [1.0] * 5}
    halves = {"type": "scale", "scale": [1, 1, 0.5, 0.5, 0.5]}
    steps = [
        spatial_data("unit", type="scale", scale=[9.0] * 5),
        spatial_data("micrometer", **halves),
        spatial_data("nanometer", type="scale", scale=[500.0] * 5),
    ]
    found = scaled(tmp_path, [one_each], steps, axes=plain)
    assert found.physical_size.x == Quantity(0.5, "µm")
    found = scaled(tmp_path, [one_each], steps[:1], axes=plain)
    assert found.physical_size == PhysicalSize()
    assert found.problems == ()


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 4000])
def test_numbers_that_are_none(tmp_path: Path, text: str) -> None:
    folder = write_image(tmp_path / "a.zarr", 2)
    raw = (folder / ".zattrs").read_text()
    (folder / ".zattrs").write_text(raw.replace("0.25]", f"{text}]"))
    array = (folder / "0/.zarray").read_text()
    (folder / "0/.zarray").write_text(array.replace('value": 0', f'value": {text}'))
    found = one(folder)
    assert found.physical_size.x is None
    assert codes(found) == ["value-ignored"]


def test_units_by_udunits(tmp_path: Path) -> None:
    units = ["angstrom", "inch", "parsec", "micrometre", "nanometers"]
    for unit, expected in zip(units, ["Å", "in", "pc", "µm", "nm"], strict=True):
        axes = [*AXES[:4], axis("x", "space", unit)]
        found = scaled(tmp_path, [SCALED], axes=axes)
        assert found.physical_size.x == Quantity(0.25, expected)


# -- arrays ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("|b1", "bit"),
        ("|i1", "int8"),
        (">u2", "uint16"),
        ("<i8", "int64"),
        ("=f4", "float"),
        ("<f8", "double"),
        ("<c8", "complex"),
        ("<c16", "double-complex"),
        ("<f2", "float16"),
        ("|S5", None),
        ("<U7", None),
        ("|V4", None),
        ("<M8[ns]", None),
        ("<m8[us]", None),
        ("|O", None),
        ([["r", "|u1"], ["g", "|u1"]], None),
        ([], None),
        ({"name": "x"}, None),
        (None, None),
        (3, None),
        ("", None),
    ],
    ids=str,
)
def test_types_of_zarr_2(tmp_path: Path, dtype: object, expected: str | None) -> None:
    found = one(write_image(tmp_path / "a.zarr", 2, array={"dtype": dtype}))
    assert found.pixel_type == expected
    assert codes(found) == ([] if expected else ["pixel-type-unknown"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bool", "bit"),
        ("uint8", "uint8"),
        ("int64", "int64"),
        ("float16", "float16"),
        ("float64", "double"),
        ("complex64", "complex"),
        ("r16", None),
        ("string", None),
        ({"name": "numpy.datetime64", "configuration": {}}, None),
    ],
    ids=str,
)
def test_types_of_zarr_3(tmp_path: Path, name: object, expected: str | None) -> None:
    found = one(write_image(tmp_path / "a.zarr", 3, array={"data_type": name}))
    assert found.pixel_type == expected
    assert codes(found) == ([] if expected else ["pixel-type-unknown"])


@pytest.mark.parametrize(
    "shape",
    [[1.5] * 5, ["a"] * 5, [True] * 5, [-1] * 5, [1 << 80] * 5, [2] * 40, {}, None],
    ids=str,
)
def test_shapes_that_are_none(tmp_path: Path, shape: object) -> None:
    folder = write_image(tmp_path / "a.zarr", 2)
    dump(folder / "0/.zarray", header(2, shape=shape))
    assert codes(one(folder), error=True) == ["level-unreadable"]


@pytest.mark.parametrize("path", ["0/", "./0", "0//", "./0/."])
def test_paths_as_stores_on_servers_have_them(tmp_path: Path, path: str) -> None:
    found = one(write_image(tmp_path / "a.zarr", 2, datasets=[{"path": path}]))
    assert (found.size.x, codes(found)) == (60, [])


def test_a_level_is_an_array(tmp_path: Path) -> None:
    """A group in its place is none."""
    datasets = [{"path": "0"}, {"path": "1"}]
    folder = write_image(tmp_path / "a.zarr", 2, datasets=datasets)
    write_group(folder / "1", {}, 2)
    assert codes(one(folder), error=True) == ["missing-level"]


# -- channels, labels, software --------------------------------------------------------


def test_channels(tmp_path: Path) -> None:
    window = {"start": 0, "end": 1500, "min": 0, "max": 65535}
    written = [
        {"label": "DAPI", "color": "0000FF", "window": window, "active": True},
        {"label": 3},
        {"label": None, "color": 7, "window": []},
    ]
    found = one(write_image(tmp_path / "a.zarr", 2, {"omero": {"channels": written}}))
    assert [channel.name for channel in found.channels] == ["DAPI", "3", None]
    assert found.provenance["channels.0.name"] == "omero.channels.0"
    assert found.problems == ()


@pytest.mark.parametrize("omero", [None, [], {}, {"channels": None}, {"channels": {}}])
def test_channels_that_are_not_named_are_counted(tmp_path: Path, omero: object) -> None:
    found = one(write_image(tmp_path / "a.zarr", 2, {"omero": omero}))
    assert [channel.index for channel in found.channels] == [0, 1, 2]
    assert {channel.name for channel in found.channels} == {None}


def test_a_channel_count_that_differs(tmp_path: Path) -> None:
    omero = {"channels": [{"label": "DAPI"}]}
    found = one(write_image(tmp_path / "a.zarr", 2, {"omero": omero}))
    assert codes(found) == ["channel-count"]


@pytest.mark.parametrize(
    ("creator", "expected"),
    [
        ({"name": "bioformats2raw", "version": "0.10.0"}, "bioformats2raw 0.10.0"),
        ({"name": "ome-zarr-py"}, "ome-zarr-py"),
        ({"name": 3}, None),
        ("me", None),
    ],
)
def test_the_program_that_wrote_it(
    tmp_path: Path, creator: object, expected: str | None
) -> None:
    found = one(write_image(tmp_path / "a.zarr", 3, {"_creator": creator}))
    assert found.software == expected


def test_labels_that_are_not_listed(tmp_path: Path) -> None:
    folder = write_image(tmp_path / "a.zarr", 2)
    write_group(folder / "labels", {}, 2)
    write_image(folder / "labels/nuclei", 2, {"image-label": {}})
    found = one(folder)
    assert [a.id for a in found.annotations] == ["labels/nuclei"]
    assert codes(found) == ["labels-unlisted"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ({"image": "../../"}, []),
        ({"image": "../.."}, []),
        ({"image": "../../gone"}, ["label-source-missing"]),
        ({"image": "../../../../../../../../gone"}, ["label-source-missing"]),
        ({"image": 3}, []),
        (None, []),
    ],
)
def test_the_image_that_a_label_was_made_of(
    tmp_path: Path, source: object, code: list[str]
) -> None:
    folder = write_image(tmp_path / "a.zarr", 2)
    label = {"image-label": {"source": source}}
    write_image(folder / "labels/nuclei", 2, label)
    assert codes(one(folder / "labels/nuclei")) == ["label-image", *code]
