"""What every reader must do, as tests that a reader's own tests inherit.

::

    class TestMyReader(ReaderContract):
        @pytest.fixture
        def reader(self) -> Reader:
            return MyReader()

        @pytest.fixture
        def image(self, tmp_path: Path) -> Path:
            return write_small_image(tmp_path / "a.fmt")

`image` is a small valid image, a file or a folder, in a folder of its own.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairsubmit.errors import ReadError
from fairsubmit.metadata.image import ImageMetadata

if TYPE_CHECKING:
    from fairsubmit.readers.base import Reader

__all__ = ["ReaderContract"]

HEAD = 1 << 16
EXAMPLES = 2_000
# Where a change is aimed: most of what a reader looks at stands at the start.
START = 512
# Bytes that mean something to headers: none, the largest, signs, digits, brackets.
_VALUES = st.integers(0, 255) | st.sampled_from(list(b'\0\xff\x7f\x80-09.<>{}[]"\n'))
_PLACES = st.integers(0, START) | st.integers(0, 1 << 20)
_CHANGES = st.lists(st.tuples(_PLACES, _VALUES), max_size=12)
_KEPT = st.just(1.0) | st.floats(0, 1)


def _changed(content: bytes, changes: list[tuple[int, int]], kept: float) -> bytes:
    """Return the content with some bytes replaced, cut to a part of its length."""
    out = bytearray(content)
    for place, value in changes:
        if out:
            out[place % len(out)] = value
    return bytes(out[: int(kept * len(out)) + 1])


def _parts(image: Path) -> list[Path]:
    """Return the files that hold an image's metadata: the file, or JSON and XML."""
    if image.is_file():
        return [image]
    files = (path for path in image.rglob("*") if path.is_file())
    return sorted(p for p in files if p.read_bytes()[:1] in {b"{", b"[", b"<"})


def _head(path: Path) -> bytes:
    return b"" if path.is_dir() else path.read_bytes()[:HEAD]


def _snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for path in folder.rglob("*"):
        stat = path.stat()
        found[path.as_posix()] = (stat.st_size, stat.st_mtime_ns)
    return found


class ReaderContract:
    """Subclass it, give the fixtures `reader` and `image`, and run pytest."""

    @pytest.fixture
    def reader(self) -> Reader:
        """Return the reader under test."""
        raise NotImplementedError

    @pytest.fixture
    def image(self, tmp_path: Path) -> Path:
        """Return a small valid image in a folder of its own."""
        raise NotImplementedError

    def test_has_a_name_and_suffixes(self, reader: Reader) -> None:
        """A name that fits into a record, suffixes that start with a point."""
        assert reader.name
        assert reader.name == reader.name.strip().lower()
        assert reader.suffixes
        assert all(suffix.startswith(".") for suffix in reader.suffixes)

    def test_recognises_its_image(self, reader: Reader, image: Path) -> None:
        """Its own format is recognised."""
        assert reader.recognises(image, _head(image))

    def test_recognises_by_content(
        self, reader: Reader, image: Path, tmp_path: Path
    ) -> None:
        """A file with the suffix alone is not an image."""
        if image.is_dir():
            pytest.skip("folders are known by their names too")
        for content in (b"", b"a,b\n1,2\n", b"\0" * 4096, b"PK\x03\x04" + b"\0" * 60):
            other = tmp_path / f"other{reader.suffixes[0]}"
            other.write_bytes(content)
            assert not reader.recognises(other, content[:HEAD]), content[:8]

    def test_records_are_complete(self, reader: Reader, image: Path) -> None:
        """Series count from 0, paths are those given, JSON comes back the same."""
        records = reader.read(image)
        assert records
        assert [record.series for record in records] == list(range(len(records)))
        for record in records:
            assert record.reader == reader.name
            assert record.format
            assert record.path in record.files
            assert all(Path(file).exists() for file in record.files)
            written = json.loads(json.dumps(record.to_json()))
            assert ImageMetadata.from_json(written) == record

    def test_sizes_are_numbers_of_pixels(self, reader: Reader, image: Path) -> None:
        """Sizes are positive, pixel sizes too and never without a unit."""
        for record in reader.read(image):
            size, physical = record.size, record.physical_size
            assert (size.x or 0) > 0
            assert (size.y or 0) > 0
            for extent in (size.z, size.c, size.t):
                assert extent is None or extent > 0
            for quantity in (physical.x, physical.y, physical.z):
                assert quantity is None or (quantity.value > 0 and quantity.unit)

    def test_reading_twice_gives_the_same(self, reader: Reader, image: Path) -> None:
        """Nothing is remembered from one file to the next."""
        assert list(reader.read(image)) == list(reader.read(image))

    def test_writes_nothing(self, reader: Reader, image: Path) -> None:
        """The folder of the image stays as it was."""
        before = _snapshot(image.parent)
        reader.read(image)
        assert _snapshot(image.parent) == before

    def test_a_missing_file_is_a_read_error(
        self, reader: Reader, image: Path, tmp_path: Path
    ) -> None:
        """Not an OSError."""
        missing = tmp_path / "missing" / image.name
        with pytest.raises(ReadError):
            reader.read(missing)

    def test_a_cut_file_is_noticed(
        self, reader: Reader, image: Path, tmp_path: Path
    ) -> None:
        """Cut anywhere, a file gives a ReadError or records; other errors are bugs."""
        if image.is_dir():
            pytest.skip("a folder is not cut")
        content = image.read_bytes()
        folder = tmp_path / "cut"
        folder.mkdir()
        file = folder / image.name
        for tenth in range(10):
            file.write_bytes(content[: len(content) * tenth // 10])
            with suppress(ReadError):
                reader.read(file)

    @pytest.mark.slow
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
    @given(changes=_CHANGES, kept=_KEPT, part=st.integers(0, 1 << 10))
    def test_changed_bytes_are_no_crash(
        self,
        reader: Reader,
        image: Path,
        changes: list[tuple[int, int]],
        kept: float,
        part: int,
    ) -> None:
        """Whatever stands in a header, the end is a record or a ReadError."""
        parts = _parts(image)
        file = parts[part % len(parts)]
        whole = file.read_bytes()
        file.write_bytes(_changed(whole, changes, kept))
        try:
            with suppress(ReadError):
                for record in reader.read(image):
                    json.dumps(record.to_json())
        finally:
            file.write_bytes(whole)
