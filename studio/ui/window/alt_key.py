"""Alt, pressed and let go with nothing in between, opens the menu.

A window manager keeps the second key of Alt+F4 or Alt+Tab for itself, so the window sees Alt alone.
What such keys do (close, hide, take the keyboard away) shows a moment later, and until then the
menu waits.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QWindow

from studio.ui.support.qt_overrides import needs

_KEYS = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)
_OTHER = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.FocusOut,
    QEvent.Type.Close,
    QEvent.Type.Hide,
    QEvent.Type.WindowStateChange,
)
_MOMENT = 120
"""Milliseconds in which a window manager's answer to a key of its own arrives."""


class AltKeyFilter(QObject):
    """Watches the keys of one window, before any widget sees them.

    Signals:
        pressed: Alt alone was pressed and let go.
    """

    pressed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._alone = False
        self._wait = QTimer(self, singleShot=True, interval=_MOMENT)
        self._wait.timeout.connect(self.pressed)

    @property
    def waiting(self) -> bool:
        """Whether Alt was let go and nothing has spoken against the menu yet."""
        return self._wait.isActive()

    def watch(self, window: QWindow) -> None:
        """Listen to this window; once, when it is there."""
        window.installEventFilter(self)

    def on_window_event(self, event: QEvent) -> None:
        """Take note of one event of the window."""
        kind = event.type()
        if kind in _KEYS and isinstance(event, QKeyEvent):
            alt = event.key() == Qt.Key.Key_Alt and not event.isAutoRepeat()
            mods = event.modifiers() & ~Qt.KeyboardModifier.AltModifier
            if kind is QEvent.Type.KeyPress:
                self._wait.stop()
                self._alone = alt and mods == Qt.KeyboardModifier.NoModifier
            elif self._alone:
                self._alone = False
                if alt:
                    self._wait.start()
        elif kind in _OTHER:
            self._alone = False
            self._wait.stop()

    # --- Qt -------------------------------------------------------------------------------

    @needs("_wait")
    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.on_window_event(event)
        return False
