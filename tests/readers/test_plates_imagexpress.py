"""ImageXpress plates: an HTD file and a TIFF for every plane."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fairsubmit.metadata.image import PhysicalSize, PlatePosition, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.plates.imagexpress.reader import ImageXpress
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from collections.abc import Callable

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.base import Reader

    Make = Callable[..., bytes]

PLANE = """<MetaData>
<prop id="ApplicationName" type="string" value="MetaMorph"/>
<PlaneInfo>
<prop id="spatial-calibration-state" type="bool" value="on"/>
<prop id="spatial-calibration-x" type="float" value="0.65"/>
<prop id="spatial-calibration-y" type="float" value="0.65"/>
<prop id="spatial-calibration-units" type="string" value="um"/>
<prop id="acquisition-time-local" type="time" value="20240709 13:13:03.006"/>
<prop id="wavelength" type="float" value="{wave}"/>
<prop id="_MagSetting_" type="string" value="20x Plan Apo"/>
<prop id="_MagNA_" type="float" value="0.75"/>{extra}
</PlaneInfo></MetaData>"""
PROJECTION = """
<custom-prop id="Z Projection Method" type="string" value="Maximum"/>
<custom-prop id="Z Projection Step Size" type="float" value="1.5"/>"""


def htd(
    wells: tuple[str, ...] = ("TRUE, FALSE", "FALSE, TRUE"),
    sites: str = "TRUE, TRUE",
    waves: int = 2,
    **more: object,
) -> bytes:
    """A file as MetaXpress writes it; wells are rows."""
    lines = ['"HTSInfoFile", Version 1.0', '"XWells", 2', f'"YWells", {len(wells)}']
    lines += [f'"WellsSelection{i}", {row}' for i, row in enumerate(wells, 1)]
    lines += ['"Sites", TRUE', f'"SiteSelection1", {sites}'] if sites else []
    lines += ['"Waves", TRUE', f'"NWavelengths", {waves}']
    lines += [f'"WaveName{i}", "Wave {i}"' for i in range(1, min(waves, 9) + 1)]
    lines += [f'"{key}", {value}' for key, value in more.items()]
    return "\r\n".join([*lines, '"EndFile"', ""]).encode("latin-1")


class Plate:
    """Writes a plate's files."""

    def __init__(self, folder: Path, make_tiff: Make) -> None:
        self.folder = folder
        self.make_tiff = make_tiff

    def tiff(
        self, name: str, wave: int = 450, extra: str = "", **options: object
    ) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = PLANE.format(wave=wave, extra=extra).encode()
        path.write_bytes(self.make_tiff(description=text, bits=16, **options))
        return path

    def htd(self, name: str = "p.HTD", **options: object) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(htd(**options))  # type: ignore[arg-type]
        return path

    def sites(self, *, below: str = "", ending: str = "TIF") -> None:
        """Write what `htd` asks for: two wells of two sites in two waves."""
        for well in ("A01", "B02"):
            for site in (1, 2):
                for wave in (1, 2):
                    self.tiff(f"{below}p_{well}_s{site}_w{wave}.{ending}", 400 + wave)


@pytest.fixture
def plate(tmp_path: Path, make_tiff: Make) -> Plate:
    folder = tmp_path / "plate"
    folder.mkdir()
    return Plate(folder, make_tiff)


def read(path: Path) -> tuple[ImageMetadata, ...]:
    extraction = read_image(path)
    assert extraction.findings == ()
    return extraction.images


def codes(found: ImageMetadata, *, error: bool | None = None) -> list[str]:
    return [p.code for p in found.problems if error is None or p.error is error]


class TestImageXpress(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return ImageXpress()

    @pytest.fixture
    def image(self, plate: Plate) -> Path:
        plate.tiff("p_A01.TIF")
        return plate.htd(wells=("TRUE",), sites="", waves=1)


def test_a_record_for_each_site(plate: Plate) -> None:
    path = plate.htd()
    plate.sites()
    records = read(path)
    assert [record.plate for record in records] == [
        PlatePosition("p", 0, 0, 0),
        PlatePosition("p", 0, 0, 1),
        PlatePosition("p", 1, 1, 0),
        PlatePosition("p", 1, 1, 1),
    ]
    first = records[0]
    size = first.size
    assert (size.x, size.y, size.z, size.c, size.t) == (32, 24, 1, 2, 1)
    assert first.pixel_type == "uint16"
    assert first.physical_size == PhysicalSize(
        Quantity(0.65, "µm"), Quantity(0.65, "µm")
    )
    assert [channel.name for channel in first.channels] == ["Wave 1", "Wave 2"]
    waves = [channel.emission_wavelength for channel in first.channels]
    assert waves == [Quantity(401, "nm"), Quantity(402, "nm")]
    assert (first.objective.magnification, first.objective.numerical_aperture) == (
        20,
        0.75,
    )
    assert first.acquired_at == "2024-07-09T13:13:03.006"
    assert [Path(name).name for name in first.files] == [
        "p.HTD",
        "p_A01_s1_w1.TIF",
        "p_A01_s1_w2.TIF",
    ]
    assert all(record.problems == () for record in records)
    assert first.provenance["channels.0.name"] == "WaveName1"
