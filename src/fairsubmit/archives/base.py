"""The port of archives: a bundle in, a receipt out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fairsubmit.receipt import Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from fairsubmit.bundle import Bundle
    from fairsubmit.findings import Finding
    from fairsubmit.receipt import RemoteFile
    from fairsubmit.transports.base import Transport

__all__ = ["Archive", "Draft", "Outcome", "Status"]


@dataclass(frozen=True, slots=True)
class Status:
    """Where a submission stands.

    Attributes
    ----------
    accession
        The archive's identifier.
    state
        The archive's own word, e.g. ``PROCESSED``; ``DRAFT`` while it has not been
        handed in.
    final
        Whether it will not change by itself any more.
    accepted
        Whether the archive has taken the submission.
    messages
        The archive's own words.
    url
        Page for a person.
    """

    accession: str
    state: str
    final: bool
    accepted: bool
    messages: tuple[str, ...] = ()
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `Archive.submit` ends with.

    Attributes
    ----------
    status
        The final status.
    document
        The document as it was handed in (PageTab, record JSON), for the digest.
    """

    status: Status
    document: bytes


class Archive(Protocol):
    """One archive, as one account on it sees it."""

    @property
    def name(self) -> str:
        """Name on the command line, e.g. ``bioimage-archive``."""
        ...

    @property
    def endpoint(self) -> str:
        """Address of the API, or the folder of a directory archive."""
        ...

    def whoami(self) -> str:
        """Return the account's name, proving that the token is good.

        Raises
        ------
        AuthenticationError
            If it is not.
        """
        ...

    def check(self, bundle: Bundle) -> Iterable[Finding]:
        """Compare a bundle with this archive's own limits, before a byte moves.

        Pure: no network.
        """
        ...

    def render(self, bundle: Bundle, draft: Draft) -> bytes:
        """Write the submission as the archive's own document. Pure."""
        ...

    def open(self, bundle: Bundle, token: str) -> Draft:
        """Create a draft, or find the one that carries `token`.

        Parameters
        ----------
        bundle
            What will be deposited.
        token
            Our own random name for this attempt, written down before the call, so
            that a draft whose answer was lost is found instead of made twice.
        """
        ...

    def reopen(self, draft: Draft) -> Draft:
        """Return a draft that an earlier run opened, checked to be still there.

        Raises
        ------
        ArchiveError
            If the archive no longer has it.
        """
        ...

    def held(self, draft: Draft) -> Mapping[str, RemoteFile]:
        """List the files the archive holds for this deposit, by relative path."""
        ...

    def transport(self, draft: Draft) -> Transport:
        """Return the way to send files to this deposit."""
        ...

    def submit(
        self, bundle: Bundle, draft: Draft, progress: Callable[[str], object]
    ) -> Outcome:
        """Hand the deposit in and wait for the archive's final word.

        Parameters
        ----------
        bundle
            What was sent.
        draft
            Where it was sent to.
        progress
            Called with one sentence whenever the submission's state changes.

        Raises
        ------
        SubmissionRejectedError
            If the archive refuses it; its messages are findings with the place in
            the person's own document.
        ArchiveUnavailableError
            If no final word came; running the same command again goes on.
        """
        ...

    def status(self, accession: str) -> Status:
        """Ask where a submission stands."""
        ...

    def deposited(self, root: str, accession: str) -> Mapping[str, RemoteFile]:
        """List the files of a submitted deposit, as `held`, for `verify`."""
        ...

    def fetch(self, root: str, accession: str, path: str) -> Iterator[bytes]:
        """Read a deposited file back in blocks, for `verify`.

        Raises
        ------
        ArchiveError
            If the archive does not hand it out.
        """
        ...

    def close(self) -> None:
        """Close connections."""
        ...
