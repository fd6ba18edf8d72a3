"""Pages of the documentation that are made from the code."""

from __future__ import annotations

import re

from fairsubmit.lint import RULES, explain
from fairsubmit.lint.base import ADVICE, MIN, SECTIONS, Rule

__all__ = ["rules_page"]

_INTRO = """\
# Rules

What `fairsubmit lint` checks; `fairsubmit rule CODE` prints the same. Rules of the FAIR
minimum and advice are always checked, the others where the data goes to that archive. A
rule that does not fit a dataset is answered in its `submission.yaml`, with the reason:

```yaml
ignore:
  PPL106: The first author has no ORCID iD and does not want one.
```

| code | name | severity | checked for | what it asks |
|---|---|---|---|---|
"""


def rules_page() -> str:
    """Return ``docs/rules.md``: all rules of this package, by code."""
    rules = sorted(RULES, key=lambda rule: rule.code)
    rows = "".join(map(_row, rules))
    return _INTRO + rows + "".join("\n" + _section(rule) for rule in rules)


def _row(rule: Rule) -> str:
    gate = {MIN: "FAIR minimum", ADVICE: "advice"}.get(rule.gate, rule.gate)
    anchor = f"{rule.code}-{rule.name}".lower()
    summary = rule.summary.replace("|", r"\|")
    code = f"[{rule.code}](#{anchor})"
    return f"| {code} | {rule.name} | {rule.severity.value} | {gate} | {summary} |\n"


def _section(rule: Rule) -> str:
    """Return a rule's own page, one heading lower; examples may hold comments."""
    titles = "|".join(map(re.escape, (rule.code, *SECTIONS)))
    return re.sub(rf"^(?=#+ (?:{titles}))", "#", explain(rule.code), flags=re.MULTILINE)
