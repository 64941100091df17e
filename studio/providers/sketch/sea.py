"""Motifs by the sea: the lighthouse on its island, and waves cut from paper."""

from __future__ import annotations

import math

from studio.providers.sketch import air
from studio.providers.sketch.air import BLACK, WHITE, Scene
from studio.providers.sketch.canvas import Fade, Ramp, SketchCanvas
from studio.providers.sketch.colour import along, mix
from studio.providers.sketch.palettes import ScenePalette
from studio.providers.sketch.shapes import Outline, Pen, Point, box, ellipse, ridge, rounded


def lighthouse(canvas: SketchCanvas, palette: ScenePalette, scene: Scene) -> None:
    """A lighthouse on a granite island, the sun or moon low over the water."""
    wide, high = canvas.wide, canvas.high
    tall = min(1.0, max(0.0, (high / wide - 1) / 2))
    horizon = high * (scene.between(0.66, 0.73) + 0.05 * tall)
    mirrored = scene.form.random() < 0.45
    lx, sx = scene.between(0.58, 0.68), scene.between(0.2, 0.34)
    lx, sx = (1 - lx, 1 - sx) if mirrored else (lx, sx)
    size = scene.between(0.92, 1.16) * (1 + 0.12 * tall)
    if high / wide > 2.5:
        size *= 1.1
    low_sun = scene.between(0.02, 0.13)
    sun_at = (wide * sx, horizon - min(high, 130) * low_sun - 2)

    air.sky(canvas, palette, horizon)
    air.stars(canvas, scene, horizon)
    air.sun(canvas, palette, scene, sun_at, scene.between(6.2, 8.4))
    air.clouds(canvas, palette, scene, horizon, 5 + int(3 * tall))
    _coast(canvas, palette, scene, horizon)
    water(canvas, palette, scene, horizon, sun_at[0])
    air.extras(canvas, palette, scene, horizon)
    if "boat" in scene.extras:
        air.boat(canvas, palette, (wide * (1 - lx * 0.9), horizon + (high - horizon) * 0.3), 1.1)
    _Tower(canvas, palette, scene, (wide * lx, horizon + min(high * 0.05, 7)), size).paint(
        beam_left=not mirrored
    )
    air.weather(canvas, palette, scene, horizon)


def _coast(canvas: SketchCanvas, palette: ScenePalette, scene: Scene, horizon: float) -> None:
    # Far hills on one side and a flatter shore on the other: depth without detail.
    reach = canvas.wide * scene.between(0.46, 0.62)
    hills = [p for p in ridge(scene.form, reach, horizon, 4.8, 6) if p[0] <= reach]
    far = mix(palette.far, palette.sky[3], 0.18)
    canvas.fill([*hills, (reach + 5, horizon + 0.4), (-4, horizon + 0.4)], far)
    start = canvas.wide * scene.between(0.74, 0.84)
    shore = Pen(start, horizon).curve(canvas.wide * 0.08, -4.4, canvas.wide - start + 4, -3.2)
    canvas.fill([*shore.points, (canvas.wide + 4, horizon + 0.4)], far, 0.85)


def water(
    canvas: SketchCanvas, palette: ScenePalette, scene: Scene, horizon: float, shine_x: float
) -> None:
    """Still water from the horizon down, with the light of the sun broken on it."""
    depth = canvas.high - horizon
    canvas.wash(Ramp(palette.sea, span=(horizon, canvas.high)), horizon)
    canvas.glow(shine_x, horizon, 30, palette.sun, 0.3, depth * 0.9)
    near: list[tuple[Outline, float]] = []
    wide: list[tuple[Outline, float]] = []
    for k in range(34 + int(canvas.wide / 12)):
        t = scene.form.random()
        y = horizon + 0.8 + depth * t * t
        length = (3 + scene.form.random() * 13) * (0.5 + t)
        thick = min(1.1, 0.28 + 0.75 * t)
        if k < 15:
            x = shine_x - length / 2 + (scene.form.random() - 0.5) * (5 + t * 22)
            near.append((rounded(x, y, length, thick, thick / 2), scene.between(0.25, 0.62)))
        else:
            x = scene.form.random() * (canvas.wide + 10) - 10
            wide.append((rounded(x, y, length, thick, thick / 2), scene.between(0.1, 0.3)))
    canvas.scatter(wide, palette.sky[3])
    canvas.scatter(near, palette.sun)


