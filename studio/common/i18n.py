"""Translation of the interface: gettext, with English as the source, and numbers in its language.

`_` and `ngettext` look messages up when they are called, so they must not be called at import time
(the message would keep the first language).
"""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from studio.common.number_format import ENGLISH, NumberFormat, format_of
from studio.common.system_language import catalogue_codes, system_languages

DOMAIN = "gridbrush"

_ENDS = (".", "…", "!", "?", "。", "！", "？", "؟")
"""Marks at the end of a sentence."""

_catalogue: _gettext.NullTranslations = _gettext.NullTranslations()
_numbers: NumberFormat = ENGLISH


def install(folder: Path, chosen: str | None = None) -> None:
    """Use the catalogue of the `chosen` language (a code such as "de"), and its numbers.

    If it is None or empty, the first of the system's languages with a catalogue is used. English
    needs no catalogue, and is the fallback.
    """
    use(_find(folder, [chosen] if chosen else system_languages()))
    use_numbers(format_of(language()))


def _find(folder: Path, languages: list[str]) -> _gettext.NullTranslations:
    for one in languages:
        codes = catalogue_codes(one)
        if codes[-1] == "en":
            break
        if _gettext.find(DOMAIN, folder, codes):
            return _gettext.translation(DOMAIN, folder, codes)
    return _gettext.NullTranslations()


def languages(folder: Path) -> tuple[str, ...]:
    """Codes of the languages that have a catalogue, besides English; blocking."""
    found = folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return tuple(sorted(path.parent.parent.name for path in found))


def use(catalogue: _gettext.NullTranslations) -> None:
    """Replace the catalogue."""
    global _catalogue
    _catalogue = catalogue


def language() -> str:
    """Code of the interface language: that of the catalogue, "en" without one."""
    return _catalogue.info().get("language") or "en"


def use_numbers(numbers: NumberFormat) -> None:
    """Set the number format."""
    global _numbers
    _numbers = numbers


def number(value: float | Decimal, decimals: int = 0) -> str:
    """Number in the format of the user's language: "12,408"."""
    return _numbers.number(value, decimals)


def short_number(value: float, most: int = 2) -> str:
    """Number with at most `most` decimals, without trailing zeros: "1.5"."""
    text = f"{value:.{most}f}".rstrip("0")
    return number(value, len(text.partition(".")[2]))


def dollars(usd: float | Decimal, decimals: int = 2, *, least: int | None = None) -> str:
    """US dollars in the format of the user's language: "$14.90".

    `least` decimals are always shown, further ones only if they are not zero: "$0.134", "$0.10".
    """
    text = _numbers.money(usd, decimals)
    return text if least is None else _numbers.without_zeros(text, least)


def right_to_left() -> bool:
    """Whether the user's language is written from right to left."""
    return _numbers.right_to_left


def left_to_right(text: str) -> str:
    """Text that runs from left to right in every language, such as "1024 × 768", for display."""
    return f"\u2066{text}\u2069" if right_to_left() else text


def read_number(text: str) -> Decimal:
    """Parse a number in the format of the user's language: "2.50". Raises ValueError."""
    return _numbers.read(text)


def sentences(*texts: str) -> str:
    """Whole sentences, one after the other; empty ones are left out."""
    # Translators: the separator between two sentences; a zero-width space if there is none.
    return pgettext("between sentences", " ").join(filter(None, texts))


def ended(text: str) -> str:
    """A text as a sentence: with a full stop, unless it already ends with punctuation."""
    if not text or text.endswith(_ENDS):
        return text
    # Translators: {text} is a sentence without its full stop.
    return _("{text}.").format(text=text)


def listed(parts: Iterable[str]) -> str:
    """Words or names as a list: "one, two, three"."""
    # Translators: the separator between the parts of a list.
    return pgettext("in a list", ", ").join(parts)


def _(message: str) -> str:
    """The message in the user's language."""
    return _catalogue.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The singular or plural message for `number` in the user's language (not yet formatted)."""
    return _catalogue.ngettext(singular, plural, number)


def pgettext(context: str, message: str) -> str:
    """The message in the user's language; `context` tells apart equal English messages."""
    return _catalogue.pgettext(context, message)
