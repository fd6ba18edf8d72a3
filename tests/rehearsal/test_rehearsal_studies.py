"""The read side: documents, file tables, bytes."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest


@pytest.fixture
def study(archive, client):
    """Ada's finished, private study."""
    return client.deposit(DOI="true")


def release(archive, client, accession):
    body = json.dumps({"accno": accession}).encode()
    assert client.request("POST", archive.address + "/_release", body).status == 200


def test_documents_of_a_study(client, study):
    document = client.call("GET", f"/submissions/{study}.json").json
    assert document["accno"] == study
    names = {one["name"]: one["value"] for one in document["attributes"]}
    assert names["DOI"] == f"10.6019/{study}"
    text = client.call("GET", f"/submissions/{study}.tsv").body.decode()
    assert text.startswith(f"Submission\t{study}\nTitle\t")
    assert "\nauthor-1" not in text
    assert "\nAuthor\tauthor-1\tstudy-1\nName\tAda Example\n<affiliation>\to1\n" in text


def test_documents_are_open_once_public(archive, client, study):
    client.token = ""
    assert client.call("GET", f"/submissions/{study}.json").status == 500
    assert client.call("GET", f"/submissions/{study}").status == 401
    release(archive, client, study)
    assert client.call("GET", f"/submissions/{study}.json").json["accno"] == study


def test_a_private_study_needs_its_key(archive, client, study):
    info = f"{archive.read_url}/studies/{study}/info"
    owner = client.request("GET", info).json
    assert owner["isPublic"] is False
    key, client.token = owner["seckey"], ""
    for url in (
        f"{archive.read_url}/studies/{study}",
        info,
        f"{archive.read_url}/files/{study}",
    ):
        answer = client.request("GET", url)
        assert answer.status == 403
        assert answer.json == {"errorMessage": "Study not accessible"}
        assert client.request("GET", f"{url}?key={key}").status == 200
        assert client.request("GET", f"{url}?key=wrong").status == 403
    file = f"{archive.files_url}/{study}/movies/m2.tif"
    assert client.request("GET", file).status == 404
    assert client.request("GET", f"{file}?key={key}").body == b"two two"
    static = f"{owner['httpLink']}/Files/movies/m2.tif"
    assert client.request("GET", static).status == 404


def test_unknown_studies(archive, client):
    answer = client.request("GET", f"{archive.read_url}/studies/S-BIAD1")
    assert (answer.status, answer.json) == (404, {"errorMessage": "Study not found"})
    answer = client.request("GET", f"{archive.read_url}/studies/S-BIAD1/info")
    assert (answer.status, answer.json) == (200, {})


def test_both_forms_of_a_study(archive, client, study):
    release(archive, client, study)
    client.token = ""
    url = f"{archive.read_url}/studies/{study}"
    document = client.request("GET", url).json
    archive.faults.set({"study_link": True})
    link = client.request("GET", url).json["ftpHttp_link"]
    assert link.endswith("/Files/../")
    assert client.request("GET", f"{link}{study}.json").json == document


def test_the_figures_of_a_study(archive, client, study):
    figures = client.request("GET", f"{archive.read_url}/studies/{study}/info").json
    assert figures["relPath"] == "S-BIAD/001/S-BIAD9001"
    assert figures["httpLink"].endswith("/fire/S-BIAD/001/S-BIAD9001")
    assert figures["files"] == 2
    assert figures["hasZippedFolders"] is False
    assert figures["sections"] == ["component-1"]
    assert [one["name"] for one in figures["columns"]] == [
        "Name", "Size", "Section", "Genotype",
    ]  # fmt: skip
    assert figures["released"] == 4072118400000  # 2099-01-15 in ms


def test_bytes_come_from_elsewhere_when_public(archive, client, study):
    release(archive, client, study)
    client.token = ""
    url = f"{archive.files_url}/{study}/movies/m2.tif"
    moved = client.request("GET", url)
    assert moved.status == 302
    static = moved.headers["location"]
    whole = client.request("GET", static)
    assert (whole.status, whole.body) == (200, b"two two")
    part = {"Range": "bytes=4-", "If-Range": whole.headers["etag"]}
    answer = client.request("GET", static, headers=part)
    assert (answer.status, answer.body) == (206, b"two")
    assert answer.headers["content-range"] == "bytes 4-6/7"
    part["If-Range"] = '"another"'
    assert client.request("GET", static, headers=part).status == 200
    head = client.request("HEAD", static)
    assert (head.headers["content-length"], head.body) == ("7", b"")
    assert client.request("GET", static + "x").status == 404
    assert (
        client.request("GET", static + "/../../../../state/server.json").status == 404
    )


