"""Cancellation of long work: its progress callback raises `Stopped`."""

from __future__ import annotations


class Stopped(Exception):
    """The work was cancelled."""
