"""Pictures made by the standard library alone, of which every point is known.

A scene is a sum of waves over the plane, so a shifted or scaled picture of it is as exact as the
first one: nothing is resampled.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from PIL import Image

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
        data = bytearray()
        for row in range(size[1]):
            down = (row + 0.5 - y) / scale
            levels = [(level, self.tint) for level in self._row(across, down)]
            if other is not None:
                others = other._row(across, down)
                levels = [
                    (others[n], other.tint) if where(px, down) else levels[n]
                    for n, px in enumerate(across)
                ]
            for level, tint in levels:
                off = noise * (dice.random() - dice.random()) if noise else 0.0
                for channel, factor in zip(tint, gain, strict=True):
                    one = (120 + channel * level) * factor + off
                    data.append(min(255, max(0, round(one))))
        return Image.frombytes("RGB", size, bytes(data))

    def _row(self, across: list[float], down: float) -> list[float]:
        """Levels around the middle one, by the sine of a sum."""
        levels = [0.0] * len(across)
        for to_right, to_foot, phase, height in self._waves:
            turn = to_foot * down + phase
            sine, cosine = height * math.sin(turn), height * math.cos(turn)
            levels = [
                level + sine * math.cos(to_right * px) + cosine * math.sin(to_right * px)
                for level, px in zip(levels, across, strict=True)
            ]
        return levels
