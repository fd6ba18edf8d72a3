"""PageTab in its two spellings, and the messages on what is not PageTab."""

from __future__ import annotations

import importlib.util
import json

import pytest

from fairsubmit.rehearsal import pagetab, pagetab_tsv
from fairsubmit.rehearsal.refusals import RefusalError

TSV = """\
Submission\tS-BIAD1
Title\tMovies
# a comment
ReleaseDate\t2099-01-01

Study\tstudy-1
License\tCC0
(TermId)\tT1
[URL]\thttps://example.org
Description\t"two
lines"

Link\thttps://example.org
Type\tdoi

Files\tGenotype\t[Unit]
a.tif\twt\tmm
b.tif

Author\tauthor-1
Name\tAda
<affiliation>\to1

Study Component\tcomponent-1
Name\tMovies

Associations\tasso-1\tcomponent-1
Biosample\tHeLa

Funding[study-1]\tAgency\tgrant_id
f1\tX\t1
f2\tY
"""
HEAD = "Submission\nReleaseDate\t2099-01-01\n\nStudy\n\n"


def test_tsv_says_the_same_as_json():
    document = pagetab.to_json(pagetab_tsv.from_tsv(TSV))
    assert document == {
        "accno": "S-BIAD1",
        "attributes": [
            {"name": "Title", "value": "Movies"},
            {"name": "ReleaseDate", "value": "2099-01-01"},
        ],
        "section": {
            "accno": "study-1",
            "type": "Study",
            "attributes": [
                {
                    "name": "License",
                    "value": "CC0",
                    "valqual": [{"name": "URL", "value": "https://example.org"}],
                    "nmqual": [{"name": "TermId", "value": "T1"}],
                },
                {"name": "Description", "value": "two\nlines"},
            ],
            "files": [
                [
                    {
                        "path": "a.tif",
                        "type": "file",
                        "attributes": [
                            {
                                "name": "Genotype",
                                "value": "wt",
                                "valqual": [{"name": "Unit", "value": "mm"}],
                            }
                        ],
                    },
                    {"path": "b.tif", "type": "file", "attributes": []},
                ]
            ],
            "links": [
                {
                    "url": "https://example.org",
                    "attributes": [{"name": "Type", "value": "doi"}],
                }
            ],
            "subsections": [
                {
                    "accno": "author-1",
                    "type": "Author",
                    "attributes": [
                        {"name": "Name", "value": "Ada"},
                        {"name": "affiliation", "value": "o1", "reference": True},
                    ],
                },
                {
                    "accno": "component-1",
                    "type": "Study Component",
                    "attributes": [{"name": "Name", "value": "Movies"}],
                    "subsections": [
                        {
                            "accno": "asso-1",
                            "type": "Associations",
                            "attributes": [{"name": "Biosample", "value": "HeLa"}],
                        }
                    ],
                },
                [
                    {
                        "accno": "f1",
                        "type": "Funding",
                        "attributes": [
                            {"name": "Agency", "value": "X"},
                            {"name": "grant_id", "value": "1"},
                        ],
                    },
                    {
                        "accno": "f2",
                        "type": "Funding",
                        "attributes": [{"name": "Agency", "value": "Y"}],
                    },
                ],
            ],
        },
        "type": "submission",
    }
    again = pagetab_tsv.from_tsv(pagetab_tsv.to_tsv(pagetab.from_json(document)))
    assert again.section.subsections == pagetab.from_json(document).section.subsections
    assert again.attributes == pagetab.from_json(document).attributes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expected to find block type of submission"),
        ("Study\nTitle\tx\n", "Expected to find block type of submission"),
        ("Submission\nTitle\tx\n", "ReleaseDate is required. Element was not created."),
        (
            "Submission\nReleaseDate\t2099-01-01\n",
            "Root Section type is required. Element was not created.",
        ),
        (HEAD + HEAD, "Several page tab elements detected"),
        (
            HEAD + "Biosample\n(TermId)\tx\n",
            "Attribute name qualifier must be after a valid attribute",
        ),
        (
            HEAD + "Biosample\n[URL]\tx\n",
            "Attribute value qualifier must be after a valid attribute",
        ),
        (HEAD + "Biosample\n\tx\n", "Attribute name is required"),
        (HEAD + "Files\tA\n", "Tables must have at least one row"),
        (
            HEAD + "Files\tA\nx\t1\t2\n",
            "A row table can't have more attributes than the table header",
        ),
        (HEAD + "Files\t\tA\nx\t1\n", "Table headers can't be blank"),
        (HEAD + "Files\tA\n\t1\n", "File Path is required"),
        (HEAD + "Links\tA\n\t1\n", "Link Url is required"),
        (HEAD + "Link\n", "Link Url is required"),
        (HEAD + "File\t\n", "File Path is required"),
        (
            HEAD + "Associations\ta\tnowhere\n",
            "Can not find referenced section with accNo='nowhere'",
        ),
        (
            HEAD + "Author\ta\n\nAuthor\ta\n",
            "A section with accNo a already exists",
        ),
    ],
)
def test_what_is_no_tsv(text, message):
    with pytest.raises(RefusalError) as caught:
        pagetab_tsv.from_tsv(text)
    assert caught.value.status == 400
    assert caught.value.message == "Error processing submission"
    assert message in caught.value.subnodes[0]


