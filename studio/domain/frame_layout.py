"""Frames in whole pixels: the position of a picture within the new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.domain.aspect_ratios import nearest_aspect
from studio.domain.entities import AspectRatio
from studio.domain.markup import Frame

_SAME = 0.001
"""Relative difference up to which two aspect ratios count as the same."""

Box = tuple[int, int, int, int]
"""Left, top, right and bottom edge in pixels; the last two are exclusive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameLayout:
    """A frame in whole pixels of its picture.

    Attributes:
        left, top: its corner, relative to that of the picture; negative outside the picture.
        size: width and height of the new picture.
        picture: size of the picture.
    """

    left: int
    top: int
    size: tuple[int, int]
    picture: tuple[int, int]

    @classmethod
    def of(cls, frame: Frame, picture: tuple[int, int]) -> FrameLayout:
        """The layout of a frame around a picture of this size; at least one pixel in size."""
        width, height = picture
        left, top = round(frame.left * width), round(frame.top * height)
        right, bottom = round(frame.right * width), round(frame.bottom * height)
        size = max(1, right - left), max(1, bottom - top)
        return cls(left=left, top=top, size=size, picture=picture)

    @property
    def kept(self) -> Box:
        """The part of the picture within the frame; empty if they do not overlap."""
        (width, height), (wide, high) = self.picture, self.size
        left, top = max(0, self.left), max(0, self.top)
        right, bottom = min(width, self.left + wide), min(height, self.top + high)
        return left, top, max(left, right), max(top, bottom)

    @property
    def place(self) -> Box:
        """Position of the kept part in the new picture."""
        left, top, right, bottom = self.kept
        return left - self.left, top - self.top, right - self.left, bottom - self.top


def has_shape(ratio: AspectRatio, size: tuple[int, int]) -> bool:
    """Whether a picture of this size already has this ratio."""
    return abs(size[0] / size[1] / ratio.value - 1) < _SAME


def drawn_aspect(frame: Frame, size: tuple[int, int], aspects: Sequence[str]) -> str:
    """The model's ratio to request for a frame around a picture of this size.

    "" to request none if the frame has the shape of the picture, which the model then follows.
    """
    if frame.aspect in aspects:
        return frame.aspect
    found = FrameLayout.of(frame, size)
    if has_shape(AspectRatio(*found.size), size):
        return ""
    return nearest_aspect(found.size[0] / found.size[1], aspects)
