"""Comparison of aligned pictures: colour gain, changed pixels, difference map.

Both are resampled to a common pixel grid, never finer than the coarser picture: detail that only
the finer picture can have is not a change. A map is made in strips, so that little more than the
two pictures and the map is in memory at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageStat

from studio.imaging.align import Box, FloatBox, Placement, covered_box

TOLERANCE = 14
"""Levels of 255 by which an unchanged pixel may differ: noise of encoding and resampling."""

RING = 24
"""Width in pixels of the ring around a region on which colours are matched."""

_SHARE_EDGE = 1024
"""Long edge in pixels of the grid on which changed pixels are counted."""

_GAIN_EDGE = 256
"""Long edge in pixels of the grid on which colours are matched."""

_COARSER = 0.8
"""Scale (second picture to first) below which the second counts as coarser."""

_GAINS = (0.8, 1.25)
"""Limits of a colour gain; anything beyond is a change."""

_ROUNDS = 3
_STRIP = 256
_MARGIN = 1
"""Number of rows of a strip, and of the rows around it that smoothing needs."""

Gain = tuple[float, float, float]
NO_GAIN: Gain = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Overlay:
    """A picture, and the position of a second one under it; both RGB.

    Attributes:
        scale, corner: point p of `first` is point scale * p + corner of `second`, separately in
            each direction.
    """

    first: Image.Image
    second: Image.Image
    scale: tuple[float, float]
    corner: tuple[float, float]

    @property
    def box(self) -> Box | None:
        """Pixels of the first picture that the second covers; None if they do not overlap."""
        found = covered_box(self.first.size, self.second.size, self.scale, self.corner)
        return None if found is None else found[0]

    def laid(self, box: Box) -> Image.Image:
        """The part of the second picture that covers this box of the first, resized to it."""
        left, top, right, bottom = box
        (wide, high), (x, y), (width, height) = self.scale, self.corner, self.second.size
        source: FloatBox = (
            max(0.0, wide * left + x),
            max(0.0, high * top + y),
            min(width, wide * right + x),
            min(height, high * bottom + y),
        )
        return self.second.resize(
            (right - left, bottom - top), Image.Resampling.BICUBIC, box=source, reducing_gap=1.0
        )


def overlay(
    first: Image.Image,
    second: Image.Image,
    placement: Placement,
    *,
    edge: int | None = None,
    smooth: float = 1.0,
) -> Overlay:
    """Two pictures on a common grid with a long edge of at most `edge`.

    A pixel of the grid is at least as wide as `smooth` pixels of the coarser picture.
    """
    # A zoom of a few per cent does not count as a lower resolution.
    factor = (placement.scale if placement.scale < _COARSER else 1.0) / smooth
    if edge is not None:
        factor = min(factor, edge / max(first.size))
    size = (max(1, round(first.width * factor)), max(1, round(first.height * factor)))
    scale = (
        placement.scale * first.width / size[0],
        placement.scale * first.height / size[1],
    )
    if size != first.size:
        first = first.resize(size, Image.Resampling.BICUBIC, reducing_gap=1.0)
    return Overlay(first, second, scale, (placement.x, placement.y))


def colour_gain(
    first: Image.Image,
    second: Image.Image,
    placement: Placement,
    *,
    ring: Image.Image | None = None,
) -> Gain:
    """Factors per channel that match the second picture's colours to the first's.

    `ring` is a mask over the first picture, in any size, of the pixels to measure. Without it, the
    seemingly unchanged pixels are measured.
    """
    both = overlay(first, second, placement, edge=_GAIN_EDGE)
    if (box := both.box) is None:
        return NO_GAIN
    one, two = both.first.crop(box), both.laid(box)
    if ring is not None:
        mask = ring.resize(both.first.size, Image.Resampling.BOX).point(_NOT_ZERO)
        return _gain(one, two, mask.crop(box))
    gain = _gain(one, two, None)
    for _round in range(_ROUNDS):
        # Changed pixels lose weight with each round.
        distance = _largest_channel(ImageChops.difference(one, with_gain(two, gain)))
        limit = max(4, _median(distance.histogram()))
        gain = _gain(one, two, distance.point([255] * (limit + 1) + [0] * (255 - limit)))
    return gain


def _gain(one: Image.Image, two: Image.Image, mask: Image.Image | None) -> Gain:
    low, high = _GAINS
    own, other = (ImageStat.Stat(picture, mask).sum for picture in (one, two))
    red, green, blue = (
        min(high, max(low, a / b)) if a > 0 and b > 0 else 1.0
        for a, b in zip(own, other, strict=True)
    )
    return red, green, blue


def _median(histogram: list[int]) -> int:
    left = sum(histogram) / 2
    for level, number in enumerate(histogram):
        left -= number
        if left <= 0:
            return level
    return len(histogram) - 1


def with_gain(picture: Image.Image, gain: Gain) -> Image.Image:
    """An RGB picture with each channel multiplied by its gain."""
    if gain == NO_GAIN:
        return picture
    return picture.point([min(255, round(level * one)) for one in gain for level in range(256)])


_NOT_ZERO = [0] + [255] * 255
_ZERO = [255] + [0] * 255


def ring_around(region: Image.Image, width: int = RING) -> Image.Image:
    """Mask of a ring, about `width` pixels wide, around a region, a mask of the same size."""
    inside = region.point(_NOT_ZERO)
    third = max(1, width // 3)
    # Grown by three pixels at a reduced size, because a filter as wide as the ring would be slow.
    grown = inside.reduce(third).point(_NOT_ZERO).filter(ImageFilter.MaxFilter(7))
    size = grown.width * third, grown.height * third
    grown = grown.resize(size, Image.Resampling.NEAREST).crop((0, 0, *region.size))
    return ImageChops.subtract(grown, inside)


def changed_share(
    first: Image.Image,
    second: Image.Image,
    placement: Placement,
    gain: Gain = NO_GAIN,
    *,
    region: Image.Image | None = None,
) -> float:
    """Share of pixels that changed, 0 to 1, of those that both pictures have.

    Pixels in `region`, a mask over the first picture in any size, are left out. Counted on a grid
    of half the resolution, which averages noise; 0 if no pixels remain.
    """
    both = overlay(first, second, placement, edge=_SHARE_EDGE, smooth=2.0)
    if (box := both.box) is None:
        return 0.0
    found = _largest_channel(
        ImageChops.difference(both.first.crop(box), with_gain(both.laid(box), gain))
    )
    mask = None
    if region is not None:
        whole = region.resize(both.first.size, Image.Resampling.BOX)
        mask = whole.crop(box).point(_ZERO)
    counts = found.histogram(mask)
    compared = sum(counts)
    return sum(counts[TOLERANCE + 1 :]) / compared if compared else 0.0


def difference_map(
    first: Image.Image,
    second: Image.Image,
    placement: Placement,
    gain: Gain = NO_GAIN,
    *,
    edge: int | None = None,
) -> Image.Image:
    """Greyscale map of the first picture, with a long edge of at most `edge`.

    Its levels are those of the channel that differs most, after slight smoothing; 0 where the
    pictures are equal, and outside the second one.
    """
    both = overlay(first, second, placement, edge=edge)
    found = Image.new("L", both.first.size)
    if (box := both.box) is not None:
        for strip in _strips(box):
            found.paste(_strip_difference(both, gain, box, strip), strip[:2])
    return found


def _strips(box: Box) -> Iterator[Box]:
    left, top, right, bottom = box
    for start in range(top, bottom, _STRIP):
        yield left, start, right, min(bottom, start + _STRIP)


def _strip_difference(both: Overlay, gain: Gain, box: Box, strip: Box) -> Image.Image:
    """Difference in a strip, smoothed with the rows around it to avoid seams."""
    left, top, right, bottom = strip
    above, below = max(box[1], top - _MARGIN), min(box[3], bottom + _MARGIN)
    wide = (left, above, right, below)
    smooth = ImageFilter.BoxBlur(_MARGIN)
    one = both.first.crop(wide).filter(smooth)
    two = with_gain(both.laid(wide), gain).filter(smooth)
    found = _largest_channel(ImageChops.difference(one, two))
    return found.crop((0, top - above, right - left, bottom - above))


def _largest_channel(picture: Image.Image) -> Image.Image:
    red, green, blue = picture.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)
