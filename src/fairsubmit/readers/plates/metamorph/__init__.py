"""Series of MetaMorph and VisiView: ND and STK or TIFF files."""
