"""The smallest submission that an archive takes, for tests and measurements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SUBMISSION", "release_date", "write_submission"]

SUBMISSION = """\
fairsubmit: 1
study:
  title: Confocal images of dividing HeLa cells
  description: Confocal images of HeLa Kyoto cells, with and without a drug.
  keywords: [mitosis, live imaging]
  license: CC0-1.0
  release_date: "{release}"
authors:
  - name: Ada Example
    email: ada@example.org
    orcid: https://orcid.org/0000-0002-1825-0097
    affiliations: [lab]
    roles: [submitter]
organisations:
  - {{id: lab, name: Example Institute}}
biosamples:
  - id: b1
    title: HeLa Kyoto
    organism: {{label: Homo sapiens, id: "NCBITaxon:9606"}}
    biological_entity: HeLa Kyoto cells
specimens:
  - {{id: s1, title: Fixed cells, sample_preparation: Cells fixed in formaldehyde.}}
acquisitions:
  - id: a1
    title: Spinning disk
    imaging_method: [{{label: spinning disk confocal microscopy, id: "FBbi:00000253"}}]
    instrument: Nikon Ti2
    parameters: 63x oil, 488 nm
components:
  - id: c1
    name: Images
    description: Control and treated cells
    associations: [{{biosample: b1, specimen: s1, acquisition: a1}}]
    files: {{include: ["{include}"]}}
"""


def release_date(days: int = 30) -> str:
    """Return a date that many days from now, as a submission writes it."""
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def write_submission(
    folder: Path, *, include: str = "raw/**", release: str | None = None
) -> Path:
    """Write ``submission.yaml`` into a folder, which is made if needed.

    Parameters
    ----------
    folder
        The dataset.
    include
        Pattern of the files of its one study component.
    release
        Release date; `release_date` by default.
    """
    text = SUBMISSION.format(release=release or release_date(), include=include)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "submission.yaml"
    path.write_text(text, encoding="utf-8")
    return path
