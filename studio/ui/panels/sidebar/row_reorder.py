"""Drag of a collection to another place in its list."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QApplication, QListWidget

from studio.ui.style.theme import theme


class RowReorder(QObject):
    """Follows the pointer from the press on a collection to its release.

    Attributes:
        gap: row above which the collection would be placed; -1 while none is dragged.

    Signals:
        moved: place a row in the gap above another (int, int).
    """

    moved = Signal(int, int)

    def __init__(self, rows: QListWidget, collection: Callable[[int], str]) -> None:
        """`collection` returns the id of a row's collection, "" for any other place."""
        super().__init__(rows)
        self._rows = rows
        self._collection = collection
        self._from = QPoint()
        self._dragged = ""
        self.gap = -1

    def press(self, event: QMouseEvent) -> None:
        """Begin at a collection."""
        at = event.position().toPoint()
        row = self._rows.indexAt(at).row()
        left = event.button() is Qt.MouseButton.LeftButton
        self._dragged = self._collection(row) if left and row >= 0 else ""
        self._from = at

    def move(self, event: QMouseEvent) -> None:
        """Mark the gap nearest to the pointer."""
        at = event.position().toPoint()
        far = abs(at.y() - self._from.y()) >= QApplication.startDragDistance()
        if not self._dragged or (self.gap < 0 and not far):
            return
        rows = self._rows
        rows.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        tops = [rows.visualItemRect(rows.item(n)) for n in range(rows.count())]
        self._mark(sum(rect.center().y() < at.y() for rect in tops))

    def release(self) -> None:
        """Move the collection into the marked gap."""
        dragged, gap = self._dragged, self.gap
        self._dragged = ""
        if gap < 0:
            return
        self._rows.viewport().unsetCursor()
        self._mark(-1)
        places = [self._collection(n) for n in range(self._rows.count())]
        # The list may have changed during the drag.
        if dragged in places:
            self.moved.emit(places.index(dragged), gap)

    def _mark(self, gap: int) -> None:
        if gap != self.gap:
            self.gap = gap
            self._rows.viewport().update()

    def paint(self) -> None:
        """Paint a line in the marked gap."""
        rows = self._rows
        if self.gap < 0 or not rows.count():
            return
        last = min(self.gap, rows.count() - 1)
        rect = rows.visualItemRect(rows.item(last))
        y = rect.top() if self.gap == last else rect.bottom()
        painter = QPainter(rows.viewport())
        painter.setPen(QPen(theme().color("accent"), 2))
        painter.drawLine(rect.left() + 4, max(1, y), rect.right() - 4, max(1, y))
        painter.end()
