"""An embedded archive, and a client that knows nothing but HTTP."""

from __future__ import annotations

import copy
import ftplib
import http.client
import json
import urllib.parse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.rehearsal import Account, EmbeddedArchive, Faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

BOUNDARY = "a-boundary-of-the-tests"
FUTURE = "2099-01-15"
SUBMISSION: dict[str, Any] = {
    "attributes": [
        {"name": "Title", "value": "Dividing cells, seen by nobody"},
        {"name": "ReleaseDate", "value": FUTURE},
        {"name": "AttachTo", "value": "BioImages"},
    ],
    "section": {
        "accno": "study-1",
        "type": "Study",
        "subsections": [
            {
                "accno": "author-1",
                "type": "Author",
                "attributes": [
                    {"name": "Name", "value": "Ada Example"},
                    {"name": "affiliation", "value": "o1", "reference": True},
                ],
            },
            {
                "accno": "o1",
                "type": "organisation",
                "attributes": [{"name": "Name", "value": "Example Institute"}],
            },
            {
                "accno": "component-1",
                "type": "Study Component",
                "attributes": [
                    {"name": "Name", "value": "Movies"},
                    {"name": "File List", "value": "lists/movies.tsv"},
                ],
            },
        ],
    },
    "type": "submission",
}
MOVIES = b"Files\tGenotype\nmovies/m1.tif\twild type\nmovies/m2.tif\tmutant\n"


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def tree(self) -> tuple[str, list[str]]:
        """The message and its subnodes of an answer of shape A."""
        document = self.json
        assert document["status"] == "FAIL"
        assert set(document) == {"status", "log"}
        log = document["log"]
        assert log["level"] == "ERROR"
        for node in log["subnodes"]:
            assert set(node) == {"level", "message", "subnodes"}
        return log["message"], [node["message"] for node in log["subnodes"]]


