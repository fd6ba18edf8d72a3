"""The reader of ND2 keeps the readers' contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.readers.nd2_files import nd2_bytes, positions, time_loop, z_loop

from fairsubmit.readers.nikon.nd2 import Nd2
from fairsubmit.testing.reader import ReaderContract

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.base import Reader

pytest.importorskip("nd2")


class TestNd2(ReaderContract):
    @pytest.fixture
    def reader(self) -> Reader:
        return Nd2()

    @pytest.fixture
    def image(self, tmp_path: Path) -> Path:
        experiment = time_loop(2, inner=positions(["a", ""], inner=z_loop(3)))
        path = tmp_path / "image" / "a.nd2"
        path.parent.mkdir()
        path.write_bytes(nd2_bytes(frames=12, experiment=experiment))
        return path
