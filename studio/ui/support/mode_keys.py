"""Keys of views in full screen, where most keys are the view's own."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from studio.ui.support.key_repeat import ENTER, MOVES

_SHIFTS = (
    Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.KeypadModifier
    | Qt.KeyboardModifier.GroupSwitchModifier
)


def is_own(
    event: QKeyEvent, *, plain: Collection[Qt.Key] = (), shifted: Collection[Qt.Key] = ()
) -> bool:
    """Whether a key is the view's: Ctrl+Z, and most keys without Ctrl, Alt or Meta.

    `plain` and `shifted` are keys that are left to the window, without and with Shift.
    """
    if takes_back(event):
        return True
    key = Qt.Key(event.key())
    if key in (Qt.Key.Key_Escape, *ENTER):
        return not event.modifiers() & ~_SHIFTS
    left = shifted if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else plain
    if event.modifiers() & ~_SHIFTS or key in left or key == Qt.Key.Key_Question:
        return False
    return (
        key in MOVES or key == Qt.Key.Key_Delete or Qt.Key.Key_Space < key < Qt.Key.Key_AsciiTilde
    )


def is_shifted_letter(event: QKeyEvent) -> bool:
    """Whether this is a letter with Shift, which means something else than the letter."""
    shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
    return bool(shift) and Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z


def takes_back(event: QKeyEvent) -> bool:
    """Whether this is U or Ctrl+Z."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    ctrl_z = event.key() == Qt.Key.Key_Z and held == Qt.KeyboardModifier.ControlModifier
    return ctrl_z or (event.key() == Qt.Key.Key_U and not held)
