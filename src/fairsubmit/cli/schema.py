"""``fairsubmit schema``: the layout of submission.yaml, for editors and programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.cli.command import command as make_command

if TYPE_CHECKING:
    from fairsubmit.cli.invocation import Invocation


@make_command("schema", examples=("fairsubmit schema > submission.schema.json",))
def command(invocation: Invocation) -> None:
    """Print the JSON schema of submission.yaml.

    Editors that know it complete and check the file while you write.
    """
    from fairsubmit.metadata.schema import submission_schema

    invocation.output.json(submission_schema())
