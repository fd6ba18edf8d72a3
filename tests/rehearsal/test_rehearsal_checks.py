"""What a submit is refused for, in which order, shape and words."""

from __future__ import annotations

import datetime as dt

import pytest

AUTHOR = {"name": "affiliation", "value": "o1", "reference": True}
PAST = "2001-02-03"


def refused(client, document, status=400):
    """Submit a document as a draft and return the one reason it is refused for."""
    key = client.draft(document)
    answer = client.submit(key)
    assert answer.status == status, answer.body
    message, nodes = answer.tree
    assert client.status(key) == "DRAFT"
    if status == 400:
        assert message == "Submission validation errors"
        assert len(nodes) == 1
        # the errors stay with the draft
        errors = client.call("GET", f"/submissions/requests/{key}/1/errors")
        assert errors.json == nodes
        return nodes[0]
    assert nodes == []
    return message


def with_list(document, name):
    document["section"]["subsections"][2]["attributes"][1]["value"] = name
    return document


@pytest.mark.parametrize("name", ["releasedate", "RELEASEDATE"])
def test_release_date_is_found_whatever_its_case(client, submission, name):
    client.put_movies()
    document = submission(ReleaseDate=None, **{name: "2099-01-01"})
    assert client.submit(client.draft(document)).status == 200


def test_release_date_is_required(client, submission):
    assert (
        refused(client, submission(ReleaseDate=None), 500)
        == "ReleaseDate is required. Element was not created."
    )


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("attributes", 0, "value"), 5, "TextNode"),
        (("attributes", 0, "name"), None, "Attribute name is required"),
        (("section",), None, "Root Section type is required"),
        (("section", "type"), "", "Root Section type is required"),
        (("section", "files"), [[]], "Section tables can't be empty"),
        (("section", "files"), [{"path": " "}], "File Path is required"),
        (("section", "links"), [{"x": 1}], "Link Url is required"),
        (("section", "subsections", 1, "accno"), "author-1", "already exists"),
        (("section", "subsections"), {}, "ArrayNode"),
        (("section", "subsections", 0), "text", "object"),
    ],
)
def test_what_is_no_pagetab(client, submission, place, value, message):
    client.put_movies()
    document = submission()
    node = document
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value
    assert message in refused(client, document, 500)


def test_blank_values_and_unknown_properties_are_no_matter(client, submission):
    client.put_movies()
    document = submission(Note=" ")
    document["section"]["extra"] = {"any": 1}
    document["attributes"].append({"name": "Empty", "value": None})
    assert client.submit(client.draft(document)).status == 200


def test_a_list_of_another_format(client, submission):
    for name in ("lists/movies.csv", "lists/movies.TSV", "lists/movies"):
        reason = refused(client, with_list(submission(), name), 415)
        assert reason == f"Unsupported pagetab format: {name.partition('.')[2]}"


def test_a_list_with_a_name_that_is_not_allowed(client, submission):
    reason = refused(client, with_list(submission(), "lists/50%.tsv"), 500)
    assert reason == (
        "The given file path contains invalid characters: lists/50%.tsv\n"
        "For more information check "
        "https://www.ebi.ac.uk/bioimage-archive/help-file-list"
    )


def test_a_list_that_is_not_there(client, submission):
    assert refused(client, submission(), 500) == (
        "The following files could not be found:\n"
        "  - lists/movies.tsv\n"
        "List of available sources:\n"
        "  - ada@example.org user files"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Files\n", "A file list should contain at least one file"),
        (b"", "First header value should be 'Files'. Element was not created."),
        (
            b"\xef\xbb\xbfFiles\na.tif\n",
            "First header value should be 'Files'. Element was not created.",
        ),
        (b"Files\t\ta\nx\n", "Attribute name is required. Element was not created."),
        (
            b"Files\ta\nx\t1\n\n \t2\n",
            "Error at row 3: File Path is required. Element was not created.",
        ),
    ],
)
def test_a_list_with_bad_content(client, submission, content, message):
    client.upload("lists", "movies.tsv", content)
    key = client.draft(submission())
    answer = client.submit(key)
    assert answer.status == 400
    assert answer.tree == (
        f"Problem processing file list 'lists/movies.tsv': {message}",
        [],
    )


def test_a_folder_is_no_list(client, submission):
    client.upload("lists/movies.tsv", "x", b"")
    answer = client.submit(client.draft(submission()))
    assert answer.status == 400
    assert answer.tree[0].endswith("A directory can't be used as File List")


