"""Cures of terms: which are safe, what they write, and that they are the last."""

from __future__ import annotations

import pytest

from fairsubmit.lint import lint
from fairsubmit.lint.fix.document import edited
from fairsubmit.metadata.load import parse

CODES = ["BIO103", "ACQ102", "ACQ105"]


def cured(text: str, *, unsafe: bool) -> str:
    """Apply what the rules of terms offer, once."""
    found = lint(parse(text.encode(), "s.yaml"), select=CODES).findings
    wanted = {"safe", "unsafe"} if unsafe else {"safe"}
    edits = [edit for f in found if f.fix in wanted for edit in f.edits]
    new, applied = edited(text, edits)
    assert applied == edits
    return new


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("label: homo sapiens", "label: Homo sapiens"),
        ("label: Bos Taurus (cow)", "label: Bos taurus (cow)"),
        ("label: Bos Taurus (my cow)", "label: Bos taurus (my cow)"),
        ("label: physcomitrella patens", "label: Physcomitrella patens"),
        ("label: Bacillus Subtilis", "label: Bacillus subtilis"),
        ("label: human\n      id: NCBITaxon:9606",
         "label: Homo sapiens\n      id: NCBITaxon:9606"),
        ("label: human (Homo sapiens)\n      id: NCBITaxon:9606",
         "label: Homo sapiens\n      id: NCBITaxon:9606"),
    ],
)  # fmt: skip
def test_a_name_that_can_mean_nothing_else_is_cured(before: str, after: str) -> None:
    text = "biosamples:\n  - organism:  # seen\n      {}  # and kept\n"
    new = cured(text.format(before), unsafe=False)
    assert new == text.format(after)
    assert cured(new, unsafe=True) == new


@pytest.mark.parametrize("name", ["frog", "human", "Green monkey", "E. coli"])
def test_a_common_name_without_id_is_cured_only_when_asked(name: str) -> None:
    text = f"biosamples:\n  - organism: {{label: {name}}}\n"
    assert cured(text, unsafe=False) == text
    new = cured(text, unsafe=True)
    assert name not in new
    assert cured(new, unsafe=True) == new


def test_a_name_with_the_id_of_another_taxon_is_left_alone() -> None:
    text = 'biosamples:\n  - organism: {label: homo sapiens, id: "NCBITaxon:10090"}\n'
    assert cured(text, unsafe=True) == text


def test_a_method_gets_label_and_id() -> None:
    text = (
        "acquisitions:\n"
        "  - imaging_method:\n"
        "      - label: TIRF  # ours\n"
        "      - {label: Light Sheet Imaging}\n"
        "      - {label: lattice light-sheet}\n"
        "      - {label: STED}\n"
        "      - {label: cryo-EM}\n"
    )
    assert cured(text, unsafe=False) == text
    new = cured(text, unsafe=True)
    assert new == (
        "acquisitions:\n"
        "  - imaging_method:\n"
        "      - label: evanescent wave microscopy  # ours\n"
        "        id: FBbi:00000617\n"
        "      - {label: SPIM, id: FBbi:00000369}\n"
        "      - {label: lattice light-sheet, id: FBbi:00000369}\n"
        "      - {label: STED, id: FBbi:00000334}\n"
        "      - {label: cryo-EM}\n"
    )
    assert cured(new, unsafe=True) == new
