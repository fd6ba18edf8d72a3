"""ImageXpress plates: an HTD file and a TIFF for every plane."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import PhysicalSize, PlatePosition, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.extract import extract
from fairsubmit.readers.plates.imagexpress.reader import ImageXpress
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


def names(found: ImageMetadata) -> list[str]:
    return [Path(name).name for name in found.files]


STACK: dict[str, Any] = {
    "ZSeries": "TRUE",
    "ZSteps": 3,
    "ZProjection": "TRUE",
    "TimePoints": 2,
}


@pytest.fixture
def deep(plate: Plate) -> Path:
    """A plate of one well: two times, three steps, two waves, projections, thumbs."""
    path = plate.htd(wells=("FALSE, TRUE",), sites="", **STACK)
    for time in (1, 2):
        for step in range(4):
            below = f"TimePoint_{time}/ZStep_{step}/"
            plate.htd(f"{below}p.HTD", wells=("FALSE, TRUE",), sites="", **STACK)
            for wave in (1, 2):
                extra = "" if step else PROJECTION
                plate.tiff(f"{below}p_A02_w{wave}.TIF", 400 + wave, extra)
                plate.tiff(f"{below}p_A02_w{wave}_thumb.TIF", pages=[(4, 3)])
        plate.htd(f"TimePoint_{time}/p.HTD", wells=("FALSE, TRUE",), sites="", **STACK)
    return path


def test_times_and_z_steps(deep: Path) -> None:
    (found,) = read(deep)
    size = found.size
    assert (size.x, size.z, size.c, size.t) == (32, 3, 2, 2)
    assert found.physical_size.z == Quantity(1.5, "µm")
    assert found.plate == PlatePosition("p", 0, 1, 0)
    assert found.problems == ()
    # The HTD and its 10 copies, 12 planes, 4 projections, 16 thumbnails.
    assert len(found.files) == len(set(found.files)) == 11 + 12 + 4 + 16


@pytest.mark.parametrize("processes", [0, 2])
def test_every_file_belongs_to_one_record(
    deep: Path, make_tiff: Make, processes: int
) -> None:
    folder = deep.parent.parent
    (folder / "aside.tif").write_bytes(make_tiff())
    (deep.parent / "TimePoint_1" / "other.tif").write_bytes(make_tiff())
    if processes:
        with ProcessPoolExecutor(processes) as executor:
            found = list(extract([folder], root=folder, executor=executor))
    else:
        found = list(extract([folder], root=folder))
    assert [(e.path, len(e.images)) for e in found] == [
        ("aside.tif", 1),
        ("plate/TimePoint_1/other.tif", 1),
        ("plate/p.HTD", 1),
    ]
    files = [file for e in found for image in e.images for file in image.files]
    everything = {p.relative_to(folder).as_posix() for p in folder.rglob("*.*")}
    assert sorted(files) == sorted(everything)


@pytest.mark.parametrize("part", ["ZStep_2/p_A02_w1.TIF", "ZStep_0/p.HTD", "p.HTD"])
def test_every_file_gives_the_records_of_the_outermost(deep: Path, part: str) -> None:
    assert read(deep.parent / "TimePoint_2" / part) == read(deep)


def test_a_plate_without_its_outermost_file(deep: Path) -> None:
    deep.unlink()
    folder = deep.parent
    found = list(extract([folder], root=folder))
    assert [(e.path, len(e.images)) for e in found] == [
        ("TimePoint_1/p.HTD", 1),
        ("TimePoint_2/p.HTD", 1),
    ]
    sizes = [e.images[0].size for e in found]
    assert [(size.z, size.c, size.t) for size in sizes] == [(3, 2, 1), (3, 2, 1)]
    assert [e.images[0].problems for e in found] == [(), ()]


def test_the_folder_of_a_single_step(deep: Path) -> None:
    for path in (deep, deep.parent / "TimePoint_2" / "p.HTD"):
        path.unlink()
    (found,) = read(deep.parent / "TimePoint_2" / "ZStep_2" / "p.HTD")
    size = found.size
    assert (size.z, size.c, size.t, found.problems) == (1, 2, 1, ())


def test_projections_in_the_folder_above_the_steps(plate: Plate) -> None:
    """As MetaXpress keeps them in its own database."""
    path = plate.htd(wells=("TRUE",), sites="", waves=2, ZSeries="TRUE", ZSteps=2)
    for step in (1, 2):
        plate.tiff(f"ZStep_{step}/p_A01_w1.tif")
    plate.tiff("p_A01_w1.tif", extra=PROJECTION)
    plate.tiff("p_A01_w2.tif", extra=PROJECTION)
    (found,) = read(path)
    assert (found.size.z, found.size.c) == (2, 2)
    assert found.physical_size.z == Quantity(1.5, "µm")
    assert codes(found) == ["processed-image"]
    assert found.problems[0].message.startswith("channel 2 is a projection along z")
    assert len(found.files) == 5


def test_projections_alone(plate: Plate) -> None:
    path = plate.htd(wells=("TRUE",), sites="", waves=1, **STACK)
    for time in (1, 2):
        plate.tiff(f"TimePoint_{time}/p_A01_w1.tif", extra=PROJECTION)
    (found,) = read(path)
    assert (found.size.z, found.size.t) == (1, 2)
    assert sorted(codes(found)) == ["planes-missing", "processed-image"]
    assert codes(found, error=True) == []


def test_steps_that_count_from_zero(plate: Plate) -> None:
    path = plate.htd(wells=("TRUE",), sites="", waves=1, ZSeries="TRUE", ZSteps=2)
    for step in (0, 1):
        plate.tiff(f"ZStep_{step}/p_A01.tif")
    (found,) = read(path)
    assert (found.size.z, found.problems) == (2, ())


def test_a_wave_taken_at_one_step(plate: Plate) -> None:
    path = plate.htd(wells=("TRUE",), sites="", ZSeries="TRUE", ZSteps=3)
    for step in (1, 2, 3):
        plate.tiff(f"ZStep_{step}/p_A01_w1.tif")
    plate.tiff("ZStep_2/p_A01_w2.tif")
    (found,) = read(path)
    assert (found.size.z, found.size.c, found.problems) == (3, 2, ())


def test_a_wave_taken_less_often(plate: Plate) -> None:
    path = plate.htd(wells=("TRUE",), sites="", TimePoints=3, WaveCollect2=3)
    for time in (1, 2, 3):
        plate.tiff(f"TimePoint_{time}/p_A01_w1.tif")
    plate.tiff("TimePoint_1/p_A01_w2.tif")
    (found,) = read(path)
    assert (found.size.t, found.size.c, found.problems) == (3, 2, ())


def test_a_wave_that_was_not_taken(plate: Plate) -> None:
    path = plate.htd(wells=("TRUE",), sites="", waves=2, WaveCollect1=0)
    plate.tiff("p_A01_w2.tif")
    (found,) = read(path)
    assert [channel.name for channel in found.channels] == ["Wave 2"]
    assert found.problems == ()


GUID = "3F2504E0-4F89-11D3-9A0C-0305E82C3301"


@pytest.mark.parametrize(
    ("name", "site", "wave"),
    [
        (f"p_B02_s12_w2{GUID}.tif", 11, 2),
        (f"p_B02_s2{GUID}.TIF", 1, 1),
        (f"p_B02_w1{GUID.lower()}.tif", 0, 1),
        (f"p_B02{GUID}.tif", 0, 1),
        ("p_B02.tiff", 0, 1),
        ("P_b02_S3_W2.tif", 2, 2),
    ],
)
def test_names_of_files(plate: Plate, name: str, site: int, wave: int) -> None:
    path = plate.htd(wells=("FALSE, FALSE", "FALSE, TRUE"), sites="")
    plate.tiff(name)
    found = read(path)[0]
    assert found.plate == PlatePosition("p", 1, 1, site)
    (problem,) = [p for p in found.problems if "planes" in p.message]
    assert f"wave {3 - wave}" in problem.message


def test_rows_beyond_z(plate: Plate) -> None:
    path = plate.htd(wells=("FALSE",), sites="", waves=1)
    plate.tiff("p_AF48.tif")
    (found,) = read(path)
    assert found.plate == PlatePosition("p", 31, 47, 0)


def test_a_plate_that_was_renamed(plate: Plate) -> None:
    path = plate.htd("other.HTD", wells=("TRUE",), sites="", waves=1)
    plate.tiff("p_A01.tif")
    (found,) = read(path)
    assert (found.plate, found.problems) == (PlatePosition("other", 0, 0, 0), ())


def test_two_plates_in_one_folder(plate: Plate) -> None:
    for name in ("p", "q"):
        plate.htd(f"{name}.HTD", wells=("TRUE",), sites="", waves=1)
        plate.tiff(f"{name}_A01.tif")
    found = list(extract([plate.folder], root=plate.folder))
    assert [(e.path, e.images[0].files) for e in found] == [
        ("p.HTD", ("p.HTD", "p_A01.tif")),
        ("q.HTD", ("q.HTD", "q_A01.tif")),
    ]


def test_missing_planes_and_sites(plate: Plate) -> None:
    path = plate.htd()
    plate.sites()
    for name in ("p_A01_s1_w2", "p_B02_s1_w1", "p_B02_s1_w2"):
        (plate.folder / f"{name}.TIF").unlink()
    first, second, third = read(path)
    assert codes(first, error=True) == ["missing-part", "missing-part"]
    sites, planes = first.problems
    assert "1 of 4 sites" in sites.message
    assert "B02 site 1" in sites.message
    assert "1 of 2 planes are not there; the first is that of wave 2" in planes.message
    assert second.problems == third.problems == ()


def test_none_of_the_images(plate: Plate) -> None:
    (found,) = read(plate.htd())
    assert codes(found, error=True) == ["missing-part"]
    assert (found.size.x, found.files) == (None, ((plate.folder / "p.HTD").as_posix(),))


def test_cut_and_unreadable_files(plate: Plate) -> None:
    path = plate.htd()
    plate.sites()
    big = plate.tiff("p_A01_s1_w1.TIF", pages=[(64, 64)]).read_bytes()
    (plate.folder / "p_A01_s1_w2.TIF").write_bytes(big[: len(big) // 2])
    (plate.folder / "p_A01_s2_w2.TIF").write_bytes(b"")
    (plate.folder / "p_B02_s1_w1.TIF").write_bytes(b"II*\0")
    (plate.folder / "p_B02_s2_w1.TIF").write_bytes(b"no image")
    found = [codes(record, error=True) for record in read(path)]
    assert found == [
        ["truncated"],
        ["truncated"],
        ["unreadable-part"],
        ["unreadable-part"],
    ]


def test_many_cut_files_are_counted(plate: Plate) -> None:
    path = plate.htd(wells=("TRUE",), sites="", waves=1, TimePoints=40)
    for time in range(1, 41):
        plate.tiff(f"TimePoint_{time}/p_A01.tif")
    for time in range(2, 41):
        (plate.folder / f"TimePoint_{time}" / "p_A01.tif").write_bytes(b"")
    (found,) = read(path)
    assert codes(found, error=True) == ["truncated"] * 21
    assert found.problems[-1].message.startswith("19 more files")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("TimePoints", "1000000000"),
        ("TimePoints", "99999"),
        ("TimePoints", "-1"),
        ("ZSteps", "1000000000"),
        ("ZSteps", "99999"),
        ("NWavelengths", "1000000000"),
        ("NWavelengths", "99999"),
        ("NWavelengths", "0"),
        ("XWells", "1000000000"),
        ("XSites", "1000000000"),
    ],
)
def test_hostile_numbers(plate: Plate, key: str, value: str) -> None:
    text = htd(
        wells=("TRUE",), sites="", waves=1, ZSeries="TRUE", ZSteps=2, TimePoints=1
    )
    lines = [line for line in text.decode().splitlines() if f'"{key}"' not in line]
    path = plate.folder / "p.HTD"
    path.write_text("\n".join([*lines[:-1], f'"{key}", {value}', lines[-1]]))
    plate.tiff("ZStep_1/p_A01.tif")
    plate.tiff("ZStep_2/p_A01.tif")
    (found,) = read(path)
    assert found.size.x == 32
    expected = {"99999": {"missing-part", "value-ignored"}, "0": {"value-ignored"}}
    known = expected.get(value, {"value-ignored"} if key[0] != "X" else set())
    assert set(codes(found)) <= known
    assert len(found.channels) < 3


def test_hostile_selections(plate: Plate) -> None:
    rows = ", ".join(["TRUE"] * 100_000)
    path = plate.htd(wells=(rows,) * 3, sites=rows, waves=1)
    plate.tiff("p_A01_s1.tif")
    (found,) = read(path)
    assert codes(found, error=True) == ["missing-part"]
    assert "29999999999 of 30000000000 sites" in found.problems[0].message


def test_other_programs_htd_files_are_none(plate: Plate) -> None:
    path = plate.folder / "p.HTD"
    path.write_text("<html></html>")
    plate.tiff("p_A01.tif")
    with pytest.raises(DamagedFileError):
        ImageXpress().read(path)
    (alone,) = read(plate.folder / "p_A01.tif")
    assert alone.reader == "metaseries"


def test_leads_are_sought_by_names_alone() -> None:
    reader = ImageXpress()
    assert reader.leads(Path("a/b.png")) == ()
    assert reader.leads(Path("nowhere/TimePoint_1/ZStep_1/a.tif")) == []


def test_descriptions_in_other_encodings(plate: Plate) -> None:
    path = plate.folder / "p.HTD"
    text = htd(wells=("TRUE",), sites="", waves=1).replace(b"Wave 1", b"\xb5-wave")
    path.write_bytes(text)
    plate.tiff("p_A01.tif")
    assert read(path)[0].channels[0].name == "µ-wave"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace(b"\xb5", "µ".encode()))
    assert read(path)[0].channels[0].name == "µ-wave"


def test_many_plates_in_one_folder(
    tmp_path: Path, make_tiff: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is read as often as it must be, not anew for the files of the others."""
    monkeypatch.setattr("fairsubmit.readers.MAX_SETS", 2)
    reads: list[str] = []
    read = ImageXpress.read

    def counted(reader: ImageXpress, path: Path) -> Sequence[ImageMetadata]:
        reads.append(path.name)
        return read(reader, path)

    monkeypatch.setattr(ImageXpress, "read", counted)
    for number in range(9):
        plate = Plate(tmp_path, make_tiff)
        plate.htd(f"p{number}.HTD")
        for site in (1, 2):
            plate.tiff(f"p{number}_A01_s{site}_w1.TIF")
    (tmp_path / "other.tif").write_bytes(make_tiff())
    found = list(extract([tmp_path], root=tmp_path))
    assert [e.path for e in found] == ["other.tif", *(f"p{n}.HTD" for n in range(9))]
    assert all(len(e.images) == 2 for e in found[1:])
    assert sorted(reads) == sorted(2 * [f"p{n}.HTD" for n in range(9)])