@pytest.mark.parametrize("content", [b"", b"{", b'{"path": "a"}', b'[{"size": 1}]'])
def test_a_json_list_with_bad_content(client, submission, content):
    client.upload("lists", "movies.json", content)
    answer = client.submit(client.draft(with_list(submission(), "lists/movies.json")))
    assert answer.status == 400
    assert answer.tree[0].startswith("Problem processing file list 'lists/movies.json'")


def test_lists_may_be_json_have_crlf_and_rows_of_any_width(client, submission):
    client.put_movies()
    rows = b'[{"path":"movies/m1.tif","attributes":[{"name":"A","value":"x"}]}]'
    client.upload("lists", "movies.json", rows)
    document = with_list(submission(), "lists/movies.json")
    assert client.submit(client.draft(document)).status == 200
    rows = b'Files\tA\tB\r\nmovies/m1.tif\r\n\r\nmovies/m2.tif\t"x\ty\ttoo many\r\n'
    client.upload("lists", "movies.tsv", rows)
    key = client.draft(submission())
    assert client.submit(key).status == 200
    assert client.settle(key) == "POST_PROCESSED"
    read = client.call("GET", f"/submissions/{key}/lists/movies.json").json
    assert read[1]["attributes"] == [
        {"name": "A", "value": '"x'},
        {"name": "B", "value": "y"},
    ]
    # the header of what is written comes from the first row alone
    text = client.call("GET", f"/submissions/{key}/lists/movies.tsv").body.decode()
    assert text == 'Files\nmovies/m1.tif\nmovies/m2.tif\t"x\ty\n'


@pytest.mark.parametrize(
    "path",
    ["50%.tif", "./a.tif", "a/", "a/../b", "µ.tif", "a[1].tif", "a\\b", "a+b", "a../"],
)
def test_a_path_that_is_not_allowed(client, submission, path):
    client.upload("lists", "movies.tsv", f"Files\n{path}\n".encode())
    reason = refused(client, submission())
    assert reason == (
        f"The given file path contains invalid characters: {path}\n"
        "Referenced in file list: lists/movies.tsv\n"
        "For more information check "
        "https://www.ebi.ac.uk/bioimage-archive/help-file-list"
    )


def test_files_that_are_not_there_are_named_list_by_list(client, submission):
    client.put_movies()
    client.call("POST", "/files/user/delete", {"path": "movies", "fileName": "m2.tif"})
    assert refused(client, submission()) == (
        "The following files could not be found:\n"
        "  - movies/m2.tif\n"
        "Referenced in file list: lists/movies.tsv\n"
        "List of available sources:\n"
        "  - ada@example.org user files"
    )


def test_files_in_the_document_itself(client, submission):
    client.put_movies()
    document = submission()
    document["section"]["files"] = [
        {"path": "x.tif"},
        [{"path": "y.tif"}, {"path": "movies/m1.tif"}],
    ]
    assert refused(client, document) == (
        "The following files could not be found:\n"
        "  - x.tif\n"
        "  - y.tif\n"
        "List of available sources:\n"
        "  - ada@example.org user files"
    )


def test_paths_are_case_sensitive_and_relative_to_the_root(client, submission):
    client.put_movies()
    client.upload("lists", "movies.tsv", b"Files\n../movies/m1.tif\n")
    assert "invalid characters" in refused(client, submission())
    client.upload("lists", "movies.tsv", b"Files\nm1.tif\n")
    assert "  - m1.tif\n" in refused(client, submission())


def test_root_path_is_the_base_of_lists_and_data(client, submission):
    client.upload("deep/root/movies", "m1.tif", b"1")
    client.upload("deep/root/lists", "movies.tsv", b"Files\nmovies/m1.tif\n")
    key = client.draft(submission(RootPath="deep/root"))
    assert client.submit(key).status == 200
    assert client.settle(key) == "POST_PROCESSED"
    rows = client.call("GET", f"/submissions/{key}/lists/movies.json").json
    assert [row["path"] for row in rows] == ["movies/m1.tif"]
    client.upload("deep/root/lists", "movies.tsv", b"Files\nmovies/m2.tif\n")
    reason = refused(client, submission(RootPath="deep/root"))
    assert reason.endswith("  - ada@example.org user files in /deep/root")


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("15-01-2099", ("Provided date 15-01-2099 could not be parsed. "
                       "Expected format is YYYY-MM-DD")),
        ("2099-02-30", ("Provided date 2099-02-30 could not be parsed. "
                       "Expected format is YYYY-MM-DD")),
        (PAST, "Release date cannot be in the past"),
    ],
)  # fmt: skip
def test_release_dates_that_are_refused(client, submission, day, message):
    client.put_movies()
    assert refused(client, submission(ReleaseDate=day)) == message


