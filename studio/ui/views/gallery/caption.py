"""The strip under a picture: name and marks, or the actions while the pointer is there."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from studio.ui.views.gallery.layout import CAPTION_GAP, MARK, STAR, TileLayout, TileState
from studio.ui.views.gallery.pixel_snapping import outline, scale_of, snapped
from studio.ui.views.gallery.tile_style import TileStyle

DOT = 7
SMALL_MARK = 11
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def paint_caption(painter: QPainter, layout: TileLayout, state: TileState, kit: TileStyle) -> None:
    """Everything under the box of a tile."""
    rect = layout.caption.adjusted(1, 0, -1, 0)
    right = _zones(painter, layout, state, kit)
    if right is None:
        right = _marks(painter, rect, state, kit)
    left = _mark(painter, rect, state, kit)
    if state.caption:
        _name(painter, QRect(left, rect.top(), right - left, rect.height()), state, kit)


def _zones(painter: QPainter, layout: TileLayout, state: TileState, kit: TileStyle) -> int | None:
    """The icons that can be clicked; returns where they begin, None where there are none."""
    zones = [zone for zone in layout.zones if zone.icon]
    if not zones:
        return None
    dpr = scale_of(painter)
    for zone in zones:
        hot = zone.action == state.hot
        if hot:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(kit.color("hover"))
            painter.drawRoundedRect(QRectF(zone.rect), 6, 6)
        role = "text" if hot or state.selected else "text2"
        icon = kit.icon(zone.icon, role, MARK, dpr)
        _icon(painter, zone.rect.center().x() - MARK // 2, zone.rect, icon, MARK)
    return zones[0].rect.left() + 2


def _mark(painter: QPainter, rect: QRect, state: TileState, kit: TileStyle) -> int:
    """The verdict before the name; returns where the name begins."""
    mark = state.tile.mark
    if not mark:
        return rect.left()
    role = "text" if mark == "flag-filled" or state.selected else "text3"
    size = MARK if state.caption else SMALL_MARK
    _icon(painter, rect.left(), rect, kit.icon(mark, role, size, scale_of(painter)), size)
    return rect.left() + size + CAPTION_GAP


def _marks(painter: QPainter, rect: QRect, state: TileState, kit: TileStyle) -> int:
    """Tag, rating, warning and the dot of a new picture, from the right; returns their left."""
    tile, dpr = state.tile, scale_of(painter)
    right = rect.right() + 1
    if tile.fresh:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(kit.color("accent"))
        painter.drawEllipse(QRectF(right - DOT, rect.center().y() - DOT / 2 + 0.5, DOT, DOT))
        right -= DOT + CAPTION_GAP
    if tile.warning:
        size = MARK if state.caption else SMALL_MARK
        _icon(painter, right - size, rect, kit.icon("warning", "warn", size, dpr), size)
        right -= size + CAPTION_GAP
    if tile.rating:
        digit = str(tile.rating)
        width = kit.micro.metrics.horizontalAdvance(digit)
        painter.setFont(kit.micro.font)
        painter.setPen(kit.color("text" if state.selected else "text2"))
        painter.drawText(QRect(right - width, rect.top(), width + 1, rect.height()), _LEFT, digit)
        left = right - width - 2 - STAR
        _icon(painter, left, rect, kit.icon("star-filled", "star", STAR, dpr), STAR)
        right = left - CAPTION_GAP
    if tile.tag and state.caption:
        return _tag(painter, rect, right, state, kit)
    return right


def _tag(painter: QPainter, rect: QRect, right: int, state: TileState, kit: TileStyle) -> int:
    """The tag, or its icon where the name would be cut for it; returns its left."""
    tile = state.tile
    width = kit.micro.metrics.horizontalAdvance(tile.tag) + 10
    mark = MARK + CAPTION_GAP if tile.mark else 0
    room = right - width - CAPTION_GAP - rect.left() - mark
    if tile.tag_icon and kit.name.metrics.horizontalAdvance(tile.name) > room:
        icon = kit.icon(tile.tag_icon, "text3", MARK, scale_of(painter))
        _icon(painter, right - MARK, rect, icon, MARK)
        return right - MARK - CAPTION_GAP
    box = QRect(right - width, rect.center().y() - 7, width, 16)
    outline(painter, QRectF(box), 1, 3, QPen(kit.color("edge")))
    painter.setFont(kit.micro.font)
    painter.setPen(kit.color("text2"))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), tile.tag)
    return right - width - CAPTION_GAP


def _name(painter: QPainter, rect: QRect, state: TileState, kit: TileStyle) -> None:
    tile = state.tile
    fresh = tile.fresh and not state.selected
    text = kit.elided(tile.name, rect.width(), bold=fresh)
    if fresh:
        painter.setFont(kit.name_bold.font)
        painter.setPen(kit.color("ink"))
    else:
        painter.setFont(kit.struck if tile.struck else kit.name.font)
        painter.setPen(kit.color("text" if state.selected else "text3"))
    painter.drawText(rect, _LEFT, text)


def _icon(painter: QPainter, left: int, rect: QRect, icon: QPixmap, size: int) -> None:
    at = QRectF(left, rect.center().y() - size // 2 + 0.5, size, size)
    painter.drawPixmap(snapped(painter, at).topLeft(), icon)
