"""One small dataset that has everything a submission can have."""

from __future__ import annotations

import io
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from fairsubmit.archives.biostudies import BioStudiesArchive, Settings, log_in
from fairsubmit.bundle import make_bundle
from fairsubmit.dataset import open_dataset
from fairsubmit.rehearsal import EmbeddedArchive
from fairsubmit.testing.dataset import release_date

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fairsubmit.archives.base import Draft
    from fairsubmit.bundle import Bundle

SUBMISSION = """\
fairsubmit: 1
study:
  title: Confocal time-lapse movies of dividing HeLa cells
  description: Two-channel movies of HeLa cells with masks of their nuclei.
  keywords: [mitosis, live imaging]
  license: CC-BY-4.0
  release_date: "RELEASE"
  acknowledgements: We thank the core facility.
  funding_statement: Funded by the Example Agency.
  funding: [{funder: Example Agency, grant_id: EX-1}]
  publications:
    - title: A paper
      doi: https://doi.org/10.1000/abc
      pubmed_id: "123"
      year: "2026"
      authors: A. Example
  links:
    - {url: "https://doi.org/10.1000/example", description: Preprint}
    - {url: "https://example.org/code", type: code}
authors:
  - name: Ada Example
    email: ada@example.org
    orcid: https://orcid.org/0000-0002-1825-0097
    affiliations: [ebi, lab]
    roles: [submitter]
    corresponding: true
  - name: Bo O'Example
    email: bo@example.org
    affiliations: [lab]
organisations:
  - {id: ebi, name: European Bioinformatics Institute, ror: "02catss52"}
  - {id: lab, name: Example Lab, address: 1 Road}
biosamples:
  - id: b1
    title: HeLa H2B-mCherry
    organism: {label: Homo sapiens, id: "NCBITaxon:9606"}
    biological_entity: HeLa cells
    description: From a frozen stock
    cell_line: {label: HeLa Kyoto, id: "CVCL:1922"}
    intrinsic_variables: [H2B-mCherry]
    extrinsic_variables: [DMSO]
    experimental_variables: [Nocodazole or none]
specimens:
  - id: s1
    title: Live cells in chamber slide
    sample_preparation: Cells seeded on glass 24 h before imaging.
    growth_protocol: DMEM
    channels: [{channel: mCherry, content: chromatin, biological_entity: nucleus}]
acquisitions:
  - id: a1
    title: Spinning disk time-lapse
    imaging_method:
      - {label: spinning disk confocal microscopy, id: "FBbi:00000253"}
      - {label: home-made method}
    instrument: Example spinning disk microscope
    parameters: 63x/1.4 oil; 5 min interval
correlations:
  - id: k1
    title: Bead alignment
    spatial_and_temporal_alignment: affine
    fiducials_used: beads
analyses:
  - id: y1
    title: Segmentation
    overview: U-Net
    software: [{url: "https://example.org/unet"}]
annotations:
  - id: m1
    title: Nuclear masks
    overview: Instance masks
    types: [segmentation_mask, tracks]
    method: Corrected by hand
    criteria: Whole nuclei
    files: {table: masks.tsv}
components:
  - id: c1
    name: Movies
    description: Raw movies
    associations:
      - {biosample: b1, specimen: s1, acquisition: a1, correlation: k1, analysis: y1}
    files:
      include: ["movies/*.tif"]
"""
MASKS = (
    "Files\tSource Image\nmasks/m1.tif\tmovies/m1.tif\nmasks/m2.tif\tmovies/m2.tif\n"
)
FILES = {
    "movies/m1.tif": b"one",
    "movies/m2.tif": b"three" * 1000,
    "masks/m1.tif": b"mask one",
    "masks/m2.tif": b"mask two",
}


class MakeBundle(Protocol):
    """What the fixture `make` is."""

    def __call__(
        self, *edits: tuple[str, str], files: dict[str, bytes] = ...
    ) -> Bundle:
        """Write a dataset and make its bundle, with some texts replaced by others."""
        ...


@pytest.fixture
def make(tmp_path: Path) -> MakeBundle:
    count = 0

    def made(*edits: tuple[str, str], files: dict[str, bytes] = FILES) -> Bundle:
        nonlocal count
        count += 1
        root = tmp_path / f"dataset-{count}"
        text = SUBMISSION.replace("RELEASE", release_date())
        for old, new in edits:
            assert old in text, old
            text = text.replace(old, new)
        for name, content in {"masks.tsv": MASKS.encode(), **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (root / "submission.yaml").write_text(text, encoding="utf-8")
        return make_bundle(open_dataset(root), folder=root / ".fairsubmit" / "bundle")

    return made


@pytest.fixture
def bundle(make: MakeBundle) -> Bundle:
    return make()


class Body(io.BytesIO):
    """Bytes of a file, as the transfer engine would hand them in."""

    def __len__(self) -> int:
        return len(self.getvalue())


def brief(seconds: float) -> None:
    time.sleep(min(seconds, 0.02))


@dataclass
class Site:
    """An embedded archive, how to connect to it, and how to deposit in it."""

    server: EmbeddedArchive
    connected: list[BioStudiesArchive] = field(default_factory=list)

    def settings(self, **more: Any) -> dict[str, Any]:
        polling = {"first": 0.01, "longest": 0.02, "settle": 3, "offline": 3}
        polling.update(more.pop("polling", {}))
        return {
            **self.server.settings,
            "upload": "form",
            "polling": polling,
            **more,
        }

    def close(self) -> None:
        for archive in self.connected:
            archive.close()

    def token(self) -> str:
        server = self.server
        return log_in(self.settings(), server.email, server.account_password)

    def connect(self, *, token: str | None = None, **more: Any) -> BioStudiesArchive:
        values = {**self.settings(**more), "token": token or self.token()}
        archive = BioStudiesArchive(Settings(**values), sleep=brief)
        self.connected.append(archive)
        return archive

    def events(self, name: str) -> int:
        """How often something happened on the server."""
        events: dict[str, int] = self.server.statistics.report()["events"]
        return events.get(name, 0)

    def send(self, archive: BioStudiesArchive, draft: Draft, bundle: Bundle) -> None:
        """Send what the archive does not hold."""
        held = archive.held(draft)
        transport = archive.transport(draft)
        try:
            for item in bundle.items():
                entry = item.entry
                if entry.path in held and held[entry.path].size == entry.size:
                    continue
                handle = transport.create(entry.path, entry.size)
                content = item.local.read_bytes()
                for chunk in transport.missing(handle):
                    piece = content[chunk.offset : chunk.offset + chunk.length]
                    transport.write(handle, chunk, Body(piece))
                transport.complete(handle)
        finally:
            transport.close()

    def sent(
        self, archive: BioStudiesArchive, bundle: Bundle, token: str = "attempt-1"
    ) -> Draft:
        """Open a draft and send everything."""
        draft = archive.open(bundle, token)
        self.send(archive, draft, bundle)
        return draft


class MakeSite(Protocol):
    """What the fixture `make_site` is."""

    def __call__(self, **options: Any) -> Site:
        """Start an embedded archive."""
        ...


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[MakeSite]:
    with ExitStack() as stack:

        def made(**options: Any) -> Site:
            folder = tmp_path / f"server-{options.pop('name', 'one')}"
            server = stack.enter_context(EmbeddedArchive(folder, **options))
            site = Site(server)
            stack.callback(site.close)
            return site

        yield made


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    return make_site()
