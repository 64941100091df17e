"""The sea: a lighthouse on its island, and waves cut from paper."""

from __future__ import annotations

import math

from studio.providers.sketch import sky
from studio.providers.sketch.canvas import Fade, Ramp
from studio.providers.sketch.colour import BLACK, WHITE, along, mix
from studio.providers.sketch.scene import Scene
from studio.providers.sketch.shapes import (
    Outline,
    Pen,
    Point,
    box,
    ellipse,
    moved,
    placed,
    ridge,
    rounded,
    stroke,
)

# Moves along the upper edge of the island, and the indexes of moves that no seed changes.
_COAST = ((5, -4), (6, -1), (5, -5.5), (7, -2.2), (9, 0.3), (6, 3), (6, 1), (5, 4), (9, 4.4))
_STEADY = (0, 3, 4, 8)
# Stripes of the tower, as shares of its height.
_STRIPES = (
    ((0.16, 0.34), (0.56, 0.74)),
    ((0.1, 0.24), (0.4, 0.54), (0.7, 0.84)),
    ((0.3, 0.62),),
    ((0.2, 0.38), (0.6, 0.78)),
)
_HULL = ((-3.4, -1.1), (3.8, -1.2), (2.6, 0.25), (-2.5, 0.25))


def paint_lighthouse(scene: Scene) -> None:
    """Paint a lighthouse on a granite island, the sun or moon low over the water."""
    wide, high = scene.wide, scene.high
    tall = min(1.0, max(0.0, (high / wide - 1) / 2))
    horizon = high * (scene.between(0.66, 0.73) + 0.05 * tall)
    mirrored = scene.random() < 0.45
    tower_x, sun_x = scene.between(0.58, 0.68), scene.between(0.2, 0.34)
    if mirrored:
        tower_x, sun_x = 1 - tower_x, 1 - sun_x
    size = scene.between(0.92, 1.16) * (1 + 0.12 * tall)
    if high / wide > 2.5:
        size *= 1.1
    sun = (wide * sun_x, horizon - min(high, 130) * scene.between(0.02, 0.13) - 2)

    sky.paint_sky(scene, horizon, stars=horizon)
    sky.paint_sun(scene, sun, scene.between(6.2, 8.4))
    sky.paint_clouds(scene, horizon, 5 + int(3 * tall))
    _paint_coast(scene, horizon)
    _paint_water(scene, horizon, sun[0])
    sky.paint_extras(scene, horizon)
    if "boat" in scene.recipe.extras:
        _paint_boat(scene, (wide * (1 - tower_x * 0.9), horizon + (high - horizon) * 0.3), 1.1)
    island = _Island(scene, (wide * tower_x, horizon + min(high * 0.05, 7)), size)
    island.paint(way=1 if mirrored else -1)
    sky.paint_weather(scene, horizon)


def _paint_coast(scene: Scene, horizon: float) -> None:
    # Far hills on one side and a flatter shore on the other: depth without detail.
    reach = scene.wide * scene.between(0.46, 0.62)
    hills = [p for p in ridge(scene.form, reach, horizon, 4.8) if p[0] <= reach]
    far = mix(scene.palette.far, scene.palette.sky[3], 0.18)
    scene.fill([*hills, (reach + 5, horizon + 0.4), (-4, horizon + 0.4)], far)
    start = scene.wide * scene.between(0.74, 0.84)
    shore = Pen(start, horizon).curve(scene.wide * 0.08, -4.4, scene.wide - start + 4, -3.2)
    scene.fill([*shore.points, (scene.wide + 4, horizon + 0.4)], far, 0.85)


