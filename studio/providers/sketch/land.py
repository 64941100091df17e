"""Open land: ranges of hills, a mountain lake, dunes."""

from __future__ import annotations

import math

from studio.providers.sketch import sky
from studio.providers.sketch.canvas import Fade, Ramp
from studio.providers.sketch.colour import BLACK, WHITE, Colour, along, mix
from studio.providers.sketch.scene import Scene
from studio.providers.sketch.shapes import (
    Outline,
    Pen,
    Point,
    box,
    ellipse,
    placed,
    ridge,
    rounded,
    stroke,
    swells,
)

# A peak and its shaded face, as shares of half its width and of its height.
_PEAK = ((-1, 0), (-0.5, 0.44), (-0.28, 0.62), (0, 1), (0.24, 0.7), (0.55, 0.36), (1, 0))
_SHADED = ((0, 1), (0.05, 0.66), (-0.1, 0.4), (0.06, 0), (1, 0), (0.55, 0.36), (0.24, 0.7))


def paint_hills(scene: Scene) -> None:
    """Paint ranges of hills, each darker than the one behind, under a high sun or a big moon."""
    wide, high, palette = scene.wide, scene.high, scene.palette
    sky.paint_sky(scene, high * 0.72, stars=high * 0.6)
    radius = scene.between(7, 11) * (1.5 if "moon" in scene.recipe.extras else 1.0)
    sun = (wide * scene.between(0.22, 0.78), high * scene.between(0.24, 0.4))
    sky.paint_sun(scene, sun, radius)
    sky.paint_clouds(scene, high * 0.55, 4)
    sky.paint_cumulus(scene, high * 0.5)
    sky.paint_extras(scene, high * 0.6)

    smooth = scene.random() < 0.5
    count = 5 + scene.pick(2)
    near = mix(palette.land[1], palette.leaf, 0.45)
    lift = min(high, 140)
    for k in range(count):
        share = (k + 1) / count
        y = high * (0.56 + 0.42 * (k / count) ** 1.1)
        rise = lift * (0.075 + 0.012 * k)
        if smooth:
            edge = swells(scene.form, wide, y, rise * 1.5, scene.between(60, 105))
        else:
            edge = ridge(scene.form, wide, y, rise)
        tone = palette.depth(near, share**1.25)
        low = mix(tone, palette.depth(near, max(0.0, share - 0.3)), 0.55)
        scene.ground(edge, Ramp((tone, low), span=(y - rise * 1.4, y + lift * 0.17)))
        if k == count - 2:
            _paint_trees(scene, edge, mix(tone, palette.land[1], 0.5))
    sky.paint_weather(scene, high * 0.66)


def _paint_trees(scene: Scene, edge: Outline, tone: Colour) -> None:
    # A few round trees on a slope give the picture its scale.
    trees: list[Outline] = []
    for _ in range(3 + scene.pick(4)):
        x, y = edge[int(len(edge) * scene.between(0.06, 0.94))]
        size = scene.between(1.0, 2.1)
        trees.append(ellipse(x, y - size * 1.5, size * 0.8, size * 1.25))
        trees.append(box(x - 0.14, y - size, 0.28, size * 1.4))
    scene.fill_all(trees, tone)


