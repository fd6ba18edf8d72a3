"""What the records of a journal add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fairsubmit.receipt import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["History", "Upload"]


class Upload(NamedTuple):
    """An upload that was begun and is not known to be stored.

    Attributes
    ----------
    handle
        What `fairsubmit.transports.base.Transport.create` returned.
    sha256, size
        Of the local file it was begun for.
    """

    handle: str
    sha256: str
    size: int


class History:
    """One deposit so far.

    Attributes
    ----------
    token
        Our name for a draft, written down before it was asked for.
    draft
        The draft, once the archive answered.
    submitting
        Whether the deposit was about to be handed in.
    submitted
        What was noted when it was taken.
    uploads
        Uploads begun and not known to be stored, by path.
    chunks
        Offset and length of the chunks of an upload that were written, by path;
        only where the server keeps no account of them.
    sent
        SHA-256 of each file known to be stored, by path; ``""`` where an upload to
        that path was begun since and not confirmed.
    digests
        What the server said of a stored file, by path.
    """

    def __init__(self) -> None:
        self.token: str | None = None
        self.draft: Draft | None = None
        self.submitting = False
        self.submitted: dict[str, Any] | None = None
        self.uploads: dict[str, Upload] = {}
        self.chunks: dict[str, set[tuple[int, int]]] = {}
        self.sent: dict[str, str] = {}
        self.digests: dict[str, Mapping[str, str]] = {}
        self._steps = {
            "token": self._on_token,
            "draft": self._on_draft,
            "upload": self._on_upload,
            "chunk": self._on_chunk,
            "dropped": self._on_dropped,
            "stored": self._on_stored,
            "submitting": self._on_submitting,
            "submitted": self._on_submitted,
        }

    def apply(self, record: Mapping[str, Any]) -> None:
        """Count one record; events of other versions are left alone.

        Raises
        ------
        KeyError
            If a field is missing.
        """
        step = self._steps.get(record["event"])
        if step is not None:
            step(record)

    def _on_token(self, record: Mapping[str, Any]) -> None:
        self.token = record["token"]

    def _on_draft(self, record: Mapping[str, Any]) -> None:
        self.draft = Draft(
            record["key"],
            record.get("accession"),
            record.get("root", ""),
            dict(record.get("notes") or {}),
        )

    def _on_upload(self, record: Mapping[str, Any]) -> None:
        path = record["path"]
        self.uploads[path] = Upload(record["handle"], record["sha256"], record["size"])
        self.chunks.pop(path, None)
        self.sent[path] = ""

    def _on_chunk(self, record: Mapping[str, Any]) -> None:
        done = self.chunks.setdefault(record["path"], set())
        done.add((record["offset"], record["length"]))

    def _on_dropped(self, record: Mapping[str, Any]) -> None:
        # What the archive holds under that path is unconfirmed from here on.
        path = record["path"]
        self.uploads.pop(path, None)
        self.chunks.pop(path, None)

    def _on_stored(self, record: Mapping[str, Any]) -> None:
        path = record["path"]
        self.uploads.pop(path, None)
        self.chunks.pop(path, None)
        self.sent[path] = record["sha256"]
        self.digests.pop(path, None)
        if digests := record.get("digests"):
            self.digests[path] = digests

    def _on_submitting(self, _: Mapping[str, Any]) -> None:
        self.submitting = True

    def _on_submitted(self, record: Mapping[str, Any]) -> None:
        self.submitted = {k: v for k, v in record.items() if k not in {"event", "at"}}
