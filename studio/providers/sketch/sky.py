"""Parts of every outdoor motif: sky, sun and moon, stars, clouds, birds, balloon, weather."""

from __future__ import annotations

from random import Random

from studio.providers.sketch.canvas import Fade, Ramp
from studio.providers.sketch.colour import BLACK, WHITE, luminance, mix
from studio.providers.sketch.scene import Scene
from studio.providers.sketch.shapes import Outline, Pen, Point, box, ellipse, placed, stroke

# Lunar maria: position and size as shares of the disc.
_LUNAR_SEAS = ((-0.3, -0.2, 0.26), (0.22, 0.28, 0.19), (0.32, -0.32, 0.12))
# From far to near: smallest and largest flake, count per 100 x 100 units, opacity.
_FLAKES = ((0.14, 0.3, 150, 0.6), (0.3, 0.55, 90, 0.8), (0.6, 1, 16, 0.9))
_BASKET = ((-1, 1.75), (1, 1.75), (0.8, 2.05), (-0.8, 2.05))


def paint_sky(scene: Scene, bottom: float, *, stars: float) -> None:
    """Paint the sky down to `bottom`, with stars above `stars` when it is dark enough."""
    scene.wash(Ramp(scene.palette.sky), 0, bottom)
    paint_stars(scene, stars)


def paint_stars(scene: Scene, bottom: float) -> None:
    """Paint stars above `bottom` if it is dark enough or the prompt names them."""
    noise = scene.noise()
    light, asked = scene.recipe.light, "stars" in scene.recipe.extras
    visible = light in ("night", "blue", "violet") and scene.recipe.weather not in ("fog", "storm")
    if not (visible or asked):
        return
    density = {"night": 0.0062, "blue": 0.0022}.get(light, 0.003)
    small: list[tuple[Outline, float]] = []
    for _ in range(min(420, int(scene.wide * bottom * density))):
        x, y = noise.random() * scene.wide, noise.random() ** 1.25 * bottom * 0.92
        size = 0.16 + noise.random() ** 3 * 0.34
        small.append((ellipse(x, y, size), (0.25 + noise.random() * 0.65) * (1 - y / bottom * 0.5)))
        if size > 0.42:
            scene.glow(x, y, size * 5, WHITE, 0.3)
    scene.scatter(small, WHITE)


def paint_sun(scene: Scene, at: Point, radius: float) -> None:
    """Paint the sun, or the moon at night, with its halo."""
    x, y = at
    palette, light = scene.palette, scene.recipe.light
    if light == "mono":
        radius *= 1.35
    else:
        scene.glow(x, y, radius * 5.2, palette.sun, 0.42)
        scene.glow(x, y, radius * 2.3, palette.sun, 0.45)
    opacity = 0.5 if scene.recipe.weather in ("fog", "storm") else 0.97
    scene.fill(ellipse(x, y, radius), palette.sun, opacity)
    if light == "night":
        shade = mix(palette.sun, palette.sky[1], 0.22)
        for dx, dy, size in _LUNAR_SEAS:
            spot = ellipse(x + dx * radius, y + dy * radius, size * radius)
            scene.fill(spot, shade, 0.5 * opacity)


