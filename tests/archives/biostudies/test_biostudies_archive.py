"""Deposits in the embedded archive, undisturbed and disturbed."""

from __future__ import annotations

import logging
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.archives.biostudies import connect, log_in, log_out
from fairsubmit.archives.biostudies.client import Client
from fairsubmit.archives.biostudies.settings import Settings
from fairsubmit.errors import (
    ArchiveError,
    ArchiveUnavailableError,
    AuthenticationError,
    ConfigError,
    MissingCredentialError,
    SubmissionRejectedError,
)
from fairsubmit.rehearsal import Account, Faults
from fairsubmit.rehearsal.faults import (
    Answer,
    DropReply,
    InvalidLater,
    RevokeToken,
    SlowSubmit,
    StuckStatus,
    UnknownStatus,
)

if TYPE_CHECKING:
    from fairsubmit.bundle import Bundle
    from fairsubmit.findings import Finding

DRAFTS = "POST /submissions/drafts"
SUBMIT = "POST /submissions/drafts/*/submit"


def silent(_: str) -> None:
    pass


def line_of(finding: Finding, bundle: Bundle) -> str:
    assert finding.path is not None
    assert finding.line is not None
    text = (bundle.dataset.root / finding.path).read_text(encoding="utf-8")
    return text.split("\n")[finding.line - 1].strip()


# Undisturbed


@pytest.mark.parametrize("upload", ["form", "ftp"])
def test_a_whole_deposit(site: Any, bundle: Bundle, upload: str) -> None:
    archive = site.connect(upload=upload, study_url="http://127.0.0.1/studies")
    draft = archive.open(bundle, "attempt-1")
    assert draft.accession is not None
    assert draft.root == draft.accession == draft.key
    assert archive.held(draft) == {}
    site.send(archive, draft, bundle)
    expected = {item.entry.path: item.entry.size for item in bundle.items()}
    held = archive.held(draft)
    assert {path: file.size for path, file in held.items()} == expected
    said: list[str] = []
    outcome = archive.submit(bundle, draft, said.append)
    assert outcome.status.accepted
    assert outcome.status.final
    assert outcome.status.state in {"PROCESSED", "POST_PROCESSED"}
    assert outcome.status.url == f"http://127.0.0.1/studies/{draft.accession}"
    assert outcome.document == archive.render(bundle, draft)
    assert any("FILES_COPIED" in sentence for sentence in said)
    deposited = archive.deposited(draft.root, draft.accession)
    assert {path: file.size for path, file in deposited.items()} == expected
    assert site.events("draft created") == 1
    assert site.events("submitted") == 1
    stored = site.server.stored(draft.root)
    assert (stored / "movies/m2.tif").read_bytes() == b"three" * 1000


def test_two_deposits_of_one_account_do_not_meet(site: Any, make: Any) -> None:
    archive = site.connect()
    first, second = make(), make()
    one, two = site.sent(archive, first, "a"), archive.open(second, "b")
    assert one.root != two.root
    assert archive.held(two) == {}
    assert archive.submit(first, one, silent).status.accepted


def test_files_come_back_as_they_were_sent(site: Any, bundle: Bundle) -> None:
    archive = site.connect()
    draft = site.sent(archive, bundle)
    archive.submit(bundle, draft, silent)
    for item in bundle.items():
        blocks = archive.fetch(draft.root, draft.key, item.entry.path)
        assert b"".join(blocks) == item.local.read_bytes()


def test_files_come_from_the_study_once_the_folder_is_gone(
    site: Any, bundle: Bundle
) -> None:
    archive = site.connect()
    draft = site.sent(archive, bundle)
    while archive.submit(bundle, draft, silent).status.state != "POST_PROCESSED":
        pass
    shutil.rmtree(site.server.stored(draft.root))
    deposited = archive.deposited(draft.root, draft.key)
    assert deposited["movies/m2.tif"].size == 5000
    with pytest.raises(ArchiveError):
        list(archive.fetch(draft.root, draft.key, "movies/m2.tif"))
    release(site, draft.key)
    blocks = archive.fetch(draft.root, draft.key, "movies/m2.tif")
    assert b"".join(blocks) == b"three" * 1000


def release(site: Any, accession: str) -> None:
    client = Client(Settings(api_url=site.server.address, token="none"))
    client.session.request(
        "POST", "_release", idempotent=False, json={"accno": accession}
    )
    client.close()


