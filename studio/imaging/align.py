"""Registration: the position of one picture's pixels in another picture.

Finds a shift and a uniform scale to a fraction of a pixel, from coarse to fine. At each size the
pictures are cut into square blocks. The gradients of a block give its displacement, whatever its
brightness and contrast (Lucas and Kanade, 1981), and a robust fit over all blocks ignores those
that changed. Two checks decide whether the fit is accepted: the correlation of the blocks, and the
agreement of two fits, each to half of the blocks.

Pillow computes the sums over blocks; the rest is plain Python on a few hundred numbers.
docs/decisions/comparing.md explains the method.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from PIL import Image, ImageFilter, ImageMath

_LEVELS = ((64, 8, 8), (128, 8, 4), (256, 16, 3), (512, 32, 2), (1024, 32, 1))
"""Long edge in pixels, edge of a block in pixels, and maximum number of steps; coarse to fine."""

_SMALLEST = 40
"""Shorter edge in pixels below which there are too few blocks."""

_SCALES = (0.8, 1.25)
"""Limits of the resulting scale, as a multiple of the initial scale."""

_STILL = 0.02
"""Step, in pixels of a level, below which the fit of the level ends."""

_LEAST_TEXTURE = 4.0
_LEAST_GRADIENT = 0.5
"""Variance, and squared gradient, below which a block has only the steps of 8-bit levels."""

_MOST_NOISE = 8.0
"""Variance that may count as noise of the picture, in blocks of the finest level."""

_FEWEST = 12
"""Minimum number of blocks with detail for a reliable result."""

_CORRELATED = 0.7
_NEAR = 0.3
_LEAST_SHARE = 0.3
"""Minimum correlation and maximum distance (pixels) of agreeing blocks; their minimum share."""

_LEAST_COUNTED = 0.25
"""Minimum share of pixels to compare in a block; blocks with fewer are not used."""

_NOT_ZERO = [0] + [255] * 255

_APART = 0.3
"""Limit in pixels by which the fits to both halves of the blocks may differ at a corner."""


class Misalignment(StrEnum):
    """Reason why two pictures do not line up."""

    SMALL = "too_small"
    BLANK = "too_little_detail"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Placement:
    """Position of one picture in another: q = scale * p + (x, y).

    p and q are in pixels of the first and the second picture, from the upper left corner.
    """

    scale: float
    x: float
    y: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        """The point of the second picture that corresponds to a point of the first."""
        return self.scale * x + self.x, self.scale * y + self.y

    def distance(self, other: Placement, size: tuple[int, int]) -> float:
        """Largest distance between two placements at the first picture's corners, in its pixels."""
        corners = ((0, 0), (size[0], 0), (0, size[1]), size)
        return max(math.dist(self.place(*c), other.place(*c)) for c in corners) / self.scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Result of a registration.

    Attributes:
        placement: position of the first picture; None if the pictures do not line up.
        reason: reason why they do not line up.
        agreeing: share of the blocks with detail that agree.
    """

    placement: Placement | None
    reason: Misalignment | None = None
    agreeing: float = 0.0


def centred(first: tuple[int, int], second: tuple[int, int], *, cover: bool = False) -> Placement:
    """Placement of the first picture at the centre of the second, fitted into it or covering it."""
    wide, high = second[0] / first[0], second[1] / first[1]
    scale = max(wide, high) if cover else min(wide, high)
    x, y = (second[0] - scale * first[0]) / 2, (second[1] - scale * first[1]) / 2
    return Placement(scale, x, y)


Box = tuple[int, int, int, int]
FloatBox = tuple[float, float, float, float]


def covered_box(
    size: tuple[int, int],
    other: tuple[int, int],
    scale: tuple[float, float],
    corner: tuple[float, float],
) -> tuple[Box, FloatBox] | None:
    """Box of whole pixels that another picture covers, and the same box in that picture.

    A point p is at `scale` * p + `corner` in the other picture, separately in each direction. None
    if the pictures do not overlap.
    """
    spans = []
    for length, covering, factor, start in zip(size, other, scale, corner, strict=True):
        # A slight overhang is due to rounding of the placement, not a missing row.
        low = max(0, math.ceil(-start / factor - 0.01))
        high = min(length, math.floor((covering - start) / factor + 0.01))
        if low >= high:
            return None
        there = max(0.0, low * factor + start), min(float(covering), high * factor + start)
        spans.append((low, high, *there))
    (left, right, x, x_end), (top, bottom, y, y_end) = spans
    return (left, top, right, bottom), (x, y, x_end, y_end)


def register(
    first: Image.Image,
    second: Image.Image,
    *,
    start: Placement | None = None,
    ignored: Image.Image | None = None,
) -> Registration:
    """Find the position of the first picture in the second one.

    Pixels where `ignored`, a mask of the first picture's size, is not 0 are ignored.

    Without a `start`, the centres are assumed to be close, and one picture to fill the other; sizes
    and shapes may differ.
    """
    if min(*first.size, *second.size) < _SMALLEST:
        return Registration(placement=None, reason=Misalignment.SMALL)
    grey, other = first.convert("L"), second.convert("L")
    if start is not None:
        return _from_start(grey, other, start, ignored)
    within, over = (centred(first.size, second.size, cover=cover) for cover in (False, True))
    found = _from_start(grey, other, within, ignored)
    if found.placement is None and over.scale > 1.02 * within.scale:
        again = _from_start(grey, other, over, ignored)
        return again if again.placement is not None else found
    return found


def _from_start(
    first: Image.Image, second: Image.Image, start: Placement, ignored: Image.Image | None
) -> Registration:
    place, low, high = start, *(limit * start.scale for limit in _SCALES)
    level: _Level | None = None
    for level in _levels(first, second, start.scale, ignored):
        for _step in range(level.steps):
            level.compare(place)
            if (found := level.step(place)) is None:
                if ignored is not None:
                    # If only a narrow part counts, it has too few of the coarse blocks.
                    break
                return Registration(placement=None, reason=Misalignment.BLANK)
            if not low < found.scale < high:
                return Registration(placement=None, reason=Misalignment.DIFFERENT)
            moved = place.distance(found, first.size) * level.kx
            place = found
            if moved < _STILL:
                break
    assert level is not None
    level.compare(place)
    return level.judge(place)


def _levels(
    first: Image.Image, second: Image.Image, scale: float, ignored: Image.Image | None
) -> list[_Level]:
    """Both pictures at every size, from coarse to fine; none is enlarged."""
    levels: list[_Level] = []
    one, two = first, second
    for edge, block, steps in reversed(_LEVELS):
        factor = edge / max(first.size)
        if factor > 1 and edge > _LEVELS[0][0] and max(first.size) <= edge / 2:
            continue
        one = _reduced(one, first.size, factor)
        two = _reduced(two, second.size, factor / scale)
        levels.append(
            _Level(
                one,
                two,
                first=first.size,
                second=second.size,
                block=block,
                steps=steps,
                ignored=ignored,
            )
        )
    return levels[::-1]


def _reduced(picture: Image.Image, full: tuple[int, int], factor: float) -> Image.Image:
    width, height = (max(1, round(length * min(1.0, factor))) for length in full)
    if picture.size == (width, height):
        return picture
    return picture.resize((width, height), Image.Resampling.HAMMING, reducing_gap=3.0)


@dataclass(slots=True, kw_only=True)
class _Block:
    """A block of the first picture with detail, and its fit in the second.

    Brightness and contrast are eliminated from the moments by projection.

    Attributes:
        index: index among the means of all blocks.
        x, y: its centre, in pixels of the level from the centre of the picture.
        mean, variance: mean and variance of its values.
        gx, gy: mean gradient.
        px, py: regression of the gradient on the values.
        xx, xy, yy: moments of the gradient.
        rx, ry: moments of gradient and difference; solve the moments for the displacement.
        correlation: correlation of both pictures, -1 to 1.
        error: squared distance from the fit, in pixels along its gradient.
    """

    index: int
    x: float
    y: float
    mean: float
    variance: float
    gx: float
    gy: float
    px: float
    py: float
    xx: float
    xy: float
    yy: float
    rx: float = 0.0
    ry: float = 0.0
    correlation: float = 0.0
    error: float = 0.0


class _Level:
    """Both pictures at one size.

    Attributes:
        kx, ky: pixels of the level per pixel of the first picture.
        steps: maximum number of steps of the fit.
    """

    def __init__(
        self,
        one: Image.Image,
        two: Image.Image,
        *,
        first: tuple[int, int],
        second: tuple[int, int],
        block: int,
        steps: int,
        ignored: Image.Image | None = None,
    ) -> None:
        self.steps = steps
        self._edge = block
        self._full = first
        self._size, self._other_size = one.size, two.size
        self.kx, self.ky = one.width / first[0], one.height / first[1]
        self._jx, self._jy = two.width / second[0], two.height / second[1]
        self._one, self._two = one.convert("F"), two.convert("F")
        self._dx, self._dy = _gradient(self._one, 1, 0), _gradient(self._one, 0, 1)
        self._seen: list[_Block] = []
        self._counted = None if ignored is None else self._outside(ignored)
        self._shares = None if self._counted is None else _means(self._counted, block)
        self._one, self._dx, self._dy = map(self._counting, (self._one, self._dx, self._dy))
        self._blocks = self._with_detail()

    def _outside(self, ignored: Image.Image) -> Image.Image:
        """1.0 where neither a pixel nor its gradient touches the ignored part, 0.0 elsewhere."""
        mask = ignored.point(_NOT_ZERO).resize(self._size, Image.Resampling.HAMMING)
        mask = mask.point(_NOT_ZERO).filter(ImageFilter.MaxFilter(3))
        return mask.point([1] + [0] * 255).convert("F")

    def _counting(self, values: Image.Image) -> Image.Image:
        return values if self._counted is None else _product(values, self._counted)

    def _block_means(self, values: Image.Image) -> Sequence[float]:
        """The mean of the pixels that count in each block, row by row; 0 for blocks without any."""
        found = _means(values, self._edge)
        if self._shares is None:
            return found
        pairs = zip(found, self._shares, strict=True)
        return [mean / share if share else 0.0 for mean, share in pairs]

    def _with_detail(self) -> list[_Block]:
        """Blocks with detail; those at the edge, whose gradients are incomplete, are left out."""
        edge, (width, height) = self._edge, self._size
        one, dx, dy = self._one, self._dx, self._dy
        values, gx, gy = map(self._block_means, (one, dx, dy))
        pairs = ((one, one), (one, dx), (one, dy), (dx, dx), (dx, dy), (dy, dy))
        squares, vx, vy, xx, xy, yy = (self._block_means(_product(*pair)) for pair in pairs)
        columns = -(-width // edge)
        found = []
        for row in range(1, (height - 1) // edge):
            for column in range(1, (width - 1) // edge):
                i = row * columns + column
                if self._shares is not None and self._shares[i] < _LEAST_COUNTED:
                    continue
                variance = squares[i] - values[i] ** 2
                if variance < _LEAST_TEXTURE:
                    continue
                px, py = vx[i] - values[i] * gx[i], vy[i] - values[i] * gy[i]
                block = _Block(
                    index=i,
                    x=(column + 0.5) * edge - width / 2,
                    y=(row + 0.5) * edge - height / 2,
                    mean=values[i],
                    variance=variance,
                    gx=gx[i],
                    gy=gy[i],
                    px=px / variance,
                    py=py / variance,
                    xx=xx[i] - gx[i] ** 2 - px * px / variance,
                    xy=xy[i] - gx[i] * gy[i] - px * py / variance,
                    yy=yy[i] - gy[i] ** 2 - py * py / variance,
                )
                if block.xx + block.yy > _LEAST_GRADIENT:
                    found.append(block)
        return found

    def compare(self, place: Placement) -> None:
        """Resample the second picture onto the first, and compare the blocks present in both."""
        (width, height), edge = self._size, self._edge
        wide, high = place.scale * self._jx / self.kx, place.scale * self._jy / self.ky
        corner = place.x * self._jx, place.y * self._jy
        box = covered_box(self._size, self._other_size, (wide, high), corner)
        self._seen = []
        if box is None:
            return
        (left, top, right, bottom), source = box
        part = self._two.resize((right - left, bottom - top), Image.Resampling.BICUBIC, box=source)
        laid = Image.new("F", self._size)
        laid.paste(part, (left, top))
        difference = _computed(lambda v: v["a"] - v["b"], a=self._counting(laid), b=self._one)
        means = self._block_means(difference)
        others = (self._dx, self._dy, self._one, difference)
        tx, ty, tv, tt = (self._block_means(_product(difference, other)) for other in others)
        # At the edge of the second picture resampling lacks pixels.
        reach = edge / 2 + 2
        least_x, most_x = left + reach - width / 2, right - reach - width / 2
        least_y, most_y = top + reach - height / 2, bottom - reach - height / 2
        for block in self._blocks:
            if not (least_x <= block.x <= most_x and least_y <= block.y <= most_y):
                continue
            i = block.index
            mean = means[i]
            both = tv[i] - block.mean * mean
            block.rx = block.px * both + block.gx * mean - tx[i]
            block.ry = block.py * both + block.gy * mean - ty[i]
            own = tt[i] - mean * mean + 2 * both + block.variance
            block.correlation = (
                (both + block.variance) / math.sqrt(block.variance * own) if own > 0 else 0.0
            )
            self._seen.append(block)

    def step(self, place: Placement) -> Placement | None:
        """A better placement; None if there are too few blocks."""
        if len(self._seen) < 4:
            return None
        shift = _fit(self._seen)
        return None if shift is None else self._moved(place, shift)

    def judge(self, place: Placement) -> Registration:
        """The final placement, if it passes both checks."""
        seen = self._seen_over_noise()
        if len(seen) < _FEWEST:
            return Registration(placement=None, reason=Misalignment.BLANK)
        halves = [_fit(seen[start::2]) for start in (0, 1)]
        whole = _fit(seen)
        if whole is None or None in halves:
            return Registration(placement=None, reason=Misalignment.BLANK)
        agreeing = sum(block.correlation > _CORRELATED and block.error < _NEAR**2 for block in seen)
        share = agreeing / len(seen)
        one, other = (self._moved(place, half) for half in halves if half is not None)
        apart = one.distance(other, self._full) * self.kx
        if share < _LEAST_SHARE or agreeing < _FEWEST or apart > _APART:
            return Registration(placement=None, reason=Misalignment.DIFFERENT, agreeing=share)
        return Registration(placement=self._moved(place, whole), agreeing=share)

    def _seen_over_noise(self) -> list[_Block]:
        """The compared blocks with more detail than the noise of the picture."""
        variances = sorted(block.variance for block in self._seen)
        if not variances:
            return []
        noise = min(variances[len(variances) // 10], _MOST_NOISE)
        return [block for block in self._seen if block.variance > 4 * noise]

    def _moved(self, place: Placement, shift: _Shift) -> Placement:
        x, y, zoom = shift
        x, y = x / self.kx - zoom * self._full[0] / 2, y / self.ky - zoom * self._full[1] / 2
        scale = place.scale
        return Placement(scale * (1 + zoom), place.x + scale * x, place.y + scale * y)


_Shift = tuple[float, float, float]
"""Shift in pixels of a level, right and down, and growth around the centre."""

_FITS = 7
_WIDEST, _NARROWEST = 2.0, 0.15
"""Distance in pixels from which blocks count less, in the first and the last round of a fit."""


def _fit(blocks: Sequence[_Block]) -> _Shift | None:
    """Shift of the majority of blocks, by least squares; each round reduces outliers' weight."""
    shift: _Shift | None = (0.0, 0.0, 0.0)
    width = _WIDEST
    for _round in range(_FITS):
        assert shift is not None
        shift = _fit_once(blocks, shift, width)
        if shift is None:
            return None
        width = max(_NARROWEST, width * 0.6)
    return shift


