"""The pointer in mark mode: places, draws, selects, drags and erases marks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, Qt

from studio.domain.markup import MARK_COLOURS, MOST_MARKS, Mark, MarkKind, Point
from studio.ui.support import mark_painter
from studio.ui.support.mark_editor import MarkEditor
from studio.ui.views.loupe.mark.overlay import MarkOverlay

LEAST = 8.0  # minimum length of an arrow, box or line in logical pixels; less is a slip
STEP = 2.0  # logical pixels between two points of a pen
MOST_POINTS = 600
"""Maximum number of points of a pen's line; a longer line is thinned evenly."""

ERASER = "eraser"


@dataclass(slots=True)
class _Drag:
    """Drag of the pointer from `start`; `index` is the mark dragged or drawn.

    `by` is the distance it was dragged, in fractions of the picture.
    """

    index: int
    start: QPointF
    mark: Mark
    drawing: bool
    moved: bool = False
    by: tuple[float, float] = (0.0, 0.0)


class MarkTool:
    """Draws with the chosen tool; without one, selects and drags marks.

    Attributes:
        chosen: a MarkKind, ERASER, or None for no tool.
        colour: colour of the marks drawn next.
        on_pressed: called with True while the button is down.
        on_drawn: called after a new mark.
        on_full: called instead, if there are too many marks.
    """

    def __init__(self, editor: MarkEditor, overlay: MarkOverlay) -> None:
        self.chosen: str | None = None
        self.colour = MARK_COLOURS[0]
        self.on_pressed: Callable[[bool], object] = bool
        self.on_drawn: Callable[[], object] = bool
        self.on_full: Callable[[], object] = bool
        self._editor = editor
        self._overlay = overlay
        self._drag: _Drag | None = None

    # --- canvas -----------------------------------------------------------------------------

    def press(self, at: QPointF) -> bool:
        """Begin to draw or drag; without a tool only on a mark."""
        editor, scale, place = self._editor, self._overlay.scale, self._overlay.device(at)
        index = mark_painter.mark_at(editor.marks, scale, place)
        if self.chosen == ERASER:
            self._erase(place)
            self._drag = _Drag(-1, place, Mark(kind=MarkKind.PIN, points=()), drawing=False)
        elif index is not None and (
            self.chosen is None or mark_painter.disc_contains(editor.marks[index], scale, place)
        ):
            editor.select(index)
            self._drag = _Drag(index, place, editor.marks[index], drawing=False)
        elif isinstance(self.chosen, MarkKind) and scale.rect.contains(place):
            if len(editor.marks) >= MOST_MARKS:
                self.on_full()
                return True
            point = scale.point(place)
            mark = Mark(kind=self.chosen, points=(point,), colour=self.colour)
            if mark.kind is MarkKind.BOX:
                mark = replace(mark, points=(point, point))
            self._drag = _Drag(len(editor.marks), place, mark, drawing=True)
            editor.select(None)
            self._overlay.set_moving((self._drag.index, mark))
        else:
            # Outside every mark: deselect, and let the canvas pan or drag out.
            editor.select(None)
            return self.chosen is not None
        self.on_pressed(True)
        return True

    def move(self, at: QPointF) -> None:
        """Continue drawing or dragging."""
        drag, place = self._drag, self._overlay.device(at)
        if drag is None:
            return
        if drag.index < 0:
            self._erase(place)
            return
        scale = self._overlay.scale
        away = place - drag.start
        far = math.hypot(away.x(), away.y())
        if not drag.moved and far < STEP * scale.unit:
            return
        drag.moved = True
        if drag.drawing and drag.mark.kind is MarkKind.PEN:
            self._draw_on(place)
            return
        if drag.drawing and drag.mark.kind is not MarkKind.PIN:
            shape = replace(drag.mark, points=(drag.mark.points[0], scale.point(place)))
            self._overlay.set_moving((drag.index, shape))
            return
        width, height = max(1.0, scale.rect.width()), max(1.0, scale.rect.height())
        dx, dy = drag.by = mark_painter.allowed_move(drag.mark, away.x() / width, away.y() / height)
        if drag.drawing:
            shape = replace(drag.mark, points=mark_painter.moved_mark(drag.mark, dx, dy))
            self._overlay.set_moving((drag.index, shape))
        else:
            self._overlay.shift(drag.index, QPointF(dx * width, dy * height))

    def _draw_on(self, place: QPointF) -> None:
        moving, scale = self._overlay.moving, self._overlay.scale
        if moving is None:
            return
        away = place - scale.place(moving[1].points[-1])
        if math.hypot(away.x(), away.y()) >= STEP * scale.unit:
            self._overlay.extend(scale.point(place))

    def release(self, at: QPointF) -> None:
        """Store the mark that was drawn or dragged."""
        self.move(at)
        drag, self._drag = self._drag, None
        moving = self._overlay.moving
        self.on_pressed(False)
        if drag is None or drag.index < 0:
            return
        if not drag.drawing:
            self._drop(drag)
            return
        assert moving is not None, "a mark is drawn from the press on"
        shape = moving[1]
        if self._is_long(shape):
            self._editor.add(replace(shape, points=thinned(shape.points)))
        self._overlay.set_moving(None)
        if len(self._editor.marks) > drag.index:
            self.on_drawn()

    def _drop(self, drag: _Drag) -> None:
        """Store a dragged mark at its new position."""
        self._overlay.shift(drag.index, None)
        if drag.index >= len(self._editor.marks):
            return
        mark = self._editor.marks[drag.index]
        points = mark_painter.moved_mark(mark, *drag.by)
        self._editor.change(drag.index, replace(mark, points=points))

    def cancel(self) -> None:
        """Abandon the drag."""
        drag, self._drag = self._drag, None
        if drag is not None:
            self._overlay.set_moving(None)
            if not drag.drawing and drag.index >= 0:
                self._overlay.shift(drag.index, None)
            self.on_pressed(False)

    def cursor(self) -> Qt.CursorShape | None:
        """A cross for drawing; the canvas's own pointer without a tool."""
        return None if self.chosen is None else Qt.CursorShape.CrossCursor

    # --- drawing ----------------------------------------------------------------------------

    def _is_long(self, mark: Mark) -> bool:
        """Whether a mark is too long to be an accident; a pin always counts."""
        if mark.kind is MarkKind.PIN:
            return True
        scale = self._overlay.scale
        size = mark_painter.lines(mark, scale).boundingRect()
        return max(size.width(), size.height()) >= LEAST * scale.unit

    def _erase(self, place: QPointF) -> None:
        index = mark_painter.mark_at(self._editor.marks, self._overlay.scale, place)
        if index is not None:
            self._editor.remove(index)


def thinned(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """At most `MOST_POINTS` points, evenly sampled, both ends included."""
    if len(points) <= MOST_POINTS:
        return points
    last = len(points) - 1
    return tuple(points[round(n * last / (MOST_POINTS - 1))] for n in range(MOST_POINTS))
