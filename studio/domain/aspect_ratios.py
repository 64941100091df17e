"""Named aspect ratios, and the one nearest to the ratio of a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from studio.domain.entities import AspectRatio

NAMED = tuple(
    AspectRatio.parse(text)
    for text in (
        *("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "9:21", "21:9"),
        *("1:2", "2:1", "1:4", "4:1", "1:8", "8:1"),
    )
)
"""Every ratio with a name; others are written in lowest terms."""

PICKED = ("1:1", "3:2", "2:3", "16:9", "9:16")
"""Ratios in the composer's row; the others are in the menu of its chevron."""

SEARCHED = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9")
"""Ratios that the search field suggests."""


@lru_cache(maxsize=4096)
def named_ratio(width: int, height: int) -> AspectRatio | None:
    """The named ratio of a picture with these pixels, within 3 %."""
    value = width / height
    nearest = min(NAMED, key=lambda one: abs(value / one.value - 1))
    return nearest if nearest.near(width, height) else None


def ratio_name(width: int, height: int) -> str:
    """Name of the ratio of these pixels: "16:9", or the exact ratio in lowest terms."""
    return str(named_ratio(width, height) or AspectRatio.of(width, height))


def nearest_aspect(ratio: float, among: Sequence[str]) -> str:
    """The entry of `among` closest to `ratio` (width / height); "" if there is none."""
    if not among:
        return ""
    return min(among, key=lambda a: abs(math.log(AspectRatio.parse(a).value / ratio)))


def size_tier(width: int, height: int) -> int:
    """Index of a picture's area in `models.TIERS`, rounded as services do: 0 for "512"."""
    megapixels = width * height / 1e6
    return sum(megapixels >= limit for limit in (0.5, 2.0, 8.0))
