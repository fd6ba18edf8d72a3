"""Reports: what a person, a program and a code host get to see."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from fairsubmit.errors import ConfigError
from fairsubmit.findings import Finding, Report, Severity, Waiver
from fairsubmit.lint import REPORTS, render

HERE = Path(__file__).parent
TEXT = """\
fairsubmit: 1
authors:
  - name: Jane Doe
    orcid: 0000-0002-1825-0098  # wrong
    email: {a: b}
"""
ORCID = Finding(
    "PPL102",
    "orcid-invalid",
    Severity.ERROR,
    "ORCID iD 0000-0002-1825-0098 ends in 8, but its other digits give 7",
    path="submission.yaml",
    line=4,
    column=12,
    pointer="/authors/0/orcid",
    help="copy the iD from the person's page",
)
UNLISTED = Finding(
    "FIL102",
    "file-unlisted",
    Severity.WARNING,
    "40 files in `controls/` are in no list and will not be deposited",
    path="controls/a.tif",
    count=40,
    fix="unsafe",
)
CELL = Finding(
    "ANN103",
    "annotation-without-source",
    Severity.INFO,
    "source image `a` is in no list",
    path="m.tsv",
    line=7,
    cell="B7",
    fix="safe",
)
WAIVED = Waiver(replace(ORCID, code="IMG102", line=None), "no scale on purpose")
REPORT = Report((UNLISTED, CELL, ORCID), (WAIVED,))


def test_for_a_person() -> None:
    assert render(REPORT, "human", sources={"submission.yaml": TEXT}) == (
        "controls/a.tif: FIL102 warning: 40 files in `controls/` are in no list and "
        "will not be deposited\n"
        "\n"
        "m.tsv:7!B7: ANN103 [*] info: source image `a` is in no list\n"
        "\n"
        "submission.yaml:4:12: PPL102 ORCID iD 0000-0002-1825-0098 ends in 8, but its "
        "other digits give 7\n"
        "  |\n"
        "4 |     orcid: 0000-0002-1825-0098  # wrong\n"
        "  |            ^^^^^^^^^^^^^^^^^^^\n"
        "  help: copy the iD from the person's page\n"
        "\n"
        "Found 1 error, 1 warning, 1 note. 1 waived with a reason: IMG102.\n"
    )


def test_for_a_person_when_nothing_is_wrong() -> None:
    assert render(Report(), "human") == "Nothing to correct.\n"


def test_colours_change_nothing_but_colour() -> None:
    sources = {"submission.yaml": TEXT}
    plain = render(REPORT, "human", sources=sources)
    coloured = render(REPORT, "human", sources=sources, colour=True)
    assert "\033[" in coloured
    assert re.sub(r"\033\[[0-9;]*m", "", coloured) == plain


@pytest.mark.parametrize(
    ("line", "column", "marked"),
    [
        ("title: a long title here", 8, "a long title here"),
        ("title: 'quoted: text' # x", 8, "'quoted: text'"),
        ("a: [x, yy, z]", 8, "yy"),
        ("a: x, yy, z", 4, "x, yy, z"),
        ("a: {b: c}", 4, "{"),
        ("emali: x@y.org", 1, "emali"),
        ("a: b # comment", 4, "b"),
        ("- ", 1, "-"),
    ],
)
def test_carets_stand_below_the_value(line: str, column: int, marked: str) -> None:
    finding = replace(ORCID, line=1, column=column, help=None)
    text = render(Report((finding,)), "human", sources={"submission.yaml": line})
    shown, carets = text.splitlines()[2:4]
    start, width = carets.index("^"), carets.count("^")
    assert shown[start : start + width] == marked


def test_a_long_line_is_cut_around_the_place() -> None:
    line = "x" * 500 + " VALUE " + "y" * 500
    finding = replace(ORCID, line=1, column=502)
    text = render(Report((finding,)), "human", sources={"submission.yaml": line})
    shown, carets = text.splitlines()[2:4]
    assert len(shown) < 100
    assert shown[carets.index("^") :].startswith("VALUE")


@pytest.mark.parametrize(
    ("line", "column"), [(99, 1), (2, 400), (None, None), (3, None)]
)
def test_a_place_that_is_not_in_the_text(line: int | None, column: int | None) -> None:
    finding = replace(ORCID, line=line, column=column)
    for style in REPORTS:
        sources = {"submission.yaml": "a\nb\n\n"}
        assert "PPL102" in render(Report((finding,)), style, sources=sources)


def test_control_characters_do_not_reach_the_terminal() -> None:
    finding = replace(ORCID, message="a\x1b[2Jb", line=1, column=4)
    text = render(
        Report((finding,)), "human", sources={"submission.yaml": "a: \x1b]0;"}
    )
    assert "\x1b" not in text
    assert "a\\u001b[2Jb" in text


def test_for_a_program() -> None:
    value = json.loads(render(REPORT, "json"))
    assert set(value) == {"findings", "waived", "summary"}
    assert value["summary"] == {"error": 1, "warning": 1, "info": 1}
    assert value["findings"][2] == {
        "code": "PPL102",
        "name": "orcid-invalid",
        "severity": "error",
        "message": "ORCID iD 0000-0002-1825-0098 ends in 8, but its other digits give "
        "7",
        "path": "submission.yaml",
        "line": 4,
        "column": 12,
        "pointer": "/authors/0/orcid",
        "cell": None,
        "count": 1,
        "fix": None,
        "help": "copy the iD from the person's page",
    }
    assert value["waived"][0]["reason"] == "no scale on purpose"
    assert Report.from_json(value) == REPORT


def test_for_github() -> None:
    odd = replace(
        ORCID, path="a,b:c%.yaml", message="50 % of\r\nthe lines", name="x:y,z"
    )
    lines = render(Report((UNLISTED, CELL, odd)), "github").splitlines()
    assert lines == [
        f"::warning title=FIL102 file-unlisted,file=controls/a.tif::{UNLISTED.message}",
        f"::notice title=ANN103 {CELL.name},file=m.tsv,line=7::{CELL.message}",
        (
            "::error title=PPL102 x%3Ay%2Cz,file=a%2Cb%3Ac%25.yaml,line=4,col=12"
            "::50 %25 of%0D%0Athe lines%0Ahelp: copy the iD from the person's page"
        ),
    ]
    assert render(Report(), "github") == ""


def test_an_unknown_style() -> None:
    with pytest.raises(ConfigError, match="no report style 'xml'") as caught:
        render(REPORT, "xml")
    assert "github, gitlab, html, human, json" in str(caught.value.hint)


def test_one_line_each() -> None:
    lines = render(REPORT, "concise").splitlines()
    assert lines[0].startswith("controls/a.tif: FIL102 warning: 40 files")
    assert lines[1].startswith("m.tsv:7!B7: ANN103 [*] info: source image")
    assert lines[2].startswith("submission.yaml:4:12: PPL102 ORCID iD")
    assert len(lines) == 4


def test_json_lines() -> None:
    lines = [json.loads(line) for line in render(REPORT, "jsonl").splitlines()]
    assert [line["code"] for line in lines] == ["FIL102", "ANN103", "PPL102", "IMG102"]
    assert [line.get("reason") for line in lines] == [None] * 3 + [WAIVED.reason]


def test_gitlab_code_quality() -> None:
    issues = json.loads(render(Report((ORCID, CELL, ORCID)), "gitlab"))
    assert [issue["severity"] for issue in issues] == ["major", "info", "major"]
    assert len({issue["fingerprint"] for issue in issues}) == 3
    assert issues[0]["location"] == {"path": "submission.yaml", "lines": {"begin": 4}}
    moved = json.loads(render(Report((replace(ORCID, line=9),)), "gitlab"))
    assert moved[0]["fingerprint"] == issues[0]["fingerprint"]


def test_junit() -> None:
    root = ET.fromstring(render(REPORT, "junit"))
    assert (root.get("tests"), root.get("failures")) == ("3", "1")
    assert [suite.get("name") for suite in root] == [
        "controls/a.tif",
        "m.tsv",
        "submission.yaml",
    ]
    assert [bool(case.findall("failure")) for case in root.iter("testcase")] == [
        False,
        False,
        True,
    ]
    clean = ET.fromstring(render(Report(), "junit"))
    assert len(list(clean.iter("testcase"))) == 1
    odd = Report((replace(ORCID, message='a\x00<b>&"\u202e', path='"<&.yaml'),))
    assert ET.fromstring(render(odd, "junit")) is not None


def test_sarif_is_valid() -> None:
    schema = json.loads((HERE / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    odd = replace(ORCID, path="raw/µ a%#.tif", code="LAB101")
    for report in (REPORT, Report(), Report((odd,))):
        log = json.loads(render(report, "sarif"))
        jsonschema.Draft4Validator(schema).validate(log)
    log = json.loads(render(REPORT, "sarif"))
    (run,) = log["runs"]
    levels = [result["level"] for result in run["results"]]
    assert levels == ["warning", "note", "error", "error"]
    assert run["results"][3]["suppressions"][0]["justification"] == WAIVED.reason
    place = run["results"][2]["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 4, "startColumn": 12}
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_page() -> None:
    page = render(replace_message(REPORT, "<script>alert(1)</script>"), "html")
    assert "<script>" not in page
    assert page.index("1 error: must be") < page.index("1 warning: should be")
    assert "no scale on purpose" in page
    assert "Nothing to correct" in render(Report(), "html")


def replace_message(report: Report, message: str) -> Report:
    return replace(
        report, findings=tuple(replace(f, message=message) for f in report.findings)
    )
