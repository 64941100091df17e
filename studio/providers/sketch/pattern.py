"""A Bauhaus pattern: a grid of simple figures in four inks."""

from __future__ import annotations

from studio.providers.sketch.colour import Colour, colours, luminance, mix
from studio.providers.sketch.scene import Scene
from studio.providers.sketch.shapes import Outline, arc, box, placed

# Ground first, then the inks.
_INKS = (
    "f1e7d3 c8452f 20385c e3a92b 1d1b1a",
    "e9e4da 1f6f6a e87b4a f2c14e 243031",
    "f4efe6 3c4fb0 f25f4c 9bc1bc 22223b",
    "22252c e8c07d cc5a49 5d8aa8 f3efe6",
    "f3e9e2 d1495b 00798c edae49 30343f",
    "18222e f2a65a 77bfa3 eec170 f4f1de",
)

_FULL = box(0, 0, 1.004, 1.004)
_ONE, _OTHER, _GROUND = range(3)


def _quarter(x: float, y: float, start: float, radius: float = 1) -> Outline:
    return [*arc(x, y, radius, start, start + 90), (x, y)]


def _disc(x: float, y: float, radius: float) -> Outline:
    return arc(x, y, radius, 0, 360)


# The figures of a tile from (0, 0) to (1, 1): outlines, each with the ink it is printed in.
_FIGURES: tuple[list[tuple[Outline, int]], ...] = (
    [(_quarter(0, 0, 0), _ONE)],
    [(_quarter(1, 1, 180), _ONE)],
    [(_disc(0.5, 0.5, 0.5), _ONE), (_disc(0.5, 0.5, 0.227), _OTHER)],
    [([(0, 0), (1, 0), (0, 1)], _ONE)],
    [(box(0, k / 4, 1, 0.125), _ONE) for k in range(4)],
    [(_FULL, _ONE), (arc(0.5, 1, 0.5, 180, 360), _OTHER)],
    [(_FULL, _ONE), ([(0, 1), (1, 0), (1, 1)], _OTHER)],
    [
        (_quarter(0, 1, 270), _ONE),
        (_quarter(0, 1, 270, 0.72), _GROUND),
        (_quarter(0, 1, 270, 0.44), _OTHER),
    ],
    [([*arc(0, 1, 1, 270, 360), *arc(1, 0, 1, 90, 180)], _ONE)],
    [(_disc((i + 0.5) / 3, (j + 0.5) / 3, 0.1), _ONE) for i in range(3) for j in range(3)],
    [(arc(0.5, 0, 0.5, 0, 180), _ONE), (arc(0.5, 1, 0.5, 180, 360), _OTHER)],
)


def paint_pattern(scene: Scene) -> None:
    """Paint discs, quarters and stripes on a square grid; opposite edges match for tiling."""
    ground, *inks = _inks(scene)
    scene.wash(ground)
    wide, high = scene.wide, scene.high
    across = max(1, round(wide / 25 if wide > high else 4))
    cell = wide / across
    down = max(1, round(high / cell))
    tall = high / down
    for row in range(down):
        for column in range(across):
            figure = _FIGURES[scene.pick(len(_FIGURES))]
            one = scene.pick(4)
            other = (one + 1 + scene.pick(3)) % 4
            printed = (inks[one], inks[other], ground)
            for outline, ink in figure:
                scene.fill(placed(outline, column * cell, row * tall, cell, tall), printed[ink])


def _inks(scene: Scene) -> list[Colour]:
    chosen = colours(_INKS[scene.pick(len(_INKS))])
    if scene.recipe.choice != "scene":
        return chosen
    # The prompt names a light or a colour, so the inks are those of that palette.
    palette = scene.palette
    night = palette.dim > 0.6
    ground = palette.land[1] if night else mix(palette.pale[0], palette.sky[3], 0.2)
    dark = palette.pale[0] if night else palette.land[1]
    alike = abs(luminance(palette.sky[1]) - luminance(ground)) < 0.12
    return [ground, palette.accent, palette.sky[2 if alike else 1], palette.lamp, dark]
