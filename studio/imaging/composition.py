"""Recipes and results of compositions, for the client of the comparing process."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from studio.domain.markup import Frame, Region


class NotComposed(StrEnum):
    """Reason why an answer cannot be composed into its parent."""

    DIFFERENT = "different"
    SHIFT = "shift"
    SHAPE = "shape"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositionRecipe:
    """Everything from which a composed picture is computed.

    Attributes:
        parent: file of the picture whose pixels are kept.
        answer: file of the model's answer; None for a crop, whose frame lies within the parent.
        region, frame: exactly one of the two is set.
        mask: file of the region's mask, if it has one.
        seam: width of the blend in pixels of the parent.
        match: the answer's colours are matched to those of the parent.
        crop: left, top, right and bottom of the part that the answer shows, as fractions of the
            parent; None for all of it.
    """

    parent: Path
    answer: Path | None = None
    region: Region | None = None
    frame: Frame | None = None
    mask: Path | None = None
    seam: float = 0.0
    match: bool = True
    crop: tuple[float, float, float, float] | None = None

    def request(self) -> dict[str, Any]:
        """Fields of the request to the process."""
        return {
            "other": None if self.answer is None else str(self.answer),
            "region": None if self.region is None else msgspec.to_builtins(self.region),
            "frame": None if self.frame is None else msgspec.to_builtins(self.frame),
            "mask": None if self.mask is None else str(self.mask),
            "seam": self.seam,
            "match": self.match,
            "crop": self.crop,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A composed picture, or the reason why there is none.

    Attributes:
        data: the PNG; empty with a reason.
        shift: shift of the answer that was corrected, right and down, in pixels of the parent.
        zoom: growth of the answer's content.
    """

    data: bytes
    reason: NotComposed | None
    shift: tuple[float, float] = (0.0, 0.0)
    zoom: float = 1.0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Proof:
    """Number of pixels of a saved file that were compared with its parent, and how many differ."""

    outside: int
    changed: int


MOST_SEAM = 128
"""Widest seam, in pixels of the parent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeamView:
    """Visible part of a composed picture.

    Attributes:
        box: left, top, right and bottom of the part, as fractions of the new picture.
        size: width and height of the part on the screen, in device pixels.
        profile: ICC profile of the monitor; empty for sRGB.
    """

    box: tuple[float, float, float, float]
    size: tuple[int, int]
    profile: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeamPixels:
    """Pixels of a preview, ready to paint: RGBA, 8 bits each, straight alpha.

    Attributes:
        view: the requested view.
        left, top: corner of the pixels, relative to that of the view.
        across, down: size of the view in pixels of the preview, which is smaller for large views.
        converted: whether the colours are the monitor's; otherwise they are sRGB.
        kept: bytes of the pictures that the process keeps.
        serial: number of pairs of pictures that the process has loaded.
    """

    view: SeamView
    left: int
    top: int
    across: int
    down: int
    width: int
    height: int
    data: bytes
    alpha: bool
    converted: bool
    kept: int
    serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFacts:
    """Measurements of an answer and the parent it is composed into.

    Attributes:
        reason: reason why they do not line up; None if they do.
        shift: shift of the answer that is corrected, right and down, in pixels of the parent.
        zoom: growth of the answer's content.
        changed: changed share of those pixels outside the region that the answer shows.
        kept, serial: as in `SeamPixels`.
    """

    reason: NotComposed | None
    shift: tuple[float, float] = (0.0, 0.0)
    zoom: float = 1.0
    changed: float = 0.0
    kept: int = 0
    serial: int = 0
