"""Following a submission to the archive's final word.

The way of a submission is RequestStatus.kt's: DRAFT, then SUBMITTED and more words
while it is worked on, then PROCESSED and POST_PROCESSED, or INVALID, which can be
edited again. A word that is not known counts as "being worked on".
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.archives.biostudies.codes import CURATORS, OPERATORS
from fairsubmit.archives.biostudies.settings import NAME
from fairsubmit.errors import ArchiveUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fairsubmit.archives.biostudies.client import Client
    from fairsubmit.archives.biostudies.settings import Polling

__all__ = ["DONE", "EDITABLE", "FIRST_VERSION", "Ending", "Watch", "look"]

DRAFT, INVALID = "DRAFT", "INVALID"
EDITABLE = frozenset({DRAFT, INVALID})
DONE = frozenset({"PROCESSED", "POST_PROCESSED"})
# A deposit is made once: what is handed in first is version 1 until it is processed.
FIRST_VERSION = 1
_AGAIN = "run the same command again: it goes on from here, nothing is sent twice"


class Ending(NamedTuple):
    """How it went: a word of `DONE`, or of `EDITABLE` with the archive's messages."""

    word: str
    messages: tuple[str, ...] = ()


def look(client: Client, accession: str) -> Ending:
    """Return where a new submission stands, with the archive's messages if it ended.

    The request of the first version tells most exactly; where that is no longer, or
    not yet, being worked on, the submission itself is asked too.
    """
    word = client.request_status(accession, FIRST_VERSION)
    if word is None or word in EDITABLE:
        record = client.submission(accession)
        if record is not None and (word is None or record.status not in EDITABLE):
            word = record.status
    word = word or DRAFT
    if word not in EDITABLE:
        return Ending(word)
    return Ending(word, client.request_errors(accession, FIRST_VERSION))


class Watch:
    """Asks again and again how a submission stands, ever more rarely.

    Parameters
    ----------
    client
        The account.
    accession
        The submission.
    polling
        How patient we are.
    say
        Told whenever something changes.
    sleep, clock
        How time passes, in seconds.
    """

    def __init__(
        self,
        client: Client,
        accession: str,
        polling: Polling,
        say: Callable[[str], object],
        *,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._accession = accession
        self._polling = polling
        self._say = say
        self._sleep = sleep
        self._clock = clock

    def until_final(self, *, taken: bool, known: Ending | None = None) -> Ending:
        """Wait until the submission is processed or refused.

        Parameters
        ----------
        taken
            Whether the archive is known to have taken it; otherwise the answer was
            lost, and it may be checking still or never have heard of it.
        known
            How it stood before it was handed in: the end of an earlier try, which
            says nothing about this one.

        Raises
        ------
        ArchiveUnavailableError
            If the archive is out of reach, or nothing moves for too long.
        """
        word, wait, worked_on = "", self._polling.first, False
        moved = heard = self._clock()
        while True:
            seen = self._seen(heard)
            if seen is not None:
                heard = self._clock()
                if seen.word != word:
                    word, wait, moved = seen.word, self._polling.first, heard
                    self._tell(word)
                worked_on = worked_on or word not in EDITABLE
                if _is_end(seen, None if worked_on else known):
                    return seen
                if word == INVALID and heard - moved >= self._polling.settle:
                    return seen
                self._check_moving(word, heard - moved, taken=taken or worked_on)
            self._sleep(wait)
            wait = min(self._polling.longest, wait * self._polling.factor)

    def _seen(self, heard: float) -> Ending | None:
        """Look once; ``None`` while the archive is out of reach, for a while.

        Raises
        ------
        ArchiveUnavailableError
            If it is out of reach for too long.
        """
        try:
            return look(self._client, self._accession)
        except ArchiveUnavailableError as error:
            if self._clock() - heard >= self._polling.offline:
                raise
            self._say(f"{error.message}; still asking")
            return None

    def _tell(self, word: str) -> None:
        if word not in EDITABLE:
            self._say(f"{self._accession}: {word}")

    def _check_moving(self, word: str, still: float, *, taken: bool) -> None:
        """Stop waiting when a status lasts too long.

        Raises
        ------
        ArchiveUnavailableError
            If it does.
        """
        if word in EDITABLE:
            if still >= self._polling.settle:
                raise self._not_taken(taken=taken)
            return
        if still >= self._polling.stuck:
            message = (
                f"{self._accession} has stood at {word} for {_duration(still)} "
                "without progress"
            )
            hint = (
                f"run `fairsubmit status {self._accession}` later; if it does not "
                f"move, write to {OPERATORS} or {CURATORS} with accession and status"
            )
            raise ArchiveUnavailableError(message, archive=NAME, hint=hint)

    def _not_taken(self, *, taken: bool) -> ArchiveUnavailableError:
        message = (
            f"{NAME} took {self._accession} and made it a draft again without a reason"
            if taken
            else f"{NAME} gave no answer to {self._accession}, which is still a draft"
        )
        return ArchiveUnavailableError(message, archive=NAME, hint=_AGAIN)


def _is_end(seen: Ending, known: Ending | None) -> bool:
    """Whether what is seen will not change by itself any more."""
    if seen.word in DONE:
        return True
    refused = seen.word == INVALID or (seen.word == DRAFT and bool(seen.messages))
    return refused and seen != known


def _duration(seconds: float) -> str:
    """Say a duration in words."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
