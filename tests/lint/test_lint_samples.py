"""Real images through readers and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fairsubmit.findings import Severity
from fairsubmit.lint import lint
from fairsubmit.metadata.load import parse
from fairsubmit.readers import read_image
from fairsubmit.readers.extract import extract

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = parse(b"fairsubmit: 1\n", "submission.yaml")


def test_every_sample_can_be_linted(shared: Path) -> None:
    samples = shared / "samples"
    images = list(extract([samples], root=samples))
    assert len(images) > 100
    report = lint(DOCUMENT, images, select=["IMG"])
    named = {finding.code for finding in report.findings}
    assert {"IMG101", "IMG102", "IMG107"} <= named
    assert all(finding.help for finding in report.findings)
    assert all(finding.path and finding.path[0] != "/" for finding in report.findings)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("quirks/q01_bom.ome.tif", None),
        ("quirks/q05_unit_um.ome.tif", None),
        ("quirks/q06b_no_physical_size.ome.tif", "IMG102"),
        ("quirks/q06d_unit_pixel.ome.tif", "IMG102"),
        # only Z is zero; X and Y are what a scale needs
        ("quirks/q07_physsize_zero.ome.tif", None),
        ("quirks/q18_truncated_pixels.ome.tif", "IMG101"),
        ("quirks/q18c_zero_bytes.ome.tif", "IMG101"),
        ("quirks/q27_size_disagrees_with_ifd.ome.tif", "IMG107"),
    ],
)
def test_what_is_wrong_with_a_sample(shared: Path, name: str, code: str | None) -> None:
    extraction = read_image(shared / "samples" / name)
    report = lint(DOCUMENT, [extraction], select=["IMG"])
    found = {f.code for f in report.findings if f.severity is not Severity.INFO}
    assert found == ({code} if code else set())
