"""The table of rules; one module is one rule.

A new rule is a module in the folder of its group, a line in the group's `RULES`, and
a good and a bad case in ``tests/lint/cases``. Other packages add theirs by entry
points of the group ``fairsubmit.rules``, each leading to a `Rule` or a sequence.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from fairsubmit.errors import ConfigError
from fairsubmit.lint.base import Rule
from fairsubmit.lint.rules import (
    acquisition,
    ai_readiness,
    analysis,
    annotation,
    bioimage_archive,
    biosample,
    consistency,
    correlation,
    crate,
    document,
    empiar,
    files,
    idr,
    image,
    licence,
    links,
    migration,
    people,
    references,
    specimen,
    study,
    zenodo,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["ENTRY_POINTS", "RULES", "all_rules"]

ENTRY_POINTS = "fairsubmit.rules"

_GROUPS = (
    ai_readiness,
    correlation,
    analysis,
    acquisition,
    annotation,
    bioimage_archive,
    biosample,
    consistency,
    crate,
    document,
    empiar,
    files,
    idr,
    image,
    licence,
    links,
    migration,
    people,
    references,
    specimen,
    study,
    zenodo,
)

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = tuple(
    sorted((rule for group in _GROUPS for rule in group.RULES), key=attrgetter("code"))
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
