"""Leica's readers keep the readers' contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.readers.leica_files import listing, lof_image, one_image, xlif

from fairsubmit.readers.leica.lif import Lif
from fairsubmit.readers.leica.lof import Lof
from fairsubmit.readers.leica.xlef import Xlef
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.base import Reader


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the image's own."""
    found = tmp_path / "image"
    found.mkdir()
    return found


class TestLif(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Lif()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        path = folder / "a.lif"
        path.write_bytes(one_image())
        return path


class TestLof(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Lof()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        path = folder / "a.lof"
        path.write_bytes(lof_image())
        return path


class TestXlef(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Xlef()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        metadata = folder / "Metadata"
        metadata.mkdir()
        (folder / "a.lof").write_bytes(lof_image("a"))
        (folder / "b.lof").write_bytes(lof_image("b"))
        (metadata / "b.xlif").write_bytes(xlif("b", "..\\b.lof"))
        files = ("a.lof", ".\\Metadata\\B.xlif")
        path = folder / "a.xlef"
        path.write_bytes(listing("a", "Experiment", *files))
        return path
