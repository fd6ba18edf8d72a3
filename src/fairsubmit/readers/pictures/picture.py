"""What the readers of pictures share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import Channel, ImageMetadata, ImageSize, Quantity
from fairsubmit.readers.gathered import Gathered
from fairsubmit.readers.source import opened
from fairsubmit.readers.tiff.resolution import is_print_resolution

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.readers.about import About
    from fairsubmit.readers.source import Source

__all__ = ["Frame", "Picture", "PictureReader"]

# A file with such a name that is none cannot be used as what it is taken for.
TIFF = frozenset({".tif", ".tiff"})
PIXEL_TYPES = {1: "bit", 8: "uint8", 16: "uint16", 32: "uint32"}


@dataclass(slots=True)
class Frame:
    """The pixels of a picture.

    Attributes
    ----------
    width, height
        Pixels.
    samples
        Per pixel; one where a palette gives the colours.
    bits
        Of a sample.
    place
        Where the file says so.
    times
        Number of frames of an animation.
    signed
        Whether samples have a sign.
    """

    width: int
    height: int
    samples: int
    bits: int
    place: str
    times: int = 1
    signed: bool = False


class PictureReader(ABC):
    """A reader of one format of pictures."""

    name: str
    suffixes: Sequence[str]
    about: About
    magic: tuple[bytes, ...]

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it starts as the format does, and does not pretend to be a TIFF."""
        return self.starts(head) and path.suffix.lower() not in TIFF

    def starts(self, head: bytes) -> bool:
        """Whether a file that starts like this is of the format."""
        return head.startswith(self.magic)

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the picture's record.

        Raises
        ------
        DamagedFileError
            If the header is no whole one.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            picture = Picture(source)
            frame = self.frame(picture)
            if path.suffix and path.suffix.lower() not in self.suffixes:
                message = (
                    f"is {self.about.format}, whatever its name says; give it the "
                    f"suffix {self.suffixes[0]}"
                )
                picture.problem("suffix-mismatch", message, path.name)
            return [picture.record(self, frame)]

    @abstractmethod
    def frame(self, picture: Picture) -> Frame:
        """Read the header: what is found is kept in `picture`.

        Raises
        ------
        DamagedFileError
            If there is no whole header.
        """


class Picture(Gathered):
    """A picture whose values are found one after the other.

    Parameters
    ----------
    source
        The open file.
    """

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.path = source.path.as_posix()

    def damaged(self, expected: str, offset: int) -> DamagedFileError:
        """Return the error to raise."""
        return DamagedFileError(self.path, expected, offset=offset)

    def truncated(self, what: str) -> None:
        """Note that the file ends before the picture does."""
        size = self.source.size
        message = (
            f"{what}, but the file has only {size} bytes: it is cut short; copy it "
            "again from its source"
        )
        self.problem("truncated", message, f"byte {size}", error=True)

    def per_metre(self, x: Decimal, y: Decimal, place: str) -> None:
        """Keep pixels per metre as a pixel size, unless they are for printing."""
        if x <= 0 or y <= 0:
            return
        width, height = (float(Decimal(10) ** 6 / value) for value in (x, y))
        if is_print_resolution(width) or is_print_resolution(height):
            message = (
                f"the resolution is {25_400 / width:.4g} dots per inch, which is for "
                "printing; it is no pixel size"
            )
            self.problem("print-resolution", message, place)
            return
        self.length("x", Quantity(width, "µm"), place)
        self.length("y", Quantity(height, "µm"), place)

    def record(self, reader: PictureReader, frame: Frame) -> ImageMetadata:
        """Return the record of all that was found."""
        size = (1, frame.samples, frame.times)
        self.provenance |= {"size.x": frame.place, "size.y": frame.place}
        self.found("size", ImageSize(frame.width, frame.height, *size), frame.place)
        self.default("channels", (Channel(0, samples_per_pixel=frame.samples),))
        whole = next((bits for bits in PIXEL_TYPES if bits >= frame.bits), None)
        pixel_type = None if whole is None else PIXEL_TYPES[whole]
        if pixel_type is None:
            message = f"samples of {frame.bits} bits are no pixel type of OME"
            self.problem("pixel-type-unknown", message, frame.place)
        elif frame.signed and frame.bits > 1:
            pixel_type = pixel_type.removeprefix("u")
        return ImageMetadata(
            self.path,
            0,
            format=reader.about.format,
            reader=reader.name,
            pixel_type=pixel_type,
            significant_bits=frame.bits if frame.bits != whole else None,
            files=(self.path,),
            problems=tuple(self.problems),
            provenance=self.provenance,
            **self.gathered(),
        )
