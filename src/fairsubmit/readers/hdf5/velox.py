"""Velox EMD: images below ``Data/Image``, each with its metadata as JSON.

The layout as public readers describe it: ``Data`` is y, x, frame; ``Metadata`` holds
one column of UTF-8 bytes for each frame, padded with zeros. Lengths stand in metres, as
texts; dates in seconds since 1970.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import (
    Channel,
    Detector,
    ImageMetadata,
    ImageSize,
    Instrument,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.exact import micrometres
from fairsubmit.readers.hdf5.personal import personal_data
from fairsubmit.readers.hdf5.times import of_epoch
from fairsubmit.readers.zarr.document import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fairsubmit.readers.hdf5.file import Group, Values

__all__ = ["velox_records"]

FORMAT = "EMD (Velox)"
READER = "emd"
MAX_IMAGES = 10_000
METADATA = "Metadata"
_DATES = ("AcquisitionStartDatetime", "AcquisitionDatetime")
MAX_TEXTS = 4_096
MAX_DEPTH = 6


def velox_records(root: Group, shown: str) -> list[ImageMetadata]:
    """Return one record for each image of a Velox file.

    Parameters
    ----------
    root
        Of the HDF5 file.
    shown
        The file's path.
    """
    images = root.group("Data", "Image")
    found: list[ImageMetadata] = []
    for name in images.names(MAX_IMAGES) if images is not None else ():
        image = images.group(name) if images is not None else None
        values = image.values("Data") if image is not None else None
        if image is not None and values is not None and len(values.shape) in (2, 3):
            place = f"Data/Image/{name}"
            record = _Image(image, values, place).record(shown, len(found))
            found.append(record)
    return found


class _Image:
    def __init__(self, group: Group, values: Values, place: str) -> None:
        self.values = values
        self.place = place
        self.problems: list[Problem] = []
        self.provenance: dict[str, str] = {}
        self.metadata = self._metadata(group)

    def _metadata(self, group: Group) -> Mapping[str, Any]:
        column = group.values(METADATA)
        raw = column.text_bytes() if column is not None else None
        place = f"{self.place}/{METADATA}"
        if raw is None:
            message = "has no metadata: no pixel size, detector and date"
            self.problems.append(Problem("metadata-unreadable", message, place))
            return {}
        try:
            return parse(raw.split(b"\0")[0], place)
        except DamagedFileError as error:
            self.problems.append(Problem("metadata-unreadable", error.message, place))
            return {}

    def _text(self, *keys: str, key: str | None = None) -> str | None:
        """Return a text by its keys; numbers are texts here."""
        value: object = self.metadata
        for name in keys:
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        text = str(value).strip()
        if text and key is not None:
            self.provenance[key] = f"{self.place}/{METADATA}/{'/'.join(keys)}"
        return text or None

    def record(self, shown: str, series: int) -> ImageMetadata:
        """Return the image's record."""
        y, x = self.values.shape[:2]
        frames = self.values.shape[2] if len(self.values.shape) > 2 else 1
        for axis in "xyt":
            self.provenance[f"size.{axis}"] = f"{self.place}/Data"
        detector = self._text("BinaryResult", "Detector", key="detector.model")
        lengths = [self._length("x", "width", "X"), self._length("y", "height", "Y")]
        date = None
        for name in _DATES:
            date = date or of_epoch(self._text("Acquisition", name, "DateTime") or "")
        if date is not None:
            self.provenance["acquired_at"] = f"{self.place}/{METADATA}/Acquisition"
        self.problems += personal_data(
            _texts(self.metadata, f"{self.place}/{METADATA}")
        )
        if self.values.pixel_type is None:
            message = "the data type is no number"
            self.problems.append(Problem("pixel-type-unknown", message, self.place))
        instrument = Instrument(
            self._text("Instrument", "Manufacturer", key="instrument.manufacturer"),
            self._text("Instrument", "InstrumentClass", key="instrument.model")
            or self._text("Instrument", "InstrumentModel", key="instrument.model"),
        )
        version = self._text("Instrument", "ControlSoftwareVersion", key="software")
        return ImageMetadata(
            shown,
            series,
            None,
            FORMAT,
            READER,
            None,  # frames vary fastest, which no order of OME has
            ImageSize(x or None, y or None, 1, 1, frames or None),
            self.values.pixel_type,
            physical_size=PhysicalSize(lengths[0], lengths[1]),
            channels=(Channel(0, detector, samples_per_pixel=1),),
            instrument=instrument,
            detector=Detector(model=detector),
            acquired_at=date,
            software=f"Velox {version}" if version else None,
            files=(shown,),
            problems=tuple(self.problems),
            provenance=self.provenance,
        )

    def _length(self, axis: str, key: str, letter: str) -> Quantity | None:
        """Return the length of a pixel in µm; diffraction patterns have none."""
        text = self._text("BinaryResult", "PixelSize", key)
        unit = self._text("BinaryResult", f"PixelUnit{letter}")
        if text is None or unit is None:
            return None
        place = f"{self.place}/{METADATA}/BinaryResult/PixelSize/{key}"
        if unit != "m":
            message = f"{unit!r}, the unit of the pixel size, is no length; ignored"
            self.problems.append(Problem("unit-unknown", message, place))
            return None
        value = micrometres(text)
        if value is None:
            message = f"pixel size {text!r} cannot be meant; ignored"
            self.problems.append(Problem("value-ignored", message, place))
            return None
        self.provenance[f"physical_size.{axis}"] = place
        return Quantity(value, "µm")


def _texts(metadata: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    """Yield place and text of what stands in the metadata."""
    left = [(place, metadata, 0)]
    for _ in range(MAX_TEXTS):
        if not left:
            return
        at, value, depth = left.pop()
        for key, inner in value.items():
            if isinstance(inner, str):
                yield f"{at}/{key}", inner
            elif isinstance(inner, dict) and depth < MAX_DEPTH:
                left.append((f"{at}/{key}", inner, depth + 1))
