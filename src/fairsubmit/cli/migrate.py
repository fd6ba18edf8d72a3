"""``fairsubmit migrate``: from earlier layouts to the present one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.output import plural
from fairsubmit.errors import ConfigError, MetadataError

if TYPE_CHECKING:
    from fairsubmit.cli.invocation import Invocation
    from fairsubmit.metadata.migrate import Migrated

_SHOWN = 10


@make_command(
    "migrate",
    examples=(
        "fairsubmit migrate S-BIAD123.json submission.yaml",
        "fairsubmit migrate S-BIAD123.json corrected.json --to pagetab",
        "fairsubmit migrate ro-crate-metadata.json > submission.yaml",
    ),
    codes=(ExitCode.FINDINGS, ExitCode.LOCAL_FILES),
)
@click.argument(
    "source",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.argument(
    "target",
    metavar="[TARGET]",
    required=False,
    type=click.Path(dir_okay=False, path_type=Path),
)
@click.option(
    "--to",
    "wanted",
    type=click.Choice(["yaml", "pagetab"]),
    default="yaml",
    show_default=True,
    help="A submission.yaml, or PageTab in the layout of template v4 and v5.",
)
@click.option("--force", is_flag=True, help="Write over TARGET if it is there.")
def command(
    invocation: Invocation,
    source: Path,
    target: Path | None,
    *,
    wanted: str,
    force: bool,
) -> int:
    """Bring a document of an earlier layout to the present one.

    FILE is PageTab of any template of the BioImage Archive, or an RO-Crate. What
    cannot be carried over is said. Without TARGET, the result is printed.
    """
    _refuse_to_replace(target, force=force)
    found = _migrated(source)
    text = _yaml(found) if wanted == "yaml" else _pagetab(found, source)
    _tell(invocation, found)
    if target is None:
        invocation.output.document(text.encode())
        return ExitCode.DONE
    from fairsubmit.cli.written import write_whole

    write_whole(target, text.encode())
    invocation.output.say(f"{target} written")
    invocation.output.hint(f"`fairsubmit lint {target}` says what is still to be done")
    return ExitCode.DONE


def _refuse_to_replace(target: Path | None, *, force: bool) -> None:
    """Stop where a file would be lost.

    Raises
    ------
    ConfigError
        If there is one.
    """
    if target is not None and target.exists() and not force:
        message = f"{target} is there already"
        raise ConfigError(message, hint="give another name, or --force")


def _migrated(source: Path) -> Migrated:
    """Read a document and bring it to the present layout.

    Raises
    ------
    MetadataError
        If it cannot be read, or has the present layout already.
    """
    from fairsubmit.dataset import read_document
    from fairsubmit.metadata.migrate import migrate

    document = read_document(source, source.name)
    if not document.tree and document.problems:
        message = document.problems[0].message
        hint = "give PageTab of the BioImage Archive, or an RO-Crate"
        raise MetadataError(message, findings=document.problems, hint=hint)
    if document.layout not in {"pagetab", "ro-crate"}:
        message = f"{source} has no layout that would be changed"
        hint = f"`fairsubmit lint {source}` says what is wrong in it"
        raise MetadataError(message, hint=hint)
    return migrate(document)


def _yaml(found: Migrated) -> str:
    from fairsubmit.metadata.blanks import with_blanks
    from fairsubmit.metadata.yaml_text import Remarks, write_yaml

    tree, blanks = with_blanks(found.document.tree)
    top = [f"From {found.document.path}."]
    if found.left:
        top += ["Not carried over:", *(f"- {_one_line(words)}" for words in found.left)]
    return write_yaml(tree, Remarks(top=tuple(top), beside=blanks))


def _pagetab(found: Migrated, source: Path) -> str:
    """Write PageTab.

    Raises
    ------
    ConfigError
        If the source was none.
    """
    import json

    if found.pagetab is None:
        message = f"{source} is no PageTab"
        raise ConfigError(message, hint="leave out `--to pagetab`")
    return json.dumps(found.pagetab, indent=1, ensure_ascii=False) + "\n"


def _tell(invocation: Invocation, found: Migrated) -> None:
    """Say what was done, and what was left behind."""
    output = invocation.output
    for words in found.changed:
        output.say(words)
    for words in found.left[:_SHOWN]:
        output.warn(f"not carried over: {_one_line(words)}")
    more = len(found.left) - _SHOWN
    if more > 0:
        output.warn(f"and {plural(more, 'more thing')} not carried over")


def _one_line(words: str) -> str:
    return " ".join(words.split())[:200]
