"""The engine: which rules run, what becomes of their hits, and in which order."""

from __future__ import annotations

import gc
import random
import tracemalloc
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from fairsubmit.errors import ConfigError, FairsubmitError
from fairsubmit.findings import Finding, Severity
from fairsubmit.lint import RULES, Hit, Rule, RuleError, Subject, lint
from fairsubmit.lint.base import ADVICE, MIN
from fairsubmit.metadata.image import Extraction, ImageMetadata, Problem
from fairsubmit.metadata.load import Document, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fairsubmit.dataset import Dataset

BROKEN = """\
study:
  title: Cells
  description: data
authors:
  - email: jane@example
ignore:
  STU101: a short title is what the journal wants
  STU102: ""
  PPL103:
"""
TODAY = date(2026, 11, 22)


def _codes(document: Document, **options: object) -> list[str]:
    return [f.code for f in lint(document, **options).findings]  # type: ignore[arg-type]


@pytest.fixture
def broken() -> Document:
    return parse(BROKEN.encode(), "submission.yaml")


def test_nothing_is_wrong_with_the_base(base: Dataset) -> None:
    report = lint(base, archive="bioimage-archive", today=TODAY)
    assert {f.severity for f in report.findings} == {Severity.INFO}
    assert report.ok


def test_selection_is_by_beginning(broken: Document) -> None:
    everything = _codes(broken)
    assert {"STU102", "PPL101", "PPL103", "LIC101"} <= set(everything)
    assert set(_codes(broken, select=["PPL"])) == {"PPL101", "PPL103", "PPL106"}
    assert set(_codes(broken, select=["ppl103", "LIC"])) == {"PPL103", "LIC101"}
    assert set(_codes(broken, select=["PPL1"], ignore=["PPL101", "ppl106"])) == {
        "PPL103"
    }
    assert not [c for c in _codes(broken, ignore=["DOC"]) if c.startswith("DOC")]


@pytest.mark.parametrize("option", ["select", "ignore"])
def test_a_beginning_that_selects_nothing_is_a_mistake(
    broken: Document, option: str
) -> None:
    with pytest.raises(ConfigError, match="no rule's code starts with 'PPX'") as caught:
        _codes(broken, **{option: ["PPX"]})
    assert caught.value.hint


def test_a_waiver_with_a_reason_counts(broken: Document) -> None:
    report = lint(broken)
    assert [(w.finding.code, w.reason) for w in report.waived] == [
        ("STU101", "a short title is what the journal wants")
    ]
    assert report.waived[0].finding.line == 2
    codes = [f.code for f in report.findings]
    assert "STU101" not in codes
    # one without a reason does not, and is told so
    assert {"STU102", "PPL103"} <= set(codes)
    assert codes.count("DOC110") == 2
    assert report.to_json()["waived"][0]["reason"].startswith("a short title")


def test_archives_have_their_own_rules(broken: Document) -> None:
    without, other = _codes(broken), _codes(broken, archive="directory")
    assert without == other
    assert "STU105" not in without
    assert "STU105" in _codes(broken, archive="bioimage-archive")


def test_findings_stand_in_order(broken: Document) -> None:
    report = lint(broken, archive="bioimage-archive")
    keys = [(f.path or "", f.line or 0, f.column or 0, f.code) for f in report.findings]
    assert keys == sorted(keys)
    for seed in range(5):
        rules = list(RULES)
        random.Random(seed).shuffle(rules)
        again = lint(broken, archive="bioimage-archive", rules=rules)
        assert again == report


def test_what_cannot_be_read_is_the_only_finding(base: Dataset) -> None:
    document = parse(b"authors: [a, b\nstudy:\n", "submission.yaml")
    assert _codes(document) == ["DOC101"]
    unreadable = replace(base, document=document, groups=())
    assert [f.code for f in lint(unreadable).findings] == ["DOC101"]


def test_an_empty_mapping_lacks_everything() -> None:
    codes = set(_codes(parse(b"{}", "submission.yaml")))
    assert {"DOC108", "STU109", "PPL101", "DOC121"} <= codes
    assert "STU101" not in codes, "the missing study is the one cause"


def test_the_model_is_silent_where_a_rule_has_spoken() -> None:
    text = b"biosamples:\n  - id: b1\n    title: t\n    organism: {id: 'x'}\n"
    found = lint(parse(text, "s.yaml"), select=["BIO", "DOC12"]).findings
    places = [(f.code, f.pointer) for f in found if f.pointer != ""]
    assert ("BIO101", "/biosamples/0/organism/label") in places
    assert ("BIO106", "/biosamples/0/biological_entity") in places
    assert not [p for c, p in places if c == "DOC121" and "/biosamples/0" in str(p)]


def _rule(
    check: Callable[[Subject], Iterator[Hit]] | None = None, **more: object
) -> Rule:
    return Rule(
        code="XYZ101",
        name="xyz",
        severity=Severity.WARNING,
        gate=MIN,
        doc="Something is so.",
        check=check,
        **more,  # type: ignore[arg-type]
    )


