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
    from fairsubmit.metadata.submission import Submission

    draft = "https://json-schema.org/draft/2020-12/schema"
    invocation.output.json({"$schema": draft, **Submission.model_json_schema()})
