"""One image of a Leica project as a record."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import (
    Channel,
    Detector,
    ImageMetadata,
    Instrument,
    Problem,
    Quantity,
)
from fairsubmit.readers.leica.dimensions import EMISSION, EXCITATION, Dimensions
from fairsubmit.readers.leica.settings import ChannelSetting, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

__all__ = ["Made", "Maker"]

# FILETIME counts 100 ns from 1601-01-01 (Windows' documentation).
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_HEX = re.compile(r"\s*([0-9a-fA-F]{1,16})\b")
# Beyond this, channels are counted, but not listed.
MAX_CHANNELS = 1_000
MAX_ALL_CHANNELS = 50_000


class Made(NamedTuple):
    """A record, and how many bytes its pixels take at least; ``None``: no image."""

    record: ImageMetadata
    extent: int


class Maker:
    """Makes records of one file's images.

    Parameters
    ----------
    path
        The file, as it was given.
    format_name, reader
        As they stand in the record.
    """

    def __init__(self, path: str, format_name: str, reader: str) -> None:
        self._base = ImageMetadata(
            path, 0, format=format_name, reader=reader, files=(path,)
        )
        self._channels_left = MAX_ALL_CHANNELS

    def __call__(self, name: str, image: Element) -> Made | None:
        """Make the record of an image.

        Parameters
        ----------
        name
            The names of its Elements.
        image
            Its XML, pruned.
        """
        found = Dimensions(image)
        if not found.is_image:
            return None
        settings = Settings(image)
        size, objective = found.size(), settings.objective()
        channels, detectors = self._channels(image, found, settings)
        detector = self._detector(detectors, settings, found.problems)
        acquired_at = _acquired_at(image, found.provenance)
        if name:
            found.provenance["name"] = "Element@Name"
        if image.find("Attachment[@IsPreviewImage='1']") is not None:
            message = "is a preview, not an image of the dataset"
            found.problems.append(Problem("overview-image", message, "PreviewMarker"))
        record = replace(
            self._base,
            name=name or None,
            size=size,
            pixel_type=found.pixel_type(),
            significant_bits=found.significant_bits(),
            physical_size=found.physical_size(),
            time_increment=found.time_increment(),
            channels=channels,
            instrument=Instrument(model=settings.microscope()),
            objective=objective,
            detector=detector,
            acquired_at=acquired_at,
            software=settings.software(),
            problems=tuple(found.problems),
            provenance={**found.provenance, **settings.provenance},
        )
        return Made(record, found.extent())

    def _channels(
        self, image: Element, found: Dimensions, settings: Settings
    ) -> tuple[tuple[Channel, ...], list[str]]:
        samples = 3 if found.color else 1
        descriptions = image.findall("ChannelDescription")[::samples]
        limit = min(MAX_CHANNELS, self._channels_left)
        emissions = found.wavelengths(EMISSION, limit)
        excitations = found.wavelengths(EXCITATION, limit)
        mode = settings.acquisition_mode()
        single = settings.channels(descriptions)
        named = list(zip(descriptions, single, strict=True))
        whole = len(named) * found.count(EMISSION) * found.count(EXCITATION)
        listed = islice(product(named, emissions, excitations), limit)
        channels = tuple(
            _channel(index, one, (emission, excitation), mode, samples)
            for index, (one, emission, excitation) in enumerate(listed)
        )
        if len(channels) < whole:
            message = f"has {whole} channels, of which {len(channels)} are listed"
            found.problems.append(Problem("too-many-channels", message))
        self._channels_left -= len(channels)
        place = settings.provenance.pop("channels.acquisition_mode", "")
        _provenance(found, named, channels, place)
        return channels, [s.detector for s in single if s.detector]

    @staticmethod
    def _detector(
        names: Sequence[str], settings: Settings, problems: list[Problem]
    ) -> Detector:
        if not names:
            return Detector(model=settings.camera())
        if len(set(names)) > 1:
            message = (
                f"the channels have {len(set(names))} detectors; the record has the "
                f"first channel's, {names[0]!r}"
            )
            problems.append(Problem("several-detectors", message, "DetectorList"))
        settings.provenance["detector.model"] = "Detector@Name"
        return Detector(model=names[0])


def _channel(
    index: int,
    one: tuple[Element, ChannelSetting],
    waves: tuple[Quantity | None, Quantity | None],
    mode: str | None,
    samples: int,
) -> Channel:
    description, setting = one
    emission, excitation = waves
    color = (description.get("LUTName") or "").strip() if samples == 1 else ""
    return Channel(
        index,
        setting.dye or setting.name or color or None,
        setting.dye,
        excitation or _nanometres(setting.excitation),
        emission or _nanometres(setting.emission),
        setting.contrast,
        mode,
        samples,
    )


def _nanometres(value: float | None) -> Quantity | None:
    return None if value is None else Quantity(value, "nm")


def _provenance(
    found: Dimensions,
    named: list[tuple[Element, ChannelSetting]],
    channels: tuple[Channel, ...],
    mode: str,
) -> None:
    """Note where the values of the channels came from."""
    places = {
        "acquisition_mode": mode,
        "fluorophore": "ChannelProperty[Key=DyeName] or MultiBand@DyeName",
        "excitation_wavelength": "LaserLineSetting@LaserLine, the only one that is on",
        "emission_wavelength": "WideFieldChannelInfo@EmissionWavelength",
        "contrast_method": "WideFieldChannelInfo@ContrastingMethodName",
    }
    for number, wave in ((EMISSION, "emission"), (EXCITATION, "excitation")):
        if number in found.dimensions:
            places[f"{wave}_wavelength"] = (
                f"DimensionDescription[@DimID={number}]: Origin + index * Length / "
                "(NumberOfElements - 1)"
            )
    if any(setting.name for _, setting in named):
        places["name"] = "WideFieldChannelInfo@UserDefName"
    else:
        places["name"] = "ChannelDescription@LUTName"
    for channel in channels:
        for key, place in places.items():
            if getattr(channel, key) is not None:
                dye = key == "name" and channel.fluorophore is not None
                found.provenance[f"channels.{channel.index}.{key}"] = (
                    places["fluorophore"] if dye else place
                )


def _acquired_at(image: Element, provenance: dict[str, str]) -> str | None:
    """Return the time of the first plane; whether it is UTC or local is not said."""
    stamps = image.find("TimeStampList")
    if stamps is None:
        return None
    ticks = 0
    found = _HEX.match(stamps.text or "")
    if found:
        ticks = int(found.group(1), 16)
    else:
        stamp = stamps.find("TimeStamp")
        if stamp is not None:
            ticks = _halves(stamp)
    if not 0 < ticks < 1 << 63:
        return None
    try:
        when = _EPOCH + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return None
    provenance["acquired_at"] = "TimeStampList (FILETIME; its time zone is not said)"
    exact = "microseconds" if when.microsecond % 1000 else "milliseconds"
    return when.replace(tzinfo=None).isoformat(timespec=exact)


def _halves(stamp: Element) -> int:
    high, low = stamp.get("HighInteger", ""), stamp.get("LowInteger", "")
    if not all(t.isdecimal() and len(t) < 12 for t in (high, low)):
        return 0
    return (int(high) << 32) + int(low)
