"""``fairsubmit extract``: what images say about themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, format_option
from fairsubmit.cli.output import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fairsubmit.cli.image_records import Printable
    from fairsubmit.cli.output import Output
    from fairsubmit.cli.progress import Step
    from fairsubmit.findings import Finding
    from fairsubmit.metadata.image import Extraction

    _Found = TypeVar("_Found", Extraction, Printable)

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
    help="Processes that read image headers; by default, up to four for many files.",
)
@click.option(
    "--bioformats",
    metavar="PATH",
    type=click.Path(exists=True, path_type=Path),
    help="A Bio-Formats to ask for what is not read otherwise.",
)
@click.option(
    "--ome-xml",
    is_flag=True,
    help="Write OME-XML 2016-06: on stdout, or to --output.",
)
@click.option(
    "--annotations",
    is_flag=True,
    help="With --ome-xml: annotations and regions alone, where there are any.",
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
    workers: int | None,
    bioformats: Path | None,
    **options: Any,  # noqa: ANN401 - what `Wanted` has
) -> int:
    """Read image headers: sizes, pixel sizes, channels, instrument.

    PATH is an image or a folder of images; `fairsubmit formats` lists the formats.
    Headers only. What cannot be read is named, and the rest goes on.
    \f

    Raises
    ------
    KeyboardInterrupt
        Once what was found so far is told.
    """  # noqa: D301 - at the form feed click's help ends
    from fairsubmit.cli.image_records import print_all, printable
    from fairsubmit.cli.ome_xml import Wanted, check_options, write_documents
    from fairsubmit.cli.progress import Step
    from fairsubmit.cli.steps import processes, processes_later
    from fairsubmit.readers.extract import extract, extract_as

    output = invocation.output
    wanted = Wanted(**options)
    check_options(paths, wanted, output.format)
    other = bioformats or invocation.config.bioformats
    reading, without = _Reading(), 0
    try:
        with (
            processes(workers) if workers else processes_later() as executor,
            Step(invocation, "reading image headers", "image") as step,
        ):
            where: dict[str, Any] = {"root": Path.cwd(), "executor": executor}
            where["bioformats"] = other
            if wanted.ome_xml:
                found = reading.counted(extract(paths, **where), step)
                images = filter(None, (each.images for each in found))
                without = write_documents(output, images, paths, wanted)
            else:
                form = printable(output.format)
                made = reading.counted(extract_as(form, paths, **where), step)
                rows = (row for each in made for row in each.images)
                print_all(output, output.format, rows)
    except KeyboardInterrupt:
        # What was found so far may be what the person looks for.
        reading.tell(invocation)
        raise
    reading.tell(invocation)
    if not reading.read and not reading.errors and output.format == "human":
        output.warn("there is no image to read in " + ", ".join(map(str, paths)))
    return _ending(output, len(reading.errors), without)


def _ending(output: Output, unreadable: int, without: int) -> ExitCode:
    if unreadable:
        output.error(
            f"{plural(unreadable, 'file')} could not be read as an image",
            "look at what is listed; `fairsubmit rule IMG101` says more",
        )
        return ExitCode.LOCAL_FILES
    if without:
        output.error(f"{plural(without, 'image')} could not be written as OME-XML")
        return ExitCode.LOCAL_FILES
    return ExitCode.DONE


class _Reading:
    """Counts what is read, and keeps what is to be told at the end."""

    def __init__(self) -> None:
        self.errors: list[Finding] = []
        self.read = 0
        self._others: list[Finding] = []
        self._more = 0

    def counted(self, found: Iterable[_Found], step: Step) -> Iterator[_Found]:
        for each in found:
            step()
            for finding in each.findings:
                self._keep(finding)
            self.read += len(each.images)
            yield each

    def _keep(self, finding: Finding) -> None:
        if finding.severity == "error":
            self.errors.append(finding)
        elif len(self._others) < SHOWN:
            self._others.append(finding)
        else:
            self._more += 1

    def tell(self, invocation: Invocation) -> None:
        """Print what was found."""
        invocation.print_findings((*self.errors, *self._others))
        if self._more:
            more = plural(self._more, "more file")
            invocation.output.say(f"… and {more} of formats that are not read")
