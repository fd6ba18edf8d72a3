"""TIFF directories, and the formats that microscopes write into them."""
