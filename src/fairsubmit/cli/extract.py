"""``fairsubmit extract``: what images say about themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option
from fairsubmit.cli.output import json_text, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fairsubmit.cli.output import Output
    from fairsubmit.cli.progress import Step
    from fairsubmit.findings import Finding
    from fairsubmit.metadata.image import Extraction, ImageMetadata, PhysicalSize

# Files of formats that are not read may be many; a few say which ones it is about.
SHOWN = 5
HEADER = (
    "image",
    "format",
    "pixels (xyzct)",
    "type",
    "pixel size",
    "channels",
    "notes",
)


@make_command(
    "extract",
    examples=(
        "fairsubmit extract raw/",
        "fairsubmit extract raw/a.ome.tif --format json",
        "fairsubmit extract raw/ --format jsonl --workers 4 > image_metadata.jsonl",
    ),
    codes=(ExitCode.LOCAL_FILES,),
)
@click.argument(
    "paths",
    metavar="PATH...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Processes that read image headers.",
)
@format_option("json", "jsonl")
def command(invocation: Invocation, paths: tuple[Path, ...], *, workers: int) -> int:
    """Read image headers: sizes, pixel sizes, channels, instrument.

    PATH is an image or a folder of images. Reads OME-TIFF, TIFF and OME-Zarr,
    headers only. What cannot be read is named, and the rest goes on.
    """
    from fairsubmit.cli.progress import Step
    from fairsubmit.cli.steps import processes
    from fairsubmit.pipeline import extract

    output = invocation.output
    with (
        processes(workers) as executor,
        Step(invocation, "reading image headers", "image") as step,
    ):
        reading = _Reading(step)
        found = extract(paths, root=Path.cwd(), executor=executor)
        PRINTERS[output.format](output, reading.images(found))
    unreadable = reading.tell(invocation)
    if unreadable:
        output.error(
            f"{plural(unreadable, 'file')} could not be read as an image",
            "look at what is listed; `fairsubmit rule IMG101` says more",
        )
        return ExitCode.LOCAL_FILES
    if not reading.read and output.format == "human":
        output.warn("there is no image to read in " + ", ".join(map(str, paths)))
    return ExitCode.DONE


class _Reading:
    """Passes images on, counts them, and keeps what is to be told at the end."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._findings: list[Finding] = []
        self.read = 0

    def images(self, found: Iterable[Extraction]) -> Iterator[ImageMetadata]:
        for extraction in found:
            self._step()
            self._findings += extraction.findings
            self.read += len(extraction.images)
            yield from extraction.images

    def tell(self, invocation: Invocation) -> int:
        """Print what was found; return the number of files that cannot be read."""
        from fairsubmit.findings import Severity

        errors = [f for f in self._findings if f.severity is Severity.ERROR]
        others = [f for f in self._findings if f.severity is not Severity.ERROR]
        invocation.print_findings((*errors, *others[:SHOWN]))
        if len(others) > SHOWN:
            more = plural(len(others) - SHOWN, "more file")
            invocation.output.say(f"… and {more} of formats that are not read")
        return len(errors)


def _print_table(output: Output, images: Iterable[ImageMetadata]) -> None:
    rows = [_row(image) for image in images]
    if rows:
        output.table(HEADER, rows)


def _print_lines(output: Output, images: Iterable[ImageMetadata]) -> None:
    for image in images:
        output.json(image.to_json(), indent=None)


def _print_array(output: Output, images: Iterable[ImageMetadata]) -> None:
    """Print one array, image by image, so that memory does not grow with them."""
    separator = "["
    for image in images:
        output.result(separator + "\n" + json_text(image.to_json()))
        separator = ","
    output.result("[]" if separator == "[" else "]")


PRINTERS = {"human": _print_table, "json": _print_array, "jsonl": _print_lines}


def _row(image: ImageMetadata) -> tuple[str, ...]:
    size = image.size
    counts = (size.x, size.y, size.z, size.c, size.t)
    names = (c.name or c.fluorophore or str(c.index) for c in image.channels)
    return (
        f"{image.path}#{image.series}" if image.series else image.path,
        image.format or "",
        "×".join("?" if count is None else str(count) for count in counts),
        image.pixel_type or "",
        _pixel_size(image.physical_size),
        ", ".join(names),
        "; ".join(problem.message for problem in image.problems),
    )


def _pixel_size(size: PhysicalSize) -> str:
    """Write the lengths of a pixel, with one unit where they share it."""
    axes = [axis for axis in (size.x, size.y, size.z) if axis is not None]
    units = {axis.unit for axis in axes}
    shared = f" {units.pop() or ''}".rstrip() if len(units) == 1 else ""
    own = "" if shared else " {unit}"
    return (
        "×".join(f"{axis.value:.4g}{own.format(unit=axis.unit)}" for axis in axes)
        + shared
    )
