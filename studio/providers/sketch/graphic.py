"""Graphic motifs: a Bauhaus pattern that tiles, and an app icon."""

from __future__ import annotations

import math
from collections.abc import Callable

from studio.providers.sketch.air import BLACK, WHITE, Scene
from studio.providers.sketch.canvas import Canvas, Ramp
from studio.providers.sketch.colour import Colour, colour, hsl, luminance, mix, to_hsl
from studio.providers.sketch.palettes import Palette
from studio.providers.sketch.shapes import (
    Outline,
    Pen,
    arc,
    box,
    ellipse,
    rounded,
    stroke,
    turned,
)

# Ground first, then the inks.
_INKS = (
    "f1e7d3 c8452f 20385c e3a92b 1d1b1a",
    "e9e4da 1f6f6a e87b4a f2c14e 243031",
    "f4efe6 3c4fb0 f25f4c 9bc1bc 22223b",
    "22252c e8c07d cc5a49 5d8aa8 f3efe6",
    "f3e9e2 d1495b 00798c edae49 30343f",
    "18222e f2a65a 77bfa3 eec170 f4f1de",
)


def pattern(canvas: Canvas, palette: Palette, scene: Scene) -> None:
    """Discs, quarters and stripes on a square grid, in four inks; edges meet when it is tiled."""
    inks = _inks(palette, scene)
    canvas.wash(inks[0])
    wide, high = canvas.wide, canvas.high
    across = max(1, round(wide / 25 if wide > high else 4))
    cell = wide / across
    down = max(1, round(high / cell))
    tall = high / down
    for row in range(down):
        for column in range(across):
            kind = scene.pick(11)
            one = 1 + scene.pick(4)
            other = 1 + (one + scene.pick(3)) % 4
            tile = _Tile(canvas, (column * cell, row * tall), (cell, tall))
            tile.paint(kind, inks[one], inks[other], inks[0])


def _inks(palette: Palette, scene: Scene) -> list[Colour]:
    chosen = [colour(text) for text in _INKS[scene.pick(len(_INKS))].split()]
    if scene.choice == "scene":
        # The prompt named a light or a colour: print in that light's own inks.
        ground = palette.land[1] if palette.dim > 0.6 else mix(palette.pale[0], palette.sky[3], 0.2)
        ends = palette.pale[0] if palette.dim > 0.6 else palette.land[1]
        chosen = [ground, palette.accent, palette.sky[1], palette.lamp, ends]
        if abs(luminance(chosen[2]) - luminance(ground)) < 0.12:
            chosen[2] = palette.sky[2]
    return chosen


class _Tile:
    """One cell of the pattern."""

    def __init__(self, canvas: Canvas, at: tuple[float, float], size: tuple[float, float]) -> None:
        self._canvas = canvas
        self._x, self._y = at
        self._w, self._h = size

    def paint(self, kind: int, one: Colour, other: Colour, ground: Colour) -> None:
        """Draw one of eleven figures."""
        draw = self._canvas.fill
        if kind == 0:
            draw(self._sized([*arc(0, 0, 1, 0, 90), (0, 0)]), one)
        elif kind == 1:
            draw(self._sized([*arc(1, 1, 1, 180, 270), (1, 1)]), one)
        elif kind == 2:
            draw(self._sized(arc(0.5, 0.5, 0.5, 0, 360)), one)
            draw(self._sized(arc(0.5, 0.5, 0.227, 0, 360)), other)
        elif kind == 3:
            draw(self._sized([(0, 0), (1, 0), (0, 1)]), one)
        elif kind == 4:
            for k in range(4):
                draw(self._sized(box(0, k / 4, 1, 0.125)), one)
        elif kind == 5:
            draw(self._sized(box(0, 0, 1.004, 1.004)), one)
            draw(self._sized(arc(0.5, 1, 0.5, 180, 360)), other)
        elif kind == 6:
            draw(self._sized(box(0, 0, 1.004, 1.004)), one)
            draw(self._sized([(0, 1), (1, 0), (1, 1)]), other)
        elif kind == 7:
            for radius, ink in ((1.0, one), (0.72, ground), (0.44, other)):
                draw(self._sized([*arc(0, 1, radius, 270, 360), (0, 1)]), ink)
        elif kind == 8:
            leaf = [*arc(0, 1, 1, 270, 360), *arc(1, 0, 1, 90, 180)]
            draw(self._sized(leaf), one)
        elif kind == 9:
            dots = [
                arc((i + 0.5) / 3, (j + 0.5) / 3, 0.1, 0, 360) for i in range(3) for j in range(3)
            ]
            self._canvas.scatter([(self._sized(dot), 1.0) for dot in dots], one)
        else:
            draw(self._sized(arc(0.5, 0, 0.5, 0, 180)), one)
            draw(self._sized(arc(0.5, 1, 0.5, 180, 360)), other)

    def _sized(self, outline: Outline) -> Outline:
        return [(self._x + x * self._w, self._y + y * self._h) for x, y in outline]


