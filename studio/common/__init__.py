"""Errors, files, paths, logs and translation, used by every package."""
