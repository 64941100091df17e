"""Plants: leaves on an arch of paper, and kelp under water."""

from __future__ import annotations

import math
from typing import NamedTuple

from studio.providers.sketch.canvas import Fade, Ramp
from studio.providers.sketch.colour import WHITE, Colour, hsl, luminance, mix, to_hsl
from studio.providers.sketch.scene import Scene
from studio.providers.sketch.shapes import (
    Outline,
    Pen,
    Point,
    arc,
    ellipse,
    placed,
    rounded,
    stroke,
)


class _Leaf(NamedTuple):
    """Shape of the leaves of a stem; without `fat` they are round, on short stalks."""

    pairs: int
    length: float
    lift: float = 0
    fat: float = 0


_LEAVES = (
    _Leaf(9, 11.5, 0.6, 0.55),
    _Leaf(12, 9, 0.28, 0.32),
    _Leaf(7, 10),
    _Leaf(16, 8, 0.82, 0.22),
)


def paint_leaves(scene: Scene) -> None:
    """Paint a handful of stems in front of an arch, as a pressed-plant print."""
    wide, high, palette = scene.wide, scene.high, scene.palette
    in_scene = bool(scene.recipe.choice)
    hue, warm_panel = scene.between(100, 175), scene.random() < 0.35
    strength = 1.0
    if in_scene:
        hue, saturation, _ = to_hsl(palette.leaf)
        strength = min(1.0, 0.35 + saturation * 1.5)
    night = palette.dim > 0.6
    warm = scene.between(20, 48)
    ground, panel = hsl(warm, 0.36, 0.91), hsl(hue - 10, 0.26, 0.8)
    if night:
        ground = mix(palette.sky[0], palette.land[1], 0.3)
        panel = mix(palette.sky[1], palette.sky[2], 0.5)
    elif in_scene:
        ground, panel = mix(palette.sky[3], WHITE, 0.35), palette.sky[2]
    elif warm_panel:
        panel = hsl(warm - 8, 0.52, 0.78)
    scene.wash(ground)
    left, top = wide * 0.1, min(high * 0.08, 12)
    width, low = wide * 0.8, high - min(high * 0.08, 12)
    arch = rounded(left, top, width, low - top + 60, min(width, low - top) / 2)
    scene.fill([(x, min(y, low)) for x, y in arch], Ramp((mix(panel, WHITE, 0.1), panel)))
    disc = palette.sun if night else mix(palette.sun, palette.accent, 0.35)
    if not night and abs(luminance(disc) - luminance(panel)) < 0.12:
        disc = mix(palette.sun, WHITE, 0.5)
    scene.fill(ellipse(wide * scene.between(0.34, 0.66), top + (low - top) * 0.3, 10.5), disc, 0.85)
    stems = max(5, int(width / 17))
    outside_in = sorted(range(stems), key=lambda k: abs(k - (stems - 1) / 2), reverse=True)
    for k in outside_in:
        x = left + width * (0.12 + 0.76 * k / (stems - 1))
        rise = (low - top) * scene.between(0.42, 0.8)
        if high > 150:
            rise = min(rise, 130 + scene.between(-30, 30))
        tone = hsl(
            hue + scene.between(-17, 17),
            scene.between(0.3, 0.5) * strength,
            scene.between(0.24, 0.46) - (0.06 if night else 0),
        )
        _paint_stem(scene, (x, low + 0.5), rise, scene.between(-10, 10), tone)
    scene.wash(mix(ground, panel, 0.15), low, high)


def _paint_stem(scene: Scene, foot: Point, rise: float, lean: float, tone: Colour) -> None:
    path = Pen(*foot).curve(lean * 0.2, -rise * 0.5, lean, -rise, 60).points
    leaf = _LEAVES[scene.pick(len(_LEAVES))]
    scene.fill(stroke(path, lambda t: 1.1 - 0.7 * t), mix(tone, (10, 20, 20), 0.25))
    size = leaf.length * scene.between(0.85, 1.2)
    blades: list[Outline] = []
    halves: list[tuple[Outline, float]] = []
    for k in range(1, leaf.pairs + 1):
        share = k / (leaf.pairs + 0.5)
        length = size * (1.08 - 0.72 * share)
        for side, opacity in ((-1, 0.16), (1, 0.1)):
            blade, half = _blade(leaf, path[int(share * 60)], side * length)
            blades.append(blade)
            halves.append((half, opacity))
    scene.fill_all(blades, Ramp((mix(tone, WHITE, 0.1), tone)))
    scene.scatter(halves, WHITE)
    x, y = path[-1]
    if leaf.fat:
        tip = Pen(x, y).curve(-1.6, -2.4, 0, -5.4).curve(1.6, 3, 0, 5.4).points
    else:
        tip = ellipse(x, y - 1.2, 1.9, 2.5)
    scene.fill(tip, tone)


