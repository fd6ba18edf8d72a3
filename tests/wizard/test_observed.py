"""What images say together, and the submission that begins with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairsubmit.metadata.image import (
    Channel,
    Detector,
    Extraction,
    ImageMetadata,
    Instrument,
    Objective,
    PhysicalSize,
    PlatePosition,
    Problem,
    Quantity,
)
from fairsubmit.metadata.load import parse
from fairsubmit.metadata.selection import select
from fairsubmit.wizard.draft import draft
from fairsubmit.wizard.methods import methods_of
from fairsubmit.wizard.observed import MOST_SETTINGS, observe, setting_of, top_folder

SCALED = PhysicalSize(Quantity(0.1, "µm"), Quantity(0.1, "µm"))


def image(path: str = "raw/a.tif", **fields: Any) -> ImageMetadata:
    return ImageMetadata(
        path, 0, **{"physical_size": SCALED, "files": (path,), **fields}
    )


def seen(*images: ImageMetadata) -> Any:
    return observe(Extraction(each.path, (each,)) for each in images)


def drafted(*images: ImageMetadata, files: tuple[str, ...] = ()) -> Any:
    names = [path for each in images for path in each.files]
    return draft([*names, *files], seen(*images), {})


def test_a_setting_in_words() -> None:
    found = setting_of(
        image(
            instrument=Instrument("Nikon", "Nikon Ti2"),
            objective=Objective("Zeiss", "Plan-Apochromat", 63.0, 1.4, "Oil"),
            detector=Detector("Hamamatsu", "Flash4"),
            channels=(
                Channel(
                    0,
                    name="DAPI",
                    excitation_wavelength=Quantity(405.0, "nm"),
                    emission_wavelength=Quantity(450.5, "nm"),
                ),
                Channel(1, fluorophore="GFP"),
                Channel(2),
            ),
        )
    )
    assert found.instrument == "Nikon Ti2"
    assert found.parameters == (
        "Objective Zeiss Plan-Apochromat (63x, NA 1.4, oil). "
        "Detector Hamamatsu Flash4. "
        "channel DAPI (excitation 405 nm, emission 450.5 nm); channel GFP"
    )


@pytest.mark.parametrize(
    ("objective", "words"),
    [
        (Objective(), ""),
        (Objective(magnification=20.0), "Objective 20x"),
        (Objective(model="Plan 20x/0.75", magnification=20.0, numerical_aperture=0.75),
         "Objective Plan 20x/0.75"),
        (Objective(immersion="Other", model="X"), "Objective X"),
        (Objective(immersion="Water"), "Objective water"),
    ],
)  # fmt: skip
def test_an_objective_is_not_said_twice(objective: Objective, words: str) -> None:
    assert setting_of(image(objective=objective)).parameters == words


@pytest.mark.parametrize(
    ("modes", "found"),
    [
        ([("SpinningDiskConfocal", "Fluorescence")], ["FBbi:00000253"]),
        ([("WideField", "Fluorescence")], ["FBbi:00000246"]),
        ([("WideField", "Phase")], ["FBbi:00000247"]),
        ([("WideField", None), ("Other", "Other")], []),
        ([(None, "Fluorescence"), (None, "DIC")], ["FBbi:00000246", "FBbi:00000245"]),
        ([("LaserScanningConfocalMicroscopy", None), ("BrightField", "Brightfield")],
         ["FBbi:00000252", "FBbi:00000243"]),
    ],
)  # fmt: skip
def test_modes_of_ome_are_terms_of_fbbi(
    modes: list[tuple[str | None, str | None]], found: list[str]
) -> None:
    channels = [
        Channel(number, acquisition_mode=mode, contrast_method=contrast)
        for number, (mode, contrast) in enumerate(modes)
    ]
    assert list(methods_of(channels)) == found


def test_one_acquisition_for_each_setting() -> None:
    lenses = [Objective(magnification=size) for size in (20.0, 63.0, 20.0)]
    found = drafted(
        *(image(f"raw/{n}.tif", objective=lens) for n, lens in enumerate(lenses))
    )
    acquisitions = found.tree["acquisitions"]
    assert [a["from_ome"] for a in acquisitions] == ["raw/0.tif", "raw/1.tif"]
    assert len({a["title"] for a in acquisitions}) == 2
    (component,) = found.tree["components"]
    used = [a["acquisition"] for a in component["associations"]]
    assert used == ["a1", "a2"]


def test_equal_titles_are_told_apart() -> None:
    same = Instrument("Nikon", "Ti2")
    found = drafted(
        *(
            image(f"raw/{n}.tif", instrument=same, channels=(Channel(0, name=str(n)),))
            for n in range(3)
        )
    )
    titles = [a["title"] for a in found.tree["acquisitions"]]
    assert titles == ["Nikon Ti2", "Nikon Ti2, setting 2", "Nikon Ti2, setting 3"]


@pytest.mark.parametrize(
    "varied",
    [
        lambda n: {"channels": (Channel(0, name=f"c{n}"),)},
        lambda n: {"objective": Objective(model=f"o{n}")},
        lambda n: {"instrument": Instrument(model=f"i{n}")},
    ],
    ids=["channels", "objectives", "instruments"],
)
def test_too_many_settings_are_told_less_apart(varied: Any) -> None:
    images = [image(f"raw/{n}.tif", **varied(n)) for n in range(MOST_SETTINGS * 3)]
    observed = seen(*images)
    assert all(len(level) <= MOST_SETTINGS + 1 for level in observed.sources)
    found = drafted(*images)
    assert len(found.tree["acquisitions"]) == 1


def test_the_label_of_a_slide_is_no_setting() -> None:
    label = image(
        instrument=Instrument(model="Webcam"),
        problems=(Problem("label-image", "a label"),),
    )
    slide = replace(image(), series=1, instrument=Instrument(model="Aperio"))
    observed = observe([Extraction("raw/a.tif", (label, slide))])
    assert [s.instrument for s in observed.sources[0]] == ["Aperio"]


def test_wells_and_missing_scales_make_a_table() -> None:
    found = drafted(
        image("p/a.tif", plate=PlatePosition("P1", 0, 0, 0)),
        image("p/b.tif", plate=PlatePosition("P1", 27, 11, 1)),
        image("p/c.tif", physical_size=PhysicalSize()),
        image("p/d.tif"),
        image("q/e.tif"),
    )
    assert found.tables == {
        "filelists/p.tsv": "Files\tPlate\tWell\tField\tPixel size X\tPixel size Y\n"
        "p/a.tif\tP1\tA1\t1\t\t\n"
        "p/b.tif\tP1\tAB12\t2\t\t\n"
        "p/c.tif\t\t\t\t\t\n"
    }
    first, second = found.tree["components"]
    assert first["files"]["table"] == "filelists/p.tsv"
    assert "table" not in second["files"]


def test_a_file_of_several_wells_is_in_none() -> None:
    files = ("p/index.xml", "p/a.tif")
    found = drafted(
        image("p/a.tif", plate=PlatePosition("P", 0, 0), files=files),
        image("p/b.tif", plate=PlatePosition("P", 0, 1), files=(files[0], "p/b.tif")),
    )
    lines = found.tables["filelists/p.tsv"].splitlines()
    assert lines == ["Files\tPlate\tWell", "p/a.tif\tP\tA1", "p/b.tif\tP\tA2"]


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("a.tif", ""),
        ("raw/a.tif", "raw"),
        ("raw/deep/a.tif", "raw"),
        ("a.zarr/0/0", ""),
        ("a.ome.ZARR/0", ""),
        ("raw/a.zarr/0", "raw"),
    ],
)
def test_folders_at_the_top(path: str, folder: str) -> None:
    assert top_folder(path) == folder


NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\"),
    min_size=1,
    max_size=8,
).filter(lambda name: name.strip(". ") == name)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)


@given(st.lists(PATHS, min_size=1, max_size=8, unique=True))
def test_every_file_is_in_exactly_one_component(paths: list[str]) -> None:
    found = draft(paths, seen(), {})
    tables = {p for p in paths if p.startswith("filelists/") and p.endswith(".tsv")}
    count = dict.fromkeys(paths, 0)
    for component in found.tree["components"]:
        for path in select(component["files"]["include"], [], paths):
            count[path] += 1
    assert {path for path, times in count.items() if not times} <= tables
    assert all(times for path, times in count.items() if path not in tables)
    again = parse(found.yaml.encode(), "submission.yaml")
    assert not again.problems
    assert again.tree == found.tree
    ids = [component["id"] for component in found.tree["components"]]
    assert len(set(ids)) == len(ids)
