"""Words about the sides of a comparison."""

from __future__ import annotations

from studio.common.i18n import _, number
from studio.domain.comparison import LETTERS, Comparison
from studio.ui.support.pixel_comparison import PixelComparison


def note(comparison: Comparison, side: int, *, difference: bool) -> str:
    """Note beside the name of a side; `difference`: whether the map of differences is shown."""
    if side >= len(comparison.sides):
        return ""
    if not side and difference:
        # Translators: {letter} is another compared picture.
        return _("difference from {letter}").format(letter=LETTERS[comparison.active or 1])
    if not side:
        return _("champion") if comparison.locked else ""
    if side != comparison.active:
        return ""
    # Translators: position of a picture among those that can be compared with the first.
    return _("{n} of {all}").format(
        n=number(comparison.place(side)), all=number(comparison.challengers)
    )


def spoken_note(comparison: Comparison, side: int, *, difference: bool) -> str:
    """Note on a side for screen readers; see `note`."""
    if not side or side != comparison.active or side >= len(comparison.sides):
        return note(comparison, side, difference=difference)
    return _("challenger {n} of {all}").format(
        n=number(comparison.place(side)), all=number(comparison.challengers)
    )


def standing(found: PixelComparison | None) -> str:
    """Alignment of two pictures, as shown in the bar."""
    if found is None:
        return _("comparing…")
    if found.preview and found.standing:
        # Translators: {standing} is "aligned", "does not line up" or "different aspect ratios".
        return _("{standing}, preview").format(standing=found.standing)
    return found.standing
