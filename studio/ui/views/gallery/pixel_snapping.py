"""Lines and grounds that are sharp on every screen: their edges lie on whole device pixels."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen


def scale_of(painter: QPainter) -> float:
    """Device pixels to a logical pixel."""
    return float(painter.deviceTransform().m11()) or 1.0


def snapped(painter: QPainter, rect: QRectF) -> QRectF:
    """The rectangle with its edges moved to whole device pixels."""
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
    """A line of `width` logical pixels just inside `rect`, sharp on every screen."""
    dpr = scale_of(painter)
    width = max(1, round(width * dpr)) / dpr
    half = width / 2
    pen.setWidthF(width)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inner = snapped(painter, rect).adjusted(half, half, -half, -half)
    painter.drawRoundedRect(inner, max(0.0, radius - half), max(0.0, radius - half))


def ground(painter: QPainter, rect: QRect, colour: QColor, radius: float) -> None:
    """A filled rectangle with round corners."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(snapped(painter, QRectF(rect)), radius, radius)


def hairline(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    """One device pixel just inside `rect`, open at the corners; a tenth of the time of a path."""
    unit = 1 / scale_of(painter)
    at = snapped(painter, rect)
    painter.fillRect(QRectF(at.left() + unit, at.top(), at.width() - 2 * unit, unit), colour)
    bottom = at.bottom() - unit
    painter.fillRect(QRectF(at.left() + unit, bottom, at.width() - 2 * unit, unit), colour)
    height = at.height() - 2 * unit
    painter.fillRect(QRectF(at.left(), at.top() + unit, unit, height), colour)
    painter.fillRect(QRectF(at.right() - unit, at.top() + unit, unit, height), colour)
