"""Zoom and position of a tree on its canvas; x runs from the leading edge."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF

LOWEST, HIGHEST = 0.04, 2.0
EDGE = 32  # free space around a fitted tree
KEEP = 128  # pixels of the tree that always stay in view


class TreeViewport:
    """Zoom and position of a layout on a canvas.

    Attributes:
        canvas, content: sizes of the canvas and, at 100 %, of the layout.
        zoom: pixels of the canvas per pixel of the layout.
        usual: the zoom at 100 %; larger under the system's text scale.
        offset: position of the layout's first corner on the canvas.
        fitted: whether the whole layout is shown, and stays so.
    """

    def __init__(self) -> None:
        self.canvas = QSizeF()
        self.content = QSizeF()
        self.zoom = self.usual = 1.0
        self.offset = QPointF()
        self.fitted = True

    @property
    def view(self) -> QRectF:
        """Rectangle of the canvas in its own coordinates."""
        return QRectF(QPointF(), self.canvas)

    @property
    def room(self) -> QRectF:
        """The visible part of the layout."""
        return QRectF(self.to_layout(QPointF()), self.canvas / self.zoom)

    def to_canvas(self, point: QPointF) -> QPointF:
        """A point of the layout on the canvas."""
        return point * self.zoom + self.offset

    def to_layout(self, point: QPointF) -> QPointF:
        """A point of the canvas in the layout."""
        return (point - self.offset) / self.zoom

    def rect(self, rect: QRectF) -> QRectF:
        """A rectangle of the layout on the canvas."""
        return QRectF(self.to_canvas(rect.topLeft()), rect.size() * self.zoom)

    def fit(self) -> None:
        """Show the whole layout, at 100 % at most; a narrow one is at the leading edge."""
        self.fitted = True
        wide = (self.canvas.width() - 2 * EDGE) / max(self.content.width(), 1)
        high = (self.canvas.height() - 2 * EDGE) / max(self.content.height(), 1)
        self.zoom = min(max(min(wide, high), LOWEST), self.usual)
        free = self.canvas - self.content * self.zoom
        left = free.width() / 2 if free.width() < self.canvas.width() / 2 else EDGE
        self.offset = QPointF(max(left, EDGE), free.height() / 2)

    def zoom_to(self, zoom: float, spot: QPointF) -> None:
        """Zoom around a point of the canvas."""
        here = self.to_layout(spot)
        self.zoom = min(max(zoom, LOWEST), HIGHEST * self.usual)
        self.move_to(spot - here * self.zoom)

    def move_to(self, offset: QPointF) -> None:
        """Set the offset, limited so that some of the layout stays in view."""
        self.fitted = False
        size = self.content * self.zoom
        self.offset = QPointF(
            min(max(offset.x(), KEEP - size.width()), max(self.canvas.width() - KEEP, EDGE)),
            min(max(offset.y(), KEEP - size.height()), max(self.canvas.height() - KEEP, EDGE)),
        )

    def follow_rect(self, rect: QRectF) -> bool:
        """Move a rectangle of the layout into the middle two thirds; False if it stays in place."""
        there, view = self.rect(rect), self.view
        if self.fitted and view.adjusted(8, 8, -8, -8).contains(there):
            return False
        wide, high = view.width() / 6, view.height() / 6
        inner = view.adjusted(wide, high, -wide, -high)
        way = QPointF(
            _shift(there.left(), there.right(), inner.left(), inner.right()),
            _shift(there.top(), there.bottom(), inner.top(), inner.bottom()),
        )
        if way.isNull():
            return False
        self.move_to(self.offset + way)
        return True


def _shift(first: float, last: float, least: float, most: float) -> float:
    """Distance by which a span has to move to fit into another, or to begin with it."""
    if first < least:
        return least - first
    if last > most:
        return max(most - last, least - first)
    return 0.0
