"""Detection of the parts to change, in marked copies and padded pictures."""

from __future__ import annotations

import math
import re

from PIL import Image, ImageChops, ImageFilter, ImageOps

_EDGE = 512
"""Long edge in pixels at which two pictures are compared."""

_DIFFERENT = 56
"""Difference in levels from which a pixel counts as drawn over; JPEG errors are smaller."""

_AROUND = 0.03
"""Reach of a mark beyond its lines, as a share of the longer side."""

_MOSTLY = 0.08
"""Painted share of a marked copy above which it shows a flat region, not marks."""

_PADDING = (0x80, 0x80, 0x80)
_NEAR = 10

_BLACK = re.compile(rb"\0+")

_MOST_TILES = 16
"""Limit of mirrored copies beside a picture, in each direction."""


def drawn_over(picture: Image.Image, marked: Image.Image) -> Image.Image:
    """Mask, white where a copy of a picture was drawn over; at most 512 px long, in its ratio."""
    small = ImageOps.contain(marked, (_EDGE, _EDGE), Image.Resampling.BOX)
    clean = picture.resize(small.size, Image.Resampling.BOX)
    return _strongest(ImageChops.difference(small, clean)).point(
        [255 if level >= _DIFFERENT else 0 for level in range(256)]
    )


def marked_area(picture: Image.Image, marked: Image.Image) -> Image.Image:
    """Mask, white where a marked copy shows that a picture is to be changed.

    The area is a region, or the inside and surroundings of marks.
    """
    over = drawn_over(picture, marked)
    filled = _filled(over)
    # Filling holes hardly changes a region, but it does change the lines of a box.
    if _share(over) > 0.8 * _share(filled) and _share(over) > _MOSTLY:
        return filled.filter(ImageFilter.MaxFilter(3))
    reach = max(3, round(_AROUND * max(over.size))) | 1
    return filled.filter(ImageFilter.MaxFilter(reach)).filter(ImageFilter.BoxBlur(2))


def borders(picture: Image.Image) -> Image.Image:
    """Mask, white on the flat grey borders of a picture."""
    mask = Image.new("L", picture.size, 255)
    mask.paste(0, _content(picture))
    return mask


def without_borders(picture: Image.Image) -> Image.Image:
    """The picture with its content mirrored and blurred over its flat borders."""
    box = _content(picture)
    left, top = box[:2]
    inside = picture.crop(box)
    made = Image.new("RGB", picture.size)
    wide, high = inside.size
    if wide * _MOST_TILES < picture.width or high * _MOST_TILES < picture.height:
        return inside.resize(picture.size)
    for row in range(-math.ceil(top / high), math.ceil((picture.height - top) / high)):
        for column in range(-math.ceil(left / wide), math.ceil((picture.width - left) / wide)):
            tile = ImageOps.mirror(inside) if column % 2 else inside
            tile = ImageOps.flip(tile) if row % 2 else tile
            made.paste(tile, (left + column * wide, top + row * high))
    soft = made.filter(ImageFilter.BoxBlur(max(2, max(picture.size) // 60)))
    soft.paste(inside, box)
    return soft


def _content(picture: Image.Image) -> tuple[int, int, int, int]:
    """The part within the flat borders; the whole picture if there are none."""
    flat = Image.new("RGB", picture.size, _PADDING)
    over = _strongest(ImageChops.difference(picture, flat)).point(
        [255 if level > _NEAR else 0 for level in range(256)]
    )
    box = over.getbbox() or (0, 0, *picture.size)
    # If the picture was scaled, the outermost pixels of the content are mixed with the border.
    left, top = (edge + 2 * (edge > 0) for edge in box[:2])
    ends = (edge - 2 * (edge < side) for edge, side in zip(box[2:], picture.size, strict=True))
    right, bottom = ends
    return (left, top, right, bottom) if left < right and top < bottom else box


def _filled(mask: Image.Image) -> Image.Image:
    """A mask with its holes filled: only black areas connected to the edge stay black."""
    framed = ImageOps.expand(mask, 1, 0)
    wide, high = framed.size
    data = framed.tobytes()
    # Whole runs of black pixels at a time: pixel by pixel, as in Pillow, takes half a second.
    rows = [
        [run.span() for run in _BLACK.finditer(data, row * wide, (row + 1) * wide)]
        for row in range(high)
    ]
    filled = bytearray(b"\xff" * len(data))
    waiting = [(0, *rows[0].pop())]
    while waiting:
        row, begin, end = waiting.pop()
        filled[begin:end] = bytes(end - begin)
        for near, step in ((row - 1, -wide), (row + 1, wide)):
            if not 0 <= near < high:
                continue
            left, right = begin + step, end + step
            waiting += [(near, *run) for run in rows[near] if run[0] < right and left < run[1]]
            rows[near] = [run for run in rows[near] if run[0] >= right or left >= run[1]]
    made = Image.frombytes("L", framed.size, bytes(filled))
    return made.crop((1, 1, 1 + mask.width, 1 + mask.height))


def _share(mask: Image.Image) -> float:
    return mask.histogram()[255] / (mask.width * mask.height)


def _strongest(difference: Image.Image) -> Image.Image:
    """The channel that differs most, at each pixel."""
    red, green, blue = difference.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)
