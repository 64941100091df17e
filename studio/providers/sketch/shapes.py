"""Outlines for the offline painter: lists of points in picture units, curves already flattened.

The shorter side of a picture is 100 units, x to the right, y down.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from random import Random

Point = tuple[float, float]
Outline = list[Point]

# Height and length of the waves of a smooth edge, as shares of the whole.
_SWELLS = ((0.62, 1.0), (0.26, 0.43), (0.12, 0.19))


class Pen:
    """Draws an outline with relative moves, like the lower-case commands of an SVG path.

    Attributes:
        points: the outline so far.
    """

    def __init__(self, x: float, y: float, scale: float = 1.0) -> None:
        self._scale = scale
        self.points: Outline = [(x, y)]

    def line(self, *moves: Point) -> Pen:
        """Straight lines by each (dx, dy) in turn."""
        for dx, dy in moves:
            x, y = self.points[-1]
            self.points.append((x + dx * self._scale, y + dy * self._scale))
        return self

    def curve(self, cx: float, cy: float, dx: float, dy: float, steps: int = 24) -> Pen:
        """A quadratic curve by (dx, dy), pulled towards (cx, cy)."""
        x, y = self.points[-1]
        s = self._scale
        for k in range(1, steps + 1):
            t = k / steps
            a, b = 2 * t * (1 - t), t * t
            self.points.append((x + (a * cx + b * dx) * s, y + (a * cy + b * dy) * s))
        return self


def placed(points: Iterable[Point], x: float, y: float, sx: float, sy: float) -> Outline:
    """Points around (0, 0), scaled by `sx` and `sy` and moved to (x, y)."""
    return [(x + px * sx, y + py * sy) for px, py in points]


def moved(points: Iterable[Point], dx: float, dy: float) -> Outline:
    """The outline moved by (dx, dy)."""
    return [(x + dx, y + dy) for x, y in points]


def box(x: float, y: float, width: float, height: float) -> Outline:
    """A rectangle from its top left corner."""
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def ellipse(x: float, y: float, rx: float, ry: float | None = None) -> Outline:
    """A circle, or an ellipse, around (x, y)."""
    ry = rx if ry is None else ry
    steps = 180 if max(rx, ry) > 4 else 56 if max(rx, ry) > 0.8 else 20
    turns = [math.tau * k / steps for k in range(steps)]
    return [(x + rx * math.cos(turn), y + ry * math.sin(turn)) for turn in turns]


def arc(x: float, y: float, radius: float, start: float, end: float) -> Outline:
    """Points of a circle around (x, y) from `start` to `end` degrees (0 right, 90 down)."""
    steps = max(8, int(abs(end - start) / 2))
    turns = [math.radians(start + (end - start) * k / steps) for k in range(steps + 1)]
    return [(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns]


def rounded(x: float, y: float, width: float, height: float, radius: float) -> Outline:
    """A rectangle with round corners."""
    r = min(radius, width / 2, height / 2)
    right, bottom = x + width - r, y + height - r
    return [
        *arc(x + r, y + r, r, 180, 270),
        *arc(right, y + r, r, 270, 360),
        *arc(right, bottom, r, 0, 90),
        *arc(x + r, bottom, r, 90, 180),
    ]


def stroke(path: Sequence[Point], width: float | Callable[[float], float]) -> Outline:
    """Outline of a line along `path`: of constant width, or of `width(t)` for t from 0 to 1."""
    left: Outline = []
    right: Outline = []
    last = len(path) - 1
    for k, (x, y) in enumerate(path):
        (ax, ay), (bx, by) = path[max(0, k - 1)], path[min(last, k + 1)]
        length = math.hypot(bx - ax, by - ay) or 1.0
        half = (width(k / last) if callable(width) else width) / 2
        nx, ny = -(by - ay) / length * half, (bx - ax) / length * half
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return left + right[::-1]


def turned(outline: Outline, x: float, y: float, degrees: float) -> Outline:
    """The outline rotated around (x, y)."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [
        (x + (px - x) * c - (py - y) * s, y + (px - x) * s + (py - y) * c) for px, py in outline
    ]


def ridge(form: Random, width: float, y: float, height: float) -> Outline:
    """Jagged upper edge of a range of hills, from left to right beyond the picture."""
    phase = form.random() * 9
    points: Outline = [(-4.0, y)]
    x = -2.0
    while x <= width + 6:
        swell = abs(math.sin(x / 17 + phase)) * height
        points.append((x, y - swell - form.random() * height * 0.6))
        x += 6
    return points


def swells(form: Random, width: float, y: float, height: float, length: float) -> Outline:
    """Smooth rolling edge made of three sine waves, from left to right beyond the picture."""
    waves = [(height * a, length * b, form.random() * math.tau) for a, b in _SWELLS]
    steps = max(90, int(width * 1.2))
    return [
        (x, y - sum(a * (0.5 + 0.5 * math.sin(x / b * math.tau + p)) for a, b, p in waves))
        for x in (-4 + (width + 8) * k / steps for k in range(steps + 1))
    ]
