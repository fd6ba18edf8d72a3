"""Cures applied to texts: only what an edit names changes, comments and layout stay."""
