"""XResolution and YResolution of TIFF: a pixel size, or only what a printer is told.

Cameras' and editors' programs write 72, 96 or 300 dots per inch into every file; taken
as a calibration that is 352.78 µm a pixel. No scanner or printer goes beyond
9,600 dots per inch (2.6 µm), and only instruments write more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import PhysicalSize, Problem, Quantity

if TYPE_CHECKING:
    from fairsubmit.readers.tiff.structure import Tiff

__all__ = ["RESOLUTION_UNIT", "Calibration", "calibration", "is_print_resolution"]

X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 282, 283, 296
# ResolutionUnit (TIFF 6.0, section 8): 1 none, 2 inch, 3 centimetre.
MICROMETRES = {2: 25_400, 3: 10_000}
MOST_PRINT_DPI = 9_600
# Finer than an atom: not meant as a size.
LEAST_MICROMETRES = 1e-6


class Calibration(NamedTuple):
    """A pixel size, or why there is none."""

    size: PhysicalSize
    problem: Problem | None


def is_print_resolution(micrometres: float) -> bool:
    """Whether a pixel size in µm is what printers and scanners have, or absurd."""
    return not LEAST_MICROMETRES < micrometres < 25_400 / MOST_PRINT_DPI


def calibration(tiff: Tiff) -> Calibration:
    """Return the pixel size that the resolution tags of the first page stand for."""
    unit = MICROMETRES.get(tiff.integer(tiff.tags, RESOLUTION_UNIT, 2))
    x, y = tiff.ratio(X_RESOLUTION), tiff.ratio(Y_RESOLUTION)
    if unit is None or x is None or y is None:
        return Calibration(PhysicalSize(), None)
    width, height = unit * x[1] / x[0], unit * y[1] / y[0]
    if is_print_resolution(width) or is_print_resolution(height):
        message = (
            f"the resolution tags say {25_400 / width:.4g} dots per inch, which is for "
            "printing; it is no pixel size"
        )
        problem = Problem("print-resolution", message, "tag 282 XResolution")
        return Calibration(PhysicalSize(), problem)
    return Calibration(
        PhysicalSize(Quantity(width, "µm"), Quantity(height, "µm")), None
    )
