"""Every real document, whatever its kind, is linted to an end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

KINDS = {".json", ".yaml", ".jsonld"}


def test_every_real_document_is_linted(
    shared: Path, run: Callable[..., Result]
) -> None:
    folder = shared / "real_metadata"
    documents = sorted(p for p in folder.rglob("*") if p.suffix in KINDS)
    assert len(documents) > 40
    for path in documents:
        found = run("lint", path, "--format", "json")
        assert found.exit_code in {0, 1}, f"{path}: {found.output}"
        report = json.loads(found.stdout)
        assert bool(report["summary"]["error"]) == bool(found.exit_code), path
