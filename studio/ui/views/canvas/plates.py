"""A picture with the content loaded so far, and its painting in a viewport."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from studio.ui.style.theme import FAINT, theme
from studio.ui.support.raster import Raster
from studio.ui.support.screen_colours import screen_colours
from studio.ui.views.canvas.viewport import Viewport

CHECK = 8  # side of a square of the checkerboard, logical pixels


@dataclass(slots=True, kw_only=True, eq=False)
class Plate:
    """A picture with the content loaded so far: its size, then a preview, then its pixels.

    Attributes:
        width, height: of the original.
        colour: average colour, 0xRRGGBB, shown until there is a preview.
        preview: a thumbnail, drawn stretched until `raster` is loaded.
        trouble: reason why it cannot be shown, painted over a faint preview.
    """

    key: str
    name: str
    width: int
    height: int
    colour: int = 0x808080
    preview: QImage | None = None
    raster: Raster | None = None
    trouble: str = ""


def paint(painter: QPainter, plate: Plate, view: Viewport, exposed: QRect, dpr: float) -> None:
    """Paint the exposed part of a plate. The painter and `exposed` are in device pixels."""
    rect = view.rect
    target = QRect(
        round(rect.x), round(rect.y), max(1, round(rect.width)), max(1, round(rect.height))
    )
    seen = target & exposed
    if seen.isEmpty():
        return
    painter.setOpacity(FAINT if plate.trouble else 1.0)
    image = plate.raster.level(rect.width) if plate.raster else plate.preview
    if image is None or image.isNull():
        painter.fillRect(seen, screen_colours().colour(plate.colour))
    else:
        if image.hasAlphaChannel():
            _paint_chequers(painter, target, seen, max(1, round(CHECK * dpr)))
        # Above 100 % pixels are not smoothed; a preview always is.
        blocky = plate.raster is not None and view.zoom > 1
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not blocky)
        _paint_part(painter, image, target, seen)
    painter.setOpacity(1.0)
    _paint_hairline(painter, target, max(1, int(dpr)))


def paint_trouble(painter: QPainter, words: str, room: QRect) -> None:
    """Paint an error message over a faint picture. Logical pixels."""
    look = theme()
    painter.setFont(look.font("small", weight=600))
    wrap = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
    across = max(80, min(room.width() - 64, 328))
    text = painter.fontMetrics().boundingRect(QRect(0, 0, across, 4000), wrap, words)
    box = QRect(0, 0, text.width() + 32, text.height() + 24)
    box.moveCenter(room.center())
    painter.fillRect(box, look.color("panel"))
    painter.setPen(look.color("text"))
    painter.drawText(box.adjusted(16, 12, -16, -12), wrap, words)


def _paint_part(painter: QPainter, image: QImage, target: QRect, seen: QRect) -> None:
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


def _paint_chequers(painter: QPainter, target: QRect, seen: QRect, side: int) -> None:
    painter.fillRect(seen, theme().color("raise"))
    dark = theme().color("press")
    left, top = target.left(), target.top()
    for row in range((seen.top() - top) // side, (seen.bottom() - top) // side + 1):
        for column in range((seen.left() - left) // side, (seen.right() - left) // side + 1):
            if (row + column) % 2:
                square = QRect(left + column * side, top + row * side, side, side)
                painter.fillRect(square & seen, dark)


def _paint_hairline(painter: QPainter, target: QRect, width: int) -> None:
    colour = theme().color("hairline")
    x, y, across, down = target.x(), target.y(), target.width(), target.height()
    painter.fillRect(x, y, across, width, colour)
    painter.fillRect(x, y + down - width, across, width, colour)
    painter.fillRect(x, y + width, width, down - 2 * width, colour)
    painter.fillRect(x + across - width, y + width, width, down - 2 * width, colour)
