"""Patterns of file names: tokens such as `{title}` and `{n:3}`, with literal text between them.

Values from a picture are reduced to slugs, so that they cannot add a folder or an extension; the
whole name is made portable where it is used (`library/files/originals.py`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from studio.common import files
from studio.common.errors import InputError
from studio.common.i18n import _
from studio.domain.entities import Picture

TOKENS: Final = (
    "title", "prompt", "date", "time", "model", "n", "size", "id", "collection", "seed", "rating",
)  # fmt: skip

_TOKEN: Final = re.compile(r"\{([a-z]+)(?::([1-9]))?\}")
_BRACE: Final = re.compile(r"[{}]")
_SEPARATORS: Final = " -_.,"
_LONGEST_PATTERN: Final = 400
_PROMPT_BYTES: Final = 100
_DIGITS: Final = 3


@dataclass(frozen=True, slots=True)
class PatternPart:
    """A part of a pattern: a token with its number of digits, or literal text."""

    text: str
    is_token: bool = False
    digits: int = 0


def parse(pattern: str) -> tuple[PatternPart, ...]:
    """The parts of a pattern. Raises InputError for an unknown token or an unmatched brace."""
    if len(pattern) > _LONGEST_PATTERN:
        raise InputError(_("The name pattern is too long"))
    return tuple(_parts(pattern))


def _parts(pattern: str) -> Iterator[PatternPart]:
    at = 0
    for found in _TOKEN.finditer(pattern):
        if found.start() > at:
            yield _literal(pattern[at : found.start()])
        if found[1] not in TOKENS or (found[2] and found[1] != "n"):
            raise _unknown(found[0])
        yield PatternPart(found[1], is_token=True, digits=int(found[2] or _DIGITS))
        at = found.end()
    if at < len(pattern):
        yield _literal(pattern[at:])


def _literal(text: str) -> PatternPart:
    if (brace := _BRACE.search(text)) is not None:
        raise _unknown(text[brace.start() :])
    return PatternPart(text)


def _unknown(text: str) -> InputError:
    return InputError(
        # Translators: {token} is a part of a name pattern, such as "{titel}".
        _("Unknown token in the name pattern: {token}").format(token=text.strip()[:40]),
        _("Known tokens: {known}.").format(
            known=", ".join(f"{{{name}}}" for name in TOKENS) + ", {n:4}"
        ),
    )


def filled(
    parts: tuple[PatternPart, ...],
    picture: Picture,
    *,
    number: int,
    size: tuple[int, int],
    collection: str = "",
) -> str:
    """The name of one copy without extension; "" if every token is empty.

    Separators beside an empty token are left out. `number` counts from 1, `size` is that of the
    copy in pixels.
    """
    name, empty = "", False
    for part in parts:
        if not part.is_token:
            name += part.text.lstrip(_SEPARATORS) if empty and _at_boundary(name) else part.text
            empty = False
            continue
        value = _value(part, picture, number, size, collection)
        empty = empty or not value
        name += value
        if value:
            empty = False
    return name.strip(_SEPARATORS)


def _at_boundary(name: str) -> bool:
    return not name or name[-1] in _SEPARATORS


def _value(
    part: PatternPart, picture: Picture, number: int, size: tuple[int, int], collection: str
) -> str:
    match part.text:
        case "title":
            return _slug(picture.name)
        case "prompt":
            return _slug(picture.prompt, limit=_PROMPT_BYTES)
        case "date":
            return _when("%Y-%m-%d", picture)
        case "time":
            return _when("%H%M%S", picture)
        case "model":
            return _slug(picture.model)
        case "n":
            return f"{number:0{part.digits}}"
        case "size":
            return f"{size[0]}x{size[1]}"
        case "id":
            return picture.id[-8:]
        case "collection":
            return _slug(collection)
        case "seed":
            return "" if picture.seed is None else str(picture.seed)
        case _:
            return str(picture.rating)


def _when(form: str, picture: Picture) -> str:
    try:
        return time.strftime(form, time.localtime(picture.created))
    except (OverflowError, ValueError, OSError):
        return ""  # a damaged record


def _slug(text: str, *, limit: int = 60) -> str:
    return files.slug(text, limit=limit) if text.strip() else ""
