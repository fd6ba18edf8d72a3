"""MRC, CCP4 and IMOD: files written word by word."""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import ImageMetadata, Quantity
from fairsubmit.readers import read_image
from fairsubmit.readers.em.mrc import Mrc
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.readers.base import Reader

BITS = {0: 8, 1: 16, 2: 32, 3: 32, 4: 64, 6: 16, 12: 16, 16: 24, 101: 4}
IMOD = 1146047817


def mrc_bytes(
    size: tuple[int, int, int] = (6, 4, 3),
    *,
    mode: int = 1,
    order: str = "<",
    sampling: tuple[int, int, int] | None = None,
    cell: tuple[float, float, float] = (12.72, 8.48, 6.0),
    axes: tuple[int, int, int] = (1, 2, 3),
    group: int = 1,
    extended: bytes = b"",
    kind: bytes = b"\0\0\0\0",
    words: Sequence[tuple[int, str, Any]] = (),
    labels: Sequence[bytes] = (),
    named: bool = True,
    pixels: bool = True,
) -> bytes:
    """Write a header as MRC2014 has it; `words` are (offset, code, value)."""
    raw = bytearray(1024)
    struct.pack_into(f"{order}4i", raw, 0, *size, mode)
    struct.pack_into(f"{order}3i", raw, 28, *(sampling or size))
    struct.pack_into(f"{order}6f", raw, 40, *cell, 90, 90, 90)
    struct.pack_into(f"{order}3i", raw, 64, *axes)
    struct.pack_into(f"{order}2i", raw, 88, group, len(extended))
    raw[104:108] = kind
    if named:
        raw[208:212] = b"MAP "
        raw[212:216] = b"\x44\x44\0\0" if order == "<" else b"\x11\x11\0\0"
    struct.pack_into(f"{order}i", raw, 220, len(labels))
    for number, label in enumerate(labels):
        raw[224 + 80 * number : 304 + 80 * number] = label.ljust(80)
    for offset, code, value in words:
        struct.pack_into(order + code, raw, offset, value)
    row = (size[0] * BITS.get(mode, 8) + 7) // 8
    return bytes(raw) + extended + bytes(row * size[1] * size[2] if pixels else 0)


def thermo_block(order: str = "<", **values: Any) -> bytes:
    """Write one block of Thermo Fisher's extended header, as the EPU manual has it."""
    raw = bytearray(768)
    struct.pack_into(f"{order}2i", raw, 0, 768, 0)
    struct.pack_into(f"{order}d", raw, 12, values.get("days", 44138.5))
    for offset, key in (
        (20, "model"),
        (52, "program"),
        (68, "version"),
        (435, "camera"),
    ):
        text = values.get(key, b"")
        raw[offset : offset + len(text)] = text
    struct.pack_into(f"{order}2d", raw, 156, *values.get("pixel", (0.0, 0.0)))
    return bytes(raw)


