"""Ask the Ontology Lookup Service and ROR; never wait long, and never fail."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from fairsubmit.errors import FairsubmitError
from fairsubmit.http import Options, Session
from fairsubmit.lint.lookup import Entry, called
from fairsubmit.terms.cache import Cache

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

__all__ = ["OLS", "ROR", "Online"]

OLS: Final = "https://www.ebi.ac.uk/ols4/api"
ROR: Final = "https://api.ror.org/v2"

# Ontologies that REMBI and the archives name, as OLS calls them.
_ONTOLOGIES = ("fbbi", "ncbitaxon", "uberon", "cl", "mondo", "efo", "clo")
_FIELDS = "iri,label,obo_id,synonym,ontology_name,description,is_defining_ontology"
_ROWS = 20
# Elasticsearch's own characters, which ROR asks to have escaped.
_RESERVED = re.compile(r'([+\-=&|><!(){}\[\]^"~*?:\\/])')
_CURIE = re.compile(r"^[A-Za-z]\w*:\w+$")
_LARGEST = 1 << 23


def _silent(_: str) -> None:
    """Tell nobody."""


class Online:
    """Asks registries what the bundled vocabularies do not know.

    A registry that does not answer is not asked again; what it would have said is
    ``None``. Good for `fairsubmit.lint.lint` as ``lookup``.

    Parameters
    ----------
    folder
        Where answers are kept for a month.
    ols_url, ror_url
        Addresses of the two interfaces.
    tell
        Called with one sentence when a registry cannot be asked.
    seconds
        To wait for one answer.
    longest
        Seconds to wait for all answers together.

    Raises
    ------
    ConfigError
        If an address is none.
    """

    def __init__(
        self,
        folder: Path,
        *,
        ols_url: str = OLS,
        ror_url: str = ROR,
        tell: Callable[[str], object] = _silent,
        seconds: float = 4.0,
        longest: float = 20.0,
    ) -> None:
        self._cache = Cache(folder)
        self._tell = tell
        self._seconds = seconds
        self._left = longest
        options = Options(
            connect=seconds, read=seconds, tries=1, connections=1, largest=_LARGEST
        )
        self._ols = Session(
            ols_url, name="the Ontology Lookup Service", options=options
        )
        self._ror = Session(ror_url, name="ROR", options=options)
        self._silent: set[str] = set()
        self._asked: dict[str, list[Entry] | None] = {}

    def organisms(self, name: str) -> Sequence[Entry] | None:
        """Return taxa of the NCBI Taxonomy that a name may mean."""
        return self._terms(name, "ncbitaxon", "NCBITaxon:")

    def imaging_methods(self, name: str) -> Sequence[Entry] | None:
        """Return terms of FBbi that a name may mean."""
        return self._terms(name, "fbbi", "FBbi:")

    def organisations(self, name: str) -> Sequence[Entry] | None:
        """Return active organisations of ROR that a name may mean."""
        words = _RESERVED.sub(r"\\\1", " ".join(name.split()))
        for query in (f'"{words}"', words):
            found = self._ask(
                self._ror, "organizations", {"query": query}, _organisations
            )
            if found is None or found:
                return found
        return []

    def terms(self, query: str) -> Sequence[Entry] | None:
        """Return terms of the ontologies in use, by id or name, exact ones first."""
        if _CURIE.match(query):
            params = {"obo_id": query, "size": str(_ROWS)}
            return self._ask(self._ols, "terms", params, _embedded)
        return self._search(query, ",".join(_ONTOLOGIES))

    def close(self) -> None:
        """Close all connections."""
        self._ols.close()
        self._ror.close()

    def _terms(self, name: str, ontology: str, prefix: str) -> Sequence[Entry] | None:
        found = self._search(name, ontology)
        if found is None:
            return None
        return [entry for entry in found if entry.id.startswith(prefix)]

    def _search(self, name: str, ontology: str) -> Sequence[Entry] | None:
        """Look for a name itself, then for anything that has its words."""
        params = {
            "q": " ".join(name.split()),
            "ontology": ontology,
            "type": "class",
            "rows": str(_ROWS),
            "fieldList": _FIELDS,
        }
        exact = self._ask(self._ols, "search", {**params, "exact": "true"}, _documents)
        if exact is None or called(exact, name):
            return exact
        more = self._ask(self._ols, "search", params, _documents)
        return None if more is None else [*exact, *(e for e in more if e not in exact)]

    def _ask(
        self,
        session: Session,
        path: str,
        params: Mapping[str, str],
        read: Callable[[Any], list[Entry]],
    ) -> list[Entry] | None:
        question = f"{session.base}{path} {sorted(params.items())}"
        if question not in self._asked:
            self._asked[question] = self._found(question, session, path, params, read)
        return self._asked[question]

    def _found(
        self,
        question: str,
        session: Session,
        path: str,
        params: Mapping[str, str],
        read: Callable[[Any], list[Entry]],
    ) -> list[Entry] | None:
        kept = self._cache.get(question)
        if kept is not None or session.name in self._silent:
            return kept
        answer = self._answer(session, path, params, read)
        if isinstance(answer, str):
            self._silent.add(session.name)
            self._tell(answer)
            return None
        self._cache.put(question, answer)
        return answer

    def _answer(
        self,
        session: Session,
        path: str,
        params: Mapping[str, str],
        read: Callable[[Any], list[Entry]],
    ) -> list[Entry] | str:
        """Ask in a thread of its own: finding the server's address knows no time-out.

        Returns
        -------
        list of Entry, or str
            The answer, or why there is none.
        """
        said: list[list[Entry] | str] = []

        def ask() -> None:
            try:
                answer = session.request("GET", path, idempotent=True, params=params)
                said.append(read(answer.json()))
            except FairsubmitError as error:
                said.append(error.message)
            except (KeyError, TypeError, AttributeError, ValueError):
                said.append(f"{session.name} answers in a form that is not known")

        began = time.monotonic()
        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(min(self._left, 2 * self._seconds))
        self._left = max(0.0, self._left - (time.monotonic() - began))
        return said[0] if said else f"{session.name} takes too long to answer"


def _documents(body: Any) -> list[Entry]:  # noqa: ANN401 - JSON
    """Read what the search of OLS answers."""
    return _once(body["response"]["docs"], "synonym")


def _embedded(body: Any) -> list[Entry]:  # noqa: ANN401 - JSON
    """Read a page of terms of OLS, which is without terms where there are none."""
    return _once(body.get("_embedded", {}).get("terms", []), "synonyms")


def _once(found: Sequence[Mapping[str, Any]], synonyms: str) -> list[Entry]:
    """Return each term once, as the ontology that defines it has it."""
    entries: dict[str, Entry] = {}
    defining = sorted(found, key=lambda doc: not doc.get("is_defining_ontology"))
    order = [doc["obo_id"] for doc in found if doc.get("obo_id")]
    for doc in defining:
        if doc.get("obo_id") and doc.get("label"):
            entries.setdefault(
                doc["obo_id"],
                Entry(
                    doc["obo_id"],
                    doc["label"],
                    tuple(doc.get(synonyms) or ()),
                    " ".join(doc.get("description") or ()),
                ),
            )
    return [entries[key] for key in dict.fromkeys(order) if key in entries]


def _organisations(body: Any) -> list[Entry]:  # noqa: ANN401 - JSON
    """Read what ROR answers."""
    return [_organisation(i) for i in body["items"] if i.get("status") == "active"]


def _organisation(item: Mapping[str, Any]) -> Entry:
    names = item["names"]
    shown = [name["value"] for name in names if "ror_display" in name["types"]]
    label = (shown or [name["value"] for name in names])[0]
    # an acronym stands for many: it is not a name that would settle anything
    others = [
        name["value"]
        for name in names
        if name["value"] != label and "acronym" not in name["types"]
    ]
    places = [place["geonames_details"] for place in item.get("locations", [])]
    country = places[0].get("country_name") or "" if places else ""
    return Entry(item["id"], label, tuple(others), country)
