"""Painting of the parts of a tree: pictures with their captions, folds, jobs, and lines.

All positions are those of the left-to-right layout; the painter mirrors them where needed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from studio.common.display_text import one_line
from studio.common.word_diff import DiffKind, DiffPiece
from studio.domain.entities import Flag, Job, JobState
from studio.domain.family import FamilyNode, NodeState
from studio.domain.tree_layout import (
    CAPTION,
    FOLD_WIDTH,
    PICTURE,
    TAG,
    WIDTH,
    TreeBox,
    TreeLayout,
    is_rejected,
)
from studio.ui.style.theme import theme
from studio.ui.support import formatting, job_outcome
from studio.ui.support.layout_direction import draw_pixmap, draw_text, elided
from studio.ui.support.screen_colours import screen_colours
from studio.ui.views.tree import tree_words

RADIUS = 8  # radius of the lines' corners
TRUNK = WIDTH  # where the lines to a picture's children branch, from its left
ROOM = WIDTH - 10  # width for a caption, clear of the lines
FADED = 0.34  # opacity of rejected pictures
_CENTRE = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def _font(*, weight: int | None = None, prose: bool = False) -> QFont:
    """The small font without the system's text scale, which the viewport applies."""
    look = theme()
    font = look.font("micro", weight=weight, prose=prose)
    font.setPixelSize(round(font.pixelSize() / look.scale))
    return font


def square(box: TreeBox) -> QRectF:
    """Square for the picture of a box."""
    left, top, right, bottom = box.picture
    return QRectF(left, top, right - left, bottom - top)


def fitted(room: QRectF, width: float, height: float) -> QRectF:
    """Largest centred rectangle in `room` with the aspect ratio of a picture."""
    if width <= 0 or height <= 0:
        return room
    scale = min(room.width() / width, room.height() / height)
    wide, high = max(width * scale, 1.0), max(height * scale, 1.0)
    return QRectF(room.center().x() - wide / 2, room.center().y() - high / 2, wide, high)


def tag_rect(box: TreeBox) -> QRectF:
    """Rectangle for the name of a box's branch."""
    _left, top, _right, _bottom = box.picture
    return QRectF(box.x, top - TAG + 1, WIDTH, 19)


def line(layout: TreeLayout, box: TreeBox) -> QPainterPath:
    """Line to a box from its parent, at right angles with round corners."""
    parent = layout.boxes[box.parent]
    trunk = parent.x + TRUNK
    start, end = (
        QPointF(parent.picture[2] + 5, parent.middle),
        QPointF(box.picture[0] - 5, box.middle),
    )
    path = QPainterPath(start)
    down = end.y() - start.y()
    if abs(down) < 1:
        path.lineTo(end)
        return path
    radius = min(RADIUS, abs(down) / 2)
    turn = radius if down > 0 else -radius
    path.lineTo(trunk - radius, start.y())
    path.quadTo(trunk, start.y(), trunk, start.y() + turn)
    path.lineTo(trunk, end.y() - turn)
    path.quadTo(trunk, end.y(), trunk + radius, end.y())
    path.lineTo(end)
    return path


def paint_line(
    painter: QPainter, layout: TreeLayout, box: TreeBox, *, way: bool, dashed: bool
) -> None:
    """Paint the line to a box; `way`: whether it is on the path to the selected picture."""
    look = theme()
    pen = QPen(look.color("accent" if way else "edge"), 2 if way else 1.25)
    pen.setCosmetic(True)  # equally thin at any zoom
    if dashed and not way:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(line(layout, box))


def paint_reference(painter: QPainter, source: TreeBox, target: TreeBox) -> None:
    """Paint a thin dotted line from a reference to the picture made with it."""
    pen = QPen(theme().color("text3"), 1, Qt.PenStyle.DotLine)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawLine(square(source).center(), square(target).center())


