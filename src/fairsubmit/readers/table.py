"""The image formats that are read, in the order in which they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.readers.base import SetReader
from fairsubmit.readers.czi.reader import Czi
from fairsubmit.readers.deltavision.reader import DeltaVision
from fairsubmit.readers.dicom.reader import Dicom
from fairsubmit.readers.em.dm import DigitalMicrograph
from fairsubmit.readers.em.mrc import Mrc
from fairsubmit.readers.em.ser import TiaSeries
from fairsubmit.readers.hdf5.bdv import BigDataViewer
from fairsubmit.readers.hdf5.emd import Emd
from fairsubmit.readers.hdf5.imaris import Imaris
from fairsubmit.readers.leica.lif import Lif
from fairsubmit.readers.leica.lof import Lof
from fairsubmit.readers.leica.xlef import Xlef
from fairsubmit.readers.nikon.nd2 import Nd2
from fairsubmit.readers.olympus.fluoview import Oib, Oif
from fairsubmit.readers.olympus.vsi import Vsi
from fairsubmit.readers.ome.ome_tiff import OmeTiff
from fairsubmit.readers.ome.ome_xml_file import OmeXmlFile
from fairsubmit.readers.pictures.bmp import Bmp
from fairsubmit.readers.pictures.jpeg import Jpeg
from fairsubmit.readers.pictures.jpeg_2000 import Jpeg2000
from fairsubmit.readers.pictures.png import Png
from fairsubmit.readers.plates.cellvoyager.reader import CellVoyager
from fairsubmit.readers.plates.harmony.reader import Harmony
from fairsubmit.readers.plates.imagexpress.reader import ImageXpress
from fairsubmit.readers.plates.metamorph.reader import MetaMorph
from fairsubmit.readers.tiff.aperio import Aperio
from fairsubmit.readers.tiff.fei import Fei
from fairsubmit.readers.tiff.flex import Flex
from fairsubmit.readers.tiff.gatan import Gatan
from fairsubmit.readers.tiff.hamamatsu import Hamamatsu
from fairsubmit.readers.tiff.imagej import ImageJ
from fairsubmit.readers.tiff.leica_scn import LeicaScn
from fairsubmit.readers.tiff.lsm import Lsm
from fairsubmit.readers.tiff.metaseries import MetaSeries
from fairsubmit.readers.tiff.micromanager import MicroManager
from fairsubmit.readers.tiff.olympus_sis import OlympusSis
from fairsubmit.readers.tiff.philips import Philips
from fairsubmit.readers.tiff.plain_tiff import PlainTiff
from fairsubmit.readers.tiff.qptiff import Qptiff
from fairsubmit.readers.tiff.sem_text import SemText
from fairsubmit.readers.tiff.stk import Stk
from fairsubmit.readers.tiff.tvips import Tvips
from fairsubmit.readers.tiff.ventana import Ventana
from fairsubmit.readers.tiff.zeiss_sem import ZeissSem
from fairsubmit.readers.volumes.ics import Ics
from fairsubmit.readers.volumes.metaimage import MetaImage
from fairsubmit.readers.volumes.nifti import Nifti
from fairsubmit.readers.volumes.nrrd import Nrrd
from fairsubmit.readers.zarr.ome_zarr import OmeZarr

if TYPE_CHECKING:
    from fairsubmit.readers.base import OwnReader

__all__ = ["IMAGE_SUFFIXES", "READERS", "SET_READERS"]

# The first that recognises a file reads it: the particular before the general.
READERS: tuple[OwnReader, ...] = (
    OmeTiff(),
    Vsi(),
    # Its preamble may be a header of TIFF.
    Dicom(),
    MicroManager(),
    ImageJ(),
    Stk(),
    MetaSeries(),
    Aperio(),
    Hamamatsu(),
    LeicaScn(),
    Qptiff(),
    Ventana(),
    Philips(),
    Flex(),
    Fei(),
    ZeissSem(),
    Tvips(),
    OlympusSis(),
    Gatan(),
    Lsm(),
    SemText(),
    PlainTiff(),
    DigitalMicrograph(),
    DeltaVision(),
    Mrc(),
    TiaSeries(),
    Nifti(),
    Nrrd(),
    MetaImage(),
    Ics(),
    Lif(),
    Lof(),
    Xlef(),
    Nd2(),
    Oif(),
    Oib(),
    Czi(),
    Imaris(),
    BigDataViewer(),
    Emd(),
    Png(),
    Jpeg(),
    Jpeg2000(),
    Bmp(),
    OmeXmlFile(),
    ImageXpress(),
    MetaMorph(),
    CellVoyager(),
    Harmony(),
    OmeZarr(),
)

SET_READERS = tuple(r for r in READERS if isinstance(r, SetReader))

# A file so named should be an image that is read here.
IMAGE_SUFFIXES = frozenset(s for reader in READERS for s in reader.suffixes)
