"""Nikon's ND2: its chunks are found here, the library nd2 interprets them."""
