"""Paint stacks: edges of further pictures, the count pill, the ground and outline of open ones."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from studio.ui.support.layout_direction import flipped
from studio.ui.support.tile_content import StackLook
from studio.ui.views.gallery.grid import GUTTER
from studio.ui.views.gallery.layout import TileLayout, TileState
from studio.ui.views.gallery.paint import (
    CELL_RADIUS,
    ground,
    outline,
    scale_of,
    snapped,
)
from studio.ui.views.gallery.tile_style import TileStyle

PILL_RADIUS = 4
PILL_ICON = 11
EDGE = 2
EDGES = (("stack1", 4, 5), ("stack2", 7, 10))
"""Role, distance above the picture, and inset at both sides, in pixels."""


def paint_stack(painter: QPainter, layout: TileLayout, state: TileState, kit: TileStyle) -> None:
    """Paint the appearance of a tile's stack over the tile."""
    if state.stack.closed:
        paint_edges(painter, layout.picture, kit)
    if not layout.pill.isEmpty():
        hot = state.hot in ("stack", "stack_rest")
        paint_pill(painter, layout.pill, state.stack, kit, hot=hot, mirrored=state.mirrored)


def paint_edges(painter: QPainter, picture: QRect, kit: TileStyle) -> None:
    """Paint the edges of further pictures above a picture."""
    for role, above, inset in EDGES:
        wide = max(2 * EDGE, picture.width() - 2 * inset)
        left = picture.left() + (picture.width() - wide) / 2
        line = QRectF(left, picture.top() - above, wide, EDGE)
        painter.fillRect(snapped(painter, line), kit.color(role))


def paint_pill(
    painter: QPainter,
    rect: QRect,
    look: StackLook,
    kit: TileStyle,
    *,
    hot: bool,
    mirrored: bool = False,
) -> None:
    """Paint the count pill of a stack."""
    ground(painter, rect, kit.color("hover" if hot else "raise"), PILL_RADIUS)
    outline(painter, QRectF(rect), 1, PILL_RADIUS, QPen(kit.color("line2")))
    left = rect.left() + 5
    if look.icon:
        icon = kit.icon(look.icon, "text", PILL_ICON, scale_of(painter))
        at = QRectF(left - 1, rect.center().y() - PILL_ICON // 2 + 0.5, PILL_ICON, PILL_ICON)
        if mirrored:
            at = flipped(at, rect)
        painter.drawPixmap(snapped(painter, at).topLeft(), icon)
        left += PILL_ICON + 3
    painter.setFont(kit.micro.font)
    painter.setPen(kit.color("text"))
    room = QRect(left, rect.top(), rect.right() - left, rect.height())
    begin = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
    flags = begin | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(flipped(room, rect) if mirrored else room, int(flags), look.pill)


def paint_band(
    painter: QPainter,
    cells: list[QRect],
    kit: TileStyle,
    *,
    begins: bool,
    ends: bool,
    mirrored: bool = False,
) -> None:
    """Paint gaps and outline of members of an open stack in one line of tiles.

    `begins`, `ends`: whether the stack begins and ends with these members; otherwise the outline is
    open and continues in another line, or beyond the painted part.
    """
    if mirrored:
        cells, begins, ends = cells[::-1], ends, begins
    band = kit.color("band")
    for cell in cells[:-1] if ends else cells:
        painter.fillRect(QRect(cell.right() + 1, cell.top(), GUTTER, cell.height()), band)
    unit = 1 / scale_of(painter)
    box = snapped(painter, QRectF(cells[0].united(cells[-1])))
    if not ends:
        box.setRight(box.right() + GUTTER)
    path = QPainterPath()
    half, radius = unit / 2, CELL_RADIUS
    box.adjust(half if begins else 0, half, -half if ends else 0, -half)
    left, right = box.left() + (radius if begins else 0), box.right() - (radius if ends else 0)
    turn = 2 * radius
    path.moveTo(left, box.top())
    path.lineTo(right, box.top())
    if ends:
        path.arcTo(box.right() - turn, box.top(), turn, turn, 90, -90)
        path.lineTo(box.right(), box.bottom() - radius)
        path.arcTo(box.right() - turn, box.bottom() - turn, turn, turn, 0, -90)
    else:
        path.moveTo(right, box.bottom())
    path.lineTo(left, box.bottom())
    if begins:
        path.arcTo(box.left(), box.bottom() - turn, turn, turn, 270, -90)
        path.lineTo(box.left(), box.top() + radius)
        path.arcTo(box.left(), box.top(), turn, turn, 180, -90)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.strokePath(path, QPen(kit.color("bandline"), unit))