def _fit_once(blocks: Sequence[_Block], shift: _Shift, width: float) -> _Shift | None:
    """One round: blocks are weighted by correlation and distance from the last shift."""
    x, y, zoom = shift
    n00 = n01 = n02 = n11 = n12 = n22 = v0 = v1 = v2 = 0.0
    for block in blocks:
        xx, xy, yy = block.xx, block.xy, block.yy
        rx, ry, bx, by = block.rx, block.ry, block.x, block.y
        trace = xx + yy
        ux, uy = x + zoom * bx, y + zoom * by
        ex, ey = rx - xx * ux - xy * uy, ry - xy * ux - yy * uy
        # An edge does not determine a shift along it, so the solution is damped there.
        floor = 0.02 * trace + 0.05
        fx, fy = xx + floor, yy + floor
        error = (fy * ex * ex - 2 * xy * ex * ey + fx * ey * ey) / (fx * fy - xy * xy) / trace
        block.error = error
        weight = max(0.05, block.correlation) ** 2 / (1 + error / (width * width)) ** 2
        # A few strong edges must not outvote all other blocks.
        weight /= math.sqrt(trace)
        n00 += weight * xx
        n01 += weight * xy
        n11 += weight * yy
        n02 += weight * (xx * bx + xy * by)
        n12 += weight * (xy * bx + yy * by)
        n22 += weight * (xx * bx * bx + 2 * xy * bx * by + yy * by * by)
        v0 += weight * rx
        v1 += weight * ry
        v2 += weight * (rx * bx + ry * by)
    return _solved((n00, n01, n02, n11, n12, n22), (v0, v1, v2))


