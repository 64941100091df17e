"""Still lifes on a table: a bottle with a label, a vase with a branch, a bowl of fruit."""

from __future__ import annotations

import math

from studio.providers.sketch import air
from studio.providers.sketch.air import BLACK, WHITE, Scene
from studio.providers.sketch.canvas import Ramp, SketchCanvas
from studio.providers.sketch.colour import Colour, hsl, lighter, mix, to_hsl
from studio.providers.sketch.palettes import ScenePalette
from studio.providers.sketch.shapes import (
    Outline,
    Pen,
    Point,
    box,
    ellipse,
    rounded,
    stroke,
    turned,
)

# Walls that flatter the colours set against them.
_HUES = (18, 30, 44, 72, 168, 196, 214, 250, 336)


def still_life(canvas: SketchCanvas, palette: ScenePalette, scene: Scene) -> None:
    """One thing in front of a disc of light (several on a long table), with its shadow."""
    wide, high = canvas.wide, canvas.high
    plain = scene.choice.startswith("plain")
    hue = _HUES[scene.pick(len(_HUES))] + scene.between(-6, 6)
    lightness = 0.8
    wall = hsl(hue, 0.3, lightness + 0.04)
    wall_low, table = hsl(hue, 0.32, lightness - 0.08), hsl(hue - 4, 0.27, 0.6)
    disc, glass = hsl(hue + 24, 0.58, 0.8), hsl(hue + 190, 0.38, 0.32)
    warm = hsl(hue + 36, 0.5, 0.5)
    if not plain:
        wall, wall_low = palette.sky[2], mix(palette.sky[2], palette.sky[1], 0.5)
        table, disc = mix(palette.far, palette.sea[1], 0.4), palette.sun
        glass, warm = mix(palette.land[0], palette.leaf, 0.5), palette.accent
    base = high / 2 + min(high, 140) * 0.3
    aside = scene.between(0.36, 0.64)
    canvas.wash(Ramp((wall, wall_low), span=(0, base)), 0, base)
    if wide > 130:
        _window_light(canvas, scene, wall, base)
    kinds = {"bottle": 0, "vase": 1, "fruit": 2}
    named = scene.choice.split()[-1] if scene.choice else ""
    drawn = scene.pick(3)
    kind = kinds.get(named, drawn)
    count = max(1, int(wide / 130))
    count -= 1 - count % 2
    places = [wide * (k + 0.5) / count for k in range(count)]
    if count == 1:
        places = [wide * (0.5 if wide < 130 else aside)]
    for cx in places:
        canvas.glow(cx, base - 38, 66, disc, 0.5)
        canvas.fill(ellipse(cx + scene.between(-5, 5), base - 38, 35), disc, 0.92)
    canvas.wash(Ramp((table, mix(table, BLACK, 0.16)), span=(base, high)), base)
    canvas.fill(box(-1, base - 0.1, wide + 2, 0.7), mix(table, WHITE, 0.3), 0.6)
    for k, cx in enumerate(places):
        canvas.glow(cx + 11, base + 3.4, 36, mix(table, BLACK, 0.72), 0.75, 5)
        _thing(canvas, palette, scene, ((kind + k - count // 2) % 3, (cx, base)), (glass, warm))
    air.weather(canvas, palette, scene, base)


def _thing(
    canvas: SketchCanvas,
    palette: ScenePalette,
    scene: Scene,
    what: tuple[int, Point],
    inks: tuple[Colour, Colour],
) -> None:
    kind, (cx, base) = what
    if kind == 0:
        _bottle(canvas, palette, scene, (cx, base), inks)
        if scene.form.random() < 0.7:
            side = -1 if scene.form.random() < 0.5 else 1
            _fruit(canvas, (cx + side * scene.between(21, 26), base + 3), 6.4, inks[1])
    elif kind == 1:
        _vase(canvas, palette, scene, (cx, base), inks)
    else:
        ripe = hsl((12, 34, 352, 50)[scene.pick(4)], 0.62, 0.5)
        _bowl(canvas, scene, (cx, base), (inks[0], mix(ripe, inks[1], 0.25)))


def _window_light(canvas: SketchCanvas, scene: Scene, wall: Colour, base: float) -> None:
    x = canvas.wide * scene.between(0.06, 0.2)
    for k in range(2):
        left = x + k * 17
        pane = [(left, base - 58), (left + 14, base - 54), (left + 24, base - 14)]
        canvas.fill([*pane, (left + 10, base - 18)], mix(wall, WHITE, 0.5), 0.4)


def _glassy(tone: Colour) -> Ramp:
    return Ramp(
        (
            lighter(tone, -0.07), lighter(tone, 0.0), lighter(tone, 0.13), lighter(tone, 0.04),
            lighter(tone, -0.02), lighter(tone, -0.08), lighter(tone, -0.15),
        ),
        across=True,
    )  # fmt: skip


def _bottle(
    canvas: SketchCanvas,
    palette: ScenePalette,
    scene: Scene,
    at: Point,
    inks: tuple[Colour, Colour],
) -> None:
    cx, base = at
    glass, warm = inks
    base += 2
    w, h = scene.between(12.5, 16), scene.between(47, 55)
    shoulder = scene.between(0.56, 0.68)
    neck = w * scene.between(0.34, 0.42)
    y = base - h * shoulder
    body = Pen(cx - w + 1.4, base).curve(-1.4, 0, -1.4, -1.6).points
    body.append((cx - w, y))
    body = body + Pen(cx - w, y).curve(0, -7, w - neck, -10.5).points
    body += [(cx - neck, base - h), (cx + neck, base - h)]
    body += Pen(cx + neck, y - 10.5).curve(w - neck, 3.5, w - neck, 10.5).points
    body += Pen(cx + w, base - 1.6).curve(0, 1.6, -1.4, 1.6).points
    canvas.fill(body, _glassy(glass))
    cap = rounded(cx - neck - 0.8, base - h - 6, 2 * neck + 1.6, 8, 1)
    canvas.fill(cap, _glassy(warm))
    for k in range(4):
        canvas.fill(
            box(cx - neck - 0.8, base - h - 4.6 + k * 1.5, 2 * neck + 1.6, 0.35), BLACK, 0.12
        )
    low, tall = base - h * 0.5, h * 0.34
    paper = mix(palette.pale[0], (244, 239, 228), 0.6)
    label = Ramp((mix(paper, BLACK, 0.1), paper, paper, mix(paper, BLACK, 0.2)), across=True)
    canvas.fill(box(cx - w, low, 2 * w, tall), label)
    _print(canvas, scene, (cx, low), (w, tall), (warm, glass))
    canvas.fill(rounded(cx - w * 0.8, y + 1, 1.5, h * 0.56, 0.7), WHITE, 0.3)
    canvas.fill(
        rounded(cx - neck * 0.62, base - h + 3, 0.9, h * (1 - shoulder) - 14, 0.4), WHITE, 0.3
    )


def _print(
    canvas: SketchCanvas,
    scene: Scene,
    at: Point,
    size: tuple[float, float],
    inks: tuple[Colour, Colour],
) -> None:
    cx, top = at
    w, tall = size
    warm, dark = inks[0], mix(inks[1], BLACK, 0.4)
    y, r = top + tall * 0.4, w * 0.34
    kind = scene.pick(4)
    if kind == 0:
        canvas.fill(ellipse(cx, y, r), warm)
    elif kind == 1:
        canvas.fill([(cx, y - r), (cx + r, y + r * 0.8), (cx - r, y + r * 0.8)], warm)
    elif kind == 2:
        for k in range(3):
            wave = [(cx + (t - 0.5) * 2.6 * r, y + (k - 1) * r * 0.62 + math.sin(t * 12) * r * 0.16)
                    for t in (j / 50 for j in range(51))]  # fmt: skip
            canvas.fill(stroke(wave, lambda _: r * 0.24), warm)
    else:
        canvas.fill([*ellipse(cx, y, r)[90:180], (cx + r, y)], warm)
        canvas.fill([(cx - r, y), *ellipse(cx, y + r * 0.16, r)[:90][::-1]], dark, 0.85)
    canvas.fill(box(cx - w * 0.55, top + tall * 0.76, w * 1.1, 1.1), dark)
    canvas.fill(box(cx - w * 0.32, top + tall * 0.86, w * 0.64, 0.7), dark, 0.7)


def _vase(
    canvas: SketchCanvas,
    palette: ScenePalette,
    scene: Scene,
    at: Point,
    inks: tuple[Colour, Colour],
) -> None:
    cx, base = at
    glass, warm = inks
    base += 2
    h, w, neck = scene.between(26, 32), scene.between(11, 14.5), scene.between(3, 4.4)
    mouth_y = base - h
    leaf = mix(palette.leaf, glass, 0.3)
    for k in range(5):
        lean, rise = (k - 2) * scene.between(7, 11), scene.between(22, 37) - abs(k - 2) * 3
        stem = (
            Pen(cx + (k - 2) * 0.7, mouth_y + 3).curve(lean * 0.15, -rise * 0.6, lean, -rise).points
        )
        canvas.fill(stroke(stem, lambda t: 0.75 - 0.4 * t), mix(leaf, BLACK, 0.2))
        _twig(canvas, scene, stem, (leaf, warm))
    foot = w * 0.62
    profile: list[Point] = []
    for j in range(61):
        t = j / 60
        straight = neck + (foot - neck) * t
        belly = (w - straight) * math.sin(math.pi * t**1.15) ** 1.25 if 0 < t < 1 else 0.0
        lip = 0.9 * max(0.0, 1 - t * 9)
        profile.append((straight + belly + lip, mouth_y + h * t))
    outline = [(cx - r, y) for r, y in profile] + [(cx + r, y) for r, y in profile[::-1]]
    canvas.fill(outline, _glassy(mix(glass, palette.pale[0], 0.15)))
    stripe = profile[26:36]
    band = [(cx - r, y) for r, y in stripe] + [(cx + r, y) for r, y in stripe[::-1]]
    canvas.fill(band, _glassy(warm), 0.85)
    canvas.fill(ellipse(cx, mouth_y + 0.2, neck + 0.9, 0.8), mix(glass, BLACK, 0.45))


def _twig(canvas: SketchCanvas, scene: Scene, stem: Outline, inks: tuple[Colour, Colour]) -> None:
    leaf, warm = inks
    flowers = scene.form.random() < 0.5
    for k in range(6, len(stem), 4):
        x, y = stem[k]
        side = -1 if k % 8 < 4 else 1
        size = 4.6 * (1.1 - 0.5 * k / len(stem))
        blade = Pen(x, y).curve(side * size * 0.2, -size * 0.8, side * size, -size * 0.85)
        blade.curve(-side * size * 0.1, size * 0.75, -side * size, size * 0.85)
        canvas.fill(blade.points, lighter(leaf, scene.between(-0.03, 0.09)))
    if flowers:
        x, y = stem[-1]
        for k in range(6):
            turn = math.tau * k / 6
            canvas.fill(
                ellipse(x + math.cos(turn) * 1.5, y + math.sin(turn) * 1.5, 1.35), warm, 0.95
            )
        canvas.fill(ellipse(x, y, 0.9), mix(warm, (255, 226, 150), 0.75))


def _fruit(canvas: SketchCanvas, at: Point, radius: float, tone: Colour) -> None:
    x, base = at
    y = base - radius * 0.94
    canvas.glow(x + 3, base + 0.4, radius * 1.7, BLACK, 0.3, 1.7)
    hue, strength, _ = to_hsl(tone)
    canvas.fill(
        ellipse(x, y, radius, radius * 0.95),
        Ramp((hsl(hue + 8, strength, 0.6), hsl(hue - 8, strength, 0.38))),
    )
    canvas.glow(x - radius * 0.35, y - radius * 0.42, radius * 0.6, WHITE, 0.42)
    stem = Pen(x, y - radius * 0.86).curve(0.2, -1.4, 1.2, -2.2).points
    canvas.fill(stroke(stem, lambda _: 0.5), (70, 52, 40))
    leaf = Pen(x + 0.5, y - radius * 0.95).curve(1.6, -2.6, 4.4, -1.8).curve(-1.8, 2.2, -4.4, 1.8)
    canvas.fill(leaf.points, (86, 122, 78))


def _bowl(canvas: SketchCanvas, scene: Scene, at: Point, inks: tuple[Colour, Colour]) -> None:
    cx, base = at
    glass, warm = inks
    base += 2.5
    hue, strength, _ = to_hsl(warm)
    rim = base - 17
    heap = [(-12.5, 0.6), (12, 0.2), (0.5, -1.8), (-6.2, -8.6), (6.6, -8.2)]
    for k, (dx, dy) in enumerate(heap):
        tone = hsl(hue + (k % 3 - 1) * 24, max(0.34, strength), 0.48)
        radius = 7.0 + scene.between(-0.5, 0.7)
        x, y = cx + dx, rim + dy
        canvas.fill(ellipse(x, y, radius), Ramp((lighter(tone, 0.12), lighter(tone, -0.1))))
        canvas.glow(x - 2.4, y - 2.8, 4.2, WHITE, 0.4)
        canvas.fill(
            stroke([(x, y - radius * 0.8), (x + 0.8, y - radius - 1.2)], lambda _: 0.45),
            (70, 52, 40),
        )
    leaf = turned(ellipse(cx + 14, rim - 8, 4.6, 1.7), cx + 14, rim - 8, -28)
    canvas.fill(leaf, (92, 126, 82))
    bowl = Pen(cx - 25, rim).curve(2, 17.5, 16, 17.5).points
    bowl += Pen(cx + 9, rim + 17.5).curve(14, 0, 16, -17.5).points
    canvas.fill(bowl, _glassy(glass))
    canvas.fill(box(cx - 25, rim - 0.3, 50, 1.1), lighter(glass, 0.2), 0.8)
    canvas.fill(box(cx - 8, base - 0.2, 16, 1.1), lighter(glass, -0.12))