class TestMrc(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Mrc()

    @pytest.fixture
    def image(self, tmp_path: Path) -> Path:
        folder = tmp_path / "image"
        folder.mkdir()
        path = folder / "a.mrc"
        block = thermo_block(model=b"TITAN", camera=b"Falcon", pixel=(1e-10, 1e-10))
        path.write_bytes(mrc_bytes(extended=block, kind=b"FEI1", labels=[b"SerialEM"]))
        return path


def read(path: Path, content: bytes) -> ImageMetadata:
    path.write_bytes(content)
    assert Mrc().recognises(path, content[: 1 << 16])
    (record,) = Mrc().read(path)
    return record


def codes(record: ImageMetadata) -> list[str]:
    return [p.code + "!" * p.error for p in record.problems]


@pytest.mark.parametrize("order", "<>")
def test_a_volume(tmp_path: Path, order: str) -> None:
    record = read(tmp_path / "a.mrc", mrc_bytes(order=order))
    size = record.size
    assert (size.x, size.y, size.z, size.c, size.t) == (6, 4, 3, 1, 1)
    assert record.pixel_type == "int16"
    physical = record.physical_size
    # 12.72 as a 32-bit float is 12.720000267; what was written is 12.72.
    assert (physical.x, physical.y) == (Quantity(2.12, "Å"), Quantity(2.12, "Å"))
    assert physical.z == Quantity(2.0, "Å")
    assert record.provenance["physical_size.z"] == "CELLA Z / MZ"
    assert codes(record) == []


@pytest.mark.parametrize(
    ("mode", "pixel_type", "samples", "bits"),
    [
        (0, "int8", 1, None),
        (1, "int16", 1, None),
        (2, "float", 1, None),
        (3, None, 1, None),
        (4, "complex", 1, None),
        (6, "uint16", 1, None),
        (12, None, 1, None),
        (16, "uint8", 3, None),
        (101, "uint8", 1, 4),
    ],
)
def test_modes(
    tmp_path: Path, mode: int, pixel_type: str | None, samples: int, bits: int | None
) -> None:
    record = read(tmp_path / "a.mrc", mrc_bytes(mode=mode))
    assert (record.pixel_type, record.significant_bits) == (pixel_type, bits)
    assert record.size.c == record.channels[0].samples_per_pixel == samples
    assert codes(record) == ([] if pixel_type else ["pixel-type-unknown"])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([(152, "i", IMOD), (156, "i", 1)], "int8"),
        ([(152, "i", IMOD), (156, "i", 0)], "uint8"),
        ([(152, "i", IMOD), (156, "i", 12)], "uint8"),
        ([(76, "f", 0.0), (80, "f", 255.0)], "uint8"),
        ([(76, "f", -3.0), (80, "f", 255.0)], "int8"),
        ([(76, "f", 0.0), (80, "f", 100.0)], "int8"),
        ([(76, "f", 0.0), (80, "f", float("nan"))], "int8"),
    ],
)
def test_bytes_with_and_without_sign(
    tmp_path: Path, words: list[tuple[int, str, Any]], expected: str
) -> None:
    record = read(tmp_path / "a.mrc", mrc_bytes(mode=0, words=words))
    assert record.pixel_type == expected


def test_axes_that_are_not_x_y_z(tmp_path: Path) -> None:
    """Crystallographers store columns along z, too; the cell is always x, y, z."""
    content = mrc_bytes(sampling=(10, 20, 30), cell=(10, 40, 90), axes=(3, 1, 2))
    record = read(tmp_path / "a.map", content)
    sizes = record.physical_size
    assert [q.value for q in (sizes.x, sizes.y, sizes.z) if q] == [3.0, 1.0, 2.0]
    assert record.provenance["physical_size.x"] == "CELLA Z / MZ"


@pytest.mark.parametrize("cell", [(0, 0, 0), (-1, -1, -1), (float("nan"),) * 3])
def test_a_cell_that_is_not_set(
    tmp_path: Path, cell: tuple[float, float, float]
) -> None:
    sizes = read(tmp_path / "a.mrc", mrc_bytes(cell=cell)).physical_size
    assert (sizes.x, sizes.y, sizes.z) == (None, None, None)


