"""Language of the command line: from the settings, else the system's."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence

from studio.common import i18n, paths
from studio.common.errors import StudioError
from studio.config.settings import chosen_language


def use_language(arguments: Sequence[str]) -> None:
    """Use the language in the settings selected by these arguments, before any output."""
    i18n.install(paths.resources() / "locale", _language(_home(arguments)))


def _home(arguments: Sequence[str]) -> str | None:
    """The folder of `--home`, found without the parser: its help texts need the language first."""
    for word, following in itertools.zip_longest(arguments, arguments[1:]):
        if word == "--home":
            return following
        if word.startswith("--home="):
            return word.removeprefix("--home=")
    return os.environ.get("GRIDBRUSH_HOME") or None


def _language(home: str | None) -> str:
    try:
        return chosen_language(paths.find(home).settings_file)
    except StudioError:
        # The command reports the error.
        return ""
