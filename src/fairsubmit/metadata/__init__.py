"""The submission model: plain data, no network, no image library.

The names are imported on use (PEP 562): readers need the image record alone, and
must not pay for pydantic.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fairsubmit.metadata.acquisition import Acquisition, Analysis, Correlation
    from fairsubmit.metadata.annotation import (
        Annotation,
        Association,
        Component,
        FileSet,
    )
    from fairsubmit.metadata.biosample import Biosample, Specimen
    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.metadata.load import Document, Place, parse
    from fairsubmit.metadata.people import Author, Funding, Organisation
    from fairsubmit.metadata.study import Link, Publication, Study
    from fairsubmit.metadata.submission import Submission
    from fairsubmit.metadata.terms import Term

__all__ = [
    "Acquisition",
    "Analysis",
    "Annotation",
    "Association",
    "Author",
    "Biosample",
    "Component",
    "Correlation",
    "Document",
    "FileSet",
    "Funding",
    "ImageMetadata",
    "Link",
    "Organisation",
    "Place",
    "Publication",
    "Specimen",
    "Study",
    "Submission",
    "Term",
    "parse",
]

_MODULES = {
    "acquisition": ("Acquisition", "Analysis", "Correlation"),
    "annotation": ("Annotation", "Association", "Component", "FileSet"),
    "biosample": ("Biosample", "Specimen"),
    "image": ("ImageMetadata",),
    "load": ("Document", "Place", "parse"),
    "people": ("Author", "Funding", "Organisation"),
    "study": ("Link", "Publication", "Study"),
    "submission": ("Submission",),
    "terms": ("Term",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
