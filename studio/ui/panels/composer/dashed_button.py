"""A place that waits for a picture."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from studio.common.display_text import one_line
from studio.ui.panels.composer.slot import HEIGHT, SMALL
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.accessible import set_tip


class DashedButton(QAbstractButton):
    """A place that waits for a picture: a dashed outline, words, quieter words."""

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._words = ""
        self._beside = ""
        self._small = False
        self._with_beside = True
        self.setProperty("radius", 7)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme().changed.connect(self.update)

    def show_words(self, words: str, beside: str, icon: str = "") -> None:
        """What it says, with another icon if one is named; `beside` gives way first."""
        self._words, self._beside = words, beside = one_line(words), one_line(beside)
        self._icon = icon or self._icon
        self.setAccessibleName(words)
        self.setAccessibleDescription(beside)
        set_tip(self, f"{words} {beside}" if self._small else "")
        self.update()

    def set_small(self, small: bool) -> None:  # noqa: FBT001
        """Only the icon, as high as a thumbnail."""
        self._small = small
        set_tip(self, f"{self._words} {self._beside}" if small else "")

    def set_with_beside(self, on: bool) -> None:  # noqa: FBT001
        """Whether the quieter words have room."""
        self._with_beside = on
        self.update()

    @needs("_with_beside")
    def sizeHint(self) -> QSize:
        if self._small:
            return QSize(SMALL, SMALL)
        metrics = QFontMetrics(theme().font("small"))
        width = 24 + metrics.horizontalAdvance(self._words)
        width += 14 + 8 if self._icon else 0
        if self._beside and self._with_beside:
            width += 8 + metrics.horizontalAdvance(self._beside)
        return QSize(width, theme().height(HEIGHT))

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(look.color("edge"), 1)
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        hover = self.underMouse()
        painter.setBrush(look.color("raise") if hover else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        dpr, middle = self.devicePixelRatioF(), (self.height() - 14) // 2
        if self._small:
            painter.drawPixmap(
                (self.width() - 14) // 2, middle, look.pixmap("plus", "text2", 14, dpr)
            )
            painter.end()
            return
        left = 12
        if self._icon:
            painter.drawPixmap(left, middle, look.pixmap(self._icon, "text2", 14, dpr))
            left += 14 + 8
        painter.setFont(look.font("small"))
        metrics = QFontMetrics(painter.font())
        beside = self._beside if self._with_beside else ""
        taken = metrics.horizontalAdvance(beside) + 8 if beside else 0
        room = self.width() - left - 12 - taken
        words = metrics.elidedText(self._words, Qt.TextElideMode.ElideMiddle, room + 1)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(look.color("text" if hover else "text2"))
        painter.drawText(QRectF(left, 0, room + 4, self.height()), flags, words)
        painter.setPen(look.color("text3"))
        left += metrics.horizontalAdvance(words) + 8
        painter.drawText(QRectF(left, 0, taken + 4, self.height()), flags, beside)
        painter.end()
