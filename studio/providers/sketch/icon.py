"""An app icon: a white glyph on a rounded plate of colour."""

from __future__ import annotations

import math

from studio.providers.sketch.canvas import Ramp
from studio.providers.sketch.colour import BLACK, WHITE, hsl, mix, to_hsl
from studio.providers.sketch.scene import Scene
from studio.providers.sketch.shapes import (
    Outline,
    Pen,
    Point,
    arc,
    box,
    moved,
    placed,
    rounded,
    stroke,
    turned,
)

_SIZE = 58.0


def paint_icon(scene: Scene) -> None:
    """Paint an app icon on a plain ground with a soft shadow; a family of them on a long strip."""
    hue, strength = scene.random() * 360, 0.78
    if scene.recipe.choice.startswith("scene"):
        hue, own, _ = to_hsl(scene.palette.sky[1])
        strength = strength if own >= 0.12 else 0.1
    names = sorted(GLYPHS)
    first = scene.pick(len(names))
    if scene.recipe.variant in GLYPHS:
        first = names.index(scene.recipe.variant)
    night = scene.palette.dim > 0.8
    ground = hsl(hue, 0.16 * strength, 0.13) if night else hsl(hue, 0.22 * strength, 0.925)
    scene.wash(ground)
    x, y = scene.wide / 2, scene.high / 2
    scene.glow(x, y, 90, mix(ground, WHITE, 0.12 if night else 0.6), 0.8)
    beside = max(0, (int(max(scene.wide, scene.high) / 130) - 1) // 2)
    for k in range(-beside, beside + 1):
        at = (x + k * 104.0, y) if scene.wide > scene.high else (x, y + k * 104.0)
        _paint_plate(scene, at, hue + 34 * k, strength)
        _paint_glyph(scene, at, hue + 34 * k, names[(first + 4 * k) % len(names)])


def _paint_plate(scene: Scene, at: Point, hue: float, strength: float) -> None:
    cx, cy = at
    left, top, size = cx - _SIZE / 2, cy - _SIZE / 2, _SIZE
    dark = mix(hsl(hue + 30, 0.6, 0.2), BLACK, 0.4)
    for spread, opacity in ((50, 0.34), (38, 0.3)):
        scene.glow(cx, cy + size * 0.42, spread, dark, opacity, 22)
    shade = rounded(left + 1, top + 2.2, size - 2, size, size * 0.23)
    scene.fill(shade, mix(hsl(hue + 44, strength, 0.3), BLACK, 0.25), 0.35)
    colours = (hsl(hue, strength * 1.06, 0.68), hsl(hue + 32, strength * 0.97, 0.47))
    rim = rounded(left, top, size, size, size * 0.23)
    scene.fill(rim, Ramp(colours))
    shine = [(x, y) for x, y in rim if y < cy]
    scene.fill([*shine, *arc(cx, cy - size * 1.28, size * 1.34, 66, 114)], WHITE, 0.07)


def _paint_glyph(scene: Scene, at: Point, hue: float, name: str) -> None:
    glyph = [placed(part, *at, _SIZE * 0.27, _SIZE * 0.27) for part in GLYPHS[name]]
    shadow = [moved(part, 0.5, 1.3) for part in glyph]
    scene.fill_all(shadow, mix(hsl(hue + 44, 0.78, 0.2), BLACK, 0.3), 0.22)
    scene.fill_all(glyph, Ramp((WHITE, mix(WHITE, hsl(hue, 0.6, 0.8), 0.28))))


# Glyphs around (0, 0), about 1 to each side.


def _ring(y: float, outer: float, inner: float, start: float = 0) -> Outline:
    return arc(0, y, outer, start, 360) + arc(0, y, inner, 360, start)


def _disc(x: float, y: float, rx: float, ry: float) -> Outline:
    return placed(arc(0, 0, 1, 0, 360), x, y, rx, ry)


def _camera() -> list[Outline]:
    edge = rounded(-1, -0.6, 2, 1.5, 0.3)
    frame = stroke([*edge, *edge[:2]], 0.2)
    return [_ring(0.1, 0.52, 0.32), frame, rounded(-0.4, -0.9, 0.8, 0.4, 0.12)]


def _music() -> list[Outline]:
    heads = [turned(_disc(x, y, 0.36, 0.27), x, y, -18) for x, y in ((-0.6, 0.75), (0.66, 0.55))]
    stems = [box(-0.42, -0.8, 0.17, 1.5), box(0.84, -1, 0.17, 1.5)]
    return [*heads, *stems, [(-0.42, -0.8), (1.01, -1), (1.01, -0.62), (-0.42, -0.42)]]


def _heart() -> Outline:
    points: Outline = []
    for t in (math.tau * k / 120 for k in range(120)):
        height = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((math.sin(t) ** 3, -height / 16))
    return points


def _star() -> Outline:
    corners = [(1.15 if k % 2 == 0 else 0.5, math.tau * k / 10) for k in range(10)]
    return [(radius * math.sin(turn), -radius * math.cos(turn)) for radius, turn in corners]


_BOLT = ((-0.95, 1.25), (0.6, 0), (-0.2, 0.95), (1.0, -1.3), (-0.62, 0), (0.3, -0.9))
_RAY = rounded(-0.09, -1.12, 0.18, 0.36, 0.09)

GLYPHS: dict[str, list[Outline]] = {
    "bolt": [Pen(0.25, -1.1).line(*_BOLT).points],
    "camera": _camera(),
    "chart": [
        rounded(-1 + k * 0.55, 1 - height, 0.36, height, 0.15)
        for k, height in enumerate((0.8, 1.5, 1.1, 1.9))
    ],
    "chat": [rounded(-1, -0.85, 2, 1.4, 0.5), [(-0.5, 0.4), (0.1, 0.4), (-0.55, 1)]],
    "compass": [_ring(0, 1.08, 0.88), [(0.55, -0.55), (0.14, 0.14), (-0.55, 0.55), (-0.14, -0.14)]],
    "heart": [_heart()],
    "leaf": [[*arc(1, 0.9, 1.9, 180, 270), *arc(-0.9, -1, 1.9, 0, 90)]],
    "lock": [_ring(-0.25, 0.56, 0.34, 180), rounded(-0.8, -0.26, 1.6, 1.2, 0.22)],
    "mail": [
        [(-0.98, -0.72), (0.98, -0.72), (0, 0.1)],
        [(-1.05, -0.5), (0, 0.36), (1.05, -0.5), (1.05, 0.75), (-1.05, 0.75)],
    ],
    "music": _music(),
    "plane": [[(0, -1), (1, 0.8), (0, 0.35), (-1, 0.8)]],
    "star": [_star()],
    "sun": [_disc(0, 0, 0.52, 0.52), *(turned(_RAY, 0, 0, 45 * k) for k in range(8))],
}
