"""Paint tiles on the mat: cell, picture or box, hairline, caption, tick, ring, focus line.

All functions depend only on the painter, a state and the theme's style, so a tile can be painted
without a widget.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QPixmap

from studio.ui.support.layout_direction import elided, flipped
from studio.ui.support.screen_colours import screen_colours
from studio.ui.support.tile_content import TileLook
from studio.ui.views.gallery.layout import (
    CAPTION_GAP,
    MARK,
    STAR,
    TIGHT_BELOW,
    TextBlock,
    TileLayout,
    TileState,
    TileZone,
    arrange,
)
from studio.ui.views.gallery.tile_style import FontFace, TileStyle


def scale_of(painter: QPainter) -> float:
    """Device pixels per logical pixel."""
    return float(painter.deviceTransform().m11()) or 1.0


def snapped(painter: QPainter, rect: QRectF) -> QRectF:
    """Align a rectangle to whole device pixels."""
    transform = painter.deviceTransform()
    dpr = transform.m11() or 1.0
    left = (round(rect.left() * dpr + transform.dx()) - transform.dx()) / dpr
    top = (round(rect.top() * dpr + transform.dy()) - transform.dy()) / dpr
    right = (round(rect.right() * dpr + transform.dx()) - transform.dx()) / dpr
    bottom = (round(rect.bottom() * dpr + transform.dy()) - transform.dy()) / dpr
    return QRectF(left, top, right - left, bottom - top)


def outline(
    painter: QPainter,
    rect: QRectF,
    width: float,
    radius: float,
    pen: QPen,
) -> None:
    """Stroke a line of `width` logical pixels just inside `rect`, sharp on every screen."""
    dpr = scale_of(painter)
    width = max(1, round(width * dpr)) / dpr
    half = width / 2
    pen.setWidthF(width)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inner = snapped(painter, rect).adjusted(half, half, -half, -half)
    painter.drawRoundedRect(inner, max(0.0, radius - half), max(0.0, radius - half))


def ground(painter: QPainter, rect: QRect, colour: QColor, radius: float) -> None:
    """Fill a rectangle with round corners."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(snapped(painter, QRectF(rect)), radius, radius)


