"""Mnemonics: a letter for each entry of a menu or button of a dialog, chosen from its text.

They are computed, not written into the messages, so that each is unique in every language, even
next to names given by the user. Texts without letters of a keyboard, as in Japanese, get a Latin
letter in parentheses.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_FIRST_IDEOGRAPH = "\u2e80"


def letters(texts: Sequence[str], hints: Sequence[str] = ()) -> list[str]:
    """A unique lower-case letter or digit for each text; "" if none is left.

    `hints` are English names, whose letters are preferred for texts without letters of a keyboard.
    """
    hints = [*hints, *("",) * (len(texts) - len(hints))]
    wanted = [_candidates(text, hint) for text, hint in zip(texts, hints, strict=True)]
    owner: dict[str, int] = {}
    # Assign first letters before others, so that a late text gets its own if possible.
    for place, options in enumerate(wanted):
        if options and options[0] not in owner:
            owner[options[0]] = place
    for place in range(len(texts)):
        if place not in owner.values():
            _find(place, wanted, owner, set())
    found = {place: letter for letter, place in owner.items()}
    return [found.get(place, "") for place in range(len(texts))]


def _find(place: int, wanted: list[list[str]], owner: dict[str, int], tried: set[str]) -> bool:
    """Give a text a letter, reassigning those of others if needed (a maximum matching)."""
    for free in (True, False):
        for letter in wanted[place]:
            if letter in tried or (free and letter in owner):
                continue
            tried.add(letter)
            if letter not in owner or _find(owner[letter], wanted, owner, tried):
                owner[letter] = place
                return True
    return False


def _candidates(text: str, hint: str) -> list[str]:
    """Letters for a text, best first: initials of words, then letters within them."""
    text = text.lower()
    initials = [
        char
        for place, char in enumerate(text)
        if _is_typed(char) and (not place or not text[place - 1].isalnum())
    ]
    inside = [char for char in text if _is_typed(char)]
    if not any(char.isalpha() for char in inside):
        initials += [part[0] for part in hint.lower().split("_") if part and _is_typed(part[0])]
        inside += [*(char for char in hint.lower() if _is_typed(char)), *_ALPHABET]
    return list(dict.fromkeys((*initials, *inside)))


def _is_typed(char: str) -> bool:
    """Whether a single key types the character: no ideograph, and no letter with an accent."""
    if not char.isalnum() or char >= _FIRST_IDEOGRAPH:
        return False
    return len(unicodedata.normalize("NFKD", char)) == 1


def marked(text: str, letter: str) -> str:
    """A literal text in Qt's syntax for mnemonics, with the letter underlined; "" for none."""
    if not letter:
        return text.replace("&", "&&")
    place = _place(text, letter)
    if place < 0:
        return f"{text.replace('&', '&&')} (&{letter.upper()})"
    before, after = text[:place].replace("&", "&&"), text[place:].replace("&", "&&")
    return f"{before}&{after}"


def _place(text: str, letter: str) -> int:
    """Index of a letter in a text, at the beginning of a word if possible; -1 if it is missing."""
    places = [place for place, char in enumerate(text) if char.lower() == letter]
    first = [place for place in places if not place or not text[place - 1].isalnum()]
    return next(iter((*first, *places)), -1)


def plain(text: str) -> str:
    """Literal form of a text in Qt's syntax for mnemonics."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")
