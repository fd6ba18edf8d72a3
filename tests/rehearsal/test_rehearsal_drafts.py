"""Drafts: one accession each, kept as they are given."""

from __future__ import annotations

import re


def test_every_draft_spends_an_accession_and_any_json_is_one(client):
    answers = [
        client.call("POST", "/submissions/drafts?attachTo=BioImages", document)
        for document in ({"type": "submission"}, [1], "text")
    ]
    assert [one.json["key"] for one in answers] == [
        "S-BIAD9001", "S-BIAD9002", "S-BIAD9003",
    ]  # fmt: skip
    first = answers[0].json
    assert set(first) == {
        "key", "displayKey", "newSubmission", "content", "modificationTime",
    }  # fmt: skip
    assert re.fullmatch(r"\d\d-\d\d-\d{4}:\d\d:\d\d", first["displayKey"])
    assert first["newSubmission"] is True
    assert answers[1].json["content"] == [1]


def test_without_a_collection_the_accession_is_another(client):
    answer = client.call("POST", "/submissions/drafts", {})
    assert answer.json["key"] == "S-BSST9001"


def test_the_right_to_attach_is_checked_when_the_draft_is_made(bo):
    answer = bo.call("POST", "/submissions/drafts?attachTo=BioImages", {})
    assert answer.status == 500
    assert answer.tree == (
        "The user bo@example.org is not allowed to submit to BioImages collection",
        [],
    )
    assert bo.call("GET", "/submissions/drafts").json == []


def test_no_json_is_no_draft(client):
    assert client.call("POST", "/submissions/drafts", body=b"{").status == 500
    assert client.call("POST", "/submissions/drafts").status == 400
    assert client.call("GET", "/submissions/drafts").json == []


def test_a_draft_can_be_read_changed_and_discarded(client):
    key = client.draft({"a": 1})
    path = f"/submissions/drafts/{key}"
    assert client.call("GET", f"{path}/content").json == {"a": 1}
    answer = client.call("PUT", path, {"a": 2})
    assert (answer.status, answer.json["content"]) == (200, {"a": 2})
    assert client.call("GET", path).json["content"] == {"a": 2}
    assert client.call("DELETE", path).status == 200
    answer = client.call("GET", path)
    assert answer.status == 500
    assert "was not found" in answer.tree[0]
    assert client.call("PUT", path, {}).status == 500
    assert client.draft() == "S-BIAD9002"


def test_drafts_are_listed_by_pages_and_only_ones_own(client, bo):
    keys = [client.draft({"n": n}) for n in range(17)]
    listed = [one["key"] for one in client.call("GET", "/submissions/drafts").json]
    assert listed == keys[:15]
    page = client.call("GET", "/submissions/drafts?limit=3&offset=15").json
    assert [one["content"]["n"] for one in page] == [15, 16]
    assert client.call("GET", "/submissions/drafts?limit=x").status == 400
    assert bo.call("GET", "/submissions/drafts").json == []
    assert bo.call("GET", f"/submissions/drafts/{keys[0]}").status == 500
    assert bo.submit(keys[0]).status == 500


def test_a_draft_is_blocked_while_it_is_processed(client, submission):
    client.put_movies()
    key = client.draft()
    assert client.submit(key).status == 200
    blocked = (
        f"Request '{key}' is being processed. "
        "Submission request draft operations are blocked."
    )
    for method, document in (("PUT", {}), ("DELETE", None)):
        answer = client.call(method, f"/submissions/drafts/{key}", document)
        assert answer.status == 500
        assert answer.tree == (blocked, [])
    answer = client.submit(key)
    assert answer.status == 500
    assert answer.tree[0] == (
        f"Submission request can't be accepted. Submission with '{key}' is "
        "currently being processed."
    )
    assert client.call("GET", "/submissions/drafts").json == []


def test_a_finished_study_becomes_the_next_draft(client):
    key = client.deposit(DOI="true")
    assert client.submit(key).status == 500  # there is no draft of it now
    answer = client.call("GET", f"/submissions/drafts/{key}")
    draft = answer.json
    assert draft["newSubmission"] is False
    assert draft["displayKey"] == key
    assert draft["content"]["accno"] == key
    values = {one["name"]: one["value"] for one in draft["content"]["attributes"]}
    assert values["DOI"] == f"10.6019/{key}"
    component = draft["content"]["section"]["subsections"][2]
    assert component["attributes"][1] == {
        "name": "File List",
        "value": "lists/movies.json",
    }
    # nothing changed: its files come from the version before, lists included
    assert client.call(
        "POST", f"/submissions/drafts/{key}/submit?preferredSources=SUBMISSION", {}
    ).status == 200  # fmt: skip
    assert client.settle(key, 2) == "POST_PROCESSED"
    assert client.status(key, 1) == "POST_PROCESSED"


def test_discarding_the_next_draft_keeps_the_study(client):
    key = client.deposit()
    client.call("GET", f"/submissions/drafts/{key}")
    assert client.call("DELETE", f"/submissions/drafts/{key}").status == 200
    assert client.call("GET", f"/submissions/{key}").json["status"] == "PROCESSED"
