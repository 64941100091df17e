"""Drawing of marks: lines with a casing, numbered discs, bounds and hit testing.

A mark is drawn over a picture in the same size at any zoom. Rectangles of pictures are in device
pixels; `unit` is the number of device pixels per logical pixel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from studio.common.i18n import _, listed, number
from studio.domain.markup import MARK_COLOURS, Mark, MarkKind, Point
from studio.ui.style.theme import theme

DISC = 26.0
RIM = 2.0
LINE = 3.2
CASING = 1.4
RING = 2.5
RING_AWAY = 4.0
HEAD = 16.0  # length of an arrow's head
HEAD_ANGLE = 0.5
REACH = 6.0  # distance from a line at which the pointer hits it
FAINT = 0.4  # opacity of the marks of a request in progress

_WHITE, _BLACK = MARK_COLOURS[2], MARK_COLOURS[3]
_DARK_FIGURES = (MARK_COLOURS[1], _WHITE)
_NEAR = 0.25
"""Distance (0 to 1) of a picture's average colour from red below which red does not stand out."""


@dataclass(frozen=True, slots=True)
class MarkScale:
    """A picture's rectangle in device pixels, and the device pixels per logical pixel."""

    rect: QRectF
    unit: float = 1.0

    def place(self, point: Point) -> QPointF:
        """Position of a point of the picture in device pixels."""
        return QPointF(
            self.rect.x() + point.x * self.rect.width(),
            self.rect.y() + point.y * self.rect.height(),
        )

    def point(self, place: QPointF) -> Point:
        """Point of the picture at a position in device pixels, clamped to the picture."""
        x = (place.x() - self.rect.x()) / max(1.0, self.rect.width())
        y = (place.y() - self.rect.y()) / max(1.0, self.rect.height())
        return Point(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))


def anchor(mark: Mark) -> Point:
    """Point of the picture on which the disc sits."""
    if mark.kind is MarkKind.BOX:
        return Point(min(one.x for one in mark.points), min(one.y for one in mark.points))
    return mark.points[0]


def allowed_move(mark: Mark, dx: float, dy: float) -> tuple[float, float]:
    """The part of a move, in fractions of the picture, that keeps a mark within it."""
    left, right = min(p.x for p in mark.points), max(p.x for p in mark.points)
    top, bottom = min(p.y for p in mark.points), max(p.y for p in mark.points)
    dx = min(max(dx, -left), 1.0 - right)
    dy = min(max(dy, -top), 1.0 - bottom)
    return dx, dy


def moved_mark(mark: Mark, dx: float, dy: float) -> tuple[Point, ...]:
    """Points of a mark moved by fractions of the picture, all of them within it."""
    dx, dy = allowed_move(mark, dx, dy)
    return tuple(Point(p.x + dx, p.y + dy) for p in mark.points)


def lines(mark: Mark, scale: MarkScale) -> QPainterPath:
    """The lines of a mark; empty for a pin."""
    places = [scale.place(point) for point in mark.points]
    path = QPainterPath()
    if mark.kind is MarkKind.BOX:
        path.addRect(QRectF(places[0], places[-1]).normalized())
    elif mark.kind is not MarkKind.PIN:
        path.moveTo(places[0])
        for place in places[1:]:
            path.lineTo(place)
        if mark.kind is MarkKind.ARROW and len(places) > 1:
            start, head = places[0], places[-1]
            way = head - start
            angle = math.atan2(way.y(), way.x())
            length = min(HEAD * scale.unit, math.hypot(way.x(), way.y()))
            for turn in (HEAD_ANGLE, -HEAD_ANGLE):
                back = QPointF(math.cos(angle + turn), math.sin(angle + turn)) * length
                path.moveTo(head)
                path.lineTo(head - back)
    return path


def bounds(mark: Mark, scale: MarkScale, drawn: QPainterPath | None = None) -> QRectF:
    """Bounding rectangle of a mark, selected or not; `drawn` are its lines, if known."""
    reach = (DISC / 2 + RING_AWAY + RING) * scale.unit
    centre = scale.place(anchor(mark))
    box = QRectF(centre.x() - reach, centre.y() - reach, 2 * reach, 2 * reach)
    drawn = lines(mark, scale) if drawn is None else drawn
    if drawn.isEmpty():
        return box
    wide = (LINE / 2 + CASING + 1) * scale.unit
    return box | drawn.boundingRect().adjusted(-wide, -wide, wide, wide)


def disc_contains(mark: Mark, scale: MarkScale, at: QPointF) -> bool:
    """Whether a position is on the disc."""
    way = at - scale.place(anchor(mark))
    return math.hypot(way.x(), way.y()) <= (DISC / 2 + RIM) * scale.unit


def mark_at(marks: tuple[Mark, ...], scale: MarkScale, at: QPointF) -> int | None:
    """Index of the mark at a position: discs before lines, later ones before earlier."""
    shown = [(n, one) for n, one in reversed(list(enumerate(marks))) if not one.hidden]
    for index, mark in shown:
        if disc_contains(mark, scale, at):
            return index
    reach = REACH * scale.unit
    square = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
    for index, mark in shown:
        if bounds(mark, scale).intersects(square) and _crosses(lines(mark, scale), square):
            return index
    return None


def _crosses(path: QPainterPath, square: QRectF) -> bool:
    """Whether a line passes through a square; the inside of a box does not count."""
    last = QPointF()
    for at in range(path.elementCount()):
        element = path.elementAt(at)
        place = QPointF(element.x, element.y)
        if element.isLineTo() and _touches(last, place, square):
            return True
        last = place
    return False


