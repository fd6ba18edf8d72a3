"""What a document is, and the reader that takes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.metadata.compose import UnreadableError
from fairsubmit.metadata.empiar import is_empiar, read_empiar
from fairsubmit.metadata.foreign import ForeignJson, unreadable
from fairsubmit.metadata.load import parse
from fairsubmit.metadata.pagetab import from_json
from fairsubmit.metadata.pagetab_tsv import is_pagetab_tsv, read_pagetab_tsv
from fairsubmit.metadata.rocrate import is_crate, read_crate
from fairsubmit.metadata.submission import Submission

if TYPE_CHECKING:
    from fairsubmit.metadata.load import Document

__all__ = ["JSON", "TABLES", "is_model", "is_table", "read_any"]

JSON = (".json", ".jsonld")
TABLES = (".tsv", ".txt")
_HEAD = 4096
# BioImage Model Zoo: names of a resource description file, and what is in each.
_MODEL_NAMES = frozenset({"rdf.yaml", "rdf.yml", "bioimageio.yaml", "bioimageio.yml"})
_MODEL = re.compile(rb"^format_version:", re.MULTILINE)
_MODEL_TYPE = re.compile(
    rb"^type:\s*['\"]?(?:model|dataset|notebook|application)\b", re.MULTILINE
)
_KNOWN = "a submission, PageTab, an RO-Crate or a deposition of EMPIAR"


def is_model(name: str, head: bytes) -> bool:
    """Whether a file describes a resource of the BioImage Model Zoo.

    Parameters
    ----------
    name
        The file's name.
    head
        How it begins.
    """
    bare = name.replace("\\", "/").rpartition("/")[2].lower()
    if not bare.endswith((".yaml", ".yml")):
        return False
    described = _MODEL.search(head) and _MODEL_TYPE.search(head)
    return bare in _MODEL_NAMES or described is not None


def is_table(name: str, head: bytes) -> bool:
    """Whether a file is a file table: TSV that is no PageTab.

    Parameters
    ----------
    name
        The file's name.
    head
        How it begins.
    """
    return name.lower().endswith(TABLES) and not _is_pagetab_tsv(head)


def read_any(raw: bytes, name: str) -> Document:
    """Read a submission, or what an archive or a crate has of one.

    Parameters
    ----------
    raw
        The file's bytes.
    name
        Name that findings show; its suffix says what may be in it.
    """
    lower = name.lower()
    if lower.endswith(JSON):
        return _read_json(raw, name)
    if lower.endswith(TABLES) and _is_pagetab_tsv(raw[:_HEAD]):
        return read_pagetab_tsv(raw, name)
    return parse(raw, name)


def _is_pagetab_tsv(head: bytes) -> bool:
    encoding = "utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    return is_pagetab_tsv(head.decode(encoding, "replace"))


def _read_json(raw: bytes, name: str) -> Document:
    try:
        given = ForeignJson(raw, name)
    except UnreadableError:
        return parse(raw, name)  # says where it breaks
    try:
        return _read_value(given, raw)
    except UnreadableError as error:
        text, cure = given.json.text, f"give {_KNOWN}"
        return unreadable(name, error, "submission", cure, text)


def _read_value(given: ForeignJson, raw: bytes) -> Document:
    """Read JSON by what it holds.

    Raises
    ------
    UnreadableError
        If it is none that we know.
    """
    value = given.value if isinstance(given.value, dict) else {}
    if "section" in value:
        return from_json(given)
    if is_crate(value):
        return read_crate(given)
    if is_empiar(value):
        return read_empiar(given)
    if value.keys() & Submission.model_fields:
        return parse(raw, given.name)
    why = f"it is not {_KNOWN}"
    raise UnreadableError(why)
