"""Translation of the interface: gettext, with English as the source.

`_` and `ngettext` look messages up when they are called, so they must not be called at import time
(the message would keep the first language).
"""

from __future__ import annotations

import gettext as _gettext
import locale
import os
from collections.abc import Callable
from pathlib import Path

DOMAIN = "gridbrush"

_catalogue: _gettext.NullTranslations = _gettext.NullTranslations()


def plain_number(value: float, decimals: int) -> str:
    """Number in English format."""
    return f"{value:,.{decimals}f}"


_write_number: Callable[[float, int], str] = plain_number


def install(folder: Path, language: str | None = None) -> None:
    """Use the catalogue for `language` (a code such as "de"); the system's language when None.

    A language without a catalogue is read in English.
    """
    languages = [language] if language else _system_languages()
    use(_gettext.translation(DOMAIN, folder, languages, fallback=True))


def use(catalogue: _gettext.NullTranslations) -> None:
    """Replace the catalogue."""
    global _catalogue
    _catalogue = catalogue


def language() -> str:
    """Code of the interface language: that of the catalogue, "en" without one."""
    return _catalogue.info().get("language") or "en"


def use_numbers(write: Callable[[float, int], str]) -> None:
    """Set the number format: a function of value and decimals."""
    global _write_number
    _write_number = write


def number(value: float, decimals: int = 0) -> str:
    """Number in the format of the user's language: "12,408"."""
    return _write_number(value, decimals)


def _(message: str) -> str:
    """The message in the user's language."""
    return _catalogue.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The singular or plural message for `number` in the user's language (not yet formatted)."""
    return _catalogue.ngettext(singular, plural, number)


def pgettext(context: str, message: str) -> str:
    """The message in the user's language, for English words with several meanings."""
    return _catalogue.pgettext(context, message)


def _system_languages() -> list[str]:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value.split(":")
    return [locale.getlocale()[0] or "en"]
