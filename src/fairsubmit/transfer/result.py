"""What a transfer ends with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fairsubmit.transports.base import Stored

__all__ = ["TransferResult"]


@dataclass(frozen=True, slots=True)
class TransferResult:
    """What a transfer did; every file of its plan is in the archive.

    Attributes
    ----------
    files
        Number of files sent.
    bytes_sent
        Bytes handed to the transport, those sent again included.
    bytes_again
        Bytes of them that had been sent before and had not arrived.
    skipped
        Number of files that the archive held already.
    stored
        What the server said of each file sent, by path.
    seconds
        How long it took.
    """

    files: int
    bytes_sent: int
    bytes_again: int
    skipped: int
    stored: Mapping[str, Stored]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return the counts as a JSON object."""
        return {
            "fairsubmit_transfer": 1,
            "files": self.files,
            "bytes_sent": self.bytes_sent,
            "bytes_again": self.bytes_again,
            "skipped": self.skipped,
            "seconds": round(self.seconds, 3),
        }
