"""Surface over the panes of a comparison, on which they are painted together."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.ui.views.compare.key_strip import KeyStrip
from studio.ui.views.compare.pane import ComparePane


class PaneSurface(QWidget):
    """Paints panes and keys, in one paint event for a step that moves all pictures.

    It covers them, so that Qt paints none of them by itself. Mouse and drops pass through to them,
    and focus and names stay theirs.
    """

    def __init__(self, panes: Sequence[ComparePane], keys: KeyStrip, parent: QWidget) -> None:
        super().__init__(parent)
        self._panes, self._keys = panes, keys
        for pane in panes:
            pane.set_cover(self)
        keys.cover = self
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, part, between = QPainter(self), event.rect(), event.region()
        for pane in self._panes:
            place = pane.geometry()
            if pane.isHidden() or not place.intersects(part):
                continue
            between -= place
            painter.save()
            painter.translate(place.topLeft())
            pane.paint_on(painter, part.intersected(place).translated(-place.topLeft()))
            painter.restore()
        ground = self.palette().window()
        for gap in between:
            painter.fillRect(gap, ground)
        if not self._keys.isHidden():
            painter.translate(self._keys.pos())
            self._keys.paint_on(painter)
