"""Alt, pressed and let go with nothing in between, opens the menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWindow

_KEYS = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)
_OTHER = (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.FocusOut)


class MenuKey(QObject):
    """Watches the keys of one window, before any widget sees them.

    Signals:
        pressed: Alt alone was pressed and let go.
    """

    pressed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._alone = False

    def watch(self, window: QWindow) -> None:
        """Listen to this window; once, when it is there."""
        window.installEventFilter(self)

    def hear(self, event: QEvent) -> None:
        """Take note of one event of the window."""
        kind = event.type()
        if kind in _KEYS and isinstance(event, QKeyEvent):
            alt = event.key() == Qt.Key.Key_Alt and not event.isAutoRepeat()
            mods = event.modifiers() & ~Qt.KeyboardModifier.AltModifier
            if kind is QEvent.Type.KeyPress:
                self._alone = alt and mods == Qt.KeyboardModifier.NoModifier
            elif self._alone:
                self._alone = False
                if alt:
                    self.pressed.emit()
        elif kind in _OTHER:
            self._alone = False

    # --- Qt -------------------------------------------------------------------------------

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.hear(event)
        return False
