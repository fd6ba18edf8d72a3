"""``fairsubmit rule``: what a rule checks, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from fairsubmit.cli.command import command as make_command
from fairsubmit.cli.invocation import Invocation, format_option

if TYPE_CHECKING:
    from fairsubmit.lint import Rule


@make_command(
    "rule",
    examples=("fairsubmit rule", "fairsubmit rule PPL102", "fairsubmit rule IMG"),
)
@click.argument("code", required=False, default="")
@format_option("json")
def command(invocation: Invocation, code: str) -> None:
    """Explain a rule, or list all rules.

    CODE is a rule's code or name; the beginning of codes lists the rules that begin
    so.
    """
    from fairsubmit.lint import all_rules, explain

    output = invocation.output
    rules = all_rules()
    exact = [
        rule for rule in rules if code.casefold() in {rule.code.lower(), rule.name}
    ]
    listed = [rule for rule in rules if rule.code.startswith(code.upper())]
    if exact or not listed:
        page = explain(code)  # says what may have been meant, where there is none
        if output.format == "json":
            output.json(_json(exact[0]))
        else:
            output.result(page.rstrip("\n"))
    elif output.format == "json":
        output.json([_json(rule) for rule in listed])
    else:
        rows = [(r.code, r.name, r.severity.value, r.summary) for r in listed]
        output.table(("code", "name", "severity", "what it checks"), rows)


def _json(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "gate": rule.gate,
        "fix": rule.fix,
        "summary": rule.summary,
        "sections": dict(rule.sections),
    }
