"""What the embedded archive remembers, in a folder.

Every change is written to a new file that then takes the place of the old one, so
that the server may be killed at any moment and started again on the same folder.
Nothing is synced to the disk: it outlives the process, not a power cut.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import shutil
import threading
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from fairsubmit.rehearsal.tree import FileArea

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["Account", "Request", "Store"]

FIRST_ACCESSION = 9001
EDITABLE = frozenset({"DRAFT", "INVALID"})
FINISHED = frozenset({"PROCESSED", "POST_PROCESSED"})


@dataclass(frozen=True)
class Account:
    """A person who may deposit.

    Parameters
    ----------
    email
        What they log in with.
    password
        An empty one is drawn at random.
    full_name
        Their name.
    upload_type
        ``ftp`` or ``nfs``: how their file area is reached.
    collections
        The collections they may attach submissions to.
    superuser
        Whether they may do what others may not.
    number
        The server's number for them; 0 is the next free one.
    secret
        The folder of their files; an empty one is drawn at random.
    """

    email: str
    password: str = ""
    full_name: str = "Ada Example"
    upload_type: str = "ftp"
    collections: tuple[str, ...] = ("BioImages",)
    superuser: bool = False
    number: int = 0
    secret: str = ""


@dataclass
class Request:
    """One version of a submission, from draft to processed.

    Parameters
    ----------
    accession, version
        What it is known by.
    owner
        E-mail address of the account.
    content
        The PageTab document, any JSON until it is submitted.
    created, modified
        ISO instants.
    status
        One of the fifteen of BioStudies (RequestStatus.kt).
    errors
        What was wrong at the last submit.
    new
        Whether this is the first version.
    attach_to
        The collection its accession was allocated for.
    storage
        ``FIRE`` or ``NFS``.
    sources
        Where files are looked for, in order.
    polled
        Whether its status was asked for since it was submitted.
    record
        What was persisted at the end of processing.
    """

    accession: str
    version: int
    owner: str
    content: Any
    created: str
    modified: str
    status: str = "DRAFT"
    errors: list[str] = field(default_factory=list)
    new: bool = True
    attach_to: str = ""
    storage: str = "FIRE"
    sources: list[str] = field(default_factory=lambda: ["USER_SPACE", "SUBMISSION"])
    polled: bool = False
    record: dict[str, Any] | None = None

    @property
    def editable(self) -> bool:
        """Whether the content may be changed and submitted."""
        return self.status in EDITABLE

    @property
    def processing(self) -> bool:
        """Whether BioStudies is at work on it."""
        return not self.editable and self.status != "POST_PROCESSED"


class Store:
    """The state of an embedded archive.

    Parameters
    ----------
    folder
        Where it lives; made when absent.
    accounts
        Who may deposit; accounts that the folder already has keep what it says.
    secret_prefix
        A folder in front of the secret folders of new accounts.
    """

    def __init__(
        self, folder: Path, accounts: Iterable[Account], *, secret_prefix: str = ""
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder = folder.resolve()  # as the FTP side will see it
        self.lock = threading.RLock()
        self.files = folder / "files"
        self.incoming = folder / "incoming"
        self.archived = folder / "archived"
        self._state = folder / "state"
        self._requests_folder = self._state / "requests"
        for place in (self.files, self.incoming, self.archived, self._requests_folder):
            place.mkdir(parents=True, exist_ok=True)
        self._sweep()
        self.settings: dict[str, Any] = self._read("server.json") or {
            "key": secrets.token_hex(32),
            "ftp_user": "bs-upload",
            "ftp_password": secrets.token_urlsafe(9),
        }
        self._write("server.json", self.settings)
        self.accounts = self._load_accounts(accounts, secret_prefix)
        self._counters: dict[str, int] = self._read("counters.json") or {}
        self._revoked: set[str] = set(self._read("revoked.json") or [])
        self._requests: dict[str, dict[int, Request]] = {}
        self._load_requests()

    # people

    def area(self, account: Account) -> FileArea:
        """Return the files of an account."""
        return FileArea(self.files.joinpath(*account.secret.split("/")))

    def account(self, email: str) -> Account | None:
        """Return the account of an e-mail address."""
        return self.accounts.get(email)

    def log_in(self, email: str, password: str) -> tuple[str, Account] | None:
        """Return a new token and the account, or None for a wrong password."""
        account = self.accounts.get(email)
        if account is None or not hmac.compare_digest(
            account.password.encode(), password.encode()
        ):
            return None
        return self.open_session(account), account

    def open_session(self, account: Account) -> str:
        """Return a new token of an account."""
        subject = {
            "id": account.number,
            "email": account.email,
            "fullName": account.full_name,
        }
        claims = {"sub": json.dumps(subject), "jti": secrets.token_hex(8)}
        return self._sign(claims)

    def session(self, token: str) -> Account | None:
        """Return whose token it is, or None when it is not good."""
        head, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(head).encode()):
            return None
        if _digest(token) in self._revoked:
            return None
        claims = json.loads(_unpad(head.partition(".")[2]))
        return self.accounts.get(json.loads(claims["sub"])["email"])

    def revoke(self, token: str) -> None:
        """End the session of a token."""
        with self.lock:
            self._revoked.add(_digest(token))
            self._write("revoked.json", sorted(self._revoked))

    # submissions

    def next_accession(self, prefix: str) -> str:
        """Allocate an accession; no two calls return the same."""
        with self.lock:
            number = self._counters.get(prefix, FIRST_ACCESSION)
            self._counters[prefix] = number + 1
            self._write("counters.json", self._counters)
            return f"{prefix}{number}"

    def save(self, request: Request) -> None:
        """Remember a version."""
        with self.lock:
            folder = self._requests_folder / request.accession
            folder.mkdir(exist_ok=True)
            versions = self._requests.setdefault(request.accession, {})
            versions[request.version] = request
            _replace(folder / f"{request.version}.json", asdict(request))

    def remove(self, request: Request) -> None:
        """Forget a version."""
        with self.lock:
            self._requests[request.accession].pop(request.version, None)
            file = self._requests_folder / request.accession / f"{request.version}.json"
            file.unlink(missing_ok=True)

    def request(self, accession: str, version: int) -> Request | None:
        """Return one version."""
        return self._requests.get(accession, {}).get(version)

    def versions(self, accession: str) -> list[Request]:
        """Return every version of a submission, the newest last."""
        with self.lock:
            return [one for _, one in sorted(self._requests.get(accession, {}).items())]

    def latest(self, accession: str) -> Request | None:
        """Return the newest version, whatever its status."""
        versions = self.versions(accession)
        return versions[-1] if versions else None

    def current(self, accession: str) -> Request | None:
        """Return the newest version that was persisted."""
        kept = [one for one in self.versions(accession) if one.record is not None]
        return kept[-1] if kept else None

    def of(self, account: Account) -> list[Request]:
        """Return the newest version of each submission of an account, oldest first."""
        with self.lock:
            newest = [self.latest(accession) for accession in list(self._requests)]
        mine = [one for one in newest if one is not None and one.owner == account.email]
        return sorted(mine, key=lambda one: (one.created, one.accession))

    def forget(self, accession: str) -> None:
        """Remove a submission with every version and its archived files."""
        with self.lock:
            self._requests.pop(accession, None)
            shutil.rmtree(self._requests_folder / accession, ignore_errors=True)
            shutil.rmtree(self.archived / accession, ignore_errors=True)

    def request_files(self, request: Request) -> Path:
        """Return where the files that came with a submit are kept."""
        return self._state / "sent" / request.accession / str(request.version)

    # on disk

    def _load_accounts(
        self, accounts: Iterable[Account], secret_prefix: str
    ) -> dict[str, Account]:
        known = {
            raw["email"]: Account(**{**raw, "collections": tuple(raw["collections"])})
            for raw in self._read("accounts.json") or []
        }
        for account in accounts:
            if account.email not in known:
                known[account.email] = _complete(account, len(known) + 1, secret_prefix)
        self._write("accounts.json", [asdict(one) for one in known.values()])
        for account in known.values():
            self.area(account).root.mkdir(parents=True, exist_ok=True)
        return known

    def _load_requests(self) -> None:
        for file in self._requests_folder.glob("*/*.json"):
            request = Request(**json.loads(file.read_text(encoding="utf-8")))
            versions = self._requests.setdefault(request.accession, {})
            versions[request.version] = request

    def _sweep(self) -> None:
        """Remove what a killed server had not finished receiving."""
        for entry in self.incoming.iterdir():
            if entry.is_file():
                entry.unlink()
            else:
                shutil.rmtree(entry)

    def _read(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        file = self._state / name
        if not file.exists():
            return None
        return json.loads(file.read_text(encoding="utf-8"))

    def _write(self, name: str, value: object) -> None:
        _replace(self._state / name, value)

    def _sign(self, claims: dict[str, str]) -> str:
        parts: Sequence[object] = ({"alg": "HS512"}, claims)
        head = ".".join(_pad(json.dumps(part).encode()) for part in parts)
        return f"{head}.{self._signature(head)}"

    def _signature(self, head: str) -> str:
        key = self.settings["key"].encode()
        return _pad(hmac.digest(key, head.encode(), "sha512"))


def _complete(account: Account, number: int, prefix: str) -> Account:
    secret = account.secret
    number = account.number or number
    if not secret:
        drawn = secrets.token_hex(18)
        place = f"{drawn[:2]}/{drawn[2:8]}-{drawn[8:12]}-{drawn[12:16]}-{drawn[16:20]}"
        secret = f"{place}-{drawn[20:32]}-a{number}"
    return Account(
        email=account.email,
        password=account.password or secrets.token_urlsafe(9),
        full_name=account.full_name,
        upload_type=account.upload_type,
        collections=account.collections,
        superuser=account.superuser,
        number=number,
        secret=f"{prefix.strip('/')}/{secret}" if prefix else secret,
    )


def _replace(file: Path, value: object) -> None:
    beside = file.with_name(file.name + ".new")
    beside.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    beside.replace(file)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _pad(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unpad(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
