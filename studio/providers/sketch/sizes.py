"""How many pixels a picture has: the published table of ratios and tiers, and what lies beside it.

Source: the image models' own table of output sizes (2K and 4K are twice and four times the 1K
sizes; the smallest tier has a row of its own).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

Size = tuple[int, int]

TIERS = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}

# Ratio: pixels at "512", pixels at "1K".
_TABLE: dict[tuple[int, int], tuple[Size, Size]] = {
    (1, 1): ((512, 512), (1024, 1024)),
    (2, 3): ((424, 632), (848, 1264)),
    (3, 2): ((632, 424), (1264, 848)),
    (3, 4): ((448, 600), (896, 1200)),
    (4, 3): ((600, 448), (1200, 896)),
    (4, 5): ((464, 576), (928, 1152)),
    (5, 4): ((576, 464), (1152, 928)),
    (9, 16): ((384, 688), (768, 1376)),
    (16, 9): ((688, 384), (1376, 768)),
    (21, 9): ((792, 336), (1584, 672)),
    (1, 4): ((256, 1024), (512, 2048)),
    (4, 1): ((1024, 256), (2048, 512)),
    (1, 8): ((192, 1536), (384, 3072)),
    (8, 1): ((1536, 192), (3072, 384)),
}

RATIOS = tuple(f"{width}:{height}" for width, height in _TABLE)

# A picture of more pixels would not fit into the memory the painter promises to keep to.
_MOST_PIXELS = 20_000_000
_LONGEST = 12_288


class UnknownSizeError(ValueError):
    """The ratio or size cannot be painted; the message says which and why."""


def pixels(aspect: str | None, size: str | None, inputs: Sequence[Size] = ()) -> Size:
    """Width and height for an asked ratio ("16:9") and size ("1K", or "1024x768").

    Without a ratio the picture follows the last of `inputs` (nearest ratio of the table), and is
    square when there is none. Raises UnknownSizeError.
    """
    text = (size or "1K").strip().upper().replace("×", "X")
    if exact := re.fullmatch(r"(\d{1,5})X(\d{1,5})", text):
        return _exact(int(exact[1]), int(exact[2]), size or "")
    if text not in TIERS:
        raise UnknownSizeError(f'imageSize "{size}" is not one of {", ".join(TIERS)}')
    ratio = _ratio(aspect) if aspect else nearest(*inputs[-1]) if inputs else (1, 1)
    if ratio in _TABLE:
        small, whole = _TABLE[ratio]
        if text == "512":
            return small
        factor = TIERS[text] // 1024
        return whole[0] * factor, whole[1] * factor
    value = ratio[0] / ratio[1]
    side = TIERS[text]
    return _round(side * math.sqrt(value)), _round(side / math.sqrt(value))


def nearest(width: int, height: int) -> tuple[int, int]:
    """The ratio of the table that is closest to a picture of these pixels."""
    value = math.log(max(1, width) / max(1, height))
    return min(_TABLE, key=lambda ratio: abs(math.log(ratio[0] / ratio[1]) - value))


def _ratio(aspect: str) -> tuple[int, int]:
    match = re.fullmatch(r"\s*(\d{1,4})\s*:\s*(\d{1,4})\s*", aspect)
    if not match or not int(match[1]) or not int(match[2]):
        raise UnknownSizeError(f'aspectRatio "{aspect}" is not a ratio such as 16:9')
    width, height = int(match[1]), int(match[2])
    if not 1 / 8 <= width / height <= 8:
        raise UnknownSizeError(f'aspectRatio "{aspect}" is narrower than 1:8')
    if (width, height) in _TABLE:
        return width, height
    common = math.gcd(width, height)
    return width // common, height // common


def _exact(width: int, height: int, asked: str) -> Size:
    if min(width, height) < 16 or max(width, height) > _LONGEST or width * height > _MOST_PIXELS:
        raise UnknownSizeError(f'imageSize "{asked}" is outside 16x16 to 20 million pixels')
    return width, height


def _round(value: float) -> int:
    return max(16, round(value / 8) * 8)
