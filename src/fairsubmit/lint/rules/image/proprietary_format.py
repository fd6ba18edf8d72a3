"""Images can be opened without their maker's program.

What it does
------------
Notes images of a format that belongs to a company, unless an OME-TIFF or OME-Zarr of
the same name lies beside them.

Why it is bad
-------------
Archives accept these formats, and the original is worth keeping; but in twenty years
there may be no program that opens it.

Example
-------
`raw/cells.oib`

How to fix
----------
Add a copy as OME-TIFF or OME-Zarr, for example with bioformats2raw, and keep the
original.

Source
------
BioImage Archive, help on formats; RDA FAIR indicator I1-01D: data in a standardised
format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction

__all__ = ["RULE"]

_FORMATS = frozenset(
    """
Aperio SVS
DeltaVision
EMD (Velox)
Gatan DM
Hamamatsu NDPI
Leica LIF
Leica LOF
Leica SCN
Leica XLEF
Nikon ND2
Olympus OIB
Olympus OIF
Olympus VSI
Opera FLEX
PerkinElmer QPTIFF
Philips TIFF
TIA series
Ventana BIF
Zeiss CZI
Zeiss LSM
""".strip().splitlines()
)
_COPIES = (".ome.tif", ".ome.tiff", ".ome.btf", ".ozx")
_FOLDERS = (".ome.zarr", ".zarr")
_ROOTS = (".zattrs", "zarr.json")


def _check_image(extraction: Extraction, subject: Subject) -> Iterator[Hit]:
    named = {image.format for image in extraction.images if image.format in _FORMATS}
    if named and not _has_copy(extraction.path, subject):
        yield Hit(
            f"{named.pop()} is a company's format",
            path=extraction.path,
            help="add a copy as OME-TIFF or OME-Zarr, e.g. with bioformats2raw",
            group=True,
        )


def _has_copy(path: str, subject: Subject) -> bool:
    files = subject.dataset.files if subject.dataset else {}
    stem = path.rpartition(".")[0]
    folders = (f"{stem}{suffix}/{r}" for suffix in _FOLDERS for r in _ROOTS)
    copies = (f"{stem}{suffix}" for suffix in _COPIES)
    return any(copy in files for copy in (*copies, *folders))


RULE = Rule(
    code="IMG111",
    name="proprietary-format",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    check_image=_check_image,
)
