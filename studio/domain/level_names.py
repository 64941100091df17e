"""Names of a model's levels within a line of words, such as "thinking high"."""

from __future__ import annotations

from studio.common.display_text import one_line
from studio.common.i18n import pgettext


def thinking_word(level: str) -> str:
    """A thinking level in the user's language; one that is unknown here as it is."""
    names = {
        "minimal": pgettext("thinking level, in a line", "minimal"),
        "low": pgettext("thinking level, in a line", "low"),
        "medium": pgettext("thinking level, in a line", "medium"),
        "high": pgettext("thinking level, in a line", "high"),
    }
    return names.get(level) or one_line(level)


def detail_word(level: str) -> str:
    """A level of detail of references in the user's language; one that is unknown as it is."""
    names = {
        "low": pgettext("reference detail, in a line", "low"),
        "medium": pgettext("reference detail, in a line", "medium"),
        "high": pgettext("reference detail, in a line", "high"),
        "ultra_high": pgettext("reference detail, in a line", "ultra high"),
    }
    return names.get(level) or one_line(level.replace("_", " "))
