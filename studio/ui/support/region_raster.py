"""Pixels of a region for the screen: its strokes drawn once, at a limited size.

The mask for requests and compositions is drawn by `imaging/masks.py` from the same strokes; the
pixels here differ from it at most along the edges of a stroke.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from studio.domain.markup import Point, Region, Stroke, StrokeKind
from studio.ui.support.raster import RawPixels

LEAST, MOST = 1024, 4096
"""Limits of the longer side in pixels: at most 17 MB."""

_OPAQUE = QColor(0, 0, 0, 255)
_COUNTED = 1024  # side of the image in which pixels are counted
_TRANSPOSED = QTransform(0, 1, 1, 0, 0, 0)


class RegionRaster:
    """A region as an image: opaque where strokes were drawn, regardless of inversion.

    Attributes:
        image: one byte for each pixel, opaque or transparent.
        bounds: bounding rectangle of the opaque pixels.
        rebuilds: number of times all strokes were drawn again.
        touched: number of pixels drawn, counted each time.
    """

    def __init__(self) -> None:
        self.image = QImage()
        self.bounds = QRect()
        self.rebuilds = self.touched = 0
        self._ground: QImage | None = None
        # Strokes drawn; None if there may be pixels of others.
        self._strokes: tuple[Stroke, ...] | None = ()
        self._picture = QSize()

    # --- size -------------------------------------------------------------------------------

    @property
    def size(self) -> QSize:
        """Size in pixels."""
        return self.image.size()

    def set_sizes(self, picture: QSize, shown: float) -> bool:
        """Fit a picture whose longer side is `shown` screen pixels; False if it fits already.

        After a change, `show_region` draws the strokes again.
        """
        longer = max(1, picture.width(), picture.height())
        level = LEAST
        while level < shown and level < MOST:
            level *= 2
        factor = min(1.0, level / longer)
        size = QSize(
            max(1, round(picture.width() * factor)), max(1, round(picture.height() * factor))
        )
        if size == self.size and picture == self._picture:
            return False
        self._picture = picture
        self.image = QImage(size, QImage.Format.Format_Alpha8)
        self._clear()
        return True

    def release(self) -> None:
        """Free the pixels, until `set_sizes`."""
        self.image, self._ground, self._picture = QImage(), None, QSize()
        self._strokes, self.bounds = (), QRect()

    def set_ground(self, ground: QImage | None) -> None:
        """Set the image of any size on which the strokes are drawn, opaque in the region."""
        self._ground = ground
        self._clear()

    def _clear(self) -> None:
        self._strokes = ()
        self.bounds = QRect()
        self.image.fill(0)
        if self._ground is not None:
            painter = QPainter(self.image)
            painter.drawImage(self.image.rect(), self._ground)
            painter.end()
            self.bounds = self.image.rect()

    # --- drawing ----------------------------------------------------------------------------

    def show_region(self, region: Region | None) -> QRect:
        """Draw a region, if possible only its new strokes; returns the changed rectangle."""
        strokes = () if region is None else region.strokes
        there = 0 if self._strokes is None else len(self._strokes)
        if self._strokes is None or strokes[:there] != self._strokes:
            changed = QRect(self.bounds)
            self.rebuilds += 1
            self._clear()
            for stroke in strokes:
                self.draw_stroke(stroke)
            self._strokes = strokes
            return changed | self.bounds
        changed = QRect()
        for stroke in strokes[there:]:
            changed |= self.draw_stroke(stroke)
        self._strokes = strokes
        return changed

    def keep_strokes(self, strokes: tuple[Stroke, ...]) -> None:
        """Record these strokes as drawn: the last one was drawn piece by piece."""
        self._strokes = strokes

    def forget_strokes(self) -> None:
        """Make the next `show_region` draw everything again."""
        self._strokes = None

    def draw_stroke(self, stroke: Stroke) -> QRect:
        """Draw a stroke; returns the changed rectangle."""
        match stroke.kind:
            case StrokeKind.BOX:
                return self._fill_box(stroke.points)
            case StrokeKind.LASSO:
                return self._fill_lasso(stroke.points)
            case StrokeKind.BRUSH | StrokeKind.ERASER:
                return self.draw_line(stroke, stroke.points)

    def draw_line(self, stroke: Stroke, points: Sequence[Point]) -> QRect:
        """Draw a piece of a brush or eraser stroke; returns the changed rectangle."""
        width = max(1.0, stroke.width * max(self.image.width(), self.image.height()))
        places = [self._place(point) for point in points]
        path = QPainterPath(places[0])
        for place in places[1:]:
            path.lineTo(place)
        if all(place == places[0] for place in places):
            path.lineTo(places[0] + QPointF(0.01, 0.0))  # a dot
        reach = width / 2 + 1
        box = _box_of(places).adjusted(-reach, -reach, reach, reach)
        painter = QPainter(self.image)
        if stroke.kind is StrokeKind.ERASER:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        pen = QPen(_OPAQUE, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, pen)
        painter.end()
        return self._drawn(box)

    def _fill_box(self, corners: Sequence[Point]) -> QRect:
        width, height = self.image.width(), self.image.height()
        left, right = sorted(round(x * width) for x, _y in (corners[0], corners[-1]))
        top, bottom = sorted(round(y * height) for _x, y in (corners[0], corners[-1]))
        box = QRect(left, top, right - left, bottom - top)
        painter = QPainter(self.image)
        painter.fillRect(box, _OPAQUE)
        painter.end()
        return self._drawn(QRectF(box))

    def _fill_lasso(self, points: Sequence[Point]) -> QRect:
        if len(points) < 3:
            return QRect()
        places = [self._place(point) for point in points]
        painter = QPainter(self.image)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_OPAQUE)
        painter.drawPolygon(QPolygonF(places), Qt.FillRule.OddEvenFill)
        painter.end()
        return self._drawn(_box_of(places).adjusted(-1, -1, 1, 1))

    def _drawn(self, box: QRectF) -> QRect:
        found = box.toAlignedRect() & self.image.rect()
        self.touched += found.width() * found.height()
        self.bounds |= found
        return found

    def _place(self, point: Point) -> QPointF:
        return QPointF(point.x * self.image.width(), point.y * self.image.height())

    # --- facts ------------------------------------------------------------------------------

    def share(self, *, inverted: bool = False) -> float:
        """Part of the picture that may change, from 0 to 1."""
        small = self._small(_COUNTED)
        if small.isNull():
            return 0.0
        share = sum(_opaque_in_rows(small)) / (small.width() * small.height())
        return 1.0 - share if inverted else share

    def middle(self, *, inverted: bool = False) -> Point | None:
        """Centre of the part that may change; None if it is empty."""
        small = self._small(_COUNTED)
        rows, columns = _opaque_in_rows(small), _opaque_in_rows(small.transformed(_TRANSPOSED))
        if inverted:
            rows = [small.width() - count for count in rows]
            columns = [small.height() - count for count in columns]
        return Point(_middle(columns), _middle(rows)) if any(rows) else None

    def thumbnail(self, side: int, *, inverted: bool = False) -> QImage:
        """Thumbnail with a longer side of `side` pixels: white where the picture may change, else
        black.
        """
        ground, drawn = (Qt.GlobalColor.white, Qt.GlobalColor.black) if inverted else (
            Qt.GlobalColor.black, Qt.GlobalColor.white)  # fmt: skip
        size = self.size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
        made = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        made.fill(drawn)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
        smooth = Qt.TransformationMode.SmoothTransformation
        small = self.image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
        painter.drawImage(0, 0, small)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOver)
        painter.fillRect(made.rect(), ground)
        painter.end()
        return made

    def _small(self, side: int) -> QImage:
        if max(self.size.width(), self.size.height()) <= side:
            return self.image
        size = self.size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
        return self.image.scaled(size).convertToFormat(QImage.Format.Format_Alpha8)


def _opaque_in_rows(image: QImage) -> list[int]:
    """Number of opaque pixels in each row of an image with one byte for each pixel."""
    if image.isNull():
        return []
    data, width = bytes(image.constBits()), image.width()
    return [
        data.count(255, start, start + width) for start in range(0, len(data), image.bytesPerLine())
    ]


def _middle(counts: Sequence[int]) -> float:
    """Centre of what was counted in equal steps, from 0 to 1."""
    weighted = sum((place + 0.5) * count for place, count in enumerate(counts))
    return weighted / sum(counts) / len(counts)


def _box_of(places: Sequence[QPointF]) -> QRectF:
    across, down = [place.x() for place in places], [place.y() for place in places]
    left, top = math.floor(min(across)), math.floor(min(down))
    return QRectF(left, top, max(across) - left, max(down) - top)


def ground_of(pixels: RawPixels) -> QImage:
    """Ground from a mask: opaque where its pixels are white, transparent where black."""
    size = pixels.width, pixels.height
    drawn = QImage(pixels.data, *size, 4 * size[0], QImage.Format.Format_RGBA8888)
    flat = QImage(drawn.size(), QImage.Format.Format_RGB32)
    flat.fill(Qt.GlobalColor.black)
    painter = QPainter(flat)
    painter.drawImage(0, 0, drawn)
    painter.end()
    grey = flat.convertToFormat(QImage.Format.Format_Grayscale8)
    levels = bytes(grey.constBits()).translate(bytes(255 * (n > 127) for n in range(256)))
    made = QImage(levels, *size, grey.bytesPerLine(), QImage.Format.Format_Alpha8)
    return made.copy()
