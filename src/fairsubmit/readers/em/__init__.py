"""Formats of electron microscopes and of their volumes."""
