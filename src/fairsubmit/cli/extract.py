"""``fairsubmit extract``: what images say about themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option
from fairsubmit.cli.output import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fairsubmit.cli.progress import Step
    from fairsubmit.findings import Finding
    from fairsubmit.metadata.image import Extraction, ImageMetadata

# Files of formats that are not read may be many; a few say which ones it is about.
SHOWN = 5


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
    from fairsubmit.cli.image_records import PRINTERS
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
