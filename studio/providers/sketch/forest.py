"""The forest: rows of conifers or birches that thin out into the mist."""

from __future__ import annotations

from studio.providers.sketch import air
from studio.providers.sketch.air import WHITE, Scene
from studio.providers.sketch.canvas import Fade, Ramp, SketchCanvas
from studio.providers.sketch.colour import Colour, mix, turned
from studio.providers.sketch.palettes import ScenePalette
from studio.providers.sketch.shapes import Outline, box, ellipse, swells


def forest(canvas: SketchCanvas, palette: ScenePalette, scene: Scene) -> None:
    """A wood in layers: the far rows pale in the mist, the near ones dark."""
    wide, high = canvas.wide, canvas.high
    air.sky(canvas, palette, high * 0.8)
    air.stars(canvas, scene, high * 0.5)
    at = (wide * scene.between(0.25, 0.75), high * 0.5 - min(high, 150) * scene.between(0.2, 0.3))
    air.sun(canvas, palette, scene, at, scene.between(6.5, 9.5))
    air.clouds(canvas, palette, scene, high * 0.45, 3)
    air.extras(canvas, palette, scene, high * 0.45)
    round_crowns = scene.choice == "broad"
    near = mix(palette.leaf, palette.land[1], 0.3)
    reach = min(high * 0.46, 75 + high * 0.12)
    rows = 5 if reach < 110 else 7
    lift = min(high, 150) / 100
    for k in range(rows):
        share = (k + 0.65) / (rows - 0.35)
        y = high - reach + reach * 1.045 * k / (rows - 1) * 0.96 + (4 if k == 0 else 0)
        ground = swells(scene.form, wide, y, 4.5, scene.between(70, 120))
        tone = palette.depth(near, share**1.15)
        mist = mix(tone, palette.depth(near, max(0.0, share - 0.42)), 0.75)
        size = (13 + 3.6 * k) * lift**0.7
        paint = Ramp((tone, tone, mist), span=(y - size * 1.7, y + 8))
        if round_crowns:
            _broadleaves(canvas, scene, ground, size, (tone, mist, palette))
        else:
            _conifers(canvas, scene, ground, size, paint)
        canvas.ground(ground, Ramp((mist, tone), span=(y - 4, y + 22)))
        if k < rows - 1:
            veil = mix(palette.sky[3], palette.sun, 0.2)
            canvas.glow(wide / 2, y + 3, wide * 0.85, veil, 0.34 * (1 - k / rows), 11)
    rays = scene.form.random() < 0.6 and palette.dim < 0.6
    if rays and not scene.weather and scene.light != "mono":
        _rays(canvas, palette, at)
    air.weather(canvas, palette, scene, high - reach * 0.85)


def _conifers(
    canvas: SketchCanvas, scene: Scene, ground: Outline, size: float, paint: Ramp
) -> None:
    parts: list[tuple[Outline, float]] = []
    x = -size * 0.3
    while x < canvas.wide + size * 0.3:
        y = _height_at(ground, x) + 1.5
        rise = size * scene.between(0.72, 1.5)
        half = rise * scene.between(0.17, 0.235)
        parts.append((_conifer(scene, x, y, rise, half), 1.0))
        x += size * scene.between(0.2, 0.46)
    canvas.scatter(parts, paint)


def _conifer(scene: Scene, x: float, y: float, rise: float, half: float) -> Outline:
    # Both edges step down in tiers, with the tips drooping a little and no two alike.
    tiers = 5 + scene.pick(3)
    left: Outline = []
    right: Outline = []
    top = y - rise
    for k in range(tiers):
        low = top + rise * (0.16 + 0.78 * (k + 1) / tiers)
        reach = half * ((k + 1) / tiers) ** 0.85
        for side, points in ((-1, left), (1, right)):
            spread = reach * scene.between(0.86, 1.12)
            points.append((x + side * spread, low + half * 0.1))
            points.append((x + side * spread * 0.42, low - half * 0.12))
    return [(x, top), *right, (x + half * 0.1, y), (x - half * 0.1, y), *left[::-1]]


def _broadleaves(
    canvas: SketchCanvas,
    scene: Scene,
    ground: Outline,
    size: float,
    tones: tuple[Colour, Colour, ScenePalette],
) -> None:
    tone, mist, palette = tones
    trunks: list[tuple[Outline, float]] = []
    crowns: list[tuple[list[tuple[Outline, float]], Colour]] = []
    x = -size * 0.2
    while x < canvas.wide + size * 0.3:
        y = _height_at(ground, x) + 1
        rise = size * scene.between(0.8, 1.4)
        trunks.append((box(x - rise * 0.022, y - rise * 0.62, rise * 0.044, rise * 0.66), 1.0))
        hue = scene.between(-16, 22)
        leaf = turned(tone, hue)
        crown: list[tuple[Outline, float]] = []
        for dx, dy, r in (
            (0, 0.72, 0.27),
            (-0.15, 0.58, 0.2),
            (0.16, 0.56, 0.21),
            (0.02, 0.5, 0.2),
        ):
            wobble = scene.between(0.88, 1.12)
            crown.append((ellipse(x + dx * rise, y - dy * rise, r * rise * wobble), 1.0))
        crowns.append((crown, leaf))
        x += size * scene.between(0.38, 0.66)
    canvas.scatter(trunks, mix(mist, palette.land[1], 0.55))
    for crown, leaf in crowns:
        canvas.scatter(crown, leaf)
        light, _ = crown[0]
        cx = sum(p[0] for p in light) / len(light)
        cy = sum(p[1] for p in light) / len(light)
        lit = [(cx + (px - cx) * 0.62 - size * 0.05, cy + (py - cy) * 0.6 - size * 0.06)
               for px, py in light]  # fmt: skip
        canvas.fill(lit, mix(leaf, palette.sun, 0.28), 0.5)


def _height_at(edge: Outline, x: float) -> float:
    first, last = edge[0][0], edge[-1][0]
    index = int((x - first) / (last - first) * (len(edge) - 1))
    return edge[min(len(edge) - 1, max(0, index))][1]


def _rays(canvas: SketchCanvas, palette: ScenePalette, at: tuple[float, float]) -> None:
    # Slanting light through the mist; barely there, or it looks like a stage.
    x, y = at
    reach = min(canvas.high, 160) * 0.8
    light = mix(palette.sun, WHITE, 0.3)
    for k, (offset, width) in enumerate(((-34, 7), (-14, 10), (8, 6), (27, 11))):
        ray = [(x + offset * 0.1, y), (x + offset * 0.1 + 1, y)]
        ray += [(x + offset + width, y + reach), (x + offset - width * 0.3, y + reach)]
        fade = Fade(start=(y, 0.16 - 0.02 * k), end=(y + reach, 0.0))
        canvas.fill(ray, light, 1.0, fade)
