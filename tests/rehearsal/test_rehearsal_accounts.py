"""Logging in, tokens, and what an answer without one looks like."""

from __future__ import annotations

import re

import pytest

from fairsubmit.errors import ConfigError
from fairsubmit.rehearsal import EmbeddedArchive


def test_log_in_answers_the_profile(client):
    profile = client.profile
    assert set(profile) == {
        "sessid", "email", "username", "secret", "fullname", "superuser", "orcid",
        "allow", "deny", "uploadType", "lastActivity",
    }  # fmt: skip
    assert profile["email"] == "ada@example.org"
    assert profile["username"] == "ada"
    assert profile["uploadType"] == "ftp"
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f-]{34}-a1", profile["secret"])
    assert profile["sessid"].count(".") == 2


def test_signin_is_another_name(archive, client):
    login = {"login": archive.email, "password": archive.account_password}
    assert client.call("POST", "/auth/signin", login).status == 200


@pytest.mark.parametrize(
    "login",
    [
        {"login": "ada@example.org", "password": "wrong"},
        {"login": "nobody@example.org", "password": "wrong"},
    ],
)
def test_a_wrong_password_is_refused(client, login):
    client.token = ""
    answer = client.call("POST", "/auth/login", login)
    assert answer.status == 401
    assert answer.tree == ("Invalid email address or password.", [])


def test_half_a_log_in_is_a_bad_request(client):
    client.token = ""
    answer = client.call("POST", "/auth/login", {"login": "ada@example.org"})
    assert answer.status == 400
    assert set(answer.json) == {"timestamp", "status", "error", "path"}
    assert answer.json["path"].endswith("/auth/login")


def test_the_profile_is_the_cheap_check_of_a_token(client):
    answer = client.call("GET", "/auth/profile")
    assert answer.status == 200
    assert answer.json["sessid"] == client.token


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/auth/profile"),
        ("POST", "/files/user/query"),
        ("GET", "/submissions"),
        ("GET", "/collections"),
        ("GET", "/no/such/thing"),
    ],
)
def test_without_a_token_a_filter_answers(client, method, path):
    client.token = ""
    answer = client.call(method, path)
    assert answer.status == 401
    assert answer.json == {
        "message": "Full authentication is required to access this resource"
    }


def test_logging_out_ends_the_token_and_only_it(archive, client):
    other = type(client)(archive).log_in()
    assert other.token != client.token
    assert client.call("POST", "/auth/logout", {"sessid": client.token}).status == 200
    answer = client.call("GET", "/auth/profile")
    assert answer.status == 401
    assert b"active session" in answer.body
    assert other.call("GET", "/auth/profile").status == 200


def test_a_forged_token_is_refused(client):
    head, _, signature = client.token.rpartition(".")
    for token in (f"{head}.{signature[:-4]}AAAA", "x", "a.b.c", "."):
        client.token = token
        assert client.call("GET", "/auth/profile").status == 401


def test_a_wrong_token_may_be_a_500_of_the_container(archive, client):
    archive.faults.set({"wrong_token": 500})
    client.token = "wrong"
    answer = client.call("GET", "/auth/profile")
    assert answer.status == 500
    assert b"active session" in answer.body
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json  # noqa: B018 - reading it raises


def test_the_token_may_come_as_cookie_or_parameter(client):
    token, client.token = client.token, ""
    cookie = {"Cookie": f"BIOSTDSESS-beta={token}"}
    assert client.call("GET", "/auth/profile", headers=cookie).status == 200
    assert client.call("GET", f"/auth/profile?BIOSTDSESS={token}").status == 200


def test_collections_are_those_one_may_attach_to(client, bo):
    assert [one["accno"] for one in client.call("GET", "/collections").json] == [
        "BioImages"
    ]
    assert bo.call("GET", "/collections").json == []


def test_unknown_paths_and_methods_are_the_frameworks_own(client):
    for method, path, status in (
        ("GET", "/no/such/thing", 404),
        ("PUT", "/collections", 405),
        ("POST", "/folder/user/create", 404),
        ("GET", "/projects", 404),
    ):
        answer = client.call(method, path)
        assert answer.status == status
        assert answer.json["status"] == status
        assert set(answer.json) == {"timestamp", "status", "error", "path"}


def test_behind_the_gateway_there_is_more(archive, client, bo):
    archive.faults.set({"gateway": False})
    assert client.call("GET", "/projects").status == 200
    folder = {"path": "a", "fileName": "b"}
    assert client.call("POST", "/folder/user/create", folder).status == 200
    assert client.names("a") == []  # in ftp mode only the upper one is made
    assert client.names() == ["a"]
    assert bo.call("POST", "/folder/user/create", folder).status == 200
    assert bo.names("a") == ["b"]
    assert client.call("POST", "/folder/user/a?folder=c").status == 200
    assert client.names("a") == ["c"]


def test_username_may_be_null(faulty):
    assert faulty(null_username=True).profile["username"] is None


def test_accounts_and_tokens_outlive_the_server(tmp_path, connect):
    with EmbeddedArchive(tmp_path / "a", secret_prefix="prod") as archive:
        client = connect(archive)
        password, ftp = archive.account_password, archive.password
        assert client.profile["secret"].startswith("prod/")
    with EmbeddedArchive(tmp_path / "a") as archive:
        client.server = archive
        assert (archive.account_password, archive.password) == (password, ftp)
        answer = client.call("GET", "/auth/profile")
        assert answer.json["secret"] == client.profile["secret"]


def test_what_is_not_running_says_so(tmp_path):
    archive = EmbeddedArchive(tmp_path)
    with pytest.raises(ConfigError, match="is not running") as caught:
        archive.api_url  # noqa: B018 - reading it raises
    assert caught.value.hint
