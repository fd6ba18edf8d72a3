"""Formats that are HDF5: Imaris, BigDataViewer and EMD, from attributes and shapes."""
