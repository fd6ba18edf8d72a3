"""What people should know about a CZI file before they publish it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import Problem

if TYPE_CHECKING:
    from fairsubmit.readers.czi.document import Element

__all__ = ["personal", "processed"]

_PERSONAL = (
    ("Information/Document/UserName", "the user's name"),
    ("Information/User/DisplayName", "the user's name"),
    ("Information/User/FirstName", "the user's name"),
    ("Information/User/MiddleName", "the user's name"),
    ("Information/User/LastName", "the user's name"),
    ("Information/User/UserName", "the user's name"),
    ("Information/User/Email", "an e-mail address"),
    ("Information/User/Phone", "a telephone number"),
    ("Information/User/Fax", "a telephone number"),
    ("Information/User/Address", "an address"),
)
_USER_FOLDER = re.compile(
    rb"[A-Za-z]:[\\/](?:Users|Documents and Settings|Benutzer)[\\/](?!Public\b)\w",
    re.IGNORECASE,
)


def personal(metadata: Element, xml: bytes) -> list[Problem]:
    """Return which fields tell who somebody is, never what they say.

    Parameters
    ----------
    metadata
        The element ``ImageDocument/Metadata``.
    xml
        The document as it stands in the file.
    """
    found = [
        Problem("personal-data", f"the metadata hold {what} (field {path})", path)
        for path, what in _PERSONAL
        if metadata.value(path) is not None
    ]
    # The search by pattern is slow, and nearly no document has such a folder.
    folders = (b"\\Users\\", b"/Users/", b"\\Documents and Settings\\", b"\\Benutzer\\")
    if any(folder in xml for folder in folders) and _USER_FOLDER.search(xml):
        message = "the metadata hold a path with the name of a user's folder"
        found.append(Problem("personal-data", message, "ZISRAWMETADATA"))
    return found


_PROCESSING = re.compile(
    "airyscan|deconv|denois|projection|fusion|stitch|unmix|registr|simprocess|"
    "simparam|smooth|background|extendeddepth|wiener",
    re.IGNORECASE,
)
# Steps of the audit trail, which is escaped XML within the XML.
_STEP = re.compile(rb"&lt;(\w{1,64}) Timestamp=")
# These cut images out and leave their values alone.
_HARMLESS = ("CreateSubset", "Split", "Copy", "Rename", "Save", "Export", "Import")
MAX_TRAIL = 1 << 22


def processed(metadata: Element, xml: bytes) -> list[Problem]:
    """Return how the image was processed after it was taken, if the file says so.

    Parameters
    ----------
    metadata
        The element ``ImageDocument/Metadata``.
    xml
        The document as it stands in the file.
    """
    path = "Information/Processing"
    names = [
        step.name
        for processing in metadata.all(path)
        for step in processing.children
        if _PROCESSING.search(step.name) and (step.children or step.text.strip())
    ]
    trail = [step for step in _trail(xml) if not step.startswith(_HARMLESS)]
    if not names and trail:
        path = "CustomAttributes/AuditTrail"
    if names or trail:
        steps = ", ".join(dict.fromkeys((*names, *trail)))
        message = f"is processed ({steps[:200]}), not as it was acquired"
        return [Problem("processed-image", message, path)]
    path = "Information/Image/OriginalScanData"
    if (metadata.value(path) or "").lower() == "false":
        message = "is processed (OriginalScanData is false), not as it was acquired"
        return [Problem("processed-image", message, path)]
    return []


def _trail(xml: bytes) -> list[str]:
    start = xml.find(b"<AuditTrail>")
    end = xml.find(b"</AuditTrail>", start) if start >= 0 else -1
    if end < 0:
        return []
    steps = _STEP.finditer(xml, start, min(end, start + MAX_TRAIL))
    return [step.group(1).decode("ascii", "replace") for step in steps]
