"""Pointer, pressed keys and captions, drawn into the frames of a recording."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from tests.desktop.session import ROOT

STRIP = 44
"""Height of the strip below the window that shows the step and the keys, in pixels."""

_FONTS = ROOT / "resources" / "fonts"
_GROUND, _LINE, _WORDS, _CAP = (14, 14, 16), (58, 58, 64), (236, 236, 240), (44, 44, 50)
_RING = (124, 140, 255, 200)
_ARROW = ((0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (13, 12))
_LARGER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What is drawn into one frame.

    Attributes:
        pointer: its tip, in pixels of the screen; None before it is used.
        pressed: whether its button is down.
        caption: name of the step.
        keys: pressed keys, as they are labelled.
    """

    pointer: tuple[int, int] | None = None
    pressed: bool = False
    caption: str = ""
    keys: tuple[str, ...] = ()


def annotate(screen: Image.Image, shown: Annotation) -> Image.Image:
    """The screen with its pointer, and below it a strip with caption and keys."""
    width, height = screen.size
    frame = Image.new("RGB", (width, height + STRIP), _GROUND)
    frame.paste(screen)
    if shown.pointer:
        pointer, offset = _pointer(pressed=shown.pressed)
        x, y = shown.pointer
        clipped = Image.new("RGBA", screen.size)
        clipped.paste(pointer, (x - offset, y - offset))
        frame.paste(clipped, (0, 0), clipped)
    draw = ImageDraw.Draw(frame)
    draw.line((0, height, width, height), fill=_LINE)
    middle = height + STRIP // 2
    draw.text((20, middle), shown.caption, _WORDS, _font("SemiBold", 17), "lm")
    _draw_keys(draw, width - 20, middle, shown.keys)
    return frame


def _draw_keys(draw: ImageDraw.ImageDraw, right: int, middle: int, keys: tuple[str, ...]) -> None:
    font = _font("SemiBold", 15)
    for key in reversed(keys):
        wide = max(28, round(draw.textlength(key, font)) + 18)
        box = (right - wide, middle - 14, right, middle + 14)
        draw.rounded_rectangle(box, 6, _CAP, _LINE)
        draw.text((right - wide / 2, middle), key, _WORDS, font, "mm")
        right -= wide + 8


@cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONTS / f"Inter-{weight}.ttf"), size)


@cache
def _pointer(*, pressed: bool) -> tuple[Image.Image, int]:
    """The arrow, and where its tip is from the left and the top."""
    side, tip = 64, 24
    large = Image.new("RGBA", (side * _LARGER, side * _LARGER))
    draw = ImageDraw.Draw(large)
    if pressed:
        ring = [(tip - 15) * _LARGER] * 2 + [(tip + 15) * _LARGER] * 2
        draw.ellipse(ring, outline=_RING, width=3 * _LARGER)
    points = [((x + tip) * _LARGER, (y + tip) * _LARGER) for x, y in _ARROW]
    draw.polygon(points, fill="white")
    draw.line([*points, points[0]], fill="black", width=round(1.5 * _LARGER), joint="curve")
    return large.resize((side, side), Image.Resampling.LANCZOS), tip
