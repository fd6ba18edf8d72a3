"""Authors and organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.people import (
    affiliation_not_a_reference,
    author_without_name,
    author_without_organisation,
    email_invalid,
    email_missing,
    orcid_invalid,
    organisation_incomplete,
    ror_invalid,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    author_without_name.RULE,  # PPL101
    orcid_invalid.RULE,  # PPL102
    email_invalid.RULE,  # PPL103
    email_missing.RULE,  # PPL104
    author_without_organisation.RULE,  # PPL105
    ror_invalid.RULE,  # PPL107
    affiliation_not_a_reference.RULE,  # PPL110
    organisation_incomplete.RULE,  # PPL111
)
