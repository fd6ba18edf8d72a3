"""The receipt on disk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.errors import ManifestError
from fairsubmit.receipt import Receipt, ReceiptFile, RemoteFile

if TYPE_CHECKING:
    from pathlib import Path

STAMP = "2026-11-22T10:00:00Z"
RECEIPT = Receipt(
    archive="directory",
    endpoint="/archive",
    accession="D-1",
    status="PROCESSED",
    url=None,
    submitted_at=STAMP,
    tool="fairsubmit 0.1.0",
    submission_digest="0" * 64,
    root="D-1",
    files=(
        ReceiptFile(
            "µ/a.tif",
            3,
            "1" * 32,
            "2" * 64,
            RemoteFile("µ/a.tif", 3, {"md5": "1" * 32}),
            STAMP,
        ),
        ReceiptFile("b.tif", 0, "1" * 32, "2" * 64, RemoteFile("b.tif", 0), STAMP),
    ),
)


@pytest.fixture
def value() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(RECEIPT.to_json()))
    return found


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    RECEIPT.write(path)
    assert Receipt.read(path) == RECEIPT
    assert list(tmp_path.iterdir()) == [path]
    raw = path.read_bytes()
    assert b"\r" not in raw
    assert "µ/a.tif".encode() in raw


def test_what_a_later_version_adds_is_left_out(
    tmp_path: Path, value: dict[str, Any]
) -> None:
    value["doi"] = "10.1000/x"
    value["files"][0]["blake3"] = "x"
    value["files"][0]["held"]["etag"] = "y"
    (tmp_path / "receipt.json").write_text(json.dumps(value))
    assert Receipt.read(tmp_path / "receipt.json") == RECEIPT


def refused(path: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        Receipt.read(path)
    assert path.name in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"null", b"{", b"\xff", b"{}", b"[" * 100_000, b'"text"']
)
def test_what_is_no_receipt_is_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "receipt.json").write_bytes(raw)
    refused(tmp_path / "receipt.json")


@pytest.mark.parametrize(
    ("pointer", "new"),
    [
        (("fairsubmit_receipt",), 2),
        (("accession",), None),
        (("files",), None),
        (("files",), 3),
        (("files", 0), []),
        (("files", 0, "held"), None),
        (("files", 0, "path"), 7),
        (("files", 0, "size"), "3"),
        (("files", 0, "size"), True),
        (("files", 0, "held", "size"), 3.5),
        (("files", 0, "held", "digests"), {"md5": 1}),
        (("files", 0, "sha256"), []),
    ],
)
def test_a_receipt_that_was_tampered_with_is_refused(
    tmp_path: Path, value: dict[str, Any], pointer: tuple[Any, ...], new: object
) -> None:
    here: Any = value
    for step in pointer[:-1]:
        here = here[step]
    if new is None:
        del here[pointer[-1]]
    else:
        here[pointer[-1]] = new
    (tmp_path / "receipt.json").write_text(json.dumps(value))
    refused(tmp_path / "receipt.json")


def test_no_receipt_and_no_file_are_refused(tmp_path: Path) -> None:
    refused(tmp_path / "nowhere.json")
    (tmp_path / "folder").mkdir()
    refused(tmp_path / "folder")
