"""The city: a skyline in layers with lit windows, sometimes above water."""

from __future__ import annotations

from typing import NamedTuple

from studio.providers.sketch import sky
from studio.providers.sketch.canvas import Fade, Ramp
from studio.providers.sketch.colour import WHITE, Colour, mix
from studio.providers.sketch.scene import Scene
from studio.providers.sketch.shapes import Outline, Pen, box, ellipse, rounded, stroke

_Panes = list[tuple[Outline, float]]


class _House(NamedTuple):
    x: float
    top: float
    width: float
    depth: int


# From far to near: closeness and height of a row of houses.
_ROWS = ((0.24, 0.44), (0.52, 0.36), (0.84, 0.27), (1.0, 0.14))
# Widest column, width of a pane as a share of it, height.
_PANES = ((2.6, 0.62, 1.35), (1.9, 0.5, 0.95), (1.9, 0.5, 0.7))


def paint_city(scene: Scene) -> None:
    """Paint towers in four depths in front of a big low sun, windows lit when it is dim."""
    wide, high, palette = scene.wide, scene.high, scene.palette
    river = scene.random() < 0.35 or scene.recipe.variant == "river"
    floor = high * (0.84 if river else 1.0)
    tall = min(floor, 170.0)
    sky.paint_sky(scene, floor, stars=floor * 0.7)
    sun = (wide * scene.between(0.22, 0.78), floor - tall * scene.between(0.42, 0.56))
    sky.paint_sun(scene, sun, scene.between(10, 14))
    sky.paint_clouds(scene, floor * 0.6, 4)
    sky.paint_extras(scene, floor * 0.5)
    near = mix(palette.land[1], palette.land[0], 0.25)
    haze = mix(palette.sky[3], palette.sky[2], 0.4)
    haze_top = floor - tall * 0.34
    for depth, (share, reach) in enumerate(_ROWS):
        _paint_row(scene, depth, floor, tall, reach, palette.depth(near, share))
        if depth < 3:
            fade = Fade(start=(haze_top, 0.0), end=(floor, 0.42 - 0.1 * depth))
            scene.fill(box(-1, haze_top, wide + 2, tall * 0.34 + 1), haze, 1.0, fade)
    if river:
        _paint_river(scene, floor, sun[0])
    sky.paint_weather(scene, floor - tall * 0.22)


def _paint_row(
    scene: Scene, depth: int, floor: float, tall: float, reach: float, tone: Colour
) -> None:
    palette = scene.palette
    bodies: list[Outline] = []
    sides: list[Outline] = []
    lit: _Panes = []
    unlit: _Panes = []
    x = -scene.between(0, 6)
    while x < scene.wide:
        width = scene.between(4.5, 11.5) * (1 + 0.12 * depth)
        crest = 0.82 + 0.34 * (1 - abs(2 * (x / scene.wide) - 1))
        rise = tall * (0.12 + scene.between(0.1, 1.0) ** 1.2 * reach * crest)
        house = _House(x, floor - rise, width, depth)
        bodies += [box(x, house.top, width, rise + 2), *_roof(scene, house)]
        sides.append(box(x + width * 0.68, house.top, width * 0.32, rise + 2))
        if depth:
            _add_windows(scene, house, floor, lit, unlit)
        x += width + max(0.0, scene.between(-0.6, 1.1))
    paint = Ramp((mix(tone, palette.sky[3], 0.13), tone), span=(floor - tall * 0.7, floor))
    scene.fill_all(bodies, paint)
    scene.fill_all(sides, palette.land[1], 0.16)
    if palette.dim > 0.3:
        scene.scatter(unlit, mix(tone, palette.sky[2], 0.3))
        scene.scatter(lit, palette.lamp)
    else:
        scene.scatter([*unlit, *lit], mix(tone, WHITE, 0.4))


