"""PageTab documents as they are submitted, and how BioStudies refuses bad ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fairsubmit.rehearsal import pagetab, pagetab_tsv
from fairsubmit.rehearsal.refusals import RefusalError

if TYPE_CHECKING:
    from fairsubmit.rehearsal.pagetab import Submission

__all__ = ["from_json", "parse"]


def parse(text: str, kind: str) -> Submission:
    """Read a document.

    Raises
    ------
    RefusalError
        JSON that is none, or has no release date (500), TSV that is none (400), or
        another format (415).
    """
    if kind == "tsv":
        return pagetab_tsv.from_tsv(text)
    if kind != "json":
        raise RefusalError(415, f"Unsupported pagetab format: {kind}")
    try:
        return from_json(json.loads(text))
    except json.JSONDecodeError as error:
        raise RefusalError(500, str(error)) from error


def from_json(document: object) -> Submission:
    """Read a document of parsed JSON.

    Raises
    ------
    RefusalError
        500, it is no PageTab.
    """
    try:
        return pagetab.from_json(document)
    except pagetab.ElementError as error:
        raise RefusalError(500, str(error)) from error