def _touches(start: QPointF, end: QPointF, square: QRectF) -> bool:
    """Whether a straight line passes through a square."""
    way, to = end - start, square.center() - start
    length = way.x() ** 2 + way.y() ** 2
    share = (to.x() * way.x() + to.y() * way.y()) / length if length else 0.0
    nearest = start + way * min(max(share, 0.0), 1.0)
    away = square.center() - nearest
    return math.hypot(away.x(), away.y()) <= square.width() / 2


def paint_mark(
    painter: QPainter,
    index: int,
    mark: Mark,
    scale: MarkScale,
    *,
    selected: bool = False,
    drawn: Sequence[QPainterPath] | None = None,
) -> None:
    """Draw a mark with its number; `drawn` are its lines, or the pieces of them to draw."""
    unit = scale.unit
    paths = [lines(mark, scale)] if drawn is None else drawn
    if mark.kind is not MarkKind.PIN:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        colour = QColor(mark.colour)
        casing = QColor(_BLACK if mark.colour == _WHITE else _WHITE)
        for pen, width in ((casing, LINE + 2 * CASING), (colour, LINE)):
            painter.setPen(QPen(pen, width * unit, Qt.PenStyle.SolidLine,
                                Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))  # fmt: skip
            for path in paths:
                painter.drawPath(path)
    centre = scale.place(anchor(mark))
    if selected:
        reach = (DISC / 2 + RING_AWAY) * unit
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().color("accent"), RING * unit))
        painter.drawEllipse(centre, reach, reach)
    paint_disc(painter, centre, index, mark, DISC * unit, rim=RIM * unit)


def paint_disc(
    painter: QPainter, centre: QPointF, index: int, mark: Mark, size: float, *, rim: float
) -> None:
    """Draw the numbered disc of a mark; a hollow one for a mark without a sentence."""
    hollow = not mark.sentence.strip()
    colour = QColor(mark.colour)
    figure = QColor(_BLACK if mark.colour in _DARK_FIGURES else _WHITE)
    ground = QColor(_BLACK if mark.colour == _WHITE else _WHITE)
    # The rim is white, or black around a white mark.
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawEllipse(centre, size / 2 + rim / 2, size / 2 + rim / 2)
    painter.setBrush(colour)
    painter.drawEllipse(centre, size / 2 - rim / 2, size / 2 - rim / 2)
    if hollow:
        painter.setBrush(ground)
        inner = size / 2 - 2.2 * rim
        painter.drawEllipse(centre, inner, inner)
        figure = QColor(_BLACK) if ground == QColor(_WHITE) else QColor(_WHITE)
    font = theme().font("title")
    font.setPixelSize(max(8, round(size * 14 / DISC)))
    painter.setFont(font)
    painter.setPen(figure)
    box = QRectF(centre.x() - size, centre.y() - size, 2 * size, 2 * size)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, number(index + 1))


def proposed_colour(average: int) -> str:
    """Colour of marks that stands out from a picture's average colour (0xRRGGBB); usually red."""
    picture = QColor.fromRgb(average)
    if _distance(picture, QColor(MARK_COLOURS[0])) >= _NEAR:
        return MARK_COLOURS[0]
    return max(MARK_COLOURS, key=lambda one: _distance(picture, QColor(one)))


def _distance(one: QColor, other: QColor) -> float:
    """Distance of two colours, up to 1.0; green counts most, as for the eye."""
    weights = (0.3, 0.59, 0.11)
    parts = zip(_parts(one), _parts(other), weights, strict=True)
    return math.sqrt(sum(weight * (a - b) ** 2 for a, b, weight in parts))


def _parts(colour: QColor) -> tuple[float, float, float]:
    return colour.redF(), colour.greenF(), colour.blueF()


def kind_name(kind: MarkKind) -> str:
    """Name of a kind of mark."""
    return {
        MarkKind.PIN: _("Pin"),
        MarkKind.ARROW: _("Arrow"),
        MarkKind.BOX: _("Box"),
        MarkKind.PEN: _("Pen"),
    }[kind]


def place_words(mark: Mark) -> str:
    """Place a mark points to, in words, such as "at left, lower half"."""
    point = mark.points[-1] if mark.kind is MarkKind.ARROW else _middle(mark)
    third = min(2, int(point.x * 3))
    # Translators: place of a mark in a picture.
    across = (_("at left"), _("in the middle"), _("at right"))[third]
    down = _("upper half") if point.y < 0.5 else _("lower half")
    return listed((across, down))


def _middle(mark: Mark) -> Point:
    xs, ys = [p.x for p in mark.points], [p.y for p in mark.points]
    return Point((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)


def mark_words(index: int, mark: Mark) -> str:
    """A mark in words: "Mark 1, arrow, at left, lower half: Make this boat red"."""
    sentence = mark.sentence.strip() or _("no note yet, not sent")
    if mark.hidden:
        sentence = _("hidden, not sent")
    # Translators: {kind} is "arrow", {place} is "at left, lower half", {sentence} is the user's.
    return _("Mark {n}, {kind}, {place}: {sentence}").format(
        n=number(index + 1),
        kind=kind_name(mark.kind).lower(),
        place=place_words(mark),
        sentence=sentence,
    )


def crop_rect(mark: Mark, width: int, height: int) -> QRectF:
    """Square around the place a mark points to, in pixels of a picture of this size."""
    side = 0.24 * max(width, height)
    xs, ys = [p.x * width for p in mark.points], [p.y * height for p in mark.points]
    if mark.kind is MarkKind.ARROW:
        centre = QPointF(xs[-1], ys[-1])
    else:
        centre = QPointF((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
        side = max(side, 1.3 * (max(xs) - min(xs)), 1.3 * (max(ys) - min(ys)))
    side = min(side, width, height)
    left = min(max(centre.x() - side / 2, 0.0), width - side)
    top = min(max(centre.y() - side / 2, 0.0), height - side)
    return QRectF(left, top, side, side)