def paint_clouds(scene: Scene, bottom: float, count: int) -> None:
    """Paint thin drifting clouds, lit from the horizon."""
    sky = scene.palette.sky
    opacity = 0.5 if scene.recipe.light == "mono" else 0.34
    for k in range(count):
        y = bottom * (0.13 + 0.7 * k / count + scene.random() * 0.08)
        width = min(110.0, scene.wide * scene.between(0.22, 0.52))
        x = scene.random() * (scene.wide + width * 0.4) - width * 0.5
        tone = sky[min(3, 1 + k // 2)]
        if luminance(tone) < luminance(sky[2]):
            tone = mix(tone, sky[2], 0.5)
        lens = Pen(x, y).curve(width * 0.25, -3.12, width * 0.5, -0.96)
        lens.curve(width * 0.2, -1.8, width * 0.5, 0.6)
        lens.curve(-width * 0.3, 2.4, -width, 0.36)
        scene.fill(lens.points, mix(tone, WHITE, 0.12), opacity)


def paint_cumulus(scene: Scene, bottom: float) -> None:
    """Paint three round clouds with flat bases, on clear days only."""
    noise = scene.noise()
    if scene.recipe.light not in ("noon", "mist", "shore") or scene.recipe.weather:
        return
    tone = mix(scene.palette.sky[3], WHITE, 0.55)
    for _ in range(3):
        size = 3.4 + noise.random() * 3.6
        x, y = noise.random() * scene.wide, (0.14 + noise.random() * 0.48) * bottom
        fade = Fade(start=(y - size * 1.2, 0.85), end=(y, 0.35))
        for k in range(5):
            puff = size * (0.42 + 0.5 * (1 - abs(k - 2.5 + noise.random()) / 3))
            round_puff = ellipse(x + (k - 2) * size * 0.72, y - puff * 0.35, puff)
            scene.fill([(px, min(py, y)) for px, py in round_puff], tone, 1.0, fade)


def paint_weather(scene: Scene, horizon: float) -> None:
    """Paint fog, snow or rain in front of everything."""
    noise = scene.noise()
    if scene.recipe.weather == "fog":
        _paint_fog(scene, noise, horizon)
    elif scene.recipe.weather == "snow":
        _paint_snow(scene, noise)
    elif scene.recipe.weather == "storm":
        _paint_rain(scene, noise)


def _paint_fog(scene: Scene, noise: Random, horizon: float) -> None:
    tone = mix(scene.palette.sky[3], scene.palette.sun, 0.25)
    for k in range(7):
        x = scene.wide * (noise.random() * 1.2 - 0.1)
        y = horizon + (noise.random() - 0.55) * 34
        scene.glow(x, y, min(scene.wide, 160) * (0.35 + noise.random() * 0.4), tone, 0.5, 5 + k)
    fade = Fade(start=(horizon - 16, 0.0), end=(horizon + 10, 0.55))
    scene.fill(box(-1, -1, scene.wide + 2, scene.high + 2), tone, 0.5, fade)


def _paint_snow(scene: Scene, noise: Random) -> None:
    area = scene.wide * scene.high / 10_000
    for low, high, count, opacity in _FLAKES:
        flakes: list[tuple[Outline, float]] = []
        for _ in range(min(900, int(count * area))):
            x, y = noise.random() * scene.wide, noise.random() * scene.high
            flake = ellipse(x, y, low + noise.random() * (high - low))
            flakes.append((flake, opacity * (0.55 + noise.random() * 0.45)))
        scene.scatter(flakes, WHITE)


def _paint_rain(scene: Scene, noise: Random) -> None:
    area = scene.wide * scene.high / 10_000
    drops: list[tuple[Outline, float]] = []
    for _ in range(min(800, int(130 * area))):
        x, y = noise.random() * scene.wide * 1.1, noise.random() * scene.high * 1.05 - 4
        length, thick = 3.5 + noise.random() * 5, 0.1 + noise.random() * 0.13
        low, slant = y + length, x - length * 0.3
        drop = [(x, y), (x + thick, y), (slant + thick, low), (slant, low)]
        drops.append((drop, 0.2 + noise.random() * 0.3))
    scene.scatter(drops, mix(scene.palette.sky[3], WHITE, 0.4))


def paint_extras(scene: Scene, horizon: float) -> None:
    """Paint the birds and the balloon that the prompt names."""
    noise = scene.noise()
    if "birds" in scene.recipe.extras:
        _paint_birds(scene, noise, horizon)
    if "balloon" in scene.recipe.extras:
        _paint_balloon(scene, scene.wide * (0.2 + noise.random() * 0.6), horizon * 0.3)


def _paint_birds(scene: Scene, noise: Random, horizon: float) -> None:
    cx, cy = scene.wide * (0.25 + noise.random() * 0.5), horizon * (0.28 + noise.random() * 0.2)
    flock: list[Outline] = []
    for k in range(7 + int(noise.random() * 4)):
        size = 1.1 + noise.random() * 1.3
        x, y = cx + (k - 4) * 3.4 + noise.random() * 3, cy + abs(k - 4) * 1.6 + noise.random() * 3
        lift = 0.5 + noise.random() * 0.6
        wings = Pen(x - size, y - size * lift * 0.4, size)
        wings.curve(0.6, -0.4, 1, 0.4).curve(0.4, -0.8, 1, -0.4)
        flock.append(stroke(wings.points, lambda t: 0.08 + 0.5 * t * (1 - t)))
    scene.fill_all(flock, mix(scene.palette.land[1], scene.palette.sky[2], 0.15), 0.85)


def _paint_balloon(scene: Scene, x: float, y: float) -> None:
    # Striped gores, shaded on the right.
    palette, r = scene.palette, 6.0
    envelope = [(px, py if py < y else y + (py - y) * 1.35) for px, py in ellipse(x, y, r)]
    scene.fill(envelope, palette.accent)
    for share, tone in ((0.62, palette.pale[0]), (0.2, palette.accent)):
        scene.fill([(x + (px - x) * share, py) for px, py in envelope], tone, 0.92)
    scene.fill([(x + 0.5, y - r), *envelope[:46], (x + 0.5, y + r * 1.3)], BLACK, 0.1)
    scene.fill(placed(_BASKET, x, y, 1, r), palette.land[0])
    for side in (-1, 1):
        rope = [(x + side * 2.2, y + r * 1.2), (x + side * 0.9, y + r * 1.78)]
        scene.fill(stroke(rope, 0.12), palette.land[0])
