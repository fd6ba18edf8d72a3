"""Every reader of the table keeps the readers' contract."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fairsubmit.readers import READERS
from fairsubmit.readers.ome.ome_tiff import OmeTiff
from fairsubmit.readers.ome.ome_xml_file import OmeXmlFile
from fairsubmit.readers.tiff.aperio import Aperio
from fairsubmit.readers.tiff.imagej import ImageJ
from fairsubmit.readers.tiff.metaseries import MetaSeries
from fairsubmit.readers.tiff.plain_tiff import PlainTiff
from fairsubmit.readers.zarr.ome_zarr import OmeZarr
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from collections.abc import Callable

    from fairsubmit.readers.base import Reader

    Make = Callable[..., bytes]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the image's own."""
    found = tmp_path / "image"
    found.mkdir()
    return found


class TestOmeTiff(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return OmeTiff()

    @pytest.fixture
    def image(self, folder: Path, make_tiff: Make, make_ome: Make) -> Path:
        path = folder / "a.ome.tif"
        path.write_bytes(make_tiff(description=make_ome('PhysicalSizeX="0.1"')))
        return path


class TestImageJ(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return ImageJ()

    @pytest.fixture
    def image(self, folder: Path, make_tiff: Make) -> Path:
        path = folder / "a.tif"
        path.write_bytes(make_tiff(description=b"ImageJ=1.53t\nimages=1\n"))
        return path


class TestMetaSeries(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return MetaSeries()

    @pytest.fixture
    def image(self, folder: Path, make_tiff: Make) -> Path:
        path = folder / "a.tif"
        path.write_bytes(make_tiff(description=b"<MetaData><PlaneInfo/></MetaData>"))
        return path


class TestAperio(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Aperio()

    @pytest.fixture
    def image(self, folder: Path, make_tiff: Make) -> Path:
        path = folder / "a.svs"
        path.write_bytes(make_tiff(description=b"Aperio Image|MPP = 0.5", samples=3))
        return path


class TestPlainTiff(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return PlainTiff()

    @pytest.fixture
    def image(self, folder: Path, make_tiff: Make) -> Path:
        path = folder / "a.tif"
        tags = [
            (282, 5, struct.pack("<II", 72, 1)),
            (283, 5, struct.pack("<II", 72, 1)),
        ]
        path.write_bytes(make_tiff([(9, 9)] * 3, tags=tags))
        return path


class TestOmeXmlFile(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return OmeXmlFile()

    @pytest.fixture
    def image(self, folder: Path, make_ome: Make) -> Path:
        path = folder / "a.ome.xml"
        path.write_bytes(make_ome())
        return path


class TestOmeZarr(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return OmeZarr()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        path = folder / "a.ome.zarr"
        (path / "0").mkdir(parents=True)
        entry = {"axes": ["y", "x"], "datasets": [{"path": "0"}]}
        (path / ".zattrs").write_text(json.dumps({"multiscales": [entry]}))
        array = {"shape": [4, 5], "dtype": "|u1"}
        (path / "0" / ".zarray").write_text(json.dumps(array))
        (path / "0" / "0.0").write_bytes(bytes(20))
        return path


def test_every_reader_of_the_table_has_a_contract_test() -> None:
    tests = Path(__file__).parent.glob("test_*.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in tests)
    tested = set(re.findall(r"^class Test(\w+)\(ReaderContract\)", text, re.MULTILINE))
    assert {type(reader).__name__ for reader in READERS} <= tested
    names = [reader.name for reader in READERS]
    assert len(set(names)) == len(names)
