"""MetaSeries TIFF: properties of the hardware, stacks of pages."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from fairsubmit.metadata.image import Objective
from fairsubmit.readers import read_image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

    Make = Callable[..., bytes]
    Write = Callable[..., ImageMetadata]


def plane(custom: str = "", **properties: str) -> bytes:
    inside = "".join(
        f'<prop id="{key.replace("_", "-")}" type="string" value="{value}"/>\n'
        for key, value in properties.items()
    )
    return f"<MetaData><PlaneInfo>\n{inside}{custom}</PlaneInfo></MetaData>".encode()


@pytest.fixture
def write(tmp_path: Path, make_tiff: Make) -> Write:
    """Write a TIFF with a description for each page, and read its one record."""

    def written(*pages: bytes) -> ImageMetadata:
        path = tmp_path / "a.tif"
        path.write_bytes(
            make_tiff(
                [(8, 8)] * len(pages),
                page_tags=lambda index: [(270, 2, pages[index] + b"\0")],
            )
        )
        extraction = read_image(path)
        assert extraction.findings == ()
        (found,) = extraction.images
        assert found.reader == "metaseries"
        return found

    return written


def codes(found: ImageMetadata) -> list[str]:
    return [problem.code for problem in found.problems]


def extent(found: ImageMetadata) -> tuple[int | None, ...]:
    return (found.size.z, found.size.c, found.size.t)


def test_a_projection_is_said_by_the_hardware(write: Write) -> None:
    custom = '<custom-prop id="Z Projection Method" type="string" value="Maximum"/>'
    found = write(plane(custom))
    assert codes(found) == ["processed-image"]
    assert "Maximum" in found.problems[0].message


def test_zero_is_unset(write: Write) -> None:
    custom = '<prop id="_MagNA_" type="float" value="0"/>'
    found = write(plane(custom, wavelength="0.0"))
    assert found.channels[0].emission_wavelength is None
    assert (found.objective, found.problems) == (Objective(), ())


def test_pages_along_z(write: Write) -> None:
    pages = [plane(z_position=str(z), acquisition_time_local="") for z in range(4)]
    assert extent(write(*pages)) == (4, 1, 1)


def test_pages_along_time(write: Write) -> None:
    pages = [
        plane(z_position="5", acquisition_time_local=f"20240709 13:13:0{second}.5")
        for second in range(3)
    ]
    found = write(*pages)
    assert extent(found) == (1, 1, 3)
    assert found.acquired_at == "2024-07-09T13:13:00.5"


@pytest.mark.parametrize(
    "pages",
    [
        (plane(wavelength="450"), plane(wavelength="520")),
        (plane(z_position="1"), plane(z_position="1")),
        (plane(), plane(), plane()),
    ],
    ids=["channels", "alike", "nothing"],
)
def test_pages_of_no_known_axis(write: Write, pages: tuple[bytes, ...]) -> None:
    found = write(*pages)
    assert extent(found) == (None, None, None)
    assert (codes(found), found.channels) == (["axis-unknown"], ())


def test_a_later_page_that_is_lost(tmp_path: Path, make_tiff: Make) -> None:
    content = bytearray(make_tiff([(8, 8)] * 2, description=plane(z_position="1")))
    first = struct.unpack_from("<I", content, 4)[0]
    count = struct.unpack_from("<H", content, first)[0]
    struct.pack_into("<I", content, first + 2 + 12 * count, len(content) + 50)
    path = tmp_path / "a.tif"
    path.write_bytes(content)
    (found,) = read_image(path).images
    assert codes(found) == ["truncated"]
