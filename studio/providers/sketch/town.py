"""The city: a skyline in layers with lit windows, sometimes above water."""

from __future__ import annotations

from studio.providers.sketch import air
from studio.providers.sketch.air import WHITE, Scene
from studio.providers.sketch.canvas import Fade, Ramp, SketchCanvas
from studio.providers.sketch.colour import Colour, mix
from studio.providers.sketch.palettes import ScenePalette
from studio.providers.sketch.shapes import Outline, Pen, box, ellipse, rounded, stroke


def city(canvas: SketchCanvas, palette: ScenePalette, scene: Scene) -> None:
    """Towers in three depths in front of a big low sun, windows lit when it is dim."""
    wide, high = canvas.wide, canvas.high
    river = scene.form.random() < 0.35 or scene.choice == "river"
    floor = high * (0.84 if river else 1.0)
    tall = min(floor, 170.0)
    air.sky(canvas, palette, floor)
    air.stars(canvas, scene, floor * 0.7)
    at = (wide * scene.between(0.22, 0.78), floor - tall * scene.between(0.42, 0.56))
    air.sun(canvas, palette, scene, at, scene.between(10, 14))
    air.clouds(canvas, palette, scene, floor * 0.6, 4)
    air.extras(canvas, palette, scene, floor * 0.5)
    near = mix(palette.land[1], palette.land[0], 0.25)
    for k, share in enumerate((0.24, 0.52, 0.84, 1.0)):
        tone = palette.depth(near, share)
        _row(canvas, palette, scene, (k, floor, tall), tone)
        if k < 3:
            haze = mix(palette.sky[3], palette.sky[2], 0.4)
            fade = Fade(start=(floor - tall * 0.34, 0.0), end=(floor, 0.42 - 0.1 * k))
            canvas.fill(box(-1, floor - tall * 0.34, wide + 2, tall * 0.34 + 1), haze, 1.0, fade)
    if river:
        _river(canvas, palette, scene, floor, at[0])
    air.weather(canvas, palette, scene, floor - tall * 0.22)


def _row(
    canvas: SketchCanvas,
    palette: ScenePalette,
    scene: Scene,
    place: tuple[int, float, float],
    tone: Colour,
) -> None:
    depth, floor, tall = place
    reach = (0.44, 0.36, 0.27, 0.14)[depth]
    bodies: list[tuple[Outline, float]] = []
    sides: list[tuple[Outline, float]] = []
    dim_panes: list[tuple[Outline, float]] = []
    panes: list[tuple[Outline, float]] = []
    x = -scene.between(0, 6)
    while x < canvas.wide:
        width = scene.between(4.5, 11.5) * (1 + 0.12 * depth)
        crest = 0.82 + 0.34 * (1 - abs(2 * (x / canvas.wide) - 1))
        rise = tall * (0.12 + scene.between(0.1, 1.0) ** 1.2 * reach * crest)
        top = floor - rise
        bodies.append((box(x, top, width, rise + 2), 1.0))
        bodies += [(part, 1.0) for part in _roof(scene, x, top, width, depth)]
        sides.append((box(x + width * 0.68, top, width * 0.32, rise + 2), 0.16))
        if depth:
            _windows(scene, (x, top, width, floor), panes, dim_panes, depth)
        x += width + max(0.0, scene.between(-0.6, 1.1))
    lit = mix(tone, palette.sky[3], 0.13)
    canvas.scatter(bodies, Ramp((lit, tone), span=(floor - tall * 0.7, floor)))
    canvas.scatter(sides, palette.land[1])
    if palette.dim > 0.3:
        canvas.scatter(dim_panes, mix(tone, palette.sky[2], 0.3))
        canvas.scatter(panes, palette.lamp)
    else:
        canvas.scatter([*dim_panes, *panes], mix(tone, WHITE, 0.4))


