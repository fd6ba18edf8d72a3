"""``python -m fairsubmit.rehearsal FOLDER``: the embedded archive as a process."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from typing import TYPE_CHECKING

from fairsubmit.errors import FairsubmitError
from fairsubmit.rehearsal.faults import Faults
from fairsubmit.rehearsal.server import EmbeddedArchive
from fairsubmit.rehearsal.store import Account

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the embedded archive until it is told to end.

    One line of JSON on standard output says where it listens.
    """
    options = _parser().parse_args(arguments)
    try:
        archive = EmbeddedArchive(
            options.folder,
            faults=Faults.from_json(json.loads(options.faults)),
            ftp=not options.no_ftp,
            upload_type=options.upload_type,
            http_port=options.http_port,
            ftp_port=options.ftp_port,
            accounts=_accounts(options.accounts),
            ftps=options.ftps,
            secret_prefix=options.secret_prefix,
        )
        over = threading.Event()
        for name in ("SIGTERM", "SIGINT"):
            signal.signal(getattr(signal, name), lambda *_: over.set())
        with archive:
            sys.stdout.write(json.dumps(_ready(archive)) + "\n")
            sys.stdout.flush()
            while not over.wait(0.5):
                pass
    except FairsubmitError as error:
        hint = f" ({error.hint})" if error.hint else ""
        sys.stderr.write(f"{error}{hint}\n")
        return error.exit_code
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fairsubmit.rehearsal")
    parser.add_argument("folder", help="where the archive keeps everything")
    parser.add_argument("--http-port", type=int, default=0)
    parser.add_argument("--ftp-port", type=int, default=0)
    parser.add_argument("--no-ftp", action="store_true")
    parser.add_argument("--ftps", action="store_true", help="offer TLS over FTP")
    parser.add_argument("--upload-type", choices=("ftp", "nfs"), default="ftp")
    parser.add_argument("--faults", default="{}", help="JSON object of faults")
    parser.add_argument("--accounts", default="[]", help="JSON array of accounts")
    parser.add_argument("--secret-prefix", default="")
    return parser


def _accounts(text: str) -> list[Account]:
    return [
        Account(**{**raw, "collections": tuple(raw.get("collections", ["BioImages"]))})
        for raw in json.loads(text)
    ]


def _ready(archive: EmbeddedArchive) -> dict[str, object]:
    certificate = archive.certificate
    return {
        "address": archive.address,
        "api_url": archive.api_url,
        "read_url": archive.read_url,
        "files_url": archive.files_url,
        "http_port": archive.http_port,
        "ftp_host": archive.ftp_host,
        "ftp_port": archive.ftp_port,
        "user": archive.user,
        "password": archive.password,
        "email": archive.email,
        "account_password": archive.account_password,
        "settings": archive.settings,
        "certificate": None if certificate is None else str(certificate),
        "stored": str(archive.stored()),
    }


if __name__ == "__main__":
    raise SystemExit(main())
