"""Upload handles: what a transport must know to go on in another process."""

from __future__ import annotations

import json
from dataclasses import dataclass

from fairsubmit.errors import UploadExpiredError

__all__ = ["FileHandle"]


@dataclass(frozen=True, slots=True)
class FileHandle:
    """An upload that is named by its file alone, as in FTP.

    Attributes
    ----------
    path
        POSIX path relative to the deposit's folder.
    size
        Bytes the file will have.
    """

    path: str
    size: int

    def __str__(self) -> str:
        value = {"path": self.path, "size": self.size}
        return json.dumps(value, ensure_ascii=False)

    @classmethod
    def parse(cls, handle: str) -> FileHandle:
        """Read what `str` gave.

        Raises
        ------
        UploadExpiredError
            If it is something else, as after another version wrote it.
        """
        try:
            value = json.loads(handle)
            return cls(str(value["path"]), int(value["size"]))
        except (ValueError, TypeError, KeyError) as error:
            message = "the record of an earlier upload cannot be read"
            raise UploadExpiredError(message) from error
