"""Cache of the visible part of a reduced picture, for panning."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPixmap

MARGIN = 64
"""Pixels kept around the visible part, so that most steps of a pan need no scaling."""


class PanCache:
    """Scales only the parts that come near the view, and moves the rest.

    All sizes are in device pixels. Nothing is kept at the first paint after a zoom, so that zooming
    is not slowed down.
    """

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._kept: QPixmap | None = None
        self._part = QRect()  # the part kept, in the scaled image

    def paint(
        self, painter: QPainter, image: QImage, target: QRect, seen: QRect, room: QSize
    ) -> None:
        """Paint the part `seen` of an opaque image scaled to `target`; `room` is the view size."""
        key = (image.cacheKey(), target.width(), target.height(), room.width(), room.height())
        if key != self._key:
            self._key, self._kept = key, None
            paint_part(painter, image, target, seen)
            return
        wanted = seen.translated(-target.topLeft())
        if self._kept is None or not self._part.contains(wanted):
            self._keep(image, target, room)
        assert self._kept is not None
        painter.drawPixmap(seen, self._kept, wanted.translated(-self._part.topLeft()))

    def _keep(self, image: QImage, target: QRect, room: QSize) -> None:
        """Keep the part visible in a view of size `room`, with a margin around it."""
        view = QRect(-target.topLeft(), room)
        part = view.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
        if self._kept is None:
            self._kept = QPixmap(part.size())
            missing = [self._kept.rect()]
        else:
            step = self._part.topLeft() - part.topLeft()
            self._kept.scroll(step.x(), step.y(), self._kept.rect())
            missing = _uncovered(self._kept.rect(), step.x(), step.y())
        self._part = part
        _scale(self._kept, image, QRect(-part.topLeft(), target.size()), missing)


def _scale(made: QPixmap, image: QImage, target: QRect, parts: Sequence[QRect]) -> None:
    """Paint parts of an image that is scaled to `target`."""
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for part in parts:
        if not (part := part & target).isEmpty():
            painter.setClipRect(part)
            paint_part(painter, image, target, part)
    painter.end()


def _uncovered(room: QRect, dx: int, dy: int) -> list[QRect]:
    """Parts of a rectangle exposed by moving its content: rows, then a column."""
    wide, high = room.width(), room.height()
    across, down = min(abs(dx), wide), min(abs(dy), high)
    parts = []
    if down:
        parts.append(QRect(0, 0 if dy > 0 else high - down, wide, down))
    if across and down < high:
        top = down if dy > 0 else 0
        parts.append(QRect(0 if dx > 0 else wide - across, top, across, high - down))
    return parts


def paint_part(painter: QPainter, image: QImage, target: QRect, seen: QRect) -> None:
    """Paint at least the part `seen` of an image that is scaled to `target`."""
    across, down = image.width() / target.width(), image.height() / target.height()
    left, top = target.left(), target.top()
    # Whole pixels of the source; otherwise nearest neighbour would crop the outer ones.
    x1 = max(0, int((seen.left() - left) * across) - 1)
    y1 = max(0, int((seen.top() - top) * down) - 1)
    x2 = min(image.width(), int((seen.right() + 1 - left) * across) + 2)
    y2 = min(image.height(), int((seen.bottom() + 1 - top) * down) + 2)
    painter.drawImage(
        QRectF(left + x1 / across, top + y1 / down, (x2 - x1) / across, (y2 - y1) / down),
        image,
        QRectF(x1, y1, x2 - x1, y2 - y1),
    )
