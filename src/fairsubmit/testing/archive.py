"""What every archive has to do: one suite for all of them.

Subclass `ArchiveContract` in a test module, give it the fixture ``archive``, and run
it against a real server or its rehearsal double. What is tested here is what a
deposit relies on, whatever stops it on the way.
"""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING

import pytest

from fairsubmit.archives.base import Draft
from fairsubmit.bundle import make_bundle
from fairsubmit.dataset import open_dataset
from fairsubmit.errors import ArchiveError, SubmissionRejectedError
from fairsubmit.findings import Severity
from fairsubmit.testing.dataset import write_submission
from fairsubmit.transfer import Action, Journal, Plan, Silent, make_plan, transfer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from fairsubmit.archives.base import Archive, Outcome
    from fairsubmit.bundle import Bundle

__all__ = ["ArchiveContract", "deposit_files", "example_bundle"]


def example_bundle(
    folder: Path,
    files: Mapping[str, bytes] | None = None,
    *,
    release: str | None = None,
) -> Bundle:
    """Write a small dataset and return its bundle.

    Parameters
    ----------
    folder
        Where the dataset and the bundle's documents go, in folders of their own.
    files
        Content by path below ``raw/``; three files by default, one of them empty.
    release
        Release date; a month from now by default.
    """
    chance = random.Random(3)  # noqa: S311 - the same bytes each time
    if files is None:
        files = {
            "plate 1/cell-µ.tif": chance.randbytes(300_000),
            "plate 1/cell2.tif": chance.randbytes(70_000),
            "plate 2/empty.txt": b"",
        }
    dataset = folder / "dataset"
    for path, content in files.items():
        place = dataset / "raw" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    write_submission(dataset, release=release)
    return make_bundle(open_dataset(dataset), folder=folder / "bundle")


def deposit_files(
    bundle: Bundle, archive: Archive, draft: Draft, state: Path, *, leave: str = ""
) -> None:
    """Send a bundle's files to a draft.

    Parameters
    ----------
    bundle, archive, draft
        What, and where to.
    state
        Folder for the journal.
    leave
        Path of a file not to send.
    """
    plan = make_plan(bundle, archive.held(draft))
    steps = tuple(step for step in plan.steps if step.item.entry.path != leave)
    transport = archive.transport(draft)
    try:
        with Journal.open(state / f"{draft.key}.jsonl") as journal:
            transfer(Plan(steps), transport, journal=journal, progress=Silent())
    finally:
        transport.close()


def _ignore(_: str) -> None:
    """Tell nobody."""


