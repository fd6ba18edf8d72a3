"""The submission model: plain data, no network, no image library."""

from fairsubmit.metadata.acquisition import Acquisition, Analysis, Correlation
from fairsubmit.metadata.annotation import Annotation, Association, Component, FileSet
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
