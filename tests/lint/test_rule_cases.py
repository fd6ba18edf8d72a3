"""Each rule has cases: bad ones it reports, and only it; good ones nobody does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.findings import Severity
from fairsubmit.lint import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from fairsubmit.findings import Finding
    from fairsubmit.lint import Rule


def _places(findings: Iterable[Finding]) -> list[str]:
    return sorted(f"{f.path}:{f.line}" if f.line else str(f.path) for f in findings)


def test_case(case: Any, tmp_path: Path) -> None:
    report = case.lint(tmp_path)
    own = [f for f in report.findings if f.code == case.code]
    others = [f for f in report.findings if f.code != case.code]
    also = set(case.spec.get("also", []))
    assert {f.code for f in others if f.severity is not Severity.INFO} == also
    if case.path.stem.startswith("good"):
        assert own == []
        return
    assert case.expected, "a bad case says where the finding stands"
    assert _places(own) == case.expected
    assert all(f.help for f in own), "every finding says what to do next"
    wanted = case.spec.get("says", [])
    said = " ".join(f"{f.message} {f.help}" for f in own)
    assert [words for words in wanted if words not in said] == [], said
    if "count" in case.spec:
        assert sum(f.count for f in own) == case.spec["count"]
    if "severity" in case.spec:
        assert {f.severity.value for f in own} == {case.spec["severity"]}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_a_good_and_a_bad_case(rule: Rule, all_cases: list[Any]) -> None:
    names = [case.path.stem for case in all_cases if case.code == rule.code]
    assert [name for name in names if name.startswith("good")], "no good case"
    assert [name for name in names if name.startswith("bad")], "no bad case"


def test_every_case_belongs_to_a_rule(all_cases: list[Any]) -> None:
    assert {case.code for case in all_cases} == {rule.code for rule in RULES}
