"""The directory archive: the reference implementation, and a lab's staging area."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from fairsubmit.archives import ARCHIVES, Archives
from fairsubmit.archives.directory import DirectoryArchive, Settings, connect
from fairsubmit.archives.directory.shelf import translated
from fairsubmit.deposit import submit, verify
from fairsubmit.errors import (
    ArchiveError,
    ArchiveUnavailableError,
    AuthenticationError,
    ConfigError,
    ManifestError,
    SubmissionRejectedError,
)
from fairsubmit.manifest import Manifest
from fairsubmit.testing.archive import ArchiveContract, deposit_files, example_bundle

if TYPE_CHECKING:
    from fairsubmit.bundle import Bundle


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "staging" / "area"


@pytest.fixture
def archive(folder: Path) -> DirectoryArchive:
    return DirectoryArchive(folder)


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return example_bundle(tmp_path / "made")


class TestDirectoryArchive(ArchiveContract):
    @pytest.fixture
    def archive(self, folder: Path) -> DirectoryArchive:
        return DirectoryArchive(folder)


def codes(archive, bundle) -> list[str]:
    return [finding.code for finding in archive.check(bundle)]


def ignore(sentence: str) -> None:
    pass


# The table


def test_it_is_in_the_table():
    kind = ARCHIVES["directory"]
    assert kind.settings is Settings
    assert kind({"folder": "somewhere"}).name == "directory"
    assert {"bioimage-archive", "directory"} <= set(ARCHIVES)
    assert len(ARCHIVES) == len(list(ARCHIVES))
    assert "nowhere" not in ARCHIVES


@pytest.mark.parametrize("settings", [{}, {"folder": None}, {"folder": 5}])
def test_a_folder_is_needed(settings):
    with pytest.raises(ConfigError, match="needs a folder") as caught:
        connect(settings)
    assert "--to" in str(caught.value.hint)


def test_an_unknown_setting_is_named():
    with pytest.raises(ConfigError, match="no setting 'token'"):
        connect({"folder": "x", "token": "secret-word"})


def test_settings_that_are_not_given_do_not_count(folder):
    archive = connect({"folder": str(folder), "upload": None})
    assert archive.endpoint == str(folder)


def test_a_plug_in_that_cannot_be_imported_is_named():
    def broken():
        raise ImportError("no module named 'other'")

    from fairsubmit.archives import _loader

    plug_ins = Archives({"mine": _loader("mine", broken)})
    with pytest.raises(ConfigError, match="plug-in for the archive 'mine'"):
        plug_ins["mine"]({})


# Drafts


def test_accessions_count_up(archive, bundle, folder):
    drafts = [archive.open(bundle, f"token-{n}") for n in range(3)]
    assert [draft.accession for draft in drafts] == ["DIR-0001", "DIR-0002", "DIR-0003"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "DIR-0001",
        "DIR-0002",
        "DIR-0003",
    ]
    assert drafts[1].root == "DIR-0002/files"


def test_what_else_lies_in_the_folder_is_left_alone(archive, bundle, folder):
    (folder / "DIR-0041").mkdir(parents=True)
    (folder / "DIR-0041" / "notes.txt").write_text("by hand")
    (folder / "DIR-notes").write_text("by hand")
    assert archive.open(bundle, "t").accession == "DIR-0042"
    with pytest.raises(ArchiveError, match="no deposit DIR-0041"):
        archive.status("DIR-0041")


def test_many_at_once_get_one_deposit_each(bundle, folder):
    found: list[str] = []
    start = threading.Barrier(8)

    def work(number: int) -> None:
        start.wait()
        found.append(DirectoryArchive(folder).open(bundle, f"token-{number}").key)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 8


def test_a_draft_that_was_half_made_is_made_again(archive, bundle, folder):
    """The process was killed before the folder got its name."""
    draft = archive.open(bundle, "t")
    place = folder / draft.key
    making = f".new-{hashlib.sha256(b't').hexdigest()[:16]}"
    place.rename(folder / making)
    (folder / making / "token").unlink()
    again = archive.open(bundle, "t")
    assert again == draft
    assert [path.name for path in folder.iterdir()] == ["DIR-0001"]


def test_a_deposit_that_was_moved_away_is_missed(archive, bundle, folder, tmp_path):
    draft = archive.open(bundle, "t")
    (folder / draft.key).rename(tmp_path / "elsewhere")
    with pytest.raises(ArchiveError, match="no deposit DIR-0001"):
        archive.reopen(draft)


@pytest.mark.parametrize("name", ["../DIR-0001", "DIR-0001/files", "", ".", "dir-0001"])
def test_only_accessions_are_looked_up(archive, bundle, name):
    archive.open(bundle, "t")
    with pytest.raises(ArchiveError):
        archive.status(name)
    with pytest.raises(ArchiveError):
        archive.deposited("DIR-0001/files", name)


# Handing in


def test_what_a_deposit_consists_of(archive, bundle, folder, tmp_path):
    receipt = submit(bundle, archive, state=tmp_path / "state")
    place = folder / receipt.accession
    assert {path.name for path in place.iterdir()} == {
        "files",
        "manifest.jsonl",
        "submission.json",
        "token",
    }
    assert not (place / "files" / ".fairsubmit").exists()
    document = json.loads((place / "submission.json").read_bytes())
    assert document["submission"]["study"]["title"] == bundle.submission.study.title
    assert document["accession"] == "DIR-0001"
    entries = {e.path: e for e in Manifest.read(place / "manifest.jsonl").entries}
    assert {path: e.sha256 for path, e in entries.items()} == {
        item.entry.path: item.entry.sha256 for item in bundle.items()
    }
    for item in bundle.items():
        stored = place / "files" / item.entry.path
        assert stored.read_bytes() == item.local.read_bytes()
    assert receipt.url == place.as_uri()
    assert all(file.held.digests["sha256"] == file.sha256 for file in receipt.files)
    assert verify(receipt, DirectoryArchive(folder)).ok


def test_digests_are_known_when_it_is_handed_in(archive, bundle, tmp_path):
    draft = archive.open(bundle, "t")
    deposit_files(bundle, archive, draft, tmp_path / "state")
    assert all(not file.digests for file in archive.held(draft).values())
    archive.submit(bundle, draft, ignore)
    held = archive.held(draft)
    for item in bundle.items():
        assert held[item.entry.path].digests == {
            "md5": item.entry.md5,
            "sha256": item.entry.sha256,
        }


def test_verify_reads_what_is_there_now(archive, bundle, folder, tmp_path):
    """A bit that flips on the disk changes neither size nor time."""
    receipt = submit(bundle, archive, state=tmp_path / "state")
    path = bundle.manifest.entries[0].path
    stored = folder / receipt.root / path
    stat = stored.stat()
    content = bytearray(stored.read_bytes())
    content[1000] ^= 1
    stored.write_bytes(content)
    os.utime(stored, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    report = verify(receipt, DirectoryArchive(folder))
    assert {finding.path for finding in report.errors} == {path}
    stored.unlink()
    report = verify(receipt, DirectoryArchive(folder))
    assert [finding.code for finding in report.errors] == ["VER101"]


def test_a_file_that_is_damaged_here_is_sent_again(archive, bundle, folder, tmp_path):
    draft = archive.open(bundle, "t")
    deposit_files(bundle, archive, draft, tmp_path / "state")
    path = bundle.manifest.entries[0].path
    stored = folder / draft.root / path
    stored.write_bytes(stored.read_bytes()[::-1])
    with pytest.raises(SubmissionRejectedError) as caught:
        archive.submit(bundle, draft, ignore)
    assert [finding.path for finding in caught.value.findings] == [path]
    assert archive.status(draft.key).state == "DRAFT"
    deposit_files(bundle, archive, draft, tmp_path / "state")
    assert archive.submit(bundle, draft, ignore).status.accepted


def test_handing_in_twice_is_one_deposit(archive, bundle, tmp_path):
    draft = archive.open(bundle, "t")
    deposit_files(bundle, archive, draft, tmp_path / "state")
    first = archive.submit(bundle, draft, ignore)
    assert archive.submit(bundle, draft, ignore) == first


def test_what_was_handed_in_does_not_change(archive, bundle, folder, tmp_path):
    draft = archive.open(bundle, "t")
    deposit_files(bundle, archive, draft, tmp_path / "state")
    archive.submit(bundle, draft, ignore)
    before = (folder / draft.key / "submission.json").read_bytes()
    other = example_bundle(tmp_path / "other", release="2098-01-01")
    with pytest.raises(ArchiveError, match="handed in before, with other content"):
        archive.submit(other, draft, ignore)
    assert (folder / draft.key / "submission.json").read_bytes() == before


def test_files_of_an_earlier_try_are_not_part_of_it(archive, bundle, folder, tmp_path):
    draft = archive.open(bundle, "t")
    stray = folder / draft.root / "raw" / "renamed since.tif"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"x")
    deposit_files(bundle, archive, draft, tmp_path / "state")
    archive.submit(bundle, draft, ignore)
    manifest = Manifest.read(folder / draft.key / "manifest.jsonl")
    assert len(manifest) == len(list(bundle.items()))


@pytest.mark.parametrize("path", ["../token", "raw/../../token", "raw", "no such file"])
def test_only_files_of_the_deposit_are_handed_out(archive, bundle, tmp_path, path):
    receipt = submit(bundle, archive, state=tmp_path / "state")
    with pytest.raises(ArchiveError):
        list(archive.fetch(receipt.root, receipt.accession, path))
    with pytest.raises(ArchiveError, match="not in elsewhere"):
        list(archive.fetch("elsewhere", receipt.accession, "raw/plate 1/cell2.tif"))


# Limits


def test_a_folder_in_the_dataset_is_found(bundle):
    inside = DirectoryArchive(bundle.dataset.root / "deposit")
    assert codes(inside, bundle) == ["DIR103"]
    assert codes(DirectoryArchive(bundle.dataset.root), bundle) == ["DIR103"]


def test_a_disk_that_is_too_small_is_found(archive, bundle, monkeypatch, tmp_path):
    free = bundle.size - 10
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=free))
    assert codes(archive, bundle) == ["DIR102"]
    draft = archive.open(bundle, "t")
    deposit_files(bundle, archive, draft, tmp_path / "state")
    # What is there of it already needs no room.
    assert codes(archive, bundle) == []
    archive.submit(bundle, draft, ignore)
    assert codes(archive, bundle) == ["DIR102"]


def test_a_name_that_is_too_long_is_found(archive, tmp_path, monkeypatch):
    bundle = example_bundle(tmp_path / "made", {"µ" * 40 + ".tif": b"x"})
    assert codes(archive, bundle) == []
    monkeypatch.setattr(os, "pathconf", lambda path, name: 80, raising=False)
    (finding,) = archive.check(bundle)
    assert finding.code == "DIR104"
    assert finding.path == f"raw/{'µ' * 40}.tif"


def test_a_file_in_the_place_of_the_folder_is_found(bundle, tmp_path):
    (tmp_path / "area").write_text("not a folder")
    archive = DirectoryArchive(tmp_path / "area")
    assert codes(archive, bundle) == ["DIR101"]
    with pytest.raises(AuthenticationError, match="may not write"):
        archive.whoami()
    with pytest.raises(ArchiveError, match="no deposit can be made"):
        archive.open(bundle, "t")


@pytest.mark.skipif(os.name == "nt", reason="no such permissions on Windows")
def test_a_folder_of_somebody_else_is_found(bundle):
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        archive = DirectoryArchive(folder)
        if root:
            os.seteuid(65534)
        try:
            assert codes(archive, bundle) == ["DIR101"]
            with pytest.raises(AuthenticationError):
                archive.whoami()
            with pytest.raises(ArchiveError, match="Permission denied"):
                archive.open(bundle, "t")
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), ArchiveUnavailableError),
        (PermissionError(errno.EACCES, "Permission denied"), ArchiveError),
        (ManifestError("it is not a manifest"), ArchiveError),
    ],
)
def test_errors_of_the_disk_are_explained(error, expected):
    with (
        pytest.raises(expected, match=r"^it cannot be done: ") as caught,
        translated("it cannot be done"),
    ):
        raise error
    assert type(caught.value) is expected
    assert caught.value.archive == "directory"
