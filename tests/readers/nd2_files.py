"""ND2 files of version 3, written chunk by chunk from their structure.

A chunk is 0x0ABECEDA, length of the name, length of the data, name, data; metadata are
items: type, characters of the name, name in UTF-16, value (see `nikon.guard`).
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

Value = Any
MAGIC = 0x0ABECEDA


class U32(int):
    """An unsigned number of 32 bits; plain integers are signed."""


def _name(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le")


def item(name: str, value: Value) -> bytes:
    head = bytes([len(name) + 1]) + _name(name)
    match value:
        case bool():
            return b"\x01" + head + bytes([value])
        case U32():
            return b"\x03" + head + struct.pack("<I", value)
        case int():
            return b"\x02" + head + struct.pack("<i", value)
        case float():
            return b"\x06" + head + struct.pack("<d", value)
        case str():
            return b"\x08" + head + (value + "\0").encode("utf-16-le")
        case bytes():
            return b"\x09" + head + struct.pack("<Q", len(value)) + value
        case _:
            pass  # a level, below
    if isinstance(value, dict):
        inside = b"".join(item(k, v) for k, v in value.items())
    else:  # items of a list have no names
        inside = b"".join(item("", v) for v in value)
    count = len(value)
    length = 1 + len(head) + 12 + len(inside)
    table = bytes(8 * count)
    return b"\x0b" + head + struct.pack("<IQ", count, length) + inside + table


def compressed(data: bytes) -> bytes:
    return b"L" + bytes(11) + zlib.compress(data)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("<IIQ", MAGIC, len(name), len(data)) + name + data


def spectrum(wavelength: float) -> dict[str, Value]:
    point = {"eType": U32(4), "dWavelength": wavelength, "dTValue": 1.0}
    return {"uiCount": U32(1), "pPoint": {"Point0": point}, "bPoints": False}


def plane(
    name: str = "DAPI",
    *,
    dye: str = "DAPI",
    excitation: float = 405.0,
    emission: float = 450.0,
    components: int = 1,
    modality: int | None = 0x101,
) -> dict[str, Value]:
    mask = {} if modality is None else {"uiModalityMask": U32(modality)}
    return {
        "uiCompCount": U32(components),
        "uiSampleIndex": U32(0),
        **mask,
        "pFluorescentProbe": {
            "m_sName": dye,
            "m_ExcitationSpectrum": spectrum(excitation),
            "m_EmissionSpectrum": spectrum(emission),
        },
        "pFilterPath": {"m_uiCount": U32(0), "m_pFilter": {}},
        "uiColor": U32(255),
        "sDescription": name,
    }


def sample(camera: str = "Andor", user: str = "") -> dict[str, Value]:
    return {
        "pCameraSetting": {"CameraFamilyName": camera, "CameraUserName": user},
        "pDeviceSetting": {"m_iXYUse0": U32(0), "m_sMicroscopeFullName": "Ti2"},
    }


def picture(
    *planes: dict[str, Value],
    samples: tuple[dict[str, Value], ...] = (),
    **more: Value,
) -> dict[str, Value]:
    planes = planes or (plane(),)
    values = {
        "dTimeMSec": 0.0,
        "dTimeAbsolute": 2459000.75,
        "sPicturePlanes": {
            "uiCount": U32(len(planes)),
            "uiCompCount": U32(len(planes)),
            "sPlaneNew": {f"a{i}": one for i, one in enumerate(planes)},
            "uiSampleCount": U32(len(samples)),
            "sSampleSetting": {f"a{i}": one for i, one in enumerate(samples)},
        },
        "dCalibration": 0.325,
        "bCalibrated": True,
        "wsObjectiveName": "Plan Apo 60x Oil",
        "dObjectiveMag": 60.0,
        "dObjectiveNA": 1.4,
        "dRefractIndex1": 1.515,
    }
    return {"SLxPictureMetadata": {**values, **more}}


def attributes(
    width: int = 8,
    height: int = 6,
    *,
    components: int = 1,
    bits: int = 16,
    significant: int = 12,
    frames: int = 1,
) -> dict[str, Value]:
    return {
        "SLxImageAttributes": {
            "uiWidth": U32(width),
            "uiWidthBytes": U32(width * components * bits // 8 & 0xFFFFFFFF),
            "uiHeight": U32(height),
            "uiComp": U32(components),
            "uiBpcInMemory": U32(bits),
            "uiBpcSignificant": U32(significant),
            "uiSequenceCount": U32(frames),
            "eCompression": 2,
        }
    }


def loop(kind: int, parameters: Value, inner: Value = None) -> dict[str, Value]:
    inside = {} if inner is None else {"ppNextLevelEx": [inner]}
    return {"eType": U32(kind), "uLoopPars": parameters, **inside}


def time_loop(
    count: int, period: float = 500.0, inner: Value = None, average: float = 0.0
) -> Value:
    values = {
        "uiCount": U32(count),
        "dStart": 0.0,
        "dPeriod": period,
        "dDuration": 0.0,
        "dAvgPeriodDiff": average,
    }
    return loop(1, values, inner)


def z_loop(count: int, step: float = 0.25, inner: Value = None) -> Value:
    values = {"uiCount": U32(count), "dZStep": step, "dZLow": 0.0, "dZHigh": 1.0}
    return loop(4, values, inner)


def positions(names: list[str], inner: Value = None) -> Value:
    points = {f"i{n:010}": {"pPosName": name} for n, name in enumerate(names)}
    return loop(2, {"uiCount": U32(len(names)), "Points": points}, inner)


def frame_chunks(count: int, size: int) -> list[tuple[bytes, bytes]]:
    return [(b"ImageDataSeq|%d!" % n, bytes(size)) for n in range(count)]


def metadata(
    *,
    said: Value = None,
    shown: Value = None,
    experiment: Value = None,
    texts: Value = None,
) -> list[tuple[bytes, bytes]]:
    """The chunks of metadata; those that are not given are those of one frame."""

    def encoded(value: dict[str, Value]) -> bytes:
        return b"".join(item(k, v) for k, v in value.items())

    found = [
        (b"ImageAttributesLV!", encoded(said or attributes())),
        (b"ImageMetadataSeqLV|0!", encoded(shown or picture())),
    ]
    if experiment is not None:
        found.append((b"ImageMetadataLV!", encoded({"SLxExperiment": experiment})))
    if texts is not None:
        found.append((b"ImageTextInfoLV!", encoded({"SLxImageTextInfo": texts})))
    return found


def assemble(chunks: list[tuple[bytes, bytes]], *, version: bytes = b"Ver3.0") -> bytes:
    """A file of these chunks, with its map."""
    out = bytearray(
        chunk(b"ND2 FILE SIGNATURE CHUNK NAME01!", version.ljust(64, b"\0"))
    )
    entries = bytearray()
    for name, data in chunks:
        entries += name + struct.pack("<QQ", len(out), len(data))
        out += chunk(name, data)
    start = len(out)
    entries += b"ND2 CHUNK MAP SIGNATURE 0000001!" + struct.pack("<Q", start)
    out += chunk(b"ND2 FILEMAP SIGNATURE NAME 0001!", bytes(entries))
    return bytes(out + b"ND2 CHUNK MAP SIGNATURE 0000001!" + struct.pack("<Q", start))


def nd2_bytes(frames: int = 1, size: int = 96, **chunks: Value) -> bytes:
    return assemble([*metadata(**chunks), *frame_chunks(frames, size)])


def xml_item(name: str, value: Value) -> str:
    """A value as files before version 3 have it."""
    if isinstance(value, dict):
        inside = "".join(xml_item(k, v) for k, v in value.items())
        return f'<{name} runtype="CLxListVariant">{inside}</{name}>'
    kinds = {bool: "bool", U32: "lx_uint32", int: "lx_int32", float: "double"}
    kind = kinds.get(type(value), "CLxStringW")
    return f'<{name} runtype="{kind}" value="{value}"/>'


def xml_chunk(value: dict[str, Value]) -> bytes:
    """The XML of a dictionary; the name of its only item is left out."""
    ((_, inside),) = value.items()
    return f'<variant version="1.0">{xml_item("no_name", inside)}</variant>'.encode()


def old_nd2(width: int = 8, height: int = 6, depth: int = 3) -> bytes:
    """A file until 2008: JPEG 2000 boxes, and a map of those of Laboratory Imaging."""
    picture_planes = {
        "uiCount": U32(1),
        "uiCompCount": U32(1),
        "sPlane": {
            "a0": {
                "sOpticalConfigName": "FITC",
                "uiColor": U32(255),
                "uiCompCount": U32(1),
            }
        },
    }
    frame = {
        "dCalibration": 0.2,
        "bCalibrated": True,
        "wsObjectiveName": "Plan Apo 40x",
        "dObjectiveMag": 40.0,
        "dObjectiveNA": 0.95,
        "sPicturePlanes": picture_planes,
    }
    stack = {
        "uiCount": U32(depth),
        "dZHome": 0.0,
        "dZStep": 0.5,
        "dZLow": 0.0,
        "dZHigh": 1.0,
    }
    experiment = {"eType": U32(4), "uLoopPars": stack}
    ihdr = struct.pack(">4siihBB", b"ihdr", height, width, 1, 15, 7)
    boxes = [
        (b"jP  ", b"jP  ", b"\r\n\x87\n"),
        (b"jp2h", b"jp2h", struct.pack(">I", 22) + ihdr),
        (b"xml ", b"VIMD", xml_chunk({"v": frame})),
        (b"xml ", b"AIM1", xml_chunk({"v": experiment})),
        *[(b"xml ", b"VCAL", b"<a/>")] * depth,
    ]
    out = bytearray()
    entries = bytearray()
    for kind, name, data in boxes:
        entries += struct.pack("<4s4sII", kind, name, len(out), 0)
        out += struct.pack(">I4s", 8 + len(data), kind) + data
    listed = struct.pack(">I", len(boxes)) + bytes(entries)
    tail = b"LABORATORY IMAGING ND BOX MAP 00"
    return bytes(out + listed + tail + struct.pack("<Q", len(listed) + 40))
