"""The directory archive: deposits in a local folder.

A staging area for labs, and the reference implementation of the port.
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - pydantic reads the annotation
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fairsubmit.archives.directory.archive import DirectoryArchive
from fairsubmit.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DirectoryArchive", "Settings", "connect"]


class Settings(BaseModel):
    """Settings of the directory archive."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path = Field(description="The folder that holds the deposits.")


def connect(settings: Mapping[str, object]) -> DirectoryArchive:
    """Return the archive in a folder.

    Raises
    ------
    ConfigError
        If no folder is named, or a setting is unknown.
    """
    given = {key: value for key, value in settings.items() if value is not None}
    unknown = sorted(given.keys() - Settings.model_fields.keys())
    if unknown:
        message = f"the directory archive has no setting {unknown[0]!r}"
        raise ConfigError(message, hint="its one setting is `folder`")
    try:
        return DirectoryArchive(Settings.model_validate(given).folder)
    except ValidationError:
        message = "the directory archive needs a folder for its deposits"
        raise ConfigError(message, hint="name one with --to FOLDER") from None
