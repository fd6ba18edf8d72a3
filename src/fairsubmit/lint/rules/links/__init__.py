"""Publications, links and funding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.links import (
    doi_invalid,
    funder_not_identified,
    grant_incomplete,
    link_invalid,
    link_without_relation,
    link_without_type,
    publication_missing,
    publication_year,
    pubmed_id_invalid,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    link_invalid.RULE,  # LNK101
    link_without_type.RULE,  # LNK102
    doi_invalid.RULE,  # LNK103
    pubmed_id_invalid.RULE,  # LNK104
    publication_missing.RULE,  # LNK105
    publication_year.RULE,  # LNK106
    grant_incomplete.RULE,  # LNK107
    funder_not_identified.RULE,  # LNK108
    link_without_relation.RULE,  # LNK109
)
