"""Send a folder by plain streamed PUTs: the peer of the form upload.

usage: put.py URL FOLDER

No digest, no journal, no check afterwards; four connections, as ours.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local
from urllib.parse import quote

import requests

mine = local()


def put(url: str, path: Path) -> None:
    if not hasattr(mine, "session"):
        mine.session = requests.Session()
        mine.session.trust_env = False
    with path.open("rb") as file:
        mine.session.put(url + quote(path.name), data=file).raise_for_status()


def main() -> None:
    url, folder = sys.argv[1], Path(sys.argv[2])
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name[0] != ".")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda path: put(url, path), files))


if __name__ == "__main__":
    main()
