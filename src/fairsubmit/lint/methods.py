"""Which kind of imaging a submission names for the images of a component.

Methods are free text or terms of FBbi. A word that is not known here tells nothing:
rules then keep silent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fairsubmit.lint.images import component_of, once
from fairsubmit.lint.tree import parts, terms, text
from fairsubmit.lint.vocabularies import imaging_methods

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fairsubmit.lint.base import Subject
    from fairsubmit.metadata.image import Extraction

__all__ = [
    "ELECTRONS",
    "LIGHT",
    "OTHER",
    "UNKNOWN",
    "Imaging",
    "imaging_by_component",
    "imaging_of",
    "imaging_with",
    "kind_of",
]

LIGHT = "light"
ELECTRONS = "electrons"
# X-rays, probes, resonance, sound, cameras: neither lenses for light nor electrons
OTHER = "other"
UNKNOWN = "unknown"

# `SEM`, `FIB-SEM`, `cryo-EM`; in capitals, as `system` ends in `stem`
_ACRONYM = re.compile(
    r"\b[A-Za-z-]*(?:S|T|ST)EM\b|\b(?:[Cc]ryo-?|SB-?)?E[MT]\b|\bEELS\b"
)
_ELECTRON = re.compile(
    r"electron(?!.?multiplying)|ion beam|sub-?tomogram|\bedax\b|"
    r"single[- ]particle (?:analysis|reconstruct)",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"x-?ray|radiogra|compute[dr] tomography|\b(?:micro|µ|nano)?-?ct\b|"
    r"synchrotron|ptychogra|gamma|atomic force|\bafm\b|scanning probe|tunnel|\bstm\b|"
    r"near-?field|minflux|magnetic resonance|\bmri\b|positron|\bpet\b|\bspect\b|sound|"
    r"acoustic|coherence tomography|\boct\b|mass (?:spectro|cyto)|maldi|\bmibi\b|"
    r"photogra|macroscop|flatbed|gel |camera trap|drone|satellite|graphic|drawing|"
    r"illustration|simulat|synthetic|flow cytometry",
    re.IGNORECASE,
)
_FLUORESCENCE = re.compile(
    r"fluoresc|confocal|spinning|light[- ]?sheet|\bd?o?spim\b|\bi?tirfm?\b|evanescent|"
    r"(?:two|multi|three|2|3)[- ]?photon|\bsted\b|\bpalm\b|\bd?storm\b|smlm|"
    r"\bpaint\b|structured[- ]illumination|\bs?sim\b|\bflim\b|\bfrap\b|\bfret\b|"
    r"airyscan|oblique plane|locali[sz]ation microscopy",
    re.IGNORECASE,
)
_NO_FLUORESCENCE = re.compile(
    r"reflect|raman|harmonic|label[- ]free|bright[- ]?field|dark[- ]?field|phase|"
    r"interference contrast|\bdic\b",
    re.IGNORECASE,
)
_LIGHT = re.compile(
    r"\blight|bright[- ]?field|dark[- ]?field|phase[- ]contrast|interference|\bdic\b|"
    r"polari[sz]|wide[- ]?field|\bflip\b|\boptical|slide scan|whole[- ]slide|histolog|"
    r"raman|harmonic|holograph",
    re.IGNORECASE,
)
_SCANNING = re.compile(
    r"confocal|photon|scanning|harmonic|airyscan|\bflim\b|\bsted\b", re.IGNORECASE
)
_DISK = re.compile(r"spinning|disk|disc\b|multiple point|array", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Imaging:
    """How the images of a component were taken, as far as that is said.

    Attributes
    ----------
    acquisitions
        Pointer and mapping of each acquisition that the component refers to.
    labels
        Names of their imaging methods, as written.
    kinds
        `LIGHT`, `ELECTRONS`, `OTHER` or `UNKNOWN` of each label.
    light
        Whether all methods are known to be microscopy with light.
    fluorescent
        Whether all methods are known to show fluorescence.
    scanning
        Whether a method may be one whose pixel size is free to choose.
    """

    acquisitions: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    labels: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    light: bool = False
    fluorescent: bool = False
    scanning: bool = False

    @property
    def texts(self) -> Iterator[str]:
        """Title, instrument and parameters of each acquisition, as one text."""
        for _, part in self.acquisitions:
            yield "\n".join(text(part, key) for key in _TEXTS)


_NOTHING = Imaging()
_TEXTS = ("title", "instrument", "parameters")


@once
def imaging_by_component(subject: Subject) -> dict[str, Imaging]:
    """Return how the images of each component were taken, by its pointer."""
    document = subject.document
    known = {
        text(part, "id"): (pointer, part)
        for pointer, part in parts(document, "/acquisitions")
    }
    found = {}
    for pointer, _ in parts(document, "/components"):
        named = {
            text(association, "acquisition"): None
            for _, association in parts(document, f"{pointer}/associations")
        }
        found[pointer] = _imaging(tuple(known[n] for n in named if n in known))
    return found


def imaging_of(extraction: Extraction, subject: Subject) -> Imaging:
    """Return how an image was taken, as far as that is said of its component."""
    group = component_of(extraction, subject)
    known = imaging_by_component(subject)
    return known.get(group.pointer, _NOTHING) if group else _NOTHING


def imaging_with(pointer: str, acquisition: Mapping[str, Any]) -> Imaging:
    """Return how the images of one acquisition were taken."""
    return _imaging(((pointer, acquisition),))


def _imaging(acquisitions: tuple[tuple[str, Mapping[str, Any]], ...]) -> Imaging:
    methods = [
        term
        for pointer, acquisition in acquisitions
        for _, term in terms(acquisition, "imaging_method", pointer)
    ]
    # with the name that FBbi has for the id, as labels are free text
    names = tuple(f"{text(m, 'label')}; {_known_name(m)}" for m in methods)
    labels = tuple(text(method, "label") for method in methods)
    kinds = frozenset(map(kind_of, names))
    light = kinds == {LIGHT}
    return Imaging(
        acquisitions,
        labels,
        kinds,
        light,
        light and all(map(_is_fluorescence, names)),
        any(_SCANNING.search(name) and not _DISK.search(name) for name in names),
    )


def _known_name(method: Mapping[str, Any]) -> str:
    term = text(method, "id").replace("_", ":").rpartition("/")[2]
    return imaging_methods().labels.get(term, "")


@lru_cache(maxsize=256)
def kind_of(label: str) -> str:
    """Return which kind of imaging the name of a method means."""
    if _ACRONYM.search(label) or _ELECTRON.search(label):
        return ELECTRONS
    if _OTHER.search(label):
        return OTHER
    light = _FLUORESCENCE.search(label) or _LIGHT.search(label)
    return LIGHT if light else UNKNOWN


def _is_fluorescence(label: str) -> bool:
    found = _FLUORESCENCE.search(label)
    return bool(found) and not _NO_FLUORESCENCE.search(label)
