"""Splitter between panels: a thin line with a wide grip."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from studio.ui.style.theme import theme
from studio.ui.support.qt_overrides import needs

GRIP = 7
HOVER = 150


class SplitterHandle(QSplitterHandle):
    """A line of 1 px in a grip of 7 px; 2 px of accent once the pointer rests on it.

    Attributes:
        rest: timer that shows the accent.
    """

    def __init__(self, orientation: Qt.Orientation, splitter: Splitter) -> None:
        super().__init__(orientation, splitter)
        self._lit = False
        self.rest = QTimer(self, singleShot=True, interval=HOVER)
        self.rest.timeout.connect(self.on_rested)

    @property
    def lit(self) -> bool:
        """Whether the accent is shown."""
        return self._lit

    def on_rested(self) -> None:
        """Light the handle under a resting pointer."""
        self._light(lit=True)

    def _light(self, *, lit: bool) -> None:
        if lit != self._lit:
            self._lit = lit
            self._shape()
            self.update()

    def _shape(self) -> None:
        # Only a line is visible; the whole handle can be gripped (WA_MouseNoMask).
        margin = (GRIP - 1) // 2
        if self.orientation() == Qt.Orientation.Horizontal:
            self.setContentsMargins(margin, 0, margin, 0)
        else:
            self.setContentsMargins(0, margin, 0, margin)
        self.setAttribute(Qt.WidgetAttribute.WA_MouseNoMask)
        self.setMask(QRegion(self._line()))

    def _line(self) -> QRect:
        line = self.contentsRect()
        if not self._lit:
            return line
        if self.orientation() == Qt.Orientation.Horizontal:
            return line.adjusted(0, 0, 1, 0)
        return line.adjusted(0, 0, 0, 1)

    @needs("_lit")
    def resizeEvent(self, _event: QResizeEvent) -> None:
        # Skip Qt's handler: it would set its margins, and we ours, in endless recursion.
        self._shape()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self._line(), theme().color("accent" if self._lit else "line"))
        painter.end()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.rest.start()

    @needs("rest")
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.rest.stop()
        self._light(lit=False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._light(lit=True)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        splitter = self.splitter()
        if event.button() == Qt.MouseButton.LeftButton and isinstance(splitter, Splitter):
            splitter.restore()


class Splitter(QSplitter):
    """Panels side by side, or stacked, with thin lines between them.

    Signals:
        restored: a double-click restored the default sizes.
    """

    restored = Signal()

    def __init__(
        self,
        orientation: Qt.Orientation = Qt.Orientation.Horizontal,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(orientation, parent)
        self._usual: tuple[int, ...] = ()
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)

    def set_usual(self, sizes: Sequence[int]) -> None:
        """Set the sizes restored by a double-click; -1 for the panel that takes the rest."""
        self._usual = tuple(sizes)

    def restore(self) -> None:
        """Restore the default sizes, if any were set."""
        if len(self._usual) != self.count():
            return
        along = self.orientation() == Qt.Orientation.Horizontal
        room = (self.width() if along else self.height()) - self.handleWidth() * (self.count() - 1)
        panels = [self.widget(place) for place in range(self.count())]
        shown = [
            size if panel is not None and panel.isVisible() else 0
            for panel, size in zip(panels, self._usual, strict=True)
        ]
        rest = max(0, room - sum(size for size in shown if size > 0))
        self.setSizes([rest if size < 0 else size for size in shown])
        self.restored.emit()

    def createHandle(self) -> QSplitterHandle:
        return SplitterHandle(self.orientation(), self)
