"""The scroll bar that lies over the mat and takes no room."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollBar, QWidget

from studio.ui.style.theme import theme
from studio.ui.widgets import Text

THIN, WIDE = 6, 10
MARGIN = 4
SHORTEST = 28


class OverlayScrollBar(QWidget):
    """A thumb of 6 px, 10 px under the pointer, that moves the scroll bar it stands for.

    Attributes:
        bar: the hidden scroll bar that holds range and value.
        describe: says in a word or two where the thumb is, "" for nothing.
        label: that, at the left of the thumb while it is dragged.
    """

    def __init__(self, bar: QScrollBar, parent: QWidget) -> None:
        super().__init__(parent)
        self.bar = bar
        self.describe: Callable[[], str] = str
        self.label = Text("", "small", "text", parent)
        self.label.setProperty("zone", "hint")
        self.label.setFixedHeight(theme().height(26))
        self.label.setContentsMargins(9, 0, 9, 0)
        self.label.hide()
        self._held: float | None = None
        self._over = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        bar.valueChanged.connect(self.on_moved)
        bar.rangeChanged.connect(self.on_moved)

    def place(self) -> None:
        """Lie along the right edge of the parent."""
        parent = self.parentWidget()
        assert parent is not None
        width = WIDE + MARGIN
        self.setGeometry(parent.width() - width, 0, width, parent.height())
        self.setVisible(self.bar.maximum() > 0)

    def on_moved(self) -> None:
        """The range or the place changed."""
        self.setVisible(self.bar.maximum() > 0)
        self.update()
        if self._held is not None:
            self.show_label()

    def show_label(self) -> None:
        """Say where the thumb is."""
        text = self.describe()
        if text:
            self.label.setText(text)
            self.label.resize(self.label.sizeHint().width(), self.label.height())
            middle = self.y() + round(self.thumb().center().y())
            top = max(MARGIN, middle - self.label.height() // 2)
            self.label.move(self.x() - self.label.width() - MARGIN, top)
            self.label.show()
            self.label.raise_()

    def thumb(self) -> QRectF:
        """Where the thumb is; its length tells how much of all is in view."""
        room = self.height() - 2 * MARGIN
        total = self.bar.maximum() + self.bar.pageStep()
        length = max(SHORTEST, room * self.bar.pageStep() / max(1, total))
        top = MARGIN + (room - length) * self.bar.value() / max(1, self.bar.maximum())
        wide = WIDE if self._over or self._held is not None else THIN
        return QRectF(self.width() - MARGIN - wide, top, wide, length)

    # --- Qt -------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("text3" if self._held is not None else "edge"))
        thumb = self.thumb()
        painter.drawRoundedRect(thumb, thumb.width() / 2, thumb.width() / 2)
        painter.end()

    def enterEvent(self, _event: QEnterEvent) -> None:
        self._over = True
        self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        self._over = False
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        y, thumb = event.position().y(), self.thumb()
        if not thumb.top() <= y <= thumb.bottom():
            page = self.bar.pageStep()
            self.bar.setValue(self.bar.value() + (page if y > thumb.bottom() else -page))
            return
        self._held = y - thumb.top()
        self.update()
        self.show_label()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            return
        room = self.height() - 2 * MARGIN - self.thumb().height()
        top = event.position().y() - self._held - MARGIN
        self.bar.setValue(round(self.bar.maximum() * top / max(1.0, room)))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._held = None
        self.label.hide()
        self.update()
