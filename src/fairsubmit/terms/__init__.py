"""Look up terms: in the bundled vocabularies, and in registries where that is wanted.

`find_terms` asks no network. `Online` asks the Ontology Lookup Service and ROR, keeps
their answers for a month, and answers ``None`` rather than to fail or wait.
"""

from fairsubmit.terms.asked import ORGANISATION, asked
from fairsubmit.terms.bundled import KINDS, Term, find_terms, is_without_term
from fairsubmit.terms.online import OLS, ROR, Online

__all__ = [
    "KINDS",
    "OLS",
    "ORGANISATION",
    "ROR",
    "Online",
    "Term",
    "asked",
    "find_terms",
    "is_without_term",
]
