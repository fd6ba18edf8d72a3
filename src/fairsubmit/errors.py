"""Every error fairsubmit raises, in one tree.

::

    FairsubmitError                  .hint  .exit_code
    ├── ConfigError                2   MissingCredentialError  MissingExtraError
    ├── ReadError                  6   UnsupportedFormatError  DamagedFileError
    │                                  MissingReaderError
    ├── MetadataError              1   carries findings
    ├── ManifestError              6   FileChangedError
    ├── StateError                 5   the journal cannot be written or is in use
    ├── TransferError
    │   ├── TransientTransferError 5   .retry_after
    │   ├── PermanentTransferError 3   ChecksumMismatchError  UploadExpiredError
    │   │                              QuotaExceededError
    │   └── TransferStoppedError 130   somebody asked to stop
    └── ArchiveError               3   .archive .status .server_message .request_id
        ├── AuthenticationError    4
        ├── SubmissionRejectedError 1  carries findings
        └── ArchiveUnavailableError 5

The message of an error is one sentence a person can act on; ``hint`` is the next
command or step; ``exit_code`` is what the command line ends with. Lint findings
are values (`fairsubmit.findings.Finding`), never exceptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.findings import Finding

__all__ = [
    "ArchiveError",
    "ArchiveUnavailableError",
    "AuthenticationError",
    "ChecksumMismatchError",
    "ConfigError",
    "DamagedFileError",
    "FairsubmitError",
    "FileChangedError",
    "ManifestError",
    "MetadataError",
    "MissingCredentialError",
    "MissingExtraError",
    "MissingReaderError",
    "PermanentTransferError",
    "QuotaExceededError",
    "ReadError",
    "StateError",
    "SubmissionRejectedError",
    "TransferError",
    "TransferStoppedError",
    "TransientTransferError",
    "UnsupportedFormatError",
    "UploadExpiredError",
]


class FairsubmitError(Exception):
    """Base of every error raised on purpose.

    Parameters
    ----------
    message
        One sentence: what happened and where.
    hint
        What to do next, usually a command.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(FairsubmitError):
    """A setting, an option or an argument cannot be used as it is."""

    exit_code = 2


class MissingCredentialError(ConfigError):
    """No token or password is known for the archive."""


class MissingExtraError(ConfigError):
    """An optional dependency is needed; the hint is the install command."""


class ReadError(FairsubmitError):
    """A local file could not be read."""

    exit_code = 6


class UnsupportedFormatError(ReadError):
    """No reader recognises the file."""


class MissingReaderError(ReadError):
    """The format is known, its library is not installed; the hint installs it.

    The message goes on after the file's name: "is …".
    """


class DamagedFileError(ReadError):
    """An image file is cut short, empty or contradicts itself.

    Parameters
    ----------
    path
        The file.
    expected
        What should have stood there, as the end of the sentence "expected …".
    offset
        Byte offset, from the start of the file, where the reading broke.
    """

    def __init__(
        self, path: Path | str, expected: str, *, offset: int | None = None
    ) -> None:
        where = "" if offset is None else f" at byte {offset}"
        super().__init__(f"{path} is damaged{where}: expected {expected}")
        self.path = path
        self.expected = expected
        self.offset = offset


class MetadataError(FairsubmitError):
    """The submission document cannot be used; `findings` say why and where."""

    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        findings: Sequence[Finding] = (),
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.findings = tuple(findings)


class ManifestError(FairsubmitError):
    """Local files cannot be listed, read or compared."""

    exit_code = 6


class FileChangedError(ManifestError):
    """A file is no longer what was hashed.

    Parameters
    ----------
    path
        The file, relative to the dataset.
    recorded, found
        What the manifest says and what is there now, in words.
    """

    def __init__(self, path: str, recorded: str, found: str) -> None:
        super().__init__(
            f"{path} changed while it was being deposited: "
            f"recorded {recorded}, found {found}",
            hint="let the file come to rest, then run the same command again; "
            "nothing was submitted",
        )
        self.path = path
        self.recorded = recorded
        self.found = found


class StateError(FairsubmitError):
    """The state folder cannot be written, or another run is using it."""

    exit_code = 5


class TransferError(FairsubmitError):
    """A file could not be sent."""


class TransferStoppedError(TransferError):
    """The transfer was asked to stop before its end; what was sent is not lost."""

    exit_code = 130


class TransientTransferError(TransferError):
    """The same call may well succeed later.

    Parameters
    ----------
    retry_after
        Seconds the server asked to wait, if it did.
    """

    exit_code = 5

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class PermanentTransferError(TransferError):
    """Trying again will not help."""


class ChecksumMismatchError(PermanentTransferError):
    """The archive reports another size or digest than the local file has."""


class UploadExpiredError(PermanentTransferError):
    """The server no longer knows the upload handle; a new upload is needed."""


class QuotaExceededError(PermanentTransferError):
    """The archive has no room for the file, or it is larger than it takes."""


class ArchiveError(FairsubmitError):
    """An archive refused a request.

    Parameters
    ----------
    message
        One sentence for a person.
    archive
        Name of the archive.
    status
        HTTP status, if there was an answer.
    server_message
        The server's own words.
    request_id
        The server's identifier for the request, if it gave one.
    """

    def __init__(
        self,
        message: str,
        *,
        archive: str = "",
        status: int | None = None,
        server_message: str | None = None,
        request_id: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.archive = archive
        self.status = status
        self.server_message = server_message
        self.request_id = request_id


class AuthenticationError(ArchiveError):
    """The archive does not accept the token or the password."""

    exit_code = 4


class SubmissionRejectedError(ArchiveError):
    """The archive refused the submission; its messages are `findings`."""

    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        findings: Sequence[Finding] = (),
        archive: str = "",
        server_message: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(
            message, archive=archive, server_message=server_message, hint=hint
        )
        self.findings = tuple(findings)


class ArchiveUnavailableError(ArchiveError):
    """The archive cannot be reached or answers that it is busy.

    Attributes
    ----------
    retry_after
        Seconds the server asked to wait, if it did.
    """

    exit_code = 5
    retry_after: float | None = None
