"""Formats of volumes: small headers before, or beside, plain arrays of voxels."""
