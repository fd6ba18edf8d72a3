"""NIfTI, NRRD, MetaImage and ICS: headers as their definitions have them."""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import ImageMetadata, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.volumes.gzipped import inflated
from fairsubmit.readers.volumes.ics import Ics
from fairsubmit.readers.volumes.metaimage import MetaImage
from fairsubmit.readers.volumes.nifti import Nifti
from fairsubmit.readers.volumes.nrrd import Nrrd
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.base import Reader


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "image"
    found.mkdir()
    return found


def read(reader: Reader, path: Path, content: bytes) -> ImageMetadata:
    path.write_bytes(content)
    assert reader.recognises(path, content[: 1 << 16])
    (record,) = reader.read(path)
    return record


def codes(record: ImageMetadata) -> list[str]:
    return [p.code + "!" * p.error for p in record.problems]


def extent(record: ImageMetadata) -> tuple[int | None, ...]:
    size = record.size
    return (size.x, size.y, size.z, size.c, size.t)


# NIfTI


def nifti_bytes(
    sizes: tuple[int, ...] = (6, 4, 3),
    *,
    version: int = 1,
    order: str = "<",
    kind: int = 4,
    bits: int = 16,
    steps: tuple[float, ...] = (0.1, 0.2, 0.3, 2.0),
    units: int = 2 | 8,
    pair: bool = False,
    pixels: bool = True,
) -> bytes:
    dims = (len(sizes), *sizes, *[1] * (7 - len(sizes)))
    spacing = (1.0, *steps, *[1.0] * (7 - len(steps)))
    length = 348 if version == 1 else 540
    raw = bytearray(length + 4)
    struct.pack_into(f"{order}i", raw, 0, length)
    start = 0 if pair else length + 4
    mark = (b"ni" if pair else b"n+") + str(version).encode() + b"\0"
    if version == 1:
        struct.pack_into(f"{order}8h", raw, 40, *dims)
        struct.pack_into(f"{order}2h", raw, 70, kind, bits)
        struct.pack_into(f"{order}8f", raw, 76, *spacing)
        struct.pack_into(f"{order}f", raw, 108, start)
        raw[123] = units
        raw[344:348] = mark
    else:
        raw[4:12] = mark + b"\r\n\x1a\n"
        struct.pack_into(f"{order}2h", raw, 12, kind, bits)
        struct.pack_into(f"{order}8q", raw, 16, *dims)
        struct.pack_into(f"{order}8d", raw, 104, *spacing)
        struct.pack_into(f"{order}q", raw, 168, start)
        struct.pack_into(f"{order}i", raw, 500, units)
    count = bits
    for size in sizes:
        count *= size
    return bytes(raw) + (bytes((count + 7) // 8) if pixels and not pair else b"")


class TestNifti(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Nifti()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        path = folder / "a.nii"
        path.write_bytes(nifti_bytes())
        return path


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("packed", [False, True])
def test_nifti(tmp_path: Path, version: int, order: str, packed: bool) -> None:
    content = nifti_bytes((6, 4, 3, 2), version=version, order=order)
    content = gzip.compress(content) if packed else content
    record = read(Nifti(), tmp_path / "a.nii.gz", content)
    assert extent(record) == (6, 4, 3, 1, 2)
    assert record.pixel_type == "int16"
    sizes = record.physical_size
    assert sizes.x == Quantity(0.1, "mm")
    assert sizes.z == Quantity(0.3, "mm")
    assert record.time_increment == Quantity(2.0, "s")
    assert record.provenance["physical_size.z"] == "pixdim[3]"
    assert codes(record) == []


@pytest.mark.parametrize(
    ("kind", "bits", "pixel_type", "samples"),
    [
        (2, 8, "uint8", 1),
        (16, 32, "float", 1),
        (64, 64, "double", 1),
        (128, 24, "uint8", 3),
        (512, 16, "uint16", 1),
        (1024, 64, None, 1),
        (1792, 128, "double-complex", 1),
        (2304, 32, "uint8", 4),
        (999, 8, None, 1),
    ],
)
def test_nifti_types(
    tmp_path: Path, kind: int, bits: int, pixel_type: str | None, samples: int
) -> None:
    content = nifti_bytes(kind=kind, bits=bits)
    record = read(Nifti(), tmp_path / "a.nii", content)
    assert (record.pixel_type, record.size.c) == (pixel_type, samples)
    assert record.channels[0].samples_per_pixel == samples
    assert codes(record) == ([] if pixel_type else ["pixel-type-unknown"])


@pytest.mark.parametrize(
    ("units", "expected", "problems"),
    [
        (1, Quantity(100000.0, "µm"), []),
        (3, Quantity(0.1, "µm"), []),
        (0, None, ["unit-missing"]),
        (7, None, ["unit-missing"]),
    ],
)
def test_nifti_units(
    tmp_path: Path, units: int, expected: Quantity | None, problems: list[str]
) -> None:
    record = read(Nifti(), tmp_path / "a.nii", nifti_bytes(units=units))
    assert record.physical_size.x == expected
    assert codes(record) == problems


@pytest.mark.parametrize("step", [0.0, float("nan"), float("inf")])
def test_nifti_steps_that_are_none(tmp_path: Path, step: float) -> None:
    record = read(Nifti(), tmp_path / "a.nii", nifti_bytes(steps=(step,) * 3))
    assert record.physical_size.x is None


def test_nifti_of_vectors_and_more(tmp_path: Path) -> None:
    record = read(Nifti(), tmp_path / "a.nii", nifti_bytes((6, 4, 1, 1, 3)))
    assert (extent(record), len(record.channels)) == ((6, 4, 1, 3, 1), 3)
    assert record.physical_size.z is None  # one slice
    record = read(Nifti(), tmp_path / "b.nii", nifti_bytes((2, 2, 2, 2, 2, 2)))
    assert codes(record) == ["axis-unknown"]
    spectrum = read(Nifti(), tmp_path / "c.nii", nifti_bytes((6,)))
    assert extent(spectrum) == (6, 1, 1, 1, 1)


def test_a_pair_of_files(tmp_path: Path) -> None:
    record = read(Nifti(), tmp_path / "a.hdr", nifti_bytes(pair=True))
    assert codes(record) == ["missing-part!"]
    (tmp_path / "a.img").write_bytes(bytes(144))
    record = read(Nifti(), tmp_path / "a.hdr", nifti_bytes(pair=True))
    assert (len(record.files), codes(record)) == (2, [])
    assert read_image(tmp_path / "a.img").images == (record,)
    assert Nifti().leads(tmp_path / "a.txt") == ()


def test_nifti_pixels_that_are_missing(tmp_path: Path) -> None:
    record = read(Nifti(), tmp_path / "a.nii", nifti_bytes()[:-1])
    assert codes(record) == ["truncated!"]


@pytest.mark.parametrize(
    ("at", "value"), [(40, 0), (40, 9), (42, -1), (44, 0), (0, 347), (344, 0)]
)
def test_nifti_headers_that_cannot_be_meant(
    tmp_path: Path, at: int, value: int
) -> None:
    content = bytearray(nifti_bytes())
    struct.pack_into("<h", content, at, value)
    path = tmp_path / "a.nii"
    path.write_bytes(content)
    assert not Nifti().recognises(path, bytes(content))
    with pytest.raises(DamagedFileError):
        Nifti().read(path)


def test_gzip_is_never_inflated_further_than_needed() -> None:
    bomb = gzip.compress(bytes(10_000_000))
    assert inflated(bomb, 640) == bytes(640)
    assert inflated(b"\x1f\x8b\x08\xff", 640) == b""


# NRRD


def nrrd_bytes(*lines: str, pixels: int = 144, **fields: Any) -> bytes:
    known = {
        "type": "short",
        "dimension": "3",
        "sizes": "6 4 3",
        "encoding": "raw",
        "spacings": "0.5 0.5 2",
        "units": '"um" "um" "um"',
        **{key.replace("_", " "): value for key, value in fields.items()},
    }
    text = "".join(f"{key}: {value}\n" for key, value in known.items() if value)
    rest = "".join(f"{line}\n" for line in lines)
    return f"NRRD0004\n# a comment\n{text}{rest}\n".encode() + bytes(pixels)


class TestNrrd(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Nrrd()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        path = folder / "a.nrrd"
        path.write_bytes(nrrd_bytes("key:=value"))
        return path


def test_nrrd(tmp_path: Path) -> None:
    content = nrrd_bytes("content: brain", "key:=value")
    record = read(Nrrd(), tmp_path / "a.nrrd", content)
    assert extent(record) == (6, 4, 3, 1, 1)
    assert (record.pixel_type, record.name) == ("int16", "brain")
    assert record.physical_size.z == Quantity(2.0, "µm")
    assert record.provenance["physical_size.z"] == "spacings"
    assert codes(record) == []


def test_nrrd_in_a_space(tmp_path: Path) -> None:
    content = nrrd_bytes(
        spacings="",
        units="",
        dimension="4",
        sizes="3 6 4 3",
        kinds="vector domain domain domain",
        space="left-posterior-superior",
        space_directions="none (0.3,0.4,0) (0,0.5,0) (0,0,2)",
        space_units='"mm" "mm" "mm"',
        encoding="gzip",
    )
    record = read(Nrrd(), tmp_path / "a.nrrd", content)
    assert extent(record) == (6, 4, 3, 3, 1)
    assert record.physical_size.x == Quantity(0.5, "mm")
    assert record.physical_size.z == Quantity(2.0, "mm")
    assert (len(record.channels), codes(record)) == (3, [])


@pytest.mark.parametrize(
    ("changes", "sizes", "problems"),
    [
        ({"units": ""}, (6, 4, 3, 1, 1), ["unit-missing"]),
        ({"units": "", "spacings": ""}, (6, 4, 3, 1, 1), []),
        ({"units": '"pixel" "pixel" "pixel"'}, (6, 4, 3, 1, 1), ["unit-unknown"]),
        ({"spacings": "nan nan 0"}, (6, 4, 3, 1, 1), ["unit-unknown"]),
        ({"kinds": "domain domain time"}, (6, 4, 1, 1, 3), []),
        ({"kinds": "domain domain list"}, (6, 4, 1, 3, 1), []),
        ({"kinds": "domain domain ???"}, (6, 4, 3, 1, 1), []),
        ({"kinds": "domain time time"}, (6, 3, 1, 1, 4), []),
        ({"type": "block", "block_size": "2"}, (6, 4, 3, 1, 1), ["pixel-type-unknown"]),
        ({"type": "long long"}, (6, 4, 3, 1, 1), ["truncated!", "pixel-type-unknown"]),
        ({"type": "double"}, (6, 4, 3, 1, 1), ["truncated!"]),
    ],
)
def test_nrrd_fields(
    tmp_path: Path,
    changes: dict[str, Any],
    sizes: tuple[int, ...],
    problems: list[str],
) -> None:
    record = read(Nrrd(), tmp_path / "a.nrrd", nrrd_bytes(**changes))
    assert extent(record) == sizes
    assert codes(record) == problems


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ("a.raw", ["a.raw"]),
        ("s%02d.raw 1 3 1", ["s01.raw", "s02.raw", "s03.raw"]),
        ("s%d.raw 3 1 -2", ["s3.raw", "s1.raw"]),
        ("LIST", ["one.raw", "two.raw"]),
    ],
)
def test_nrrd_pixels_elsewhere(tmp_path: Path, data: str, names: list[str]) -> None:
    lines = [f"data file: {data}", *(names if data == "LIST" else ())]
    content = nrrd_bytes(*lines, pixels=0)[:-1]
    record = read(Nrrd(), tmp_path / "a.nhdr", content)
    assert codes(record) == ["missing-part!"]
    assert names[0] in record.problems[0].message
    for name in names:
        (tmp_path / name).write_bytes(b"")
    record = read(Nrrd(), tmp_path / "a.nhdr", content)
    assert codes(record) == []
    assert [f.rpartition("/")[2] for f in record.files] == ["a.nhdr", *names]
    if names == ["a.raw"]:
        assert read_image(tmp_path / "a.raw").images == (record,)


@pytest.mark.parametrize("name", ["../a.raw", "/etc/a.raw", "C:\\x\\a.raw", "..\\a"])
def test_parts_outside_are_not_looked_for(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.raw").write_bytes(b"")
    (tmp_path / "b").mkdir()
    content = nrrd_bytes(f"data file: {name}", pixels=0)
    record = read(Nrrd(), tmp_path / "b" / "a.nhdr", content)
    assert codes(record) == ["path-outside!"]
    assert len(record.files) == 1


def test_parts_in_a_folder_below(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.raw").write_bytes(b"")
    record = read(Nrrd(), tmp_path / "a.nhdr", nrrd_bytes("data file: raw\\a.raw"))
    assert record.files[1] == (tmp_path / "raw" / "a.raw").as_posix()


@pytest.mark.parametrize(
    "content",
    [
        nrrd_bytes()[:40],
        nrrd_bytes(dimension="2"),
        nrrd_bytes(sizes="6 0 3"),
        nrrd_bytes(sizes="6 x 3"),
        nrrd_bytes(sizes="6 4 99999999999999"),
        nrrd_bytes(type=""),
        b"NRRD0004",
    ],
)
def test_nrrd_headers_that_cannot_be_meant(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.nrrd"
    path.write_bytes(content)
    with pytest.raises(DamagedFileError):
        Nrrd().read(path)


def test_lists_of_billions_of_files(tmp_path: Path) -> None:
    content = nrrd_bytes("data file: a%d.raw 0 999999999 1")
    record = read(Nrrd(), tmp_path / "a.nhdr", content)
    assert codes(record) == ["missing-part!"]


# MetaImage


def meta_bytes(data: str = "LOCAL", pixels: int = 144, **fields: Any) -> bytes:
    known = {
        "ObjectType": "Image",
        "NDims": "3",
        "DimSize": "6 4 3",
        "ElementType": "MET_SHORT",
        "ElementSpacing": "0.5 0.5 2",
        "DistanceUnits": "mm",
        **fields,
        "ElementDataFile": data,
    }
    text = "".join(f"{key} = {value}\n" for key, value in known.items() if value)
    return text.encode() + bytes(pixels)


class TestMetaImage(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return MetaImage()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        path = folder / "a.mha"
        path.write_bytes(meta_bytes())
        return path


def test_metaimage(tmp_path: Path) -> None:
    content = meta_bytes(AcquisitionDate="20200102", Name="head")
    record = read(MetaImage(), tmp_path / "a.mha", content)
    assert extent(record) == (6, 4, 3, 1, 1)
    assert (record.pixel_type, record.name) == ("int16", "head")
    assert record.physical_size.x == Quantity(0.5, "mm")
    assert record.acquired_at == "2020-01-02"
    assert codes(record) == []


@pytest.mark.parametrize(
    ("changes", "sizes", "problems"),
    [
        ({"DistanceUnits": ""}, (6, 4, 3, 1, 1), ["unit-missing"]),
        ({"DistanceUnits": "", "ElementSpacing": ""}, (6, 4, 3, 1, 1), []),
        ({"ElementSpacing": "0 -1 nan"}, (6, 4, 3, 1, 1), []),
        ({"ElementNumberOfChannels": "3"}, (6, 4, 3, 3, 1), ["truncated!"]),
        (
            {"ElementType": "MET_LONG"},
            (6, 4, 3, 1, 1),
            ["truncated!", "pixel-type-unknown"],
        ),
        ({"CompressedData": "True", "DimSize": "60 4 3"}, (60, 4, 3, 1, 1), []),
        ({"DimSize": "60 4 3"}, (60, 4, 3, 1, 1), ["truncated!"]),
        ({"NDims": "4", "DimSize": "6 4 1 3"}, (6, 4, 1, 1, 3), ["axis-unknown"]),
        ({"PatientName": "Doe"}, (6, 4, 3, 1, 1), ["personal-data!"]),
    ],
)
def test_metaimage_fields(
    tmp_path: Path,
    changes: dict[str, Any],
    sizes: tuple[int, ...],
    problems: list[str],
) -> None:
    record = read(MetaImage(), tmp_path / "a.mha", meta_bytes(**changes))
    assert extent(record) == sizes
    assert codes(record) == problems


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ("a.raw", ["a.raw"]),
        ("s%02d.raw 1 3 1", ["s01.raw", "s02.raw", "s03.raw"]),
        ("s%d.raw 1 2", ["s1.raw", "s2.raw"]),
        ("LIST", ["one.raw", "two.raw"]),
    ],
)
def test_metaimage_pixels_elsewhere(
    tmp_path: Path, data: str, names: list[str]
) -> None:
    content = meta_bytes(data, 0)
    if data == "LIST":
        content += "\n".join(names).encode()
    record = read(MetaImage(), tmp_path / "a.mhd", content)
    assert codes(record) == ["missing-part!"]
    for name in names:
        (tmp_path / name).write_bytes(b"")
    record = read(MetaImage(), tmp_path / "a.mhd", content)
    assert [f.rpartition("/")[2] for f in record.files] == ["a.mhd", *names]
    assert codes(record) == []
    if names == ["a.raw"]:
        assert read_image(tmp_path / "a.raw").images == (record,)
    assert MetaImage().leads(tmp_path / "a.txt") == ()


@pytest.mark.parametrize(
    "content",
    [
        meta_bytes(NDims="2"),
        meta_bytes(DimSize="6 4"),
        meta_bytes(DimSize="6 4 0"),
        meta_bytes()[:60],
        b"ObjectType = Image\n" * 1000,
    ],
)
def test_metaimage_headers_that_cannot_be_meant(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mha"
    path.write_bytes(content)
    with pytest.raises(DamagedFileError):
        MetaImage().read(path)


# ICS


def ics_bytes(
    *lines: str,
    version: str = "2.0",
    pixels: int = 144,
    newline: str = "\n",
    **over: Any,
) -> bytes:
    known = {
        "filename": "a",
        "layout parameters": "4",
        "layout order": "bits x y z",
        "layout sizes": "16 6 4 3",
        "layout significant_bits": "12",
        "representation format": "integer",
        "representation sign": "unsigned",
        "representation compression": "uncompressed",
        "parameter scale": "1 0.1 0.2 0.5",
        "parameter units": "relative micrometers micrometers um",
        **{key.replace("__", " "): value for key, value in over.items()},
    }
    rows = [f"{key} {value}" for key, value in known.items() if value]
    text = newline.join([f"ics_version {version}", *rows, *lines]).replace(" ", "\t")
    end = f"{newline}end{newline}" if version == "2.0" else newline
    return f"\t{newline}{text}{end}".encode("latin-1") + bytes(pixels)


class TestIcs(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Ics()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        path = folder / "a.ics"
        path.write_bytes(ics_bytes())
        return path


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_ics(tmp_path: Path, newline: str) -> None:
    content = ics_bytes("history software HuygensPro", newline=newline)
    record = read(Ics(), tmp_path / "a.ics", content)
    assert extent(record) == (6, 4, 3, 1, 1)
    assert (record.pixel_type, record.significant_bits) == ("uint16", 12)
    assert record.physical_size.x == Quantity(0.1, "µm")
    assert record.physical_size.z == Quantity(0.5, "µm")
    assert record.provenance["physical_size.z"] == "parameter scale[3]"
    assert record.software == "HuygensPro"
    assert codes(record) == []
    cut = read(Ics(), tmp_path / "b.ics", content[:-1])
    assert codes(cut) == ["truncated!"]


def test_ics_channels_and_times(tmp_path: Path) -> None:
    content = ics_bytes(
        "sensor s_params LambdaEx 405 488",
        "sensor s_params LambdaEm 2 460 0",
        layout__order="bits x y ch t",
        layout__sizes="8 6 4 2 3",
        parameter__scale="1 0.1 0.1 1 1.5",
        parameter__units="relative um um undefined s",
        layout__significant_bits="8",
    )
    record = read(Ics(), tmp_path / "a.ics", content)
    assert extent(record) == (6, 4, 1, 2, 3)
    assert record.time_increment == Quantity(1.5, "s")
    first, second = record.channels
    assert first.excitation_wavelength == Quantity(405.0, "nm")
    assert first.emission_wavelength == Quantity(460.0, "nm")
    assert (second.excitation_wavelength, second.emission_wavelength) == (
        Quantity(488.0, "nm"),
        None,
    )
    assert codes(record) == []


@pytest.mark.parametrize(
    ("bits", "kind", "sign", "expected"),
    [
        (8, "integer", "signed", "int8"),
        (32, "integer", "unsigned", "uint32"),
        (32, "real", "signed", "float"),
        (64, "real", "signed", "double"),
        (64, "complex", "signed", "complex"),
        (128, "complex", "signed", "double-complex"),
        (64, "integer", "signed", None),
    ],
)
def test_ics_types(
    tmp_path: Path, bits: int, kind: str, sign: str, expected: str | None
) -> None:
    content = ics_bytes(
        layout__sizes=f"{bits} 6 4 3",
        representation__format=kind,
        representation__sign=sign,
        pixels=72 * bits // 8,
    )
    record = read(Ics(), tmp_path / "a.ics", content)
    assert record.pixel_type == expected
    assert codes(record) == ([] if expected else ["pixel-type-unknown"])


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"parameter__units": ""}, []),
        ({"parameter__units": "relative pixel pixel pixel"}, []),
        ({"parameter__scale": "1 0 nan x"}, []),
    ],
)
def test_ics_scales_that_are_none(
    tmp_path: Path, changes: dict[str, Any], problems: list[str]
) -> None:
    record = read(Ics(), tmp_path / "a.ics", ics_bytes(**changes))
    sizes = record.physical_size
    assert (sizes.x, sizes.y, sizes.z) == (None, None, None)
    assert codes(record) == problems


def test_ics_of_two_files(tmp_path: Path) -> None:
    content = ics_bytes(version="1.0", pixels=0)
    record = read(Ics(), tmp_path / "a.ics", content)
    assert codes(record) == ["missing-part!"]
    (tmp_path / "a.ids").write_bytes(bytes(144))
    record = read(Ics(), tmp_path / "a.ics", content)
    assert (len(record.files), codes(record)) == (2, [])
    assert read_image(tmp_path / "a.ids").images == (record,)
    assert Ics().leads(tmp_path / "a.txt") == ()


def test_ics_with_a_source(tmp_path: Path) -> None:
    (tmp_path / "b.raw").write_bytes(bytes(144))
    content = ics_bytes("source file b.raw", "source offset 0", pixels=0)
    record = read(Ics(), tmp_path / "a.ics", content)
    assert (len(record.files), codes(record)) == (2, [])


def test_ics_without_end(tmp_path: Path) -> None:
    content = ics_bytes(pixels=0)[:-5]
    assert codes(read(Ics(), tmp_path / "a.ics", content)) == ["truncated!"]


def test_ics_names_an_author(tmp_path: Path) -> None:
    record = read(Ics(), tmp_path / "a.ics", ics_bytes("history author jdoe"))
    assert codes(record) == ["personal-data"]
    assert "jdoe" not in record.problems[0].message


@pytest.mark.parametrize(
    "over",
    [
        {"layout__order": ""},
        {"layout__sizes": "16 6 4"},
        {"layout__sizes": "16 6 4 0"},
        {"layout__sizes": "16 6 4 x"},
    ],
)
def test_ics_layouts_that_cannot_be_meant(tmp_path: Path, over: dict[str, Any]) -> None:
    path = tmp_path / "a.ics"
    path.write_bytes(ics_bytes(**over))
    with pytest.raises(DamagedFileError):
        Ics().read(path)
