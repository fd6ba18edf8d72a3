"""``fairsubmit init``: begin a submission with what the images tell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.output import plural
from fairsubmit.errors import ConfigError, ManifestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fairsubmit.cli.invocation import Invocation
    from fairsubmit.cli.progress import Step
    from fairsubmit.metadata.image import Extraction
    from fairsubmit.wizard.draft import Draft
    from fairsubmit.wizard.observed import Observed
    from fairsubmit.wizard.questions import Question

_SKIP = "-"


@make_command(
    "init",
    examples=(
        "fairsubmit init my-dataset",
        "fairsubmit init my-dataset --no-input",
        "fairsubmit init my-dataset --workbook",
    ),
    codes=(ExitCode.LOCAL_FILES,),
)
@click.argument(
    "folder",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "--input/--no-input",
    "ask",
    default=None,
    help="Ask ten questions, or none; by default, where somebody can answer.",
)
@click.option("--workbook", is_flag=True, help="Write submission.xlsx instead.")
def command(
    invocation: Invocation, folder: Path, *, ask: bool | None, workbook: bool
) -> int:
    """Write a submission.yaml to go on with.

    FOLDER holds the images. What they say is filled in: how they were taken, which
    belong together, where on a plate they lie. What only you know is asked, and what
    is still missing is marked with `fill in`. Nothing is overwritten.
    \f

    Raises
    ------
    ManifestError
        If there is no file.
    """  # noqa: D301 - at the form feed click's help ends
    from fairsubmit.manifest import walk
    from fairsubmit.wizard.draft import draft

    target = folder / ("submission.xlsx" if workbook else "submission.yaml")
    _refuse_to_replace(folder)
    if workbook:
        _check_extra()
    files = [file.path for file in walk(folder)]
    if not files:
        message = f"there is no file in {folder}"
        raise ManifestError(message, hint="give the folder that holds the images")
    seen = _observed(invocation, folder)
    asking = invocation.interactive if ask is None else ask
    answers = _answers(invocation, seen) if asking else {}
    found = draft(files, seen, answers)
    _write(found, folder, target)
    names = [target.name, *found.tables]
    invocation.output.say(f"{', '.join(names)} written in {folder}")
    marked = plural(found.blanks, "place")
    invocation.output.hint(
        f"fill in the {marked} marked in {target}, then `fairsubmit lint {folder}`"
    )
    return ExitCode.DONE


def _refuse_to_replace(folder: Path) -> None:
    """Stop where there is a submission.

    Raises
    ------
    ConfigError
        If there is one.
    """
    from fairsubmit.dataset import has_submission

    if has_submission(folder):
        message = f"{folder} has a submission already, which is left as it is"
        hint = f"check it with `fairsubmit lint {folder}`, or move it away first"
        raise ConfigError(message, hint=hint)


def _check_extra() -> None:
    """Fail before the images are read if workbooks cannot be written."""
    from fairsubmit.workbook.write import write_workbook

    write_workbook({})


def _observed(invocation: Invocation, folder: Path) -> Observed:
    """Read the headers of all images."""
    from fairsubmit.cli.progress import Step
    from fairsubmit.cli.steps import processes_later
    from fairsubmit.readers.extract import extract
    from fairsubmit.wizard.observed import observe

    with (
        processes_later() as executor,
        Step(invocation, "reading image headers", "image") as step,
    ):
        other = invocation.config.bioformats
        found = extract([folder], root=folder, executor=executor, bioformats=other)
        return observe(_counted(found, step))


def _counted(found: Iterable[Extraction], step: Step) -> Iterator[Extraction]:
    for extraction in found:
        step()
        yield extraction


def _answers(invocation: Invocation, seen: Observed) -> dict[str, Any]:
    """Ask a person; a question without an answer stays a marked place."""
    from fairsubmit.wizard.questions import QUESTIONS

    count = len(QUESTIONS)
    images = sum(folder.images for folder in seen.folders.values())
    invocation.output.say(
        f"{plural(images, 'image')} read. {count} questions: Enter takes what stands "
        f"in brackets or leaves the place open, {_SKIP} leaves it open."
    )
    found: dict[str, Any] = {}
    for number, question in enumerate(QUESTIONS, start=1):
        if question.key == "imaging_method" and seen.all_methods_known:
            continue
        value = _answer(invocation, question, f"{number}/{count}")
        if value is not None:
            found[question.key] = value
    return found


def _answer(invocation: Invocation, question: Question, number: str) -> Any:  # noqa: ANN401 - a value of a submission
    from fairsubmit.wizard.questions import AskAgain

    proposal, before = question.proposal, None
    insisted: object = None
    while True:
        text = click.prompt(
            f"{number} {question.words}",
            default=proposal or "",
            show_default=bool(proposal),
            err=True,
        ).strip()
        if text in {"", _SKIP}:
            return None
        if text == before and insisted is not None:
            return insisted
        try:
            return question.read(text)
        except AskAgain as again:
            before, insisted = text, again.insisted
            proposal = again.suggestion
            invocation.output.say(_again(again))


def _again(again: Any) -> str:  # noqa: ANN401 - imported on use
    if again.suggestion:
        return f"  {again.why}; did you mean what stands in brackets?"
    more = "; the same again is taken as it is" if again.insisted is not None else ""
    return f"  {again.why}{more}"


def _write(found: Draft, folder: Path, target: Path) -> None:
    """Write the submission last, so that it is there only if all is."""
    import json

    from fairsubmit.cli.written import write_whole
    from fairsubmit.metadata.schema import submission_schema
    from fairsubmit.wizard.draft import SCHEMA_PATH

    for path, text in found.tables.items():
        write_whole(folder / path, text.encode("utf-8", "surrogateescape"))
    if target.suffix == ".xlsx":
        from fairsubmit.lint.vocabularies.choices import choices
        from fairsubmit.workbook.write import Advice, write_workbook

        advice = Advice(choices(), found.remarks.beside)
        write_whole(target, write_workbook(found.tree, advice))
        return
    schema = json.dumps(submission_schema(), indent=1, ensure_ascii=False)
    write_whole(folder / SCHEMA_PATH, f"{schema}\n".encode())
    write_whole(target, found.yaml.encode())
