"""Publications, links and funding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.links import (
    doi_invalid,
    link_invalid,
    link_without_type,
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
)