def _add_windows(scene: Scene, house: _House, floor: float, lit: _Panes, unlit: _Panes) -> None:
    column_width, pane_share, pane_high = _PANES[scene.pick(len(_PANES))]
    columns = max(2, int(house.width / column_width))
    pitch = (house.width - 1.2) / columns
    lively = scene.between(0.2, 0.5)
    y = house.top + 1.8
    while y < floor - 1:
        for column in range(columns):
            chance = scene.random()
            left = house.x + 0.6 + pitch * (column + 0.22)
            pane = box(left, y, pitch * pane_share, pane_high)
            if chance < lively:
                lit.append((pane, (0.45 + 0.55 * chance / lively) * (0.6 + 0.13 * house.depth)))
            elif chance < 0.85:
                unlit.append((pane, 0.3))
        y += pane_high * 2.05


def _roof(scene: Scene, house: _House) -> list[Outline]:
    x, top, width, depth = house
    kind = scene.pick(9)
    middle = x + width / 2
    left, right = (x, top + 0.2), (x + width, top + 0.2)
    if kind == 0:
        return [box(x + width * 0.2, top - 2.2, width * 0.6, 3)]
    if kind == 1:
        steps = [box(x + width * 0.16, top - 1.6, width * 0.68, 3)]
        steps.append(box(x + width * 0.34, top - 3.6, width * 0.32, 3))
        return [*steps, box(middle - 0.16, top - 8.5, 0.32, 6)]
    if kind == 2:
        return [[left, (x + width, top - width * 0.42), right]]
    if kind == 3 and depth < 3:
        return [[left, (middle, top - width * 0.7), right]]
    if kind == 4:
        return [box(middle - 0.14, top - scene.between(3, 7), 0.28, 8)]
    if kind == 5:
        dome = Pen(x + width * 0.1, top + 0.2).curve(width * 0.4, -width * 0.9, width * 0.8, 0)
        return [dome.points]
    if kind == 6 and depth > 1:
        tank = rounded(x + width * 0.25, top - 2.6, 2.2, 1.9, 0.3)
        legs = [box(x + width * 0.25 + d, top - 1, 0.22, 1.4) for d in (0.2, 1.7)]
        return [tank, *legs]
    return []


def _paint_river(scene: Scene, floor: float, shine: float) -> None:
    palette, depth = scene.palette, scene.high - floor
    scene.wash(Ramp(palette.sea), floor)
    dark = mix(palette.land[1], palette.sea[1], 0.35)
    fade = Fade(start=(floor, 0.62), end=(floor + depth * 0.7, 0.0))
    scene.fill(box(-1, floor, scene.wide + 2, depth), dark, 1.0, fade)
    scene.fill(box(-1, floor - 0.5, scene.wide + 2, 1), dark, 0.9)
    glints: list[tuple[Outline, float]] = []
    for k in range(int(scene.wide / 2.2)):
        t = scene.random()
        y, length = floor + 1.4 + depth * 0.9 * t * t, scene.between(1, 5 + 8 * t)
        x = shine + (scene.random() - 0.5) * 22 if k % 3 == 0 else scene.random() * scene.wide
        glints.append((rounded(x, y, length, 0.35 + 0.4 * t, 0.3), scene.between(0.15, 0.5)))
    scene.scatter(glints, palette.lamp if palette.dim > 0.3 else palette.sun)
    if scene.random() < 0.6:
        _paint_bridge(scene, floor - 3.2)


def _paint_bridge(scene: Scene, deck: float) -> None:
    palette, wide = scene.palette, scene.wide
    tone = mix(palette.land[1], palette.accent, 0.25)
    span = min(60.0, wide * 0.5)
    first = wide * scene.between(0.12, 0.38)
    scene.fill(box(-1, deck, wide + 2, 0.8), tone)
    towers = [first + span * k for k in range(-3, 12)]
    towers = [x for x in towers if -span < x < wide + span]
    bridge: list[tuple[Outline, float]] = []
    for x in towers:
        bridge.append((box(x - 0.7, deck - 13, 1.4, 18.5), 1.0))
        cable = [
            (x + span * t, deck - 12.6 + 11.4 * (1 - (2 * t - 1) ** 2))
            for t in (j / 40 for j in range(41))
        ]
        bridge.append((stroke(cable, 0.36), 1.0))
        bridge += [(box(px - 0.07, py, 0.14, deck - py), 0.8) for px, py in cable[4:-3:4]]
    scene.scatter(bridge, tone)
    if palette.dim > 0.3:
        scene.fill_all([ellipse(x, deck - 13, 0.5) for x in towers], palette.lamp)
