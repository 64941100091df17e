"""Cancellation of long work: the callback that is told of its progress raises `Stopped`."""

from __future__ import annotations


class Stopped(Exception):
    """Whoever asked for the work does not want it any more."""
