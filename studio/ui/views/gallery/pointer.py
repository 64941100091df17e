"""Mouse input in the gallery: select, rubber band, click zones, begin a drag."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QMouseEvent

from studio.ui.views.gallery.grid_view import GridView
from studio.ui.views.gallery.layout import TileLayout, TileZone
from studio.ui.views.gallery.selection import GallerySelection

EDGE = 24  # pixels at top and bottom where a rubber band scrolls
EDGE_INTERVAL = 30  # milliseconds
_Mod = Qt.KeyboardModifier


class PointerTarget(Protocol):
    """Target of mouse actions: tiles by row."""

    @property
    def selection(self) -> GallerySelection: ...
    def layout_of(self, row: int) -> TileLayout: ...
    def go_to_row(self, row: int) -> None: ...
    def set_current(self, row: int) -> None: ...
    def extend_to(self, row: int, *, add: bool = False) -> None: ...
    def toggle(self, row: int) -> None: ...
    def select_band(self, band: QRect, kept: list[tuple[int, int]]) -> None: ...
    def activate_zone(self, row: int, name: str) -> None: ...
    def is_closed_stack(self, row: int) -> bool: ...
    def begin_drag(self, row: int | None, *, whole: bool = False) -> None: ...


class PointerHandler(QObject):
    """Mouse state between press and release.

    `view` provides the geometry, `target` performs the actions.

    Attributes:
        hovered: row under the pointer, None on the mat.
        hot: zone under the pointer.
        band: rubber band in the coordinates of the whole content.
    """

    def __init__(self, view: GridView, target: PointerTarget) -> None:
        super().__init__(view)
        self._view = view
        self._target = target
        self.hovered: int | None = None
        self.hot: TileZone | None = None
        self.band: QRect | None = None
        self._pressed: QPoint | None = None
        self._zone: tuple[int, TileZone] | None = None
        self._row: int | None = None
        # Action on the release of the button, unless a drag begins before.
        self._pending: Callable[[int], None] | None = None
        self._kept: list[tuple[int, int]] = []
        self._last = QPoint()
        self._edge = QTimer(self, interval=EDGE_INTERVAL)
        self._edge.timeout.connect(self.on_edge)

    # --- hover ----------------------------------------------------------------------------

    def hover(self, point: QPoint | None) -> None:
        """Update the hover for a pointer position (None: it left) and repaint changed rows."""
        view = self._view
        row = None if point is None else view.row_at(point)
        before, was_hot = self.hovered, self.hot
        self.hovered = row
        self.hot = None
        if row is not None and point is not None:
            self.hot = self._target.layout_of(row).zone_at(point)
        if row != before:
            view.repaint_rows((before, row))
        elif was_hot != self.hot:
            view.repaint_rows((row,))

    # --- buttons --------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> None:
        """Handle a button press."""
        target, point = self._target, event.position().toPoint()
        self.hover(point)
        row = self.hovered
        if event.button() == Qt.MouseButton.RightButton:
            if row is not None and not target.selection.holds(row):
                target.go_to_row(row)
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed, self._row, self._pending = point, row, None
        if row is not None and self.hot is not None:
            self._zone = row, self.hot
            return
        mods = event.modifiers()
        if row is None:
            self._begin_band(point, keep=bool(mods & (_Mod.ControlModifier | _Mod.ShiftModifier)))
        elif mods & _Mod.ShiftModifier:
            extend = partial(target.extend_to, add=bool(mods & _Mod.ControlModifier))
            if target.is_closed_stack(row):
                # Possibly the start of a drag of the whole stack.
                self._pending = extend
            else:
                extend(row)
        elif mods & _Mod.ControlModifier and not target.selection.holds(row):
            target.toggle(row)
        elif mods & _Mod.ControlModifier:
            # Possibly the start of a drag of the originals: decided on release.
            self._pending = target.toggle
        elif target.selection.holds(row):
            # Possibly the start of a drag of the whole selection: decided on release.
            self._pending = target.go_to_row
            target.set_current(row)
        else:
            target.go_to_row(row)

    def move(self, event: QMouseEvent) -> None:
        """Handle a pointer move, with or without a button."""
        point = event.position().toPoint()
        self._last = point
        if not event.buttons() & Qt.MouseButton.LeftButton or self._pressed is None:
            self.hover(point)
            return
        if self.band is not None:
            self._stretch(point)
            return
        far = (point - self._pressed).manhattanLength()
        if self._zone is None and self._row is not None:
            if far >= QGuiApplication.styleHints().startDragDistance():
                row = self._row
                # The drop target receives the release: forget the press first.
                self.let_go()
                self._target.begin_drag(row, whole=bool(event.modifiers() & _Mod.ShiftModifier))
        else:
            self.hover(point)

    def release(self, event: QMouseEvent) -> None:
        """Handle a button release."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        zone, row, pending = self._zone, self._row, self._pending
        self.let_go()
        self.hover(point)
        if zone is not None:
            same = self.hot is not None and self.hot.action == zone[1].action
            if same and self.hovered == zone[0]:
                self._target.activate_zone(zone[0], zone[1].action)
        elif pending is not None and row is not None:
            pending(row)

    def let_go(self) -> None:
        """Forget the press and end the rubber band."""
        self._pressed, self._zone, self._row, self._pending = None, None, None, None
        self._edge.stop()
        if self.band is not None:
            self.band = None
            self._view.viewport().update()

    # --- rubber band ----------------------------------------------------------------------

    def _begin_band(self, point: QPoint, *, keep: bool) -> None:
        view = self._view
        self._kept = self._target.selection.spans() if keep else []
        if not keep:
            view.clearSelection()
        top = point + QPoint(0, view.verticalOffset())
        self.band = QRect(top, top)
        self._origin = top

    def _stretch(self, point: QPoint) -> None:
        view = self._view
        end = point + QPoint(0, view.verticalOffset())
        self.band = QRect(self._origin, end).normalized()
        self._target.select_band(self.band, self._kept)
        if point.y() < EDGE or point.y() > view.viewport().height() - EDGE:
            self._edge.start()
        else:
            self._edge.stop()

    def on_edge(self) -> None:
        """Scroll while the rubber band is held at the edge."""
        view = self._view
        if self.band is None:
            self._edge.stop()
            return
        low = self._last.y() - (view.viewport().height() - EDGE)
        by = low if low > 0 else min(0, self._last.y() - EDGE)
        bar = view.verticalScrollBar()
        bar.setValue(bar.value() + by)
        self._stretch(self._last)
