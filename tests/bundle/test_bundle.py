"""Making a bundle: what it writes, what it refuses, what it costs."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from fairsubmit.bundle import make_bundle, submission_digest
from fairsubmit.dataset import open_dataset
from fairsubmit.errors import FairsubmitError, ManifestError, MetadataError
from fairsubmit.manifest import Entry, Manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fairsubmit.dataset import Dataset
    from fairsubmit.findings import Finding
    from fairsubmit.metadata.image import Extraction


def written(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_bundle_says_what_is_deposited(dataset: Dataset, tmp_path: Path) -> None:
    counted: list[int] = []
    folder = tmp_path / "deep" / "out"
    bundle = make_bundle(dataset, folder=folder, advance=counted.append)
    assert [entry.path for entry in bundle.manifest.entries] == [
        "masks/a.tif",
        "masks/b.tif",
        "raw/a b.ome.tif",
        "raw/b#1.tif",
        "raw/µ.png",
    ]
    assert [entry.path for entry in bundle.documents.entries] == [
        "file-lists/c1.tsv",
        "file-lists/m1.tsv",
        "ro-crate-metadata.json",
    ]
    assert [(f.pointer, f.path, f.rows) for f in bundle.file_lists] == [
        ("/components/0", "file-lists/c1.tsv", 3),
        ("/annotations/0", "file-lists/m1.tsv", 2),
    ]
    assert bundle.submission.study.keywords[0] == "nuclei"
    assert sum(counted) == bundle.manifest.size
    for item in bundle.items():
        raw = item.local.read_bytes()
        assert item.entry.sha256 == hashlib.sha256(raw).hexdigest()
        assert item.entry.size == len(raw)
    assert Manifest.read(folder / "manifest.jsonl") == bundle.manifest
    assert set(written(folder)) == {
        "manifest.jsonl",
        *(entry.path for entry in bundle.documents.entries),
    }


def test_the_data_stays_as_it_was(dataset: Dataset, tmp_path: Path) -> None:
    before = written(dataset.root)
    make_bundle(dataset, folder=tmp_path / "out")
    assert written(dataset.root) == before


def test_the_same_data_give_the_same_bytes_anywhere(
    make: Callable[..., Dataset], images: tuple[Extraction, ...], tmp_path: Path
) -> None:
    bundles = []
    for name in ("one", "two"):
        dataset = make(name=name)
        for path in dataset.root.rglob("*"):
            os.utime(path, (hash(name) % 10**9, 0))
        bundle = make_bundle(dataset, images, folder=tmp_path / f"out {name}")
        bundles.append(bundle)
    one, two = bundles
    for entry in one.documents.entries:
        first, second = (b.folder / entry.path for b in bundles)
        assert first.read_bytes() == second.read_bytes()
    assert one.manifest != two.manifest  # times and file numbers
    assert submission_digest(one, b"{}") == submission_digest(two, b"{}")


def test_the_digest_is_over_every_file_and_the_document(
    make: Callable[..., Dataset], tmp_path: Path, files: dict[str, str]
) -> None:
    bundle = make_bundle(make(), folder=tmp_path / "out")
    digest = submission_digest(bundle, b"{}")
    assert len(digest) == 64
    assert submission_digest(bundle, b"{ }") != digest
    assert submission_digest(bundle, b"{}") == digest
    changed = make(files={**files, "raw/b#1.tif": "BBB"}, name="changed")
    assert (
        submission_digest(make_bundle(changed, folder=tmp_path / "o2"), b"{}") != digest
    )
    renamed = {**files, "raw/c.tif": files["raw/b#1.tif"]}
    del renamed["raw/b#1.tif"]
    other = make_bundle(make(files=renamed, name="renamed"), folder=tmp_path / "o3")
    assert submission_digest(other, b"{}") != digest


def test_unchanged_files_are_not_read_again(dataset: Dataset, tmp_path: Path) -> None:
    first = make_bundle(dataset, folder=tmp_path / "out")
    target = dataset.root / "raw/b#1.tif"
    stamp = target.stat().st_mtime_ns
    target.write_text("BBB")
    os.utime(target, ns=(stamp, stamp))
    again = make_bundle(dataset, folder=tmp_path / "out")
    assert again.manifest == first.manifest, "the manifest beside it is known"
    known = {entry.path: entry for entry in first.manifest.entries}
    given = make_bundle(dataset, folder=tmp_path / "elsewhere", known=known)
    assert given.manifest == first.manifest
    afresh = make_bundle(dataset, folder=tmp_path / "afresh")
    assert afresh.manifest != first.manifest


class BreakOffError(Exception):
    pass


@pytest.mark.parametrize("error", [BreakOffError, KeyboardInterrupt])
def test_hashing_goes_on_where_it_was_broken_off(
    dataset: Dataset, tmp_path: Path, error: type[BaseException]
) -> None:
    left = 3

    def advance(_: int) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise error

    with pytest.raises(error):
        make_bundle(dataset, folder=tmp_path, advance=advance)
    assert not (tmp_path / "manifest.jsonl").exists()
    # The first two are known: changing them in secret changes nothing.
    for path in ("masks/a.tif", "masks/b.tif"):
        target = dataset.root / path
        stat = target.stat()
        target.write_text(target.read_text().upper())
        os.utime(target, ns=(stat.st_mtime_ns, stat.st_mtime_ns))
    bundle = make_bundle(dataset, folder=tmp_path)
    entries = {entry.path: entry for entry in bundle.manifest.entries}
    assert entries["masks/a.tif"].sha256 == hashlib.sha256(b"mask of a").hexdigest()
    assert entries["raw/b#1.tif"].sha256 == hashlib.sha256(b"bbb").hexdigest()
    assert not list(tmp_path.glob("*.log"))


def refused(dataset: Dataset, folder: Path) -> tuple[Finding, ...]:
    with pytest.raises(MetadataError) as caught:
        make_bundle(dataset, folder=folder)
    assert "\n" not in caught.value.message
    assert caught.value.hint
    assert all(f.help and f.line and f.path for f in caught.value.findings)
    assert not written(folder) if folder.exists() else True
    return caught.value.findings


@pytest.mark.parametrize(
    ("old", "new", "codes", "line_of"),
    [
        ("include: [raw/**]", "include: [nothing/**]", {"FIL117"}, "include"),
        ("include: [raw/**]", "include: [raw/**, gone.tif]", {"FIL101"}, "gone.tif"),
        ("include: [raw/**]", "include: [raw/**, gone/]", {"FIL101"}, "gone/"),
        ("table: tables/masks.tsv", "table: gone.tsv", {"FIL116", "FIL117"}, "gone"),
        ("title: Nuclei of", "titel: Nuclei of", {"DOC103", "DOC121"}, "titel"),
        ("fairsubmit: 1", "fairsubmit: [", {"DOC101"}, ""),
        ("keywords:", "license: x\n  keywords:", {"DOC102"}, ""),
    ],
)
def test_what_cannot_be_bundled_is_refused_with_its_place(
    make: Callable[..., Dataset],
    tmp_path: Path,
    old: str,
    new: str,
    codes: set[str],
    line_of: str,
    files: dict[str, str],
    submission: str,
) -> None:
    text = submission.replace(old, new, 1).replace(
        ", table: tables/raw.tsv", "" if "nothing" in new else ", table: tables/raw.tsv"
    )
    findings = refused(make(text, files), tmp_path / "out")
    assert {finding.code for finding in findings} == codes
    if line_of:
        lines = [n for n, x in enumerate(text.splitlines(), 1) if line_of in x]
        assert {finding.line for finding in findings} & set(lines)


def test_no_files_at_all(make: Callable[..., Dataset], tmp_path: Path) -> None:
    findings = refused(make(files={}), tmp_path / "out")
    assert {finding.code for finding in findings} == {"FIL116", "FIL117"}


def test_rows_of_files_that_are_missing_are_named_and_counted(
    make: Callable[..., Dataset], tmp_path: Path, files: dict[str, str]
) -> None:
    table = "Files\n" + "".join(f"raw/{i}.tif\n" for i in range(1000))
    findings = refused(make(files={**files, "tables/raw.tsv": table}), tmp_path / "out")
    assert {finding.code for finding in findings} == {"FIL101"}
    first = findings[0]
    assert (first.path, first.line, first.cell) == ("tables/raw.tsv", 2, "A2")
    assert "raw/0.tif" in first.message
    assert len(findings) == 20
    assert sum(finding.count for finding in findings) == 1000
    assert "980" in findings[-1].message


@pytest.mark.parametrize(
    "path", ["ro-crate-metadata.json", "file-lists/c1.tsv", "FILE-LISTS/C1.TSV"]
)
def test_data_where_our_own_files_go_is_refused(
    make: Callable[..., Dataset],
    tmp_path: Path,
    path: str,
    files: dict[str, str],
    submission: str,
) -> None:
    text = submission.replace("[raw/**]", f"[raw/**, {path}]")
    (finding,) = refused(make(text, {**files, path: "x"}), tmp_path / "out")
    assert finding.code == "FIL118"
    assert path in finding.message


def test_data_in_the_folder_that_is_written_is_refused(
    make: Callable[..., Dataset], files: dict[str, str], submission: str
) -> None:
    text = submission.replace("[raw/**]", "['**']")
    dataset = make(text, {**files, "out/old.tsv": "x"})
    with pytest.raises(MetadataError) as caught:
        make_bundle(dataset, folder=dataset.root / "out")
    assert [f.code for f in caught.value.findings] == ["FIL118"]
    make_bundle(dataset, folder=dataset.root / ".fairsubmit" / "bundle")


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
@pytest.mark.parametrize("name", ["a\tb.tif", "a\nb.tif", "a\u2028b.tif"])
def test_names_that_no_list_can_hold_are_refused(
    make: Callable[..., Dataset], tmp_path: Path, name: str, files: dict[str, str]
) -> None:
    (finding,) = refused(make(files={**files, f"raw/{name}": "x"}), tmp_path / "out")
    assert finding.code == "FIL105"
    assert finding.message.isprintable()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have Unicode names")
def test_names_that_are_not_utf_8_are_refused(dataset: Dataset, tmp_path: Path) -> None:
    try:
        (dataset.root / os.fsdecode(b"raw/caf\xe9.tif")).touch()
    except OSError:
        pytest.skip("the file system takes Unicode names only")
    (finding,) = refused(open_dataset(dataset.root), tmp_path / "out")
    assert finding.code == "FIL105"
    finding.message.encode("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_that_leads_nowhere_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    (dataset.root / "raw/broken.tif").symlink_to("nowhere")
    (finding,) = refused(open_dataset(dataset.root), tmp_path / "out")
    assert finding.code == "FIL101"


def test_a_file_that_vanishes_is_one_sentence(dataset: Dataset, tmp_path: Path) -> None:
    (dataset.root / "raw/b#1.tif").unlink()
    with pytest.raises(ManifestError, match=r"raw/b#1\.tif cannot be read"):
        make_bundle(dataset, folder=tmp_path / "out")


def test_a_folder_that_cannot_be_written_is_one_sentence(
    dataset: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    for folder in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(FairsubmitError) as caught:
            make_bundle(dataset, folder=folder)
        assert "cannot be written" in caught.value.message
        assert caught.value.hint


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on files there")
def test_nothing_half_written_is_left_behind(dataset: Dataset, tmp_path: Path) -> None:
    import resource

    folder = tmp_path / "out"
    make_bundle(dataset, folder=folder)
    before = written(folder)
    # As on a full disk, the largest file cannot be written to its end.
    largest = max(map(len, before.values()))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest - 1, hard))
    try:
        with pytest.raises(ManifestError, match="cannot be written") as caught:
            make_bundle(dataset, folder=folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.hint
    assert written(folder) == before
    make_bundle(dataset, folder=folder)


def test_images_are_read_once_and_one_at_a_time(
    dataset: Dataset, images: tuple[Extraction, ...], tmp_path: Path
) -> None:
    handed: list[str] = []

    def stream() -> Iterator[Extraction]:
        for image in images:
            handed.append(image.path)
            yield image

    make_bundle(dataset, stream(), folder=tmp_path / "out")
    assert handed == [image.path for image in images]


MEASURE = """
import sys
from pathlib import Path
from fairsubmit.bundle import make_bundle
from fairsubmit.dataset import open_dataset
from fairsubmit.metadata.image import Extraction, ImageMetadata, ImageSize

