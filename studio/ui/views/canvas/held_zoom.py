"""Zoom to 100 % at the pointer while a key is held."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF
from PySide6.QtGui import QCursor

from studio.ui.support.qt_overrides import needs
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.viewport import Viewport


class HeldZoom(QObject):
    """Zooms one of several canvases to 100 %, then restores them all.

    The zoom also ends when a canvas loses the focus, since the key's release would go elsewhere.
    """

    def __init__(
        self,
        canvases: Sequence[PictureCanvas],
        pointed: Callable[[], PictureCanvas],
        parent: QObject,
    ) -> None:
        """`pointed` returns the canvas to zoom; the others may follow it."""
        super().__init__(parent)
        self._canvases = tuple(canvases)
        self._pointed = pointed
        self._before: list[tuple[PictureCanvas, Viewport]] = []
        for canvas in self._canvases:
            canvas.installEventFilter(self)

    @property
    def active(self) -> bool:
        """Whether the key is held."""
        return bool(self._before)

    def begin_hold(self) -> None:
        """Zoom to 100 %, at the pointer if it is over the canvas, else at the centre."""
        canvas = self._pointed()
        if self._before or canvas.plate is None:
            return
        shown = [one for one in self._canvases if one.plate is not None and one.isVisible()]
        # The zoomed one last: canvases that follow others then follow it.
        shown.sort(key=lambda one: one is canvas)
        self._before = [(one, one.view) for one in shown]
        spot = QPointF(canvas.mapFromGlobal(QCursor.pos()))
        canvas.actual(spot if QRectF(canvas.rect()).contains(spot) else None)

    def end(self) -> None:
        """Restore the views from before."""
        before, self._before = self._before, []
        for canvas, view in before:
            canvas.follow_view(view)

    @needs("_before")
    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.end()
        return False
