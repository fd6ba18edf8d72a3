"""Channels of fluorescence say what shines.

What it does
------------
Where all methods of a component are fluorescence microscopy, reports channels that
give neither an excitation or emission wavelength nor a fluorophore, and whose name
tells none either. The specimen's `channels`, or a column on channels, are an answer;
so are the wavelengths in the acquisition's text where there is one channel.

Why it is bad
-------------
What was labelled cannot be told from the image, nor whether channels bleed into each
other.

Example
-------
A channel `nuclei` without `EmissionWavelength` and `Fluor`.

How to fix
----------
Export the image with its wavelengths, or say it in the specimen:
`channels: [{channel: nuclei, content: DNA, signal: DAPI}]`.

Source
------
4DN-BINA-OME (NBO) tier 1; OME-XML schema 2016-06, Channel Fluor, EmissionWavelength.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.channels import (
    dye_named,
    is_meaningful,
    is_told,
    named,
    several,
    shows_fluorescence,
)
from fairsubmit.lint.images import is_rgb, taken
from fairsubmit.lint.methods import imaging_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Channel, Extraction

__all__ = ["RULE"]

_WAVELENGTH = re.compile(r"(?<!\d)[3-9]\d\d ?nm|(?<!\d)[3-9]\d\d/\d{1,3}")
_HELP = (
    "export the image with its wavelengths, or name channel and `signal` in the "
    "specimen's `channels`"
)


def _check_image(extraction: Extraction, subject: Subject) -> Iterator[Hit]:
    imaging = imaging_of(extraction, subject)
    if not imaging.fluorescent:
        return
    for image in taken(extraction, subject):
        dark = [c for c in image.channels if _is_dark(c)] if not is_rgb(image) else []
        if several(image):
            # what has no name either is told by IMG105
            dark = [c for c in dark if is_meaningful(c)]
        elif all(map(_says_all, imaging.texts)):
            dark = []
        if dark and not is_told(dark, extraction, subject):
            yield Hit(_words(dark), path=extraction.path, help=_HELP, group=True)
            return


def _is_dark(channel: Channel) -> bool:
    waves = (channel.excitation_wavelength, channel.emission_wavelength)
    if any((channel.fluorophore, *waves)) or not shows_fluorescence(channel):
        return False
    return not dye_named(channel.name or "")


def _says_all(text: str) -> bool:
    return _WAVELENGTH.search(text) is not None or dye_named(text, words=True)


def _words(dark: list[Channel]) -> str:
    unnamed = not any(map(is_meaningful, dark))
    whose = "the channel" if unnamed else f"the channel {named(dark)}"
    return f"{whose} gives neither a wavelength nor a fluorophore"


RULE = Rule(
    code="IMG106",
    name="fluorophore-missing",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check_image=_check_image,
)
