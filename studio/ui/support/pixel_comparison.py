"""Result of comparing two pictures by their pixels, as views and panels show it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from studio.common.i18n import _
from studio.domain.comparison import RelativePlacement
from studio.imaging.comparer import ComparisonResult, DifferenceMap
from studio.ui.support import raster
from studio.ui.support.raster import Raster

_BRIGHTER = bytes(round(255 * math.sqrt(level / 255)) for level in range(256))
"""Displayed level for each level of a map; otherwise small differences would look black."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelComparison:
    """Differences of a picture from A, pixel by pixel.

    Attributes:
        placement: position of A in the picture; None if they do not line up.
        changed: share of the pixels that changed, 0 to 1; None if they do not line up.
        shift: distance the content moved, in pixels of A.
        other_shape: whether the aspect ratios differ.
        preview: whether small copies were compared.
        map: the differences over A, brighter for larger ones; None if a file is unreadable.
    """

    placement: RelativePlacement | None = None
    changed: float | None = None
    shift: float = 0.0
    other_shape: bool = False
    preview: bool = False
    map: Raster | None = None

    @property
    def standing(self) -> str:
        """Whether both are aligned, in a few words; "" if they could not be compared."""
        if self.map is None:
            return ""
        if self.placement is not None:
            return _("aligned")
        return _("different aspect ratios") if self.other_shape else _("does not line up")


def from_map(found: DifferenceMap, width: int, *, preview: bool) -> PixelComparison:
    """Result for a map, for a picture A that is `width` pixels wide. Use a thread."""
    compared = found.comparison
    (own, high), (other, other_high) = compared.size, compared.other_size
    right, down = compared.shift
    return PixelComparison(
        placement=_placement(compared),
        changed=compared.changed,
        shift=math.hypot(right, down) * width / own,
        other_shape=abs(own * other_high - other * high) > max(own * high, other * other_high) / 50,
        preview=preview,
        map=raster.build_grey(found.width, found.height, found.data.translate(_BRIGHTER)),
    )


def _placement(compared: ComparisonResult) -> RelativePlacement | None:
    if not compared.aligned:
        return None
    (width, height), (other_width, other_height) = compared.size, compared.other_size
    return RelativePlacement(
        across=compared.scale * width / other_width,
        down=compared.scale * height / other_height,
        left=compared.x / other_width,
        top=compared.y / other_height,
    )
