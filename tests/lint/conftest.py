"""Cases of rules as data: see ``cases/README.md``."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from fairsubmit.dataset import Dataset, open_crate, open_dataset
from fairsubmit.findings import Finding, Report, Severity
from fairsubmit.lint import lint
from fairsubmit.manifest import Entry, Manifest, stat_file
from fairsubmit.metadata.image import (
    Channel,
    Detector,
    Extraction,
    ImageAnnotation,
    ImageMetadata,
    ImageSize,
    Objective,
    PhysicalSize,
    PlatePosition,
    Problem,
    Quantity,
)
from fairsubmit.metadata.load import Document, parse
from fairsubmit.metadata.pagetab import read_pagetab

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
CASES = HERE / "cases"
TODAY = date(2026, 11, 22)
MARK = "# <-"
CRATE = "ro-crate-metadata.json"
CRATE_FILES = {
    "raw/a.tif": "x",
    "file-lists/c1.tsv": "Files\tSize\tmd5\tsha256\nraw/a.tif\t1\t\t\n",
}
_KEY = re.compile(r"^(?P<key>[A-Za-z_]+):")


def blocks(text: str) -> dict[str, str]:
    """Split a document into its top-level blocks."""
    found: dict[str, str] = {}
    key = ""
    for line in text.splitlines(keepends=True):
        started = _KEY.match(line)
        key = started["key"] if started else key
        found[key] = found.get(key, "") + line
    return found


def compose(overlay: str, without: list[str] | None = None) -> str:
    """Return the base document with the blocks of `overlay` in place of its own."""
    base = blocks((HERE / "base.yaml").read_text(encoding="utf-8"))
    merged = {**base, **blocks(overlay)}
    return "".join(v for k, v in merged.items() if k not in (without or []))


@dataclass
class Case:
    """One case of one rule."""

    path: Path
    spec: dict[str, Any]

    @property
    def code(self) -> str:
        return self.path.parent.name

    @property
    def text(self) -> str:
        document = self.spec.get("document", "")
        if self.spec.get("raw"):
            return str(document)
        return compose(document, self.spec.get("without"))

    @property
    def expected(self) -> list[str]:
        """Places as ``path:line``, from the marks and from ``expect``."""
        marked = [
            f"submission.yaml:{number}"
            for number, line in enumerate(self.text.splitlines(), start=1)
            if MARK in line
        ]
        return sorted([*marked, *map(str, self.spec.get("expect", []))])

    def lint(self, root: Path) -> Report:
        subject = self.subject(root)
        archive = self.spec.get("archive", "bioimage-archive")
        return lint(
            subject,
            [extraction(spec) for spec in self.spec.get("images", [])],
            archive=archive,
            today=TODAY,
            manifest=self.manifest(root),
        )

    def subject(self, root: Path) -> Dataset | Document:
        if "base" in self.spec:
            return self.foreign(root)
        if "pagetab" in self.spec:
            return read_pagetab(self.spec["pagetab"].encode(), "submission.json")
        if self.spec.get("raw"):
            return parse(self.text.encode(), "submission.yaml")
        self.write_files(root, ["raw/a.tif"])
        (root / "submission.yaml").write_text(self.text, encoding="utf-8")
        dataset = open_dataset(root)
        return self.multiplied(dataset) if "copies" in self.spec else dataset

    def multiplied(self, dataset: Dataset) -> Dataset:
        """Give the first group many files that are on no disk."""
        group, *others = dataset.groups
        model = dataset.files[group.paths[0]]._replace(size=self.spec.get("size", 1))
        names = [f"raw/{number}.tif" for number in range(self.spec["copies"])]
        kept = {p: f for p, f in dataset.files.items() if p not in group.paths}
        files = {**kept, **{n: model._replace(path=n) for n in names}}
        many = replace(group, paths=tuple(names))
        return replace(dataset, files=files, groups=(many, *others))

    def write_files(self, root: Path, default: list[str] | dict[str, str]) -> None:
        files = self.spec.get("files", default)
        contents = files if isinstance(files, dict) else dict.fromkeys(files, "x")
        for name, content in contents.items():
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                target.symlink_to(root / "nowhere")
            else:
                target.write_text(content, encoding="utf-8", newline="\n")
        if len({path for path in root.rglob("*") if not path.is_dir()}) < len(contents):
            pytest.skip("this file system cannot hold the names of the case")

    def foreign(self, root: Path) -> Dataset | Document:
        """Read one of ``bases`` with the changes of the case."""
        name = self.spec["base"]
        text = (HERE / "bases" / name).read_text(encoding="utf-8")
        for old, new in self.spec.get("change", {}).items():
            assert old in text, f"{name} does not hold {old!r}"
            text = text.replace(old, new, 1)
        (root / name).write_text(text, encoding="utf-8", newline="\n")
        self.write_files(root, CRATE_FILES if name == CRATE else [])
        return open_crate(root / name)

    def manifest(self, root: Path) -> Manifest | None:
        if "manifest" not in self.spec:
            return None
        entries = []
        for name, changes in self.spec["manifest"].items():
            stat = stat_file(root, name)
            content = (root / name).read_bytes()
            md5 = hashlib.md5(content).hexdigest()
            sha256 = hashlib.sha256(content).hexdigest()
            entry = Entry(*stat, md5, sha256)
            entries.append(Entry(**{**entry.to_json(), **(changes or {})}))
        return Manifest(tuple(entries))


def extraction(spec: dict[str, Any]) -> Extraction:
    """Build what a reader gives from a few words."""
    path = spec["path"]
    if "unreadable" in spec:
        finding = Finding(
            "IMG101",
            "image-unreadable",
            Severity.ERROR,
            spec["unreadable"],
            path=path,
        )
        return Extraction(path, (), (finding,))
    if "finding" in spec:
        given = {**spec["finding"], "severity": Severity(spec["finding"]["severity"])}
        return Extraction(path, (), (Finding(**given, path=path),))
    series = spec.get("series", [{}])
    return Extraction(
        path,
        tuple(record({**spec, **own}, number) for number, own in enumerate(series)),
    )


def record(spec: dict[str, Any], series: int = 0) -> ImageMetadata:
    """Build one image series; ``x``, ``y`` and ``z`` are the pixel size."""
    x, y = (size(spec.get(axis, "0.1 µm")) for axis in ("x", "y"))
    return ImageMetadata(
        spec["path"],
        series,
        name=spec.get("name"),
        format=spec.get("format", "OME-TIFF"),
        reader=spec.get("reader"),
        size=extent(spec.get("size", {})),
        pixel_type=spec.get("pixel_type"),
        significant_bits=spec.get("bits"),
        physical_size=PhysicalSize(x, y, size(spec.get("z"))),
        time_increment=size(spec.get("time_increment")),
        channels=tuple(
            channel(index, told) for index, told in enumerate(spec.get("channels", []))
        ),
        objective=Objective(**spec.get("objective", {})),
        detector=Detector(model=spec.get("detector")),
        acquired_at=spec.get("acquired_at", "2026-05-04T10:00:00"),
        annotations=tuple(
            ImageAnnotation("MapAnnotation", None, None, values)
            for values in spec.get("annotations", [])
        ),
        files=tuple(spec.get("files", [spec["path"]])),
        problems=tuple(Problem(**problem) for problem in spec.get("problems", [])),
        plate=PlatePosition(**spec["plate"]) if "plate" in spec else None,
    )


def extent(given: dict[str, int] | list[int]) -> ImageSize:
    """Build a size from its axes, or from numbers in the order x, y, z, c, t."""
    return ImageSize(*given) if isinstance(given, list) else ImageSize(**given)


def channel(index: int, spec: dict[str, Any] | str | None) -> Channel:
    """Build a channel from its name, or from what it says."""
    given: dict[str, Any] = spec if isinstance(spec, dict) else {"name": spec}
    return Channel(
        index,
        given.get("name"),
        given.get("fluorophore"),
        size(given.get("excitation")),
        size(given.get("emission")),
        given.get("contrast"),
        given.get("mode"),
        given.get("samples", 1),
    )


def size(text: str | None) -> Quantity | None:
    if text is None:
        return None
    value, _, unit = str(text).partition(" ")
    return Quantity(float(value), unit or None)


def cases() -> list[Case]:
    return [
        Case(path, yaml.safe_load(path.read_text(encoding="utf-8")) or {})
        for path in sorted(CASES.glob("*/*.yaml"))
    ]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        found = cases()
        names = [f"{case.code}-{case.path.stem}" for case in found]
        metafunc.parametrize("case", found, ids=names)


@pytest.fixture(scope="session")
def all_cases() -> list[Case]:
    return cases()


@pytest.fixture
def composed() -> Callable[..., str]:
    """`compose`, for tests in other files."""
    return compose


@pytest.fixture
def base(tmp_path: Path) -> Dataset:
    """A dataset that nothing is wrong with."""
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.tif").write_bytes(b"x")
    (tmp_path / "submission.yaml").write_text(compose(""), encoding="utf-8")
    return open_dataset(tmp_path)
