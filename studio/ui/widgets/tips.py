"""Tool tips after 600 ms; Qt's own delay is 700."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QCursor, QEnterEvent
from PySide6.QtWidgets import QToolTip, QWidget

from studio.ui.style.theme import theme
from studio.ui.widgets.plain_text import plain_tip

if TYPE_CHECKING:
    _Base = QWidget
else:
    # Classes with this mixin have a widget as their other base, and Qt allows only one.
    _Base = object

DELAY = 600


class _TipTimer(QObject):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.widget: QWidget | None = None
        self.timer = QTimer(self, singleShot=True, interval=DELAY)
        self.timer.timeout.connect(self.on_time)

    def wait_for(self, widget: QWidget | None) -> None:
        """Start the timer for this widget; None stops it."""
        before, self.widget = self.widget, widget
        if before is not None and shiboken6.isValid(before):
            before.removeEventFilter(self)
        if widget is None:
            self.timer.stop()
            return
        widget.installEventFilter(self)
        self.timer.start()

    def on_time(self) -> None:
        """Show the tool tip of the widget under the pointer."""
        widget = self.widget
        self.wait_for(None)
        if widget is None or not shiboken6.isValid(widget) or not widget.underMouse():
            return
        if widget.toolTip() and widget.isActiveWindow():
            QToolTip.showText(QCursor.pos(), widget.toolTip(), widget)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress:
            # After a press the tip would only cover what opens.
            self.wait_for(None)
        return False


_clock: _TipTimer | None = None


def expect(widget: QWidget) -> None:
    """Start the tool tip timer for a widget."""
    global _clock
    if _clock is None or not shiboken6.isValid(_clock):
        _clock = _TipTimer(theme())
    _clock.wait_for(widget)


def cancel_tip(widget: QWidget) -> None:
    """Stop the tool tip timer of a widget."""
    if _clock is not None and shiboken6.isValid(_clock) and _clock.widget is widget:
        _clock.wait_for(None)


def show_at_pointer(widget: QWidget, text: str) -> None:
    """Show a text at the pointer at once, while the pointer is pressed on this widget."""
    QToolTip.showText(QCursor.pos(), plain_tip(text), widget)


def hide_at_pointer() -> None:
    """Hide the text at the pointer."""
    QToolTip.hideText()


class HoverTip(_Base):
    """Mixin for a widget with a tool tip on hover."""

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        expect(self)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        cancel_tip(self)
