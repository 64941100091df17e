"""An app icon: a white glyph on a rounded plate of colour."""

from __future__ import annotations

import math
from collections.abc import Callable

from studio.providers.sketch.air import BLACK, WHITE, Scene
from studio.providers.sketch.canvas import Ramp, SketchCanvas
from studio.providers.sketch.colour import hsl, mix, to_hsl
from studio.providers.sketch.palettes import ScenePalette
from studio.providers.sketch.shapes import (
    Outline,
    Pen,
    Point,
    arc,
    box,
    ellipse,
    rounded,
    stroke,
    turned,
)

_SIZE = 58.0


def icon(canvas: SketchCanvas, palette: ScenePalette, scene: Scene) -> None:
    """A rounded app icon on a quiet ground with a soft shadow; a family of them on a long strip."""
    hue, strength = scene.form.random() * 360, 0.78
    if scene.choice.startswith("scene"):
        hue, own, _ = to_hsl(palette.sky[1])
        strength = strength if own >= 0.12 else 0.1
    names = sorted(_GLYPHS)
    drawn = scene.pick(len(names))
    named = scene.choice.split()[-1] if scene.choice else ""
    first = names.index(named) if named in _GLYPHS else drawn
    night = palette.dim > 0.8
    ground = hsl(hue, 0.16 * strength, 0.13) if night else hsl(hue, 0.22 * strength, 0.925)
    canvas.wash(ground)
    middle = (canvas.wide / 2, canvas.high / 2)
    canvas.glow(*middle, 90, mix(ground, WHITE, 0.12 if night else 0.6), 0.8)
    count = max(1, int(max(canvas.wide, canvas.high) / 130))
    count -= 1 - count % 2
    for k in range(count):
        offset = (k - count // 2) * 104.0
        x, y = middle
        at = (x + offset, y) if canvas.wide > canvas.high else (x, y + offset)
        glyph = _GLYPHS[names[(first + 4 * (k - count // 2)) % len(names)]]
        _plate(canvas, at, hue + 34 * (k - count // 2), strength)
        _glyph(canvas, at, glyph, hue + 34 * (k - count // 2))


def _plate(canvas: SketchCanvas, at: Point, hue: float, strength: float) -> None:
    cx, cy = at
    left, top, size = cx - _SIZE / 2, cy - _SIZE / 2, _SIZE
    dark = mix(hsl(hue + 30, 0.6, 0.2), BLACK, 0.4)
    for spread, alpha in ((50, 0.34), (38, 0.3)):
        canvas.glow(cx, cy + size * 0.42, spread, dark, alpha, 22)
    shade = rounded(left + 1, top + 2.2, size - 2, size, size * 0.23)
    canvas.fill(shade, mix(hsl(hue + 44, strength, 0.3), BLACK, 0.25), 0.35)
    colours = (hsl(hue, strength * 1.06, 0.68), hsl(hue + 32, strength * 0.97, 0.47))
    rim = rounded(left, top, size, size, size * 0.23)
    canvas.fill(rim, Ramp(colours))
    shine = [(x, y) for x, y in rim if y < cy]
    canvas.fill([*shine, *arc(cx, cy - size * 1.28, size * 1.34, 66, 114)], WHITE, 0.07)


def _glyph(
    canvas: SketchCanvas,
    at: Point,
    glyph: Callable[[float, float, float], list[Outline]],
    hue: float,
) -> None:
    parts = glyph(*at, _SIZE * 0.27)
    below = [([(x + 0.5, y + 1.3) for x, y in part], 0.22) for part in parts]
    canvas.scatter(below, mix(hsl(hue + 44, 0.78, 0.2), BLACK, 0.3))
    face = Ramp((WHITE, mix(WHITE, hsl(hue, 0.6, 0.8), 0.28)))
    canvas.scatter([(part, 1.0) for part in parts], face)


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
