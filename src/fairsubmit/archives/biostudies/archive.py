"""The BioImage Archive behind the port of archives."""

from __future__ import annotations

import time
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from fairsubmit.archives.base import Draft, Outcome, Status
from fairsubmit.archives.biostudies.client import Client
from fairsubmit.archives.biostudies.codes import CURATORS
from fairsubmit.archives.biostudies.handover import Handover
from fairsubmit.archives.biostudies.limits import check
from fairsubmit.archives.biostudies.pagetab import Attribute
from fairsubmit.archives.biostudies.readback import fetch, listed
from fairsubmit.archives.biostudies.refusals import RefusalError
from fairsubmit.archives.biostudies.render import render
from fairsubmit.archives.biostudies.settings import NAME, Settings, read_settings
from fairsubmit.archives.biostudies.watch import (
    DONE,
    EDITABLE,
    FIRST_VERSION,
    Watch,
)
from fairsubmit.errors import ArchiveError, ArchiveUnavailableError, ConfigError
from fairsubmit.receipt import RemoteFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fairsubmit.archives.biostudies.answers import DraftRecord, Profile
    from fairsubmit.bundle import Bundle
    from fairsubmit.findings import Finding
    from fairsubmit.transports.base import Transport

__all__ = ["BioStudiesArchive", "connect", "log_in", "log_out"]

# Attribute of a fresh draft by which we find it again; gone once it is handed in.
TOKEN = "fairsubmit"  # noqa: S105 - a name, no secret
_PROCESSING = "PROCESSING"


