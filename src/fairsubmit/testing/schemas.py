"""The JSON Schemas of every file that others may read, by file name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fairsubmit.findings import Finding, Severity
from fairsubmit.manifest import Entry
from fairsubmit.metadata.image import ImageMetadata
from fairsubmit.metadata.schema import DRAFT, Schemas, identifier, submission_schema
from fairsubmit.receipt import Receipt, RemoteFile
from fairsubmit.transfer.plan import Action

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SCHEMAS"]

Schema = dict[str, Any]

VERSION = 1
# Types that the modules of our values import for type checking only.
_NAMES = {"Any": Any, "Finding": Finding, "Mapping": Mapping, "RemoteFile": RemoteFile}
_COUNT = {"type": "integer", "minimum": 0}
_MD5 = "^[0-9a-f]{32}$"
_SHA256 = "^[0-9a-f]{64}$"


def _document(name: str, title: str, root: Schema, schemas: Schemas) -> Schema:
    definitions = {"$defs": schemas.definitions} if schemas.definitions else {}
    return {
        "$schema": DRAFT,
        "$id": identifier(name, VERSION),
        "title": title,
        **root,
        **definitions,
    }


def _object(description: str, **properties: Schema) -> Schema:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


def _digests(schema: Schema) -> Schema:
    properties = schema["properties"]
    properties["md5"]["pattern"] = _MD5
    properties["sha256"]["pattern"] = _SHA256
    properties["size"]["minimum"] = 0
    return schema


def image_metadata() -> Schema:
    """Return the schema of one line of ``image_metadata.jsonl``."""
    schemas = Schemas(_NAMES)
    root = schemas.value(ImageMetadata)
    return _document("image-metadata", "fairsubmit image metadata", root, schemas)


def manifest() -> Schema:
    """Return the schema of one line of ``manifest.jsonl``."""
    schemas = Schemas(_NAMES)
    entry = _digests(schemas.value(Entry))
    header = _object(
        "The first line: what follows.",
        fairsubmit_manifest={"const": VERSION},
        files={**_COUNT, "description": "Number of lines that follow."},
        bytes={**_COUNT, "description": "Sum of all sizes."},
    )
    root = {"description": "One line of a manifest.", "oneOf": [header, entry]}
    return _document("manifest", "fairsubmit manifest", root, schemas)


def plan() -> Schema:
    """Return the schema of a plan."""
    total = _object("Files and bytes of one action.", files=_COUNT, bytes=_COUNT)
    step = _object(
        "One file.",
        path={"type": "string", "description": "POSIX path in the deposit."},
        size={**_COUNT, "description": "Bytes."},
        action={"enum": [action.value for action in Action]},
        reason={"type": "string", "description": "Why, in words."},
    )
    root = _object(
        "What would be sent, skipped and refused.",
        fairsubmit_plan={"const": VERSION},
        requests={**_COUNT, "description": "Upload requests, at least."},
        summary=_object("By action.", **dict.fromkeys(Action, total)),
        files={"type": "array", "items": step},
    )
    return _document("plan", "fairsubmit plan", root, Schemas())


def receipt() -> Schema:
    """Return the schema of a receipt."""
    schemas = Schemas(_NAMES)
    root = schemas.value(Receipt)
    _digests(schemas.definitions["ReceiptFile"])
    root["properties"] = {
        "fairsubmit_receipt": {"const": VERSION},
        **root["properties"],
    }
    root["properties"]["submission_digest"]["pattern"] = _SHA256
    root["required"] = list(root["properties"])
    return _document("receipt", "fairsubmit receipt", root, schemas)


def lint_report() -> Schema:
    """Return the schema of a lint report."""
    schemas = Schemas(_NAMES)
    found = schemas.of(Finding)
    # what `--fix` would change stays in the program
    schemas.definitions["Finding"]["properties"].pop("edits")
    schemas.definitions["Finding"]["required"].remove("edits")
    schemas.definitions.pop("Edit")
    waived = {
        "description": "A finding that the submission's author has answered.",
        "allOf": [found],
        "type": "object",
        "properties": {"reason": {"type": "string"}},
        "required": ["reason"],
    }
    root = _object(
        "What the linter found.",
        findings={"type": "array", "items": found},
        waived={"type": "array", "items": waived},
        summary=_object(
            "Number of findings by severity.", **dict.fromkeys(Severity, _COUNT)
        ),
    )
    return _document("lint-report", "fairsubmit lint report", root, schemas)


_MAKERS: dict[str, Callable[[], Schema]] = {
    "submission": submission_schema,
    "image-metadata": image_metadata,
    "manifest": manifest,
    "plan": plan,
    "receipt": receipt,
    "lint-report": lint_report,
}
SCHEMAS = {f"{name}-{VERSION}.schema.json": make for name, make in _MAKERS.items()}
