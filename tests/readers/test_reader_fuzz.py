"""Changed bytes: whatever a file holds, there are records or one finding, no error."""

from __future__ import annotations

import json
import struct
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairsubmit.errors import ReadError
from fairsubmit.readers import READERS, read_image
from fairsubmit.readers.ome.object import ome_object
from fairsubmit.readers.ome.xml import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., bytes]

QUICK = settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

Changes = list[tuple[float, bytes]]
changes = st.lists(
    st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)),
    min_size=1,
    max_size=6,
)


def changed(content: bytes, edits: Changes, keep: float) -> bytes:
    """Overwrite bytes at relative places, then keep the first part."""
    out = bytearray(content)
    for place, raw in edits:
        start = int(place * max(len(out) - len(raw), 0))
        out[start : start + len(raw)] = raw
    return bytes(out[: int(keep * len(out)) + 1])


def check(path: Path) -> None:
    extraction = read_image(path)
    assert len(extraction.findings) <= 1
    assert bool(extraction.images) != bool(extraction.findings)
    for finding in extraction.findings:
        assert finding.code in {"IMG101", "IMG120"}
        # This is what `read_image` says when a reader raised what it must not.
        assert "not as expected" not in finding.message, finding.message
    for image in extraction.images:
        json.dumps(image.to_json())
        for extent in (image.size.x, image.size.y, image.size.z, image.size.t):
            assert extent is None or extent > 0
        for axis in "xyz":
            quantity = getattr(image.physical_size, axis)
            assert quantity is None or (quantity.value > 0 and quantity.unit)


KINDS = ["ome", "imagej", "plain", "big", "metaseries", "aperio"]


def sample(kind: str, make_tiff: Make, make_ome: Make) -> bytes:
    tags = [
        (282, 5, struct.pack("<II", 250, 27)),
        (283, 5, struct.pack("<II", 250, 27)),
        (330, 4, struct.pack("<I", 8)),
    ]
    data = (
        '<TiffData IFD="0"><UUID FileName="b.ome.tif">urn:uuid:1</UUID></TiffData>'
        '<TiffData IFD="1"/><Plane TheZ="0"/>'
    )
    ome = make_ome('PhysicalSizeX="0.1" PhysicalSizeXUnit="µm"', inside=data)
    texts = {
        "ome": ome,
        "big": ome,
        "imagej": b"ImageJ=1.5\nimages=3\nslices=3\nunit=um\nspacing=0.5\n",
        "metaseries": b'<MetaData><PlaneInfo><prop id="spatial-calibration-x" '
        b'type="float" value="0.5"/></PlaneInfo></MetaData>',
        "aperio": b"Aperio|MPP = 0.5|AppMag = 20|Date = 12/29/09|Time = 09:59:15",
    }
    return make_tiff(
        [(12, 10)] * 3,
        description=texts.get(kind),
        big=kind == "big",
        tags=tags,
        strips=3,
    )


@pytest.mark.parametrize("kind", KINDS)
@QUICK
@given(edits=changes, keep=st.just(1.0) | st.floats(0, 1))
def test_changed_tiffs(
    tmp_path: Path,
    make_tiff: Make,
    make_ome: Make,
    kind: str,
    edits: Changes,
    keep: float,
) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(changed(sample(kind, make_tiff, make_ome), edits, keep))
    check(path)


@QUICK
@given(
    fields=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 11), st.integers(0, 255)),
        min_size=1,
        max_size=8,
    ),
    order=st.sampled_from("<>"),
    big=st.booleans(),
)
def test_changed_directories(
    tmp_path: Path,
    make_tiff: Make,
    make_ome: Make,
    fields: list[tuple[int, int, int]],
    order: str,
    big: bool,
) -> None:
    """Aim at the entries of the first directory: types, counts and offsets."""
    content = bytearray(make_tiff([(12, 10)] * 4, order=order, big=big, strips=2))
    start, width = (24, 20) if big else (10, 12)
    for entry, byte, value in fields:
        at = start + entry * width + byte
        if at < len(content):
            content[at] = value
    path = tmp_path / "a.tif"
    path.write_bytes(bytes(content))
    check(path)


@QUICK
@given(edits=changes, keep=st.just(1.0) | st.floats(0, 1))
def test_changed_ome_xml(make_ome: Make, edits: Changes, keep: float) -> None:
    xml = make_ome(
        'PhysicalSizeX="0.1"',
        before='<Instrument ID="I"><Objective ID="O"/></Instrument>',
        after="<StructuredAnnotations><MapAnnotation ID='A'><Value><M K='k'>v</M>"
        "</Value></MapAnnotation></StructuredAnnotations>",
    )
    with suppress(ReadError):
        assert parse(changed(xml, edits, keep), Path("a.ome.xml")).document.found


@settings(QUICK, max_examples=40)
@given(edits=changes)
@pytest.mark.filterwarnings("ignore")
def test_changed_ome_objects(tmp_path: Path, make_ome: Make, edits: Changes) -> None:
    path = tmp_path / "a.ome.xml"
    path.write_bytes(changed(make_ome('PhysicalSizeX="0.1"'), edits, 1.0))
    with suppress(ReadError):
        assert len(ome_object(path).images) <= 1


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["path", "name", "type", "scale", "unit", "axes", "label"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@QUICK
@given(
    key=st.sampled_from(["axes", "datasets", "coordinateTransformations", "name"]),
    value=json_values,
    array=st.dictionaries(st.sampled_from(["shape", "dtype"]), json_values),
    omero=json_values,
    version=st.sampled_from([2, 3]),
)
def test_changed_ome_zarr(
    tmp_path: Path, key: str, value: Any, array: Any, omero: Any, version: int
) -> None:
    folder = tmp_path / "a.ome.zarr"
    (folder / "0").mkdir(parents=True, exist_ok=True)
    for name in (".zattrs", "zarr.json", "0/.zarray", "0/zarr.json"):
        (folder / name).unlink(missing_ok=True)
    step = {"type": "scale", "scale": [1.0, 0.5]}
    datasets = [{"path": "0", "coordinateTransformations": [step]}]
    axes = [{"name": n, "type": "space", "unit": "micrometer"} for n in "yx"]
    entry = {"axes": axes, "datasets": datasets, key: value}
    attributes = {"multiscales": [entry], "omero": omero, "plate_": value}
    header = {"shape": [4, 5], "dtype": "|u1", "data_type": "uint8", **array}
    if version == 2:
        (folder / ".zattrs").write_text(json.dumps(attributes))
        (folder / "0" / ".zarray").write_text(json.dumps(header))
    else:
        group = {"node_type": "group", "attributes": {"ome": attributes}}
        (folder / "zarr.json").write_text(json.dumps(group))
        (folder / "0" / "zarr.json").write_text(json.dumps(header))
    check(folder)


@settings(QUICK, max_examples=100)
@given(content=st.binary(max_size=300), name=st.sampled_from(["a.tif", "b.ome.xml"]))
def test_any_bytes(tmp_path: Path, content: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    check(path)
    for reader in READERS:
        reader.recognises(path, content)
