"""The files that the benchmarks work on, made once into a folder.

usage: data.py WHAT PATH NUMBER...
"""

from __future__ import annotations

import json
import os
import struct
import sys
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


def czi(path: Path, planes: int, edge: int) -> Path:
    """Write a CZI of one channel: pixels by our peer, metadata as ZEN has it.

    Half a megabyte, nearly all of it settings of the hardware.
    """
    if path.exists():
        return path
    import numpy as np
    from pylibCZIrw.czi import create_czi

    plane = np.zeros((edge, edge, 1), np.uint16)
    with create_czi(str(path)) as document:
        for index in range(planes):
            document.write(data=plane, plane={"C": 0, "T": index, "Z": 0})
    xml = _zen_xml(planes, edge).encode()
    with path.open("r+b") as file:
        end = -(-file.seek(0, os.SEEK_END) // 32) * 32
        file.seek(end)
        size = 256 + len(xml)
        file.write(struct.pack("<16sqq", b"ZISRAWMETADATA", size, size))
        file.write(struct.pack("<ii248x", len(xml), 0) + xml)
        file.seek(92)  # MetadataPosition
        file.write(struct.pack("<q", end))
    return path


def _zen_xml(planes: int, edge: int) -> str:
    lengths = "".join(
        f'<Distance Id="{axis}"><Value>{value}</Value>'
        "<DefaultUnitFormat>µm</DefaultUnitFormat></Distance>"
        for axis, value in (("X", 1.08e-7), ("Y", 1.08e-7), ("Z", 3e-7))
    )
    hardware = "".join(
        f'<ParameterCollection Id="MTBComponent{index}">'
        f"<Position>{index}.125</Position><PositionName>Slot {index}</PositionName>"
        "<Name>Component</Name><IsActivated>true</IsActivated><Intensity>12.5 %"
        "</Intensity><CalibrationState>Calibrated</CalibrationState>"
        f"<Identifier>4d6c8f0a-0000-4000-8000-{index:012}</Identifier>"
        "<SpeedX>15.5</SpeedX><SpeedY>15.5</SpeedY><UseTTL>false</UseTTL>"
        "</ParameterCollection>"
        for index in range(1200)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><ImageDocument><Metadata><Experiment '
        'Version="1.2"/><HardwareSetting Type="Microscope">'
        f"{hardware}</HardwareSetting><Information><Image><SizeX>{edge}</SizeX>"
        f"<SizeY>{edge}</SizeY><SizeC>1</SizeC><SizeZ>1</SizeZ><SizeT>{planes}</SizeT>"
        "<PixelType>Gray16</PixelType><AcquisitionDateAndTime>2024-05-03T14:15:16Z"
        '</AcquisitionDateAndTime><ObjectiveSettings><ObjectiveRef Id="Objective:1"/>'
        '</ObjectiveSettings><Dimensions><Channels><Channel Id="Channel:0" '
        'Name="EGFP"><ExcitationWavelength>488</ExcitationWavelength>'
        "<EmissionWavelength>509</EmissionWavelength><Fluor>EGFP</Fluor>"
        "</Channel></Channels></Dimensions></Image><Instrument><Objectives>"
        '<Objective Id="Objective:1" Name="Plan-Apochromat 63x/1.4"><LensNA>1.4'
        "</LensNA><NominalMagnification>63</NominalMagnification>"
        "<Immersion>Oil</Immersion></Objective></Objectives></Instrument>"
        f"</Information><Scaling><Items>{lengths}</Items></Scaling>"
        "</Metadata></ImageDocument>"
    )


ROWS, COLUMNS, FIELDS, LEVELS = 16, 24, 2, 2


def plate(folder: Path, edge: int) -> Path:
    """Write an OME-Zarr 0.4 plate of 384 wells, two fields each, two channels."""
    marker = folder / ".zgroup"
    if marker.exists():
        return folder
    rows, columns = "ABCDEFGHIJKLMNOP"[:ROWS], range(1, COLUMNS + 1)
    wells = [
        {"path": f"{row}/{column}", "rowIndex": index, "columnIndex": column - 1}
        for index, row in enumerate(rows)
        for column in columns
    ]
    _group(
        folder,
        plate={
            "name": "plate",
            "version": "0.4",
            "field_count": FIELDS,
            "wells": wells,
            "rows": [{"name": row} for row in rows],
            "columns": [{"name": str(column)} for column in columns],
        },
    )
    for row in rows:
        _group(folder / row)
    for well in wells:
        place = folder / str(well["path"])
        images = [{"path": str(field), "acquisition": 0} for field in range(FIELDS)]
        _group(place, well={"version": "0.4", "images": images})
        for field in range(FIELDS):
            _image(place / str(field), edge)
    return folder


def _group(folder: Path, **attributes: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if attributes:
        (folder / ".zattrs").write_text(json.dumps(attributes, indent=4))
    (folder / ".zgroup").write_text('{"zarr_format": 2}')


def _image(folder: Path, edge: int) -> None:
    levels = [
        {
            "path": str(level),
            "coordinateTransformations": [
                {"type": "scale", "scale": [1.0, 0.3 * 2**level, 0.3 * 2**level]}
            ],
        }
        for level in range(LEVELS)
    ]
    axes = [{"name": "c", "type": "channel"}]
    axes += [{"name": n, "type": "space", "unit": "micrometer"} for n in "yx"]
    channels = [
        {
            "label": name,
            "color": color,
            "active": True,
            "window": {"min": 0, "max": 65535, "start": 0, "end": 1500},
        }
        for name, color in (("DAPI", "0000FF"), ("GFP", "00FF00"))
    ]
    _group(
        folder,
        multiscales=[{"version": "0.4", "axes": axes, "datasets": levels}],
        omero={"version": "0.4", "channels": channels},
    )
    for level in range(LEVELS):
        side = edge >> level
        array = {
            "zarr_format": 2,
            "shape": [2, side, side],
            "chunks": [1, side, side],
            "dtype": "<u2",
            "compressor": None,
            "fill_value": 0,
            "filters": None,
            "order": "C",
            "dimension_separator": "/",
        }
        for channel in range(2):
            chunk = folder / str(level) / str(channel) / "0" / "0"
            chunk.parent.mkdir(parents=True)
            chunk.write_bytes(bytes(2 * side * side))
        (folder / str(level) / ".zarray").write_text(json.dumps(array, indent=4))


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


WRITERS = {
    each.__name__: each for each in (ome_tiff, small_ome_tiffs, companion, czi, plate)
}


def main() -> None:
    what, path, *numbers = sys.argv[1:]
    WRITERS[what](Path(path), *map(int, numbers))


if __name__ == "__main__":
    main()
