"""Popovers and round corners.

A popover is a child of the window and not a window itself: it does not grab the keyboard, and works
without a compositor.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QRegion,
)
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.tab_order import next_stop

RADIUS = 8


class RoundedCorners(QObject):
    """Keeps the corners of a widget round at any size; `paint` draws its background.

    X11 may have no compositor; there the corners are masked instead of transparent.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        if QGuiApplication.platformName() == "xcb":
            widget.installEventFilter(self)
        else:
            widget.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)

    def paint(self, painter: QPainter) -> None:
        """Paint the background with its edge."""
        _paint_ground(painter, self._widget)

    @needs("_widget")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._widget and event.type() == QEvent.Type.Resize:
            path = QPainterPath()
            path.addRoundedRect(QRectF(self._widget.rect()), RADIUS, RADIUS)
            self._widget.setMask(QRegion(path.toFillPolygon().toPolygon()))
        return False


class Popover(QFrame):
    """Panel that closes on Esc, on a click outside, and when focus moves outside.

    Tab stays inside.

    Attributes:
        host: the window beneath it.

    Signals:
        closed: the popover was hidden.
    """

    closed = Signal()

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent.window())
        set_role(self, QAccessible.Role.Dialog)
        self.host: QWidget = parent.window()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("radius", RADIUS)
        self._before: QWidget | None = None
        self._owner: QWidget | None = None
        self._watching = False
        self.hide()

    def open_at(self, corner: QPoint, focus: QWidget | None, owner: QWidget | None = None) -> None:
        """Show with the top left corner at `corner` (in the window), moved to fit.

        A press on `owner`, the button that opens it, is left to that button.
        """
        self._owner = owner
        self._before = QApplication.focusWidget()
        room = self.host.rect().adjusted(8, 8, -8, -8)
        x = max(room.left(), min(corner.x(), room.right() - self.width() + 1))
        y = max(room.top(), min(corner.y(), room.bottom() - self.height() + 1))
        self.move(x, y)
        self.show()
        self.raise_()
        (focus or self).setFocus(Qt.FocusReason.PopupFocusReason)
        self._watch()

    def _watch(self) -> None:
        app = QApplication.instance()
        if self._watching or not isinstance(app, QApplication):
            return
        self._watching = True
        app.installEventFilter(self)
        app.focusChanged.connect(self.on_focus_changed)

    def close_it(self, *, restore: bool = True) -> None:
        """Close; `restore` returns focus to its previous widget."""
        if not self.isVisible():
            return
        before, self._before = self._before, None
        self.hide()
        if restore and before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def on_focus_changed(self, _old: object, new: object) -> None:
        """Close when focus moves outside."""
        if isinstance(new, QWidget) and new is not self and not self.isAncestorOf(new):
            self.close_it(restore=False)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: FBT001 - Qt's
        if not self.isVisible():
            # Hidden while it has the focus, which moves to another part of the window.
            return super().focusNextPrevChild(forward)
        before = QApplication.focusWidget() or self
        found = next_stop(before, self, forward=forward) or self
        reason = Qt.FocusReason
        found.setFocus(reason.TabFocusReason if forward else reason.BacktabFocusReason)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            at = event.globalPosition().toPoint()
            inside = self.rect().contains(self.mapFromGlobal(at))
            owner = self._owner
            on_owner = owner is not None and owner.rect().contains(owner.mapFromGlobal(at))
            if isinstance(watched, QWidget) and not inside and not on_owner:
                self.close_it()
        return False

    @needs("_watching")
    def hideEvent(self, event: QHideEvent) -> None:
        app = QApplication.instance()
        if self._watching and isinstance(app, QApplication):
            # A popover that was never opened is hidden too.
            self._watching = False
            app.removeEventFilter(self)
            app.focusChanged.disconnect(self.on_focus_changed)
        super().hideEvent(event)
        self.closed.emit()

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_it()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        _paint_ground(painter, self)
        painter.end()


def _paint_ground(painter: QPainter, widget: QWidget) -> None:
    look = theme()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.color("edge"), 1))
    painter.setBrush(look.color("raise"))
    inner = QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(inner, RADIUS, RADIUS)
