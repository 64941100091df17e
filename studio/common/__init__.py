"""Errors, files, paths, logs and translation: what every package uses."""
