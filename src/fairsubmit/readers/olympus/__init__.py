"""Olympus' (Evident's) formats: OIF and OIB of FluoView, VSI of cellSens."""
