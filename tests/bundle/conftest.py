"""A small dataset with everything a bundle knows of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fairsubmit.dataset import Dataset, open_dataset
from fairsubmit.metadata.image import (
    Channel,
    Extraction,
    ImageMetadata,
    ImageSize,
    PhysicalSize,
    Quantity,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

SUBMISSION = """\
fairsubmit: 1
study:
  title: Nuclei of cells in culture, with and without drug
  description: Widefield images of nuclei, for testing what a bundle holds
  keywords: [nuclei, "quotes \\" and µ"]
  license: CC-BY-4.0
  release_date: 2031-01-01
  funding_statement: Paid for by others.
  funding:
    - funder: European Research Council
      funder_id: https://ror.org/0472cxd90
      grant_id: "7"
    - {funder: A foundation}
  publications: [{title: A paper, doi: 10.1000/x, year: 2030}]
  links: [{url: https://example.org/code, description: Code}, {url: not an address}]
authors:
  - name: A. Person
    orcid: 0000-0002-1825-0097
    affiliations: [lab, nowhere]
    email: a@example.org
  - name: B. Person
    orcid: https://orcid.org/0000-0002-1825-0097
    affiliations: [institute]
  - {name: C. Person}
organisations:
  - {id: lab, name: A laboratory}
  - {id: institute, name: An institute, ror: 02catss52}
biosamples:
  - id: b1
    title: HeLa
    organism: &human {label: Homo sapiens, id: NCBITaxon:9606}
    biological_entity: cells
  - id: b2
    title: Both
    organism: [*human, {label: Some virus}]
    biological_entity: cells
specimens:
  - {id: s1, title: Fixed, sample_preparation: PFA, growth_protocol: DMEM}
acquisitions:
  - id: a1
    title: Widefield
    imaging_method: [{label: widefield microscopy, id: FBbi:00000252}]
    instrument: Some microscope
    parameters: 60x
correlations: [{id: k1, title: Overlay, spatial_and_temporal_alignment: Beads}]
analyses: [{id: n1, title: Counting, overview: By hand}]
annotations:
  - id: m1
    title: Masks
    overview: Nuclei
    types: [segmentation_mask]
    method: By hand
    license: CC0-1.0
    files: {table: tables/masks.tsv}
components:
  - id: c1
    name: Images
    description: All images
    associations:
      - {biosample: b1, specimen: s1, acquisition: a1, correlation: k1, analysis: n1}
    files: {include: [raw/**], table: tables/raw.tsv}
"""
FILES = {
    "raw/a b.ome.tif": "aa",
    "raw/b#1.tif": "bbb",
    "raw/µ.png": "",
    "masks/a.tif": "mask of a",
    "masks/b.tif": "mask of b",
    "other/notes.txt": "not selected",
    "tables/raw.tsv": "Files\tGene\tsize\nraw/a b.ome.tif\tNup133\tlarge\n",
    "tables/masks.tsv": (
        "Files\tsource_image\tBy\n"
        "masks/a.tif\traw/a b.ome.tif\tA\nmasks/b.tif\tnowhere.tif\tB\n"
    ),
}
IMAGES = (
    Extraction(
        "raw/a b.ome.tif",
        (
            ImageMetadata(
                "raw/a b.ome.tif",
                0,
                format="OME-TIFF",
                size=ImageSize(512, 256, 20, 2, None),
                pixel_type="uint16",
                physical_size=PhysicalSize(
                    Quantity(0.108, "µm"), Quantity(0.108, "µm"), Quantity(1.0, None)
                ),
                channels=(Channel(0, "DAPI"), Channel(1, None, "GFP"), Channel(2)),
                acquired_at="2026-01-02T03:04:05",
                files=("raw/a b.ome.tif",),
            ),
        ),
    ),
    Extraction("raw/b#1.tif", (ImageMetadata("raw/b#1.tif", 0, format="TIFF"),)),
)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Dataset]:
    """Write a dataset and open it."""

    def write(
        submission: str = SUBMISSION,
        files: Mapping[str, str] = FILES,
        name: str = "dataset",
    ) -> Dataset:
        root = tmp_path / name
        for path, text in {"submission.yaml": submission, **files}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8", newline="")
        return open_dataset(root)

    return write


@pytest.fixture
def submission() -> str:
    """The text of its submission."""
    return SUBMISSION


@pytest.fixture
def files() -> dict[str, str]:
    """Its files' content by path."""
    return dict(FILES)


@pytest.fixture
def dataset(make: Callable[..., Dataset]) -> Dataset:
    """The dataset as it stands above."""
    return make()


@pytest.fixture
def images() -> tuple[Extraction, ...]:
    """What its images say about themselves."""
    return IMAGES
