"""The files of an OME-TIFF set: which one speaks for it, which are missing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairsubmit.errors import ReadError
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.source import opened
from fairsubmit.readers.tiff.chain import check
from fairsubmit.readers.tiff.structure import DESCRIPTION, open_tiff

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.ome.cut import Part
    from fairsubmit.readers.ome.file import OmeFile

__all__ = ["Members", "basename", "inspect", "lead_of", "members_of"]

# Of one set; the rest is counted.
MAX_REPORTED = 20
_OWN_UUID = re.compile(rb"<[^>]*\bUUID\s*=\s*[\"'](?:urn:uuid:)?([^\"'\s]+)")


def basename(name: str) -> str:
    """Return the last part of a path of any operating system."""
    return name.replace("\\", "/").rpartition("/")[2]


def is_own(part: Part, own: OmeFile) -> bool:
    if basename(part.name) == own.name:
        return True
    return bool(part.uuid) and part.uuid == own.uuid and own.first is not None


def lead_of(own: OmeFile) -> Path | None:
    """Return the file that speaks for the set, if it is another one."""
    parts = {part for run in own.xml.runs for part in run.parts}
    if all(part.name == own.name for part in parts):
        return None
    if own.first is None or not any(is_own(part, own) for part in parts):
        return None
    before = {
        name
        for part in parts
        if "" < (name := basename(part.name)) < own.name and not is_own(part, own)
    }
    folder = own.path.parent if before else own.path
    there = (folder / name for name in sorted(before))
    return next((path for path in there if path.is_file()), None)


@dataclass(slots=True)
class Members:
    """The other files of a set: those that are there, and those that are not."""

    present: dict[str, Part] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unreported: int = 0

    def problem(self, code: str, message: str, place: str, *, error: bool) -> None:
        """Note a problem; after `MAX_REPORTED`, only count it."""
        if len(self.problems) < MAX_REPORTED:
            self.problems.append(Problem(code, message, place, error))
        else:
            self.unreported += 1

    def all_problems(self) -> list[Problem]:
        """Return the problems and how many more there are."""
        if not self.unreported:
            return self.problems
        message = f"and {self.unreported} more problems with the files of this set"
        return [*self.problems, Problem("missing-part", message, None, error=True)]


def members_of(own: OmeFile, parts: frozenset[Part]) -> Members:
    """Find the other files that hold planes of an image.

    Parameters
    ----------
    own
        The file that speaks for the set.
    parts
        The files that it names.
    """
    members = Members()
    if all(part.name == own.name for part in parts):
        return members
    folder = own.path.parent
    names = {basename(part.name) for part in parts}
    for part in sorted(parts, key=lambda part: part.name):
        name = basename(part.name)
        if name != part.name:
            message = (
                f"names the path {part.name!r}; only the file name is used, and the "
                "path may tell a user's name"
            )
            members.problem("path-in-name", message, "UUID@FileName", error=False)
        if is_own(part, own):
            continue
        if name and (folder / name).is_file():
            members.present[name] = part
        elif len(names) == 1 and own.first is not None:
            message = f"names {name!r} as its own file: it was renamed"
            members.problem("file-renamed", message, "UUID@FileName", error=False)
        else:
            message = f"names {name!r} as a part of the image, which is not beside it"
            members.problem("missing-part", message, "UUID@FileName", error=True)
    return members


def inspect(own: OmeFile, members: Members, sizes: dict[str, set[object]]) -> None:
    """Look into each other file of the set."""
    for name, part in members.present.items():
        try:
            with opened(own.path.parent / name) as source:
                tiff = open_tiff(source)
                for problem in check(tiff):
                    message = f"{name}: {problem.message}"
                    members.problem(
                        problem.code, message, str(problem.place), error=problem.error
                    )
                start = tiff.text(DESCRIPTION, 1 << 12) or b""
        except ReadError as error:
            members.problem("unreadable-part", error.message, name, error=True)
            continue
        size = (tiff.first.width, tiff.first.height)
        if sizes[name] and size not in sizes[name]:
            message = f"{name} is {size[0]} × {size[1]} pixels, OME-XML says otherwise"
            members.problem("size-mismatch", message, name, error=True)
        uuid = _OWN_UUID.search(start)
        theirs = uuid.group(1).decode("ascii", "replace").lower() if uuid else ""
        if part.uuid and theirs and theirs != part.uuid:
            message = f"{name} has another UUID than the one by which it is named"
            members.problem("uuid-mismatch", message, name, error=False)
