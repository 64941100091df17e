"""Keyboard input in the gallery: move, extend, select."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from studio.ui.support.key_repeat import ENTER, MOVES
from studio.ui.views.gallery.grid import Grid

_Key = Qt.Key
_Mod = Qt.KeyboardModifier


class KeyTarget(Protocol):
    """Target of keyboard actions: rows of a grid, one of which has the focus.

    Attributes:
        by_key: whether the keyboard was used last, so that the focus is shown.
    """

    by_key: bool

    @property
    def grid(self) -> Grid: ...
    def viewport(self) -> QWidget: ...
    def isRightToLeft(self) -> bool: ...
    def visible_rows(self) -> range: ...
    def current_row(self) -> int | None: ...
    def set_current(self, row: int) -> None: ...
    def go_to_row(self, row: int) -> None: ...
    def extend_to(self, row: int, *, add: bool = False) -> None: ...
    def toggle(self, row: int) -> None: ...
    def select_everything(self) -> None: ...
    def stack_end(self, *, last: bool) -> int | None: ...
    def activate_current(self) -> None: ...


def press(view: KeyTarget, event: QKeyEvent) -> bool:
    """Handle a key press; False for keys the gallery does not use."""
    key, mods = _Key(event.key()), event.modifiers()
    if event.matches(QKeySequence.StandardKey.SelectAll):
        view.select_everything()
        return True
    if mods & (_Mod.AltModifier | _Mod.MetaModifier):
        return False
    if key in MOVES:
        _move(view, key, mods)
        return True
    row = view.current_row()
    if key in ENTER and not mods & _Mod.ControlModifier:
        if row is None:
            return False
        view.activate_current()
        return True
    if key == _Key.Key_Space and mods & _Mod.ControlModifier and row is not None:
        view.toggle(row)
        return True
    return False


def target(view: KeyTarget, key: Qt.Key) -> int | None:
    """Target row of a key; None if there are no rows."""
    grid = view.grid
    if not grid.count:
        return None
    last, row = grid.count - 1, view.current_row()
    if key == _Key.Key_Home:
        return 0
    if key == _Key.Key_End:
        return last
    if row is None:
        return min(last, view.visible_rows().start)
    page = max(1, view.viewport().height() // grid.pitch_y) * grid.columns
    step = {
        _Key.Key_Left: -1,
        _Key.Key_Right: 1,
        _Key.Key_Up: -grid.columns,
        _Key.Key_Down: grid.columns,
        _Key.Key_PageUp: -page,
        _Key.Key_PageDown: page,
    }[key]
    to = row + step
    if 0 <= to <= last:
        return to
    if key in (_Key.Key_Up, _Key.Key_Left, _Key.Key_Right):
        return row
    if key == _Key.Key_PageUp:
        return 0 if grid.lead else row % grid.columns
    # Down from the line above a short last line leads to its end, but never moves within a line.
    same_line = (row + grid.lead) // grid.columns == (last + grid.lead) // grid.columns
    return row if same_line else last


def _move(view: KeyTarget, key: Qt.Key, mods: Qt.KeyboardModifier) -> None:
    if view.isRightToLeft():
        mirrored = {_Key.Key_Left: _Key.Key_Right, _Key.Key_Right: _Key.Key_Left}
        key = mirrored.get(key, key)
    if mods & _Mod.ControlModifier and key in (_Key.Key_Home, _Key.Key_End):
        row = view.stack_end(last=key == _Key.Key_End)
        if row is not None:
            view.by_key = True
            if mods & _Mod.ShiftModifier:
                view.extend_to(row)
            else:
                view.go_to_row(row)
            return
    row = target(view, key)
    if row is None:
        return
    view.by_key = True
    if mods & _Mod.ShiftModifier:
        view.extend_to(row, add=bool(mods & _Mod.ControlModifier))
    elif mods & _Mod.ControlModifier:
        view.set_current(row)
    else:
        view.go_to_row(row)
    view.viewport().update()
