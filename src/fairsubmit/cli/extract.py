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
        "fairsubmit extract raw/a.czi --ome-xml > a.ome.xml",
        "fairsubmit extract raw/ --ome-xml --output ome-xml/",
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
@click.option(
    "--ome-xml",
    is_flag=True,
    help="Write OME-XML 2016-06: on stdout, or to --output.",
)
@click.option(
    "--output",
    "folder",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where OME-XML goes, one file for each image.",
)
@format_option("json", "jsonl")
def command(
    invocation: Invocation,
    paths: tuple[Path, ...],
    *,
    workers: int,
    ome_xml: bool,
    folder: Path | None,
) -> int:
    """Read image headers: sizes, pixel sizes, channels, instrument.

    PATH is an image or a folder of images; `fairsubmit formats` lists the formats.
    Headers only. What cannot be read is named, and the rest goes on.
    """
    from fairsubmit.cli.image_records import PRINTERS
    from fairsubmit.cli.ome_xml import check_options, write_documents
    from fairsubmit.cli.progress import Step
    from fairsubmit.cli.steps import processes
    from fairsubmit.pipeline import extract

    output = invocation.output
    check_options(paths, folder, ome_xml=ome_xml, form=output.format)
    without = 0
    with (
        processes(workers) as executor,
        Step(invocation, "reading image headers", "image") as step,
    ):
        reading = _Reading(step)
        found = extract(paths, root=Path.cwd(), executor=executor)
        if ome_xml:
            images = filter(None, (each.images for each in reading.counted(found)))
            without = write_documents(output, images, paths, folder)
        else:
            PRINTERS[output.format](output, reading.images(found))
    unreadable = reading.tell(invocation)
    if unreadable:
        output.error(
            f"{plural(unreadable, 'file')} could not be read as an image",
            "look at what is listed; `fairsubmit rule IMG101` says more",
        )
        return ExitCode.LOCAL_FILES
    if without:
        output.error(f"{plural(without, 'image')} could not be written as OME-XML")
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
        for extraction in self.counted(found):
            yield from extraction.images

    def counted(self, found: Iterable[Extraction]) -> Iterator[Extraction]:
        for extraction in found:
            self._step()
            self._findings += extraction.findings
            self.read += len(extraction.images)
            yield extraction

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
