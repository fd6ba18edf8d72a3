"""All images of a component together: counts, not images."""

from __future__ import annotations

import gc
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairsubmit.dataset import open_dataset
from fairsubmit.lint import lint
from fairsubmit.lint.base import Subject
from fairsubmit.lint.images import component_of, is_annotation, once, taken
from fairsubmit.lint.surveys import MAX_VALUES, Tally, majority
from fairsubmit.metadata.image import (
    Channel,
    Extraction,
    ImageMetadata,
    ImageSize,
    Objective,
    PhysicalSize,
    PlatePosition,
    Quantity,
)
from fairsubmit.metadata.load import Document, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fairsubmit.dataset import Dataset

SURVEYS = ["SET", "ACQ109", "ACQ110", "AIR106"]


def image(path: str, length: float = 0.1, **more: object) -> ImageMetadata:
    pixel = Quantity(length, "µm")
    given = {"physical_size": PhysicalSize(pixel, pixel), "files": (path,), **more}
    return replace(ImageMetadata(path, 0, format="OME-TIFF"), **given)  # type: ignore[arg-type]


def read(path: str, length: float = 0.1, **more: object) -> Extraction:
    return Extraction(path, (image(path, length, **more),))


@pytest.fixture
def document(composed: Callable[..., str]) -> Document:
    return parse(composed("").encode(), "submission.yaml")


def test_outliers_are_counted_and_a_few_named(document: Document) -> None:
    images = [
        read(f"raw/{n:04}.tif", 0.65 if n % 400 == 7 else 0.325) for n in range(1200)
    ]
    (finding,) = lint(document, images, select=["SET101"]).findings
    assert finding.message == (
        "3 of 1,200 images have a pixel size of 0.65 µm, all others a pixel size of "
        "0.325 µm: raw/0007.tif, raw/0407.tif, raw/0807.tif"
    )
    # a document without its folder has no component to point at
    assert finding.path == "raw/0007.tif"


@pytest.mark.parametrize(("odd", "found"), [(1, 1), (2, 1), (3, 0)])
def test_four_of_five_are_most(document: Document, odd: int, found: int) -> None:
    images = [read(f"{n}.tif", 0.65 if n < odd else 0.325) for n in range(10)]
    assert len(lint(document, images, select=["SET101"]).findings) == found
    # where it is no outlier, it is told that they differ
    assert len(lint(document, images, select=["AIR106"]).findings) == 1 - found


def test_several_kinds_of_outliers_are_one_finding(document: Document) -> None:
    sizes = [0.325] * 40 + [0.65, 0.65, 0.11, 0.2, 0.3]
    images = [read(f"{n}.tif", size) for n, size in enumerate(sizes)]
    (finding,) = lint(document, images, select=["SET101"]).findings
    assert finding.message == (
        "5 of 45 images have other pixel sizes than all others, which have a pixel "
        "size of 0.325 µm: a pixel size of 0.65 µm (2: 40.tif, 41.tif); "
        "a pixel size of 0.11 µm (1: 42.tif); a pixel size of 0.2 µm (1: 43.tif); …"
    )


def test_only_so_many_values_are_told_apart() -> None:
    tally: Tally[int] = Tally()
    for number in range(MAX_VALUES + 50):
        tally.add(number, f"{number}.tif")
    for _ in range(5):
        tally.add(0, "0.tif")
    assert len(tally.counts) == MAX_VALUES
    assert tally.others == 50
    assert tally.total == MAX_VALUES + 55
    assert tally.places[0] == ["0.tif"]
    classes = tally.classes(lambda one, other: one == other)
    assert (classes[0].value, classes[0].count) == (0, 6)
    assert majority(classes, tally.total) is None
    assert majority([], 0) is None


def test_values_that_mean_the_same_are_one_class() -> None:
    tally: Tally[int] = Tally()
    for number, times in ((10, 3), (11, 2), (90, 1)):
        for copy in range(times):
            tally.add(number, f"{number}-{copy}.tif")
    classes = tally.classes(lambda one, other: abs(one - other) < 5)
    assert [(c.value, c.count) for c in classes] == [(10, 5), (90, 1)]
    assert len(classes[0].places) == 3


def test_a_component_is_judged_by_itself(
    tmp_path: Path, composed: Callable[..., str]
) -> None:
    (tmp_path / "submission.yaml").write_text(_two_components(composed), "utf-8")
    paths = [f"{folder}/{n}.tif" for folder in "ab" for n in range(6)]
    for path in paths:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(b"x")
    images = [read(path, 0.1 if path[0] == "a" else 0.5) for path in paths]
    dataset = open_dataset(tmp_path)
    assert lint(dataset, images, select=["SET", "AIR106"]).findings == ()
    odd = [*images[:-1], read(paths[-1], 0.1)]
    (finding,) = lint(dataset, odd, select=["SET", "AIR106"]).findings
    assert finding.pointer == "/components/1"
    assert (
        "1 of 6 images of component `B` has a pixel size of 0.1 µm" in finding.message
    )
    # what no component selects is not counted
    stray = [*images, read("elsewhere.tif", 9)]
    assert lint(dataset, stray, select=["SET", "AIR106"]).findings == ()


def _two_components(composed: Callable[..., str]) -> str:
    part = """
  - id: {id}
    name: {name}
    description: Control and depleted cells
    associations: [{{biosample: b1, specimen: s1, acquisition: a1}}]
    files: {{include: ["{id}/**"]}}
"""
    both = "".join(part.format(id=i, name=i.upper()) for i in "ab")
    return composed(f"components:{both}")


