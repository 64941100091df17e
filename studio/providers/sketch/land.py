"""Motifs of open land: ranges of hills, a mountain lake, dunes."""

from __future__ import annotations

import math

from studio.providers.sketch import air
from studio.providers.sketch.air import BLACK, WHITE, Scene
from studio.providers.sketch.canvas import Fade, Ramp, SketchCanvas
from studio.providers.sketch.colour import Colour, along, mix
from studio.providers.sketch.palettes import ScenePalette
from studio.providers.sketch.shapes import (
    Outline,
    Pen,
    box,
    ellipse,
    ridge,
    rounded,
    stroke,
    swells,
)


def hills(canvas: SketchCanvas, palette: ScenePalette, scene: Scene) -> None:
    """Ranges of hills, each darker than the one behind, under a high sun or a big moon."""
    wide, high = canvas.wide, canvas.high
    air.sky(canvas, palette, high * 0.72)
    air.stars(canvas, scene, high * 0.6)
    radius = scene.between(7, 11) * (1.5 if "moon" in scene.extras else 1.0)
    at = (wide * scene.between(0.22, 0.78), high * scene.between(0.24, 0.4))
    air.sun(canvas, palette, scene, at, radius)
    air.clouds(canvas, palette, scene, high * 0.55, 4)
    air.heaps(canvas, palette, scene, high * 0.5)
    air.extras(canvas, palette, scene, high * 0.6)

    smooth = scene.form.random() < 0.5
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
            edge = ridge(scene.form, wide, y, rise, 6)
        tone = palette.depth(near, share**1.25)
        low = mix(tone, palette.depth(near, max(0.0, share - 0.3)), 0.55)
        canvas.ground(edge, Ramp((tone, low), span=(y - rise * 1.4, y + lift * 0.17)))
        if k == count - 2:
            _trees(canvas, scene, edge, mix(tone, palette.land[1], 0.5))
    air.weather(canvas, palette, scene, high * 0.66)


def _trees(canvas: SketchCanvas, scene: Scene, edge: Outline, tone: Colour) -> None:
    # A few round trees on a slope give the picture its scale.
    crowns: list[tuple[Outline, float]] = []
    for _ in range(3 + scene.pick(4)):
        x, y = edge[int(len(edge) * scene.between(0.06, 0.94))]
        size = scene.between(1.0, 2.1)
        crowns.append((ellipse(x, y - size * 1.5, size * 0.8, size * 1.25), 1.0))
        crowns.append((box(x - 0.14, y - size, 0.28, size * 1.4), 1.0))
    canvas.scatter(crowns, tone)


def mountains(canvas: SketchCanvas, palette: ScenePalette, scene: Scene) -> None:
    """Snowy peaks with lit and shaded faces, mirrored in a lake."""
    wide, high = canvas.wide, canvas.high
    shore = high * scene.between(0.66, 0.74)
    air.sky(canvas, palette, shore)
    air.stars(canvas, scene, shore * 0.8)
    at = (wide * scene.between(0.16, 0.84), min(high * 0.34, shore - 42) + scene.between(-6, 6))
    air.sun(canvas, palette, scene, at, scene.between(5.4, 7.6))
    air.clouds(canvas, palette, scene, shore * 0.6, 4)
    air.extras(canvas, palette, scene, shore * 0.7)
    canvas.wash(Ramp(palette.sea, span=(shore, canvas.high)), shore)

    tall = min(46.0, shore * 0.7)
    for layer in range(3):
        share = (0.3, 0.58, 0.86)[layer]
        tone = palette.depth(mix(palette.land[0], palette.leaf, 0.3), share)
        peaks = int(wide / (30 - 5 * layer)) + 1
        for k in range(peaks):
            x = wide * (k + scene.between(0.1, 0.9)) / peaks
            rise = tall * (1.0 - 0.3 * layer) * scene.between(0.6, 1.0)
            _peak(canvas, palette, scene, (x, shore), (rise, rise * scene.between(0.85, 1.2)), tone)
        mist = mix(palette.sky[3], palette.far, 0.25)
        canvas.glow(wide / 2, shore, wide * 0.9, mist, 0.35, 9 - layer * 2)
    _firs(canvas, palette, scene, shore)
    air.weather(canvas, palette, scene, shore)


