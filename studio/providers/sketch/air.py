"""What every outdoor motif shares: sky, sun and moon, stars, clouds, fog, snow, rain and birds."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from studio.providers.sketch.canvas import Fade, Ramp, SketchCanvas
from studio.providers.sketch.colour import Colour, luminance, mix
from studio.providers.sketch.palettes import ScenePalette
from studio.providers.sketch.shapes import Outline, Pen, ellipse, stroke

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a motif needs to know beside its canvas and palette.

    Attributes:
        form: random numbers for the composition; the same motif and seed give the same ones, in
            every light, at every size.
        light: name of the light ("dusk", "night", ...).
        weather: "fog", "snow", "storm" or "".
        extras: small things the prompt names ("birds", "boat", "stars", "moon", ...).
        choice: which variant of the motif the words ask for, or "".
    """

    form: Random
    light: str
    weather: str = ""
    extras: frozenset[str] = frozenset()
    choice: str = ""

    def between(self, low: float, high: float) -> float:
        """A random number for the composition."""
        return low + (high - low) * self.form.random()

    def pick(self, count: int) -> int:
        """A random whole number from 0 to count - 1."""
        return int(self.form.random() * count)

    @property
    def dark(self) -> bool:
        """Whether lamps are lit and stars are out."""
        return self.light in ("night", "blue", "violet") or "stars" in self.extras


def sky(canvas: SketchCanvas, palette: ScenePalette, bottom: float) -> None:
    """The whole sky down to the horizon."""
    canvas.wash(Ramp(palette.sky, span=(0, bottom)), 0, bottom)


def stars(canvas: SketchCanvas, scene: Scene, bottom: float) -> None:
    """Stars above `bottom`, when it is dark enough for them."""
    noise = Random(scene.form.random())
    if not scene.dark or (scene.weather in ("fog", "storm") and "stars" not in scene.extras):
        return
    per = {"night": 0.0062, "blue": 0.0022}.get(scene.light, 0.003)
    count = min(420, int(canvas.wide * bottom * per))
    small: list[tuple[Outline, float]] = []
    for _ in range(count):
        x, y = noise.random() * canvas.wide, noise.random() ** 1.25 * bottom * 0.92
        size = 0.16 + noise.random() ** 3 * 0.34
        small.append((ellipse(x, y, size), (0.25 + noise.random() * 0.65) * (1 - y / bottom * 0.5)))
        if size > 0.42:
            canvas.glow(x, y, size * 5, WHITE, 0.3)
    canvas.scatter(small, WHITE)


def sun(
    canvas: SketchCanvas,
    palette: ScenePalette,
    scene: Scene,
    at: tuple[float, float],
    radius: float,
) -> None:
    """The sun, or the moon when it is night, with the light around it."""
    x, y = at
    graphic = scene.light == "mono"
    if not graphic:
        canvas.glow(x, y, radius * 5.2, palette.sun, 0.42)
        canvas.glow(x, y, radius * 2.3, palette.sun, 0.45)
    hidden = 0.5 if scene.weather in ("fog", "storm") else 0.97
    disc = radius * (1.35 if graphic else 1.0)
    canvas.fill(ellipse(x, y, disc), palette.sun, hidden)
    if scene.light == "night" and not graphic:
        # Lunar seas, and a soft shade on the side away from the light.
        shade = mix(palette.sun, palette.sky[1], 0.22)
        for dx, dy, size in ((-0.3, -0.2, 0.26), (0.22, 0.28, 0.19), (0.32, -0.32, 0.12)):
            canvas.fill(ellipse(x + dx * disc, y + dy * disc, size * disc), shade, 0.5 * hidden)


