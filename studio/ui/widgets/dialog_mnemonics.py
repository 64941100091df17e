"""Mnemonics of dialogs: letters that press a button or focus a field together with Alt.

They are assigned and underlined while Alt is held, or at once while a screen reader listens.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QKeyEvent, QKeySequence, QWindow
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QWidget

from studio.ui.support import mnemonics
from studio.ui.widgets.buttons import Button, CheckBox
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.text import Text

_PRESSES = (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
_OTHERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier


def lettered(root: QWidget) -> list[Button | CheckBox | Text]:
    """The visible buttons and labels of a dialog or popover that can have a letter, in order."""
    found: list[Button | CheckBox | Text] = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisibleTo(root) or widget.window() is not root.window():
            continue
        if isinstance(widget, Text):
            if widget.buddy() is not None and widget.text():
                found.append(widget)
        elif isinstance(widget, Button | CheckBox) and widget.wants_letter and widget.text():
            found.append(widget)
    return found


def give_letters(root: QWidget) -> None:
    """Give each of these widgets a letter of its own; those scrolled out of sight get none."""
    seen: list[Button | CheckBox | Text] = []
    for widget in lettered(root):
        if widget.visibleRegion().isEmpty():
            widget.set_mnemonic("")
        else:
            seen.append(widget)
    found = mnemonics.letters([widget.text() for widget in seen])
    for widget, letter in zip(seen, found, strict=True):
        widget.set_mnemonic(letter)


def shown_dialog() -> QWidget | None:
    """The dialog or popover with the keyboard focus."""
    widget = QApplication.focusWidget() or QApplication.activeWindow()
    while widget is not None:
        if isinstance(widget, QDialog | Popover):
            return widget
        widget = widget.parentWidget()
    return None


def press(event: QKeyEvent) -> bool:
    """Press the button of the dialog with this letter; False if there is none."""
    root = shown_dialog()
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if root is None or held != Qt.KeyboardModifier.AltModifier:
        return False
    wanted = QKeySequence(QKeyCombination(held, Qt.Key(event.key())))
    for button in root.findChildren(QAbstractButton):
        if button.shortcut() == wanted and button.isVisible() and button.isEnabled():
            button.setFocus(Qt.FocusReason.ShortcutFocusReason)
            button.click()
            return True
    return False


class DialogMnemonics(QObject):
    """Assigns letters when Alt is pressed in a dialog."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        app.focusWindowChanged.connect(self.on_window)
        self.on_window(QGuiApplication.focusWindow())

    def on_window(self, window: QWindow | None) -> None:
        """Watch the focused window."""
        if window is None:
            return
        window.installEventFilter(self)
        if QAccessible.isActive() and (root := shown_dialog()) is not None:
            give_letters(root)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _PRESSES and isinstance(event, QKeyEvent):
            held = event.modifiers()
            alt = event.key() == Qt.Key.Key_Alt or bool(held & Qt.KeyboardModifier.AltModifier)
            if alt and not held & _OTHERS and (root := shown_dialog()) is not None:
                give_letters(root)
        return False


_letters: DialogMnemonics | None = None


def watch() -> None:
    """Assign letters in every dialog of this application."""
    global _letters
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if _letters is None or not shiboken6.isValid(_letters):
        _letters = DialogMnemonics(app)
