"""The table of rules: complete, sorted, documented, and stable."""

from __future__ import annotations

import importlib
import pkgutil
import re
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

import pytest

from fairsubmit.errors import ConfigError
from fairsubmit.lint import RULES, all_rules, explain, rules
from fairsubmit.lint.base import (
    ADVICE,
    BIA,
    EMPIAR,
    IDR,
    MIN,
    SECTIONS,
    ZENODO,
    Rule,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Codes are public: a line is only ever added here, never changed or removed.
PUBLISHED = """
ACQ101 imaging-method-missing
ACQ102 imaging-method-unknown
ACQ103 imaging-method-id-invalid
ACQ104 imaging-method-generic
ACQ105 imaging-method-not-offered
ACQ106 instrument-missing
ACQ107 parameters-missing
ACQ108 instrument-unrecognisable
ACQ109 objective-missing
ACQ110 text-contradicts-images
ACQ111 quantity-without-unit
AIR101 split-missing
AIR102 split-leak
AIR103 classes-undescribed
AIR104 private-annotation-format
AIR105 model-not-linked
AIR106 images-differ
ANA101 analysis-missing
ANA102 analysis-undescribed
ANA103 software-without-version
ANN101 annotation-incomplete
ANN102 annotation-type-unknown
ANN103 annotation-without-source
ANN104 mask-size-differs
ANN105 mask-type-wrong
ANN106 annotation-quality-unsaid
ANN107 coverage-contradicted
ANN108 annotators-unnamed
BIA101 not-in-template
BIA102 term-unqualified
BIA103 doi-not-possible
BIA104 too-many-files
BIO101 organism-missing
BIO102 organism-unknown
BIO103 organism-not-canonical
BIO104 organism-id-mismatch
BIO105 taxon-id-invalid
BIO106 biological-entity-missing
BIO107 organism-not-a-species
BIO108 cell-line-not-identified
BIO109 variables-missing
BIO110 list-split-inside-brackets
BIO111 organism-of-nothing-alive
BIO112 term-without-id
COR101 alignment-missing
COR102 correlation-missing
COR103 transformation-unreadable
CRT101 crate-descriptor-incomplete
CRT102 crate-entity-malformed
CRT103 crate-entity-twice
CRT104 crate-reference-undescribed
CRT105 crate-part-unlinked
CRT106 crate-files-absent
CRT107 crate-size-differs
CRT108 crate-file-list-malformed
CRT109 crate-reference-of-other-kind
DOC101 unreadable-document
DOC102 duplicate-key
DOC103 unknown-field
DOC104 invisible-character
DOC105 surplus-blank
DOC106 ambiguous-scalar
DOC107 placeholder-value
DOC108 unsupported-version
DOC109 mojibake
DOC110 waiver-without-effect
DOC120 wrong-shape
DOC121 missing-field
EMP101 deposition-invalid
EMP102 people-incomplete
FIL101 missing-file
FIL102 file-unlisted
FIL103 file-listed-twice
FIL104 path-refused
FIL105 path-not-portable
FIL106 file-table-malformed
FIL107 column-without-information
FIL108 file-empty
FIL109 junk-file
FIL110 duplicate-content
FIL111 kinds-mixed
FIL112 file-list-missing
FIL113 path-collision
FIL114 spreadsheet-mangled
FIL115 file-changed
FIL116 unreadable-file-table
FIL117 no-files
FIL118 reserved-path
IDR101 study-key-missing
IDR102 publications-uneven
IDR103 assays-missing
IMG101 image-unreadable
IMG102 pixel-size-missing
IMG103 pixel-size-implausible
IMG104 step-missing
IMG105 channel-unnamed
IMG106 fluorophore-missing
IMG107 ome-metadata-invalid
IMG108 acquisition-date-odd
IMG109 ngff-metadata-invalid
IMG110 lossy-image
IMG111 proprietary-format
IMG113 personal-data
IMG120 format-not-read
IMG121 reader-missing
LIC101 licence-missing
LIC102 licence-unknown
LIC103 licence-refused
LIC104 licence-restrictive
LIC105 human-data
LIC106 embargo-without-reason
LNK101 link-invalid
LNK102 link-without-type
LNK103 doi-invalid
LNK104 pubmed-id-invalid
LNK105 publication-missing
LNK106 publication-year
LNK107 grant-incomplete
LNK108 funder-not-identified
LNK109 link-without-relation
MIG001 nested-layout
PPL101 author-without-name
PPL102 orcid-invalid
PPL103 email-invalid
PPL104 email-missing
PPL105 author-without-organisation
PPL106 orcid-missing
PPL107 ror-invalid
PPL108 ror-missing
PPL109 person-twice
PPL110 affiliation-not-a-reference
PPL111 organisation-incomplete
PPL112 role-unknown
PPL113 name-form
REF101 reference-undefined
REF102 association-title-unknown
REF103 component-without-association
REF104 section-unused
REF105 empty-section
REF106 duplicate-id
SET101 pixel-size-outlier
SET102 channels-outlier
SET103 bit-depth-outlier
SET104 objective-outlier
SET105 magnification-mismatch
SET106 plate-incomplete
SPE101 preparation-missing
SPE102 preparation-thin
SPE103 growth-protocol-missing
SPE104 label-missing
SPE105 conditions-missing
SPE106 reagent-not-identified
STU101 title-too-short
STU102 description-too-short
STU103 keywords-missing
STU104 keywords-joined
STU105 release-date
STU106 title-style
STU107 description-thin
STU108 acknowledgements-missing
STU109 component-missing
STU110 component-undescribed
STU111 duplicate-title
STU112 component-mixed
ZEN101 record-incomplete
ZEN102 record-too-large
"""
# The 42 rules of the FAIR minimum that were proposed before the first was written.
FAIR_MINIMUM = """
DOC101 DOC102 DOC103 DOC104 DOC108 STU101 STU102 STU103 STU109 STU110 PPL101 PPL102
PPL103 PPL107 LNK101 LNK103 LNK104 LIC101 LIC102 BIO101 BIO102 BIO104 BIO105 BIO106
SPE101 ACQ101 ACQ103 ACQ106 ACQ107 IMG101 IMG102 IMG107 IMG109 FIL101 FIL103 FIL105
FIL108 FIL115 REF101 REF102 REF105 REF106
"""


def test_codes_and_names_are_the_published_ones() -> None:
    published = [tuple(line.split()) for line in PUBLISHED.strip().splitlines()]
    assert [(rule.code, rule.name) for rule in RULES] == published


def test_the_table_is_sorted_and_no_code_is_used_twice() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_no_module_is_forgotten() -> None:
    for group in pkgutil.iter_modules(rules.__path__):
        package = importlib.import_module(f"fairsubmit.lint.rules.{group.name}")
        modules = {found.name for found in pkgutil.iter_modules(package.__path__)}
        assert modules == {rule.name.replace("-", "_") for rule in package.RULES}
        assert len({rule.code[:3] for rule in package.RULES}) == 1
        for name in modules:
            module = importlib.import_module(f"{package.__name__}.{name}")
            assert module.RULE in RULES
            assert module.__all__ == ["RULE"]
            assert module.RULE.doc is module.__doc__


def test_the_fair_minimum_is_there_and_blocks() -> None:
    by_code = {rule.code: rule for rule in RULES}
    assert len(FAIR_MINIMUM.split()) == 42
    for code in FAIR_MINIMUM.split():
        assert by_code[code].gate == MIN
        assert by_code[code].severity == "error"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_is_documented(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z]{3}\d{3}", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    assert rule.gate in {MIN, ADVICE, BIA, ZENODO, IDR, EMPIAR}
    assert tuple(rule.sections) == SECTIONS
    assert all(rule.sections.values())
    assert rule.source == rule.sections["Source"]
    assert rule.check or rule.check_image or rule.survey
    page = explain(rule.code)
    assert page.startswith(f"# {rule.code} {rule.name}\n")
    assert explain(rule.name) == page
    for heading, words in rule.sections.items():
        assert f"## {heading}\n\n{words}" in page


def test_a_page_reads_well() -> None:
    assert explain("ppl102") == (
        "# PPL102 orcid-invalid\n"
        "\n"
        "An ORCID iD is well-formed and its check digit is right.\n"
        "\n"
        "Severity: error; part of the FAIR minimum, always checked. "
        "`fairsubmit lint --fix` cures it.\n"
        "\n"
        "## What it does\n"
        "\n"
        "Checks the form of `authors[].orcid` and its last character, which follows "
        "from the\nfifteen digits before it.\n"
        "\n"
        "## Why it is bad\n"
        "\n"
        "A wrong iD gives the credit to somebody else or to nobody, and no archive "
        "notices.\n"
        "\n"
        "## Example\n"
        "\n"
        "`orcid: 0000-0002-1825-0098`: the last character must be 7.\n"
        "\n"
        "## How to fix\n"
        "\n"
        "Copy the iD from the person's page at https://orcid.org.\n"
        "\n"
        "## Source\n"
        "\n"
        'ORCID "Structure of the ORCID identifier": ISO 7064 MOD 11-2; REMBI 1.5 '
        "Author.orcid.\n"
    )
    assert "checked when the data goes to `bioimage-archive`" in explain("FIL104")
    assert "advice, always checked" in explain("FIL102")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("PPL192", "PPL1"), ("orcid-invald", "orcid-invalid"), ("doc10", "DOC1")],
)
def test_an_unknown_rule_is_answered_with_a_near_one(written: str, meant: str) -> None:
    with pytest.raises(ConfigError, match="there is no rule") as caught:
        explain(written)
    assert f"did you mean {meant}" in str(caught.value.hint)


