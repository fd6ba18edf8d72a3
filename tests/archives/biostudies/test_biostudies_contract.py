"""The contract of archives, run against the embedded archive by both ways to send."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.testing.archive import ArchiveContract, example_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.archives.biostudies import BioStudiesArchive
    from fairsubmit.bundle import Bundle


class TestBioStudiesArchive(ArchiveContract):
    @pytest.fixture(params=["form", "ftp"])
    def archive(self, site: Any, request: pytest.FixtureRequest) -> BioStudiesArchive:
        token = site.token()
        self.secrets = (token, site.server.password, site.server.account_password)
        assert all(self.secrets)
        archive: BioStudiesArchive = site.connect(token=token, upload=request.param)
        return archive

    @pytest.fixture
    def bundle(self, tmp_path: Path) -> Bundle:
        """As the contract's own, with names that BioStudies takes."""
        chance = random.Random(4)
        files = {
            "plate 1/cell-A_1 (2).tif": chance.randbytes(300_000),
            "plate 1/it's 100.0.tif": chance.randbytes(70_000),
            "plate 2/empty.txt": b"",
        }
        return example_bundle(tmp_path / "made", files)
