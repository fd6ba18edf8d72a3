"""EXIF: what a camera says about a picture, and about who took it where.

Source: CIPA DC-008 (Exif 2.32), section 4.6: a TIFF directory of at most 64 KiB.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import Detector
from fairsubmit.readers.tiff.dates import iso_date, iso_time, stamp

if TYPE_CHECKING:
    from fairsubmit.readers.pictures.picture import Picture

__all__ = ["read_exif"]

MAX_ENTRIES = 512
MAX_TEXT = 256
ASCII, LONG = 2, 4
MAKE, MODEL, SOFTWARE, ARTIST = 271, 272, 305, 315
EXIF_IFD, GPS_IFD = 34665, 34853
LATITUDE, LONGITUDE = 2, 4
TAKEN, DIGITISED, OWNER = 36867, 36868, 42032
ZONES = {TAKEN: 36881, DIGITISED: 36882}


def read_exif(picture: Picture, data: bytes, place: str) -> None:
    """Keep what an EXIF structure says.

    Parameters
    ----------
    picture
        Where it is kept.
    data
        From the byte order mark on.
    place
        Where the structure stands, for messages.
    """
    orders = {b"II*\0": "<", b"MM\0*": ">"}
    order = orders.get(data[:4])
    if order is None or len(data) < 8:
        return
    exif = _Exif(data, order)
    first = exif.directory(struct.unpack_from(order + "I", data, 4)[0])
    inner = exif.directory(exif.integer(first.get(EXIF_IFD)))
    gps = exif.directory(exif.integer(first.get(GPS_IFD)))
    maker, model = exif.text(first.get(MAKE)), exif.text(first.get(MODEL))
    if model is not None:
        picture.found("detector", Detector(maker, model), f"{place} Make, Model")
    picture.found("software", exif.text(first.get(SOFTWARE)), f"{place} Software")
    for tag, zone in ZONES.items():
        taken = exif.moment(inner.get(tag), inner.get(zone))
        if taken is not None:
            picture.found("acquired_at", taken, f"{place} DateTimeOriginal")
            break
    picture.person(exif.text(first.get(ARTIST)), f"{place} Artist")
    picture.person(exif.text(inner.get(OWNER)), f"{place} CameraOwnerName")
    if LATITUDE in gps and LONGITUDE in gps:
        message = f"{place} GPSInfo tells where the picture was taken"
        picture.problem("personal-data", message, f"{place} GPSInfo")


class _Exif:
    def __init__(self, data: bytes, order: str) -> None:
        self.data = data
        self.entry = struct.Struct(order + "HHI4s")
        self.order = order

    def directory(self, offset: int) -> dict[int, tuple[int, int, bytes]]:
        """Return type, number of values and last field of each tag."""
        raw = self.data[offset : offset + 2] if offset else b""
        if len(raw) < 2:
            return {}
        count = min(struct.unpack(self.order + "H", raw)[0], MAX_ENTRIES)
        block = self.data[offset + 2 : offset + 2 + 12 * count]
        whole = block[: len(block) // 12 * 12]
        found = self.entry.iter_unpack(whole)
        return {tag: (kind, values, raw) for tag, kind, values, raw in found}

    def integer(self, entry: tuple[int, int, bytes] | None) -> int:
        if entry is None or entry[0] != LONG:
            return 0
        return int(struct.unpack(self.order + "I", entry[2])[0])

    def text(self, entry: tuple[int, int, bytes] | None) -> str | None:
        if entry is None or entry[0] != ASCII:
            return None
        _, count, raw = entry
        if count > 4:
            (start,) = struct.unpack(self.order + "I", raw)
            raw = self.data[start : start + min(count, MAX_TEXT)]
        text = raw[:count].partition(b"\0")[0]
        return text.decode("utf-8", "replace").strip() or None

    def moment(
        self,
        entry: tuple[int, int, bytes] | None,
        zone: tuple[int, int, bytes] | None,
    ) -> str | None:
        """Return a time of the picture, with its zone where the camera tells it."""
        day, _, time = (self.text(entry) or "").partition(" ")
        found = stamp(iso_date(day), iso_time(time))
        offset = self.text(zone) or ""
        known = iso_time(offset[1:]) is not None and offset[:1] in {"+", "-"}
        return f"{found}{offset}" if found and "T" in found and known else found