def _blade(leaf: _Leaf, at: Point, reach: float) -> tuple[Outline, Outline]:
    """One leaf and its lit half; `reach` is its length, negative to the left."""
    x, y = at
    length = abs(reach)
    if not leaf.fat:
        cx, cy, r = x + reach * 0.52, y - length * 0.34, length * 0.4
        stalk = stroke([(x, y), (cx, cy)], 0.4)
        return [*stalk, *ellipse(cx, cy, r, r * 0.86)], arc(cx, cy, r * 0.8, 180, 300)
    rise = -length * leaf.lift
    upper = Pen(x, y).curve(reach * 0.3, -length * (leaf.lift + leaf.fat * 0.4), reach, rise).points
    spine = Pen(x, y).curve(reach * 0.5, rise * 0.6, reach, rise).points
    lower = Pen(*upper[-1]).curve(-reach * 0.2, length * leaf.fat, -reach, -rise).points
    return [*upper, *lower], [*upper, *spine[::-1]]


def paint_kelp(scene: Scene) -> None:
    """Paint long ribbons of kelp in slanting light, with bubbles and a few fish."""
    wide, high, palette = scene.wide, scene.high, scene.palette
    surface, low = palette.sea
    top = mix(surface, palette.sky[3], 0.45)
    scene.wash(Ramp((top, surface, mix(surface, low, 0.6), low)))
    light = mix(palette.sky[3], WHITE, 0.4)
    fade = Fade(start=(0, 0.24), end=(min(high, 130) * 0.85, 0.0))
    for _ in range(5):
        x, width = scene.between(-0.1, 0.9) * wide, scene.between(5, 13)
        ray = [(x, -1), (x + width, -1), (x + width * 2.1 - 22, high), (x - width - 22, high)]
        scene.fill(ray, light, 1.0, fade)
    water, near = mix(surface, low, 0.35), mix(palette.leaf, palette.land[1], 0.3)
    for row, share in enumerate((0.34, 0.66, 1.0)):
        for _ in range(max(2, int(wide / (24 - 2 * row)))):
            x = wide * scene.between(-0.05, 1.05)
            _paint_frond(scene, x, mix(water, near, share), 0.7 + 0.3 * row)
        if row == 1:
            _paint_fish(scene)
    bubbles: list[tuple[Outline, float]] = []
    for _ in range(int(26 * wide * high / 10_000)):
        x, y = wide * scene.random(), high * scene.random()
        bubbles.append((ellipse(x, y, scene.between(0.25, 1.0)), scene.between(0.2, 0.5)))
    scene.scatter(bubbles, light)


def _paint_frond(scene: Scene, x: float, tone: Colour, size: float) -> None:
    rise = min(scene.high, 170) * scene.between(0.45, 0.95)
    phase, sway = scene.random() * math.tau, scene.between(2.0, 4.4)
    lean = scene.between(-8, 8)
    path: Outline = []
    for t in (j / 80 for j in range(81)):
        swing = math.sin(t * 6.5 + phase) * sway * (0.3 + t)
        path.append((x + lean * t * t + swing, scene.high + 2 - rise * t))
    scene.fill(stroke(path, lambda t: (1.5 - t) * size), tone)
    blades: list[Outline] = []
    for k in range(6, 78, 5):
        length = (7.5 - 4.6 * k / 80) * size * scene.between(0.85, 1.2)
        reach = -length if (k // 5) % 2 else length
        blade = Pen(*path[k]).curve(reach * 0.3, -length * 0.9, reach, -length * 1.05)
        blades.append(blade.curve(-reach * 0.1, length * 0.7, -reach, length * 1.05).points)
    scene.fill_all(blades, tone)


def _paint_fish(scene: Scene) -> None:
    cx, cy = scene.wide * scene.between(0.3, 0.7), scene.high * scene.between(0.3, 0.55)
    school: list[Outline] = []
    for _ in range(6):
        x, y = cx + scene.between(-15, 15), cy + scene.between(-9, 9)
        size = scene.between(1.6, 2.5)
        body = Pen(x - size, y, size).curve(0.9, -0.75, 2.0, 0).curve(-1.1, 0.75, -2.0, 0)
        tail = placed([(-0.8, 0), (-1.55, -0.45), (-1.55, 0.45)], x, y, size, size)
        school += [body.points, tail]
    scene.fill_all(school, mix(scene.palette.accent, scene.palette.sun, 0.25), 0.95)
