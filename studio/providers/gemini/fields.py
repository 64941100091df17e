"""Careful reading of foreign JSON: both spellings of a name, and no trust in any type."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")


def get(value: Any, name: str) -> Any:
    """The field `name` (given in camelCase) in either spelling; None when there is none."""
    if not isinstance(value, Mapping):
        return None
    if (found := value.get(name)) is not None:
        return found
    for other in _others(name):
        if (found := value.get(other)) is not None:
            return found
    return None


@functools.cache
def _others(name: str) -> tuple[str, ...]:
    """The other spellings of a name; there are only those this program asks for."""
    low = name.lower()
    return tuple(
        dict.fromkeys(one for one in (_HUMP.sub(r"_\1", name).lower(), low) if one != name)
    )


def text(value: Any, name: str) -> str:
    """The field as text; empty when it is missing or something else."""
    found = get(value, name)
    return sound(found) if isinstance(found, str) else ""


def sound(words: str) -> str:
    """The text without lone halves of surrogate pairs, which JSON can write and no file can."""
    return words if words.isascii() else words.encode("utf-8", "replace").decode()


def items(value: Any, name: str) -> list[Any]:
    """The field as a list; a single object counts as a list of one."""
    found = get(value, name)
    if isinstance(found, list):
        return found
    return [found] if isinstance(found, Mapping) else []


def number(value: Any, name: str) -> int | None:
    """The field as a whole number of zero or more; digits in a string count."""
    found = get(value, name)
    if isinstance(found, bool):
        return None
    if isinstance(found, str) and re.fullmatch(r"[0-9]{1,15}", found):
        return int(found)
    if isinstance(found, (int, float)) and 0 <= found < 1e15:
        return int(found)
    return None