def _peak(
    canvas: SketchCanvas,
    palette: ScenePalette,
    scene: Scene,
    at: tuple[float, float],
    size: tuple[float, float],
    tone: Colour,
) -> None:
    x, base = at
    rise, half = size
    top = base - rise
    body: Outline = [(x - half, base), (x - half * 0.5, base - rise * 0.44)]
    body += [(x - half * 0.28, base - rise * 0.62), (x, top), (x + half * 0.24, base - rise * 0.7)]
    body += [(x + half * 0.55, base - rise * 0.36), (x + half, base)]
    shaded: Outline = [(x, top), (x + half * 0.05, base - rise * 0.66)]
    shaded += [(x - half * 0.1, base - rise * 0.4), (x + half * 0.06, base), (x + half, base)]
    shaded += [(x + half * 0.55, base - rise * 0.36), (x + half * 0.24, base - rise * 0.7)]
    mirror = [(px, base + (base - py) * 0.55) for px, py in body]
    canvas.fill(mirror, tone, 1.0, Fade(start=(base, 0.5), end=(base + rise * 0.55, 0.0)))
    canvas.fill(body, tone)
    canvas.fill(shaded, mix(tone, palette.land[1], 0.32))
    cut = scene.between(0.62, 0.74)
    snow: Outline = [(x, top), (x - half * (1 - cut) * 0.86, base - rise * (cut + 0.02))]
    snow += [(x - half * 0.1, base - rise * (cut + 0.08)), (x - half * 0.03, base - rise * cut)]
    snow += [(x + half * 0.09, base - rise * (cut + 0.09)), (x + half * 0.2, base - rise * 0.75)]
    canvas.fill(snow, mix(palette.sky[3], WHITE, 0.55), 0.92)
    shade: Outline = [(x, top), (x + half * 0.05, base - rise * 0.72)]
    shade += [(x + half * 0.09, base - rise * (cut + 0.09)), (x + half * 0.2, base - rise * 0.75)]
    canvas.fill(shade, palette.far, 0.4)


def _firs(canvas: SketchCanvas, palette: ScenePalette, scene: Scene, shore: float) -> None:
    tone = mix(palette.land[1], palette.leaf, 0.35)
    trees: list[tuple[Outline, float]] = []
    x = -3.0
    while x < canvas.wide + 3:
        rise = scene.between(3.5, 8.0) * (0.75 + 0.4 * math.sin(x / 23 + 1))
        half = rise * 0.2
        trees.append(([(x, shore - rise), (x + half, shore + 0.6), (x - half, shore + 0.6)], 1.0))
        x += scene.between(0.9, 2.4)
    mirrored = [([(px, 2 * shore - py) for px, py in tree], 0.35) for tree, _ in trees]
    canvas.scatter(mirrored, tone)
    canvas.scatter(trees, tone)
    lines: list[tuple[Outline, float]] = []
    for _ in range(16):
        t = scene.form.random()
        y, length = shore + 2 + (canvas.high - shore) * t * t, scene.between(6, 26)
        lines.append((rounded(scene.form.random() * canvas.wide - 8, y, length, 0.4, 0.2), 0.22))
    canvas.scatter(lines, palette.sky[3])


