"""Channels have names that tell them apart.

What it does
------------
Reports images of several channels where a channel has no name, or one that a program
gave: `C:0`, `Channel:0:0`, `Channel 1`, `ch00`, `Dye1`. Colours of an RGB picture are
no channels. It is a note only where the channel gives a fluorophore, a wavelength or a
contrast method. The specimen's `channels`, or a column on channels, are an answer.

Why it is bad
-------------
Nobody else knows which channel shows the nuclei.

Example
-------
`Channel:0:0`, `Channel:0:1`

How to fix
----------
Name the channels in the program that took the images, or say what each shows:
`channels: [{channel: "C:0", content: DNA, signal: DAPI}]` in the specimen.

Source
------
QUAREP-LiMi WG12, minimal annotation of channels; REMBI, Specimen: channel content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.channels import is_meaningful, is_told, named, several
from fairsubmit.lint.images import taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Channel, Extraction, ImageMetadata

__all__ = ["RULE"]

_HELP = "name the channels, or tell what they show in the specimen's `channels`"


def _check_image(extraction: Extraction, subject: Subject) -> Iterator[Hit]:
    for image in taken(extraction, subject):
        if not several(image):
            continue
        silent = [c for c in image.channels if not is_meaningful(c)]
        if image.channels and (not silent or is_told(silent, extraction, subject)):
            continue
        yield Hit(
            _words(image, silent),
            path=extraction.path,
            help=_HELP,
            severity=Severity.INFO if silent and all(map(_is_known, silent)) else None,
            group=True,
        )
        return


def _is_known(channel: Channel) -> bool:
    waves = (channel.excitation_wavelength, channel.emission_wavelength)
    return any((channel.fluorophore, channel.contrast_method, *waves))


def _words(image: ImageMetadata, silent: list[Channel]) -> str:
    given = [channel for channel in silent if (channel.name or "").strip()]
    if given:
        what = "is a channel's name" if len(given) == 1 else "are channels' names"
        return f"{named(given)} {what} that a program gave"
    if len(silent) == len(image.channels):
        return "none of the channels has a name"
    numbers = ", ".join(str(channel.index + 1) for channel in silent)
    return f"channel {numbers} has no name"


RULE = Rule(
    code="IMG105",
    name="channel-unnamed",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check_image=_check_image,
)
