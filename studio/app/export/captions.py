"""Captions of pictures in contact sheets and hand-off pages."""

from __future__ import annotations

from studio.common.display_text import one_line
from studio.common.i18n import _, dollars, short_number
from studio.domain.contact_sheet import SheetCaption
from studio.domain.entities import CostBasis, Picture
from studio.domain.request_fields import thinking_word

LONGEST = 20_000
"""Limit of a prompt in characters."""


def caption(picture: Picture, which: SheetCaption) -> str:
    """The text of a caption; "" if the picture has none. A prompt keeps its lines."""
    match which:
        case SheetCaption.TITLE:
            return picture.name
        case SheetCaption.PROMPT:
            return prompt_lines(picture.prompt)
        case SheetCaption.SETTINGS:
            return _settings(picture)
        case SheetCaption.MODEL:
            if picture.offline:
                return _("Offline sketch, not AI")
            return one_line(picture.delivered_model or picture.model)
        case SheetCaption.PRICE:
            return _price(picture)


def prompt_lines(prompt: str) -> str:
    """The lines of a prompt, without invisible and bidirectional control characters."""
    lines = [one_line(line, LONGEST) for line in prompt[:LONGEST].splitlines()]
    return "\n".join(lines).strip()


def _settings(picture: Picture) -> str:
    # Translators: the size of a picture in pixels.
    parts = [_("{width} × {height} px").format(width=picture.width, height=picture.height)]
    parts += [one_line(one) for one in (picture.asked_aspect, picture.asked_size)]
    if picture.seed is not None:
        parts.append(_("Seed {seed}").format(seed=picture.seed))
    chosen = picture.advanced
    if chosen is not None and chosen.temperature is not None:
        # Translators: how freely a model paints; {value} is a number such as 1.2.
        parts.append(_("Temperature {value}").format(value=short_number(chosen.temperature)))
    if chosen is not None and chosen.thinking:
        # Translators: how long a model thinks; {level} is a word such as "high".
        parts.append(_("Thinking {level}").format(level=thinking_word(chosen.thinking)))
    return " · ".join(part for part in parts if part)


def _price(picture: Picture) -> str:
    usd = picture.cost_usd
    if usd is None or picture.cost_basis is CostBasis.UNKNOWN:
        return ""
    return f"≈ {dollars(usd, 3)}" if usd else dollars(0)