def test_status_at_each_station(site: Any, bundle: Bundle) -> None:
    archive = site.connect()
    draft = archive.open(bundle, "attempt-1")
    before = archive.status(draft.key)
    assert (before.state, before.accepted) == ("DRAFT", False)
    site.send(archive, draft, bundle)
    archive.submit(bundle, draft, silent)
    after = archive.status(draft.key)
    assert after.accepted
    assert after.final
    with pytest.raises(ArchiveError, match="knows no submission S-BIAD1 "):
        archive.status("S-BIAD1")


def test_a_deposit_that_is_done_stays_one(site: Any, bundle: Bundle) -> None:
    archive = site.connect()
    draft = site.sent(archive, bundle)
    archive.submit(bundle, draft, silent)
    again = site.connect()
    assert again.reopen(draft) == draft
    assert again.submit(bundle, draft, silent).status.accepted
    assert site.events("submitted") == 1
    client = Client(Settings(**site.settings(), token=site.token()))
    assert list(client.drafts()) == []
    client.close()


# Drafts


def test_the_draft_of_an_attempt_is_found_among_many(site: Any, bundle: Bundle) -> None:
    client = Client(Settings(**site.settings(), token=site.token()))
    for _ in range(60):
        client.create_draft(b'{"type": "submission"}', "BioImages")
    archive = site.connect()
    first = archive.open(bundle, "mine")
    for _ in range(3):
        client.create_draft(b"[1, 2]", "BioImages")
    client.close()
    assert archive.open(bundle, "mine") == first
    assert archive.open(bundle, "another") != first
    assert site.events("draft created") == 65


def test_a_lost_answer_makes_no_second_draft(site: Any, bundle: Bundle) -> None:
    archive = site.connect()
    site.server.faults.set({"drop_reply": DropReply(endpoint=DRAFTS)})
    draft = archive.open(bundle, "attempt-1")
    assert site.events("draft created") == 1
    assert archive.reopen(draft) == draft


def test_an_answer_lost_with_the_network_makes_no_second_draft(
    site: Any, bundle: Bundle
) -> None:
    archive = site.connect()
    site.server.faults.set(
        {
            "drop_reply": DropReply(endpoint=DRAFTS),
            "bad_gateway": Answer(endpoint="GET /submissions/drafts", times=None),
        }
    )
    with pytest.raises(ArchiveUnavailableError):
        archive.open(bundle, "attempt-1")  # the look before cannot be had either
    assert site.events("draft created") == 0
    site.server.faults.reset()
    site.server.faults.set({"bad_gateway": Answer(endpoint=DRAFTS, times=1)})
    with pytest.raises(ArchiveUnavailableError) as caught:
        archive.open(bundle, "attempt-1")
    assert "same command again" in (caught.value.hint or "")
    assert site.events("draft created") == 0
    archive.open(bundle, "attempt-1")
    assert site.events("draft created") == 1


def test_a_draft_that_is_gone(site: Any, bundle: Bundle) -> None:
    archive = site.connect()
    draft = archive.open(bundle, "attempt-1")
    client = Client(Settings(**site.settings(), token=site.token()))
    client.delete_draft(draft.key)
    client.close()
    with pytest.raises(ArchiveError, match="no longer has the draft"):
        archive.reopen(draft)


def test_no_right_to_submit_is_said_before_anything(
    make_site: Any, bundle: Bundle
) -> None:
    site = make_site(accounts=[Account("bo@example.org", collections=())])
    with pytest.raises(ArchiveError, match="may not submit to BioImages") as caught:
        site.connect().open(bundle, "attempt-1")
    assert "bioimage-archive@ebi.ac.uk" in (caught.value.hint or "")
    assert site.events("draft created") == 0


# Accounts


def test_who_am_i(site: Any) -> None:
    assert site.connect().whoami() == "Ada Example <ada@example.org>"


def test_wrong_password(site: Any) -> None:
    with pytest.raises(AuthenticationError, match="e-mail address with this password"):
        log_in(site.settings(), site.server.email, "wrong")


def test_an_account_without_user_name(make_site: Any) -> None:
    site = make_site(faults=Faults(null_username=True))
    assert site.token()


