"""What the offline painter paints on: smooth edges, gradients, glows, fades and grain.

Every brush works in bands of rows, so that no single call into Pillow holds the interpreter (and
with it the window) for long, and so that a 4K picture never needs a second copy of itself.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw

from studio.providers.sketch.colour import Colour, along
from studio.providers.sketch.shapes import Outline

# Samples of a mask that are drawn at once; a few milliseconds of Pillow.
_BAND = 2_000_000
_NEAREST, _BICUBIC = Image.Resampling.NEAREST, Image.Resampling.BICUBIC


class PaintingStopped(Exception):
    """The painting was given up before it was done."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """A paint that changes evenly through its colours, downwards (or to the right).

    Attributes:
        span: where it begins and ends in units; None means the outline's own extent.
    """

    colours: tuple[Colour, ...]
    across: bool = False
    span: tuple[float, float] | None = None


Paint = Colour | Ramp


@dataclass(frozen=True, slots=True, kw_only=True)
class Fade:
    """Opacity that changes evenly from `start` to `end`, both (place in units, 0 to 1)."""

    start: tuple[float, float]
    end: tuple[float, float]
    across: bool = False


class SketchCanvas:
    """A picture being painted, in units: its shorter side is 100.

    Attributes:
        image: the pixels so far, mode RGB.
        wide, high: size in units.
    """

    def __init__(self, width: int, height: int, stop: threading.Event | None = None) -> None:
        self._stop = stop
        self._unit = min(width, height) / 100
        pixels = width * height
        # Fewer samples per pixel where the pixels themselves are small.
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

    def scatter(
        self, shapes: Iterable[tuple[Outline, float]], paint: Paint, fade: Fade | None = None
    ) -> None:
        """Paint many (outline, opacity) with one paint; where two overlap, the later counts."""
        u, s = self._unit, self._samples
        drawn = [_Drawn.of(outline, u, round(255 * alpha)) for outline, alpha in shapes]
        drawn = [d for d in drawn if d.meets(self.image.width, self.image.height)]
        if not drawn:
            return
        left = max(0, int(min(d.left for d in drawn)) - 1)
        top = max(0, int(min(d.top for d in drawn)) - 1)
        right = min(self.image.width, int(max(d.right for d in drawn)) + 2)
        bottom = min(self.image.height, int(max(d.bottom for d in drawn)) + 2)
        colours = self._pixels(paint, (left, top, right, bottom))
        for y0, y1 in self._bands(left, top, right, bottom):
            mask = Image.new("L", ((right - left) * s, (y1 - y0) * s))
            pen = ImageDraw.Draw(mask)
            for d in drawn:
                if d.top <= y1 and d.bottom >= y0:
                    points = [((x - left) * s, (y - y0) * s) for x, y in d.points]
                    pen.polygon(points, fill=d.alpha)
            mask = mask.reduce(s)
            if fade is not None:
                box = (left, y0, right, y1)
                mask = ImageChops.multiply(mask, self._faded(fade, box))
            self._paste(colours, (left, y0, right, y1), mask, top)

    def ground(self, edge: Outline, paint: Paint, opacity: float = 1.0) -> None:
        """Paint everything below an edge that runs from left to right."""
        base = max(y for _, y in edge)
        low = min(self.high, base + 1)
        if isinstance(paint, Ramp) and paint.span is None:
            paint = Ramp(paint.colours, paint.across, (min(y for _, y in edge), self.high))
        self.fill([*edge, (self.wide + 9, low), (-9.0, low)], paint, opacity)
        # The band above ended on a whole pixel row only if this one begins on the same.
        row = int(low * self._unit)
        rest = (0, row, self.image.width, self.image.height)
        if row < self.image.height:
            self._rest(paint, rest, opacity)

    def wash(self, paint: Paint, top: float = 0.0, bottom: float | None = None) -> None:
        """Paint the whole width between two heights, without soft edges."""
        low = self.high if bottom is None else bottom
        y0, y1 = max(0, int(top * self._unit)), min(self.image.height, int(low * self._unit) + 1)
        if isinstance(paint, Ramp) and paint.span is None and not paint.across:
            paint = Ramp(paint.colours, paint.across, (top, low))
        self._rest(paint, (0, y0, self.image.width, y1), 1.0)

    def veil(self, paint: Colour, opacity: float, fade: Fade | None = None) -> None:
        """Lay one colour thinly over the whole picture."""
        self.scatter([(_whole(self), opacity)], paint, fade)

    def _rest(self, paint: Paint, box: tuple[int, int, int, int], opacity: float) -> None:
        left, top, right, bottom = box
        colours = self._pixels(paint, box)
        for y0, y1 in self._bands(left, top, right, bottom, samples=1):
            size = (right - left, y1 - y0)
            mask = None if opacity >= 1 else Image.new("L", size, round(255 * opacity))
            self._paste(colours, (left, y0, right, y1), mask, top)

    # Light

    def glow(
        self,
        x: float,
        y: float,
        rx: float,
        paint: Colour,
        opacity: float = 1.0,
        ry: float | None = None,
    ) -> None:
        """A soft round light that fades to nothing at its radius (an ellipse with `ry`)."""
        u = self._unit
        ry = rx if ry is None else ry
        left, top = round((x - rx) * u), round((y - ry) * u)
        width, height = max(2, round(2 * rx * u)), max(2, round(2 * ry * u))
        x0, x1 = max(0, left), min(self.image.width, left + width)
        y0, y1 = max(0, top), min(self.image.height, top + height)
        if x0 >= x1 or y0 >= y1:
            return
        light = _halo(opacity)
        for b0, b1 in self._bands(x0, y0, x1, y1, samples=1):
            part = (
                (x0 - left) / width * 256,
                (b0 - top) / height * 256,
                (x1 - left) / width * 256,
                (b1 - top) / height * 256,
            )
            mask = light.resize((x1 - x0, b1 - b0), _BICUBIC, box=part)
            self._paste(paint, (x0, b0, x1, b1), mask, y0)

    def rest(self) -> None:
        """A moment between two strokes. Raises Stopped when the painting was given up."""
        if self._stop is not None and self._stop.is_set():
            raise PaintingStopped

    # Surface

    def grain(self, seed: int, strength: float = 1.0) -> None:
        """Give the whole picture the tooth of paper; it also hides the steps of gradients."""
        noise = Random(f"grain {seed}")
        width, height = self.image.size
        tile = 512
        fine = Image.frombytes("L", (tile, tile), noise.randbytes(tile * tile))
        fine = fine.point([round(128 + (v - 127.5) / 127.5 * 3.6 * strength) for v in range(256)])
        columns, rows = max(2, round(self.wide * 2.4)), max(2, round(self.high * 2.4))
        coarse = Image.frombytes("L", (columns, rows), noise.randbytes(columns * rows))
        coarse = coarse.point(
            [round(128 + (v - 127.5) / 127.5 * 4.6 * strength) for v in range(256)]
        )
        for y0, y1 in self._bands(0, 0, width, height, samples=1):
            size = (width, y1 - y0)
            part = (0, y0 / height * rows, columns, y1 / height * rows)
            paper = coarse.resize(size, _BICUBIC, box=part)
            tooth = Image.new("L", size)
            for ty in range(0, size[1], tile):
                shift = int(noise.random() * tile)
                for tx in range(-shift, width, tile):
                    tooth.paste(fine, (tx, ty))
            both = ImageChops.add(paper, tooth, 1, -128)
            box = (0, y0, width, y1)
            strip = ImageChops.add(
                self.image.crop(box), Image.merge("RGB", (both, both, both)), 1, -128
            )
            self.image.paste(strip, box)

    # Inner

    def _bands(
        self, left: int, top: int, right: int, bottom: int, samples: int | None = None
    ) -> Iterator[tuple[int, int]]:
        s = self._samples if samples is None else samples
        rows = max(8, _BAND // (max(1, right - left) * s * s))
        for y in range(top, bottom, rows):
            self.rest()
            yield y, min(bottom, y + rows)

    def _pixels(self, paint: Paint, box: tuple[int, int, int, int]) -> Colour | Image.Image:
        # A gradient is kept one pixel thin and stretched only where it is needed.
        if not isinstance(paint, Ramp):
            return paint
        low, high = (box[0], box[2]) if paint.across else (box[1], box[3])
        first, last = paint.span or (low / self._unit, high / self._unit)
        length = max(1e-6, (last - first) * self._unit)
        stops: Sequence[Colour] = paint.colours
        line = b"".join(
            bytes(along(list(stops), (place + 0.5 - first * self._unit) / length))
            for place in range(low, high)
        )
        size = (high - low, 1) if paint.across else (1, high - low)
        return Image.frombytes("RGB", size, line)

    def _faded(self, fade: Fade, box: tuple[int, int, int, int]) -> Image.Image:
        left, top, right, bottom = box
        low, high = (left, right) if fade.across else (top, bottom)
        (first, start), (last, end) = fade.start, fade.end
        line = bytes(
            round(255 * (start + (end - start) * min(1.0, max(0.0, share))))
            for share in (
                ((place + 0.5) / self._unit - first) / ((last - first) or 1e-6)
                for place in range(low, high)
            )
        )
        size = (high - low, 1) if fade.across else (1, high - low)
        return Image.frombytes("L", size, line).resize((right - left, bottom - top), _NEAREST)

    def _paste(
        self,
        colours: Colour | Image.Image,
        box: tuple[int, int, int, int],
        mask: Image.Image | None,
        top: int,
    ) -> None:
        if isinstance(colours, Image.Image):
            size = (box[2] - box[0], box[3] - box[1])
            if colours.height > 1:
                colours = colours.crop((0, box[1] - top, 1, box[3] - top))
            colours = colours.resize(size, _NEAREST)
        self.image.paste(colours, box, mask)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    points: Outline
    alpha: int
    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, outline: Outline, unit: float, alpha: int) -> _Drawn:
        points = [(x * unit, y * unit) for x, y in outline]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return cls(
            points=points, alpha=alpha, left=min(xs), top=min(ys), right=max(xs), bottom=max(ys)
        )

    def meets(self, width: int, height: int) -> bool:
        return self.right > 0 and self.bottom > 0 and self.left < width and self.top < height


def _whole(canvas: SketchCanvas) -> Outline:
    right, low = canvas.wide + 1, canvas.high + 1
    return [(-1, -1), (right, -1), (right, low), (-1, low)]


def _halo(opacity: float) -> Image.Image:
    # Bright in the middle with a long soft tail, and level at the rim, so that no ring shows.
    # Pillow's gradient reaches 180 in the middle of each side and 255 only in the corners.
    curve = [round(255 * opacity * max(0.0, 1 - v / 178) ** 1.75) for v in range(256)]
    return Image.radial_gradient("L").point(curve)
