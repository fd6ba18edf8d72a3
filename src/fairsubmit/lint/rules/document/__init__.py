"""The document itself: syntax, fields, text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.document import (
    ambiguous_scalar,
    duplicate_key,
    invisible_character,
    missing_field,
    mojibake,
    placeholder_value,
    surplus_blank,
    unknown_field,
    unreadable_document,
    unsupported_version,
    waiver_without_effect,
    wrong_shape,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    unreadable_document.RULE,  # DOC101
    duplicate_key.RULE,  # DOC102
    unknown_field.RULE,  # DOC103
    invisible_character.RULE,  # DOC104
    surplus_blank.RULE,  # DOC105
    ambiguous_scalar.RULE,  # DOC106
    placeholder_value.RULE,  # DOC107
    unsupported_version.RULE,  # DOC108
    mojibake.RULE,  # DOC109
    waiver_without_effect.RULE,  # DOC110
    wrong_shape.RULE,  # DOC120
    missing_field.RULE,  # DOC121
)
