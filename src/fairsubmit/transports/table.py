"""The table of upload protocols; add yours here and run `TransportContract` on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.transports.dry_run import DryRun
from fairsubmit.transports.folder import FolderTransport
from fairsubmit.transports.form import FormTransport
from fairsubmit.transports.ftp import FtpTransport
from fairsubmit.transports.memory import MemoryTransport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fairsubmit.transports.base import Transport

__all__ = ["TRANSPORTS"]

TRANSPORTS: Mapping[str, type[Transport]] = {
    "dry-run": DryRun,
    "folder": FolderTransport,
    "form": FormTransport,
    "ftp": FtpTransport,
    "memory": MemoryTransport,
}
