"""One deposit: what it asks, what it refuses, and where a second run goes on.

The archive is a directory; what befalls it is written out below, by hand.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest

from fairsubmit.archives.directory import DirectoryArchive
from fairsubmit.deposit import journal_path, submit, verify
from fairsubmit.errors import (
    ArchiveError,
    ArchiveUnavailableError,
    ChecksumMismatchError,
    FileChangedError,
    MetadataError,
    QuotaExceededError,
)
from fairsubmit.findings import Finding, Severity
from fairsubmit.receipt import RemoteFile
from fairsubmit.testing.archive import example_bundle
from fairsubmit.testing.faults import FaultyTransport
from fairsubmit.transfer import Silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from fairsubmit.archives.base import Draft, Outcome
    from fairsubmit.bundle import Bundle
    from fairsubmit.receipt import Receipt
    from fairsubmit.transports.base import Properties, Transport

LARGEST = "raw/plate 1/cell-µ.tif"


class Heard(Silent):
    """Keeps what was said."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)


class Narrow(FaultyTransport):
    """A transport that takes small files only."""

    def __init__(self, inner: Transport, largest: int) -> None:
        super().__init__(inner, [])
        self._properties = dataclasses.replace(inner.properties, max_size=largest)

    @property
    def properties(self) -> Properties:
        return self._properties


class TroubledArchive(DirectoryArchive):
    """A directory archive with the troubles of a real one."""

    refusal: Finding | None = None
    lies = 0
    largest: int | None = None
    lost_answer: str = ""
    opened = 0

    def check(self, bundle: Bundle) -> Iterator[Finding]:
        yield from super().check(bundle)
        if self.refusal is not None:
            yield self.refusal

    def open(self, bundle: Bundle, token: str) -> Draft:
        self.opened += 1
        draft = super().open(bundle, token)
        self._lose("open")
        return draft

    def held(self, draft: Draft) -> Mapping[str, RemoteFile]:
        found = dict(super().held(draft))
        if self.lies and LARGEST in found:
            self.lies -= 1
            found[LARGEST] = RemoteFile(LARGEST, 1)
        return found

    def transport(self, draft: Draft) -> Transport:
        made = super().transport(draft)
        return made if self.largest is None else Narrow(made, self.largest)

    def submit(
        self, bundle: Bundle, draft: Draft, progress: Callable[[str], object]
    ) -> Outcome:
        outcome = super().submit(bundle, draft, progress)
        self._lose("submit")
        return outcome

    def _lose(self, what: str) -> None:
        if self.lost_answer == what:
            self.lost_answer = ""
            message = "the archive hung up"
            raise ArchiveUnavailableError(message, archive=self.name)


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return example_bundle(tmp_path / "made", release="2099-01-01")


@pytest.fixture
def archive(tmp_path: Path) -> TroubledArchive:
    return TroubledArchive(tmp_path / "area")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def deposits(tmp_path: Path) -> list[str]:
    area = tmp_path / "area"
    return sorted(path.name for path in area.iterdir()) if area.is_dir() else []


def state_of(archive: TroubledArchive, accession: str) -> str:
    return archive.status(accession).state


def refusal(severity: Severity) -> Finding:
    return Finding("DIR999", "not-today", severity, "not today", "submission.yaml")


def test_what_the_archive_would_refuse_is_not_begun(
    bundle: Bundle, archive: TroubledArchive, state: Path, tmp_path: Path
) -> None:
    archive.refusal = refusal(Severity.ERROR)
    with pytest.raises(
        MetadataError, match="would refuse this dataset: not today"
    ) as e:
        submit(bundle, archive, state=state)
    assert [finding.code for finding in e.value.findings] == ["DIR999"]
    assert deposits(tmp_path) == []
    assert not journal_path(state, archive, bundle.dataset.root).exists()


def test_what_the_archive_only_remarks_does_not_stop(
    bundle: Bundle, archive: TroubledArchive, state: Path
) -> None:
    archive.refusal = refusal(Severity.WARNING)
    assert submit(bundle, archive, state=state).accession == "DIR-0001"


def test_a_second_call_returns_the_same_receipt(
    bundle: Bundle, archive: TroubledArchive, state: Path, tmp_path: Path
) -> None:
    heard = Heard()
    first = submit(bundle, archive, state=state)
    assert submit(bundle, archive, state=state, progress=heard) == first
    assert heard.sentences == ["DIR-0001 was submitted already, unchanged since"]
    assert deposits(tmp_path) == ["DIR-0001"]


def test_a_dataset_that_changed_since_is_not_submitted_by_accident(
    bundle: Bundle, archive: TroubledArchive, state: Path, tmp_path: Path
) -> None:
    submit(bundle, archive, state=state)
    changed = example_bundle(tmp_path / "made", release="2098-01-01")
    with pytest.raises(ArchiveError, match="DIR-0001, and has changed since") as caught:
        submit(changed, archive, state=state)
    assert "--again" in str(caught.value.hint)
    assert deposits(tmp_path) == ["DIR-0001"]
    again = submit(changed, archive, state=state, again=True)
    assert again.accession == "DIR-0002"
    assert verify(again, archive).ok


def test_a_new_submission_that_was_interrupted_is_gone_on_with(
    bundle: Bundle, archive: TroubledArchive, state: Path, tmp_path: Path
) -> None:
    submit(bundle, archive, state=state)
    archive.lost_answer = "submit"
    with pytest.raises(ArchiveUnavailableError):
        submit(bundle, archive, state=state, again=True)
    receipt = submit(bundle, archive, state=state, again=True)
    assert receipt.accession == "DIR-0002"
    assert deposits(tmp_path) == ["DIR-0001", "DIR-0002"]


