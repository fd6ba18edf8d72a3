"""Authors and organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.people import (
    affiliation_not_a_reference,
    author_without_name,
    author_without_organisation,
    email_invalid,
    email_missing,
    name_form,
    orcid_invalid,
    orcid_missing,
    organisation_incomplete,
    person_twice,
    role_unknown,
    ror_invalid,
    ror_missing,
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
    orcid_missing.RULE,  # PPL106
    ror_invalid.RULE,  # PPL107
    ror_missing.RULE,  # PPL108
    person_twice.RULE,  # PPL109
    affiliation_not_a_reference.RULE,  # PPL110
    organisation_incomplete.RULE,  # PPL111
    role_unknown.RULE,  # PPL112
    name_form.RULE,  # PPL113
)
