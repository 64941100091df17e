"""A small panel that lies over the window until it is left: the queue, the command palette.

It is a child of the window and not a window: it takes no keyboard grab and works where there is no
compositor.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.qt_overrides import needs

RADIUS = 8


class Popover(QFrame):
    """Closes by Esc, by a click elsewhere, and when the keyboard goes elsewhere.

    Attributes:
        host: the window it lies over.

    Signals:
        closed: it went away.
    """

    closed = Signal()

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent.window())
        self.host: QWidget = parent.window()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("radius", RADIUS)
        self._before: QWidget | None = None
        self._owner: QWidget | None = None
        self.hide()

    def open_at(self, corner: QPoint, focus: QWidget | None, owner: QWidget | None = None) -> None:
        """Show it with its top left corner there (in the window), moved to fit.

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
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.installEventFilter(self)
        app.focusChanged.connect(self.on_focus_changed)

    def close_it(self, *, restore: bool = True) -> None:
        """Put it away; `restore` gives the keyboard back to where it was."""
        if not self.isVisible():
            return
        before, self._before = self._before, None
        self.hide()
        if restore and before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def on_focus_changed(self, _old: object, new: object) -> None:
        """The keyboard went somewhere."""
        if isinstance(new, QWidget) and new is not self and not self.isAncestorOf(new):
            self.close_it(restore=False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            at = event.globalPosition().toPoint()
            inside = self.rect().contains(self.mapFromGlobal(at))
            owner = self._owner
            on_owner = owner is not None and owner.rect().contains(owner.mapFromGlobal(at))
            if isinstance(watched, QWidget) and not inside and not on_owner:
                self.close_it()
        return False

    @needs("_before")
    def hideEvent(self, event: QHideEvent) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
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
        ground, edge = theme().color("raise"), theme().color("edge")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.end()
