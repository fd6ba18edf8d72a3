"""Other programs that read what this package does not: always said, never in its place.

They are asked for a file that has no record otherwise: its format is known by name but
not read here, or the library for it is missing. A file that one of our readers
recognises and finds damaged is damaged; nobody else is asked. First comes openreadout,
where it is installed, then a Bio-Formats that the person points to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fairsubmit.errors import ReadError
from fairsubmit.metadata.image import Extraction
from fairsubmit.readers.fallback.openreadout import OpenReadout
from fairsubmit.readers.fallback.records import records_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fairsubmit.readers.fallback.bioformats import BioFormats
    from fairsubmit.readers.fallback.records import Program

__all__ = ["read_otherwise"]


def read_otherwise(
    path: Path, found: Extraction, bioformats: BioFormats | None = None
) -> Extraction:
    """Return what another program reads of a file, or `found` with why none does.

    Parameters
    ----------
    path
        The file or folder.
    found
        What our own readers gave: no record, and the finding that says why.
    bioformats
        The Bio-Formats that the person points to.
    """
    failures = []
    for program in _programs(bioformats):
        try:
            xml = program.ome_xml(path)
            records = records_of(xml, path, program, found.findings[0].message)
        except ReadError as error:
            failures.append(f"{program.title} cannot read it either: {error.message}")
        else:
            return Extraction(found.path, records)
    if not failures:
        return found
    (finding, *others) = found.findings
    message = "; ".join((finding.message, *failures))
    return replace(found, findings=(replace(finding, message=message), *others))


def _programs(bioformats: BioFormats | None) -> Iterator[Program]:
    openreadout = OpenReadout.installed()
    if openreadout is not None:
        yield openreadout
    if bioformats is not None:
        yield bioformats
