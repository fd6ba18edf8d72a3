"""The readers of HDF5 formats keep the readers' contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.readers.hdf5_files import (
    spim_xml,
    view_setup,
    write_bdv_h5,
    write_imaris,
    write_ncem,
    write_velox,
)

from fairsubmit.readers.hdf5.bdv import BigDataViewer
from fairsubmit.readers.hdf5.emd import Emd
from fairsubmit.readers.hdf5.imaris import Imaris
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


class TestImaris(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Imaris()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        return write_imaris(folder / "a.ims")


class TestBigDataViewer(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return BigDataViewer()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        write_bdv_h5(folder / "a.h5")
        path = folder / "a.xml"
        path.write_bytes(spim_xml(view_setup(0) + view_setup(1, 1)))
        return path


class TestBigDataViewerWithoutXml(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return BigDataViewer()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        return write_bdv_h5(folder / "a.h5")


class TestEmd(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Emd()

    @pytest.fixture(params=["velox", "ncem"])
    def image(self, folder: Path, request: pytest.FixtureRequest) -> Path:
        write = write_velox if request.param == "velox" else write_ncem
        return write(folder / "a.emd")