def _paint_water(scene: Scene, horizon: float, shine_x: float) -> None:
    # Still water, with the reflection of the sun broken on it.
    depth = scene.high - horizon
    scene.wash(Ramp(scene.palette.sea), horizon)
    scene.glow(shine_x, horizon, 30, scene.palette.sun, 0.3, depth * 0.9)
    near: list[tuple[Outline, float]] = []
    wide: list[tuple[Outline, float]] = []
    for k in range(34 + int(scene.wide / 12)):
        t = scene.random()
        y = horizon + 0.8 + depth * t * t
        length = (3 + scene.random() * 13) * (0.5 + t)
        thick = min(1.1, 0.28 + 0.75 * t)
        if k < 15:
            x = shine_x - length / 2 + (scene.random() - 0.5) * (5 + t * 22)
            near.append((rounded(x, y, length, thick, thick / 2), scene.between(0.25, 0.62)))
        else:
            x = scene.random() * (scene.wide + 10) - 10
            wide.append((rounded(x, y, length, thick, thick / 2), scene.between(0.1, 0.3)))
    scene.scatter(wide, scene.palette.sky[3])
    scene.scatter(near, scene.palette.sun)


def _paint_boat(scene: Scene, at: Point, size: float) -> None:
    x, y = at
    palette = scene.palette
    main = Pen(x + 0.15 * size, y - 9.4 * size, size).curve(3.2, 4.4, 3.1, 7.8).points
    jib = Pen(x - 0.25 * size, y - 8.4 * size, size).curve(-1.2, 4.2, -2.7, 6.8).points
    foot = y - 1.6 * size
    scene.fill([*main, (x + 0.15 * size, foot)], palette.pale[0])
    scene.fill([*jib, (x - 0.25 * size, foot)], mix(palette.pale[1], palette.accent, 0.3))
    scene.fill(stroke([(x, y - 9.8 * size), (x, y - 1 * size)], 0.22), palette.land[1])
    scene.fill(placed(_HULL, x, y, size, size), palette.accent)
    scene.fill(ellipse(x, y + 0.9 * size, 3.6 * size, 0.5 * size), palette.land[1], 0.28)


