"""Safety settings of a service: categories of harm and thresholds.

Source: the service's own lists of categories and thresholds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from studio.common.i18n import _
from studio.domain.entities import SafetySetting

CATEGORIES = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
"""Categories of every service of this wire format."""

OTHER_CATEGORIES = (
    "CIVIC_INTEGRITY",
    "JAILBREAK",
    "IMAGE_HATE",
    "IMAGE_DANGEROUS_CONTENT",
    "IMAGE_HARASSMENT",
    "IMAGE_SEXUALLY_EXPLICIT",
)
"""Categories of some services only."""

LEVELS: Mapping[str, str] = {
    "few": "BLOCK_ONLY_HIGH",
    "some": "BLOCK_MEDIUM_AND_ABOVE",
    "most": "BLOCK_LOW_AND_ABOVE",
    "none": "BLOCK_NONE",
    "off": "OFF",
}
"""Thresholds of the service, by the program's short names."""

_CODES = frozenset(LEVELS.values())
_BY_CODE = {code: level for level, code in LEVELS.items()}


def category_name(category: str) -> str:
    """Name of a category on the screen; the service's own in lower case if there is none."""
    names = {
        "HARASSMENT": _("Harassment"),
        "HATE_SPEECH": _("Hate speech"),
        "SEXUALLY_EXPLICIT": _("Sexually explicit"),
        "DANGEROUS_CONTENT": _("Dangerous content"),
    }
    return names.get(category, category.replace("_", " ").capitalize())


def category_of(text: str) -> str:
    """The category of a name, such as "HARASSMENT"; "" for an unknown one."""
    name = _upper(text).removeprefix("HARM_CATEGORY_")
    short = {"HATE": "HATE_SPEECH", "SEXUAL": "SEXUALLY_EXPLICIT", "DANGEROUS": "DANGEROUS_CONTENT"}
    name = short.get(name, name)
    return name if name in (*CATEGORIES, *OTHER_CATEGORIES) else ""


def threshold_of(text: str) -> str | None:
    """The service's threshold of a level; "" for the model's default, None for an unknown one."""
    name = _upper(text)
    if name in ("DEFAULT", "HARM_BLOCK_THRESHOLD_UNSPECIFIED"):
        return ""
    code = LEVELS.get(name.removeprefix("BLOCK_").lower(), name)
    return code if code in _CODES else None


def level_of(threshold: str) -> str:
    """The program's name of a threshold, such as "few"; the service's own if there is none."""
    return _BY_CODE.get(threshold.upper(), threshold)


def threshold_in(settings: Sequence[SafetySetting], category: str) -> str:
    """Threshold of a category; "" if it is left to the model."""
    return next(
        (one.threshold.upper() for one in settings if category_of(one.category) == category), ""
    )


def with_threshold(
    settings: Sequence[SafetySetting], category: str, threshold: str
) -> tuple[SafetySetting, ...]:
    """The settings with another threshold for a category; "" leaves it to the model."""
    chosen = {category_of(one.category) or one.category: one.threshold for one in settings}
    chosen[category] = threshold
    order = {name: place for place, name in enumerate((*CATEGORIES, *OTHER_CATEGORIES))}
    return tuple(
        SafetySetting(name, chosen[name])
        for name in sorted(chosen, key=lambda name: order.get(name, len(order)))
        if chosen[name]
    )


def _upper(text: str) -> str:
    return re.sub(r"[\s-]+", "_", text.strip()).upper()