def icon(canvas: Canvas, palette: Palette, scene: Scene) -> None:
    """A rounded app icon with a white glyph, on a quiet ground with a soft shadow."""
    hue, strength = scene.form.random() * 360, 0.78
    if scene.choice.startswith("scene"):
        hue, own, _ = to_hsl(palette.sky[1])
        strength = strength if own >= 0.12 else 0.1
    names = sorted(_GLYPHS)
    drawn = names[scene.pick(len(names))]
    named = scene.choice.split()[-1] if scene.choice else ""
    glyph = _GLYPHS.get(named, _GLYPHS[drawn])
    cx, cy, size = canvas.wide / 2, canvas.high / 2, 58.0
    left, top = cx - size / 2, cy - size / 2
    night = palette.dim > 0.8
    ground = hsl(hue, 0.16 * strength, 0.13) if night else hsl(hue, 0.22 * strength, 0.925)
    canvas.wash(ground)
    canvas.glow(cx, cy - 6, 90, mix(ground, WHITE, 0.12 if night else 0.6), 0.8)
    for spread, alpha in ((50, 0.34), (38, 0.3)):
        canvas.glow(
            cx, cy + size * 0.42, spread, mix(hsl(hue + 30, 0.6, 0.2), BLACK, 0.4), alpha, 22
        )
    shade = rounded(left + 1, top + 2.2, size - 2, size, size * 0.23)
    canvas.fill(shade, mix(hsl(hue + 44, strength, 0.3), BLACK, 0.25), 0.35)
    plate = rounded(left, top, size, size, size * 0.23)
    canvas.fill(plate, Ramp((hsl(hue, strength * 1.06, 0.68), hsl(hue + 38, strength, 0.46))))
    rim = [*rounded(left, top, size, size, size * 0.23)]
    shine = [(x, y) for x, y in rim if y < cy]
    if len(shine) > 2:
        canvas.fill([*shine, *arc(cx, cy - size * 1.28, size * 1.34, 66, 114)], WHITE, 0.07)
    below = [[(x + 0.5, y + 1.3) for x, y in part] for part in glyph(cx, cy, size * 0.27)]
    canvas.scatter([(part, 0.22) for part in below], mix(hsl(hue + 44, strength, 0.2), BLACK, 0.3))
    face = Ramp((WHITE, mix(WHITE, hsl(hue, 0.6, 0.8), 0.28)))
    canvas.scatter([(part, 1.0) for part in glyph(cx, cy, size * 0.27)], face)


def _ring(x: float, y: float, outer: float, inner: float, start: float, end: float) -> Outline:
    return arc(x, y, outer, start, end) + arc(x, y, inner, end, start)


def _chart(x: float, y: float, q: float) -> list[Outline]:
    heights = (0.8, 1.5, 1.1, 1.9)
    return [
        rounded(x - q + k * q * 0.55, y + q - q * h, q * 0.36, q * h, q * 0.15)
        for k, h in enumerate(heights)
    ]


def _camera(x: float, y: float, q: float) -> list[Outline]:
    body = _ring(x, y + q * 0.1, q * 0.52, q * 0.32, 0, 360)
    edge = rounded(x - q, y - q * 0.6, 2 * q, 1.5 * q, q * 0.3)
    frame = stroke([*edge, *edge[:2]], lambda _: q * 0.2)
    return [body, frame, rounded(x - q * 0.4, y - q * 0.9, q * 0.8, q * 0.4, q * 0.12)]


