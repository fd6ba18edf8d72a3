"""The RDA FAIR data maturity indicators, and what can be said of each beforehand.

RDA FAIR Data Maturity Model (DOI 10.15497/rda00050, CC BY 4.0): 41 indicators, of which
many speak of what an archive does with data. Those are left to it.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final, NamedTuple

from fairsubmit.lint.fair.facts import Answer, Evidence, Verdict, is_other_data
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fairsubmit.lint.fair.facts import Facts

__all__ = ["Indicator", "Judged", "indicators", "judge"]

# Beginnings of rule codes: the modules of REMBI.
_MODULES = ("STU", "BIO", "SPE", "ACQ", "REF", "DOC")
_CORE = (
    "/study/title",
    "/study/description",
    "/study/keywords",
    "/authors",
    "/biosamples/*/organism",
    "/acquisitions/*/imaging_method",
)
_ACCESS = ("/study/license", "/study/release_date")
_PROVENANCE = (
    "/authors",
    "/specimens/*/sample_preparation",
    "/acquisitions/*/instrument",
    "/acquisitions/*/parameters",
)


class Indicator(NamedTuple):
    """One of the 41.

    Attributes
    ----------
    id
        As RDA names it.
    text
        What it says.
    priority
        ``Essential``, ``Important`` or ``Useful``.
    decide
        Answers it; a text where only the archive can, and why.
    """

    id: str
    text: str
    priority: str
    decide: Callable[[Facts], Answer] | str


class Judged(NamedTuple):
    """An indicator with what was found."""

    indicator: Indicator
    answer: Answer


def judge(facts: Facts) -> list[Judged]:
    """Answer all indicators.

    Parameters
    ----------
    facts
        What is known of the dataset.
    """
    return [Judged(each, _answer(each, facts)) for each in indicators()]


def _answer(indicator: Indicator, facts: Facts) -> Answer:
    if isinstance(indicator.decide, str):
        return Answer(Verdict.ARCHIVE, (Evidence("archive", indicator.decide),))
    return indicator.decide(facts)


def _annotated(facts: Facts) -> Answer | None:
    """Return that there is nothing to judge, where nothing was annotated."""
    if not any(parts(facts.document, "/annotations")):
        return Answer(Verdict.NOTHING, (Evidence("/annotations", "none"),))
    return None


def _sources(facts: Facts) -> Answer:
    nothing = _annotated(facts)
    if nothing is not None:
        return nothing
    found = list(facts.sources())
    if not found:
        return Answer(Verdict.NO, (Evidence("Source Image", "no table has it"),))
    said = tuple(
        Evidence(group.pointer, f"{has:,} of {rows:,} annotations name their image")
        for group, rows, has in found
    )
    whole = all(rows == has for _, rows, has in found)
    return Answer(Verdict.YES if whole else Verdict.NO, said)


def _typed_sources(facts: Facts) -> Answer:
    answer = _sources(facts)
    if answer.verdict is not Verdict.YES:
        return answer
    return facts.all_of("/annotations/*/types")


def _classes(facts: Facts) -> Answer:
    return _annotated(facts) or Answer(
        Verdict.NO,
        (Evidence("/annotations", "no field holds terms for classes"),),
    )


def _files_listed(facts: Facts) -> Answer:
    count = sum(len(group.paths) for group in facts.groups)
    if not facts.groups:
        return Answer(Verdict.NOTHING, (Evidence("files", "were not looked at"),))
    said = Evidence("files", f"the bundle names {count:,} files with their digests")
    return Answer(Verdict.YES if count else Verdict.NO, (said,))


def _emitted(words: str) -> Callable[[Facts], Answer]:
    """Return an answer that rests on what `fairsubmit bundle` writes."""

    def decide(facts: Facts) -> Answer:
        met = facts.minimum_met()
        if met.verdict is Verdict.YES:
            return Answer(Verdict.YES, (Evidence("bundle", words),))
        said = Evidence("bundle", "is not written while there are errors")
        return Answer(Verdict.NO, (said, *met.evidence))

    return decide


def _qualified(facts: Facts) -> Answer:
    papers = facts.each("/study/publications", "doi")
    found = [*facts.links(lambda link: bool(text(link, "type"))), *papers]
    return facts.any_of(found, "/study/links/0/type")


def _vocabularies(facts: Facts) -> Answer:
    taxa = facts.organisms_identified()
    if taxa.verdict is not Verdict.YES:
        return taxa
    return facts.any_of(facts.terms(), "ontology terms with identifier")


_DEPOSITED = "it gives the accession or DOI at the deposit"
_PROPERTY = "it is a property of the archive"
# Accession and DOI, and what they resolve to.
_AT_DEPOSIT = frozenset({"F1-01M", "F1-01D", "F1-02M", "F1-02D", "A1-03M", "A1-03D"})
_DECIDE: Final[Mapping[str, Callable[[Facts], Answer]]] = {
    "F2-01M": lambda facts: facts.all_of(*_CORE),
    "F3-01M": _files_listed,
    "A1-01M": lambda facts: facts.all_of(*_ACCESS),
    "I1-01M": _emitted("ro-crate-metadata.json, JSON-LD"),
    "I1-01D": lambda facts: facts.share(facts.images.open, "images in a public format"),
    "I1-02M": _emitted("ro-crate-metadata.json, terms with addresses"),
    "I1-02D": lambda facts: facts.share(facts.images.ome, "images with OME metadata"),
    "I2-01M": _vocabularies,
    "I2-01D": _classes,
    "I3-01M": lambda facts: facts.any_of(
        facts.people_and_papers(), "ORCID iD, ROR id, DOI or protocol"
    ),
    "I3-01D": _sources,
    "I3-02M": lambda facts: facts.any_of(
        facts.links(is_other_data), "a link to other data"
    ),
    "I3-02D": _typed_sources,
    "I3-03M": _qualified,
    "I3-04M": lambda facts: facts.any_of(
        facts.links(lambda link: bool(text(link, "relation"))), "a link with `relation`"
    ),
    "R1-01M": lambda facts: facts.minimum_met(_MODULES),
    "R1.1-01M": lambda facts: facts.all_of("/study/license"),
    "R1.1-02M": lambda facts: facts.licence(),
    "R1.1-03M": lambda facts: facts.licence(),
    "R1.2-01M": lambda facts: facts.all_of(*_PROVENANCE),
    "R1.2-02M": _emitted("ro-crate-metadata.json: made of what, by whom and how"),
    "R1.3-01M": lambda facts: facts.minimum_met(),
    "R1.3-01D": lambda facts: facts.readable(),
    "R1.3-02M": _emitted("ro-crate-metadata.json, profile of the BioImage Archive"),
    "R1.3-02D": lambda facts: facts.share(
        facts.images.ome, "images as OME-TIFF or OME-Zarr"
    ),
}


@lru_cache(maxsize=1)
def indicators() -> tuple[Indicator, ...]:
    """Return all indicators, in the order of RDA."""
    content = resources.files(__package__).joinpath("rda_indicators.tsv")
    lines = content.read_text(encoding="utf-8").splitlines()[1:]
    return tuple(_indicator(*line.split("\t")) for line in lines)


def _indicator(name: str, priority: str, words: str) -> Indicator:
    short = name.removeprefix("RDA-")
    left = _DEPOSITED if short in _AT_DEPOSIT else _PROPERTY
    return Indicator(name, words, priority, _DECIDE.get(short, left))
