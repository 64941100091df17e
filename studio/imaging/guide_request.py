"""What is drawn on a picture to send, for the client of the comparing process and for its job."""

from __future__ import annotations

from dataclasses import dataclass

from studio.domain.guides import Guide
from studio.domain.markup import Mark, Region

EDGE = 2048
"""Longest side in pixels of a picture that is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideDrawing:
    """A guide with the marks and the region that are drawn on it.

    Attributes:
        marks: those that are sent, with their numbers.
        edge: limit of the longer side in pixels.
    """

    guide: Guide
    marks: tuple[tuple[int, Mark], ...] = ()
    region: Region | None = None
    edge: int = EDGE
