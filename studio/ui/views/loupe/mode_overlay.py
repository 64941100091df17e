"""Base of the overlays that modes of the loupe draw over the picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from studio.ui.support.mark_painter import MarkScale
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.viewport import Viewport


class ModeOverlay:
    """Drawing over the picture of a canvas; it can be hidden."""

    def __init__(self, canvas: PictureCanvas) -> None:
        self._canvas = canvas
        self._shown = True

    @property
    def shown(self) -> bool:
        return self._shown

    def set_shown(self, *, shown: bool) -> None:
        """Show the drawing, or the bare picture."""
        if shown != self._shown:
            self._shown = shown
            self._canvas.update()

    @property
    def scale(self) -> MarkScale:
        """Position of the picture in the canvas, in device pixels."""
        rect = self._canvas.view.rect
        box = QRectF(rect.x, rect.y, rect.width, rect.height)
        return MarkScale(box, self._canvas.devicePixelRatioF())

    def device(self, at: QPointF) -> QPointF:
        """A point of the canvas in device pixels."""
        return at * self._canvas.devicePixelRatioF()

    def refresh(self) -> None:
        """Repaint the changes."""
        self._canvas.update()

    def paint(self, painter: QPainter, view: Viewport) -> None:
        """Draw within the painter's clip, in device pixels. For subclasses to override."""
