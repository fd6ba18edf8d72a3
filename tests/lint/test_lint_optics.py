"""What texts say about objectives, and which methods names mean."""

from __future__ import annotations

import pytest

from fairsubmit.lint.methods import ELECTRONS, LIGHT, OTHER, UNKNOWN, kind_of
from fairsubmit.lint.optics import optics


@pytest.mark.parametrize(
    ("text", "magnifications", "apertures"),
    [
        ("63x/1.4 NA oil, 488 nm, 100 ms exposure, z step 0.2 µm", [63], [1.4]),
        ("Plan Apochromat VC X60 objective (NA 1.2, water)", [60], [1.2]),
        ("a 100×1.49 numerical aperture (NA) oil immersion lens", [100], [1.49]),
        ("20x water-immersion objective (NA 1.0, working distance", [20], [1.0]),
        ("(20 X, 0.75 N.A.)", [20], [0.75]),
        ("20 ×, NA = 0,8", [20], [0.8]),
        (
            "a 10× objective (NA 0.3, air) or 40× objective (NA 1.15)",
            [10, 40],
            [0.3, 1.15],
        ),
        ("scans at 40x magnification", [40], []),
        ("a magnification of 63", [63], []),
        ("HC PL APO CS2 63X1.40 OIL", [63], [1.4]),
        ("washed in 1x PBS, then 10x objective", [10], []),
    ],
)
def test_what_is_surely_an_objective(
    text: str, magnifications: list[float], apertures: list[float]
) -> None:
    said = optics(text)
    assert sorted(said.magnifications) == magnifications
    assert sorted(said.apertures) == apertures
    assert said.says_magnification
    assert said.says_aperture == bool(apertures)


@pytest.mark.parametrize(
    "text",
    [
        "512 x 512 pixels, 2x2 binning",
        "a camera of 6.5 x 6.5 µm pixels",
        "pixel size: 0.1549X0.1549 micron",
        "1024x1024",
        "100ms per frame",
        "",
    ],
)
def test_what_is_no_objective(text: str) -> None:
    said = optics(text)
    assert (said.magnifications, said.apertures) == ((), ())
    assert not said.says_magnification
    assert not said.says_aperture


def test_zoom_and_buffers_are_no_objectives() -> None:
    assert optics("in 5x SSC; x1.5 digital zoom").magnifications == ()


def test_the_aperture_of_a_condenser_contradicts_nothing() -> None:
    said = optics("condenser NA 0.55, 63x oil objective")
    assert said.apertures == ()
    assert said.says_aperture


def test_any_number_of_the_text_may_be_meant() -> None:
    said = optics("20x/0.8 objective with 1.6x optovar; Plan Apo 60 as well")
    assert [x for x in (20, 32, 40, 60, 63) if said.allows_magnification(x)] == [
        *(20, 32, 60)
    ]
    assert said.allows_aperture(0.8000000001)
    assert not said.allows_aperture(1.3)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("confocal microscopy", LIGHT),
        ("SPIM", LIGHT),
        ("Super-resolution STED", LIGHT),
        ("H&E slide scanning", LIGHT),
        ("scanning electron microscopy (SEM)", ELECTRONS),
        ("correlative light and electron microscopy", ELECTRONS),
        ("cryo-ET", ELECTRONS),
        ("SBF-SEM", ELECTRONS),
        ("X-ray fluorescence", OTHER),
        ("micro-CT", OTHER),
        ("MRI", OTHER),
        ("optical coherence tomography", OTHER),
        ("photography", OTHER),
        ("electron-multiplying camera", UNKNOWN),
        ("system imaging", UNKNOWN),
        ("microscopy", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_which_kind_of_imaging_a_name_means(label: str, kind: str) -> None:
    assert kind_of(label) == kind
