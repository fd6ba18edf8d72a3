"""Zeiss CZI: one record for each scene, from the directory and the XML."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import Channel, ImageMetadata, ImageSize, Problem
from fairsubmit.readers.about import About
from fairsubmit.readers.czi.checks import check, collect, missing_planes
from fairsubmit.readers.czi.document import Element, parse
from fairsubmit.readers.czi.images import Collection
from fairsubmit.readers.czi.notes import personal, processed
from fairsubmit.readers.czi.parts import lead_of, parts_of, read_parts
from fairsubmit.readers.czi.pixels import (
    pixel_types,
    significant_bits,
    type_problem,
    widest,
)
from fairsubmit.readers.czi.record import Common, acquired_at
from fairsubmit.readers.czi.scenes import Scenes
from fairsubmit.readers.czi.segments import (
    MAGIC,
    file_header,
    metadata_xml,
    time_stamps,
)
from fairsubmit.readers.source import opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import PlatePosition
    from fairsubmit.readers.czi.images import Image
    from fairsubmit.readers.czi.pixels import PixelType
    from fairsubmit.readers.source import Source

__all__ = ["Czi"]

# Dimensions of CZI that OME has no axis for.
_EXTRA = {
    "H": "phases",
    "R": "rotations",
    "I": "illuminations",
}
_DIRECTORY = "ZISRAWDIRECTORY"


class Czi:
    """Images of ZEN and other programs of Carl Zeiss."""

    name = "czi"
    suffixes: Sequence[str] = (".czi",)
    about = About(
        "Zeiss CZI",
        (".czi",),
        "scenes, mosaics, pixel size, channels, dyes, wavelengths, objective, stand, "
        "detector, date, time step, wells, processing steps, files of several parts",
        "10 real files",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it starts with the header segment of a CZI file."""
        return head.startswith(MAGIC)

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the first file of the set that a file is named as a part of."""
        return lead_of(path)

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each scene (and view, and acquisition block).

        Raises
        ------
        DamagedFileError
            If the file holds neither sub-blocks nor metadata.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            return _File(path, source).records()


class _File:
    """One file, and the parts that belong to it."""

    def __init__(self, path: Path, source: Source) -> None:
        self.path, self.source = path, source
        if not source.head.startswith(MAGIC):
            expected = "the header of a CZI file ('ZISRAWFILE')"
            raise DamagedFileError(path.as_posix(), expected, offset=0)
        self.header = file_header(source)
        self.problems: list[Problem] = []
        self.found = Collection()
        position = collect(source, self.header, self.found, self.problems)
        self.problems.extend(check(source, self.header, self.found))
        parts = [] if self.header.is_part else parts_of(path, self.header)
        read_parts(parts, self.found, self.problems)
        self.files = tuple(file.as_posix() for file in (path, *parts))
        self._part()
        self.common = Common(self._metadata(position))
        self.scenes = Scenes(self.common.metadata)
        self.alike: dict[tuple[tuple[int, int], ...], tuple[Channel, ...]] = {}
        self.stamps: tuple[float, ...] | None = None

    def _part(self) -> None:
        """Note where files of the set are not there."""
        here, last = (
            len(self.files),
            max(self.found.last.keys() - self.found.here, default=0),
        )
        if self.header.is_part:
            message = (
                f"is part {self.header.part} of a CZI of several files; the metadata "
                "are in the first file, which is not beside it"
            )
        elif last >= here:
            message = (
                f"refers to part {last} of a CZI of several files, of which {here} "
                f"{'is' if here == 1 else 'are'} here"
            )
        else:
            return
        self.problems.append(Problem("missing-part", message, "byte 80", error=True))

    def _metadata(self, position: int) -> Element:
        found = metadata_xml(self.source, position)
        if found is None:
            message = (
                f"the metadata should stand at byte {position}, but are not there"
                if position > 0
                else "holds no metadata beside its pixels"
            )
            self._unreadable(message, position)
            return Element("Metadata", {})
        xml, size = found
        document = parse(xml)
        if len(xml) < size:
            message = f"only {len(xml)} of {size} bytes of the metadata could be read"
            self._unreadable(message, position)
        else:
            self.problems.extend(document.problems)
        self.problems.extend(personal(document.metadata, xml))
        self.problems.extend(processed(document.metadata, xml))
        return document.metadata

    def _unreadable(self, message: str, position: int) -> None:
        self.problems.append(
            Problem("metadata-unreadable", message, f"byte {position}")
        )

    # -- records -------------------------------------------------------------------

    def records(self) -> list[ImageMetadata]:
        """Return one record an image.

        Raises
        ------
        DamagedFileError
            If nothing says how large the image is.
        """
        images = self.found.in_order()
        shared = self._shared()
        if images:
            records = [
                self._record(shared, series, image, len(images))
                for series, image in enumerate(images)
            ]
        else:
            records = [self._without_planes(shared)]
        self._judge(images)
        problems = (*self.problems, *self.common.problems)
        # What is wrong with the file stands once, in the record of its first image.
        records[0] = replace(records[0], problems=problems)
        return records

    def _shared(self) -> ImageMetadata:
        """Return the record with what holds for all images."""
        common = self.common
        common.provenance |= {"size.x": _DIRECTORY, "size.y": _DIRECTORY}
        return ImageMetadata(
            self.path.as_posix(),
            0,
            name=common.name(),
            format="Zeiss CZI",
            reader=Czi.name,
            physical_size=common.physical_size(),
            instrument=common.instrument(),
            objective=common.objective(),
            detector=common.detector(common.channel_elements()),
            acquired_at=acquired_at(common),
            software=common.software(),
            rois=common.rois(),
            files=self.files,
            provenance=common.provenance,
        )

    def _record(
        self, shared: ImageMetadata, series: int, image: Image, count: int
    ) -> ImageMetadata:
        types = pixel_types(image, self.common)
        name, plate = self._scene(image, series, count)
        times = image.length("T")
        size = ImageSize(
            image.width, image.height, image.length("Z"), _samples(types), times
        )
        return replace(
            shared,
            series=series,
            name=name or shared.name,
            size=size,
            pixel_type=widest(types),
            significant_bits=self._bits(types),
            channels=self._channels(types),
            time_increment=self.common.time_increment(times, self._stamps(times)),
            plate=plate,
        )

    def _without_planes(self, shared: ImageMetadata) -> ImageMetadata:
        """Return what the metadata say of an image whose planes are not there.

        Raises
        ------
        DamagedFileError
            If they do not say how large it is.
        """
        common = self.common
        width, height = common.size("X"), common.size("Y")
        if not width or not height:
            expected = "pixels or metadata, found neither"
            raise DamagedFileError(
                self.path.as_posix(), expected, offset=self.header.directory
            )
        path = "Information/Image/Size"
        common.provenance |= {"size.x": f"{path}X", "size.y": f"{path}Y"}
        message = "holds metadata, but not one plane"
        self.problems.append(
            Problem("truncated", message, f"byte {self.header.directory}", error=True)
        )
        types = pixel_types(None, common)
        lengths = (common.size("Z") or 1, _samples(types), common.size("T") or 1)
        return replace(
            shared,
            size=ImageSize(width, height, *lengths),
            pixel_type=widest(types),
            significant_bits=self._bits(types),
            channels=self._channels(types),
        )

    def _scene(
        self, image: Image, place: int, count: int
    ) -> tuple[str | None, PlatePosition | None]:
        scene = self.scenes.of(image.scene, place, count)
        if scene is None:
            return None, None
        number = place if image.scene is None else image.scene
        return scene.attribute("Name"), self.scenes.position(scene, number)

    def _bits(self, types: dict[int, PixelType | None]) -> int | None:
        most = max((kind.bits for kind in types.values() if kind), default=None)
        return significant_bits(self.common, most)

    def _channels(self, types: dict[int, PixelType | None]) -> tuple[Channel, ...]:
        """Return the channels of an image; nearly always those of the others too."""
        key = tuple((c, kind.samples if kind else 1) for c, kind in types.items())
        if key not in self.alike:
            elements = self.common.channel_elements()
            few = len(elements) <= max(types, default=0)
            self.alike[key] = tuple(
                self.common.channel(index, _at(elements, index if few else c), samples)
                for index, (c, samples) in enumerate(key)
            )
        return self.alike[key]

    def _stamps(self, times: int) -> tuple[float, ...]:
        if times < 2:
            return ()
        if self.stamps is None:
            self.stamps = time_stamps(self.source, self.header.attachments)
        return self.stamps

    def _judge(self, images: list[Image]) -> None:
        """Note what is odd about the planes."""
        self.problems.extend(missing_planes(images, self.common))
        for image in images:
            odd = type_problem(pixel_types(image, self.common), image)
            if odd is not None:
                self.problems.append(odd)
                break
        for axis, name in _EXTRA.items():
            most = max((len(image.extra.get(axis, ())) for image in images), default=0)
            if most > 1:
                message = (
                    f"holds {most} {name} ({axis}) of each plane, for which OME has no "
                    "axis; they are not counted as channels, z positions or times"
                )
                self.problems.append(Problem("extra-axis", message, _DIRECTORY))
        for name, several in (
            ("views (V)", {image.view for image in images}),
            ("acquisition blocks (B)", {image.block for image in images}),
        ):
            if len(several) > 1:
                message = f"holds {len(several)} {name}; each is an image of its own"
                self.problems.append(Problem("extra-axis", message, _DIRECTORY))
        if self.found.full:
            message = "has more images or planes than are looked at"
            self.problems.append(Problem("too-many-planes", message, _DIRECTORY))


def _samples(types: dict[int, PixelType | None]) -> int:
    """Return the number of channels as OME counts them: each sample is one."""
    return sum(kind.samples if kind else 1 for kind in types.values()) or 1


def _at(elements: list[Element], index: int) -> Element | None:
    return elements[index] if index < len(elements) else None
