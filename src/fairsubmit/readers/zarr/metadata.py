"""What bioformats2raw writes beside the images: ``OME/METADATA.ome.xml``.

NGFF has no place for objectives, instruments and dates; the OME-XML has. The arrays
remain the authority for sizes, and a value that the OME-Zarr gives is never replaced.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fairsubmit.errors import ReadError
from fairsubmit.metadata.image import ImageMetadata, PhysicalSize, Problem
from fairsubmit.readers.ome.record import Recorder
from fairsubmit.readers.ome.xml import parse
from fairsubmit.readers.zarr.document import texts
from fairsubmit.readers.zarr.store import MAX_XML

if TYPE_CHECKING:
    from fairsubmit.metadata.image import Channel
    from fairsubmit.readers.ome.xml import OmeXml
    from fairsubmit.readers.zarr.node import Nodes

__all__ = ["BESIDE", "METADATA", "Described", "describe"]

METADATA = "OME/METADATA.ome.xml"
# Layout 1 of bioformats2raw: beside the folder, which is called data.zarr.
BESIDE = "METADATA.ome.xml"


@dataclass(slots=True)
class Described:
    """The OME group of a folder.

    Attributes
    ----------
    series
        Paths of the images in the order of the OME-XML, where they are listed.
    xml
        The OME-XML, where there is one.
    file
        Where it stands, relative to the folder.
    beside
        Its path, where that is not in the folder.
    problems
        What is wrong with it.
    """

    series: list[str]
    xml: OmeXml | None = None
    file: str = METADATA
    beside: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    @property
    def images(self) -> int:
        """Number of images that the OME-XML describes."""
        return len(self.xml.document.images) if self.xml else 0

    def completed(self, record: ImageMetadata, index: int) -> ImageMetadata:
        """Return the record with what only the OME-XML has.

        Parameters
        ----------
        record
            What the OME-Zarr says.
        index
            0-based number of the image among those that the OME-XML describes.
        """
        if self.xml is None or index >= self.images:
            return record
        document = self.xml.document
        recorder = Recorder(document, document.images[index], index)
        other = recorder.record(record.path, form="", reader="", files=())
        own, theirs = record.physical_size, other.physical_size
        extra = {
            name: getattr(record, name) or getattr(other, name)
            for name in (
                "name",
                "time_increment",
                "significant_bits",
                "acquired_at",
                "software",
            )
        }
        return replace(
            record,
            name=extra["name"],
            time_increment=extra["time_increment"],
            significant_bits=extra["significant_bits"],
            acquired_at=extra["acquired_at"],
            software=extra["software"],
            physical_size=PhysicalSize(
                own.x or theirs.x, own.y or theirs.y, own.z or theirs.z
            ),
            channels=_channels(record.channels, other.channels),
            instrument=other.instrument,
            objective=other.objective,
            detector=other.detector,
            annotations=(*record.annotations, *other.annotations),
            rois=other.rois,
            files=(*record.files, *self.beside),
            problems=(
                *record.problems,
                *other.problems,
                *_differences(record, other, self.file),
            ),
            provenance={
                **{key: f"{self.file} {at}" for key, at in other.provenance.items()},
                **record.provenance,
            },
        )


def _channels(
    own: tuple[Channel, ...], theirs: tuple[Channel, ...]
) -> tuple[Channel, ...]:
    if len(own) != len(theirs):
        return own if any(c.name for c in own) or not theirs else theirs
    return tuple(
        replace(b, name=a.name or b.name) for a, b in zip(own, theirs, strict=True)
    )


def _differences(
    record: ImageMetadata, other: ImageMetadata, file: str
) -> list[Problem]:
    found = []
    for axis in "xyzct":
        here, there = getattr(record.size, axis), getattr(other.size, axis)
        if here is not None and there is not None and here != there:
            message = f"size {axis} is {here} in the array, {there} in {file}"
            found.append(Problem("size-mismatch", message, file, error=True))
    return found


def describe(nodes: Nodes, *, beside: bool = False) -> Described | None:
    """Read the OME group of a hierarchy; ``None`` if there is none.

    Parameters
    ----------
    nodes
        The hierarchy.
    beside
        Whether the OME-XML stands beside the folder.
    """
    described = Described([], file=f"../{BESIDE}" if beside else METADATA)
    group = None
    try:
        group = nodes.group("OME/")
    except ReadError as error:
        described.problems.append(
            Problem("metadata-unreadable", error.message, "OME", error=True)
        )
    if group is not None:
        described.series = texts(group.attributes.get("series"))
    file = described.file
    try:
        raw = nodes.store.read(file, MAX_XML)
        if raw is not None:
            shown = Path(nodes.store.shown)
            path = shown.parent / BESIDE if beside else shown / file
            described.xml = parse(raw, path)
            described.beside = (path.as_posix(),) if beside else ()
            described.problems += described.xml.problems
    except ReadError as error:
        described.problems.append(
            Problem("metadata-unreadable", error.message, file, error=True)
        )
        return described
    if raw is None and group is None:
        return described if described.problems else None
    return described
