"""Composition: placing part of an answer in its parent, and verification by counting pixels.

Outside a region, and within the kept part of a frame, the pixels are those of the parent;
`changed_pixels` checks the saved file. All pictures are RGB or RGBA in the colours of the
parent; the alpha channel is the parent's everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from PIL import Image, ImageChops, ImageFilter

from studio.domain.frame_layout import FrameLayout
from studio.imaging.align import Box, Placement
from studio.imaging.compare import RING, Gain, Overlay, with_gain

_STRIP = 256
_NOT_ZERO = [0] + [255] * 255


def put_region(
    parent: Image.Image, answer: Image.Image, place: Placement, weights: Image.Image, gain: Gain
) -> None:
    """Blend the answer, an RGB picture, into the parent by the weights (0 keeps the parent).

    `place` maps points of the parent to the answer. Pixels that the answer does not cover stay
    unchanged.
    """
    laid = Overlay(parent, answer, (place.scale, place.scale), (place.x, place.y))
    for strip in _strips(_common(laid.box, weights.getbbox())):
        old, new = parent.crop(strip), with_gain(laid.laid(strip), gain)
        if old.mode == "RGBA":
            new.putalpha(old.getchannel("A"))
        parent.paste(Image.composite(new, old, weights.crop(strip)), strip[:2])


def with_frame(
    parent: Image.Image,
    answer: Image.Image | None,
    place: Placement,
    layout: FrameLayout,
    *,
    seam: int = 0,
    gain: Gain,
) -> Image.Image:
    """The answer, an RGB picture, in the frame, with the kept part of the parent put back.

    `place` as in `put_region`. Over `seam` pixels of the new part, its colours blend into those at
    the border of the parent. Without an answer, the frame lies within the parent.
    """
    whole = Image.new("RGB", layout.size)
    if answer is not None:
        corner = (
            place.scale * layout.left + place.x,
            place.scale * layout.top + place.y,
        )
        laid = Overlay(whole, answer, (place.scale, place.scale), corner)
        if laid.box != (0, 0, *layout.size):
            # The answer may leave a border of a few pixels uncovered.
            whole = with_gain(answer.resize(layout.size, Image.Resampling.BICUBIC), gain)
        for strip in _strips(laid.box):
            whole.paste(with_gain(laid.laid(strip), gain), strip[:2])
    left, top, right, bottom = layout.kept
    if seam and answer is not None and left < right and top < bottom:
        _match_border(whole, parent, layout, seam)
    if parent.mode == "RGBA":
        whole.putalpha(255)
    for strip in _strips(layout.kept):
        whole.paste(parent.crop(strip), (strip[0] - layout.left, strip[1] - layout.top))
    return whole


def changed_pixels(first: Image.Image, second: Image.Image, mask: Image.Image | None = None) -> int:
    """Number of pixels with `mask` 0 that differ in any channel.

    Pictures of different sizes or modes differ everywhere.
    """
    if first.size != second.size or first.mode != second.mode:
        return first.width * first.height if mask is None else mask.histogram()[0]
    count = 0
    for strip in _strips((0, 0, *first.size)):
        found = ImageChops.difference(first.crop(strip), second.crop(strip))
        different = reduce(ImageChops.lighter, found.split()).point(_NOT_ZERO)
        if mask is not None:
            different = ImageChops.subtract(different, mask.crop(strip).point(_NOT_ZERO))
        count += different.histogram()[255]
    return count


def inner_ring(layout: FrameLayout) -> Image.Image:
    """Mask, in the parent's size, of the kept pixels beside the new part of a frame."""
    left, top, right, bottom = layout.kept
    (wide, high), (x, y) = layout.size, (layout.left, layout.top)
    mask = Image.new("L", layout.picture)
    mask.paste(255, layout.kept)
    inner = (
        left + RING * (x < left),
        top + RING * (y < top),
        right - RING * (x + wide > right),
        bottom - RING * (y + high > bottom),
    )
    if inner[0] < inner[2] and inner[1] < inner[3]:
        mask.paste(0, inner)
    return mask


def _match_border(whole: Image.Image, parent: Image.Image, layout: FrameLayout, seam: int) -> None:
    """Add the colour difference at the parent's border to the adjacent new part, fading out."""
    left, top, right, bottom = layout.place
    across = (
        (max(0, left - seam), left, (left, left + 1)),
        (left, right, (left, right)),
        (right, min(whole.width, right + seam), (right - 1, right)),
    )
    down = (
        (max(0, top - seam), top, (top, top + 1)),
        (top, bottom, (top, bottom)),
        (bottom, min(whole.height, bottom + seam), (bottom - 1, bottom)),
    )
    for column, (start, end, (x, x_end)) in enumerate(across):
        for row, (begin, stop, (y, y_end)) in enumerate(down):
            if (column == row == 1) or start >= end or begin >= stop:
                continue
            under = whole.crop((x, y, x_end, y_end))
            own = parent.crop(
                (x + layout.left, y + layout.top, x_end + layout.left, y_end + layout.top)
            ).convert("RGB")
            size = end - start, stop - begin
            fading = ImageChops.multiply(
                _fading(*size, 1 - column, 0, seam), _fading(*size, 0, 1 - row, seam)
            )
            part = whole.crop((start, begin, end, stop))
            part = ImageChops.add(part, _spread(ImageChops.subtract(own, under), fading, seam))
            part = ImageChops.subtract(part, _spread(ImageChops.subtract(under, own), fading, seam))
            whole.paste(part, (start, begin))


def _spread(border: Image.Image, fading: Image.Image, seam: int) -> Image.Image:
    """A line of border pixels stretched over the adjacent part, smoothed to avoid streaks."""
    smooth = border.filter(ImageFilter.BoxBlur(max(1, seam // 8)))
    wide = smooth.resize(fading.size, Image.Resampling.NEAREST)
    return ImageChops.multiply(wide, Image.merge("RGB", (fading,) * 3))


def _fading(width: int, height: int, right: int, down: int, seam: int) -> Image.Image:
    """Levels that fall from 255 to 0 over `seam` pixels, away from the kept part.

    `right` and `down` are 1 if the kept part is to the right or below, -1 if it is to the left or
    above, 0 for no direction.
    """
    if not (right or down):
        return Image.new("L", (width, height), 255)
    length = width if right else height
    levels = bytes(max(0, 255 - 255 * step // seam) for step in range(1, length + 1))
    if 1 in (right, down):
        levels = levels[::-1]
    line = Image.frombytes("L", (length, 1) if right else (1, length), levels)
    return line.resize((width, height), Image.Resampling.NEAREST)


def _common(one: Box | None, other: Box | None) -> Box | None:
    if one is None or other is None:
        return None
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def _strips(box: Box | None) -> Iterator[Box]:
    if box is None:
        return
    left, top, right, bottom = box
    for start in range(top, bottom, _STRIP):
        yield left, start, right, min(bottom, start + _STRIP)
