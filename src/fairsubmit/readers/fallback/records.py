"""Records from the OME-XML that another program made of a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import ImageMetadata, Problem
from fairsubmit.readers.impostor import format_name
from fairsubmit.readers.ome.record import Recorder
from fairsubmit.readers.ome.xml import parse

__all__ = ["Program", "records_of"]

# Notes of openreadout about its own work, not of whoever took the image.
OWN_NAMESPACE = "openreadout.dev/"


class Program(Protocol):
    """Something that makes OME-XML of a file."""

    @property
    def name(self) -> str:
        """Stands in the records as their reader."""
        ...

    @property
    def title(self) -> str:
        """Name and version, for people."""
        ...

    def ome_xml(self, path: Path) -> bytes:
        """Return the OME-XML of a file.

        Raises
        ------
        ReadError
            If the program cannot read it.
        """
        ...


def records_of(
    xml: bytes, path: Path, program: Program, why: str
) -> tuple[ImageMetadata, ...]:
    """Return one record per image of the OME-XML.

    Parameters
    ----------
    xml
        What the program wrote.
    path
        The file that it is about.
    program
        Who wrote it.
    why
        Why our own readers gave no record.

    Raises
    ------
    DamagedFileError
        If it is no OME-XML, or describes no image.
    """
    found = parse(xml, path)
    document, shown = found.document, path.as_posix()
    if not any(image.pixels for image in document.images):
        raise DamagedFileError(shown, f"an image in what {program.title} writes")
    reason = why.removeprefix(shown).strip().replace(shown, path.name)
    problem = Problem(
        "fallback-reader", f"read by {program.title}, since the file {reason}"
    )
    form = format_name(path)
    return tuple(
        _of_program(
            Recorder(document, image, index).record(
                shown, form=form, reader=program.name, files=(shown,)
            ),
            program,
            problem,
        )
        for index, image in enumerate(document.images)
    )


def _of_program(
    record: ImageMetadata, program: Program, problem: Problem
) -> ImageMetadata:
    """Tell what the program says of the file from what it says of itself."""
    entries = {
        key: value
        for annotation in record.annotations
        if (annotation.namespace or "").startswith(OWN_NAMESPACE)
        for key, value in annotation.values.items()
    }
    words = (entries.get(f"instrument.software{tail}") for tail in ("", "_version"))
    provenance = {
        key: f"{program.name}: {place}" for key, place in record.provenance.items()
    }
    # OME@Creator is the program itself.
    provenance.pop("software", None)
    if record.name == Path(record.path).name:
        record = replace(record, name=None)  # what Bio-Formats calls the nameless
        provenance.pop("name", None)
    if record.objective.immersion == "Other":  # and its word for "not known"
        record = replace(record, objective=replace(record.objective, immersion=None))
    return replace(
        record,
        software=" ".join(filter(None, words)) or None,
        annotations=tuple(
            annotation
            for annotation in record.annotations
            if not (annotation.namespace or "").startswith(OWN_NAMESPACE)
        ),
        problems=(problem, *record.problems),
        provenance=provenance,
    )
