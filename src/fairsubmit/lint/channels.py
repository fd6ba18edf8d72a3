"""What names of channels tell, and what the submission tells of channels."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from fairsubmit.lint.features import CHANNELS
from fairsubmit.lint.images import component_of, is_rgb, once
from fairsubmit.lint.tree import is_blank, parts, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.lint.base import Subject
    from fairsubmit.metadata.image import Channel, Extraction, ImageMetadata

__all__ = [
    "dye_named",
    "is_meaningful",
    "is_told",
    "named",
    "several",
    "shows_fluorescence",
]

# What programs call channels: `C:0`, `Channel:0:0`, `Channel 1`, `ch00`, `w2`, `Dye1`,
# `Ch1-T2`. Three digits are a wavelength.
_AUTOMATIC = re.compile(
    r"(?:c|ch|chan|chn?l?|channel|kanal|canal|canale|dye|w|wave|wavelength|track|image|"
    r"c=)?[ _:#-]*\d{1,2}(?:[ _:/-]+\d{1,2})*|ch[as]?\d*[ _-]?t(?:rack ?)?\d+|"
    r"(?:channel|default|unnamed|untitled|unknown|undefined|none|null|nan|n/a|\?+|-+)",
    re.IGNORECASE,
)
_TRANSMITTED = re.compile(
    r"bright|\bbf\b|phase|\bph\d?\b|\bdic\b|\bpmt\b|trans|\bt-?pmt|\btd\d?\b|\btl\b|"
    r"reflect|esid|polar|nomarski|oblique|halogen|segment|mask|label|\bshg\b|\bthg\b",
    re.IGNORECASE,
)
_WAVELENGTH = re.compile(r"(?<!\d)\d{3}(?!\d)")
# General, as the list of dyes has no end.
_DYE = re.compile(
    r"[gryc b]fp|cherry|tomato|venus|citrine|scarlet|neongreen|emerald|turquoise|"
    r"cerulean|kate\d?\b|dendra|\bm?eos|gcamp|dapi|hoechst|h33|draq|\bpi\b|propidium|"
    r"syto|alexa|atto|\bcy\d|cyanine|fitc|tritc|rhod|fluoresc|\bfam\b|calcein|texas|"
    r"bodipy|nile|tracker|lysensor|\bdi[ilod]\b|janelia|\bsir\b|indo|fura|fluo-\d|"
    r"oregon|pacific|percp|\bape?c?\b|\bpe\b|chlorophyll|opal|dylight|dsred|katushka|"
    r"ruby|mko|halo|snap|quantum|qdot",
    re.IGNORECASE,
)


def is_meaningful(channel: Channel) -> bool:
    """Whether a channel has a name that is not one that a program gave."""
    return _is_meaningful(channel.name or "")


# The images of a component have the same few names.
@lru_cache(maxsize=1024)
def _is_meaningful(name: str) -> bool:
    return bool(name.strip()) and _AUTOMATIC.fullmatch(name.strip()) is None


@lru_cache(maxsize=1024)
def dye_named(text: str, *, words: bool = False) -> bool:
    """Whether a text tells a fluorophore, or a channel's name a wavelength.

    Parameters
    ----------
    text
        Name of a channel, or what is said about it.
    words
        Whether it is a text with other numbers than wavelengths.
    """
    wavelength = None if words else _WAVELENGTH.search(text)
    return wavelength is not None or _DYE.search(text) is not None


def shows_fluorescence(channel: Channel) -> bool:
    """Whether nothing says that a channel shows light that came through."""
    contrast = channel.contrast_method or "Fluorescence"
    return contrast == "Fluorescence" and not _is_transmitted(channel.name or "")


@lru_cache(maxsize=1024)
def _is_transmitted(name: str) -> bool:
    return _TRANSMITTED.search(name) is not None


def several(image: ImageMetadata) -> bool:
    """Whether an image has channels that must be told apart."""
    return not is_rgb(image) and max(image.size.c or 0, len(image.channels)) > 1


def named(channels: Sequence[Channel]) -> str:
    """Write the names of channels for a message."""
    names = dict.fromkeys(f"`{(channel.name or '').strip()}`" for channel in channels)
    most = 4
    return ", ".join(list(names)[:most]) + (", …" if len(names) > most else "")


def is_told(
    channels: Sequence[Channel], extraction: Extraction, subject: Subject
) -> bool:
    """Whether the submission says what channels show.

    Either the specimen's `channels` have them by name, or as many as the image has; or
    the file table has a column on channels.
    """
    group = component_of(extraction, subject)
    if group is None:
        return False
    if CHANNELS.is_told(subject, group.pointer):
        return True
    known = _contents(subject).get(group.pointer, frozenset())
    names = {(channel.name or "").strip().casefold() for channel in channels}
    if "" in names:
        whole = max(len(image.channels) for image in extraction.images)
        return 0 < whole <= len(known)
    return names <= known


@once
def _contents(subject: Subject) -> dict[str, frozenset[str]]:
    """Return the folded names of channels that specimens tell, by component."""
    document = subject.document
    told = {
        text(specimen, "id"): {
            text(channel, "channel").casefold()
            for _, channel in parts(document, f"{pointer}/channels")
            if any(not is_blank(channel.get(key)) for key in _CONTENT)
        }
        for pointer, specimen in parts(document, "/specimens")
    }
    return {
        pointer: frozenset(
            name
            for _, association in parts(document, f"{pointer}/associations")
            for name in told.get(text(association, "specimen"), ())
        )
        for pointer, _ in parts(document, "/components")
    }


_CONTENT = ("content", "biological_entity", "signal")