@dataclass
class Client:
    """Calls the server as the contract says, one connection a call."""

    server: Any  # an EmbeddedArchive or a servers.embedded.Server
    token: str = ""
    profile: dict[str, Any] = field(default_factory=dict)

    def request(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30,
    ) -> Answer:
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=timeout
        )
        target = url[url.index(parts.netloc) + len(parts.netloc) :]
        try:
            sent = {"X-Session-Token": self.token} if self.token else {}
            connection.request(method, target, body, {**sent, **(headers or {})})
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers, answer.read())
        finally:
            connection.close()

    def call(
        self,
        method: str,
        path: str,
        document: Any = None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30,
    ) -> Answer:
        sent = dict(headers or {})
        if document is not None:
            body = json.dumps(document).encode()
            sent.setdefault("Content-Type", "application/json")
        return self.request(method, self.server.api_url + path, body, sent, timeout)

    def log_in(self, email: str = "", password: str = "") -> Client:
        login = {
            "login": email or self.server.email,
            "password": password or self.server.account_password,
        }
        answer = self.call("POST", "/auth/login", login)
        assert answer.status == 200, answer.body
        self.profile = answer.json
        self.token = self.profile["sessid"]
        return self

    def form(
        self,
        path: str,
        parts: list[tuple[str, str | None, bytes]],
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a form; each part is a name, a file name or None, and its content."""
        body = b""
        for name, filename, content in parts:
            tail = "" if filename is None else f'; filename="{filename}"'
            head = (
                f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{tail}'
            )
            body += f"{head}\r\n\r\n".encode() + content + b"\r\n"
        body += f"--{BOUNDARY}--\r\n".encode()
        sent = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return self.call("POST", path, body=body, headers={**sent, **(headers or {})})

    def upload(self, folder: str, name: str, content: bytes) -> Answer:
        return self.form(
            "/files/user/upload",
            [("filePath", None, folder.encode()), ("files", name, content)],
        )

    def names(self, folder: str = "") -> list[str]:
        answer = self.call("POST", "/files/user/query", {"path": folder})
        assert answer.status == 200
        return [row["name"] for row in answer.json]

    def put_movies(self) -> None:
        for folder, name, content in (
            ("movies", "m1.tif", b"one"),
            ("movies", "m2.tif", b"two two"),
            ("lists", "movies.tsv", MOVIES),
        ):
            assert self.upload(folder, name, content).status == 200

    def draft(self, document: Any = None, attach_to: str = "BioImages") -> str:
        """Create a draft and return its accession."""
        answer = self.call(
            "POST",
            f"/submissions/drafts?attachTo={attach_to}",
            SUBMISSION if document is None else document,
        )
        assert answer.status == 200, answer.body
        key: str = answer.json["key"]
        return key

    def submit(self, accession: str, timeout: float = 30) -> Answer:
        return self.call(
            "POST", f"/submissions/drafts/{accession}/submit", {}, timeout=timeout
        )

    def status(self, accession: str, version: int = 1) -> str:
        answer = self.call("GET", f"/submissions/requests/{accession}/{version}/status")
        assert answer.status == 200, answer.body
        return str(answer.json)

    def settle(self, accession: str, version: int = 1) -> str:
        """Poll until the status no longer changes."""
        last = ""
        for _ in range(40):
            status = self.status(accession, version)
            if status in {"POST_PROCESSED", "INVALID"}:
                return status
            last = status
        return last

    def deposit(self, **changes: Any) -> str:
        """Upload, submit and process; return the accession."""
        self.put_movies()
        accession = self.draft(changed(**changes))
        answer = self.submit(accession)
        assert answer.status == 200, answer.body
        assert self.settle(accession) == "POST_PROCESSED"
        return accession

    def ftp(self, **options: Any) -> ftplib.FTP:
        """Return an FTP session in the secret folder, in binary mode."""
        session = ftplib.FTP(**options)
        session.connect(self.server.ftp_host, self.server.ftp_port, timeout=30)
        session.login(self.server.user, self.server.password)
        session.cwd("/" + self.profile["secret"])
        session.voidcmd("TYPE I")
        return session


def changed(**attributes: Any) -> dict[str, Any]:
    """Return the submission with other attributes; None takes one away."""
    document = copy.deepcopy(SUBMISSION)
    accession = attributes.pop("accno", None)
    if accession:
        document["accno"] = accession
    for name, value in attributes.items():
        rest = [one for one in document["attributes"] if one["name"] != name]
        added = [] if value is None else [{"name": name, "value": value}]
        document["attributes"] = rest + added
    return document


@pytest.fixture
def submission() -> Callable[..., dict[str, Any]]:
    """Makes PageTab documents: the keywords are submission attributes."""
    return changed


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[EmbeddedArchive]:
    with EmbeddedArchive(
        tmp_path / "archive",
        accounts=[
            Account("ada@example.org", "secret of ada"),
            Account("bo@example.org", "secret of bo", "Bo Example", "nfs", ()),
            Account("root@example.org", "secret of root", superuser=True),
        ],
    ) as running:
        yield running


@pytest.fixture
def client(archive: EmbeddedArchive) -> Client:
    """Ada, logged in."""
    return Client(archive).log_in()


@pytest.fixture
def bo(archive: EmbeddedArchive) -> Client:
    """Another account, which may not attach to BioImages."""
    return Client(archive).log_in("bo@example.org", "secret of bo")


@pytest.fixture
def connect() -> Callable[[Any], Client]:
    """Logs in to a server that a test started itself."""
    return lambda server: Client(server).log_in()


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """Starts an archive with faults and logs in to it."""
    running: list[EmbeddedArchive] = []

    def start(**faults: Any) -> Client:
        server = EmbeddedArchive(
            tmp_path / f"faulty-{len(running)}", faults=Faults.from_json(faults)
        )
        running.append(server)
        server.start()
        return Client(server).log_in()

    yield start
    for server in running:
        server.stop()
