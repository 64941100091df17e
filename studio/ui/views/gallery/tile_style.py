"""Fonts, measures and colours of tiles, made once for a theme instead of for every tile."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPixmap

from studio.common.display_text import one_line
from studio.ui.style.theme import FontName, Theme

_BOLD = 600
_TEXTS = 4096  # measured texts kept; a screen of small tiles has a few hundred


@dataclass(frozen=True, slots=True)
class FontFace:
    """A font with its measures; `line` is the height of a line in pixels."""

    font: QFont
    metrics: QFontMetrics
    line: int


class TileStyle:
    """What tiles are measured and drawn with. Make a new one when the theme changed.

    Attributes:
        icons: whether icons are drawn: a first screen does without Qt's library for them.
    """

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.icons = True
        self.ghost = theme.ghost
        self.micro = self._face("micro")
        self.name = self._face("micro", prose=True)
        self.name_bold = self._face("micro", _BOLD, prose=True)
        self.small = self._face("small")
        self.small_bold = self._face("small", _BOLD)
        self.timer = self._face("timer")
        self.struck = QFont(self.name.font)
        self.struck.setStrikeOut(True)
        self._elided: dict[tuple[str, int, bool], str] = {}
        self._wrapped: dict[tuple[int, str, int], tuple[int, int]] = {}

    def _face(self, name: FontName, weight: int | None = None, *, prose: bool = False) -> FontFace:
        font = self.theme.font(name, weight=weight, prose=prose)
        return FontFace(font, QFontMetrics(font), self.theme.line(name))

    @property
    def grow(self) -> int:
        """Pixels captions grow by under the system's text scale."""
        return self.micro.line - 14 if self.micro.line > 14 else 0

    def color(self, role: str) -> QColor:
        """The colour of a role."""
        return self.theme.color(role)

    def icon(self, name: str, role: str, size: int, dpr: float) -> QPixmap:
        """An icon at device pixels."""
        if not self.icons:
            return QPixmap()
        return self.theme.pixmap(name, role, size, dpr)

    def elided(self, text: str, width: int, *, bold: bool = False) -> str:
        """A caption's text, cut to `width` pixels; its end, often a number, stays."""
        key = (text, width, bold)
        found = self._elided.get(key)
        if found is None:
            if len(self._elided) > _TEXTS:
                self._elided.clear()
            face = self.name_bold if bold else self.name
            text = one_line(text)
            found = face.metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, max(0, width))
            self._elided[key] = found
        return found

    def wrapped(self, face: FontFace, text: str, width: int) -> tuple[int, int]:
        """Width and number of lines of a text broken at words to fit into `width` pixels."""
        key = (id(face), text, width)
        found = self._wrapped.get(key)
        if found is None:
            if len(self._wrapped) > _TEXTS:
                self._wrapped.clear()
            room = QRect(0, 0, max(1, width), 10_000)
            bounds = face.metrics.boundingRect(
                room, int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter), text
            )
            lines = max(1, round(bounds.height() / max(1, face.metrics.lineSpacing())))
            found = self._wrapped[key] = (bounds.width(), lines)
        return found
