"""The pointer in the mode Only here: paints, encloses and erases."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt

from studio.domain.markup import MOST_POINTS, Point, Stroke, StrokeKind
from studio.ui.support.region_editor import RegionEditor
from studio.ui.views.loupe.only_here.overlay import RegionOverlay

LEAST = 4.0  # minimum size of a box or lasso in logical pixels; less is a slip
STEP = 2.0  # logical pixels between two points of a line
START = 96
"""Initial size of brush and eraser, in pixels of the picture."""


class RegionTool:
    """Draws with the chosen tool.

    Attributes:
        chosen: a StrokeKind, or None for no tool.
        size: size of brush and eraser, in pixels of the picture.
        longer: longer side of the picture in pixels.
        on_pressed: called with True while the button is down.
        on_full: called if there are too many strokes.
    """

    def __init__(self, editor: RegionEditor, overlay: RegionOverlay) -> None:
        self.chosen: str | None = None
        self.size = START
        self.longer = 1
        self.on_pressed: Callable[[bool], object] = bool
        self.on_full: Callable[[], object] = bool
        self._editor = editor
        self._overlay = overlay
        self._last = QPointF()

    @property
    def width(self) -> float:
        """Width of brush or eraser, as a fraction of the picture's longer side."""
        return min(1.0, self.size / self.longer)

    # --- canvas -----------------------------------------------------------------------------

    def press(self, at: QPointF) -> bool:
        """Begin a stroke; False without a tool, so that the canvas pans or drags out."""
        if self.chosen is None:
            return False
        kind, scale, place = StrokeKind(self.chosen), self._overlay.scale, self._overlay.device(at)
        lines = kind in (StrokeKind.BRUSH, StrokeKind.ERASER)
        reach = self.size * scale.rect.width() / 2 / max(1, self.longer) if lines else 0.0
        if not scale.rect.adjusted(-reach, -reach, reach, reach).contains(place):
            return True
        if kind is StrokeKind.ERASER and self._editor.region is None:
            return True
        if not self._editor.has_room():
            self.on_full()
            return True
        self._begin(kind, place)
        self.on_pressed(True)
        return True

    def _begin(self, kind: StrokeKind, place: QPointF) -> None:
        point = self._point(kind, place)
        points = (point, point) if kind is StrokeKind.BOX else (point,)
        width = self.width if kind in (StrokeKind.BRUSH, StrokeKind.ERASER) else 0.0
        self._last = place
        self._overlay.begin_stroke(Stroke(kind=kind, points=points, width=width))

    def _point(self, kind: StrokeKind, place: QPointF) -> Point:
        """Point of the picture at a position; only brush and eraser may go beyond the picture."""
        scale = self._overlay.scale
        if kind in (StrokeKind.BOX, StrokeKind.LASSO):
            return scale.point(place)
        x = (place.x() - scale.rect.x()) / max(1.0, scale.rect.width())
        y = (place.y() - scale.rect.y()) / max(1.0, scale.rect.height())
        return Point(min(max(x, -1.0), 2.0), min(max(y, -1.0), 2.0))

    def move(self, at: QPointF) -> None:
        """Continue the stroke."""
        stroke, place = self._overlay.moving, self._overlay.device(at)
        if stroke is None:
            return
        away = place - self._last
        if math.hypot(away.x(), away.y()) < STEP * self._overlay.scale.unit:
            return
        self._last = place
        if len(stroke.points) >= MOST_POINTS and stroke.kind is not StrokeKind.LASSO:
            # The rest of a very long line is another stroke.
            self._keep()
            self._begin(stroke.kind, place)
        elif len(stroke.points) < MOST_POINTS:
            self._overlay.extend(self._point(stroke.kind, place))

    def release(self, at: QPointF) -> None:
        """End the stroke and store it."""
        self.move(at)
        self.on_pressed(False)
        stroke = self._overlay.moving
        if stroke is not None and not self._is_large(stroke):
            self._overlay.cancel_stroke()
            return
        self._keep()

    def _keep(self) -> None:
        stroke, raster = self._overlay.finish_stroke(), self._overlay.raster
        region = self._editor.region
        if stroke is None:
            return
        erased = region if stroke.kind is StrokeKind.ERASER else None
        if erased is not None and raster.share(inverted=erased.inverted) == 0:
            # Nothing is left of the region.
            raster.forget_strokes()
            self._editor.clear_region()
        elif not self._editor.add(stroke):
            raster.forget_strokes()
            self._overlay.refresh()
            self.on_full()

    def cancel(self) -> None:
        """Abandon the stroke."""
        if self._overlay.moving is not None:
            self._overlay.cancel_stroke()
            self.on_pressed(False)

    def cursor(self) -> Qt.CursorShape | None:
        """A cross for drawing; the canvas's own pointer without a tool."""
        return None if self.chosen is None else Qt.CursorShape.CrossCursor

    def _is_large(self, stroke: Stroke) -> bool:
        """Whether a box or lasso is too large to be an accident; a line always counts."""
        if stroke.kind not in (StrokeKind.BOX, StrokeKind.LASSO):
            return True
        scale = self._overlay.scale
        places = [scale.place(point) for point in stroke.points]
        across, down = [one.x() for one in places], [one.y() for one in places]
        least = LEAST * scale.unit
        return min(max(across) - min(across), max(down) - min(down)) >= least
