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
        own, others = self._columns(across), None if other is None else other._columns(across)
        data = bytearray(3 * size[0] * size[1])
        for row in range(size[1]):
            down = (row + 0.5 - y) / scale
            levels, tints = self._row(own, down), [self.tint] * size[0]
            if other is not None and others is not None:
                beside = other._row(others, down)
                for n, px in enumerate(across):
                    if where(px, down):
                        levels[n], tints[n] = beside[n], other.tint
            offs = [0.0] * size[0]
            if noise:
                offs = [noise * (dice.random() - dice.random()) for _column in across]
            start = 3 * size[0] * row
            for channel, factor in enumerate(gain):
                values = [
                    round((120 + tint[channel] * level) * factor + off)
                    for level, tint, off in zip(levels, tints, offs, strict=True)
                ]
                data[start + channel : start + 3 * size[0] : 3] = bytes(
                    [0 if one < 0 else min(one, 255) for one in values]
                )
        return Image.frombytes("RGB", size, bytes(data))

    def _columns(self, across: list[float]) -> list[tuple[list[float], list[float]]]:
        """Cosine and sine of every wave at these places from the left; the same in all rows."""
        turns = [[to_right * px for px in across] for to_right, *_more in self._waves]
        return [([*map(math.cos, turn)], [*map(math.sin, turn)]) for turn in turns]

    def _row(self, columns: list[tuple[list[float], list[float]]], down: float) -> list[float]:
        """Levels around the middle one, by the sine of a sum."""
        levels = [0.0] * len(columns[0][0])
        for (_to_right, to_foot, phase, height), (cosines, sines) in zip(
            self._waves, columns, strict=True
        ):
            turn = to_foot * down + phase
            sine, cosine = height * math.sin(turn), height * math.cos(turn)
            levels = [
                level + sine * to_right + cosine * to_left
                for level, to_right, to_left in zip(levels, cosines, sines, strict=True)
            ]
        return levels
