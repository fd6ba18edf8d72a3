"""Explain a rule: what ``fairsubmit rule CODE`` prints."""

from __future__ import annotations

from fairsubmit.errors import ConfigError
from fairsubmit.lint.base import ADVICE, MIN, Rule
from fairsubmit.lint.rules import all_rules
from fairsubmit.lint.suggest import closest

__all__ = ["explain"]


def explain(code: str) -> str:
    """Return a rule's page as Markdown.

    Parameters
    ----------
    code
        The rule's code or its name, case aside.

    Raises
    ------
    ConfigError
        If there is no such rule.
    """
    rules = all_rules()
    wanted = code.strip().casefold()
    for rule in rules:
        if wanted in {rule.code.casefold(), rule.name}:
            return _page(rule)
    message = f"there is no rule {code!r}"
    names = [name for rule in rules for name in (rule.code, rule.name)]
    near = closest(code.strip(), names, cutoff=0.6)
    hint = f"did you mean {near}?" if near else "`fairsubmit rule` lists all rules"
    raise ConfigError(message, hint=hint)


def _page(rule: Rule) -> str:
    lines = [f"# {rule.code} {rule.name}", "", rule.summary, "", _standing(rule)]
    for title, words in rule.sections.items():
        lines += ["", f"## {title}", "", words]
    return "\n".join(lines) + "\n"


_FIXES = {
    "safe": " `fairsubmit lint --fix` cures it.",
    "unsafe": " `fairsubmit lint --fix --unsafe-fixes` cures it; look at the result.",
}


def _standing(rule: Rule) -> str:
    if rule.gate == MIN:
        gate = "part of the FAIR minimum, always checked"
    elif rule.gate == ADVICE:
        gate = "advice, always checked"
    else:
        gate = f"checked when the data goes to `{rule.gate}`"
    fix = _FIXES.get(rule.fix or "", "")
    return f"Severity: {rule.severity.value}; {gate}.{fix}"
