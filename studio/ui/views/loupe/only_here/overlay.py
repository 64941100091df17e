"""Region drawn over the picture of a canvas: tint, rim and a dashed outline."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPolygonF

from studio.domain.markup import Point, Region, Stroke, StrokeKind
from studio.ui.style.theme import theme
from studio.ui.support.mark_painter import MarkScale
from studio.ui.support.region_editor import RegionEditor
from studio.ui.support.region_raster import RegionRaster
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.viewport import Viewport
from studio.ui.views.loupe.mode_overlay import ModeOverlay

TINT, RIM = 0.24, 0.34
"""Opacity of the region, and of its edge."""

LINE = 2  # width of the outline in logical pixels
DASH = 6  # length of its dashes along a row
THINNEST, WIDEST = 3.0, 24.0  # limits of the rim in device pixels
TILE = 640
"""Side in device pixels of the tiles that are drawn one after another, to save memory."""

LARGE = 256
"""Width in device pixels from which a brush paints a plain tint until the button is released."""

_Mode = QPainter.CompositionMode
_FORMAT = QImage.Format.Format_ARGB32_Premultiplied
_ROUND = ((1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 0.7), (0.7, -0.7), (-0.7, 0.7), (-0.7, -0.7))
_COARSE = 4
"""Factor by which the rim is reduced for drawing, since it has no sharp edge."""


class RegionOverlay(ModeOverlay):
    """Draws the region of an editor, and the stroke being drawn on top of it.

    Attributes:
        raster: pixels of the region.
        on_drawn: called after the pixels changed, except by a stroke being drawn.
        painted: number of device pixels drawn since the start.
    """

    def __init__(self, canvas: PictureCanvas, editor: RegionEditor) -> None:
        super().__init__(canvas)
        self.raster = RegionRaster()
        self.on_drawn: Callable[[], object] = bool
        self.painted = 0
        self._editor = editor
        self._region: Region | None = None
        self._moving: Stroke | None = None
        self._circle: tuple[QPointF, float] | None = None
        self._plain = False

    # --- what is drawn ----------------------------------------------------------------------

    @property
    def moving(self) -> Stroke | None:
        """The stroke being drawn; None for none."""
        return self._moving

    def begin_stroke(self, stroke: Stroke) -> None:
        """Begin to draw a stroke, which already has its first point."""
        self._moving = stroke
        view = self._canvas.view.rect
        self._set_plain(plain=stroke.width * max(view.width, view.height) > LARGE)
        if stroke.kind in (StrokeKind.BRUSH, StrokeKind.ERASER):
            self._update_raster(self.raster.draw_line(stroke, stroke.points))

    def extend(self, point: Point) -> None:
        """Add a point to the stroke being drawn, and repaint only the part it changes."""
        stroke = self._moving
        if stroke is None:
            return
        last = stroke.points[-1]
        if stroke.kind is StrokeKind.BOX:
            self._update_outline(stroke)
            stroke = replace(stroke, points=(stroke.points[0], point))
            self._moving = stroke
            self._update_outline(stroke)
            return
        self._moving = replace(stroke, points=(*stroke.points, point))
        if stroke.kind is StrokeKind.LASSO:
            self._update_line(last, point)
        else:
            self._update_raster(self.raster.draw_line(stroke, (last, point)))

    def finish_stroke(self) -> Stroke | None:
        """End the stroke being drawn and return it; its pixels stay. None without one."""
        stroke, self._moving = self._moving, None
        self._set_plain(plain=False)
        if stroke is None:
            return None
        if stroke.kind in (StrokeKind.BRUSH, StrokeKind.ERASER):
            # No `refresh`: nothing of it has to be drawn again.
            self.raster.keep_strokes((*self._editor.strokes, stroke))
        else:
            self._update_outline(stroke)
        return stroke

    def _set_plain(self, *, plain: bool) -> None:
        """Set whether the region is drawn without rim and outline."""
        if plain != self._plain:
            self._plain = plain
            self._canvas.update()

    def cancel_stroke(self) -> None:
        """Remove the stroke being drawn."""
        stroke, self._moving = self._moving, None
        self._set_plain(plain=False)
        if stroke is not None:
            self.raster.forget_strokes()
            self.refresh()
            self._update_outline(stroke)

    def show_circle(self, centre: QPointF | None, radius: float = 0.0) -> None:
        """Show the circle that the brush covers, in logical pixels of the canvas; None for none."""
        circle = None if centre is None else (QPointF(centre), radius)
        if circle == self._circle:
            return
        before, self._circle = self._circle, circle
        for one in (before, circle):
            if one is not None:
                (place, reach) = one
                self._update(QRectF(place, place).adjusted(-reach, -reach, reach, reach), LINE)

    def set_ground(self, ground: QImage | None) -> None:
        """Set the image on which the strokes are drawn; see `RegionRaster.set_ground`."""
        self.raster.set_ground(ground)
        self.refresh()
        self._canvas.update()

    def release(self) -> None:
        """Free the pixels, until `fit_picture`."""
        self._region = None
        self.raster.release()

    def fit_picture(self) -> None:
        """Adjust the resolution to the picture's size on the screen."""
        view = self._canvas.view
        if self.raster.set_sizes(
            QSize(view.width, view.height), max(view.rect.width, view.rect.height)
        ):
            self.refresh()

    def refresh(self) -> None:
        """Draw the editor's region, and repaint the changed part."""
        if self.raster.size.isEmpty():
            return
        before, self._region = self._region, self._editor.region
        changed = self.raster.show_region(self._region)
        if _look(before) != _look(self._region):
            self._canvas.update()
        elif not changed.isEmpty():
            self._update_raster(changed)
        self.on_drawn()

    # --- repainting -------------------------------------------------------------------------

    def _update_raster(self, changed: QRect) -> None:
        """Repaint a changed rectangle of the region's pixels."""
        size, rect = self.raster.size, self._canvas.picture_rect()
        if size.isEmpty() or changed.isEmpty():
            return
        across, down = rect.width() / size.width(), rect.height() / size.height()
        box = QRectF(
            rect.x() + changed.x() * across,
            rect.y() + changed.y() * down,
            changed.width() * across,
            changed.height() * down,
        )
        self._update(box, self._rim() / self._canvas.devicePixelRatioF() + LINE)

    def _update_line(self, start: Point, end: Point) -> None:
        rect = self._canvas.picture_rect()
        places = [QPointF(rect.x() + x * rect.width(), rect.y() + y * rect.height())
                  for x, y in (start, end)]  # fmt: skip
        self._update(QRectF(*places).normalized(), LINE + 1)

    def _update_outline(self, stroke: Stroke) -> None:
        """Repaint the lines of a box or lasso being drawn."""
        if stroke.kind is StrokeKind.BOX:
            (left, top), (right, bottom) = stroke.points[0], stroke.points[-1]
            across, down = (left, right, right, left, left), (top, top, bottom, bottom, top)
            corners = tuple(map(Point, across, down))
        else:
            corners = stroke.points
        for start, end in itertools.pairwise(corners):
            self._update_line(start, end)

    def _update(self, box: QRectF, margin: float) -> None:
        margin += 1
        self._canvas.update(box.adjusted(-margin, -margin, margin, margin).toAlignedRect())

    # --- painting ---------------------------------------------------------------------------

    def paint(self, painter: QPainter, _view: Viewport) -> None:
        """Draw the region within the painter's clip. The painter is in device pixels."""
        if not self._shown:
            return
        scale = self.scale
        clip = painter.clipBoundingRect().toAlignedRect() & self._extent(scale)
        for top in range(clip.top(), clip.bottom() + 1, TILE):
            for left in range(clip.left(), clip.right() + 1, TILE):
                tile = QRect(left, top, TILE, TILE) & clip
                self.painted += tile.width() * tile.height()
                self._paint_tile(painter, tile, scale)
        self._paint_moving(painter, scale)
        self._paint_circle(painter, scale.unit)

    def _extent(self, scale: MarkScale) -> QRect:
        """Rectangle in device pixels in which something may be drawn."""
        size, picture = self.raster.size, scale.rect
        if size.isEmpty() or (self._region is None and self._moving is None):
            return QRect()
        if self._inverted:
            box = picture
        else:
            across, down = picture.width() / size.width(), picture.height() / size.height()
            bounds = self.raster.bounds
            box = QRectF(
                picture.x() + bounds.x() * across,
                picture.y() + bounds.y() * down,
                bounds.width() * across,
                bounds.height() * down,
            )
        reach = round(LINE * scale.unit) + 1
        return box.toAlignedRect().adjusted(-reach, -reach, reach, reach)

    @property
    def _inverted(self) -> bool:
        return self._region is not None and self._region.inverted

    def _rim(self) -> float:
        """Width of the rim in device pixels: that of the soft edge, within limits."""
        view = self._canvas.view
        feather = 0.0 if self._region is None else self._region.feather
        return min(WIDEST, max(THINNEST, feather * max(view.rect.width, view.rect.height)))

    def _paint_tile(self, painter: QPainter, tile: QRect, scale: MarkScale) -> None:
        if self._plain:
            shade = _filled(self._mask(tile, scale), theme().color("region"), TINT)
            painter.drawImage(tile.topLeft(), shade)
            return
        rim, line = self._rim(), max(1, round(LINE * scale.unit))
        pad = max(line, round(rim) + 1)
        pad += -pad % _COARSE
        around = tile.adjusted(-pad, -pad, pad, pad)
        mask = self._mask(around, scale)
        inner = _shrunk(mask, rim)
        colour = theme().color("region")
        shade = _filled(mask, colour, RIM)
        _combine(shade, inner, _Mode.CompositionMode_DestinationOut)
        _combine(shade, _filled(inner, colour, TINT), _Mode.CompositionMode_Plus)
        _combine(shade, self._ants(mask, around, line, scale), _Mode.CompositionMode_SourceOver)
        painter.drawImage(tile.topLeft(), shade, QRect(pad, pad, tile.width(), tile.height()))

    def _mask(self, around: QRect, scale: MarkScale) -> QImage:
        """Mask of a rectangle in device pixels, opaque where the picture may change."""
        mask = QImage(around.size(), _FORMAT)
        mask.fill(Qt.GlobalColor.transparent)
        picture = scale.rect.translated(-around.x(), -around.y())
        painter = QPainter(mask)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._inverted:
            painter.fillRect(picture, Qt.GlobalColor.black)
            painter.setCompositionMode(_Mode.CompositionMode_DestinationOut)
        # Copy the part first: Qt would convert the whole large image.
        size, image = self.raster.size, self.raster.image
        across, down = picture.width() / size.width(), picture.height() / size.height()
        box = QRectF(mask.rect()).translated(-picture.topLeft())
        piece = QRectF(
            box.x() / across, box.y() / down, box.width() / across, box.height() / down
        ).toAlignedRect().adjusted(-1, -1, 1, 1) & image.rect()  # fmt: skip
        if not piece.isEmpty():
            place = QRectF(
                picture.x() + piece.x() * across,
                picture.y() + piece.y() * down,
                piece.width() * across,
                piece.height() * down,
            )
            painter.drawImage(place, image.copy(piece))
        painter.end()
        return mask

    def _ants(self, mask: QImage, around: QRect, line: int, scale: MarkScale) -> QImage:
        """The dashed outline, just outside a mask."""
        outline = mask.copy()
        for ways in (((1, 0), (-1, 0)), ((0, 1), (0, -1))):
            painter = QPainter(outline)
            before = outline.copy()
            for across, down in ways:
                painter.drawImage(QPoint(across * line, down * line), before)
            painter.end()
        _combine(outline, mask, _Mode.CompositionMode_DestinationOut)
        painter = QPainter(outline)
        painter.setCompositionMode(_Mode.CompositionMode_SourceIn)
        # The dashes stay in place, whichever part is drawn.
        painter.setBrushOrigin(scale.rect.topLeft().toPoint() - around.topLeft())
        painter.fillRect(outline.rect(), _dashes(max(1, round(DASH * scale.unit))))
        painter.end()
        return outline

    def _paint_moving(self, painter: QPainter, scale: MarkScale) -> None:
        """Draw the outline of a box or lasso being drawn."""
        stroke = self._moving
        if stroke is None or stroke.kind not in (StrokeKind.BOX, StrokeKind.LASSO):
            return
        places = [scale.place(point) for point in stroke.points]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        width = max(1.0, 1.5 * scale.unit)
        for colour, style in (
            (Qt.GlobalColor.black, Qt.PenStyle.SolidLine),
            (Qt.GlobalColor.white, Qt.PenStyle.DashLine),
        ):
            painter.setPen(QPen(colour, width, style))
            if stroke.kind is StrokeKind.BOX:
                painter.drawRect(QRectF(places[0], places[-1]).normalized())
            else:
                painter.drawPolyline(QPolygonF(places))

    def _paint_circle(self, painter: QPainter, unit: float) -> None:
        """Draw the edge of the brush, readable on any picture."""
        if self._circle is None:
            return
        centre, radius = self._circle
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, away in ((Qt.GlobalColor.black, 0.5), (Qt.GlobalColor.white, -0.5)):
            painter.setPen(QPen(colour, unit))
            painter.drawEllipse(centre * unit, (radius + away) * unit, (radius + away) * unit)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _look(region: Region | None) -> tuple[bool, float]:
    """Properties other than pixels that determine the region's appearance."""
    return (False, 0.0) if region is None else (region.inverted, region.feather)


