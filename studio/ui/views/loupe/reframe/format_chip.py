"""Chip of a format over the canvas: a check box, and the ratio as a rectangle and a text."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from studio.domain.entities import AspectRatio
from studio.ui.style.theme import theme
from studio.ui.support.frame_words import format_name
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import placed
from studio.ui.support.qt_overrides import needs

HIGH = 30
TICK = 16
PAD, GAP = 9, 7
GLYPH = 14  # longer side of the rectangle


class FormatChip(QCheckBox):
    """Chip of a format. Its box or Space ticks it; its name or Enter shows its frame.

    Attributes:
        aspect: the ratio, "" for any.

    Signals:
        ticked: the user ticked or unticked it (its aspect, a bool).
        wanted: show its frame (its aspect).
    """

    ticked = Signal(str, bool)
    wanted = Signal(str)

    def __init__(self, aspect: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.aspect = aspect
        self._current = False
        self._quiet = False
        self._on_tick = False
        self.setProperty("radius", 6)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self.on_toggled)
        theme().changed.connect(self.update)

    def show_state(self, name: str, *, ticked: bool, current: bool) -> None:
        """Show whether it is ticked, and whether its frame is shown; `name` is the spoken name."""
        self.setAccessibleName(name)
        self._quiet = True
        self.setChecked(ticked)
        self._quiet = False
        self._current = current
        self.update()

    def on_toggled(self, on: bool) -> None:  # noqa: FBT001 - a slot
        """Emit a change made by pointer, key or screen reader."""
        if not self._quiet:
            self.ticked.emit(self.aspect, on)

    # --- Qt -------------------------------------------------------------------------------

    @needs("aspect")
    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme().font("small", weight=600))
        words = metrics.horizontalAdvance(format_name(self.aspect))
        return QSize(PAD + TICK + GAP + GLYPH + GAP + words + PAD + 2, theme().height(HIGH))

    @needs("aspect")
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._on_tick = event.position().x() < PAD + TICK + GAP / 2
        if self._on_tick or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._on_tick or event.button() != Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
        elif self.rect().contains(event.position().toPoint()):
            self.wanted.emit(self.aspect)
        self._on_tick = False

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not (
            event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        ):
            self.wanted.emit(self.aspect)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = "tint" if self._current else "hover" if self.underMouse() else "raise"
        painter.setBrush(look.color(ground))
        width = 2.0 if self._current else 1.0
        painter.setPen(QPen(look.color("accent" if self._current else "edge"), width))
        inset = width / 2
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, 6, 6)
        middle = self.height() / 2
        self._paint_tick(painter, placed(self, QRectF(PAD, middle - TICK / 2, TICK, TICK)))
        glyph = QRectF(PAD + TICK + GAP, middle - GLYPH / 2, GLYPH, GLYPH)
        self._paint_glyph(painter, placed(self, glyph).center())
        strong = self._current or self.isChecked()
        painter.setFont(look.font("small", weight=600 if strong else 400))
        painter.setPen(look.color("text" if strong else "text2"))
        left = PAD + TICK + GAP + GLYPH + GAP
        place = QRectF(left, 0, self.width() - left, self.height())
        words = format_name(self.aspect)
        painter.drawText(placed(self, place), Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()

    def _paint_tick(self, painter: QPainter, box: QRectF) -> None:
        look = theme()
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("accent"))
            painter.drawRoundedRect(box, 4, 4)
            glyph = look.pixmap("check", "tick", 12, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(box.x() + 2, box.y() + 2), glyph)
        else:
            painter.setPen(QPen(look.color("edge"), 1))
            painter.setBrush(look.color("sunk"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_glyph(self, painter: QPainter, centre: QPointF) -> None:
        look = theme()
        if not self.aspect:
            glyph = look.pixmap("plus", "text2", GLYPH, self.devicePixelRatioF())
            painter.drawPixmap(centre - QPointF(GLYPH / 2, GLYPH / 2), glyph)
            return
        ratio = AspectRatio.parse(self.aspect).value
        width = GLYPH if ratio >= 1 else max(4.0, GLYPH * ratio)
        height = GLYPH if ratio <= 1 else max(4.0, GLYPH / ratio)
        painter.setPen(QPen(look.color("text" if self.isChecked() else "text2"), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        box = QRectF(centre.x() - width / 2, centre.y() - height / 2, width, height)
        painter.drawRoundedRect(box, 1.5, 1.5)
