"""The calls of the BioStudies submission API, one method each; no policy.

Which calls may be made twice (``idempotent``): reading, listing, deleting and
replacing a draft, and the checks that make nothing. Never the ones that allocate an
accession (``POST /submissions/drafts``) or hand a submission in: their answers may be
lost although they were obeyed, and whoever calls them has to look first.
"""

from __future__ import annotations

import json
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from fairsubmit.archives.biostudies.answers import (
    is_missing,
    read_draft,
    read_drafts,
    read_json,
    read_names,
    read_object,
    read_profile,
    read_rows,
    read_sizes,
    read_submission,
)
from fairsubmit.archives.biostudies.refusals import (
    LOGIN,
    RefusalError,
    messages_of,
    read_refusal,
)
from fairsubmit.archives.biostudies.settings import NAME
from fairsubmit.errors import ArchiveError, MissingCredentialError
from fairsubmit.http import Auth, Options, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Future

    from fairsubmit.archives.biostudies.answers import (
        DraftRecord,
        Profile,
        Row,
        SubmissionRecord,
    )
    from fairsubmit.archives.biostudies.settings import Settings
    from fairsubmit.http import Answer

__all__ = ["Client"]

TOKEN_HEADER = "X-Session-Token"  # noqa: S105 - the name of a header
_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# SubmitResource.kt: how the content is written; the form sends it with drafts too.
_SUBMISSION_JSON = {**_JSON, "Submission_Type": "application/json"}
_PAGE = 50
_LISTERS = 8


