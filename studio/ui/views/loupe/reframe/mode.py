"""Reframe mode: overlay, formats and keys of the loupe while frames are dragged."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMargins, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _
from studio.domain.entities import Picture
from studio.domain.pixel_frames import Handle, room_of
from studio.ui.support.frame_editor import FrameEditor
from studio.ui.support.key_repeat import TABS
from studio.ui.support.qt_overrides import needs
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.viewport import PICTURE
from studio.ui.views.loupe.overlay_mode import ARROWS, CTRL, SHIFT, OverlayMode, tab_direction
from studio.ui.views.loupe.reframe.format_row import FormatRow
from studio.ui.views.loupe.reframe.handle import FrameHandle
from studio.ui.views.loupe.reframe.overlay import FrameOverlay
from studio.ui.views.loupe.reframe.tool import FrameTool
from studio.ui.widgets.text import Text

ROOM = QMargins(80, 78, 80, 84)  # around the frame: formats above, sizes and the hint below
NARROW_ROOM = QMargins(44, 66, 44, 66)
NARROW = 760  # width of the canvas, in logical pixels, below which there is less room
STEP = 8  # pixels of the picture


class ReframeMode(OverlayMode):
    """Overlay, handles, formats and keys over a canvas.

    Attributes:
        row: the formats.
        handles: the eight handles, clockwise.
    """

    tool: FrameTool
    overlay: FrameOverlay

    def __init__(self, canvas: PictureCanvas, editor: FrameEditor, parent: QObject) -> None:
        self._editor = editor
        overlay = FrameOverlay(canvas, editor)
        tool = FrameTool(canvas, editor, overlay)
        super().__init__(canvas, parent, editor=editor, tool=tool, overlay=overlay)
        self.tool.on_moved = self.on_moved
        self.tool.on_dropped = self.on_dropped
        self.row = FormatRow(canvas, editor)
        self.hint = Text("", "small", "text3", canvas)
        self.hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hint.hide()
        self.handles = tuple(self._make_handle(one) for one in Handle)
        for first, second in zip(self.handles, self.handles[1:], strict=False):
            QWidget.setTabOrder(first, second)

    def _make_handle(self, handle: Handle) -> FrameHandle:
        made = FrameHandle(handle, self._canvas)
        made.pressed_at.connect(self.on_handle_pressed)
        made.dragged_to.connect(self.tool.move)
        made.released_at.connect(self.tool.release)
        made.stepped.connect(self.on_stepped)
        made.installEventFilter(self)
        made.hide()
        return made

    # --- the mode ---------------------------------------------------------------------------

    def begin_mode(self, picture: Picture) -> None:
        """Show the frames around a picture; the editor has them already."""
        # Translators: {name} is a picture.
        self.begin_overlay(picture.name, _("Frame of {name}").format(name=picture.name))
        for part in (self.row, self.hint, *self.handles):
            part.show()
        self.row.refresh()
        self._canvas.reserve_room("frame", self._room())
        self._follow_frame()
        self._canvas.fit()
        self.on_changed()

    def end_mode(self) -> None:
        """Remove everything; the frames stay in the draft."""
        if not self.active:
            return
        super().end_mode()
        for part in (self.row, self.hint, *self.handles):
            part.hide()
        self._canvas.reserve_room("frame", None)
        self._canvas.set_extent(PICTURE)

    def show_safe_area(self, area: str) -> None:
        """Draw this safe area; it is never sent."""
        self.overlay.safe_area = area
        self.row.show_safe_area(area)
        self._canvas.update()

    def show_trouble(self, text: str) -> None:
        """Show why the frame cannot be made, in place of the hint; "" to show the hint."""
        frame = self._editor.frame
        if frame.inside:
            usual = _("Everything within the frame is kept. A crop is free, and nothing is sent.")
        elif frame.keep_centre:
            usual = _(
                "Drag an edge or the picture inside the frame. The model sees the whole frame;"
                " your pixels are put back into its answer."
            )
        else:
            usual = _("Drag an edge or the picture inside the frame. The answer is kept whole.")
        self.hint.setText(text or usual)
        self.hint.recolour("warn" if text else "text3")
        self._place_hint()

    def show_drawn(self, words: str) -> None:
        """Show the note on the other ratio at which the model draws the frame; "" for none."""
        self.overlay.drawn = words

    # --- slots ------------------------------------------------------------------------------

    def on_changed(self) -> None:
        """Redraw the frame in its new position."""
        if not self.active:
            return
        if not self.tool.dragging:
            self._follow_frame()
        self._place_handles()
        super().on_changed()

    def on_view_changed(self) -> None:
        """Keep everything in position over the picture."""
        if self.active:
            self._canvas.reserve_room("frame", self._room())
            self._place_handles()
            self.row.place_in_canvas()
            self._place_hint()

    def on_moved(self, picture: bool) -> None:  # noqa: FBT001 - a callback
        """Keep the frame visible while the picture is dragged in it."""
        if picture:
            self._follow_frame()

    def on_dropped(self) -> None:
        """Show the whole frame again."""
        self._follow_frame()
        self._editor.seal()

    def on_handle_pressed(self, at: QPointF) -> None:
        """Begin to drag a handle."""
        handle = self.sender()
        if isinstance(handle, FrameHandle):
            self.tool.begin_drag(handle.handle, at)

    def on_stepped(self, pixels: int) -> None:
        """Move a handle outward by a screen reader's step."""
        handle = self.sender()
        if isinstance(handle, FrameHandle):
            one = handle.handle
            dx, dy = pixels * one.across, pixels * one.down if not one.across else 0
            self._editor.nudge(one, dx, dy)

    def _follow_frame(self) -> None:
        # The part that is cut off stays visible.
        frame = self._editor.frame
        self._canvas.set_extent(
            (min(frame.left, 0), min(frame.top, 0), max(frame.right, 1), max(frame.bottom, 1))
        )

    def _room(self) -> QMargins:
        return NARROW_ROOM if self._canvas.width() < NARROW else ROOM

    def _place_handles(self) -> None:
        frame = self.overlay.frame_rect()
        room = room_of(self._editor.box, self._editor.size)
        for handle in self.handles:
            one = handle.handle
            x = frame.center().x() + one.across * frame.width() / 2
            y = frame.center().y() + one.down * frame.height() / 2
            handle.place_at(QPointF(x, y))
            handle.show_room(room)
        for handle in self.handles:
            handle.raise_()
        self.row.raise_()

    def _place_hint(self) -> None:
        size, canvas = self.hint.sizeHint(), self._canvas
        fits = size.width() <= canvas.width() - 24
        self.hint.setVisible(self.active and fits)
        self.hint.resize(size)
        self.hint.move((canvas.width() - size.width()) // 2, canvas.height() - size.height() - 14)

    # --- keys -------------------------------------------------------------------------------

    def _focused(self) -> FrameHandle | None:
        return next((one for one in self.handles if one.hasFocus()), None)

    def keeps_own(self, _event: QKeyEvent, key: Qt.Key, mods: Qt.KeyboardModifier) -> bool:
        """Whether an arrow moves a handle."""
        moves = key in ARROWS and mods in (Qt.KeyboardModifier.NoModifier, CTRL)
        return moves and self._focused() is not None

    def press_own(self, event: QKeyEvent, key: Qt.Key, mods: Qt.KeyboardModifier) -> bool:
        """Focus another handle, or move the focused one."""
        if key in TABS and not mods & ~SHIFT:
            return self._next_handle(tab_direction(key, mods))
        handle = self._focused()
        if handle is None or not self.keeps_own(event, key, mods):
            return False
        step = 1 if mods == CTRL else STEP
        self._editor.nudge(handle.handle, *(way * step for way in ARROWS[key]))
        return True

    def _next_handle(self, way: int) -> bool:
        """Focus the next (1) or previous (-1) handle; False past the last one."""
        handle = self._focused()
        if handle is None:
            index = 0 if way > 0 else len(self.handles) - 1
        else:
            index = self.handles.index(handle) + way
        self._editor.seal()
        if not 0 <= index < len(self.handles):
            return False
        self.handles[index].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def step_out(self) -> None:
        """Leave one level: the drag, else the handle or the formats, else the mode."""
        if self.tool.dragging:
            self.tool.cancel()
        elif self._focused() is not None or self.row.has_keyboard:
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().step_out()

    def set_shown(self, *, shown: bool) -> None:
        """Show or hide frame, hatch and handles."""
        super().set_shown(shown=shown)
        for handle in self.handles:
            handle.set_shown(shown=shown)

    def takes_keys_of(self, watched: QObject) -> bool:
        """Whether this is the canvas or a handle."""
        return watched in (self._canvas, *self.handles)

    @needs("handles")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.active and event.type() == QEvent.Type.Resize and watched is self._canvas:
            self.row.place_in_canvas()
            self._place_hint()
        return super().eventFilter(watched, event)
