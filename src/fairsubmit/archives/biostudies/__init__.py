"""The BioImage Archive, through BioStudies."""

from fairsubmit.archives.biostudies.archive import (
    BioStudiesArchive,
    connect,
    log_in,
    log_out,
)
from fairsubmit.archives.biostudies.settings import NAME, Settings

__all__ = ["NAME", "BioStudiesArchive", "Settings", "connect", "log_in", "log_out"]
