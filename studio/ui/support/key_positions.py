"""Shortcuts by the position of a key, where the layout has no Latin letter or digit there.

On AZERTY the digit keys type digits only with Shift; on Cyrillic, Greek or Arabic layouts no key
types a Latin letter. Such a key, unless it types into a field, acts as the key at its position on
the US layout. The layout's own character has priority: a shortcut with it keeps the key.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from studio.ui.support.qt_overrides import needs

_Key, _Mod, _Kind = Qt.Key, Qt.KeyboardModifier, QEvent.Type

FIRST_CODE = 0 if sys.platform == "win32" else 8
"""Offset of this system's key codes from the scan codes of a PC keyboard."""

_ROWS = {2: "1234567890-=", 16: "qwertyuiop[]", 30: "asdfghjkl;'`", 43: "\\zxcvbnm,./"}
_MAC = "asdfhgzxcv\0bqweryt123465=97-80]ou[ip\0lj'k;\\,/nm.\0\0`"
"""Characters of the US layout by virtual key of macOS, which reports no scan codes."""

_SHIFTED = dict(zip("-=[];'`\\,./", '_+{}:"~|<>?', strict=True))
_ZOOMS = (_Key.Key_Plus, _Key.Key_Minus, _Key.Key_Equal)
_LAST_LATIN = "\u024f"
_LAST_CHARACTER = 0x10FFFF
_WRITING = ("QLineEdit", "QTextEdit", "QPlainTextEdit", "QAbstractSpinBox")

Take = Callable[[QKeyEvent], bool]
"""Runs the shortcut of a key; returns whether there is one."""


def code_of(char: str) -> int:
    """Code of the key at which the US layout has this character, on this system; 0 for none."""
    for start, row in _ROWS.items():
        if char and char in row:
            return start + row.index(char) + FIRST_CODE
    return 0


def position(event: QKeyEvent) -> str:
    """Character of the US layout, without Shift, at the position of a key; "" if unknown."""
    if sys.platform == "darwin":
        key = event.nativeVirtualKey()
        return _MAC[key].strip("\0") if key < len(_MAC) else ""
    else:
        code = event.nativeScanCode() - FIRST_CODE
        for start, row in _ROWS.items():
            if start <= code < start + len(row):
                return row[code - start]
        return ""


def by_position(event: QKeyEvent) -> QKeyEvent | None:
    """The event with the key of the US layout; None if the layout's own key is to be used."""
    char = position(event)
    held = event.modifiers() & ~_Mod.KeypadModifier
    altgr = held & _Mod.GroupSwitchModifier or (
        held & _Mod.ControlModifier and held & _Mod.AltModifier
    )
    if not char or altgr:
        return None
    shift = bool(held & _Mod.ShiftModifier)
    if char.isdigit():
        if shift or _Key.Key_0 <= event.key() <= _Key.Key_9:
            return None
    elif not _is_foreign(event):
        return None
    typed = char
    if shift:
        typed = _SHIFTED.get(char, char.upper())
    return _copy(event, event.type(), _Key(ord(typed.upper())), typed)


def _is_foreign(event: QKeyEvent) -> bool:
    """Whether a key types a letter that is not Latin."""
    key = event.key()
    char = chr(key) if 0 < key <= _LAST_CHARACTER else event.text()[:1]
    return char > _LAST_LATIN and char.isalpha()


def _copy(event: QKeyEvent, kind: QEvent.Type, key: Qt.Key, text: str) -> QKeyEvent:
    held = event.modifiers() & (_Mod.ControlModifier | _Mod.MetaModifier)
    made = QKeyEvent(
        kind,
        key,
        event.modifiers(),
        event.nativeScanCode(),
        event.nativeVirtualKey(),
        event.nativeModifiers(),
        event.text() if held else text,
        event.isAutoRepeat(),
    )
    made.setTimestamp(event.timestamp())
    return made


class KeyPositionFilter(QObject):
    """Replaces keys in every window of the program by those at their positions.

    Attributes:
        take: runs a shortcut of the focused window.
    """

    def __init__(self, app: QApplication, take: Take) -> None:
        super().__init__(app)
        self.take = take
        self._down: set[int] = set()
        app.focusWindowChanged.connect(self.on_window)
        self.on_window(QGuiApplication.focusWindow())

    def on_window(self, window: QWindow | None) -> None:
        """Filter the events of the focused window."""
        if window is not None:
            window.installEventFilter(self)

    @needs("_down")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind not in (_Kind.KeyPress, _Kind.KeyRelease) or not isinstance(event, QKeyEvent):
            return False
        made = by_position(event)
        if made is None:
            return False
        if kind == _Kind.KeyRelease:
            # Release of a key whose press was replaced; it may be part of a repeat.
            replaced = event.nativeScanCode() in self._down
            if replaced and not event.isAutoRepeat():
                self._down.discard(event.nativeScanCode())
            return replaced and QApplication.sendEvent(watched, made)
        if not self._counts(event) or not self._deliver(watched, made):
            return False
        self._down.add(event.nativeScanCode())
        event.accept()
        return True

    def _counts(self, event: QKeyEvent) -> bool:
        """Whether a key may be replaced: it neither types into a field nor has a use of its own."""
        if isinstance(QApplication.activePopupWidget(), QMenu):
            return False  # a menu compares the letters itself
        if event.key() in _ZOOMS:
            return False
        held = event.modifiers() & (_Mod.ControlModifier | _Mod.AltModifier | _Mod.MetaModifier)
        return bool(held) or not _writes(QApplication.focusWidget())

    def _deliver(self, watched: QObject, made: QKeyEvent) -> bool:
        """Deliver a key as Qt delivers one of the layout; returns whether it is used."""
        override = _copy(made, _Kind.ShortcutOverride, _Key(made.key()), made.text())
        override.ignore()
        QApplication.sendEvent(watched, override)
        if override.isAccepted():
            QApplication.sendEvent(watched, made)
            return True
        if self.take(made):
            return True
        focus = QApplication.focusWidget()
        if focus is not None and focus.inherits("QAbstractItemView"):
            return False  # the list searches its rows for the character that the layout types
        QApplication.sendEvent(watched, made)
        return made.isAccepted()


def _writes(widget: QWidget | None) -> bool:
    return (
        widget is not None
        and any(widget.inherits(name) for name in _WRITING)
        and not widget.property("readOnly")
    )


_filter: KeyPositionFilter | None = None


def watch(take: Take) -> None:
    """Install the filter for this application; `take` replaces that of a former window."""
    global _filter
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if _filter is None or not shiboken6.isValid(_filter):
        _filter = KeyPositionFilter(app, take)
    _filter.take = take
