"""The version, read once from the installed package."""

from __future__ import annotations

__all__ = ["TOOL", "VERSION"]

VERSION = "0.1.0"
TOOL = f"fairsubmit {VERSION}"
