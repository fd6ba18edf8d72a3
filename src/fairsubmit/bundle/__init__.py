"""File lists, RO-Crate and checksums: what travels beside the images."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from fairsubmit.bundle.value import Bundle, FileList, Item

if TYPE_CHECKING:
    from fairsubmit.bundle.make import make_bundle, submission_digest

__all__ = ["Bundle", "FileList", "Item", "make_bundle", "submission_digest"]


def __getattr__(name: str) -> object:
    # On use: making a bundle validates the submission, and so needs pydantic.
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module("fairsubmit.bundle.make"), name)
