"""How long a submission is watched, in hours that pass at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from fairsubmit.archives.biostudies.answers import SubmissionRecord
from fairsubmit.archives.biostudies.settings import Polling
from fairsubmit.archives.biostudies.watch import Ending, Watch, look
from fairsubmit.errors import ArchiveUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fairsubmit.archives.biostudies.client import Client

HOUR = 3600.0


@dataclass
class Archive:
    """An archive whose words depend on the time."""

    word: Callable[[float], str | None]
    errors: tuple[str, ...] = ()
    record: SubmissionRecord | None = None
    now: float = 0.0
    asked: list[float] = field(default_factory=list)

    def request_status(self, accession: str, version: int) -> str | None:
        self.asked.append(self.now)
        word = self.word(self.now)
        if word == "GONE":
            raise ArchiveUnavailableError("the archive cannot be reached")
        return word

    def request_errors(self, accession: str, version: int) -> tuple[str, ...]:
        return self.errors

    def submission(self, accession: str) -> SubmissionRecord | None:
        return self.record

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


def watch(archive: Archive, **polling: Any) -> Watch:
    return Watch(
        cast("Client", archive),
        "S-BIAD1",
        Polling(**polling),
        lambda _: None,
        sleep=archive.sleep,
        clock=lambda: archive.now,
    )


def test_a_long_deposit_is_waited_for_and_seldom_asked_about() -> None:
    words = ["SUBMITTED", "REQUESTED", "INDEXED", "FILES_COPIED", "PROCESSED"]
    archive = Archive(lambda now: words[min(int(now / (5 * HOUR)), 4)])
    assert watch(archive).until_final(taken=True) == Ending("PROCESSED")
    gaps = [b - a for a, b in zip(archive.asked, archive.asked[1:], strict=False)]
    assert gaps[0] == 2
    assert max(gaps) == 60
    assert len(archive.asked) < 20 * 60 + 50


def test_a_status_that_lasts_too_long() -> None:
    archive = Archive(lambda _: "FILES_COPIED")
    with pytest.raises(ArchiveUnavailableError, match="FILES_COPIED for 6 h"):
        watch(archive).until_final(taken=True)
    assert 6 * HOUR <= archive.now < 6.1 * HOUR


def test_a_lost_answer_that_was_obeyed_late() -> None:
    archive = Archive(lambda now: "DRAFT" if now < 800 else "POST_PROCESSED")
    known = Ending("DRAFT")
    found = watch(archive).until_final(taken=False, known=known)
    assert found.word == "POST_PROCESSED"


def test_a_lost_answer_that_never_was_obeyed() -> None:
    archive = Archive(lambda _: "DRAFT")
    with pytest.raises(ArchiveUnavailableError, match="still a draft"):
        watch(archive).until_final(taken=False, known=Ending("DRAFT"))
    assert archive.now >= 900


def test_a_lost_answer_that_was_no() -> None:
    archive = Archive(lambda _: "DRAFT", errors=("Release date cannot be in the past",))
    found = watch(archive).until_final(taken=False, known=Ending("DRAFT"))
    assert found.messages == archive.errors
    assert archive.now == 0


def test_messages_of_an_earlier_try_are_not_taken_for_new() -> None:
    words = {0: "INVALID", 1: "SUBMITTED"}
    archive = Archive(lambda now: words.get(int(now > 5), ""), errors=("old",))
    known = Ending("INVALID", ("old",))
    with pytest.raises(ArchiveUnavailableError, match="SUBMITTED"):
        watch(archive, stuck=100).until_final(taken=True, known=known)


def test_the_same_refusal_again_is_told_in_the_end() -> None:
    archive = Archive(lambda _: "INVALID", errors=("same",))
    known = Ending("INVALID", ("same",))
    assert watch(archive).until_final(taken=True, known=known) == known
    again = Archive(lambda now: "SUBMITTED" if now < 5 else "INVALID", errors=("same",))
    assert watch(again).until_final(taken=True, known=known) == known
    assert again.now < 60


def test_an_archive_out_of_reach() -> None:
    back = Archive(lambda now: "PROCESSED" if now > 800 else "GONE")
    assert watch(back).until_final(taken=True).word == "PROCESSED"
    gone = Archive(lambda now: "REQUESTED" if now < HOUR else "GONE")
    with pytest.raises(ArchiveUnavailableError, match="cannot be reached"):
        watch(gone).until_final(taken=True)
    assert HOUR + 840 <= gone.now < HOUR + 1000


@pytest.mark.parametrize(
    ("request_word", "record_word", "word"),
    [
        (None, None, "DRAFT"),
        (None, "PROCESSING", "PROCESSING"),
        ("DRAFT", None, "DRAFT"),
        ("INVALID", "PROCESSING", "PROCESSING"),  # another version is worked on
        ("INVALID", "PROCESSED", "PROCESSED"),
        ("INVALID", "INVALID", "INVALID"),
        ("REQUESTED", "PROCESSING", "REQUESTED"),
        ("LATER_INVENTED", None, "LATER_INVENTED"),
    ],
)
def test_where_it_stands(
    request_word: str | None, record_word: str | None, word: str
) -> None:
    record = SubmissionRecord("S-BIAD1", record_word) if record_word else None
    archive = Archive(lambda _: request_word, record=record)
    assert look(cast("Client", archive), "S-BIAD1").word == word
