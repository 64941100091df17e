"""Canvas for one picture: zoom, pan, background, overlays. Shared by all views of pixels.

Painted straight from the decoder's raw pixels, without blending: the screen shows the pixels of the
file (after its colour profile). All geometry is in device pixels, so 100 % means one pixel of the
picture per device pixel.

Dragging takes the file out (`drag_requested`) while the whole picture is visible, and pans while it
is zoomed in. Space or the middle button always pans, Ctrl always drags out. A tool (`set_tool`)
gets the left button first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import (
    QEvent,
    QMargins,
    QObject,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from studio.common.i18n import _
from studio.domain.comparison import RelativePlacement
from studio.ui.style.theme import theme
from studio.ui.support import view_keys
from studio.ui.support.key_repeat import end_hold, once
from studio.ui.support.qt_overrides import needs
from studio.ui.support.view_keys import KeyGroup, ViewCommand
from studio.ui.views.canvas import plates
from studio.ui.views.canvas.pan_cache import PanCache
from studio.ui.views.canvas.plates import Plate
from studio.ui.views.canvas.tool import CanvasTool
from studio.ui.views.canvas.viewport import DeviceRect, Extent, Viewport
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.focus_ring import INSIDE

Surround = Literal["black", "mat", "middle", "bright"]
SURROUNDS: tuple[Surround, ...] = ("black", "mat", "middle", "bright")

MARGIN = 10  # logical pixels around a fitted picture
REST = 100  # milliseconds without zooming before a linked canvas is painted smoothly again
NOTCH = 1.2  # zoom factor of one notch of the wheel
_CTRL = Qt.KeyboardModifier.ControlModifier


class PictureCanvas(QWidget):
    """Shows a `Plate` with zoom and pan.

    Attributes:
        overlays: functions that paint over the picture, in device pixels; the painter is clipped to
            the changed part.

    Signals:
        view_changed: zoom, position or the picture changed.
        drag_requested: the user drags the picture out; emitted within the mouse event.
        menu_requested: global position.
    """

    view_changed = Signal()
    drag_requested = Signal()
    menu_requested = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.overlays: list[Callable[[QPainter, Viewport], None]] = []
        self._plate: Plate | None = None
        self._view = Viewport.fit(1, 1, (1, 1), DeviceRect(0, 0, 1, 1))
        # Zoom and place chosen by the user, for the next picture; None for Fit.
        self._chosen: tuple[float, tuple[float, float]] | None = None
        self._compares = False
        self._insets: dict[str, QMargins] = {}
        self._surround: Surround = "mat"
        self._press: QPointF | None = None
        self._last: QPointF | None = None
        self._panning = False
        self._space = False
        self._drawing = False
        self._tool: CanvasTool | None = None
        self._hurries = False
        self._pans_from = PanCache()
        self._resting = QTimer(self, singleShot=True, interval=REST)
        self._resting.timeout.connect(self.on_rest)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("ring", INSIDE)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        set_role(self, QAccessible.Role.Graphic)
        self.setAccessibleName(_("Picture"))
        self.installEventFilter(self)
        theme().changed.connect(self.update)

    # --- content --------------------------------------------------------------------------

    @property
    def plate(self) -> Plate | None:
        """Picture shown; None for an empty canvas."""
        return self._plate

    def show_plate(self, plate: Plate | None, *, keep_view: bool = False) -> None:
        """Show another picture at the zoom and position the user chose last, or fitted.

        `keep_view` shows the same part instead, for a comparison of pictures of different sizes.
        """
        self._plate = plate
        self._compares = keep_view
        self._stop_drag()
        if plate is not None:
            self._show_size(plate.width, plate.height)
        self.setAccessibleName(plate.name if plate else _("Picture"))
        self.view_changed.emit()
        self.update()

    def refresh(self, plate: Plate) -> None:
        """Repaint a plate with new content; ignored unless it is shown."""
        if plate is not self._plate:
            return
        if (plate.width, plate.height) != (self._view.width, self._view.height):
            self._show_size(plate.width, plate.height)
        self.update()

    # --- zoom and position ----------------------------------------------------------------

    @property
    def view(self) -> Viewport:
        """Zoom and position, in device pixels."""
        return self._view

    @property
    def zoom(self) -> float:
        """Device pixels per pixel of the picture."""
        return self._view.zoom

    @property
    def fitted(self) -> bool:
        """Whether the zoom follows the size of the canvas."""
        return self._view.fitted

    def fit(self) -> None:
        """Show the whole picture."""
        self._choose(self._view.fit_again())

    def actual(self, at: QPointF | None = None) -> None:
        """Zoom to 100 %, one device pixel per pixel, around `at` (None: the centre)."""
        self.set_zoom(1.0, at)

    def set_zoom(self, zoom: float, at: QPointF | None = None) -> None:
        """Set the zoom; the point under `at` (logical pixels; None: the centre) stays in place."""
        dpr = self.devicePixelRatioF()
        spot = at if at is not None else QRectF(self.rect()).center()
        self._choose(self._view.zoomed(zoom, spot.x() * dpr, spot.y() * dpr))

    def zoom_in(self) -> None:
        """Zoom in by one step."""
        self.set_zoom(self._view.step(1))

    def zoom_out(self) -> None:
        """Zoom out by one step."""
        self.set_zoom(self._view.step(-1))

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by logical pixels."""
        dpr = self.devicePixelRatioF()
        self._choose(self._view.moved(dx * dpr, dy * dpr))

    def follow_view(self, other: Viewport, placement: RelativePlacement | None = None) -> None:
        """Show the same part of the picture as another canvas; see `Viewport.like`.

        During repeated changes of zoom it is painted fast, and smoothly a moment later.
        """
        before = self._view.zoom
        self._choose(self._view.like(other, placement))
        if self._view.zoom != before:
            self._hurries = self._resting.isActive()
            self._resting.start()

    def on_rest(self) -> None:
        """Paint smoothly again."""
        if self._hurries:
            self._hurries = False
            self.update()

    def reserve_room(self, purpose: str, insets: QMargins | None) -> None:
        """Reserve logical pixels around a fitted picture for a purpose; None releases them.

        The areas of several purposes may overlap.
        """
        if insets == self._insets.get(purpose):
            return
        if insets is None:
            del self._insets[purpose]
        else:
            self._insets[purpose] = insets
        self._settle(self._view.resized(*self._room()))

    def set_extent(self, extent: Extent) -> None:
        """Set the area for fitting and panning, which may extend beyond the picture."""
        self._settle(self._view.extended(extent))

    def fitted_left(self, width: int, height: int) -> float:
        """Logical pixels left of a fitted picture of that size, without the inset."""
        across, down = self.width() - 2 * MARGIN, self.height() - 2 * MARGIN
        zoom = min(1 / self.devicePixelRatioF(), across / max(1, width), down / max(1, height))
        return (self.width() - width * zoom) / 2

    def picture_rect(self) -> QRectF:
        """Rectangle of the picture in logical pixels."""
        rect, dpr = self._view.rect, self.devicePixelRatioF()
        return QRectF(rect.x / dpr, rect.y / dpr, rect.width / dpr, rect.height / dpr)

    @property
    def surround(self) -> Surround:
        """Background around the picture."""
        return self._surround

    def set_surround(self, surround: Surround) -> None:
        """Set the background around the picture."""
        self._surround = surround
        self.update()

    def _room(self) -> tuple[tuple[float, float], DeviceRect]:
        dpr = self.devicePixelRatioF()
        width, height = self.width() * dpr, self.height() * dpr
        insets = QMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        for reserved in self._insets.values():
            insets |= reserved
        left, top, right, bottom = (
            side * dpr for side in (insets.left(), insets.top(), insets.right(), insets.bottom())
        )
        room = max(1.0, width - left - right), max(1.0, height - top - bottom)
        return (width, height), DeviceRect(left, top, *room)

    def _show_size(self, width: int, height: int) -> None:
        """Show a picture of this size: the same part of it, or as the user chose last."""
        if not self._compares:
            view = Viewport.fit(width, height, *self._room(), self._view.extent)
            self._settle(view if self._chosen is None else view.focused(*self._chosen))
            return
        if self._chosen is not None:
            zoom, place = self._chosen
            self._chosen = zoom * self._view.width / max(1, width), place
        self._settle(self._view.of(width, height))

    def _choose(self, view: Viewport) -> None:
        """Apply a view chosen by the user, also for the next pictures."""
        self._chosen = None if view.fitted else (view.zoom, view.focus())
        self._settle(view)

    def _settle(self, view: Viewport) -> None:
        old, self._view = self._view, view
        if old == view:
            return
        if old.whole is not view.whole:
            self.show_cursor()
        self.update()
        self.view_changed.emit()

    # --- mouse ----------------------------------------------------------------------------

    def set_tool(self, tool: CanvasTool | None) -> None:
        """Give the left button to a tool, which may leave it to the canvas; None for no tool."""
        self._stop_drag()
        self._tool = tool
        self.show_cursor()

    def _begin_drawing(self, event: QMouseEvent) -> bool:
        """Offer a press to the tool; returns whether it takes it."""
        left = event.button() == Qt.MouseButton.LeftButton
        if self._tool is None or not left or self._space or event.modifiers() & _CTRL:
            return False
        self._drawing = self._plate is not None and self._tool.press(event.position())
        return self._drawing

    def _pans(self, event: QMouseEvent) -> bool:
        if self._space or event.buttons() & Qt.MouseButton.MiddleButton:
            return True
        return not self._view.whole and not event.modifiers() & _CTRL

    def _stop_drag(self) -> None:
        if self._drawing and self._tool is not None:
            self._tool.cancel()
        self._drawing = False
        self._press = self._last = None
        self._panning = False
        self.show_cursor()

    def show_cursor(self) -> None:
        """Set the pointer's shape to indicate the effect of a press."""
        if self._panning:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self._tool is not None and (shape := self._tool.cursor()) is not None:
            self.setCursor(shape)
        elif not self._view.whole:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()

    # --- Qt -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        self.paint_on(QPainter(self), event.rect())

    def paint_on(self, painter: QPainter, part: QRect) -> None:
        """Paint a part of the canvas, in its logical pixels; also on a widget that covers it."""
        plate, dpr, exposed = self._plate, self.devicePixelRatioF(), part
        ground = theme().color(self._surround)
        if plate is None:
            painter.fillRect(part, ground)
            return
        painter.save()
        if dpr != 1:
            painter.scale(1 / dpr, 1 / dpr)
            around = QRectF(part)
            exposed = QRectF(
                around.x() * dpr, around.y() * dpr, around.width() * dpr, around.height() * dpr
            ).toAlignedRect()
        painter.setClipRect(exposed)
        plates.paint(
            painter,
            plate,
            self._view,
            exposed,
            dpr,
            smooth=not self._hurries,
            cache=self._pans_from,
            ground=ground,
        )
        for overlay in self.overlays:
            overlay(painter, self._view)
        painter.restore()
        if plate.trouble:
            plates.paint_trouble(painter, plate.trouble, self.rect())

    @needs("_tool")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle(self._view.resized(*self._room()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # An event filter instead of event(): painting must not run inside one of our overrides,
        # where an exception would end the program instead of being reported.
        kind = event.type()
        if kind == QEvent.Type.DevicePixelRatioChange:
            self._settle(self._view.resized(*self._room()))
        elif kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # Space pans here; elsewhere it is a shortcut of the window.
            if view_keys.command(event, KeyGroup.PICTURE) is not None:
                event.accept()
                return True
        elif isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.set_zoom(self._view.zoom * (1 + event.value()), event.position())
                return True
            if event.gestureType() == Qt.NativeGestureType.SmartZoomNativeGesture:
                self._toggle(event.position())
                return True
        return super().eventFilter(watched, event)

    def _toggle(self, at: QPointF) -> None:
        if self._view.fitted:
            self.actual(at)
        else:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        touchpad = event.phase() != Qt.ScrollPhase.NoScrollPhase and not event.pixelDelta().isNull()
        if touchpad and not event.modifiers() & _CTRL:
            self.pan(event.pixelDelta().x(), event.pixelDelta().y())
        elif turn := event.angleDelta().y():
            self.set_zoom(self._view.zoom * NOTCH ** (turn / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._drawing or self._begin_drawing(event):
            return
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._press = self._last = event.position()
            self._panning = self._pans(event)
            self.show_cursor()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drawing and self._tool is not None:
            self._tool.move(event.position())
            return
        if self._press is None or self._last is None:
            return
        if self._panning:
            step = event.position() - self._last
            self._last = event.position()
            self.pan(step.x(), step.y())
            return
        way = (event.position() - self._press).manhattanLength()
        if way >= QApplication.startDragDistance() and self.picture_rect().contains(self._press):
            self._stop_drag()
            self.drag_requested.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drawing and self._tool is not None:
            if event.button() == Qt.MouseButton.LeftButton:
                self._drawing = False
                self._tool.release(event.position())
            return
        self._stop_drag()
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # The second of two quick clicks with a tool is a click.
        if self._drawing or self._begin_drawing(event):
            return
        if event.button() == Qt.MouseButton.LeftButton and self._plate is not None:
            self._toggle(event.position())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._plate is not None:
            self.menu_requested.emit(event.globalPos())

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        moves = {
            Qt.Key.Key_Left: (80, 0),
            Qt.Key.Key_Right: (-80, 0),
            Qt.Key.Key_Up: (0, 80),
            Qt.Key.Key_Down: (0, -80),
        }
        match view_keys.command(event, KeyGroup.PICTURE):
            case ViewCommand.PAN:
                self._space = True
                self.show_cursor()
            case ViewCommand.ZOOM_IN:
                self.zoom_in()
            case ViewCommand.ZOOM_OUT:
                self.zoom_out()
            case ViewCommand.FIT:
                self.fit()
            case ViewCommand.ACTUAL:
                self.actual()
            case None if shift and key in moves:
                self.pan(*moves[Qt.Key(key)])
            case _:
                super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if view_keys.releases(event, ViewCommand.PAN):
            end_hold(event, self, self._end_space)
        else:
            super().keyReleaseEvent(event)

    def _end_space(self) -> None:
        self._space = False
        self.show_cursor()

    @needs("_tool")
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        self.show_cursor()
        super().focusOutEvent(event)
