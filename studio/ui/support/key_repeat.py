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
from msgspec import Struct
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication

from studio.ui.support.qt_overrides import needs

_Key, _Mod, _Kind = Qt.Key, Qt.KeyboardModifier, QEvent.Type

ENTER = (_Key.Key_Return, _Key.Key_Enter)
DELETE = (_Key.Key_Delete, _Key.Key_Backspace)
TABS = (_Key.Key_Tab, _Key.Key_Backtab)
MOVES = frozenset(
    (
        _Key.Key_Left,
        _Key.Key_Right,
        _Key.Key_Up,
        _Key.Key_Down,
        _Key.Key_Home,
        _Key.Key_End,
        _Key.Key_PageUp,
        _Key.Key_PageDown,
    )
)
TWIN = 30
"""Milliseconds after a release within which a press makes it part of a key repeat."""

_ZOOMS = frozenset((_Key.Key_Plus, _Key.Key_Equal, _Key.Key_Minus))
_PRESSES = (_Kind.KeyPress, _Kind.ShortcutOverride)

# Class names, not classes: the first screen does not need these classes.
_LINES = ("QTextEdit", "QPlainTextEdit")
_FIELDS = (*_LINES, "QLineEdit", "QAbstractSpinBox")

Widget = TypeVar("Widget", bound=QObject)


def harmless(event: QKeyEvent, receiver: QObject | None) -> bool:
    """Whether a held key may repeat: it moves, zooms or types.

    `receiver` is the object with keyboard focus.
    """
    key, mods = event.key(), event.modifiers() & ~_Mod.KeypadModifier
    shift, mods = bool(mods & _Mod.ShiftModifier), mods & ~_Mod.ShiftModifier
    if (
        key in MOVES
        or key in TABS
        or (key in _ZOOMS and mods in (_Mod.NoModifier, _Mod.ControlModifier))
    ):
        return True
    if receiver is None or not _writes(receiver):
        return False
    if key in ENTER:
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


class _Release(Struct, frozen=True, eq=False):
    """Release of a held key that may turn out to be part of a repeat; `moment` in milliseconds."""

    key: int
    moment: int


class KeyRepeatFilter(QObject):
    """Filters the repeats of held keys from every window of the program.

    Attributes:
        keyboard_used: whether the keyboard was used last, and not the mouse.

    `twins`: a release and a press with the same timestamp are one repeat, as X sends it; when they
    arrive separately, Qt reports two events.
    """

    def __init__(self, app: QApplication, *, twins: bool) -> None:
        super().__init__(app)
        self._twins = twins
        self.keyboard_used = False
        self._heard = 0
        self._released: tuple[int, int] | None = None
        self._waiting: list[_Release] = []
        app.focusWindowChanged.connect(self.on_window)
        self.on_window(QGuiApplication.focusWindow())

    def on_window(self, window: QWindow | None) -> None:
        """Filter the events of the focused window."""
        if window is not None:
            window.installEventFilter(self)

    def held(self, event: QKeyEvent) -> bool:
        """Whether the key was already down."""
        # While a screen reader listens, Qt sends every key again, without its timestamp.
        twin = event.timestamp() and (event.key(), event.timestamp()) == self._released
        return event.isAutoRepeat() or (self._twins and bool(twin))

    def end_hold(self, event: QKeyEvent, owner: QObject, end: Callable[[], object]) -> None:
        """Call `end` for the release of a key, once it is certain that it is no repeat."""
        if event.isAutoRepeat():
            return
        if not self._twins:
            end()
            return
        release = _Release(event.key(), event.timestamp())
        self._waiting.append(release)

        def end_if_released() -> None:
            if release in self._waiting:
                self._waiting.remove(release)
                end()

        QTimer.singleShot(TWIN, owner, end_if_released)

    def refused(self, event: QKeyEvent) -> bool:
        """Whether a press is a repeat to be dropped."""
        receiver = QApplication.activePopupWidget() or QApplication.focusWidget()
        if receiver is not None:
            receiver = receiver.focusProxy() or receiver
        if not self.held(event):
            self._heard = _place(receiver)
            return False
        moment = event.key(), event.timestamp()
        self._waiting = [one for one in self._waiting if (one.key, one.moment) != moment]
        # A widget focused since the press does not receive the remaining repeats as text.
        return not harmless(event, receiver if self._heard == _place(receiver) else None)

    @needs("_waiting")
    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _PRESSES and isinstance(event, QKeyEvent):
            self.keyboard_used = True
            if self.refused(event):
                event.accept()  # no shortcut is looked up
                return True
        elif kind == _Kind.KeyRelease and isinstance(event, QKeyEvent):
            self._released = (event.key(), event.timestamp())
        elif kind == _Kind.MouseButtonPress:
            self.keyboard_used = False
        return False


def _place(receiver: QObject | None) -> int:
    """Address of the C++ object, without keeping it alive; 0 for none."""
    place: int = shiboken6.getCppPointer(receiver)[0] if receiver is not None else 0
    return place


_watch: KeyRepeatFilter | None = None


def is_repeat(event: QKeyEvent) -> bool:
    """Whether a press is a repeat of a held key, even if Qt does not report it as one."""
    return event.isAutoRepeat() or (_watch is not None and _watch.held(event))


def keyboard_used_last() -> bool:
    """Whether the keyboard was used last, and not the mouse; the focus is then shown."""
    return _watch is not None and _watch.keyboard_used


def end_hold(event: QKeyEvent, owner: QObject, end: Callable[[], object]) -> None:
    """Call `end` for the release of a held key, unless `owner` is deleted before.

    A release that is part of a repeat ends nothing, even if Qt reports it as a real one.
    """
    if _watch is not None and shiboken6.isValid(_watch):
        _watch.end_hold(event, owner, end)
    elif not event.isAutoRepeat():
        end()


def watch() -> KeyRepeatFilter:
    """Filter of this application; installed on the first call."""
    global _watch
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if _watch is None or not shiboken6.isValid(_watch):
        _watch = KeyRepeatFilter(app, twins=QGuiApplication.platformName() == "xcb")
    return _watch
