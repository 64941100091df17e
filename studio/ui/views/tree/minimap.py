"""Small map of a large tree, with the visible part framed."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _
from studio.domain.tree_layout import TreeLayout
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import begin_mirrored, placed
from studio.ui.views.tree.scene import TreeScene
from studio.ui.views.tree.viewport import TreeViewport

WIDTH, HEIGHT = 188, 120
MARGIN = 12  # distance from the corner of the canvas
LEAST = 80  # number of pictures from which on it is shown
_INNER = 6
_DOT = 3.0


class MiniMap(QWidget):
    """Map of a tree that frames the visible part.

    Signals:
        chosen: the point of the layout to centre.
    """

    chosen = Signal(QPointF)

    def __init__(self, scene: TreeScene, port: TreeViewport, parent: QWidget) -> None:
        super().__init__(parent)
        self._scene = scene
        self._port = port
        self._canvas = parent
        self._drawn: QPixmap | None = None
        self._drawn_for: tuple[TreeLayout, str] | None = None
        self.setFixedSize(WIDTH, HEIGHT)
        self.setAccessibleName(_("Map of the tree"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme().changed.connect(self.on_theme)
        self.hide()

    def follow_port(self) -> None:
        """Update the map and its frame; hidden for small trees and small canvases."""
        there = self._canvas.size()
        roomy = there.width() > 3 * WIDTH and there.height() > 3 * HEIGHT
        self.setVisible(len(self._scene.tree) >= LEAST and roomy)
        self.raise_()
        corner = QRect(there.width() - WIDTH, there.height() - HEIGHT, WIDTH, HEIGHT)
        self.setGeometry(placed(self._canvas, corner.translated(-MARGIN, -MARGIN)))
        self.update()

    def on_theme(self) -> None:
        """Redraw in the new colours."""
        self._drawn_for = None
        self.update()

    @property
    def _scale(self) -> float:
        layout = self._scene.layout
        return min(
            (WIDTH - 2 * _INNER) / max(layout.width, 1),
            (HEIGHT - 2 * _INNER) / max(layout.height, 1),
        )

    def _map(self) -> QPixmap:
        layout, selected = self._scene.layout, self._scene.selected
        now = (layout, selected)
        former = self._drawn_for
        same = former is not None and former[0] is layout and former[1] == selected
        if self._drawn is not None and same:
            return self._drawn
        ratio, look, scale = self.devicePixelRatioF(), theme(), self._scale
        drawn = QPixmap(round(WIDTH * ratio), round(HEIGHT * ratio))
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        spots = {
            id: QPointF(_INNER + (box.x + box.width / 2) * scale, _INNER + box.middle * scale)
            for id, box in layout.boxes.items()
        }
        painter.setPen(QPen(look.color("edge"), 0.7))
        for id, box in layout.boxes.items():
            if box.parent:
                start, end = spots[box.parent], spots[id]
                bend = QPointF((start.x() + end.x()) / 2, start.y())
                below = QPointF(bend.x(), end.y())
                painter.drawPolyline([start, bend, below, end])
        painter.setPen(Qt.PenStyle.NoPen)
        for id, spot in spots.items():
            painter.setBrush(look.color("accent" if id in self._scene.way else "text3"))
            painter.drawRect(QRectF(spot.x() - _DOT / 2, spot.y() - _DOT / 2, _DOT, _DOT))
        painter.end()
        self._drawn, self._drawn_for = drawn, now
        return drawn

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, scale = theme(), self._scale
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.color("edge"), 1))
        painter.setBrush(look.color("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        begin_mirrored(painter, self)
        painter.drawPixmap(0, 0, self._map())
        room = self._port.room
        frame = QRectF(
            _INNER + room.left() * scale,
            _INNER + room.top() * scale,
            room.width() * scale,
            room.height() * scale,
        )
        painter.setPen(QPen(look.color("text"), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame.intersected(QRectF(self.rect()).adjusted(2, 2, -2, -2)))

    def _choose(self, at: QPointF) -> None:
        self.chosen.emit((placed(self, at) - QPointF(_INNER, _INNER)) / self._scale)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event.position())
