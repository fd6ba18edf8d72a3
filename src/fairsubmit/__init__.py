"""Deposit microscopy data in public archives."""

__version__ = "0.1.0"
