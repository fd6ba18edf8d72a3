"""Bundled word lists, read on use; `SOURCES.md` beside them says whose they are.

A snapshot never proves that a word is wrong, only that another one is near.
"""

from fairsubmit.lint.vocabularies.cell_lines import CellLines, cell_lines
from fairsubmit.lint.vocabularies.imaging import (
    GENERIC,
    IMAGING_METHOD,
    TIME_LAPSE,
    ImagingMethods,
    Meaning,
    imaging_methods,
)
from fairsubmit.lint.vocabularies.licences import Licences, licences
from fairsubmit.lint.vocabularies.organisms import Taxa, taxa
from fairsubmit.lint.vocabularies.tables import Vocabulary, fold

__all__ = [
    "GENERIC",
    "IMAGING_METHOD",
    "TIME_LAPSE",
    "CellLines",
    "ImagingMethods",
    "Licences",
    "Meaning",
    "Taxa",
    "Vocabulary",
    "cell_lines",
    "fold",
    "imaging_methods",
    "licences",
    "taxa",
]
