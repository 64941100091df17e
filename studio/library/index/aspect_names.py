"""Names of aspect ratios and size tiers in searches."""

from __future__ import annotations

from functools import lru_cache

from studio.domain.entities import AspectRatio

_RATIOS = tuple(
    AspectRatio.parse(text)
    for text in (
        *("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"),
        *("1:4", "4:1", "1:8", "8:1", "1:2", "2:1"),
    )
)
_TIERS = (0.5, 2.0, 8.0)


@lru_cache(maxsize=4096)
def named_ratio(width: int, height: int) -> str:
    """The nearest common ratio within 3 %, else the exact one: "16:9"."""
    near = [ratio for ratio in _RATIOS if ratio.near(width, height)]
    if near:
        return str(min(near, key=lambda ratio: abs(width / height / ratio.value - 1)))
    return str(AspectRatio.of(width, height))


def tier(width: int, height: int) -> int:
    """Size tier by area, as services round it: 0 for 512, 1 for 1K, 2 for 2K, 3 for 4K."""
    megapixels = width * height / 1e6
    return sum(megapixels >= limit for limit in _TIERS)
