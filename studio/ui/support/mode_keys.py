"""Keys of views in full screen, where most keys are the view's own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from studio.ui.support import shortcuts, view_keys
from studio.ui.support.key_repeat import ENTER, MOVES
from studio.ui.support.view_keys import KeyGroup, ViewCommand

_SHIFTS = (
    Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.KeypadModifier
    | Qt.KeyboardModifier.GroupSwitchModifier
)


def is_own(event: QKeyEvent, groups: Sequence[KeyGroup]) -> bool:
    """Whether a key is the view's: its commands, undo, and most keys without Ctrl, Alt or Meta.

    The first group is that of the view itself, whose `WINDOW_KEYS` are left to the window.
    """
    if view_keys.command(event, *groups) is not None or undoes(event):
        return True
    key = Qt.Key(event.key())
    if key in (Qt.Key.Key_Escape, *ENTER):
        return not event.modifiers() & ~_SHIFTS
    pressed = shortcuts.pressed(event)
    if event.modifiers() & ~_SHIFTS or any(
        pressed in shortcuts.instead_of(usual) for usual in view_keys.WINDOW_KEYS[groups[0]]
    ):
        return False
    return (
        key in MOVES or key == Qt.Key.Key_Delete or Qt.Key.Key_Space < key < Qt.Key.Key_AsciiTilde
    )


def undoes(event: QKeyEvent, undo: ViewCommand | None = None) -> bool:
    """Whether this is the shortcut for Undo of the window or the view."""
    if undo is not None and view_keys.command(event, undo.group) is undo:
        return True
    return shortcuts.pressed(event) in shortcuts.instead_of("Ctrl+Z")


def redoes(event: QKeyEvent) -> bool:
    """Whether this is the window's shortcut for Redo."""
    return shortcuts.pressed(event) in shortcuts.instead_of("Ctrl+Shift+Z", "Ctrl+Y")
