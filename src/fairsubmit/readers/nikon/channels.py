"""The channels of an ND2 file: names, dyes, wavelengths, and how they were recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.metadata.image import Channel, Quantity
from fairsubmit.readers.nikon.described import Untyped, inside, positive, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fairsubmit.readers.nikon.described import Described

__all__ = ["channels_of"]

# nd2's names of NIS-Elements' flags, the particular before the general.
MODES = {
    "SIM": "StructuredIllumination",
    "iSIM": "StructuredIllumination",
    "multiphoton": "MultiPhotonMicroscopy",
    "TIRF": "TotalInternalReflection",
    "spinningDiskConfocal": "SpinningDiskConfocal",
    "sweptFieldConfocalPinhole": "SweptFieldConfocal",
    "sweptFieldConfocalSlit": "SlitScanConfocal",
    "laserScanConfocal": "LaserScanningConfocalMicroscopy",
    "brightfield": "BrightField",
    "camera": "WideField",
}
CONTRASTS = {
    "phaseContrast": "Phase",
    "diContrast": "DIC",
    "fluorescence": "Fluorescence",
    "brightfield": "Brightfield",
}
# Points of a filter's spectrum that are the edges of its band.
_EDGES = {2, 3}
_PLACES = {
    "name": "sDescription",
    "fluorophore": "pFluorescentProbe/m_sName",
    "excitation_wavelength": "pFluorescentProbe or pFilterPath",
    "emission_wavelength": "pFluorescentProbe or pFilterPath",
    "contrast_method": "uiModalityMask",
    "acquisition_mode": "uiModalityMask",
}


def channels_of(
    found: Described, count: int, *, color: bool
) -> tuple[tuple[Channel, ...], dict[str, str]]:
    """Return the channels, and where their values came from.

    Parameters
    ----------
    found
        What the library decoded.
    count
        How many there are.
    color
        Whether each consists of red, green and blue.
    """
    pictures = inside(found.picture, "sPicturePlanes")
    planes = _values(inside(pictures, "sPlaneNew") or inside(pictures, "sPlane"))
    channels = []
    places = {}
    for index in range(count):
        plane = planes[index] if index < len(planes) else {}
        said = found.channels[index] if index < len(found.channels) else None
        channel = _channel(index, said, plane, 3 if color else 1)
        channels.append(channel)
        for key, place in _PLACES.items():
            if getattr(channel, key) is not None:
                places[f"channels.{index}.{key}"] = (
                    f"ImageMetadataSeq|0/sPicturePlanes/{index}/{place}"
                )
    return tuple(channels), places


def _values(group: object) -> list[Untyped]:
    return list(group.values()) if isinstance(group, dict) else []


def _channel(index: int, said: Untyped, plane: Untyped, samples: int) -> Channel:
    if said is None:
        return Channel(index, samples_per_pixel=samples)
    # For colour the library makes wavelengths up; where no modality is written, that.
    excitation = emission = None
    if samples == 1:
        excitation = _band(plane, "Excitation") or positive(
            said.channel.excitationLambdaNm
        )
        emission = _band(plane, "Emission") or positive(said.channel.emissionLambdaNm)
    known = isinstance(plane, dict) and {"uiModalityMask", "eModality"} & plane.keys()
    flags = set(said.microscope.modalityFlags or ()) if known else set()
    return Channel(
        index,
        text_of(said.channel.name) or text_of(inside(plane, "sOpticalConfigName")),
        text_of(inside(plane, "pFluorescentProbe", "m_sName")),
        None if excitation is None else Quantity(excitation, "nm"),
        None if emission is None else Quantity(emission, "nm"),
        _first(CONTRASTS, flags),
        _first(MODES, flags),
        samples,
    )


def _first(names: dict[str, str], flags: set[str]) -> str | None:
    return next((name for flag, name in names.items() if flag in flags), None)


def _band(plane: object, kind: str) -> float | None:
    """Return the centre of a filter's band: the library takes one of its edges.

    A dye's own spectrum comes first, and is left to the library.
    """
    name = f"m_{kind}Spectrum"
    if _points(inside(plane, "pFluorescentProbe", name)):
        return None
    filters = _values(inside(plane, "pFilterPath", "m_pFilter"))
    points = _points(inside(filters[0], name)) if filters else []
    if len(points) != 2 or {inside(p, "eType") for p in points} != _EDGES:
        return None
    edges = [positive(inside(point, "dWavelength")) for point in points]
    return _middle(edges)


def _points(spectrum: object) -> list[Untyped]:
    return _values(inside(spectrum, "pPoint"))


def _middle(edges: Iterable[float | None]) -> float | None:
    known = [edge for edge in edges if edge is not None]
    return sum(known) / 2 if len(known) == 2 else None
