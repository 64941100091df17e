"""Keys that are held down: what their repetition may do, decided in one place.

A held key is one wish. It may move, zoom and write; it never starts, deletes, confirms or spends a
second time. It writes only where it was pressed: one that did something, and by that put the
keyboard into a text, writes nothing there. `KeyRepeatFilter` stands before every window, so that
neither shortcuts nor widgets of Qt's own hear the rest; our own widgets ask the same rule (`once`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)

from studio.ui.support.qt_overrides import needs

_Key, _Mod, _Kind = Qt.Key, Qt.KeyboardModifier, QEvent.Type

_MOVES = frozenset(
    (
        _Key.Key_Left,
        _Key.Key_Right,
        _Key.Key_Up,
        _Key.Key_Down,
        _Key.Key_Home,
        _Key.Key_End,
        _Key.Key_PageUp,
        _Key.Key_PageDown,
        _Key.Key_Tab,
        _Key.Key_Backtab,
    )
)
_ZOOMS = frozenset((_Key.Key_Plus, _Key.Key_Equal, _Key.Key_Minus))
_PRESSES = (_Kind.KeyPress, _Kind.ShortcutOverride)

Widget = TypeVar("Widget", bound=QObject)


def harmless(event: QKeyEvent, receiver: QObject | None) -> bool:
    """Whether a press of this key may be repeated as long as it is held: it moves, zooms or writes.

    `receiver` is what has the keyboard.
    """
    key, mods = event.key(), event.modifiers() & ~_Mod.KeypadModifier
    shift, mods = bool(mods & _Mod.ShiftModifier), mods & ~_Mod.ShiftModifier
    if key in _MOVES or (key in _ZOOMS and mods in (_Mod.NoModifier, _Mod.ControlModifier)):
        return True
    if not _writes(receiver):
        return False
    if key in (_Key.Key_Return, _Key.Key_Enter):
        return not mods and isinstance(receiver, QTextEdit | QPlainTextEdit)
    if key == _Key.Key_Delete:
        return not shift  # with it, a line of the history is forgotten
    if key == _Key.Key_Backspace:
        return True
    if mods == _Mod.ControlModifier:
        return key in (_Key.Key_Z, _Key.Key_Y)
    if mods not in (_Mod.NoModifier, _Mod.ControlModifier | _Mod.AltModifier):
        return False
    # Ctrl and Alt together are AltGr, where they write a sign.
    return bool(event.text()) and event.text().isprintable()


def _writes(receiver: QObject | None) -> bool:
    if isinstance(receiver, QLineEdit | QAbstractSpinBox | QTextEdit | QPlainTextEdit):
        return not receiver.isReadOnly()
    return False


def once(override: Callable[[Widget, QKeyEvent], None]) -> Callable[[Widget, QKeyEvent], None]:
    """A keyPressEvent that hears a held key once, unless its repetition only moves or writes."""

    @wraps(override)
    def guarded(self: Widget, event: QKeyEvent) -> None:
        if event.isAutoRepeat() and not harmless(event, self):
            event.accept()
            return
        override(self, event)

    return guarded


class KeyRepeatFilter(QObject):
    """Keeps the repetitions of a held key from every window of the program.

    `twins`: a release and a press at the same moment are one repetition, as X sends it; where they
    do not come in one piece, Qt takes them for two.
    """

    def __init__(self, app: QApplication, *, twins: bool) -> None:
        super().__init__(app)
        self._twins = twins
        self._heard = 0
        self._released: tuple[int, int] | None = None
        app.focusWindowChanged.connect(self.on_window)
        self.on_window(QGuiApplication.focusWindow())

    def on_window(self, window: QWindow | None) -> None:
        """The keyboard is in this window from now on."""
        if window is not None:
            window.installEventFilter(self)

    def held(self, event: QKeyEvent) -> bool:
        """Whether the key has been down since before."""
        twin = (event.key(), event.timestamp()) == self._released
        return event.isAutoRepeat() or (self._twins and twin)

    def refused(self, event: QKeyEvent) -> bool:
        """Whether a press is a repetition that nobody may hear."""
        receiver = QApplication.activePopupWidget() or QApplication.focusWidget()
        if receiver is not None:
            receiver = receiver.focusProxy() or receiver
        if not self.held(event):
            self._heard = _place(receiver)
            return False
        # What has had the keyboard only since the press does not write what is left of it.
        return not harmless(event, receiver if self._heard == _place(receiver) else None)

    @needs("_released")
    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _PRESSES and isinstance(event, QKeyEvent):
            if self.refused(event):
                event.accept()  # no shortcut is looked for
                return True
        elif kind == _Kind.KeyRelease and isinstance(event, QKeyEvent):
            self._released = (event.key(), event.timestamp())
        return False


def _place(receiver: QObject | None) -> int:
    """Which object of Qt's it is, without keeping it; 0 for none."""
    place: int = shiboken6.getCppPointer(receiver)[0] if receiver is not None else 0
    return place


_watch: KeyRepeatFilter | None = None


def watch() -> None:
    """Stand before the windows of this application, from the first call on."""
    global _watch
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if _watch is None or not shiboken6.isValid(_watch):
        _watch = KeyRepeatFilter(app, twins=QGuiApplication.platformName() == "xcb")
