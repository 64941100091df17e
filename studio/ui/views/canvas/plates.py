"""A picture with the content loaded so far, and its painting in a viewport."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from studio.ui.style.theme import FAINT, theme
from studio.ui.support.raster import Raster
from studio.ui.support.screen_colours import screen_colours
from studio.ui.views.canvas import pan_cache
from studio.ui.views.canvas.viewport import Viewport

CHECK = 8  # side of a square of the checkerboard, logical pixels


@dataclass(slots=True, kw_only=True, eq=False)
class Plate:
    """A picture with the content loaded so far: its size, then a preview, then its pixels.

    Attributes:
        width, height: size of the original in pixels.
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

    def image_of_width(self, width: float) -> QImage | None:
        """The pixels at no less than this width, else the preview; None if neither is loaded."""
        image = self.preview if self.raster is None else self.raster.level(width)
        return None if image is None or image.isNull() else image


def paint(
    painter: QPainter,
    plate: Plate,
    view: Viewport,
    exposed: QRect,
    dpr: float,
    *,
    smooth: bool = True,
    cache: pan_cache.PanCache | None = None,
    ground: QColor | None = None,
) -> None:
    """Paint the exposed part of a plate. The painter and `exposed` are in device pixels.

    `ground` is the colour around the picture, which shows through a faint preview.

    Without `smooth`, reduced pixels are painted as fast as enlarged ones. `cache` is the canvas's
    cache for panning, if it has one.
    """
    place = place_of(view)
    if ground is not None and (plate.trouble or not place.contains(exposed)):
        painter.fillRect(exposed, ground)
    seen = place & exposed
    if seen.isEmpty():
        return
    if plate.trouble:
        painter.setOpacity(FAINT)
    image = plate.image_of_width(view.width * view.zoom)
    if image is None:
        painter.fillRect(seen, screen_colours().colour(plate.colour))
    else:
        opaque = not image.hasAlphaChannel()
        if not opaque:
            _paint_chequers(painter, place, seen, max(1, round(CHECK * dpr)))
        # Above 100 % pixels are not smoothed; a preview always is.
        blocky = plate.raster is not None and (view.zoom > 1 or not smooth)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not blocky)
        scaled = image.width() != place.width() and not blocky and not plate.trouble
        if cache is not None and scaled and opaque and not view.whole:
            room = QSize(round(view.view_width), round(view.view_height))
            cache.paint(painter, image, place, seen, room)
        else:
            pan_cache.paint_part(painter, image, place, seen)
    if plate.trouble:
        painter.setOpacity(1.0)
    line = max(1, int(dpr))
    if not place.adjusted(line, line, -line, -line).contains(exposed):
        _paint_hairline(painter, place, line)


def place_of(view: Viewport) -> QRect:
    """Rectangle of the whole picture, in whole device pixels."""
    width, height = view.width * view.zoom, view.height * view.zoom
    return QRect(round(view.x), round(view.y), max(1, round(width)), max(1, round(height)))


def paint_ground(painter: QPainter, view: Viewport, part: QRect, dpr: float) -> None:
    """Paint the checkerboard behind a transparent picture, in a part in device pixels."""
    place = place_of(view)
    _paint_chequers(painter, place, place & part, max(1, round(CHECK * dpr)))


def paint_trouble(painter: QPainter, words: str, room: QRect) -> None:
    """Paint an error message over a faint picture; `room` is in logical pixels."""
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