def test_a_rule_that_fails_is_named(broken: Document) -> None:
    def check(subject: Subject) -> Iterator[Hit]:
        yield Hit(str(1 // len(subject.groups)))

    with pytest.raises(RuleError) as caught:
        lint(broken, rules=[_rule(check)])
    error = caught.value
    assert isinstance(error, FairsubmitError)
    assert "XYZ101 (xyz) failed on submission.yaml: ZeroDivisionError" in str(error)
    assert "--ignore XYZ101" in str(error.hint)
    assert isinstance(error.__cause__, ZeroDivisionError)

    def check_image(extraction: Extraction, _: Subject) -> Iterator[Hit]:
        yield Hit(extraction.images[7].path)

    with pytest.raises(RuleError, match=r"failed on a\.tif: IndexError"):
        lint(broken, [Extraction("a.tif")], rules=[_rule(check_image=check_image)])


def test_an_error_raised_on_purpose_stays_itself(broken: Document) -> None:
    def check(subject: Subject) -> Iterator[Hit]:
        if subject.document.path:
            raise ConfigError(subject.document.path)
        yield Hit("never")

    with pytest.raises(ConfigError):
        lint(broken, rules=[_rule(check)])


def _image(path: str, *problems: Problem) -> Extraction:
    return Extraction(path, (ImageMetadata(path, 0, files=(path,), problems=problems),))


def test_many_files_with_one_cause_are_one_finding(broken: Document) -> None:
    images = [_image(f"raw/{n:05}.tif") for n in range(1000)]
    report = lint(broken, images, select=["IMG102"])
    (finding,) = report.findings
    assert finding.count == 1000
    assert finding.path == "raw/00000.tif"
    assert "and 999 more, e.g. raw/00001.tif, raw/00002.tif" in finding.message


def test_a_waiver_covers_the_whole_group() -> None:
    text = "ignore: {IMG102: phase plate test without scale}"
    images = [_image(f"raw/{n}.tif") for n in range(10)]
    report = lint(parse(text.encode(), "s.yaml"), images, select=["IMG102"])
    assert report.findings == ()
    assert [w.finding.count for w in report.waived] == [10]


def test_findings_of_readers_are_passed_on(broken: Document) -> None:
    finding = Finding(
        "RDR101", "odd", Severity.WARNING, "is odd", path="raw/a.tif", help="look"
    )
    image = Extraction("raw/a.tif", (), (finding,))
    assert finding in lint(broken, [image]).findings
    assert finding in lint(broken, [image], ignore=["IMG"]).findings
    assert finding not in lint(broken, [image], select=["IMG"]).findings


def test_many_findings_of_readers_are_one(broken: Document) -> None:
    images = [
        Extraction(
            path,
            (),
            (Finding("RDR101", "odd", Severity.INFO, f"{path} is odd", path),),
        )
        for path in (f"raw/{n}.dcm" for n in range(500))
    ]
    (finding,) = (f for f in lint(broken, images).findings if f.code == "RDR101")
    assert finding.count == 500
    assert finding.message.startswith("it is odd (and 499 more, e.g. raw/1.dcm")


def _stream(count: int) -> Iterator[Extraction]:
    for number in range(count):
        path = f"raw/folder_{number % 50:02}/image_{number:06}.ome.tif"
        # no two of these sentences are the same
        message = f"plane {number} lies at byte {number * 512}, beyond the end"
        yield _image(path, Problem("truncated", message, f"byte {number}", error=True))


def test_memory_does_not_grow_with_the_number_of_images(broken: Document) -> None:
    def peak(count: int) -> int:
        gc.collect()
        tracemalloc.start()
        report = lint(broken, _stream(count), select=["IMG", "SET"], ignore=["IMG108"])
        _, found = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert sum(f.count for f in report.findings) == 2 * count
        assert len(report.findings) < 250
        return found

    peak(100)
    small, large = peak(1000), peak(20_000)
    assert large < small + 100_000


def test_a_message_is_one_line_of_readable_length() -> None:
    doi = "see\n  the paper " * 50
    tree = {"study": {"publications": [{"doi": doi}]}}
    document = Document("s.yaml", tree, {"": (1, 1)}, {})
    (finding,) = lint(document, select=["LNK103"]).findings
    assert finding.message.startswith("`see the paper see the paper")
    assert finding.message.endswith("…` is not a DOI")
    assert len(finding.message) < 110


def test_advice_never_stops_a_submission() -> None:
    for rule in RULES:
        assert (rule.severity is Severity.ERROR) == (rule.gate != ADVICE), rule.code


def test_the_date_is_today_unless_said_otherwise() -> None:
    today = datetime.now(tz=None).astimezone().date()
    text = f"study:\n  release_date: {today.isoformat()}\n"
    document = parse(text.encode(), "s.yaml")
    options = {"select": ["STU105"], "archive": "bioimage-archive"}
    assert _codes(document, **options) == []
    assert _codes(document, today=date(1999, 1, 1), **options) == ["STU105"]
    leap = parse(b"study:\n  release_date: 2030-02-28\n", "s.yaml")
    assert _codes(leap, today=date(2028, 2, 29), **options) == []
