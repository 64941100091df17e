"""Only here: overlay, tools and keys of the loupe while a region is painted."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent

from studio.common.i18n import _, number
from studio.domain.entities import Picture
from studio.domain.markup import Point, Stroke, StrokeKind
from studio.ui.support import view_keys
from studio.ui.support.key_repeat import DELETE, ENTER
from studio.ui.support.qt_overrides import needs
from studio.ui.support.region_editor import RegionEditor
from studio.ui.support.view_keys import KeyGroup, ViewCommand
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.loupe.drawing_mode import DrawingMode
from studio.ui.views.loupe.only_here.overlay import RegionOverlay
from studio.ui.views.loupe.only_here.strip import TOOLS, RegionStrip, next_size
from studio.ui.views.loupe.only_here.tool import RegionTool
from studio.ui.views.loupe.overlay_mode import ARROWS, CTRL
from studio.ui.widgets.accessible import announce

MOVE = 8.0  # logical pixels by which an arrow moves or sizes a box
FIRST = 0.25
"""Sides of a box drawn by the keyboard, as a fraction of the visible part of the picture."""

_COMMANDS = {command: tool for tool, _icon, command in TOOLS}
_SIZES = {ViewCommand.REGION_SMALLER: -1, ViewCommand.REGION_LARGER: 1}


class RegionMode(DrawingMode):
    """Overlay, tool strip and keys over a canvas; a mode of the loupe.

    Attributes:
        share: part of the picture that the region covers.

    Signals:
        region_drawn: the pixels of the region changed, and with them `share`.
    """

    strip: RegionStrip
    tool: RegionTool
    overlay: RegionOverlay
    region_drawn = Signal()

    def __init__(self, canvas: PictureCanvas, editor: RegionEditor, parent: QObject) -> None:
        strip, overlay = RegionStrip(canvas), RegionOverlay(canvas, editor)
        tool = RegionTool(editor, overlay)
        super().__init__(
            canvas,
            parent,
            editor=editor,
            strip=strip,
            tool=tool,
            overlay=overlay,
            group=KeyGroup.ONLY_HERE,
            commands=_COMMANDS,
        )
        self._editor = editor
        # The box that arrows move: the last stroke, as long as nothing else is drawn.
        self._box: Stroke | None = None
        self._pointer_at: QPointF | None = None
        self.share = 0.0
        self._ground = False
        self.tool.on_full = self.on_full
        self.overlay.on_drawn = self.on_drawn
        self.strip.size_chosen.connect(self.set_size)
        self.strip.inverted.connect(self.on_inverted)
        self.strip.show_size(self.tool.size)

    # --- the mode ---------------------------------------------------------------------------

    def begin_mode(self, picture: Picture) -> None:
        """Show region and tools over a picture."""
        self.begin_region(picture.name, max(picture.width, picture.height))

    def begin_region(self, name: str, longer: int) -> None:
        """Show region and tools over the picture `name`; `longer` is its longer side in pixels."""
        self.tool.longer = max(1, longer)
        self._box = None
        self.overlay.fit_picture()
        self._canvas.setMouseTracking(True)
        # Translators: {name} is a picture.
        self.begin_overlay(name, _("Region on {name}").format(name=name))
        self.on_drawn()

    def end_mode(self) -> None:
        """Remove drawing and strip, and deselect the tool."""
        super().end_mode()
        self._canvas.setMouseTracking(False)
        self._show_circle(None)
        self.overlay.release()
        self._canvas.setAccessibleDescription("")

    def set_ground(self, ground: QImage | None) -> None:
        """Set the image of the region's mask, on which its strokes are drawn."""
        if ground is not None or self._ground:
            self._ground = ground is not None
            self.overlay.set_ground(ground)

    def set_size(self, size: int) -> None:
        """Set the size of brush and eraser in pixels of the picture."""
        self.tool.size = size
        self.strip.show_size(size)
        self._show_circle(self._pointer_at)

    def region_words(self) -> str:
        """The region in words: "Region, 7 percent of the picture, lower left"."""
        region = self._editor.region
        if region is None:
            return _("No region")
        middle = self.overlay.raster.middle(inverted=region.inverted)
        if middle is None:
            return _("Region, empty")
        # Translators: {place} is "lower left", "centre" and so on.
        return _("Region, {percent} percent of the picture, {place}").format(
            percent=number(max(1, round(self.share * 100))), place=_place(middle)
        )

    # --- slots ------------------------------------------------------------------------------

    def on_full(self) -> None:
        """Tell the user that there is no room for another stroke."""
        self.told.emit(_("No more strokes fit on one picture"))

    def on_inverted(self, inverted: bool) -> None:  # noqa: FBT001 - a slot
        """Invert the region."""
        self._editor.set_inverted(inverted=inverted)

    def on_changed(self) -> None:
        """Redraw the changes."""
        if not self.active:
            return
        strokes = self._editor.strokes
        if self._box is not None and (not strokes or strokes[-1] != self._box):
            self._box = None
        super().on_changed()

    def on_drawn(self) -> None:
        """Announce the size and position of the region."""
        if not self.active:
            return
        region = self._editor.region
        inverted = region is not None and region.inverted
        self.share = 0.0 if region is None else self.overlay.raster.share(inverted=inverted)
        self.strip.show_inverted(inverted=inverted, possible=region is not None)
        words = self.region_words()
        if words != self._canvas.accessibleDescription():
            self._canvas.setAccessibleDescription(words)
            announce(self._canvas, words)
        self.region_drawn.emit()

    def on_view_changed(self) -> None:
        """Keep the strip in position, and fit region and circle to the zoom."""
        super().on_view_changed()
        if self.active:
            self.overlay.fit_picture()
            self._show_circle(self._pointer_at)

    def _show_circle(self, at: QPointF | None) -> None:
        """Show the circle covered by brush or eraser at a point; None if the pointer is outside."""
        self._pointer_at = at
        lines = self.tool.chosen in (StrokeKind.BRUSH, StrokeKind.ERASER)
        radius = self.tool.size * self._canvas.zoom / self._canvas.devicePixelRatioF() / 2
        self.overlay.show_circle(at if lines and self.active else None, radius)

    @needs("_pointer_at")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._canvas and self.active:
            if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
                self._show_circle(event.position())
            elif event.type() == QEvent.Type.Leave:
                self._show_circle(None)
        return super().eventFilter(watched, event)

    # --- keys -------------------------------------------------------------------------------

    def press_own(self, event: QKeyEvent, key: Qt.Key, mods: Qt.KeyboardModifier) -> bool:
        """Change the size of the brush, or a box drawn by the keyboard."""
        if not self.keeps_own(event, key, mods):
            return False
        command = view_keys.command(event, KeyGroup.ONLY_HERE)
        if command in _SIZES:
            self.set_size(next_size(self.tool.size, _SIZES[command]))
        elif key in DELETE:
            self._editor.undo()
        elif key in ENTER:
            self._box = None
            self._editor.seal()
        elif self._box is None:
            self._add_box()
        else:
            self._change_box(ARROWS[key], size=mods == CTRL)
        return True

    def keeps_own(self, event: QKeyEvent, key: Qt.Key, mods: Qt.KeyboardModifier) -> bool:
        """Whether `press_own` would act on a key."""
        if view_keys.command(event, KeyGroup.ONLY_HERE) in _SIZES:
            return True
        if key in ARROWS:
            boxes = self.tool.chosen == StrokeKind.BOX
            return boxes and mods in (Qt.KeyboardModifier.NoModifier, CTRL)
        return self._box is not None and not mods and key in (*ENTER, *DELETE)

    def take_tool(self, tool: str) -> None:
        """Choose a tool by its key; that of the box, pressed again, draws one in the middle."""
        again = tool == self.tool.chosen
        self.choose_tool(tool)
        if tool == StrokeKind.BOX and again:
            self._add_box()

    def choose_tool(self, tool: str | None) -> None:
        """Choose a tool; None for none."""
        self._box = None
        super().choose_tool(tool)
        self._show_circle(self._pointer_at)

    def step_out(self) -> None:
        """Leave one level: the box, else the tool, else the mode."""
        if self._box is not None:
            self._box = None
            self._editor.seal()
        else:
            super().step_out()

    def _add_box(self) -> None:
        """Draw a box in the middle of the visible part."""
        scale = self.overlay.scale
        seen = QRectF(self._canvas.rect()).intersected(self._canvas.picture_rect())
        if seen.isEmpty():
            seen = self._canvas.picture_rect()
        away = seen.width() * FIRST / 2, seen.height() * FIRST / 2
        box = QRectF(seen.center(), seen.center()).adjusted(-away[0], -away[1], *away)
        corners = (
            scale.point(self.overlay.device(box.topLeft())),
            scale.point(self.overlay.device(box.bottomRight())),
        )
        self._box = stroke = Stroke(kind=StrokeKind.BOX, points=corners)
        if not self._editor.add(stroke):
            self._box = None
            self.on_full()

    def _change_box(self, way: tuple[int, int], *, size: bool) -> None:
        """Move the box by an arrow, or its right and lower edges."""
        assert self._box is not None
        rect = self._canvas.picture_rect()
        right, down = (
            way[0] * MOVE / max(1.0, rect.width()),
            way[1] * MOVE / max(1.0, rect.height()),
        )
        (x0, y0), (x1, y1) = self._box.points
        if size:
            least = MOVE / max(1.0, rect.width()), MOVE / max(1.0, rect.height())
            x1 = min(1.0, max(x1 + right, x0 + least[0]))
            y1 = min(1.0, max(y1 + down, y0 + least[1]))
        else:
            right = min(max(right, -x0), 1.0 - x1)
            down = min(max(down, -y0), 1.0 - y1)
            x0, x1, y0, y1 = x0 + right, x1 + right, y0 + down, y1 + down
        self._box = stroke = Stroke(kind=StrokeKind.BOX, points=(Point(x0, y0), Point(x1, y1)))
        self._editor.replace_last(stroke, run="box")


def _place(middle: Point) -> str:
    """Position in a picture, in words."""
    words = (
        (_("upper left"), _("top"), _("upper right")),
        (_("left"), _("centre"), _("right")),
        (_("lower left"), _("bottom"), _("lower right")),
    )
    return words[min(2, int(middle.y * 3))][min(2, int(middle.x * 3))]