def hairline(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    """Draw one device pixel just inside `rect`, corners open; ten times faster than a path."""
    unit = 1 / scale_of(painter)
    at = snapped(painter, rect)
    painter.fillRect(QRectF(at.left() + unit, at.top(), at.width() - 2 * unit, unit), colour)
    bottom = at.bottom() - unit
    painter.fillRect(QRectF(at.left() + unit, bottom, at.width() - 2 * unit, unit), colour)
    height = at.height() - 2 * unit
    painter.fillRect(QRectF(at.left(), at.top() + unit, unit, height), colour)
    painter.fillRect(QRectF(at.right() - unit, at.top() + unit, unit, height), colour)


DOT = 7
SMALL_MARK = 11
_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
_BEGIN = int(Qt.AlignmentFlag.AlignLeft | _MIDDLE)
_BEGIN_MIRRORED = int(Qt.AlignmentFlag.AlignRight | _MIDDLE)


def paint_caption(painter: QPainter, layout: TileLayout, state: TileState, kit: TileStyle) -> None:
    """Paint the caption of a tile."""
    rect = layout.marks.adjusted(1, 0, -1, 0)
    right = _zones(painter, layout, state, kit)
    if right is None:
        right = _marks(painter, rect, state, kit)
    else:
        right = _stars(painter, rect, right, state, kit)
    left = _mark(painter, rect, state, kit)
    if state.caption:
        room = QRect(left, rect.top(), right - left, rect.height())
        _name(painter, room, rect, state, kit)


def _zones(painter: QPainter, layout: TileLayout, state: TileState, kit: TileStyle) -> int | None:
    """Paint the clickable icons; returns their left edge, None without any."""
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
        _icon(painter, zone.rect.center().x() - MARK // 2, zone.rect, icon, MARK, state)
    first = zones[0].rect
    return (flipped(first, layout.marks) if state.mirrored else first).left() + 2


def _mark(painter: QPainter, rect: QRect, state: TileState, kit: TileStyle) -> int:
    """Paint the flag before the name; returns the name's left edge."""
    mark = state.tile.mark
    if not mark:
        return rect.left()
    role = "text" if mark == "flag-filled" or state.selected else "text3"
    size = MARK if state.caption else SMALL_MARK
    _icon(painter, rect.left(), rect, kit.icon(mark, role, size, scale_of(painter)), size, state)
    return rect.left() + size + CAPTION_GAP


def _marks(painter: QPainter, rect: QRect, state: TileState, kit: TileStyle) -> int:
    """Paint badge, rating, warning and new-picture dot from the right; returns their left edge."""
    tile, dpr = state.tile, scale_of(painter)
    size = MARK if state.caption else SMALL_MARK
    right = rect.right() + 1
    if tile.fresh or state.stack.fresh:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(kit.color("accent"))
        dot = QRectF(right - DOT, rect.center().y() - DOT / 2 + 0.5, DOT, DOT)
        painter.drawEllipse(flipped(dot, rect) if state.mirrored else dot)
        right -= DOT + CAPTION_GAP
    if tile.warning:
        _icon(painter, right - size, rect, kit.icon("warning", "warn", size, dpr), size, state)
        right -= size + CAPTION_GAP
    right = _stars(painter, rect, right, state, kit)
    if tile.badge:
        role = "text2" if state.selected else "text3"
        _icon(painter, right - size, rect, kit.icon(tile.badge, role, size, dpr), size, state)
        right -= size + CAPTION_GAP
    return right


def _stars(painter: QPainter, rect: QRect, right: int, state: TileState, kit: TileStyle) -> int:
    """Paint the rating as a star and a digit; returns its left edge."""
    if not state.tile.rating:
        return right
    digit = str(state.tile.rating)
    width = kit.micro.metrics.horizontalAdvance(digit)
    painter.setFont(kit.micro.font)
    painter.setPen(kit.color("text" if state.selected else "text2"))
    _words(painter, QRect(right - width, rect.top(), width + 1, rect.height()), rect, digit, state)
    left = right - width - 2 - STAR
    star = kit.icon("star-filled", "star", STAR, scale_of(painter))
    _icon(painter, left, rect, star, STAR, state)
    return left - CAPTION_GAP


def _name(painter: QPainter, room: QRect, rect: QRect, state: TileState, kit: TileStyle) -> None:
    tile = state.tile
    painter.setFont(kit.struck if tile.struck else kit.name.font)
    painter.setPen(kit.color("text" if state.selected else "text3"))
    _words(painter, room, rect, kit.elided(tile.name, room.width()), state)


def _words(painter: QPainter, room: QRect, rect: QRect, text: str, state: TileState) -> None:
    """Paint a text in the line `rect`, mirrored in right-to-left layouts."""
    if state.mirrored:
        painter.drawText(flipped(room, rect), _BEGIN_MIRRORED, text)
    else:
        painter.drawText(room, _BEGIN, text)


def _icon(
    painter: QPainter, left: int, rect: QRect, icon: QPixmap, size: int, state: TileState
) -> None:
    at = QRectF(left, rect.center().y() - size // 2 + 0.5, size, size)
    if state.mirrored:
        at = flipped(at, rect)
    painter.drawPixmap(snapped(painter, at).topLeft(), icon)


CELL_RADIUS, BOX_RADIUS, PICTURE_RADIUS, OFFER_RADIUS = 8, 4, 2, 6
REJECTED = 0.34
LOST = 0.25
BAND = 0.16
RUNNER = 0.22
STILL_RUNNER = 0.30
BAR = 3
TICK = 18
GHOST_SPILL = 8
UNTOLD = -1  # colour of a row that is not loaded yet


def paint_tile(painter: QPainter, cell: QRect, state: TileState, kit: TileStyle) -> TileLayout:
    """Paint a tile into its cell; returns the layout."""
    layout = arrange(state, cell, kit)
    if state.selected or state.hovered:
        ground(painter, cell, kit.color("cell" if state.selected else "tilehover"), CELL_RADIUS)
    tile = state.tile
    if tile.look is TileLook.PICTURE:
        _picture(painter, layout.picture, state, kit)
    else:
        _box(painter, layout, state, kit)
    paint_caption(painter, layout, state, kit)
    if state.selected:
        if state.many:
            _tick(painter, layout, kit, mirrored=state.mirrored)
        _ring(painter, cell, 0, 2, CELL_RADIUS, kit.color("accent"))
    if state.keyboard:
        _ring(painter, cell, 3, 1, CELL_RADIUS - 2, kit.color("focus"))
    return layout


def _ring(
    painter: QPainter, cell: QRect, inset: int, width: float, radius: float, colour: QColor
) -> None:
    rect = QRectF(cell).adjusted(inset, inset, -inset, -inset)
    outline(painter, rect, width, radius, QPen(colour))


def paint_band(painter: QPainter, rect: QRect, kit: TileStyle) -> None:
    """Paint the rubber band of a selection."""
    colour = QColor(kit.color("accent"))
    colour.setAlphaF(BAND)
    painter.fillRect(rect, colour)
    outline(painter, QRectF(rect), 1, 0, QPen(kit.color("accent")))


# --- pictures ---------------------------------------------------------------------------------


def _picture(painter: QPainter, rect: QRect, state: TileState, kit: TileStyle) -> None:
    tile = state.tile
    opacity = REJECTED if tile.rejected else 1.0
    whole = state.pixmap is not None and state.strength >= 1
    if not whole and state.ghost is not None:
        _veil(painter, rect, state.ghost, kit, PICTURE_RADIUS)
    elif not whole:
        colour = (
            kit.color("panel") if tile.colour == UNTOLD else screen_colours().colour(tile.colour)
        )
        painter.setOpacity(opacity)
        ground(painter, rect, colour, PICTURE_RADIUS)
    if state.pixmap is not None:
        painter.setOpacity(opacity * state.strength)
        _draw(painter, rect, state.pixmap)
    painter.setOpacity(1.0)
    if tile.colour != UNTOLD:
        hairline(painter, QRectF(rect), kit.color("hairline"))


def _draw(painter: QPainter, rect: QRect, pixmap: QPixmap) -> None:
    dpr = scale_of(painter)
    device = (round(rect.width() * dpr), round(rect.height() * dpr))
    exact = abs(pixmap.width() - device[0]) <= 1 and abs(pixmap.height() - device[1]) <= 1
    if exact:
        at = snapped(painter, QRectF(rect))
        # Draw pixel for pixel: scaling would take ten times as long and be less sharp.
        target = QRectF(at.left(), at.top(), pixmap.width() / dpr, pixmap.height() / dpr)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    painter.drawPixmap(QRectF(rect), pixmap, QRectF(pixmap.rect()))


# --- boxes of jobs and of lost files ----------------------------------------------------------


def _box(painter: QPainter, layout: TileLayout, state: TileState, kit: TileStyle) -> None:
    tile, rect = state.tile, layout.picture
    frame = QRectF(rect)
    if tile.look is TileLook.DASHED:
        pen = QPen(kit.color("edge"))
        pen.setDashPattern([3, 2.5])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        outline(painter, frame, 1, BOX_RADIUS, pen)
    elif tile.look is TileLook.GHOST:
        _ghost(painter, rect, state, kit)
    elif tile.look is TileLook.LOST:
        if state.pixmap is not None:
            painter.setOpacity(LOST)
            painter.setClipRect(rect)
            _draw(painter, _cover(rect, state.pixmap), _grey(state.pixmap))
            painter.setClipping(False)
            painter.setOpacity(1.0)
        outline(painter, frame, 1, BOX_RADIUS, QPen(kit.color("edge")))
    else:
        bad = tile.look is TileLook.FAILED
        ground(painter, rect, kit.color("badbg" if bad else "warnbg"), BOX_RADIUS)
        outline(painter, frame, 1, BOX_RADIUS, QPen(kit.color("badline" if bad else "warnline")))
    for block in layout.blocks:
        _block(painter, block, state, kit)
    for zone in layout.zones:
        if zone.label:
            paint_button(painter, zone, kit, hot=zone.action == state.hot)


def _ghost(painter: QPainter, rect: QRect, state: TileState, kit: TileStyle) -> None:
    _veil(painter, rect, state.ghost, kit, BOX_RADIUS)
    if state.tile.bar is not None:
        paint_progress(painter, rect, state.tile.bar, state.phase, kit, mirrored=state.mirrored)


def paint_progress(
    painter: QPainter,
    rect: QRect,
    bar: float,
    phase: float | None,
    kit: TileStyle,
    *,
    mirrored: bool,
) -> None:
    """Paint the progress bar at the bottom of a job's box, or its runner (`bar` is -1)."""
    painter.save()
    path = QPainterPath()
    path.addRoundedRect(snapped(painter, QRectF(rect)), BOX_RADIUS, BOX_RADIUS)
    painter.setClipPath(path)
    track = QRectF(rect.left(), rect.bottom() + 1 - BAR, rect.width(), BAR)
    painter.fillRect(snapped(painter, track), kit.color("press"))
    done = _progress(track, bar, phase)
    if mirrored:
        done = flipped(done, track)
    painter.fillRect(snapped(painter, done), kit.color("accent"))
    painter.restore()


def _veil(
    painter: QPainter, rect: QRect, ghost: QPixmap | None, kit: TileStyle, radius: float
) -> None:
    """Paint the blurred source: sixteen pixels, enlarged."""
    ground(painter, rect, kit.color("panel"), radius)
    if ghost is None:
        return
    painter.save()
    path = QPainterPath()
    path.addRoundedRect(snapped(painter, QRectF(rect)), radius, radius)
    painter.setClipPath(path)
    spill = GHOST_SPILL
    wide = _cover(rect, ghost).adjusted(-spill, -spill, spill, spill)
    painter.setOpacity(painter.opacity() * kit.ghost)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    painter.drawPixmap(wide, ghost)
    painter.restore()


def _progress(track: QRectF, bar: float, phase: float | None) -> QRectF:
    if bar >= 0:
        return QRectF(track.left(), track.top(), track.width() * bar, track.height())
    if phase is None:
        width = track.width() * STILL_RUNNER
        return QRectF(track.left() + (track.width() - width) / 2, track.top(), width, BAR)
    width = track.width() * RUNNER
    # Ease in and out, back and forth.
    swing = 1 - abs(2 * phase - 1)
    eased = swing * swing * (3 - 2 * swing)
    return QRectF(track.left() + (track.width() - width) * eased, track.top(), width, BAR)


def _cover(rect: QRect, pixmap: QPixmap) -> QRect:
    """Rectangle of a pixmap that covers `rect`, keeping its aspect ratio."""
    scale = max(rect.width() / max(1, pixmap.width()), rect.height() / max(1, pixmap.height()))
    width, height = round(pixmap.width() * scale), round(pixmap.height() * scale)
    return QRect(
        rect.left() + (rect.width() - width) // 2,
        rect.top() + (rect.height() - height) // 2,
        width,
        height,
    )


def _grey(pixmap: QPixmap) -> QPixmap:
    return QPixmap.fromImage(pixmap.toImage().convertToFormat(QImage.Format.Format_Grayscale8))


def _block(painter: QPainter, block: TextBlock, state: TileState, kit: TileStyle) -> None:
    tile = state.tile
    if block.part == "icon":
        roles = {TileLook.FAILED: "bad", TileLook.DOUBTFUL: "warn"}
        icon = kit.icon(block.text, roles.get(tile.look, "text2"), 18, scale_of(painter))
        at = snapped(painter, QRectF(block.rect.center().x() - 8, block.rect.top(), 18, 18))
        painter.drawPixmap(at.topLeft(), icon)
        return
    if block.part == "bill":
        _bill(painter, block, kit, doubt=tile.bill_doubt)
        return
    faces: dict[str, tuple[FontFace, str]] = {
        "big": (kit.timer, "text"),
        "head": (kit.small_bold, "text"),
        "line": (kit.small, "text2"),
        "note": (kit.micro, "text2"),
    }
    face, role = faces[block.part]
    _centred(painter, block.rect, block.text, face, kit.color(role))


def _bill(painter: QPainter, block: TextBlock, kit: TileStyle, *, doubt: bool) -> None:
    spread = 6 if block.rect.width() >= TIGHT_BELOW - 20 else 0
    rect = block.rect.adjusted(-spread, 0, spread, 0)
    if not doubt:
        _centred(painter, rect, block.text, kit.micro, kit.color("text2"))
        return
    width, _lines = kit.wrapped(kit.micro, block.text, rect.width() - 20)
    left = rect.left() + max(0, (rect.width() - width - 19) // 2)
    icon = kit.icon("coin", "warn", 16, scale_of(painter))
    at = snapped(painter, QRectF(left, rect.center().y() - 7, 16, 16))
    painter.drawPixmap(at.topLeft(), icon)
    words = QRect(left + 19, rect.top(), width + 2, rect.height())
    _centred(painter, words, block.text, kit.micro, kit.color("warn"))


def _centred(painter: QPainter, rect: QRect, text: str, face: FontFace, colour: QColor) -> None:
    painter.setFont(face.font)
    painter.setPen(colour)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(rect, int(flags), text)


def paint_button(painter: QPainter, zone: TileZone, kit: TileStyle, *, hot: bool) -> None:
    """Paint a button in a tile."""
    ground(painter, zone.rect, kit.color("hover" if hot else "raise"), OFFER_RADIUS)
    outline(painter, QRectF(zone.rect), 1, OFFER_RADIUS, QPen(kit.color("line2")))
    room = zone.rect.width() - 8
    label = elided(kit.small.metrics, zone.label, Qt.TextElideMode.ElideRight, room)
    _centred(painter, zone.rect, label, kit.small, kit.color("text"))


def _tick(painter: QPainter, layout: TileLayout, kit: TileStyle, *, mirrored: bool) -> None:
    circle = QRectF(layout.square.left() + 4, layout.cell.top() + 11, TICK, TICK)
    if mirrored:
        circle = flipped(circle, layout.square)
    painter.setPen(QPen(kit.color("tick"), 1.5))
    painter.setBrush(QBrush(kit.color("accent")))
    painter.drawEllipse(circle.adjusted(0.75, 0.75, -0.75, -0.75))
    pen = QPen(kit.color("tick"), 1.65)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    path = QPainterPath()
    unit = 11 / 16
    origin = circle.topLeft()
    for number, (x, y) in enumerate(((3, 8.5), (6.3, 11.8), (13, 4.7))):
        px, py = origin.x() + 3.5 + x * unit, origin.y() + 3.5 + y * unit
        if number:
            path.lineTo(px, py)
        else:
            path.moveTo(px, py)
    painter.strokePath(path, pen)
