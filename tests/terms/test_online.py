"""OLS and ROR are asked briefly, once, and never to the harm of the command."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from fairsubmit.errors import ConfigError
from fairsubmit.findings import Severity
from fairsubmit.lint import lint
from fairsubmit.lint.lookup import Entry, called
from fairsubmit.metadata.load import parse
from fairsubmit.terms import ORGANISATION, Online, asked
from fairsubmit.terms.cache import DAYS, Cache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.terms.registries import Registries

    from fairsubmit.findings import Finding


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def make(
    tmp_path: Path, registries: Registries, told: list[str]
) -> Iterator[Callable[..., Online]]:
    made: list[Online] = []

    def new(**options: object) -> Online:
        settings = {**registries.settings, "tell": told.append, **options}
        made.append(Online(tmp_path / "lookup", **settings))  # type: ignore[arg-type]
        return made[-1]

    yield new
    for online in made:
        online.close()


def test_a_term_is_as_the_ontology_that_defines_it_has_it(
    make: Callable[..., Online], registries: Registries
) -> None:
    (found,) = make().organisms("psammechinus  miliaris") or ()
    assert found == Entry(
        "NCBITaxon:7660", "Psammechinus miliaris", ("green sea urchin",)
    )
    (request,) = registries.asked
    assert "q=psammechinus+miliaris" in request
    assert "ontology=ncbitaxon" in request
    assert "exact=true" in request


def test_a_name_that_is_only_part_of_others_is_asked_for_more_widely(
    make: Callable[..., Online], registries: Registries
) -> None:
    found = make().organisms("Psammechinus microtuberculatus") or ()
    assert [entry.label for entry in found] == ["Psammechinus miliaris"]
    assert called(found, "Psammechinus microtuberculatus") == []
    assert len(registries.asked) == 2


def test_exact_is_by_words_there_and_by_the_whole_name_here(
    make: Callable[..., Online],
) -> None:
    found = asked(make(), "liver")
    assert [(t.id, t.kind, t.matched) for t in found] == [
        ("UBERON:0002107", "UBERON", "label"),
        ("UBERON:0001172", "UBERON", "part"),
    ]
    assert found[0].definition == "An exocrine gland."


def test_an_id_is_looked_up_as_such(
    make: Callable[..., Online], registries: Registries
) -> None:
    online = make()
    assert [t.matched for t in asked(online, "UBERON:0002107")] == ["id"]
    assert asked(online, "UBERON:9999999") == []
    assert all("/ols4/api/terms?obo_id=UBERON" in target for target in registries.asked)


def test_organisations_that_are_no_more_are_left_out(
    make: Callable[..., Online],
) -> None:
    online = make()
    (found,) = online.organisations("University of Dundee") or ()
    assert found == Entry(
        "https://ror.org/03h2bxq36",
        "Univ. of Dundee",
        ("University of Dundee",),
        "United Kingdom",
    )
    (term,) = asked(online, "University of Dundee", [ORGANISATION])
    assert (term.kind, term.matched, term.note) == (
        "organisation",
        "synonym",
        "United Kingdom",
    )


def test_an_acronym_is_a_hint_and_settles_nothing(
    make: Callable[..., Online],
) -> None:
    (found,) = make().organisations("ERC") or ()
    assert found.label == "European Research Council"
    assert found.note == ""
    assert called([found], "ERC") == []


def test_what_the_search_of_ror_would_misread_is_escaped(
    make: Callable[..., Online], registries: Registries
) -> None:
    assert make().organisations('Inst. "A/B" (X & Y)') == []
    assert "%5C%22A%5C%2FB%5C%22+%5C%28X+%5C%26+Y%5C%29" in registries.asked[0]


def test_an_answer_is_kept_for_the_next_run(
    make: Callable[..., Online], registries: Registries
) -> None:
    first = make().organisms("Paracentrotus lividus")
    assert make().organisms("Paracentrotus lividus") == first
    assert len(registries.asked) == 1


def test_nothing_is_asked_twice_even_where_nothing_can_be_kept(
    make: Callable[..., Online], registries: Registries, tmp_path: Path
) -> None:
    (tmp_path / "lookup").write_text("a file where the folder should be")
    online = make()
    assert online.organisms("Paracentrotus lividus")
    assert online.organisms("Paracentrotus lividus")
    assert len(registries.asked) == 1


def test_a_registry_that_fails_is_not_asked_again(
    make: Callable[..., Online], registries: Registries, told: list[str]
) -> None:
    registries.status = 503
    online = make()
    assert online.organisms("Paracentrotus lividus") is None
    assert online.imaging_methods("some method") is None
    assert len(registries.asked) == 1
    assert len(told) == 1
    assert "Ontology Lookup Service answered 503" in told[0]
    registries.status = 200
    assert online.organisations("University of Dundee"), "the other one answers"


@pytest.mark.parametrize(
    "body",
    [b"<html>login</html>", b"[]", b'{"response": {"docs": [1]}}', b'{"response": {}}'],
)
def test_an_answer_of_another_form_is_none(
    make: Callable[..., Online], registries: Registries, told: list[str], body: bytes
) -> None:
    registries.body = body
    assert make().organisms("Paracentrotus lividus") is None
    assert len(told) == 1


def test_a_registry_that_is_silent_is_not_waited_for(
    make: Callable[..., Online], registries: Registries, told: list[str]
) -> None:
    registries.hold = threading.Event()
    online = make(seconds=0.2)
    began = time.monotonic()
    assert online.organisms("Paracentrotus lividus") is None
    assert online.organisms("Psammechinus miliaris") is None
    assert time.monotonic() - began < 5
    assert len(told) == 1


def test_all_answers_together_have_a_limit(
    make: Callable[..., Online], told: list[str]
) -> None:
    online = make(longest=0.0)
    assert online.organisms("Paracentrotus lividus") is None
    assert told == ["the Ontology Lookup Service takes too long to answer"]


def test_nobody_listens(tmp_path: Path, told: list[str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    online = Online(tmp_path / "l", ols_url=url, ror_url=url, tell=told.append)
    assert online.organisms("Paracentrotus lividus") is None
    assert online.organisations("University of Dundee") is None
    assert len(told) == 2
    online.close()


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        Online(tmp_path, ols_url="ftp://example.org")


def test_answers_grow_old(tmp_path: Path) -> None:
    now = [1e9]
    cache = Cache(tmp_path / "c", lambda: now[0])
    entry = Entry("a:1", "a", ("b",), "c")
    cache.put("q", [entry])
    cache.put("nothing", [])
    assert cache.get("q") == [entry]
    assert cache.get("nothing") == []
    assert cache.get("another") is None
    now[0] += (DAYS - 1) * 86_400
    assert cache.get("q") == [entry]
    now[0] += 2 * 86_400
    assert cache.get("q") is None
    now[0] = 0.0
    assert cache.get("q") is None, "kept by a clock that was ahead"


def test_what_is_too_old_is_removed(tmp_path: Path) -> None:
    Cache(tmp_path).put("old", [])
    (old,) = tmp_path.iterdir()
    before = time.time() - (DAYS + 1) * 86_400
    os.utime(old, (before, before))
    cache = Cache(tmp_path)
    cache.put("new", [])
    assert not old.exists()
    assert cache.get("new") == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"question": "q"}', "\udcff"])
def test_what_is_not_ours_is_asked_again(tmp_path: Path, text: str) -> None:
    cache = Cache(tmp_path)
    cache.put("q", [])
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert cache.get("q") is None
    kept.write_text(json.dumps({"question": "q", "asked": 0, "answer": []}))
    assert cache.get("q") is None


def findings(text: str, codes: list[str], online: Online | None) -> list[Finding]:
    document = parse(text.encode(), "s.yaml")
    return list(lint(document, select=codes, lookup=online).findings)


def test_an_organism_that_exists_is_told_with_its_id(
    make: Callable[..., Online],
) -> None:
    text = "biosamples:\n  - organism: {label: Psammechinus miliaris}\n"
    (offline,) = findings(text, ["BIO102"], None)
    assert "bundled list" in offline.message
    (found,) = findings(text, ["BIO102"], make())
    assert found.severity is Severity.INFO
    assert "NCBITaxon:7660" in found.message
    (edit,) = found.edits
    assert edit.values == ("id", "NCBITaxon:7660")


def test_an_organism_that_nobody_knows_is_an_error_only_online(
    make: Callable[..., Online], registries: Registries
) -> None:
    text = "biosamples:\n  - organism: {label: Psammechinus miliariss}\n"
    (found,) = findings(text, ["BIO102"], make())
    assert found.severity is Severity.ERROR
    assert "write `Psammechinus miliaris`" in str(found.help)
    registries.status = 500
    (found,) = findings(text.replace("iss", "isss"), ["BIO102"], make())
    assert found.severity is Severity.INFO, "an outage is no verdict"


def test_a_relative_of_a_common_species_is_no_misspelling_of_it(
    make: Callable[..., Online],
) -> None:
    text = "biosamples:\n  - organism: {label: Mus musculis}\n"
    (offline,) = findings(text, ["BIO102"], None)
    assert "`Mus musculus` is" in offline.message
    (found,) = findings(text, ["BIO102"], make())
    assert found.severity is Severity.INFO
    assert "NCBITaxon:99999999" in found.message


def test_a_method_of_a_newer_ontology_is_suggested(
    make: Callable[..., Online],
) -> None:
    text = "acquisitions:\n  - imaging_method: [{label: LLSIT}]\n"
    assert findings(text, ["ACQ102"], None) == []
    (found,) = findings(text, ["ACQ102"], make())
    assert "FBbi:00050001" in str(found.help)
    assert [edit.action for edit in found.edits] == ["replace", "add"]
    assert findings(text.replace("LLSIT", "my own"), ["ACQ102"], make()) == []


def test_organisations_and_funders_get_their_ids(make: Callable[..., Online]) -> None:
    text = (
        "organisations:\n  - {id: d, name: University of Dundee}\n"
        "  - {id: x, name: Nowhere}\n"
        "study:\n  funding:\n    - funder: ERC\n"
        "    - funder: European Research Council\n"
    )
    rors, hint, funder = findings(text, ["PPL108", "LNK108"], make())
    assert "https://ror.org/03h2bxq36" in str(rors.help)
    assert [edit.values for edit in rors.edits] == [
        ("ror", "https://ror.org/03h2bxq36")
    ]
    assert "may be https://ror.org/0472cxd90" in str(hint.help)
    assert hint.edits == ()
    assert [edit.values for edit in funder.edits] == [
        ("funder_id", "https://ror.org/0472cxd90")
    ]
