"""A small server that answers as the Ontology Lookup Service and ROR document it."""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

# id, label, ontology, synonyms, description
TERMS: tuple[tuple[str, str, str, list[str], list[str]], ...] = (
    ("NCBITaxon:7660", "Psammechinus miliaris", "ncbitaxon", ["green sea urchin"], []),
    ("NCBITaxon:99999999", "Mus musculis", "ncbitaxon", [], []),
    ("NCBITaxon:7656", "Paracentrotus lividus", "ncbitaxon", [], []),
    (
        "FBbi:00050001",
        "lattice light-sheet imaging of tomorrow",
        "fbbi",
        ["LLSIT"],
        ["A method newer than the bundled list."],
    ),
    ("UBERON:0002107", "liver", "uberon", ["iecur"], ["An exocrine gland."]),
    ("UBERON:0001172", "hepatic acinus", "uberon", ["liver acinus"], []),
)
ORGANISATIONS: tuple[dict[str, Any], ...] = (
    {
        "id": "https://ror.org/03h2bxq36",
        "status": "active",
        "names": [
            {
                "lang": "en",
                "types": ["ror_display", "label"],
                "value": "Univ. of Dundee",
            },
            {"lang": None, "types": ["alias"], "value": "University of Dundee"},
            {"lang": None, "types": ["acronym"], "value": "UoD"},
        ],
        "locations": [
            {"geonames_id": 1, "geonames_details": {"country_name": "United Kingdom"}}
        ],
    },
    {
        "id": "https://ror.org/0472cxd90",
        "status": "active",
        "names": [
            {
                "lang": "en",
                "types": ["ror_display"],
                "value": "European Research Council",
            },
            {"lang": None, "types": ["acronym"], "value": "ERC"},
        ],
        "locations": [{"geonames_id": 2, "geonames_details": {"country_name": None}}],
    },
    {
        "id": "https://ror.org/00000000x",
        "status": "withdrawn",
        "names": [{"types": ["ror_display"], "value": "University of Dundee"}],
        "locations": [],
    },
)


@dataclass
class Registries:
    """What was asked, and how the server behaves."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    status: int = 200
    body: bytes | None = None
    hold: threading.Event | None = None

    @property
    def settings(self) -> dict[str, str]:
        return {"ols_url": f"{self.url}/ols4/api", "ror_url": f"{self.url}/v2"}

    def answer(self, target: str) -> tuple[int, bytes]:
        self.asked.append(target)
        if self.hold:
            self.hold.wait(20)
        if self.body is not None or self.status != 200:
            return self.status, self.body or b"{}"
        parts = urlsplit(target)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        found = {
            "/ols4/api/search": _search,
            "/ols4/api/terms": _terms,
            "/v2/organizations": _organizations,
        }[parts.path](query)
        return 200, json.dumps(found).encode()


def _search(query: dict[str, str]) -> dict[str, Any]:
    wanted = query["q"].casefold()
    exact = query.get("exact") == "true"
    ontologies = query["ontology"].split(",")
    docs = []
    for term, label, ontology, synonyms, description in TERMS:
        names = [label.casefold(), *(s.casefold() for s in synonyms)]
        # "exact" goes by words: `liver` also finds what is called `liver acinus`
        words = {word for name in names for word in name.split()}
        hit = wanted in names or (
            wanted in words if exact else bool(words & set(wanted.split()))
        )
        if hit and ontology in ontologies:
            # the ontology itself and one that imports the term
            docs += [
                {
                    "iri": "http://purl.obolibrary.org/obo/" + term.replace(":", "_"),
                    "label": label,
                    "obo_id": term,
                    "ontology_name": owner,
                    "is_defining_ontology": owner == ontology,
                    "synonym": synonyms if owner == ontology else [],
                    "description": description,
                }
                for owner in ("another", ontology)
            ]
    return {
        "responseHeader": {"status": 0, "QTime": 1},
        "response": {"numFound": len(docs), "start": 0, "docs": docs},
        "facet_counts": {"facet_fields": {}},
    }


def _terms(query: dict[str, str]) -> dict[str, Any]:
    found = [
        {
            "iri": "http://purl.obolibrary.org/obo/" + term.replace(":", "_"),
            "label": label,
            "obo_id": term,
            "ontology_name": ontology,
            "is_defining_ontology": True,
            "synonyms": synonyms,
            "description": description,
        }
        for term, label, ontology, synonyms, description in TERMS
        if term == query["obo_id"]
    ]
    page = {"size": 20, "totalElements": len(found), "totalPages": 1, "number": 0}
    return {"page": page, **({"_embedded": {"terms": found}} if found else {})}


def _organizations(query: dict[str, str]) -> dict[str, Any]:
    text = query["query"].replace("\\", "")
    phrase = text.strip('"').casefold()
    items = []
    for item in ORGANISATIONS:
        names = [name["value"].casefold() for name in item["names"]]
        words = {word for name in names for word in name.split()}
        hit = (
            any(phrase in name for name in names)
            if text.startswith('"')
            else bool(words & set(phrase.split()))
        )
        if hit:
            items.append(item)
    return {
        "number_of_results": len(items),
        "time_taken": 1,
        "items": items,
        "meta": {"types": [], "countries": [], "continents": [], "statuses": []},
    }


@contextlib.contextmanager
def serving() -> Iterator[Registries]:
    """Run the server on a free port of this computer."""
    registries = Registries()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = registries.answer(self.path)
            with contextlib.suppress(OSError):  # whoever asked has gone
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    registries.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}
    )
    thread.start()
    try:
        yield registries
    finally:
        if registries.hold:
            registries.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()
