"""Screening plates and series: one file describes, thousands hold a plane each."""
