"""Switch: a setting that is on or off, with a label."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from studio.common.display_text import one_line
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import elided
from studio.ui.widgets.buttons import PaintedButton, ToggledIsClicked
from studio.ui.widgets.plain_text import set_words

TRACK = QSize(28, 16)
KNOB = 10  # diameter in pixels
SPACE = 8
HIGH = 24  # minimum height in pixels, for the pointer


class Switch(ToggledIsClicked, PaintedButton):
    """A track with a knob, and a clickable label beside it.

    Screen readers read it as a check box. Space and Enter change it.

    Signals:
        changed: whether it is on, after a change by the user.
    """

    changed = Signal(bool)

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, radius=8)
        self.setCheckable(True)
        set_words(self, one_line(text))
        # A long word is elided rather than widening a panel.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self.on_toggled)
        self.clicked.connect(self.changed)

    def sizeHint(self) -> QSize:
        words = QFontMetrics(theme().font("small")).horizontalAdvance(self.text())
        wide = TRACK.width() + (SPACE + words + 2 if words else 0)
        return QSize(wide, theme().height(HIGH))

    def minimumSizeHint(self) -> QSize:
        return QSize(TRACK.width(), theme().height(HIGH))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRect(0, (self.height() - TRACK.height()) // 2, TRACK.width(), TRACK.height())
        self._paint_track(painter, QRectF(self._mirrored(track)))
        words = self.rect().adjusted(TRACK.width() + SPACE, 0, 0, 0)
        look = theme()
        painter.setFont(look.font("small"))
        painter.setPen(look.color(self._role()))
        shown = elided(
            painter.fontMetrics(), self.text(), Qt.TextElideMode.ElideRight, words.width()
        )
        start = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        painter.drawText(self._mirrored(words), start | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()

    def _paint_track(self, painter: QPainter, track: QRectF) -> None:
        look, on, usable = theme(), self.isChecked(), self.isEnabled()
        # When it is off, only the outline shows the control.
        edge = "edge" if usable else "off"
        painter.setPen(Qt.PenStyle.NoPen if on and usable else QPen(look.color(edge), 1))
        ground = "fillh" if self.underMouse() else "fill"
        painter.setBrush(look.color(ground if on and usable else "press"))
        box = track.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        inset = (track.height() - KNOB) / 2
        at_right = on is not self.isRightToLeft()
        left = track.right() - inset - KNOB if at_right else track.left() + inset
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color(("onfill" if on else "text2") if usable else "off"))
        painter.drawEllipse(QRectF(left, track.top() + inset, KNOB, KNOB))

    def _role(self) -> str:
        if not self.isEnabled():
            return "off"
        return "text" if self.underMouse() else "text2"

    def _mirrored(self, part: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), part)
