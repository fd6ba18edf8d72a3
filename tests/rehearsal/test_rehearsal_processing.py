"""From a submit to a study: statuses, versions and what may be asked meanwhile."""

from __future__ import annotations

import io
import json

STATUSES = [
    "SUBMITTED", "REQUESTED", "FILES_VALIDATED", "INDEXED", "LOADED",
    "INDEXED_CLEANED", "VALIDATED", "CLEANED", "FILES_COPIED", "CHECK_RELEASED",
    "PERSISTED", "PROCESSED", "POST_PROCESSED",
]  # fmt: skip
JSON = {"Submission_Type": "application/json"}
TSV = {"Submission_Type": "text/plain"}


def test_each_poll_moves_the_request_on_by_one(client):
    client.put_movies()
    key = client.draft()
    assert client.status(key) == "DRAFT"
    answer = client.submit(key)
    assert (answer.status, answer.body) == (200, b"")
    seen = [client.status(key) for _ in range(14)]
    assert seen == [*STATUSES, "POST_PROCESSED"]
    assert client.call("GET", f"/submissions/requests/{key}/1/errors").json == []


def test_several_statuses_a_poll(faulty):
    client = faulty(statuses_per_poll=5)
    client.put_movies()
    key = client.draft()
    client.submit(key)
    seen = [client.status(key) for _ in range(3)]
    assert seen == ["LOADED", "CHECK_RELEASED", "POST_PROCESSED"]


def test_the_overview_is_another_way_to_poll(client):
    client.put_movies()
    key = client.draft()
    path = f"/submissions/{key}"
    answer = client.call("GET", path)
    assert (answer.status, answer.body) == (200, b"")  # a draft is not shown
    client.submit(key)
    first = client.call("GET", path).json
    assert set(first) == {
        "accno", "displayAccNo", "newSubmission", "title", "mtime", "rtime",
        "status", "errors",
    }  # fmt: skip
    assert first["title"] == "Dividing cells, seen by nobody"
    assert first["rtime"] == "2099-01-15T00:00:00Z"
    seen = [first["status"]]
    seen += [client.call("GET", path).json["status"] for _ in range(13)]
    assert seen == ["PROCESSING"] * 11 + ["PROCESSED"] * 3
    assert client.status(key) == "POST_PROCESSED"


def test_what_is_not_known(client, bo):
    answer = client.call("GET", "/submissions/S-BIAD1")
    assert (answer.status, answer.body) == (200, b"")
    answer = client.call("GET", "/submissions/requests/S-BIAD1/1/status")
    assert answer.status == 500
    assert answer.tree[0] == (
        "The submission request 'S-BIAD1', version: 1 was not found"
    )
    answer = client.call("GET", "/submissions/S-BIAD1.json")
    assert answer.status == 404
    assert answer.tree == ("The submission 'S-BIAD1' was not found", [])
    assert client.call("DELETE", "/submissions/S-BIAD1").status == 404
    key = client.draft()
    answer = bo.call("GET", f"/submissions/requests/{key}/1/status")
    assert answer.status == 500


def test_the_whole_request(client):
    key = client.deposit()
    answer = client.call("GET", f"/submissions/requests/{key}/1")
    assert answer.json["accNo"] == key
    assert answer.json["status"] == "POST_PROCESSED"
    assert answer.json["version"] == 1


def test_submissions_are_listed(client, bo):
    key = client.deposit()
    client.draft()
    listed = client.call("GET", "/submissions").json
    assert [(one["accno"], one["status"]) for one in listed] == [(key, "PROCESSED")]
    assert client.call("GET", "/submissions?accNo=S-BIAD1").json == []
    assert len(client.call("GET", f"/submissions?accNo={key}").json) == 1
    assert client.call("GET", "/submissions?offset=1").json == []
    assert client.call("GET", "/submissions?limit=0").json == []
    assert bo.call("GET", "/submissions").json == []


def test_waiting_for_a_draft(client):
    client.put_movies()
    key = client.draft()
    answer = client.call("POST", f"/submissions/drafts/{key}/submit/sync", {})
    assert answer.status == 200
    assert answer.json["accno"] == key
    assert client.status(key) == "POST_PROCESSED"


def test_direct_submits_spend_an_accession_each_time(client, submission):
    text = json.dumps(submission()).encode()
    answer = client.call("POST", "/submissions/async", body=text, headers=JSON)
    assert answer.status == 500  # the list is not there: nothing was allocated
    client.upload("lists", "movies.tsv", b"Files\nmovies/m1.tif\n")
    answer = client.call("POST", "/submissions/async", body=text, headers=JSON)
    assert answer.status == 400  # the file is not there: an orphan draft is left
    drafts = client.call("GET", "/submissions/drafts").json
    assert [one["key"] for one in drafts] == ["S-BIAD9001"]
    client.put_movies()
    answer = client.call("POST", "/submissions/async", body=text, headers=JSON)
    assert answer.json == {"accNo": "S-BIAD9002", "version": 1}
    assert client.settle("S-BIAD9002") == "POST_PROCESSED"
    answer = client.call("POST", "/submissions", body=text, headers=JSON)
    assert answer.json["accno"] == "S-BIAD9003"


def test_direct_submits_need_to_say_what_they_are(client, submission):
    text = json.dumps(submission()).encode()
    assert client.call("POST", "/submissions", body=text).status == 400
    xml = {"Submission_Type": "text/xml"}
    assert client.call("POST", "/submissions", body=text, headers=xml).status == 400


