"""Every way in which the archive can be told to misbehave."""

from __future__ import annotations

import http.client
import json
import threading
import time

import pytest

from fairsubmit.errors import ConfigError
from fairsubmit.rehearsal import Faults
from fairsubmit.rehearsal.faults import CutUpload
from fairsubmit.rehearsal.switchboard import Switchboard

LARGE = bytes(range(256)) * 4096 * 6  # 6 MiB: beyond where bodies are read in bulk
BROKEN = (ConnectionError, http.client.HTTPException)


def received(archive, path):
    return archive.statistics.report(path)["uploads"].get(path, {"bytes": 0})["bytes"]


@pytest.mark.parametrize("how", ["rst", "fin"])
@pytest.mark.parametrize(
    ("content", "at"), [(LARGE, 5_000_001), (LARGE, 1), (b"small", 3), (b"small", 0)]
)
def test_an_upload_cut_at_a_byte_stores_nothing(faulty, how, content, at):
    client = faulty(cut_upload={"at": at, "how": how})
    with pytest.raises(BROKEN):
        client.upload("a", "m.tif", content)
    assert client.names("a") == []
    assert received(client.server, "a/m.tif") == at
    assert not list((client.server.folder / "incoming").iterdir())
    assert client.upload("a", "m.tif", content).status == 200  # it happens once
    assert client.names("a") == ["m.tif"]


def test_a_reset_is_a_reset(faulty):
    client = faulty(cut_upload={"at": 3, "how": "rst"})
    with pytest.raises(ConnectionResetError):
        client.upload("a", "m.tif", b"small")


def test_what_was_there_survives_a_cut(faulty):
    client = faulty()
    client.upload("a", "m.tif", b"before")
    client.server.faults.set({"cut_upload": {"at": 2}})
    with pytest.raises(BROKEN):
        client.upload("a", "m.tif", b"after")
    assert (client.server.stored("a") / "m.tif").read_bytes() == b"before"


def test_a_cut_may_come_each_time_or_for_some_files(faulty):
    client = faulty(cut_upload={"at": 1, "times": None, "path": "*/bad*.tif"})
    for _ in range(3):
        with pytest.raises(BROKEN):
            client.upload("a", "bad1.tif", b"xx")
        assert client.upload("a", "good.tif", b"xx").status == 200
    client.server.faults.reset()
    assert client.upload("a", "bad1.tif", b"xx").status == 200


def test_a_cut_beyond_the_end_waits_for_a_longer_file(faulty):
    client = faulty(cut_upload={"at": 10})
    assert client.upload("a", "short.tif", b"x").status == 200
    with pytest.raises(BROKEN):
        client.upload("a", "long.tif", b"x" * 11)


def test_success_and_nothing_stored(faulty):
    client = faulty(lose_upload={"times": 2})
    for _ in range(2):
        answer = client.upload("a", "m.tif", b"bytes")
        assert (answer.status, answer.body) == (200, b"")
        assert client.names("a") == []
    client.upload("a", "m.tif", b"bytes")
    assert client.names("a") == ["m.tif"]


@pytest.mark.parametrize("content", [b"bytes", LARGE])
def test_success_and_only_the_beginning_stored(faulty, content):
    client = faulty(truncate_upload={"to": 3})
    assert client.upload("a", "m.tif", content).status == 200
    stored = client.server.stored("a") / "m.tif"
    assert stored.read_bytes() == content[:3]
    assert received(client.server, "a/m.tif") == len(content)


@pytest.mark.parametrize(("content", "at"), [(b"bytes", 2), (LARGE, 5_999_999)])
def test_success_and_one_bit_wrong(faulty, content, at):
    client = faulty(corrupt_upload={"at": at})
    assert client.upload("a", "m.tif", content).status == 200
    stored = (client.server.stored("a") / "m.tif").read_bytes()
    assert stored[at] == content[at] ^ 1
    assert stored[:at] == content[:at]
    assert stored[at + 1 :] == content[at + 1 :]


@pytest.mark.parametrize("content", [b"small", LARGE])
def test_a_stall_lasts_longer_than_the_client_waits(faulty, content):
    client = faulty(stall_upload={"at": 2, "seconds": 60})
    body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="m"\r\n\r\n'
    body += content + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    with pytest.raises(TimeoutError):
        client.call(
            "POST", "/files/user/upload", body=body, headers=headers, timeout=0.4
        )
    assert client.names() == []


