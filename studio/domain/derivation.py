"""Derivation of a picture made here from others, complete enough to reproduce it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SEAM = 0.006
"""Default width of a seam, as a fraction of the longer side: 12 pixels of 2048."""


class Operation(StrEnum):
    """Operation on the parent."""

    ONLY_HERE = "only-here"
    REFRAME = "reframe"
    CROP = "crop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """Operation and parameters of a picture made here.

    The parent is the edited picture among the picture's parents; the answer has the role ANSWER.

    Attributes:
        markup: sha256 of the JSON of its `Markup`; names a file among the inputs.
        seam: width of the blend, as a fraction of the longer side of the parent.
        match: whether the answer's colours were matched to those of the parent.
        crop: left, top, right and bottom of the part that the answer shows, as fractions of the
            parent; None for all of it.
        outside: number of pixels that must equal those of the parent. All were compared in the
            saved file, and none differed.
        shift_x, shift_y: shift of the answer that was corrected, in pixels of the parent.
        zoom: growth of the answer's content.
    """

    operation: Operation
    markup: str
    seam: float = 0.0
    match: bool = True
    crop: tuple[float, float, float, float] | None = None
    outside: int = 0
    shift_x: float = 0.0
    shift_y: float = 0.0
    zoom: float = 1.0
