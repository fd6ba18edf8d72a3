"""Handing a deposit in.

Files and rules are checked before the answer to the submission (``asyncMode: false``),
which takes the archive minutes for long lists: an answer may be lost although the
submission was taken. So nothing is ever handed in twice: first we look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.archives.base import Outcome, Status
from fairsubmit.archives.biostudies.explain import explain
from fairsubmit.archives.biostudies.refusals import RefusalError
from fairsubmit.archives.biostudies.settings import NAME
from fairsubmit.archives.biostudies.watch import DONE, EDITABLE, look
from fairsubmit.errors import ArchiveUnavailableError, SubmissionRejectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fairsubmit.archives.biostudies.client import Client
    from fairsubmit.archives.biostudies.watch import Ending, Watch
    from fairsubmit.bundle import Bundle, FileList
    from fairsubmit.findings import Finding

__all__ = ["Handover"]

# SubmissionSubmitter.kt and SubmissionDraftResource.kt: an earlier try was obeyed.
_BUSY = ("is currently being processed", "is being processed")
_UNSAID = ("no reason given",)


class Handover:
    """One deposit on its way from a draft with files to the final word.

    Parameters
    ----------
    client
        The account.
    bundle
        What was sent, for the places of what the archive complains of.
    accession
        The draft's key.
    root
        ``RootPath``: folder of the deposit in the file area.
    watch
        Follows the submission.
    say
        Told of every step.
    """

    def __init__(
        self,
        client: Client,
        bundle: Bundle,
        *,
        accession: str,
        root: str,
        watch: Watch,
        say: Callable[[str], object],
    ) -> None:
        self._client = client
        self._bundle = bundle
        self._accession = accession
        self._root = root
        self._watch = watch
        self._say = say

    def run(self, document: bytes, page: str | None) -> Outcome:
        """Check, hand in and wait; goes on where an earlier run stopped.

        Parameters
        ----------
        document
            The submission as PageTab.
        page
            Where a person will find it.

        Raises
        ------
        SubmissionRejectedError
            If the archive refuses it.
        ArchiveUnavailableError
            If no final word came.
        """
        taken, known = True, look(self._client, self._accession)
        if known.word in EDITABLE:
            self._check(document)
            taken, known = self._hand_in(document, known)
        word, messages = self._watch.until_final(taken=taken, known=known)
        if word not in DONE:
            raise self._rejected(explain(messages or _UNSAID, self._bundle), messages)
        status = Status(self._accession, word, final=True, accepted=True, url=page)
        return Outcome(status, document)

    def _check(self, document: bytes) -> None:
        """Have the archive read the document, then every file list.

        Raises
        ------
        SubmissionRejectedError
            If it cannot; all lists are read first, so that one run shows all.
        """
        try:
            self._client.check_pagetab(document)
        except RefusalError as error:
            raise self._refused(error) from error
        findings: list[Finding] = []
        said: list[str] = []
        lists = self._bundle.file_lists
        for number, item in enumerate(lists, start=1):
            self._say(f"the archive checks file list {number} of {len(lists)}")
            messages = self._refusals_of(item)
            findings += explain(messages, self._bundle, about=item)
            said += messages
        if findings:
            raise self._rejected(findings, said)

    def _refusals_of(self, item: FileList) -> tuple[str, ...]:
        try:
            self._client.validate_list(item.path, self._root)
        except RefusalError as error:
            return error.messages
        return ()

    def _hand_in(self, document: bytes, known: Ending) -> tuple[bool, Ending]:
        """Put the document in the draft and submit it, once.

        Returns
        -------
        tuple
            Whether the archive said that it took it, and how it stood before.

        Raises
        ------
        SubmissionRejectedError
            If it did not.
        """
        try:
            self._client.replace_draft(self._accession, document)
        except RefusalError as error:
            return self._obeyed_before(error), known
        known = look(self._client, self._accession)
        self._say(f"handing {self._accession} in")
        try:
            self._client.submit_draft(self._accession)
        except RefusalError as error:
            return self._obeyed_before(error), known
        except ArchiveUnavailableError as error:
            self._say(f"{error.message}; looking whether the submission arrived")
            return False, known
        return True, known

    def _obeyed_before(self, error: RefusalError) -> bool:
        """Whether a refusal only says that an earlier run handed the draft in.

        Raises
        ------
        SubmissionRejectedError
            If it says anything else.
        """
        if any(words in m for m in error.messages for words in _BUSY):
            self._say(f"an earlier run handed {self._accession} in")
            return True
        raise self._refused(error) from error

    def _refused(self, error: RefusalError) -> SubmissionRejectedError:
        return self._rejected(explain(error.messages, self._bundle), error.messages)

    def _rejected(
        self, findings: Sequence[Finding], said: Sequence[str]
    ) -> SubmissionRejectedError:
        first = findings[0]
        place = f"{first.place}: " if first.line is not None else ""
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        return SubmissionRejectedError(
            f"{NAME} refused {self._accession}: {place}{first.message}{more}",
            findings=findings,
            archive=NAME,
            server_message="; ".join(said) or None,
            hint="correct the places shown, then run the same command again: "
            f"{self._accession} is kept and nothing is sent twice",
        )