def paint_words(
    painter: QPainter, layout: TreeLayout, box: TreeBox, pieces: Sequence[DiffPiece]
) -> None:
    """Paint the changes in words over the line to a box, as far as they fit."""
    look = theme()
    left = layout.boxes[box.parent].x + TRUNK + RADIUS
    room = box.picture[0] - 8 - left
    plain = _font()
    metrics = QFontMetricsF(plain)
    top = box.middle - 6 - metrics.height()
    for piece in pieces:
        if room < 12:
            return
        text = elided(metrics, piece.text, Qt.TextElideMode.ElideRight, room)
        wide = metrics.horizontalAdvance(text)
        place = QRectF(left, top, wide, metrics.height())
        font = _font()
        role = "text3"
        if piece.change is DiffKind.ADDED:
            painter.fillRect(place, look.color("addbg"))
            font.setUnderline(True)
            role = "ok"
        elif piece.change is DiffKind.REMOVED:
            painter.fillRect(place, look.color("rembg"))
            font.setStrikeOut(True)
            role = "bad"
        painter.setFont(font)
        painter.setPen(look.color(role))
        draw_text(painter, place.adjusted(0, 0, 2, 0), _LEFT, text)
        left += wide + 4
        room -= wide + 4


def paint_picture(
    painter: QPainter, node: FamilyNode, place: QRectF, pixmap: QPixmap | None
) -> None:
    """Paint a picture, its average colour until it has loaded, or a placeholder if missing."""
    look = theme()
    if node.state is not NodeState.PRESENT:
        painter.setPen(QPen(look.color("line"), 1.5, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 4, 4)
        return
    rect = fitted(place, node.width, node.height)
    painter.setOpacity(FADED if is_rejected(node) else 1.0)
    if pixmap is None or pixmap.isNull():
        painter.fillRect(rect, screen_colours().colour(node.colour))
    else:
        draw_pixmap(painter, rect, pixmap)
    painter.setOpacity(1.0)


def paint_caption(
    painter: QPainter, node: FamilyNode, box: TreeBox, spend: str, *, selected: bool
) -> None:
    """Paint flag, name and stars under a picture, and the cost of its branch."""
    look, ratio = theme(), painter.device().devicePixelRatio()
    font = _font(weight=600 if selected else None, prose=True)
    metrics = QFontMetricsF(font)
    bottom = box.picture[3]
    stars = str(node.rating) if node.rating else ""
    flag = node.flag is Flag.PICK and node.state is NodeState.PRESENT
    taken = (15 if flag else 0) + (16 + metrics.horizontalAdvance(stars) if stars else 0)
    name = elided(metrics, tree_words.name_of(node), Qt.TextElideMode.ElideRight, ROOM - taken)
    wide = metrics.horizontalAdvance(name)
    left, top = box.x + (WIDTH - wide - taken) / 2, bottom + 4
    if flag:
        flag_sign = look.pixmap("flag-filled", "text2", 11, ratio)
        draw_pixmap(painter, QRectF(left, top + 2, 11, 11), flag_sign)
        left += 15
    painter.setFont(font)
    dim = is_rejected(node) or node.state is not NodeState.PRESENT
    painter.setPen(look.color("text" if selected else "text3" if dim else "text2"))
    draw_text(painter, QRectF(left, top, wide + 2, 15), _LEFT, name)
    if stars:
        left += wide + 4
        star = look.pixmap("star-filled", "star", 11, ratio)
        draw_pixmap(painter, QRectF(left, top + 2, 11, 11), star)
        draw_text(painter, QRectF(left + 13, top, 20, 15), _LEFT, stars)
    if spend:
        painter.setFont(_font())
        painter.setPen(look.color("text2"))
        draw_text(painter, QRectF(box.x - 8, bottom + CAPTION - 1, WIDTH + 16, 15), _CENTRE, spend)


def paint_tag(painter: QPainter, box: TreeBox, name: str, *, way: bool) -> None:
    """Paint the name of a branch over its first picture; `way` as in `paint_line`."""
    look = theme()
    font = _font(weight=600, prose=True)
    metrics = QFontMetricsF(font)
    text = elided(metrics, one_line(name), Qt.TextElideMode.ElideRight, WIDTH + 20)
    room = tag_rect(box)
    wide = metrics.horizontalAdvance(text) + 14
    place = QRectF(room.center().x() - wide / 2, room.top(), wide, room.height())
    painter.setPen(QPen(look.color("accent" if way else "edge"), 1))
    painter.setBrush(look.color("tint" if way else "raise"))
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.setFont(font)
    painter.setPen(look.color("text"))
    draw_text(painter, place, _CENTRE, text)


def paint_ring(painter: QPainter, place: QRectF) -> None:
    """Paint the frame of the selected picture."""
    painter.setPen(QPen(theme().color("accent"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(place.adjusted(-4, -4, 4, 4), 5, 5)


def paint_fold(
    painter: QPainter,
    box: TreeBox,
    pictures: Sequence[tuple[FamilyNode, QPixmap | None]],
    words: tuple[str, str],
    *,
    plain: bool,
) -> None:
    """Paint up to three pictures of a fold behind one another, with their number."""
    look, room = theme(), square(box)
    side = PICTURE * 0.72
    count = len(pictures)
    for place, (node, pixmap) in enumerate(reversed(pictures)):
        off = (count - 1 - place) * 5
        spot = QRectF(
            room.left() + 4 + off, room.center().y() - side / 2 + off / 2, side, side - off
        )
        painter.setPen(QPen(look.color("mat"), 2))
        painter.setBrush(look.color("mat"))
        painter.drawRect(spot)
        paint_picture(painter, node, spot, pixmap)
    if plain:
        return
    left = room.right() + 8
    width = box.x + FOLD_WIDTH - left
    first, second = words
    metrics = QFontMetricsF(_font(weight=600))
    middle = room.center().y()
    painter.setFont(_font(weight=600))
    painter.setPen(look.color("text"))
    text = elided(metrics, first, Qt.TextElideMode.ElideRight, width)
    draw_text(painter, QRectF(left, middle - (16 if second else 8), width, 16), _LEFT, text)
    if second:
        painter.setFont(_font())
        painter.setPen(look.color("text2"))
        draw_text(painter, QRectF(left, middle, width, 16), _LEFT, second)


def paint_job(painter: QPainter, box: TreeBox, job: Job, *, plain: bool) -> None:
    """Paint a job that edits the parent: its time while it runs, else its outcome."""
    look, place = theme(), square(box)
    painter.setPen(QPen(look.color("edge"), 1, Qt.PenStyle.DashLine))
    painter.setBrush(look.color("panel"))
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    if plain:
        return
    outcome = None if job.alive else job_outcome.end_of(job)
    if outcome is None:
        painter.setFont(_font())
        painter.setPen(look.color("text2"))
        draw_text(painter, place, _CENTRE, running(job, time.time()))
    elif outcome.icon:
        role = "bad" if outcome.tone == "bad" else "warn"
        pixmap = look.pixmap(outcome.icon, role, 16, painter.device().devicePixelRatio())
        sign = QRectF(0, 0, 16, 16)
        sign.moveCenter(place.center())
        draw_pixmap(painter, sign, pixmap)
    font = _font(prose=True)
    metrics = QFontMetricsF(font)
    text = one_line(job.name) if outcome is None else outcome.head
    painter.setFont(font)
    painter.setPen(look.color("text3"))
    draw_text(
        painter,
        QRectF(box.x, place.bottom() + 4, WIDTH, 15),
        _CENTRE,
        elided(metrics, text, Qt.TextElideMode.ElideRight, WIDTH),
    )


def running(job: Job, now: float) -> str:
    """Time of a running job, or of its next attempt; "" while it is queued."""
    if job.state is JobState.RETRYING:
        return formatting.clock(max(0.0, (job.retry_at or now) - now) + 0.999)
    return formatting.clock(now - job.started) if job.started else ""
