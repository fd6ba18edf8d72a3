"""File lists, RO-Crate and checksums: what travels beside the images."""

from fairsubmit.bundle.make import make_bundle, submission_digest
from fairsubmit.bundle.value import Bundle, FileList, Item

__all__ = ["Bundle", "FileList", "Item", "make_bundle", "submission_digest"]