root, folder = map(Path, sys.argv[1:])
dataset = open_dataset(root)
images = (
    Extraction(path, (ImageMetadata(path, 0, name=path, format="TIFF",
                                    size=ImageSize(512, 512, 1, 1, 1), files=(path,)),))
    for path in dataset.files
)
bundle = make_bundle(dataset, images, folder=folder)
assert len(bundle.manifest) == 20_000
# Not getrusage: what it says of a new process includes the one that started it.
status = Path("/proc/self/status").read_text()
print(next(x.split()[1] for x in status.splitlines() if x.startswith("VmHWM")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="measured with /proc")
def test_twenty_thousand_files_fit_in_little_memory(
    make: Callable[..., Dataset], tmp_path: Path, submission: str
) -> None:
    text = submission.replace(", table: tables/raw.tsv", "")
    text = text.replace("{table: tables/masks.tsv}", "{include: [masks/**]}")
    many = {f"raw/{i % 100:02}/{i:05}.tif": "" for i in range(19_990)}
    many |= {f"masks/{i}.tif": "" for i in range(10)}
    dataset = make(text, many)
    found = subprocess.run(
        [sys.executable, "-c", MEASURE, str(dataset.root), str(tmp_path / "out")],
        capture_output=True,
        check=True,
        text=True,
    )
    # The whole of `submit` has 120 MiB.
    assert int(found.stdout) < 100 * 1024


def test_entries_hold_no_more_than_they_must() -> None:
    assert not hasattr(Entry("a", 0, 0, 0, "", ""), "__dict__")
