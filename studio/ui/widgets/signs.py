"""Small painted indicators: key status lamp, spinner, logo, current and chosen rows."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from studio.ui.style.qt_style import animates
from studio.ui.style.theme import theme
from studio.ui.support.qt_overrides import needs

SPIN_STEP = 50  # milliseconds; twenty frames a second
SPIN_TURN = 18  # degrees per step


class Lamp(QWidget):
    """A dot 8 px wide in the colour of a role; hollow when off."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(8, 8)
        self._role = "ok"
        self._hollow = False

    def show_role(self, role: str, *, hollow: bool = False) -> None:
        """Set the colour by its role."""
        self._role, self._hollow = role, hollow
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colour = theme().color(self._role)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.5) if self._hollow else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if self._hollow else colour)
        inset = 1.0 if self._hollow else 0.0
        painter.drawEllipse(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset))
        painter.end()


class Spinner(QWidget):
    """Spinning ring of 12 px; static under reduced motion."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(12, 12)
        self._angle = 0
        self.timer = QTimer(self, interval=SPIN_STEP)
        self.timer.timeout.connect(self.on_step)

    def on_step(self) -> None:
        """Advance by one frame; stop if motion was reduced meanwhile."""
        if not animates():
            self.timer.stop()
            return
        self._angle = (self._angle + SPIN_TURN) % 360
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if animates():
            self.timer.start()

    @needs("timer")
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.timer.stop()

    def paintEvent(self, _event: QPaintEvent) -> None:
        track, run = theme().color("press"), theme().color("accent")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(track, 2))
        painter.drawEllipse(ring)
        painter.setPen(QPen(run, 2))
        painter.drawArc(ring, (45 - self._angle) * 16, 180 * 16)
        painter.end()


GRID = 18
# Left, top, radius and role of each tile, on a grid of 18.
_TILES = (
    (1, 1, 1.5, "text2"),
    (10, 1, 1.5, "text3"),
    (1, 10, 1.5, "text3"),
    (10, 10, 3.5, "accent"),
)


class Logo(QWidget):
    """Logo in the colours of the theme."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(GRID, GRID)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for left, top, radius, role in _TILES:
            painter.setBrush(theme().color(role))
            painter.drawRoundedRect(QRectF(left, top, 7, 7), radius, radius)
        painter.end()


RADIUS = 6.0
BAR = 3  # width in pixels


def paint_row_ground(
    painter: QPainter, rect: QRect | QRectF, role: str = "hover", *, radius: float = RADIUS
) -> None:
    """Paint the background of the current row; in high contrast with an outline.

    The painter is left without pen and brush.
    """
    look = theme()
    painter.setBrush(look.color(role))
    if look.high_contrast:
        painter.setPen(QPen(look.color("rowline"), 2))
        painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), radius, radius)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(rect), radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_chosen_bar(painter: QPainter, rect: QRect, *, mirrored: bool) -> None:
    """Paint the bar at the leading edge of a chosen row."""
    left = rect.right() + 1 - BAR if mirrored else rect.left()
    bar = QRectF(left, rect.top() + 5, BAR, rect.height() - 10)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("accent"))
    painter.drawRoundedRect(bar, BAR / 2, BAR / 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
