"""Settings, and the values that answers are read into."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fairsubmit.archives import ARCHIVES
from fairsubmit.archives.biostudies.answers import (
    read_draft,
    read_drafts,
    read_profile,
    read_rows,
    read_sizes,
    read_submission,
)
from fairsubmit.archives.biostudies.settings import Settings, read_settings
from fairsubmit.errors import ArchiveError, ConfigError
from fairsubmit.http import Answer

SECRET = "sw0rdfish"


def answer(value: Any) -> Answer:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Answer(200, {}, body, "http://127.0.0.1/x")


def test_defaults_are_the_public_archive() -> None:
    settings = Settings()
    assert settings.api_url == "https://www.ebi.ac.uk/biostudies/submissions/api"
    assert settings.collection == "BioImages"
    assert settings.form == type(settings.form)("BioImages.v5", "Annotation")
    assert settings.ftp_server == "ftp-private.ebi.ac.uk"
    assert settings.ftp_account("nfs") == "bsftp"
    assert settings.ftp_account("ftp") == "bs-upload"
    assert settings.ftp_account("something new") == "bs-upload"
    assert (
        settings.page("S-BIAD1") == "https://www.ebi.ac.uk/biostudies/studies/S-BIAD1"
    )


def test_another_server_never_sends_to_the_public_one() -> None:
    for url in ("http://127.0.0.1:8000/api", "https://ebi.ac.uk.example.org/api"):
        settings = Settings(api_url=url)
        assert settings.ftp_server is None
        assert settings.files_address is None
        assert settings.page("S-BIAD1") is None


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"api_url": f"ftp://{SECRET}"}, "api_url"),
        ({"api_url": SECRET}, "api_url"),
        ({"template": "BioImages.v9"}, "template"),
        ({"upload": SECRET}, "upload"),
        ({"connections": SECRET}, "connections"),
        ({"polling": {"first": -1}}, "polling.first"),
        ({"ftp_pasword": SECRET}, "ftp_pasword"),
    ],
)
def test_wrong_settings_are_named_without_their_values(
    values: dict[str, Any], key: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings(values)
    assert key in caught.value.message
    assert SECRET not in caught.value.message + (caught.value.hint or "")
    assert caught.value.__cause__ is None


def test_settings_may_come_as_text() -> None:
    settings = read_settings({"connections": "2", "doi": "false", "ftp_port": "2121"})
    assert (settings.connections, settings.doi, settings.ftp_port) == (2, False, 2121)


def test_secrets_do_not_show() -> None:
    settings = read_settings({"token": SECRET, "ftp_password": SECRET})
    assert SECRET not in repr(settings) + str(settings.model_dump())


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_the_archive_is_in_the_table() -> None:
    kind = ARCHIVES["bioimage-archive"]
    assert kind.settings is Settings
    archive = kind({"api_url": "http://127.0.0.1:9/api/"})
    assert (archive.name, archive.endpoint) == (
        "bioimage-archive",
        "http://127.0.0.1:9/api",
    )
    archive.close()


# Answers


def test_a_profile_of_any_age_is_read() -> None:
    found = read_profile(answer({"email": "a@b.org", "username": None, "extra": {}}))
    assert (found.name, found.upload_type, found.token) == ("a@b.org", None, None)
    found = read_profile(
        answer({"sessid": SECRET, "secret": SECRET, "uploadType": "FTP"})
    )
    assert found.upload_type == "ftp"
    assert SECRET not in repr(found)


def test_a_listing_is_relative_to_the_folder_asked_for() -> None:
    rows = [
        {"name": "m1.tif", "path": "user/S-1/user_data", "size": 7, "type": "FILE"},
        {"name": "masks", "path": "user/S-1/user_data", "size": 0, "type": "DIR"},
        {"name": None, "type": "FILE"},
        {"name": "a/../../b", "size": 1, "type": "FILE"},
        "nonsense",
    ]
    found = list(read_rows(answer(rows), "S-1/user_data"))
    assert [(row.path, row.size, row.folder) for row in found] == [
        ("S-1/user_data/m1.tif", 7, False),
        ("S-1/user_data/masks", 0, True),
    ]
    assert [row.path for row in read_rows(answer(rows[:1]), "")] == ["m1.tif"]


def test_sizes_of_a_submitted_list() -> None:
    rows = [
        {"path": "a.tif", "size": 3, "attributes": [{"name": "path", "value": "x"}]},
        {"path": "b.tif", "type": "file"},
        {"path": "c.tif", "size": 5, "attributes": []},
    ]
    assert read_sizes(answer(rows)) == {"a.tif": 3, "c.tif": 5}
    for other in ({"path": "a"}, b"<html>", b""):
        with pytest.raises(ArchiveError):
            read_sizes(answer(other))


def test_drafts_of_other_people_s_making_are_read_over() -> None:
    found = read_drafts(answer([{"key": "A", "content": [1]}, {"key": None}, 3]))
    assert [(draft.key, draft.content) for draft in found] == [("A", {})]
    with pytest.raises(ArchiveError):
        read_draft(answer({"content": {}}))


@pytest.mark.parametrize("value", [b"", b"null", {}, {"accno": "A"}])
def test_a_submission_that_is_none(value: Any) -> None:
    assert read_submission(answer(value), "A") is None


def test_a_page_instead_of_an_answer() -> None:
    with pytest.raises(ArchiveError, match="something else than JSON"):
        read_profile(answer(b"<html>log in to the network</html>"))
    with pytest.raises(ArchiveError, match="did not answer with an object"):
        read_profile(answer([]))
