"""Behaviour of the window, one file per subject."""