class ArchiveContract:
    """The suite; its subclasses are tests.

    Fixtures to give:

    ``archive``
        The archive, as an account that may deposit.

    Fixtures that may be given:

    ``bundle``
        What is deposited; `example_bundle` by default.
    """

    #: Words that may stand in no draft, no representation and no message.
    secrets: Sequence[str] = ()
    #: False where the archive hands files out only after their release.
    hands_out: bool = True

    @pytest.fixture
    def archive(self) -> Iterator[Archive]:
        """Return the archive under test.

        Raises
        ------
        NotImplementedError
            Until a subclass gives one.
        """
        raise NotImplementedError

    @pytest.fixture
    def bundle(self, tmp_path: Path) -> Bundle:
        """Return what is deposited."""
        return example_bundle(tmp_path / "made")

    @pytest.fixture
    def draft(self, archive: Archive, bundle: Bundle) -> Draft:
        """Return a new draft."""
        return archive.open(bundle, "token-of-the-draft")

    @pytest.fixture
    def submitted(
        self, archive: Archive, bundle: Bundle, draft: Draft, tmp_path: Path
    ) -> Outcome:
        """Return the outcome of a whole deposit."""
        deposit_files(bundle, archive, draft, tmp_path / "state")
        return archive.submit(bundle, draft, _ignore)

    def test_it_has_a_name_an_address_and_an_account(self, archive: Archive) -> None:
        """All three are said, and no secret with them."""
        assert archive.name
        assert archive.endpoint
        assert archive.whoami()
        for secret in self.secrets:
            assert secret not in f"{archive.name} {archive.endpoint} {archive!r}"

    def test_a_good_bundle_passes_the_check(
        self, archive: Archive, bundle: Bundle
    ) -> None:
        """No error is found, and each finding says what to do."""
        findings = list(archive.check(bundle))
        assert [f for f in findings if f.severity is Severity.ERROR] == []
        assert all(finding.help for finding in findings)

    def test_rendering_is_pure(
        self, archive: Archive, bundle: Bundle, draft: Draft
    ) -> None:
        """The same bundle and draft give the same bytes."""
        document = archive.render(bundle, draft)
        assert document == archive.render(bundle, draft)
        assert bundle.submission.study.title.encode() in document

    def test_a_lost_draft_is_found_by_its_token(
        self, archive: Archive, bundle: Bundle, draft: Draft
    ) -> None:
        """Asking again with the same token makes no second draft."""
        again = archive.open(bundle, "token-of-the-draft")
        assert (again.key, again.root) == (draft.key, draft.root)

    def test_another_token_is_another_draft(
        self, archive: Archive, bundle: Bundle, draft: Draft
    ) -> None:
        """Two deposits of one dataset do not meet."""
        other = archive.open(bundle, "another-token")
        assert other.key != draft.key
        assert (other.root, other.accession) != (draft.root, draft.accession)

    def test_a_draft_is_opened_again(self, archive: Archive, draft: Draft) -> None:
        """What the journal keeps of a draft is enough, and holds no secret."""
        kept = Draft(draft.key, draft.accession, draft.root, dict(draft.notes))
        again = archive.reopen(kept)
        assert (again.key, again.root) == (draft.key, draft.root)
        for secret in self.secrets:
            assert secret not in repr(kept)

    def test_a_draft_that_is_not_there_is_missed(
        self, archive: Archive, draft: Draft
    ) -> None:
        """It is said in one sentence."""
        gone = Draft(draft.key + "9", draft.accession, draft.root, dict(draft.notes))
        with pytest.raises(ArchiveError) as caught:
            archive.reopen(gone)
        assert "\n" not in str(caught.value)

    def test_a_new_draft_holds_nothing(self, archive: Archive, draft: Draft) -> None:
        """Before the first file, no file is listed and nothing is accepted."""
        assert archive.held(draft) == {}
        status = archive.status(draft.accession or draft.key)
        assert (status.state, status.accepted) == ("DRAFT", False)

    def test_it_holds_what_was_sent(
        self, archive: Archive, bundle: Bundle, draft: Draft, tmp_path: Path
    ) -> None:
        """All files are listed with their size, and nothing else is."""
        deposit_files(bundle, archive, draft, tmp_path / "state")
        held = archive.held(draft)
        assert {path: file.size for path, file in held.items()} == {
            item.entry.path: item.entry.size for item in bundle.items()
        }
        assert all(file.path == path for path, file in held.items())
        plan = make_plan(bundle, held)
        assert plan.count(Action.SEND) == 0

    def test_an_incomplete_deposit_is_rejected(
        self, archive: Archive, bundle: Bundle, draft: Draft, tmp_path: Path
    ) -> None:
        """The missing file is named, and the deposit stays a draft to go on with."""
        missing = bundle.manifest.entries[0].path
        deposit_files(bundle, archive, draft, tmp_path / "state", leave=missing)
        with pytest.raises(SubmissionRejectedError) as caught:
            archive.submit(bundle, draft, _ignore)
        assert caught.value.findings
        assert any(missing in finding.message for finding in caught.value.findings)
        assert not archive.status(draft.accession or draft.key).accepted
        deposit_files(bundle, archive, draft, tmp_path / "state")
        outcome = archive.submit(bundle, draft, _ignore)
        assert outcome.status.accepted

    def test_a_submission_is_accepted(
        self, archive: Archive, bundle: Bundle, draft: Draft, submitted: Outcome
    ) -> None:
        """It has an accession, is final, and its document can be digested again."""
        status = submitted.status
        assert status.accession
        assert (status.final, status.accepted) == (True, True)
        assert submitted.document == archive.render(bundle, draft)
        again = archive.status(status.accession)
        assert (again.state, again.accepted) == (status.state, True)

    def test_the_archive_says_what_it_does(
        self, archive: Archive, bundle: Bundle, draft: Draft, tmp_path: Path
    ) -> None:
        """A person who waits is told of each change of state."""
        deposit_files(bundle, archive, draft, tmp_path / "state")
        said: list[str] = []
        archive.submit(bundle, draft, said.append)
        assert said
        assert all(sentence and "\n" not in sentence for sentence in said)

    def test_what_was_deposited_is_listed(
        self, archive: Archive, bundle: Bundle, draft: Draft, submitted: Outcome
    ) -> None:
        """`verify` finds every file, with its size and, where told, its digest."""
        found = archive.deposited(draft.root, submitted.status.accession)
        for item in bundle.items():
            entry, remote = item.entry, found[item.entry.path]
            assert remote.size == entry.size
            for algorithm, digest in remote.digests.items():
                assert getattr(entry, algorithm, digest) == digest

    def test_what_was_deposited_can_be_read_back(
        self, archive: Archive, bundle: Bundle, draft: Draft, submitted: Outcome
    ) -> None:
        """The bytes are the source's; where the archive keeps them, it says so."""
        accession = submitted.status.accession
        for item in bundle.items():
            digest = hashlib.sha256()
            try:
                for block in archive.fetch(draft.root, accession, item.entry.path):
                    digest.update(block)
            except ArchiveError:
                assert not self.hands_out
            else:
                assert digest.hexdigest() == item.entry.sha256

    def test_a_submission_that_is_not_there_is_missed(self, archive: Archive) -> None:
        """Of an unknown accession there is no status."""
        with pytest.raises(ArchiveError):
            archive.status("NOT-AN-ACCESSION-999999")
