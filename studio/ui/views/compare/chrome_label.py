"""Line of texts and icons on a dark background, over a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import elided, placed
from studio.ui.support.qt_overrides import needs
from studio.ui.views.compare.covered import Covered

PAD = 10  # padding at both ends
GLYPH = 12
LEAST = 24  # pixels that an elided text keeps


@dataclass(frozen=True, slots=True, kw_only=True)
class ChromePiece:
    """A text, or an icon by its name.

    Attributes:
        weight: weight of the font; 0 for an icon.
        gap: pixels after the piece.
        elides: whether it is shortened if there is little room.
    """

    text: str
    role: str = "onchrome"
    weight: int = 400
    gap: int = 7
    elides: bool = False


class ChromeLabel(Covered, QWidget):
    """A line of pieces, as wide as necessary.

    It is painted once and kept: the picture below is repainted with every step of a pan.
    """

    def __init__(self, high: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._high = high
        self._pieces: tuple[ChromePiece, ...] = ()
        self._room = 400
        self._kept: QPixmap | None = None
        theme().changed.connect(self.on_theme)

    def set_pieces(self, pieces: Sequence[ChromePiece]) -> None:
        if tuple(pieces) != self._pieces:
            self._pieces = tuple(pieces)
            self._fit()

    def set_room(self, room: int) -> None:
        """Use at most this width, in pixels."""
        if room != self._room:
            self._room = room
            self._fit()

    def on_theme(self) -> None:
        """Repaint in the new colours."""
        self._fit()

    def _fit(self) -> None:
        self._kept = None
        self.resize(self.sizeHint())
        self.update()

    def _widths(self) -> list[int]:
        """Width of each piece in pixels, with the one that elides shortened to fit."""
        widths = []
        for one in self._pieces:
            metrics = QFontMetrics(theme().font("small", weight=one.weight or 400))
            widths.append(metrics.horizontalAdvance(one.text) + 1 if one.weight else GLYPH + 2)
        over = self._whole(widths) - self._room
        for at, one in enumerate(self._pieces):
            if one.elides and over > 0:
                widths[at] = max(LEAST, widths[at] - over)
        return widths

    def _whole(self, widths: Sequence[int]) -> int:
        return sum(widths) + sum(one.gap for one in self._pieces[:-1]) + 2 * PAD

    @needs("_room")
    def sizeHint(self) -> QSize:
        wide = min(self._room, self._whole(self._widths()))
        return QSize(wide, theme().px(self._high))

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.paint_on(QPainter(self))

    def paint_on(self, painter: QPainter) -> None:
        """Paint it at the origin, also on a widget that covers it."""
        dpr = self.devicePixelRatioF()
        if self._kept is None or self._kept.devicePixelRatioF() != dpr:
            self._kept = QPixmap(self.size() * dpr)
            self._kept.setDevicePixelRatio(dpr)
            self._kept.fill(Qt.GlobalColor.transparent)
            kept = QPainter(self._kept)
            self._paint(kept, dpr)
            kept.end()
        painter.drawPixmap(0, 0, self._kept)

    def _paint(self, painter: QPainter, dpr: float) -> None:
        look = theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("chrome"))
        painter.drawRoundedRect(QRectF(self.rect()), 5, 5)
        x = PAD
        for one, width in zip(self._pieces, self._widths(), strict=True):
            if one.weight:
                painter.setFont(look.font("small", weight=one.weight))
                painter.setPen(look.color(one.role))
                elide = Qt.TextElideMode.ElideRight
                shown = elided(painter.fontMetrics(), one.text, elide, width)
                box = QRectF(x, 0, width + 2, self.height())
                painter.drawText(placed(self, box), Qt.AlignmentFlag.AlignVCenter, shown)
            else:
                box = QRectF(x + 1, (self.height() - GLYPH) / 2, GLYPH, GLYPH)
                at = placed(self, box).topLeft()
                painter.drawPixmap(at, look.pixmap(one.text, one.role, GLYPH, dpr))
            x += width + one.gap