def test_log_out_ends_the_session(site: Any) -> None:
    token = site.token()
    log_out({**site.settings(), "token": token})
    with pytest.raises(AuthenticationError) as caught:
        site.connect(token=token).whoami()
    assert "fairsubmit login" in (caught.value.hint or "")


@pytest.mark.parametrize("status", [401, 500])
def test_a_wrong_token(make_site: Any, status: int) -> None:
    site = make_site(faults=Faults(wrong_token=status))
    with pytest.raises(AuthenticationError):
        site.connect(token="wrong").whoami()


def test_no_token(site: Any, bundle: Bundle) -> None:
    archive = connect(site.settings())
    with pytest.raises(MissingCredentialError) as caught:
        archive.whoami()
    assert "fairsubmit login" in (caught.value.hint or "")
    assert list(archive.check(bundle)) == []
    archive.close()


def run(site: Any, archive: Any, bundle: Bundle, known: list[Any]) -> bool:
    """Do what a run does; `known` is what its journal would hold."""
    draft = archive.reopen(known[0]) if known else archive.open(bundle, "attempt-1")
    known[:] = [draft]
    if archive.status(draft.key).state == "DRAFT":
        site.send(archive, draft, bundle)
    return bool(archive.submit(bundle, draft, silent).status.accepted)


@pytest.mark.parametrize("after", range(0, 33, 3))
def test_a_session_that_ends_midway_loses_nothing(
    site: Any, bundle: Bundle, after: int
) -> None:
    known: list[Any] = []
    archive = site.connect()
    site.server.faults.set({"revoke_token": RevokeToken(after_requests=after)})
    with pytest.raises(AuthenticationError) as caught:
        run(site, archive, bundle, known)
    assert "fairsubmit login" in (caught.value.hint or "")
    site.server.faults.reset()
    assert run(site, site.connect(), bundle, known)
    assert site.events("draft created") == 1
    assert site.events("submitted") == 1


# Submitting, disturbed


@pytest.mark.parametrize("accepted_first", [True, False])
def test_a_submission_slower_than_our_patience_is_handed_in_once(
    site: Any, bundle: Bundle, accepted_first: bool
) -> None:
    archive = site.connect(submit_timeout=0.3)
    draft = site.sent(archive, bundle)
    slow = SlowSubmit(seconds=1.2, accepted_first=accepted_first)
    site.server.faults.set({"slow_submit": slow})
    assert archive.submit(bundle, draft, silent).status.accepted
    assert site.events("submitted") == 1


def test_a_submission_whose_answer_is_lost(site: Any, bundle: Bundle) -> None:
    archive = site.connect()
    draft = site.sent(archive, bundle)
    site.server.faults.set({"drop_reply": DropReply(endpoint=SUBMIT)})
    assert archive.submit(bundle, draft, silent).status.accepted
    assert site.events("submitted") == 1


def test_a_run_that_ends_while_the_archive_works(site: Any, bundle: Bundle) -> None:
    class Killed(BaseException):
        pass

    def killed(sentence: str) -> None:
        if "REQUESTED" in sentence:
            raise Killed

    archive = site.connect()
    draft = site.sent(archive, bundle)
    with pytest.raises(Killed):
        archive.submit(bundle, draft, killed)
    again = site.connect()
    assert again.submit(bundle, again.reopen(draft), silent).status.accepted
    assert site.events("submitted") == 1


def test_a_second_run_while_the_archive_checks(site: Any, bundle: Bundle) -> None:
    archive = site.connect(submit_timeout=0.2, polling={"settle": 0.05})
    draft = site.sent(archive, bundle)
    site.server.faults.set({"slow_submit": SlowSubmit(seconds=1.5)})
    with pytest.raises(ArchiveUnavailableError, match="still a draft"):
        archive.submit(bundle, draft, silent)
    again = site.connect()
    assert again.submit(bundle, draft, silent).status.accepted
    assert site.events("submitted") == 1


