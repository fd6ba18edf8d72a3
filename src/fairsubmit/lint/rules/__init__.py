"""The table of rules; one module is one rule.

A new rule is a module here, a line in `RULES`, and a good and a bad case in
``tests/lint/cases``. Packages add theirs by entry points of the group
``fairsubmit.rules``, each leading to a `Rule` or a sequence of them.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final

from fairsubmit.errors import ConfigError
from fairsubmit.lint.base import Rule
from fairsubmit.lint.rules import (
    affiliation_not_a_reference,
    annotation_incomplete,
    annotation_type_unknown,
    annotation_without_source,
    association_title_unknown,
    author_without_name,
    author_without_organisation,
    biological_entity_missing,
    component_missing,
    component_undescribed,
    component_without_association,
    description_too_short,
    doi_invalid,
    duplicate_id,
    duplicate_key,
    email_invalid,
    email_missing,
    empty_section,
    file_changed,
    file_empty,
    file_list_missing,
    file_listed_twice,
    file_table_malformed,
    file_unlisted,
    format_not_read,
    image_unreadable,
    imaging_method_id_invalid,
    imaging_method_missing,
    instrument_missing,
    invisible_character,
    keywords_missing,
    licence_missing,
    licence_refused,
    licence_unknown,
    link_invalid,
    link_without_type,
    list_split_inside_brackets,
    missing_field,
    missing_file,
    nested_layout,
    ngff_metadata_invalid,
    no_files,
    ome_metadata_invalid,
    orcid_invalid,
    organisation_incomplete,
    organism_id_mismatch,
    organism_missing,
    organism_unknown,
    parameters_missing,
    path_collision,
    path_not_portable,
    path_refused,
    pixel_size_missing,
    placeholder_value,
    preparation_missing,
    pubmed_id_invalid,
    reader_missing,
    reference_undefined,
    release_date,
    reserved_path,
    ror_invalid,
    taxon_id_invalid,
    title_too_short,
    unknown_field,
    unreadable_document,
    unreadable_file_table,
    unsupported_version,
    waiver_without_effect,
    wrong_shape,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["ENTRY_POINTS", "RULES", "all_rules"]

ENTRY_POINTS = "fairsubmit.rules"

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    imaging_method_missing.RULE,  # ACQ101
    imaging_method_id_invalid.RULE,  # ACQ103
    instrument_missing.RULE,  # ACQ106
    parameters_missing.RULE,  # ACQ107
    annotation_incomplete.RULE,  # ANN101
    annotation_type_unknown.RULE,  # ANN102
    annotation_without_source.RULE,  # ANN103
    organism_missing.RULE,  # BIO101
    organism_unknown.RULE,  # BIO102
    organism_id_mismatch.RULE,  # BIO104
    taxon_id_invalid.RULE,  # BIO105
    biological_entity_missing.RULE,  # BIO106
    list_split_inside_brackets.RULE,  # BIO110
    unreadable_document.RULE,  # DOC101
    duplicate_key.RULE,  # DOC102
    unknown_field.RULE,  # DOC103
    invisible_character.RULE,  # DOC104
    placeholder_value.RULE,  # DOC107
    unsupported_version.RULE,  # DOC108
    waiver_without_effect.RULE,  # DOC110
    wrong_shape.RULE,  # DOC120
    missing_field.RULE,  # DOC121
    missing_file.RULE,  # FIL101
    file_unlisted.RULE,  # FIL102
    file_listed_twice.RULE,  # FIL103
    path_refused.RULE,  # FIL104
    path_not_portable.RULE,  # FIL105
    file_table_malformed.RULE,  # FIL106
    file_empty.RULE,  # FIL108
    file_list_missing.RULE,  # FIL112
    path_collision.RULE,  # FIL113
    file_changed.RULE,  # FIL115
    unreadable_file_table.RULE,  # FIL116
    no_files.RULE,  # FIL117
    reserved_path.RULE,  # FIL118
    image_unreadable.RULE,  # IMG101
    pixel_size_missing.RULE,  # IMG102
    ome_metadata_invalid.RULE,  # IMG107
    ngff_metadata_invalid.RULE,  # IMG109
    format_not_read.RULE,  # IMG120
    reader_missing.RULE,  # IMG121
    licence_missing.RULE,  # LIC101
    licence_unknown.RULE,  # LIC102
    licence_refused.RULE,  # LIC103
    link_invalid.RULE,  # LNK101
    link_without_type.RULE,  # LNK102
    doi_invalid.RULE,  # LNK103
    pubmed_id_invalid.RULE,  # LNK104
    nested_layout.RULE,  # MIG001
    author_without_name.RULE,  # PPL101
    orcid_invalid.RULE,  # PPL102
    email_invalid.RULE,  # PPL103
    email_missing.RULE,  # PPL104
    author_without_organisation.RULE,  # PPL105
    ror_invalid.RULE,  # PPL107
    affiliation_not_a_reference.RULE,  # PPL110
    organisation_incomplete.RULE,  # PPL111
    reference_undefined.RULE,  # REF101
    association_title_unknown.RULE,  # REF102
    component_without_association.RULE,  # REF103
    empty_section.RULE,  # REF105
    duplicate_id.RULE,  # REF106
    preparation_missing.RULE,  # SPE101
    title_too_short.RULE,  # STU101
    description_too_short.RULE,  # STU102
    keywords_missing.RULE,  # STU103
    release_date.RULE,  # STU105
    component_missing.RULE,  # STU109
    component_undescribed.RULE,  # STU110
)


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Return our own rules and those of installed packages, sorted by code.

    Raises
    ------
    ConfigError
        If a package's rules cannot be loaded, or use a code that is taken.
    """
    found = {rule.code: rule for rule in RULES}
    for package, rule in _foreign():
        if rule.code in found:
            message = f"rule {rule.code} of {package} uses a code that is taken"
            raise ConfigError(message, hint=f"uninstall or update {package}")
        found[rule.code] = rule
    return tuple(rule for _, rule in sorted(found.items()))


def _foreign() -> Iterator[tuple[str, Rule]]:
    for entry in entry_points(group=ENTRY_POINTS):
        package = entry.dist.name if entry.dist else entry.value
        try:
            loaded = entry.load()
        except Exception as error:
            message = f"the rules of {package} cannot be loaded: {error}"
            raise ConfigError(message, hint=f"uninstall or update {package}") from error
        for rule in _as_rules(loaded):
            if not isinstance(rule, Rule):
                message = f"{entry.value} of {package} is not a rule"
                raise ConfigError(message, hint=f"uninstall or update {package}")
            yield package, rule


def _as_rules(loaded: object) -> Iterable[object]:
    return loaded if isinstance(loaded, (tuple, list)) else (loaded,)
