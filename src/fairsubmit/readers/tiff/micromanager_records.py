"""The records of Micro-Manager's stacks and folders of images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import Channel, ImageMetadata, ImageSize, Problem
from fairsubmit.readers.plates.folder import CutParts, pixels_of
from fairsubmit.readers.tiff.micromanager_files import Frames, frames_beside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.readers.tiff.micromanager_files import Stack
    from fairsubmit.readers.tiff.micromanager_summary import Summary
    from fairsubmit.readers.tiff.structure import Tiff

__all__ = [
    "FORMAT",
    "READER",
    "channels_of",
    "folder_records",
    "record_of",
    "stack_records",
]

FORMAT, READER = "Micro-Manager", "micromanager"
MAX_CHANNELS = 1_000
MAX_POSITIONS = 100_000


def channels_of(
    count: int | None, names: Sequence[str | None], samples: int, summary: Summary
) -> tuple[Channel, ...]:
    """Return so many channels, with their names as far as there are any."""
    found = []
    for index in range(min(count or 0, MAX_CHANNELS)):
        name = names[index] if index < len(names) else None
        if name is not None:
            summary.provenance.setdefault(f"channels.{index}.name", "Summary/ChNames")
        found.append(Channel(index, name, samples_per_pixel=samples))
    return tuple(found)


def record_of(base: ImageMetadata, summary: Summary) -> ImageMetadata:
    """Return a record with what the summary says; its problems are in the first.

    Parameters
    ----------
    base
        The record as far as the files themselves give it.
    summary
        Of the acquisition.
    """
    if base.name is not None:
        summary.provenance["name"] = "Summary/StagePositions"
    summary.provenance = {
        key: place
        for key, place in summary.provenance.items()
        if not key.startswith(("physical_size", "time_increment"))
    }
    record = replace(
        base,
        name=base.name or summary.name(),
        format=FORMAT,
        reader=READER,
        significant_bits=summary.bits(),
        physical_size=summary.physical_size(base.size.z),
        time_increment=summary.interval(base.size.t),
        objective=summary.objective(),
        acquired_at=summary.acquired_at(),
        software=summary.software(),
        files=base.files or (base.path,),
        problems=(*(() if base.series else summary.problems), *base.problems),
    )
    return replace(record, provenance=dict(summary.provenance))


# -- stacks -----------------------------------------------------------------------


def stack_records(
    path: Path, tiff: Tiff, stack: Stack, summary: Summary, problems: list[Problem]
) -> list[ImageMetadata]:
    """Return one record for each position of a stack."""
    pages = len(tiff.offsets)
    positions = sorted({plane[3] for plane in stack.planes})[:MAX_POSITIONS]
    if not positions:
        return [_unmapped(path, tiff, stack, summary, problems)]
    if len(stack.planes) > pages:
        message = f"the index lists {len(stack.planes)} frames, but there are {pages}"
        problems.append(Problem("planes-missing", message, "index map", error=True))
    labels = summary.positions() if len(positions) > 1 else []
    by_position: dict[int, set[tuple[int, int, int]]] = {p: set() for p in positions}
    for channel, step, time, position in stack.planes:
        if position in by_position:
            by_position[position].add((channel, step, time))
    return [
        _stack_record(
            (path.as_posix(), series, _label(labels, position)),
            by_position[position],
            tiff,
            summary,
            problems if series == 0 else [],
        )
        for series, position in enumerate(positions)
    ]


def _label(labels: Sequence[str | None], position: int) -> str | None:
    return labels[position] if position < len(labels) else None


def _stack_record(
    where: tuple[str, int, str | None],
    planes: set[tuple[int, int, int]],
    tiff: Tiff,
    summary: Summary,
    problems: list[Problem],
) -> ImageMetadata:
    page = tiff.first
    c, z, t = (len({plane[axis] for plane in planes}) for axis in range(3))
    found = list(problems)
    if len(planes) < c * z * t:
        message = (
            f"{c} channels × {z} z steps × {t} times make {c * z * t} planes, but the "
            f"index lists {len(planes)}"
        )
        found.append(Problem("planes-missing", message, "index map"))
    found += _planned(summary, z, c, t)
    summary.provenance |= {f"size.{axis}": "index map" for axis in "zct"}
    summary.provenance["size.x"] = "IFD:0/ImageWidth"
    summary.provenance["size.y"] = "IFD:0/ImageLength"
    indices = sorted({plane[0] for plane in planes})
    names = summary.channel_names()
    own = [names[index] if index < len(names) else None for index in indices]
    path, series, label = where
    base = ImageMetadata(
        path,
        series,
        name=label,
        size=ImageSize(page.width, page.height, z, c * page.samples, t),
        pixel_type=page.pixel_type,
        channels=channels_of(c, own, page.samples, summary),
        problems=tuple(found),
    )
    return record_of(base, summary)


def _planned(summary: Summary, z: int, c: int, t: int) -> list[Problem]:
    """Say that an acquisition ended before all was taken, or is in several files."""
    keys = (("Slices", "z", z), ("Channels", "channel", c), ("Frames", "time", t))
    found = []
    for key, axis, taken in keys:
        planned = summary.count(key, axis)
        if planned is not None and planned > taken:
            message = f"{planned} {key.lower()} were planned, but {taken} are there"
            found.append(Problem("planes-missing", message, f"Summary/{key}"))
    return found


def _unmapped(
    path: Path, tiff: Tiff, stack: Stack, summary: Summary, problems: list[Problem]
) -> ImageMetadata:
    """Return the record of a stack without index, as far as the summary is right."""
    page, pages = tiff.first, len(tiff.offsets)
    planned = [
        summary.count(key, axis) or 1
        for key, axis in (("Slices", "z"), ("Channels", "channel"), ("Frames", "time"))
    ]
    z, c, t = planned
    right = z * c * t == pages and not stack.nd_tiff
    size = ImageSize(page.width, page.height)
    if right:
        size = ImageSize(page.width, page.height, z, c * page.samples, t)
    if not right and pages == 1:
        size, c, right = ImageSize(page.width, page.height, 1, page.samples, 1), 1, True
    if not right:
        message = (
            f"holds {pages} pages, and nothing that says which are z steps, channels "
            "or times"
        )
        problems = [*problems, Problem("axis-unknown", message, "Summary")]
    summary.provenance["size.x"] = "IFD:0/ImageWidth"
    summary.provenance["size.y"] = "IFD:0/ImageLength"
    names = summary.channel_names()
    base = ImageMetadata(
        path.as_posix(),
        0,
        size=size,
        pixel_type=page.pixel_type,
        channels=channels_of(c if right else 0, names, page.samples, summary),
        problems=tuple(problems),
    )
    return record_of(base, summary)


# -- folders ----------------------------------------------------------------------


def folder_records(path: Path, summary: Summary) -> list[ImageMetadata]:
    """Return one record for each position of a folder of images."""
    by_position = frames_beside(path)
    labels = summary.positions() if len(by_position) > 1 else []
    cut = CutParts()
    found = [
        _folder_record(path, (series, _label(labels, position)), frames, summary, cut)
        for series, (position, frames) in enumerate(sorted(by_position.items()))
    ]
    if found:
        return found
    message = "describes images, but none of them is beside it"
    problem = Problem("missing-part", message, "Summary", error=True)
    base = ImageMetadata(path.as_posix(), 0, problems=(problem,))
    return [record_of(base, summary)]


def _folder_record(
    path: Path,
    where: tuple[int, str | None],
    frames: Frames,
    summary: Summary,
    cut: CutParts,
) -> ImageMetadata:
    z, c, t = len(frames.steps), len(frames.channels), len(frames.times)
    first = pixels_of(Path(frames.files[0][0]))
    problems: list[Problem] = []
    width = height = pixel_type = None
    samples = 1
    if isinstance(first, Problem):
        problems.append(first)
    else:
        problems += cut.problems(frames.files, first.least)
        width, height, pixel_type = first.width, first.height, first.pixel_type
        samples = first.samples
    missing = z * c * t - len(frames.files)
    if missing > 0:
        message = (
            f"{c} channels × {z} z steps × {t} times make {z * c * t} planes, but "
            f"{missing} of them have no file"
        )
        problems.append(Problem("planes-missing", message, "file names"))
    problems += _planned(summary, z, c, t)
    summary.provenance |= {f"size.{axis}": "file names" for axis in "zct"}
    series, label = where
    base = ImageMetadata(
        path.as_posix(),
        series,
        name=label,
        size=ImageSize(width, height, z, c * samples, t),
        pixel_type=pixel_type,
        channels=channels_of(c, _names(frames, summary), samples, summary),
        files=(path.as_posix(), *(file for file, _ in frames.files)),
        problems=tuple(problems),
    )
    return record_of(base, summary)


def _names(frames: Frames, summary: Summary) -> list[str | None]:
    """Return the names of the channels that are there."""
    names = summary.channel_names()
    numbers = sorted(n for n in frames.channels if isinstance(n, int))
    if numbers:
        return [names[n] if n < len(names) else None for n in numbers]
    written = {str(name) for name in frames.channels}
    ordered: list[str | None] = [name for name in names if name in written]
    if len(ordered) == len(written):
        return ordered
    for index, name in enumerate(sorted(written)):
        if name:
            summary.provenance[f"channels.{index}.name"] = "file names"
    return [name or None for name in sorted(written)]
