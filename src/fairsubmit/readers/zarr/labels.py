"""Label images (segmentations) beside an OME-Zarr image.

Source: NGFF specification 0.4 and 0.5, "labels" and "image-label" metadata.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.errors import ReadError
from fairsubmit.metadata.image import ImageAnnotation, Problem
from fairsubmit.readers.zarr.document import texts
from fairsubmit.readers.zarr.store import is_inside, normal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.readers.zarr.node import Group, Nodes

__all__ = ["labels_of", "source_problem"]

MAX_LABELS = 256

_Labels = tuple[list[ImageAnnotation], list[Problem]]


def labels_of(nodes: Nodes, group: Group) -> _Labels:
    """Return the label images of an image, and what is wrong with them."""
    prefix = f"{group.prefix}labels"
    if not nodes.store.has(prefix):
        return [], []
    try:
        labels = nodes.group(f"{prefix}/")
    except ReadError as error:
        return [], [Problem("labels-unreadable", error.message, prefix)]
    if labels is None:
        return [], []
    names = texts(labels.attributes.get("labels"))
    return _named(nodes, prefix, names) if names else _unlisted(nodes, prefix)


def _unlisted(nodes: Nodes, prefix: str) -> _Labels:
    """Return the label images that are there, although none is named."""
    names = nodes.store.folders(f"{prefix}/")[:MAX_LABELS]
    there = [name for name in names if nodes.exists(f"{prefix}/{name}/")]
    found, problems = _named(nodes, prefix, there)
    if found:
        message = f"{len(found)} label images are there, but are not listed"
        problems.append(Problem("labels-unlisted", message, prefix))
    return found, problems


def _named(nodes: Nodes, prefix: str, names: Sequence[str]) -> _Labels:
    found, problems = [], []
    if len(names) > MAX_LABELS:
        message = f"of {len(names)} label images, {MAX_LABELS} were looked at"
        problems.append(Problem("labels-not-all-read", message, prefix))
    for name in names[:MAX_LABELS]:
        path = f"{prefix}/{normal(name)}"
        if not is_inside(name) or not nodes.exists(path):
            message = f"label image {name!r} is named, but is not there"
            problems.append(Problem("missing-label", message, prefix, error=True))
            continue
        found.append(ImageAnnotation("LabelImage", None, path[:-1], {"value": name}))
    return found, problems


def source_problem(nodes: Nodes, group: Group) -> Problem | None:
    """Return what is wrong with the image that a label image was made of."""
    label = group.attributes.get("image-label")
    source = label.get("source") if isinstance(label, dict) else None
    path = source.get("image") if isinstance(source, dict) else None
    if not isinstance(path, str) or not path:
        return None
    parts = [*group.prefix.split("/")[:-1]]
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    if ".." in parts and not nodes.store.leads_outside:
        return None
    if nodes.exists("".join(f"{part}/" for part in parts)):
        return None
    message = f"is a segmentation of the image {path!r}, which is not there"
    return Problem("label-source-missing", message, group.prefix[:-1] or None)
