"""Which terms of FBbi the modes of OME-XML are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.lint.vocabularies import imaging_methods

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fairsubmit.metadata.image import Channel

__all__ = ["methods_of", "term"]

_FLUORESCENCE = "FBbi:00000246"
# OME-XML 2016-06, Channel@AcquisitionMode and @ContrastMethod. WideField and Other
# say nothing by themselves.
_MODES = {
    "LaserScanningConfocalMicroscopy": "FBbi:00000252",
    "SpinningDiskConfocal": "FBbi:00000253",
    "SlitScanConfocal": "FBbi:00000392",
    "MultiPhotonMicroscopy": "FBbi:00000255",
    "StructuredIllumination": "FBbi:00000332",
    "TotalInternalReflection": "FBbi:00000617",
    "TIRF": "FBbi:00000617",
    "FluorescenceLifetime": "FBbi:00000368",
    "NearFieldScanningOpticalMicroscopy": "FBbi:00000348",
    "PALM": "FBbi:00000335",
    "STORM": "FBbi:00000336",
    "STED": "FBbi:00000334",
    "SPIM": "FBbi:00000369",
    "BrightField": "FBbi:00000243",
}
_CONTRASTS = {
    "Brightfield": "FBbi:00000243",
    "Phase": "FBbi:00000247",
    "DIC": "FBbi:00000245",
    "HoffmanModulation": "FBbi:00000327",
    "ObliqueIllumination": "FBbi:00000285",
    "PolarizedLight": "FBbi:00000248",
    "Darkfield": "FBbi:00000244",
    "Fluorescence": _FLUORESCENCE,
}


def methods_of(channels: Iterable[Channel]) -> tuple[str, ...]:
    """Return the ids of the imaging methods that channels name, each once.

    Parameters
    ----------
    channels
        Of one image.
    """
    modes, contrasts = [], []
    for channel in channels:
        modes.append(_MODES.get(channel.acquisition_mode or ""))
        contrasts.append(_CONTRASTS.get(channel.contrast_method or ""))
    found = dict.fromkeys(each for each in (*modes, *contrasts) if each)
    if len(found) > 1 and any(modes):
        found.pop(_FLUORESCENCE, None)  # a confocal microscope says so already
    return tuple(found)


def term(identifier: str) -> dict[str, str]:
    """Return a term of FBbi as a submission has it."""
    return {"label": imaging_methods().labels[identifier], "id": identifier}
