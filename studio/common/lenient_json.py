"""Lenient reading of a file that is invalid as a whole, entry by entry.

Valid entries are used. Invalid ones and those of a newer version are named; `merge_unknown_fields`
preserves them when the file is written again.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from studio.common.json_reader import NotUnderstood, convert, plain

T = TypeVar("T")

NOTHING: Final = object()
"""Placeholder for an invalid entry."""


def understand(raw: Any, kind: type[T], odd: list[str]) -> T:
    """The valid part of `raw` as a value of this type; names of the rest are added to `odd`.

    Raises NotUnderstood if a required part is missing.
    """
    found = _understood(raw, kind, odd, "")
    if found is NOTHING:
        raise NotUnderstood(", ".join(odd))
    return cast("T", found)


def _understood(raw: Any, kind: Any, odd: list[str], where: str) -> Any:
    try:
        return convert(raw, kind)
    except NotUnderstood:
        pass
    found = _in_parts(raw, kind, odd, where)
    if found is NOTHING:
        odd.append(where or "?")
    return found


def _in_parts(raw: Any, kind: Any, odd: list[str], where: str) -> Any:
    inside: list[str] = []
    found: Any = NOTHING
    if isinstance(raw, dict) and _has_fields(kind):
        hints = _hints(kind)
        values = {
            name: value
            for name in hints
            if name in raw
            and (value := _understood(raw[name], hints[name], inside, _within(where, name)))
            is not NOTHING
        }
        try:
            found = kind(**values)
        except TypeError:
            return NOTHING  # a required field is missing
    elif isinstance(raw, dict) and (entry := _entry_of_mapping(kind)) is not None:
        found = {
            name: value
            for name, one in raw.items()
            if (value := _understood(one, entry, inside, _within(where, name))) is not NOTHING
        }
    elif isinstance(raw, list) and (entry := _entry_of_list(kind)) is not None:
        items = [
            _understood(one, entry, inside, _within(where, _called(one, number)))
            for number, one in enumerate(raw, start=1)
        ]
        good = [item for item in items if item is not NOTHING]
        found = tuple(good) if get_origin(kind) is tuple else good
    else:
        for choice in _choices(kind):
            if (found := _in_parts(raw, choice, inside, where)) is not NOTHING:
                break
    if found is not NOTHING:
        odd += inside
    return found


def merge_unknown_fields(raw: Any, new: Any, kind: Any) -> Any:
    """`new` with the unknown and invalid entries of `raw`.

    Args:
        raw: content of the file, as plain JSON.
        new: new content, as plain JSON.
        kind: type of both.
    """
    for choice in _choices(kind):
        if _has_fields(choice):
            kind = choice
    if isinstance(raw, dict) and isinstance(new, dict):
        if _has_fields(kind):
            return _keep_fields(raw, new, kind)
        if (entry := _entry_of_mapping(kind)) is not None:
            odd = {name: one for name, one in raw.items() if not _is_understood(one, entry)}
            return {
                **odd,
                **{
                    n: merge_unknown_fields(raw[n], one, entry) if n in raw else one
                    for n, one in new.items()
                },
            }
    if isinstance(raw, list) and isinstance(new, list):
        entry = _entry_of_list(kind)
        if entry is not None:
            named = {_name(one): one for one in raw if _name(one) is not None}
            kept = [
                merge_unknown_fields(named[name], one, entry)
                if (name := _name(one)) in named
                else one
                for one in new
            ]
            return [*kept, *(one for one in raw if not _is_understood(one, entry))]
    return new


def _keep_fields(raw: dict[str, Any], new: dict[str, Any], kind: Any) -> dict[str, Any]:
    hints, usual = _hints(kind), dict(_usual(kind))
    kept = dict(new)
    for name, value in raw.items():
        if name not in hints:
            kept.setdefault(name, value)
        elif not _is_understood(value, hints[name]):
            # A changed value replaces the invalid one.
            if name in usual and new.get(name, usual[name]) == usual[name]:
                kept[name] = value
        elif name in new:
            kept[name] = merge_unknown_fields(value, new[name], hints[name])
    return kept


def _is_understood(raw: Any, kind: Any) -> bool:
    return _understood(raw, kind, [], "") is not NOTHING


def _has_fields(kind: Any) -> bool:
    return isinstance(kind, type) and (
        dataclasses.is_dataclass(kind) or issubclass(kind, msgspec.Struct)
    )


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    if dataclasses.is_dataclass(kind):
        return {field.name: hints[field.name] for field in dataclasses.fields(kind)}
    return {name: hints[name] for name in kind.__struct_fields__}


def _usual(kind: Any) -> Iterator[tuple[str, Any]]:
    """Fields that have defaults, and the defaults as plain JSON."""
    if dataclasses.is_dataclass(kind):
        for one in dataclasses.fields(kind):
            if one.default is not dataclasses.MISSING:
                yield one.name, as_json(one.default)
            elif one.default_factory is not dataclasses.MISSING:
                yield one.name, as_json(one.default_factory())
        return
    for field in msgspec.structs.fields(kind):
        if field.default is not msgspec.NODEFAULT:
            yield field.name, as_json(field.default)
        elif field.default_factory is not msgspec.NODEFAULT:
            yield field.name, as_json(field.default_factory())


def as_json(value: Any) -> Any:
    """A value as plain JSON: dicts, lists, strings and numbers."""
    return plain(msgspec.json.encode(value))


def _entry_of_mapping(kind: Any) -> Any | None:
    origin = get_origin(kind)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return get_args(kind)[1]
    return None


def _entry_of_list(kind: Any) -> Any | None:
    args = get_args(kind)
    if get_origin(kind) is list or (get_origin(kind) is tuple and args[1:] == (Ellipsis,)):
        return args[0]
    return None


def _choices(kind: Any) -> tuple[Any, ...]:
    if get_origin(kind) is Annotated:
        return (get_args(kind)[0],) if _has_fields(get_args(kind)[0]) else ()
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else ()


def _name(entry: Any) -> str | None:
    name = entry.get("name") or entry.get("id") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else None


def _called(entry: Any, number: int) -> str:
    name = _name(entry)
    if name is None and isinstance(entry, list) and entry and isinstance(entry[0], str):
        name = entry[0]
    return str(number) if name is None else name[:40]


def _within(where: str, name: Any) -> str:
    return f"{where} {name}" if where else str(name)
