"""Plates of ImageXpress microscopes (MetaXpress): HTD and TIFF files."""
