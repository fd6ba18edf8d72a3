"""The TIFF files of an ImageXpress plate, by well, site, time, z step and wave."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.readers.plates.beside import descriptions
from fairsubmit.readers.plates.folder import Folder
from fairsubmit.readers.plates.wells import Well, well_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Files", "Plane", "Site", "SiteFiles", "found_files"]

# The identifier follows at once: w1 and 3F2504E0-… make w13F2504E0-….
_NAME = re.compile(
    r"(?P<plate>.*?)_(?P<well>[A-Z]{1,2}\d{2})(?:_s(?P<site>\d{1,5}?))?"
    r"(?:_w(?P<wave>\d{1,2}?))?(?P<thumb>_thumb)?"
    r"(?:[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})?\.tiff?",
    re.IGNORECASE,
)
_TIME = re.compile(r"TimePoint_(\d{1,6})", re.IGNORECASE)
_STEP = re.compile(r"ZStep_(\d{1,6})", re.IGNORECASE)


class Site(NamedTuple):
    """A well and the number of a site in it, from 0."""

    well: Well
    number: int


class Plane(NamedTuple):
    """One file: time from 1, z step as its folder says, wave from 1, path and bytes."""

    time: int
    step: int | None
    wave: int
    path: str
    size: int


@dataclass(slots=True)
class SiteFiles:
    """The files of one site.

    Attributes
    ----------
    planes
        In the order of time, z step and wave.
    projections
        Of stacks whose planes are there.
    thumbnails
        Small copies of planes.
    """

    planes: list[Plane] = field(default_factory=list)
    projections: list[Plane] = field(default_factory=list)
    thumbnails: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Files:
    """The files of a plate.

    Attributes
    ----------
    sites
        By well and site.
    copies
        HTD files in the folders below.
    alone
        Whether the HTD lies in the folder of one time point or z step.
    """

    sites: dict[Site, SiteFiles] = field(default_factory=dict)
    copies: list[str] = field(default_factory=list)
    alone: bool = False

    def of(self, lead: str, site: Site) -> tuple[str, ...]:
        """Return the paths of all files of a site."""
        files = self.sites[site]
        planes = (plane.path for plane in files.planes)
        projections = (plane.path for plane in files.projections)
        return (lead, *self.copies, *planes, *projections, *files.thumbnails)


class _Place(NamedTuple):
    folder: Folder
    time: int
    step: int | None


def found_files(path: Path) -> Files:
    """Find the files of the plate that an HTD file describes."""
    root = path.parent
    files = Files(alone=_number(_TIME, root.name) is not None)
    files.alone |= _number(_STEP, root.name) is not None
    by_plate: dict[str, list[tuple[re.Match[str], _Place]]] = {}
    for place in _places(root):
        if place.folder.path != root:
            files.copies += _copies(place.folder.path, path.name)
        for name in place.folder.sizes:
            found = _NAME.fullmatch(name)
            if found is not None:
                of_plate = by_plate.setdefault(found["plate"].lower(), [])
                of_plate.append((found, place))
    for found, place in by_plate.get(_plate(path, by_plate), ()):
        _add(files, found, place)
    for site in files.sites.values():
        site.planes.sort(key=lambda p: (p.time, p.step or 0, p.wave, p.path))
        site.thumbnails.sort()
    return files


def _places(root: Path) -> Iterator[_Place]:
    """Yield the folders that hold planes, outermost first."""
    top = Folder(root)
    time = _number(_TIME, root.name) or _number(_TIME, root.parent.name) or 1
    yield _Place(top, time, _number(_STEP, root.name))
    times = [(time, top)]
    for name in top.folders:
        number = _number(_TIME, name)
        if number is not None:
            times.append((number, Folder(root / name)))
    for number, folder in times:
        if folder is not top:
            yield _Place(folder, number, None)
        for name in folder.folders:
            step = _number(_STEP, name)
            if step is not None:
                yield _Place(Folder(folder.path / name), number, step)


def _number(pattern: re.Pattern[str], name: str) -> int | None:
    found = pattern.fullmatch(name)
    return int(found.group(1)) if found else None


def _copies(folder: Path, name: str) -> list[str]:
    return [
        (folder / other).as_posix()
        for other in descriptions(folder).htd
        if other.lower() == name.lower()
    ]


def _plate(path: Path, by_plate: dict[str, list[tuple[re.Match[str], _Place]]]) -> str:
    """Return how the names of the plate's files begin, in lower case.

    The HTD's own name, unless it was renamed and is the only one.
    """
    own = path.stem.lower()
    if own in by_plate or len(descriptions(path.parent).htd) > 1 or not by_plate:
        return own
    counts = Counter({plate: len(found) for plate, found in by_plate.items()})
    return min(counts, key=lambda plate: (-counts[plate], plate))


def _add(files: Files, found: re.Match[str], place: _Place) -> None:
    well = well_of(found["well"])
    number = int(found["site"] or 1)
    if well is None or not number:
        return
    site = files.sites.setdefault(Site(well, number - 1), SiteFiles())
    name = found.string
    if found["thumb"]:
        site.thumbnails.append(place.folder.posix(name))
        return
    wave = int(found["wave"] or 1)
    path, size = place.folder.posix(name), place.folder.sizes[name]
    site.planes.append(Plane(place.time, place.step, wave, path, size))
