"""Colours of the offline painter: red, green and blue from 0 to 255, and how they mix.

Hues are degrees (0 red, 120 green, 240 blue); saturation and lightness go from 0 to 1.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)


def colours(text: str) -> list[Colour]:
    """Colours written as "rrggbb rrggbb …". Raises ValueError for anything else."""
    values = [int(word, 16) for word in text.split()]
    return [(value >> 16 & 255, value >> 8 & 255, value & 255) for value in values]


def hsl(hue: float, saturation: float, lightness: float) -> Colour:
    """The colour with this hue in degrees, saturation and lightness from 0 to 1 (clipped)."""
    red, green, blue = colorsys.hls_to_rgb(
        hue % 360 / 360, min(1.0, max(0.0, lightness)), min(1.0, max(0.0, saturation))
    )
    return round(red * 255), round(green * 255), round(blue * 255)


def to_hsl(value: Colour) -> tuple[float, float, float]:
    """Hue in degrees, saturation and lightness of a colour."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in value))
    return hue * 360, saturation, lightness


def shifted(
    value: Colour, *, hue: float = 0, saturation: float = 1, lightness: float = 0
) -> Colour:
    """The colour with its hue rotated, its saturation multiplied and its lightness raised."""
    own_hue, own_saturation, own_lightness = to_hsl(value)
    return hsl(own_hue + hue, own_saturation * saturation, own_lightness + lightness)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with `share` of `other` in it: 0 is `one`, 1 is `other`."""
    return (
        round(one[0] + (other[0] - one[0]) * share),
        round(one[1] + (other[1] - one[1]) * share),
        round(one[2] + (other[2] - one[2]) * share),
    )


def luminance(value: Colour) -> float:
    """Perceived brightness from 0 to 1 (Rec. 601 weights, as Pillow's "L")."""
    return (0.299 * value[0] + 0.587 * value[1] + 0.114 * value[2]) / 255


def along(stops: Sequence[Colour], place: float) -> Colour:
    """The colour at `place` (0 to 1) of evenly spaced stops."""
    spot = min(1.0, max(0.0, place)) * (len(stops) - 1)
    index = min(len(stops) - 2, int(spot))
    return mix(stops[index], stops[index + 1], spot - index)
