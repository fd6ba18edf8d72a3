"""Identifiers: check digits against published ones, and forms."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairsubmit.findings import Severity
from fairsubmit.lint import lint
from fairsubmit.lint.identifiers import (
    doi,
    doi_in,
    email_fault,
    imaging_term,
    is_address,
    is_curie,
    orcid_check_digit,
    ror_check_digits,
    ror_id,
    taxon,
)
from fairsubmit.lint.suggest import closest, edits, or_list
from fairsubmit.lint.vocabularies import imaging_methods, licences, taxa
from fairsubmit.metadata.load import parse


@pytest.mark.parametrize(
    "orcid",
    # the examples of ORCID's own documentation
    ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X"],
)
def test_published_orcids(orcid: str) -> None:
    digits = orcid.replace("-", "")
    assert orcid_check_digit(digits[:-1]) == digits[-1]


@pytest.mark.parametrize(
    # ids of organisations in the ROR registry
    "ror",
    ["02catss52", "03mstc592", "0472cxd90", "057qpr032", "05d78xc36", "00k4n6c32"],
)
def test_published_rors(ror: str) -> None:
    assert ror_id(f"https://ror.org/{ror.upper()}") == ror
    assert ror_check_digits(ror[:7]) == ror[7:]


@given(st.text("0123456789", min_size=15, max_size=15), st.integers(0, 14))
def test_one_wrong_digit_of_an_orcid_is_noticed(digits: str, at: int) -> None:
    other = str((int(digits[at]) + 1 + random.Random(digits).randrange(8)) % 10)
    wrong = digits[:at] + other + digits[at + 1 :]
    assert other == digits[at] or orcid_check_digit(wrong) != orcid_check_digit(digits)


@given(st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=6, max_size=6))
def test_one_wrong_character_of_a_ror_is_noticed(characters: str) -> None:
    right = ror_check_digits("0" + characters)
    last = "x" if characters[-1] != "x" else "z"
    assert ror_check_digits("0" + characters[:-1] + last) != right
    assert len(right) == 2


@given(st.from_regex(r"10\.[0-9]{4,9}/[a-zA-Z0-9._-]{1,20}[a-z0-9]", fullmatch=True))
def test_a_doi_is_the_same_with_its_prefixes(bare: str) -> None:
    for prefix in ("", "https://doi.org/", "http://dx.doi.org/", "doi:", "DOI: "):
        assert doi(prefix + bare) == bare
    assert doi_in(f"see DOI: {bare}, in press") == bare
    assert doi(f"https://doi.org/doi:{bare}") is None


@pytest.mark.parametrize("text", ["", "10.1/x", "in revision", "10.1234", "11.1234/x"])
def test_no_doi(text: str) -> None:
    assert doi(text) is None
    assert doi_in(text) is None


@given(st.emails())
def test_common_addresses_are_valid(address: str) -> None:
    # hypothesis also makes domains that end in digits or one letter
    last = address.rpartition(".")[2]
    if last.isalpha() and len(last) > 1:
        assert email_fault(address) is None


@given(st.text(max_size=40))
def test_nothing_makes_the_checks_fail(text: str) -> None:
    email_fault(text)
    doi(text)
    doi_in(text)
    ror_id(text)
    taxon(text)
    imaging_term(text)
    is_address(text)
    is_curie(text)
    taxa().find(text)
    imaging_methods().find(text)
    licences().meant(text)


def test_terms_are_normalised() -> None:
    assert taxon("http://purl.obolibrary.org/obo/NCBITaxon_9606") == "NCBITaxon:9606"
    assert taxon("NCBITaxon:9606") == "NCBITaxon:9606"
    assert taxon("9606") is None
    purl = "http://purl.obolibrary.org/obo/FBbi_00000251"
    assert imaging_term(purl) == imaging_term("FBbi:00000251") == "FBbi:00000251"
    assert imaging_term("FBbi:251") is None


def test_taxa_are_found_by_every_usual_name() -> None:
    human = frozenset({"NCBITaxon:9606"})
    for name in ("Homo sapiens", "homo  sapiens", "Homo sapiens (human)", "human"):
        assert taxa().find(name) == human
    assert taxa().find("E. coli") == taxa().find("Escherichia coli") != frozenset()
    assert taxa().find("Nullus nemo") == frozenset()


def test_every_licence_that_is_written_leads_to_an_spdx_id() -> None:
    known = licences()
    assert set(known.spellings.values()) <= set(known.ids.values())
    assert set(known.addresses.values()) <= set(known.ids.values())
    assert known.exact("CC BY 4.0") is None
    assert known.meant("CC BY 4.0") == "CC-BY-4.0"
    for address in (
        "https://creativecommons.org/licenses/by/4.0/",
        "http://creativecommons.org/licenses/by/4.0/legalcode",
        "https://www.creativecommons.org/licenses/by/4.0/deed.en",
        "https://spdx.org/licenses/CC-BY-4.0.html",
    ):
        assert known.exact(address) == "CC-BY-4.0"


def test_every_term_has_a_label_and_points_to_terms() -> None:
    for vocabulary in (taxa(), imaging_methods()):
        assert len(vocabulary.labels) > 400
        assert all(vocabulary.labels.values())
        for ids in vocabulary.ids.values():
            assert ids <= set(vocabulary.labels)
    assert imaging_methods().obsolete <= set(imaging_methods().labels)


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_edits_is_a_distance(left: str, right: str) -> None:
    found = edits(left, right, limit=9)
    assert found == edits(right, left, limit=9)
    assert (found == 0) == (left == right)
    assert abs(len(left) - len(right)) <= found <= max(len(left), len(right))
    assert edits(left, right, limit=1) == min(found, 2)


def test_suggestions() -> None:
    assert edits("recieve", "receive", limit=3) == 1
    assert closest("emali", ["name", "email"]) == "email"
    assert closest("ebj", ["ebi", "embl"]) == "ebi"
    assert closest("s2", ["s1"]) == "s1"
    assert closest("x", ["y"]) is None
    assert closest("zzzz", ["name", "email"]) is None
    assert or_list(["a", "b", "c"]) == "a, b or c"
    assert or_list(["a"]) == "a"


@pytest.mark.parametrize(
    "name",
    # species that are none of the bundled ones, each with a relative that is
    [
        "Mus spretus",
        "Drosophila yakuba",
        "Candida auris",
        "Plasmodium ovale",
        "Leishmania mexicana",
        "Bacillus cereus",
        "Aspergillus flavus",
        "Apis cerana",
        "Brassica rapa",
        "Salmo trutta",
        "Schmidtea polychroa",
        "Xenopus borealis",
    ],
)
def test_another_species_is_no_misspelling(name: str) -> None:
    text = f"biosamples:\n  - organism: {{label: {name}}}\n"
    found = lint(parse(text.encode(), "s.yaml"), select=["BIO102"]).findings
    assert [f.severity for f in found] in ([], [Severity.INFO])


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Mus musculs", "Mus musculus"),
        ("Drosophila melangaster", "Drosophila melanogaster"),
        ("Arabidopsis thalina", "Arabidopsis thaliana"),
        ("Saccharomyces cerevisae", "Saccharomyces cerevisiae"),
        ("Xenopus leavis", "Xenopus laevis"),
        ("Danio rero (zebrafish)", "Danio rerio"),
    ],
)
def test_a_misspelling_is_answered_with_the_species(name: str, meant: str) -> None:
    text = f"biosamples:\n  - organism: {{label: {name}}}\n"
    (found,) = lint(parse(text.encode(), "s.yaml"), select=["BIO102"]).findings
    assert found.severity is Severity.ERROR
    assert f"write `{meant}`" in str(found.help)
