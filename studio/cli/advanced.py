"""Advanced options of `generate`."""

from __future__ import annotations

import asyncio
from typing import Any

from studio.common import user_input
from studio.common.errors import InputError, UsageError
from studio.common.i18n import _, listed, read_number
from studio.domain.entities import Advanced, SafetySetting
from studio.domain.models import detail_level, thinking_level
from studio.domain.safety import CATEGORIES, LEVELS, OTHER_CATEGORIES, category_of, threshold_of


async def read(options: Any) -> Advanced:
    """Parse the options. Raises UsageError for an invalid one, InputError for a missing file."""
    return Advanced(
        system=await _system(options.system or ""),
        temperature=_temperature(options.temperature),
        thinking=thinking_level(options.thinking or ""),
        search=options.search or options.image_search,
        safety=_safety(options.safety),
        image_search=options.image_search,
        detail=detail_level(options.ref_detail or ""),
    )


async def _system(text: str) -> str:
    if not text.startswith("@"):
        return text
    try:
        return await asyncio.to_thread(_read, text[1:])
    except user_input.Unusable as error:
        raise InputError(
            _("The system instruction cannot be read"),
            f"{user_input.shown_name(text[1:])}: {error.reason}",
            hint=error.hint or _("Check the name after --system @; nothing was sent."),
        ) from error


def _read(name: str) -> str:
    return user_input.text(user_input.path_of(name))


def _temperature(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(read_number(text))
    except ValueError as error:
        raise UsageError(
            _("--temperature {value} is not a number").format(value=text[:40])
        ) from error


def _safety(settings: list[str]) -> tuple[SafetySetting, ...]:
    chosen: dict[str, SafetySetting] = {}
    for text in settings:
        name, equals, level = text.partition("=")
        category, threshold = category_of(name), threshold_of(level)
        if not equals:
            raise UsageError(
                _("--safety {value} is not valid").format(value=text[:60]),
                _("Write it as CATEGORY=LEVEL, such as harassment=few."),
            )
        if not category:
            raise UsageError(
                # Translators: {name} is what the user wrote.
                _("--safety has no category {name}").format(name=name[:60]),
                # Translators: {names} is a list with commas.
                _("Available: {names}.").format(
                    names=listed(one.lower() for one in (*CATEGORIES, *OTHER_CATEGORIES))
                ),
            )
        if threshold is None:
            raise UsageError(
                # Translators: {name} is what the user wrote.
                _("--safety has no level {name}").format(name=level[:60]),
                # Translators: {names} is a list with commas.
                _("Available: {names}.").format(names=listed(("default", *LEVELS))),
            )
        chosen.pop(category, None)
        if threshold:
            chosen[category] = SafetySetting(category, threshold)
    return tuple(chosen.values())
