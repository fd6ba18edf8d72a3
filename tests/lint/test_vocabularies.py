"""The bundled vocabularies: whole, consistent, quick, and read as people write."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairsubmit.lint import lint
from fairsubmit.lint.suggest import edits
from fairsubmit.lint.vocabularies import (
    IMAGING_METHOD,
    cell_lines,
    fold,
    imaging_methods,
    taxa,
)
from fairsubmit.lint.vocabularies.near import Neighbours
from fairsubmit.metadata.load import parse

METHODS = imaging_methods()
TAXA = taxa()


def test_fbbi_is_whole() -> None:
    assert len(METHODS.labels) == 633
    assert len(METHODS.obsolete) == 107
    assert len(METHODS.methods) == 75  # 74 of 2019-03-07, and FIB-SEM
    assert METHODS.labels[IMAGING_METHOD] == "imaging method"


def test_methods_are_what_lies_below_imaging_method() -> None:
    for term in METHODS.labels:
        below = IMAGING_METHOD in METHODS.above(term)
        assert below == (term in METHODS.methods), term
    for parents in METHODS.parents.values():
        assert set(parents) <= set(METHODS.labels)


def test_terms_above_are_told_once_and_end() -> None:
    above = list(METHODS.above("FBbi:00000251"))
    assert above[:2] == ["FBbi:00000246", "FBbi:00000345"]
    assert len(above) == len(set(above))
    assert list(METHODS.above(IMAGING_METHOD)) == []


@pytest.mark.parametrize("table", [METHODS.speech, METHODS.broader])
def test_every_word_of_ours_leads_to_its_term(
    table: dict[str, tuple[str, ...]],
) -> None:
    for term, words in table.items():
        for word in words:
            assert term not in METHODS.obsolete
            meaning = METHODS.meaning(word)
            assert meaning is not None, word
            assert meaning.id == term, word


@pytest.mark.parametrize("word", METHODS.unlisted)
def test_methods_without_a_term_are_taken_for_no_other(word: str) -> None:
    assert METHODS.meaning(word) is None
    assert METHODS.meaning(f"{word} imaging") is None


@pytest.mark.parametrize("term", sorted(METHODS.methods))
def test_every_method_is_found_by_its_label_in_any_case(term: str) -> None:
    label = METHODS.labels[term]
    for written in (label, label.upper(), f" {label} "):
        meaning = METHODS.meaning(written)
        assert meaning is not None
        assert (meaning.id, meaning.how) == (term, "label")


@pytest.mark.parametrize(
    ("written", "label", "how"),
    [
        ("Spinning-disc confocal", "spinning disk confocal microscopy", "speech"),
        ("Laser scanning confocal", "single-spot confocal microscopy", "speech"),
        ("confocal fluorescence microscopy", "confocal microscopy", "speech"),
        ("two photon", "two-photon laser scanning microscopy", "speech"),
        ("2-photon microscopy", "two-photon laser scanning microscopy", "speech"),
        ("Widefield", "fluorescence microscopy", "speech"),
        ("Bright Field", "bright-field microscopy", "speech"),
        ("polarisation microscopy", "polarization microscopy", "speech"),
        ("differential interference contrast (DIC)",
         "differential interference contrast microscopy", "speech"),
        ("light-sheet fluorescence microscopy (LSFM)", "SPIM", "speech"),
        ("Stimulated Emission Depletion (STED) microscopy",
         "stimulated emission depletion (STED)", "speech"),
        ("Nomarski", "differential interference contrast microscopy", "synonym"),
        ("lattice light-sheet microscopy", "SPIM", "broader"),
        ("µCT", "X-ray computed tomography", "broader"),
        ("cofocal microscopy", "confocal microscopy", "near"),
        ("fluoresence microscopy", "fluorescence microscopy", "near"),
        ("transmision electron microscopy",
         "transmission electron microscopy (TEM)", "near"),
    ],
)  # fmt: skip
def test_methods_are_read_as_people_write_them(
    written: str, label: str, how: str
) -> None:
    meaning = METHODS.meaning(written)
    assert meaning is not None
    assert (METHODS.labels[meaning.id], meaning.how) == (label, how)


@pytest.mark.parametrize(
    "written",
    ["", "PARS", "single cell", "spatial transcriptomic", "imaging", "Zeiss LSM 880",
     "our own method", "GSDIM and a lot of patience"],
)  # fmt: skip
def test_what_is_near_no_method_stays_free_text(written: str) -> None:
    assert METHODS.meaning(written) is None


@pytest.mark.parametrize(
    ("written", "labels"),
    [
        ("bright-field and fluorescence",
         ["bright-field microscopy", "fluorescence microscopy"]),
        ("Confocal, TIRF", ["confocal microscopy", "evanescent wave microscopy"]),
        ("PALM/STORM", ["PALM (photoactivation localization microscopy)",
                        "STORM (stochastic optical reconstruction microscopy)"]),
        ("confocal, our own", []),
        ("confocal microscopy", []),
        ("and", []),
    ],
)  # fmt: skip
def test_several_methods_are_not_taken_for_one(written: str, labels: list[str]) -> None:
    found = METHODS.several(written)
    assert [METHODS.labels[meaning.id] for meaning in found] == labels
    if labels:
        assert METHODS.meaning(written) is None


def test_two_names_of_one_method_are_one() -> None:
    meaning = METHODS.meaning("DIC / Nomarski")
    assert meaning is not None
    assert meaning.id == "FBbi:00000245"


def test_organisms_have_the_labels_of_the_form() -> None:
    assert len(TAXA.labels) == 448
    assert len(TAXA.form_labels) == 54
    assert TAXA.form_labels["NCBITaxon:9606"] == "Homo sapiens (human)"
    assert TAXA.form_labels["NCBITaxon:9615"] == "Canis familiaris (dog)"
    for term, label in TAXA.form_labels.items():
        assert TAXA.find(label) == {term}


def test_strains_are_of_species_that_are_known() -> None:
    assert TAXA.strains
    for species, name in TAXA.strains.values():
        assert TAXA.ranks[species] == "species"
        assert TAXA.strain(name) == (species, name)
        assert not TAXA.find(name), "a strain is no organism"


@pytest.mark.parametrize(
    ("written", "strain"),
    [
        ("C57BL/6J mice", "C57BL/6J"),
        ("Mus musculus C57BL/6", "C57BL/6"),
        ("mouse (BALB/c)", "BALB/c"),
        ("Sprague Dawley rats", "Sprague Dawley"),
        ("E. coli BL21(DE3)", "BL21(DE3)"),
        ("S. cerevisiae BY4741", "BY4741"),
        ("Escherichia coli K-12", "Escherichia coli K-12"),
    ],
)
def test_strains_are_told_from_species(written: str, strain: str) -> None:
    found = TAXA.strain(written)
    assert found is not None
    assert fold(found[1]) == fold(strain)


@pytest.mark.parametrize(
    "written",
    ["Mus musculus", "Lewis lung carcinoma", "CD1 positive cells", "", "mouse"],
)
def test_other_names_are_no_strains(written: str) -> None:
    assert TAXA.strain(written) is None


def test_a_genus_is_no_species() -> None:
    assert TAXA.genus("drosophila") == "Drosophila"
    assert TAXA.genus("Drosophila spp.") == "Drosophila"
    assert TAXA.genus("Drosophila sp.") is None, "one species, not known which"
    assert TAXA.genus("Drosophila melanogaster") is None
    assert TAXA.genus("human") is None
    assert TAXA.genus("synthetic") is None
    assert TAXA.genus("Severe") is None, "names of viruses do not begin with a genus"
    assert TAXA.above_species("NCBITaxon:2") == "superkingdom"
    assert TAXA.above_species("NCBITaxon:32351") == "group of species"
    assert TAXA.above_species("NCBITaxon:7227") is None
    assert TAXA.above_species("NCBITaxon:99999999") is None


def test_cell_lines_are_found_without_hyphens() -> None:
    lines = cell_lines()
    assert lines.find("u2-os") == lines.find("U2OS") == {"CVCL_0042"}
    assert lines.find("hela") == {"CVCL_0030"}
    assert lines.find("") == frozenset()
    for term, label in lines.labels.items():
        assert lines.find(label) == {term}


@given(st.sampled_from(sorted(TAXA.labels.values())), st.data())
def test_one_slip_is_found_where_no_other_name_is_as_near(
    label: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(label) - 1))
    written = label[:at] + label[at + 1 :]
    limit = min(2, len(written) // 6)
    digits = re.compile(r"\d+")
    near = [
        other
        for other in TAXA.labels.values()
        if digits.findall(other) == digits.findall(written)
        and edits(fold(written), fold(other), limit=limit) <= limit
    ]
    found = Neighbours(TAXA.labels.values()).nearest(written)
    assert found in {None, *near}
    if near == [label]:
        assert found == label


def test_of_words_equally_near_none_is_chosen() -> None:
    words = Neighbours(["confocal a", "confocal b"])
    assert words.nearest("confocal c") is None
    assert words.nearest("Confocal  A") == "confocal a"
    assert words.nearest("conf") is None


def test_another_number_is_no_slip() -> None:
    assert TAXA.nearest("Human adenovirus 2") is None
    assert TAXA.nearest("Human adenovirus") is None
    assert TAXA.nearest("Human adenovirs 5") == "Human adenovirus 5"


def test_ten_thousand_unknown_words_cost_little() -> None:
    began = time.perf_counter()
    for number in range(10_000):
        METHODS.meaning(f"some microscopy of my own, the {number}th")
        TAXA.nearest(f"Homo sapiosexualis {number}")
    # about two seconds; comparing letter by letter with each name takes minutes
    assert time.perf_counter() - began < 20


@given(st.text(max_size=40))
def test_any_words_are_read(text: str) -> None:
    METHODS.meaning(text)
    TAXA.find(text)
    TAXA.genus(text)
    TAXA.strain(text)
    TAXA.nearest(text)
    cell_lines().find(text)


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_words_in_a_document_are_survived(label: str, identifier: str) -> None:
    import json

    term = {"label": label, "id": identifier}
    document = {
        "biosamples": [{"organism": [term, label, None, 7]}, {"organism": term}],
        "acquisitions": [{"imaging_method": [term, label, [term]]}],
    }
    lint(parse(json.dumps(document).encode(), "s.json"), select=["BIO1", "ACQ10"])