def test_release_dates_that_are_taken(client, submission):
    client.put_movies()
    today = dt.datetime.now(dt.UTC).date().isoformat()
    for day in (today, "2099-01-15T00:00:00Z"):
        assert client.submit(client.draft(submission(ReleaseDate=day))).status == 200


def test_who_may_submit_what_is_in_the_past(archive, client, submission):
    root = type(client)(archive).log_in("root@example.org", "secret of root")
    root.put_movies()
    assert root.submit(root.draft(submission(ReleaseDate=PAST))).status == 200


def test_the_right_to_attach_is_checked_again_at_submit(bo, submission):
    bo.put_movies()
    key = bo.draft(submission(), attach_to="")
    answer = bo.submit(key)
    assert answer.status == 500
    assert "is not allowed to submit to BioImages collection" in answer.tree[0]


def test_another_accession_than_the_drafts_is_refused(client, submission):
    client.put_movies()
    answer = client.submit(client.draft(submission(accno="S-BIAD1")))
    assert answer.status == 500
    assert answer.tree[0] == (
        "The user ada@example.org is not allowed to provide accession number directly"
    )


def test_the_order_of_the_checks(client, submission):
    """Each step mends one thing; the next in BioStudies' order is then reported."""
    document = with_list(submission(ReleaseDate=None), "lists/50%.csv")
    key = client.draft(document)

    def reason():
        client.call("PUT", f"/submissions/drafts/{key}", document)
        message, nodes = client.submit(key).tree
        return nodes[0] if nodes else message

    assert "ReleaseDate is required" in reason()
    document["attributes"].append({"name": "ReleaseDate", "value": PAST})
    assert "Unsupported pagetab format" in reason()
    with_list(document, "lists/50%.tsv")
    assert "invalid characters: lists/50%.tsv" in reason()
    with_list(document, "lists/movies.tsv")
    assert "could not be found:\n  - lists/movies.tsv" in reason()
    client.upload("lists", "movies.tsv", b"nothing")
    assert "Problem processing file list" in reason()
    client.upload("lists", "movies.tsv", b"Files\nx/%.tif\nmovies/m1.tif\n")
    assert "invalid characters: x/%.tif" in reason()
    client.upload("lists", "movies.tsv", b"Files\nmovies/m1.tif\n")
    assert "could not be found:\n  - movies/m1.tif" in reason()
    client.upload("movies", "m1.tif", b"1")
    assert "Release date cannot be in the past" in reason()
    document["attributes"][-1]["value"] = "2099-01-01"
    document["attributes"].append({"name": "DOI", "value": "true"})
    document["section"]["subsections"][0]["attributes"][1]["value"] = "o9"
    assert "The organization 'o9' affiliated" in reason()
    document["section"]["subsections"][0]["attributes"][1]["value"] = "o1"
    client.call("PUT", f"/submissions/drafts/{key}", document)
    assert client.submit(key).status == 200
    assert client.settle(key) == "POST_PROCESSED"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d, a, o: d["attributes"].pop(0),
         "A title is required for DOI registration"),
        (lambda d, a, o: o.pop("accno"),
         "Organizations are required to have an accession"),
        (lambda d, a, o: o["attributes"].clear(),
         "The following organization name is empty: 'o1'"),
        (lambda d, a, o: o.update(type="Institute"),
         "The required DOI field 'Organization' could not be found"),
        (lambda d, a, o: a["attributes"].pop(1),
         "Authors are required to have an affiliation"),
        (lambda d, a, o: a["attributes"][1].update(value="o9"),
         ("The organization 'o9' affiliated to the author 'Ada Example' "
         "could not be found")),
    ],
)  # fmt: skip
def test_what_a_doi_needs(client, submission, change, message):
    client.put_movies()
    document = submission(DOI="true")
    author, organisation = document["section"]["subsections"][:2]
    change(document, author, organisation)
    assert refused(client, document) == message
    document["attributes"] = [
        one for one in document["attributes"] if one["name"] != "DOI"
    ]
    assert client.submit(client.draft(document)).status == 200