def test_no_sampling_no_size(tmp_path: Path) -> None:
    sizes = read(tmp_path / "a.mrc", mrc_bytes(sampling=(0, 0, 0))).physical_size
    assert (sizes.x, sizes.y, sizes.z) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "changes", "depth"),
    [
        ("a.mrc", {"group": 1}, True),
        ("a.mrc", {"group": 0}, True),  # MZ is NZ: an older program's volume
        ("a.rec", {"group": 0}, True),
        ("a.mrc", {"group": 0, "sampling": (6, 4, 1)}, False),
        ("a.mrcs", {"group": 1}, False),
        ("a.st", {"group": 0}, False),
        ("a.ali", {"group": 0}, False),
        ("a.mrc", {"group": 0, "extended": bytes(64), "kind": b"SERI"}, False),
        ("a.mrc", {"group": 1, "extended": bytes(64), "kind": b"SERI"}, True),
        (
            "a.mrc",
            {
                "group": 0,
                "extended": bytes(64),
                "words": [(128, "h", 2), (130, "h", 1)],
            },
            False,
        ),
    ],
)
def test_only_volumes_have_a_depth(
    tmp_path: Path, name: str, changes: dict[str, Any], depth: bool
) -> None:
    record = read(tmp_path / name, mrc_bytes(**changes))
    assert record.size.z == 3
    assert record.physical_size.x is not None
    assert (record.physical_size.z is not None) == depth
    assert codes(record) == ([] if depth else ["axis-unknown"])


def test_one_section_has_no_depth(tmp_path: Path) -> None:
    record = read(tmp_path / "a.mrc", mrc_bytes((6, 4, 1), group=0))
    assert (record.physical_size.z, codes(record)) == (None, [])


def test_a_stack_of_volumes(tmp_path: Path) -> None:
    record = read(
        tmp_path / "a.mrc", mrc_bytes((6, 4, 6), sampling=(6, 4, 2), group=401)
    )
    assert (record.size.z, record.size.t) == (2, None)
    assert record.physical_size.z == Quantity(3.0, "Å")
    assert codes(record) == ["axis-unknown"]
    assert "3 volumes of 2 sections" in record.problems[0].message


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", [b"FEI1", b"FEI2"])
def test_what_thermo_fisher_writes(tmp_path: Path, kind: bytes, order: str) -> None:
    block = thermo_block(
        order,
        model=b"TITAN52336320",
        program=b"EPU",
        version=b"2.9.0",
        camera=b"BM-Falcon",
        pixel=(8.5e-11, 8.5e-11),
        days=44138.733390243055,
    )
    content = mrc_bytes(
        (6, 4, 1), order=order, cell=(0, 0, 0), extended=block, kind=kind, group=0
    )
    record = read(tmp_path / "a.mrc", content)
    # Metres, which nobody says of pixels; converted without loss.
    assert record.physical_size.x == Quantity(8.5e-05, "µm")
    assert record.acquired_at == "2020-11-03T17:36:04.917"
    assert record.instrument.model == "TITAN52336320"
    assert record.detector.model == "BM-Falcon"
    assert record.software == "EPU 2.9.0"
    assert codes(record) == []


@pytest.mark.parametrize(
    "values",
    [
        {"days": float("nan"), "pixel": (float("inf"), 1.0)},
        {"days": 0.0, "pixel": (-1.0, 0.0), "model": b"\x01\x02"},
        {"days": 1e300, "pixel": (1e7, 1e7)},  # diffraction: 1/m
    ],
)
def test_what_thermo_fisher_leaves_unset(
    tmp_path: Path, values: dict[str, Any]
) -> None:
    content = mrc_bytes(
        cell=(0, 0, 0), extended=thermo_block(**values), kind=b"FEI1", group=1
    )
    record = read(tmp_path / "a.mrc", content)
    assert (record.acquired_at, record.physical_size.x) == (None, None)
    assert (record.instrument.model, record.software) == (None, None)


def test_an_extended_header_shorter_than_a_block(tmp_path: Path) -> None:
    content = mrc_bytes(extended=thermo_block()[:64], kind=b"FEI1", pixels=False)
    record = read(tmp_path / "a.mrc", content)
    assert record.acquired_at is None


@pytest.mark.parametrize("stamp", [b"\0\0\0\0", b"\x11\x11\0\0", b"DA\0\0"])
def test_wrong_machine_stamps(tmp_path: Path, stamp: bytes) -> None:
    content = bytearray(mrc_bytes())
    content[212:216] = stamp
    assert read(tmp_path / "a.mrc", bytes(content)).size.x == 6