def clouds(
    canvas: SketchCanvas, palette: ScenePalette, scene: Scene, bottom: float, count: int = 5
) -> None:
    """Thin drifting clouds, lit from the horizon."""
    s = 1.0 + min(canvas.high, canvas.wide) * 0.002
    strength = 0.5 if scene.light == "mono" else 0.34
    for k in range(count):
        y = bottom * (0.13 + 0.7 * k / max(1, count) + scene.form.random() * 0.08)
        width = min(110.0, canvas.wide * scene.between(0.22, 0.52))
        x = scene.form.random() * (canvas.wide + width * 0.4) - width * 0.5
        tone = palette.sky[min(3, 1 + (k >> 1))]
        if luminance(tone) < luminance(palette.sky[2]):
            tone = mix(tone, palette.sky[2], 0.5)
        lens = Pen(x, y)
        lens.curve(width * 0.25, -2.6 * s, width * 0.5, -0.8 * s)
        lens.curve(width * 0.2, -1.5 * s, width * 0.5, 0.5 * s)
        lens.curve(-width * 0.3, 2.0 * s, -width, 0.3 * s)
        canvas.fill(lens.points, mix(tone, WHITE, 0.12), strength)


def heaps(
    canvas: SketchCanvas, palette: ScenePalette, scene: Scene, bottom: float, count: int = 3
) -> None:
    """Round clouds with a flat base, on clear days only."""
    noise = Random(scene.form.random())
    if scene.light not in ("noon", "mist", "shore") or scene.weather:
        return
    for _ in range(count):
        size = 3.4 + noise.random() * 3.6
        x, y = noise.random() * canvas.wide, (0.14 + noise.random() * 0.48) * bottom
        tone = mix(palette.sky[3], WHITE, 0.55)
        for k in range(5):
            puff = size * (0.42 + 0.5 * (1 - abs(k - 2.5 + noise.random()) / 3))
            dx = (k - 2) * size * 0.72
            half = [(px, min(py, y)) for px, py in ellipse(x + dx, y - puff * 0.35, puff)]
            fade = Fade(start=(y - size * 1.2, 0.85), end=(y, 0.35))
            canvas.fill(half, tone, 1.0, fade)


def weather(canvas: SketchCanvas, palette: ScenePalette, scene: Scene, horizon: float) -> None:
    """What falls or drifts in front of everything."""
    noise = Random(scene.form.random())
    if scene.weather == "fog":
        _fog(canvas, palette, noise, horizon)
    elif scene.weather == "snow":
        _snow(canvas, noise)
    elif scene.weather == "storm":
        _rain(canvas, palette, noise)


def _fog(canvas: SketchCanvas, palette: ScenePalette, noise: Random, horizon: float) -> None:
    tone = mix(palette.sky[3], palette.sun, 0.25)
    for k in range(7):
        x = canvas.wide * (noise.random() * 1.2 - 0.1)
        y = horizon + (noise.random() - 0.55) * 34
        canvas.glow(x, y, min(canvas.wide, 160) * (0.35 + noise.random() * 0.4), tone, 0.5, 5 + k)
    low, high = horizon - 16, horizon + 10
    canvas.veil(tone, 0.5, Fade(start=(low, 0.0), end=(high, 0.55)))


def _snow(canvas: SketchCanvas, noise: Random) -> None:
    area = canvas.wide * canvas.high / 10_000
    for low, high, count, alpha in ((0.14, 0.3, 150, 0.6), (0.3, 0.55, 90, 0.8), (0.6, 1, 16, 0.9)):
        flakes = [
            (
                ellipse(
                    noise.random() * canvas.wide,
                    noise.random() * canvas.high,
                    low + noise.random() * (high - low),
                ),
                alpha * (0.55 + noise.random() * 0.45),
            )
            for _ in range(min(900, int(count * area)))
        ]
        canvas.scatter(flakes, WHITE)


def _rain(canvas: SketchCanvas, palette: ScenePalette, noise: Random) -> None:
    area = canvas.wide * canvas.high / 10_000
    drops: list[tuple[Outline, float]] = []
    for _ in range(min(800, int(130 * area))):
        x, y = noise.random() * canvas.wide * 1.1, noise.random() * canvas.high * 1.05 - 4
        length, thick = 3.5 + noise.random() * 5, 0.1 + noise.random() * 0.13
        drop = [(x, y), (x + thick, y), (x - length * 0.3 + thick, y + length)]
        drops.append(([*drop, (x - length * 0.3, y + length)], 0.2 + noise.random() * 0.3))
    canvas.scatter(drops, mix(palette.sky[3], WHITE, 0.4))