class Client:
    """One account on one BioStudies server; safe to use from several threads.

    Parameters
    ----------
    settings
        Address, token and time-outs.
    sleep
        Called with the seconds between two tries of one call.
    """

    def __init__(
        self, settings: Settings, *, sleep: Callable[[float], object] | None = None
    ) -> None:
        self._settings = settings
        more = {} if sleep is None else {"sleep": sleep}
        self._session = Session(
            settings.api_url,
            name=NAME,
            auth=Auth(TOKEN_HEADER, self._token),
            options=Options(
                connect=settings.connect_timeout,
                read=settings.read_timeout,
                connections=max(_LISTERS, settings.connections),
                user_agent=settings.user_agent,
                explain=partial(read_refusal, archive=NAME),
            ),
            **more,
        )

    @property
    def session(self) -> Session:
        """The session, for transports that send files through it."""
        return self._session

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    # Account

    def login(self, email: str, password: str) -> Profile:
        """Open a session and return the account with its token.

        Raises
        ------
        AuthenticationError
            If the archive does not know them.
        ArchiveError
            If the answer holds no token.
        """
        secret = {"login": email, "password": password}
        answer = self._session.request(
            "POST", "auth/login", idempotent=False, json=secret
        )
        profile = read_profile(answer)
        if not profile.token:
            message = f"{NAME} answered the log-in without a session token"
            raise ArchiveError(message, archive=NAME, status=answer.status)
        return profile

    def logout(self) -> None:
        """End the session that the token belongs to."""
        token = self._token()
        self._call("POST", "auth/logout", idempotent=True, json={"sessid": token})

    def profile(self) -> Profile:
        """Return the account, proving that the token is good."""
        return read_profile(self._call("GET", "auth/profile", idempotent=True))

    def collections(self) -> tuple[str, ...]:
        """Return the collections that this account may attach submissions to."""
        answer = self._call("GET", "collections", idempotent=True)
        return read_names(answer)

    # Drafts

    def create_draft(self, content: bytes, collection: str) -> DraftRecord:
        """Make a draft; the archive allocates an accession with every call."""
        answer = self._call(
            "POST",
            "submissions/drafts",
            idempotent=False,
            body=content,
            headers=_JSON,
            params={"attachTo": collection},
        )
        return read_draft(answer)

    def drafts(self) -> Iterator[DraftRecord]:
        """Yield the account's drafts, asking for one page at a time.

        A server may hand out smaller pages than asked for, so that only an empty or
        repeated one is the end.
        """
        seen: set[str] = set()
        offset = 0
        while True:
            answer = self._call(
                "GET",
                "submissions/drafts",
                idempotent=True,
                params={"limit": str(_PAGE), "offset": str(offset)},
            )
            page = read_drafts(answer)
            fresh = [draft for draft in page if draft.key not in seen]
            if not fresh:
                return
            seen.update(draft.key for draft in fresh)
            offset += len(page)
            yield from fresh

    def draft(self, key: str) -> DraftRecord | None:
        """Return a draft, ``None`` if there is none.

        Only to be asked where no submission of that accession exists: of one that
        does, the archive would make a new draft.

        Raises
        ------
        RefusalError
            If the archive says anything else than that there is none.
        """
        answer = self._found(f"submissions/drafts/{_quoted(key)}")
        return read_draft(answer) if answer and answer.body.strip() else None

    def replace_draft(self, key: str, content: bytes) -> None:
        """Replace a draft's content."""
        path = f"submissions/drafts/{_quoted(key)}"
        self._call("PUT", path, idempotent=True, body=content, headers=_JSON)

    def delete_draft(self, key: str) -> None:
        """Discard a draft."""
        self._call("DELETE", f"submissions/drafts/{_quoted(key)}", idempotent=True)

    def submit_draft(self, key: str) -> None:
        """Hand a draft in; the answer may take as long as the archive's checks."""
        self._call(
            "POST",
            f"submissions/drafts/{_quoted(key)}/submit",
            idempotent=False,
            body=b"{}",
            headers=_SUBMISSION_JSON,
            read_timeout=self._settings.submit_timeout,
        )

    # Checks that make nothing

    def validate_list(self, path: str, root: str) -> None:
        """Have the archive read a file list and look for the files in it.

        Parameters
        ----------
        path
            The list, relative to `root`.
        root
            ``RootPath`` of the deposit.

        Raises
        ------
        RefusalError
            If it cannot be read or files are missing (the first 1,000 are named).
        """
        form = urlencode({"fileListName": path, "rootPath": root}).encode()
        self._call(
            "POST",
            "submissions/fileLists/validate",
            idempotent=True,
            body=form,
            headers=_FORM,
            read_timeout=self._settings.submit_timeout,
        )

    def check_pagetab(self, content: bytes) -> None:
        """Have the archive parse a PageTab document.

        Raises
        ------
        RefusalError
            If it cannot.
        """
        self._call(
            "POST",
            "submissions/check-pagetab",
            idempotent=True,
            body=content,
            headers=_JSON,
            params={"source": "json", "target": "json"},
        )

    # Submissions

    def submission(self, accession: str) -> SubmissionRecord | None:
        """Return a submission of this account; ``None`` for none, or a draft.

        Raises
        ------
        RefusalError
            If the archive says anything else than that there is none.
        """
        answer = self._found(f"submissions/{_quoted(accession)}")
        return read_submission(answer, accession) if answer else None

    def request_status(self, accession: str, version: int) -> str | None:
        """Return the status of the processing of one version, ``None`` if none."""
        value = self._request(accession, version, "status")
        return value if isinstance(value, str) and value else None

    def request_errors(self, accession: str, version: int) -> tuple[str, ...]:
        """Return why the processing of one version ended."""
        value = self._request(accession, version, "errors")
        return messages_of(json.dumps(value).encode()) if value else ()

    def _request(self, accession: str, version: int, part: str) -> object:
        where = f"submissions/requests/{_quoted(accession)}/{version}/{part}"
        answer = self._found(where)
        return read_json(answer) if answer else None

    def pagetab(self, accession: str) -> Mapping[str, Any]:
        """Return a submission's document as the archive has it."""
        path = f"submissions/{_quoted(accession)}.json"
        return read_object(self._call("GET", path, idempotent=True))

    def file_list(self, accession: str, name: str) -> Mapping[str, int]:
        """Return the size by path of the files in a submitted file list.

        Parameters
        ----------
        accession
            The submission.
        name
            Value of ``File List`` as the archive has it, which ends in ``.json``.
        """
        stem = name.rpartition(".")[0] or name
        path = f"submissions/{_quoted(accession)}/{quote(stem)}.json"
        timeout = self._settings.submit_timeout
        answer = self._call("GET", path, idempotent=True, read_timeout=timeout)
        return read_sizes(answer)

    # Files

    def query(self, folder: str) -> list[Row]:
        """List a folder of the user's file area, not what is below its folders.

        A folder that is not there is empty.
        """
        answer = self._call(
            "POST", "files/user/query", idempotent=True, json={"path": folder}
        )
        return list(read_rows(answer, folder))

    def files(self, root: str) -> Iterator[Row]:
        """Yield every file below a folder, several folders asked for at a time."""
        with ThreadPoolExecutor(_LISTERS) as pool:
            waiting: set[Future[list[Row]]] = {pool.submit(self.query, root)}
            try:
                while waiting:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    for row in (row for future in done for row in future.result()):
                        if row.folder:
                            waiting.add(pool.submit(self.query, row.path))
                        else:
                            yield row
            finally:
                for future in waiting:
                    future.cancel()

    def download(self, folder: str, name: str) -> Iterator[bytes]:
        """Read a file of the user's file area in blocks."""
        self._known_token()
        where = {"path": folder, "fileName": name}
        return self._session.stream("POST", "files/user/download", json=where)

    def read_public(self, url: str) -> Iterator[bytes]:
        """Read a file of a study in blocks; the token stays at home."""
        return self._session.stream("GET", url)

    # Underneath

    def _token(self) -> str | None:
        token = self._settings.token
        return token.get_secret_value() if token else None

    def _call(
        self,
        method: str,
        path: str,
        *,
        idempotent: bool,
        **parts: Any,  # noqa: ANN401 - passed on
    ) -> Answer:
        """Make a call that needs a session."""
        self._known_token()
        return self._session.request(method, path, idempotent=idempotent, **parts)

    def _found(self, path: str) -> Answer | None:
        """Ask for what may not be there: ``None`` then.

        Raises
        ------
        RefusalError
            If the archive says anything else than that.
        """
        try:
            return self._call("GET", path, idempotent=True)
        except RefusalError as error:
            if is_missing(error):
                return None
            raise

    def _known_token(self) -> None:
        """See that there is a token to send.

        Raises
        ------
        MissingCredentialError
            If there is none.
        """
        if not self._token():
            message = f"no session token is known for {NAME}"
            raise MissingCredentialError(message, hint=LOGIN)


def _quoted(text: str) -> str:
    return quote(text, safe="")
