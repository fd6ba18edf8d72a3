"""Imaris, BigDataViewer and EMD files, made with h5py from their descriptions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path

h5py: Any = pytest.importorskip("h5py")

IMAGE = {
    "X": "10",
    "Y": "12",
    "Z": "3",
    "Noc": "2",
    "Unit": "um",
    "ExtMin0": "-1.5",
    "ExtMax0": "3.5",
    "ExtMin1": "0",
    "ExtMax1": "6",
    "ExtMin2": "0",
    "ExtMax2": "3",
    "Name": "(name not specified)",
    "RecordingDate": "2020-03-01 10:11:12.345",
    "NumericalAperture": "1.4",
    "LensPower": "63.0x",
    "MicroscopeMode": "WideField",
    "ManufactorString": "Generic Imaris 3.x",
}
CHANNELS = (
    {
        "Name": "GFP",
        "LSMExcitationWavelength": "488.0",
        "LSMEmissionWavelength": "509",
    },
    {"Name": "(name not specified)", "LSMEmissionWavelength": "0"},
)


def characters(text: str) -> Any:
    """Text as Imaris writes it: an array of single characters."""
    return np.frombuffer(text.encode(), dtype="S1")


def parameters(group: Any, values: dict[str, str]) -> None:
    for name, value in values.items():
        group.attrs[name] = characters(value)


def write_imaris(path: Path, **changes: Any) -> Path:
    """Write an image of 10 x 12 x 3 pixels in chunks of 16 x 16 x 4.

    `changes` replace parameters of the section Image; ``image=``, ``channels=``,
    ``times=``, ``sections=`` and ``suffix=`` are as the names say.
    """
    channels = changes.pop("channels", CHANNELS)
    times = changes.pop("times", 2)
    sections = changes.pop("sections", {})
    suffixes = changes.pop("suffixes", ("",))
    dtype = changes.pop("dtype", "u2")
    libver = changes.pop("libver", "earliest")
    with h5py.File(path, "w", libver=libver) as file:
        for name, text in (
            ("DataSetDirectoryName", "DataSet"),
            ("DataSetInfoDirectoryName", "DataSetInfo"),
            ("ImarisDataSet", "ImarisDataSet"),
            ("ImarisVersion", "5.5.0"),
        ):
            file.attrs[name] = characters(text)
        file.attrs["NumberOfDataSets"] = np.array([len(suffixes)], "u4")
        for suffix in suffixes:
            info = file.create_group(f"DataSetInfo{suffix}")
            wanted = {k: v for k, v in {**IMAGE, **changes}.items() if v is not None}
            parameters(info.create_group("Image"), wanted)
            for name, values in sections.items():
                parameters(info.create_group(name), values)
            for index, values in enumerate(channels):
                parameters(info.create_group(f"Channel {index}"), values)
            for time in range(times):
                for index in range(len(channels)):
                    group = file.create_group(
                        f"DataSet{suffix}/ResolutionLevel 0/TimePoint {time}"
                        f"/Channel {index}"
                    )
                    sizes = {"ImageSizeX": "10", "ImageSizeY": "12", "ImageSizeZ": "3"}
                    parameters(group, sizes)
                    group.create_dataset("Data", (4, 16, 16), dtype, chunks=(4, 16, 16))
                    group.create_dataset("Histogram", (256,), "u8")
    return path


def view_setup(
    number: int, channel: int = 0, tile: int = 0, *, size: str = "6 5 4", **texts: str
) -> str:
    unit = texts.get("unit", "micrometer")
    voxel = texts.get("voxel", "0.5 0.5 2.0")
    return (
        f"<ViewSetup><id>{number}</id><name>setup {number}</name><size>{size}</size>"
        f"<voxelSize><unit>{unit}</unit><size>{voxel}</size></voxelSize><attributes>"
        f"<illumination>0</illumination><channel>{channel}</channel><tile>{tile}</tile>"
        "<angle>0</angle></attributes></ViewSetup>"
    )


LOADER = (
    '<ImageLoader format="bdv.hdf5"><hdf5 type="relative">a.h5</hdf5></ImageLoader>'
)
RANGE = '<Timepoints type="range"><first>0</first><last>2</last></Timepoints>'
CHANNEL_NAMES = (
    '<Attributes name="channel"><Channel><id>0</id><name>GFP</name></Channel>'
    "<Channel><id>1</id><name>RFP</name></Channel></Attributes>"
    '<Attributes name="tile"><Tile><id>1</id><name>right</name></Tile></Attributes>'
)


def spim_xml(
    setups: str, loader: str = LOADER, times: str = RANGE, *, after: str = ""
) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<SpimData version="0.2">\n'
        '<BasePath type="relative">.</BasePath><SequenceDescription>'
        f"{loader}<ViewSetups>{setups}{CHANNEL_NAMES}</ViewSetups>{times}{after}"
        "</SequenceDescription><ViewRegistrations/></SpimData>"
    ).encode()


def write_bdv_h5(
    path: Path,
    setups: int = 2,
    times: int = 3,
    dtype: str = "i2",
    shape: tuple[int, ...] = (4, 5, 6),
) -> Path:
    with h5py.File(path, "w") as file:
        for setup in range(setups):
            group = file.create_group(f"s{setup:02d}")
            group["resolutions"] = np.ones((1, 3))
            group["subdivisions"] = np.full((1, 3), 16, "i4")
            for time in range(times):
                cells = f"t{time:05d}/s{setup:02d}/0/cells"
                file.create_dataset(cells, shape, dtype)
    return path


VELOX: dict[str, Any] = {
    "Instrument": {
        "Manufacturer": "FEI Company",
        "InstrumentClass": "Talos",
        "ControlSoftwareVersion": "2.6.1",
    },
    "Acquisition": {"AcquisitionStartDatetime": {"DateTime": "1512151234"}},
    "BinaryResult": {
        "Detector": "HAADF",
        "PixelSize": {"width": "1.3e-10", "height": "1.3e-10"},
        "PixelUnitX": "m",
        "PixelUnitY": "m",
    },
}


def write_velox(
    path: Path, metadata: object = None, shape: tuple[int, ...] = (5, 6, 3), **kind: str
) -> Path:
    text = json.dumps(VELOX if metadata is None else metadata).encode()
    with h5py.File(path, "w") as file:
        file["Version"] = '{"format": "Velox", "version": "1.3"}'
        image = file.create_group("Data/Image/8d2b3f0a")
        image.create_dataset("Data", shape, kind.get("dtype", "u2"))
        column = np.zeros((len(text) + 100, shape[-1]), "u1")
        column[: len(text)] = np.frombuffer(text, "u1")[:, None]
        image.create_dataset("Metadata", data=column)
        file.create_group("Data/SpectrumStream/1")
    return path


def write_ncem(
    path: Path,
    axes: tuple[tuple[str, str, int], ...] = (("y", "[n_m]", 5), ("x", "[n_m]", 6)),
    *,
    version: str = "0.2",
    array: str = "data",
    **root: dict[str, str],
) -> Path:
    """Write one array; `axes` are name, units and length, slowest first."""
    new = version == "1.0"
    with h5py.File(path, "w") as file:
        file.attrs["version_major"] = int(version[0])
        file.attrs["version_minor"] = int(version[2])
        for name, values in root.items():
            file.create_group(name).attrs.update(values)
        group = file.create_group("data/scan")
        group.attrs["emd_group_type"] = "array" if new else 1
        group.create_dataset(array, [n for _, _, n in axes], "f4")
        for index, (name, units, length) in enumerate(axes, 0 if new else 1):
            vector = np.arange(min(length, 10), dtype="f4") * 0.1 + 7
            dim = group.create_dataset(f"dim{index}", data=vector)
            dim.attrs["name"] = np.bytes_(name)
            dim.attrs["units"] = np.bytes_(units.encode())
    return path
