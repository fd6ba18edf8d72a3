"""OME-XML and OME-TIFF: found, repaired, cut, read to records, and given back."""
