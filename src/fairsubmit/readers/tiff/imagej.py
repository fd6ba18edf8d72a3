r"""TIFF as ImageJ and Fiji write it: ``key=value`` lines in ImageDescription.

Sources: ImageJ 1.53 ``ij/io/FileInfo``, ``ij/io/TiffEncoder`` and ``FileOpener``
(``getDescriptionString`` and ``decodeDescriptionString``). The pixel size is one over
XResolution in `unit`; a stack that gives `images` alone is a z-stack; a negative
`spacing` is meant without its sign; `finterval` is in `tunit`, by default seconds. The
text, the labels and the regions stand in private tags
(`fairsubmit.readers.tiff.imagej_info`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import (
    Channel,
    ImageMetadata,
    ImageSize,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.about import About
from fairsubmit.readers.source import opened
from fairsubmit.readers.tiff.chain import check
from fairsubmit.readers.tiff.imagej_info import (
    Private,
    described_in,
    persons,
    private_of,
)
from fairsubmit.readers.tiff.resolution import (
    RESOLUTION_UNIT,
    calibration,
    is_print_resolution,
)
from fairsubmit.readers.tiff.structure import (
    DESCRIPTION,
    Page,
    Tiff,
    described,
    open_tiff,
)
from fairsubmit.readers.units import length_unit, number, time_unit
from fairsubmit.readers.values import Values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from fairsubmit.readers.units import Reading

__all__ = ["ImageJ"]

STRIP_OFFSETS = 273
MAX_TEXT = 1 << 20
UNCALIBRATED = {"", "pixel", "pixels", "px"}
# ImageJ shows up to seven channels; more may be written.
MAX_CHANNELS = 1_000
MICROMETRES = {"in": 25_400, "cm": 10_000, "mm": 1_000}


class ImageJ:
    """TIFF with a description that begins with ``ImageJ=``."""

    name = "imagej"
    suffixes: Sequence[str] = (".tif", ".tiff")
    about = About(
        "ImageJ TIFF",
        (".tif", ".tiff"),
        "stacks, channels, pixel size, time step, labels, regions, OME-XML within",
        "6 real files",
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is a TIFF whose description is ImageJ's."""
        return described(path, head).startswith(b"ImageJ=")

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the hyperstack's record.

        Raises
        ------
        DamagedFileError
            If there is no whole image file directory.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            tiff = open_tiff(source)
            problems = check(tiff)
            text = tiff.text(DESCRIPTION, MAX_TEXT) or b""
            private = private_of(tiff)
            hyperstack = _Hyperstack(tiff, _pairs(text), private)
            record = hyperstack.record(path.as_posix(), self.name, problems)
        return [_with_info(record, private, path)]


def _pairs(raw: bytes) -> dict[str, str]:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    lines = text.rstrip("\0").splitlines()
    return {
        key.strip(): value.strip()
        for key, found, value in (line.partition("=") for line in lines)
        if found
    }


def _with_info(record: ImageMetadata, private: Private, path: Path) -> ImageMetadata:
    """Add what ImageJ keeps of the image's own file, where it came from another."""
    problems = list(record.problems)
    for key in persons(private.info):
        message = f"Info names a person or a folder of one in {key[:80]!r}"
        problems.append(Problem("personal-data", message, "IJMetadata/Info"))
    record = replace(record, rois=private.rois, problems=tuple(problems))
    inner = described_in(private.info, path)
    if inner is None:
        return record
    # Pixels may have changed since; how they were taken has not.
    found = {
        key: getattr(inner, key)
        for key in ("instrument", "objective", "detector", "acquired_at", "annotations")
    }
    places = {
        key: f"IJMetadata/Info: {place}"
        for key, place in inner.provenance.items()
        if key.partition(".")[0] in {*found, "channels"}
    }
    if len(inner.channels) == len(record.channels):
        found["channels"] = inner.channels
    return replace(record, **found, provenance={**record.provenance, **places})


