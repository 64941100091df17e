"""What a service can be told to refuse: the kinds of harm, and how much of each is stopped.

Source: the service's own lists of categories and thresholds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from studio.domain.entities import SafetySetting

CATEGORIES = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
"""The kinds every service of this wire knows."""

OTHER_CATEGORIES = (
    "CIVIC_INTEGRITY",
    "JAILBREAK",
    "IMAGE_HATE",
    "IMAGE_DANGEROUS_CONTENT",
    "IMAGE_HARASSMENT",
    "IMAGE_SEXUALLY_EXPLICIT",
)
"""Kinds only some services know."""

LEVELS: Mapping[str, str] = {
    "few": "BLOCK_ONLY_HIGH",
    "some": "BLOCK_MEDIUM_AND_ABOVE",
    "most": "BLOCK_LOW_AND_ABOVE",
    "none": "BLOCK_NONE",
    "off": "OFF",
}
"""How much is blocked, in a word, and what the service calls it."""

_CODES = frozenset(LEVELS.values())
_BY_CODE = {code: level for level, code in LEVELS.items()}


def category_of(text: str) -> str:
    """The category a person means, such as "HARASSMENT"; empty when there is none of that name."""
    name = _upper(text).removeprefix("HARM_CATEGORY_")
    short = {"HATE": "HATE_SPEECH", "SEXUAL": "SEXUALLY_EXPLICIT", "DANGEROUS": "DANGEROUS_CONTENT"}
    name = short.get(name, name)
    return name if name in (*CATEGORIES, *OTHER_CATEGORIES) else ""


def threshold_of(text: str) -> str | None:
    """The service's word for a level; "" for the model's own, None when there is no such level."""
    name = _upper(text)
    if name in ("DEFAULT", "HARM_BLOCK_THRESHOLD_UNSPECIFIED"):
        return ""
    code = LEVELS.get(name.removeprefix("BLOCK_").lower(), name)
    return code if code in _CODES else None


def level_of(threshold: str) -> str:
    """The word for a threshold, such as "few"; the service's own word where there is none."""
    return _BY_CODE.get(threshold.upper(), threshold)


def threshold_in(settings: Sequence[SafetySetting], category: str) -> str:
    """What was chosen for a category; empty when it is left to the model."""
    return next(
        (one.threshold.upper() for one in settings if category_of(one.category) == category), ""
    )


def with_threshold(
    settings: Sequence[SafetySetting], category: str, threshold: str
) -> tuple[SafetySetting, ...]:
    """The settings with another threshold for one category; "" leaves it to the model again."""
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
