"""OME-XML of the schema 2016-06 for any image, whatever its format.

A file that holds OME-XML gives its own, repaired and upgraded, with all it holds. For
every other one the document is built from its image metadata records. A value that the
schema has no place for is left out, and a note says so; nothing is made up:

- an image whose sizes or pixel type are not known, or whose pixel type is none of
  OME's, has no OME-XML;
- ``DimensionOrder`` is demanded, but means something only beside pixels, which a
  document with ``MetadataOnly`` does not describe: where the file says nothing, or less
  than five axes, it is filled up to ``XYCZT``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from fairsubmit.errors import ReadError
from fairsubmit.readers.ome.record import PIXEL_TYPES
from fairsubmit.readers.zarr.metadata import METADATA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.ome.document import Document

__all__ = ["ome_xml"]

_OWN = frozenset({"ome_tiff", "ome_xml"})
_AXES = re.compile(r"[ZCT]")
_HINT = "`fairsubmit extract --format json` gives what was read of it"


def ome_xml(
    records: Sequence[ImageMetadata], *, path: Path | None = None, planes: bool = True
) -> Document:
    """Return the OME-XML of one image file or folder.

    Parameters
    ----------
    records
        All that was read of it, at least one.
    path
        Where it lies; by default where its records say.
    planes
        Whether per-plane elements of its own OME-XML are kept.

    Raises
    ------
    DamagedFileError
        If its OME-XML cannot be read.
    ReadError
        If it cannot be opened, or what is known of it is less than the schema demands.
    """
    from fairsubmit.readers.ome.build import built
    from fairsubmit.readers.ome.document import own_document

    own = path or Path(records[0].path)
    if records[0].reader in _OWN:
        return own_document(own, records, planes=planes)
    if (own / METADATA).is_file():
        return own_document(own / METADATA, planes=planes)
    refused = [words for words in map(_refusal, records) if words]
    if len(refused) == len(records):
        message = f"{own.as_posix()} has no OME-XML: {refused[0]}"
        raise ReadError(message, hint=_HINT)
    kept = [record for record in records if not _refusal(record)]
    return built(kept, [f"an image is left out: {words}" for words in refused])


def _refusal(record: ImageMetadata) -> str | None:
    """Return why there is no OME-XML of an image."""
    size = record.size
    extents = {"X": size.x, "Y": size.y, "Z": size.z, "C": size.c, "T": size.t}
    unknown = [axis for axis, extent in extents.items() if not extent]
    if unknown:
        axes = " and ".join(filter(None, (", ".join(unknown[:-1]), unknown[-1])))
        return f"OME-XML must say how large it is along {axes}, which is not known"
    if record.pixel_type is None:
        return "OME-XML must say its pixel type, which is not known"
    if record.pixel_type not in PIXEL_TYPES:
        return f"its pixel type, {record.pixel_type}, is none that OME-XML has"
    return None
