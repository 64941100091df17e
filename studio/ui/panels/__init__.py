"""Panels around the central view."""
