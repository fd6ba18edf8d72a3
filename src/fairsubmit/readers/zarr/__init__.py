"""OME-Zarr: images, labels, plates and wells, from JSON alone."""
