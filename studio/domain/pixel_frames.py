"""Frames in whole pixels of the picture: initial frames, dragging, and the limits of models.

Sizes are width and height in pixels of the upright picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from typing import NamedTuple

from studio.common.errors import InputError
from studio.common.i18n import _, left_to_right, number
from studio.domain.derivation import SEAM
from studio.domain.entities import AspectRatio
from studio.domain.frame_layout import FrameLayout, drawn_aspect
from studio.domain.guides import Box, extended
from studio.domain.markup import Frame, Point
from studio.domain.models import TIERS, Model

Size = tuple[int, int]

MOST_PIXELS = 110_000_000
"""Limit of a new picture in pixels; larger ones cannot be opened."""

LEAST_PART = 0.1
"""Minimum share of a frame's sides that the picture must fill, to be found in the answer."""

MOST_CUT = 2.0
"""Maximum factor between a frame's ratio and the model's nearest one."""

LEAST_SIDE = 16
"""Minimum side of a dragged frame in pixels."""

FREE_ROOM = 0.1
"""Margin on each side of a new free frame, as a fraction of the picture's sides."""

FURTHEST = 12
"""Limit of the margin on one side while dragging, as a multiple of the picture's side."""

MIDDLE = Point(0.5, 0.5)


class PixelFrame(NamedTuple):
    """Edges of a frame in pixels from the picture's top left corner; the last two are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


class Room(NamedTuple):
    """Margins in pixels on each side of the picture; negative where it is cropped."""

    left: int
    right: int
    top: int
    bottom: int


class Handle(Enum):
    """Handle of a frame by the sides it moves: -1 for left or top, 1 for right or bottom."""

    TOP_LEFT = (-1, -1)
    TOP = (0, -1)
    TOP_RIGHT = (1, -1)
    RIGHT = (1, 0)
    BOTTOM_RIGHT = (1, 1)
    BOTTOM = (0, 1)
    BOTTOM_LEFT = (-1, 1)
    LEFT = (-1, 0)

    @property
    def across(self) -> int:
        return self.value[0]

    @property
    def down(self) -> int:
        return self.value[1]


# Frames


def frame_around(ratio: AspectRatio, size: Size, anchor: Point = MIDDLE) -> Frame:
    """The smallest frame of this ratio around a picture, placed in it by `anchor`."""
    width, height = size
    wide = max(width, round(height * ratio.value))
    high = max(height, round(width / ratio.value))
    left, top = -round((wide - width) * anchor.x), -round((high - height) * anchor.y)
    box = PixelFrame(left, top, left + wide, top + high)
    empty = Frame(left=0, top=0, right=1, bottom=1, aspect=str(ratio), seam=SEAM)
    return with_pixels(empty, box, size)


def free_frame(size: Size) -> Frame:
    """A frame of any ratio with a margin on every side."""
    across, down = round(size[0] * FREE_ROOM), round(size[1] * FREE_ROOM)
    box = PixelFrame(-across, -down, size[0] + across, size[1] + down)
    return with_pixels(Frame(left=0, top=0, right=1, bottom=1, seam=SEAM), box, size)


def pixels_of(frame: Frame, size: Size) -> PixelFrame:
    """The frame in whole pixels, exactly as it will be made."""
    found = FrameLayout.of(frame, size)
    return PixelFrame(found.left, found.top, found.left + found.size[0], found.top + found.size[1])


def with_pixels(frame: Frame, box: PixelFrame, size: Size) -> Frame:
    """The frame with these edges."""
    width, height = size
    return replace(
        frame,
        left=box.left / width,
        top=box.top / height,
        right=box.right / width,
        bottom=box.bottom / height,
    )


def room_of(box: PixelFrame, size: Size) -> Room:
    """Margins in pixels between a picture and its frame; negative where it is cropped."""
    return Room(-box.left, box.right - size[0], -box.top, box.bottom - size[1])


def new_share(frame: Frame, size: Size) -> float:
    """Share of the frame that is new, from 0 to 1."""
    found = FrameLayout.of(frame, size)
    left, top, right, bottom = found.kept
    return 1 - (right - left) * (bottom - top) / (found.size[0] * found.size[1])


# Dragging


def dragged(box: PixelFrame, handle: Handle, dx: int, dy: int, ratio: float | None) -> PixelFrame:
    """The frame after a handle was moved by some pixels.

    The opposite sides stay. With a ratio (width to height), the other dimension follows, evenly on
    both sides if the handle is in the middle of an edge.
    """
    wide = max(LEAST_SIDE, box.width + dx * handle.across)
    high = max(LEAST_SIDE, box.height + dy * handle.down)
    if ratio is not None:
        by_height = abs(high * ratio - box.width) > abs(wide - box.width)
        if not handle.across or (handle.down and by_height):
            wide = max(LEAST_SIDE, round(high * ratio))
        else:
            high = max(LEAST_SIDE, round(wide / ratio))
    left, right = _stretched(box.left, box.right, wide, handle.across)
    top, bottom = _stretched(box.top, box.bottom, high, handle.down)
    return PixelFrame(left, top, right, bottom)


def moved(box: PixelFrame, dx: int, dy: int) -> PixelFrame:
    """The frame moved by some pixels."""
    return PixelFrame(box.left + dx, box.top + dy, box.right + dx, box.bottom + dy)


def with_room(
    box: PixelFrame, size: Size, handle: Handle, pixels: int, ratio: float | None
) -> PixelFrame:
    """The frame with a margin of `pixels` on the side of an edge's `handle`.

    With a ratio, the margin is taken from the opposite side first; then the frame grows.
    """
    room = room_of(box, size)
    there = {
        Handle.LEFT: room.left,
        Handle.RIGHT: room.right,
        Handle.TOP: room.top,
        Handle.BOTTOM: room.bottom,
    }[handle]
    more = pixels - there
    if ratio is None:
        return dragged(box, handle, more * handle.across, more * handle.down, None)
    opposite = box.width - size[0] if handle.across else box.height - size[1]
    shift = more if opposite - pixels >= 0 else opposite - there
    box = moved(box, shift * handle.across, shift * handle.down)
    rest = more - shift
    return dragged(box, handle, rest * handle.across, rest * handle.down, ratio)


def centred(box: PixelFrame, size: Size) -> PixelFrame:
    """The frame with the picture at its centre."""
    left, top = -((box.width - size[0]) // 2), -((box.height - size[1]) // 2)
    return PixelFrame(left, top, left + box.width, top + box.height)


def within_reach(box: PixelFrame, size: Size) -> bool:
    """Whether a dragged frame is near enough to its picture to be kept."""
    width, height = size
    return (
        -FURTHEST * width <= box.left
        and box.right <= (FURTHEST + 1) * width
        and -FURTHEST * height <= box.top
        and box.bottom <= (FURTHEST + 1) * height
        and min(box.right, width) - max(box.left, 0) > 0
        and min(box.bottom, height) - max(box.top, 0) > 0
    )


def _stretched(start: int, end: int, length: int, side: int) -> tuple[int, int]:
    """An interval resized at its start (-1), its end (1) or evenly at both (0)."""
    if side < 0:
        return end - length, end
    if side > 0:
        return start, start + length
    # Odd pixels go to alternate sides, so that the centre does not drift.
    start -= (length - (end - start) + ((end - start) & 1)) // 2
    return start, start + length


# Models


def drawn_box(frame: Frame, size: Size, aspects: Sequence[str]) -> Box:
    """Box that a model draws: the frame, extended to the model's ratio and cropped afterwards."""
    box = Box(frame.left, frame.top, frame.right, frame.bottom)
    aspect = drawn_aspect(frame, size, aspects)
    return extended(box, size, AspectRatio.parse(aspect)) if aspect else box