def test_a_rule_like_no_other_is_answered_with_the_list() -> None:
    with pytest.raises(ConfigError) as caught:
        explain("zzzzzzzzzzzz")
    assert "lists all rules" in str(caught.value.hint)


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package that is installed, as far as Python can tell."""
    info = tmp_path / "lab_rules-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lab-rules\nVersion: 1")
    (info / "entry_points.txt").write_text(
        "[fairsubmit.rules]\nlab = lab_rules:RULES\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    all_rules.cache_clear()
    yield tmp_path / "lab_rules.py"
    all_rules.cache_clear()
    importlib.invalidate_caches()
    __import__("sys").modules.pop("lab_rules", None)


PLUGIN = """
from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule

def check(subject):
    yield Hit("the lab says no", "/study/title", help="ask the lab")

RULES = [Rule(code="{code}", name="lab-rule", severity=Severity.WARNING, gate=ADVICE,
              doc="A rule of the lab.", check=check)]
"""


def test_packages_add_rules(plugin: Path) -> None:
    plugin.write_text(PLUGIN.format(code="LAB101"))
    codes = [rule.code for rule in all_rules()]
    assert "LAB101" in codes
    assert codes == sorted(codes)
    assert explain("LAB101").startswith("# LAB101 lab-rule")


def test_a_package_cannot_take_a_code(plugin: Path) -> None:
    plugin.write_text(PLUGIN.format(code="PPL102"))
    with pytest.raises(ConfigError, match="PPL102 of lab-rules uses a code"):
        all_rules()


@pytest.mark.parametrize("content", ["raise RuntimeError('broken')", "RULES = [1]"])
def test_a_broken_package_is_named(plugin: Path, content: str) -> None:
    plugin.write_text(content)
    with pytest.raises(ConfigError, match="lab-rules"):
        all_rules()


def test_the_group_of_entry_points_is_the_documented_one() -> None:
    entry = EntryPoint("x", "y:z", rules.ENTRY_POINTS)
    assert entry.group == "fairsubmit.rules"
