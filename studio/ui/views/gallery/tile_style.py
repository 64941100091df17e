"""Fonts, measures and colours of tiles, created once per theme instead of per tile."""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPixmap

from studio.common.display_text import one_line
from studio.ui.style.theme import FontName, Theme
from studio.ui.support.layout_direction import elided

_BOLD = 600
_TEXTS = 4096  # cached text measures; a screen of small tiles has a few hundred


class FontFace(Struct, frozen=True):
    """A font with its metrics; `line` is the height of a line in pixels."""

    font: QFont
    metrics: QFontMetrics
    line: int


class TileStyle:
    """Style for measuring and drawing tiles. Create a new one when the theme changes.

    Attributes:
        icons: whether icons are drawn; the first screen avoids loading Qt's library for them.
    """

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.icons = True
        self.ghost = theme.ghost
        self.micro = self._face("micro")
        self.name = self._face("micro", prose=True)
        self.small = self._face("small")
        self.small_bold = self._face("small", _BOLD)
        self.timer = self._face("timer")
        self.struck = QFont(self.name.font)
        self.struck.setStrikeOut(True)
        self._elided: dict[tuple[str, int], str] = {}
        self._wrapped: dict[tuple[int, str, int], tuple[int, int]] = {}

    def _face(self, name: FontName, weight: int | None = None, *, prose: bool = False) -> FontFace:
        font = self.theme.font(name, weight=weight, prose=prose)
        return FontFace(font, QFontMetrics(font), self.theme.line(name))

    @property
    def grow(self) -> int:
        """Extra height of captions in pixels under the system's text scale."""
        return self.micro.line - 14 if self.micro.line > 14 else 0

    def color(self, role: str) -> QColor:
        return self.theme.color(role)

    def icon(self, name: str, role: str, size: int, dpr: float) -> QPixmap:
        """Icon in device pixels."""
        if not self.icons:
            return QPixmap()
        return self.theme.pixmap(name, role, size, dpr)

    def elided(self, text: str, width: int) -> str:
        """Caption text, elided at the end to `width` pixels."""
        key = (text, width)
        found = self._elided.get(key)
        if found is None:
            if len(self._elided) > _TEXTS:
                self._elided.clear()
            line = one_line(text)
            found = elided(self.name.metrics, line, Qt.TextElideMode.ElideRight, max(0, width))
            self._elided[key] = found
        return found

    def wrapped(self, face: FontFace, text: str, width: int) -> tuple[int, int]:
        """Width and number of lines of a text wrapped at words to `width` pixels."""
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
