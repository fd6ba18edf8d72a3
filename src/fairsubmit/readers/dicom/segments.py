"""Segmentations (PS3.3, A.51): labels of pixels, each segment a plane of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import Channel, Problem

if TYPE_CHECKING:
    from fairsubmit.readers.dicom.dataset import Data

__all__ = ["Segments", "segments"]

SOP_CLASSES = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.66.4",  # Segmentation
        "1.2.840.10008.5.1.4.1.1.66.7",  # Label Map Segmentation
    }
)


class Segments(NamedTuple):
    """The segments of an image.

    Attributes
    ----------
    known
        Whether it is a segmentation.
    planes
        Their number; ``None`` where they are too many to be read.
    channels
        One for each, by its label.
    """

    known: bool = False
    planes: int | None = None
    channels: tuple[Channel, ...] = ()


def segments(data: Data, problems: list[Problem]) -> Segments:
    """Return the segments, and say that the image is no picture.

    Parameters
    ----------
    data
        Of any image.
    problems
        Gets one if it is a segmentation.
    """
    if data.text("SOPClassUID") not in SOP_CLASSES:
        return Segments()
    kind = (data.text("SegmentationType") or "").upper()
    message = f"is a segmentation ({kind.lower() or 'of unknown type'}), not a picture"
    problems.append(Problem("label-image", message, "SOPClassUID"))
    if kind == "LABELMAP":
        return Segments(
            known=True, planes=1, channels=(Channel(0, samples_per_pixel=1),)
        )
    found = data.items("SegmentSequence")
    channels = tuple(
        Channel(index, name=item.text("SegmentLabel"), samples_per_pixel=1)
        for index, item in enumerate(found)
    )
    return Segments(known=True, planes=len(found) or None, channels=channels)
