"""Masks: a region, drawn as strokes, as pixels of a picture."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from studio.domain.markup import Point, Region, Stroke, StrokeKind

_HALF = [0] * 128 + [255] * 128
_WHOLE = [0] * 255 + [255]

_STEPS = 4
"""Steps of a soft edge before they are smoothed."""

_FINE = 16
"""Pixels of a soft edge up to which it is computed at the full resolution."""


def region_mask(
    region: Region, size: tuple[int, int], drawn: Image.Image | None = None
) -> Image.Image:
    """Mask of a picture of this size: 255 where it may change, 0 elsewhere, nothing between.

    `drawn` is the picture of `region.mask`, of any size: white where the picture may change. What
    is see-through is not white.
    """
    mask = Image.new("L", size)
    if drawn is not None:
        grey = _on_black(drawn).convert("L").point(_HALF)
        mask = grey.resize(size, Image.Resampling.NEAREST)
    for stroke in region.strokes:
        _draw(mask, stroke)
    return ImageChops.invert(mask) if region.inverted else mask


def _on_black(drawn: Image.Image) -> Image.Image:
    if drawn.mode != "RGBA":
        return drawn
    ground = Image.new("RGB", drawn.size)
    ground.paste(drawn, mask=drawn.getchannel("A"))
    return ground


def changes_nothing(region: Region, drawn: Image.Image) -> bool:
    """Whether a region is its mask's picture alone, and that has no part that may change."""
    return not region.strokes and region_mask(region, drawn.size, drawn).getbbox() is None


def _draw(mask: Image.Image, stroke: Stroke) -> None:
    width, height = mask.size
    points = [(x * width, y * height) for x, y in stroke.points]
    if not points:
        return
    draw = ImageDraw.Draw(mask)
    match stroke.kind:
        case StrokeKind.BOX:
            _fill_box(mask, stroke.points)
        case StrokeKind.LASSO:
            if len(points) > 2:
                draw.polygon(points, fill=255)
        case StrokeKind.BRUSH | StrokeKind.ERASER:
            level = 255 if stroke.kind is StrokeKind.BRUSH else 0
            _draw_line(draw, points, max(1.0, stroke.width * max(mask.size)), level)


def _fill_box(mask: Image.Image, corners: Sequence[Point]) -> None:
    width, height = mask.size
    left, right = sorted(round(x * width) for x, _y in (corners[0], corners[-1]))
    top, bottom = sorted(round(y * height) for _x, y in (corners[0], corners[-1]))
    mask.paste(255, (max(0, left), max(0, top), min(width, right), min(height, bottom)))


def _draw_line(
    draw: ImageDraw.ImageDraw, points: Sequence[tuple[float, float]], width: float, level: int
) -> None:
    """A line with round ends and corners."""
    half = width / 2
    kept: tuple[float, float] | None = None
    for x, y in points:
        if kept is not None and max(abs(x - kept[0]), abs(y - kept[1])) < 1:
            continue
        # Rounding must not turn the corners of a line of one pixel round.
        end = max(x - half, x + half - 1), max(y - half, y + half - 1)
        draw.ellipse((x - half, y - half, *end), fill=level)
        if kept is not None:
            draw.line((kept, (x, y)), fill=level, width=max(1, round(width)))
        kept = x, y


def soft_edge(mask: Image.Image, width: float) -> Image.Image:
    """Weights of a mask: from its edge inward they rise over `width` pixels, up to 255.

    They are 0 wherever the mask is. Where a mask is narrower everywhere, they rise faster.
    """
    box = mask.getbbox()
    if width < 1 or box is None:
        return mask
    left, top, right, bottom = box
    # With what is around it; at the border of the picture there is no edge.
    box = (
        max(0, left - 1),
        max(0, top - 1),
        min(mask.width, right + 1),
        min(mask.height, bottom + 1),
    )
    inside = mask.crop(box)
    factor = max(1, int(width // _FINE))
    small = inside.reduce(factor).point(_WHOLE) if factor > 1 else inside
    step = width / factor / _STEPS
    rising = Image.new("L", small.size)
    for number in range(_STEPS):
        radius = max(1, round(step * (number + 0.5)))
        shrunk = small.filter(ImageFilter.BoxBlur(radius)).point(_WHOLE)
        share = 255 // _STEPS if number else 255 - 255 // _STEPS * (_STEPS - 1)
        rising = ImageChops.add(rising, shrunk.point([0] * 255 + [share]))
    rising = rising.filter(ImageFilter.BoxBlur(step / 2))
    most = max((level for level, n in enumerate(rising.histogram()) if n), default=0)
    if not most:
        return mask
    rising = rising.point([min(255, level * 255 // most) for level in range(256)])
    if factor > 1:
        full = rising.width * factor, rising.height * factor
        rising = rising.resize(full, Image.Resampling.BILINEAR).crop((0, 0, *inside.size))
    weights = Image.new("L", mask.size)
    weights.paste(ImageChops.darker(rising, inside), box[:2])
    return weights
