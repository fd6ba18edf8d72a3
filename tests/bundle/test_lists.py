"""File lists: the columns and cells that BioStudies reads."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairsubmit.bundle import make_bundle
from fairsubmit.bundle.columns import COLUMNS, collect
from fairsubmit.bundle.lists import list_paths, make_sheet
from fairsubmit.dataset import FileGroup
from fairsubmit.manifest import Entry
from fairsubmit.metadata.image import (
    Extraction,
    ImageMetadata,
    ImageSize,
    Quantity,
)
from fairsubmit.metadata.table import parse_table

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.dataset import Dataset


def rows(path: Path) -> list[dict[str, str]]:
    header, *lines = path.read_bytes().decode().removesuffix("\n").split("\n")
    names = header.split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


def test_a_component_lists_the_persons_columns_then_the_images_then_digests(
    dataset: Dataset, images: tuple[Extraction, ...], tmp_path: Path
) -> None:
    bundle = make_bundle(dataset, iter(images), folder=tmp_path / "out")
    first, second, third = rows(bundle.folder / "file-lists/c1.tsv")
    assert list(first) == [
        "Files",
        "Gene",
        "size",
        "Format",
        "Size X",
        "Size Y",
        "Size Z",
        "Size C",
        "Pixel type",
        "Physical size X",
        "Physical size Y",
        "Physical size Z",
        "Channels",
        "Acquired at",
        "Size (measured)",
        "md5",
        "sha256",
    ]
    assert first == {
        "Files": "raw/a b.ome.tif",
        "Gene": "Nup133",
        "size": "large",
        "Format": "OME-TIFF",
        "Size X": "512",
        "Size Y": "256",
        "Size Z": "20",
        "Size C": "2",
        "Pixel type": "uint16",
        "Physical size X": "0.108 µm",
        "Physical size Y": "0.108 µm",
        "Physical size Z": "1",
        "Channels": "DAPI, GFP",
        "Acquired at": "2026-01-02T03:04:05",
        "Size (measured)": "2",
        "md5": hashlib.md5(b"aa").hexdigest(),
        "sha256": hashlib.sha256(b"aa").hexdigest(),
    }
    assert (second["Files"], second["Format"], second["Gene"]) == (
        "raw/b#1.tif",
        "TIFF",
        "",
    )
    assert (third["Files"], third["Format"]) == ("raw/µ.png", "")


def test_an_annotation_names_the_source_of_each_file(
    dataset: Dataset, tmp_path: Path
) -> None:
    bundle = make_bundle(dataset, folder=tmp_path / "out")
    first, second = rows(bundle.folder / "file-lists/m1.tsv")
    assert list(first) == ["Files", "Source Image", "By", "Size", "md5", "sha256"]
    assert first["Source Image"] == "raw/a b.ome.tif"
    assert second["Source Image"] == "nowhere.tif"


def group(table: str, kind: str = "component", *paths: str) -> FileGroup:
    parsed = parse_table(table, "t.tsv")
    chosen = paths or tuple(row.path for row in parsed.rows)
    return FileGroup(kind, "g", "/components/0", chosen, parsed)  # type: ignore[arg-type]


def entries(*paths: str) -> dict[str, Entry]:
    return {path: Entry(path, 1, 0, 0, "m", "s") for path in paths}


def test_the_source_column_is_there_even_where_nobody_filled_it() -> None:
    sheet = make_sheet(group("Files\tBy\na\tx\n", "annotation"), {})
    assert sheet.header == ("Files", "By", "Source Image", "Size", "md5", "sha256")
    assert list(sheet.lines(["a"], entries("a")))[1] == "a\tx\t\t1\tm\ts\n"


@pytest.mark.parametrize(
    "spelling",
    ["Source Image", "source image", "SOURCE_IMAGE", "Source Image Association"],
)
def test_the_source_column_is_known_in_the_spellings_people_use(spelling: str) -> None:
    sheet = make_sheet(group(f"Files\t{spelling}\na\tx\n", "annotation"), {})
    assert sheet.header[1] == "Source Image"


def test_headers_are_never_blank_nor_twice_the_same() -> None:
    table = "Files\t\tGene\tgene\tfiles\tmd5\t\tSize X\na\t\tx\ty\tz\tw\tv\tu\n"
    values = {"a": tuple("1" for _ in COLUMNS)}
    header = make_sheet(group(table), values).header
    assert header[:8] == (
        "Files",
        "Gene",
        "gene (2)",
        "files (2)",
        "md5",
        "Column 7",
        "Size X",
        "Images",
    )
    assert header[-3:] == ("Size", "md5 (measured)", "sha256")
    assert "Size X (measured)" in header
    assert len({name.casefold() for name in header}) == len(header)


# What separates cells and lines, for somebody.
awkward = st.text("ab \t\n\r\v\f\x1c\x85\u2028\"'", max_size=8)


@settings(deadline=None)
@given(awkward, awkward, awkward)
def test_every_line_has_every_cell(name: str, value: str, image: str) -> None:
    own = FileGroup("component", "g", "/components/0", ("a", "b"))
    table = parse_table("Files\tx\na\ty\n", "t.tsv")
    (row,) = table.rows
    object.__setattr__(table, "header", ("Files", name))
    object.__setattr__(row, "values", (value,))
    object.__setattr__(own, "table", table)
    sheet = make_sheet(own, {"b": tuple(image for _ in COLUMNS)})
    text = "".join(sheet.lines(own.paths, entries("a", "b")))
    lines = text.removesuffix("\n").splitlines()
    assert len(lines) == 3
    cells = [line.split("\t") for line in lines]
    assert {len(row) for row in cells} == {len(sheet.header)}
    assert all(cell.strip() for cell in cells[0])


def series(path: str, number: int, x: int | None, *files: str) -> ImageMetadata:
    return ImageMetadata(
        path, number, format="LIF", size=ImageSize(x), files=files or (path,)
    )


def column(values: tuple[str, ...], name: str) -> str:
    return values[COLUMNS.index(name)]


def test_several_images_in_one_file_give_their_distinct_values() -> None:
    images = [
        Extraction("a.lif", tuple(series("a.lif", i, x) for i, x in enumerate((1, 2)))),
        # Records may come one by one, as they are read back from a file.
        Extraction("a.lif", (series("a.lif", 2, 1),)),
        Extraction("a.lif", (series("a.lif", 3, None),)),
        Extraction("b.lif", (series("b.lif", 0, 1),)),
    ]
    found = collect(images, {"a.lif", "b.lif"})
    assert column(found["a.lif"], "Images") == "4"
    assert column(found["a.lif"], "Size X") == "1; 2"
    assert column(found["a.lif"], "Format") == "LIF"
    assert column(found["b.lif"], "Images") == ""


def test_hundreds_of_values_are_cut_short() -> None:
    images = [Extraction("a", tuple(series("a", i, i) for i in range(300)))]
    found = collect(images, {"a"})["a"]
    assert column(found, "Size X") == "0; 1; 2; 3; 4; 5; 6; 7; …"
    assert column(found, "Images") == "300"


def test_files_that_belong_to_an_image_have_its_values() -> None:
    images = [Extraction("a_0.tif", (series("a_0.tif", 0, 5, "a_0.tif", "a_1.tif"),))]
    found = collect(images, {"a_0.tif", "a_1.tif"})
    assert found["a_1.tif"] is found["a_0.tif"]


def test_a_file_with_a_record_of_its_own_keeps_it() -> None:
    images = [
        Extraction("a", (series("a", 0, 5, "a", "b"),)),
        Extraction("b", (series("b", 0, 6, "a", "b"),)),
    ]
    found = collect(images, {"a", "b"})
    assert column(found["b"], "Size X") == "6"


def test_an_image_that_is_a_folder_has_its_values_on_its_first_file() -> None:
    files = ("a.zarr/0/0", "a.zarr/.zattrs")
    images = [Extraction("a.zarr", (series("a.zarr", 0, 5, *files),))]
    found = collect(images, {*files, "other"})
    assert set(found) == {"a.zarr/.zattrs"}


def test_equal_values_are_held_once() -> None:
    paths = [f"{i}.tif" for i in range(100)]
    found = collect((Extraction(p, (series(p, 0, 5),)) for p in paths), set(paths))
    assert len({id(values) for values in found.values()}) == 1


def test_images_that_nobody_selected_are_left_out() -> None:
    assert collect([Extraction("a", (series("a", 0, 5),))], {"b"}) == {}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Quantity(20.0, "µm"), "20 µm"),
        (Quantity(0.1, None), "0.1"),
        (Quantity(1e-07, "m"), "1e-07 m"),
        (Quantity(1e300, "m"), "1e+300 m"),
        (Quantity(2**60, "m"), "1152921504606846976 m"),
        (Quantity(float("nan"), "m"), ""),
        (Quantity(float("inf"), "m"), ""),
        (Quantity(-2, "s"), "-2 s"),
    ],
)
def test_numbers_are_short_and_can_be_read_back(value: Quantity, text: str) -> None:
    image = ImageMetadata("a", 0, time_increment=value)
    found = collect([Extraction("a", (image,))], {"a"})
    assert column(found["a"], "Time increment") == text


@settings(deadline=None)
@given(
    st.lists(st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,3}", fullmatch=True), max_size=8)
)
def test_lists_have_different_names_on_every_system(ids: list[str]) -> None:
    groups = [
        FileGroup("component", id_, f"/components/{i}", ()) for i, id_ in enumerate(ids)
    ]
    paths = list(list_paths(groups))
    assert len({path.casefold() for path in paths}) == len(ids)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("c1", "file-lists/c1.tsv"),
        ("nul", "file-lists/list-nul.tsv"),
        ("COM1.x", "file-lists/list-COM1.x.tsv"),
        ("a..", "file-lists/a.tsv"),
        ("", "file-lists/components-0.tsv"),
    ],
)
def test_lists_have_names_that_every_system_takes(name: str, path: str) -> None:
    assert list(list_paths([FileGroup("component", name, "/components/0", ())])) == [
        path
    ]
