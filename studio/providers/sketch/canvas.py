"""Canvas of the offline painter: smooth edges, gradients, glows, fades and grain.

Every brush works in bands of rows, so that no single call into Pillow blocks the interpreter (and
with it the window) for long, and so that a 4K picture never needs a second copy in memory.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw

from studio.providers.sketch.colour import Colour, along
from studio.providers.sketch.shapes import Outline

# Number of samples of a mask drawn at once, which takes Pillow a few milliseconds.
_BAND = 2_000_000
_TILE = 512
_NEAREST, _BICUBIC = Image.Resampling.NEAREST, Image.Resampling.BICUBIC

_Box = tuple[int, int, int, int]


class PaintingStopped(Exception):
    """The painting was cancelled."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """A gradient of evenly spaced colours, downwards (or to the right).

    Attributes:
        span: where it begins and ends in units; None means the outline's own extent.
    """

    colours: tuple[Colour, ...]
    across: bool = False
    span: tuple[float, float] | None = None


Paint = Colour | Ramp


@dataclass(frozen=True, slots=True, kw_only=True)
class Fade:
    """A gradient of opacity from `start` to `end`, both (place in units, 0 to 1)."""

    start: tuple[float, float]
    end: tuple[float, float]
    across: bool = False


class _Polygon(NamedTuple):
    points: Outline
    alpha: int
    left: float
    top: float
    right: float
    bottom: float


class SketchCanvas:
    """A picture being painted, measured in units: its shorter side is 100.

    Attributes:
        image: the pixels so far, mode RGB.
        wide, high: size in units.
    """

    def __init__(self, width: int, height: int, stop: threading.Event | None = None) -> None:
        self._stop = stop
        self._unit = min(width, height) / 100
        pixels = width * height
        # Fewer samples per pixel if there are many pixels.
        self._samples = 4 if pixels < 2_500_000 else 3 if pixels < 6_000_000 else 2
        self.image = Image.new("RGB", (width, height))
        self.wide = width / self._unit
        self.high = height / self._unit

    # Filling

    def fill(
        self, outline: Outline, paint: Paint, opacity: float = 1.0, fade: Fade | None = None
    ) -> None:
        """Paint the inside of one outline."""
        self.scatter([(outline, opacity)], paint, fade)

    def fill_all(self, outlines: Iterable[Outline], paint: Paint, opacity: float = 1.0) -> None:
        """Paint the inside of many outlines as if they were one."""
        self.scatter([(outline, opacity) for outline in outlines], paint)

    def scatter(
        self, shapes: Iterable[tuple[Outline, float]], paint: Paint, fade: Fade | None = None
    ) -> None:
        """Paint many (outline, opacity) pairs with one paint; later ones cover earlier ones."""
        s = self._samples
        width, height = self.image.size
        polygons = [self._polygon(outline, round(255 * alpha)) for outline, alpha in shapes]
        seen = [
            p
            for p in polygons
            if p.right > 0 and p.bottom > 0 and p.left < width and p.top < height
        ]
        if not seen:
            return
        left = max(0, int(min(p.left for p in seen)) - 1)
        top = max(0, int(min(p.top for p in seen)) - 1)
        right = min(width, int(max(p.right for p in seen)) + 2)
        bottom = min(height, int(max(p.bottom for p in seen)) + 2)
        colours = self._pixels(paint, (left, top, right, bottom))
        for y0, y1 in self._bands(left, top, right, bottom, s):
            mask = Image.new("L", ((right - left) * s, (y1 - y0) * s))
            pen = ImageDraw.Draw(mask)
            for p in seen:
                if p.top <= y1 and p.bottom >= y0:
                    pen.polygon([((x - left) * s, (y - y0) * s) for x, y in p.points], fill=p.alpha)
            mask = mask.reduce(s)
            if fade is not None:
                mask = ImageChops.multiply(mask, self._faded(fade, (left, y0, right, y1)))
            self._paste(colours, (left, y0, right, y1), mask, top)

    def ground(self, edge: Outline, paint: Paint) -> None:
        """Paint everything below an edge that runs from left to right."""
        low = min(self.high, max(y for _, y in edge) + 1)
        self.fill([*edge, (self.wide + 9, low), (-9.0, low)], paint)
        # Begins on the pixel row at which the outline above ends, so that there is no gap.
        self._fill_rows(paint, int(low * self._unit), self.image.height)

    def wash(self, paint: Paint, top: float = 0.0, bottom: float | None = None) -> None:
        """Paint the whole width between two heights, without soft edges."""
        low = self.high if bottom is None else bottom
        if isinstance(paint, Ramp) and paint.span is None:
            paint = replace(paint, span=(top, low))
        last = min(self.image.height, int(low * self._unit) + 1)
        self._fill_rows(paint, max(0, int(top * self._unit)), last)

    def glow(
        self,
        x: float,
        y: float,
        rx: float,
        paint: Colour,
        opacity: float = 1.0,
        ry: float | None = None,
    ) -> None:
        """Paint a soft light that fades to nothing at its radius (an ellipse with `ry`)."""
        u = self._unit
        ry = rx if ry is None else ry
        left, top = round((x - rx) * u), round((y - ry) * u)
        width, height = max(2, round(2 * rx * u)), max(2, round(2 * ry * u))
        x0, x1 = max(0, left), min(self.image.width, left + width)
        y0, y1 = max(0, top), min(self.image.height, top + height)
        if x0 >= x1 or y0 >= y1:
            return
        light = _halo(opacity)
        west, east = ((side - left) / width * 256 for side in (x0, x1))
        for b0, b1 in self._bands(x0, y0, x1, y1):
            north, south = ((side - top) / height * 256 for side in (b0, b1))
            size = (x1 - x0, b1 - b0)
            mask = light.resize(size, _BICUBIC, box=(west, north, east, south))
            self._paste(paint, (x0, b0, x1, b1), mask, y0)

    def check_stop(self) -> None:
        """Raise PaintingStopped if the painting was cancelled."""
        if self._stop is not None and self._stop.is_set():
            raise PaintingStopped

    def grain(self, seed: int, strength: float = 1.0) -> None:
        """Add paper grain to the whole picture; it also hides the banding of gradients."""
        noise = Random(f"grain {seed}")
        width, height = self.image.size
        fine = _noise(noise, (_TILE, _TILE), 3.6 * strength)
        columns, rows = max(2, round(self.wide * 2.4)), max(2, round(self.high * 2.4))
        coarse = _noise(noise, (columns, rows), 4.6 * strength)
        for y0, y1 in self._bands(0, 0, width, height):
            size = (width, y1 - y0)
            part = (0, y0 / height * rows, columns, y1 / height * rows)
            paper = coarse.resize(size, _BICUBIC, box=part)
            tooth = Image.new("L", size)
            for ty in range(0, size[1], _TILE):
                shift = int(noise.random() * _TILE)
                for tx in range(-shift, width, _TILE):
                    tooth.paste(fine, (tx, ty))
            both = ImageChops.add(paper, tooth, 1, -128)
            box = (0, y0, width, y1)
            grey = Image.merge("RGB", (both, both, both))
            self.image.paste(ImageChops.add(self.image.crop(box), grey, 1, -128), box)

    # Internal

    def _polygon(self, outline: Outline, alpha: int) -> _Polygon:
        points = [(x * self._unit, y * self._unit) for x, y in outline]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return _Polygon(points, alpha, min(xs), min(ys), max(xs), max(ys))

    def _fill_rows(self, paint: Paint, first: int, last: int) -> None:
        width = self.image.width
        colours = self._pixels(paint, (0, first, width, last))
        for y0, y1 in self._bands(0, first, width, last):
            self._paste(colours, (0, y0, width, y1), None, first)

    def _bands(
        self, left: int, top: int, right: int, bottom: int, samples: int = 1
    ) -> Iterator[tuple[int, int]]:
        rows = max(8, _BAND // (max(1, right - left) * samples * samples))
        for y in range(top, bottom, rows):
            self.check_stop()
            yield y, min(bottom, y + rows)

    def _pixels(self, paint: Paint, box: _Box) -> Colour | Image.Image:
        # A gradient is kept one pixel thin and stretched only where it is needed.
        if not isinstance(paint, Ramp):
            return paint
        low, high = box[0::2] if paint.across else box[1::2]
        first, last = paint.span or (low / self._unit, high / self._unit)
        start, length = first * self._unit, (last - first) * self._unit or 1e-6
        line = [
            along(paint.colours, (middle + 0.5 - start) / length) for middle in range(low, high)
        ]
        return _one_pixel_thin(
            "RGB", [part for colour in line for part in colour], across=paint.across
        )

    def _faded(self, fade: Fade, box: _Box) -> Image.Image:
        low, high = box[0::2] if fade.across else box[1::2]
        (first, start), (last, end) = fade.start, fade.end
        shares = (
            ((middle + 0.5) / self._unit - first) / (last - first) for middle in range(low, high)
        )
        line = [start + (end - start) * min(1.0, max(0.0, share)) for share in shares]
        thin = _one_pixel_thin("L", [round(255 * opacity) for opacity in line], across=fade.across)
        return thin.resize((box[2] - box[0], box[3] - box[1]), _NEAREST)

    def _paste(
        self, colours: Colour | Image.Image, box: _Box, mask: Image.Image | None, top: int
    ) -> None:
        if isinstance(colours, Image.Image):
            if colours.height > 1:
                colours = colours.crop((0, box[1] - top, 1, box[3] - top))
            colours = colours.resize((box[2] - box[0], box[3] - box[1]), _NEAREST)
        self.image.paste(colours, box, mask)


def _one_pixel_thin(mode: str, values: list[int], *, across: bool) -> Image.Image:
    length = len(values) // len(mode)
    return Image.frombytes(mode, (length, 1) if across else (1, length), bytes(values))


def _noise(noise: Random, size: tuple[int, int], strength: float) -> Image.Image:
    image = Image.frombytes("L", size, noise.randbytes(size[0] * size[1]))
    return image.point([round(128 + (v - 127.5) / 127.5 * strength) for v in range(256)])


def _halo(opacity: float) -> Image.Image:
    # Bright in the middle with a long soft tail, and level at the rim, so that no ring shows.
    # Pillow's gradient reaches 180 in the middle of each side and 255 only in the corners.
    curve = [round(255 * opacity * max(0.0, 1 - v / 178) ** 1.75) for v in range(256)]
    return Image.radial_gradient("L").point(curve)