class _Island:
    """The island with its lighthouse; `at` is on the water line below the tower."""

    def __init__(self, scene: Scene, at: Point, size: float) -> None:
        self._scene = scene
        self._palette = scene.palette
        self._x, self._y = at
        self._s = size
        self._foot = self._y - 6.4 * size
        self._height = scene.between(27, 33) * size
        self._top = self._foot - self._height
        self._wide, self._slim = 3.6 * size, 2.3 * size

    def paint(self, *, way: int) -> None:
        """Paint the lighthouse; the beam points right if `way` is 1, left if it is -1."""
        light, weather = self._scene.recipe.light, self._scene.recipe.weather
        lit = light not in ("noon", "mono", "dawn", "mist", "autumn", "shore")
        self._paint_rock()
        self._paint_house()
        if lit or weather:
            self._paint_beam(way)
        self._paint_tower()
        self._paint_lamp(lit=lit)

    def _pen(self, dx: float, dy: float) -> Pen:
        return Pen(self._x + dx * self._s, self._y + dy * self._s, self._s)

    def _paint_rock(self) -> None:
        scene, palette = self._scene, self._palette
        jitter = [scene.between(-0.8, 0.8) for _ in range(10)]
        rock = self._pen(-30, 6)
        for k, (dx, dy) in enumerate(_COAST):
            rock.line((dx, dy if k in _STEADY else dy + jitter[k + 1] - jitter[k]))
        (x, y), (end_x, end_y) = rock.points[0], rock.points[-1]
        rock.curve((self._x - end_x) / self._s, 6.4, (x - end_x) / self._s, (y - end_y) / self._s)
        shadow = ellipse(self._x - self._s, self._y + 7.2 * self._s, 33 * self._s, 2.1 * self._s)
        scene.fill(shadow, palette.land[1], 0.28)
        scene.fill(rock.points, Ramp(palette.land))
        facets = [
            (self._pen(-12, -2).line((6, -3.6), (5, 1), (-4, 5), (-9, 4)).points, 0.34),
            (self._pen(7, -3.6).line((4.6, 1.6), (-1.4, 4.6), (-7, 2)).points, 0.28),
            (self._pen(-22, 2.2).line((5, -1.4), (3.4, 1.4), (-5, 2.8)).points, 0.2),
        ]
        scene.scatter(facets, mix(palette.far, palette.land[0], 0.25))
        foam = self._pen(-31, 6).curve(30, 7.4, 60, 0).curve(-30, 6.2, -60, 0)
        scene.fill(foam.points, mix(palette.sky[3], WHITE, 0.3), 0.42)
        if scene.recipe.weather == "snow":
            cap = self._pen(-14, -4.4).line((7, -2.4), (9, 0.3), (6, 3), (6, 1))
            cap.curve(-8, 2.6, -14, 0.4).curve(-7, -1.6, -14, -2.3)
            scene.fill(cap.points, mix(palette.sky[3], WHITE, 0.65))

    def _paint_house(self) -> None:
        scene, palette, s = self._scene, self._palette, self._s
        on_left = scene.random() < 0.7
        left = self._x + (-self._wide - 5.2 * s if on_left else self._wide - 0.2 * s)
        wall = Pen(left, self._foot + 0.6 * s, s).line((0, -5), (2.7, -2), (2.7, 2), (0, 5))
        roof = Pen(left - 0.6 * s, self._foot - 4.2 * s, s).line((3.3, -2.7), (3.3, 2.7))
        scene.fill(wall.points, Ramp((palette.pale[1], mix(palette.pale[1], palette.land[0], 0.3))))
        scene.fill(roof.points, palette.accent)
        dark = mix(palette.land[0], palette.sky[1], 0.3)
        window = box(left + 2 * s, self._foot - 3 * s, 1.3 * s, 1.6 * s)
        scene.fill(window, palette.lamp if palette.dim > 0.3 else dark, 0.9)

    def _half(self, share: float) -> float:
        return self._wide + (self._slim - self._wide) * share

    def _band(self, low: float, high: float) -> Outline:
        """Outline of the tower between two shares of its height."""
        edges = [(low, -1), (high, -1), (high, 1), (low, 1)]
        return [
            (self._x + side * self._half(share), self._foot - self._height * share)
            for share, side in edges
        ]

    def _paint_tower(self) -> None:
        scene, palette, x, s = self._scene, self._palette, self._x, self._s
        scene.fill(self._band(-0.02, 1), palette.pale[0])
        for low, high in _STRIPES[scene.pick(len(_STRIPES))]:
            scene.fill(self._band(low, high), palette.accent)
        _, _, top_right, low_right = self._band(-0.02, 1)
        shade = [(x + 0.5 * s, low_right[1]), (x + 0.4 * s, self._top), top_right, low_right]
        scene.fill(shade, palette.land[1], 0.3)
        for share in (0.47, 0.88):
            y = self._foot - self._height * share
            window = rounded(x - 0.55 * s, y, 0.9 * s, 1.7 * s, 0.4 * s)
            scene.fill(window, mix(palette.land[1], palette.accent, 0.2), 0.75)
        door = rounded(x - 0.9 * s, self._foot - 2.9 * s, 1.6 * s, 3.4 * s, 0.8 * s)
        scene.fill(door, mix(palette.land[1], palette.accent, 0.25), 0.85)

    def _paint_beam(self, way: int) -> None:
        scene, s = self._scene, self._s
        x, y = self._x, self._top - 2.8 * s
        reach = max(70.0, min(scene.wide, 190.0))
        weather = scene.recipe.weather
        strength = 0.55 if weather or self._palette.dim > 0.6 else 0.3
        if weather in ("fog", "storm"):
            strength = 0.62
        end = x + way * reach
        for spread, share in ((1.0, 0.6), (0.55, 0.7)):
            tall = s * spread * reach / 100
            cone = [(x, y - 0.5), (end, y - 13 * tall), (end, y + 9 * tall), (x, y + 0.5)]
            fade = Fade(start=(x, strength * share), end=(end, 0.0), across=True)
            scene.fill(cone, self._palette.lamp, 1.0, fade)

    def _paint_lamp(self, *, lit: bool) -> None:
        scene, palette = self._scene, self._palette
        x, top, s, slim = self._x, self._top, self._s, self._slim
        dark, accent = palette.land[1], palette.accent
        scene.glow(x, top - 2.8 * s, 17 * s, palette.lamp, 0.6375 if lit else 0.21)
        scene.fill(box(x - slim - s, top - 0.9 * s, 2 * slim + 2 * s, 1.2 * s), dark)
        glass = box(x - slim * 0.72, top - 4.4 * s, 1.44 * slim, 3.6 * s)
        scene.fill(glass, palette.lamp if lit else mix(palette.lamp, palette.pale[0], 0.35))
        for offset in (-0.72, -0.25, 0.25, 0.72):
            bar = box(x + slim * offset - 0.12 * s, top - 4.4 * s, 0.24 * s, 3.6 * s)
            scene.fill(bar, dark, 0.75)
        dome = Pen(x - slim * 1.05, top - 4.3 * s)
        dome.curve(slim * 0.25, -2.4 * s, slim * 1.05, -2.7 * s)
        dome.curve(slim * 0.8, 0.3 * s, slim * 1.05, 2.7 * s)
        scene.fill(dome.points, accent)
        scene.fill(box(x - 0.22 * s, top - 8.6 * s, 0.44 * s, 1.9 * s), accent)
        scene.fill(ellipse(x, top - 8.7 * s, 0.45 * s), accent)
        if lit:
            scene.glow(x, top - 2.6 * s, 4.2 * s, WHITE, 0.9)
            scene.fill(ellipse(x, top - 2.6 * s, 1.0 * s), WHITE, 0.9)


