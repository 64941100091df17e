"""How long work on a library is given up: whoever is told of its progress raises `Stopped`."""

from __future__ import annotations


class Stopped(Exception):
    """Whoever asked for the work does not want it any more."""
