"""Deposit microscopy data in public archives.

What the commands do, a script can do: each name below is one arrow or one value of
the line *extract, lint, bundle, plan, transfer, submit, verify*. Nothing here prints
or reads the environment. Names are loaded when they are first used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from fairsubmit.version import VERSION

if TYPE_CHECKING:
    from fairsubmit.archives.base import Archive, Draft, Status
    from fairsubmit.bundle import Bundle
    from fairsubmit.dataset import Dataset, open_dataset, read_document
    from fairsubmit.errors import FairsubmitError
    from fairsubmit.findings import Finding, Report, Severity
    from fairsubmit.lint.base import Rule
    from fairsubmit.lint.lookup import Lookup
    from fairsubmit.manifest import Entry, Manifest
    from fairsubmit.metadata.image import Extraction, ImageMetadata
    from fairsubmit.metadata.load import Document
    from fairsubmit.metadata.submission import Submission
    from fairsubmit.pipeline import (
        Prepared,
        bundle,
        connect,
        extract,
        lint,
        plan,
        prepare,
        submit,
        transfer,
        verify,
        work_folder,
    )
    from fairsubmit.receipt import Receipt, ReceiptFile, RemoteFile
    from fairsubmit.transfer import Action, Journal, Plan, Progress, TransferResult
    from fairsubmit.transports.base import Transport
    from fairsubmit.transports.retry import RetryPolicy

_PLACES = {
    "Action": "transfer",
    "Archive": "archives.base",
    "Bundle": "bundle",
    "Dataset": "dataset",
    "Document": "metadata.load",
    "Draft": "archives.base",
    "Entry": "manifest",
    "Extraction": "metadata.image",
    "FairsubmitError": "errors",
    "Finding": "findings",
    "ImageMetadata": "metadata.image",
    "Journal": "transfer",
    "Manifest": "manifest",
    "Plan": "transfer",
    "Prepared": "pipeline",
    "Progress": "transfer",
    "Receipt": "receipt",
    "ReceiptFile": "receipt",
    "RemoteFile": "receipt",
    "Report": "findings",
    "RetryPolicy": "transports.retry",
    "Rule": "lint.base",
    "Lookup": "lint.lookup",
    "Severity": "findings",
    "Status": "archives.base",
    "Submission": "metadata.submission",
    "TransferResult": "transfer",
    "Transport": "transports.base",
    "bundle": "pipeline",
    "connect": "pipeline",
    "extract": "pipeline",
    "lint": "pipeline",
    "open_dataset": "dataset",
    "plan": "pipeline",
    "prepare": "pipeline",
    "read_document": "dataset",
    "submit": "pipeline",
    "transfer": "pipeline",
    "verify": "pipeline",
    "work_folder": "pipeline",
}

__all__ = [
    "Action",
    "Archive",
    "Bundle",
    "Dataset",
    "Document",
    "Draft",
    "Entry",
    "Extraction",
    "FairsubmitError",
    "Finding",
    "ImageMetadata",
    "Journal",
    "Lookup",
    "Manifest",
    "Plan",
    "Prepared",
    "Progress",
    "Receipt",
    "ReceiptFile",
    "RemoteFile",
    "Report",
    "RetryPolicy",
    "Rule",
    "Severity",
    "Status",
    "Submission",
    "TransferResult",
    "Transport",
    "__version__",
    "bundle",
    "connect",
    "extract",
    "lint",
    "open_dataset",
    "plan",
    "prepare",
    "read_document",
    "submit",
    "transfer",
    "verify",
    "work_folder",
]


__version__ = VERSION


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return __all__


class _Package(ModuleType):
    """Keeps ``fairsubmit.lint`` the function, though a package has that name too.

    Importing ``fairsubmit.lint.engine`` makes Python bind the package ``lint`` here;
    the public name stays the arrow of the pipeline.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _PLACES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
