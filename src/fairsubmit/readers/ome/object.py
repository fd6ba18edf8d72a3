"""An ome-types object of an image's OME-XML, built only when it is asked for.

ome-types refuses a whole document for one attribute that the schema does not allow, so
the repaired XML is first brought within the schema: units by their OME names, sizes
that cannot be meant left out, words outside a list of the schema replaced by ``Other``.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.readers.ome.cut import MARK
from fairsubmit.readers.ome.file import read_xml
from fairsubmit.readers.ome.xml import mended
from fairsubmit.readers.units import length_unit, number, time_unit
from fairsubmit.readers.zarr.metadata import METADATA

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element
    from ome_types import OME

__all__ = ["ome_object"]

NAMESPACE = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
# Schemas that ome-types has transformations for. The one for 2003 never ends.
_KNOWN = re.compile(
    r"http://www\.openmicroscopy\.org/Schemas/OME/(?:200[789]|201[0-6])-\d\d"
)
_FC = re.compile(
    r"http://www\.openmicroscopy\.org/(?:XML)?[Ss]chemas/OME/(?:2003-)?FC\b"
)
_DATES = {"AcquisitionDate", "AcquiredDate", "CreationDate"}
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_HINT = "use the image metadata record, which does not need ome-types"
_MARKED = re.compile(rf'<TiffData {MARK}="\d+"/>')
_LENGTHS = re.compile(
    r"(?:PhysicalSize[XYZ]|(?:Excitation|Emission)?Wavelength|Position[XYZ]|[XYZ]"
    r"|WorkingDistance|PinholeSize|CutIn|CutOut)Unit"
)
_TIMES = re.compile(r"(?:TimeIncrement|DeltaT|ExposureTime)Unit")
_POSITIVE = re.compile(
    r"PhysicalSize[XYZ]|(?:Excitation|Emission)?Wavelength|Size[XYZCT]|SamplesPerPixel"
)
_NUMBERS = re.compile(
    r"TimeIncrement|LensNA|\w*Magnification|DeltaT|ExposureTime|Position[XYZ]"
    r"|PinholeSize|Gain|Voltage|Zoom|WorkingDistance|RefractiveIndex"
)
# Attributes whose words are listed in the OME schema 2016-06, with the enumeration's
# name in ome_types.model; all of these lists have "Other".
_ENUMERATIONS = {
    ("Objective", "Immersion"): "Objective_Immersion",
    ("Objective", "Correction"): "Objective_Correction",
    ("Channel", "AcquisitionMode"): "Channel_AcquisitionMode",
    ("Channel", "ContrastMethod"): "Channel_ContrastMethod",
    ("Channel", "IlluminationType"): "Channel_IlluminationType",
    ("Microscope", "Type"): "Microscope_Type",
    ("Detector", "Type"): "Detector_Type",
    ("ObjectiveSettings", "Medium"): "ObjectiveSettings_Medium",
}


def ome_object(path: Path, *, planes: bool = False) -> OME:
    """Return the OME-XML of a file as an ome-types object.

    Parameters
    ----------
    path
        An OME-TIFF, an OME-XML file, or an OME-Zarr folder that holds one.
    planes
        Whether the per-plane elements (``TiffData``, ``Plane``, ``BinData``) are
        kept; on large time series they take a hundred times longer than the rest.

    Raises
    ------
    DamagedFileError
        If there is no OME-XML in it.
    ReadError
        If the file cannot be opened, or its OME-XML remains outside what ome-types
        understands.
    """
    file = path / METADATA if path.is_dir() else path
    text = mended(read_xml(file), planes=planes)
    xml = _within_schema(_MARKED.sub("", text), file)
    from ome_types import from_xml

    try:
        return from_xml(xml, validate=False)
    except Exception as error:
        words = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = f"{file.as_posix()}: ome-types cannot read its OME-XML: {words}"
        raise ReadError(message, hint=_HINT) from error


def _within_schema(text: str, path: Path) -> bytes:
    from lxml import etree

    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
    )
    root: Any = None
    with suppress(etree.XMLSyntaxError):
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if root is None or etree.QName(root).localname != "OME":
        raise DamagedFileError(path.as_posix(), "OME-XML with an OME element")
    namespace = etree.QName(root).namespace or ""
    for element in root.iter("{*}*"):
        _mend(element, etree.QName(element).localname)
    if _FC.match(namespace):
        message = f"{path.as_posix()}: its OME-XML of 2003 is beyond ome-types"
        raise ReadError(message, hint=_HINT)
    if not _KNOWN.fullmatch(namespace):
        _rename(root, namespace, NAMESPACE)
    xml: bytes = etree.tostring(root)
    return xml


def _rename(root: _Element, old: str, new: str) -> None:
    """Put the elements of one schema into another."""
    from lxml import etree

    for element in root.iter("{*}*"):
        name = etree.QName(element)
        if (name.namespace or "") == old:
            element.tag = f"{{{new}}}{name.localname}"


def _mend(element: _Element, name: str) -> None:
    for key, value in list(element.attrib.items()):
        mended_value = _attribute(name, str(key), str(value))
        if mended_value is None:
            del element.attrib[key]
        elif mended_value != value:
            element.attrib[key] = mended_value
    if name in _DATES and not _DATE.match((element.text or "").strip()):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def _attribute(element: str, key: str, value: str) -> str | None:
    """Return an attribute's value within the schema; ``None`` to leave it out."""
    if _LENGTHS.fullmatch(key):
        return value if value in {"pixel", "reference frame"} else length_unit(value)[0]
    if _TIMES.fullmatch(key):
        return time_unit(value)[0]
    if _POSITIVE.fullmatch(key) or _NUMBERS.fullmatch(key):
        found, comma = number(value)
        if found is None or (found <= 0 and _POSITIVE.fullmatch(key)):
            return "1" if key.startswith("Size") else None
        return repr(found) if comma else value.strip()
    enumeration = _ENUMERATIONS.get((element, key))
    if enumeration is not None:
        from ome_types import model

        known = {str(item.value) for item in getattr(model, enumeration, ())}
        return value if not known or value in known else "Other"
    return value
