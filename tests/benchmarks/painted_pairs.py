"""Pairs of pictures for the registration, painted by Qt: the second shifted, scaled and changed.

Each scene is painted anew through its transform, so nothing of Pillow is in them, and their truth
is known exactly. Scenes have soft noise like a photo's, hard shapes, or both.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from PIL import Image
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPen,
    QTransform,
)

from studio.imaging.align import Placement

SIDE = 2048
SHIFT, ZOOM, GAIN, NOISE, CHANGED = 12.0, 0.02, 0.06, 0.06, 1 / 3
"""Largest shift in pixels, zoom, gain and opacity of noise, and the share that changed."""

KINDS = ("photo", "shapes", "both")
_TEXTURE = 768


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures and the true placement of the first in the second."""

    first: Image.Image
    second: Image.Image
    truth: Placement


def pair(number: int, *, side: int = SIDE, kind: str | None = None) -> Pair:
    """Pair of this number; `kind` is one of KINDS, "blank" or "different"."""
    dice = random.Random(number)
    unit = side / SIDE
    angle, far = dice.uniform(0, math.tau), dice.uniform(0, SHIFT) * unit
    scale, middle = 1 + dice.uniform(-ZOOM, ZOOM), side / 2
    corner = [middle - scale * middle + far * turn for turn in (math.cos(angle), math.sin(angle))]
    painted = dice.choice(KINDS) if kind in (None, "different") else str(kind)
    first = PaintedScene(2 * number, painted)
    other = PaintedScene(2 * number + 1, painted)
    second = other if kind == "different" else first
    truth = Placement(scale, *corner)
    gain = (1 - dice.uniform(0, GAIN), 1 - dice.uniform(0, GAIN), 1 - dice.uniform(0, GAIN))
    return Pair(
        first.picture(side, noise=dice.uniform(0, NOISE)),
        second.picture(
            side,
            truth,
            gain=gain,
            noise=dice.uniform(0, NOISE),
            other=other,
            where=_third(dice, side),
        ),
        truth,
    )


def _third(dice: random.Random, side: int) -> QPainterPath:
    """A third of the picture: a box, an ellipse, or five boxes."""
    area, path = side * side * CHANGED, QPainterPath()
    kind = dice.randrange(3)
    if kind == 2:
        edge = math.sqrt(area / 5)
        for _box in range(5):
            path.addRect(
                QRectF(dice.uniform(0, side - edge), dice.uniform(0, side - edge), edge, edge)
            )
        return path
    width = math.sqrt(area * dice.uniform(0.5, 2) * (1 if kind == 0 else 4 / math.pi))
    width = min(width, side)
    height = min(side, area * (1 if kind == 0 else 4 / math.pi) / width)
    box = QRectF(dice.uniform(0, side - width), dice.uniform(0, side - height), width, height)
    if kind == 0:
        path.addRect(box)
    else:
        path.addEllipse(box)
    return path


class PaintedScene:
    """What there is to see, by a seed."""

    def __init__(self, seed: int, kind: str) -> None:
        self._seed, self._kind = seed, kind
        self._texture = _clouds(seed) if kind in ("photo", "both") else None

    def picture(
        self,
        side: int,
        placement: Placement | None = None,
        *,
        gain: tuple[float, float, float] = (1.0, 1.0, 1.0),
        noise: float = 0.0,
        other: PaintedScene | None = None,
        where: QPainterPath | None = None,
    ) -> Image.Image:
        """The scene through a placement, with another one `where` it changed."""
        image = QImage(side, side, QImage.Format.Format_RGB32)
        image.fill(0)
        painter = _painter(image)
        if placement is not None:
            scale = placement.scale
            painter.setTransform(QTransform(scale, 0, 0, scale, placement.x, placement.y))
        self._paint(painter, side)
        if other is not None and where is not None:
            painter.setClipPath(where)
            other._paint(painter, side)
            painter.setClipping(False)
        painter.resetTransform()
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        painter.fillRect(0, 0, side, side, QColor.fromRgbF(*gain))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        if noise:
            painter.setOpacity(noise)
            painter.drawImage(0, 0, _dust(side, random.Random()))
        painter.end()
        return from_qt(image)

    def _paint(self, painter: QPainter, side: int) -> None:
        dice = random.Random(self._seed)
        ground = QRectF(-side / 10, -side / 10, side * 1.2, side * 1.2)
        gradient = QLinearGradient(dice.uniform(0, side), 0, dice.uniform(0, side), side)
        gradient.setColorAt(0, _colour(dice))
        gradient.setColorAt(1, _colour(dice))
        painter.fillRect(ground, gradient)
        if self._texture is not None:
            painter.setOpacity(dice.uniform(0.4, 0.9))
            painter.drawImage(ground, self._texture)
            painter.setOpacity(1)
        if self._kind in ("shapes", "both"):
            for _shape in range(dice.randrange(12, 60)):
                _paint_shape(painter, dice, side)


def _paint_shape(painter: QPainter, dice: random.Random, side: int) -> None:
    painter.setBrush(_colour(dice))
    thin = dice.random() < 0.6
    painter.setPen(Qt.PenStyle.NoPen if thin else QPen(_colour(dice), dice.uniform(1, 14)))
    x, y = dice.uniform(0, side), dice.uniform(0, side)
    width, height = dice.uniform(20, side * 0.4), dice.uniform(20, side * 0.4)
    box = QRectF(x - width / 2, y - height / 2, width, height)
    match dice.randrange(4):
        case 0:
            painter.drawEllipse(box)
        case 1:
            painter.drawRoundedRect(box, 20, 20)
        case 2:
            corners = [
                QPointF(dice.uniform(x - width, x + width), dice.uniform(y - height, y + height))
                for _corner in range(dice.randrange(3, 7))
            ]
            painter.drawPolygon(corners)
        case _:
            path = QPainterPath(QPointF(x, y))
            path.cubicTo(x + width, y, x, y + height, x + width, y + height)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(_colour(dice), dice.uniform(2, 20)))
            painter.drawPath(path)


def _clouds(seed: int) -> QImage:
    """Noise of all sizes, the finest the faintest."""
    dice = random.Random(seed)
    image = QImage(_TEXTURE, _TEXTURE, QImage.Format.Format_RGB32)
    image.fill(0x808080)
    painter = _painter(image)
    cells, opacity = 4, 0.6
    while cells <= _TEXTURE:
        painter.setOpacity(opacity)
        grey = _dust(cells, dice).convertToFormat(QImage.Format.Format_RGB32)
        smooth = Qt.TransformationMode.SmoothTransformation
        painter.drawImage(0, 0, grey.scaled(_TEXTURE, _TEXTURE, mode=smooth))
        cells, opacity = cells * 2, opacity * 0.8
    painter.end()
    return image


def _dust(side: int, dice: random.Random) -> QImage:
    """Random levels of grey."""
    data = dice.randbytes(side * side)
    return QImage(data, side, side, side, QImage.Format.Format_Grayscale8).copy()


def _painter(image: QImage) -> QPainter:
    painter = QPainter(image)
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    return painter


def _colour(dice: random.Random) -> QColor:
    return QColor(dice.randrange(256), dice.randrange(256), dice.randrange(256))


def from_qt(image: QImage) -> Image.Image:
    """The same pixels for Pillow, in RGB."""
    size = (image.width(), image.height())
    return Image.frombytes("RGBX", size, bytes(image.constBits()), "raw", "BGRX").convert("RGB")