def _combine(image: QImage, other: QImage, mode: QPainter.CompositionMode) -> None:
    painter = QPainter(image)
    painter.setCompositionMode(mode)
    painter.drawImage(0, 0, other)
    painter.end()


def _filled(mask: QImage, colour: QColor, opacity: float) -> QImage:
    """A mask filled with a colour at this opacity."""
    made = mask.copy()
    colour = QColor(colour)
    colour.setAlphaF(opacity)
    painter = QPainter(made)
    painter.setCompositionMode(_Mode.CompositionMode_SourceIn)
    painter.fillRect(made.rect(), colour)
    painter.end()
    return made


def _shrunk(mask: QImage, by: float) -> QImage:
    """A mask shrunk by this number of pixels; computed at a smaller size."""
    size = QSize(mask.width() // _COARSE, mask.height() // _COARSE)
    small = mask.scaled(size)
    made = small.copy()
    painter = QPainter(made)
    painter.setCompositionMode(_Mode.CompositionMode_DestinationIn)
    reach = by / _COARSE
    for across, down in _ROUND:
        painter.drawImage(QPoint(round(across * reach), round(down * reach)), small)
    painter.end()
    whole = QImage(mask.size(), _FORMAT)
    whole.fill(Qt.GlobalColor.transparent)
    painter = QPainter(whole)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(whole.rect(), made)
    # Remove what smoothing added outside the mask.
    painter.setCompositionMode(_Mode.CompositionMode_DestinationIn)
    painter.drawImage(0, 0, mask)
    painter.end()
    return whole


def _dashes(length: int) -> QBrush:
    """Diagonal stripes of black and white."""
    side = 2 * length
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    for x in range(side):
        for y in range(side):
            if (x + y) % side < length:
                image.setPixelColor(x, y, QColor(Qt.GlobalColor.white))
    return QBrush(image)
