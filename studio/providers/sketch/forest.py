"""Forest: rows of conifers or broadleaves that fade into the mist."""

from __future__ import annotations

from studio.providers.sketch import sky
from studio.providers.sketch.canvas import Fade, Ramp
from studio.providers.sketch.colour import WHITE, Colour, mix, shifted
from studio.providers.sketch.scene import Scene
from studio.providers.sketch.shapes import Outline, Point, box, ellipse, swells

# Place and radius of the parts of a crown, as shares of the tree's height.
_CROWN = ((0, 0.72, 0.27), (-0.15, 0.58, 0.2), (0.16, 0.56, 0.21), (0.02, 0.5, 0.2))
# Offset and width of the rays of light.
_RAYS = ((-34, 7), (-14, 10), (8, 6), (27, 11))


def paint_forest(scene: Scene) -> None:
    """Paint a wood in layers: the far rows pale in the mist, the near ones dark."""
    wide, high, palette = scene.wide, scene.high, scene.palette
    sky.paint_sky(scene, high * 0.8, stars=high * 0.5)
    sun = (wide * scene.between(0.25, 0.75), high * 0.5 - min(high, 150) * scene.between(0.2, 0.3))
    sky.paint_sun(scene, sun, scene.between(6.5, 9.5))
    sky.paint_clouds(scene, high * 0.45, 3)
    sky.paint_extras(scene, high * 0.45)
    near = mix(palette.leaf, palette.land[1], 0.3)
    veil = mix(palette.sky[3], palette.sun, 0.2)
    reach = min(high * 0.46, 75 + high * 0.12)
    rows = 5 if reach < 110 else 7
    lift = min(high, 150) / 100
    for k in range(rows):
        share = (k + 0.65) / (rows - 0.35)
        y = high - reach + reach * 1.045 * k / (rows - 1) * 0.96 + (4 if k == 0 else 0)
        ground = swells(scene.form, wide, y, 4.5, scene.between(70, 120))
        tone = palette.depth(near, share**1.15)
        mist = mix(tone, palette.depth(near, max(0.0, share - 0.42)), 0.75)
        size = (13 + 3.6 * k) * lift**0.7
        if scene.recipe.variant == "broad":
            _paint_broadleaves(scene, ground, size, tone, mist)
        else:
            paint = Ramp((tone, tone, mist), span=(y - size * 1.7, y + 8))
            _paint_conifers(scene, ground, size, paint)
        scene.ground(ground, Ramp((mist, tone), span=(y - 4, y + 22)))
        if k < rows - 1:
            scene.glow(wide / 2, y + 3, wide * 0.85, veil, 0.34 * (1 - k / rows), 11)
    clear = palette.dim < 0.6 and not scene.recipe.weather and scene.recipe.light != "mono"
    if scene.random() < 0.6 and clear:
        _paint_rays(scene, sun)
    sky.paint_weather(scene, high - reach * 0.85)


def _paint_conifers(scene: Scene, ground: Outline, size: float, paint: Ramp) -> None:
    trees: list[Outline] = []
    x = -size * 0.3
    while x < scene.wide + size * 0.3:
        rise = size * scene.between(0.72, 1.5)
        half = rise * scene.between(0.17, 0.235)
        trees.append(_conifer(scene, (x, _height_at(ground, x) + 1.5), rise, half))
        x += size * scene.between(0.2, 0.46)
    scene.fill_all(trees, paint)


def _conifer(scene: Scene, foot: Point, rise: float, half: float) -> Outline:
    # Both edges step down in tiers with slightly drooping tips, no two of them alike.
    x, y = foot
    tiers = 5 + scene.pick(3)
    left: Outline = []
    right: Outline = []
    top = y - rise
    for k in range(tiers):
        low = top + rise * (0.16 + 0.78 * (k + 1) / tiers)
        reach = half * ((k + 1) / tiers) ** 0.85
        for side, points in ((-1, left), (1, right)):
            spread = reach * scene.between(0.86, 1.12)
            points.append((x + side * spread, low + half * 0.1))
            points.append((x + side * spread * 0.42, low - half * 0.12))
    return [(x, top), *right, (x + half * 0.1, y), (x - half * 0.1, y), *left[::-1]]


def _paint_broadleaves(
    scene: Scene, ground: Outline, size: float, tone: Colour, mist: Colour
) -> None:
    palette = scene.palette
    trunks: list[Outline] = []
    crowns: list[tuple[list[Outline], Colour]] = []
    x = -size * 0.2
    while x < scene.wide + size * 0.3:
        y = _height_at(ground, x) + 1
        rise = size * scene.between(0.8, 1.4)
        trunks.append(box(x - rise * 0.022, y - rise * 0.62, rise * 0.044, rise * 0.66))
        leaf = shifted(tone, hue=scene.between(-16, 22))
        crown = [
            ellipse(x + dx * rise, y - dy * rise, r * rise * scene.between(0.88, 1.12))
            for dx, dy, r in _CROWN
        ]
        crowns.append((crown, leaf))
        x += size * scene.between(0.38, 0.66)
    scene.fill_all(trunks, mix(mist, palette.land[1], 0.55))
    for crown, leaf in crowns:
        scene.fill_all(crown, leaf)
        top = crown[0]
        cx, cy = (sum(place) / len(top) for place in zip(*top, strict=True))
        lit = [
            (cx + (px - cx) * 0.62 - size * 0.05, cy + (py - cy) * 0.6 - size * 0.06)
            for px, py in top
        ]
        scene.fill(lit, mix(leaf, palette.sun, 0.28), 0.5)


def _height_at(edge: Outline, x: float) -> float:
    first, last = edge[0][0], edge[-1][0]
    index = int((x - first) / (last - first) * (len(edge) - 1))
    return edge[min(len(edge) - 1, max(0, index))][1]


def _paint_rays(scene: Scene, sun: Point) -> None:
    # Slanting light through the mist; very faint, or it would look like stage lighting.
    x, y = sun
    low = y + min(scene.high, 160) * 0.8
    light = mix(scene.palette.sun, WHITE, 0.3)
    for k, (offset, width) in enumerate(_RAYS):
        top = x + offset * 0.1
        ray = [(top, y), (top + 1, y), (x + offset + width, low), (x + offset - width * 0.3, low)]
        fade = Fade(start=(y, 0.16 - 0.02 * k), end=(low, 0.0))
        scene.fill(ray, light, 1.0, fade)
