"""Every real image of the samples gives the record that was written down by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from fairsubmit.readers.extract import extract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction

GOLDEN = Path(__file__).parent / "golden"
RECORDS = sorted(GOLDEN.rglob("*.yaml"))
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
# Folders of the samples that other tests hold to their values.
ELSEWHERE = {"quirks", "expected_bioformats_7.3.1", "ngff-spec"}


def named(path: Path) -> str:
    return path.relative_to(GOLDEN).as_posix().removesuffix(".yaml")


def image_of(samples: Path, golden: Path) -> Path:
    return samples / named(golden)


def read(path: Path) -> Extraction:
    (found,) = extract([path], root=SAMPLES)
    return found


@pytest.mark.parametrize("golden", RECORDS, ids=named)
def test_record(shared: Path, golden: Path) -> None:
    expected = yaml.safe_load(golden.read_text(encoding="utf-8"))
    extraction = read(image_of(shared / "samples", golden))
    if isinstance(expected, dict):  # the image is damaged, and this is said
        (finding,) = extraction.findings
        assert (finding.code, extraction.images) == (expected["finding"], ())
        assert expected["says"] in finding.message
        return
    assert extraction.findings == ()
    assert len(extraction.images) == len(expected)
    for number, (image, values) in enumerate(
        zip(extraction.images, expected, strict=True)
    ):
        assert values.keys() >= {"size", "pixel_type", "physical_size"}
        assert values.keys() & {"channels", "channel_count"}
        differences = list(_differences(_plain(image.to_json()), values))
        assert differences == [], f"series {number}"


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    """Write a record as the golden files do."""
    size = record["size"]
    record["size"] = [size[axis] for axis in "xyzct"]
    record["physical_size"] = [record["physical_size"][axis] for axis in "xyz"]
    record["channel_count"] = len(record["channels"])
    record["problems"] = [p["code"] + "!" * p["error"] for p in record["problems"]]
    return record


def _differences(found: Any, expected: Any, place: str = "") -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            yield from _differences(found.get(key), value, f"{place}.{key}")
    elif isinstance(expected, list) and isinstance(found, list | tuple):
        if len(expected) != len(found):
            yield f"{place}: {found!r}, not {expected!r}"
        for index, (one, other) in enumerate(zip(found, expected, strict=False)):
            yield from _differences(one, other, f"{place}.{index}")
    elif isinstance(expected, str) and isinstance(found, dict) and "unit" in found:
        number, _, unit = expected.partition(" ")
        same = found["value"] == pytest.approx(float(number), rel=1e-6)
        if not same or found["unit"] != unit:
            yield f"{place}: {found!r}, not {expected!r}"
    elif found != expected and not _close(found, expected):
        yield f"{place}: {found!r}, not {expected!r}"


def _close(found: Any, expected: Any) -> bool:
    return isinstance(expected, float) and found == pytest.approx(expected, rel=1e-6)


def test_no_image_is_forgotten(shared: Path) -> None:
    samples = shared / "samples"
    known = {named(path) for path in RECORDS}
    found = set()
    for extraction in extract([samples], root=samples):
        path = extraction.path
        if not ELSEWHERE & set(path.split("/")):
            lead = extraction.images[0].path if extraction.images else path
            found.add(lead)
    begun = {name.partition("/")[0] for name in known}
    assert {n for n in found - known if n.partition("/")[0] in begun} == set()
    for name in known:
        assert (samples / name).exists(), name
