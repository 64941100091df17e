"""Plants: leaves on an arch of paper, and kelp under water."""

from __future__ import annotations

import math

from studio.providers.sketch.air import WHITE, Scene
from studio.providers.sketch.canvas import Fade, Ramp, SketchCanvas
from studio.providers.sketch.colour import Colour, hsl, luminance, mix, to_hsl
from studio.providers.sketch.palettes import ScenePalette
from studio.providers.sketch.shapes import Outline, Pen, arc, ellipse, rounded, stroke


def leaves(canvas: SketchCanvas, palette: ScenePalette, scene: Scene) -> None:
    """A handful of stems in front of an arch, as a pressed-plant print."""
    wide, high = canvas.wide, canvas.high
    own_hue, warm_panel = scene.between(100, 175), scene.form.random() < 0.35
    hue = to_hsl(palette.leaf)[0] if scene.choice else own_hue
    strength = 1.0 if not scene.choice else min(1.0, 0.35 + to_hsl(palette.leaf)[1] * 1.5)
    night = palette.dim > 0.6
    warm = scene.between(20, 48)
    ground = mix(palette.sky[0], palette.land[1], 0.3) if night else hsl(warm, 0.36, 0.91)
    panel = mix(palette.sky[1], palette.sky[2], 0.5) if night else hsl(hue - 10, 0.26, 0.8)
    if scene.choice and not night:
        ground, panel = mix(palette.sky[3], WHITE, 0.35), palette.sky[2]
    elif warm_panel and not night:
        panel = hsl(warm - 8, 0.52, 0.78)
    canvas.wash(ground)
    left, top = wide * 0.1, min(high * 0.08, 12)
    width, low = wide * 0.8, high - min(high * 0.08, 12)
    arch = rounded(left, top, width, low - top + 60, min(width, low - top) / 2)
    arch = [(x, min(y, low)) for x, y in arch]
    canvas.fill(arch, Ramp((mix(panel, WHITE, 0.1), panel)))
    disc = palette.sun if night else mix(palette.sun, palette.accent, 0.35)
    if not night and abs(luminance(disc) - luminance(panel)) < 0.12:
        disc = mix(palette.sun, WHITE, 0.5)
    at = (wide * scene.between(0.34, 0.66), top + (low - top) * 0.3)
    canvas.fill(ellipse(*at, 10.5), disc, 0.85)
    stems = max(5, int(width / 17))
    order = sorted(range(stems), key=lambda k: abs(k - (stems - 1) / 2), reverse=True)
    for k in order:
        x = left + width * (0.12 + 0.76 * k / max(1, stems - 1))
        rise = (low - top) * scene.between(0.42, 0.8)
        if high > 150:
            rise = min(rise, 130 + scene.between(-30, 30))
        tone = hsl(
            hue + scene.between(-17, 17),
            scene.between(0.3, 0.5) * strength,
            scene.between(0.24, 0.46) - (0.06 if night else 0),
        )
        _stem(canvas, scene, (x, low + 0.5), (rise, scene.between(-10, 10)), tone)
    soil = mix(ground, panel, 0.15)
    canvas.wash(soil, low, high)


def _stem(
    canvas: SketchCanvas,
    scene: Scene,
    at: tuple[float, float],
    reach: tuple[float, float],
    tone: Colour,
) -> None:
    x, y = at
    rise, lean = reach
    path = Pen(x, y).curve(lean * 0.2, -rise * 0.5, lean, -rise, 60).points
    kind = scene.pick(4)
    dark = mix(tone, (10, 20, 20), 0.25)
    canvas.fill(stroke(path, lambda t: 1.1 - 0.7 * t), dark)
    count = (9, 12, 7, 16)[kind]
    size = (11.5, 9.0, 10.0, 8.0)[kind] * scene.between(0.85, 1.2)
    blades: list[tuple[Outline, float]] = []
    halves: list[tuple[Outline, float]] = []
    for k in range(1, count + 1):
        share = k / (count + 0.5)
        px, py = path[int(share * 60)]
        length = size * (1.08 - 0.72 * share)
        for side in (-1, 1):
            blade, half = _blade(kind, px, py, side, length)
            blades.append((blade, 1.0))
            halves.append((half, 0.16 if side < 0 else 0.1))
    canvas.scatter(blades, Ramp((mix(tone, WHITE, 0.1), tone)))
    canvas.scatter(halves, WHITE)
    tip_x, tip_y = path[-1]
    if kind == 2:
        canvas.fill(ellipse(tip_x, tip_y - 1.2, 1.9, 2.5), tone)
    else:
        tip = Pen(tip_x, tip_y).curve(-1.6, -2.4, 0, -5.4).curve(1.6, 3, 0, 5.4)
        canvas.fill(tip.points, tone)