class BioStudiesArchive:
    """The BioImage Archive, as one account sees it.

    Parameters
    ----------
    settings
        Address, token, template, transport.
    sleep, clock
        How time passes, in seconds.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._sleep = sleep
        self._clock = clock
        self._client = Client(settings, sleep=sleep)

    @property
    def name(self) -> str:
        """Name on the command line."""
        return NAME

    @property
    def endpoint(self) -> str:
        """Address of the API."""
        return self._settings.api_url

    def whoami(self) -> str:
        """Return the account's name and address, proving that the token is good."""
        profile = self._client.profile()
        if profile.email and profile.email != profile.name:
            return f"{profile.name} <{profile.email}>"
        return profile.name

    def check(self, bundle: Bundle) -> Iterator[Finding]:
        """Compare a bundle with this archive's own limits; no network."""
        return check(bundle, self._settings, form=not self._by_ftp)

    def render(self, bundle: Bundle, draft: Draft) -> bytes:
        """Write the submission as PageTab."""
        return render(bundle, draft.root, self._settings).dumps()

    def open(self, bundle: Bundle, token: str) -> Draft:
        """Create a draft, or find the one that carries `token`.

        Every draft spends an accession, so that one whose answer is lost is looked
        for, and never made a second time.

        Raises
        ------
        ArchiveError
            If this account may not submit to the collection.
        ArchiveUnavailableError
            If the answer was lost and no draft shows yet.
        """
        self._check_collection()
        found = self._find(token)
        if found is None:
            mark = (Attribute(TOKEN, token),)
            content = render(bundle, "", self._settings, more=mark).dumps()
            found = self._create(content, token)
        return Draft(found.key, found.key, found.key)

    def _check_collection(self) -> None:
        """See whether this account may submit at all.

        Raises
        ------
        ArchiveError
            If it may not.
        """
        wanted = self._settings.collection
        if wanted not in self._client.collections():
            message = f"your account at {NAME} may not submit to {wanted}"
            hint = f"ask {CURATORS} for the right to submit to {wanted}"
            raise ArchiveError(message, archive=NAME, hint=hint)

    def _find(self, token: str) -> DraftRecord | None:
        for draft in self._client.drafts():
            if _carries(draft.content, token):
                return draft
        return None

    def _create(self, content: bytes, token: str) -> DraftRecord:
        """Make a draft, once.

        Raises
        ------
        ArchiveError
            If the archive refuses.
        ArchiveUnavailableError
            If the answer was lost and no draft shows yet.
        """
        try:
            return self._client.create_draft(content, self._settings.collection)
        except RefusalError as error:
            hint = f"ask {CURATORS}, with your account's e-mail address"
            raise ArchiveError(
                error.message,
                archive=NAME,
                status=error.status,
                server_message=error.server_message,
                request_id=error.request_id,
                hint=hint,
            ) from error
        except ArchiveUnavailableError as error:
            found = self._find(token)
            if found is None:
                error.hint = (
                    "run the same command again: a draft that was made is found"
                )
                raise
            return found

    def reopen(self, draft: Draft) -> Draft:
        """Return a draft that an earlier run opened, checked to be still there.

        Raises
        ------
        ArchiveError
            If the archive no longer has it.
        """
        known = self._client.submission(draft.key) or self._client.draft(draft.key)
        if known is None:
            message = f"{NAME} no longer has the draft {draft.key}"
            hint = "it was discarded, or belongs to another account: log in with the "
            hint += "account that made it, or start anew with --again"
            raise ArchiveError(message, archive=NAME, hint=hint)
        return draft

    def held(self, draft: Draft) -> Mapping[str, RemoteFile]:
        """List the files in the deposit's folder, by path relative to it."""
        return self._area(draft.root)

    def _area(self, root: str) -> dict[str, RemoteFile]:
        start = len(root) + 1 if root else 0
        return {
            row.path[start:]: RemoteFile(row.path[start:], row.size)
            for row in self._client.files(root)
        }

    @property
    def _by_ftp(self) -> bool:
        """Whether files go by FTP, as far as the settings say."""
        settings = self._settings
        known = settings.ftp_password is not None and settings.ftp_server is not None
        return settings.upload == "ftp" or (settings.upload == "auto" and known)

    def transport(self, draft: Draft) -> Transport:
        """Return the way to send files to the deposit's folder."""
        if self._by_ftp:
            return self._ftp(draft.root, self._client.profile())
        from fairsubmit.transports.form import FormTransport  # noqa: PLC0415 - on use

        return FormTransport(
            self._client.session,
            draft.root,
            connections=self._settings.connections,
            size_of=partial(self._size, draft.root),
            existing=frozenset(self.held(draft)),
        )

    def _size(self, root: str, path: str) -> int | None:
        """Return the size of one file as the archive lists it."""
        inside = f"{root}/{path}"
        rows = self._client.query(inside.rpartition("/")[0])
        return next((row.size for row in rows if row.path == inside), None)

    def _ftp(self, root: str, profile: Profile) -> Transport:
        """Return the shared FTP account's way into this user's folder.

        Raises
        ------
        ConfigError
            If the server, the password or the folder is not known.
        """
        from fairsubmit.transports.ftp import FtpServer, FtpTransport  # noqa: PLC0415 - on use

        settings = self._settings
        if settings.ftp_server is None or settings.ftp_password is None:
            key = "ftp_host" if settings.ftp_server is None else "ftp_password"
            message = f"sending to {NAME} by FTP needs the setting {key}"
            hint = "the archive's website shows it after log-in, under FTP/Aspera; "
            raise ConfigError(message, hint=hint + "or send with --upload form")
        if not profile.secret:
            message = f"{NAME} names no FTP folder for your account"
            raise ConfigError(message, hint="send with --upload form")
        server = FtpServer(
            settings.ftp_server,
            settings.ftp_port,
            user=settings.ftp_account(profile.upload_type),
            password=settings.ftp_password.get_secret_value(),
            folder="/" + profile.secret.strip("/"),
            tls=settings.ftp_tls,
            connect=settings.connect_timeout,
        )
        return FtpTransport(server, root, connections=settings.connections)

    def submit(
        self, bundle: Bundle, draft: Draft, progress: Callable[[str], object]
    ) -> Outcome:
        """Hand the deposit in and wait for the archive's final word.

        Calling it again goes on: what was taken is not handed in twice.

        Raises
        ------
        SubmissionRejectedError
            If the archive refuses it; its messages are findings with their places.
        ArchiveUnavailableError
            If no final word came.
        """
        watch = Watch(
            self._client,
            draft.key,
            self._settings.polling,
            progress,
            sleep=self._sleep,
            clock=self._clock,
        )
        handover = Handover(
            self._client,
            bundle,
            accession=draft.key,
            root=draft.root,
            watch=watch,
            say=progress,
        )
        page = self._settings.page(draft.key)
        return handover.run(self.render(bundle, draft), page)

    def status(self, accession: str) -> Status:
        """Ask where a submission stands.

        Raises
        ------
        ArchiveError
            If this account has no such submission or draft.
        """
        record = self._client.submission(accession)
        page = self._settings.page(accession)
        if record is None:
            return self._unsubmitted(accession)
        word, messages = record.status, record.errors
        if word == _PROCESSING:
            # The first version tells more exactly; of later ones the number is not
            # known, and the first is done.
            exact = self._client.request_status(accession, FIRST_VERSION)
            word = exact if exact and exact not in DONE | EDITABLE else word
        taken, final = word in DONE, word in DONE | EDITABLE
        return Status(accession, word, final, taken, messages, page if taken else None)

    def _unsubmitted(self, accession: str) -> Status:
        """Return the status of what the archive does not list as a submission.

        Raises
        ------
        ArchiveError
            If it has no draft of that name either.
        """
        word = self._client.request_status(accession, FIRST_VERSION)
        if word is None and not any(d.key == accession for d in self._client.drafts()):
            message = f"{NAME} knows no submission {accession} of your account"
            hint = "check the accession, and with `fairsubmit whoami` the account"
            raise ArchiveError(message, archive=NAME, hint=hint)
        messages = self._client.request_errors(accession, FIRST_VERSION)
        # A draft waits for its author: it is final until somebody hands it in.
        word = word or "DRAFT"
        return Status(accession, word, word in EDITABLE | DONE, word in DONE, messages)

    def deposited(self, root: str, accession: str) -> Mapping[str, RemoteFile]:
        """List the files of a submitted deposit.

        What the submission itself lists counts; the file lists and what else is in
        the deposit's folder are taken from there, as long as the archive keeps it.
        """
        found = self._area(root)
        for path, size in listed(self._client, accession):
            own = path.removeprefix(f"{root}/")
            found[own] = RemoteFile(own, size)
        return found

    def fetch(self, root: str, accession: str, path: str) -> Iterator[bytes]:
        """Read a deposited file back in blocks.

        From the deposit's folder as long as the archive keeps it, then from the
        study itself.
        """
        inside = f"{root}/{path}" if root else path
        return fetch(self._client, self._settings, inside, f"{accession}/{path}")

    def close(self) -> None:
        """Close connections."""
        self._client.close()


def log_in(values: Mapping[str, Any], email: str, password: str) -> str:
    """Open a session and return its token, to be kept as a secret.

    It does not expire by itself: `log_out` ends it (SecurityUtil.kt).

    Parameters
    ----------
    values
        The archive's settings.
    email, password
        The account's, as on the archive's website.
    """
    with closing(Client(read_settings(values))) as client:
        return client.login(email, password).token or ""


def log_out(values: Mapping[str, Any]) -> None:
    """End the session whose token is in `values`."""
    with closing(Client(read_settings(values))) as client:
        client.logout()


def _carries(content: Mapping[str, Any], token: str) -> bool:
    """Whether a draft is the one that we made under `token`."""
    attributes = content.get("attributes")
    return isinstance(attributes, list) and any(
        isinstance(item, dict)
        and item.get("name") == TOKEN
        and item.get("value") == token
        for item in attributes
    )


def connect(values: Mapping[str, Any]) -> BioStudiesArchive:
    """Return the archive for configured values."""
    return BioStudiesArchive(read_settings(values))
