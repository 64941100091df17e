"""Mark mode: what the loupe shows over its picture, and its keys, while marks are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent

from studio.common.i18n import _
from studio.domain.markup import Mark, MarkKind, Point
from studio.ui.support import mark_painter
from studio.ui.support.key_repeat import harmless
from studio.ui.support.mark_editor import MarkEditor
from studio.ui.support.qt_overrides import needs
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.loupe.mark.overlay import MarkOverlay
from studio.ui.views.loupe.mark.sentence_field import PinnedSentence
from studio.ui.views.loupe.mark.strip import TOOLS, ToolStrip
from studio.ui.views.loupe.mark.tool import MarkTool
from studio.ui.widgets.accessible import announce

NUDGE = 8.0  # logical pixels
NARROW = 1100  # pixels of the canvas below which the strip has icons only
SLIM = 570  # the same, of the picture
ARROW_START = 0.18  # of the picture, from its centre, for an arrow drawn by a key

_Key, _Mod = Qt.Key, Qt.KeyboardModifier
_TOOL_KEYS = {_Key[f"Key_{key}"]: tool for tool, _icon, key in TOOLS}
_WAYS = {
    _Key.Key_Left: (-1, 0),
    _Key.Key_Right: (1, 0),
    _Key.Key_Up: (0, -1),
    _Key.Key_Down: (0, 1),
}
_ENTER = (_Key.Key_Return, _Key.Key_Enter)


class MarkMode(QObject):
    """Overlay, tool strip, field and keys over a canvas; `begin_marks` and `end_marks` switch them.

    Attributes:
        strip: the tool strip.
        tool: what the pointer does.
        overlay: draws the marks.
        field: the sentence under a pin.
        list_shown: tells whether the list of marks is visible; a sentence is written there then.

    Signals:
        sentence_wanted: write the sentence of a mark (its index) in the list.
        left: Esc was pressed with nothing to step out of before.
        edge_chosen: the strip was dragged to another edge (str).
        told: why nothing happened (str).
    """

    sentence_wanted = Signal(int)
    left = Signal()
    edge_chosen = Signal(str)
    told = Signal(str)

    def __init__(self, canvas: PictureCanvas, editor: MarkEditor, parent: QObject) -> None:
        super().__init__(parent)
        self.active = False
        self.list_shown: Callable[[], bool] = bool
        self._canvas = canvas
        self._editor = editor
        self._name = ""
        self.overlay = MarkOverlay(canvas, editor)
        self.tool = MarkTool(editor, self.overlay)
        self.strip = ToolStrip(canvas)
        self.field = PinnedSentence(canvas)
        self.tool.on_pressed = self.strip.set_faint
        self.tool.on_drawn = self.write_selected
        self.tool.on_full = self.on_full
        self.strip.tool_chosen.connect(self.choose_tool)
        self.strip.colour_chosen.connect(self.on_colour)
        self.strip.undo_wanted.connect(editor.undo)
        self.strip.redo_wanted.connect(editor.redo)
        self.strip.hide_changed.connect(self.on_hide)
        self.strip.edge_chosen.connect(self.edge_chosen)
        self.field.line.textEdited.connect(self.on_typed)
        self.field.line.left.connect(self.close_field)
        self.field.line.installEventFilter(self)
        editor.changed.connect(self.on_changed)
        editor.selection_changed.connect(self.on_selection)
        canvas.view_changed.connect(self.on_view_changed)
        canvas.installEventFilter(self)
        self.strip.show_colour(self.tool.colour)

    # --- the mode ---------------------------------------------------------------------------

    def begin_marks(self, name: str, average: int) -> None:
        """Show marks and tools over the picture of this name and average colour."""
        self._name = name
        self.tool.colour = mark_painter.proposed_colour(average)
        self.strip.show_colour(self.tool.colour)
        if not self.active:
            self.active = True
            self._canvas.overlays.append(self.overlay.paint)
            self._canvas.set_tool(self.tool)
            self.strip.show_tool(self.tool.chosen)
        self.close_field()
        self.overlay.refresh()
        # Translators: {name} is a picture.
        self._canvas.setAccessibleName(_("Marks on {name}").format(name=name))
        self.on_changed()
        self.on_view_changed()
        self.strip.show()
        self.strip.raise_()
        self._canvas.update()

    def end_marks(self) -> None:
        """Remove them; the tool is put away too."""
        if not self.active:
            return
        self.active = False
        self.tool.cancel()
        self.choose_tool(None)
        self.close_field()
        self.strip.hide()
        self._canvas.set_tool(None)
        self._canvas.overlays.remove(self.overlay.paint)
        self._canvas.setAccessibleName(self._name)
        self._canvas.update()

    def choose_tool(self, tool: MarkKind | str | None) -> None:
        """Take a tool; None for none."""
        if tool != self.tool.chosen:
            self.tool.chosen = tool
            self.strip.show_tool(tool)
            self._canvas.show_cursor()

    def crop(self, mark: Mark, side: int) -> QImage | None:
        """The place of a mark as a square of `side` pixels; None before there are pixels."""
        plate = self._canvas.plate
        if plate is None:
            return None
        image = plate.raster.level(side * 4.0) if plate.raster is not None else plate.preview
        if image is None or image.isNull():
            return None
        box = mark_painter.crop_rect(mark, image.width(), image.height()).toAlignedRect()
        return image.copy(box).scaled(
            side,
            side,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )

    # --- sentences --------------------------------------------------------------------------

    def write_selected(self) -> None:
        """Put the caret into the sentence of the selected mark."""
        index = self._editor.selected
        if index is None:
            return
        if self.list_shown():
            self.sentence_wanted.emit(index)
        else:
            self._place_field(index)
            self.field.open_for(index, self._editor.marks[index])

    def _place_field(self, index: int) -> None:
        dpr, scale, marks = self._canvas.devicePixelRatioF(), self.overlay.scale, self._editor.marks
        pin = scale.place(mark_painter.anchor(marks[index])) / dpr
        others = [
            _logical(mark_painter.bounds(mark, scale), dpr)
            for at, mark in enumerate(marks)
            if at != index and not mark.hidden
        ]
        self.field.place_by(pin, others, self._canvas.rect())

    def on_typed(self, text: str) -> None:
        """Keep every letter of the sentence."""
        if self.field.index is not None:
            self._editor.write(self.field.index, text)

    def close_field(self) -> None:
        """Hide the field; its sentence is kept already."""
        if self.field.index is None:
            return
        focused = self.field.line.hasFocus()
        self.field.close_field()
        self._editor.finish_writing()
        if focused:
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- slots ------------------------------------------------------------------------------

    def on_colour(self, colour: str) -> None:
        """Draw the next marks in this colour."""
        self.tool.colour = colour

    def on_full(self) -> None:
        """Say that there is no room for another mark."""
        self.told.emit(_("No more marks fit on one picture"))

    def on_hide(self, hide: bool) -> None:  # noqa: FBT001 - a slot
        """Hide the marks while wanted."""
        self.overlay.set_shown(shown=not hide)

    def on_changed(self) -> None:
        """Draw what changed, and update the strip."""
        if not self.active:
            return
        self.overlay.refresh()
        self.strip.show_steps(undo=self._editor.can_undo, redo=self._editor.can_redo)
        index = self.field.index
        if index is not None and index >= len(self._editor.marks):
            self.close_field()
        elif index is not None:
            self.field.show_mark(self._editor.marks[index])

    def on_selection(self) -> None:
        """Draw the ring around the selected mark, and say which one it is."""
        if not self.active:
            return
        self.overlay.refresh()
        index = self._editor.selected
        if self.field.index is not None and self.field.index != index:
            self.close_field()
        if index is not None:
            announce(self._canvas, mark_painter.mark_words(index, self._editor.marks[index]))

    def on_view_changed(self) -> None:
        """Keep strip and field at their places over the picture."""
        if not self.active:
            return
        visible = self._canvas.picture_rect().toAlignedRect() & self._canvas.rect()
        if visible.isEmpty():
            visible = self._canvas.rect()
        slim = self._canvas.picture_rect().width() < SLIM
        self.strip.set_narrow(narrow=slim or self._canvas.width() < NARROW)
        self.strip.place_in(visible)
        if self.field.index is not None:
            self._place_field(self.field.index)

    # --- keys -------------------------------------------------------------------------------

    def press_key(self, event: QKeyEvent) -> bool:
        """Act on a key of the mode. False for any other, which the loupe and the window get."""
        key = _Key(event.key())
        mods = event.modifiers() & ~_Mod.KeypadModifier
        ctrl, shift = _Mod.ControlModifier, _Mod.ShiftModifier
        index = self._editor.selected
        if key == _Key.Key_Z and mods == ctrl:
            self._editor.undo()
        elif (key == _Key.Key_Z and mods == ctrl | shift) or (key == _Key.Key_Y and mods == ctrl):
            self._editor.redo()
        elif key in (_Key.Key_Tab, _Key.Key_Backtab) and not mods & ~shift:
            return self._editor.select_next(-1 if key == _Key.Key_Backtab or mods & shift else 1)
        elif index is not None and key in _WAYS and mods in (_Mod.NoModifier, ctrl):
            self._nudge(index, _WAYS[key], fine=mods == ctrl)
        elif key == _Key.Key_N and mods == shift and index is not None:
            self._draw_arrow(index)
        elif mods:
            return False
        elif key in _TOOL_KEYS:
            self._take_tool(_TOOL_KEYS[key], held=event.isAutoRepeat())
        elif key == _Key.Key_H:
            self.overlay.set_shown(shown=False)
        elif key == _Key.Key_Escape:
            self._step_out()
        elif index is not None and key in _ENTER:
            self.write_selected()
        elif index is not None and key in (_Key.Key_Delete, _Key.Key_Backspace):
            self._editor.remove(index)
        else:
            return False
        return True

    def keeps(self, event: QKeyEvent) -> bool:
        """Whether a key is the mode's, before the window's shortcuts."""
        key = _Key(event.key())
        mods = event.modifiers() & ~_Mod.KeypadModifier
        steps = key in (_Key.Key_Z, _Key.Key_Y) and mods & _Mod.ControlModifier
        marked = self._editor.selected is not None
        arrows = marked and key in _WAYS and mods in (_Mod.NoModifier, _Mod.ControlModifier)
        own = key in _TOOL_KEYS or key in (_Key.Key_H, _Key.Key_Escape)
        on_mark = marked and key in (*_ENTER, _Key.Key_Delete, _Key.Key_Backspace)
        shifted = marked and key == _Key.Key_N and mods == _Mod.ShiftModifier
        return bool(steps) or arrows or shifted or (not mods and (own or on_mark))

    def _take_tool(self, tool: MarkKind | str, *, held: bool) -> None:
        """Take a tool; the pin's key places one in the middle if it is held already."""
        if held:
            return
        again = tool == self.tool.chosen
        self.choose_tool(tool)
        if tool is MarkKind.PIN and (again or not self._canvas.underMouse()):
            self._add_pin()

    def add_pin(self) -> None:
        """Place a pin in the middle of what is visible, without the pointer."""
        self.choose_tool(MarkKind.PIN)
        self._add_pin()

    def _add_pin(self) -> None:
        scale = self.overlay.scale
        seen = QRectF(self._canvas.rect()).intersected(self._canvas.picture_rect())
        point = scale.point(self.overlay.device(seen.center()))
        mark = Mark(kind=MarkKind.PIN, points=(point,), colour=self.tool.colour)
        if not self._editor.add(mark):
            self.on_full()

    def _draw_arrow(self, index: int) -> None:
        """Make the selected pin an arrow from its place towards the centre of the picture."""
        mark = self._editor.marks[index]
        start, centre = mark_painter.anchor(mark), Point(0.5, 0.5)
        away = max(abs(centre.x - start.x), abs(centre.y - start.y))
        share = 1.0 if away <= ARROW_START else ARROW_START / away
        head = Point(start.x + (centre.x - start.x) * share, start.y + (centre.y - start.y) * share)
        if away < ARROW_START / 4:
            head = Point(start.x, min(1.0, start.y + ARROW_START))
        self._editor.change(index, replace(mark, kind=MarkKind.ARROW, points=(start, head)))

    def _nudge(self, index: int, way: tuple[int, int], *, fine: bool) -> None:
        """Move a mark by 8 logical pixels, or by one."""
        mark, rect = self._editor.marks[index], self._canvas.picture_rect()
        step = 1.0 if fine else NUDGE
        dx, dy = way[0] * step / max(1.0, rect.width()), way[1] * step / max(1.0, rect.height())
        moved = replace(mark, points=mark_painter.moved_mark(mark, dx, dy))
        self._editor.change(index, moved, run=f"nudge {index}")

    def _step_out(self) -> None:
        """Leave by one step: the selected mark, the tool, the mode."""
        if self._editor.selected is not None:
            self._editor.select(None)
        elif self.tool.chosen is not None:
            self.choose_tool(None)
        else:
            self.left.emit()

    @needs("field")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind, on_canvas = event.type(), watched is self._canvas
        if self.active and on_canvas and kind == QEvent.Type.FocusOut:
            self.overlay.set_shown(shown=True)  # H may be released elsewhere
        if not self.active or not isinstance(event, QKeyEvent):
            return False
        if kind == QEvent.Type.KeyRelease and on_canvas:
            if event.key() == _Key.Key_H and not event.isAutoRepeat():
                self.overlay.set_shown(shown=True)
            return False
        if kind == QEvent.Type.ShortcutOverride:
            kept = self.keeps(event) if on_canvas else event.key() == _Key.Key_Escape
            if kept:
                event.accept()
            return kept
        if kind != QEvent.Type.KeyPress:
            return False
        if not on_canvas:
            return self._press_in_field(event)
        if event.isAutoRepeat() and not harmless(event, self._canvas):
            return self.keeps(event)
        return self.press_key(event)

    def _press_in_field(self, event: QKeyEvent) -> bool:
        if event.key() in (*_ENTER, _Key.Key_Escape):
            self.close_field()
            return True
        if event.key() in (_Key.Key_Tab, _Key.Key_Backtab):
            way = -1 if event.key() == _Key.Key_Backtab else 1
            self.close_field()
            if self._editor.select_next(way):
                self.write_selected()
            return True
        return False


def _logical(box: QRectF, dpr: float) -> QRectF:
    return QRectF(box.x() / dpr, box.y() / dpr, box.width() / dpr, box.height() / dpr)
