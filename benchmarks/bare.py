"""Read and parse the OME-XML of OME-TIFFs, and nothing else: the least work there is.

usage: bare.py FOLDER expat|lxml

Reads the header, the first directory and the description, cuts the planes out and has
the parser collect every element. No record, no units, no check, no output; a file that
is not exactly as expected ends it.
"""

from __future__ import annotations

import os
import struct
import sys
from xml.parsers import expat

ENTRY = struct.Struct("<HHII")
ENTRIES = 64


def with_expat(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append(
        (name, attributes)
    )
    parser.Parse(xml, True)
    return found


class Target:
    """Takes the events of lxml's parser."""

    def __init__(self) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.found.append((name, dict(attributes)))

    def close(self) -> list[tuple[str, dict[str, str]]]:
        return self.found


def with_lxml(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    from lxml import etree

    return etree.fromstring(xml, etree.XMLParser(target=Target()))


def description(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY)
    try:
        order, first = struct.unpack("<4sI", os.pread(file, 8, 0))
        assert order == b"II*\0"
        block = os.pread(file, 2 + ENTRIES * ENTRY.size, first)
        end = 2 + int.from_bytes(block[:2], "little") * ENTRY.size
        for tag, _, count, offset in ENTRY.iter_unpack(block[2:end]):
            if tag == 270:
                return os.pread(file, count - 1, offset)
    finally:
        os.close(file)
    raise AssertionError(path)


def main() -> None:
    parse = {"expat": with_expat, "lxml": with_lxml}[sys.argv[2]]
    for folder, _, names in os.walk(sys.argv[1]):
        for name in names:
            if name[0] != ".":
                xml = description(os.path.join(folder, name))  # noqa: PTH118 - no Path: the least work
                less = xml[: xml.find(b"<TiffData")] + xml[xml.rfind(b"</Pixels>") :]
                assert parse(less)


if __name__ == "__main__":
    main()
