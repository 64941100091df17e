"""Defensive access to foreign JSON: both spellings of names, no trust in types."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

ANSWERS = ("candidates", "choices", "predictions", "promptFeedback", "usageMetadata")
"""Fields that identify a response; only those of the images API have none of them."""

NO_REASON = ("", "FINISH_REASON_UNSPECIFIED")
"""Finish reasons without a meaning."""

_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")


def get(value: Any, name: str) -> Any:
    """Field `name`, given in camelCase, in either spelling; None if it is missing."""
    # A dict is a Mapping too; to ask for it first is faster.
    if not isinstance(value, (dict, Mapping)):
        return None
    if (found := value.get(name)) is not None:
        return found
    for other in _others(name):
        if (found := value.get(other)) is not None:
            return found
    return None


@functools.cache
def _others(name: str) -> tuple[str, ...]:
    """Other spellings of a name; the cache holds only names used by this program."""
    low = name.lower()
    return tuple(
        dict.fromkeys(one for one in (_HUMP.sub(r"_\1", name).lower(), low) if one != name)
    )


def text(value: Any, name: str) -> str:
    """Field as text; empty if it is missing or not text."""
    found = get(value, name)
    return sound(found) if isinstance(found, str) else ""


def sound(words: str) -> str:
    """Replace unpaired surrogates, which are possible in JSON but not in files."""
    return words if words.isascii() else words.encode("utf-8", "replace").decode()


def items(value: Any, name: str) -> list[Any]:
    """Field as a list; a single object counts as a list of one."""
    found = get(value, name)
    if isinstance(found, list):
        return found
    return [found] if isinstance(found, Mapping) else []


def number(value: Any, name: str) -> int | None:
    """Field as an integer of zero or more; digits in a string count. None for anything else."""
    found = get(value, name)
    if isinstance(found, bool):
        return None
    if isinstance(found, str) and re.fullmatch(r"[0-9]{1,15}", found):
        return int(found)
    if isinstance(found, (int, float)) and 0 <= found < 1e15:
        return int(found)
    return None
