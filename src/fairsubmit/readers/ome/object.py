"""An ome-types object of an image's OME-XML, built only when it is asked for.

ome-types refuses a whole document for one attribute that the schema does not allow, so
it is given what `fairsubmit.readers.ome.document` made valid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.errors import ReadError
from fairsubmit.readers.zarr.metadata import METADATA

if TYPE_CHECKING:
    from pathlib import Path

    from ome_types import OME

__all__ = ["ome_object"]

_HINT = "use the image metadata record, which does not need ome-types"


def ome_object(path: Path, *, planes: bool = False) -> OME:
    """Return the OME-XML of a file as an ome-types object.

    Parameters
    ----------
    path
        An OME-TIFF, an OME-XML file, or an OME-Zarr folder that holds one.
    planes
        Whether the per-plane elements (``TiffData``, ``Plane``) are kept; on large
        time series they take a hundred times longer than the rest.

    Raises
    ------
    DamagedFileError
        If there is no OME-XML in it.
    ReadError
        If the file cannot be opened, or its OME-XML lacks what the schema demands.
    """
    from fairsubmit.readers.ome.document import own_document  # lxml with it

    file = path / METADATA if path.is_dir() else path
    xml = own_document(file, planes=planes).xml
    from ome_types import from_xml

    try:
        return from_xml(xml, validate=False)
    except Exception as error:
        words = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = f"{file.as_posix()}: ome-types cannot read its OME-XML: {words}"
        raise ReadError(message, hint=_HINT) from error