def enlargement(frame: Frame, size: Size, model: Model, tier: str) -> float | None:
    """Factor by which a model's answer is enlarged to fill the frame; None for an unknown tier."""
    if tier not in TIERS:
        return None
    box = drawn_box(frame, size, model.aspects)
    wide, high = (box.right - box.left) * size[0], (box.bottom - box.top) * size[1]
    aspect = drawn_aspect(frame, size, model.aspects)
    known = model.pixels(aspect, tier) if aspect else None
    side = (known[0] * known[1]) ** 0.5 if known is not None else float(TIERS[tier])
    return float((wide * high) ** 0.5 / side)


def check_frame(frame: Frame, size: Size, aspects: Sequence[str]) -> None:
    """Raise InputError for a frame that a model with these ratios cannot fill."""
    found = FrameLayout.of(frame, size)
    wide, high = found.size
    left, top, right, bottom = found.kept
    if wide * high > MOST_PIXELS:
        raise InputError(
            _("The new frame is too large"),
            # Translators: {size} is such as "12,000 × 10,000", {most} a number.
            _("It has {size} pixels; the limit is {most} million.").format(
                size=left_to_right(f"{number(wide)} × {number(high)}"),
                most=number(MOST_PIXELS // 1_000_000),
            ),
            hint=_("Choose a smaller one."),
        )
    nearest = drawn_aspect(frame, size, aspects)
    if nearest:
        shape = wide / high / AspectRatio.parse(nearest).value
        if max(shape, 1 / shape) > MOST_CUT:
            raise InputError(
                # Translators: {ratio} is an aspect ratio.
                _("The model cannot draw {ratio}").format(
                    ratio=frame.aspect or f"{number(wide)}:{number(high)}"
                ),
                # Translators: {nearest} is an aspect ratio.
                _("Its nearest aspect ratio is {nearest}; more than half would be cut off.").format(
                    nearest=nearest
                ),
                hint=_("Choose another aspect ratio, or another model."),
            )
    if right - left < LEAST_PART * wide or bottom - top < LEAST_PART * high:
        raise InputError(
            _("The picture is too small in the new frame"),
            _("It must fill at least a tenth of the width and height."),
            hint=_("Choose a smaller one."),
        )
