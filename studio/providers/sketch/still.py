"""Still lifes on a table: a bottle with a label, a vase with a branch, a bowl of fruit."""

from __future__ import annotations

import math
from collections.abc import Callable

from studio.providers.sketch import sky
from studio.providers.sketch.canvas import Ramp
from studio.providers.sketch.colour import BLACK, WHITE, Colour, hsl, mix, shifted, to_hsl
from studio.providers.sketch.scene import Scene
from studio.providers.sketch.shapes import (
    Outline,
    Pen,
    Point,
    box,
    ellipse,
    moved,
    rounded,
    stroke,
    turned,
)

# Walls that flatter the colours set against them.
_WALL_HUES = (18, 30, 44, 72, 168, 196, 214, 250, 336)
_RIPE_HUES = (12, 34, 352, 50)
_STALK: Colour = (70, 52, 40)
# Positions of the fruits around the centre of the bowl's rim.
_HEAP = ((-12.5, 0.6), (12, 0.2), (0.5, -1.8), (-6.2, -8.6), (6.6, -8.2))


def paint_still_life(scene: Scene) -> None:
    """Paint one object in front of a disc of light (several on a long table), with its shadow."""
    wide, high, palette = scene.wide, scene.high, scene.palette
    hue = _WALL_HUES[scene.pick(len(_WALL_HUES))] + scene.between(-6, 6)
    if scene.recipe.choice.startswith("plain"):
        wall, wall_low, table = hsl(hue, 0.3, 0.84), hsl(hue, 0.32, 0.72), hsl(hue - 4, 0.27, 0.6)
        disc, glass = hsl(hue + 24, 0.58, 0.8), hsl(hue + 190, 0.38, 0.32)
        warm = hsl(hue + 36, 0.5, 0.5)
    else:
        wall, wall_low = palette.sky[2], mix(palette.sky[2], palette.sky[1], 0.5)
        table, disc = mix(palette.far, palette.sea[1], 0.4), palette.sun
        glass, warm = mix(palette.land[0], palette.leaf, 0.5), palette.accent
    base = high / 2 + min(high, 140) * 0.3
    aside = scene.between(0.36, 0.64)
    scene.wash(Ramp((wall, wall_low)), 0, base)
    if wide > 130:
        _paint_window_light(scene, mix(wall, WHITE, 0.5), base)
    kind = scene.pick(3)
    if scene.recipe.variant in _KINDS:
        kind = list(_KINDS).index(scene.recipe.variant)
    count = max(1, int(wide / 130))
    count -= 1 - count % 2
    places = [wide * (k + 0.5) / count for k in range(count)]
    if count == 1 and wide >= 130:
        places = [wide * aside]
    for x in places:
        scene.glow(x, base - 38, 66, disc, 0.5)
        scene.fill(ellipse(x + scene.between(-5, 5), base - 38, 35), disc, 0.92)
    scene.wash(Ramp((table, mix(table, BLACK, 0.16))), base)
    scene.fill(box(-1, base - 0.1, wide + 2, 0.7), mix(table, WHITE, 0.3), 0.6)
    things = list(_KINDS.values())
    for k, x in enumerate(places):
        scene.glow(x + 11, base + 3.4, 36, mix(table, BLACK, 0.72), 0.75, 5)
        things[(kind + k - count // 2) % 3](scene, (x, base), glass, warm)
    sky.paint_weather(scene, base)


def _paint_window_light(scene: Scene, light: Colour, base: float) -> None:
    x = scene.wide * scene.between(0.06, 0.2)
    for left in (x, x + 17):
        pane = [(left, base - 58), (left + 14, base - 54), (left + 24, base - 14)]
        scene.fill([*pane, (left + 10, base - 18)], light, 0.4)


def _glassy(tone: Colour) -> Ramp:
    steps = (-0.07, 0, 0.13, 0.04, -0.02, -0.08, -0.15)
    return Ramp(tuple(shifted(tone, lightness=step) for step in steps), across=True)


def _paint_bottle(scene: Scene, at: Point, glass: Colour, warm: Colour) -> None:
    x, table = at
    base = table + 2
    w, h = scene.between(12.5, 16), scene.between(47, 55)
    shoulder = scene.between(0.56, 0.68)
    neck = w * scene.between(0.34, 0.42)
    y, top = base - h * shoulder, base - h
    left = Pen(x - w + 1.4, base).curve(-1.4, 0, -1.4, -1.6).points
    left += Pen(x - w, y).curve(0, -7, w - neck, -10.5).points
    right = Pen(x + neck, y - 10.5).curve(w - neck, 3.5, w - neck, 10.5).points
    right += Pen(x + w, base - 1.6).curve(0, 1.6, -1.4, 1.6).points
    scene.fill([*left, (x - neck, top), (x + neck, top), *right], _glassy(glass))
    cap_x, cap_wide = x - neck - 0.8, 2 * neck + 1.6
    scene.fill(rounded(cap_x, top - 6, cap_wide, 8, 1), _glassy(warm))
    for k in range(4):
        scene.fill(box(cap_x, top - 4.6 + k * 1.5, cap_wide, 0.35), BLACK, 0.12)
    _paint_label(scene, (x, base - h * 0.5), w, h * 0.34, warm, mix(glass, BLACK, 0.4))
    scene.fill(rounded(x - w * 0.8, y + 1, 1.5, h * 0.56, 0.7), WHITE, 0.3)
    scene.fill(rounded(x - neck * 0.62, top + 3, 0.9, h * (1 - shoulder) - 14, 0.4), WHITE, 0.3)
    if scene.random() < 0.7:
        side = -1 if scene.random() < 0.5 else 1
        _paint_fruit(scene, (x + side * scene.between(21, 26), table + 3), warm)


def _paint_label(
    scene: Scene, at: Point, w: float, tall: float, warm: Colour, dark: Colour
) -> None:
    x, top = at
    paper = mix(scene.palette.pale[0], (244, 239, 228), 0.6)
    shading = (mix(paper, BLACK, 0.1), paper, paper, mix(paper, BLACK, 0.2))
    scene.fill(box(x - w, top, 2 * w, tall), Ramp(shading, across=True))
    y, r = top + tall * 0.4, w * 0.34
    kind = scene.pick(4)
    if kind == 0:
        scene.fill(ellipse(x, y, r), warm)
    elif kind == 1:
        scene.fill([(x, y - r), (x + r, y + r * 0.8), (x - r, y + r * 0.8)], warm)
    elif kind == 2:
        wave = [
            (x + (t - 0.5) * 2.6 * r, y - r * 0.62 + math.sin(t * 12) * r * 0.16)
            for t in (j / 50 for j in range(51))
        ]
        for k in range(3):
            scene.fill(stroke(moved(wave, 0, k * r * 0.62), r * 0.24), warm)
    else:
        scene.fill([*ellipse(x, y, r)[90:180], (x + r, y)], warm)
        scene.fill([(x - r, y), *ellipse(x, y + r * 0.16, r)[:90][::-1]], dark, 0.85)
    scene.fill(box(x - w * 0.55, top + tall * 0.76, w * 1.1, 1.1), dark)
    scene.fill(box(x - w * 0.32, top + tall * 0.86, w * 0.64, 0.7), dark, 0.7)


def _paint_vase(scene: Scene, at: Point, glass: Colour, warm: Colour) -> None:
    x, base = at
    h, w, neck = scene.between(26, 32), scene.between(11, 14.5), scene.between(3, 4.4)
    mouth = base + 2 - h
    leaf = mix(scene.palette.leaf, glass, 0.3)
    for k in range(-2, 3):
        lean, rise = k * scene.between(7, 11), scene.between(22, 37) - abs(k) * 3
        twig = Pen(x + k * 0.7, mouth + 3).curve(lean * 0.15, -rise * 0.6, lean, -rise).points
        _paint_twig(scene, twig, leaf, warm)
    foot = w * 0.62
    profile: list[Point] = []
    for t in (j / 60 for j in range(61)):
        straight = neck + (foot - neck) * t
        belly = (w - straight) * math.sin(math.pi * t**1.15) ** 1.25 if 0 < t < 1 else 0.0
        lip = 0.9 * max(0.0, 1 - t * 9)
        profile.append((straight + belly + lip, mouth + h * t))
    scene.fill(_turned_on_wheel(x, profile), _glassy(mix(glass, scene.palette.pale[0], 0.15)))
    scene.fill(_turned_on_wheel(x, profile[26:36]), _glassy(warm), 0.85)
    scene.fill(ellipse(x, mouth + 0.2, neck + 0.9, 0.8), mix(glass, BLACK, 0.45))


def _turned_on_wheel(x: float, profile: list[Point]) -> Outline:
    """Both sides of a vessel around `x`; a profile is (radius, y) from the top down."""
    return [(x - r, y) for r, y in profile] + [(x + r, y) for r, y in profile[::-1]]


def _paint_twig(scene: Scene, path: Outline, leaf: Colour, warm: Colour) -> None:
    scene.fill(stroke(path, lambda t: 0.75 - 0.4 * t), mix(leaf, BLACK, 0.2))
    flowers = scene.random() < 0.5
    for k in range(6, len(path), 4):
        size = 4.6 * (1.1 - 0.5 * k / len(path))
        reach = -size if k % 8 < 4 else size
        blade = Pen(*path[k]).curve(reach * 0.2, -size * 0.8, reach, -size * 0.85)
        blade.curve(-reach * 0.1, size * 0.75, -reach, size * 0.85)
        scene.fill(blade.points, shifted(leaf, lightness=scene.between(-0.03, 0.09)))
    if flowers:
        x, y = path[-1]
        for turn in (math.tau * k / 6 for k in range(6)):
            petal = ellipse(x + math.cos(turn) * 1.5, y + math.sin(turn) * 1.5, 1.35)
            scene.fill(petal, warm, 0.95)
        scene.fill(ellipse(x, y, 0.9), mix(warm, (255, 226, 150), 0.75))


def _paint_fruit(scene: Scene, at: Point, tone: Colour) -> None:
    x, base = at
    radius = 6.4
    y = base - radius * 0.94
    scene.glow(x + 3, base + 0.4, radius * 1.7, BLACK, 0.3, 1.7)
    hue, strength, _ = to_hsl(tone)
    skin = Ramp((hsl(hue + 8, strength, 0.6), hsl(hue - 8, strength, 0.38)))
    scene.fill(ellipse(x, y, radius, radius * 0.95), skin)
    scene.glow(x - radius * 0.35, y - radius * 0.42, radius * 0.6, WHITE, 0.42)
    stem = Pen(x, y - radius * 0.86).curve(0.2, -1.4, 1.2, -2.2).points
    scene.fill(stroke(stem, 0.5), _STALK)
    leaf = Pen(x + 0.5, y - radius * 0.95).curve(1.6, -2.6, 4.4, -1.8).curve(-1.8, 2.2, -4.4, 1.8)
    scene.fill(leaf.points, (86, 122, 78))


def _paint_bowl(scene: Scene, at: Point, glass: Colour, warm: Colour) -> None:
    x, table = at
    base = table + 2.5
    rim = base - 17
    ripe = mix(hsl(_RIPE_HUES[scene.pick(len(_RIPE_HUES))], 0.62, 0.5), warm, 0.25)
    hue, strength, _ = to_hsl(ripe)
    for k, (dx, dy) in enumerate(_HEAP):
        tone = hsl(hue + (k % 3 - 1) * 24, max(0.34, strength), 0.48)
        radius = 7.0 + scene.between(-0.5, 0.7)
        fx, fy = x + dx, rim + dy
        skin = Ramp((shifted(tone, lightness=0.12), shifted(tone, lightness=-0.1)))
        scene.fill(ellipse(fx, fy, radius), skin)
        scene.glow(fx - 2.4, fy - 2.8, 4.2, WHITE, 0.4)
        scene.fill(stroke([(fx, fy - radius * 0.8), (fx + 0.8, fy - radius - 1.2)], 0.45), _STALK)
    leaf = turned(ellipse(x + 14, rim - 8, 4.6, 1.7), x + 14, rim - 8, -28)
    scene.fill(leaf, (92, 126, 82))
    bowl = Pen(x - 25, rim).curve(2, 17.5, 16, 17.5).points
    bowl += Pen(x + 9, rim + 17.5).curve(14, 0, 16, -17.5).points
    scene.fill(bowl, _glassy(glass))
    scene.fill(box(x - 25, rim - 0.3, 50, 1.1), shifted(glass, lightness=0.2), 0.8)
    scene.fill(box(x - 8, base - 0.2, 16, 1.1), shifted(glass, lightness=-0.12))


_KINDS: dict[str, Callable[[Scene, Point, Colour, Colour], None]] = {
    "bottle": _paint_bottle,
    "vase": _paint_vase,
    "fruit": _paint_bowl,
}
