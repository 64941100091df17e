"""Words about frames, for canvas, formats and inspector."""

from __future__ import annotations

from collections.abc import Callable

from studio.common.i18n import _, left_to_right, listed, number, pgettext, sentences
from studio.domain import pixel_frames
from studio.domain.frame_layout import drawn_aspect
from studio.domain.markup import Frame
from studio.domain.models import TIERS, Model
from studio.domain.pixel_frames import Handle, PixelFrame, Size

SAFE_AREAS = ("none", "action", "title", "stories", "thirds")
"""Safe areas, as in the settings."""


def format_name(aspect: str) -> str:
    """A format: "16:9", or "Free"."""
    return aspect or pgettext("a frame of any aspect ratio", "Free")


def spoken_format(aspect: str) -> str:
    """A format for screen readers: "16 to 9"."""
    if not aspect:
        return format_name(aspect)
    width, height = aspect.split(":")
    return _("{width} to {height}").format(width=width, height=height)


def spoken_tick(frame: Frame, size: Size, *, ticked: bool) -> str:
    """A format with its state: "16 to 9, ticked, 3641 by 2048, 44 percent new"."""
    box = pixel_frames.pixels_of(frame, size)
    words = [
        spoken_format(frame.aspect),
        pgettext("a format", "ticked") if ticked else pgettext("a format", "not ticked"),
        _("{width} by {height}").format(width=box.width, height=box.height),
    ]
    if frame.inside:
        words.append(_("a crop, free"))
    else:
        percent = round(100 * pixel_frames.new_share(frame, size))
        words.append(_("{n} percent new").format(n=number(percent)))
    return listed(words)


def share_words(frame: Frame, size: Size) -> str:
    """Share of new pixels: "44 % new", or "a crop"."""
    if frame.inside:
        return pgettext("a frame", "a crop")
    return _("{n} % new").format(n=number(round(100 * pixel_frames.new_share(frame, size))))


def drawn_words(frame: Frame, size: Size, model: Model) -> str:
    """Note on a format the model does not support: "drawn at 16:9, cut to 1.91:1"."""
    if frame.inside or not model.aspects or frame.aspect in model.aspects:
        return ""
    drawn = drawn_aspect(frame, size, model.aspects)
    box = pixel_frames.pixels_of(frame, size)
    shape = frame.aspect or f"{number(box.width / box.height, 2)}:1"
    if not drawn:
        return ""
    # Translators: {drawn} and {shape} are aspect ratios such as 16:9 and 1.91:1.
    return _("drawn at {drawn}, cut to {shape}").format(drawn=drawn, shape=shape)


def size_words(box: PixelFrame) -> str:
    """Width and height: "3641 × 2048"."""
    return left_to_right(f"{box.width} × {box.height}")


def handle_name(handle: Handle) -> str:
    """Name of a handle."""
    return {
        Handle.TOP_LEFT: _("Top left corner"),
        Handle.TOP: _("Top edge"),
        Handle.TOP_RIGHT: _("Top right corner"),
        Handle.RIGHT: _("Right edge"),
        Handle.BOTTOM_RIGHT: _("Bottom right corner"),
        Handle.BOTTOM: _("Bottom edge"),
        Handle.BOTTOM_LEFT: _("Bottom left corner"),
        Handle.LEFT: _("Left edge"),
    }[handle]


def safe_area_name(area: str) -> str:
    """Entry of the menu of safe areas."""
    return {
        "none": _("No safe area"),
        "action": _("Action safe 93 %"),
        "title": _("Title safe 90 %"),
        "stories": _("Stories: top 14 %, bottom 20 %"),
        "thirds": pgettext("lines over a picture", "Thirds"),
    }[area]


def pixel_words(pixels: int) -> str:
    """A size under the frame: "2,048 px"."""
    return _("{n} px").format(n=number(pixels))


SHARP = 1.05
"""Largest enlargement that is not visible."""


def sharpness(
    frame: Frame, size: Size, model: Model, tier: str, price: Callable[[str], str]
) -> str:
    """Sharpness of the new part in words, at this size of the model and at the next one.

    `price` returns the price of one picture of a size, "" if it is not known or free.
    """
    if frame.inside:
        return _("A crop keeps the pixels of the picture.")
    now = pixel_frames.enlargement(frame, size, model, tier)
    if now is None:
        return ""
    if now <= SHARP:
        # Translators: {size} is a size such as 2K.
        return _("At {size} the new sides are sharp.").format(size=tier)
    words = _("At {size} the new sides are enlarged {n} times.")
    text = words.format(size=tier, n=number(now, 1))
    larger = next((one for one in model.sizes if _edge(one) > _edge(tier)), "")
    then = pixel_frames.enlargement(frame, size, model, larger)
    if then is None:
        return text
    cost = price(larger)
    if then <= SHARP:
        words = (
            _("At {size} they are sharp, for {price} each.")
            if cost
            else _("At {size} they are sharp.")
        )
    else:
        words = (
            _("At {size} they are enlarged {n} times, for {price} each.")
            if cost
            else _("At {size} they are enlarged {n} times.")
        )
    return sentences(text, words.format(size=larger, n=number(then, 1), price=cost))


def _edge(tier: str) -> int:
    return TIERS.get(tier, 0)
