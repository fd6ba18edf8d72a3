"""Biosamples: organisms, entities, cell lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.biosample import (
    biological_entity_missing,
    cell_line_not_identified,
    list_split_inside_brackets,
    organism_id_mismatch,
    organism_missing,
    organism_not_a_species,
    organism_not_canonical,
    organism_of_nothing_alive,
    organism_unknown,
    taxon_id_invalid,
    term_without_id,
    variables_missing,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    organism_missing.RULE,  # BIO101
    organism_unknown.RULE,  # BIO102
    organism_not_canonical.RULE,  # BIO103
    organism_id_mismatch.RULE,  # BIO104
    taxon_id_invalid.RULE,  # BIO105
    biological_entity_missing.RULE,  # BIO106
    organism_not_a_species.RULE,  # BIO107
    cell_line_not_identified.RULE,  # BIO108
    variables_missing.RULE,  # BIO109
    list_split_inside_brackets.RULE,  # BIO110
    organism_of_nothing_alive.RULE,  # BIO111
    term_without_id.RULE,  # BIO112
)
