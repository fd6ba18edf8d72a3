"""Plates of Operetta and Opera Phenix microscopes (Harmony)."""
