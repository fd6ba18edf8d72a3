"""The folder transport, and what only a folder can do wrong."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from fairsubmit.errors import PermanentTransferError, UploadExpiredError
from fairsubmit.manifest import walk
from fairsubmit.testing.bodies import BytesBody, content_of, send
from fairsubmit.testing.transport import TransportContract
from fairsubmit.transports.folder import FolderTransport, error_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class TestFolderTransport(TransportContract):
    @pytest.fixture
    def transport(self, tmp_path: Path) -> FolderTransport:
        return FolderTransport(tmp_path / "store", chunk_size=1 << 20)

    @pytest.fixture
    def stored(self, tmp_path: Path) -> Callable[[str], bytes | None]:
        def read(path: str) -> bytes | None:
            place = tmp_path / "store" / path
            return place.read_bytes() if place.is_file() else None

        return read

    @pytest.fixture
    def another(self, tmp_path: Path) -> Callable[[], FolderTransport]:
        return lambda: FolderTransport(tmp_path / "store", chunk_size=1 << 20)


def test_an_unfinished_upload_is_no_file_of_the_folder(tmp_path: Path) -> None:
    transport = FolderTransport(tmp_path)
    handle = transport.create("a/file.bin", 10)
    transport.write(handle, transport.missing(handle)[0], BytesBody(b"0123456789"))
    assert list(walk(tmp_path)) == []
    transport.complete(handle)
    assert [file.path for file in walk(tmp_path)] == ["a/file.bin"]
    transport.close()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_the_earlier_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    transport = FolderTransport(tmp_path)
    send(transport, "file.bin", b"old")
    handle = transport.create("file.bin", 6)
    transport.write(handle, transport.missing(handle)[0], BytesBody(b"newnew"))
    assert (tmp_path / "file.bin").read_bytes() == b"old"
    transport.complete(handle)
    assert (tmp_path / "file.bin").read_bytes() == b"newnew"


def test_an_upload_whose_end_was_not_written_down_is_complete(tmp_path: Path) -> None:
    """As when the process ends between the renaming and the journal."""
    content = content_of(1000)
    transport = FolderTransport(tmp_path)
    handle = transport.create("file.bin", 1000)
    transport.write(handle, transport.missing(handle)[0], BytesBody(content))
    first = transport.complete(handle)
    again = FolderTransport(tmp_path)
    assert again.missing(handle) == ()
    assert again.complete(handle) == first


def test_an_upload_that_was_tidied_away_has_expired(tmp_path: Path) -> None:
    transport = FolderTransport(tmp_path)
    handle = transport.create("file.bin", 10)
    transport.abort(handle)
    with pytest.raises(UploadExpiredError):
        transport.missing(handle)


@pytest.mark.parametrize(
    "path", ["../out.bin", "a/../../out.bin", "/etc/out.bin", "", "C:/out.bin", "\\out"]
)
def test_no_path_leads_out_of_the_folder(tmp_path: Path, path: str) -> None:
    with pytest.raises(PermanentTransferError):
        FolderTransport(tmp_path).create(path, 1)


def test_the_longest_name_of_the_file_system_fits(tmp_path: Path) -> None:
    send(FolderTransport(tmp_path), "n" * 255, b"x")
    assert (tmp_path / ("n" * 255)).read_bytes() == b"x"


def test_what_is_damaged_on_disk_shows_in_the_digest(tmp_path: Path) -> None:
    transport = FolderTransport(tmp_path)
    handle = transport.create("file.bin", 4)
    transport.write(handle, transport.missing(handle)[0], BytesBody(b"data"))
    honest = transport.complete(handle)
    (tmp_path / "file.bin").write_bytes(b"dat4")
    assert transport.complete(handle).digests != honest.digests


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (errno.ENOSPC, "QuotaExceededError"),
        (errno.EDQUOT, "QuotaExceededError"),
        (errno.EIO, "TransientTransferError"),
        (errno.ESTALE, "TransientTransferError"),
        (errno.EACCES, "PermanentTransferError"),
        (errno.EROFS, "PermanentTransferError"),
    ],
)
def test_errors_of_the_file_system(number: int, name: str) -> None:
    error = error_for(OSError(number, os.strerror(number)), "a/file.bin")
    assert type(error).__name__ == name
    assert error.message == f"a/file.bin cannot be stored: {os.strerror(number)}"
