"""The manifest: every file with its size and digests, each read once.

`walk` lists, `hash_files` reads, `Manifest` is the value that is written to disk
(``manifest.jsonl``: a header line, then one entry a line) and read back; `HashLog`
keeps what was hashed when the work is broken off.
"""

from fairsubmit.manifest.hashing import (
    check_unchanged,
    hash_file,
    hash_files,
    stat_file,
)
from fairsubmit.manifest.log import HashLog
from fairsubmit.manifest.value import Entry, FileStat, Manifest
from fairsubmit.manifest.walking import WORK_FOLDER, walk

__all__ = [
    "WORK_FOLDER",
    "Entry",
    "FileStat",
    "HashLog",
    "Manifest",
    "check_unchanged",
    "hash_file",
    "hash_files",
    "stat_file",
    "walk",
]
