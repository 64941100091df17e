"""Cache of what a canvas shows of a reduced picture, for panning."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter


class PanCache:
    """Scales only what comes into view: the rest is moved.

    All is in device pixels. Nothing is kept at the first paint at a zoom, so that zooming costs
    nothing more.
    """

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._shown: QImage | None = None
        self._spare: QImage | None = None
        self._at = QPoint()

    def paint(
        self, painter: QPainter, image: QImage, target: QRect, seen: QRect, room: QSize
    ) -> None:
        """Paint the seen part of an opaque image, scaled to `target`, in a view of this size."""
        key = (image.cacheKey(), target.width(), target.height(), room.width(), room.height())
        if key != self._key:
            self._key, self._shown, self._spare = key, None, None
            paint_part(painter, image, target, seen)
            return
        if self._shown is None or self._at != target.topLeft():
            self._move(image, target, QRect(QPoint(), room))
        assert self._shown is not None
        painter.drawImage(seen, self._shown, seen)

    def _move(self, image: QImage, target: QRect, room: QRect) -> None:
        made = self._spare
        if made is None:
            made = QImage(room.size(), QImage.Format.Format_RGB32)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        known = QRect()
        if self._shown is not None:
            step = target.topLeft() - self._at
            painter.drawImage(step, self._shown)
            known = room.translated(step) & room
        for part in _around(known, room):
            if not (part := part & target).isEmpty():
                painter.setClipRect(part)
                paint_part(painter, image, target, part)
        painter.end()
        self._shown, self._spare, self._at = made, self._shown, target.topLeft()


def _around(inner: QRect, room: QRect) -> Iterator[QRect]:
    """The parts of a room outside a rectangle that lies in it: above, below, left and right."""
    if inner.isEmpty():
        yield room
        return
    top, bottom = inner.top() - room.top(), room.bottom() - inner.bottom()
    yield QRect(room.left(), room.top(), room.width(), top)
    yield QRect(room.left(), inner.bottom() + 1, room.width(), bottom)
    yield QRect(room.left(), inner.top(), inner.left() - room.left(), inner.height())
    yield QRect(inner.right() + 1, inner.top(), room.right() - inner.right(), inner.height())


def paint_part(painter: QPainter, image: QImage, target: QRect, seen: QRect) -> None:
    """Paint at least the seen part of an image that is scaled to `target`."""
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