def test_each_block_that_is_wrong_is_reported_with_its_odd_lines():
    text = HEAD + "Biosample\n[URL]\tx\n\nLink\n"
    with pytest.raises(RefusalError) as caught:
        pagetab_tsv.from_tsv(text)
    # BioStudies adds the first line to the last: 6 + 7 and 9 + 9
    assert caught.value.subnodes == (
        (
            "Error processing block starting in Lines [6-13], "
            "Attribute value qualifier must be after a valid attribute"
        ),
        (
            "Error processing block starting in Lines [9-18], "
            "Link Url is required. Element was not created."
        ),
    )


def check(client, source, target, body):
    path = f"/submissions/check-pagetab?source={source}&target={target}"
    return client.call("POST", path, body=body)


def test_documents_are_converted_without_a_draft(client):
    answer = check(client, "tsv", "json", TSV.encode())
    assert answer.status == 200
    assert answer.json["accno"] == "S-BIAD1"
    back = check(client, "json", "tsv", answer.body)
    assert back.body.decode().startswith("Submission\tS-BIAD1\nTitle\tMovies\n")
    assert check(client, "json", "tsv", b"{}").status == 500
    assert check(client, "json", "tsv", b"{").status == 500
    assert check(client, "xml", "tsv", b"{").status == 415
    answer = check(client, "tsv", "json", b"Study\n")
    assert answer.status == 400
    assert answer.tree[0] == "Error processing submission"
    assert client.call("POST", "/submissions/check-pagetab", body=b"x").status == 400
    assert client.call("GET", "/submissions/drafts").json == []


def test_file_lists_are_converted(client):
    path = "/submissions/check-pagetab-file-list?source=tsv&target=json"
    answer = client.call("POST", path, body=b"Files\tA\nx.tif\t1\n")
    assert answer.json == [
        {
            "path": "x.tif",
            "type": "file",
            "attributes": [{"name": "A", "value": "1"}],
        }
    ]
    path = "/submissions/check-pagetab-file-list?source=json&target=tsv"
    back = client.call("POST", path, body=answer.body)
    assert back.body == b"Files\tA\nx.tif\t1\n"
    assert client.call("POST", path, body=b"{}").status == 500


