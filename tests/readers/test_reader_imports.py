"""Reading images costs no more imports than it needs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAVY = (
    "numpy",
    "tifffile",
    "ome_types",
    "pydantic",
    "requests",
    "lxml",
    "zarr",
    "click",
)


def loaded(code: str) -> list[str]:
    """Names of the heavy modules that a fresh interpreter has after running `code`."""
    script = f"{code}\nimport sys\nprint(*(m for m in {HEAVY!r} if m in sys.modules))"
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return found.stdout.split()


def test_importing_the_readers_loads_nothing_heavy() -> None:
    assert loaded("import fairsubmit.readers, fairsubmit.readers.extract") == []


def test_reading_images_loads_nothing_heavy(
    tmp_path: Path, make_tiff: Callable[..., bytes], make_ome: Callable[..., bytes]
) -> None:
    (tmp_path / "a.ome.tif").write_bytes(make_tiff(description=make_ome()))
    (tmp_path / "b.tif").write_bytes(make_tiff())
    (tmp_path / "c.ome.xml").write_bytes(make_ome().replace(b"UTF-8", b"latin-1"))
    code = (
        "from pathlib import Path\n"
        "from fairsubmit.readers.extract import extract\n"
        f"found = list(extract([Path({str(tmp_path)!r})]))\n"
        "assert [len(e.images) for e in found] == [1, 1, 1], found"
    )
    assert loaded(code) == []


def test_an_ome_object_is_built_only_on_request(
    tmp_path: Path, make_tiff: Callable[..., bytes], make_ome: Callable[..., bytes]
) -> None:
    path = tmp_path / "a.ome.tif"
    path.write_bytes(make_tiff(description=make_ome()))
    module = "from fairsubmit.readers.ome.object import ome_object"
    assert loaded(module) == []
    call = f"from pathlib import Path\nome_object(Path({str(path)!r}))"
    assert "ome_types" in loaded(f"{module}\n{call}")


def test_ome_tiff_alone_loads_no_other_reader(
    tmp_path: Path, make_tiff: Callable[..., bytes], make_ome: Callable[..., bytes]
) -> None:
    from fairsubmit.readers import READERS, find_reader

    path = tmp_path / "a.ome.tif"
    path.write_bytes(make_tiff(description=make_ome()))
    assert type(find_reader(path, path.read_bytes())) is type(READERS[0])
    code = (
        "from pathlib import Path\n"
        "from fairsubmit.readers.extract import extract\n"
        f"(found,) = extract([Path({str(path)!r})])\n"
        "assert found.images\n"
        "import sys\n"
        "assert 'fairsubmit.readers.table' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
