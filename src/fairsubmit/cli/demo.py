"""``fairsubmit demo``: the example dataset from images to receipt, in a minute."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import fairsubmit
from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.invocation import Invocation, state_option
from fairsubmit.errors import ConfigError

if TYPE_CHECKING:
    from datetime import date

__all__ = ["copy_example", "example_folder"]

EXAMPLE = Path("examples", "time-lapse")
DOCUMENT = "submission.yaml"
WORK_FOLDER = ".fairsubmit"
RELEASE_DATE = r"(?m)^(\s*release_date:\s*).*$"
UNDATED = "(date)"
DAYS_AHEAD = 30


@make_command(
    "demo",
    examples=("fairsubmit demo", "fairsubmit demo --folder elsewhere"),
    codes=(ExitCode.FINDINGS, ExitCode.TEMPORARY),
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-output"),
    show_default=True,
    help="Where the example and the receipt are written.",
)
@state_option
def command(invocation: Invocation, *, folder: Path) -> int:
    """Deposit an example dataset, without account or network.

    Copies a small simulated dataset, reads its images, checks it, deposits it into
    an archive on your own computer and verifies the receipt. Each step is shown with
    the command you would type.
    """
    from fairsubmit.cli.extract import command as extract
    from fairsubmit.cli.lint import command as lint
    from fairsubmit.cli.rehearse import rehearsed

    context, output = click.get_current_context(), invocation.output
    dataset, release = copy_example(folder)
    output.say(f"copied the example to {dataset}")
    output.say(f"set its release date to {release}, {DAYS_AHEAD} days from today")
    _show(invocation, f"fairsubmit extract {dataset}")
    context.invoke(extract, paths=(dataset,))
    _show(invocation, f"fairsubmit lint {dataset} --archive bioimage-archive")
    code = context.invoke(lint, paths=(dataset,), archive="bioimage-archive")
    if code:
        return int(code)
    _show(invocation, f"fairsubmit submit {dataset} --archive bioimage-archive")
    output.say("(here: the embedded archive, which behaves as the real one does)")
    path = folder / "receipt.json"
    _, _, report = rehearsed(invocation, dataset, receipt_path=path)
    output.say(f"\nthe last line is what `fairsubmit verify {path} --read-back` prints")
    output.hint("fairsubmit lint YOUR-DATASET, then fairsubmit rehearse YOUR-DATASET")
    return ExitCode.DONE if report.ok else ExitCode.FINDINGS


def _show(invocation: Invocation, line: str) -> None:
    invocation.output.result("\n" + click.style(f"$ {line}", bold=True))


def example_folder() -> Path:
    """Return the example dataset: installed with the package, or of the project.

    Raises
    ------
    ConfigError
        If it is nowhere.
    """
    package = Path(fairsubmit.__file__).parent
    for place in (package, package.parent.parent):
        if (place / EXAMPLE / "submission.yaml").is_file():
            return place / EXAMPLE
    message = "the example dataset is not installed with this copy of fairsubmit"
    raise ConfigError(message, hint="install fairsubmit again, with pip")


def copy_example(folder: Path) -> tuple[Path, date]:
    """Copy the example, with a release date that lies ahead.

    Parameters
    ----------
    folder
        Where to; an earlier copy in it is written over.

    Returns
    -------
    Path
        The copy.
    date
        Its release date: archives refuse one that has passed.

    Raises
    ------
    ConfigError
        If another dataset is in the way.
    """
    from datetime import date, timedelta
    from shutil import copyfile

    source, dataset = example_folder(), folder / EXAMPLE.name
    _insist_on_own(source, dataset)
    for file in sorted(source.rglob("*")):
        inside = file.relative_to(source)
        if file.is_file() and WORK_FOLDER not in inside.parts:
            copied = dataset / inside
            copied.parent.mkdir(parents=True, exist_ok=True)
            copyfile(file, copied)  # not its mode: an installation may be read-only
    # The person's own date: that is what an archive's form would show them.
    release = date.today() + timedelta(DAYS_AHEAD)  # noqa: DTZ011 - see above
    text = _undated(source / DOCUMENT).replace(UNDATED, f'"{release}"', 1)
    (dataset / DOCUMENT).write_text(text, encoding="utf-8", newline="\n")
    return dataset, release


def _insist_on_own(source: Path, dataset: Path) -> None:
    """Make sure that nobody's dataset is written over.

    Raises
    ------
    ConfigError
        If there is something else than an earlier copy.
    """
    if not dataset.exists():
        return
    document = dataset / DOCUMENT
    if not document.is_file() or _undated(document) != _undated(source / DOCUMENT):
        message = f"{dataset} is in the way, and is no copy of the example"
        raise ConfigError(message, hint="name another place with --folder")


def _undated(document: Path) -> str:
    """Return the text of a submission without its release date."""
    import re

    text = document.read_text(encoding="utf-8")
    return re.sub(RELEASE_DATE, rf"\g<1>{UNDATED}", text, count=1)