def _windows(
    scene: Scene,
    house: tuple[float, float, float, float],
    panes: list[tuple[Outline, float]],
    dim_panes: list[tuple[Outline, float]],
    depth: int,
) -> None:
    left, top, width, floor = house
    style = scene.pick(3)
    columns = max(2, int(width / (1.9 if style else 2.6)))
    pitch = (width - 1.2) / columns
    pane_wide, pane_high = pitch * (0.5 if style else 0.62), (1.35, 0.95, 0.7)[style]
    step = pane_high * 2.05
    lively = scene.between(0.2, 0.5)
    y = top + 1.8
    while y < floor - 1:
        for column in range(columns):
            chance = scene.form.random()
            pane = box(left + 0.6 + pitch * (column + 0.22), y, pane_wide, pane_high)
            if chance < lively:
                panes.append((pane, (0.45 + 0.55 * chance / lively) * (0.6 + 0.13 * depth)))
            elif chance < 0.85:
                dim_panes.append((pane, 0.3))
        y += step


def _roof(scene: Scene, x: float, top: float, width: float, depth: int) -> list[Outline]:
    kind = scene.pick(9)
    middle = x + width / 2
    if kind == 0:
        return [box(x + width * 0.2, top - 2.2, width * 0.6, 3)]
    if kind == 1:
        steps = [box(x + width * 0.16, top - 1.6, width * 0.68, 3)]
        steps.append(box(x + width * 0.34, top - 3.6, width * 0.32, 3))
        return [*steps, box(middle - 0.16, top - 8.5, 0.32, 6)]
    if kind == 2:
        return [[(x, top + 0.2), (x + width, top - width * 0.42), (x + width, top + 0.2)]]
    if kind == 3 and depth < 3:
        return [[(x, top + 0.2), (middle, top - width * 0.7), (x + width, top + 0.2)]]
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


def _river(
    canvas: SketchCanvas, palette: ScenePalette, scene: Scene, floor: float, shine: float
) -> None:
    canvas.wash(Ramp(palette.sea, span=(floor, canvas.high)), floor)
    dark = mix(palette.land[1], palette.sea[1], 0.35)
    fade = Fade(start=(floor, 0.62), end=(floor + (canvas.high - floor) * 0.7, 0.0))
    canvas.fill(box(-1, floor, canvas.wide + 2, canvas.high - floor), dark, 1.0, fade)
    canvas.fill(box(-1, floor - 0.5, canvas.wide + 2, 1), dark, 0.9)
    lights: list[tuple[Outline, float]] = []
    for k in range(int(canvas.wide / 2.2)):
        t = scene.form.random()
        y, length = floor + 1.4 + (canvas.high - floor) * 0.9 * t * t, scene.between(1, 5 + 8 * t)
        near = k % 3 == 0
        x = shine + (scene.form.random() - 0.5) * 22 if near else scene.form.random() * canvas.wide
        lights.append((rounded(x, y, length, 0.35 + 0.4 * t, 0.3), scene.between(0.15, 0.5)))
    tone = palette.lamp if palette.dim > 0.3 else palette.sun
    canvas.scatter(lights, tone)
    if scene.form.random() < 0.6:
        _bridge(canvas, palette, scene, floor)


def _bridge(canvas: SketchCanvas, palette: ScenePalette, scene: Scene, floor: float) -> None:
    deck, tone = floor - 3.2, mix(palette.land[1], palette.accent, 0.25)
    span = min(60.0, canvas.wide * 0.5)
    first = canvas.wide * scene.between(0.12, 0.38)
    canvas.fill(box(-1, deck, canvas.wide + 2, 0.8), tone)
    towers = [
        first + span * k for k in range(-3, 12) if -span < first + span * k < canvas.wide + span
    ]
    parts: list[tuple[Outline, float]] = []
    for x in towers:
        parts.append((box(x - 0.7, deck - 13, 1.4, 18.5), 1.0))
        cable = [
            (x + span * t, deck - 12.6 + 11.4 * (1 - (2 * t - 1) ** 2))
            for t in (j / 40 for j in range(41))
        ]
        parts.append((stroke(cable, lambda _: 0.36), 1.0))
        for px, py in cable[4:-3:4]:
            parts.append((box(px - 0.07, py, 0.14, deck - py), 0.8))
    canvas.scatter(parts, tone)
    if palette.dim > 0.3:
        canvas.scatter([(ellipse(x, deck - 13, 0.5), 1.0) for x in towers], palette.lamp)
