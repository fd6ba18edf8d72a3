"""The files that the benchmarks work on, made once into a folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = 1 << 20
UUID = "4978087c-a670-4b12-af53-256c62d8d101"


def ome_xml(name: str, planes: int, edge: int) -> str:
    """Return OME-XML as Bio-Formats writes it for a time-lapse of one camera.

    One TiffData with the file's UUID and one Plane with times and stage positions for
    each plane; 60 planes make 26 kB.
    """
    blocks = "".join(
        f'<TiffData FirstC="0" FirstT="{index}" FirstZ="0" IFD="{index}" '
        f'PlaneCount="1"><UUID FileName="{name}">urn:uuid:{UUID}</UUID></TiffData>'
        for index in range(planes)
    )
    each = "".join(
        f'<Plane DeltaT="{index * 0.5}" DeltaTUnit="s" ExposureTime="0.1" '
        f'ExposureTimeUnit="s" PositionX="{1500 + index}.25" PositionXUnit="µm" '
        f'PositionY="2250.5" PositionYUnit="µm" PositionZ="31.75" '
        f'PositionZUnit="µm" TheC="0" TheT="{index}" TheZ="0"/>'
        for index in range(planes)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'Creator="OME Bio-Formats 7.3.1" UUID="urn:uuid:{UUID}" '
        'xsi:schemaLocation="http://www.openmicroscopy.org/Schemas/OME/2016-06 '
        'http://www.openmicroscopy.org/Schemas/OME/2016-06/ome.xsd">'
        '<Instrument ID="Instrument:0"><Microscope Manufacturer="Nikon" '
        'Model="Ti2-E" Type="Inverted"/><Detector ID="Detector:0:0" '
        'Manufacturer="Hamamatsu" Model="ORCA-Flash4.0" Type="CMOS"/>'
        '<Objective Correction="PlanApo" ID="Objective:0:0" Immersion="Oil" '
        'LensNA="1.4" Manufacturer="Nikon" Model="Plan Apo 60x" '
        'NominalMagnification="60.0" WorkingDistance="130.0" '
        'WorkingDistanceUnit="µm"/></Instrument>'
        '<Image ID="Image:0" Name="position 1">'
        "<AcquisitionDate>2024-05-03T14:15:16</AcquisitionDate>"
        '<InstrumentRef ID="Instrument:0"/><ObjectiveSettings '
        'ID="Objective:0:0" Medium="Oil" RefractiveIndex="1.515"/>'
        '<Pixels BigEndian="false" DimensionOrder="XYCZT" ID="Pixels:0" '
        'Interleaved="false" PhysicalSizeX="0.108" PhysicalSizeXUnit="µm" '
        'PhysicalSizeY="0.108" PhysicalSizeYUnit="µm" PhysicalSizeZ="0.3" '
        f'PhysicalSizeZUnit="µm" SignificantBits="16" SizeC="1" SizeT="{planes}" '
        f'SizeX="{edge}" SizeY="{edge}" SizeZ="1" TimeIncrement="0.5" '
        'TimeIncrementUnit="s" Type="uint16"><Channel AcquisitionMode='
        '"SpinningDiskConfocal" Color="16711935" ContrastMethod="Fluorescence" '
        'EmissionWavelength="525.0" EmissionWavelengthUnit="nm" '
        'ExcitationWavelength="488.0" ExcitationWavelengthUnit="nm" Fluor="EGFP" '
        'ID="Channel:0:0" Name="GFP" SamplesPerPixel="1"><DetectorSettings '
        f'Binning="1x1" ID="Detector:0:0"/><LightPath/></Channel>{blocks}{each}'
        '</Pixels><AnnotationRef ID="Annotation:0"/></Image>'
        '<StructuredAnnotations><MapAnnotation ID="Annotation:0" '
        'Namespace="openmicroscopy.org/omero/client/mapAnnotation"><Value>'
        '<M K="Gene symbol">ACTB</M><M K="Cell line">HeLa</M></Value>'
        "</MapAnnotation></StructuredAnnotations></OME>"
    )


def ome_tiff(path: Path, planes: int, edge: int) -> Path:
    """Write an OME-TIFF of one channel, a page for each plane."""
    if path.exists():
        return path
    import numpy as np
    from tifffile import imwrite

    path.parent.mkdir(parents=True, exist_ok=True)
    imwrite(
        path,
        np.zeros((planes, edge, edge), np.uint16),
        ome=False,
        photometric="minisblack",
        metadata=None,
        description=ome_xml(path.name, planes, edge).encode(),
    )
    return path


def small_ome_tiffs(folder: Path, count: int) -> Path:
    """Write many OME-TIFFs of three pages, about 29 kB each, 500 to a folder."""
    marker = folder / f".{count}"
    if not marker.exists():
        # All names have one length, so that each file can be given its own.
        pattern = ome_tiff(folder / "image000000.ome.tif", 3, 64)
        content = pattern.read_bytes()
        pattern.unlink()
        for index in range(count):
            path = folder / f"well{index // 500:03}" / f"image{index:06}.ome.tif"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.replace(b"image000000", path.name[:11].encode()))
        marker.touch()
    return folder


def companion(path: Path, planes: int) -> Path:
    """Write OME-XML alone, of so many planes."""
    if not path.exists():
        path.write_text(ome_xml("image.ome.tif", planes, 512), encoding="utf-8")
    return path


def big_file(path: Path, size: int) -> Path:
    """Write random bytes, not sparse, so that disks and hashes do real work."""
    if not path.exists() or path.stat().st_size != size:
        block = os.urandom(BLOCK)
        with path.open("wb") as file:
            for index in range(size // BLOCK):
                file.write(index.to_bytes(8, "little") + block[8:])
    return path


def small_files(folder: Path, count: int, size: int) -> Path:
    """Write many small random files, 500 to a folder."""
    marker = folder / f".{count}x{size}"
    if not marker.exists():
        for index in range(count):
            path = folder / f"plate{index // 500:03}" / f"image{index:06}.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(os.urandom(size))
        marker.touch()
    return folder
