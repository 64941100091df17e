"""Typeface of the window: Inter, from resources/fonts.

Two static weights instead of a variable font: Qt loads only the default weight of a variable font's
file, and `font-weight` in a style sheet cannot set an axis (docs/decisions/typeface.md).
"""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path

from PySide6.QtGui import QFontDatabase

from studio.common import paths

FAMILY = "Inter"

log = logging.getLogger(__name__)


def files() -> tuple[Path, ...]:
    """One file per weight of the design: 400 and 600."""
    folder = paths.resources() / "fonts"
    return (folder / "Inter-Regular.ttf", folder / "Inter-SemiBold.ttf")


def families(system: str) -> list[str]:
    """Inter, then the system's own family for the scripts Inter lacks.

    If Inter cannot be loaded, only the system's.
    """
    return [FAMILY, system] if _load() else [system]


@cache
def _load() -> bool:
    for path in files():
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            log.error("The font %s cannot be loaded; the system's is used instead", path.name)
            return False
    return True


def reset_fonts() -> None:
    """Reload for the next QApplication, as fonts are tied to the one they were loaded for."""
    _load.cache_clear()
