"""Biosamples: organisms, entities, cell lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.biosample import (
    biological_entity_missing,
    list_split_inside_brackets,
    organism_id_mismatch,
    organism_missing,
    organism_unknown,
    taxon_id_invalid,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    organism_missing.RULE,  # BIO101
    organism_unknown.RULE,  # BIO102
    organism_id_mismatch.RULE,  # BIO104
    taxon_id_invalid.RULE,  # BIO105
    biological_entity_missing.RULE,  # BIO106
    list_split_inside_brackets.RULE,  # BIO110
)
