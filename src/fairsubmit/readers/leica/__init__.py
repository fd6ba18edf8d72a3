"""Leica's formats: LIF, LOF and the XML files of LAS X (XLEF, XLCF, XLLF, XLIF).

All hold the same XML: a tree of Elements, some of which are images, and beside it (in
the same file, or in others) the memory blocks that hold the pixels.
"""
