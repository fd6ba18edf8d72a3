"""``fairsubmit convert``: the submission as YAML, workbook, JSON or rembi-mifa."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.errors import ExitCode
from fairsubmit.errors import ConfigError, MetadataError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fairsubmit.cli.invocation import Invocation
    from fairsubmit.metadata.load import Document

REMBI = "rembi-mifa"
_BY_SUFFIX = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".xlsx": "xlsx",
}
_SHOWN = 12


@make_command(
    "convert",
    examples=(
        "fairsubmit convert submission.yaml submission.xlsx",
        "fairsubmit convert submission.xlsx submission.yaml",
        "fairsubmit convert submission.yaml rembi.json --to rembi-mifa",
        "fairsubmit convert rembi.json submission.yaml",
        "fairsubmit convert S-BIAD123.json submission.yaml",
    ),
    codes=(ExitCode.FINDINGS, ExitCode.LOCAL_FILES),
)
@click.argument(
    "source",
    metavar="SOURCE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.argument(
    "target", metavar="TARGET", type=click.Path(dir_okay=False, path_type=Path)
)
@click.option(
    "--to",
    "wanted",
    type=click.Choice(["yaml", "json", "xlsx", REMBI]),
    help="What to write; by default, what the name of TARGET says.",
)
@click.option("--force", is_flag=True, help="Write over TARGET if it is there.")
def command(
    invocation: Invocation,
    source: Path,
    target: Path,
    *,
    wanted: str | None,
    force: bool,
) -> int:
    """Write a submission in another form; what it says stays the same.

    SOURCE is submission.yaml, .json or .xlsx, a document of rembi-mifa, or what an
    archive or a crate has of a submission. Comments are not taken along. Where the
    other form has no place for something, that is said.
    """
    from fairsubmit.cli.written import write_whole

    kind = wanted or _kind_of(target)
    _refuse_to_replace(target, force=force)
    document = _read(invocation, source)
    tree, blanks = _as_submission(document)
    content = _WRITERS[kind](_Job(invocation, document, tree, blanks, target))
    write_whole(target, content)
    invocation.output.say(f"{target} written")
    if blanks and kind in {"yaml", "xlsx"}:
        invocation.output.hint(
            f"fill in what is marked in {target}, then `fairsubmit lint {target}`"
        )
    return ExitCode.DONE


def _refuse_to_replace(target: Path, *, force: bool) -> None:
    """Stop where a file would be lost.

    Raises
    ------
    ConfigError
        If there is one.
    """
    if target.exists() and not force:
        message = f"{target} is there already"
        raise ConfigError(message, hint="give another name, or --force")


def _kind_of(target: Path) -> str:
    """Return what the name of a file says that it holds.

    Raises
    ------
    ConfigError
        If it says nothing.
    """
    found = _BY_SUFFIX.get(target.suffix.lower())
    if found is None:
        message = f"the name {target.name} does not say what to write"
        hint = f"end it with one of {', '.join(_BY_SUFFIX)}, or give --to"
        raise ConfigError(message, hint=hint)
    return found


def _read(invocation: Invocation, source: Path) -> Document:
    """Read a document of any layout that has one of a submission in it.

    Raises
    ------
    MetadataError
        If it cannot be read, or something in it would be lost.
    """
    from fairsubmit.dataset import read_document

    invocation.shown_root = source.parent.as_posix()
    document = read_document(source, source.name)
    if document.problems:
        words = document.problems[0].message
        raise MetadataError(
            words,
            findings=document.problems,
            hint="correct it first, so that nothing is lost",
        )
    if not document.tree:
        message = f"{source} says nothing that a submission has"
        raise MetadataError(
            message, hint="give a submission, or a record of an archive"
        )
    return document


def _as_submission(document: Document) -> tuple[Mapping[str, Any], dict[str, str]]:
    """Return the tree; of what comes from elsewhere, with marked blanks."""
    from fairsubmit.metadata.blanks import with_blanks
    from fairsubmit.metadata.rembi_import import from_rembi, is_rembi

    if document.layout == "submission" and not is_rembi(document.tree):
        return document.tree, {}
    foreign = document.layout != "submission"
    found = document.tree if foreign else from_rembi(document.tree)
    return with_blanks({"fairsubmit": "1", **found})


@dataclass(frozen=True, slots=True)
class _Job:
    """What is converted."""

    invocation: Invocation
    document: Document
    tree: Mapping[str, Any]
    blanks: Mapping[str, str]
    target: Path


def _yaml(job: _Job) -> bytes:
    from fairsubmit.metadata.yaml_text import Remarks, write_yaml

    return write_yaml(job.tree, Remarks(beside=job.blanks)).encode()


def _json(job: _Job) -> bytes:
    return _json_bytes(job.tree)


def _json_bytes(value: Mapping[str, Any]) -> bytes:
    import json

    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _xlsx(job: _Job) -> bytes:
    from fairsubmit.lint.vocabularies.choices import choices
    from fairsubmit.workbook.write import Advice, write_workbook

    return write_workbook(job.tree, Advice(choices(), job.blanks))


def _rembi(job: _Job) -> bytes:
    from fairsubmit.metadata.rembi import lost, to_rembi
    from fairsubmit.metadata.validate import validate
    from fairsubmit.metadata.yaml_text import write_yaml

    found = to_rembi(validate(job.document), job.document)
    fields = lost(job.tree, found)
    if fields:
        named = ", ".join(fields[:_SHOWN])
        more = f" and {len(fields) - _SHOWN} more" if len(fields) > _SHOWN else ""
        job.invocation.output.warn(f"rembi-mifa has no place for: {named}{more}")
    if job.target.suffix.lower() in {".yaml", ".yml"}:
        return write_yaml(found).encode()
    return _json_bytes(found)


_WRITERS: dict[str, Callable[[_Job], bytes]] = {
    "yaml": _yaml,
    "json": _json,
    "xlsx": _xlsx,
    REMBI: _rembi,
}