class _Hyperstack(Values):
    def __init__(self, tiff: Tiff, keys: Mapping[str, str], private: Private) -> None:
        super().__init__()
        self.tiff = tiff
        self.labels = private.labels
        self.keys = keys
        self.provenance: dict[str, str] = {
            "size.x": "IFD:0/ImageWidth",
            "size.y": "IFD:0/ImageLength",
        }

    def record(self, path: str, reader: str, problems: list[Problem]) -> ImageMetadata:
        page = self.tiff.first
        size = self._size(page)
        self._check_images(page)
        physical_size = self._physical_size()
        increment = self._time_increment()
        self.provenance["software"] = "ImageJ"
        count = min((size.c or 1) // max(1, page.samples), MAX_CHANNELS)
        names = self._names(count)
        return ImageMetadata(
            path,
            0,
            format="ImageJ TIFF",
            reader=reader,
            dimension_order="XYCZT",
            size=size,
            pixel_type=page.pixel_type,
            physical_size=physical_size,
            time_increment=increment,
            channels=tuple(
                Channel(i, name, samples_per_pixel=page.samples)
                for i, name in enumerate(names)
            ),
            software=f"ImageJ {self.keys.get('ImageJ', '')}".strip(),
            files=(path,),
            problems=(*problems, *self.problems),
            provenance=self.provenance,
        )

    def _names(self, count: int) -> list[str | None]:
        """Return the labels of the channels, if they are the same in every slice."""
        if count < 2:
            return [None] * count
        labels = [label.partition("\n")[0].strip() for label in self.labels]
        first = labels[:count]
        every = all(name == first[index % count] for index, name in enumerate(labels))
        if len(set(first)) < count or not all(first) or not every:
            return [None] * count
        for index in range(count):
            self.provenance[f"channels.{index}.name"] = "IJMetadata/Labels"
        return [*first]

    def _count(self, key: str) -> int | None:
        text = self.keys.get(key)
        if text is None:
            return None
        if not text.isdecimal() or not 0 < int(text) < 1 << 31:
            self.problem(
                "value-ignored", f"{key} {text!r} cannot be meant; ignored", key
            )
            return None
        self.provenance[f"size.{key[0] if key != 'frames' else 't'}"] = key
        return int(text)

    def _size(self, page: Page) -> ImageSize:
        channels, frames = self._count("channels"), self._count("frames")
        slices = self._count("slices")
        images = self._images()
        if slices is None and channels is None and frames is None:
            slices = images
        if channels == page.samples > 1:  # one colour: Bio-Formats counts its samples
            channels = 1
        z, c, t = slices or 1, channels or 1, frames or 1
        self.provenance["size.z"] = "slices" if "slices" in self.keys else "images"
        if z * c * t != images:
            message = (
                f"{c} channels × {z} slices × {t} frames make {z * c * t} planes, but "
                f"the file says {images} images"
            )
            self.problem("planes-missing", message, "images", error=z * c * t > images)
        return ImageSize(page.width, page.height, z, c * page.samples, t)

    def _images(self) -> int:
        text = self.keys.get("images", "")
        if text.isdecimal() and 0 < int(text) < 1 << 31:
            return int(text)
        return len(self.tiff.offsets)

    def _check_images(self, page: Page) -> None:
        """Compare the images with the pages, or with the pixels behind the only one.

        Above 4 GB ImageJ writes one directory and all planes one after the other.
        """
        images, pages = self._images(), len(self.tiff.offsets)
        if pages > images:
            message = f"the file has {pages} pages, but says {images} images"
            self.problem("axis-unknown", message, "images")
        if pages >= images:
            return
        entry = self.tiff.tags.get(STRIP_OFFSETS)
        starts = self.tiff.integers(entry, last=1) if entry else ()
        if pages > 1 or not starts:
            message = f"the file says {images} images, but has {pages} pages"
            self.problem("planes-missing", message, "images", error=True)
            return
        plane = page.height * ((page.width * page.bits * page.samples + 7) // 8)
        end = starts[0] + images * plane
        if end > self.tiff.source.size:
            message = (
                f"the pixels of {images} images end at byte {end}, past the end of the "
                f"file ({self.tiff.source.size} bytes): the file is cut short; copy it "
                "again from its source"
            )
            place = f"byte {self.tiff.source.size}"
            self.problem("truncated", message, place, error=True)

    def _physical_size(self) -> PhysicalSize:
        written = self.keys.get("unit", "")
        if "unit" not in self.keys and RESOLUTION_UNIT in self.tiff.tags:
            return self._resolution_of_tiff()
        if written.lower() in UNCALIBRATED:
            return PhysicalSize()
        # ImageJ lets users type any spelling: none of them is a fault of the file.
        unit = length_unit(written).value
        if unit is None:
            message = (
                f"unit {written!r} is no unit of length; the pixel size is ignored"
            )
            self.problem("unit-unknown", message, "unit")
            return PhysicalSize()
        written = self.keys.get("yunit", "")
        y_unit = length_unit(written).value if written else unit
        x, y = self._resolution(282, unit), self._resolution(283, y_unit or unit)
        if x is None or y is None:
            return PhysicalSize()
        self.provenance["physical_size.x"] = "unit, IFD:0/XResolution"
        self.provenance["physical_size.y"] = "unit, IFD:0/YResolution"
        z = self._positive("spacing", self.keys.get("zunit"), (length_unit, unit))
        if z is not None:
            self.provenance["physical_size.z"] = "spacing"
        return PhysicalSize(x, y, z)

    def _resolution_of_tiff(self) -> PhysicalSize:
        """Return what the tags of any TIFF say, as ImageJ reads them too.

        ImageJ writes that they have no unit; Bio-Formats writes centimetres beside a
        description that ImageJ understands.
        """
        found = calibration(self.tiff)
        if found.problem is not None:
            self.problems.append(found.problem)
        if found.size.x is not None:
            self.provenance["physical_size.x"] = "IFD:0/XResolution"
            self.provenance["physical_size.y"] = "IFD:0/YResolution"
        return found.size

    def _resolution(self, tag: int, unit: str) -> Quantity | None:
        ratio = self.tiff.ratio(tag)
        if ratio is None:
            if tag == 282:
                message = f"the unit is {unit!r}, but there is no XResolution"
                self.problem("resolution-missing", message, "unit")
            return None
        value = ratio[1] / ratio[0]
        scale = MICROMETRES.get(unit)
        # ImageJ turns the dots per inch of a TIFF it opens into inches a pixel.
        if scale is not None and unit != "mm" and is_print_resolution(value * scale):
            if tag == 282:
                message = (
                    f"the pixel size of {value:.4g} {unit} comes from a resolution for "
                    "printing; ignored"
                )
                self.problem("print-resolution", message, "unit")
            return None
        return Quantity(value, unit)

    def _time_increment(self) -> Quantity | None:
        if number(self.keys.get("finterval", "0"))[0] == 0:
            return None
        found = self._positive("finterval", self.keys.get("tunit"), (time_unit, "s"))
        if found is not None:
            self.provenance["time_increment"] = "finterval"
        return found

    def _positive(
        self,
        key: str,
        written: str | None,
        unit: tuple[Callable[[str], Reading], str],
    ) -> Quantity | None:
        text = self.keys.get(key, "")
        attributes = {key: text.removeprefix("-") if key == "spacing" else text}
        if written:
            attributes[f"{key}Unit"] = written
        return self.quantity(attributes, key, "ImageJ", unit)