def extras(canvas: SketchCanvas, palette: ScenePalette, scene: Scene, horizon: float) -> None:
    """Small things the prompt named that fit into any landscape."""
    noise = Random(scene.form.random())
    if "birds" in scene.extras:
        birds(canvas, palette, noise, horizon)
    if "balloon" in scene.extras:
        balloon(canvas, palette, (canvas.wide * (0.2 + noise.random() * 0.6), horizon * 0.3))


def birds(canvas: SketchCanvas, palette: ScenePalette, noise: Random, horizon: float) -> None:
    """A small flock, each bird two curved wings."""
    cx, cy = canvas.wide * (0.25 + noise.random() * 0.5), horizon * (0.28 + noise.random() * 0.2)
    flock: list[tuple[Outline, float]] = []
    for k in range(7 + int(noise.random() * 4)):
        size = 1.1 + noise.random() * 1.3
        x, y = cx + (k - 4) * 3.4 + noise.random() * 3, cy + abs(k - 4) * 1.6 + noise.random() * 3
        lift = 0.5 + noise.random() * 0.6
        wing = Pen(x - size, y - size * lift * 0.4).curve(size * 0.6, -size * 0.4, size, size * 0.4)
        wing.curve(size * 0.4, -size * 0.8, size, -size * 0.4)
        flock.append((stroke(wing.points, lambda t: 0.08 + 0.5 * t * (1 - t)), 0.85))
    canvas.scatter(flock, mix(palette.land[1], palette.sky[2], 0.15))


def balloon(canvas: SketchCanvas, palette: ScenePalette, at: tuple[float, float]) -> None:
    """A hot-air balloon with striped gores."""
    x, y = at
    r = 6.0
    envelope = [(px, py if py < y else y + (py - y) * 1.35) for px, py in ellipse(x, y, r)]
    canvas.fill(envelope, palette.accent)
    for share in (0.62, 0.2):
        gore = [(x + (px - x) * share, py) for px, py in envelope]
        canvas.fill(gore, palette.pale[0] if share > 0.4 else palette.accent, 0.92)
    canvas.fill([(x + 0.5, y - r), *envelope[:46], (x + 0.5, y + r * 1.3)], BLACK, 0.1)
    basket = [(x - 1, y + r * 1.75), (x + 1, y + r * 1.75), (x + 0.8, y + r * 2.05)]
    canvas.fill([*basket, (x - 0.8, y + r * 2.05)], palette.land[0])
    for side in (-1, 1):
        rope = [(x + side * 2.2, y + r * 1.2), (x + side * 0.9, y + r * 1.78)]
        canvas.fill(stroke(rope, lambda _: 0.12), palette.land[0])


def boat(
    canvas: SketchCanvas, palette: ScenePalette, at: tuple[float, float], size: float = 1.0
) -> None:
    """A small sailing boat with its reflection, its water line at `at`."""
    x, y = at
    hull = Pen(x - 3.4, y - 1.1, 1).points
    hull = [(x - 3.4 * size, y - 1.1 * size), (x + 3.8 * size, y - 1.2 * size)]
    hull += [(x + 2.6 * size, y + 0.25 * size), (x - 2.5 * size, y + 0.25 * size)]
    main = Pen(x + 0.15 * size, y - 9.4 * size, size).curve(3.2, 4.4, 3.1, 7.8).points
    jib = Pen(x - 0.25 * size, y - 8.4 * size, size).curve(-1.2, 4.2, -2.7, 6.8).points
    canvas.fill([*main, (x + 0.15 * size, y - 1.6 * size)], palette.pale[0])
    canvas.fill(
        [*jib, (x - 0.25 * size, y - 1.6 * size)], mix(palette.pale[1], palette.accent, 0.3)
    )
    canvas.fill(stroke([(x, y - 9.8 * size), (x, y - 1 * size)], lambda _: 0.22), palette.land[1])
    canvas.fill(hull, palette.accent)
    wake = ellipse(x, y + 0.9 * size, 3.6 * size, 0.5 * size)
    canvas.fill(wake, palette.land[1], 0.28)