def test_tsv_can_be_submitted(client):
    client.put_movies()
    text = (
        "Submission\nTitle\tx\nReleaseDate\t2099-01-01\nAttachTo\tBioImages\n\n"
        "Study\ts\nFile List\tlists/movies.tsv\n"
    )
    kind = {"Submission_Type": "text/plain"}
    answer = client.call("POST", "/submissions/async", body=text.encode(), headers=kind)
    assert answer.json == {"accNo": "S-BIAD9001", "version": 1}
    text = text.replace("ReleaseDate\t2099-01-01\n", "")
    answer = client.call("POST", "/submissions", body=text.encode(), headers=kind)
    assert answer.status == 400
    assert answer.tree == (
        "Error processing submission",
        [
            (
                "Error processing block starting in Lines [1-4], "
                "ReleaseDate is required. Element was not created."
            )
        ],
    )


def test_link_lists_are_read_too(client, submission):
    client.put_movies()
    document = submission()
    attributes = document["section"]["subsections"][2]["attributes"]
    attributes.append({"name": "Link List", "value": "lists/links.tsv"})
    client.upload("lists", "links.tsv", b"Links\tType\nhttps://example.org\tdoi\n")
    key = client.draft(document)
    assert client.submit(key).status == 200
    assert client.settle(key) == "POST_PROCESSED"
    rows = client.call("GET", f"/submissions/{key}/lists/links.json").json
    assert rows == [
        {
            "url": "https://example.org",
            "attributes": [{"name": "Type", "value": "doi"}],
        }
    ]
    client.upload("lists", "links.tsv", b"Files\nx\n")
    answer = client.submit(client.draft(document))
    assert answer.status == 400
    assert "First header value should be 'Links'" in answer.tree[0]


def test_spreadsheets_need_openpyxl(client):
    client.upload("lists", "movies.xlsx", b"not a spreadsheet")
    if importlib.util.find_spec("openpyxl"):
        pytest.skip("openpyxl is installed")
    name = [("fileListName", None, b"lists/movies.xlsx")]
    answer = client.form("/submissions/fileLists/validate", name)
    assert answer.status == 415
    assert answer.tree[0] == "Unsupported pagetab format: xlsx"


def test_the_answers_of_the_contract(shared, client, submission):
    """The shapes recorded with the contract are the shapes given here."""
    folder = shared / "contracts" / "biostudies_examples" / "contract"
    recorded = json.loads((folder / "responses.json").read_text("utf-8"))
    key = client.draft({"type": "submission"})
    draft = client.call("GET", f"/submissions/drafts/{key}").json
    assert set(draft) == set(recorded["draft_200"])
    assert set(client.profile) == set(recorded["login_200"])
    answer = client.submit(key)
    assert answer.json == recorded["submit_json_500_no_release_date"]
    client.put_movies()
    key = client.draft(submission(ReleaseDate="2001-01-01"))
    assert client.submit(key).json == recorded["submit_400_release_date"]
    client.call("PUT", f"/submissions/drafts/{key}", submission())
    client.submit(key)
    overview = client.call("GET", f"/submissions/{key}").json
    assert set(overview) == set(recorded["submission_dto_200"])
    document = json.loads((folder / "submission.json").read_text("utf-8"))
    for name in ("masks.tsv", "movies.tsv"):
        client.upload("filelists", name, (folder / name).read_bytes())
        for row in (folder / name).read_text("utf-8").splitlines()[1:]:
            path, _, file = row.split("\t")[0].rpartition("/")
            client.upload(path, file, b"1")
    key = client.draft(document)
    assert client.submit(key).status == 200
    assert client.settle(key) == "POST_PROCESSED"
    text = (folder / "submission.tsv").read_bytes()
    path = "/submissions/check-pagetab?source=tsv&target=json"
    assert client.call("POST", path, body=text).status == 200


def test_real_submissions_are_pagetab(shared):
    folder = shared / "contracts" / "biostudies_examples"
    files = sorted(folder.glob("pagetab/*.json"))
    files += sorted(folder.glob("bia_test_data_biad_v4/S-BIADTEST.json"))
    assert files
    for file in files:
        document = json.loads(file.read_text("utf-8"))
        read = pagetab.from_json(document)
        again = pagetab.from_json(pagetab.to_json(read))
        assert again == read
        assert pagetab_tsv.to_tsv(read)
