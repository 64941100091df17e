"""Optional fields of a request's JSON: detection and removal.

An optional field is a separate setting: a key of the request, of `generationConfig` or of
`imageConfig`, a setting of a tool, or an option of a part; a category of the safety settings counts
as one too. Contents are never optional.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.domain.request_fields import CATEGORY, SAFETY

_CONTENTS = "contents"
_GROUPS = ("generationConfig", "imageConfig")
"""Objects whose keys are separate fields."""

_INSTRUCTION = "systemInstruction"
_TOOLS = "tools"
_TOOL_FIELDS = ("searchTypes",)
_PART_FIELDS = ("mediaResolution", "videoMetadata")
NEVER_REMOVED = frozenset({_CONTENTS, *_GROUPS, "cachedContent"})
"""Fields that are never removed, because without them the picture would be another one."""


def sent_fields(whole: dict[str, Any]) -> dict[str, frozenset[str]]:
    """Optional fields of a request, each with the plain names of its keys at any depth."""
    found: dict[str, set[str]] = {}
    for _place, name, value in _fields(whole):
        keys = set() if name == _INSTRUCTION else _keys(value, but=_TOOL_FIELDS)
        found.setdefault(name, {plain_name(name)}).update(keys)
    found.update({one: {plain_name(one)} for one in _categories(whole)})
    return {name: frozenset(keys) for name, keys in found.items()}


def remove_fields(whole: dict[str, Any], names: Collection[str]) -> frozenset[str]:
    """Remove fields, and objects left empty, from a request; returns the names of removed ones."""
    removed: set[str] = set()
    for place, name, _value in list(_fields(whole)):
        if name in names and name not in NEVER_REMOVED:
            place.pop(name, None)
            removed.add(name)
    if some := set(_categories(whole)).intersection(names):
        kept = [one for one in whole[SAFETY] if one.get("category") not in some]
        whole |= {SAFETY: kept}
        removed |= some
        if not kept:
            del whole[SAFETY]
    config = whole.get(_GROUPS[0], {})
    if config.get(_GROUPS[1]) == {}:
        del config[_GROUPS[1]]
    return frozenset(removed)


def plain_name(name: str) -> str:
    """A key's name without regard to its spelling: "thinking_level" is "thinkinglevel"."""
    return "".join(one for one in name.lower() if one.isalnum())


def _fields(whole: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, Any]]:
    """Every optional field: the object it is in, its name and its value."""
    for name, value in whole.items():
        if name == _CONTENTS:
            for part in _parts(value):
                yield from ((part, one, part[one]) for one in _PART_FIELDS if one in part)
        elif name in _GROUPS and isinstance(value, dict):
            yield from _fields(value)
        else:
            yield whole, name, value
            if name == _TOOLS:
                yield from _within(value, _TOOL_FIELDS)


def _categories(whole: dict[str, Any]) -> list[str]:
    """Categories of the safety settings, in the order sent."""
    return [
        category
        for one in whole.get(SAFETY, ())
        if (category := str(one.get("category"))).startswith(CATEGORY)
    ]


def _parts(contents: Any) -> Iterator[dict[str, Any]]:
    for turn in contents if isinstance(contents, list) else ():
        parts = turn.get("parts") if isinstance(turn, dict) else None
        yield from (part for part in parts or () if isinstance(part, dict))


def _within(value: Any, names: Collection[str]) -> Iterator[tuple[dict[str, Any], str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _within(one, names)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in names:
                yield value, name, inner
            else:
                yield from _within(inner, names)


def _keys(value: Any, *, but: Collection[str] = ()) -> set[str]:
    """Plain names of all keys within a value, except those within the fields `but`."""
    if isinstance(value, list):
        return set().union(*(_keys(one, but=but) for one in value))
    if not isinstance(value, dict):
        return set()
    found: set[str] = set()
    for name, inner in value.items():
        if name not in but:
            found |= {plain_name(name)} | _keys(inner, but=but)
    return found