@pytest.mark.parametrize("content", [b"x" * 100_000, LARGE])
def test_a_slow_server(faulty, content):
    client = faulty(throttle_upload={"bytes_per_second": len(content) * 4.0})
    began = time.monotonic()
    assert client.upload("a", "m.tif", content).status == 200
    assert time.monotonic() - began > 0.15
    assert (client.server.stored("a") / "m.tif").read_bytes() == content


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("internal_error", 500),
        ("too_many_requests", 429),
        ("bad_gateway", 502),
        ("unavailable", 503),
        ("too_large", 413),
    ],
)
def test_a_gateway_answers_instead(faulty, name, status):
    client = faulty()
    where = {"endpoint": "POST /files/user/upload", "retry_after": 7}
    client.server.faults.set({name: where})
    assert client.names() == []  # another endpoint
    answer = client.upload("a", "m.tif", LARGE)
    assert answer.status == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["retry-after"] == "7"
    assert b"<html>" in answer.body
    assert client.names("a") == []
    assert client.upload("a", "m.tif", b"x").status == 200


def test_an_answer_of_a_gateway_may_be_for_every_call(faulty):
    client = faulty()
    client.server.faults.set({"bad_gateway": {"times": None}})
    assert {client.call("GET", path).status for path in ("/a", "/collections")} == {502}
    answer = client.request("GET", client.server.address + "/_stats")
    assert answer.status == 200  # what is not BioStudies is never hurt


@pytest.mark.parametrize("how", ["rst", "fin"])
def test_the_reply_is_lost_after_the_file_is_stored(faulty, how):
    client = faulty(drop_reply={"how": how})
    with pytest.raises(BROKEN):
        client.upload("a", "m.tif", LARGE)
    assert (client.server.stored("a") / "m.tif").read_bytes() == LARGE
    assert client.upload("a", "m.tif", b"x").status == 200


def test_the_reply_is_lost_after_the_draft_is_made(faulty):
    client = faulty(drop_reply={"endpoint": "POST /submissions/drafts"})
    with pytest.raises(BROKEN):
        client.draft({"a": 1})
    drafts = client.call("GET", "/submissions/drafts").json
    assert [one["content"] for one in drafts] == [{"a": 1}]
    assert client.server.statistics.report()["events"] == {"draft created": 1}


def test_a_submit_that_outlives_the_clients_patience(faulty):
    client = faulty(slow_submit={"seconds": 1})
    client.put_movies()
    key = client.draft()
    with pytest.raises(TimeoutError):
        client.submit(key, timeout=0.3)
    # the checks are still going on: it is a draft, and nobody else may submit it
    assert client.call("GET", f"/submissions/{key}").body == b""
    assert client.status(key) == "DRAFT"
    assert "currently being processed" in client.submit(key).tree[0]
    deadline = time.monotonic() + 10
    while client.status(key) == "DRAFT":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert client.settle(key) == "POST_PROCESSED"
    assert client.server.statistics.report()["events"]["submitted"] == 1


def test_a_submit_that_is_accepted_before_the_answer(faulty):
    client = faulty(slow_submit={"seconds": 30, "accepted_first": True})
    client.put_movies()
    key = client.draft()
    with pytest.raises(TimeoutError):
        client.submit(key, timeout=0.3)
    assert client.call("GET", f"/submissions/{key}").json["status"] == "PROCESSING"
    assert "currently being processed" in client.submit(key).tree[0]


def test_a_submission_becomes_invalid_later(faulty):
    client = faulty(invalid_later={"errors": ["Something is wrong."]})
    client.put_movies()
    key = client.draft()
    assert client.submit(key).status == 200
    assert client.settle(key) == "INVALID"
    errors = client.call("GET", f"/submissions/requests/{key}/1/errors").json
    assert errors == ["Something is wrong."]
    overview = client.call("GET", f"/submissions/{key}").json
    assert (overview["status"], overview["errors"]) == ("INVALID", errors)
    # it may be mended and submitted again
    assert client.call("GET", f"/submissions/drafts/{key}").status == 200
    assert client.submit(key).status == 200
    assert client.settle(key) == "POST_PROCESSED"


def test_with_async_mode_the_checks_come_after_the_answer(faulty, submission):
    client = faulty(async_mode=True)
    answer = client.submit(client.draft())
    assert answer.status == 500  # a list that is not there is still found at once
    client.put_movies()
    key = client.draft(submission(ReleaseDate="2001-01-01"))
    assert client.submit(key).status == 200
    assert client.settle(key) == "INVALID"
    errors = client.call("GET", f"/submissions/requests/{key}/1/errors").json
    assert errors == ["Release date cannot be in the past"]
    client.upload("lists", "movies.tsv", b"Files\nmovies\nmovies/m1.tif\n")
    key = client.draft()
    assert client.submit(key).status == 200
    assert client.settle(key) == "INVALID"
    errors = client.call("GET", f"/submissions/requests/{key}/1/errors").json
    assert errors == ["Unknown processing error. Please contact Admin."]
    answer = client.call("POST", f"/submissions/drafts/{key}/submit/sync", {})
    assert answer.status == 400


