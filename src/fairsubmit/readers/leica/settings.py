"""What the microscope was set to: objective, stand, detectors, dyes, lasers.

LAS X writes ``ATLConfocalSettingDefinition`` or ``ATLCameraSettingDefinition`` with
attributes, and one for each step of a sequential scan; LAS AF 1 and 2 write lists of
``ScannerSettingRecord`` and ``FilterSettingRecord``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import Objective
from fairsubmit.readers.leica.dimensions import decimal

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

__all__ = ["ChannelSetting", "Settings"]

CONFOCAL, CAMERA = "ATLConfocalSettingDefinition", "ATLCameraSettingDefinition"
STEPS, MASTER = "LDM_Block_Sequential_List", "LDM_Block_Sequential_Master"
# The number of the detector of transmitted light, which has no spectral band.
TRANSMISSION = "100"
_UNSET = frozenset({"", "0", "-", "None", "none", "Undefined", "Unknown", "Empty"})
# As OME-XML 2016-06 names them.
IMMERSIONS = {
    "DRY": "Air",
    "AIR": "Air",
    "OIL": "Oil",
    "W": "Water",
    "WATER": "Water",
    "GLYC": "Glycerol",
    "GLYCEROL": "Glycerol",
    "MULTI": "Multi",
    "IMM": "Multi",
}
CONTRASTS = {
    "FLUO": "Fluorescence",
    "BF": "Brightfield",
    "DIC": "DIC",
    "PH": "Phase",
    "DF": "Darkfield",
    "POL": "PolarizedLight",
    "IMC": "HoffmanModulation",
}
# "63x/1.30" (LAS X) and "63.0x1.40" (LAS AF).
_POWER = re.compile(r"(?<![\w.])(\d{1,4}(?:\.\d{1,4})?)\s*x", re.IGNORECASE)
_CAMERA_NAME = re.compile(r".WFC(\d{1,3})UesrDefName")  # so spelled in the files


class ChannelSetting(NamedTuple):
    """How a channel was recorded, as far as the settings say."""

    dye: str | None = None
    name: str | None = None
    detector: str | None = None
    excitation: float | None = None
    emission: float | None = None
    contrast: str | None = None


def plain(text: str | None) -> str | None:
    """Return a text without what stands for "unset"."""
    text = (text or "").strip()
    return None if text in _UNSET else text


def dye_name(text: str | None) -> str | None:
    """Return the name of a dye without the catalogue it is from."""
    return plain((text or "").strip().removeprefix("Leica/"))


def positive(text: str | None) -> float | None:
    """Return a number above 0."""
    value = decimal(text)
    return float(value) if value is not None and value > 0 else None


@dataclass(slots=True)
class Settings:
    """The settings of one image.

    Attributes
    ----------
    main
        The definition that holds for the whole image.
    steps
        Those of a sequential scan, in order.
    filters, scanner
        The records of LAS AF: attribute and identifier, with their value.
    provenance
        Where each value came from.
    """

    image: Element
    main: Element | None = None
    steps: list[Element] = field(default_factory=list)
    filters: dict[str, str] = field(default_factory=dict)
    scanner: dict[str, str] = field(default_factory=dict)
    provenance: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.main = self._main()
        for sequence in self.image.iter(STEPS):
            self.steps += [e for e in sequence if e.tag in {CONFOCAL, CAMERA}]
        for record in self.image.iter("FilterSettingRecord"):
            self.filters.setdefault(record.get("Attribute", ""), _variant(record))
        for record in self.image.iter("ScannerSettingRecord"):
            self.scanner.setdefault(record.get("Identifier", ""), _variant(record))

    def _main(self) -> Element | None:
        steps = {e for s in self.image.iter(STEPS) for e in s}
        copies = {e for s in self.image.iter(MASTER) for e in s}
        found = [e for tag in (CONFOCAL, CAMERA) for e in self.image.iter(tag)]
        whole = (e for e in found if e not in steps and e not in copies)
        return next(whole, None) or next(iter(found), None)

    def _attribute(self, key: str, field_name: str) -> str | None:
        if self.main is None:
            return None
        value = plain(self.main.get(key))
        if value is not None:
            self.provenance[field_name] = f"{self.main.tag}@{key}"
        return value

    # -- what holds for the image ------------------------------------------------

    def objective(self) -> Objective:
        """Return the objective."""
        model = self._attribute("ObjectiveName", "objective.model")
        if model is not None or "Objective" not in self.filters:
            return Objective(
                None,
                model,
                self._number("Magnification", "objective.magnification"),
                self._number("NumericalAperture", "objective.numerical_aperture"),
                self._immersion(),
            )
        return self._old_objective()

    def _number(self, key: str, field_name: str) -> float | None:
        value = positive(self._attribute(key, field_name))
        if value is None:
            self.provenance.pop(field_name, None)
        return value

    def _immersion(self) -> str | None:
        written = self._attribute("Immersion", "objective.immersion")
        return None if written is None else IMMERSIONS.get(written.upper(), written)

    def _old_objective(self) -> Objective:
        model = plain(self.filters.get("Objective"))
        if model is None:
            return Objective()
        self.provenance["objective.model"] = "FilterSettingRecord[@Attribute=Objective]"
        power = _POWER.search(model)
        aperture = positive(self.filters.get("NumericalAperture"))
        if aperture is not None:
            self.provenance["objective.numerical_aperture"] = (
                "FilterSettingRecord[@Attribute=NumericalAperture]"
            )
        words = model.upper().split()
        immersion = next((IMMERSIONS[w] for w in words if w in IMMERSIONS), None)
        magnification = float(power.group(1)) if power else None
        return Objective(None, model, magnification or None, aperture, immersion)

    def microscope(self) -> str | None:
        """Return the model of the stand, or, failing that, of the system."""
        stand = self._attribute("MicroscopeModel", "instrument.model")
        if stand is not None:
            return stand
        for element in self.image.iter("Attachment"):
            system = plain(element.get("SystemTypeName"))
            if system is not None:
                self.provenance["instrument.model"] = "Attachment@SystemTypeName"
                return system
        system = plain(self.scanner.get("SystemType"))
        if system is not None:
            self.provenance["instrument.model"] = (
                "ScannerSettingRecord[@Identifier=SystemType]"
            )
        return system

    def software(self) -> str | None:
        """Return the program that wrote the image."""
        for tag in ("Attachment", "HardwareSetting"):
            for element in self.image.iter(tag):
                found = plain(element.get("Software"))
                if found is not None:
                    self.provenance["software"] = f"{tag}@Software"
                    return found
        return None

    def acquisition_mode(self) -> str | None:
        """Return OME's name of the way the image was taken."""
        if self.main is not None:
            self.provenance["channels.acquisition_mode"] = self.main.tag
            if self.main.tag == CAMERA:
                return "WideField"
            sted = self.main.get("IsSTEDActive") == "1"
            return "STED" if sted else "LaserScanningConfocalMicroscopy"
        if "dblPinhole" in self.scanner:
            self.provenance["channels.acquisition_mode"] = (
                "ScannerSettingRecord[@Identifier=dblPinhole]"
            )
            return "LaserScanningConfocalMicroscopy"
        return None

    def camera(self) -> str | None:
        """Return the model of the camera."""
        for element in self.image.iter("WideFieldChannelConfigurator"):
            for key in ("CameraNamePure", "CameraName"):
                found = plain(element.get(key))
                if found is not None:
                    self.provenance["detector.model"] = f"{element.tag}@{key}"
                    return found
        found = plain(self.scanner.get("CameraName"))
        if found is not None:
            self.provenance["detector.model"] = (
                "ScannerSettingRecord[@Identifier=CameraName]"
            )
        return found

    # -- channels ----------------------------------------------------------------

    def channels(self, descriptions: list[Element]) -> list[ChannelSetting]:
        """Return the settings of each channel; all empty where they cannot be matched.

        Parameters
        ----------
        descriptions
            The channels; of a colour camera one for each three of them.
        """
        properties = [_properties(d) for d in descriptions]
        if any("DyeName" in p or "DetectorName" in p for p in properties):
            return [self._by_properties(p) for p in properties]
        ways: tuple[Callable[[], list[ChannelSetting]], ...] = (
            self._by_cameras,
            self._by_detectors,
            self._by_old_cameras,
        )
        for way in ways:
            found = way()
            if len(found) == len(descriptions):
                return found
        return [ChannelSetting()] * len(descriptions)

    def _by_properties(self, properties: dict[str, str]) -> ChannelSetting:
        index = properties.get("SequentialSettingIndex", "")
        number = int(index) if index.isdecimal() and len(index) < 5 else -1
        steps = self.steps or ([self.main] if self.main is not None else [])
        if len(steps) == 1:
            number = 0
        step = steps[number] if 0 <= number < len(steps) else None
        return ChannelSetting(
            dye=dye_name(properties.get("DyeName")),
            detector=plain(properties.get("DetectorName")),
            excitation=None if step is None else _only_laser(step),
        )

    def _steps(self, tag: str) -> list[Element]:
        """Return the steps of a scan; the whole image where it has none."""
        steps = [step for step in self.steps if step.tag == tag]
        if not steps and self.main is not None and self.main.tag == tag:
            return [self.main]
        return steps

    def _by_cameras(self) -> list[ChannelSetting]:
        infos = [
            info
            for step in self._steps(CAMERA)
            for configurator in step.iter("WideFieldChannelConfigurator")
            if configurator.get("ThisIsHSAutofocusInstance") != "1"
            for info in configurator.iter("WideFieldChannelInfo")
        ]
        return [
            ChannelSetting(
                name=plain(info.get("UserDefName")),
                emission=positive(info.get("EmissionWavelength")),
                contrast=_contrast(info.get("ContrastingMethodName", "")),
            )
            for info in infos
        ]

    def _by_detectors(self) -> list[ChannelSetting]:
        """Match channels with active detectors, step by step, as LAS AF and LAS X 3 do.

        A setting can name a dye on the band of a detector that is off, so a dye counts
        only with its detector; a dye named twice tells no channels apart.
        """
        found = [c for step in self._steps(CONFOCAL) for c in _detectors(step)]
        dyes = [c.dye for c in found if c.dye]
        if len(set(dyes)) < len(dyes):
            return [c._replace(dye=None) for c in found]
        return found

    def _by_old_cameras(self) -> list[ChannelSetting]:
        names = {
            int(found.group(1)): plain(value)
            for key, value in self.scanner.items()
            if (found := _CAMERA_NAME.fullmatch(key))
        }
        return [ChannelSetting(name=names[number]) for number in sorted(names)]


