"""The user's file area over HTTP."""

from __future__ import annotations

import json

import pytest


def test_an_upload_is_stored_and_listed(archive, client):
    answer = client.upload("a/b", "m 1.tif", b"\r\n--\x00\xff bytes \r\n")
    assert (answer.status, answer.body) == (200, b"")
    assert (archive.stored("a/b") / "m 1.tif").read_bytes() == (
        b"\r\n--\x00\xff bytes \r\n"
    )
    rows = client.call("POST", "/files/user/query", {"path": "a/b"}).json
    assert rows == [{"name": "m 1.tif", "path": "user/a/b", "size": 15, "type": "FILE"}]
    rows = client.call("POST", "/files/user/query", {"path": ""}).json
    assert rows == [{"name": "a", "path": "user", "size": 0, "type": "DIR"}]


def test_a_missing_folder_is_an_empty_list(client):
    answer = client.call("POST", "/files/user/query", {"path": "no/such"})
    assert (answer.status, answer.json) == (200, [])


def test_an_upload_overwrites_and_makes_parents_of_its_name(client):
    client.upload("", "x/y/z.tif", b"1")
    client.upload("x", "y/z.tif", b"22")
    rows = client.call("POST", "/files/user/query", {"path": "x/y"}).json
    assert [(row["name"], row["size"]) for row in rows] == [("z.tif", 2)]


def test_names_are_not_checked_at_upload(client):
    client.upload("a", "50%.tif", b"1")
    client.upload("a", ".hidden", b"1")
    client.upload("a", "µ.tif", b"1")
    assert client.names("a") == [".hidden", "50%.tif", "µ.tif"]


def test_several_files_in_one_form_and_the_directory_last(client):
    answer = client.form(
        "/files/user/upload",
        [
            ("files", "1.tif", b"1"),
            ("files", "2.tif", b""),
            ("filePath", None, b"late"),
        ],
    )
    assert answer.status == 200
    assert client.names("late") == ["1.tif", "2.tif"]


@pytest.mark.parametrize("path", ["..", "a/../../b", "../x"])
def test_no_path_leads_outside(archive, client, path):
    answer = client.upload(path, "x.tif", b"1")
    assert answer.status == 500
    message, _ = answer.tree
    assert message.startswith("The user does not have permission for accessing path")
    assert not list(archive.stored().rglob("*"))
    answer = client.call("POST", "/files/user/query", {"path": path})
    assert answer.status == 500


def test_a_form_without_its_parts_is_a_bad_request(client):
    no_path = client.form("/files/user/upload", [("files", "1.tif", b"1")])
    no_files = client.form("/files/user/upload", [("filePath", None, b"a")])
    assert no_path.status == no_files.status == 400
    assert no_path.json["error"] == "Bad Request"
    no_form = client.call("POST", "/files/user/upload", {"filePath": "a"})
    assert no_form.status == 415


def test_a_form_that_breaks_off_stores_nothing(archive, client):
    body = (
        b'--x\r\nContent-Disposition: form-data; name="filePath"\r\n\r\na\r\n'
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="1"\r\n\r\nabc'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = client.call("POST", "/files/user/upload", body=body, headers=headers)
    assert answer.status == 400
    assert client.names("a") == []
    assert not list((archive.folder / "incoming").iterdir())


def test_too_many_parts_and_too_large_requests(archive, client):
    parts = [("x", None, b"") for _ in range(2000)]
    answer = client.form("/files/user/upload", [("filePath", None, b""), *parts])
    assert answer.status == 500
    assert client.names() == []
    archive.faults.set({"max_upload_bytes": 1000})
    answer = client.upload("", "x.tif", b"x" * 1001)
    assert answer.status == 500
    assert answer.tree[0] == "Maximum upload size exceeded"


def test_a_large_body_is_stored_as_it_is(archive, client):
    content = bytes(range(256)) * 4096 * 9 + b"\r\n--a-boundary-of-the-test" + b"\r" * 7
    for name in ("1.bin", "2.bin"):
        assert client.upload("big", name, content).status == 200
        assert (archive.stored("big") / name).read_bytes() == content
    parts = [("filePath", None, b"two"), ("files", "a", content), ("files", "b", b"b")]
    assert client.form("/files/user/upload", parts).status == 200
    assert (archive.stored("two") / "a").read_bytes() == content
    assert (archive.stored("two") / "b").read_bytes() == b"b"


def test_delete_takes_files_and_folders_and_minds_nothing(client):
    client.upload("a/b", "1.tif", b"1")
    client.upload("a", "2.tif", b"1")
    for name in ("2.tif", "2.tif", "b"):
        answer = client.call(
            "POST", "/files/user/delete", {"path": "a", "fileName": name}
        )
        assert (answer.status, answer.body) == (200, b"")
    assert client.names("a") == []


def test_rename(client):
    client.upload("a", "1.tif", b"1")
    client.upload("a", "2.tif", b"2")
    names = {"path": "a", "originalName": "1.tif", "newName": "2.tif"}
    answer = client.call("POST", "/files/user/rename", names)
    assert answer.status == 500
    assert answer.tree[0] == (
        "The new name for the file already exists at a, "
        "please choose a different name than 2.tif"
    )
    names["newName"] = "3.tif"
    assert client.call("POST", "/files/user/rename", names).status == 200
    assert client.names("a") == ["2.tif", "3.tif"]
    answer = client.call("POST", "/files/user/rename", names)
    assert answer.status == 500
    assert answer.tree[0].startswith("The file to be renamed does not exist: ")


def test_download(client):
    client.upload("a", "1.tif", b"bytes")
    where = {"path": "a", "fileName": "1.tif"}
    answer = client.call("POST", "/files/user/download", where)
    assert (answer.status, answer.body) == (200, b"bytes")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="1.tif"'
    where["fileName"] = "2.tif"
    assert client.call("POST", "/files/user/download", where).status == 500


def test_accounts_do_not_see_each_other(client, bo):
    client.upload("", "mine.tif", b"1")
    assert bo.names() == []


def test_the_old_endpoints_work_on_the_same_tree(client):
    answer = client.form("/files/user/old/place", [("files", "1.tif", b"1")])
    assert (answer.status, answer.body) == (200, b"")
    assert client.names("old/place") == ["1.tif"]
    rows = client.call("GET", "/files/user/old/place").json
    assert [row["path"] for row in rows] == ["user/old/place"]
    assert [row["name"] for row in client.call("GET", "/files/user").json] == ["old"]
    body = json.dumps({"path": "old/place"}).encode()
    answer = client.call("GET", "/files/user/download?fileName=1.tif", body=body)
    assert answer.body == b"1"
    answer = client.call("DELETE", "/files/user/old/place?fileName=1.tif")
    assert answer.status == 200
    assert client.names("old/place") == []


def test_a_folder_that_begins_with_user_breaks_the_old_endpoints(client):
    client.form("/files/user/a/user_data/x", [("files", "1.tif", b"1")])
    assert client.names("a/user_data/x") == []
    assert client.names("_data/x") == ["1.tif"]


def test_the_old_endpoints_read_plus_as_a_space(client):
    client.form("/files/user/a+b%20c", [("files", "1.tif", b"1")])
    assert client.names() == ["a b c"]


def test_the_new_endpoints_shadow_folders_of_their_names(client):
    answer = client.form("/files/user/upload", [("files", "1.tif", b"1")])
    assert answer.status == 400  # taken for an upload without filePath
    assert client.form("/files/user/upload/a", [("files", "1", b"1")]).status == 200
    assert client.names("upload/a") == ["1"]