def dunes(canvas: SketchCanvas, palette: ScenePalette, scene: Scene) -> None:
    """Sand dunes with sharp crests, one side lit and the other in blue shade."""
    wide, high = canvas.wide, canvas.high
    horizon = max(high * scene.between(0.46, 0.54), high - 210)
    air.sky(canvas, palette, horizon + 6)
    air.stars(canvas, scene, horizon)
    at = (wide * scene.between(0.2, 0.8), horizon - scene.between(8, 24))
    air.sun(canvas, palette, scene, at, scene.between(7, 10))
    air.clouds(canvas, palette, scene, horizon, 3)
    air.extras(canvas, palette, scene, horizon)

    night = palette.dim
    sand = mix((232, 178, 116), palette.sky[2], 0.3 + 0.32 * night)
    lit = [mix(palette.sky[3], sand, 0.6), sand, mix(sand, palette.land[0], 0.22)]
    lit = [mix(tone, palette.land[1], 0.45 * night) for tone in lit]
    shade = mix(mix(palette.land[0], palette.far, 0.35), sand, 0.25)
    way = 1 if at[0] < wide / 2 else -1
    canvas.wash(Ramp((mix(lit[0], palette.sky[3], 0.3), lit[1]), span=(horizon, high)), horizon)
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
            size = (scene.between(36, 50) * (1 + 0.75 * share), scene.between(9, 14) + 9 * share)
            _dune(canvas, scene, ((x, y), size), (paint, dark), way)
    _ripples(canvas, scene, horizon, mix(shade, lit[2], 0.4))
    if scene.form.random() < 0.5:
        _caravan(canvas, palette, scene, horizon)
    air.weather(canvas, palette, scene, horizon)


def _dune(
    canvas: SketchCanvas,
    scene: Scene,
    place: tuple[tuple[float, float], tuple[float, float]],
    paints: tuple[Ramp, Colour],
    way: int,
) -> None:
    # A long lit back, a short face in shade, and between them a crest that winds to the foot.
    # `way` is 1 when the light comes from the left.
    (x, y), (half, rise) = place
    top, foot = y - rise * 0.5, y + rise * 1.3
    back = Pen(x - way * half * 1.5, foot).curve(
        way * half, -rise * 0.3, way * half * 1.5, top - foot
    )
    face = Pen(x, top).curve(way * half * 0.3, rise * 1.2, way * half * 1.1, foot - top)
    low = canvas.high + 2
    base = [(x + way * half * 1.1, low), (x - way * half * 1.5, low)]
    canvas.fill([*back.points, *face.points, *base], paints[0])
    bend = half * scene.between(0.2, 0.3)
    crest = [
        (
            x + way * (half * 0.36 * t - bend * math.sin(t * math.tau * 0.86)),
            top + (foot - top) * 1.7 * t,
        )
        for t in (j / 48 for j in range(49))
    ]
    fade = Fade(start=(top + rise * 0.5, 0.9), end=(top + (foot - top) * 1.7, 0.0))
    side = [(x + way * half * 1.1, top + (foot - top) * 1.7)]
    canvas.fill([*face.points, *side, *crest[::-1]], paints[1], 1.0, fade)


def _ripples(canvas: SketchCanvas, scene: Scene, horizon: float, tone: Colour) -> None:
    low = horizon + (canvas.high - horizon) * 0.74
    lines: list[tuple[Outline, float]] = []
    for k in range(9):
        y = low + (canvas.high - low) * (k + 0.6) / 9
        x0, length = scene.between(-10, canvas.wide * 0.7), scene.between(24, 60)
        path = [
            (x0 + length * t, y + math.sin(t * 7 + k) * 0.7) for t in (j / 30 for j in range(31))
        ]
        lines.append((stroke(path, lambda t: 0.5 * math.sin(t * math.pi)), 0.35))
    canvas.scatter(lines, tone)


def _caravan(canvas: SketchCanvas, palette: ScenePalette, scene: Scene, horizon: float) -> None:
    x, y = canvas.wide * scene.between(0.25, 0.6), horizon + (canvas.high - horizon) * 0.3
    parts: list[tuple[Outline, float]] = []
    for k in range(4):
        px = x + k * 4.4
        parts += [(ellipse(px, y - 1.7, 1.05, 0.6), 1.0), (ellipse(px, y - 2.2, 0.45, 0.4), 1.0)]
        parts.append((stroke([(px + 0.9, y - 1.7), (px + 1.4, y - 2.6)], lambda _: 0.3), 1.0))
        parts.append((ellipse(px + 1.6, y - 2.7, 0.4, 0.24), 1.0))
        parts += [(box(px + d, y - 1.6, 0.2, 1.7), 1.0) for d in (-0.8, -0.5, 0.5, 0.8)]
    canvas.scatter(parts, mix(palette.land[1], BLACK, 0.1))
