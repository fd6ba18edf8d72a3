"""Tables of README and docs that are made from the commands themselves."""

from __future__ import annotations

import click

from fairsubmit.cli import COMMANDS, cli
from fairsubmit.cli.errors import ExitCode
from fairsubmit.cli.output import json_text

__all__ = ["commands_table", "exit_codes_table", "settings_table"]

# Wider than any summary, so that none is cut short.
WIDE = 200


def commands_table() -> str:
    """Return all commands with their summaries, in the order of the work."""
    lines = ["| command | what it does |", "|---|---|"]
    context = click.Context(cli)
    for names in COMMANDS.values():
        for name in names:
            found = cli.get_command(context, name)
            words = found.get_short_help_str(WIDE) if found else ""
            lines.append(f"| `fairsubmit {name}` | {words} |")
    return "\n".join(lines)


def exit_codes_table() -> str:
    """Return all exit codes with their meanings."""
    rows = (f"| {code.value} | {code.meaning} |" for code in ExitCode)
    return "\n".join(("| exit code | meaning |", "|---|---|", *rows))


def settings_table() -> str:
    """Return the settings of every archive that comes with fairsubmit."""
    from fairsubmit.archives import ARCHIVES

    lines: list[str] = []
    for name in ("bioimage-archive", "directory"):
        lines += [f"### `[archives.{name}]`", ""]
        lines += [
            "| setting | environment | default | what it is |",
            "|---|---|---|---|",
        ]
        for setting, field in ARCHIVES[name].settings.model_fields.items():
            plain = isinstance(field.default, str | int | float)
            default = f"`{json_text(field.default)}`" if plain else ""
            # The file can hold a table; a variable cannot.
            table = setting == "polling"
            variable = "" if table else f"`FAIRSUBMIT_{setting.upper()}`"
            words = (field.description or "").replace("|", r"\|")
            lines.append(f"| `{setting}` | {variable} | {default} | {words} |")
        lines.append("")
    return "\n".join(lines).rstrip()
