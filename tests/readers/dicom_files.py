"""DICOM files, written element by element (PS3.5, 7.1 and 7.5; PS3.10, 7.1)."""

from __future__ import annotations

import struct
import zlib
from typing import Any

from pydicom.datadict import dictionary_VR, tag_for_keyword

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
JPEG = "1.2.840.10008.1.2.4.50"
SLIDE = "1.2.840.10008.5.1.4.1.1.77.1.6"
CT = "1.2.840.10008.5.1.4.1.1.2"
SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"

LONG = {"OB", "OW", "OF", "OD", "OL", "SQ", "UN", "UT", "UC"}
NUMBERS = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}
Values = dict[str, Any]


def _value(vr: str, value: Any, syntax: str, *, undefined: bool) -> bytes:
    order = ">" if syntax == BIG_ENDIAN else "<"
    if vr == "SQ":
        return b"".join(_item(item, syntax, undefined=undefined) for item in value)
    if isinstance(value, bytes):
        return value
    values = value if isinstance(value, list | tuple) else [value]
    if vr in NUMBERS:
        return struct.pack(f"{order}{len(values)}{NUMBERS[vr]}", *values)
    if vr == "AT":
        words = [w for tag in values for w in (tag >> 16, tag & 0xFFFF)]
        return struct.pack(f"{order}{len(words)}H", *words)
    raw = "\\".join(str(v) for v in values).encode("latin-1")
    return raw + (b"\0" if vr == "UI" else b" ") * (len(raw) % 2)


def _item(item: Values, syntax: str, *, undefined: bool) -> bytes:
    order = ">" if syntax == BIG_ENDIAN else "<"
    raw = data_set(item, syntax, undefined=undefined)
    if not undefined:
        return struct.pack(f"{order}HHI", 0xFFFE, 0xE000, len(raw)) + raw
    start = struct.pack(f"{order}HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    return start + raw + struct.pack(f"{order}HHI", 0xFFFE, 0xE00D, 0)


def data_set(
    values: Values, syntax: str = EXPLICIT, *, undefined: bool = False
) -> bytes:
    """Write elements in the order of their tags."""
    out = b""
    order = ">" if syntax == BIG_ENDIAN else "<"
    for keyword in sorted(values, key=lambda k: tag_for_keyword(k) or 0):
        tag, value = tag_for_keyword(keyword) or 0, values[keyword]
        vr = dictionary_VR(tag).split(" ")[0]
        raw = _value(vr, value, syntax, undefined=undefined)
        open_end = undefined and vr == "SQ"
        length = 0xFFFFFFFF if open_end else len(raw)
        if open_end:
            raw += struct.pack(f"{order}HHI", 0xFFFE, 0xE0DD, 0)
        out += struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF)
        if syntax == IMPLICIT:
            out += struct.pack("<I", length)
        elif vr in LONG:
            out += vr.encode() + struct.pack(f"{order}HI", 0, length)
        else:
            out += vr.encode() + struct.pack(f"{order}H", length)
        out += raw
    return out


def dicom_bytes(
    values: Values,
    *,
    syntax: str = EXPLICIT,
    undefined: bool = False,
    preamble: bool = True,
    pixels: bytes | None = None,
) -> bytes:
    """Write a file; `pixels` is appended as it stands (for fragments)."""
    raw = data_set(values, syntax, undefined=undefined) + (pixels or b"")
    if syntax == DEFLATED:
        packer = zlib.compressobj(wbits=-15)
        raw = packer.compress(raw) + packer.flush()
    if not preamble:
        return raw
    meta = data_set({"TransferSyntaxUID": syntax})
    return bytes(128) + b"DICM" + meta + raw


def fragments(*parts: bytes, ended: bool = True) -> bytes:
    """Write compressed pixels: an empty offset table, then the fragments."""
    out = struct.pack("<HH", 0x7FE0, 0x0010) + b"OB" + struct.pack("<HI", 0, 0xFFFFFFFF)
    for part in (b"", *parts):
        out += struct.pack("<HHI", 0xFFFE, 0xE000, len(part)) + part
    return out + (struct.pack("<HHI", 0xFFFE, 0xE0DD, 0) if ended else b"")


def picture(**changes: Any) -> Values:
    """A grey picture of 6 columns and 4 rows; ``None`` leaves an element out."""
    values: Values = {
        "SOPClassUID": CT,
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "Modality": "CT",
        "SeriesInstanceUID": "1.2.3",
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": 4,
        "Columns": 6,
        "BitsAllocated": 16,
        "BitsStored": 12,
        "PixelRepresentation": 0,
        "PixelSpacing": ["0.25", "0.5"],
        "PixelData": bytes(48),
        **changes,
    }
    return {key: value for key, value in values.items() if value is not None}


def slide(**changes: Any) -> Values:
    """A slide of 20 x 10 pixels in tiles of 8 x 8, RGB."""
    path = {
        "IlluminationTypeCodeSequence": [
            {"CodeValue": "111744", "CodingSchemeDesignator": "DCM"}
        ],
        "OpticalPathIdentifier": "1",
        "ObjectiveLensPower": "20",
        "ObjectiveLensNumericalAperture": "0.75",
    }
    measures = {"PixelSpacing": ["0.0005", "0.00025"], "SliceThickness": "0.01"}
    values: Values = {
        "SOPClassUID": SLIDE,
        "ImageType": ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"],
        "Modality": "SM",
        "SeriesInstanceUID": "1.2.3",
        "SamplesPerPixel": 3,
        "PhotometricInterpretation": "RGB",
        "NumberOfFrames": "6",
        "Rows": 8,
        "Columns": 8,
        "BitsAllocated": 8,
        "BitsStored": 8,
        "PixelRepresentation": 0,
        "DimensionOrganizationType": "TILED_FULL",
        "TotalPixelMatrixColumns": 20,
        "TotalPixelMatrixRows": 10,
        "TotalPixelMatrixFocalPlanes": 1,
        "OpticalPathSequence": [path],
        "SharedFunctionalGroupsSequence": [{"PixelMeasuresSequence": [measures]}],
        "PixelData": bytes(6 * 64 * 3),
        **changes,
    }
    return {key: value for key, value in values.items() if value is not None}
