"""The embedded archive: a server on loopback that behaves as BioStudies does.

It is the dress rehearsal for people without an account, and the double that tests
meet instead of the archive. It is written from the archive's contract and uses
nothing of the client side.
"""

from __future__ import annotations

from fairsubmit.rehearsal.faults import Faults
from fairsubmit.rehearsal.server import EmbeddedArchive
from fairsubmit.rehearsal.store import Account

__all__ = ["Account", "EmbeddedArchive", "Faults"]
