"""The user's preferred languages in the system, most preferred first."""

from __future__ import annotations

import locale
import os
import re
import sys

if sys.platform == "win32":
    import ctypes

if sys.platform == "darwin":
    import plistlib
    from pathlib import Path

_ENGLISH = ("", "c", "posix", "en")
_SCRIPTS = {"hans": "CN", "hant": "TW"}


def system_languages() -> list[str]:
    """Codes such as "de_AT", or Windows names such as "German_Germany"; never empty."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return [one for one in value.split(":") if one] or ["en"]
    return _chosen() or [locale.getlocale()[0] or "en"]


def _chosen() -> list[str]:
    """Languages in the settings of Windows or macOS, which set no variables for them."""
    if sys.platform == "win32":
        # The language of windows and menus; that of number formats may differ.
        number = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        name = locale.windows_locale.get(number)
        return [name] if name else []
    elif sys.platform == "darwin":
        try:
            file = Path.home() / "Library/Preferences/.GlobalPreferences.plist"
            chosen = plistlib.loads(file.read_bytes()).get("AppleLanguages", [])
        except (OSError, ValueError, RuntimeError):
            return []
        return [str(one) for one in chosen]
    else:
        return []


def catalogue_codes(name: str) -> list[str]:
    """Catalogue names for this language, the most specific first: "de_AT", "de".

    Understands "de_AT.UTF-8@euro", "de-AT", "zh-Hans-CN" and Windows' "German_Germany.1252".
    """
    first, *rest = re.split(r"[.@]", name.strip())[0].replace("-", "_").split("_")
    if len(first) > 3 and first.lower() not in _ENGLISH:
        first, rest = _of_windows(first, rest)
    first = first.lower()
    if first in _ENGLISH:
        return ["en"]
    places = [_SCRIPTS.get(one.lower(), one.upper()) for one in rest]
    codes = [f"{first}_{place}" for place in places if len(place) == 2]
    if codes == [] and first == "zh":
        codes = ["zh_CN"]
    return list(dict.fromkeys([*codes, first]))


def _of_windows(language: str, place: list[str]) -> tuple[str, list[str]]:
    """Code and territories of a language by its name in Windows: "Chinese (Traditional)"."""
    if language.lower().startswith("chinese"):
        far = re.search("traditional|taiwan|hong kong|macao", " ".join([language, *place]).lower())
        return "zh", ["TW" if far else "CN"]
    # Python has these names as aliases: "german" is "de_DE.ISO8859-1".
    return locale.locale_alias.get(language.lower(), "en")[:2], []
