"""Image metadata records as a table, as lines, or as one array."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.cli.output import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fairsubmit.cli.output import Output
    from fairsubmit.metadata.image import ImageMetadata, PhysicalSize

__all__ = ["PRINTERS"]

HEADER = (
    "image",
    "format",
    "pixels (xyzct)",
    "type",
    "pixel size",
    "channels",
    "notes",
)


def _print_table(output: Output, images: Iterable[ImageMetadata]) -> None:
    rows = [_row(image) for image in images]
    if rows:
        output.table(HEADER, rows)


def _print_lines(output: Output, images: Iterable[ImageMetadata]) -> None:
    for image in images:
        output.json(image.to_json(), indent=None)


def _print_array(output: Output, images: Iterable[ImageMetadata]) -> None:
    """Print one array, image by image, so that memory does not grow with them."""
    separator = "["
    for image in images:
        output.result(separator + "\n" + json_text(image.to_json()))
        separator = ","
    output.result("[]" if separator == "[" else "]")


PRINTERS = {
    "human": _print_table,
    "json": _print_array,
    "jsonl": _print_lines,
}


def _row(image: ImageMetadata) -> tuple[str, ...]:
    size = image.size
    counts = (size.x, size.y, size.z, size.c, size.t)
    names = (c.name or c.fluorophore or str(c.index) for c in image.channels)
    return (
        f"{image.path}#{image.series}" if image.series else image.path,
        image.format or "",
        "×".join("?" if count is None else str(count) for count in counts),
        image.pixel_type or "",
        _pixel_size(image.physical_size),
        ", ".join(names),
        "; ".join(problem.message for problem in image.problems),
    )


def _pixel_size(size: PhysicalSize) -> str:
    """Write the lengths of a pixel, with one unit where they share it."""
    axes = [axis for axis in (size.x, size.y, size.z) if axis is not None]
    units = {axis.unit for axis in axes}
    shared = f" {units.pop() or ''}".rstrip() if len(units) == 1 else ""
    own = "" if shared else " {unit}"
    return (
        "×".join(f"{axis.value:.4g}{own.format(unit=axis.unit)}" for axis in axes)
        + shared
    )
