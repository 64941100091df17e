"""Panels around the view in the middle."""