def paint_mountains(scene: Scene) -> None:
    """Paint snowy peaks with lit and shaded faces, mirrored in a lake."""
    wide, high, palette = scene.wide, scene.high, scene.palette
    shore = high * scene.between(0.66, 0.74)
    sky.paint_sky(scene, shore, stars=shore * 0.8)
    sun = (wide * scene.between(0.16, 0.84), min(high * 0.34, shore - 42) + scene.between(-6, 6))
    sky.paint_sun(scene, sun, scene.between(5.4, 7.6))
    sky.paint_clouds(scene, shore * 0.6, 4)
    sky.paint_extras(scene, shore * 0.7)
    scene.wash(Ramp(palette.sea), shore)

    tall = min(46.0, shore * 0.7)
    near = mix(palette.land[0], palette.leaf, 0.3)
    mist = mix(palette.sky[3], palette.far, 0.25)
    for layer, share in enumerate((0.3, 0.58, 0.86)):
        peaks = int(wide / (30 - 5 * layer)) + 1
        for k in range(peaks):
            x = wide * (k + scene.between(0.1, 0.9)) / peaks
            rise = tall * (1.0 - 0.3 * layer) * scene.between(0.6, 1.0)
            half = rise * scene.between(0.85, 1.2)
            _paint_peak(scene, (x, shore), half, rise, palette.depth(near, share))
        scene.glow(wide / 2, shore, wide * 0.9, mist, 0.35, 9 - layer * 2)
    _paint_firs(scene, shore)
    _paint_glints(scene, shore)
    sky.paint_weather(scene, shore)


def _paint_peak(scene: Scene, foot: Point, half: float, rise: float, tone: Colour) -> None:
    x, base = foot
    palette = scene.palette
    mirror = placed(_PEAK, x, base, half, rise * 0.55)
    scene.fill(mirror, tone, 1.0, Fade(start=(base, 0.5), end=(base + rise * 0.55, 0.0)))
    scene.fill(placed(_PEAK, x, base, half, -rise), tone)
    scene.fill(placed(_SHADED, x, base, half, -rise), mix(tone, palette.land[1], 0.32))
    cut = scene.between(0.62, 0.74)
    crag = [(0.09, cut + 0.09), (0.2, 0.75)]
    snow = [(0, 1), ((cut - 1) * 0.86, cut + 0.02), (-0.1, cut + 0.08), (-0.03, cut), *crag]
    shade = [(0, 1), (0.05, 0.72), *crag]
    scene.fill(placed(snow, x, base, half, -rise), mix(palette.sky[3], WHITE, 0.55), 0.92)
    scene.fill(placed(shade, x, base, half, -rise), palette.far, 0.4)


def _paint_firs(scene: Scene, shore: float) -> None:
    trees: list[Outline] = []
    x = -3.0
    while x < scene.wide + 3:
        rise = scene.between(3.5, 8.0) * (0.75 + 0.4 * math.sin(x / 23 + 1))
        half = rise * 0.2
        trees.append([(x, shore - rise), (x + half, shore + 0.6), (x - half, shore + 0.6)])
        x += scene.between(0.9, 2.4)
    tone = mix(scene.palette.land[1], scene.palette.leaf, 0.35)
    scene.fill_all([placed(tree, 0, 2 * shore, 1, -1) for tree in trees], tone, 0.35)
    scene.fill_all(trees, tone)


def _paint_glints(scene: Scene, shore: float) -> None:
    glints: list[Outline] = []
    for _ in range(16):
        t = scene.random()
        y, length = shore + 2 + (scene.high - shore) * t * t, scene.between(6, 26)
        glints.append(rounded(scene.random() * scene.wide - 8, y, length, 0.4, 0.2))
    scene.fill_all(glints, scene.palette.sky[3], 0.22)