@pytest.fixture
def zarr(tmp_path: Path, composed: Callable[..., str]) -> Dataset:
    folder = tmp_path / "raw" / "a.ome.zarr"
    folder.mkdir(parents=True)
    (folder / "zarr.json").write_text("{}")
    (tmp_path / "raw" / "a.ome.zarr.txt").write_text("beside")
    (tmp_path / "submission.yaml").write_text(composed(""), "utf-8")
    return open_dataset(tmp_path)


def test_a_folder_that_is_an_image_belongs_to_its_component(zarr: Dataset) -> None:
    subject = Subject(zarr.document, zarr)
    found = component_of(read("raw/a.ome.zarr"), subject)
    assert found is not None
    assert found.pointer == "/components/0"
    assert component_of(read("raw/a.ome"), subject) is None
    assert not is_annotation(read("raw/a.ome.zarr"), subject)


def test_side_pictures_and_masks_were_not_taken(document: Document) -> None:
    records = [
        image("a.tif", name=name) for name in (None, "cells", "macro image", "Label")
    ]
    found = taken(Extraction("a.tif", tuple(records)), Subject(document))
    assert [record.name for record in found] == [None, "cells"]


def test_what_is_kept_belongs_to_one_subject(document: Document) -> None:
    asked: list[Subject] = []

    @once
    def number(subject: Subject) -> int:
        asked.append(subject)
        return len(asked)

    one, other = Subject(document), Subject(document)
    assert [number(one), number(one), number(other), number(one)] == [1, 1, 2, 3]


def test_wells_have_the_names_on_the_plate(document: Document) -> None:
    def well(row: int, column: int, fields: int) -> Iterator[Extraction]:
        for field in range(fields):
            position = PlatePosition("P", row, column, field)
            yield read(f"{row}-{column}-{field}.tif", plate=position)

    wells = [e for column in range(20) for e in well(0, column, 3)]
    images = [*wells, *well(25, 0, 2), *well(26, 46, 1)]
    (finding,) = lint(document, images, select=["SET106"]).findings
    assert finding.message == (
        "plate `P`: 2 of 22 wells have fewer than 3 fields: Z01 (2), AA47 (1)"
    )


def test_time_points_of_a_field_are_one_field(document: Document) -> None:
    images = [
        read(f"{column}-{time}.tif", plate=PlatePosition("P", 0, column, 0))
        for column in range(6)
        for time in range(3 if column else 1)
    ]
    assert lint(document, images, select=["SET106"]).findings == ()


def _stream(count: int) -> Iterator[Extraction]:
    for number in range(count):
        yield read(
            f"raw/{number:06}.tif",
            # no two of the odd ones are alike
            0.1 if number % 10 else 0.2 + number * 1e-4,
            size=ImageSize(512, 512, 1, 2, 1),
            pixel_type="uint16",
            objective=Objective(None, None, 63.0, 1.0 + number % 1000 / 2000),
            plate=PlatePosition("P", number % 16, number // 16 % 24, number % 9),
        )


def test_memory_does_not_grow_with_the_number_of_images(document: Document) -> None:
    def peak(count: int) -> int:
        gc.collect()
        tracemalloc.start()
        lint(document, _stream(count), select=SURVEYS)
        _, found = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return found

    peak(100)
    small, large = peak(4000), peak(20_000)
    assert large < small + 100_000


numbers = st.sampled_from([None, 0.0, -1.0, float("nan"), float("inf"), 1e-9, 63.0])
names = st.sampled_from(
    [None, "", " ", "macro", "C:0", "C:\\Users\\jdoe\\x", "a@b.org"]
)
few = st.sampled_from([None, 0, 1, 5])
quantities = st.none() | st.builds(
    Quantity, numbers.map(lambda n: n or 0.0), st.sampled_from(["µm", None, "pixel"])
)
records = st.builds(
    ImageMetadata,
    st.sampled_from(["a.tif", "b.jpg"]),
    few.map(lambda n: n or 0),
    name=names,
    format=names,
    size=st.builds(ImageSize, few, few, few, few, few),
    pixel_type=names,
    physical_size=st.builds(PhysicalSize, quantities, quantities, quantities),
    channels=st.lists(st.builds(Channel, st.integers(0, 9), names), max_size=3).map(
        tuple
    ),
    objective=st.builds(Objective, names, names, numbers, numbers),
    acquired_at=st.sampled_from([None, "", "x", "2020-13-45", "9999-12-31"]),
    plate=st.builds(PlatePosition, names, *[st.sampled_from([None, -1, 0, 10**6])] * 3),
)
extractions = st.lists(records, max_size=3).map(lambda r: Extraction("a.tif", tuple(r)))
odd = st.recursive(
    st.none() | st.sampled_from(["", "a1", "63x/1.4 NA oil"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("id", "acquisition", "associations", "channels", "instrument"),
                    *("imaging_method", "label", "parameters", "specimen", "channel"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
SECTIONS = ("acquisitions", "components", "specimens")


@settings(max_examples=150, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(SECTIONS, odd)), st.lists(extractions))
def test_no_image_and_no_document_is_too_odd(
    tree: dict[str, object], images: list[Extraction]
) -> None:
    document = Document("s.yaml", tree, {"": (1, 1)}, {})
    report = lint(document, images, select=["IMG", *SURVEYS])
    assert all(finding.help for finding in report.findings)
