"""Write the images of the example dataset; they are simulated, not acquired.

    python examples/make_example.py [FOLDER]

Four short two-channel movies of drifting nuclei, as OME-TIFF with the metadata that a
microscope would write, and one label mask per movie. The same call always writes the
same pixels. FOLDER is ``examples/time-lapse`` by default.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import tifffile

FRAMES = 5
SIDE = 64  # pixels
PIXEL = 0.325  # µm: a 6.5 µm camera pixel behind a 20x objective
INTERVAL = 120.0  # seconds
# Name, excitation and emission in nm, colour as OME writes it (RGBA, signed 32 bit).
CHANNELS = (("mCherry-H2B", 561, 610, -16776961), ("EGFP-tubulin", 488, 525, 16711935))
LIGHT = (
    '<Channel ID="Channel:0:{}" Name="{}" ExcitationWavelength="{}" '
    'ExcitationWavelengthUnit="nm" EmissionWavelength="{}" '
    'EmissionWavelengthUnit="nm" Color="{}" AcquisitionMode="SpinningDiskConfocal" '
    'ContrastMethod="Fluorescence" SamplesPerPixel="1">'
    '<DetectorSettings ID="Detector:0"/></Channel>'
)
INSTRUMENT = (
    '<Instrument ID="Instrument:0">'
    '<Microscope Manufacturer="Simulated" Model="Spinning disk confocal"/>'
    '<Detector ID="Detector:0" Manufacturer="Simulated" Model="sCMOS" Type="CMOS"/>'
    '<Objective ID="Objective:0" Manufacturer="Simulated" Model="Plan Apo" '
    'NominalMagnification="20" LensNA="0.75" Immersion="Air"/></Instrument>'
)
REFERENCES = '<InstrumentRef ID="Instrument:0"/><ObjectiveSettings ID="Objective:0"/>'
NAMESPACE = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
OME = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    f'<OME xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    f'xsi:schemaLocation="{NAMESPACE} {NAMESPACE}/ome.xsd" '
    'Creator="fairsubmit examples/make_example.py (simulated data)">'
    '{instrument}<Image ID="Image:0" Name={name}>'
    "<AcquisitionDate>2026-01-15T10:00:00</AcquisitionDate>"
    "<Description>Simulated, not acquired.</Description>{references}"
    '<Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint16" SizeX="{side}" '
    'SizeY="{side}" SizeC="{channels}" SizeZ="1" SizeT="{frames}" BigEndian="false" '
    'PhysicalSizeX="{pixel}" PhysicalSizeXUnit="µm" PhysicalSizeY="{pixel}" '
    'PhysicalSizeYUnit="µm" TimeIncrement="{interval}" TimeIncrementUnit="s">'
    '{lights}<TiffData IFD="0" PlaneCount="{count}"/>{planes}</Pixels></Image></OME>'
)


@dataclass(frozen=True)
class Movie:
    """One simulated field of view.

    Attributes
    ----------
    path
        Below the dataset's folder.
    speed
        Drift of the nuclei, pixels a frame.
    seed
        Of the random numbers.
    """

    path: str
    speed: float
    seed: int

    @property
    def name(self) -> str:
        """Name of the image."""
        return self.path.rpartition("/")[2].removesuffix(".ome.tif")

    @property
    def mask(self) -> str:
        """Path of its mask."""
        name = self.path.rpartition("/")[2].removesuffix(".ome.tif")
        return f"masks/{name}_nuclei.ome.tif"


MOVIES = (
    Movie("raw/control/control_01.ome.tif", 2.0, 1),
    Movie("raw/control/control_02.ome.tif", 2.0, 2),
    Movie("raw/nocodazole/nocodazole_01.ome.tif", 0.3, 3),
    Movie("raw/nocodazole/nocodazole_02.ome.tif", 0.3, 4),
)


def simulate(movie: Movie) -> tuple[np.ndarray, np.ndarray]:
    """Return frames (t, c, y, x) and labels (t, y, x) of a movie."""
    random = np.random.default_rng(movie.seed)
    centres = random.uniform(12, SIDE - 12, (5, 2))
    drift = random.normal(0, movie.speed, (5, 2))
    y, x = np.mgrid[:SIDE, :SIDE]
    frames = np.empty((FRAMES, len(CHANNELS), SIDE, SIDE), np.uint16)
    labels = np.zeros((FRAMES, SIDE, SIDE), np.uint16)
    for t in range(FRAMES):
        distances = [np.hypot(y - cy, x - cx) for cy, cx in centres + t * drift]
        nucleus = sum(400 / (1 + np.exp(d - 5)) for d in distances)
        spindle = sum(250 * np.exp(-(((d - 7) / 2) ** 2)) for d in distances)
        for c, signal in enumerate((nucleus, spindle)):
            frames[t, c] = 100 + signal + random.poisson(8, (SIDE, SIDE))
        for label, distance in enumerate(distances, start=1):
            labels[t][distance < 5] = label
    return frames, labels


def describe(name: str, channels: int) -> bytes:
    """Write the OME-XML (2016-06) of a movie, or of a mask, which has one channel."""
    movie = channels > 1
    lights = "".join(LIGHT.format(c, *CHANNELS[c]) for c in range(channels))
    planes = "".join(
        f'<Plane TheZ="0" TheC="{c}" TheT="{t}" DeltaT="{t * INTERVAL}"'
        ' DeltaTUnit="s"/>'
        for t in range(FRAMES)
        for c in range(channels)
    )
    return OME.format(
        instrument=INSTRUMENT if movie else "",
        references=REFERENCES if movie else "",
        name=quoteattr(name),
        side=SIDE,
        channels=channels,
        frames=FRAMES,
        pixel=PIXEL,
        interval=INTERVAL,
        lights=lights if movie else '<Channel ID="Channel:0:0" Name="nuclei"/>',
        count=FRAMES * channels,
        planes=planes,
    ).encode()


def save(path: Path, pixels: np.ndarray, description: bytes) -> None:
    """Write pixels as a TIFF whose first page carries the OME-XML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tifffile.TiffWriter(path, byteorder="<") as file:
        for index, page in enumerate(pixels.reshape(-1, SIDE, SIDE)):
            file.write(
                page,
                contiguous=False,
                photometric="minisblack",
                compression="zlib",
                description=description if index == 0 else None,
                metadata=None,
                software="",
            )


def main(folder: Path) -> None:
    """Write all images of the example below `folder`."""
    for movie in MOVIES:
        frames, labels = simulate(movie)
        name = movie.name
        save(folder / movie.path, frames, describe(name, len(CHANNELS)))
        save(folder / movie.mask, labels, describe(f"{name} nuclei", 1))
    print(f"{len(MOVIES)} movies and {len(MOVIES)} masks in {folder}")


if __name__ == "__main__":
    main(
        Path(sys.argv[1])
        if len(sys.argv) > 1
        else Path(__file__).resolve().parent / "time-lapse"
    )
