"""Pictures of which every point is known.

A scene is a sum of waves over the plane, so a shifted or scaled picture of it is as exact as the
first one: each pixel is computed, and nothing is resampled. Pillow does the sums, for all pixels at
once.
"""

from __future__ import annotations

import array
import math
import random
from collections.abc import Callable, Iterable
from typing import Any

from PIL import Image, ImageMath

Where = Callable[[float, float], bool]


class WaveScene:
    """Waves of many lengths in all directions, by a seed; flat where `contrast` is 0."""

    def __init__(self, seed: int, *, contrast: float = 1.0, waves: int = 9) -> None:
        dice = random.Random(seed)
        self.tint = tuple(dice.uniform(0.6, 1.0) for _channel in range(3))
        self._waves = []
        for _wave in range(waves):
            length = math.exp(dice.uniform(math.log(10), math.log(90)))
            angle, pace = dice.uniform(0, math.tau), math.tau / length
            across, down = pace * math.cos(angle), pace * math.sin(angle)
            self._waves.append((across, down, angle, contrast * dice.uniform(10, 25)))

    def picture(
        self,
        size: tuple[int, int],
        *,
        scale: float = 1.0,
        x: float = 0.0,
        y: float = 0.0,
        gain: tuple[float, float, float] = (1.0, 1.0, 1.0),
        noise: float = 0.0,
        other: WaveScene | None = None,
        where: Where = lambda _x, _y: False,
    ) -> Image.Image:
        """A picture in which the scene's point p is at scale * p + (x, y).

        `other` is seen instead `where` the scene's point says so; `noise` is in levels.
        """
        dice = random.Random(size[0])
        across = [(column + 0.5 - x) / scale for column in range(size[0])]
        down = [(row + 0.5 - y) / scale for row in range(size[1])]
        offs = None
        if noise:
            every = (noise * (dice.random() - dice.random()) for _pixel in range(size[0] * size[1]))
            offs = _numbers(size, every)
        made = self._painted(across, down, gain, offs)
        if other is not None:
            seen = bytes(255 * where(px, py) for py in down for px in across)
            mask = Image.frombytes("L", size, seen)
            made.paste(other._painted(across, down, gain, offs), mask=mask)
        return made

    def _painted(
        self,
        across: list[float],
        down: list[float],
        gain: tuple[float, float, float],
        offs: Image.Image | None,
    ) -> Image.Image:
        levels = self._levels(across, down)

        def channel(tint: float, factor: float) -> Image.Image:
            def value(given: dict[str, Any]) -> Any:
                found = (120 + tint * given["level"]) * factor
                # Cut off, not rounded, when it becomes a byte.
                return found + 0.5 if offs is None else found + given["off"] + 0.5

            pictures = {"level": levels} if offs is None else {"level": levels, "off": offs}
            found = ImageMath.lambda_eval(value, **pictures)
            assert isinstance(found, Image.Image)
            return found.convert("L")

        return Image.merge("RGB", [*map(channel, self.tint, gain)])

    def _levels(self, across: list[float], down: list[float]) -> Image.Image:
        """Levels around the middle one, by the sine of a sum."""
        size = len(across), len(down)

        def columns(values: Iterable[float]) -> Image.Image:
            return _numbers((size[0], 1), values).resize(size, Image.Resampling.NEAREST)

        def rows(values: Iterable[float]) -> Image.Image:
            return _numbers((1, size[1]), values).resize(size, Image.Resampling.NEAREST)

        levels = Image.new("F", size)
        for to_right, to_foot, phase, height in self._waves:
            turns, falls = [to_right * px for px in across], [to_foot * py + phase for py in down]
            levels = ImageMath.lambda_eval(
                lambda given: given["level"] + given["a"] * given["b"] + given["c"] * given["d"],
                level=levels,
                a=columns(map(math.cos, turns)),
                b=rows(height * math.sin(fall) for fall in falls),
                c=columns(map(math.sin, turns)),
                d=rows(height * math.cos(fall) for fall in falls),
            )
        return levels


def _numbers(size: tuple[int, int], values: Iterable[float]) -> Image.Image:
    return Image.frombytes("F", size, array.array("f", values).tobytes())