def test_a_draft_whose_answer_was_lost_is_found(
    bundle: Bundle, archive: TroubledArchive, state: Path, tmp_path: Path
) -> None:
    archive.lost_answer = "open"
    with pytest.raises(ArchiveUnavailableError):
        submit(bundle, archive, state=state)
    assert deposits(tmp_path) == ["DIR-0001"]
    receipt = submit(bundle, archive, state=state)
    assert (receipt.accession, archive.opened) == ("DIR-0001", 2)
    assert deposits(tmp_path) == ["DIR-0001"]


def test_what_was_handed_in_is_asked_for_and_not_sent_again(
    bundle: Bundle, archive: TroubledArchive, state: Path
) -> None:
    archive.lost_answer = "submit"
    with pytest.raises(ArchiveUnavailableError):
        submit(bundle, archive, state=state)
    heard = Heard()
    receipt = submit(bundle, archive, state=state, progress=heard)
    assert "an earlier run handed it in; asking how it went" in heard.sentences
    assert (receipt.accession, archive.opened) == ("DIR-0001", 1)
    assert verify(receipt, archive, read_back=True).ok


def test_a_file_that_is_listed_wrongly_is_sent_once_more(
    bundle: Bundle, archive: TroubledArchive, state: Path
) -> None:
    archive.lies = 1
    receipt = submit(bundle, archive, state=state)
    assert archive.lies == 0
    assert verify(receipt, archive, read_back=True).ok


def test_a_file_that_is_always_listed_wrongly_is_not_submitted(
    bundle: Bundle, archive: TroubledArchive, state: Path
) -> None:
    archive.lies = 1000
    with pytest.raises(ChecksumMismatchError, match="sent 2 times") as caught:
        submit(bundle, archive, state=state)
    assert LARGEST in str(caught.value)
    assert "nothing was submitted" in str(caught.value.hint)
    assert state_of(archive, "DIR-0001") == "DRAFT"
    archive.lies = 0
    assert submit(bundle, archive, state=state).accession == "DIR-0001"


def test_a_file_that_is_too_large_for_the_way_stops_before_the_first_byte(
    bundle: Bundle, archive: TroubledArchive, state: Path, tmp_path: Path
) -> None:
    archive.largest = 100_000
    with pytest.raises(QuotaExceededError, match="larger than the 100,000 bytes") as e:
        submit(bundle, archive, state=state)
    assert LARGEST in str(e.value)
    assert "--upload ftp" in str(e.value.hint)
    files = tmp_path / "area" / "DIR-0001" / "files"
    assert not [path for path in files.rglob("*") if path.is_file()]
    archive.largest = 300_000
    assert submit(bundle, archive, state=state).accession == "DIR-0001"


@pytest.mark.parametrize("what", ["image", "document"])
def test_what_changed_on_the_way_is_not_submitted(
    bundle: Bundle, archive: TroubledArchive, state: Path, what: str
) -> None:
    changed = (
        bundle.dataset.root / LARGEST
        if what == "image"
        else bundle.folder / bundle.documents.entries[0].path
    )

    class Touches(Silent):
        def end(self, path: str) -> None:
            if changed.as_posix().endswith(path):
                changed.write_bytes(changed.read_bytes() + b"!")

    with pytest.raises(FileChangedError) as caught:
        submit(bundle, archive, state=state, progress=Touches())
    assert changed.name in str(caught.value)
    assert state_of(archive, "DIR-0001") == "DRAFT"


@pytest.fixture
def receipt(bundle: Bundle, archive: TroubledArchive, state: Path) -> Receipt:
    return submit(bundle, archive, state=state)


def test_the_receipt_is_kept_with_the_state(receipt: Receipt, state: Path) -> None:
    (kept,) = (state / "receipts").iterdir()
    assert kept.name == "directory-DIR-0001.json"
    assert json.loads(kept.read_text(encoding="utf-8"))["accession"] == "DIR-0001"


@pytest.mark.parametrize(
    ("content", "code"), [(None, "VER101"), (b"short", "VER102"), (b"other", "VER103")]
)
def test_verify_names_what_differs(
    receipt: Receipt,
    archive: TroubledArchive,
    tmp_path: Path,
    content: bytes | None,
    code: str,
) -> None:
    stored = tmp_path / "area" / receipt.root / LARGEST
    size = stored.stat().st_size
    if content is None:
        stored.unlink()
    else:
        stored.write_bytes(content if code == "VER102" else content.ljust(size))
    findings = verify(receipt, archive, read_back=True).findings
    assert {(finding.code, finding.path) for finding in findings} == {(code, LARGEST)}
    assert all("write to the archive" in str(finding.help) for finding in findings)


def test_a_digest_that_the_archive_does_not_tell_is_read_back(
    receipt: Receipt, archive: TroubledArchive, tmp_path: Path
) -> None:
    class Tacit(TroubledArchive):
        def deposited(self, root: str, accession: str) -> Mapping[str, RemoteFile]:
            found = super().deposited(root, accession)
            return {p: RemoteFile(p, file.size) for p, file in found.items()}

    tacit = Tacit(tmp_path / "area")
    stored = tmp_path / "area" / receipt.root / LARGEST
    content = bytearray(stored.read_bytes())
    content[-1] ^= 1
    stored.write_bytes(content)
    assert verify(receipt, tacit).ok, "sizes agree, and nothing else is told"
    (finding,) = verify(receipt, tacit, read_back=True).findings
    assert (finding.code, finding.path) == ("VER103", LARGEST)