def test_direct_submits_of_accessions(client, bo, submission):
    def submit(who, **attributes):
        body = json.dumps(submission(**attributes)).encode()
        return who.call("POST", "/submissions/async", body=body, headers=JSON)

    key = client.deposit()
    draft = client.draft()
    for accession in ("S-BIAD1", draft):
        answer = submit(client, accno=accession)
        assert answer.status == 500
        assert "provide accession number directly" in answer.tree[0]
    bo.put_movies()
    answer = submit(bo, accno=key)
    assert answer.status == 500
    assert answer.tree[0] == (
        f"The user bo@example.org is not allowed to update the submission {key}"
    )
    assert submit(client, accno=key).json == {"accNo": key, "version": 2}
    answer = submit(client, accno=key)
    assert "currently being processed" in answer.tree[0]


def test_a_form_brings_its_files_by_their_last_names(client, submission):
    document = submission()
    del document["section"]["subsections"][2]["attributes"][1]
    document["section"]["files"] = [{"path": "a.tif"}, {"path": "b.tif"}]
    text = json.dumps(document).encode()
    parts = [("submission", None, text), ("files", "some/where/a.tif", b"aaa")]
    answer = client.form("/submissions", parts, JSON)
    assert answer.status == 400
    assert answer.tree[1] == [
        (
            "The following files could not be found:\n  - b.tif\n"
            "List of available sources:\n  - Request files [a.tif]\n"
            "  - ada@example.org user files"
        )
    ]
    answer = client.form("/submissions", [*parts, ("files", "b.tif", b"b")], JSON)
    assert answer.status == 200, answer.body
    assert client.names() == []  # they never were in the user's area


def test_a_document_as_a_file_is_also_kept(client, submission):
    client.put_movies()
    text = json.dumps(submission()).encode()
    for path in ("/submissions/direct", "/submissions/async/direct"):
        answer = client.form(path, [("submission", "study.json", text)])
        assert answer.status == 200, answer.body
    assert client.names("direct-uploads") == ["study.json"]
    answer = client.form("/submissions/direct", [("submission", "study.xml", b"<a/>")])
    assert answer.status == 415
    assert client.form("/submissions/direct", [("x", "study.json", b"")]).status == 400


def test_several_at_once(client, submission):
    document = submission()
    document["section"]["subsections"].pop()
    document["section"]["files"] = [{"path": "a.tif"}]
    texts = json.dumps({key: json.dumps(document) for key in ("one", "two")})
    answer = client.form(
        "/submissions/async/multiple",
        [
            ("submissions", None, texts.encode()),
            ("subformat", None, b"json"),
            ("one", "a.tif", b"1"),
            ("two", "a.tif", b"2"),
        ],
    )
    assert answer.json == [
        {"accNo": "S-BIAD9001", "version": 1},
        {"accNo": "S-BIAD9002", "version": 1},
    ]


def test_attributes_of_the_query_win(client, submission):
    client.put_movies()
    key = client.draft(submission(Title="before"))
    path = f"/submissions/drafts/{key}/submit"
    query = "?attributes=%7B%22name%22%3A%22Title%22%2C%22value%22%3A%22after%22%7D"
    assert client.call("POST", path + query, {}).status == 200
    assert client.call("GET", f"/submissions/{key}").json["title"] == "after"


def test_deleting_is_for_ones_own_private_studies(archive, client, bo):
    key, other = client.deposit(), client.deposit()
    answer = bo.call("DELETE", f"/submissions/{key}")
    assert answer.status == 500
    assert answer.tree[0] == (
        f"The user bo@example.org is not allowed to delete the submission {key}"
    )
    assert client.call("DELETE", f"/submissions/{key}").status == 200
    assert client.call("GET", f"/submissions/{key}").body == b""
    body = json.dumps({"accno": other}).encode()
    client.request("POST", archive.address + "/_release", body)
    answer = client.call("DELETE", f"/submissions?submissions={other}")
    assert answer.status == 500


def test_files_are_read_again_while_processing(client):
    """Whoever deletes a file before PROCESSED leaves the request stuck."""
    client.put_movies()
    key = client.draft()
    client.submit(key)
    client.call("POST", "/files/user/delete", {"path": "movies", "fileName": "m1.tif"})
    assert client.settle(key) == "CLEANED"
    assert "currently being processed" in client.submit(key).tree[0]
    client.upload("movies", "m1.tif", b"one")
    assert client.settle(key) == "POST_PROCESSED"


def test_what_is_archived_does_not_change_with_the_user_area(archive, client):
    key = client.deposit()
    session = client.ftp()
    session.storbinary("STOR movies/m1.tif", io.BytesIO(b"changed"))
    session.storbinary("APPE movies/m2.tif", io.BytesIO(b" more"))
    session.quit()
    client.call("DELETE", "/files/user/movies?fileName=m3.tif")
    kept = archive.folder / "archived" / key / "1" / "Files" / "movies"
    assert (kept / "m1.tif").read_bytes() == b"one"
    assert (kept / "m2.tif").read_bytes() == b"two two"
    assert (archive.stored("movies") / "m1.tif").read_bytes() == b"changed"
    assert (archive.stored("movies") / "m2.tif").read_bytes() == b"two two more"
