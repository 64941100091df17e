"""Markup of a picture: marks, a region and frames that show what should change.

All coordinates are fractions of the upright picture: (0, 0) is its top left corner, (1, 1) its
bottom right one. Widths and feathers are fractions of its longer side. A frame may reach beyond
the picture.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

MOST_MARKS = 99
MOST_STROKES = 2_000
MOST_FRAMES = 32
MOST_POINTS = 4_096
"""Limit of points of one mark or stroke."""

MOST_POINTS_TOGETHER = 65_536
"""Limit of points of a whole markup, so that drafts and records stay small."""

LONGEST_SENTENCE = 500
"""Limit of a mark's sentence in characters."""

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)

_FURTHEST = 64.0
"""Limit of a coordinate: frames may extend beyond the picture, but not without bound."""


class Point(NamedTuple):
    """A point of a picture, as fractions of its width and height."""

    x: float
    y: float


class MarkKind(StrEnum):
    """Kind of a mark."""

    PIN = "pin"
    ARROW = "arrow"
    BOX = "box"
    PEN = "pen"


MARK_COLOURS = ("#dd3328", "#ffd60a", "#ffffff", "#111111")
"""Colours of marks; the first is used if none contrasts enough with the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A numbered mark with its sentence; its number is its position in the list, from 1.

    Attributes:
        points: one for a pin; start and head of an arrow; two opposite corners of a box; the line
            of a pen.
        sentence: tells what should change there; a mark without one is not sent.
        colour: one of MARK_COLOURS.
        hidden: neither shown nor sent.
    """

    kind: MarkKind
    points: tuple[Point, ...]
    sentence: str = ""
    colour: str = MARK_COLOURS[0]
    hidden: bool = False

    @property
    def sent(self) -> bool:
        """Whether it is sent: it has a sentence and is not hidden."""
        return bool(self.sentence.strip()) and not self.hidden


class StrokeKind(StrEnum):
    """Tool of a stroke of a region."""

    BRUSH = "brush"
    LASSO = "lasso"
    BOX = "box"
    ERASER = "eraser"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A stroke of a region.

    Attributes:
        points: line of a brush or an eraser; outline of a lasso; two opposite corners of a box.
        width: width of a brush or an eraser, as a fraction of the picture's longer side.
    """

    kind: StrokeKind
    points: tuple[Point, ...]
    width: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The part of a picture that may change.

    Attributes:
        strokes: strokes in the order they were made; an eraser removes parts of earlier ones.
        mask: sha256 of a black and white PNG among the library's inputs, white where the picture
            may change; the strokes are applied on top of it.
        inverted: everything outside may change instead.
        feather: width of the soft inner edge, as a fraction of the picture's longer side.
    """

    strokes: tuple[Stroke, ...] = ()
    mask: str | None = None
    inverted: bool = False
    feather: float = 0.0

    @property
    def empty(self) -> bool:
        """Whether nothing was drawn; an empty region cannot be sent."""
        return not self.strokes and self.mask is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Edges of a new picture around, or inside, the picture it is made from.

    Attributes:
        aspect: chosen ratio, such as "16:9"; "" for a free one.
        keep_centre: the original pixels are put back.
        seam: width of the blend between old and new, within the new part, as a fraction of the
            longer side.
        match: colours of the new part are matched to those of the picture.
    """

    left: float
    top: float
    right: float
    bottom: float
    aspect: str = ""
    keep_centre: bool = True
    seam: float = 0.0
    match: bool = True

    @property
    def inside(self) -> bool:
        """Whether the frame lies within the picture: a crop, free of charge."""
        return self.left >= 0 and self.top >= 0 and self.right <= 1 and self.bottom <= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """Everything drawn on one picture.

    Attributes:
        send_clean: the clean picture is sent after the marked copy.
        region: the part that may change; None for the whole picture.
        frames: one picture is made for each; a request has at most one, which is an extension.
    """

    marks: tuple[Mark, ...] = ()
    send_clean: bool = True
    region: Region | None = None
    frames: tuple[Frame, ...] = ()

    @property
    def empty(self) -> bool:
        return not self.marks and self.region is None and not self.frames

    @property
    def sent(self) -> bool:
        """Whether any part is sent; hidden marks and marks without a sentence are not."""
        return bool(self.sent_marks or self.region is not None or self.extensions)

    @property
    def extensions(self) -> tuple[Frame, ...]:
        """Frames that extend beyond the picture; a model draws the new part."""
        return tuple(one for one in self.frames if not one.inside)

    @property
    def crops(self) -> tuple[Frame, ...]:
        """Frames within the picture, which are made without a model."""
        return tuple(one for one in self.frames if one.inside)

    @property
    def sent_marks(self) -> tuple[tuple[int, Mark], ...]:
        """Marks that are sent, with their numbers."""
        return tuple((n, one) for n, one in enumerate(self.marks, 1) if one.sent)

    @property
    def needs_prompt(self) -> bool:
        """Whether a prompt is needed, because neither marks nor frames say what to make."""
        return not (self.sent_marks or self.frames)

    @property
    def conflicts(self) -> bool:
        """Whether it has a region and an extension, which cannot be sent together."""
        return self.region is not None and bool(self.extensions)

    def for_frame(self, frame: Frame | None) -> Markup:
        """The markup of the request for one of its frames."""
        return replace(self, frames=() if frame is None else (frame,))


def is_valid(markup: Markup) -> bool:
    """Whether a stored markup has finite numbers and is within all limits."""
    return bounded(markup) == markup


def bounded(markup: Markup) -> Markup:
    """The valid part of a markup from a file: the first of each kind up to the limits."""
    room = MOST_POINTS_TOGETHER
    marks: list[Mark] = []
    for mark in markup.marks[:MOST_MARKS]:
        if _are_points(mark.points) and len(mark.points) <= room:
            room -= len(mark.points)
            marks.append(_bounded_mark(mark))
    region = markup.region
    if region is not None:
        strokes: list[Stroke] = []
        for stroke in region.strokes[:MOST_STROKES]:
            fits = _are_points(stroke.points) and len(stroke.points) <= room
            if fits and _is_share(stroke.width):
                room -= len(stroke.points)
                strokes.append(stroke)
        mask = region.mask
        region = replace(
            region,
            strokes=tuple(strokes),
            mask=mask if mask is not None and _SHA256.fullmatch(mask) else None,
            feather=region.feather if _is_share(region.feather) else 0.0,
        )
    frames = tuple(frame for frame in markup.frames[:MOST_FRAMES] if _is_frame(frame))
    return replace(markup, marks=tuple(marks), region=region, frames=frames)


def _bounded_mark(mark: Mark) -> Mark:
    colour = mark.colour if mark.colour in MARK_COLOURS else MARK_COLOURS[0]
    return replace(mark, sentence=mark.sentence[:LONGEST_SENTENCE], colour=colour)


def _are_points(points: tuple[Point, ...]) -> bool:
    return 0 < len(points) <= MOST_POINTS and all(
        math.isfinite(one.x) and math.isfinite(one.y) and max(abs(one.x), abs(one.y)) <= _FURTHEST
        for one in points
    )


def _is_share(value: float) -> bool:
    return 0 <= value <= 1


def _is_frame(frame: Frame) -> bool:
    edges = (frame.left, frame.top, frame.right, frame.bottom)
    return (
        all(math.isfinite(edge) and abs(edge) <= _FURTHEST for edge in edges)
        and frame.left < frame.right
        and frame.top < frame.bottom
        and _is_share(frame.seam)
        and len(frame.aspect) <= 20
    )