def _variant(record: Element) -> str:
    return record.get("Variant", "")


def _properties(description: Element) -> dict[str, str]:
    found = {}
    for one in description.findall("ChannelProperty"):
        key = (one.findtext("Key") or "").strip()
        found[key] = (one.findtext("Value") or "").strip()
    return found


def _detectors(step: Element) -> list[ChannelSetting]:
    dyes = {
        band.get("Channel"): dye_name(band.get("DyeName"))
        for band in step.findall("Spectro/MultiBand")
    }
    laser = _only_laser(step)
    return [
        ChannelSetting(
            dye=dyes.get(detector.get("Channel")),
            detector=plain(detector.get("Name")),
            excitation=None if detector.get("Channel") == TRANSMISSION else laser,
        )
        for detector in step.findall("DetectorList/Detector")
        if detector.get("IsActive") == "1"
    ]


def _only_laser(step: Element) -> float | None:
    """Return the wavelength of the laser line if only one is on."""
    lines = {
        positive(line.get("LaserLine"))
        for line in step.findall("AotfList/LaserLineSetting")
        if positive(line.get("IntensityDev"))
    }
    return next(iter(lines)) if len(lines) == 1 else None


def _contrast(name: str) -> str | None:
    return CONTRASTS.get(name.strip().upper().removeprefix("TL-"))
