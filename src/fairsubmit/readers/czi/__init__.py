"""Zeiss CZI: segments in a file, an XML document in one of them."""
