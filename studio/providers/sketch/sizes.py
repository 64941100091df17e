"""Pixel sizes of pictures: the published ratios and tiers, and sizes between them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache

from studio.config.settings import OFFLINE
from studio.domain.entities import AspectRatio
from studio.domain.models import TIERS, Model
from studio.providers.catalogue import Catalogue

Size = tuple[int, int]

# A picture of more pixels would exceed the painter's limit of memory.
_MOST_PIXELS = 20_000_000
_LONGEST = 12_288


class UnknownSizeError(ValueError):
    """The ratio or size cannot be painted; the message names it and the reason."""


@cache
def published() -> Model:
    """The painter's entry in the model table, with its ratios and pixel sizes."""
    return Catalogue().find(OFFLINE, "sketch")


def pixels(aspect: str | None, size: str | None, inputs: Sequence[Size] = ()) -> Size:
    """Width and height for a requested ratio ("16:9") and size ("1K", or "1024x768").

    Without a ratio, the picture has the published ratio nearest to the last of `inputs`, or is
    square if there are none. Raises UnknownSizeError.
    """
    tier = (size or "1K").strip().upper().replace("×", "X")
    if exact := re.fullmatch(r"(\d{1,5})X(\d{1,5})", tier):
        return _exact(int(exact[1]), int(exact[2]), size or "")
    if tier not in TIERS:
        raise UnknownSizeError(f'imageSize "{size}" is not one of {", ".join(TIERS)}')
    ratio = AspectRatio(1, 1)
    if aspect:
        ratio = _ratio(aspect)
    elif inputs:
        ratio = nearest(*inputs[-1])
    if known := published().pixels(str(ratio), tier):
        return known
    root = math.sqrt(ratio.value)
    return _in_steps(TIERS[tier] * root), _in_steps(TIERS[tier] / root)


def nearest(width: int, height: int) -> AspectRatio:
    """The published ratio that is closest to a picture of these pixels."""
    value = math.log(max(1, width) / max(1, height))
    ratios = map(AspectRatio.parse, published().aspects)
    return min(ratios, key=lambda ratio: abs(math.log(ratio.value) - value))


def _ratio(aspect: str) -> AspectRatio:
    match = re.fullmatch(r"\s*(\d{1,4})\s*:\s*(\d{1,4})\s*", aspect)
    if not match or not int(match[1]) or not int(match[2]):
        raise UnknownSizeError(f'aspectRatio "{aspect}" is not a ratio such as 16:9')
    width, height = int(match[1]), int(match[2])
    if not 1 / 8 <= width / height <= 8:
        raise UnknownSizeError(f'aspectRatio "{aspect}" is narrower than 1:8')
    ratio = AspectRatio(width, height)
    return ratio if str(ratio) in published().aspects else AspectRatio.of(width, height)


def _exact(width: int, height: int, asked: str) -> Size:
    if min(width, height) < 16 or max(width, height) > _LONGEST or width * height > _MOST_PIXELS:
        raise UnknownSizeError(f'imageSize "{asked}" is outside 16x16 to 20 million pixels')
    return width, height


def _in_steps(side: float) -> int:
    return max(16, round(side / 8) * 8)
