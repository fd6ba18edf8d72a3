"""The structured annotations and regions of interest of a file, alone.

A valid OME-XML document that holds nothing but them and a reference to each image that
they belong to, so that they can travel beside the images as an annotation file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.errors import ReadError
from fairsubmit.readers.zarr.metadata import METADATA

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element

__all__ = ["annotations_of", "annotations_xml"]

# Of the document, and of an image: what is kept. The schema does not allow an image
# without its pixels' sizes.
_TOP = frozenset({"Image", "StructuredAnnotations", "ROI"})
_OF_IMAGE = frozenset({"Pixels", "ROIRef", "AnnotationRef"})


def annotations_xml(path: Path) -> bytes | None:
    """Return the annotations and regions of a file as OME-XML 2016-06.

    Annotations of a well, a plate or a dataset are kept as annotations; what they
    belong to is in the whole document (`fairsubmit.readers.ome.write.ome_xml`).

    Parameters
    ----------
    path
        An OME-TIFF, an OME-XML file, or an OME-Zarr folder that holds one.

    Returns
    -------
    bytes or None
        ``None`` if there are none.

    Raises
    ------
    DamagedFileError
        If there is no OME-XML in it.
    ReadError
        If the file cannot be opened, or its OME-XML lacks what the schema demands.
    """
    from fairsubmit.readers.ome.document import own_document

    file = path / METADATA if path.is_dir() else path
    return annotations_of(own_document(file, planes=False).xml, file.as_posix())


def annotations_of(xml: bytes, path: str) -> bytes | None:
    """Return the annotations and regions of a document, or ``None``.

    Parameters
    ----------
    xml
        Valid OME-XML 2016-06.
    path
        The file that it is about, for messages.

    Raises
    ------
    ReadError
        If they are not valid alone.
    """
    from lxml import etree

    from fairsubmit.readers.ome.build import SOURCE
    from fairsubmit.readers.ome.conform import Notes, conform
    from fairsubmit.readers.ome.document import written
    from fairsubmit.readers.ome.schema import NAMESPACE, local_name

    root = etree.fromstring(xml, etree.XMLParser(huge_tree=True))
    for annotation in root.findall(f".//*[@Namespace='{SOURCE}']"):
        parent = annotation.getparent()
        if parent is not None:
            parent.remove(annotation)
    for element in list(root):
        empty = local_name(element) == "StructuredAnnotations" and not len(element)
        if empty or local_name(element) not in _TOP:
            root.remove(element)
    for image in root.findall(f"{{{NAMESPACE}}}Image"):
        _strip(image)
    if not {local_name(element) for element in root} - {"Image"}:
        return None
    # References to what was left out, our own annotation for example, go too.
    errors = conform(root, Notes())
    if errors:
        message = f"{path}: its annotations alone are not valid: {errors[0]}"
        raise ReadError(message, hint="use --ome-xml without --annotations")
    return written(root)


def _strip(image: _Element) -> None:
    """Leave an image's name, sizes and references."""
    from fairsubmit.readers.ome.schema import NAMESPACE, local_name

    for element in list(image):
        if local_name(element) not in _OF_IMAGE:
            image.remove(element)
    for inner in image.findall(f"{{{NAMESPACE}}}Pixels/{{{NAMESPACE}}}Channel"):
        for element in list(inner):
            if local_name(element) != "AnnotationRef":
                inner.remove(element)
