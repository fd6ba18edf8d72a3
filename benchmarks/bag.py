"""Bag a folder with md5 and sha256, as bagit.py does: the peer of the manifest.

usage: bag.py FOLDER

The bag is made of hard links, since bagit moves what it bags.
"""

from __future__ import annotations

import sys
from pathlib import Path

import bagit


def main() -> None:
    bagit.make_bag(sys.argv[1], processes=2, checksums=["md5", "sha256"])
    assert (Path(sys.argv[1]) / "manifest-sha256.txt").is_file()


if __name__ == "__main__":
    main()
