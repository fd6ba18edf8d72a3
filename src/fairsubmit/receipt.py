"""The receipt: proof of what was deposited, where, and when; the draft before it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Self

from fairsubmit.errors import ManifestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["Draft", "Receipt", "ReceiptFile", "RemoteFile"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A submission that the archive has opened but not yet accepted.

    Attributes
    ----------
    key
        The archive's name for it; enough to open it again.
    accession
        The identifier it will have, where that is known already.
    root
        Folder in the archive's file area that this deposit's files go to, POSIX,
        ``""`` for the top.
    notes
        What this archive must know again on the next run.
    """

    key: str
    accession: str | None
    root: str
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as an archive reports it.

    Attributes
    ----------
    path
        POSIX path relative to the deposit's own folder, as in the manifest.
    size
        Bytes.
    digests
        Lower-case hexadecimal digests by algorithm (``md5``, ``sha256``), as far as
        the archive reports any.
    """

    path: str
    size: int
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """One deposited file: what we had, and what the archive says it has.

    Attributes
    ----------
    path
        POSIX path relative to the dataset and to the deposit's own folder.
    size, md5, sha256
        Of the local file, when it was sent.
    held
        What the archive reported, after the transfer.
    checked_at
        UTC time of that report, ISO 8601 with ``Z``.
    """

    path: str
    size: int
    md5: str
    sha256: str
    held: RemoteFile
    checked_at: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a deposit ends with.

    Attributes
    ----------
    archive
        Name of the archive, e.g. ``bioimage-archive``.
    endpoint
        Address of its API, or the folder of a directory archive.
    accession
        The archive's identifier.
    status
        The archive's last word, e.g. ``PROCESSED``.
    url
        Page of the submission, if there is one.
    submitted_at
        UTC time, ISO 8601 with ``Z``.
    tool
        Name and version of the depositing program.
    submission_digest
        SHA-256 over the manifest and the rendered submission, hexadecimal.
    root
        Folder of the deposit in the archive's file area.
    files
        Every file sent, sorted by path.
    """

    archive: str
    endpoint: str
    accession: str
    status: str
    url: str | None
    submitted_at: str
    tool: str
    submission_digest: str
    root: str
    files: tuple[ReceiptFile, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the receipt as a JSON object."""
        return {"fairsubmit_receipt": 1, **asdict(self)}

    def write(self, path: Path) -> None:
        """Write the receipt atomically as indented JSON, one file a line."""
        partial = path.with_name(path.name + ".part")
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(self._lines())
        partial.replace(path)

    def _lines(self) -> Iterator[str]:
        # A file at a time: the JSON of 20,000 files at once would take 30 MiB.
        head = {"fairsubmit_receipt": 1, **asdict(replace(self, files=()))}
        del head["files"]
        yield json.dumps(head, indent=1, ensure_ascii=False)[:-2] + ',\n "files": ['
        separator = "\n  "
        for file in self.files:
            yield separator + json.dumps(asdict(file), ensure_ascii=False)
            separator = ",\n  "
        yield "\n ]\n}\n"

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote; what a later version added is left out.

        Raises
        ------
        ManifestError
            If `path` is not a receipt.
        """
        message = f"{path} is not a fairsubmit receipt"
        hint = "give the receipt that `fairsubmit submit` wrote"
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            if value.get("fairsubmit_receipt") != 1:
                raise ManifestError(message, hint=hint)
            files = tuple(_file(item) for item in value["files"])
            return cls(**{**_known(cls, value), "files": files})
        except OSError as error:
            why = f"{path} cannot be read: {error.strerror or error}"
            raise ManifestError(why, hint=hint) from error
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            why = f"{message}: {error}"
            raise ManifestError(why, hint=hint) from error
        except RecursionError:
            raise ManifestError(message, hint=hint) from None


def _file(value: Mapping[str, Any]) -> ReceiptFile:
    held = RemoteFile(**_known(RemoteFile, value["held"]))
    file = ReceiptFile(**{**_known(ReceiptFile, value), "held": held})
    texts = file.path, held.path, file.md5, file.sha256, *held.digests.values()
    if not all(isinstance(text, str) for text in texts):
        message = "a path or digest is not text"
        raise TypeError(message)
    if type(file.size) is not int or type(held.size) is not int:
        message = "a size is not a whole number"
        raise TypeError(message)
    return file


def _known(kind: type[Any], value: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {key: item for key, item in value.items() if key in names}