def test_a_submission_that_never_arrived(site: Any, bundle: Bundle) -> None:
    archive = site.connect(polling={"settle": 0.05})
    draft = site.sent(archive, bundle)
    site.server.faults.set({"internal_error": Answer(endpoint=SUBMIT)})
    with pytest.raises(ArchiveUnavailableError) as caught:
        archive.submit(bundle, draft, silent)
    assert "same command again" in (caught.value.hint or "")
    assert site.events("submitted") == 0
    assert archive.submit(bundle, draft, silent).status.accepted
    assert site.events("submitted") == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"bad_gateway": Answer(endpoint="POST /submissions/fileLists/*", times=2)},
        {"unavailable": Answer(endpoint="PUT /submissions/drafts/*", times=2)},
        {"too_many_requests": Answer(endpoint="POST /files/user/query", times=2)},
        {"drop_reply": DropReply(endpoint="PUT /submissions/drafts/*", times=2)},
        {"unknown_status": UnknownStatus(times=3)},
    ],
)
def test_what_passes_by_itself_is_waited_for(
    site: Any, bundle: Bundle, fault: dict[str, Any]
) -> None:
    archive = site.connect()
    draft = site.sent(archive, bundle)
    site.server.faults.set(fault)
    archive.held(draft)
    assert archive.submit(bundle, draft, silent).status.accepted
    assert site.events("submitted") == 1


@pytest.mark.parametrize("kind", ["bad_gateway", "internal_error"])
def test_an_archive_that_goes_away_for_a_while(
    site: Any, bundle: Bundle, kind: str
) -> None:
    archive = site.connect()
    draft = site.sent(archive, bundle)
    gone = Answer(endpoint="GET /submissions/requests/*", times=12)
    said: list[str] = []

    def leave(sentence: str) -> None:
        said.append(sentence)
        if "SUBMITTED" in sentence:
            site.server.faults.set({kind: gone})

    assert archive.submit(bundle, draft, leave).status.accepted
    assert any("still asking" in sentence for sentence in said)


def test_an_archive_that_goes_away_for_good(site: Any, bundle: Bundle) -> None:
    archive = site.connect(polling={"offline": 0.2})
    draft = site.sent(archive, bundle)
    gone = Answer(endpoint="GET /submissions/*", times=None)

    def leave(sentence: str) -> None:
        if "SUBMITTED" in sentence:
            site.server.faults.set({"bad_gateway": gone})

    with pytest.raises(ArchiveUnavailableError):
        archive.submit(bundle, draft, leave)
    site.server.faults.reset()
    assert archive.submit(bundle, draft, silent).status.accepted


def test_a_stuck_submission_says_whom_to_write_to(site: Any, bundle: Bundle) -> None:
    archive = site.connect(polling={"stuck": 0.3})
    draft = site.sent(archive, bundle)
    site.server.faults.set({"stuck_status": StuckStatus(status="REQUESTED")})
    with pytest.raises(ArchiveUnavailableError) as caught:
        archive.submit(bundle, draft, silent)
    message, hint = caught.value.message, caught.value.hint or ""
    assert draft.key in message
    assert "REQUESTED" in message
    assert "biostudies@ebi.ac.uk" in hint
    assert "bioimage-archive@ebi.ac.uk" in hint
    status = archive.status(draft.key)
    assert (status.state, status.final, status.accepted) == ("REQUESTED", False, False)
    site.server.faults.reset()
    assert archive.submit(bundle, draft, silent).status.accepted
    assert site.events("submitted") == 1


# Refused


def test_invalid_later_points_at_the_line_and_can_be_corrected(
    site: Any, bundle: Bundle
) -> None:
    archive = site.connect()
    draft = site.sent(archive, bundle)
    words = "The organization 'o9' affiliated to the author 'Bo O'Example' could not "
    words += "be found"
    site.server.faults.set({"invalid_later": InvalidLater(errors=(words,))})
    with pytest.raises(SubmissionRejectedError) as caught:
        archive.submit(bundle, draft, silent)
    (finding,) = caught.value.findings
    assert line_of(finding, bundle) == "affiliations: [lab]"
    assert words in (caught.value.server_message or "")
    status = archive.status(draft.key)
    assert (status.state, status.messages) == ("INVALID", (words,))
    assert archive.submit(bundle, draft, silent).status.accepted
    assert site.events("draft created") == 1


@pytest.mark.parametrize("later", [False, True])
def test_a_release_date_in_the_past(make_site: Any, make: Any, later: bool) -> None:
    site = make_site(faults=Faults(async_mode=later))
    archive = site.connect()
    bad = make(('release_date: "', 'release_date: "2020-01-01" #'))
    draft = site.sent(archive, bad)
    with pytest.raises(SubmissionRejectedError) as caught:
        archive.submit(bad, draft, silent)
    (finding,) = caught.value.findings
    assert finding.code == "BIA205"
    assert line_of(finding, bad).startswith("release_date:")
    assert finding.place in caught.value.message
    good = make()
    site.send(archive, draft, good)
    assert archive.submit(good, draft, silent).status.accepted
    assert site.events("draft created") == 1