def _music(x: float, y: float, q: float) -> list[Outline]:
    heads = [turned(ellipse(x + d * q, y + h * q, q * 0.36, q * 0.27), x + d * q, y + h * q, -18)
             for d, h in ((-0.6, 0.75), (0.66, 0.55))]  # fmt: skip
    stems = [
        box(x - q * 0.42, y - q * 0.8, q * 0.17, q * 1.5),
        box(x + q * 0.84, y - q, q * 0.17, q * 1.5),
    ]
    beam = [(x - q * 0.42, y - q * 0.8), (x + q * 1.01, y - q), (x + q * 1.01, y - q * 0.62)]
    return [*heads, *stems, [*beam, (x - q * 0.42, y - q * 0.42)]]


def _chat(x: float, y: float, q: float) -> list[Outline]:
    bubble = rounded(x - q, y - q * 0.85, 2 * q, 1.4 * q, q * 0.5)
    return [bubble, [(x - q * 0.5, y + q * 0.4), (x + q * 0.1, y + q * 0.4), (x - q * 0.55, y + q)]]


def _mail(x: float, y: float, q: float) -> list[Outline]:
    top = [(x - q * 0.98, y - q * 0.72), (x + q * 0.98, y - q * 0.72), (x, y + q * 0.1)]
    body = [(x - q * 1.05, y - q * 0.5), (x, y + q * 0.36), (x + q * 1.05, y - q * 0.5)]
    return [top, [*body, (x + q * 1.05, y + q * 0.75), (x - q * 1.05, y + q * 0.75)]]


def _heart(x: float, y: float, q: float) -> list[Outline]:
    points = []
    for k in range(120):
        t = math.tau * k / 120
        px = 16 * math.sin(t) ** 3
        py = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((x + px / 16 * q, y - py / 16 * q))
    return [points]


def _leaf(x: float, y: float, q: float) -> list[Outline]:
    blade = [*arc(x + q, y + q * 0.9, q * 1.9, 180, 270), *arc(x - q * 0.9, y - q, q * 1.9, 0, 90)]
    half = [(px, py) for px, py in blade]
    return [half]


def _bolt(x: float, y: float, q: float) -> list[Outline]:
    pen = Pen(x + q * 0.25, y - q * 1.1, q).line((-0.95, 1.25), (0.6, 0), (-0.2, 0.95), (1.0, -1.3))
    return [pen.line((-0.62, 0), (0.3, -0.9)).points]


def _star(x: float, y: float, q: float) -> list[Outline]:
    return [
        [
            (
                x + q * (1.15 if k % 2 == 0 else 0.5) * math.sin(math.tau * k / 10),
                y - q * (1.15 if k % 2 == 0 else 0.5) * math.cos(math.tau * k / 10),
            )
            for k in range(10)
        ]
    ]


def _sun(x: float, y: float, q: float) -> list[Outline]:
    rays = [
        turned(rounded(x - q * 0.09, y - q * 1.12, q * 0.18, q * 0.36, q * 0.09), x, y, 45 * k)
        for k in range(8)
    ]
    return [ellipse(x, y, q * 0.52), *rays]


def _lock(x: float, y: float, q: float) -> list[Outline]:
    shackle = _ring(x, y - q * 0.25, q * 0.56, q * 0.34, 180, 360)
    return [shackle, rounded(x - q * 0.8, y - q * 0.26, 1.6 * q, 1.2 * q, q * 0.22)]


def _compass(x: float, y: float, q: float) -> list[Outline]:
    needle = [(x + q * 0.55, y - q * 0.55), (x + q * 0.14, y + q * 0.14)]
    needle += [(x - q * 0.55, y + q * 0.55), (x - q * 0.14, y - q * 0.14)]
    return [_ring(x, y, q * 1.08, q * 0.88, 0, 360), needle]


def _paper_plane(x: float, y: float, q: float) -> list[Outline]:
    return [[(x, y - q), (x + q, y + q * 0.8), (x, y + q * 0.35), (x - q, y + q * 0.8)]]


_GLYPHS: dict[str, Callable[[float, float, float], list[Outline]]] = {
    "bolt": _bolt,
    "camera": _camera,
    "chart": _chart,
    "chat": _chat,
    "compass": _compass,
    "heart": _heart,
    "leaf": _leaf,
    "lock": _lock,
    "mail": _mail,
    "music": _music,
    "plane": _paper_plane,
    "star": _star,
    "sun": _sun,
}
GLYPHS = frozenset(_GLYPHS)