def test_a_token_ends_after_so_many_requests(faulty):
    client = faulty(revoke_token={"after_requests": 2})
    assert [client.call("GET", "/auth/profile").status for _ in range(4)] == [
        200, 200, 401, 401,
    ]  # fmt: skip
    client.token = ""
    assert client.log_in().call("GET", "/auth/profile").status == 200


def test_a_token_ends_after_so_many_bytes(faulty):
    client = faulty(revoke_token={"after_bytes": 10})
    assert client.upload("a", "1.tif", b"x" * 10).status == 200
    assert client.upload("a", "2.tif", b"x").status == 200  # it had begun
    assert client.upload("a", "3.tif", b"x").status == 401
    client.token = ""
    assert client.log_in().names("a") == ["1.tif", "2.tif"]


@pytest.mark.parametrize("status", ["REQUESTED", "FILES_COPIED", "SUBMITTED"])
def test_a_request_that_is_stuck_for_ever(faulty, status):
    client = faulty(stuck_status={"status": status}, wait_seconds=0.1)
    client.put_movies()
    key = client.draft()
    assert client.submit(key).status == 200
    assert client.settle(key) == status
    assert client.call("GET", f"/submissions/{key}").json["status"] == "PROCESSING"
    key = client.draft()
    answer = client.call("POST", f"/submissions/drafts/{key}/submit/sync", {})
    assert answer.status == 500
    assert answer.tree == ("Await condition expired", [])
    client.server.faults.reset()
    assert client.settle(key) == "POST_PROCESSED"


def test_a_status_that_nobody_knows(faulty):
    client = faulty(unknown_status={"status": "FROZEN", "times": 2})
    client.put_movies()
    key = client.draft()
    client.submit(key)
    seen = [client.status(key) for _ in range(4)]
    assert seen == ["FROZEN", "FROZEN", "FILES_VALIDATED", "INDEXED"]


def test_faults_are_set_and_read_while_the_server_runs(faulty):
    client = faulty(ftp_hash=True)
    url = client.server.address + "/_faults"
    assert client.request("GET", url).json == {"ftp_hash": True}
    wanted = json.dumps({"cut_upload": {"at": 5, "times": 3}, "ftp_hash": None})
    answer = client.request("POST", url, wanted.encode())
    expected = {
        "cut_upload": {
            "at": 5, "times": 3, "how": "rst", "protocol": "any", "path": "*",
        },
    }  # fmt: skip
    assert answer.json == expected
    with pytest.raises(BROKEN):
        client.upload("", "x", b"123456")
    assert client.request("GET", url).json["cut_upload"]["times"] == 2
    assert client.request("DELETE", url).status == 200
    assert client.request("GET", url).json == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"no_such_fault": {}},
        {"cut_upload": {"at": 1, "speed": 2}},
        {"cut_upload": {}},
        {"async_mode": "yes"},
        {"wrong_token": True},
    ],
)
def test_a_fault_that_is_not_known_is_refused(faulty, wrong):
    with pytest.raises(ConfigError):
        Faults.from_json(wrong)
    client = faulty()
    url = client.server.address + "/_faults"
    answer = client.request("POST", url, json.dumps(wrong).encode())
    assert answer.status == 400
    assert client.request("GET", url).json == {}


def test_a_switchboard_counts_down_once_for_each_thread():
    board = Switchboard(Faults(cut_upload=CutUpload(at=1, times=50)))
    taken = []

    def take():
        for _ in range(50):
            fault = board.take("cut_upload", CutUpload, protocol="ftp", path="x")
            taken.append(fault is not None)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.count(True) == 50
    assert board.faults == Faults()


def test_counting_begins_again(faulty):
    client = faulty()
    client.upload("a", "1.tif", b"123")
    url = client.server.address + "/_stats"
    stats = client.request("GET", url).json
    assert stats["bytes"] == 3
    assert stats["uploads"]["a/1.tif"]["transfers"] == [
        {"protocol": "http", "offset": 0, "bytes": 3, "complete": True}
    ]
    assert stats["requests"]["POST /files/user/upload"] == 1
    assert stats["answers"]["POST /auth/login 200"] == 1
    assert client.request("GET", f"{url}?path=b").json["uploads"] == {}
    client.request("DELETE", url)
    client.upload("a", "1.tif", b"4567")
    stats = client.request("GET", url).json
    assert stats["bytes"] == 4
    assert stats["requests"] == {"POST /files/user/upload": 1}
