"""`fairsubmit formats` says what is read, missing, and added by other packages."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from fairsubmit.cli import cli
from fairsubmit.readers import READERS, entry_points
from fairsubmit.readers import formats as table
from fairsubmit.readers.about import About
from fairsubmit.readers.fallback.openreadout import OpenReadout
from fairsubmit.readers.impostor import UNREAD_SUFFIXES
from fairsubmit.readers.ome.ome_tiff import OmeTiff
from fairsubmit.readers.table import IMAGE_SUFFIXES
from fairsubmit.testing.format_tables import formats_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]


class Fragile(OmeTiff):
    """A format whose library nobody has."""

    name = "fragile"
    about = About(
        "Fragile",
        (".fra",),
        "nothing",
        "files written from the specification",
        library="no_such_library",
        licence="MIT",
        extra="fragile",
    )


@pytest.fixture
def fragile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "READERS", (*READERS, Fragile()))


def test_every_reader_has_a_row(run: Run) -> None:
    rows = json.loads(run("formats", "--format", "json").stdout)
    by_reader = {row["reader"]: row for row in rows}
    for reader in READERS:
        row = by_reader[reader.name]
        assert row["format"] == reader.about.format
        assert row["suffixes"] == list(reader.about.suffixes)
        assert row["licence"]
        assert row["tested_on"]
        assert row["package"] == "fairsubmit"
        assert row["installed"] == (row["install"] is None)
    unread = [row for row in rows if row["reader"] is None]
    assert unread
    assert not any(row["installed"] for row in unread)


def test_what_is_missing_comes_with_its_command(run: Run, fragile: None) -> None:
    found = run("formats", "--format", "json")
    (row,) = [r for r in json.loads(found.stdout) if r["reader"] == "fragile"]
    assert row["installed"] is False
    assert row["install"] == 'pip install "fairsubmit[fragile]"'
    found = run("formats")
    assert "no_such_library (missing)" in found.stdout
    assert "fragile" in found.stderr.partition("next: pip install")[2]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_other_programs_are_named(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "config.toml").write_text('bioformats = "/opt/bftools"\n')
    monkeypatch.setattr(OpenReadout, "installed", lambda: OpenReadout("0.5.0"))
    words = "openreadout 0.5.0, then Bio-Formats at "
    assert words in run("formats").stderr
    (home / "config.toml").write_text("")
    monkeypatch.setattr(OpenReadout, "installed", lambda: None)
    assert "asked for" not in run("formats").stderr


def test_the_table_fits_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    cli.main(["formats", "--no-color"], standalone_mode=False)
    lines = terminal.getvalue().splitlines()
    assert len(lines) == len(READERS) + 1
    assert all(len(line) <= 80 for line in lines)


def test_a_reader_that_cannot_be_loaded_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None
) -> None:
    add_package(tmp_path, "raise RuntimeError('no licence')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = run("formats")
    assert found.exit_code == 0
    assert "'broken' of broken-reader cannot be loaded" in found.stderr
    assert "RuntimeError: no licence" in found.stderr


def test_what_is_no_reader_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None
) -> None:
    add_package(tmp_path, "class Reader:\n    name = 'half'\n    suffixes = ()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = run("formats")
    assert "is none: it has no `recognises`, no `read`" in found.stderr


@pytest.fixture
def fresh() -> Iterator[None]:
    entry_points.loaded.cache_clear()
    yield
    entry_points.loaded.cache_clear()


def add_package(folder: Path, code: str) -> None:
    """Lay out an installed package whose reader is `code`."""
    (folder / "broken_reader_module.py").write_text(code, encoding="utf-8")
    facts = folder / "broken_reader-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: broken-reader\nVersion: 1.0\n", encoding="utf-8"
    )
    (facts / "entry_points.txt").write_text(
        "[fairsubmit.readers]\nbroken = broken_reader_module:Reader\n",
        encoding="utf-8",
    )


def test_the_list_of_formats_is_a_sentence() -> None:
    text = formats_list()
    assert text.startswith("Reads ")
    assert all(reader.about.format in text for reader in READERS)


def test_no_format_is_both_read_and_unread() -> None:
    assert not {*UNREAD_SUFFIXES} & IMAGE_SUFFIXES
    assert all(suffix == suffix.lower() for suffix in UNREAD_SUFFIXES)
    names = {row.format for row in table.read_formats()}
    assert not names & {row.format for row in table.unread_formats()}