class _Tower:
    """The island with everything that stands on it."""

    def __init__(
        self, canvas: SketchCanvas, palette: ScenePalette, scene: Scene, at: Point, size: float
    ) -> None:
        self._canvas = canvas
        self._palette = palette
        self._scene = scene
        self._x, self._y = at
        self._s = size
        self._foot = self._y - 6.4 * size
        self._height = scene.between(27, 33) * size
        self._top = self._foot - self._height
        self._half = (3.6 * size, 2.3 * size)

    def paint(self, *, beam_left: bool) -> None:
        """The whole island; the beam goes to the open side."""
        lit = self._scene.light not in ("noon", "mono", "dawn", "mist", "autumn", "shore")
        self._island()
        self._house()
        if lit or self._scene.weather:
            self._beam(to_left=beam_left)
        self._shaft()
        self._lamp(lit=lit)

    def _island(self) -> None:
        x, y, s, p = self._x, self._y, self._s, self._palette
        jitter = [self._scene.between(-0.8, 0.8) for _ in range(10)]
        moves = [
            (5, -4), (6, -1), (5, -5.5), (7, -2.2), (9, 0.3),
            (6, 3), (6, 1), (5, 4), (9, 4.4),
        ]  # fmt: skip
        pen = Pen(x - 30 * s, y + 6 * s, s)
        for k, (dx, dy) in enumerate(moves):
            level = jitter[k + 1] - jitter[k] if 0 < k < len(moves) - 1 and k not in (3, 4) else 0
            pen.line((dx, dy + level))
        end_x, end_y = pen.points[-1]
        pen.curve((x - end_x) / s, 6.4, (x - 30 * s - end_x) / s, (y + 6 * s - end_y) / s)
        shadow = ellipse(x - s, y + 7.2 * s, 33 * s, 2.1 * s)
        self._canvas.fill(shadow, p.land[1], 0.28)
        self._canvas.fill(pen.points, Ramp(p.land))
        facet = mix(p.far, p.land[0], 0.25)
        left = Pen(x - 12 * s, y - 2 * s, s).line((6, -3.6), (5, 1), (-4, 5), (-9, 4))
        right = Pen(x + 7 * s, y - 3.6 * s, s).line((4.6, 1.6), (-1.4, 4.6), (-7, 2))
        small = Pen(x - 22 * s, y + 2.2 * s, s).line((5, -1.4), (3.4, 1.4), (-5, 2.8))
        faces = [(left.points, 0.34), (right.points, 0.28), (small.points, 0.2)]
        self._canvas.scatter(faces, facet)
        foam = mix(p.sky[3], WHITE, 0.3)
        line = Pen(x - 31 * s, y + 6 * s, s).curve(30, 7.4, 60, 0).curve(-30, 6.2, -60, 0)
        self._canvas.fill(line.points, foam, 0.42)
        if self._scene.weather == "snow":
            self._cap()

    def _cap(self) -> None:
        x, y, s = self._x, self._y, self._s
        cap = Pen(x - 14 * s, y - 4.4 * s, s).line((7, -2.4), (9, 0.3), (6, 3), (6, 1))
        cap.curve(-8, 2.6, -14, 0.4).curve(-7, -1.6, -14, -2.3)
        self._canvas.fill(cap.points, mix(self._palette.sky[3], WHITE, 0.65))

    def _house(self) -> None:
        x, s, p = self._x, self._s, self._palette
        side = -1 if self._scene.form.random() < 0.7 else 1
        left = x - self._half[0] - 5.2 * s if side < 0 else x + self._half[0] - 0.2 * s
        wall = Pen(left, self._foot + 0.6 * s, s)
        wall.line((0, -5), (2.7, -2), (2.7, 2), (0, 5))
        roof = Pen(left - 0.6 * s, self._foot - 4.2 * s, s).line((3.3, -2.7), (3.3, 2.7))
        self._canvas.fill(wall.points, Ramp((p.pale[1], mix(p.pale[1], p.land[0], 0.3))))
        self._canvas.fill(roof.points, p.accent)
        window = p.lamp if self._palette.dim > 0.3 else mix(p.land[0], p.sky[1], 0.3)
        self._canvas.fill(box(left + 2 * s, self._foot - 3 * s, 1.3 * s, 1.6 * s), window, 0.9)

    def _shaft(self) -> None:
        x, s, p = self._x, self._s, self._palette
        foot, height, (wide, slim) = self._foot, self._height, self._half

        def half(share: float) -> float:
            return wide + (slim - wide) * share

        def band(a: float, b: float) -> Outline:
            return [
                (x - half(a), foot - height * a), (x - half(b), foot - height * b),
                (x + half(b), foot - height * b), (x + half(a), foot - height * a),
            ]  # fmt: skip

        self._canvas.fill(band(-0.02, 1), p.pale[0])
        style = self._scene.pick(4)
        bands = {
            0: ((0.16, 0.34), (0.56, 0.74)),
            1: ((0.1, 0.24), (0.4, 0.54), (0.7, 0.84)),
            2: ((0.3, 0.62),),
            3: ((0.2, 0.38), (0.6, 0.78)),
        }[style]
        for a, b in bands:
            self._canvas.fill(band(a, b), p.accent)
        low = foot + height * 0.02
        shade = [(x + 0.5 * s, low), (x + 0.4 * s, foot - height)]
        shade += [(x + slim, foot - height), (x + half(-0.02), low)]
        self._canvas.fill(shade, p.land[1], 0.3)
        for share in (0.47, 0.88):
            window = rounded(x - 0.55 * s, foot - height * share, 0.9 * s, 1.7 * s, 0.4 * s)
            self._canvas.fill(window, mix(p.land[1], p.accent, 0.2), 0.75)
        door = rounded(x - 0.9 * s, foot - 2.9 * s, 1.6 * s, 3.4 * s, 0.8 * s)
        self._canvas.fill(door, mix(p.land[1], p.accent, 0.25), 0.85)

    def _beam(self, *, to_left: bool) -> None:
        x, y, s, p = self._x, self._top - 2.8 * self._s, self._s, self._palette
        reach = max(70.0, min(self._canvas.wide, 190.0))
        way = -1 if to_left else 1
        strength = 0.62 if self._scene.weather in ("fog", "storm") else 0.55
        strength = strength if p.dim > 0.6 or self._scene.weather else 0.3
        for spread, share in ((1.0, 0.6), (0.55, 0.7)):
            cone = [(x, y - 0.5), (x + way * reach, y - 13 * s * spread * reach / 100)]
            cone += [(x + way * reach, y + 9 * s * spread * reach / 100), (x, y + 0.5)]
            fade = Fade(start=(x, strength * share), end=(x + way * reach, 0.0), across=True)
            self._canvas.fill(cone, p.lamp, 1.0, fade)

    def _lamp(self, *, lit: bool) -> None:
        x, top, s, p = self._x, self._top, self._s, self._palette
        slim, dark = self._half[1], p.land[1]
        strength = 0.85 if lit else 0.28
        self._canvas.glow(x, top - 2.8 * s, 17 * s, p.lamp, strength * 0.75)
        self._canvas.fill(box(x - slim - s, top - 0.9 * s, 2 * slim + 2 * s, 1.2 * s), dark)
        glass = box(x - slim * 0.72, top - 4.4 * s, 1.44 * slim, 3.6 * s)
        self._canvas.fill(glass, p.lamp if lit else mix(p.lamp, p.pale[0], 0.35))
        for offset in (-0.72, -0.25, 0.25, 0.72):
            bar = box(x + slim * offset - 0.12 * s, top - 4.4 * s, 0.24 * s, 3.6 * s)
            self._canvas.fill(bar, dark, 0.75)
        dome = Pen(x - slim * 1.05, top - 4.3 * s)
        dome.curve(slim * 0.25, -2.4 * s, slim * 1.05, -2.7 * s)
        dome.curve(slim * 0.8, 0.3 * s, slim * 1.05, 2.7 * s)
        self._canvas.fill(dome.points, p.accent)
        self._canvas.fill(box(x - 0.22 * s, top - 8.6 * s, 0.44 * s, 1.9 * s), p.accent)
        self._canvas.fill(ellipse(x, top - 8.7 * s, 0.45 * s), p.accent)
        if lit:
            self._canvas.glow(x, top - 2.6 * s, 4.2 * s, WHITE, 0.9)
            self._canvas.fill(ellipse(x, top - 2.6 * s, 1.0 * s), WHITE, 0.9)


