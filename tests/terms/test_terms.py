"""Terms are found by id, name, usual word and near spelling, the surest first."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairsubmit.terms import KINDS, find_terms, is_without_term


@pytest.mark.parametrize(
    ("query", "term", "kind", "matched"),
    [
        ("confocal microscopy", "FBbi:00000251", "imaging method", "label"),
        ("DIC", "FBbi:00000245", "imaging method", "synonym"),
        ("TIRF", "FBbi:00000617", "imaging method", "synonym"),
        ("lattice light sheet", "FBbi:00000369", "imaging method", "word"),
        ("confocal microscpy", "FBbi:00000251", "imaging method", "near"),
        ("FBbi:00000251", "FBbi:00000251", "imaging method", "id"),
        ("FBbi_251", "FBbi:00000251", "imaging method", "id"),
        ("http://purl.obolibrary.org/obo/FBbi_00000251", "FBbi:00000251",
         "imaging method", "id"),
        ("STED", "FBbi:00000334", "FBbi term", "synonym"),
        ("mouse", "NCBITaxon:10090", "organism", "synonym"),
        ("Homo sapiens (human)", "NCBITaxon:9606", "organism", "synonym"),
        ("E. coli", "NCBITaxon:562", "organism", "synonym"),
        ("D. rerio", "NCBITaxon:7955", "organism", "synonym"),
        ("C57BL/6J", "NCBITaxon:10090", "organism", "word"),
        ("txid7227", "NCBITaxon:7227", "organism", "id"),
        ("9606", "NCBITaxon:9606", "organism", "id"),
        ("zebrafsh", "NCBITaxon:7955", "organism", "near"),
        ("cc by 4.0", "CC-BY-4.0", "licence", "synonym"),
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0", "licence", "id"),
        ("MIT", "MIT", "licence", "id"),
        ("mask", "segmentation_mask", "annotation type", "part"),
        ("bounding_boxes", "bounding_boxes", "annotation type", "synonym"),
        ("HeLa", "CVCL_0030", "cell line", "label"),
        ("cvcl_0030", "CVCL_0030", "cell line", "id"),
        ("0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097",
         "identifier", "id"),
        ("RRID:AB_2138153", "RRID:AB_2138153", "identifier", "id"),
    ],
)  # fmt: skip
def test_the_first_find(query: str, term: str, kind: str, matched: str) -> None:
    found = find_terms(query)[0]
    assert (found.id, found.kind, found.matched) == (term, kind, matched)


@pytest.mark.parametrize(
    "query", ["", "  ", "qqqqq", "cryo-EM", "0000-0002-1825-0098", "\u200b", "???"]
)
def test_nothing_is_found(query: str) -> None:
    assert find_terms(query) == []


def test_exact_names_come_before_parts_and_alike_only_where_there_are_none() -> None:
    found = find_terms("confocal", limit=None)
    ranks = ["id", "label", "synonym", "word", "part"]
    assert [term.matched for term in found] == sorted(
        (term.matched for term in found), key=ranks.index
    )
    assert found[0].id == "FBbi:00000251"
    assert {"FBbi:00000252", "FBbi:00000253"} <= {term.id for term in found}
    assert len({term.id for term in found}) == len(found)
    assert find_terms("confocal", limit=2) == found[:2]


def test_a_part_is_the_beginning_of_a_word() -> None:
    labels = [term.label for term in find_terms("STED", limit=None)]
    assert "camera lucida assisted graphic" not in labels


def test_kinds_are_chosen() -> None:
    assert {t.kind for t in find_terms("a", limit=None)} > {"organism", "licence"}
    for kind in KINDS:
        assert {t.kind for t in find_terms("a", kinds=[kind])} <= {kind}
    assert find_terms("mouse", kinds=["licence"]) == []


def test_what_should_be_known_is_noted() -> None:
    (dummy,) = find_terms("dummy term")
    assert dummy.note == "obsolete"
    assert "not among the imaging methods" in find_terms("STED")[0].note
    assert find_terms("lattice light sheet")[0].note == "a broader term"
    assert "strain" in find_terms("C57BL/6J")[0].note


def test_parents_are_labels_the_nearest_first() -> None:
    (found,) = find_terms("FBbi:00000252")
    assert found.parents[:2] == ("confocal microscopy", "fluorescence microscopy")
    assert "imaging method" in found.parents


def test_a_term_is_plain_json() -> None:
    (found,) = find_terms("FBbi:00000252")
    value = json.loads(json.dumps(found.to_json()))
    assert value["id"] == "FBbi:00000252"
    assert value["parents"][0] == "confocal microscopy"
    assert set(value) == {
        "id", "label", "kind", "matched", "name", "synonyms", "parents", "note",
        "definition",
    }  # fmt: skip


def test_methods_that_fbbi_lacks_are_known_as_such() -> None:
    assert is_without_term("Cryo-EM")
    assert not is_without_term("TIRF")
    assert not is_without_term("qqqqq")


@given(st.text(max_size=60))
def test_any_words_are_looked_up(query: str) -> None:
    for term in find_terms(query):
        assert term.kind in KINDS
        assert term.id


def test_a_look_up_takes_no_time() -> None:
    find_terms("warm up")
    began = time.perf_counter()
    for number in range(20):
        find_terms(f"confocal microscopy of sorts {number}")
    assert time.perf_counter() - began < 5  # half a second