def paint_waves(scene: Scene) -> None:
    """Paint rows of waves like cut paper, one behind the other, under a big sun."""
    wide, high, palette = scene.wide, scene.high, scene.palette
    start = high * scene.between(0.3, 0.42)
    pale = mix(palette.sky[3], palette.sky[2], 0.3)
    scene.wash(Ramp((mix(palette.sky[1], palette.sky[2], 0.45), pale), span=(0, high * 0.6)))
    sky.paint_stars(scene, start)
    side = scene.between(0.2, 0.8)
    radius = scene.between(9, 13)
    red = scene.recipe.light in ("noon", "mist", "dawn")
    disc = mix(palette.sun, palette.accent, 0.78) if red else palette.sun
    x, y = wide * side, start - radius * scene.between(0.2, 1.1)
    scene.glow(x, y, radius * 3.4, disc, 0.3)
    scene.fill(ellipse(x, y, radius), disc)
    sky.paint_clouds(scene, start, 3)
    sky.paint_extras(scene, start)

    kind = scene.pick(3)
    rows = 9 + scene.pick(3) + int(max(0.0, high - 180) / 28)
    pitch = scene.between(16, 24)
    light, deep = palette.sea
    stops = [mix(palette.sky[3], light, 0.5), light, mix(light, deep, 0.62), deep]
    stops.append(mix(deep, palette.land[1], 0.55))
    boat_row = 2 + scene.pick(2)
    for k in range(rows):
        share = k / (rows - 1)
        y = start + (high - start) * share**1.12 * 0.94
        length = pitch * (0.62 + 0.75 * share)
        lift = (1.7 + 2.4 * share) * (0.8 if kind == 1 else 1.0)
        edge = _crests(kind, scene.random() * length, wide, length)
        edge = placed(edge, 0, y, 1, -lift)
        if "boat" in scene.recipe.extras and k == boat_row:
            _paint_boat(scene, (wide * (1 - side * 0.8), y - lift * 0.2), 1.25)
        low = y + (high - start) / rows * 1.6
        shade = moved(edge, 0, -0.9 - 0.7 * share)
        scene.fill([*shade, (wide + 9, low), (-9, low)], BLACK, 0.13)
        tone = along(stops, share)
        scene.ground(edge, Ramp((mix(tone, WHITE, 0.14), tone, tone), span=(y - lift, y + 16)))
    sky.paint_weather(scene, start)


def _crests(kind: int, shift: float, wide: float, length: float) -> Outline:
    """Upper edge of a row of waves, from -1 to 1: rolling, scalloped or with leaning crests."""
    points: Outline = []
    steps = int((wide + 2 * length) / length * 20)
    for k in range(steps + 1):
        x = -length + (wide + 2 * length) * k / steps
        turn = (x + shift) / length % 1
        if kind == 0:
            up = math.sin(turn * math.tau)
        elif kind == 1:
            up = 1.9 * math.sqrt(max(0.0, 1 - (2 * turn - 1) ** 2)) - 1
        else:
            up = math.sin(math.tau * (turn + 0.11 * math.sin(turn * math.tau)))
        points.append((x, up))
    return points
