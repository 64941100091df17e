"""Mark mode: overlay, tools and keys of the loupe while marks are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent

from studio.common.i18n import _
from studio.domain.entities import Picture
from studio.domain.markup import Mark, MarkKind, Point
from studio.ui.support import mark_painter, view_keys
from studio.ui.support.key_repeat import DELETE, ENTER, TABS
from studio.ui.support.mark_editor import MarkEditor
from studio.ui.support.view_keys import KeyGroup, ViewCommand
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.loupe.drawing_mode import DrawingMode
from studio.ui.views.loupe.mark.overlay import MarkOverlay
from studio.ui.views.loupe.mark.sentence_field import PinnedSentence
from studio.ui.views.loupe.mark.strip import TOOLS, MarkStrip
from studio.ui.views.loupe.mark.tool import MarkTool
from studio.ui.views.loupe.overlay_mode import ARROWS, CTRL, SHIFT, tab_direction
from studio.ui.widgets.accessible import announce

NUDGE = 8.0  # logical pixels
ARROW_START = 0.18  # maximum length of an arrow made by a key, as a fraction of the picture

_Key, _Mod = Qt.Key, Qt.KeyboardModifier
_COMMANDS = {command: tool for tool, _icon, command in TOOLS}


class MarkMode(DrawingMode):
    """Overlay, tool strip, field and keys over a canvas; a mode of the loupe.

    Attributes:
        field: the sentence under a pin.
        list_shown: whether the list of marks is visible; sentences are then written there.

    Signals:
        sentence_wanted: write the sentence of a mark (its index) in the list.
    """

    strip: MarkStrip
    tool: MarkTool
    overlay: MarkOverlay
    sentence_wanted = Signal(int)

    def __init__(self, canvas: PictureCanvas, editor: MarkEditor, parent: QObject) -> None:
        self.list_shown: Callable[[], bool] = bool
        self._editor = editor
        self._proposed = False
        self.field = PinnedSentence(canvas)
        strip, overlay = MarkStrip(canvas), MarkOverlay(canvas, editor)
        tool = MarkTool(editor, overlay)
        super().__init__(
            canvas,
            parent,
            editor=editor,
            strip=strip,
            tool=tool,
            overlay=overlay,
            group=KeyGroup.MARK,
            commands=_COMMANDS,
        )
        self.tool.on_drawn = self.write_selected
        self.tool.on_full = self.on_full
        self.strip.colour_chosen.connect(self.on_colour)
        self.strip.undo_wanted.connect(editor.undo)
        self.strip.redo_wanted.connect(editor.redo)
        self.field.line.textEdited.connect(self.on_typed)
        self.field.line.left.connect(self.close_field)
        self.field.line.installEventFilter(self)
        editor.selection_changed.connect(self.on_selection)
        self.strip.show_colour(self.tool.colour)

    # --- the mode ---------------------------------------------------------------------------

    def begin_mode(self, picture: Picture) -> None:
        """Show marks and tools over a picture."""
        self.begin_marks(picture.name, picture.colour)

    def begin_marks(self, name: str, average: int) -> None:
        """Show marks and tools over the picture of this name and average colour."""
        self.tool.colour = mark_painter.proposed_colour(average)
        self.strip.show_colour(self.tool.colour)
        self.close_field()
        # Translators: {name} is a picture.
        self.begin_overlay(name, _("Marks on {name}").format(name=name))

    def propose_pin(self) -> None:
        """Choose the pin on the user's behalf."""
        self.choose_tool(MarkKind.PIN)
        self._proposed = True

    def choose_tool(self, tool: str | None) -> None:
        """Choose a tool; None for none."""
        self._proposed = False
        super().choose_tool(tool)

    def end_mode(self) -> None:
        """Remove drawing, strip and field, and deselect the tool."""
        self.close_field()
        super().end_mode()

    def crop(self, mark: Mark, side: int) -> QImage | None:
        """Crop around a mark, a square of `side` pixels; None until the picture has loaded."""
        plate = self._canvas.plate
        image = None if plate is None else plate.image_of_width(side * 4.0)
        if image is None:
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
        """Edit the sentence of the selected mark."""
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
        """Store the sentence after every keystroke."""
        if self.field.index is not None:
            self._editor.write(self.field.index, text)

    def close_field(self) -> None:
        """Hide the field; its sentence is kept already."""
        if self.field.index is None:
            return
        focused = self.field.line.hasFocus()
        self.field.close_field()
        self._editor.seal()
        if focused:
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- slots ------------------------------------------------------------------------------

    def on_colour(self, colour: str) -> None:
        """Draw the next marks in this colour."""
        self.tool.colour = colour

    def on_full(self) -> None:
        """Tell the user that there is no room for another mark."""
        self.told.emit(_("No more marks fit on one picture"))

    def on_changed(self) -> None:
        """Redraw the changes, and update the strip."""
        super().on_changed()
        if not self.active:
            return
        self.strip.show_steps(undo=self._editor.can_undo, redo=self._editor.can_redo)
        index = self.field.index
        if index is not None and index >= len(self._editor.marks):
            self.close_field()
        elif index is not None:
            self.field.show_mark(self._editor.marks[index])

    def on_selection(self) -> None:
        """Draw the ring around the selected mark, and announce it."""
        if not self.active:
            return
        self.overlay.refresh()
        index = self._editor.selected
        if self.field.index is not None and self.field.index != index:
            self.close_field()
        if index is not None:
            announce(self._canvas, mark_painter.mark_words(index, self._editor.marks[index]))

    def on_view_changed(self) -> None:
        """Keep strip and field in position over the picture."""
        super().on_view_changed()
        if self.active and self.field.index is not None:
            self._place_field(self.field.index)

    # --- keys -------------------------------------------------------------------------------

    def press_own(self, event: QKeyEvent, key: Qt.Key, mods: Qt.KeyboardModifier) -> bool:
        """Act on a key for the selected mark, or select another mark."""
        index = self._editor.selected
        if key in TABS and not mods & ~SHIFT:
            return self._editor.select_next(tab_direction(key, mods))
        if index is None:
            return False
        if key in ARROWS and mods in (_Mod.NoModifier, CTRL):
            self._nudge(index, ARROWS[key], fine=mods == CTRL)
        elif _makes_arrow(event):
            self._draw_arrow(index)
        elif mods:
            return False
        elif key in ENTER:
            self.write_selected()
        elif key in DELETE:
            self._editor.remove(index)
        else:
            return False
        return True

    def keeps_own(self, event: QKeyEvent, key: Qt.Key, mods: Qt.KeyboardModifier) -> bool:
        """Whether a key is for the selected mark."""
        if self._editor.selected is None:
            return False
        if key in ARROWS:
            return mods in (_Mod.NoModifier, CTRL)
        if _makes_arrow(event):
            return True
        return not mods and key in (*ENTER, *DELETE)

    def take_tool(self, tool: str) -> None:
        """Choose a tool by its key; that of the pin, pressed again, places one in the middle."""
        again = tool == self.tool.chosen and not self._proposed
        self.choose_tool(tool)
        if tool is MarkKind.PIN and (again or not self._canvas.underMouse()):
            self._add_pin()

    def _add_pin(self) -> None:
        """Place a pin in the middle of the visible part, without the pointer."""
        scale = self.overlay.scale
        seen = QRectF(self._canvas.rect()).intersected(self._canvas.picture_rect())
        point = scale.point(self.overlay.device(seen.center()))
        mark = Mark(kind=MarkKind.PIN, points=(point,), colour=self.tool.colour)
        if not self._editor.add(mark):
            self.on_full()

    def _draw_arrow(self, index: int) -> None:
        """Turn the selected pin into an arrow from its position towards the picture's centre."""
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

    def step_out(self) -> None:
        """Leave one level: the selected mark, else the tool, else the mode."""
        if self._editor.selected is not None:
            self._editor.select(None)
        else:
            super().step_out()

    def filter_other(self, event: QKeyEvent) -> bool:
        """Filter a key of the field; True if it is handled."""
        if event.type() == QEvent.Type.ShortcutOverride:
            kept = event.key() == _Key.Key_Escape
            if kept:
                event.accept()
            return kept
        return event.type() == QEvent.Type.KeyPress and self._press_in_field(event)

    def _press_in_field(self, event: QKeyEvent) -> bool:
        if event.key() in (*ENTER, _Key.Key_Escape):
            self.close_field()
            return True
        if event.key() in TABS:
            self.close_field()
            if self._editor.select_next(tab_direction(_Key(event.key()), event.modifiers())):
                self.write_selected()
            return True
        return False


def _makes_arrow(event: QKeyEvent) -> bool:
    return view_keys.command(event, KeyGroup.MARK) is ViewCommand.MARK_PIN_TO_ARROW


def _logical(box: QRectF, dpr: float) -> QRectF:
    return QRectF(box.x() / dpr, box.y() / dpr, box.width() / dpr, box.height() / dpr)