def _solved(matrix: tuple[float, ...], values: tuple[float, float, float]) -> _Shift | None:
    """The solution of a symmetric system of three equations; None if it has none."""
    a, b, c, d, e, f = matrix
    u, v, w = values
    c00, c01, c02 = d * f - e * e, c * e - b * f, b * e - c * d
    c11, c12, c22 = a * f - c * c, b * c - a * e, a * d - b * b
    whole = a * c00 + b * c01 + c * c02
    if whole <= 1e-9 * a * d * f:
        return None
    return (
        (c00 * u + c01 * v + c02 * w) / whole,
        (c01 * u + c11 * v + c12 * w) / whole,
        (c02 * u + c12 * v + c22 * w) / whole,
    )


def _means(picture: Image.Image, edge: int) -> memoryview[float]:
    """The mean of every block, row by row."""
    return memoryview(picture.reduce(edge).tobytes()).cast("f")


def _gradient(picture: Image.Image, right: int, down: int) -> Image.Image:
    width, height = picture.size
    before = picture.crop((-right, -down, width - right, height - down))
    after = picture.crop((right, down, width + right, height + down))
    return _computed(lambda v: (v["b"] - v["a"]) * 0.5, a=before, b=after)


def _product(one: Image.Image, other: Image.Image) -> Image.Image:
    return _computed(lambda v: v["a"] * v["b"], a=one, b=other)


def _computed(expression: Callable[[dict[str, Any]], Any], **pictures: Image.Image) -> Image.Image:
    found = ImageMath.lambda_eval(expression, **pictures)
    assert isinstance(found, Image.Image)
    return found