def _blade(kind: int, x: float, y: float, side: int, length: float) -> tuple[Outline, Outline]:
    if kind == 2:  # round leaves on short stalks
        cx, cy, r = x + side * length * 0.52, y - length * 0.34, length * 0.4
        stalk = stroke([(x, y), (cx, cy)], lambda _: 0.4)
        disc = ellipse(cx, cy, r, r * 0.86)
        return [*stalk, *disc], arc(cx, cy, r * 0.8, 180, 300)
    lift = {0: 0.6, 1: 0.28, 3: 0.82}[kind]
    fat = {0: 0.55, 1: 0.32, 3: 0.22}[kind]
    tip = (side * length, -length * lift)
    blade = Pen(x, y).curve(side * length * 0.3, -length * (lift + fat * 0.4), *tip)
    spine = Pen(x, y).curve(side * length * 0.5, -length * lift * 0.6, *tip).points
    lower = Pen(x + tip[0], y + tip[1])
    lower.curve(-side * length * 0.2, length * fat, -tip[0], -tip[1])
    return [*blade.points, *lower.points], [*blade.points, *spine[::-1]]


def kelp(canvas: SketchCanvas, palette: ScenePalette, scene: Scene) -> None:
    """Long ribbons of kelp in slanting light, with bubbles and a few fish."""
    wide, high = canvas.wide, canvas.high
    top, low = mix(palette.sea[0], palette.sky[3], 0.45), palette.sea[1]
    canvas.wash(Ramp((top, palette.sea[0], mix(palette.sea[0], low, 0.6), low), span=(0, high)))
    light = mix(palette.sky[3], WHITE, 0.4)
    for _ in range(5):
        x, width = scene.between(-0.1, 0.9) * wide, scene.between(5, 13)
        ray = [(x, -1), (x + width, -1), (x + width * 2.1 - 22, high), (x - width - 22, high)]
        canvas.fill(ray, light, 1.0, Fade(start=(0, 0.24), end=(min(high, 130) * 0.85, 0.0)))
    for row in range(3):
        share = (0.34, 0.66, 1.0)[row]
        water = mix(palette.sea[0], low, 0.35)
        tone = mix(water, mix(palette.leaf, palette.land[1], 0.3), share)
        for _ in range(max(2, int(wide / (24 - 2 * row)))):
            _frond(canvas, scene, wide * scene.between(-0.05, 1.05), tone, 0.7 + 0.3 * row)
        if row == 1:
            _fish(canvas, palette, scene)
    bubbles = [
        (ellipse(wide * scene.form.random(), high * scene.form.random(), scene.between(0.25, 1.0)),
         scene.between(0.2, 0.5)) for _ in range(int(26 * wide * high / 10_000))
    ]  # fmt: skip
    canvas.scatter(bubbles, light)


def _frond(canvas: SketchCanvas, scene: Scene, x: float, tone: Colour, size: float) -> None:
    rise = min(canvas.high, 170) * scene.between(0.45, 0.95)
    phase, sway = scene.form.random() * math.tau, scene.between(2.0, 4.4)
    lean = scene.between(-8, 8)
    path = [
        (
            x + lean * t * t + math.sin(t * 6.5 + phase) * sway * (0.3 + t),
            canvas.high + 2 - rise * t,
        )
        for t in (j / 80 for j in range(81))
    ]
    canvas.fill(stroke(path, lambda t: (1.5 - t) * size), tone)
    blades: list[tuple[Outline, float]] = []
    for k in range(6, 78, 5):
        px, py = path[k]
        side = -1 if (k // 5) % 2 else 1
        length = (7.5 - 4.6 * k / 80) * size * scene.between(0.85, 1.2)
        blade = Pen(px, py).curve(side * length * 0.3, -length * 0.9, side * length, -length * 1.05)
        blade.curve(-side * length * 0.1, length * 0.7, -side * length, length * 1.05)
        blades.append((blade.points, 1.0))
    canvas.scatter(blades, tone)


def _fish(canvas: SketchCanvas, palette: ScenePalette, scene: Scene) -> None:
    tone = mix(palette.accent, palette.sun, 0.25)
    cx, cy = canvas.wide * scene.between(0.3, 0.7), canvas.high * scene.between(0.3, 0.55)
    school: list[tuple[Outline, float]] = []
    for _ in range(6):
        x, y = cx + scene.between(-15, 15), cy + scene.between(-9, 9)
        size = scene.between(1.6, 2.5)
        body = Pen(x - size, y, size).curve(0.9, -0.75, 2.0, 0).curve(-1.1, 0.75, -2.0, 0)
        tail = [(x - size * 0.8, y), (x - size * 1.55, y - size * 0.45)]
        school += [(body.points, 0.95), ([*tail, (x - size * 1.55, y + size * 0.45)], 0.95)]
    canvas.scatter(school, tone)