def test_missing_files_of_all_lists_at_once(site: Any, bundle: Bundle) -> None:
    archive = site.connect()
    draft = site.sent(archive, bundle)
    stored = site.server.stored(draft.root)
    (stored / "movies/m1.tif").unlink()
    (stored / "masks/m2.tif").unlink()
    with pytest.raises(SubmissionRejectedError) as caught:
        archive.submit(bundle, draft, silent)
    first, second = caught.value.findings
    assert {first.code, second.code} == {"BIA202"}
    assert line_of(first, bundle) == 'include: ["movies/*.tif"]'
    assert line_of(second, bundle) == "masks/m2.tif\tmovies/m2.tif"
    assert site.events("submitted") == 0
    site.send(archive, draft, bundle)
    assert archive.submit(bundle, draft, silent).status.accepted


def test_a_file_list_that_arrived_broken(site: Any, bundle: Bundle) -> None:
    archive = site.connect()
    draft = site.sent(archive, bundle)
    lists = {item.pointer: item.path for item in bundle.file_lists}
    place = site.server.stored(draft.root) / lists["/annotations/0"]
    place.write_text("Dateien\nmasks/m1.tif\n", encoding="utf-8")
    with pytest.raises(SubmissionRejectedError) as caught:
        archive.submit(bundle, draft, silent)
    (finding,) = caught.value.findings
    assert finding.code == "BIA204"
    assert line_of(finding, bundle) == "files: {table: masks.tsv}"


def test_a_path_that_the_archive_refuses(site: Any, make: Any) -> None:
    files = {
        "movies/a#1.tif": b"1",
        "movies/m1.tif": b"1",
        "masks/m1.tif": b"1",
        "masks/m2.tif": b"2",
    }
    bundle = make(files=files)
    archive = site.connect()
    assert "FIL104" in [finding.code for finding in archive.check(bundle)]
    draft = site.sent(archive, bundle)
    with pytest.raises(SubmissionRejectedError) as caught:
        archive.submit(bundle, draft, silent)
    (finding,) = caught.value.findings
    assert finding.code == "BIA203"
    assert line_of(finding, bundle) == 'include: ["movies/*.tif"]'


# Ways to send


def test_ftp_needs_its_password(site: Any, bundle: Bundle) -> None:
    archive = site.connect(upload="ftp", ftp_password=None)
    draft = archive.open(bundle, "attempt-1")
    with pytest.raises(ConfigError, match="ftp_password"):
        archive.transport(draft)


def test_auto_takes_ftp_where_its_password_is_known(site: Any, bundle: Bundle) -> None:
    archive = site.connect(upload="auto")
    draft = site.sent(archive, bundle)
    protocols = {
        transfer["protocol"]
        for upload in site.server.statistics.report()["uploads"].values()
        for transfer in upload["transfers"]
    }
    assert protocols == {"ftp"}
    plain = site.connect(upload="auto", ftp_password=None)
    transport = plain.transport(draft)
    assert not transport.properties.resumable
    transport.close()


@pytest.mark.parametrize("kind", ["ftp", "nfs"])
def test_both_kinds_of_user_folder(make_site: Any, bundle: Bundle, kind: str) -> None:
    site = make_site(upload_type=kind, secret_prefix="private")
    archive = site.connect(upload="ftp")
    draft = site.sent(archive, bundle)
    assert (site.server.stored(draft.root) / "movies/m1.tif").is_file()


# Secrets


def test_no_secret_is_said_logged_or_raised(
    site: Any, bundle: Bundle, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = site.token()
    said: list[str] = []
    archive = site.connect(token=token, upload="ftp")
    draft = site.sent(archive, bundle)
    archive.submit(bundle, draft, said.append)
    site.server.faults.set({"revoke_token": RevokeToken(after_requests=0)})
    with pytest.raises(AuthenticationError):
        archive.whoami()
    texts = [*said, caplog.text, repr(archive), repr(draft), repr(archive.__dict__)]
    secrets = (token, site.server.password, site.server.account.secret)
    for text in texts:
        assert not any(secret in text for secret in secrets)