def test_files_older_than_their_magic(tmp_path: Path) -> None:
    content = mrc_bytes(named=False)
    assert read(tmp_path / "a.st", content).size.x == 6
    assert not Mrc().recognises(tmp_path / "a.bin", content)


@pytest.mark.parametrize(
    "words",
    [
        [(64, "i", 7)],
        [(40, "f", float("inf"))],
        [(28, "i", -1)],
        [(88, "i", 100_000)],
        [(12, "i", 77)],
        [(0, "i", 0)],
        [(8, "i", -5)],
        [(92, "i", -5)],
    ],
)
def test_files_without_magic_are_looked_at_twice(
    tmp_path: Path, words: list[tuple[int, str, Any]]
) -> None:
    content = mrc_bytes(named=False, words=words)
    assert not Mrc().recognises(tmp_path / "a.mrc", content)


def test_text_that_is_called_map_is_no_map(tmp_path: Path) -> None:
    text = b'{"version":3,"file":"a.js","mappings":"' + b"A" * 2000
    assert not Mrc().recognises(tmp_path / "a.js.map", text)


@pytest.mark.parametrize("mark", [b"\xa0\xc0", b"\xc0\xa0"])
def test_deltavision_is_another_format(tmp_path: Path, mark: bytes) -> None:
    content = bytearray(mrc_bytes())
    content[96:98] = mark
    assert not Mrc().recognises(tmp_path / "a.mrc", bytes(content))


def test_gzip(tmp_path: Path) -> None:
    path = tmp_path / "emd_1.map.gz"
    content = gzip.compress(mrc_bytes())
    assert read(path, content).size.x == 6
    assert not Mrc().recognises(tmp_path / "emd_1.gz", content)
    assert not Mrc().recognises(path, content[:20])
    assert not Mrc().recognises(path, b"\x1f\x8b\x08" + bytes(50))
    path.write_bytes(content[:20])
    with pytest.raises(DamagedFileError):
        Mrc().read(path)


@pytest.mark.parametrize("missing", [1, 100, 143])
def test_pixels_that_are_missing(tmp_path: Path, missing: int) -> None:
    content = mrc_bytes()[:-missing]
    record = read(tmp_path / "a.mrc", content)
    (problem,) = record.problems
    assert (problem.code, problem.error) == ("truncated", True)
    assert problem.place == f"byte {len(content)}"
    assert f"{missing} bytes" in problem.message


def test_rows_of_half_bytes_end_with_a_whole_one(tmp_path: Path) -> None:
    assert codes(read(tmp_path / "a.mrc", mrc_bytes((5, 4, 3), mode=101))) == []
    cut = mrc_bytes((5, 4, 3), mode=101)[:-1]
    assert codes(read(tmp_path / "b.mrc", cut)) == ["truncated!"]


def test_the_largest_numbers_cost_nothing(tmp_path: Path) -> None:
    words = [(92, "i", 0x7FFFFFFE), (220, "i", 0x7FFFFFFF), (8, "i", 1 << 29)]
    record = read(tmp_path / "a.mrc", mrc_bytes(words=words, labels=[b"x"]))
    assert codes(record) == ["truncated!"]


def test_a_header_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "a.mrc"
    path.write_bytes(mrc_bytes()[:700])
    with pytest.raises(DamagedFileError) as caught:
        Mrc().read(path)
    assert caught.value.offset == 700
    (finding,) = read_image(path).findings
    assert finding.code == "IMG101"


@pytest.mark.parametrize(
    ("label", "software"),
    [
        (b"SerialEM: Acquired on the K3       13-Mar-19  12:00:00", "SerialEM"),
        (b"Created by mrcfile.py    2024-01-01 00:00:00", "mrcfile.py"),
        (b"Relion    5.0  01-Jan-25  10:00:00", "Relion"),
        (b"::::EMDATABANK.org::::EMD-3197::::", None),
    ],
)
def test_programs_in_labels(tmp_path: Path, label: bytes, software: str | None) -> None:
    assert read(tmp_path / "a.mrc", mrc_bytes(labels=[label])).software == software


