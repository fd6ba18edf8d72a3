"""The parts of a running archive, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading

    from fairsubmit.rehearsal.stats import Statistics
    from fairsubmit.rehearsal.store import Store
    from fairsubmit.rehearsal.submissions import Submissions
    from fairsubmit.rehearsal.switchboard import Switchboard

__all__ = ["API", "FILES", "READ_API", "STATIC", "Services"]

API = "/biostudies/submissions/api"
"""The submission side, as at EMBL-EBI."""

READ_API = "/biostudies/api/v1"
"""The read side."""

FILES = "/biostudies/files"
"""The files of studies."""

STATIC = "/biostudies/ftp"
"""The static server that ``/info`` names in ``httpLink``."""


@dataclass
class Services:
    """Everything behind the endpoints.

    Parameters
    ----------
    store, faults, statistics, submissions
        The parts of the archive.
    stopping
        Set when the server ends.
    address
        ``http://127.0.0.1:port``, known once the server listens.
    ftp_address
        ``ftp://127.0.0.1:port``.
    """

    store: Store
    faults: Switchboard
    statistics: Statistics
    submissions: Submissions
    stopping: threading.Event
    address: str = ""
    ftp_address: str = ""