def waves(canvas: SketchCanvas, palette: ScenePalette, scene: Scene) -> None:
    """Rows of waves like cut paper, one behind the other, under a big sun."""
    wide, high = canvas.wide, canvas.high
    start = high * scene.between(0.3, 0.42)
    pale = mix(palette.sky[3], palette.sky[2], 0.3)
    canvas.wash(Ramp((mix(palette.sky[1], palette.sky[2], 0.45), pale), span=(0, high * 0.6)))
    air.stars(canvas, scene, start)
    side = scene.between(0.2, 0.8)
    radius = scene.between(9, 13)
    red = scene.light in ("noon", "mist", "dawn") and "sun" not in scene.extras
    disc = mix(palette.sun, palette.accent, 0.78) if red else palette.sun
    at = (wide * side, start - radius * scene.between(0.2, 1.1))
    canvas.glow(*at, radius * 3.4, disc, 0.3)
    canvas.fill(ellipse(*at, radius), disc)
    air.clouds(canvas, palette, scene, start, 3)
    air.extras(canvas, palette, scene, start)

    kind = scene.pick(3)
    rows = 9 + scene.pick(3) + int(max(0.0, high - 180) / 28)
    pitch = scene.between(16, 24)
    stops = [mix(palette.sky[3], palette.sea[0], 0.5), palette.sea[0]]
    stops += [mix(palette.sea[0], palette.sea[1], 0.62), palette.sea[1]]
    stops.append(mix(palette.sea[1], palette.land[1], 0.55))
    boat_row = 2 + scene.pick(2)
    for k in range(rows):
        share = k / (rows - 1)
        y = start + (high - start) * share**1.12 * 0.94
        length = pitch * (0.62 + 0.75 * share)
        lift = (1.7 + 2.4 * share) * (0.8 if kind == 1 else 1.0)
        edge = _crests(kind, wide, y, lift, length, scene.form.random() * length)
        if "boat" in scene.extras and k == boat_row:
            air.boat(canvas, palette, (wide * (1 - side * 0.8), y - lift * 0.2), 1.25)
        shade = [(px, py - 0.9 - 0.7 * share) for px, py in edge]
        deep = y + (high - start) / rows * 1.6
        canvas.fill([*shade, (wide + 9, deep), (-9, deep)], BLACK, 0.13)
        tone = along(stops, share)
        canvas.ground(edge, Ramp((mix(tone, WHITE, 0.14), tone, tone), span=(y - lift, y + 16)))
    air.weather(canvas, palette, scene, start)


def _crests(kind: int, wide: float, y: float, lift: float, length: float, shift: float) -> Outline:
    points: Outline = []
    steps = int((wide + 2 * length) / length * 20)
    for k in range(steps + 1):
        x = -length + (wide + 2 * length) * k / steps
        turn = (x + shift) / length % 1
        if kind == 0:  # rolling
            up = math.sin(turn * math.tau)
        elif kind == 1:  # scallops
            up = 1.9 * math.sqrt(max(0.0, 1 - (2 * turn - 1) ** 2)) - 1
        else:  # leaning crests
            up = math.sin(math.tau * (turn + 0.11 * math.sin(turn * math.tau)))
        points.append((x, y - up * lift))
    return points
