"""What people choose from most: suggestions for forms, workbooks and questions."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from fairsubmit.lint.vocabularies.imaging import imaging_methods
from fairsubmit.lint.vocabularies.organisms import taxa

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["LICENCES", "choices"]

# What the BioImage Archive takes, and what is most used elsewhere.
LICENCES = ("CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0")


@lru_cache(maxsize=1)
def choices() -> Mapping[str, tuple[str, ...]]:
    """Return suggestions by the name of the field, terms as ``label [id]``."""
    organisms, methods = taxa(), imaging_methods()
    offered = sorted(
        organisms.form_labels, key=lambda term: organisms.labels[term].casefold()
    )
    spoken = [term for term in methods.methods if methods.speech[term]]
    common = sorted(spoken, key=lambda term: methods.labels[term].casefold())
    return {
        "license": LICENCES,
        "organism": _written(offered, organisms.labels),
        "imaging_method": _written(common, methods.labels),
    }


def _written(ids: Iterable[str], labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{labels[term]} [{term}]" for term in ids)
