"""A Bauhaus pattern: a grid of simple figures in four inks."""

from __future__ import annotations

from studio.providers.sketch.air import Scene
from studio.providers.sketch.canvas import SketchCanvas
from studio.providers.sketch.colour import Colour, colour, luminance, mix
from studio.providers.sketch.palettes import ScenePalette
from studio.providers.sketch.shapes import (
    Outline,
    arc,
    box,
)

# Ground first, then the inks.
_INKS = (
    "f1e7d3 c8452f 20385c e3a92b 1d1b1a",
    "e9e4da 1f6f6a e87b4a f2c14e 243031",
    "f4efe6 3c4fb0 f25f4c 9bc1bc 22223b",
    "22252c e8c07d cc5a49 5d8aa8 f3efe6",
    "f3e9e2 d1495b 00798c edae49 30343f",
    "18222e f2a65a 77bfa3 eec170 f4f1de",
)


def pattern(canvas: SketchCanvas, palette: ScenePalette, scene: Scene) -> None:
    """Discs, quarters and stripes on a square grid, in four inks; edges meet when it is tiled."""
    inks = _inks(palette, scene)
    canvas.wash(inks[0])
    wide, high = canvas.wide, canvas.high
    across = max(1, round(wide / 25 if wide > high else 4))
    cell = wide / across
    down = max(1, round(high / cell))
    tall = high / down
    for row in range(down):
        for column in range(across):
            kind = scene.pick(11)
            one = 1 + scene.pick(4)
            other = 1 + (one + scene.pick(3)) % 4
            tile = _Tile(canvas, (column * cell, row * tall), (cell, tall))
            tile.paint(kind, inks[one], inks[other], inks[0])


def _inks(palette: ScenePalette, scene: Scene) -> list[Colour]:
    chosen = [colour(text) for text in _INKS[scene.pick(len(_INKS))].split()]
    if scene.choice == "scene":
        # The prompt named a light or a colour: print in that light's own inks.
        ground = palette.land[1] if palette.dim > 0.6 else mix(palette.pale[0], palette.sky[3], 0.2)
        ends = palette.pale[0] if palette.dim > 0.6 else palette.land[1]
        chosen = [ground, palette.accent, palette.sky[1], palette.lamp, ends]
        if abs(luminance(chosen[2]) - luminance(ground)) < 0.12:
            chosen[2] = palette.sky[2]
    return chosen


class _Tile:
    """One cell of the pattern."""

    def __init__(
        self, canvas: SketchCanvas, at: tuple[float, float], size: tuple[float, float]
    ) -> None:
        self._canvas = canvas
        self._x, self._y = at
        self._w, self._h = size

    def paint(self, kind: int, one: Colour, other: Colour, ground: Colour) -> None:
        """Draw one of eleven figures."""
        draw = self._canvas.fill
        if kind == 0:
            draw(self._sized([*arc(0, 0, 1, 0, 90), (0, 0)]), one)
        elif kind == 1:
            draw(self._sized([*arc(1, 1, 1, 180, 270), (1, 1)]), one)
        elif kind == 2:
            draw(self._sized(arc(0.5, 0.5, 0.5, 0, 360)), one)
            draw(self._sized(arc(0.5, 0.5, 0.227, 0, 360)), other)
        elif kind == 3:
            draw(self._sized([(0, 0), (1, 0), (0, 1)]), one)
        elif kind == 4:
            for k in range(4):
                draw(self._sized(box(0, k / 4, 1, 0.125)), one)
        elif kind == 5:
            draw(self._sized(box(0, 0, 1.004, 1.004)), one)
            draw(self._sized(arc(0.5, 1, 0.5, 180, 360)), other)
        elif kind == 6:
            draw(self._sized(box(0, 0, 1.004, 1.004)), one)
            draw(self._sized([(0, 1), (1, 0), (1, 1)]), other)
        elif kind == 7:
            for radius, ink in ((1.0, one), (0.72, ground), (0.44, other)):
                draw(self._sized([*arc(0, 1, radius, 270, 360), (0, 1)]), ink)
        elif kind == 8:
            leaf = [*arc(0, 1, 1, 270, 360), *arc(1, 0, 1, 90, 180)]
            draw(self._sized(leaf), one)
        elif kind == 9:
            dots = [
                arc((i + 0.5) / 3, (j + 0.5) / 3, 0.1, 0, 360) for i in range(3) for j in range(3)
            ]
            self._canvas.scatter([(self._sized(dot), 1.0) for dot in dots], one)
        else:
            draw(self._sized(arc(0.5, 0, 0.5, 0, 180)), one)
            draw(self._sized(arc(0.5, 1, 0.5, 180, 360)), other)

    def _sized(self, outline: Outline) -> Outline:
        return [(self._x + x * self._w, self._y + y * self._h) for x, y in outline]