def paint_dunes(scene: Scene) -> None:
    """Paint sand dunes with sharp crests, one side lit and the other in blue shade."""
    wide, high, palette = scene.wide, scene.high, scene.palette
    horizon = max(high * scene.between(0.46, 0.54), high - 210)
    sky.paint_sky(scene, horizon + 6, stars=horizon)
    sun = (wide * scene.between(0.2, 0.8), horizon - scene.between(8, 24))
    sky.paint_sun(scene, sun, scene.between(7, 10))
    sky.paint_clouds(scene, horizon, 3)
    sky.paint_extras(scene, horizon)

    night = palette.dim
    sand = mix((232, 178, 116), palette.sky[2], 0.3 + 0.32 * night)
    lit = [mix(palette.sky[3], sand, 0.6), sand, mix(sand, palette.land[0], 0.22)]
    lit = [mix(tone, palette.land[1], 0.45 * night) for tone in lit]
    shade = mix(mix(palette.land[0], palette.far, 0.35), sand, 0.25)
    way = 1 if sun[0] < wide / 2 else -1
    scene.wash(Ramp((mix(lit[0], palette.sky[3], 0.3), lit[1])), horizon)
    rows = 6
    for k in range(rows):
        share = k / (rows - 1)
        y = horizon + (high - horizon) * (0.02 + 0.72 * share)
        tone = along(lit, share)
        paint = Ramp((mix(tone, WHITE, 0.12), tone), span=(y - 14, y + 24))
        dark = mix(shade, tone, 0.55 - 0.4 * share)
        count = max(1, round(wide / (58 + 44 * share)))
        for j in range(count):
            x = wide * (j + scene.between(0.2, 0.8) + 0.3 * (k % 2)) / count
            half = scene.between(36, 50) * (1 + 0.75 * share) * way
            rise = scene.between(9, 14) + 9 * share
            _paint_dune(scene, (x, y), half, rise, paint, dark)
    _paint_ripples(scene, horizon, mix(shade, lit[2], 0.4))
    if scene.random() < 0.5:
        _paint_caravan(scene, horizon)
    sky.paint_weather(scene, horizon)


def _paint_dune(scene: Scene, at: Point, half: float, rise: float, lit: Ramp, dark: Colour) -> None:
    # A long lit slope, a short face in shade, and between them a crest that winds to the foot.
    # `half` is negative when the light comes from the right.
    x, y = at
    top, foot = y - rise * 0.5, y + rise * 1.3
    tail = top + (foot - top) * 1.7
    back = Pen(x - half * 1.5, foot).curve(half, -rise * 0.3, half * 1.5, top - foot)
    face = Pen(x, top).curve(half * 0.3, rise * 1.2, half * 1.1, foot - top).points
    low = scene.high + 2
    scene.fill([*back.points, *face, (x + half * 1.1, low), (x - half * 1.5, low)], lit)
    bend = half * scene.between(0.2, 0.3)
    crest = [
        (x + half * 0.36 * t - bend * math.sin(t * math.tau * 0.86), top + (tail - top) * t)
        for t in (j / 48 for j in range(48, -1, -1))
    ]
    fade = Fade(start=(top + rise * 0.5, 0.9), end=(tail, 0.0))
    scene.fill([*face, (x + half * 1.1, tail), *crest], dark, 1.0, fade)


def _paint_ripples(scene: Scene, horizon: float, tone: Colour) -> None:
    low = horizon + (scene.high - horizon) * 0.74
    ripples: list[Outline] = []
    for k in range(9):
        y = low + (scene.high - low) * (k + 0.6) / 9
        x, length = scene.between(-10, scene.wide * 0.7), scene.between(24, 60)
        shares = [j / 30 for j in range(31)]
        path = [(x + length * t, y + math.sin(t * 7 + k) * 0.7) for t in shares]
        ripples.append(stroke(path, lambda t: 0.5 * math.sin(t * math.pi)))
    scene.fill_all(ripples, tone, 0.35)


def _paint_caravan(scene: Scene, horizon: float) -> None:
    x, y = scene.wide * scene.between(0.25, 0.6), horizon + (scene.high - horizon) * 0.3
    camels: list[Outline] = []
    for k in range(4):
        px = x + k * 4.4
        camels += [ellipse(px, y - 1.7, 1.05, 0.6), ellipse(px, y - 2.2, 0.45, 0.4)]
        camels.append(stroke([(px + 0.9, y - 1.7), (px + 1.4, y - 2.6)], 0.3))
        camels.append(ellipse(px + 1.6, y - 2.7, 0.4, 0.24))
        camels += [box(px + d, y - 1.6, 0.2, 1.7) for d in (-0.8, -0.5, 0.5, 0.8)]
    scene.fill_all(camels, mix(scene.palette.land[1], BLACK, 0.1))
