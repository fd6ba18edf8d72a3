"""``fairsubmit schema``: the layout of our files, for editors and programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fairsubmit.cli.command import command as make_command

if TYPE_CHECKING:
    from fairsubmit.cli.invocation import Invocation

# Names of `fairsubmit.testing.schemas`, without their version; read there on use.
NAMES = ("submission", "image-metadata", "lint-report", "manifest", "plan", "receipt")


@make_command(
    "schema",
    examples=(
        "fairsubmit schema > submission.schema.json",
        "fairsubmit schema lint-report",
    ),
)
@click.argument(
    "name",
    metavar="[NAME]",
    type=click.Choice(NAMES),
    default=NAMES[0],
)
def command(invocation: Invocation, *, name: str) -> None:
    """Print the JSON schema of submission.yaml, or of another file.

    Editors that know it complete and check the file while you write. NAME is
    submission, image-metadata, lint-report, manifest, plan or receipt.
    """
    from fairsubmit.metadata.schema import submission_schema

    if name == NAMES[0]:
        invocation.output.json(submission_schema())
        return
    # loads the values of every step
    from fairsubmit.testing.schemas import SCHEMAS

    made = next(make for file, make in SCHEMAS.items() if file.startswith(f"{name}-"))
    invocation.output.json(made())
