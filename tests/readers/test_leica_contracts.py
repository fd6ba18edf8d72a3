"""Leica's readers keep the readers' contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.readers.leica_files import one_image

from fairsubmit.readers.leica.lif import Lif
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
