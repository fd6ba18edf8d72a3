"""Plates of Yokogawa CellVoyager microscopes."""
