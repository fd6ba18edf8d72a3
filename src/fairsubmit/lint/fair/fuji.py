"""What is known beforehand in the shape that F-UJI gives its results.

Metric and test identifiers are those of F-UJI v0.8 (DOI 10.5281/zenodo.15045911). F-UJI
asks the landing page of a published dataset; here the submission is asked, so that much
is left open. There are no scores: a sum of points would say more than is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fairsubmit.lint.fair.facts import Answer, Evidence, Verdict
from fairsubmit.lint.fair.indicators import Indicator, indicators
from fairsubmit.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fairsubmit.lint.fair.facts import Facts

__all__ = ["fuji_results"]

SPECIFICATION = "https://doi.org/10.5281/zenodo.15045911"
_STATUS = {
    Verdict.YES: "pass",
    Verdict.NO: "fail",
    Verdict.ARCHIVE: "not-assessable",
    Verdict.NOTHING: "not-assessable",
}


class _Metric(NamedTuple):
    id: str
    name: str
    # test: the RDA indicator that answers it, or what does, or why the archive must
    tests: Mapping[str, str | Callable[[Facts], Answer]]


_LATER = "archive"
_METRICS: Final = (
    _Metric(
        "FsF-F1-01MD",
        "Metadata and data are assigned a globally unique identifier.",
        {"FsF-F1-01MD-1": _LATER, "FsF-F1-01MD-2": _LATER},
    ),
    _Metric(
        "FsF-F1-02MD",
        "Metadata and data are assigned a persistent identifier.",
        {
            "FsF-F1-02MD-1": _LATER,
            "FsF-F1-02MD-2": _LATER,
            "FsF-F1-02MD-4": _LATER,
            "FsF-F1-02MD-5": _LATER,
        },
    ),
    _Metric(
        "FsF-F2-01M",
        "Metadata includes descriptive core elements (creator, title, data identifier, "
        "publisher, publication date, summary and keywords) to support data "
        "findability.",
        {
            "FsF-F2-01M-2": lambda facts: facts.all_of(
                "/authors", "/study/title", "/study/release_date"
            ),
            "FsF-F2-01M-3": lambda facts: facts.all_of(
                "/study/description", "/study/keywords"
            ),
        },
    ),
    _Metric(
        "FsF-F3-01M",
        "Metadata includes the identifier of the data it describes.",
        {"FsF-F3-01M-2": _LATER},
    ),
    _Metric(
        "FsF-F4-01M",
        "Metadata is offered in such a way that it can be registered or indexed by "
        "search engines.",
        {"FsF-F4-01M-1": _LATER},
    ),
    _Metric(
        "FsF-A1-01M",
        "Metadata contains access level and access conditions of the data.",
        {"FsF-A1-01M-1": "RDA-A1-01M"},
    ),
    _Metric(
        "FsF-A1-02MD",
        "Metadata and data are retrievable by their identifier",
        {"FsF-A1-02MD-1": _LATER, "FsF-A1-02MD-2": _LATER},
    ),
    _Metric(
        "FsF-A1.1-01MD",
        "A standardized communication protocol is used to access metadata and data.",
        {"FsF-A1.1-01MD-1": _LATER, "FsF-A1.1-01MD-2": _LATER},
    ),
    _Metric(
        "FsF-A1.2-01MD",
        "Metadata and data are accessible through a standardized communication "
        "protocol which supports authentication.",
        {"FsF-A1.2-01MD-1": _LATER, "FsF-A1.2-01MD-2": _LATER},
    ),
    _Metric(
        "FsF-I1-01M",
        "Metadata is represented using a formal knowledge representation language.",
        {"FsF-I1-01M-1": _LATER, "FsF-I1-01M-2": _LATER},
    ),
    _Metric(
        "FsF-I2-01M",
        "Metadata uses registered semantic resources",
        {"FsF-I2-01M-2": "RDA-I2-01M"},
    ),
    _Metric(
        "FsF-I3-01M",
        "Metadata includes qualified references between the data and its related "
        "entities.",
        {"FsF-I3-01M-1": "RDA-I3-03M", "FsF-I3-01M-2": "RDA-I3-01M"},
    ),
    _Metric(
        "FsF-R1-01M",
        "Metadata specifies the content of the data.",
        {
            "FsF-R1-01M-1": lambda facts: facts.all_of("/components"),
            "FsF-R1-01M-2": "RDA-F3-01M",
            "FsF-R1-01M-3": lambda facts: facts.all_of(
                "/acquisitions/*/imaging_method"
            ),
        },
    ),
    _Metric(
        "FsF-R1.1-01M",
        "Metadata includes license information under which data can be reused.",
        {"FsF-R1.1-01M-1": "RDA-R1.1-02M"},
    ),
    _Metric(
        "FsF-R1.2-01M",
        "Metadata includes provenance information about data creation or generation.",
        {"FsF-R1.2-01M-1": "RDA-R1.2-01M", "FsF-R1.2-01M-2": "RDA-R1.2-02M"},
    ),
    _Metric(
        "FsF-R1.3-01M",
        "Metadata follows a standard recommended by the target research community of "
        "the data.",
        {"FsF-R1.3-01M-1": "RDA-R1.3-01M", "FsF-R1.3-01M-3": "RDA-R1.3-02M"},
    ),
    _Metric(
        "FsF-R1.3-02D",
        "Data is available in a file format recommended by the target research "
        "community.",
        {"FsF-R1.3-02D-1": "RDA-I1-01D"},
    ),
)


def fuji_results(facts: Facts) -> dict[str, Any]:
    """Return results as F-UJI gives them, without points.

    Parameters
    ----------
    facts
        What is known of the dataset.
    """
    known = {each.id: each for each in indicators()}
    results = [
        _result(number, metric, facts, known)
        for number, metric in enumerate(_METRICS, start=1)
    ]
    return {
        "software": f"fairsubmit {VERSION}",
        "metric_specification": SPECIFICATION,
        "total_metrics": len(results),
        "results": results,
        "summary": {
            status: sum(result["test_status"] == status for result in results)
            for status in ("pass", "fail", "not-assessable")
        },
    }


def _result(
    number: int, metric: _Metric, facts: Facts, known: Mapping[str, Indicator]
) -> dict[str, Any]:
    answers = {
        name: _answered(decide, facts, known) for name, decide in metric.tests.items()
    }
    found = [_STATUS[answer.verdict] for answer in answers.values()]
    return {
        "id": number,
        "metric_identifier": metric.id,
        "metric_name": metric.name,
        "test_status": _together(found),
        "metric_tests": {
            name: {
                "metric_test_status": _STATUS[answer.verdict],
                "output": [evidence._asdict() for evidence in answer.evidence],
            }
            for name, answer in answers.items()
        },
    }


def _together(found: list[str]) -> str:
    """Return the status of a metric: what fails counts, then what is not known."""
    for status in ("fail", "not-assessable"):
        if status in found:
            return status
    return "pass"


def _answered(
    decide: str | Callable[[Facts], Answer],
    facts: Facts,
    known: Mapping[str, Indicator],
) -> Answer:
    if not isinstance(decide, str):
        return decide(facts)
    indicator = known.get(decide)
    if indicator is None or isinstance(indicator.decide, str):
        words = "is asked once the dataset is published"
        return Answer(Verdict.ARCHIVE, (Evidence(decide, words),))
    return indicator.decide(facts)