def test_the_lists_are_the_authoritative_listing(archive, client, study):
    release(archive, client, study)
    url = f"{archive.files_url}/{study}/lists/movies.json"
    rows = client.request("GET", client.request("GET", url).headers["location"]).json
    assert rows[1] == {
        "path": "movies/m2.tif",
        "type": "file",
        "size": 7,
        "attributes": [{"name": "Genotype", "value": "mutant"}],
    }


def test_pages_of_the_file_table(archive, client):
    rows = [f"many/{n:04}.tif" for n in range(1203)]
    for row in (rows[0], "movies/m1.tif"):
        folder, _, name = row.rpartition("/")
        client.upload(folder, name, b"1")
    for row in rows[1:]:
        (archive.stored() / row).write_bytes(b"22")
    client.upload("lists", "movies.tsv", "\n".join(["Files", *rows]).encode())
    key = client.draft()
    assert client.submit(key).status == 200
    client.settle(key)
    release(archive, client, key)

    def page(query):
        url = f"{archive.read_url}/files/{key}?{query}"
        found = client.request("GET", url).json
        assert found["recordsTotal"] == 1203
        return found["data"]

    assert len(page("")) == 5
    assert len(page("length=1000")) == 1000
    assert page("length=1001") == []
    assert [one["path"] for one in page("start=1000&length=1000")] == rows[1000:]
    first = page("start=0&length=1&draw=7")[0]
    assert first == {
        "Name": "0000.tif",
        "Size": 1,
        "path": "many/0000.tif",
        "type": "file",
        "isDirectory": "false",
        "Section": "component-1",
    }
    assert [one["path"] for one in page("search[value]=1202")] == [rows[1202]]
    archive.faults.set({"duplicate_rows": True})
    assert [one["Name"] for one in page("length=2")] == [
        "0000.tif", "0001.tif", "0001.tif",
    ]  # fmt: skip


def test_a_folder_becomes_a_zip(archive, client, submission):
    client.put_movies()
    client.upload("movies/deep", "m3.tif", b"three")
    client.upload("lists", "movies.tsv", b"Files\nmovies\n")
    key = client.draft(submission())
    assert client.submit(key).status == 200
    assert client.settle(key) == "POST_PROCESSED"
    figures = client.request("GET", f"{archive.read_url}/studies/{key}/info").json
    assert figures["hasZippedFolders"] is True
    url = f"{archive.files_url}/{key}/movies.zip?key={figures['seckey']}"
    with zipfile.ZipFile(BytesIO(client.request("GET", url).body)) as packed:
        assert packed.namelist() == ["deep/m3.tif", "m1.tif", "m2.tif"]
        assert packed.read("deep/m3.tif") == b"three"
    # on the other storage it stays a folder
    key = client.draft(submission())
    path = f"/submissions/drafts/{key}/submit?storageMode=NFS"
    assert client.call("POST", path, {}).status == 200
    client.settle(key)
    figures = client.request("GET", f"{archive.read_url}/studies/{key}/info").json
    assert figures["hasZippedFolders"] is False
    url = f"{archive.files_url}/{key}/movies/deep/m3.tif?key={figures['seckey']}"
    assert client.request("GET", url).body == b"three"


def test_names_that_need_quoting(archive, client, submission):
    client.upload("a b", "m(1) 'x'.tif", b"1")
    client.upload("lists", "movies.tsv", b"Files\na b/m(1) 'x'.tif\n")
    key = client.draft(submission())
    assert client.submit(key).status == 200
    client.settle(key)
    release(archive, client, key)
    url = f"{archive.files_url}/{key}/a%20b/m(1)%20'x'.tif"
    moved = client.request("GET", url)
    assert client.request("GET", moved.headers["location"]).body == b"1"


def test_the_next_version_takes_the_place_of_the_one_before(
    archive, client, submission
):
    key = client.deposit()
    client.upload("movies", "m1.tif", b"new bytes")
    client.call("GET", f"/submissions/drafts/{key}")
    client.call("PUT", f"/submissions/drafts/{key}", submission(accno=key, Title="2"))
    assert client.submit(key).status == 200
    url = f"{archive.read_url}/studies/{key}"
    before = client.request("GET", f"{url}/info").json["seckey"]
    title = client.request("GET", f"{url}?key={before}").json["attributes"][0]["value"]
    assert title == "Dividing cells, seen by nobody"
    assert client.settle(key, 2) == "POST_PROCESSED"
    document = client.request("GET", f"{url}?key={before}").json
    assert {"name": "Title", "value": "2"} in document["attributes"]
    file = f"{archive.files_url}/{key}/movies/m1.tif?key={before}"
    assert client.request("GET", file).body == b"new bytes"
