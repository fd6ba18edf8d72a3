"""What the archive says, read and put beside the person's own lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.archives.biostudies.explain import explain
from fairsubmit.archives.biostudies.refusals import (
    RefusalError,
    messages_of,
    read_refusal,
)
from fairsubmit.errors import ArchiveError, AuthenticationError
from fairsubmit.http import Answer

if TYPE_CHECKING:
    from fairsubmit.bundle import Bundle
    from fairsubmit.findings import Finding

LISTS = "List of available sources:\n  - ada@example.org user files"


def tree(message: str, *below: Any) -> dict[str, Any]:
    nodes = [b if isinstance(b, dict) else node(b) for b in below]
    return {
        "status": "FAIL",
        "log": {"level": "ERROR", "message": message, "subnodes": nodes},
    }


def node(message: str, *below: dict[str, Any]) -> dict[str, Any]:
    return {"level": "ERROR", "message": message, "subnodes": list(below)}


def answer(status: int, body: Any) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {}, raw, "http://127.0.0.1/x")


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        (tree("alone"), ("alone",)),
        (tree("heading", "a", "b"), ("a", "b")),
        (tree("heading", node("middle", node("deep")), "b"), ("deep", "b")),
        (tree("heading", "same", "same"), ("same",)),
        ({"message": "Full authentication is required"}, None),
        ({"errorMessage": "Study not found"}, ("Study not found",)),
        (
            {
                "timestamp": "t",
                "status": 405,
                "error": "Method Not Allowed",
                "path": "/x",
            },
            ("Method Not Allowed (/x)",),
        ),
        ("text", ("text",)),
        (["a", "", "b"], ("a", "b")),
        (b"<html><body>502 Bad Gateway</body></html>", ()),
        (b"", ()),
        ({"log": None}, ()),
        (None, ()),
    ],
)
def test_all_shapes_are_read(body: Any, messages: tuple[str, ...] | None) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    expected = (body["message"],) if messages is None else messages
    assert messages_of(raw) == expected


def test_a_tree_of_hostile_depth_ends() -> None:
    inner = node("end")
    for _ in range(150):
        inner = node("more", inner)
    assert messages_of(json.dumps(tree("top", inner)).encode())
    assert messages_of(b"[" * 100_000) == ()


def test_the_contract_s_answers(shared: Any) -> None:
    folder = shared / "contracts" / "biostudies_examples" / "contract"
    responses = json.loads((folder / "responses.json").read_text(encoding="utf-8"))
    refused = {k: v for k, v in responses.items() if k[-3:].isdigit() or "_4" in k}
    count = 0
    for value in refused.values():
        if isinstance(value, dict) and value.get("status") == "FAIL":
            (message,) = messages_of(json.dumps(value).encode())
            assert not message.startswith(
                ("Submission validation", "Error processing s")
            )
            count += 1
    assert count > 5


def test_a_500_with_a_tree_is_an_answer_and_one_without_is_not() -> None:
    found = read_refusal(answer(500, tree("ReleaseDate is required")), archive="A")
    assert isinstance(found, RefusalError)
    assert found.messages == ("ReleaseDate is required",)
    framework = {"timestamp": "t", "status": 500, "error": "E", "path": "/x"}
    for body in (b"<html>oops</html>", b"", framework):
        assert read_refusal(answer(500, body), archive="A") is None
    assert read_refusal(answer(502, {"message": "x"}), archive="A") is None


def test_a_lost_session_is_one_whatever_its_shape() -> None:
    words = "Could not find an active session for the provided security token."
    for status, body in (
        (401, {"message": "Full authentication is required"}),
        (401, b""),
        (500, tree(words)),
        (500, {"timestamp": "t", "status": 500, "error": "E", "message": words}),
        (500, f"<html>{words}</html>".encode()),
    ):
        found = read_refusal(answer(status, body), archive="A")
        assert isinstance(found, AuthenticationError)
        assert "fairsubmit login" in (found.hint or "")


def test_too_large_for_http_says_what_to_do() -> None:
    for status, body in (
        (413, b"<html>"),
        (500, tree("Maximum upload size exceeded; nested exception")),
    ):
        found = read_refusal(answer(status, body), archive="A")
        assert isinstance(found, ArchiveError)
        assert found.status == 413
        assert "ftp" in (found.hint or "")


def test_the_user_folder_is_in_no_message() -> None:
    secret = "91/31c15a-f0a0-4847-ab09-4135cefc03bd-a31912"
    words = f"The user does not have permission for accessing path '/nfs/{secret}/..'"
    found = read_refusal(answer(500, tree(words)), archive="A")
    assert isinstance(found, RefusalError)
    assert secret not in str(found) + str(found.server_message) + str(found.messages)


# Messages to places. `at` is the text that the line has at the column.

MISSING = "The following files could not be found:\n"
BAD = "The given file path contains invalid characters: "
MORE = (
    "For more information check https://www.ebi.ac.uk/bioimage-archive/help-file-list"
)


@pytest.mark.parametrize(
    ("message", "code", "at"),
    [
        ("ReleaseDate is required. Element was not created.", "BIA205", '"20'),
        ("Release date cannot be in the past", "BIA205", '"20'),
        (
            "Provided date 2026-1-1 could not be parsed. Expected format is YYYY-MM-DD",
            "BIA205",
            '"20',
        ),
        ("The release date of a public study cannot be changed", "BIA209", None),
        ("File deletion/modifications require admin permission.", "BIA209", None),
        (
            "The user a@b.org is not allowed to submit to BioImages collection",
            "BIA206",
            None,
        ),
        (
            "The user a@b.org is not allowed to provide accession number directly",
            "BIA206",
            None,
        ),
        (
            "The user a@b.org is not allowed to update the submission S-BIAD1",
            "BIA206",
            None,
        ),
        ("A title is required for DOI registration", "BIA207", "Confocal time-lapse"),
        (
            "Organizations are required to have an accession",
            "BIA207",
            "- {id: ebi",
        ),
        (
            "The following organization name is empty: 'o2'",
            "BIA207",
            "Example Lab",
        ),
        (
            "The required DOI field 'Organization' could not be found",
            "BIA207",
            "- {id: ebi",
        ),
        (
            (
                "The organization 'o9' affiliated to the author 'Bo O'Example' "
                "could not be found"
            ),
            "BIA207",
            "[lab]",
        ),
        (
            "The given DOI 'true' should match the previous DOI '10.6019/S-BIAD1'",
            "BIA207",
            "title: Confocal",
        ),
        (
            "The previous DOI: '10.6019/S-BIAD1' cannot be removed",
            "BIA207",
            "title: Confocal",
        ),
        ("A section with accNo author-2 already exists", "BIA210", "name: Bo"),
        (
            (
                "The following circular references were found:\n"
                "- Directory 'movies' contains: 'movies/m1.tif'\n"
            ),
            "BIA208",
            '"movies/*.tif"',
        ),
        (
            f"{BAD}movies/m1.tif\nReferenced in file list: file-lists/c1.tsv\n{MORE}",
            "BIA203",
            '"movies/*.tif"',
        ),
        (f"{BAD}masks/m2.tif\n{MORE}", "BIA203", "masks/m2.tif"),
        (
            (
                f"{MISSING}  - movies/m2.tif\n"
                f"Referenced in file list: file-lists/c1.tsv\n{LISTS}"
            ),
            "BIA202",
            '"movies/*.tif"',
        ),
        (f"{MISSING}  - masks/m2.tif\n{LISTS}", "BIA202", "masks/m2.tif"),
        (f"{MISSING}  - S-BIAD9001/masks/m2.tif\n{LISTS}", "BIA202", "masks/m2.tif"),
        (f"{MISSING}  - file-lists/m1.tsv\n{LISTS}", "BIA202", "{table: masks.tsv}"),
        (
            (
                "Problem processing file list 'file-lists/m1.tsv': A file list should "
                "contain at least one file"
            ),
            "BIA204",
            "{table: masks.tsv}",
        ),
        (
            (
                "Problem processing file list 'file-lists/m1.tsv': Error at row 3: "
                "File Path is required. Element was not created."
            ),
            "BIA204",
            "masks/m2.tif",
        ),
        (
            (
                "Problem processing file list 'file-lists/m1.tsv': First header value "
                "should be 'Files'. Element was not created."
            ),
            "BIA204",
            "{table: masks.tsv}",
        ),
        ("Unsupported pagetab format: jpg", "BIA204", None),
        ("Section tables can't be empty. Element was not created.", "BIA210", None),
        ("Unknown processing error. Please contact Admin.", "BIA211", None),
        ("Something nobody has ever seen", "BIA201", None),
    ],
)
def test_messages_point_at_the_person_s_own_lines(
    message: str, code: str, at: str | None, bundle: Bundle
) -> None:
    (finding,) = explain([message], bundle)
    assert finding.code == code
    assert finding.help
    if at is None:
        return
    assert pointed_at(finding, bundle).startswith(at)


def pointed_at(finding: Finding, bundle: Bundle) -> str:
    assert finding.path is not None
    assert finding.line is not None
    assert finding.column is not None
    lines = (bundle.dataset.root / finding.path).read_text(encoding="utf-8").split("\n")
    return lines[finding.line - 1][finding.column - 1 :]


def test_an_unknown_message_is_repeated(bundle: Bundle) -> None:
    (finding,) = explain(["Flux capacitor\n overheated"], bundle)
    assert "Flux capacitor overheated" in finding.message
    assert finding.path == "submission.yaml"


def test_no_permission_says_whom_to_ask(bundle: Bundle) -> None:
    message = "The user a@b.org is not allowed to submit to BioImages collection"
    (finding,) = explain([message], bundle)
    assert finding.message == "a@b.org may not submit to the collection BioImages"
    assert "bioimage-archive@ebi.ac.uk" in (finding.help or "")


def test_authors_without_affiliation_are_all_named(make: Any) -> None:
    bundle = make(("bo@example.org\n    affiliations: [lab]", "bo@example.org"))
    found = explain(["Authors are required to have an affiliation"], bundle)
    assert [finding.pointer for finding in found] == ["/authors/1"]


def test_many_missing_files_are_one_finding_a_cause(bundle: Bundle) -> None:
    names = ["movies/m1.tif", "movies/m2.tif", "masks/m1.tif", "masks/m2.tif"]
    message = MISSING + "".join(f"  - {name}\n" for name in names) + LISTS
    found = explain([message], bundle)
    assert {(f.path, f.count) for f in found} == {
        ("submission.yaml", 2),
        ("masks.tsv", 2),
    }
    assert all("m1.tif" in f.message and "m2.tif" in f.message for f in found)


def test_a_message_about_a_list_without_its_name(bundle: Bundle) -> None:
    about = bundle.file_lists[1]
    (finding,) = explain(["Expected content to be an array"], bundle, about=about)
    assert finding.code == "BIA204"
    assert pointed_at(finding, bundle).startswith("{table: masks.tsv}")


def test_the_same_message_twice_is_one_finding(bundle: Bundle) -> None:
    message = "Release date cannot be in the past"
    assert len(explain([message, message], bundle)) == 1
