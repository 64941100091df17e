"""Surface over the panes of a comparison, on which they are painted together."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from studio.ui.views.compare.key_strip import KeyStrip
from studio.ui.views.compare.pane import ComparePane


class PaneSurface(QWidget):
    """Paints panes and keys, in one paint event for a step that moves all pictures.

    It covers them, so that Qt paints none of them by itself. Mouse events and drops pass through,
    and the panes keep focus and accessible names.
    """

    def __init__(self, panes: Sequence[ComparePane], keys: KeyStrip, parent: QWidget) -> None:
        super().__init__(parent)
        self._keys = keys
        self._shown: list[tuple[ComparePane, QPoint]] = []
        self._between = QRegion()
        for pane in panes:
            pane.set_cover(self)
        keys.cover = self
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_panes(self, panes: Sequence[ComparePane]) -> None:
        """Show these panes at their current positions."""
        self._shown = [(pane, pane.pos()) for pane in panes]
        self._between = QRegion(self.rect())
        for pane in panes:
            self._between -= QRegion(pane.geometry())
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        for pane, at in self._shown:
            painter.translate(at)
            pane.paint_on(painter)
            painter.resetTransform()
        painter.setClipRegion(self._between)
        painter.fillRect(self.rect(), self.palette().window())
        painter.setClipping(False)
        if not self._keys.isHidden():
            painter.translate(self._keys.pos())
            self._keys.paint_on(painter)
