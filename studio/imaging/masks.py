"""Masks: a region's strokes as pixels of a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from studio.domain.markup import Point, Region, Stroke, StrokeKind

_HALF = [0] * 128 + [255] * 128
_WHOLE = [0] * 255 + [255]

_LOOKED = 512
"""Long edge in pixels at which a mask file is checked for being black and white."""

_BLACK = [255] * 32 + [0] * 224
_WHITE = [0] * 224 + [255] * 32
_COLOURED = [0] * 48 + [255] * 208

_FEW, _MOST = 0.01, 0.5
"""Maximum share of coloured pixels, and minimum share of black and white pixels."""

_STEPS = 4
"""Number of steps of a soft edge before smoothing."""

_FINE = 16
"""Width in pixels up to which a soft edge is computed at full resolution."""


def region_mask(
    region: Region, size: tuple[int, int], drawn: Image.Image | None = None
) -> Image.Image:
    """Mask of a picture of this size: 255 where it may change, 0 elsewhere, nothing in between.

    `drawn` is the mask file `region.mask`, of any size: white where the picture may change.
    Transparent pixels do not count as white.
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


def is_black_and_white(drawn: Image.Image) -> bool:
    """Whether a mask file has no colours, and greys only along edges.

    A photograph has colours, or greys all over; transparent pixels count as black.
    """
    picture = _on_black(drawn).convert("RGB")
    picture.thumbnail((_LOOKED, _LOOKED), Image.Resampling.NEAREST)
    red, green, blue = picture.split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    least = ImageChops.darker(ImageChops.darker(red, green), blue)
    plain = most.point(_BLACK).histogram()[255] + least.point(_WHITE).histogram()[255]
    coloured = ImageChops.subtract(most, least).point(_COLOURED).histogram()[255]
    pixels = picture.width * picture.height
    return coloured <= pixels * _FEW and plain >= pixels * _MOST


def changes_nothing(region: Region, drawn: Image.Image) -> bool:
    """Whether a region consists only of a mask file that lets nothing change."""
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
            _fill_lasso(mask, points)
        case StrokeKind.BRUSH | StrokeKind.ERASER:
            level = 255 if stroke.kind is StrokeKind.BRUSH else 0
            _draw_line(draw, points, max(1.0, stroke.width * max(mask.size)), level)


def _fill_box(mask: Image.Image, corners: Sequence[Point]) -> None:
    width, height = mask.size
    left, right = sorted(round(x * width) for x, _y in (corners[0], corners[-1]))
    top, bottom = sorted(round(y * height) for _x, y in (corners[0], corners[-1]))
    mask.paste(255, (max(0, left), max(0, top), min(width, right), min(height, bottom)))


def _fill_lasso(mask: Image.Image, points: Sequence[tuple[float, float]]) -> None:
    """Fill the inside of a closed line, by the even-odd rule.

    A pixel is inside if its centre is inside. Pillow's own polygons also fill rows between corners
    of equal height, and extra pieces where a line crosses itself.
    """
    crossings: dict[int, list[float]] = {}
    for start, end in zip(points, [*points[1:], *points[:1]], strict=True):
        (x0, y0), (x1, y1) = sorted((start, end), key=lambda place: place[1])
        first, last = max(0, math.ceil(y0 - 0.5)), min(mask.height, math.ceil(y1 - 0.5))
        for row in range(first, last):
            x = x0 + (x1 - x0) * (row + 0.5 - y0) / (y1 - y0)
            crossings.setdefault(row, []).append(x)
    for row, found in crossings.items():
        edges = [min(mask.width, max(0, math.ceil(x - 0.5))) for x in sorted(found)]
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            if left < right:
                mask.paste(255, (left, row, right, row + 1))


def _draw_line(
    draw: ImageDraw.ImageDraw, points: Sequence[tuple[float, float]], width: float, level: int
) -> None:
    """Draw a line with round ends and corners."""
    half = width / 2
    kept: tuple[float, float] | None = None
    for x, y in points:
        if kept is not None and max(abs(x - kept[0]), abs(y - kept[1])) < 1:
            continue
        # The corners of a line one pixel wide must not be rounded.
        end = max(x - half, x + half - 1), max(y - half, y + half - 1)
        draw.ellipse((x - half, y - half, *end), fill=level)
        if kept is not None:
            draw.line((kept, (x, y)), fill=level, width=max(1, round(width)))
        kept = x, y


def soft_edge(mask: Image.Image, width: float) -> Image.Image:
    """Weights of a mask, which rise from its edge inward over `width` pixels to 255.

    The weights are 0 wherever the mask is. If the whole mask is narrower, they rise faster.
    """
    box = mask.getbbox()
    if width < 1 or box is None:
        return mask
    left, top, right, bottom = box
    # Includes the pixels around the mask, except beyond the picture, whose border is not an edge.
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