def test_a_label_that_names_a_user(tmp_path: Path) -> None:
    record = read(tmp_path / "a.mrc", mrc_bytes(labels=[rb"from C:\Users\jdoe\x.tif"]))
    assert codes(record) == ["personal-data"]
    assert "jdoe" not in record.problems[0].message


MDOC = """PixelSpacing = 2.7
Voltage = 300
ImageFile = a.mrc
[T = SerialEM: Digitized on EMBL   04-Feb-19  12:30:45]

[ZValue = 0]
TiltAngle = -60.1
DateTime = {date}
SubFramePath = X:\\frames\\{path}a.tif

[ZValue = 1]
DateTime = 05-Feb-19  23:59:59
"""


@pytest.mark.parametrize("name", ["a.mrc.mdoc", "a.mdoc", "A.MRC.MDOC"])
def test_the_text_that_serial_em_writes_beside(tmp_path: Path, name: str) -> None:
    text = tmp_path / name
    text.write_text(MDOC.format(date="04-Feb-19  12:30:45", path=""))
    (tmp_path / "other.mdoc").write_text("PixelSpacing = 9")
    record = read(tmp_path / "a.mrc", mrc_bytes(cell=(0, 0, 0), group=0))
    assert record.physical_size.x == Quantity(2.7, "Å")
    assert record.physical_size.z is None
    assert record.acquired_at == "2019-02-04T12:30:45"
    assert record.software == "SerialEM"
    assert record.files == (record.path, text.as_posix())
    assert record.provenance["acquired_at"] == f"{name}/DateTime"
    assert codes(record) == ["axis-unknown"]


def test_the_text_beside_leads_to_its_image(tmp_path: Path) -> None:
    text = tmp_path / "a.mrc.mdoc"
    text.write_text(MDOC.format(date="2024-Feb-04  12:30:45", path=""))
    record = read(tmp_path / "a.mrc", mrc_bytes())
    assert record.acquired_at == "2024-02-04T12:30:45"
    assert read_image(text).images == (record,)
    assert Mrc().leads(tmp_path / "b.mdoc")[0] == tmp_path / "b.mrc"
    assert Mrc().leads(tmp_path / "b.txt") == ()


@pytest.mark.parametrize("date", ["", "31.12.2019", "04-Foo-19  12:30:45"])
def test_dates_that_are_none(tmp_path: Path, date: str) -> None:
    (tmp_path / "a.mrc.mdoc").write_text(MDOC.format(date=date, path=""))
    assert read(tmp_path / "a.mrc", mrc_bytes()).acquired_at is None


def test_the_header_speaks_before_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.mrc.mdoc").write_text("PixelSpacing = 99")
    record = read(tmp_path / "a.mrc", mrc_bytes())
    assert record.physical_size.x == Quantity(2.12, "Å")


@pytest.mark.parametrize("value", ["0", "-1", "nan", "x"])
def test_a_spacing_that_cannot_be_meant(tmp_path: Path, value: str) -> None:
    (tmp_path / "a.mrc.mdoc").write_text(f"PixelSpacing = {value}")
    assert read(tmp_path / "a.mrc", mrc_bytes(cell=(0, 0, 0))).physical_size.x is None


def test_a_user_in_the_text_beside(tmp_path: Path) -> None:
    text = MDOC.format(date="", path="Users\\jdoe\\")
    (tmp_path / "a.mrc.mdoc").write_text(text)
    record = read(tmp_path / "a.mrc", mrc_bytes())
    assert codes(record)[0] == "personal-data"
    assert "jdoe" not in record.problems[0].message


def test_a_text_beside_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.mrc.mdoc").mkdir()
    record = read(tmp_path / "a.mrc", mrc_bytes())
    assert codes(record) == ["unreadable-part"]
