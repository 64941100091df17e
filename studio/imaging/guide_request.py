"""Request for a picture drawn from the markup, shared by the comparing process and its client."""

from __future__ import annotations

from dataclasses import dataclass

from studio.domain.guides import Guide
from studio.domain.markup import Mark, Region

EDGE = 2048
"""Limit of the longer side of a picture to send, in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideDrawing:
    """A guide, and the marks and the region to draw on it.

    Attributes:
        marks: the marks that are sent, with their numbers.
        edge: limit of the longer side in pixels.
    """

    guide: Guide
    marks: tuple[tuple[int, Mark], ...] = ()
    region: Region | None = None
    edge: int = EDGE
