"""Base of the loupe's modes that draw over the picture: overlay, pointer and keys."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from studio.domain.entities import Picture
from studio.ui.support import mode_keys, view_keys
from studio.ui.support.key_repeat import end_hold, harmless
from studio.ui.support.markup_editor import MarkupEditor
from studio.ui.support.qt_overrides import needs
from studio.ui.support.view_keys import KeyGroup, ViewCommand
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.tool import CanvasTool
from studio.ui.views.loupe.mode_overlay import ModeOverlay

_Key, _Mod = Qt.Key, Qt.KeyboardModifier
CTRL, SHIFT = _Mod.ControlModifier, _Mod.ShiftModifier
ARROWS = {
    _Key.Key_Left: (-1, 0),
    _Key.Key_Right: (1, 0),
    _Key.Key_Up: (0, -1),
    _Key.Key_Down: (0, 1),
}
"""Directions of the arrow keys as (x, y); right and down are positive."""


def tab_direction(key: Qt.Key, mods: Qt.KeyboardModifier) -> int:
    """1 for Tab, -1 for Shift+Tab."""
    return -1 if key == _Key.Key_Backtab or mods & SHIFT else 1


class OverlayMode(QObject):
    """Overlay, pointer tool and keys over a canvas.

    Attributes:
        active: whether the mode is on.
        tool: pointer tool of the canvas.
        overlay: drawing over the picture.

    Signals:
        left: Esc was pressed, and there was no inner level to leave.
        told: reason why nothing happened (str).
    """

    left = Signal()
    told = Signal(str)

    def __init__(
        self,
        canvas: PictureCanvas,
        parent: QObject,
        *,
        editor: MarkupEditor,
        tool: CanvasTool,
        overlay: ModeOverlay,
    ) -> None:
        super().__init__(parent)
        self.active = False
        self.tool = tool
        self.overlay = overlay
        self._canvas = canvas
        self._history = editor
        self._name = ""
        editor.changed.connect(self.on_changed)
        canvas.view_changed.connect(self.on_view_changed)
        canvas.installEventFilter(self)

    # --- the mode ---------------------------------------------------------------------------

    def begin_mode(self, picture: Picture) -> None:
        """Draw over a picture; for subclasses to implement."""

    def begin_overlay(self, name: str, spoken: str) -> None:
        """Draw over the picture `name`; `spoken` is the canvas's accessible name meanwhile."""
        self._name = name
        if not self.active:
            self.active = True
            self._canvas.overlays.append(self.overlay.paint)
            self._canvas.set_tool(self.tool)
        self._canvas.setAccessibleName(spoken)

    def end_mode(self) -> None:
        """Remove overlay and tool; the drawing stays in the draft."""
        if not self.active:
            return
        self.active = False
        self.tool.cancel()
        self.set_shown(shown=True)
        self._canvas.set_tool(None)
        self._canvas.overlays.remove(self.overlay.paint)
        self._canvas.setAccessibleName(self._name)
        self._canvas.update()

    def set_shown(self, *, shown: bool) -> None:
        """Show or hide the drawing."""
        self.overlay.set_shown(shown=shown)

    def step_out(self) -> None:
        """Leave one level, by default the mode."""
        self.left.emit()

    # --- slots ------------------------------------------------------------------------------

    def on_changed(self) -> None:
        """Redraw the changes."""
        if self.active:
            self.overlay.refresh()

    def on_view_changed(self) -> None:
        """Reposition widgets over the picture; for subclasses to override."""

    # --- keys -------------------------------------------------------------------------------

    def press_key(self, event: QKeyEvent) -> bool:
        """Act on a key of the mode; False for any other, which goes to the loupe or the window."""
        key = _Key(event.key())
        mods = event.modifiers() & ~_Mod.KeypadModifier
        if mode_keys.undoes(event):
            self._history.undo()
        elif mode_keys.redoes(event):
            self._history.redo()
        elif self.press_own(event, key, mods):
            pass
        elif view_keys.command(event, KeyGroup.DRAWING) is ViewCommand.HIDE:
            self.set_shown(shown=False)
        elif key == _Key.Key_Escape and not mods:
            self.step_out()
        else:
            return False
        return True

    def keeps(self, event: QKeyEvent) -> bool:
        """Whether the mode handles a key before the window's shortcuts."""
        key = _Key(event.key())
        mods = event.modifiers() & ~_Mod.KeypadModifier
        if self.keeps_step(event):
            return True
        hides = view_keys.command(event, KeyGroup.DRAWING) is ViewCommand.HIDE
        leaves = key == _Key.Key_Escape and not mods
        return hides or leaves or self.keeps_own(event, key, mods)

    def keeps_step(self, event: QKeyEvent) -> bool:
        """Whether a key undoes or redoes a change of the drawing, rather than of the library."""
        return mode_keys.undoes(event) or mode_keys.redoes(event)

    def press_own(self, _event: QKeyEvent, _key: Qt.Key, _mods: Qt.KeyboardModifier) -> bool:
        """Act on a key that only this mode has; False for any other. For subclasses to override."""
        return False

    def keeps_own(self, _event: QKeyEvent, _key: Qt.Key, _mods: Qt.KeyboardModifier) -> bool:
        """Whether a key of only this mode is kept from the window. For subclasses to override."""
        return False

    def takes_keys_of(self, watched: QObject) -> bool:
        """Whether keys of a watched object count as keys of the canvas."""
        return watched is self._canvas

    def filter_other(self, _event: QKeyEvent) -> bool:
        """Filter a key of another watched widget. For subclasses to override."""
        return False

    @needs("_history")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        own = self.active and self.takes_keys_of(watched)
        if own and kind == QEvent.Type.FocusOut:
            self.set_shown(shown=True)  # the key may be released elsewhere
        if not self.active or not isinstance(event, QKeyEvent):
            return False
        if not own:
            return self.filter_other(event)
        if kind == QEvent.Type.KeyRelease:
            if view_keys.releases(event, ViewCommand.HIDE):
                end_hold(event, self, partial(self.set_shown, shown=True))
            return False
        if kind == QEvent.Type.ShortcutOverride:
            kept = self.keeps(event)
            if kept:
                event.accept()
            return kept
        if kind != QEvent.Type.KeyPress:
            return False
        if event.isAutoRepeat() and not harmless(event, self._canvas):
            return self.keeps(event)
        return self.press_key(event)
