"""Send a folder with fairsubmit's transfer engine, as `fairsubmit submit` does.

usage: send.py manifest FOLDER MANIFEST
       send.py ftp HOST PORT FOLDER MANIFEST STATE
       send.py form URL FOLDER MANIFEST STATE

The first form hashes the folder; the others send what it listed, from a process that
knows the digests, and hash every byte once more while it is sent.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fairsubmit.bundle.value import Item
from fairsubmit.manifest import Manifest, hash_files, walk


def hash_folder(folder: Path, target: Path) -> None:
    Manifest(tuple(hash_files(folder, walk(folder)))).write(target)


def send(transport: object, folder: Path, manifest: Path, state: Path) -> None:
    from fairsubmit.transfer import Action, Journal, Plan, transfer
    from fairsubmit.transfer.plan import Step

    entries = Manifest.read(manifest).entries
    steps = tuple(
        Step(Item(entry, folder / entry.path), Action.SEND, "") for entry in entries
    )
    with Journal.open(state / "journal.jsonl", fresh=True) as journal:
        result = transfer(Plan(steps), transport, journal=journal)
    assert result.files == len(steps)


def ftp(host: str, port: int) -> object:
    from servers import PASSWORD, USER

    from fairsubmit.transports.ftp import FtpServer, FtpTransport

    return FtpTransport(FtpServer(host, port, USER, PASSWORD, tls="off"), "up")


def form(url: str) -> object:
    from fairsubmit.http import Session
    from fairsubmit.transports.form import FormTransport

    return FormTransport(Session(url), "")


def main() -> None:
    match sys.argv[1:]:
        case ["manifest", folder, target]:
            hash_folder(Path(folder), Path(target))
        case ["ftp", host, port, folder, manifest, state]:
            send(ftp(host, int(port)), Path(folder), Path(manifest), Path(state))
        case ["form", url, folder, manifest, state]:
            send(form(url), Path(folder), Path(manifest), Path(state))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
