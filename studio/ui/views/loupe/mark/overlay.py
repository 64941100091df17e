"""Marks drawn over the picture of a canvas; only what changed is repainted."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath

from studio.domain.markup import Mark, MarkKind, Point
from studio.ui.support import mark_painter
from studio.ui.support.mark_editor import MarkEditor
from studio.ui.support.mark_painter import MarkScale
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.viewport import Viewport
from studio.ui.views.loupe.mode_overlay import ModeOverlay

PIECE = 24
"""Points of a line that are drawn together: a change at one end repaints no more than these."""


class _Shape:
    """Lines and bounds of a mark at one zoom: computed once, and then drawn in every frame."""

    def __init__(self, mark: Mark, scale: MarkScale) -> None:
        self.mark, self.scale = mark, scale
        self.lines = mark_painter.lines(mark, scale)
        self.bounds = mark_painter.bounds(mark, scale, self.lines)
        self._wide = (mark_painter.LINE / 2 + mark_painter.CASING + 1) * scale.unit
        self._pieces: list[tuple[QPainterPath, QRectF]] = []
        if mark.kind is MarkKind.PEN:
            for point in mark.points:
                self._add(scale.place(point))

    def pieces(self, clip: QRectF) -> list[QPainterPath]:
        """Pieces of its lines that touch a rectangle."""
        if not self._pieces:
            return [self.lines]
        return [path for path, box in self._pieces if box.intersects(clip)]

    def extend(self, mark: Mark) -> QRectF:
        """Add the last point of an extended line; returns the rectangle to repaint."""
        start = self.lines.currentPosition()
        end = self.scale.place(mark.points[-1])
        self.mark = mark
        self.lines.lineTo(end)
        self._add(end)
        changed = QRectF(start, end).normalized()
        changed.adjust(-self._wide, -self._wide, self._wide, self._wide)
        self.bounds |= changed
        return changed

    def _add(self, place: QPointF) -> None:
        """Add a point to the last piece, or begin another piece if that is full."""
        wide = self._wide
        if not self._pieces or self._pieces[-1][0].elementCount() >= PIECE:
            path = QPainterPath(self._pieces[-1][0].currentPosition() if self._pieces else place)
        else:
            path = self._pieces.pop()[0]
        path.lineTo(place)
        box = path.boundingRect().adjusted(-wide, -wide, wide, wide)
        self._pieces.append((path, box))


class MarkOverlay(ModeOverlay):
    """Draws the marks of an editor, including the one being drawn or dragged.

    Attributes:
        painted: number of marks drawn since the start.
    """

    def __init__(self, canvas: PictureCanvas, editor: MarkEditor) -> None:
        super().__init__(canvas)
        self.painted = 0
        self._editor = editor
        self._moving: tuple[int, Mark] | None = None
        # Index of a dragged mark, and its offset in device pixels.
        self._shift: tuple[int, QPointF] | None = None
        self._drawn: dict[int, tuple[Mark, bool, bool]] = {}
        self._shapes: dict[int, _Shape] = {}

    @property
    def moving(self) -> tuple[int, Mark] | None:
        """Index and shape of the mark being drawn or dragged; None for none."""
        return self._moving

    def set_moving(self, moving: tuple[int, Mark] | None) -> None:
        """Draw a mark in another shape; an index past the last one is a new mark."""
        self._moving = moving
        self.refresh()

    def shift(self, index: int, away: QPointF | None) -> None:
        """Draw a dragged mark at this offset in device pixels; None in its own position."""
        if index >= len(self._editor.marks):
            self._shift = None  # removed meanwhile by a change of the draft
            return
        shape = self._shape(index, self._editor.marks[index])
        self._update(shape.bounds.translated(self._away(index)))
        self._shift = None if away is None else (index, away)
        self._update(shape.bounds.translated(self._away(index)))

    def _away(self, index: int) -> QPointF:
        """Offset of a dragged mark from its own position."""
        shift = self._shift
        return shift[1] if shift is not None and shift[0] == index else QPointF()

    def extend(self, point: Point) -> None:
        """Add a point to the line being drawn, and repaint only its last piece."""
        if self._moving is None:
            return
        index, mark = self._moving
        shape = self._shape(index, mark)
        self._moving = index, replace(mark, points=(*mark.points, point))
        self._drawn[index] = (self._moving[1], False, False)
        self._update(shape.extend(self._moving[1]))

    def set_shown(self, *, shown: bool) -> None:
        """Show the marks, or the bare picture."""
        super().set_shown(shown=shown)
        self.refresh()

    def marks(self) -> dict[int, tuple[Mark, bool, bool]]:
        """Marks to draw, by index: shape, selected, faint."""
        if not self._shown:
            return {}
        marks, sent = dict(enumerate(self._editor.marks)), self._editor.sent
        if self._moving is not None:
            marks[self._moving[0]] = self._moving[1]
        return {
            index: (mark, index == self._editor.selected, bool(sent) and mark in sent)
            for index, mark in marks.items()
            if not mark.hidden
        }

    def refresh(self) -> None:
        """Repaint the marks that have changed since they were drawn."""
        now, before = self.marks(), self._drawn
        self._drawn = now
        for index in now.keys() | before.keys():
            new, old = now.get(index), before.get(index)
            if new != old:
                if old is not None:
                    self._update(self._shape(index, old[0]).bounds)
                if new is not None:
                    self._update(self._shape(index, new[0]).bounds)

    def _shape(self, index: int, mark: Mark) -> _Shape:
        """Lines and bounds of a mark at the current zoom."""
        scale, known = self.scale, self._shapes.get(index)
        if known is None or known.mark is not mark or known.scale != scale:
            known = self._shapes[index] = _Shape(mark, scale)
        return known

    def _update(self, box: QRectF) -> None:
        """Repaint a rectangle in device pixels."""
        dpr = self._canvas.devicePixelRatioF()
        logical = QRectF(box.x() / dpr, box.y() / dpr, box.width() / dpr, box.height() / dpr)
        self._canvas.update(logical.adjusted(-1, -1, 1, 1).toAlignedRect())

    def paint(self, painter: QPainter, _view: Viewport) -> None:
        """Draw the marks within the painter's clip. The painter is in device pixels."""
        scale, clip = self.scale, painter.clipBoundingRect()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, (mark, selected, faint) in sorted(self._drawn.items()):
            shape, away = self._shape(index, mark), self._away(index)
            here = clip.translated(-away)
            if shape.bounds.intersects(here):
                painter.translate(away)
                self.painted += 1
                painter.setOpacity(mark_painter.FAINT if faint else 1.0)
                mark_painter.paint_mark(
                    painter,
                    index,
                    mark,
                    scale,
                    selected=selected,
                    # Faint lines are drawn whole: the ends of their pieces would show through.
                    drawn=[shape.lines] if faint else shape.pieces(here),
                )
                painter.translate(-away)
        painter.setOpacity(1.0)
