"""Alt, pressed and released alone, opens the menu.

A window manager intercepts the second key of Alt+F4 or Alt+Tab, so the window sees Alt alone. The
effect of such keys (close, hide, focus loss) follows a moment later; the menu waits that long.
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
"""Milliseconds for the effect of a window manager's shortcut to arrive."""


class AltKeyFilter(QObject):
    """Filters the key events of one window, before its widgets.

    Signals:
        pressed: Alt was pressed and released alone.
    """

    pressed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._alone = False
        self._wait = QTimer(self, singleShot=True, interval=_MOMENT)
        self._wait.timeout.connect(self.pressed)

    @property
    def waiting(self) -> bool:
        """Whether Alt was released and the menu is pending."""
        return self._wait.isActive()

    def watch(self, window: QWindow) -> None:
        """Filter the events of this window; call once, after its creation."""
        window.installEventFilter(self)

    def on_shortcut(self) -> None:
        """Cancel the menu: Alt was part of a shortcut whose other key the window does not see."""
        self._alone = False
        self._wait.stop()

    def on_window_event(self, event: QEvent) -> None:
        """Process an event of the window."""
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