def test_an_author_without_a_name_needs_nothing_for_a_doi(client, submission):
    client.put_movies()
    document = submission(DOI="true")
    document["section"]["subsections"][0]["attributes"] = []
    assert client.submit(client.draft(document)).status == 200


def test_the_doi_stays_as_it_was_minted(client, submission):
    key = client.deposit(DOI="true")
    doi = f"10.6019/{key}"
    path = f"/submissions/drafts/{key}"
    client.call("GET", path)
    for given, message in (
        ("true", f"The given DOI 'true' should match the previous DOI '{doi}'"),
        (None, f"The previous DOI: '{doi}' cannot be removed"),
    ):
        client.call("PUT", path, submission(accno=key, DOI=given))
        answer = client.submit(key)
        assert (answer.status, answer.tree[1]) == (400, [message])
    client.call("PUT", path, submission(accno=key, DOI=doi))
    assert client.submit(key).status == 200


def test_without_the_accession_there_is_no_version_before(client, submission):
    key = client.deposit(DOI="true")
    client.call("GET", f"/submissions/drafts/{key}")
    client.call("PUT", f"/submissions/drafts/{key}", submission(DOI="true"))
    assert client.submit(key).status == 200  # the DOI before is not seen


def test_a_public_study_keeps_its_date_and_its_files(archive, client, submission):
    key = client.deposit()
    client.request(
        "POST", archive.address + "/_release", f'{{"accno": "{key}"}}'.encode()
    )
    client.call("GET", f"/submissions/drafts/{key}")
    path = f"/submissions/drafts/{key}"
    client.call("PUT", path, submission(accno=key, ReleaseDate="2098-01-01"))
    answer = client.submit(key)
    assert answer.tree[1] == ["The release date of a public study cannot be changed"]
    client.upload("movies", "m1.tif", b"other bytes")
    client.call("PUT", path, submission(accno=key))
    assert client.submit(key).status == 200
    assert client.settle(key, 2) == "INVALID"
    errors = client.call("GET", f"/submissions/requests/{key}/2/errors").json
    assert errors == ["File deletion/modifications require admin permission."]
    client.upload("movies", "m1.tif", b"one")
    client.call("PUT", path, submission(accno=key))
    assert client.submit(key).status == 200
    assert client.settle(key, 2) == "POST_PROCESSED"


def test_a_folder_together_with_what_is_in_it(client, submission):
    client.put_movies()
    client.upload("lists", "movies.tsv", b"Files\nmovies\nmovies/m1.tif\n")
    assert refused(client, submission(), 500) == (
        "The following circular references were found:\n"
        "- Directory 'movies' contains: 'movies/m1.tif'\n"
    )


def test_lists_can_be_checked_before(client):
    def check(name, **more):
        fields = [("fileListName", None, name.encode())]
        fields += [(key, None, value.encode()) for key, value in more.items()]
        return client.form("/submissions/fileLists/validate", fields)

    client.put_movies()
    answer = check("lists/movies.tsv")
    assert (answer.status, answer.body) == (200, b"")
    client.upload("lists", "gone.tsv", b"Files\nPlate1.tif\n")
    answer = check("lists/gone.tsv")
    assert answer.status == 500
    assert answer.tree == (
        (
            "The following files could not be found:\n  - Plate1.tif\n"
            "List of available sources:\n  - ada@example.org user files"
        ),
        [],
    )
    client.upload("lists", "empty.tsv", b"Files\n")
    assert check("lists/empty.tsv").status == 400
    assert check("lists/movies.jpg").status == 415
    assert check("lists/nowhere.tsv").status == 500
    assert check("movies.tsv", rootPath="lists").status == 500
    client.upload("lists", "own.tsv", b"Files\nown.tsv\n")
    assert check("own.tsv", rootPath="lists").status == 200
    body = b"fileListName=lists%2Fmovies.tsv"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    path = "/submissions/fileLists/validate"
    assert client.call("POST", path, body=body, headers=kind).status == 200
    assert client.form(path, []).status == 400


def test_a_thousand_missing_files_are_named_and_no_more(client):
    rows = "Files\n" + "".join(f"m{n}.tif\n" for n in range(1500))
    client.upload("lists", "many.tsv", rows.encode())
    name = [("fileListName", None, b"lists/many.tsv")]
    answer = client.form("/submissions/fileLists/validate", name)
    assert answer.tree[0].count("  - m") == 1000
