"""Olympus' readers keep the readers' contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.readers.olympus_files import oib, write_oif, write_vsi

from fairsubmit.readers.olympus.fluoview import Oib, Oif
from fairsubmit.readers.olympus.vsi import Vsi
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


class TestOif(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Oif()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        return write_oif(folder / "cells.oif")


class TestOib(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Oib()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        path = folder / "cells.oib"
        path.write_bytes(oib())
        return path


class TestVsi(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Vsi()

    @pytest.fixture
    def image(self, folder: Path) -> Path:
        return write_vsi(folder / "slide.vsi")
