"""Gatan DM3 and DM4: tag trees written by the test, in both byte orders."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import ImageMetadata, Quantity
from fairsubmit.readers.em.dm import DigitalMicrograph
from fairsubmit.readers.em.dm_time import acquired
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.base import Reader

VERSIONS = [(3, "<"), (3, ">"), (4, "<"), (4, ">")]
CODES = {2: "h", 3: "i", 4: "H", 5: "I", 6: "f", 7: "d", 8: "?", 11: "q", 12: "Q"}


class Typed:
    """A number with its type; `raw` is data of any type, as it stands."""

    def __init__(
        self, code: int, value: float = 0, *, raw: bytes | None = None
    ) -> None:
        self.code = code
        self.value = value
        self.raw = raw


class Pixels:
    """An array of a type; the length told may differ from that of the bytes."""

    def __init__(self, code: int, count: int, raw: bytes) -> None:
        self.code, self.count, self.raw = code, count, raw


class Raw:
    """Type words and data as they stand."""

    def __init__(self, words: list[int], data: bytes) -> None:
        self.words, self.data = words, data


class Writer:
    def __init__(self, version: int, order: str) -> None:
        self.word = "Q" if version == 4 else "I"
        self.long = version == 4
        self.order = order
        self.version = version

    def file(self, tree: dict[str, Any]) -> bytes:
        root = self.group(tree)
        head = struct.pack(
            f">I{self.word}I", self.version, len(root), self.order == "<"
        )
        return head + root + bytes(8)

    def group(self, tree: dict[str, Any]) -> bytes:
        out = struct.pack(f">BB{self.word}", 1, 0, len(tree))
        for name, value in tree.items():
            # Items of lists have no name.
            text = b"" if name.startswith("#") else name.encode("latin-1")
            kind = 20 if isinstance(value, dict) else 21
            body = self.group(value) if kind == 20 else self.data(value)
            length = struct.pack(">Q", len(body)) if self.long else b""
            out += struct.pack(">BH", kind, len(text)) + text + length + body
        return out

    def data(self, value: Any) -> bytes:
        if isinstance(value, str):
            codec = "utf-16-le" if self.order == "<" else "utf-16-be"
            raw = value.encode(codec)
            return self.typed([20, 4, len(raw) // 2], raw)
        if isinstance(value, Pixels):
            return self.typed([20, value.code, value.count], value.raw)
        if isinstance(value, Raw):
            return self.typed(value.words, value.data)
        if isinstance(value, int):
            value = Typed(5, value)
        if isinstance(value, float):
            value = Typed(6, value)
        code = f"{self.order}{CODES[value.code]}"
        return self.typed([value.code], struct.pack(code, value.value))

    def typed(self, words: list[int], raw: bytes) -> bytes:
        count = len(words)
        return b"%%%%" + struct.pack(f">{count + 1}{self.word}", count, *words) + raw


def numbered(*items: Any) -> dict[str, Any]:
    return {f"#{n}": item for n, item in enumerate(items)}


def image(
    shape: tuple[int, ...] = (6, 4),
    *,
    data_type: int = 10,
    pixel: int = 2,
    units: tuple[str, ...] = ("nm", "nm"),
    scales: tuple[float, ...] = (0.5, 0.25),
    tags: dict[str, Any] | None = None,
    data: Any = None,
    name: str = "grid",
) -> dict[str, Any]:
    count = pixel
    for extent in shape:
        count *= extent
    axes = numbered(
        *(
            {"Origin": 0.0, "Scale": float(s), "Units": u}
            for s, u in zip(scales, units, strict=True)
        )
    )
    return {
        "ImageData": {
            "Calibrations": {"Dimension": axes},
            "Data": data or Pixels(10, count, bytes(count)),
            "DataType": data_type,
            "Dimensions": numbered(*shape),
            "PixelDepth": pixel,
        },
        "ImageTags": tags or {},
        "Name": name,
    }


THUMBNAIL = image((3, 3), data_type=23, pixel=4, units=("", ""), scales=(1, 1), name="")


def dm_bytes(
    *images: dict[str, Any],
    version: int = 3,
    order: str = "<",
    thumbnail: bool = True,
    extra: dict[str, Any] | None = None,
) -> bytes:
    listed = (THUMBNAIL, *images) if thumbnail else images
    tree: dict[str, Any] = {
        "DocumentObjectList": numbered(
            {
                "Rectangle": Raw([15, 0, 4, 0, 6, 0, 6, 0, 6, 0, 6], bytes(16)),
                "CLUT": Raw([20, 15, 0, 3, 0, 2, 0, 2, 0, 2, 256], bytes(6 * 256)),
                "IsVisible": Typed(8, True),
            }
        ),
        "ImageList": numbered(*listed),
        **(extra or {}),
    }
    if thumbnail:
        tree["Thumbnails"] = numbered({"ImageIndex": 0})
    return Writer(version, order).file(tree)


class TestDigitalMicrograph(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return DigitalMicrograph()

    @pytest.fixture
    def image(self, tmp_path: Path) -> Path:
        folder = tmp_path / "image"
        folder.mkdir()
        path = folder / "a.dm3"
        tags = {"DataBar": {"Acquisition Date": "8/31/2016", "Device Name": "K2"}}
        path.write_bytes(dm_bytes(image(tags=tags)))
        return path


def read_all(path: Path, content: bytes) -> list[ImageMetadata]:
    path.write_bytes(content)
    reader = DigitalMicrograph()
    assert reader.recognises(path, content[: 1 << 16])
    return list(reader.read(path))


def read(path: Path, content: bytes) -> ImageMetadata:
    (record,) = read_all(path, content)
    return record


def codes(record: ImageMetadata) -> list[str]:
    return [p.code + "!" * p.error for p in record.problems]


@pytest.mark.parametrize(("version", "order"), VERSIONS)
def test_an_image_beside_its_thumbnail(
    tmp_path: Path, version: int, order: str
) -> None:
    tags = {
        "DataBar": {
            "Acquisition Date": "31.8.2016",
            "Acquisition Time": "16:26:37",
            "Device Name": "DigiScan",
        },
        "Session Info": {"Microscope": "Titan"},
        "GMS Version": {"Created": "3.42"},
    }
    content = dm_bytes(image(tags=tags), version=version, order=order)
    record = read(tmp_path / f"a.dm{version}", content)
    size = record.size
    assert (size.x, size.y, size.z, size.c, size.t) == (6, 4, 1, 1, 1)
    assert (record.name, record.pixel_type) == ("grid", "uint16")
    assert record.physical_size.x == Quantity(0.5, "nm")
    assert record.physical_size.y == Quantity(0.25, "nm")
    assert record.acquired_at == "2016-08-31T16:26:37"
    assert (record.instrument.model, record.detector.model) == ("Titan", "DigiScan")
    assert record.software == "GMS 3.42"
    place = "ImageList/1/ImageData/Calibrations/Dimension/0/Scale"
    assert record.provenance["physical_size.x"] == place
    assert codes(record) == []


@pytest.mark.parametrize(
    ("code", "pixel", "pixel_type", "samples"),
    [
        (1, 2, "int16", 1),
        (2, 4, "float", 1),
        (3, 8, "complex", 1),
        (6, 1, "uint8", 1),
        (7, 4, "int32", 1),
        (9, 1, "int8", 1),
        (10, 2, "uint16", 1),
        (11, 4, "uint32", 1),
        (12, 8, "double", 1),
        (13, 16, "double-complex", 1),
        (14, 1, "bit", 1),
        (23, 4, "uint8", 4),
    ],
)
def test_data_types(
    tmp_path: Path, code: int, pixel: int, pixel_type: str, samples: int
) -> None:
    record = read(tmp_path / "a.dm3", dm_bytes(image(data_type=code, pixel=pixel)))
    assert record.pixel_type == pixel_type
    assert record.size.c == record.channels[0].samples_per_pixel == samples
    assert codes(record) == []


def test_a_data_type_that_is_not_known(tmp_path: Path) -> None:
    record = read(tmp_path / "a.dm3", dm_bytes(image(data_type=99)))
    assert (record.pixel_type, codes(record)) == (None, ["pixel-type-unknown"])


@pytest.mark.parametrize(
    ("unit", "expected", "problems"),
    [
        ("nm", Quantity(0.5, "nm"), []),
        ("µm", Quantity(0.5, "µm"), []),
        ("um", Quantity(0.5, "µm"), []),
        ("Å", Quantity(0.5, "Å"), []),
        ("1/nm", None, []),
        ("1/Å", None, []),
        ("nm^-1", None, []),
        ("mrad", None, []),
        ("eV", None, []),
        ("s", None, []),
        ("", None, []),
        ("furlong", None, ["unit-unknown"]),
    ],
)
def test_units(
    tmp_path: Path, unit: str, expected: Quantity | None, problems: list[str]
) -> None:
    record = read(tmp_path / "a.dm3", dm_bytes(image(units=(unit, "nm"))))
    assert record.physical_size.x == expected
    assert ("physical_size.x" in record.provenance) == (expected is not None)
    assert codes(record) == problems


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_scales_that_cannot_be_meant(tmp_path: Path, scale: float) -> None:
    record = read(tmp_path / "a.dm3", dm_bytes(image(scales=(scale, 1.0))))
    assert record.physical_size.x is None


def test_a_scale_is_what_was_written(tmp_path: Path) -> None:
    """0.1 as a 32-bit float is 0.10000000149; as one of 64 bits it is 0.1."""
    both = image(scales=(0.1, 1.0))
    dimension = both["ImageData"]["Calibrations"]["Dimension"]
    dimension["#1"]["Scale"] = Typed(7, 0.1)
    record = read(tmp_path / "a.dm3", dm_bytes(both))
    assert record.physical_size.x == record.physical_size.y == Quantity(0.1, "nm")


@pytest.mark.parametrize(
    ("unit", "sizes", "problems"),
    [
        ("nm", (3, 1, 1), []),
        ("s", (1, 1, 3), []),
        ("eV", (1, 3, 1), []),
        ("keV", (1, 3, 1), []),
        ("", (3, 1, 1), ["axis-unknown"]),
    ],
)
def test_a_third_dimension(
    tmp_path: Path, unit: str, sizes: tuple[int, int, int], problems: list[str]
) -> None:
    stack = image((6, 4, 3), units=("nm", "nm", unit), scales=(1, 1, 0.25))
    record = read(tmp_path / "a.dm4", dm_bytes(stack, version=4))
    assert (record.size.z, record.size.c, record.size.t) == sizes
    assert record.physical_size.z == (Quantity(0.25, "nm") if unit == "nm" else None)
    assert record.time_increment == (Quantity(0.25, "s") if unit == "s" else None)
    assert codes(record) == problems
    assert len(record.channels) == (0 if sizes[1] > 1 else 1)


def test_four_dimensions(tmp_path: Path) -> None:
    cube = image((6, 4, 3, 2), units=("1/nm", "1/nm", "nm", "nm"), scales=(1,) * 4)
    record = read(tmp_path / "a.dm4", dm_bytes(cube, version=4))
    assert (record.size.z, record.size.t) == (3, 2)
    assert record.physical_size.x is None
    assert codes(record) == ["axis-unknown"]


def test_a_spectrum_has_one_row(tmp_path: Path) -> None:
    record = read(tmp_path / "a.dm3", dm_bytes(image((9,), units=("eV",), scales=(1,))))
    assert (record.size.x, record.size.y) == (9, 1)


@pytest.mark.parametrize(
    ("kind", "shape", "units", "sizes", "lengths"),
    [
        ("Spectrum", (9,), ("nm",), (1, 1, 9), (None, None)),
        ("Spectrum", (9, 1), ("nm", ""), (1, 1, 9), (None, None)),
        ("Spectrum image", (9, 4), ("nm", "µm"), (4, 1, 9), (0.25, None)),
        ("Spectrum image", (6, 4, 9), ("nm", "nm", "nm"), (6, 4, 9), (0.5, 0.25)),
        ("Image", (6, 4), ("nm", "nm"), (6, 4, 1), (0.5, 0.25)),
    ],
)
def test_wavelengths_of_a_spectrum_are_no_lengths(
    tmp_path: Path,
    kind: str,
    shape: tuple[int, ...],
    units: tuple[str, ...],
    sizes: tuple[int, int, int],
    lengths: tuple[float | None, float | None],
) -> None:
    """Spectra of cathodoluminescence are calibrated in nm."""
    tags = {"Meta Data": {"Format": kind, "Signal": "CL"}}
    scales = (0.5, 0.25, 0.125)[: len(shape)]
    content = image(shape, units=units, scales=scales, tags=tags)
    record = read(tmp_path / "a.dm4", dm_bytes(content, version=4))
    size, physical = record.size, record.physical_size
    assert (size.x, size.y, size.c) == sizes
    assert (size.z, size.t, physical.z) == (1, 1, None)
    found = [None if q is None else q.value for q in (physical.x, physical.y)]
    assert tuple(found) == lengths
    assert codes(record) == []


def test_several_images(tmp_path: Path) -> None:
    content = dm_bytes(image(name="one"), image((5, 5), name="two"))
    records = read_all(tmp_path / "a.dm3", content)
    assert [(r.series, r.name, r.size.x) for r in records] == [
        (0, "one", 6),
        (1, "two", 5),
    ]


def test_no_list_of_thumbnails(tmp_path: Path) -> None:
    alone = dm_bytes(image(), thumbnail=False)
    assert read(tmp_path / "a.dm3", alone).name == "grid"
    two = dm_bytes(THUMBNAIL, image(), thumbnail=False)
    assert read(tmp_path / "b.dm3", two).name == "grid"


@pytest.mark.parametrize("group", ["Session Info", "Microscope Info"])
def test_an_operator_is_not_repeated(tmp_path: Path, group: str) -> None:
    record = read(
        tmp_path / "a.dm3", dm_bytes(image(tags={group: {"Operator": "J. Doe"}}))
    )
    assert codes(record) == ["personal-data"]
    assert "Doe" not in str(record.problems)


def test_strings_and_what_else_types_allow(tmp_path: Path) -> None:
    tags = {
        "String": Raw([18, 4], "ab".encode("utf-16-le")),
        "Nested": Raw([20, 20, 2, 3, 2], bytes(12)),
        "Long": Pixels(4, 4000, bytes(8000)),
    }
    assert read(tmp_path / "a.dm3", dm_bytes(image(tags=tags))).name == "grid"


def test_small_pixels_of_16_bits_are_no_text(tmp_path: Path) -> None:
    pixels = Pixels(4, 24, bytes(48))
    assert codes(read(tmp_path / "a.dm3", dm_bytes(image(data=pixels)))) == []
    short = Pixels(4, 20, bytes(40))
    record = read(tmp_path / "a.dm3", dm_bytes(image(data=short)))
    assert codes(record) == ["size-mismatch!"]


@pytest.mark.parametrize("version", [3, 4])
def test_a_file_cut_at_every_byte(tmp_path: Path, version: int) -> None:
    content = dm_bytes(image(), version=version)
    path = tmp_path / "a.dm3"
    told = set()
    for end in range(len(content)):
        path.write_bytes(content[:end])
        try:
            (record,) = DigitalMicrograph().read(path)
        except DamagedFileError as error:
            told.add(error.offset in {0, end})
        else:
            told.add(codes(record) in (["truncated!"], []))
    assert told == {True}


def test_pixels_past_the_end(tmp_path: Path) -> None:
    whole = image()
    data = whole["ImageData"].pop("Data")
    whole["ImageData"]["ZData"] = data
    # Dimensions stand before the pixels: they are known though the pixels are cut.
    moved = dict(sorted(whole["ImageData"].items()))
    moved["Data"] = Pixels(10, 48, b"")
    content = dm_bytes({**whole, "ImageData": moved})
    end = content.index(b"Data", content.index(b"ZData") + 5) + 30
    record = read(tmp_path / "a.dm3", content[:end])
    assert "truncated!" in codes(record)


@pytest.mark.parametrize(
    "broken",
    [
        Raw([15, 0, 1 << 31, 0, 6], b""),
        Raw([15, 0, 1, 0, 99], b""),
        Raw([20, 99, 1], b""),
        Raw([20, 20, 20, 20, 20, 20, 2, 1], b""),
        Raw([20], b""),
        Raw([99], b""),
        Raw([18], b""),
        Raw([2] * 600, b""),
    ],
)
def test_types_that_are_none(tmp_path: Path, broken: Raw) -> None:
    content = dm_bytes(image(), extra={"Page": {"Bad": broken}})
    record = read(tmp_path / "a.dm3", content)
    assert codes(record) == ["metadata-unreadable"]
    assert (record.problems[0].place or "").startswith("byte ")


def test_groups_in_groups_without_end(tmp_path: Path) -> None:
    tree: dict[str, Any] = {}
    for _ in range(500):
        tree = {"deeper": tree}
    record = read(tmp_path / "a.dm3", dm_bytes(image(), extra=tree))
    assert codes(record) == ["metadata-unreadable"]


def test_counts_of_billions(tmp_path: Path) -> None:
    content = bytearray(dm_bytes(image()))
    at = content.index(b"ImageList") + len(b"ImageList") + 2
    content[at : at + 4] = b"\x7f\xff\xff\xff"
    record = read(tmp_path / "a.dm3", bytes(content))
    assert len(record.problems) == 1


def test_an_array_of_exabytes(tmp_path: Path) -> None:
    huge = image(data=Pixels(7, 1 << 62, b""))
    with pytest.raises(DamagedFileError):
        read_all(tmp_path / "a.dm4", dm_bytes(huge, version=4, thumbnail=False))


def test_no_image_at_all(tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match="an image in the list"):
        read_all(tmp_path / "a.dm3", dm_bytes(thumbnail=False))


@pytest.mark.parametrize(
    ("day", "time", "ticks", "expected"),
    [
        ("8/31/2016", "4:26:37 PM", None, "2016-08-31T16:26:37"),
        ("31/8/2016", "12:26:37 AM", None, "2016-08-31T00:26:37"),
        ("31.08.2016", "", None, "2016-08-31"),
        ("2016-08-31", "4:26:37", None, "2016-08-31T04:26:37"),
        ("8/8/2016", "nonsense", None, "2016-08-08"),
        ("8/31/16", "25:00:00", None, "2016-08-31"),
        ("8/31/97", "", None, "1997-08-31"),
        # The 8th of September or the 9th of August.
        ("8/9/2016", "16:26:37", None, None),
        ("8/9/2016", "16:26:37", 1.3115229597e17, "2016-08-09T16:26:37"),
        ("", "", 1.3115143597000824e17, "2016-08-08T15:26:37Z"),
        ("31/8/2016", "1:00:00", 1.3115143597000824e17, "2016-08-08T15:26:37Z"),
        ("", "", float("nan"), None),
        ("", "", -1.0, None),
        ("99/99/2016", "", None, None),
    ],
)
def test_dates(day: str, time: str, ticks: float | None, expected: str | None) -> None:
    assert acquired(day, time, ticks) == expected
