"""Zeiss CZI: what the XML says becomes the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.readers.czi_files import (
    Czi,
    codes,
    described,
    metadata,
    one,
    plane,
    problem,
    scaling,
)

from fairsubmit.metadata.image import Quantity

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata


# -- lengths and times ---------------------------------------------------------


def test_metres_become_micrometres_exactly(tmp_path: Path) -> None:
    record = described(tmp_path, other=scaling(X="2.791E-08", Y="1e-07", Z="0"))
    assert record.physical_size.x == Quantity(0.02791, "µm")
    assert record.physical_size.y == Quantity(0.1, "µm")
    assert record.physical_size.z is None
    assert record.provenance["physical_size.x"].startswith("Scaling/Items/Distance")
    assert codes(record) == []


@pytest.mark.parametrize("text", ["-1e-7", "much", "1e999", "1e999999999"])
def test_a_length_that_cannot_be_meant(tmp_path: Path, text: str) -> None:
    record = described(tmp_path, other=scaling(X=text))
    assert record.physical_size.x is None
    assert codes(record) == ["value-ignored"]


@pytest.mark.parametrize("text", ["NaN", "", "0.0"])
def test_an_unset_length_is_no_problem(tmp_path: Path, text: str) -> None:
    record = described(tmp_path, other=scaling(X=text))
    assert (record.physical_size.x, codes(record)) == (None, [])


def series(
    folder: Path, positions: str, stamps: tuple[float, ...] = ()
) -> ImageMetadata:
    blocks = [plane(C=0, T=t) for t in range(3)]
    image = f"<Dimensions><T><Positions>{positions}</Positions></T></Dimensions>"
    return one(folder, Czi(blocks, metadata(image), stamps))


INTERVAL = "<Interval><Start>0</Start><Increment>{}</Increment></Interval>"


@pytest.mark.parametrize(
    ("positions", "step"),
    [
        (INTERVAL.format("12.5"), 12.5),
        (INTERVAL.format("0"), None),
        ("<List><Offsets>0 0.523 1.046</Offsets></List>", 0.523),
        ("<List><Offsets>0 1 7</Offsets></List>", None),
        ("<List><Offsets>0 1</Offsets></List>", None),
        ("<List><Offsets>0 x 2</Offsets></List>", None),
        ("<List><Offsets>0 NaN 2</Offsets></List>", None),
        ("<List><Offsets>2 1 0</Offsets></List>", None),
    ],
)
def test_time_increment(tmp_path: Path, positions: str, step: float | None) -> None:
    found = series(tmp_path, positions).time_increment
    assert found == (None if step is None else Quantity(step, "s"))


@pytest.mark.parametrize(
    ("stamps", "step"),
    [
        ((0.0, 2.0, 4.0), 2.0),
        ((0.0, 1.98, 4.0), 2.0),
        ((0.0, 3.0, 4.0), None),
        ((0.0, float("nan"), 4.0), None),
        ((0.0, 1.0, 2.0, 3.0), None),
    ],
)
def test_measured_times(
    tmp_path: Path, stamps: tuple[float, ...], step: float | None
) -> None:
    """Evenly measured within some per cent; as many as there are time points."""
    listed = "<BinaryList><AttachmentName>TimeStamps</AttachmentName></BinaryList>"
    record = series(tmp_path, listed, stamps)
    assert record.time_increment == (None if step is None else Quantity(step, "s"))
    if step:
        assert record.provenance["time_increment"] == "Attachment TimeStamps"


@pytest.mark.parametrize(
    ("image", "date"),
    [
        (
            "<AcquisitionDateAndTime>{}</AcquisitionDateAndTime>",
            "2021-02-03T04:05:06.7Z",
        ),
        ("<AcquisitionDateAndTime>{}</AcquisitionDateAndTime>", "2021-02-03T04:05:06"),
        (
            "<Dimensions><T><StartTime>{}</StartTime></T></Dimensions>",
            "2021-02-03T04:05Z",
        ),
    ],
)
def test_date(tmp_path: Path, image: str, date: str) -> None:
    assert described(tmp_path, image.format(date)).acquired_at == date


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00", "1899-12-30T00:00:00", ""])
def test_no_date(tmp_path: Path, date: str) -> None:
    """When the file was created is not when the image was taken."""
    image = f"<AcquisitionDateAndTime>{date}</AcquisitionDateAndTime>"
    created = "<Document><CreationDate>2020-01-01T00:00:00</CreationDate></Document>"
    record = described(tmp_path, image, information=created)
    assert (record.acquired_at, codes(record)) == (None, [])


def test_a_date_in_another_order(tmp_path: Path) -> None:
    image = "<AcquisitionDateAndTime>05/09/2013 1:22 PM</AcquisitionDateAndTime>"
    record = described(tmp_path, image)
    assert (record.acquired_at, codes(record)) == (None, ["date-ignored"])


def test_a_date_with_a_blank(tmp_path: Path) -> None:
    image = "<AcquisitionDateAndTime>2013-05-09 13:22:27</AcquisitionDateAndTime>"
    assert described(tmp_path, image).acquired_at == "2013-05-09T13:22:27"


# -- channels ------------------------------------------------------------------


def test_a_channel(tmp_path: Path) -> None:
    channel = (
        '<Channel Id="C:7" Name="AF488"><Fluor>Alexa Fluor 488</Fluor>'
        "<ExcitationWavelength>493</ExcitationWavelength>"
        "<EmissionWavelength>517.5</EmissionWavelength>"
        "<ContrastMethod>Fluorescence</ContrastMethod>"
        "<AcquisitionMode>WideField</AcquisitionMode></Channel>"
    )
    image = f"<Dimensions><Channels>{channel}</Channels></Dimensions>"
    record = described(tmp_path, image)
    (found,) = record.channels
    assert (found.name, found.fluorophore) == ("AF488", "Alexa Fluor 488")
    assert found.excitation_wavelength == Quantity(493, "nm")
    assert found.emission_wavelength == Quantity(517.5, "nm")
    assert (found.contrast_method, found.acquisition_mode) == (
        "Fluorescence",
        "WideField",
    )
    keys = {key for key in record.provenance if key.startswith("channels.0.")}
    assert {key.rpartition(".")[2] for key in keys} == {
        *("name", "fluorophore", "excitation_wavelength", "emission_wavelength"),
        *("contrast_method", "acquisition_mode"),
    }


def test_unset_values_of_a_channel(tmp_path: Path) -> None:
    channel = (
        '<Channel Id="C:0" Name=""><Fluor>Dye1</Fluor>'
        "<ExcitationWavelength>0</ExcitationWavelength>"
        "<EmissionWavelength>NaN</EmissionWavelength>"
        "<ContrastMethod>Undefined</ContrastMethod><AcquisitionMode/></Channel>"
    )
    image = f"<Dimensions><Channels>{channel}</Channels></Dimensions>"
    record = described(tmp_path, image)
    (found,) = record.channels
    assert not any((found.name, found.fluorophore, found.contrast_method))
    assert not any((found.excitation_wavelength, found.emission_wavelength))
    assert codes(record) == []


def test_display_settings_stand_in(tmp_path: Path) -> None:
    """They belong to a channel by its Id, not by their order."""
    image = '<Dimensions><Channels><Channel Id="C:1"/></Channels></Dimensions>'
    shown = (
        '<DisplaySetting><Channels><Channel Id="C:0" Name="no"/>'
        '<Channel Id="C:1" Name="C2"><DyeName>GFP</DyeName></Channel>'
        "</Channels></DisplaySetting>"
    )
    record = described(tmp_path, image, other=shown)
    (channel,) = record.channels
    assert (channel.name, channel.fluorophore) == ("C2", "GFP")
    places = [record.provenance[f"channels.0.{k}"] for k in ("name", "fluorophore")]
    assert all(place.startswith("DisplaySetting/") for place in places)


def test_channels_that_the_file_lacks_are_left_out(tmp_path: Path) -> None:
    names = "".join(f'<Channel Id="{n}" Name="{n}"/>' for n in "abc")
    xml = metadata(f"<Dimensions><Channels>{names}</Channels></Dimensions>")
    record = one(tmp_path, Czi([plane(C=0), plane(C=2)], xml))
    assert [(c.index, c.name) for c in record.channels] == [(0, "a"), (1, "c")]


def test_a_channel_that_was_cut_out_keeps_its_name(tmp_path: Path) -> None:
    """A file with one of three channels: its number is still that of before."""
    record = one(tmp_path, Czi([plane(C=2)]))
    assert [(c.index, c.name) for c in record.channels] == [(0, "DAPI")]


def test_channels_without_a_description(tmp_path: Path) -> None:
    record = one(tmp_path, Czi([plane(C=c) for c in range(3)]))
    assert [c.name for c in record.channels] == ["DAPI", None, None]


# -- equipment -----------------------------------------------------------------


def instrument(reference: str = '<ObjectiveRef Id="Objective:2"/>') -> dict[str, str]:
    lenses = "".join(
        f'<Objective Id="Objective:{n}" Name="lens {n}"><LensNA>0.{n}</LensNA>'
        f"<NominalMagnification>{n}0</NominalMagnification>"
        f"<Immersion>{medium}</Immersion></Objective>"
        for n, medium in ((1, "Air"), (2, "Oil"))
    )
    settings = (
        f"<ObjectiveSettings><Medium>Water</Medium>{reference}</ObjectiveSettings>"
    )
    image = (
        f'{settings}<MicroscopeRef Id="Microscope:1"/><Dimensions><Channels><Channel>'
        '<DetectorSettings><Detector Id="D:2"/></DetectorSettings></Channel></Channels>'
        "</Dimensions>"
    )
    information = (
        '<Instrument><Microscopes><Microscope Id="Microscope:1" Name="Axio Observer">'
        "<Manufacturer><Manufacturer>Zeiss</Manufacturer></Manufacturer></Microscope>"
        f"</Microscopes><Objectives>{lenses}</Objectives><Detectors>"
        '<Detector Id="D:1" Name="no"/><Detector Id="D:2" Name="yes"><Adapter>'
        "<Manufacturer><Model>Adapter</Model></Manufacturer></Adapter></Detector>"
        "</Detectors></Instrument>"
    )
    return {"image": image, "information": information}


def test_equipment_is_what_the_image_refers_to(tmp_path: Path) -> None:
    record = described(tmp_path, **instrument())
    lens = record.objective
    assert (lens.model, lens.magnification) == ("lens 2", 20)
    assert (lens.numerical_aperture, lens.immersion) == (0.2, "Oil")
    assert (record.instrument.manufacturer, record.instrument.model) == (
        "Zeiss",
        "Axio Observer",
    )
    assert record.detector.model == "yes"


@pytest.mark.parametrize("reference", ["", '<ObjectiveRef Id="Objective:9"/>'])
def test_another_objective_is_never_taken(tmp_path: Path, reference: str) -> None:
    lens = described(tmp_path, **instrument(reference)).objective
    assert (lens.model, lens.magnification, lens.immersion) == (None, None, "Water")


def test_the_only_objective_is_the_one(tmp_path: Path) -> None:
    information = (
        '<Instrument><Objectives><Objective Id="1"><Immersion>Undefined</Immersion>'
        "<Manufacturer><Manufacturer>Zeiss</Manufacturer><Model>Fluar 5x</Model>"
        "</Manufacturer><LensNA>NaN</LensNA></Objective></Objectives><Microscopes>"
        '<Microscope Id="1"><System>Crossbeam</System></Microscope></Microscopes>'
        '<Detectors><Detector Id="1"><Manufacturer><Model>HR</Model></Manufacturer>'
        "</Detector></Detectors></Instrument>"
    )
    record = described(tmp_path, information=information)
    assert (record.objective.manufacturer, record.objective.model) == (
        "Zeiss",
        "Fluar 5x",
    )
    assert (record.objective.numerical_aperture, record.objective.immersion) == (
        None,
        None,
    )
    assert (record.instrument.model, record.detector.model) == ("Crossbeam", "HR")


def test_the_objective_that_the_scaling_was_made_for(tmp_path: Path) -> None:
    name = "<AutoScaling><ObjectiveName>N 5x</ObjectiveName></AutoScaling>"
    record = described(tmp_path, other=f"<Scaling>{name}</Scaling>")
    assert record.objective.model == "N 5x"


def test_program_and_name(tmp_path: Path) -> None:
    information = (
        "<Application><Name>ZEN</Name><Version>3.1</Version></Application>"
        "<Document><Name>n</Name><Title>t</Title></Document>"
    )
    record = described(tmp_path, information=information)
    assert (record.software, record.name) == ("ZEN 3.1", "t")


def test_shapes_are_counted(tmp_path: Path) -> None:
    elements = "<Rectangle/><ClosedPolyline/><Text/><FrequentAnnotations/>"
    layers = f"<Layers><Layer><Elements>{elements}</Elements></Layer></Layers>"
    assert described(tmp_path, other=layers).rois == 2


# -- what people should know ---------------------------------------------------


def test_persons_are_told_but_not_named(tmp_path: Path) -> None:
    information = (
        "<User><FirstName>Ada</FirstName><Email>ada@example.org</Email></User>"
        "<Document><UserName>adal</UserName></Document>"
    )
    record = described(tmp_path, information=information)
    assert codes(record) == ["personal-data"] * 3
    text = " ".join(p.message for p in record.problems).lower()
    assert "ada" not in text.replace("metadata", "")
    assert "Information/Document/UserName" in {p.place for p in record.problems}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("C:\\Users\\ada\\x.czi", True),
        ("D:\\Documents and Settings\\ada", True),
        ("C:\\Users\\Public\\x.czi", False),
        ("D:\\Data\\Users\\x", False),
    ],
)
def test_folders_of_users(tmp_path: Path, path: str, *, found: bool) -> None:
    other = f"<CustomAttributes><Input>{path}</Input></CustomAttributes>"
    assert codes(described(tmp_path, other=other)) == ["personal-data"] * found


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"information": "<Processing><Airyscan><a/></Airyscan></Processing>"},
            "Airyscan",
        ),
        (
            {"information": "<Processing><Deconv>1</Deconv></Processing>"},
            "Deconv",
        ),
        ({"image": "<OriginalScanData>false</OriginalScanData>"}, "OriginalScanData"),
        (
            {
                "other": "<CustomAttributes><AuditTrail>&lt;AuditTrail&gt;"
                '&lt;CreateSubset Timestamp="x"&gt; &lt;Rescale Timestamp="x"&gt;'
                "</AuditTrail></CustomAttributes>"
            },
            "(Rescale)",
        ),
    ],
)
def test_processed_images(tmp_path: Path, options: dict[str, str], says: str) -> None:
    record = described(tmp_path, **options)
    assert says in problem(record, "processed-image").message


@pytest.mark.parametrize(
    "options",
    [
        {"information": "<Processing><PSF><a/></PSF><LSM/></Processing>"},
        {"information": "<Processing><Airyscan/></Processing>"},
        {"image": "<OriginalScanData>true</OriginalScanData>"},
    ],
)
def test_images_as_they_were_acquired(tmp_path: Path, options: dict[str, str]) -> None:
    assert codes(described(tmp_path, **options)) == []
