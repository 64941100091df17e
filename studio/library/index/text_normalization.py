"""Search terms of a text: folded words, and character pairs for scripts without spaces.

Indexed text and searches are normalized in the same way. Case, accents, ligatures and the sharp s
are folded (Unicode's NFKD and case folding). Chinese, Japanese, Korean, Thai, Lao, Khmer and
Burmese have no spaces between words, or words with changing endings: their characters become
overlapping pairs, and the last character of a run becomes a term of its own. A search for one
character finds every pair that begins with it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

LONGEST = 48
"""Number of characters of a term that count; anything longer is data in a prompt, not a word."""

_ASCII = re.compile(r"[a-z0-9]+")
_ACCENTS = "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]"
_SPECIAL = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h"}
)
_PAIRED = (
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
"""Characters of scripts without spaces; like all patterns here, compiled when first needed."""


@cache
def _accents() -> re.Pattern[str]:
    return re.compile(_ACCENTS)


@cache
def _paired() -> re.Pattern[str]:
    return re.compile(_PAIRED)


@cache
def _word() -> re.Pattern[str]:
    # Python's \w lacks the combining vowels and marks of Thai, Hindi and many others.
    ranges: list[list[int]] = []
    for code in (*range(0x300, 0x2000), *range(0x3000, 0x3100), *range(0xA800, 0xAC00)):
        if unicodedata.category(chr(code))[0] == "M":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    marks = "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
    return re.compile(f"(?:[^\\W_]|[{marks}])+")


def folded(text: str) -> str:
    """The text without case and accents: "Straße, Löwe" becomes "strasse, lowe"."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold()).casefold()
    return unicodedata.normalize("NFC", _accents().sub("", apart)).translate(_SPECIAL)


def terms(text: str) -> list[str]:
    """The terms of a text in order, as they are indexed."""
    if text.isascii():
        return [one[:LONGEST] for one in _ASCII.findall(text.lower())]
    found: list[str] = []
    for word in _word().findall(folded(text)):
        at = 0
        for run in _paired().finditer(word):
            if run.start() > at:
                found.append(word[at : run.start()][:LONGEST])
            signs = run.group()
            found.extend(signs[n : n + 2] for n in range(len(signs)))
            at = run.end()
        if at < len(word):
            found.append(word[at:][:LONGEST])
    return found


def asked_terms(text: str) -> tuple[list[str], bool]:
    """The consecutive terms of a search, and whether the last one is a prefix.

    The single character at the end of a run of pairs is left out, because the run may continue in
    the indexed text. A single character in a search is the prefix of a pair.
    """
    found = terms(text)
    if not found or not _paired().fullmatch(found[-1]):
        return found, True
    if len(found) > 1 and len(found[-1]) == 1 and found[-2][1:] == found[-1]:
        return found[:-1], False
    return found, len(found[-1]) == 1
