"""Where BioStudies looks for the files of a submission (FileSourcesService.kt)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairsubmit.rehearsal import file_lists
from fairsubmit.rehearsal.pagetab import ElementError, Item, Section, flat
from fairsubmit.rehearsal.refusals import RefusalError, RejectedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fairsubmit.rehearsal.pagetab import Submission

__all__ = ["ListedFiles", "Sources", "check_names", "read_lists", "require"]

NAME_RULE = re.compile(r"(?!\./)(?!.*/$)(?!.*\.\./)[0-9A-Za-z!\-_*'(). /]+")
"""What a path in a submission may be, as a whole (FileSourcesList.kt)."""

HELP_PAGE = "https://www.ebi.ac.uk/bioimage-archive/help-file-list"
NAMED_AT_MOST = 1000
LISTS = {"file list": "path", "link list": "url"}


@dataclass(frozen=True)
class Sources:
    """Folders in which a path is looked up, one after the other.

    Parameters
    ----------
    folders
        Pairs of what BioStudies calls a source and where it is.
    """

    folders: Sequence[tuple[str, Path]]

    def find(self, path: str) -> Path | None:
        """Return the file or folder of a path, or None."""
        steps = path.split("/")
        if ".." in steps or "\0" in path or path.startswith("/"):
            return None
        for _, folder in self.folders:
            place = folder.joinpath(*steps)
            if place.exists():
                return place
        return None

    def missing(self, paths: Sequence[str], listed_in: str | None = None) -> str:
        """Return the message on paths that were not found."""
        lines = ["The following files could not be found:"]
        lines += [f"  - {path}" for path in paths[:NAMED_AT_MOST]]
        if listed_in:
            lines.append(f"Referenced in file list: {listed_in}")
        lines.append("List of available sources:")
        lines += [f"  - {name}" for name, _ in self.folders]
        return "\n".join(lines)


@dataclass(frozen=True)
class ListedFiles:
    """The files of one section, or of one list that a section names.

    Parameters
    ----------
    section
        The section.
    name
        The list's name; None for files in the document itself.
    items
        The rows.
    key
        ``path`` for files, ``url`` for links.
    """

    section: Section
    name: str | None
    items: list[Item] = field(default_factory=list)
    key: str = "path"


def read_lists(submission: Submission, sources: Sources) -> list[ListedFiles]:
    """Read every file of a submission, in the document and in its lists.

    Raises
    ------
    RefusalError
        A list has another format (415), a name that is not allowed or no file
        (500), or content that is not a list (400).
    """
    found = []
    for section in submission.section.walk():
        if section.files:
            found.append(ListedFiles(section, None, list(flat(section.files))))
        for name, key in _named_lists(section):
            items = read_list(name, sources, key)
            found.append(ListedFiles(section, name, items, key))
    return found


def read_list(name: str, sources: Sources, key: str = "path") -> list[Item]:
    """Read one list, with the checks in BioStudies' order.

    Raises
    ------
    RefusalError
        As for `read_lists`.
    """
    file_lists.check_format(name)
    if not NAME_RULE.fullmatch(name):
        raise RefusalError(500, _bad_name(name, None))
    place = sources.find(name)
    if place is None:
        raise RefusalError(500, sources.missing([name]))
    what = f"Problem processing file list '{name}'"
    if place.is_dir():
        raise RefusalError(400, f"{what}: A directory can't be used as File List")
    try:
        items = file_lists.read(place, name, key)
    except ElementError as error:
        raise RefusalError(400, f"{what}: {error}") from error
    if not items:
        raise RefusalError(400, f"{what}: A file list should contain at least one file")
    return items


def check_names(listed: ListedFiles) -> None:
    """Check the paths of files against the rule for names.

    Raises
    ------
    RejectedError
        One breaks it.
    """
    for item in listed.items:
        if not NAME_RULE.fullmatch(item.key):
            raise RejectedError(_bad_name(item.key, listed.name))


def require(listed: ListedFiles, sources: Sources, status: int = 400) -> None:
    """Check that every file is in one of the sources.

    Raises
    ------
    RefusalError
        Some are not.
    """
    gone = [item.key for item in listed.items if sources.find(item.key) is None]
    if not gone:
        return
    message = sources.missing(gone, listed.name)
    raise RejectedError(message) if status == 400 else RefusalError(status, message)


def circular(listed: Sequence[ListedFiles], sources: Sources) -> str | None:
    """Return the message on folders listed together with what is inside them."""
    paths = [one.key for each in listed if each.key == "path" for one in each.items]
    folders = {path for path in paths if _is_folder(sources, path)}
    pairs = [
        (folder, path) for path in paths for folder in _above(path) if folder in folders
    ]
    if not pairs:
        return None
    lines = [f"- Directory '{folder}' contains: '{path}'\n" for folder, path in pairs]
    return "The following circular references were found:\n" + "".join(lines)


def _is_folder(sources: Sources, path: str) -> bool:
    place = sources.find(path)
    return place is not None and place.is_dir()


def _above(path: str) -> Iterator[str]:
    steps = path.split("/")
    for count in range(1, len(steps)):
        yield "/".join(steps[:count])


def _named_lists(section: Section) -> Iterator[tuple[str, str]]:
    for attribute in section.attributes:
        key = LISTS.get(attribute.name.lower())
        if key and attribute.value:
            yield attribute.value, key


def _bad_name(path: str, listed_in: str | None) -> str:
    lines = [f"The given file path contains invalid characters: {path}"]
    if listed_in:
        lines.append(f"Referenced in file list: {listed_in}")
    lines.append(f"For more information check {HELP_PAGE}")
    return "\n".join(lines)
