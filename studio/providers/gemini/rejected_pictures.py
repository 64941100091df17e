"""Find the reference picture that a service could not read."""

from __future__ import annotations

import re

from studio.providers.gemini.error_body import ErrorBody

_COUNTED = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_WORD = r"(?:image|picture|photo|file|reference|input|attachment)s?"
_NO_SIZE = r"(?![.\d]*(?: ?[x%]| ?[km]b))"
_PLACES: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (base, re.compile(pattern))
    for base, pattern in (
        # The parts of a request are its pictures, then its text.
        (0, r"\bparts?\[(\d{1,3})\]|\bparts?\.(\d{1,3})\b"),
        (1, r"\bpart position (\d{1,3})"),
        (0, r"\b(?:content|message)s?\.\d{1,3}\.content\.(\d{1,3})\b"),
        (0, rf"\b{_WORD} ?\[(\d{{1,3}})\]|\b(?:at )?(?:index|offset) (\d{{1,3}})\b"),
        (1, rf"\b{_WORD} (?:no\.? ?|number |# ?|at position )?(\d{{1,3}})\b{_NO_SIZE}"),
        (1, rf"\b(\d{{1,3}})(?:st|nd|rd|th) (?:\w+ )?{_WORD}\b"),
    )
)
_ORDINAL = re.compile(rf"\b({'|'.join(_COUNTED)}) (?:\w+ )?{_WORD}\b")


def rejected_picture(said: ErrorBody, references: tuple[str, ...] | None) -> int | None:
    """Number of the rejected picture among the references of a request, from 1; None if unknown."""
    if not references:
        return None
    words = f"{' '.join(said.named_fields())} {said.message}".lower()
    if len(references) == 1:
        return 1
    for number, name in enumerate(references, start=1):
        if len(name) > 3 and name.lower() in words:
            return number
    for base, pattern in _PLACES:
        if found := pattern.search(words):
            number = int(next(one for one in found.groups() if one)) + 1 - base
            return number if 1 <= number <= len(references) else None
    if counted := _ORDINAL.search(words):
        number = _COUNTED.index(counted[1]) + 1
        return number if number <= len(references) else None
    return None
