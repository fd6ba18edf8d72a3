"""What a submission holds, read back from the archive."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fairsubmit.archives.biostudies.refusals import RefusalError
from fairsubmit.archives.biostudies.settings import NAME
from fairsubmit.errors import (
    ArchiveError,
    ArchiveUnavailableError,
    AuthenticationError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fairsubmit.archives.biostudies.client import Client
    from fairsubmit.archives.biostudies.settings import Settings

__all__ = ["fetch", "listed"]

_log = logging.getLogger(__name__)
_LIST = "file list"


def listed(client: Client, accession: str) -> Iterator[tuple[str, int]]:
    """Yield path and size of each file that a submission lists.

    Nothing for one that is not processed yet, since the archive has no document of it,
    nor for a list without a page: not every version of it shows lists in folders.
    """
    document: Mapping[str, Any] = {}
    with _if_there_is_one():
        document = client.pagetab(accession)
    for section in _sections(document.get("section")):
        for file in _flat(section.get("files")):
            path, size = file.get("path"), file.get("size")
            if isinstance(path, str) and isinstance(size, int):
                yield path, size
        for name in _lists(section):
            sizes: Mapping[str, int] = {}
            with _if_there_is_one():
                sizes = client.file_list(accession, name)
            yield from sizes.items()


@contextmanager
def _if_there_is_one() -> Iterator[None]:
    """Go on where the archive refuses, not where it cannot be asked.

    Raises
    ------
    AuthenticationError
        If the session ended.
    ArchiveUnavailableError
        If the archive is out of reach.
    """
    try:
        yield
    except (AuthenticationError, ArchiveUnavailableError):
        raise
    except ArchiveError as error:
        _log.debug("%s", error.message)


def _sections(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield a section and those below it; tables of sections are lists in lists."""
    for section in _flat([value]):
        yield section
        yield from _sections(section.get("subsections"))


def _flat(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _flat(item)


def _lists(section: Mapping[str, Any]) -> Iterator[str]:
    for attribute in _flat(section.get("attributes")):
        name, value = attribute.get("name"), attribute.get("value")
        if isinstance(name, str) and name.lower() == _LIST and value:
            yield str(value)


def fetch(
    client: Client, settings: Settings, inside: str, public: str
) -> Iterator[bytes]:
    """Read a file back in blocks.

    Parameters
    ----------
    client
        The account.
    settings
        Where files of studies are read.
    inside
        Path in the user's file area, tried first.
    public
        Accession and path in the study.

    Raises
    ------
    ArchiveError
        If neither place hands it out.
    """
    folder, _, name = inside.rpartition("/")
    try:
        yield from client.download(folder, name)
    except RefusalError as error:
        if settings.files_address is None:
            message = f"{NAME} does not hand out {inside}: {error.server_message}"
            raise ArchiveError(message, archive=NAME) from error
    else:
        return
    yield from client.read_public(f"{settings.files_address}/{quote(public)}")
