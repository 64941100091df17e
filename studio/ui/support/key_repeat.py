"""Rules for held keys: the actions that may repeat.

A held key is one command. It may move, zoom and type; it never starts, deletes, confirms or spends
a second time. It types only where it was pressed: if its press moved focus into a text field,
nothing is typed there. `KeyRepeatFilter` filters the events of every window, so that neither
shortcuts nor Qt's own widgets receive the rest; our own widgets apply the same rule (`once`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication

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

# By name: the first screen has no use for these classes.
_LINES = ("QTextEdit", "QPlainTextEdit")
_FIELDS = (*_LINES, "QLineEdit", "QAbstractSpinBox")

Widget = TypeVar("Widget", bound=QObject)


def harmless(event: QKeyEvent, receiver: QObject | None) -> bool:
    """Whether a held key may repeat: it moves, zooms or types.

    `receiver` is the object with keyboard focus.
    """
    key, mods = event.key(), event.modifiers() & ~_Mod.KeypadModifier
    shift, mods = bool(mods & _Mod.ShiftModifier), mods & ~_Mod.ShiftModifier
    if key in _MOVES or (key in _ZOOMS and mods in (_Mod.NoModifier, _Mod.ControlModifier)):
        return True
    if receiver is None or not _writes(receiver):
        return False
    if key in (_Key.Key_Return, _Key.Key_Enter):
        return not mods and _is_one_of(receiver, _LINES)
    if key == _Key.Key_Delete:
        return not shift  # Shift+Delete removes an entry of the history
    if key == _Key.Key_Backspace:
        return True
    if mods == _Mod.ControlModifier:
        return key in (_Key.Key_Z, _Key.Key_Y)
    if mods not in (_Mod.NoModifier, _Mod.ControlModifier | _Mod.AltModifier):
        return False
    # Ctrl and Alt together are AltGr, if they type a character.
    return bool(event.text()) and event.text().isprintable()


def _writes(receiver: QObject) -> bool:
    return _is_one_of(receiver, _FIELDS) and not receiver.property("readOnly")


def _is_one_of(receiver: QObject, names: Sequence[str]) -> bool:
    return any(receiver.inherits(name) for name in names)


def once(override: Callable[[Widget, QKeyEvent], None]) -> Callable[[Widget, QKeyEvent], None]:
    """Decorate a keyPressEvent to ignore key repeats, except those that only move or type."""

    @wraps(override)
    def guarded(self: Widget, event: QKeyEvent) -> None:
        if event.isAutoRepeat() and not harmless(event, self):
            event.accept()
            return
        override(self, event)

    return guarded


class KeyRepeatFilter(QObject):
    """Filters the repeats of held keys from every window of the program.

    `twins`: a release and a press with the same timestamp are one repeat, as X sends it; when they
    arrive separately, Qt reports two events.
    """

    def __init__(self, app: QApplication, *, twins: bool) -> None:
        super().__init__(app)
        self._twins = twins
        self._heard = 0
        self._released: tuple[int, int] | None = None
        app.focusWindowChanged.connect(self.on_window)
        self.on_window(QGuiApplication.focusWindow())

    def on_window(self, window: QWindow | None) -> None:
        """Filter the events of the focused window."""
        if window is not None:
            window.installEventFilter(self)

    def held(self, event: QKeyEvent) -> bool:
        """Whether the key was already down."""
        twin = (event.key(), event.timestamp()) == self._released
        return event.isAutoRepeat() or (self._twins and twin)

    def refused(self, event: QKeyEvent) -> bool:
        """Whether a press is a repeat to be dropped."""
        receiver = QApplication.activePopupWidget() or QApplication.focusWidget()
        if receiver is not None:
            receiver = receiver.focusProxy() or receiver
        if not self.held(event):
            self._heard = _place(receiver)
            return False
        # A widget focused since the press does not receive the remaining repeats as text.
        return not harmless(event, receiver if self._heard == _place(receiver) else None)

    @needs("_released")
    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _PRESSES and isinstance(event, QKeyEvent):
            if self.refused(event):
                event.accept()  # no shortcut is looked up
                return True
        elif kind == _Kind.KeyRelease and isinstance(event, QKeyEvent):
            self._released = (event.key(), event.timestamp())
        return False


def _place(receiver: QObject | None) -> int:
    """Address of the C++ object, without keeping it alive; 0 for none."""
    place: int = shiboken6.getCppPointer(receiver)[0] if receiver is not None else 0
    return place


_watch: KeyRepeatFilter | None = None


def watch() -> None:
    """Install the filter for this application on the first call."""
    global _watch
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if _watch is None or not shiboken6.isValid(_watch):
        _watch = KeyRepeatFilter(app, twins=QGuiApplication.platformName() == "xcb")
