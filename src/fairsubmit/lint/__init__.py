"""Rules about submissions and images, and the engine that runs them."""

from fairsubmit.lint.base import Hit, Rule, Subject
from fairsubmit.lint.engine import RuleError, lint
from fairsubmit.lint.explain import explain
from fairsubmit.lint.reports import REPORTS, render
from fairsubmit.lint.rules import RULES, all_rules

__all__ = [
    "REPORTS",
    "RULES",
    "Hit",
    "Rule",
    "RuleError",
    "Subject",
    "all_rules",
    "explain",
    "lint",
    "render",
]
